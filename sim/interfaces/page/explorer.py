"""The page in one file: a grid of quick estimates and named runs of the agents, embedded.

The grid moves four levers over five levels each, all against one base; each point is the borough
twin's. The steps of the story, and each link of the circle cut alone, are runs of the agents.
"""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

import numpy as np

from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import TARGET_PERMANENT_SHARE, Link
from sim.experiments.compare import HEADLINE, compared
from sim.experiments.draws import Draws
from sim.experiments.link_strengths import link_strengths
from sim.experiments.results import summarised
from sim.experiments.run import Ensemble, run_ensemble
from sim.interfaces.page.answers import Teller, answer
from sim.interfaces.page.estimates import estimate
from sim.interfaces.page.facts import (
    DEFAULT_RUNS,
    DEFAULT_SEED,
    DEFAULT_YEARS,
    START,
    facts,
    story,
)
from sim.interfaces.page.files import in_one_file
from sim.interfaces.page.loop import loop_of
from sim.interfaces.page.specs import Spec, values_of
from sim.market.outcomes import OUTCOME
from sim.scenario import Scenario, load_scenario

Told = Callable[[int, int, float], None]
Levels = Mapping[str, Sequence[float]]
GRID: Levels = {
    "levers.cap.charge_rate_per_hour": (35.0, 38.0, 41.0, 45.0, 50.0),
    "levers.cap.members": (0.0, 0.25, 0.5, 0.75, 1.0),
    "levers.permanent_offer.hiring_uplift": (0.0, 0.25, 0.5, 0.75, 1.0),
    "levers.newly_qualified.multiplier": (1.0, 1.125, 1.25, 1.5, 2.0),
}
"""The levels of the grid, assumptions all: the first but one of the cap's is a tight cap today."""
LEVEL, MEMBERS = list(GRID)[:2]
MONTHS_APART = 3
BOROUGH_OUTCOMES = HEADLINE[:3]
STEPS = {"share": 1e-3, "£ per hour": 0.1, "£ per year": 1e5}
"""What one unit of an embedded whole number stands for."""


def quiet(done: int, wanted: int, seconds: float) -> None:
    """Say nothing."""


def explorer_html(
    *,
    runs: int = DEFAULT_RUNS,
    seed: int = DEFAULT_SEED,
    years: int = DEFAULT_YEARS,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    told: Told = quiet,
    grid: Levels | None = None,
) -> str:
    """Return the workshop page as one HTML file with its runs in it.

    Args:
        runs: of each ensemble and estimate.
        pool: worker processes, or none.
        told: called with (parts done, parts wanted, processor seconds).
        grid: levels by path of a control, for another grid; the cap's level and members first.
    """
    levels = GRID if grid is None else grid
    cases, points = named_cases(), list(grid_points(levels))
    sides = {key for case in cases for key in (case[0], case[1])}
    wanted = len(sides) * runs + len(points)
    named = _named(cases, runs, seed, years, draws, pool, lambda done: told(done, wanted, 0.0))
    before = len(sides) * runs
    embedded = {
        **named,
        "grid": _grid(
            levels, points, runs, seed, years, draws, pool,
            lambda done: told(before + done, wanted, 0.0),
        ),
        "loop": _loop(runs, seed, years, draws),
    }  # fmt: skip
    known = {**facts(draws, runs=runs), "years": years, "seed": seed}
    return in_one_file(known, {"deflated": _packed(embedded)})


# Named runs of the agents


Key = tuple[str, str]
"""A scenario's name and its changes as JSON: a spec that can be in a set."""


def _key(spec: Spec) -> Key:
    return spec.scenario, json.dumps(spec.changes, sort_keys=True)


def _spec(key: Key) -> Spec:
    return Spec(scenario=key[0], changes=json.loads(key[1]))


