"""`permanence effects`: what each lever of a package does alone, under each structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.experiments import results
from sim.experiments.effects import (
    EFFECT_OUTCOMES,
    EFFECT_YEARS,
    WHOLE_PACKAGE,
    Effect,
    effects,
    holds_under,
    levers_of,
)
from sim.experiments.prior import Draws, calibration
from sim.experiments.run import workers
from sim.experiments.store import StoreError
from sim.experiments.structures import Pair, pairs
from sim.interfaces import options as o
from sim.interfaces.charts_words import unit_name
from sim.interfaces.progress import processors, progress_bar
from sim.interfaces.result_tables import print_files, print_json
from sim.interfaces.tables import print_notes, print_table, shown
from sim.market.outcomes import OUTCOME
from sim.rules.policy import Levers
from sim.scenario import Scenario, ScenarioError

DEFAULT_RUNS = 8
POINTS = "differences in percentage points"
EFFECTS_FILE = "effects.csv"
COLUMNS = (
    "package", "unit", "hiring", "bid_trigger", "lever", "outcome", "unit_of_measure",
    "without_levers", "difference", "q10", "q90",
)  # fmt: skip


def effects_command(
    package: Annotated[
        str, typer.Argument(metavar="[PACKAGE]", help="The scenario whose levers are taken apart.")
    ] = "package-to-90",
    runs: o.Runs = DEFAULT_RUNS,
    seed: o.Seed = 1,
    years: o.Years = EFFECT_YEARS,
    jobs: o.Jobs = None,
    structure: o.StructureOption = None,
    bid_trigger: o.BidTriggerOption = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.NARROWED,
    borough: o.BoroughOption = None,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Show what each lever of a package does alone, under each rival structure.

    Each is set beside the same London, with the same luck, in which every lever is off.

    Example: permanence effects package-to-90 --structure supply_limited
    """
    (planned,) = o.planned([package], sets)
    if not levers_of(planned):
        raise ScenarioError(f"{planned.name}: has no lever that does anything")
    unit = o.unit_of(borough)
    wanted = pairs(structure or tuple(HiringStructure), bid_trigger or tuple(BidTrigger))
    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    jobs = min(jobs or processors(), runs)
    with (
        workers(jobs) as pool,
        progress_bar(f"levers of {planned.name}", jobs, quiet=quiet) as progress,
    ):
        found = effects(
            planned,
            wanted,
            runs=runs,
            seed=seed,
            years=years,
            draws=parameters,
            unit=unit,
            pool=pool,
            progress=progress,
        )
    files = [] if out is None else [_save(planned, unit, found, out)]
    noted = _notes(planned, found, runs, parameters)
    if as_json:
        print_json(_as_json(planned, unit, found, noted, runs, seed, years, files))
        return
    for outcome in EFFECT_OUTCOMES:
        for trigger in dict.fromkeys(pair.bid_trigger for pair in wanted):
            shown_pairs = [pair for pair in wanted if pair.bid_trigger is trigger]
            _print_outcome(planned, unit, found, outcome, shown_pairs, years)
    print_notes([*_signs(planned, found), *noted])
    print_files(files)


def _print_outcome(
    package: Scenario,
    unit: str,
    found: Sequence[Effect],
    outcome: str,
    shown_pairs: Sequence[Pair],
    years: int,
) -> None:
    measure = OUTCOME[outcome].unit
    by_place = {(one.lever, one.pair): one for one in found if one.outcome == outcome}
    without = [next(o for o in by_place.values() if o.pair == pair).without for pair in shown_pairs]
    rows = [("without levers", *(shown(value, measure) for value in without))]
    for lever in dict.fromkeys(one.lever for one in found):
        cells = [by_place[lever, pair] for pair in shown_pairs]
        rows.append((_lever_name(lever), *(_signed(one.difference, measure) for one in cells)))
        rows.append(("", *(_between(one, measure) for one in cells)))
    trigger = shown_pairs[0].bid_trigger
    day = f"{years} year{'' if years == 1 else 's'} on"
    typer.echo()
    print_table(
        f"{OUTCOME[outcome].label}, {POINTS if measure == 'share' else measure}\n"
        f"{unit_name(unit)}, {day}, boroughs bid on {trigger}",
        ("", *(pair.hiring.value.replace("_", "-") for pair in shown_pairs)),
        rows,
    )


def _signed(value: float, measure: str) -> str:
    if measure.startswith("£"):
        return f"{value:+,.0f}"
    return shown(value, measure, signed=True) if measure == "share" else f"{value:+.2f}"


def _between(one: Effect, measure: str) -> str:
    return f"{_signed(one.q10, measure)}..{_signed(one.q90, measure)}"


def _lever_name(lever: str) -> str:
    return lever.replace("_", " ")


def _signs(package: Scenario, found: Sequence[Effect]) -> list[str]:
    """Return one sentence an outcome: which levers move it the same way whatever the structure."""
    count = len({one.pair for one in found})
    said = []
    for outcome in EFFECT_OUTCOMES:
        up: list[str] = []
        down: list[str] = []
        unsure: list[str] = []
        for lever in dict.fromkeys(one.lever for one in found):
            more, less, _ = holds_under(found, lever, outcome)
            name = _lever_name(lever)
            (up if more == count else down if less == count else unsure).append(name)
        parts = [
            f"{words} {', '.join(names)}"
            for words, names in (
                ("raised under every structure by", up),
                ("lowered under every structure by", down),
                ("of unsure sign under some:", unsure),
            )
            if names
        ]
        label = OUTCOME[outcome].label
        said.append(f"{label[0].upper()}{label[1:]}: {'; '.join(parts)}.")
    return said


def _notes(package: Scenario, found: Sequence[Effect], runs: int, draws: Draws) -> list[str]:
    text = calibration(draws)
    grounds = [getattr(package.levers, name).grounds for name in levers_of(package)]
    return [
        f"{text[0].upper()}{text[1:]}. Differences are medians of {runs} paired runs, with the "
        "10th to 90th percentile below; a sign is sure where that interval leaves zero out.",
        "Structures are rivals: the record does not tell them apart. The first row is London "
        f"without any lever; {WHOLE_PACKAGE} has all of them.",
        "The permanent share of the workforce can rise because posts stand empty: read it with "
        "the share of posts and the unfilled posts.",
        *dict.fromkeys(grounds),
    ]


def _save(package: Scenario, unit: str, found: Sequence[Effect], out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    path = out / EFFECTS_FILE
    results.write_table(
        path,
        COLUMNS,
        (
            (
                package.name, unit, one.pair.hiring, one.pair.bid_trigger, one.lever, one.outcome,
                OUTCOME[one.outcome].unit,
                *(results.number(v) for v in (one.without, one.difference, one.q10, one.q90)),
            )
            for one in found
        ),
    )  # fmt: skip
    return path


def _as_json(
    package: Scenario,
    unit: str,
    found: Sequence[Effect],
    noted: Sequence[str],
    runs: int,
    seed: int,
    years: int,
    files: Sequence[Path],
) -> dict[str, Any]:
    labels = {name: field.description for name, field in Levers.model_fields.items()}
    return {
        "package": package.name,
        "unit": unit,
        "runs": runs,
        "seed": seed,
        "years": years,
        "files": [str(path) for path in files],
        "notes": [*_signs(package, found), *noted],
        "levers": {name: labels[name] for name in levers_of(package)},
        "effects": [asdict(one) | one.pair._asdict() | {"sign": one.sign} for one in found],
    }
