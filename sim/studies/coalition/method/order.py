"""Coalitions that come apart or grow one name at a time, and how many it takes.

**Unravelling** is myopic best response. In each round every member asks what it would gain by
leaving, the others staying; the one with the largest clear gain leaves. It ends when nobody has a
clear gain, or nobody is left. **Growth** is the same from no pledge at all: the outsider with the
largest clear gain from signing joins.

Asking everybody in every round would take some five hundred coalitions. So each round asks the
`shortlist` employers whose gain was largest when last asked, at today's coalition. A round in which
none of them gains asks everybody before it is called the end: that a coalition is *stable* never
rests on the shortlist, the order of leaving may.

A coalition is **internally stable** if no member clearly gains by leaving and **externally
stable** if no outsider among the employers asked clearly gains by joining (d'Aspremont, Jacquemin,
Gabszewicz and Weymark 1983, "On the stability of collusive price leadership", Canadian Journal of
Economics 16). Of two thousand million coalitions only those on the two paths are looked at: the
smallest stable one is the smallest *found*.

**Critical number of signatories**: the smallest number from which on, at every larger number tried,
at least `HALF` of what the whole pledge does to London's mean charge rate, and of what it does to
the agency's excess cost over permanent staff in the same posts, still remains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.domain.randomness import FloatArray
from sim.studies.coalition.method.game import Gain, Game, Members, Payoff, Seen, gain_of
from sim.studies.sweep.method import FEWEST_LEAVERS

HALF = 0.5
STEPS_OF_SHARE = 8
"""The keyed order is tried at so many even steps up to the whole pledge."""


class GainOf(Protocol):
    """What a step (leaving or joining) would bring an employer, given who is in."""

    def __call__(self, members: Members, employer: str) -> Gain:
        """Return the gain from the step."""


@dataclass(frozen=True)
class Step:
    """One round: who left (or joined), for what gain, and how many were then in.

    Attributes:
        asked: how many employers were asked in the round.
    """

    round: int
    employer: str
    gain: Gain
    members: int
    asked: int


@dataclass(frozen=True)
class Path:
    """The rounds from one coalition to where nobody wants to move.

    Attributes:
        coalitions: who is in before the first round and after each.
        last_asked: the gain of everybody asked in the final round, in which nobody moved.
    """

    steps: tuple[Step, ...]
    coalitions: tuple[Members, ...]
    last_asked: dict[str, Gain]

    @property
    def end(self) -> Members:
        """Who is in where nobody wants to move."""
        return self.coalitions[-1]


def moved(
    members: Members,
    candidates_of: Callable[[Members], Members],
    after: Callable[[Members, str], Members],
    gain: GainOf,
    shortlist: int,
) -> Path:
    """Follow myopic best response from a coalition, one employer a round, to its end.

    Args:
        candidates_of: who may move, given who is in.
        after: who is in once somebody has moved.
        gain: what the move brings.
        shortlist: employers asked a round, unless none of them gains.
    """
    latest: dict[str, float] = {}
    steps: list[Step] = []
    coalitions = [members]
    while candidates := candidates_of(members):
        # whoever was never asked comes first: the first round asks everybody
        order = sorted(candidates, key=lambda name: (-latest.get(name, np.inf), name))
        fresh = [name for name in order if name not in latest]
        first = order if fresh else order[:shortlist]
        found = {name: gain(members, name) for name in first}
        if not any(one.is_clear for one in found.values()):
            found |= {name: gain(members, name) for name in order if name not in found}
        latest |= {name: one.mean for name, one in found.items()}
        clear = {name: one for name, one in found.items() if one.is_clear}
        if not clear:
            return Path(tuple(steps), tuple(coalitions), found)
        mover = max(sorted(clear), key=lambda name: clear[name].mean)
        members = after(members, mover)
        coalitions.append(members)
        steps.append(Step(len(steps) + 1, mover, clear[mover], len(members), len(found)))
    return Path(tuple(steps), tuple(coalitions), {})


def unravelled(signers: Members, gain: GainOf, shortlist: int) -> Path:
    """Return the path from the whole pledge; `gain` is what leaving brings a member."""
    return moved(
        signers, lambda inside: inside, lambda inside, name: inside - {name}, gain, shortlist
    )


def grown(everybody: Members, gain: GainOf, shortlist: int) -> Path:
    """Return the path from no pledge; `gain` is what joining brings an outsider."""
    return moved(
        frozenset(),
        lambda inside: everybody - inside,
        lambda inside, name: inside | {name},
        gain,
        shortlist,
    )


def leaving(game: Game, payoff: Payoff, post_value: float) -> GainOf:
    """Return what leaving brings a member of any coalition."""

    def gain(members: Members, employer: str) -> Gain:
        return gain_of(game.gain_outside(members, employer, lambda s: s.payoff(payoff, post_value)))

    return gain


def joining(game: Game, payoff: Payoff, post_value: float) -> GainOf:
    """Return what joining brings an outsider of any coalition."""

    def gain(members: Members, employer: str) -> Gain:
        lost = game.gain_outside(members, employer, lambda s: s.payoff(payoff, post_value))
        return gain_of(-lost)

    return gain


@dataclass(frozen=True)
class Stability:
    """Where unravelling and growth end, and whether the ends are stable.

    Attributes:
        largest, smallest: stable coalitions found from the whole pledge and from none; None where
            the end of a path is not stable.
    """

    unravelling: Path
    growth: Path
    largest: Members | None
    smallest: Members | None


def stability(game: Game, payoff: Payoff, post_value: float, shortlist: int) -> Stability:
    """Let the whole pledge come apart and no pledge grow, and test where each ends."""
    signers = frozenset(game.signers)
    leave, join = leaving(game, payoff, post_value), joining(game, payoff, post_value)
    down = unravelled(signers, leave, shortlist)
    up = grown(signers, join, shortlist)
    ends = []
    for end in (down.end, up.end):
        inside = any(leave(end, name).is_clear for name in end)
        outside = any(join(end, name).is_clear for name in signers - end)
        ends.append(None if inside or outside else end)
    known = [end for end in ends if end is not None]
    return Stability(
        down,
        up,
        max(known, key=len) if known else None,
        min(known, key=len) if known else None,
    )


# How many it takes


@dataclass(frozen=True)
class Signed:
    """What a number of signatories still does of the whole pledge's work; means over runs.

    Attributes:
        charge_rate_per_hour: London's mean, £.
        excess_cost: London's agency cost above permanent staff in the same posts, £ a year.
        unfilled_share: of London's posts.
        charge_effect, excess_effect: what is left of the whole pledge's effect against nobody, 1
            for the whole pledge; NaN where the whole pledge has none.
    """

    members: int
    charge_rate_per_hour: float
    excess_cost: float
    unfilled_share: float
    charge_effect: float
    excess_effect: float

    @property
    def does_the_work(self) -> bool:
        """Whether at least half of both effects remains."""
        return self.charge_effect >= HALF and self.excess_effect >= HALF


def signed(game: Game, seen: Seen, members: int) -> Signed:
    """Return what one coalition still does of the whole pledge's work."""
    levels = [_levels(one) for one in (seen, game.nobody, game.whole)]
    here, none, whole = levels
    left = [
        (n - h) / (n - w) if n > w else np.nan for h, n, w in zip(here, none, whole, strict=True)
    ]
    unfilled = float(seen.london("unfilled_fte", "posts_fte").mean())
    return Signed(members, here[0], here[1], unfilled, left[0], left[1])


