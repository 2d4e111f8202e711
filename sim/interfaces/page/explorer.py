"""The page in one file: a result, the story, and a grid of quick estimates round it, embedded.

A result's own runs are shown as they are. The steps of the story, and each link of the circle cut
alone, are runs of the agents. The grid moves four levers over five levels each, all against the
result's base; each of its points is the borough twin's (see `grid`).
"""

from __future__ import annotations

import base64
import json
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sim.domain.headline import AGENCY_SHARE
from sim.domain.vocabulary import LONDON
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble, run_ensemble
from sim.interfaces.page.answers import Teller, answer
from sim.interfaces.page.facts import START, facts
from sim.interfaces.page.files import in_one_file
from sim.interfaces.page.grid import Grid, Levels, embedded_grid
from sim.interfaces.page.loop import loop_of
from sim.interfaces.page.months import (
    Months,
    months_of,
    nearest_the_middle,
    one_run,
    told_of_run,
)
from sim.interfaces.page.sizes import DEFAULT_RUNS, MOST_YEARS
from sim.interfaces.page.specs import Book, Spec, rest_of, values_of
from sim.interfaces.page.story import story, story_pairs
from sim.scenario import Scenario, ScenarioError
from sim.twin.limits import refuse_what_amounts_cannot_feel

Told = Callable[[int, int, float], None]
Stages = Callable[[str], AbstractContextManager[Told]]
ONLY_LONDON = ("policy_cost_per_year", AGENCY_SHARE)
"""Outcomes of named runs that the file has for London alone."""
FEWER_DECIMALS = 4


@contextmanager
def quiet(stage: str) -> Iterator[Told]:
    """Say nothing."""
    yield lambda done, wanted, seconds: None


def explorer_html(
    results: Sequence[Ensemble],
    *,
    unit: str = LONDON,
    runs: int = DEFAULT_RUNS,
    pool: Executor | None = None,
    progress: Stages = quiet,
    jobs: int = 1,
    levels: Levels | None = None,
) -> str:
    """Return the workshop page as one HTML file with its runs in it.

    Args:
        results: one result, or a base and its policies, paired; all other runs take its seed,
            horizon and draws.
        unit: London or the employer the page opens with.
        runs: of each estimate, and of the agents in the story.
        pool: worker processes, or none.
        progress: opens a stage of the work by its name and gives what is told of it: done,
            wanted, processor seconds each.
        jobs: worker processes in the pool.
        levels: of the grid by path of a control, for another grid; the cap's level and members
            first.

    Raises:
        ScenarioError: the base asks what the twin cannot feel, or a policy differs from it in
            more than the page has controls for.
    """
    refuse_what_amounts_cannot_feel(results[0].scenario)  # before minutes of agents are run
    book = Book([one.scenario for one in results])
    base = results[0]
    start = Spec.model_construct(scenario=book.name_of(base.scenario), changes={})
    cases = _cases(book, start, results, runs)
    grid = Grid.around(book, start, base, runs, levels)
    needed = list(dict.fromkeys(key for case in cases for key in case.sides if not case.found))
    known = {_side(start, base.runs): base}
    with progress("runs of the agents") as told:
        months = _run_what_is_needed(book, needed, known, base, pool, told)
    embedded = {**_named(book, cases, known), **_run_by_month(book, cases, known, months)}
    with progress("points of the estimates' grid") as told:
        embedded["grid"] = embedded_grid(grid, pool, _timed(told, len(grid.points), jobs))
    embedded["loop"] = _loops(book, start, base)
    opening = {"base": start.scenario, "unit": unit, **_opening(start, cases)}
    about = {
        **facts(base.draws, runs=runs, book=book),
        "years": base.years,
        "most_years": max(MOST_YEARS, base.years),
        "seed": base.seed,
        "start": START | opening,
    }
    return in_one_file(about, {"deflated": _packed(embedded)})


def _run_what_is_needed(
    book: Book,
    needed: Sequence[Side],
    known: dict[Side, Ensemble],
    base: Ensemble,
    pool: Executor | None,
    told: Told,
) -> dict[Side, dict[int, Months]]:
    """Run the sides that are not known yet, and return their runs month by month."""
    months: dict[Side, dict[int, Months]] = {}
    for place, side in enumerate(needed):
        before, wanted = place * side.runs, len(needed) * side.runs

        def say(
            done: int, _: int, seconds: float, before: int = before, wanted: int = wanted
        ) -> None:
            told(before + done, wanted, seconds)

        def keep(record: RunRecord, of: Side = side) -> None:
            months.setdefault(of, {})[record.replicate] = months_of(record)

        if side not in known:
            known[side] = run_ensemble(
                book.resolved(side.spec, "side"), runs=side.runs, seed=base.seed,
                years=base.years, draws=base.draws, pool=pool, progress=say, each=keep,
            )  # fmt: skip
    return months


def _timed(told: Told, wanted: int, jobs: int) -> Callable[[int], None]:
    """Return what tells how many points are done, with the processor time of each so far."""
    began: list[float] = []

    def tell(done: int) -> None:
        now = time.monotonic()
        if began:  # when the first comes nobody knows how long it took
            told(done, wanted, (now - began[0]) * jobs / max(done - 1, 1))
        else:
            began.append(now)

    return tell


# Named runs


@dataclass(frozen=True)
class Side:
    """A spec that can be in a set, and how many runs it has."""

    scenario: str
    changes: str
    runs: int

    @property
    def spec(self) -> Spec:
        """The spec itself."""
        return Spec.model_construct(scenario=self.scenario, changes=json.loads(self.changes))


def _side(spec: Spec, runs: int) -> Side:
    return Side(spec.scenario, json.dumps(spec.changes, sort_keys=True), runs)


