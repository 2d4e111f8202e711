"""A lever moved slowly up and down again: where London remembers which way it came (hysteresis)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.domain.headline import WORKFORCE
from sim.domain.randomness import BoolArray, FloatArray
from sim.studies.tip.method.meanfield import (
    APART,
    Watched,
    attractors,
    is_at_rest,
    root_near,
    watched,
)
from sim.studies.tip.method.still import Still

SETTLING, SWEEP_YEARS, MOST_WAITS = 40, 10, 2
"""Years before the lever moves, and at each value; so often at most, while London moves on."""
MOVES_ON = 0.005
"""A London whose share changes more than this over the years at a value is still moving on."""
APART_YEARS = 40
"""Years for which two ways are watched before roots are asked for."""
BADLY, WELL = (0.3, 0.9, 2.0), (0.97, 0.9, 1.0)
"""Permanent staff per post, cover of vacancies and multiple of the opening price."""

Build = Callable[[float], Still]


@dataclass(frozen=True)
class SlowSweep:
    """A lever moved slowly up and then down again, many draws at once.

    Attributes:
        values: of the lever, rising.
        up, down: London's shares at each value by name, (value, draw).
        stays_apart: where the two ways are two states, both confirmed by root and eigenvalues
            (or as cycles), (value, draw).
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
    build: Build,
    values: Sequence[float],
    *,
    years: int = SWEEP_YEARS,
    alone: Callable[[int], Build] | None = None,
) -> SlowSweep:
    """Move a lever up from its lowest value and down again, waiting at each until London is still.

    At the lowest value London begins badly staffed if that is a state of its own there; at the
    highest, each draw goes back from another state than it has come to, if there is one. Near a
    fold that waiting may take for ever: states linger where a stable one has just vanished. So
    where the two ways differ, both are followed to the roots they lead to, and only two roots (or
    cycles), each confirmed as stable, count as two states.

    Draws but the first are asked for roots at one value only, where their ways lie furthest apart.

    Args:
        build: London at a value, all draws at once.
        values: rising.
        years: at each value, several times over while a draw is still moving on.
        alone: by draw, what builds it without the others; may be left out if there is only one.
    """
    stills = [build(value) for value in values]
    first, last = stills[0], stills[-1]
    own = _until_still(first, first.opened, first.opening_members, SETTLING)
    begin, began_badly = _other_state(first, own, BADLY)
    up = _way(stills, begin, years)
    down = _way(stills[::-1], _turn(last, up[-1], began_badly), years)[::-1]
    means = [_means(way) for way in (up, down)]
    return SlowSweep(
        tuple(values),
        means[0],
        means[1],
        _two_states(stills, up, down, values, alone or (lambda _: build)),
        tuple(one.states[0] for one in up),
        tuple(one.states[0] for one in down),
    )


def _way(stills: Sequence[Still], begin: Watched, years: int) -> list[Watched]:
    way, now = [], begin
    for still in stills:
        now = _until_still(still, now.states, now.members, years)
        way.append(now)
    return way


def _until_still(still: Still, states: FloatArray, members: BoolArray, years: int) -> Watched:
    """Return Londons once none of them moves on any more, or after many years."""
    now = watched(still, states, members, settling=years - years // 2, watching=years // 2)
    for _ in range(MOST_WAITS - 1):
        if np.all(np.ptp(now.shares[WORKFORCE], axis=0) < MOVES_ON):
            break
        settling = years - years // 2
        now = watched(still, now.states, now.members, settling=settling, watching=years // 2)
    return now


def _turn(still: Still, now: Watched, began_badly: BoolArray) -> Watched:
    """Return where each draw goes back from: another state than the one it has come to, if any."""
    states, members = now.states.copy(), now.members.copy()
    for start, wanted in ((BADLY, ~began_badly), (WELL, began_badly)):
        if wanted.any():
            other, is_other = _other_state(still, now, start)
            chosen = is_other & wanted
            states[chosen], members[chosen] = other.states[chosen], other.members[chosen]
    return Watched(states, members, now.shares)


def _other_state(
    still: Still, now: Watched, start: tuple[float, float, float]
) -> tuple[Watched, BoolArray]:
    """Return where London is now or, in draws that go elsewhere from a start, there; and which."""
    states, members = now.states.copy(), now.members.copy()
    away = _until_still(still, still.staffed(*start), still.opening_members, SETTLING)
    elsewhere = _gap(now, away) > APART
    states[elsewhere], members[elsewhere] = away.states[elsewhere], away.members[elsewhere]
    return Watched(states, members, now.shares), elsewhere


# Two states


def _two_states(
    stills: Sequence[Still],
    up: Sequence[Watched],
    down: Sequence[Watched],
    values: Sequence[float],
    alone: Callable[[int], Build],
) -> BoolArray:
    """Return where the two ways are two states, both confirmed, (value, draw)."""
    gaps = np.stack([_gap(one, other) for one, other in zip(up, down, strict=True)])
    widest = np.argmax(gaps, axis=0)
    found = np.zeros(gaps.shape, bool)
    for place, (still, value) in enumerate(zip(stills, values, strict=True)):
        asked = (gaps[place] > APART) & (widest == place)
        asked[0] = gaps[place, 0] > APART
        if not asked.any():
            continue
        ways = _watched_apart(still, up[place], down[place])
        for draw in np.flatnonzero(asked & (_gap(*ways) > APART)):
            found[place, draw] = _are_two(alone(int(draw))(value), int(draw), *ways)
    return found


def _watched_apart(still: Still, one: Watched, other: Watched) -> tuple[Watched, Watched]:
    """Return two ways decades later, the lever left where it is."""
    return (
        watched(still, one.states, one.members, settling=0, watching=APART_YEARS),
        watched(still, other.states, other.members, settling=0, watching=APART_YEARS),
    )


def _are_two(still: Still, draw: int, one: Watched, other: Watched) -> bool:
    """Return whether two Londons of one draw are in two different states, both confirmed."""
    starts = np.stack([one.states[draw], other.states[draw]])
    if all(is_at_rest(way.shares[WORKFORCE])[draw] for way in (one, other)):
        roots = [root_near(still, way.states[draw], way.members[draw]) for way in (one, other)]
        shares = still.shares_of(np.stack([root.state for root in roots]))[WORKFORCE]
        return all(root.is_stable for root in roots) and bool(np.ptp(shares) > APART)
    found = attractors(still, starts, settling=0)  # one goes round, or is on its way
    return len(found) > 1 and all(state.is_confirmed for state in found)


def _gap(one: Watched, other: Watched) -> FloatArray:
    means = [way.shares[WORKFORCE].mean(axis=0) for way in (one, other)]
    return np.asarray(np.abs(means[0] - means[1]))


def _means(way: Sequence[Watched]) -> dict[str, FloatArray]:
    names = way[0].shares
    return {name: np.stack([one.shares[name].mean(axis=0) for one in way]) for name in names}
