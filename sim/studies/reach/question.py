"""The question `reach`: the cheapest way to a target with a stated chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from sim.answers.answer import Answer, Chart, Table
from sim.domain.calendar import DEFAULT_YEARS
from sim.domain.vocabulary import TARGET_PERMANENT_SHARE
from sim.ensemble.draws import Draws
from sim.ensemble.files import write_text_atomically
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import Rooms
from sim.scenario import Scenario, ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.money.method.money import Account, Books
from sim.studies.money.method.split import MoneySplit, money_split
from sim.studies.reach import words
from sim.studies.reach.method import search as s
from sim.studies.reach.method.judged import Judged, Target, met_by, seen, worlds
from sim.studies.reach.method.package import Bounded, policy_of, read_bounded, set_to, toml_of
from sim.studies.reach.words import Agents, Told
from sim.studies.request import Request, asked
from sim.studies.study import Desk, Study
from sim.studies.tip.method.reach import DEFAULT_BOUND

DEFAULT_LEVERS = (
    "levers.cap.charge_rate_per_hour=38:52",
    "levers.permanent_offer.salary_uplift=0:0.2",
    "levers.permanent_offer.hiring_uplift=0:1.5",
    "levers.permanent_offer.caseload_relief=0:1",
    "levers.newly_qualified.multiplier=1:2",
)
OWN_CODE = Rooms("studies/reach/method")
POLICIES_FOLDER, NAME = "policies", "reach-{}"


class Reach(Request):
    """Find the cheapest way to a target.

    The borough twin tries packages: a policy with some numbers moved within bounds, every one in
    the same worlds. The target is met where both permanent shares are reached and unfilled posts
    are under a bound, at the last census. The best package is then run by agents on fresh luck,
    paired with the scenario. Where nothing reaches the target it says so.
    """

    scenario: f.Given
    policy: Annotated[
        str,
        BeforeValidator(lambda given: str(given) if isinstance(given, Path) else given),
        asked("The policy whose numbers are moved.", metavar="POLICY", is_argument=True),
    ] = "package-to-90"
    lever: Annotated[
        tuple[str, ...],
        BeforeValidator(f._texts),
        asked(
            "A number of the policy and its bounds, such as levers.cap.charge_rate_per_hour=38:48; "
            "repeat for more (default: five of the package's).",
            metavar="KEY=LOW:HIGH",
            is_repeated=True,
        ),
    ] = ()
    target: f.BothShares = TARGET_PERMANENT_SHARE
    bound: f.MostUnfilled = DEFAULT_BOUND
    chance: Annotated[
        float,
        asked(
            "Chance of reaching it, under every structure.",
            above=0.0,
            below=1.0,
            allowed=f.SHARE,
            metavar="SHARE",
        ),
    ] = 0.8
    tries: Annotated[
        int, asked("About how many packages to try.", low=16, high=5000, metavar="N")
    ] = 128
    draws_each: Annotated[
        int, asked("Draws of each structure by the twin.", low=5, high=200, metavar="N")
    ] = 10
    runs: f.Runs = 40
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    parameters: f.Parameters = Draws.POSTERIOR


@dataclass(frozen=True)
class Confirmed:
    """A package by the agents, paired with the base."""

    base: Ensemble
    policy: Ensemble
    split: MoneySplit
    agents: Agents


def work(asked: Reach, desk: Desk) -> Answer:
    """Search by the twin, confirm by agents."""
    base = f.plan(asked.scenario)
    levers = tuple(read_bounded(one) for one in asked.lever or DEFAULT_LEVERS)
    _refuse_twice(levers)
    lowest = policy_of(asked.policy, set_to(levers, [one.low for one in levers]), "package")
    f.refuse_other_starts([base, lowest])
    desk.refuse_foreign()
    target = Target(asked.target, asked.bound, asked.chance)
    among = worlds(base, asked.draws_each, asked.seed, asked.years, asked.parameters)
    search = s.Search(asked.policy, levers, among, target, seen(base, among), desk.pool)
    with desk.progress("packages tried") as progress:
        tried = search.run(asked.tries, asked.seed, progress)
    found, best = s.frontier(tried), s.best(tried)
    year = base.start.opening.year + asked.years
    told = Told(base, asked.policy, levers, target, among, asked.parameters, len(tried), year)
    shown = found if best in found else [best, *found]
    agents = _confirmed(base, _policy(asked, best, shown, levers), asked, desk, target)
    files = _files(shown, told)
    if desk.out is not None:
        _write(desk.out / POLICIES_FOLDER, files)
    return _answer(told, tried, shown, best, agents, asked, files)


def _refuse_twice(levers: Sequence[Bounded]) -> None:
    keys = [one.key for one in levers]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise ScenarioError(f"--lever {twice[0]}: is given twice; allowed: once")


def _policy(
    asked: Reach, best: Judged, shown: Sequence[Judged], levers: Sequence[Bounded]
) -> Scenario:
    name = NAME.format(shown.index(best) + 1)
    return policy_of(asked.policy, set_to(levers, best.settings), name)


def _confirmed(
    base: Scenario, policy: Scenario, asked: Reach, desk: Desk, target: Target
) -> Confirmed:
    """Run base and package by agents on luck that the search has not seen."""
    fresh = asked.model_copy(update={"seed": asked.seed + 1})
    folders = desk.claim_results({one.name: one for one in (base, policy)}, fresh)
    books = Books(), Books()
    old, new = (
        desk.ensemble(one, fresh, folders[one.name], kept.add)
        for one, kept in zip((base, policy), books, strict=True)
    )
    accounts = [kept.account() for kept in books]
    split = money_split(*accounts)
    return Confirmed(old, new, split, _agents(policy.name, new, accounts, split, target))


def _agents(
    name: str, new: Ensemble, accounts: Sequence[Account], split: MoneySplit, target: Target
) -> Agents:
    before, after = (one.staff["permanent_fte"][:, -1].mean() for one in accounts)
    more = float(after - before)
    reasons = {one.name: one.since_start.mean for one in split.reasons}
    total = split.bill.since_start
    return Agents(
        name=name,
        met=met_by(new, target).astype(bool),
        bill=total.mean,
        low=total.q10,
        high=total.q90,
        policies=reasons.get("policies", 0.0),
        empty=reasons["empty"],
        a_post=split.bill.difference.mean / more if more >= 1.0 else None,
    )


def _files(found: Sequence[Judged], told: Told) -> dict[str, str]:
    """Return every package of the frontier as a scenario file, by the file's name."""
    files = {}
    for place, one in enumerate(found, start=1):
        title = f"Package {place} of the frontier from {told.base.name} to {told.year}"
        why = (
            f"Chance {one.chance:.2f} under the worst structure, by the borough twin, of "
            f"{words.aim(told)}. Found by a search, not identified by data."
        )
        settings = set_to(told.levers, one.settings)
        files[f"{NAME.format(place)}.toml"] = toml_of(told.template, settings, title, why)
    return files


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_text_atomically(folder / name, text)


