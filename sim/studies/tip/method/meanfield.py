"""Where London comes to rest under constant conditions: fixed points, stability, basins.

A state of rest is a root of the year's map, found by Newton's method from where the map itself
settles. It is stable if all eigenvalues of the year's Jacobian are inside the unit circle. A rest
that is unstable because a pair of eigenvalues turns outwards is circled, not left: prices and
shortages then chase each other for ever, and the attractor is that cycle. A rest counts only when
root and eigenvalues confirm it, a cycle only when it comes round again in the same place and the
same size; its shares are means over whole rounds. Londons that linger where a stable state has
just vanished (the ghost of a fold) are neither: they are on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import lu_factor, lu_solve
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from sim.domain.headline import WORKFORCE
from sim.domain.randomness import BoolArray, FloatArray
from sim.studies.tip.method.still import Still

STARTS = ((0.97, 0.9, 1.0), (0.97, 0.9, 2.0), (0.6, 0.9, 1.0), (0.3, 0.9, 2.0), (0.1, 0.95, 1.0))
"""Permanent staff per post, cover of vacancies and price that London is set to, besides its own
opening state, to see where it goes from there."""
SETTLING_YEARS, WATCHED_YEARS, MOST_ROUNDS, CYCLE_YEARS = 60, 40, 6, 120
FEWEST_ROUNDS = 2
"""A cycle is confirmed when it has been seen to come round so often."""
STILL_ENOUGH = 1e-9
STEP = 1e-7
MOST_STEPS, KINK_YEARS = 24, 3
DAMPINGS = (1.0, 0.5, 0.25, 0.1, 0.02)
EIGENVALUES = 8
PAYS = 0.5
"""An old Jacobian is kept while each step leaves no more than this of what was left."""
APART = 0.02
"""Two attractors are told apart by so much of the permanent share of the workforce."""
AT_REST = 0.002
"""A share that moves less than this over the years watched is at rest."""
SAME_AMPLITUDE = 0.05
"""A cycle is as high and as low as before, within this share of its swing: it neither dies out nor
grows, nor is it a slow passage from one place to another."""


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
        is_confirmed: a rest by its root and eigenvalues, a cycle by coming round the same way.
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
    """Return the state of rest that Newton's method finds from a guess, cap members held fixed.

    A Jacobian serves for as long as its steps go on paying.
    """
    state = guess.copy()
    residual = _change(still, state, members)
    step_of: Callable[[FloatArray], FloatArray] | None = None
    for _ in range(MOST_STEPS):
        if residual < STILL_ENOUGH / 10:
            break
        is_fresh = step_of is None
        if step_of is None:
            step_of = _newton(jacobian(still, state, members))
        step = step_of(still.moved_on(state[None], members[None])[0] - state)
        most = residual if is_fresh else residual * PAYS
        for damping in DAMPINGS if is_fresh else (1.0,):
            tried = state + damping * step
            left = _change(still, tried, members)
            if np.isfinite(left) and left < most:
                state, residual = tried, left
                break
        else:
            step_of = None
            if is_fresh:  # Newton's step leads nowhere, at a kink: let the map itself move on
                for _ in range(KINK_YEARS):
                    state = still.moved_on(state[None], members[None])[0]
                residual = _change(still, state, members)
    return _judged(still, state, members, residual)


def _newton(moves: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Return what turns a year's change into Newton's step; what never moves stays."""
    free = _moving(moves)
    factors = lu_factor((moves - np.eye(len(moves)))[np.ix_(free, free)], check_finite=False)

    def step_of(change: FloatArray) -> FloatArray:
        step = np.zeros_like(change)
        step[free] = lu_solve(factors, -change[free], check_finite=False)
        return step

    return step_of


def _moving(moves: FloatArray) -> BoolArray:
    """Return which numbers move at all: what never does, such as fixed bids, is no state."""
    return np.asarray(np.abs(moves - np.eye(len(moves))).max(axis=1) >= STEP)


def _change(still: Still, state: FloatArray, members: BoolArray) -> float:
    """Return the largest change of any number in a year; infinite for a state there cannot be."""
    if not still.is_possible(state[None])[0]:
        return np.inf
    return float(np.abs(still.moved_on(state[None], members[None])[0] - state).max())


def _judged(still: Still, state: FloatArray, members: BoolArray, residual: float) -> Root:
    moves = jacobian(still, state, members)
    free = _moving(moves)
    moves = moves[np.ix_(free, free)]
    largest = largest_eigenvalue(moves)
    return Root(state, members, residual, float(abs(largest)), bool(abs(largest.imag) > 1e-9))


def largest_eigenvalue(moves: FloatArray) -> complex:
    """Return the eigenvalue furthest from zero: the one that decides whether a rest is stable.

    Of a large matrix only a few are worked out (Arnoldi's method, from a fixed beginning).
    """
    values: Any = np.zeros(1)
    if len(moves) > 4 * EIGENVALUES:
        begin = np.random.default_rng(1).standard_normal(len(moves))
        try:
            values = eigs(moves, EIGENVALUES, v0=begin, return_eigenvectors=False)
        except ArpackNoConvergence:
            values = np.linalg.eigvals(moves)
    elif moves.size:
        values = np.linalg.eigvals(moves)
    return complex(values[int(np.argmax(np.abs(values)))])


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


