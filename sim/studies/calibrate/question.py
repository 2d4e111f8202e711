"""The question `calibrate`: which parameters bring each rival structure close to the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np

from sim.answers.answer import Answer
from sim.answers.structures import pairs
from sim.domain.given import counted
from sim.domain.posterior import FEWEST_DRAWS
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.run import part_of
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.calibrate.method import confirm
from sim.studies.calibrate.method import files as files_of
from sim.studies.calibrate.method.calibrate import PRIOR_DRAWS, SETTINGS, Calibration, calibrate
from sim.studies.calibrate.method.confirm import Found
from sim.studies.calibrate.method.files import Plan, folder_of
from sim.studies.calibrate.method.targets import targets
from sim.studies.calibrate.words import sentences as words
from sim.studies.calibrate.words import tables
from sim.studies.request import Request, asked
from sim.studies.study import Desk, Study

FEWEST_PRIOR_DRAWS, SMALLEST_POPULATION, MOST_DRAWS = 64, 20, 1_000_000


class Calibrate(Request):
    """Which parameters bring each rival structure close to the record.

    The prior is checked against the record and cut, a fast twin of the boroughs is searched, and
    the agent model confirms it. Stop it when you like: repeat the command to resume.
    """

    structure: f.Structures = None
    bid_trigger: f.BidTriggers = None
    seed: f.Seed = 1
    population: Annotated[
        int,
        asked(
            "Draws that the search moves at a time.",
            low=SMALLEST_POPULATION,
            high=MOST_DRAWS,
            metavar="N",
        ),
    ] = SETTINGS.population
    prior_draws: Annotated[
        int,
        asked(
            "Draws of the prior to check and cut before the search.",
            low=FEWEST_PRIOR_DRAWS,
            high=MOST_DRAWS,
            metavar="N",
        ),
    ] = PRIOR_DRAWS
    most_simulations: Annotated[
        int,
        asked(
            "Give up searching a structure after this many runs of the twin.",
            low=FEWEST_PRIOR_DRAWS,
            allowed=f"a whole number from {FEWEST_PRIOR_DRAWS} up",
            metavar="N",
        ),
    ] = SETTINGS.most_simulations
    draws: Annotated[
        int,
        asked(
            "Draws of each structure to write into posterior.csv.",
            low=FEWEST_DRAWS,
            high=MOST_DRAWS,
            metavar="N",
        ),
    ] = 250
    check_runs: Annotated[
        int,
        asked(
            "Runs of the agent model for each structure that confirm the twin; 0 for none.",
            low=0,
            high=f.MOST_RUNS,
            metavar="N",
        ),
    ] = 40


def work(asked: Calibrate, desk: Desk) -> Answer:
    """Search every structure, then let the agents confirm it."""
    hiring = asked.structure or tuple(HiringStructure)
    plan = Plan(
        pairs=tuple(pairs(hiring, asked.bid_trigger or tuple(BidTrigger))),
        seed=asked.seed,
        settings=replace(
            SETTINGS, population=asked.population, most_simulations=asked.most_simulations
        ),
        prior_draws=asked.prior_draws,
        draws=asked.draws,
        check_runs=asked.check_runs,
    )
    out = desk.needed_folder()
    files_of.open_folder(out, plan)
    searched = _search(plan, out, desk)
    drawn = [confirm.posterior_draws(one, plan.draws, plan.seed) for one in searched]
    table = files_of.write_posterior(out, list(zip(plan.pairs, drawn, strict=True)))
    found = _confirmed(plan, out, table, searched, drawn, desk)
    written = [table, *files_of.write_tables(out, plan, found)]
    files_of.write_manifest(out, plan, complete=True)
    noted = words.notes(found, plan.check_runs)
    return Answer(
        about=counted(len(found), "structure"),
        values={
            **plan.decides(),
            "notes": noted,
            "calibrations": [tables.one_as_json(one) for one in found],
        },
        printed=[*tables.printed(found)],
        findings=tables.findings(found),
        notes=noted,
        written=written,
        found=found,
    )


def _search(plan: Plan, out: Path, desk: Desk) -> list[Calibration]:
    most, found = plan.settings.most_simulations, []
    with desk.progress("search, at most") as progress:
        for place, pair in enumerate(plan.pairs):
            one = calibrate(
                pair,
                targets(),
                seed=plan.seed,
                settings=plan.settings,
                prior_draws=plan.prior_draws,
                folder=folder_of(out, pair),
                pool=desk.pool,
                progress=part_of(progress, place * most, len(plan.pairs) * most),
            )
            found.append(one)
    return found


def _confirmed(
    plan: Plan,
    out: Path,
    table: Path,
    searched: Sequence[Calibration],
    drawn: Sequence[FloatArray],
    desk: Desk,
) -> list[Found]:
    posterior, runs, found = Draws.named(str(table)), plan.check_runs, []
    with desk.progress("agent model") as progress:
        for place, (one, draws) in enumerate(zip(searched, drawn, strict=True)):
            agents = np.empty((0, len(one.targets.names)))
            if runs:
                agents = confirm.run_by_the_agents(
                    one.pair,
                    posterior,
                    runs=runs,
                    seed=plan.seed,
                    folder=folder_of(out, one.pair),
                    pool=desk.pool,
                    progress=part_of(progress, place * runs, len(searched) * runs),
                )
            twin = confirm.run_by_the_twin(one.pair, draws, plan.seed)
            found.append(Found(one, draws, twin, agents))
    return found


STUDY = Study(
    name="calibrate",
    says=QUESTIONS["calibrate"],
    request=Calibrate,
    work=work,
    example="permanence calibrate --structure budget --bid-trigger unfilled --out results/budget",
    in_python="""
    >>> small = {"population": 20, "prior_draws": 100, "draws": 20, "most_simulations": 200}
    >>> sim.calibrate(structure="budget", bid_trigger="unfilled", check_runs=0, **small)
    <calibrate: 1 structure>
    """,
    own=files_of.OWN_CODE,
    folder=Path("results/calibration"),
)
