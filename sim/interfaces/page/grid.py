"""The grid of the page in one file: the twin's answer at each point, as differences from a base.

Four levers move over five levels each. A point that leaves the cap alone keeps the base's; where
somebody signs, the cap has the terms of the shipped policy, from the day after the base opens.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from sim.answers.comparison import compared
from sim.answers.results import summarised
from sim.domain.headline import CHARGE_RATE, HEADLINE, SHARES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import TARGET_PERMANENT_SHARE
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.interfaces.page.answers import ENDS_AND_MEAN, Teller, answer
from sim.interfaces.page.estimates import estimate
from sim.interfaces.page.facts import START
from sim.interfaces.page.specs import Book, Spec, values_of
from sim.market.outcomes import OUTCOME
from sim.scenario import Scenario, load_scenario

Levels = Mapping[str, Sequence[float]]
Point = tuple[float | None, ...]
LEVEL, MEMBERS = "levers.cap.charge_rate_per_hour", "levers.cap.members"
START_OF_CAP = "levers.cap.start"
CAP_LEVELS = (0.8, 0.9, 0.95, 1.05, 1.2)
"""Levels of the cap, as multiples of the charge rate the base opens with, to the pound."""
OTHERS: Levels = {
    MEMBERS: (0.0, 0.25, 0.5, 0.75, 1.0),
    "levers.permanent_offer.hiring_uplift": (0.0, 0.25, 0.5, 0.75, 1.0),
    "levers.newly_qualified.multiplier": (1.0, 1.125, 1.25, 1.5, 2.0),
}
"""The levels of the other levers, assumptions all."""
MONTHS_APART = 3
STEPS = {"share": 1e-3, "£ per hour": 0.1, "£ per year": 1e5}
"""What one unit of an embedded whole number stands for."""


@dataclass(frozen=True)
class Grid:
    """Where the grid's points lie, and what each of them is.

    Attributes:
        fixed: terms of the cap wherever a point moves it.
        points: levels in order of `levels`; None, twice, where the cap is left alone.
    """

    book: Book
    start: Spec
    base: Scenario
    levels: Levels
    fixed: Mapping[str, Any]
    runs: int
    seed: int
    years: int
    draws: Draws

    @classmethod
    def around(
        cls, book: Book, start: Spec, base: Ensemble, runs: int, levels: Levels | None
    ) -> Grid:
        """Return the grid round a result's base."""
        opening = float(np.median(base.london(CHARGE_RATE)[:, 0]))
        own = levels or {LEVEL: cap_levels(opening), **OTHERS}
        return cls(
            book, start, base.scenario, own, fixed_terms(base.scenario),
            runs, base.seed, base.years, base.draws,
        )  # fmt: skip

    @property
    def points(self) -> list[Point]:
        """All points; where nobody signs the cap's level is not told apart."""
        return list(grid_points(self.levels, caps_already=self.caps_already))

    @property
    def caps_already(self) -> bool:
        """Whether somebody signs a cap in the base, so that to leave it is a policy too."""
        return self.base.levers.cap.members not in (0.0, ())

    def scenario(self, point: Point) -> Scenario:
        """Return the scenario at a point."""
        changes = {
            path: value for path, value in zip(self.levels, point, strict=True) if value is not None
        }
        if point[1]:
            changes = {**self.fixed, **changes}
        elif point[1] is not None:
            changes.pop(LEVEL, None)
        own = values_of(self.base)
        kept: dict[str, Any] = {
            path: value for path, value in changes.items() if value != own[path]
        }
        spec = Spec.model_construct(scenario=self.start.scenario, changes=kept)
        return self.book.resolved(spec, "policy")


def cap_levels(charge_rate_per_hour: float) -> tuple[float, ...]:
    """Return five levels of a cap round a charge rate, £ an hour, all different."""
    found: list[float] = []
    for multiple in CAP_LEVELS:
        level = float(round(multiple * charge_rate_per_hour))
        found.append(level if not found or level > found[-1] else found[-1] + 1.0)
    return tuple(found)


def grid_points(levels: Levels, *, caps_already: bool) -> Iterator[Point]:
    """Yield the points of the grid, first those that leave the cap alone."""
    caps: list[Point] = [(None, None)]
    for level, members in itertools.product(levels[LEVEL], levels[MEMBERS]):
        if members != 0.0 or (caps_already and level == levels[LEVEL][0]):
            caps.append((level, members))
    others = [values for path, values in levels.items() if path not in (LEVEL, MEMBERS)]
    for cap in caps:
        for rest in itertools.product(*others):
            yield (*cap, *rest)


def fixed_terms(base: Scenario) -> dict[str, Any]:
    """Return the terms of the cap that hold wherever a point of the grid moves it."""
    before, after = (values_of(load_scenario(START[name])) for name in ("base", "policy"))
    found = {
        path: value
        for path, value in after.items()
        if value != before[path] and path not in (LEVEL, MEMBERS)
    }
    found[START_OF_CAP] = (base.start.opening + timedelta(days=1)).isoformat()
    return found


def embedded_grid(grid: Grid, pool: Executor | None, told: Callable[[int], None]) -> dict[str, Any]:
    """Return the grid with the twin's answer at every point, ready for JSON."""
    size = (grid.runs, grid.seed, grid.years, grid.draws)
    base = _estimate(grid.base, *size)
    points = grid.points
    work = [(grid.base, grid.scenario(point), *size) for point in points]
    found = []
    results = map(_point, work) if pool is None else pool.map(_point, work, chunksize=4)
    for done, one in enumerate(results, start=1):
        found.append(one)
        told(done)
    opening = answer(base, base, Teller.TWIN)
    return {
        "scenario": grid.start.scenario,
        "caps_already": grid.caps_already,
        "fixed": dict(grid.fixed),
        "levels": {path: list(values) for path, values in grid.levels.items()},
        "months_apart": MONTHS_APART,
        "borough_outcomes": list(SHARES),
        "steps": {name: STEPS[OUTCOME[name].unit] for name in HEADLINE},
        "structures": len(set(base.structures)),
        "left": {"london": _london(base), "boroughs": _boroughs(base)},
        "rows": [{key: row[key] for key in ("outcome", "label", "unit", "old")} for row in
                 opening["differences"]],
        "told": {key: opening[key] for key in
                 ("runs", "seed", "years", "opening", "caution", "rests_on")},
        "points": [[list(point), one] for point, one in zip(points, found, strict=True)],
    }  # fmt: skip


def _estimate(scenario: Scenario, runs: int, seed: int, years: int, draws: Draws) -> Ensemble:
    return estimate(scenario, runs=runs, seed=seed, years=years, draws=draws)


def _point(work: tuple[Scenario, Scenario, int, int, int, Draws]) -> dict[str, Any]:
    """Return one point: how its whole numbers differ from the base's, and the end's differences."""
    left, right, runs, seed, years, draws = work
    base, policy = (_estimate(one, runs, seed, years, draws) for one in (left, right))
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
    """Return London's series as whole numbers: (outcome, [q10, mean, q90], quarter)."""
    quarters = {name: ensemble.london(name)[:, ::MONTHS_APART] for name in HEADLINE}
    return [_whole(summarised(one)[ENDS_AND_MEAN], name) for name, one in quarters.items()]


def _boroughs(ensemble: Ensemble) -> list[Any]:
    """Return employers' means as whole numbers: (outcome, census, employer)."""
    return [_whole(np.nanmean(ensemble.employers(name), axis=0), name) for name in SHARES]


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
