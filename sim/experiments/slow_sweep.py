"""A lever moved slowly up and down again: where London remembers which way it came (hysteresis)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.domain.randomness import FloatArray
from sim.experiments.meanfield import APART, WORKFORCE, Watched, watched
from sim.experiments.still import Still
from sim.experiments.twin.state import BoolArray

SETTLING, SWEEP_YEARS, APART_YEARS, APART_ROUNDS = 30, 10, 20, 8
"""Years before the lever moves, at each value, and (at most so often) to see what stays apart."""
STEADY = 0.97
"""Two states stay apart if they keep so much of their distance from one round to the next."""
BADLY, WELL = (0.3, 0.9, 2.0), (0.97, 0.9, 1.0)
"""Permanent staff per post, cover of vacancies and multiple of the opening price."""


@dataclass(frozen=True)
class SlowSweep:
    """A lever moved slowly up and then down again, many draws at once.

    Attributes:
        values: of the lever, rising.
        up, down: London's shares at each value by name, (value, draw).
        stays_apart: where the two ways differ and go on differing when the lever stays where it
            is, (value, draw).
        up_states, down_states: of the first draw, a state at each value.
    """

    values: tuple[float, ...]
    up: dict[str, FloatArray]
    down: dict[str, FloatArray]
    stays_apart: BoolArray
    up_states: tuple[FloatArray, ...]
    down_states: tuple[FloatArray, ...]

    def two_states(self, draw: int = 0) -> tuple[float, float] | None:
        """Return the lowest and highest value at which a draw has two states, if any."""
        where = np.flatnonzero(self.stays_apart[:, draw])
        return (self.values[where[0]], self.values[where[-1]]) if where.size else None


def slow_sweep(
    build: Callable[[float], Still], values: Sequence[float], *, years: int = SWEEP_YEARS
) -> SlowSweep:
    """Move a lever up from its lowest value and down again, `years` years at each.

    At the lowest value London begins badly staffed if that is a state of its own there; at the
    highest, each draw goes back from another state than it has come to, if there is one. Where
    the two ways differ, both are watched for decades more without moving the lever, from either
    end of the range inwards: only what stays apart counts as two states.
    """
    stills = [build(value) for value in values]
    first, last = stills[0], stills[-1]
    own = watched(first, first.opened, first.opening_members, settling=SETTLING, watching=1)
    begin = _other_state(first, own, (BADLY,))
    began_badly = begin.states[:, 0] != own.states[:, 0]
    up = _way(stills, begin, years)
    others = [start for start, few in ((BADLY, ~began_badly), (WELL, began_badly)) if few.any()]
    turn = _other_state(last, up[-1], others)
    down = _way(stills[::-1], turn, years)[::-1]
    means = [_means(way) for way in (up, down)]
    apart = np.abs(means[0][WORKFORCE] - means[1][WORKFORCE]) > APART
    for places in (range(len(stills)), range(len(stills))[::-1]):
        for place in places:  # from each end inwards, until no draw's two ways come together
            differed = apart[place].copy()
            if differed.any():
                apart[place] &= _stay_apart(stills[place], up[place], down[place])
                if np.array_equal(apart[place], differed):
                    break
    return SlowSweep(
        tuple(values),
        means[0],
        means[1],
        apart,
        tuple(one.states[0] for one in up),
        tuple(one.states[0] for one in down),
    )


def _way(stills: Sequence[Still], begin: Watched, years: int) -> list[Watched]:
    way, now = [], begin
    settling = years // 2
    for still in stills:
        now = watched(still, now.states, now.members, settling=settling, watching=years - settling)
        way.append(now)
    return way


def _other_state(
    still: Still, now: Watched, starts: Sequence[tuple[float, float, float]]
) -> Watched:
    """Return where London is now or, in draws that have one, another state it could be in."""
    states, members = now.states.copy(), now.members.copy()
    for start in starts:
        begun = still.staffed(*start)
        away = watched(still, begun, still.opening_members, settling=SETTLING, watching=1)
        gap = np.abs(now.shares[WORKFORCE][-1] - away.shares[WORKFORCE][-1])
        if np.any(gap > APART):
            apart = _stay_apart(still, now, away)
            states[apart], members[apart] = away.states[apart], away.members[apart]
    return Watched(states, members, now.shares)


def _stay_apart(still: Still, one: Watched, other: Watched) -> BoolArray:
    """Return which draws keep to two different states when the lever stays where it is.

    States may linger where a stable one has just vanished: as long as two draw nearer to each
    other they are not two. Nor are they where they pass through the same shares, as two Londons
    do that go round one cycle at different times.
    """
    ways, before = [one, other], _gap(one, other)
    for _ in range(APART_ROUNDS):
        ways = [
            watched(still, way.states, way.members, settling=0, watching=APART_YEARS)
            for way in ways
        ]
        gap = _gap(*ways)
        if np.all((gap < APART) | (gap > STEADY * before)):
            break
        before = gap
    lows, highs = ([end(way.shares[WORKFORCE], axis=0) for way in ways] for end in (np.min, np.max))
    are_disjoint = np.maximum(*lows) > np.minimum(*highs)
    return np.asarray((gap > APART) & (gap > STEADY * before) & are_disjoint)


def _gap(one: Watched, other: Watched) -> FloatArray:
    means = [way.shares[WORKFORCE].mean(axis=0) for way in (one, other)]
    return np.asarray(np.abs(means[0] - means[1]))


def _means(way: Sequence[Watched]) -> dict[str, FloatArray]:
    names = way[0].shares
    return {name: np.stack([one.shares[name].mean(axis=0) for one in way]) for name in names}
