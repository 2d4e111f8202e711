"""Where a lever tips London: the level at which half the runs reach a permanent share by a date.

A grid of levels is scanned with the borough twin, with luck and the ensemble's own draws; every
crossing of one half is found by halving. Only near such a level do agents run, paired: the same
people with the same luck at every level. Nothing says that more of a lever does more good, so all
crossings are told, and where there is none that is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from sim.answers.structures import Pair, under
from sim.domain.headline import SHARES
from sim.ensemble.run import Progress, no_progress, part_of, run_ensemble
from sim.ensemble.workers import interrupts_ignored
from sim.scenario import Given, Scenario
from sim.studies.tip.method.levers_range import Lever
from sim.studies.tip.method.reach import Asked, AtLevel, agents_at, twin_at
from sim.studies.tip.method.two_states import TwoStates, two_states

LEVELS, SWEPT_LEVELS = 13, 7
"""Levels that the twin scans, and that the lever is moved through in the mean field."""
MOST_CONFIRMED = 2
MOST_WIDENINGS = 3
TWIN_COST, SWEEP_COST, AGENT_LEVELS = 2, 40, 5
"""What a task takes, in runs of the agent model, and how many levels agents may run at."""
SHARE_TOLERANCE, LOG_LEVEL_TOLERANCE = 0.01, 0.04
"""How far twin and agents may differ: in a share, and in the logarithm of a critical level."""

Measure = Callable[[AtLevel], float]


@dataclass(frozen=True)
class Tip:
    """A level at which the chance of reaching the target by the date passes one half.

    Attributes:
        twin: the level by the twin with luck.
        agents: by the agent model; None where its runs do not pass one half nearby.
        rising: whether more of the lever gives the better chance.
        at: what the agents' runs come to at the nearest level on the better side.
    """

    twin: float
    agents: float | None
    rising: bool
    at: AtLevel

    @property
    def level(self) -> float:
        """The agents' level where there is one, else the twin's."""
        return self.twin if self.agents is None else self.agents

    @property
    def docks(self) -> bool:
        """Whether twin and agents agree on the level."""
        if self.agents is None:
            return False
        if min(self.agents, self.twin) <= 0.0:
            return self.agents == self.twin
        return bool(abs(np.log(self.agents / self.twin)) <= LOG_LEVEL_TOLERANCE)


@dataclass(frozen=True)
class Docked:
    """Twin against agents at one level: means over the same runs, at the horizon.

    Attributes:
        error: standard error of the mean difference, run by run: what the luck of small numbers
            leaves, which is all that a run of the twin does not share with the agents' run.
    """

    level: float
    twin: dict[str, float]
    agents: dict[str, float]
    error: dict[str, float]

    @classmethod
    def of(cls, twin: AtLevel, agents: AtLevel) -> Docked:
        """Return two models side by side at one level."""
        error = {}
        for name in SHARES:
            gaps = np.subtract(twin.by_run[name], agents.by_run[name])
            error[name] = float(gaps.std() / np.sqrt(max(gaps.size - 1, 1)))
        return cls(agents.level, twin.means, agents.means, error)

    @property
    def docks(self) -> bool:
        """Whether all shares agree within the tolerance."""
        return all(abs(self.twin[n] - self.agents[n]) <= SHARE_TOLERANCE for n in SHARES)


@dataclass(frozen=True)
class Tipped:
    """What a lever does under one rival structure.

    Attributes:
        twin: every level of the grid, by the twin with luck.
        agents: every level at which agents were run.
        tips: where the chance of reaching the target within the bound passes one half.
        anyhow: the same whatever stands empty; looked for only where `tips` is empty.
        docked: the twin against the agents, at the agents' levels.
        rest: what the mean field says.
    """

    pair: Pair
    twin: tuple[AtLevel, ...]
    agents: tuple[AtLevel, ...]
    tips: tuple[Tip, ...]
    anyhow: tuple[Tip, ...]
    docked: tuple[Docked, ...]
    rest: TwoStates

    @property
    def best(self) -> AtLevel:
        """The level of the grid at which the median run comes highest within the bound."""
        return max(self.twin, key=lambda one: one.best)


@dataclass
class _Search:
    """Levels looked at so far, by either model, under one structure."""

    at: Callable[[float], Scenario]
    asked: Asked
    pool: Executor | None
    progress: Progress
    twin: dict[float, AtLevel] = field(default_factory=dict)
    agents: dict[float, AtLevel] = field(default_factory=dict)

    def by_twin(self, level: float) -> AtLevel:
        if level not in self.twin:
            self.twin[level] = twin_at(level, self.at(level), self.asked)
        return self.twin[level]

    def by_agents(self, level: float) -> AtLevel:
        if level not in self.agents:
            asked, done = self.asked, len(self.agents) * self.asked.runs
            ensemble = run_ensemble(
                self.at(level),
                runs=asked.runs,
                seed=asked.seed,
                years=asked.years,
                draws=asked.draws,
                pool=self.pool,
                progress=part_of(self.progress, done, max(AGENT_LEVELS * asked.runs, done + 1)),
            )
            self.agents[level] = agents_at(level, ensemble, asked)
        return self.agents[level]


def tipped(
    name: Given,
    sets: Sequence[str],
    lever: Lever,
    rivals: Sequence[Pair],
    asked: Asked,
    *,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> list[Tipped]:
    """Return what a lever of a named scenario does under each rival structure.

    Args:
        name, sets: the scenario and what was set in it.
        progress: is told work done and wanted, in runs of the agent model.
    """
    levels, swept = lever.levels(LEVELS), lever.levels(SWEPT_LEVELS)
    scans = [_AtLevels(name, tuple(sets), lever, pair) for pair in rivals]
    each = TWIN_COST * len(levels) + SWEEP_COST
    agents = AGENT_LEVELS * asked.runs
    whole = len(scans) * (each + agents)
    tell = _Told(progress, whole)
    grids, rests = _scanned(scans, levels, swept, lever.precision, asked, pool, tell)
    answers = []
    for place, (scan, grid, rest) in enumerate(zip(scans, grids, rests, strict=True)):
        before = len(scans) * each + place * agents
        search = _Search(scan, asked, pool, tell.within(before, agents))
        search.twin = {one.level: one for one in grid}
        answers.append(_answer(search, scan.pair, lever, grid, rest))
    tell.all_done()
    return answers


@dataclass(frozen=True)
class _AtLevels:
    """A named scenario under one structure, by level of the lever: a task can carry it along."""

    name: Given
    sets: tuple[str, ...]
    lever: Lever
    pair: Pair

    def __call__(self, level: float) -> Scenario:
        return under(self.lever.scenario(self.name, self.sets, level), self.pair)


class _Told:
    """Tells how much is done, in runs of the agent model, and never goes back."""

    def __init__(self, progress: Progress, whole: int) -> None:
        self._progress, self._whole, self._done = progress, whole, 0

    def add(self, cost: int, seconds: float = 0.0) -> None:
        self.set(self._done + cost, seconds)

    def set(self, done: int, seconds: float = 0.0) -> None:
        self._done = min(max(done, self._done), self._whole)
        self._progress(self._done, self._whole, seconds)

    def within(self, before: int, room: int) -> Progress:
        return lambda done, _, seconds: self.set(before + min(done, room), seconds)

    def all_done(self) -> None:
        self.set(self._whole)


def _scanned(
    scans: Sequence[_AtLevels],
    levels: Sequence[float],
    swept: Sequence[float],
    precision: float,
    asked: Asked,
    pool: Executor | None,
    tell: _Told,
) -> tuple[list[list[AtLevel]], list[TwoStates]]:
    """Return the twin's grid and the mean field's sweep under each structure."""
    if pool is None:
        grids: list[list[AtLevel]] = []
        rests = []
        for at in scans:
            rests.append(two_states(at, swept, asked, precision))
            tell.add(SWEEP_COST)
            grids.append([])
            for level in levels:
                grids[-1].append(twin_at(level, at(level), asked))
                tell.add(TWIN_COST)
        return grids, rests
    with interrupts_ignored():
        sweeps: list[Future[TwoStates]] = [
            pool.submit(two_states, at, swept, asked, precision) for at in scans
        ]
        points: list[list[Future[AtLevel]]] = [
            [pool.submit(twin_at, level, at(level), asked) for level in levels] for at in scans
        ]
    costs: dict[Future[Any], int] = dict.fromkeys(sweeps, SWEEP_COST)
    costs |= {point: TWIN_COST for row in points for point in row}
    for done in as_completed(costs):
        tell.add(costs[done])
    return [[point.result() for point in row] for row in points], [s.result() for s in sweeps]


# One structure


def _answer(
    search: _Search, pair: Pair, lever: Lever, grid: Sequence[AtLevel], rest: TwoStates
) -> Tipped:
    target = search.asked.target

    def within(one: AtLevel) -> float:
        return one.best - target

    def anyhow(one: AtLevel) -> float:
        return one.best_whatever - target

    tips = _tips(search, lever, grid, within)
    others = () if tips else _tips(search, lever, grid, anyhow)
    if not tips and not others:
        search.by_agents(max(grid, key=within).level)
    agents = tuple(search.agents[level] for level in sorted(search.agents))
    docked = tuple(Docked.of(search.by_twin(one.level), one) for one in agents)
    return Tipped(pair, tuple(grid), agents, tips, others, docked, rest)


def _tips(
    search: _Search, lever: Lever, grid: Sequence[AtLevel], measure: Measure
) -> tuple[Tip, ...]:
    found = crossings(grid, measure, search.by_twin, lever)
    return tuple(
        _confirmed(search, lever, level, rising, measure)
        if place < MOST_CONFIRMED
        else Tip(level, None, rising, search.by_twin(level))
        for place, (level, rising) in enumerate(found)
    )


def crossings(
    grid: Sequence[AtLevel],
    measure: Measure,
    look: Callable[[float], AtLevel],
    lever: Lever,
) -> list[tuple[float, bool]]:
    """Return every level at which a measure passes zero, and whether it rises with the lever."""
    found = []
    for one, other in pairwise(grid):
        if (measure(one) >= 0.0) != (measure(other) >= 0.0):
            low, high = halved(one, other, measure, look, lever)
            found.append((lever.tidy((low.level + high.level) / 2.0), measure(high) >= 0.0))
    return found


def halved(
    low: AtLevel,
    high: AtLevel,
    measure: Measure,
    look: Callable[[float], AtLevel],
    lever: Lever,
) -> tuple[AtLevel, AtLevel]:
    """Return two levels no further apart than the precision, on either side of a crossing."""
    side = measure(low) >= 0.0
    while high.level - low.level > lever.precision:
        middle = lever.tidy((low.level + high.level) / 2.0)
        if middle in (low.level, high.level):
            break
        at = look(middle)
        if (measure(at) >= 0.0) == side:
            low = at
        else:
            high = at
    return low, high


def _confirmed(search: _Search, lever: Lever, level: float, rising: bool, measure: Measure) -> Tip:
    """Return a crossing of the twin as the agents have it, from paired runs near it."""
    step = 2.0 * lever.precision

    def look(wanted: float) -> AtLevel:
        return search.by_agents(lever.tidy(min(max(wanted, lever.low), lever.high)))

    low, high = look(level - step), look(level + step)
    for _ in range(MOST_WIDENINGS):
        if (measure(low) >= 0.0) != (measure(high) >= 0.0):
            break
        step *= 2.0
        goes_up = (measure(high) >= 0.0) != rising  # the crossing lies at higher levels
        if goes_up:
            low, high = high, look(level + step)
        else:
            low, high = look(level - step), low
    if (measure(low) >= 0.0) == (measure(high) >= 0.0):
        near = max((low, high), key=measure)
        return Tip(level, None, rising, near)
    low, high = halved(low, high, measure, search.by_agents, lever)
    better = high if measure(high) >= 0.0 else low
    return Tip(level, lever.tidy((low.level + high.level) / 2.0), measure(high) >= 0.0, better)
