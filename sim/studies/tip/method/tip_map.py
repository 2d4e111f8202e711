"""Two levers at once: the chance of reaching a permanent share by a date over a grid."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.answers.structures import Pair, under
from sim.ensemble.run import Progress, no_progress, part_of, run_ensemble
from sim.ensemble.workers import interrupts_ignored
from sim.scenario import Given, Scenario, load_scenario
from sim.studies.tip.method.levers_range import Lever
from sim.studies.tip.method.reach import Asked, AtLevel, agents_at, twin_at
from sim.studies.tip.method.search import TWIN_COST, Docked

LEVELS = 6
AGENT_POINTS = 2
"""Where agents run: where the chance is nearest one half, and where the twin does best."""


@dataclass(frozen=True)
class Mapped:
    """A grid under one rival structure.

    Attributes:
        twin: by level of the first lever, then of the second.
        agents: what agents come to at some points, by (first level, second level).
        docked: the twin against the agents at those points.
    """

    pair: Pair
    first: tuple[float, ...]
    second: tuple[float, ...]
    twin: tuple[tuple[AtLevel, ...], ...]
    agents: dict[tuple[float, float], AtLevel]
    docked: dict[tuple[float, float], Docked]

    @property
    def best(self) -> tuple[float, float]:
        """The point at which the median run comes highest within the bound."""
        row, column = np.unravel_index(
            int(np.argmax([[one.best for one in row] for row in self.twin])),
            (len(self.first), len(self.second)),
        )
        return self.first[row], self.second[column]

    def at(self, point: tuple[float, float]) -> AtLevel:
        """Return what the twin comes to at a point of the grid."""
        return self.twin[self.first.index(point[0])][self.second.index(point[1])]


def tip_map(
    name: Given,
    sets: Sequence[str],
    levers: tuple[Lever, Lever],
    rivals: Sequence[Pair],
    asked: Asked,
    *,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> list[Mapped]:
    """Return the grid of two levers under each rival structure."""
    first, second = (lever.levels(LEVELS) for lever in levers)
    points = [(one, other) for one in first for other in second]
    each = len(points) * TWIN_COST + AGENT_POINTS * asked.runs
    found = []
    for place, pair in enumerate(rivals):
        at = partial(_scenario, name, tuple(sets), levers, pair)
        tell = part_of(progress, place * each, each * len(rivals))
        values = _twin(at, points, asked, pool)
        tell(len(points) * TWIN_COST, each, 0.0)
        grid = [values[row * len(second) :][: len(second)] for row in range(len(first))]
        mapped = Mapped(pair, first, second, tuple(tuple(row) for row in grid), {}, {})
        _run_agents(mapped, at, asked, pool, part_of(tell, len(points) * TWIN_COST, each))
        found.append(mapped)
    return found


def _scenario(
    name: Given,
    sets: tuple[str, ...],
    levers: tuple[Lever, Lever],
    pair: Pair,
    point: tuple[float, float],
) -> Scenario:
    written = [lever.setting(level) for lever, level in zip(levers, point, strict=True)]
    return under(load_scenario(name, (*sets, *written)), pair)


def _twin(
    at: partial[Scenario],
    points: Sequence[tuple[float, float]],
    asked: Asked,
    pool: Executor | None,
) -> list[AtLevel]:
    if pool is None:
        return [twin_at(point[0], at(point), asked) for point in points]
    with interrupts_ignored():
        waiting = [pool.submit(twin_at, point[0], at(point), asked) for point in points]
    return [one.result() for one in waiting]


def _run_agents(
    mapped: Mapped,
    at: partial[Scenario],
    asked: Asked,
    pool: Executor | None,
    progress: Progress,
) -> None:
    """Run agents at the points that matter and set the twin beside them."""
    grid = [(one, other) for one in mapped.first for other in mapped.second]
    nearest = min(grid, key=lambda point: abs(mapped.at(point).chance - 0.5))
    for place, point in enumerate(dict.fromkeys((mapped.best, nearest))):
        ensemble = run_ensemble(
            at(point),
            runs=asked.runs,
            seed=asked.seed,
            years=asked.years,
            draws=asked.draws,
            pool=pool,
            progress=part_of(progress, place * asked.runs, AGENT_POINTS * asked.runs),
        )
        agents = agents_at(point[0], ensemble, asked)
        mapped.agents[point] = agents
        mapped.docked[point] = Docked.of(mapped.at(point), agents)
