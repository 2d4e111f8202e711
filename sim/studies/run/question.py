"""The question `run`: an ensemble of one scenario."""

from __future__ import annotations

from typing import Annotated

from sim.answers.answer import Answer
from sim.domain.calendar import DEFAULT_YEARS
from sim.ensemble.draws import Draws
from sim.scenario import ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.pictures import pictures_of
from sim.studies.request import asked
from sim.studies.run import words
from sim.studies.run.method import explained
from sim.studies.structures.question import answered
from sim.studies.structures.words import answer_of
from sim.studies.study import Desk, Study
from sim.words.captions import size
from sim.words.notes import notes
from sim.words.result_tables import run_as_json, run_table


class Run(f.Dated):
    """An ensemble of one scenario."""

    scenario: f.Given
    runs: f.Runs = 20
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    borough: f.BoroughName = None
    borough_data: f.BoroughData = None
    structure: f.Structures = None
    bid_trigger: f.BidTriggers = None
    explain_variance: Annotated[
        bool,
        asked(
            "Run everything twice with other luck, and say what part of the spread is rival "
            "structures, parameters or luck."
        ),
    ] = False


def work(asked: Run, desk: Desk) -> Answer:
    """Run the scenario, under one structure or under each that is named."""
    planned = f.plan(asked.scenario, asked.overrides, asked.borough_data)
    unit = f.unit_of(asked.borough)
    pairs = f.rival_pairs(planned, asked.structure, asked.bid_trigger, asked.overrides)
    if len(pairs) > 1:
        if asked.explain_variance:
            raise ScenarioError(
                "--explain-variance: splits one ensemble's spread; allowed: without several "
                "structures side by side"
            )
        return answer_of(*answered([planned], pairs, asked, desk), unit, asked.overrides)
    planned = f.with_halves(planned, asked.structure, asked.bid_trigger)
    folder = desk.claim_results({"": planned}, asked)[""]
    ensemble = desk.ensemble(planned, asked, folder)
    parts = []
    if asked.explain_variance:
        again = desk.ensemble(planned, asked, folder, other_luck=asked.runs)
        parts = explained(ensemble, again, unit)
    more = {"variance": words.explained_as_json(parts)} if parts else {}
    return Answer(
        about=f"{planned.name}, {size(ensemble)}",
        values=run_as_json(ensemble, unit, (), asked.overrides) | more,
        printed=[
            run_table(ensemble, unit, asked.overrides),
            *(words.printed_explained(parts, ensemble, unit) if parts else ()),
        ],
        notes=notes(ensemble, unit),
        charts=pictures_of([ensemble], "figures", unit),
        results={"": ensemble},
        found=ensemble,
    )


STUDY = Study(
    name="run",
    says=QUESTIONS["run"],
    request=Run,
    work=work,
    example="permanence run baseline --runs 50 --seed 1 --out results/baseline",
)