def named_cases() -> list[tuple[Key, Key]]:
    """Return the pairs that are run by agents: the opening, each step, each link cut alone."""
    start = Spec(scenario=START["base"])
    cases = [(_key(start), _key(start)), (_key(start), _key(between(start, START["policy"])))]
    for step in story():
        left = Spec(**step["left"])
        right = left if step["policy"] == left.scenario else between(left, step["policy"])
        cases += [(_key(left), _key(left)), (_key(left), _key(right))]
        if step["panel"] == "loop":
            for link in Link:
                cut = Spec(
                    scenario=left.scenario,
                    changes={**left.changes, "structure.cut_links": [link.value]},
                )
                cases.append((_key(left), _key(cut)))
    return list(dict.fromkeys(cases))


def between(left: Spec, policy: str) -> Spec:
    """Return the shipped policy as changes to the left side's scenario."""
    before, after = values_of(left.resolved("left")), values_of(load_scenario(policy))
    own = values_of(load_scenario(left.scenario))
    changes = dict(left.changes)
    for path, value in after.items():
        if value is not None and (value != before[path] or path in left.changes):
            changes[path] = value
    return Spec(
        scenario=left.scenario,
        changes={
            path: value
            for path, value in changes.items()
            if value != own[path] or path in left.changes
        },
    )


def _named(
    cases: Sequence[tuple[Key, Key]],
    runs: int,
    seed: int,
    years: int,
    draws: Draws,
    pool: Executor | None,
    told: Callable[[int], None],
) -> dict[str, Any]:
    """Run every side once and put the pairs side by side; sides are kept once each."""
    ensembles: dict[Key, Ensemble] = {}
    for key in dict.fromkeys(key for case in cases for key in case):
        before = len(ensembles) * runs

        def progress(done: int, wanted: int, seconds: float, before: int = before) -> None:
            told(before + done)

        ensembles[key] = run_ensemble(
            _spec(key).resolved("side"), runs=runs, seed=seed, years=years, draws=draws,
            pool=pool, progress=progress,
        )  # fmt: skip
    sides: list[dict[str, Any]] = []
    places: dict[Key, int] = {}
    answers = []
    for left, right in cases:
        pair = [
            replace(ensembles[key], scenario=_spec(key).resolved(name))
            for key, name in ((left, "base"), (right, "policy"))
        ]
        content = answer(pair[0], pair[1], Teller.AGENTS)
        for key, name in ((left, "left"), (right, "right")):
            if key not in places:
                places[key] = len(sides)
                sides.append({"spec": _spec(key).model_dump(), "told": content[name]})
        answers.append({**content, "left": places[left], "right": places[right]})
    return {"sides": sides, "answers": answers}


# The grid of the twin


def grid_points(levels: Levels) -> Iterator[tuple[float, ...]]:
    """Yield the points of the grid; where nobody signs the cap its level is not told apart."""
    for point in itertools.product(*levels.values()):
        chosen = dict(zip(levels, point, strict=True))
        if chosen.get(MEMBERS) != 0.0 or chosen.get(LEVEL) == levels[LEVEL][0]:
            yield point


def fixed_terms() -> dict[str, Any]:
    """Return the terms of the cap that hold wherever somebody signs it in the grid."""
    spec = between(Spec(scenario=START["base"]), START["policy"])
    return {path: value for path, value in spec.changes.items() if path not in GRID}


def point_scenario(levels: Sequence[str], point: Sequence[float]) -> Scenario:
    """Return the scenario at a point of the grid."""
    changes: dict[str, Any] = dict(zip(levels, point, strict=True))
    if changes.get(MEMBERS, 0.0) == 0.0:
        changes.pop(LEVEL, None)
        changes.pop(MEMBERS, None)
    else:
        changes = fixed_terms() | changes
    return Spec(scenario=START["base"], changes=changes).resolved("policy")


