"""The question `circle`: does the circle close, and which link does it hang on?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from sim.answers.answer import Answer, Table
from sim.answers.closing import CIRCLE_YEARS
from sim.domain.vocabulary import BidTrigger
from sim.ensemble.draws import Draws
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.circle import words
from sim.studies.circle.method import CHANGES, CircleRow, circle_rows, variants
from sim.studies.request import asked
from sim.studies.study import Desk, Study

COLUMNS = (
    "bid_trigger", "hiring", "variant", "draws", "both_rise_share",
    *(f"{change}_{end}" for change in CHANGES for end in ("q10", "q50", "q90")),
)  # fmt: skip


class Circle(f.Dated):
    """Does the circle close, and which link does it hang on?"""

    scenario: f.Given = "vicious-circle"
    capped: Annotated[
        f.Given, asked("The same scenario with a cap.", metavar="SCENARIO", is_argument=False)
    ] = "capped-circle"
    runs: Annotated[
        int, asked("Draws of the parameters.", low=2, high=f.MOST_RUNS, metavar="N")
    ] = 100
    seed: f.Seed = 1
    years: f.Years = CIRCLE_YEARS
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR


def work(asked: Circle, desk: Desk) -> Answer:
    """Run every variant under every bid trigger."""
    free, capped = f.plans((asked.scenario, asked.capped), asked.overrides)
    f.refuse_other_starts([free, capped])
    desk.claim(asked, [free, capped])
    with desk.progress("circle") as progress:
        rows = circle_rows(
            free, capped, runs=asked.runs, seed=asked.seed, years=asked.years,
            draws=asked.parameters, pool=desk.pool, progress=progress,
        )  # fmt: skip
    by_trigger = {one: [row for row in rows if row.bid_trigger is one] for one in BidTrigger}
    noted = words.notes(
        free, {variant for _, variant, _ in variants(free, capped)}, asked.parameters
    )
    return Answer(
        about=f"{free.name} and {capped.name}, {asked.runs} draws",
        values={
            "scenario": free.name,
            "capped": capped.name,
            "set": list(asked.overrides),
            "seed": asked.seed,
            "runs": asked.runs,
            "years": asked.years,
            "parameter_draws": asked.parameters.name,
            "notes": noted,
            "rows": [asdict(row) for row in rows],
        },
        printed=[words.printed(one, mine, asked.years) for one, mine in by_trigger.items()],
        notes=noted,
        tables=[Table.of("circle", COLUMNS, map(_cells, rows))],
    )


def _cells(row: CircleRow) -> tuple[str | float, ...]:
    changes = [getattr(row, name) for name in CHANGES]
    ends = [end for one in changes for end in (one.q10, one.q50, one.q90)]
    return (row.bid_trigger, row.hiring, row.variant, row.draws, row.both_rise_share, *ends)


STUDY = Study(
    name="circle",
    says=QUESTIONS["circle"],
    request=Circle,
    work=work,
    example="permanence circle --runs 100",
    in_python="""
    >>> sim.circle(runs=2, years=1)
    <circle: vicious-circle and capped-circle, 2 draws>
    """,
)
