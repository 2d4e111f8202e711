"""The search: scipy's differential evolution over packages, and the frontier of all it tried.

A package that misses the target is worse than any that meets it, by how far it misses; among those
that meet it the cheaper is better. How far is measured at the chance that is asked for, so that
there is a slope to follow where a count of draws has steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.domain.randomness import FloatArray
from sim.ensemble.run import Progress
from sim.scenario import Scenario
from sim.studies.reach.method.judged import Judged, Seen, Target, Worlds, judged, seen
from sim.studies.reach.method.package import Bounded, policy_of, set_to

MILLION = 1e6
MISSED = 1e9
"""Millions of pounds: more than anything costs."""
PEOPLE, FEWEST_PEOPLE = 4, 8
"""Packages to a generation for each lever, and at least."""


@dataclass
class Search:
    """A search among packages of one template, each tried in the same worlds.

    Attributes:
        tried: every package so far, in the order in which they were tried.
    """

    template: str
    levers: Sequence[Bounded]
    among: Worlds
    target: Target
    base: Seen
    pool: Executor | None = None
    tried: list[Judged] = field(default_factory=list)

    def run(self, tries: int, seed: int, progress: Progress) -> list[Judged]:
        """Try about so many packages; return all that were tried."""
        from scipy.optimize import Bounds, differential_evolution  # slow to load

        def everyone(_: object, points: Iterable[Any]) -> Any:  # scipy types a map of anything
            values = self._values(list(points))
            progress(min(len(self.tried), tries), tries, 0.0)
            return values

        def alone(point: FloatArray) -> float:
            return self._values([point])[0]

        people = -(-max(PEOPLE * len(self.levers), FEWEST_PEOPLE) // len(self.levers))
        first = 2 ** int(np.ceil(np.log2(people * len(self.levers))))
        differential_evolution(
            alone,
            Bounds([one.low for one in self.levers], [one.high for one in self.levers]),
            init="sobol",
            popsize=people,
            maxiter=max(tries // first - 1, 0),
            tol=0.0,
            polish=False,
            seed=seed,
            updating="deferred",
            workers=everyone,
        )
        return self.tried

    def _values(self, points: Sequence[FloatArray]) -> list[float]:
        settings = [set_to(self.levers, point.tolist()) for point in points]
        known = {one.settings: one for one in self.tried}
        new = {tuple(one.values()): one for one in settings if tuple(one.values()) not in known}
        policies = [policy_of(self.template, one, "package") for one in new.values()]
        for key, found in zip(new, self._seen(policies), strict=True):
            known[key] = judged(key, found, self.base, self.among, self.target)
            self.tried.append(known[key])
        return [worth(known[tuple(one.values())]) for one in settings]

    def _seen(self, policies: Sequence[Scenario]) -> Iterable[Seen]:
        every: Callable[..., Iterable[Seen]] = map if self.pool is None else self.pool.map
        return every(seen, policies, [self.among] * len(policies))


def worth(one: Judged) -> float:
    """Return what the search makes small: the cost in £m, or beyond any cost how far it misses."""
    return one.cost / MILLION if one.reaches else MISSED * (1.0 - one.margin)


def best(tried: Sequence[Judged]) -> Judged:
    """Return the cheapest package that reaches the target, or the one that comes closest."""
    return min(tried, key=worth)


def frontier(tried: Sequence[Judged]) -> list[Judged]:
    """Return the packages to which none is as cheap and as likely: the likeliest first.

    Of those that never reach the target there is none, but where none does: then the closest.
    """
    found: list[Judged] = []
    for one in sorted(tried, key=lambda one: (-one.chance, one.cost)):
        if one.chance > 0.0 and (not found or one.cost < found[-1].cost):
            found.append(one)
    return found or [best(tried)]
