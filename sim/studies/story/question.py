"""The question `story`: a council's story beside its claim, the census and a placebo."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from sim.answers.answer import Answer, Chart, Table
from sim.domain.claims import claims_of
from sim.domain.headline import SHARES, WORKFORCE
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.scenario import ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.request import asked
from sim.studies.story import words
from sim.studies.story.method import placebo_of, story_rows
from sim.studies.study import Desk, Study
from sim.words.captions import size
from sim.words.notes import notes
from sim.words.result_tables import context_of

LAST_YEAR = 2023
"""Stories are told to the last census before the agency rules of October 2024, which none has."""


class Story(f.Dated):
    """A council's story.

    The placebo is the same borough from the same start with the same luck, without what the
    council does alone.
    """

    scenario: f.Given
    runs: f.Runs = 20
    seed: f.Seed = 1
    years: Annotated[
        int | None,
        asked(
            f"Years to run (default: to the census of {LAST_YEAR}).",
            low=1,
            high=f.MOST_YEARS,
            metavar="N",
        ),
    ] = None
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    borough_data: f.BoroughData = None


def work(asked: Story, desk: Desk) -> Answer:
    """Run the story and its placebo."""
    planned = f.plan(asked.scenario, asked.overrides, asked.borough_data)
    placebo, unit = placebo_of(planned), planned.borough
    if unit is None:
        raise ScenarioError(f"{planned.name}: names no borough")
    years = asked.years or max(LAST_YEAR - planned.start.opening.year, 1)
    asked = asked.model_copy(update={"years": years})
    both = {planned.name: planned, placebo.name: placebo}
    desk.refuse_foreign()
    folders = desk.claim_results(both, asked)
    policy, without = (desk.ensemble(one, asked, folders[name]) for name, one in both.items())
    rows = story_rows(policy, without, unit)
    told = words.told(policy, rows, unit)
    noted = [*words.removed(policy), told, *notes(policy, unit, without)]
    return Answer(
        about=f"{planned.name}, {size(policy)}",
        heading=[planned.title],
        values={
            "scenario": planned.name,
            **context_of(policy, unit, (), asked.overrides),
            "notes": noted,
            "claims": [asdict(claim) | {"day": str(claim.day)} for claim in claims_of(unit)],
            "rows": [asdict(row) | {"census": words.census(row, unit)} for row in rows],
        },
        printed=[words.printed(policy, rows, unit, outcome) for outcome in SHARES],
        notes=noted,
        tables=[Table.of("story", words.COLUMNS, (words.cells(policy, row, unit) for row in rows))],
        charts=[
            Chart("story", partial(_drawn, without, policy, unit, words.title(rows, unit), told))
        ],
        results={policy.scenario.name: policy, without.scenario.name: without},
    )


def _drawn(
    placebo: Ensemble, policy: Ensemble, unit: str, title: str, told: str
) -> tuple[Any, str]:
    from sim.charts import ensembles as charts  # plotting is loaded only when something is drawn

    claims = [claim for claim in claims_of(unit) if claim.measure == WORKFORCE]
    chart = charts.permanence_chart([placebo, policy], unit, claims=claims, title=title)
    return chart.figure, f"{chart.alt_text} {told}"


STUDY = Study(
    name="story",
    says=QUESTIONS["story"],
    request=Story,
    work=work,
    example="permanence story bexley --out results/bexley",
    in_python="""
    >>> sim.story("bexley", runs=2, years=1)
    <story: bexley, 2 runs of 1 year>
    """,
)
