"""Where London comes to rest under constant conditions: fixed points, stability, basins, folds.

A state of rest is a root of the year's map, found by Newton's method from where the map itself
settles. It is stable if all eigenvalues of the year's Jacobian are inside the unit circle. A rest
that is unstable because a pair of eigenvalues turns outwards is circled, not left: prices and
shortages then chase each other for ever, and the attractor is that cycle. A rest counts only when
root and eigenvalues confirm it, a cycle only when it keeps its size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.domain.randomness import FloatArray
from sim.experiments.still import Still
from sim.experiments.twin.state import BoolArray

WORKFORCE = "permanent_share_of_workforce"
STARTS = ((0.97, 0.9, 1.0), (0.97, 0.9, 2.0), (0.6, 0.9, 1.0), (0.3, 0.9, 2.0), (0.1, 0.95, 1.0))
"""Permanent staff per post, cover of vacancies and price that London is set to, besides its own
opening state, to see where it goes from there."""
SETTLING_YEARS, WATCHED_YEARS, MOST_ROUNDS = 60, 40, 6
STILL_ENOUGH = 1e-9
STEP = 1e-7
MOST_STEPS, KINK_YEARS = 12, 3
APART = 0.02
"""Two attractors are told apart by so much of the permanent share of the workforce."""
AT_REST = 0.002
"""A share that moves less than this over the years watched is at rest."""
SAME_AMPLITUDE = 0.05
"""A cycle's two halves swing equally far, within this share: it neither dies out nor grows."""
FOLLOWED_WITHIN = 0.08
"""A rest that is followed along a lever moves no further than this from value to value."""
FOLD_STEPS = 3
EDGE_ROUNDS, EDGE_STATES, EDGE_YEARS = 5, 20, 20


@dataclass(frozen=True)
class Root:
    """A state of rest.

    Attributes:
        state: (number,).
        members: who keeps to the cap, (employer,).
        residual: the largest change of any number in a year.
        radius: the largest size of an eigenvalue of the year's Jacobian.
        turns: whether that eigenvalue is one of a complex pair.
    """

    state: FloatArray
    members: BoolArray
    residual: float
    radius: float
    turns: bool

    @property
    def is_found(self) -> bool:
        """Whether Newton's method got there."""
        return self.residual < STILL_ENOUGH

    @property
    def is_stable(self) -> bool:
        """Whether small disturbances die out."""
        return self.is_found and self.radius < 1.0


class Watched(NamedTuple):
    """States at the end, who keeps to the cap, and London's shares by (census, state)."""

    states: FloatArray
    members: BoolArray
    shares: dict[str, FloatArray]


@dataclass(frozen=True)
class Attractor:
    """Where London ends up.

    Attributes:
        shares: permanent shares of workforce and of posts, unfilled posts and charge rate, at
            rest or on average over the cycle.
        low, high: of the permanent share of the workforce over the years watched.
        is_cycle: whether it goes round for ever; `root` is then the rest found near it.
        is_confirmed: a rest by its root and eigenvalues, a cycle by keeping its size.
        starts: which of the states it was started from lead here, by place; 0 is London's own.
    """

    shares: dict[str, float]
    low: float
    high: float
    is_cycle: bool
    is_confirmed: bool
    root: Root
    starts: tuple[int, ...]
    state: FloatArray
    members: BoolArray


# Roots


def jacobian(still: Still, state: FloatArray, members: BoolArray) -> FloatArray:
    """Return the derivative of next year's state by this year's, (number, number).

    Each number is disturbed in a London of its own, all at once.
    """
    size = state.size
    states = np.vstack([state[None], state[None] + STEP * np.eye(size)])
    after = still.moved_on(states, np.broadcast_to(members, (size + 1, members.size)))
    return np.asarray((after[1:] - after[0]).T / STEP)