def _answer(
    told: Told,
    tried: Sequence[Judged],
    found: Sequence[Judged],
    best: Judged,
    confirmed: Confirmed,
    asked: Reach,
    files: Mapping[str, str],
) -> Answer:
    agents = confirmed.agents
    findings = words.findings(best, agents, told)
    notes = words.notes(told, asked.draws_each)
    low, high = words.chance_interval(agents.met)
    by_run = confirmed.policy.structures
    return Answer(
        about=f"{told.base.name}, {len(tried)} packages of {told.template}",
        values={
            "base": told.base.name,
            "template": told.template,
            "target": asdict(told.target),
            "year": told.year,
            "reaches": best.reaches,
            "best": _plain(best, told),
            "frontier": [_plain(one, told) for one in found],
            "agents": {**agents._asdict(), "met": agents.met.tolist(),
                       "chance": float(np.mean(agents.met)), "q10": low, "q90": high},
            "policies": dict(files),
            "sentences": findings,
            "notes": notes,
        },
        printed=[
            words.frontier_table(found, told),
            words.structure_table(best, agents, by_run, told),
        ],
        findings=findings,
        notes=notes,
        tables=[_table("frontier", found, told), _table("tried", tried, told)],
        charts=[Chart("figures/frontier", partial(_drawn, list(tried), list(found), told))],
        results={one.scenario.name: one for one in (confirmed.base, confirmed.policy)},
    )  # fmt: skip


def _plain(one: Judged, told: Told) -> dict[str, Any]:
    rivals = [" with ".join(pair) for pair in told.among.rivals]
    return {
        **asdict(one),
        "settings": set_to(told.levers, one.settings),
        "by_structure": dict(zip(rivals, one.by_structure, strict=True)),
        "reaches": one.reaches,
    }


NUMBERS = ("chance", "margin", "cost", "policies", "workforce", "posts", "unfilled",
           "extra_permanent")  # fmt: skip


def _table(name: str, rows: Sequence[Judged], told: Told) -> Table:
    keys = [one.key for one in told.levers]
    cells = (
        (place, *one.settings, *(getattr(one, number) for number in NUMBERS))
        for place, one in enumerate(rows, start=1)
    )
    return Table.of(name, ("package", *keys, *NUMBERS), cells)


def _drawn(tried: Sequence[Judged], found: Sequence[Judged], told: Told) -> tuple[Any, str]:
    from sim.studies.reach import charts  # plotting is loaded only when something is drawn

    return charts.frontier_chart(tried, found, told)


STUDY = Study(
    name="reach",
    says=QUESTIONS["reach"],
    request=Reach,
    work=work,
    example="permanence reach baseline --chance 0.5 --out cheapest",
    in_python="""
    >>> sim.reach("baseline", tries=16, draws_each=5, runs=2, years=1)
    <reach: baseline, 32 packages of package-to-90>
    """,
    own=OWN_CODE,
)
