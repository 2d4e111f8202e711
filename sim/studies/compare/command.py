"""What `permanence compare` does on demand: split by lever, null test, measure of the pairing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.answers import results
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble
from sim.scenario import Scenario, ScenarioError
from sim.studies.compare import words as split_words
from sim.studies.compare.method.null_test import NullResult, Records, null_test, nulls_of
from sim.studies.compare.method.pairing import (
    PAIRING_RUNS,
    WANTED_FACTOR,
    Pairing,
    measured_pairing,
)
from sim.studies.compare.method.shapley import Split, split_by_lever, split_levers
from sim.terminal.progress import progress_bar
from sim.words.captions import listed, unit_name
from sim.words.tables import print_notes, print_table, times

ShapleyOption = Annotated[
    bool,
    typer.Option(
        "--shapley",
        help="Split each difference by lever (up to five), with interaction and time to act: "
        "2 to the power of levers as many runs.",
    ),
]
NullTestOption = Annotated[
    bool,
    typer.Option(
        "--null-test",
        help="Check that policies that should do nothing change nothing, bit for bit; exit 1 if "
        "they do.",
    ),
]
PairingOption = Annotated[
    bool,
    typer.Option(
        "--measure-pairing",
        help=f"Measure after one year what shared luck is worth ({PAIRING_RUNS} runs or more).",
    ),
]
PAIRING_COLUMNS = (
    "base", "policy", "unit", "outcome", "unit_of_measure", "runs",
    "variance_paired", "variance_independent", "factor", "most_possible",
)  # fmt: skip
SPLIT_FILE, PAIR_FILE, TIME_FILE = "shapley.csv", "interactions.csv", "time_to_act.csv"
PAIRING_FILE = "pairing.csv"
SQUARES = {"share": (1e4, "points²"), "£ per hour": (1.0, "£²"), "£ per year": (1e-12, "£m²")}
"""What variances are shown in, by unit of measure: a factor and what the result is called."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for beside the differences."""

    shapley: bool
    null_test: bool
    pairing: bool

    def check(self, planned: Sequence[Scenario], structures: int) -> None:
        """Refuse what cannot be answered, before anything runs.

        Raises:
            ScenarioError: several structures, or scenarios that differ in more than levers.
        """
        options = {
            "--shapley": self.shapley,
            "--null-test": self.null_test,
            "--measure-pairing": self.pairing,
        }
        asked = [option for option, wanted in options.items() if wanted]
        if asked and structures > 1:
            raise ScenarioError(
                f"{asked[0]}: given with {structures} structures; allowed: one structure at a time"
            )
        if self.shapley:
            for policy in planned[1:]:
                split_levers(planned[0], policy)


@dataclass
class Extras:
    """What was found beside the differences.

    Attributes:
        splits, pairings: by the policy's name.
        pairing_runs: how many runs each pairing was measured on.
    """

    unit: str
    splits: dict[str, Split] = field(default_factory=dict)
    nulls: list[NullResult] = field(default_factory=list)
    pairings: dict[str, list[Pairing]] = field(default_factory=dict)
    pairing_runs: int = 0

    @property
    def failed(self) -> bool:
        """Whether a policy that should do nothing did something."""
        return not all(null.is_exactly_zero for null in self.nulls)


def extras_of(
    wanted: Wanted,
    ensembles: Sequence[Ensemble],
    records: Records,
    unit: str = LONDON,
    *,
    pool: Executor | None,
    jobs: int,
    quiet: bool,
) -> Extras:
    """Work out what is wanted beside the differences of a base (the first) and its policies."""
    base, policies = ensembles[0], ensembles[1:]
    found = Extras(unit, pairing_runs=max(base.runs, PAIRING_RUNS))
    if wanted.null_test:
        scenarios = [policy.scenario for policy in policies]
        for null in nulls_of(base.scenario, scenarios, base.years):
            with progress_bar("null test", jobs, quiet=quiet) as progress:
                found.nulls.append(null_test(base, records, null, pool=pool, progress=progress))
    for policy in policies:
        name = policy.scenario.name
        if wanted.pairing:
            with progress_bar(f"pairing of {name}", jobs, quiet=quiet) as progress:
                found.pairings[name] = measured_pairing(
                    base.scenario,
                    policy.scenario,
                    runs=found.pairing_runs,
                    seed=base.seed,
                    unit=unit,
                    pool=pool,
                    progress=progress,
                )
        if wanted.shapley:
            with progress_bar(f"split of {name}", jobs, quiet=quiet) as progress:
                found.splits[name] = split_by_lever(
                    base, policy, unit=unit, pool=pool, progress=progress
                )
    return found


# Printing


def print_extras(extras: Extras, base: Ensemble) -> None:
    """Print what was asked for beside the differences."""
    for name, pairing in extras.pairings.items():
        typer.echo()
        _print_pairing(base.scenario.name, name, pairing, extras)
    day = base.day(base.months[-1])
    for split in extras.splits.values():
        split_words.print_split(split, extras.unit, f"{day.day} {day:%B %Y}")
    print_notes(null_sentences(extras, base))