def root_near(still: Still, guess: FloatArray, members: BoolArray) -> Root:
    """Return the state of rest that Newton's method finds from a guess, cap members held fixed."""
    state = guess.copy()
    residual = _change(still, state, members)
    for _ in range(MOST_STEPS):
        if residual < STILL_ENOUGH / 10:
            break
        moves = jacobian(still, state, members)
        moved = still.moved_on(state[None], members[None])[0] - state
        step, *_ = np.linalg.lstsq(moves - np.eye(state.size), -moved, rcond=1e-12)
        for damping in (1.0, 0.5, 0.25, 0.1, 0.02):
            tried = state + damping * step
            left = _change(still, tried, members)
            if np.isfinite(left) and left < residual:
                break
        else:  # Newton's step leads nowhere, at a kink: let the map itself move on
            tried = state
            for _ in range(KINK_YEARS):
                tried = still.moved_on(tried[None], members[None])[0]
            left = _change(still, tried, members)
        state, residual = tried, left
    return _judged(still, state, members, residual)


def _change(still: Still, state: FloatArray, members: BoolArray) -> float:
    """Return the largest change of any number in a year; infinite for a state there cannot be."""
    if not still.is_possible(state[None])[0]:
        return np.inf
    return float(np.abs(still.moved_on(state[None], members[None])[0] - state).max())


def _judged(still: Still, state: FloatArray, members: BoolArray, residual: float) -> Root:
    moves = jacobian(still, state, members)
    fixed = np.abs(moves - np.eye(state.size)).max(axis=1) < STEP
    moves = moves[np.ix_(~fixed, ~fixed)]  # what never moves, such as fixed bids, is no state
    values = np.linalg.eigvals(moves) if moves.size else np.zeros(1)
    largest = values[int(np.argmax(np.abs(values)))]
    return Root(state, members, residual, float(abs(largest)), bool(abs(largest.imag) > 1e-9))


# Attractors


def watched(
    still: Still, states: FloatArray, members: BoolArray, *, settling: int, watching: int
) -> Watched:
    """Return states after some years, and London's shares at each census after settling."""
    states, members = still.after(states, members, years=settling)
    path = [still.shares_of(states)]
    for _ in range(watching):
        still.go_on()  # months that members were short for are counted on
        path.append(still.shares_of(still.packed()))
    shares = {name: np.stack([one[name] for one in path]) for name in path[0]}
    return Watched(still.packed(), still.is_member.copy(), shares)


def attractors(still: Still, starts: FloatArray | None = None) -> list[Attractor]:
    """Return where London goes from its own state and from states far from it, each once.

    They come in falling order of the permanent share of the workforce.

    Args:
        still: of one draw.
        starts: states to start from, (start, number); by default London's own and `STARTS`.
    """
    if starts is None:
        starts = np.vstack([still.opened, *(still.staffed(*one) for one in STARTS)])
    members = np.repeat(still.opening_members, len(starts), axis=0)
    seen = watched(still, starts, members, settling=SETTLING_YEARS, watching=WATCHED_YEARS)
    for _ in range(MOST_ROUNDS):
        if np.all(_keeps_its_size(seen.shares[WORKFORCE])):
            break
        seen = watched(still, seen.states, seen.members, settling=0, watching=WATCHED_YEARS)
    mean = seen.shares[WORKFORCE].mean(axis=0)
    groups: list[list[int]] = []
    for place in np.argsort(-mean, kind="stable").tolist():
        if groups and abs(mean[place] - mean[groups[-1][0]]) < APART:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [_attractor(still, sorted(group), seen) for group in groups]


def _keeps_its_size(path: FloatArray) -> BoolArray:
    """Return whether each path, (year, state), is at rest or swings as far as before."""
    half = len(path) // 2
    before, after = (np.ptp(one, axis=0) for one in (path[:half], path[half:]))
    swings = np.abs(after - before) < SAME_AMPLITUDE * before
    return np.asarray((np.ptp(path, axis=0) < AT_REST) | swings)


