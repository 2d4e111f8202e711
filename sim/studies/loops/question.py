"""The question `loops`: how strong is each link and each loop of the circle, and when?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any

from sim.answers.answer import Answer, Cell, Chart, Printed, Table
from sim.answers.comparison import spread_of
from sim.domain.calendar import DEFAULT_YEARS, MONTHS_PER_YEAR, month_end, months_between
from sim.ensemble.draws import Draws
from sim.scenario import Scenario, ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.loops.method.links import CIRCLE
from sim.studies.loops.method.strength import DEFAULT_RUNS, Circle, measured_circle
from sim.studies.loops.words import printed as tables
from sim.studies.loops.words import sentences as words
from sim.studies.loops.words import values
from sim.studies.request import asked
from sim.studies.study import Desk, Study

PAIR, SPREAD = ("hiring", "bid_trigger", "date"), ("gain", "q10", "q90")


class Loops(f.Dated):
    """How strong each link and loop of the circle is.

    Every link is perturbed in the borough twin's own equations, draw by draw.
    """

    scenario: f.Given = "vicious-circle"
    at: Annotated[
        f.Day | None,
        asked("Links and diagram at this date's month (default: the start).", metavar="DATE"),
    ] = None
    runs: f.Runs = DEFAULT_RUNS
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    structure: f.Structures = None
    bid_trigger: f.BidTriggers = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR


def work(asked: Loops, desk: Desk) -> Answer:
    """Measure the circle under each structure asked."""
    planned = f.plan(asked.scenario, asked.overrides)
    pairs = f.rival_pairs(planned, asked.structure, asked.bid_trigger, asked.overrides)
    month = month_asked(planned, asked.at, asked.years)
    desk.claim(asked, [planned], [month, pairs])
    found = []
    with desk.progress("loops") as progress:
        for place, pair in enumerate(pairs):

            def forward(done: int, wanted: int, seconds: float, before: int = place) -> None:
                progress(before * wanted + done, wanted * len(pairs), seconds)

            found.append(
                measured_circle(
                    planned, pair, runs=asked.runs, seed=asked.seed, years=asked.years,
                    draws=asked.parameters, at=month, progress=forward,
                )
            )  # fmt: skip
    return _answer(planned, found, asked)


def month_asked(scenario: Scenario, at: date | None, years: int) -> int:
    """Return months from the start to a date within the horizon.

    Raises:
        ScenarioError: the date lies outside it.
    """
    first = scenario.start.opening
    month = 0 if at is None else months_between(first, at)
    if not 0 <= month <= years * MONTHS_PER_YEAR:
        last = month_end(first, years * MONTHS_PER_YEAR)
        raise ScenarioError(f"--at: given {at}; allowed: a date from {first} to {last}")
    return month


def _answer(planned: Scenario, found: Sequence[Circle], asked: Loops) -> Answer:
    noted = words.notes(planned, found[0], asked.parameters, asked.runs)
    told: list[Printed]
    if len(found) == 1:
        told = tables.of_one(found[0], planned)
        findings = [words.finding(found[0]), words.over_time(found[0])]
        shown_notes = noted
    else:
        told = [tables.of_all(found, planned)]
        findings = [f"{tables.pair(circle)}: {words.finding(circle)}" for circle in found]
        shown_notes = tables.notes_of_all(found, noted)
    return Answer(
        about=f"{planned.name}, {asked.runs} draws",
        values={
            "scenario": planned.name,
            "set": list(asked.overrides),
            "seed": asked.seed,
            "runs": asked.runs,
            "years": asked.years,
            "parameter_draws": asked.parameters.name,
            "notes": noted,
            **values.content(found),
        },
        printed=told,
        findings=findings,
        notes=shown_notes,
        tables=[
            Table.of("links", (*PAIR, "cause", "effect", *SPREAD), _link_rows(found)),
            Table.of("loops", (*PAIR, "loop", *SPREAD, "strongest_in_share_of_draws"),
                     _loop_rows(found)),
        ],
        charts=[
            Chart(_stem(circle, len(found)), partial(_drawn, circle, planned, asked))
            for circle in found
        ],
    )  # fmt: skip


def _stem(circle: Circle, count: int) -> str:
    return "loops" if count == 1 else f"loops-{circle.pair.hiring}-{circle.pair.bid_trigger}"


def _drawn(circle: Circle, scenario: Scenario, asked: Loops) -> tuple[Any, str]:
    from sim.studies.loops.charts import loops  # plotting is loaded only when something is drawn

    chart = loops.loops_chart(circle, scenario, asked.parameters, asked.seed)
    return chart.figure, chart.alt_text


def _link_rows(found: Sequence[Circle]) -> Iterator[tuple[Cell, ...]]:
    for circle in found:
        for reading in circle.along:
            for link in CIRCLE:
                gain = _numbers(reading.link(*link.ends))
                yield (*circle.pair, reading.day.isoformat(), *link.ends, *gain)


def _loop_rows(found: Sequence[Circle]) -> Iterator[tuple[Cell, ...]]:
    for circle in found:
        for reading in circle.along:
            for name, gains in reading.loops.items():
                day, strongest = reading.day.isoformat(), reading.dominates(name)
                yield (*circle.pair, day, name, *_numbers(gains), strongest)


def _numbers(found: Any) -> tuple[float, ...]:
    spread = spread_of(found)
    return (spread.q50, spread.q10, spread.q90)


STUDY = Study(
    name="loops",
    says=QUESTIONS["loops"],
    request=Loops,
    work=work,
    example="permanence loops vicious-circle --out results/loops",
    in_python="""
    >>> sim.loops(runs=2, years=1)
    <loops: vicious-circle, 2 draws>
    """,
)
