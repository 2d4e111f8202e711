"""The question `effects`: what each lever of a package does alone, under each structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from sim.answers.answer import Answer, Cell, Printed, Table
from sim.answers.structures import Pair, pairs
from sim.domain.calendar import DEFAULT_YEARS, spoken_day
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS, BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.rules.levers import Levers
from sim.scenario import Scenario, ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.effects import words
from sim.studies.effects.method import (
    EFFECT_OUTCOMES,
    Effect,
    effects,
    holds_under,
    levers_of,
)
from sim.studies.effects.words import Heard, lever_name
from sim.studies.request import asked
from sim.studies.study import Desk, Study
from sim.words.captions import WAY_OF_HIRING, size, unit_name
from sim.words.result_tables import context_of

COLUMNS = (
    "package", "unit", "hiring", "bid_trigger", "lever", "outcome", "unit_of_measure",
    "without_levers", "difference", "q10", "q90",
)  # fmt: skip


class Effects(f.Dated):
    """What each lever of a package does alone.

    Each is set beside the same London, with the same luck, in which every lever is off.
    """

    package: Annotated[
        f.Given,
        asked("The scenario whose levers are taken apart.", metavar="[PACKAGE]", is_argument=True),
    ] = "package-to-90"
    runs: f.Runs = 8
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    structure: f.Structures = None
    bid_trigger: f.BidTriggers = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    borough: f.BoroughName = None


def work(asked: Effects, desk: Desk) -> Answer:
    """Run every lever alone under every structure."""
    planned = f.plan(asked.package, asked.overrides)
    if not levers_of(planned):
        raise ScenarioError(f"{planned.name}: has no lever that does anything")
    unit, wanted, heard = f.unit_of(asked.borough), _pairs(planned, asked), Heard()
    desk.claim(asked, [planned], [unit, wanted])
    with desk.progress(f"levers of {planned.name}") as progress:
        found = effects(
            planned, wanted, runs=asked.runs, seed=asked.seed, years=asked.years,
            draws=asked.parameters, unit=unit, pool=desk.pool, progress=progress, each=heard.hear,
        )  # fmt: skip
    findings, notes = words.signs(found), words.effect_notes(found, heard, unit)
    return Answer(
        about=f"{planned.name}, {size(heard.last)}",
        heading=[
            planned.title or planned.name,
            *([f"Changed: {', '.join(asked.overrides)}"] if asked.overrides else []),
            "Each lever alone, beside the same London, with the same luck, and every lever off",
        ],
        values={
            "package": planned.name,
            **context_of(heard.last, unit, (), asked.overrides),
            "notes": [*findings, *notes],
            **_values(planned, found),
        },
        printed=list(_printed(unit, found, heard.last)),
        findings=findings,
        notes=notes,
        tables=[Table.of("effects", COLUMNS, _rows(planned, unit, found))],
        manifest={
            "scenario": planned.model_dump(mode="json"),
            "unit": unit,
            "structures": [pair._asdict() for pair in dict.fromkeys(one.pair for one in found)],
        },
    )


def _pairs(package: Scenario, asked: Effects) -> list[Pair]:
    """Return the structures to run: all, but for what an option or a --set names."""
    hiring, triggers, sets = asked.structure, asked.bid_trigger, asked.overrides
    f.rival_pairs(package, hiring, triggers, sets)  # refuses an option that a --set contradicts
    keys, own = f.set_keys(sets), package.structure
    all_hiring = (own.hiring,) if "structure.hiring" in keys else tuple(HiringStructure)
    all_triggers = (own.bid_trigger,) if "structure.bid_trigger" in keys else tuple(BidTrigger)
    return pairs(hiring or all_hiring, triggers or all_triggers)


def _printed(unit: str, found: Sequence[Effect], last: Ensemble) -> Iterator[Printed]:
    wanted = list(dict.fromkeys(one.pair for one in found))
    for outcome in EFFECT_OUTCOMES:
        mine = [one for one in found if one.outcome == outcome]
        for trigger in dict.fromkeys(pair.bid_trigger for pair in wanted):
            yield _of_outcome(unit, mine, [p for p in wanted if p.bid_trigger is trigger], last)


def _of_outcome(
    unit: str, found: Sequence[Effect], shown_pairs: Sequence[Pair], last: Ensemble
) -> Printed:
    outcome = OUTCOME[found[0].outcome]
    by_place = {(one.lever, one.pair): one for one in found}
    without = [next(one.without for one in found if one.pair == pair) for pair in shown_pairs]
    rows = [("without levers", *(words.level(value, outcome.unit) for value in without))]
    for lever in dict.fromkeys(one.lever for one in found):
        cells = [by_place[lever, pair] for pair in shown_pairs]
        rows.append((lever_name(lever), *(words.signed(c.difference, outcome.unit) for c in cells)))
        rows.append(("", *(words.between(cell, outcome.unit) for cell in cells)))
    day, measure = last.day(last.months[-1]), words.measured_in(outcome.unit)
    return Printed(
        f"{outcome.label[0].upper()}{outcome.label[1:]}\n"
        f"{unit_name(unit)}, {spoken_day(day)}, where boroughs bid on "
        f"{BIDS_ON[shown_pairs[0].bid_trigger]}" + (f";\n{measure}" if measure else ""),
        (f"{WAY_OF_HIRING}:", *(HIRING_LABELS[pair.hiring] for pair in shown_pairs)),
        rows,
    )


def _rows(package: Scenario, unit: str, found: Sequence[Effect]) -> Iterator[tuple[Cell, ...]]:
    for one in found:
        yield (
            package.name, unit, one.pair.hiring, one.pair.bid_trigger, one.lever, one.outcome,
            OUTCOME[one.outcome].unit, one.without, one.difference, one.q10, one.q90,
        )  # fmt: skip


def _values(package: Scenario, found: Sequence[Effect]) -> dict[str, Any]:
    labels = {name: field.description for name, field in Levers.model_fields.items()}
    levers = list(dict.fromkeys(one.lever for one in found))
    counts = ("raised", "lowered", "unsure")
    return {
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


STUDY = Study(
    name="effects",
    says=QUESTIONS["effects"],
    request=Effects,
    work=work,
    example="permanence effects package-to-90 --structure supply_limited",
    in_python="""
    >>> sim.effects("package-to-90", runs=2, years=1)
    <effects: package-to-90, 2 runs of 1 year>
    """,
)