def attractors(
    still: Still, starts: FloatArray | None = None, *, settling: int = SETTLING_YEARS
) -> list[Attractor]:
    """Return where London goes from its own state and from states far from it, each once.

    They come in falling order of the permanent share of the workforce.

    Args:
        still: of one draw.
        starts: states to start from, (start, number); by default London's own and `STARTS`.
        settling: years before they are watched.
    """
    if starts is None:
        starts = np.vstack([still.opened, *(still.staffed(*one) for one in STARTS)])
    members = np.repeat(still.opening_members, len(starts), axis=0)
    seen = watched(still, starts, members, settling=settling, watching=WATCHED_YEARS)
    path = seen.shares[WORKFORCE]
    goes_round = np.zeros(path.shape[1], bool)
    for _ in range(MOST_ROUNDS):
        if np.all(goes_round | is_at_rest(path)):
            break
        before = path
        seen = watched(still, seen.states, seen.members, settling=0, watching=WATCHED_YEARS)
        path = seen.shares[WORKFORCE]
        goes_round = keeps_its_place(before, path)
    if np.any(goes_round & ~is_at_rest(path)):
        seen = watched(still, seen.states, seen.members, settling=0, watching=CYCLE_YEARS)
    return _merged([_attractor(still, group, seen) for group in _groups(seen.shares[WORKFORCE])])


def is_at_rest(path: FloatArray) -> BoolArray:
    """Return whether each path, (year, state), stays where it is."""
    return np.asarray(np.ptp(path, axis=0) < AT_REST)


def keeps_its_place(before: FloatArray, after: FloatArray) -> BoolArray:
    """Return whether each path, (year, state), is as high and as low as it was before."""
    within = SAME_AMPLITUDE * np.ptp(after, axis=0)
    gaps = [np.abs(end(before, axis=0) - end(after, axis=0)) for end in (np.min, np.max)]
    return np.asarray(np.maximum(*gaps) < within)


def whole_rounds(path: FloatArray) -> tuple[slice, int]:
    """Return which years of a path make up whole rounds, and how many rounds they are.

    A round begins where the path rises through the middle of its range.
    """
    above = path >= (path.min() + path.max()) / 2.0
    begins = np.flatnonzero(above[1:] & ~above[:-1]) + 1
    if begins.size < 2:
        return slice(0, path.size), 0
    return slice(int(begins[0]), int(begins[-1])), begins.size - 1


def _groups(paths: FloatArray) -> list[list[int]]:
    """Return which of some paths, (year, state), end up in the same place, the highest first.

    Londons that go round one cycle at different times are in the same place: their ranges are one.
    """
    places = np.where(
        is_at_rest(paths), paths[-1], np.stack([paths.min(axis=0), paths.max(axis=0)])
    )
    groups: list[list[int]] = []
    for place in np.argsort(-places.mean(axis=0), kind="stable").tolist():
        for group in groups:
            if np.all(np.abs(places[:, place] - places[:, group[0]]) < APART):
                group.append(place)
                break
        else:
            groups.append([place])
    return [sorted(group) for group in groups]


def _attractor(still: Still, group: Sequence[int], seen: Watched) -> Attractor:
    """Return the attractor that a group of starts leads to, confirmed or not."""
    first = group[0]
    path = seen.shares[WORKFORCE][:, first]
    half = path.size // 2
    root = root_near(still, seen.states[first], seen.members[first])
    rounds, count = whole_rounds(path)
    keeps = keeps_its_place(path[:half, None], path[half:, None])[0]
    is_cycle = bool(np.ptp(path) > AT_REST) and bool(keeps) and count >= FEWEST_ROUNDS
    if root.is_stable and not is_cycle:  # at rest, or still on the way to it
        at = {name: float(one[0]) for name, one in still.shares_of(root.state[None]).items()}
        low = high = at[WORKFORCE]
    else:
        at = {name: float(values[rounds, first].mean()) for name, values in seen.shares.items()}
        low, high = float(path.min()), float(path.max())
    return Attractor(
        shares=at,
        low=low,
        high=high,
        is_cycle=is_cycle,
        is_confirmed=is_cycle or root.is_stable,
        root=root,
        starts=tuple(group),
        state=seen.states[first],
        members=seen.members[first],
    )


def _merged(found: Sequence[Attractor]) -> list[Attractor]:
    """Return attractors each once: Londons on their way to one and those at it are the same."""
    kept: list[Attractor] = []
    for one in sorted(found, key=lambda each: -each.shares[WORKFORCE]):
        for place, other in enumerate(kept):
            if max(abs(one.low - other.low), abs(one.high - other.high)) < APART:
                starts = tuple(sorted((*other.starts, *one.starts)))
                kept[place] = replace(other if other.is_confirmed else one, starts=starts)
                break
        else:
            kept.append(one)
    return kept