def _levels(seen: Seen) -> tuple[float, float]:
    charge = seen.london("hourly_charges", "agency_fte")
    excess = seen.london("agency_excess_cost_per_year")
    return float(charge.mean()), float(excess.mean())


def share_steps(count: int) -> list[int]:
    """Return the numbers of signatories tried in the keyed order, none and all included."""
    return sorted({round(count * step / STEPS_OF_SHARE) for step in range(STEPS_OF_SHARE + 1)})


def in_keyed_order(game: Game) -> list[Signed]:
    """Return the work done by ever more members, in an order drawn in each run.

    Nothing for a pledge that names its signatories or who is out: shares are of all employers.
    """
    if not isinstance(game.scenario.levers.cap.members, float):
        return []
    count = len(game.signers)
    tried = share_steps(count)
    ends = {0: game.nobody, count: game.whole}
    return [
        signed(game, ends[number] if number in ends else game.of(number / count), number)
        for number in tried
    ]


def along(game: Game, path: Path) -> list[Signed]:
    """Return the work done by each coalition of a path, the smallest first."""
    found = [signed(game, game.of(members), len(members)) for members in path.coalitions]
    return sorted(found, key=lambda one: one.members)


def critical_number(curve: Sequence[Signed]) -> int | None:
    """Return the smallest number from which on the cap does its work at every number tried."""
    found = None
    for one in sorted(curve, key=lambda one: -one.members):
        if not one.does_the_work:
            break
        found = one.members
    return found


# The model's own rule


@dataclass(frozen=True)
class OwnRule:
    """How members leave by the model's own rule, at a tolerance of unfilled posts.

    Attributes:
        leaves: by employer, in how many runs it has left by the horizon.
        month: by employer, the mean month in which it leaves; those that stay count as leaving
            the month after the horizon.
        agreement: rank correlation with the order of unravelling, -1 to 1; None where fewer
            than five leave by either, so that there is no order to speak of.
    """

    tolerance: float
    leaves: dict[str, int]
    month: dict[str, float]
    agreement: float | None


def own_rule(game: Game, tolerance: float, path: Path) -> OwnRule:
    """Return who leaves by the model's own rule, and how far that is the order of unravelling."""
    seen = game.voluntary(tolerance)
    month = np.where(np.isnan(seen.left_month), game.last_month + 1, seen.left_month)
    mean, count = month.mean(axis=0), (~np.isnan(seen.left_month)).sum(axis=0)
    at = {name: place for place, name in enumerate(seen.employers)}
    turn = {step.employer: step.round for step in path.steps}
    leavers = sum(bool(count[at[name]]) for name in game.signers)
    last = len(path.steps) + 1
    order = np.array([turn.get(name, last) for name in game.signers], float)
    theirs = np.array([mean[at[name]] for name in game.signers])
    return OwnRule(
        tolerance,
        {name: int(count[at[name]]) for name in game.signers},
        {name: float(mean[at[name]]) for name in game.signers},
        _rank_correlation(order, theirs) if min(leavers, len(turn)) >= FEWEST_LEAVERS else None,
    )


def _rank_correlation(one: FloatArray, other: FloatArray) -> float | None:
    if one.size < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    from scipy.stats import rankdata  # slow to load

    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])
