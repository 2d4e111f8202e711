"""`permanence effects`: what each lever of a package does alone, under each structure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from sim.answers import results
from sim.answers.structures import Pair, pairs
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.files import write_atomically
from sim.ensemble.run import Ensemble
from sim.ensemble.workers import workers
from sim.market.outcomes import OUTCOME
from sim.rules.levers import Levers
from sim.scenario import Scenario, ScenarioError
from sim.studies.effects import words
from sim.studies.effects.words import Heard, lever_name
from sim.studies.effects.work import (
    EFFECT_OUTCOMES,
    EFFECT_YEARS,
    Effect,
    effects,
    holds_under,
    levers_of,
)
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.words.captions import unit_name
from sim.words.notes import BIDS_ON
from sim.words.result_tables import context_of, print_files, print_json
from sim.words.tables import print_notes, print_table, wrapped

DEFAULT_RUNS = 8
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
    parameters: o.Parameters = Draws.POSTERIOR,
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
    wanted = _pairs(planned, structure, bid_trigger, sets or ())
    fingerprint = _fingerprint(planned, unit, wanted, seed, years, parameters)
    if out is not None:
        results.prepare_folder(out, fingerprint)
    jobs, heard = min(jobs or processors(), runs), Heard()
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
            each=heard.hear,
        )
    files = [] if out is None else _save(planned, unit, found, heard.last, fingerprint, out)
    if as_json:
        print_json(_as_json(planned, unit, found, heard, files, sets or ()))
    else:
        _print(planned, unit, found, heard, sets or ())
        print_files(files)


def _pairs(
    package: Scenario,
    hiring: Sequence[HiringStructure] | None,
    triggers: Sequence[BidTrigger] | None,
    sets: Sequence[str],
) -> list[Pair]:
    """Return the structures to run: all, but for what an option or a --set names."""
    o.rival_pairs(package, hiring, triggers, sets)  # refuses an option that a --set contradicts
    keys = {one.partition("=")[0].strip() for one in sets}
    own = package.structure
    all_hiring = (own.hiring,) if "structure.hiring" in keys else tuple(HiringStructure)
    all_triggers = (own.bid_trigger,) if "structure.bid_trigger" in keys else tuple(BidTrigger)
    return pairs(hiring or all_hiring, triggers or all_triggers)


# Printing


def _print(
    package: Scenario, unit: str, found: Sequence[Effect], heard: Heard, sets: Sequence[str]
) -> None:
    title = [
        package.title or package.name,
        *([f"Changed: {', '.join(sets)}"] if sets else []),
        "Each lever alone, beside the same London, with the same luck, and every lever off",
    ]
    for line in title:
        typer.secho("\n".join(wrapped(line)), bold=True)
    wanted = list(dict.fromkeys(one.pair for one in found))
    for outcome in EFFECT_OUTCOMES:
        for trigger in dict.fromkeys(pair.bid_trigger for pair in wanted):
            shown_pairs = [pair for pair in wanted if pair.bid_trigger is trigger]
            typer.echo()
            _print_outcome(
                unit, [one for one in found if one.outcome == outcome], shown_pairs, heard.last
            )
    print_notes(words.signs(found))
    print_notes(words.effect_notes(found, heard, unit))


def _print_outcome(
    unit: str, found: Sequence[Effect], shown_pairs: Sequence[Pair], last: Ensemble
) -> None:
    outcome = OUTCOME[found[0].outcome]
    by_place = {(one.lever, one.pair): one for one in found}
    without = [next(one.without for one in found if one.pair == pair) for pair in shown_pairs]
    rows = [("without levers", *(words.level(value, outcome.unit) for value in without))]
    for lever in dict.fromkeys(one.lever for one in found):
        cells = [by_place[lever, pair] for pair in shown_pairs]
        rows.append((lever_name(lever), *(words.signed(c.difference, outcome.unit) for c in cells)))
        rows.append(("", *(words.between(cell, outcome.unit) for cell in cells)))
    day, measure = last.day(last.months[-1]), words.measured_in(outcome.unit)
    print_table(
        f"{outcome.label[0].upper()}{outcome.label[1:]}\n"
        f"{unit_name(unit)}, {day.day} {day:%B %Y}, where boroughs bid on "
        f"{BIDS_ON[shown_pairs[0].bid_trigger]}" + (f";\n{measure}" if measure else ""),
        ("hiring is", *(pair.hiring.value.replace("_", "-") for pair in shown_pairs)),
        rows,
    )


# Saving


def _fingerprint(
    package: Scenario, unit: str, wanted: Sequence[Pair], seed: int, years: int, draws: Draws
) -> str:
    """Return what makes two commands the same table, whatever the number of runs."""
    result = results.result_fingerprint(package.fingerprint(), seed, years, draws)
    asked = json.dumps(["effects", unit, wanted])
    return f"{result}-{blake2b(asked.encode(), digest_size=4).hexdigest()}"


def _save(
    package: Scenario,
    unit: str,
    found: Sequence[Effect],
    last: Ensemble,
    fingerprint: str,
    out: Path,
) -> list[Path]:
    """Write the table, and a manifest of what it takes to make it again."""
    rows = (
        (
            package.name, unit, one.pair.hiring, one.pair.bid_trigger, one.lever, one.outcome,
            OUTCOME[one.outcome].unit,
            *(results.number(v) for v in (one.without, one.difference, one.q10, one.q90)),
        )
        for one in found
    )  # fmt: skip
    results.write_table(out / EFFECTS_FILE, COLUMNS, rows)
    manifest = results.manifest(last, results.command_line()) | {
        "fingerprint": fingerprint,
        "scenario": package.model_dump(mode="json"),
        "unit": unit,
        "structures": [pair._asdict() for pair in dict.fromkeys(one.pair for one in found)],
    }
    del manifest["facts_by_run"]  # of one structure only
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"

    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode("utf-8"))

    write_atomically(out / results.MANIFEST, write)
    return [out / EFFECTS_FILE, out / results.MANIFEST]


def _as_json(
    package: Scenario,
    unit: str,
    found: Sequence[Effect],
    heard: Heard,
    files: Sequence[Path],
    sets: Sequence[str],
) -> dict[str, Any]:
    labels = {name: field.description for name, field in Levers.model_fields.items()}
    levers = list(dict.fromkeys(one.lever for one in found))
    counts = ("raised", "lowered", "unsure")
    return {
        "package": package.name,
        **context_of(heard.last, unit, files, sets),
        "notes": [*words.signs(found), *words.effect_notes(found, heard, unit)],
        "levers": {name: labels[name] for name in levers_of(package)},
        "structures_by_sign": {
            outcome: {
                lever: dict(zip(counts, holds_under(found, lever, outcome), strict=True))
                for lever in levers
            }
            for outcome in EFFECT_OUTCOMES
        },
        "effects": [asdict(one) | one.pair._asdict() | {"sign": one.sign} for one in found],
    }
