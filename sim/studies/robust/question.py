"""The question `robust`: policies in the same futures, their regret, and when each fails."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import numpy as np

from sim.answers.answer import Answer, Chart
from sim.domain.calendar import DEFAULT_YEARS
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import TARGET_PERMANENT_SHARE
from sim.ensemble.draws import Draws
from sim.ensemble.stamp import Rooms, stamp_of_this_code
from sim.scenario import Scenario, ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.request import asked
from sim.studies.robust.method.discovery import Discovered, discovered
from sim.studies.robust.method.futures import Futures, futures, structure_of
from sim.studies.robust.method.judged import Docked, Target, docked, judged
from sim.studies.robust.method.prim import Cases
from sim.studies.robust.method.runs import Plan, over_futures
from sim.studies.robust.method.uncertain import (
    Uncertain,
    defaults_for,
    read_uncertain,
    refuse_unusable,
)
from sim.studies.robust.words import printed as tables
from sim.studies.robust.words import sentences as words
from sim.studies.robust.words.told import BIDS, CHOICES, HIRING, Told
from sim.studies.study import Desk, Study, refuse_namesakes
from sim.studies.tip.method.reach import DEFAULT_BOUND

OWN_CODE = Rooms("studies/robust/method")
FEWEST_FUTURES, MOST_FUTURES = 20, 5_000


class By(StrEnum):
    """Who is asked in every future."""

    TWIN = "twin"
    AGENTS = "agents"


class Robust(f.Dated):
    """Policies crossed with what nobody knows.

    Every policy is put in the same futures: draws of parameters, a rival structure, and what is
    open about the policies themselves (who signs, what they bear, how strongly each term acts).
    The borough twin looks at all of them, agents at some. Told are the share of futures that meet
    the target, the regret, and in a plain sentence the futures in which each policy fails.
    """

    base: f.Given
    policies: Annotated[
        tuple[Any, ...],
        asked(
            "One or more scenarios to set beside it.",
            metavar="POLICIES...",
            is_argument=True,
            is_repeated=True,
        ),
    ]
    target: f.BothShares = TARGET_PERMANENT_SHARE
    bound: f.MostUnfilled = DEFAULT_BOUND
    over: Annotated[
        f.Texts,
        asked(
            "What is open: bounds, or those times what each policy says (0.5x:1x); repeat for "
            "more (default: how many sign, what they bear, how strongly each term acts).",
            metavar="KEY=LOW:HIGH",
            is_repeated=True,
        ),
    ] = ()
    runs: Annotated[
        int,
        asked(
            "Futures: each with its own parameters, structure, open numbers and luck.",
            low=FEWEST_FUTURES,
            high=MOST_FUTURES,
            metavar="N",
        ),
    ] = 1000
    by: Annotated[
        By, asked("Who looks at every future: twin, or agents (slow).", metavar="WHO")
    ] = By.TWIN
    agents: Annotated[
        int,
        asked("In how many of the futures agents confirm the twin.", low=0, high=1000, metavar="N"),
    ] = 24
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR


def work(asked: Robust, desk: Desk) -> Answer:
    """Look at every policy in every future, confirm some by agents, and look for boxes."""
    planned = f.plans((asked.base, *asked.policies), asked.overrides)
    f.refuse_other_starts(planned)
    refuse_namesakes(planned)
    _refuse_the_same(planned)
    uncertain = _uncertain(planned, asked)
    written = [one.written() for one in uncertain]
    desk.claim(asked, planned, [written, asked.runs], [stamp_of_this_code(OWN_CODE)])
    among = futures(planned[0], uncertain, asked.runs, asked.seed, asked.parameters)
    plan = Plan(tuple(planned), tuple(uncertain), among, asked.years)
    target = Target(asked.target, asked.bound)
    is_agents = asked.by is By.AGENTS
    values = _looked_at(plan, range(asked.runs), desk, is_agents=is_agents)
    confirmed = () if is_agents else _confirmed(plan, asked.agents, values, target, desk)
    cases = [_cases(policy, uncertain, among, target, values[place])
             for place, policy in enumerate(planned)]  # fmt: skip
    return _answer(
        Told(
            planned, target, uncertain, asked.parameters, asked.runs,
            planned[0].start.opening.year + asked.years, is_agents,
            judged([one.name for one in planned], values, target), cases,
            _discovered(cases, asked.seed, desk), confirmed,
        ),
        among,
        values,
    )  # fmt: skip


def _refuse_the_same(planned: Sequence[Scenario]) -> None:
    names = [one.name for one in planned]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ScenarioError(f"{twice[0]}: is given twice; allowed: policies that differ")


def _uncertain(planned: Sequence[Scenario], asked: Robust) -> list[Uncertain]:
    if not asked.over:
        taken = f.set_keys(asked.overrides)
        return [one for one in defaults_for(planned) if one.key not in taken]
    found = [read_uncertain(one) for one in asked.over]
    f.refuse_set_too("--over", [one.key for one in found], asked.overrides)
    refuse_unusable(found, planned)
    return found


def _looked_at(plan: Plan, among: Sequence[int], desk: Desk, *, is_agents: bool) -> FloatArray:
    with desk.progress("futures by agents" if is_agents else "futures by the twin") as progress:
        return over_futures(
            plan, among, is_agents=is_agents, pool=desk.pool, folder=desk.out, progress=progress
        )


def _confirmed(
    plan: Plan, wanted: int, values: FloatArray, target: Target, desk: Desk
) -> Sequence[Docked]:
    """Return how far twin and agents agree in some futures; a hypercube's first are any."""
    count = min(wanted, len(plan.futures))
    if not count:
        return ()
    found = _looked_at(plan, range(count), desk, is_agents=True)
    return docked([one.name for one in plan.policies], values[:, :count], found, target)


