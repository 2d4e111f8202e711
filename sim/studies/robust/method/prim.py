"""PRIM, the patient rule induction method: boxes in which cases of interest are dense.

From all points a little is peeled off, again and again, wherever that makes those left denser in
cases for every point it costs; then the edges of the box that is chosen are pasted outwards as far
as it stays as dense. A category is peeled off whole.

Source: Friedman and Fisher (1999), Bump hunting in high-dimensional data, Statistics and Computing
9; that a gain counts per point given up is their criterion for variables of several kinds (section
14.1). Quasi-p-values: Bryant and Lempert (2010), Technological Forecasting and Social Change 77.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.domain.randomness import BoolArray, FloatArray, IntArray

PEELED, PASTED = 0.05, 0.05
"""Of the points in a box, taken off or put on at a step."""
LEAST_MASS = 0.05
"""Of all points: a smaller box says nothing."""
LITTLE = 1e-12


class Restriction(NamedTuple):
    """One edge of a box: a number at or above, at or below, or one of some categories.

    Attributes:
        name: of the column.
        low, high: only one of them is finite; both are infinite for categories.
        among: the categories that are left, by number.
    """

    name: str
    low: float = -np.inf
    high: float = np.inf
    among: frozenset[int] = frozenset()

    def holds(self, values: FloatArray) -> BoolArray:
        """Return where it holds."""
        if self.among:
            return np.isin(values, sorted(self.among))
        return np.asarray((values >= self.low) & (values <= self.high))


@dataclass(frozen=True, eq=False)
class Cases:
    """Points, and which of them are cases of interest.

    Attributes:
        columns: by name, (point,); categories by number.
        choices: names of those that are categories.
        is_case: (point,).
    """

    columns: Mapping[str, FloatArray]
    choices: frozenset[str]
    is_case: BoolArray

    @property
    def share(self) -> float:
        """The share of points that are cases."""
        return float(self.is_case.mean())

    def inside(self, box: Iterable[Restriction]) -> BoolArray:
        """Return which points a box holds."""
        found = np.ones(len(self.is_case), bool)
        for one in box:
            found &= one.holds(self.columns[one.name])
        return found

    def part(self, rows: IntArray) -> Cases:
        """Return some of the points."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Cases(columns, self.choices, self.is_case[rows])


class Measured(NamedTuple):
    """How well a box tells cases from others.

    Attributes:
        coverage: share of all cases that are in it.
        density: share of the points in it that are cases.
        mass: share of all points that are in it.
    """

    coverage: float
    density: float
    mass: float

    @property
    def worth(self) -> float:
        """Coverage and density in one: their harmonic mean."""
        both = self.coverage + self.density
        return 2.0 * self.coverage * self.density / both if both else 0.0


def measured(cases: Cases, box: Iterable[Restriction]) -> Measured:
    """Return how well a box tells cases from others."""
    inside = cases.inside(box)
    hits, all_cases = int(cases.is_case[inside].sum()), int(cases.is_case.sum())
    return Measured(
        hits / max(all_cases, 1), hits / max(int(inside.sum()), 1), float(inside.mean())
    )