@dataclass(frozen=True)
class Case:
    """Two sides to put side by side, with their ensembles if a result has them already."""

    sides: tuple[Side, Side]
    found: tuple[Ensemble, Ensemble] | None = None


def _cases(book: Book, start: Spec, results: Sequence[Ensemble], runs: int) -> list[Case]:
    """Return the result's own pairs, then those of the story that are not among them."""
    base = results[0]
    cases = [
        Case((_side(start, base.runs), _side(spec, one.runs)), (base, one))
        for one in results
        for spec in [_as_changes(book, start, one)]
    ]
    seen = {tuple((one.scenario, one.changes) for one in case.sides) for case in cases}
    for left, right in story_pairs():
        case = Case((_side(left, runs), _side(right, runs)))
        if tuple((one.scenario, one.changes) for one in case.sides) not in seen:
            cases.append(case)
    return cases


def _as_changes(book: Book, start: Spec, one: Ensemble) -> Spec:
    """Return a result's scenario as changes to its base, or by name if they cannot make it.

    Controls show the terms of a lever that are last; those before them no control can make.
    """
    base = book.scenario(start.scenario)
    before = values_of(base)
    changes = {
        path: value
        for path, value in values_of(one.scenario).items()
        if value is not None and value != before[path]
    }
    found = Spec.model_construct(scenario=start.scenario, changes=changes)
    if book.resolved(found, "policy").fingerprint() == one.scenario.fingerprint():
        return found
    if {**rest_of(one.scenario), "levers": {}} != {**rest_of(base), "levers": {}}:
        raise ScenarioError(
            f"--explorer: {one.scenario.name} differs from {start.scenario} in more than levers "
            "and structure; allowed: policies made by levers alone"
        )
    return Spec.model_construct(scenario=book.name_of(one.scenario), changes={})


def _named(book: Book, cases: Iterable[Case], known: Mapping[Side, Ensemble]) -> dict[str, Any]:
    """Return answers of the agents; what a side says is kept once."""
    sides: list[dict[str, Any]] = []
    places: dict[Side, int] = {}
    answers = []
    for case in cases:
        pair = case.found or (known[case.sides[0]], known[case.sides[1]])
        named = [
            replace(one, scenario=book.resolved(side.spec, name))
            for one, side, name in zip(pair, case.sides, ("base", "policy"), strict=True)
        ]
        content = answer(named[0], named[1], Teller.AGENTS)
        for side, name in zip(case.sides, ("left", "right"), strict=True):
            if side not in places:
                places[side] = len(sides)
                sides.append({"spec": side.spec.model_dump(), "told": _smaller(content[name])})
        answers.append({**content, "left": places[case.sides[0]], "right": places[case.sides[1]]})
    return {"sides": sides, "answers": answers}


def _run_by_month(
    book: Book,
    cases: Sequence[Case],
    known: Mapping[Side, Ensemble],
    months: dict[Side, dict[int, Months]],
) -> dict[str, Any]:
    """Return one run of each case, the one nearest the middle of its left side, by the agents.

    A result's own runs are kept by census, so the one that is shown is run once more.
    """
    sides: list[dict[str, Any]] = []
    places: dict[tuple[Side, int], int] = {}
    runs = []
    for place, case in enumerate(cases):
        pair = case.found or (known[case.sides[0]], known[case.sides[1]])
        number = nearest_the_middle(pair[0])
        told: list[tuple[Scenario, Months]] = []
        for side, one in zip(case.sides, pair, strict=True):
            scenario = book.resolved(side.spec, "side")
            kept = months.setdefault(side, {})
            if number not in kept:
                kept[number] = one_run(scenario, number, one.seed, one.years, one.draws)
            told.append((scenario, kept[number]))
        content = told_of_run(told[0], told[1])
        for side, name in zip(case.sides, ("left", "right"), strict=True):
            if (side, number) not in places:
                places[side, number] = len(sides)
                sides.append(content[name])
            content[name] = places[side, number]
        runs.append({"answer": place, **content})
    return {"runs": runs, "run_sides": sides}


def _smaller(side: dict[str, Any]) -> dict[str, Any]:
    """Return a side without boroughs' figures nobody draws, shares to a hundredth of a per cent."""
    boroughs = {name: found for name, found in side["boroughs"].items() if name not in ONLY_LONDON}
    return side | {
        "london": {name: _rounded(found) for name, found in side["london"].items()},
        "boroughs": {name: _rounded(found) for name, found in boroughs.items()},
    }


def _rounded(values: Any) -> Any:
    if isinstance(values, list):
        return [_rounded(value) for value in values]
    if values is None or abs(values) >= 10_000:
        return None if values is None else round(values)
    return round(values, FEWER_DECIMALS)


def _opening(start: Spec, cases: Sequence[Case]) -> dict[str, Any]:
    """Return what the page opens with: the result's first policy, if it has one.

    One that changes to the base cannot make stands there as if it were pinned as B.
    """
    own = [case for case in cases if case.found]
    spec = own[min(1, len(own) - 1)].sides[1].spec
    if spec.scenario == start.scenario:
        return {"changes": spec.changes}
    return {"changes": {}, "b": spec.model_dump()}


def _loops(book: Book, start: Spec, base: Ensemble) -> list[dict[str, Any]]:
    """Return the measured circle of the steps that show it, and of the result's base."""
    specs = [Spec(**step["left"]) for step in story() if step["panel"] == "loop"]
    return [
        {
            "spec": spec.model_dump(),
            "told": loop_of(book.resolved(spec, "base"), seed=base.seed, draws=base.draws),
        }
        for spec in (*(one for one in specs if one != start), start)
    ]


def _packed(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()