def _attractor(still: Still, group: Sequence[int], seen: Watched) -> Attractor:
    """Return the attractor that a group of starts leads to, confirmed or not."""
    first = group[0]
    path = seen.shares[WORKFORCE][:, first]
    moves = bool(np.ptp(path) > AT_REST)
    root = root_near(still, seen.states[first], seen.members[first])
    at_root = {name: float(one[0]) for name, one in still.shares_of(root.state[None]).items()}
    at = {name: float(values[:, first].mean()) for name, values in seen.shares.items()}
    if moves:
        confirmed = bool(_keeps_its_size(path[:, None])[0])
    else:
        confirmed = root.is_stable and bool(abs(at_root[WORKFORCE] - path[-1]) < AT_REST)
        at = at_root if confirmed else at
    return Attractor(
        shares=at,
        low=float(path.min()),
        high=float(path.max()),
        is_cycle=moves,
        is_confirmed=confirmed,
        root=root,
        starts=tuple(group),
        state=seen.states[first],
        members=seen.members[first],
    )


def edge_between(still: Still, one: FloatArray, other: FloatArray) -> Root:
    """Return the unstable rest on the edge between the basins of two states of rest.

    Dividing the line between them finds a state that stays on the edge for long; Newton's method
    goes from there. It is unstable: a small push decides which way London goes.
    """
    shares = still.shares_of(np.stack([one, other]))[WORKFORCE]
    low, high = 0.0, 1.0
    for _ in range(EDGE_ROUNDS):
        along = np.linspace(low, high, EDGE_STATES + 2)[1:-1]
        states = one + along[:, None] * (other - one)
        members = np.repeat(still.opening_members, EDGE_STATES, axis=0)
        ends = still.shares_of(still.after(states, members, years=SETTLING_YEARS)[0])[WORKFORCE]
        goes_back = np.abs(ends - shares[0]) < np.abs(ends - shares[1])
        back, on = along[goes_back], along[~goes_back]
        low, high = (back.max() if back.size else low), (on.min() if on.size else high)
    members = still.opening_members
    path, _ = still.after((one + low * (other - one))[None], members, years=EDGE_YEARS)
    return root_near(still, path[0], members[0])


# Along a lever


def followed(
    build: Callable[[float], Still], values: Sequence[float], begin: Root | None = None
) -> list[tuple[float, Root]]:
    """Return the rest that Newton's method follows from value to value, as far as it is stable.

    Args:
        build: London under constant conditions at a value of the lever.
        values: in the order to go through.
        begin: a rest to begin from, its cap members kept; by default where London's own state
            settles at the first value.
    """
    found: list[tuple[float, Root]] = []
    last = begin
    for value in values:
        still = build(value)
        if last is None:
            states, members = still.after(still.opened, still.opening_members, years=SETTLING_YEARS)
            root = root_near(still, states[0], members[0])
        else:
            root = root_near(still, last.state, last.members)
        if not root.is_stable or (last is not None and _far(still, root, last)):
            break
        found.append((value, root))
        last = root
    return found


def _far(still: Still, one: Root, other: Root) -> bool:
    shares = still.shares_of(np.stack([one.state, other.state]))[WORKFORCE]
    return bool(abs(shares[0] - shares[1]) > FOLLOWED_WITHIN)


def fold(
    build: Callable[[float], Still], root: Root, inside: float, outside: float, precision: float
) -> float:
    """Return the value at which a stable rest vanishes, between one where it is and one where not.

    Args:
        root: the rest at `inside`.
        precision: of the value.
    """
    while abs(outside - inside) > precision:
        middle = (inside + outside) / 2.0
        on = followed(build, np.linspace(inside, middle, FOLD_STEPS).tolist(), root)
        if len(on) == FOLD_STEPS:
            inside, root = middle, on[-1][1]
        else:
            outside = middle
            if on:
                inside, root = on[-1]
    return (inside + outside) / 2.0