def _cases(
    policy: Scenario,
    uncertain: Sequence[Uncertain],
    among: Futures,
    target: Target,
    values: FloatArray,
) -> Cases:
    """Return what differs between a policy's futures, and which of them miss the target."""
    columns = {
        name: column
        for name, column in among.columns.items()
        if name not in policy.fixed_parameters
    }
    pairs = [structure_of(policy, one) for one in among.structures]
    for half in (HIRING, BIDS):
        kinds: list[Any] = list(CHOICES[half])
        columns[half] = np.array([kinds.index(getattr(one, half)) for one in pairs], float)
    choices = {HIRING, BIDS}
    for at, one in enumerate(uncertain):
        if not one.moves(policy):
            continue
        name = one.key.removeprefix("parameters.")
        found = [one.value_in(policy, float(unit)) for unit in among.units[:, at]]
        if one.choices:
            choices.add(name)
            found = [one.choices.index(value) for value in found]
        columns[name] = np.array(found, float)
    return Cases(columns, frozenset(choices), ~target.met(values))


def _discovered(cases: Sequence[Cases], seed: int, desk: Desk) -> list[Discovered]:
    found = []
    with desk.progress("when each fails") as progress:
        for place, one in enumerate(cases):
            progress(place, len(cases), 0.0)
            found.append(discovered(one, seed))
        progress(len(cases), len(cases), 0.0)
    return found


def _answer(told: Told, among: Futures, values: FloatArray) -> Answer:
    findings, notes = words.findings(told), words.notes(told)
    charts = [Chart("figures/robust", partial(_drawn, told))]
    charts += [
        Chart(f"figures/when-{plan.name}-fails", partial(_drawn_map, told, place))
        for place, plan in enumerate(told.planned)
        if told.discovered[place].box
    ]
    return Answer(
        about=f"{' and '.join(one.name for one in told.planned)}, {told.futures} futures",
        values=tables.content(told, findings, notes),
        printed=tables.printed(told),
        findings=findings,
        notes=notes,
        tables=tables.tables(told, among, values),
        charts=charts,
    )


def _drawn(told: Told) -> tuple[Any, str]:
    from sim.studies.robust import charts  # plotting is loaded only when something is drawn

    return charts.robust_chart(told)


def _drawn_map(told: Told, place: int) -> tuple[Any, str]:
    from sim.studies.robust import charts  # plotting is loaded only when something is drawn

    return charts.box_map(told, place)


STUDY = Study(
    name="robust",
    says=QUESTIONS["robust"],
    request=Robust,
    work=work,
    example="permanence robust no-cap pan-london-cap package --until 2033 --out results/robust",
    in_python="""
    >>> sim.robust("no-cap", "pan-london-cap", runs=20, agents=2, years=1)
    <robust: no-cap and pan-london-cap, 20 futures>
    """,
    own=OWN_CODE,
)
