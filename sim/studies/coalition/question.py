"""The question `coalition`: who gains by leaving a cap, who leaves first, how many hold it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from sim.answers.answer import Answer, Chart, Table
from sim.answers.structures import Pair, under
from sim.domain.given import counted
from sim.ensemble.draws import Draws
from sim.scenario import Scenario
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.coalition.method.game import (
    OWN_CODE,
    Game,
    Payoff,
    first_month,
    own_stamp,
    signatories,
)
from sim.studies.coalition.method.play import Played, played
from sim.studies.coalition.words import printed
from sim.studies.coalition.words import sentences as words
from sim.studies.coalition.words.tables import TABLES, played_as_json
from sim.studies.request import Request, asked
from sim.studies.study import Desk, Study
from sim.words.captions import pair_name

HIGHEST_POST_VALUE = 10_000_000
MOST_EMPLOYERS = 33


class Coalition(Request):
    """The cap as a game.

    Under several structures only leaving alone is asked, not the order of leaving.
    """

    scenario: f.Given
    runs: f.Runs = 12
    seed: f.Seed = 1
    years: Annotated[
        int,
        asked(
            "Horizon: years from the pledge's first month.",
            low=1,
            high=f.MOST_YEARS,
            metavar="N",
        ),
    ] = 2
    cares_about: Annotated[
        Payoff,
        asked(
            f"What employers care about when they leave one by one: {', '.join(Payoff)}.",
            metavar="PAYOFF",
        ),
    ] = Payoff.UNFILLED
    post_value: Annotated[
        float | None,
        asked(
            "Value of a filled post, £ a year: an assumption (default: what a year's agency cover "
            "costs with no pledge, a lower bound).",
            low=0,
            high=HIGHEST_POST_VALUE,
            allowed=f"£ a year from 0 to {HIGHEST_POST_VALUE}",
            metavar="POUNDS",
        ),
    ] = None
    shortlist: Annotated[
        int,
        asked(
            "Employers asked in each round of leaving: the K with most to gain when last asked "
            "(33 asks all).",
            low=1,
            high=MOST_EMPLOYERS,
            metavar="K",
        ),
    ] = 3
    alone: Annotated[
        bool, asked("Ask only who would leave alone, not in which order they leave.")
    ] = False
    structure: f.Structures = None
    bid_trigger: f.BidTriggers = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    borough_data: f.BoroughData = None


def work(asked: Coalition, desk: Desk) -> Answer:
    """Play the game under each structure asked."""
    planned = f.plan(asked.scenario, asked.overrides, asked.borough_data)
    signatories(planned)
    first_month(planned)
    pairs = f.rival_pairs(planned, asked.structure, asked.bid_trigger, asked.overrides)
    shortlist = None if asked.alone or len(pairs) > 1 else asked.shortlist
    question = {
        "payoff": asked.cares_about.value,
        "post_value": asked.post_value,
        "shortlist": shortlist,
        "structures": [pair._asdict() for pair in pairs],
    }
    desk.claim(asked, [planned], question, [own_stamp()])
    found = [_played(planned, pair, asked, shortlist, desk, len(pairs) > 1) for pair in pairs]
    return _answer(found, asked, question)


def _played(
    planned: Scenario, pair: Pair, asked: Coalition, shortlist: int | None, desk: Desk, many: bool
) -> Played:
    name = f"{planned.name}, {pair_name(pair)}" if many else planned.name
    with desk.progress(name) as progress:
        game = Game(
            under(planned, pair), runs=asked.runs, seed=asked.seed, years=asked.years,
            draws=asked.parameters, pool=desk.pool, folder=desk.out, progress=progress,
        )  # fmt: skip
        return played(game, asked.cares_about, post_value=asked.post_value, shortlist=shortlist)


def _answer(found: Sequence[Played], asked: Coalition, question: dict[str, Any]) -> Answer:
    first, draws = found[0], asked.parameters
    is_one = len(found) == 1
    findings = words.findings(first) if is_one else words.pair_findings(found)
    noted = words.notes(first, draws, asked.shortlist)
    runs = f"{counted(first.runs, 'paired run')}"
    years = f"{first.years} year{'' if first.years == 1 else 's'}"
    return Answer(
        about=f"{first.scenario.name}, {len(first.signers)} signatories, {runs}, {years} on",
        heading=printed.title(first, asked.overrides),
        values={
            "scenario": first.scenario.name,
            "set": list(asked.overrides),
            "seed": first.seed,
            "runs": first.runs,
            "years": first.years,
            "parameter_draws": draws.name,
            "cares_about": question["payoff"],
            "shortlist": question["shortlist"],
            "signatories": list(first.signers),
            "findings": findings,
            "notes": noted,
            "structures": [played_as_json(one) for one in found],
        },
        printed=printed.of_one(first) if is_one else [printed.of_pairs(found)],
        findings=findings,
        findings_first=True,
        notes=noted if is_one else printed.notes_of_pairs(noted),
        tables=[
            Table.of_records(name, [row for one in found for row in rows_of(one)])
            for name, rows_of in TABLES.items()
        ],
        charts=_charts(first, draws) if is_one else [],
        manifest={
            "scenario": first.scenario.model_dump(mode="json"),
            "runs": first.runs,
            "seed": first.seed,
            "years": first.years,
            "parameter_draws": draws.key,
            "calibration": draws.calibration,
            **question,
        },
        found=first if is_one else list(found),
    )


def _charts(one: Played, draws: Draws) -> list[Chart]:
    found = [Chart("figures/temptation", partial(_map, one, draws))]
    if one.keyed or one.path:
        found.append(Chart("figures/signatories", partial(_curve, one, draws)))
    return found


def _map(one: Played, draws: Draws) -> tuple[Any, str]:
    from sim.studies.coalition import charts  # plotting is loaded only when something is drawn

    return charts.temptation_map(one, draws)


def _curve(one: Played, draws: Draws) -> tuple[Any, str]:
    from sim.studies.coalition import charts  # plotting is loaded only when something is drawn

    return charts.signatories_chart(one, draws)


STUDY = Study(
    name="coalition",
    says=QUESTIONS["coalition"],
    request=Coalition,
    work=work,
    example="permanence coalition pan-london-cap --out results/coalition",
    in_python="""
    >>> sim.coalition("pan-london-cap", runs=2, years=1, alone=True)
    <coalition: pan-london-cap, 31 signatories, 2 paired runs, 1 year on>
    """,
    own=OWN_CODE,
)