@dataclass
class _Peeling:
    """A box on its way down: its limits and the points it holds."""

    cases: Cases
    limits: dict[tuple[str, str], Restriction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inside = self.cases.inside(self.limits.values())
        self.numbers = [one for one in self.cases.columns if one not in self.cases.choices]

    def step(self, fewest: int) -> bool:
        """Peel once; return whether anything could be peeled."""
        found = [*self._number_peels(), *self._choice_peels()]
        held = self.inside.sum()
        is_case = self.cases.is_case
        before = is_case[self.inside].mean()
        best, best_gain = None, -np.inf
        for restriction, kept in found:
            count = int(kept.sum())
            if not fewest <= count < held:
                continue
            gain = (is_case[kept].mean() - before) / (held - count)
            if gain > best_gain + LITTLE:
                best, best_gain = (restriction, kept), gain
        if best is None:
            return False
        restriction, self.inside = best
        self.limits[_edge(restriction)] = restriction
        return True

    def _number_peels(self) -> Iterable[tuple[Restriction, BoolArray]]:
        for name in self.numbers:
            values = self.cases.columns[name]
            mine = values[self.inside]
            low, high = np.quantile(mine, [PEELED, 1.0 - PEELED])
            if low == mine.min():  # many alike at the end: they go together
                low = np.min(mine[mine > low], initial=np.inf)
            if high == mine.max():
                high = np.max(mine[mine < high], initial=-np.inf)
            yield Restriction(name, low=float(low)), self.inside & (values >= low)
            yield Restriction(name, high=float(high)), self.inside & (values <= high)

    def _choice_peels(self) -> Iterable[tuple[Restriction, BoolArray]]:
        for name in self.cases.choices:
            values = self.cases.columns[name]
            there = {int(one) for one in np.unique(values[self.inside])}
            for gone in sorted(there):
                left = frozenset(there - {gone})
                if left:
                    yield Restriction(name, among=left), self.inside & (values != gone)


def _edge(one: Restriction) -> tuple[str, str]:
    side = "among" if one.among else ("low" if np.isfinite(one.low) else "high")
    return one.name, side


def peeled(cases: Cases, least_mass: float = LEAST_MASS) -> list[tuple[Restriction, ...]]:
    """Return the boxes of a peeling, from all points down to the least mass."""
    peeling = _Peeling(cases)
    fewest = max(int(np.ceil(least_mass * len(cases.is_case))), 1)
    boxes: list[tuple[Restriction, ...]] = [()]
    while cases.is_case[peeling.inside].mean() < 1.0 and peeling.step(fewest):
        boxes.append(tuple(peeling.limits.values()))
    return boxes


def pasted(cases: Cases, box: Sequence[Restriction]) -> tuple[Restriction, ...]:
    """Return a box with its edges moved out as long as it stays as dense."""
    limits = {_edge(one): one for one in box}
    while True:
        density = measured(cases, limits.values()).density
        wider = [
            (measured(cases, (limits | {edge: moved}).values()), edge, moved)
            for edge, one in limits.items()
            for moved in _moved_out(cases, limits, edge, one)
        ]
        better = [one for one in wider if one[0].density >= density]
        if not better:
            return tuple(limits.values())
        _, edge, moved = max(better, key=lambda one: (one[0].density, one[0].mass))
        limits[edge] = moved


def _moved_out(
    cases: Cases,
    limits: Mapping[tuple[str, str], Restriction],
    edge: tuple[str, str],
    one: Restriction,
) -> Iterable[Restriction]:
    """Yield an edge moved out a step: over the nearest points beyond it, or by one category."""
    values = cases.columns[one.name]
    within = cases.inside([other for place, other in limits.items() if place != edge])
    beyond = values[within & ~one.holds(values)]
    if not len(beyond):
        return
    if one.among:
        for more in np.unique(beyond):
            yield one._replace(among=one.among | {int(more)})
        return
    step = min(max(int(PASTED * cases.inside(limits.values()).sum()), 1), len(beyond))
    if edge[1] == "low":
        yield one._replace(low=float(np.sort(beyond)[::-1][step - 1]))
    else:
        yield one._replace(high=float(np.sort(beyond)[step - 1]))


def quasi_p(cases: Cases, box: Sequence[Restriction], one: Restriction) -> float:
    """Return how likely a restriction's gain would be if it picked its points at random.

    The chance of as many cases among as many points, drawn from the box without it.
    """
    from scipy.stats import binom  # slow to load

    inside = cases.inside(box)
    without = cases.inside([other for other in box if other != one])
    count, hits = int(inside.sum()), int(cases.is_case[inside].sum())
    return float(binom.sf(hits - 1, count, cases.is_case[without].mean()))