def _print_pairing(base: str, policy: str, found: Sequence[Pairing], extras: Extras) -> None:
    rows = []
    for row in found:
        scale, square = SQUARES[row.unit]
        variances = (f"{scale * value:.3g}" for value in (row.paired, row.independent))
        rows.append((f"{row.label}, {square}", *variances, times(row.factor), times(row.ceiling)))
    print_table(
        f"What pairing is worth after one year: from {base} to {policy}\n{unit_name(extras.unit)}: "
        f"variances of the difference over {extras.pairing_runs} runs, parameters at their working "
        "values",
        ("", "same luck", "separate seeds", "divided by", "at most"),
        rows,
    )
    print_notes(pairing_sentences(policy, found))


def pairing_sentences(policy: str, found: Sequence[Pairing]) -> list[str]:
    """Return whether pairing does what it should, and where it cannot."""
    enough = [row.label for row in found if row.factor >= WANTED_FACTOR]
    told = f"Shared luck divides the variance at least {WANTED_FACTOR:.0f}-fold for: "
    sentences = [f"{told}{listed(enough)}." if enough else f"{told}nothing here."]
    fixed = [row for row in found if row.factor < WANTED_FACTOR and row.ceiling < WANTED_FACTOR]
    if fixed:
        sentences.append(
            f"It cannot for {listed([row.label for row in fixed])}: {policy} itself changes how "
            "much luck is in it (a price held at a cap has next to none), and that part is not to "
            "be shared. 'At most' is what perfect correlation would give."
        )
    return sentences


def null_sentences(extras: Extras, base: Ensemble) -> list[str]:
    """Return what each null test found, in a sentence."""
    return [_null_sentence(null, base) for null in extras.nulls]


def _null_sentence(null: NullResult, base: Ensemble) -> str:
    text = f"Null test, {null.what}: "
    if null.is_exactly_zero:
        return f"{text}exactly zero in {null.numbers:,} numbers ({base.runs} runs)."
    first = null.first
    if first is None:
        return f"FAILED. {text}the same in {null.numbers:,} numbers, but not in its run facts."
    return (
        f"FAILED. {text}{null.differing:,} of {null.numbers:,} numbers differ; the first is "
        f"{first.outcome} of {unit_name(first.unit)} in month {first.month} "
        f"({base.day(first.month)}) of run {first.run}: {first.found!r}, not {first.expected!r}."
    )


# JSON and files


def extras_as_json(extras: Extras) -> dict[str, Any]:
    """Return what was asked for, and nothing that was not."""
    found: dict[str, Any] = {}
    if extras.nulls:
        found["null_test"] = [
            asdict(null) | {"is_exactly_zero": null.is_exactly_zero} for null in extras.nulls
        ]
    if extras.pairings:
        found["pairing"] = {
            name: {
                "runs": extras.pairing_runs,
                "notes": pairing_sentences(name, rows),
                "outcomes": [asdict(row) for row in rows],
            }
            for name, rows in extras.pairings.items()
        }
    if extras.splits:
        found["shapley"] = {
            name: split_words.split_as_json(split) for name, split in extras.splits.items()
        }
    return found


def save_extras(extras: Extras, ensembles: Sequence[Ensemble], out: Path) -> list[Path]:
    """Write tables of what was asked for, and a chart of each split."""
    base, files, unit = ensembles[0], [], extras.unit
    if extras.pairings:
        files.append(out / PAIRING_FILE)
        results.write_table(files[-1], PAIRING_COLUMNS, _pairing_rows(extras, base.scenario.name))
    if not extras.splits:
        return files
    from sim.studies.compare import (
        charts as charts_split,  # plotting is loaded only when something is drawn
    )

    for policy in ensembles[1:]:
        split = extras.splits[policy.scenario.name]
        stem = out / f"{split.base.name}-and-{split.package.name}" / "shapley"
        chart = charts_split.split_by_lever_chart(split, [base, policy], unit)
        files = [*charts_split.save(*chart, stem), *files]
    for name, header, rows_of in (
        (SPLIT_FILE, split_words.SPLIT_COLUMNS, split_words.split_rows),
        (PAIR_FILE, split_words.PAIR_COLUMNS, split_words.pair_rows),
        (TIME_FILE, split_words.TIME_COLUMNS, split_words.time_rows),
    ):
        rows = (row for split in extras.splits.values() for row in rows_of(split, unit))
        results.write_table(out / name, header, rows)
        files.append(out / name)
    return files


def _pairing_rows(extras: Extras, base: str) -> Iterator[tuple[str, ...]]:
    for policy, found in extras.pairings.items():
        for row in found:
            numbers = (row.paired, row.independent, row.factor, row.ceiling)
            yield (
                base, policy, extras.unit, row.outcome, row.unit, str(extras.pairing_runs),
                *map(results.number, numbers),
            )  # fmt: skip