def _grid(
    levels: Levels,
    points: Sequence[tuple[float, ...]],
    runs: int,
    seed: int,
    years: int,
    draws: Draws,
    pool: Executor | None,
    told: Callable[[int], None],
) -> dict[str, Any]:
    left = Spec(scenario=START["base"]).resolved("base")
    base = estimate(left, runs=runs, seed=seed, years=years, draws=draws)
    work = [
        (left, point_scenario(list(levels), point), runs, seed, years, draws) for point in points
    ]
    found = []
    results = map(_point, work) if pool is None else pool.map(_point, work, chunksize=4)
    for done, one in enumerate(results, start=1):
        found.append(one)
        told(done)
    opening = answer(base, base, Teller.TWIN)
    return {
        "scenario": START["base"],
        "fixed": fixed_terms(),
        "levels": {path: list(values) for path, values in levels.items()},
        "months_apart": MONTHS_APART,
        "borough_outcomes": list(BOROUGH_OUTCOMES),
        "steps": {name: STEPS[OUTCOME[name].unit] for name in HEADLINE},
        "left": {"london": _london(base), "boroughs": _boroughs(base)},
        "rows": [{key: row[key] for key in ("outcome", "label", "unit", "old")} for row in
                 opening["differences"]],
        "told": {key: opening[key] for key in
                 ("runs", "seed", "years", "opening", "caution", "rests_on")},
        "points": [[list(point), one] for point, one in zip(points, found, strict=True)],
    }  # fmt: skip


def _point(work: tuple[Scenario, Scenario, int, int, int, Draws]) -> dict[str, Any]:
    """Return one point: how its whole numbers differ from the base's, and the end's differences."""
    left, right, runs, seed, years, draws = work
    base, policy = (
        estimate(one, runs=runs, seed=seed, years=years, draws=draws) for one in (left, right)
    )
    rows = compared(base, policy)
    return {
        "london": _minus(_london(policy), _london(base)),
        "boroughs": _minus(_boroughs(policy), _boroughs(base)),
        "rows": [
            [float(f"{value:.5g}") for value in (row.new, row.difference, row.q10, row.q90)]
            for row in rows
        ],
    }


def _london(ensemble: Ensemble) -> list[Any]:
    """Return London's series as whole numbers: (outcome, [q10, q50, q90], quarter)."""
    return [
        _whole(summarised(ensemble.london(name)[:, ::MONTHS_APART])[1:], name) for name in HEADLINE
    ]


def _boroughs(ensemble: Ensemble) -> list[Any]:
    """Return employers' medians as whole numbers: (outcome, census, employer)."""
    return [
        _whole(np.nanmedian(ensemble.employers(name), axis=0), name) for name in BOROUGH_OUTCOMES
    ]


def _whole(values: FloatArray, outcome: str) -> list[Any]:
    step = STEPS[OUTCOME[outcome].unit]
    found = np.rint(values / step).astype(int)
    # What is below the 90 % line must not be rounded onto it.
    line = round(TARGET_PERMANENT_SHARE / step)
    if OUTCOME[outcome].unit == "share":
        found = np.where((found == line) & (values < TARGET_PERMANENT_SHARE), line - 1, found)
    told: list[Any] = found.tolist()
    return told


def _minus(one: list[Any], other: list[Any]) -> list[Any]:
    found: list[Any] = [
        (np.array(a) - np.array(b)).tolist() for a, b in zip(one, other, strict=True)
    ]
    return found


def _loop(runs: int, seed: int, years: int, draws: Draws) -> list[dict[str, Any]]:
    """Return the measured loop of the steps that show it, and of the opening base."""
    specs = [Spec(**step["left"]) for step in story() if step["panel"] == "loop"]
    found = []
    for spec in (*specs, Spec(scenario=START["base"])):
        scenario = spec.resolved("base")
        strengths = link_strengths(scenario, runs=runs, seed=seed, years=years, draws=draws)
        told = loop_of(strengths, scenario, runs=runs, years=years)
        found.append({"spec": spec.model_dump(), "told": told})
    return found


def _packed(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()
