"""How policies do over futures: who meets the target, what it costs, and what each regrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.domain.headline import POSTS, SHARES, UNFILLED
from sim.domain.randomness import BoolArray, FloatArray
from sim.studies.robust.method.runs import KEPT, SPENT

BAD, GOOD = 0.10, 0.90
"""A bad case is met or undercut by 1 future in 10; where less is better, by the other end."""


@dataclass(frozen=True)
class Target:
    """What must hold at the last census, all at once.

    Attributes:
        share: least permanent share, of the workforce and of posts.
        most_unfilled: most unfilled posts, as a share of posts.
    """

    share: float
    most_unfilled: float

    def met(self, values: FloatArray) -> BoolArray:
        """Return where it holds, (...), given outcomes (..., `KEPT`)."""
        workforce, posts, unfilled = (values[..., KEPT.index(name)] for name in SHARES)
        reached = (workforce >= self.share) & (posts >= self.share)
        return np.asarray(reached & (unfilled <= self.most_unfilled))


@dataclass(frozen=True)
class Typical:
    """An outcome over futures: the middle one, and a bad case, 1 in 10."""

    median: float
    bad: float


@dataclass(frozen=True)
class Regret:
    """How far a policy is behind the best of those compared in the same future.

    Attributes:
        mean, high, most: over futures: the mean, what 1 in 10 exceeds, and the most.
        best: share of futures in which nothing compared does better.
    """

    mean: float
    high: float
    most: float
    best: float


@dataclass(frozen=True)
class Judged:
    """What a policy comes to over all futures.

    Attributes:
        met: share of futures that meet the target.
        typical: both permanent shares and unfilled posts, by outcome.
        cost: £ beyond the base over the whole time, mean over futures; `low` and `high` leave out
            the lowest and the highest 1 in 10. All 0 for the base itself.
        posts, spending: regret of the permanent share of posts, and of £ spent.
    """

    name: str
    met: float
    typical: dict[str, Typical]
    cost: float
    low: float
    high: float
    posts: Regret
    spending: Regret


def judged(names: Sequence[str], values: FloatArray, target: Target) -> list[Judged]:
    """Return what every policy comes to, the base first.

    Args:
        names: of the policies.
        values: what they come to, (policy, future, `KEPT`).
        target: what must hold.
    """
    posts = regrets(values[..., KEPT.index(POSTS)])
    spending = regrets(-values[..., KEPT.index(SPENT)])
    beyond = values[..., KEPT.index(SPENT)] - values[0, :, KEPT.index(SPENT)]
    return [
        Judged(
            name=name,
            met=float(target.met(values[place]).mean()),
            typical={one: _typical(values[place, :, KEPT.index(one)], one) for one in SHARES},
            cost=float(beyond[place].mean()),
            low=float(np.quantile(beyond[place], BAD)),
            high=float(np.quantile(beyond[place], GOOD)),
            posts=_regret(posts[place]),
            spending=_regret(spending[place]),
        )
        for place, name in enumerate(names)
    ]


def regrets(worth: FloatArray) -> FloatArray:
    """Return how far each policy is behind the best in each future, 0 or more.

    Args:
        worth: the more the better, (policy, future).
    """
    return np.asarray(worth.max(axis=0) - worth)


def _regret(behind: FloatArray) -> Regret:
    return Regret(
        float(behind.mean()),
        float(np.quantile(behind, GOOD)),
        float(behind.max()),
        float((behind <= 0.0).mean()),
    )


def _typical(values: FloatArray, outcome: str) -> Typical:
    bad = GOOD if outcome == UNFILLED else BAD
    return Typical(float(np.median(values)), float(np.quantile(values, bad)))


@dataclass(frozen=True)
class Docked:
    """How far the twin and agents agree on a policy, in the futures that both looked at.

    Attributes:
        futures: how many.
        same: those in which they agree on whether the target is met.
        twin, agents: share of them that meet it by each.
        gaps: twin less agents, mean, by outcome; `errors` are its standard errors.
    """

    name: str
    futures: int
    same: int
    twin: float
    agents: float
    gaps: dict[str, float]
    errors: dict[str, float]


def docked(
    names: Sequence[str], twin: FloatArray, agents: FloatArray, target: Target
) -> list[Docked]:
    """Return how far twin and agents agree, by policy, both (policy, future, `KEPT`)."""
    found = []
    for place, name in enumerate(names):
        ours, theirs = target.met(twin[place]), target.met(agents[place])
        apart = twin[place] - agents[place]
        gaps, errors = apart.mean(axis=0), apart.std(axis=0) / np.sqrt(len(apart))
        found.append(
            Docked(
                name,
                len(ours),
                int((ours == theirs).sum()),
                float(ours.mean()),
                float(theirs.mean()),
                {one: float(gaps[KEPT.index(one)]) for one in SHARES},
                {one: float(errors[KEPT.index(one)]) for one in SHARES},
            )
        )
    return found
