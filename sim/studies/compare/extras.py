"""What `permanence compare` does on demand: split by lever, null test, measure of the pairing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from sim.answers import results
from sim.answers.answer import Chart, Printed, Table
from sim.domain.calendar import spoken_day
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
from sim.studies.study import Desk
from sim.words.captions import listed, unit_name
from sim.words.tables import times

PAIRING_COLUMNS = (
    "base", "policy", "unit", "outcome", "unit_of_measure", "runs",
    "variance_paired", "variance_independent", "factor", "most_possible",
)  # fmt: skip
SPLIT_FILE = "shapley.csv"
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
    desk: Desk,
) -> Extras:
    """Work out what is wanted beside the differences of a base (the first) and its policies."""
    base, policies = ensembles[0], ensembles[1:]
    found = Extras(unit, pairing_runs=max(base.runs, PAIRING_RUNS))
    if wanted.null_test:
        scenarios = [policy.scenario for policy in policies]
        for null in nulls_of(base.scenario, scenarios, base.years):
            with desk.progress("null test") as progress:
                found.nulls.append(
                    null_test(base, records, null, pool=desk.pool, progress=progress)
                )
    for policy in policies:
        name = policy.scenario.name
        if wanted.pairing:
            with desk.progress(f"pairing of {name}") as progress:
                found.pairings[name] = measured_pairing(
                    base.scenario,
                    policy.scenario,
                    runs=found.pairing_runs,
                    seed=base.seed,
                    unit=unit,
                    pool=desk.pool,
                    progress=progress,
                )
        if wanted.shapley:
            with desk.progress(f"split of {name}") as progress:
                found.splits[name] = split_by_lever(
                    base, policy, unit=unit, pool=desk.pool, progress=progress
                )
    return found


# As a person reads it


def printed_extras(extras: Extras, base: Ensemble) -> Iterator[Printed]:
    """Yield what was asked for beside the differences."""
    for name, pairing in extras.pairings.items():
        yield _pairing(base.scenario.name, name, pairing, extras)
    day = base.day(base.months[-1])
    for split in extras.splits.values():
        yield from split_words.printed_split(split, extras.unit, spoken_day(day))


def _pairing(base: str, policy: str, found: Sequence[Pairing], extras: Extras) -> Printed:
    rows = []
    for row in found:
        scale, square = SQUARES[row.unit]
        variances = (f"{scale * value:.3g}" for value in (row.paired, row.independent))
        rows.append((f"{row.label}, {square}", *variances, times(row.factor), times(row.ceiling)))
    return Printed(
        f"What pairing is worth after one year: from {base} to {policy}\n{unit_name(extras.unit)}: "
        f"variances of the difference over {extras.pairing_runs} runs, parameters at their working "
        "values",
        ("", "same luck", "separate seeds", "divided by", "at most"),
        rows,
        notes=pairing_sentences(policy, found),
    )


def pairing_sentences(policy: str, found: Sequence[Pairing]) -> list[str]:
    """Return whether pairing does what it should, and where it cannot."""
    enough = [row.label for row in found if row.factor >= WANTED_FACTOR]
    told = f"Shared luck divides the variance at least {WANTED_FACTOR:.0f}-fold for: "
    sentences = [f"{told}{listed(enough)}." if enough else f"{told}nothing here."]
    fixed = [row for row in found if row.factor < WANTED_FACTOR and row.ceiling < WANTED_FACTOR]
    if fixed:
        sentences.append(
            f"It cannot for {listed([row.label for row in fixed])}: {policy} itself changes how "
            "much luck is in it (a price held at a cap has next to none), and that part cannot be "
            "shared. 'At most' is what perfect correlation would give."
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


# As plain values, tables and charts


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


def tables_of(extras: Extras, base: Ensemble) -> list[Table]:
    """Return tables of what was asked for."""
    found, unit = [], extras.unit
    if extras.pairings:
        rows = _pairing_rows(extras, base.scenario.name)
        found.append(Table.of("pairing", PAIRING_COLUMNS, rows))
    for name, header, rows_of in (
        (SPLIT_FILE, split_words.SPLIT_COLUMNS, split_words.split_rows),
        ("interactions", split_words.PAIR_COLUMNS, split_words.pair_rows),
        ("time_to_act", split_words.TIME_COLUMNS, split_words.time_rows),
    ):
        if extras.splits:
            lines = (row for split in extras.splits.values() for row in rows_of(split, unit))
            found.append(Table.of(name.removesuffix(".csv"), header, lines))
    return found


def charts_of(extras: Extras, ensembles: Sequence[Ensemble]) -> list[Chart]:
    """Return a chart of each split."""
    found = []
    for policy in ensembles[1:] if extras.splits else ():
        split = extras.splits[policy.scenario.name]
        stem = f"{split.base.name}-and-{split.package.name}/shapley"
        found.append(Chart(stem, partial(_drawn, split, [ensembles[0], policy], extras.unit)))
    return found


def _drawn(split: Split, ensembles: Sequence[Ensemble], unit: str) -> tuple[Any, str]:
    from sim.studies.compare import charts  # plotting is loaded only when something is drawn

    return charts.split_by_lever_chart(split, ensembles, unit)


def _pairing_rows(extras: Extras, base: str) -> Iterator[tuple[str, ...]]:
    for policy, found in extras.pairings.items():
        for row in found:
            numbers = (row.paired, row.independent, row.factor, row.ceiling)
            yield (
                base, policy, extras.unit, row.outcome, row.unit, str(extras.pairing_runs),
                *map(results.number, numbers),
            )  # fmt: skip
