"""One employer against the pledge: who gains by leaving alone, who pays for it, who free-rides.

    free rider      clearly better outside than inside while all others hold, and better off there
                    than with no pledge at all: it wants the pledge, kept by others
    tempted         clearly better outside than inside; a free rider, or one that would rather have
                    no pledge
    indifferent at  the value of a filled post, £ a year, at which leaving alone neither gains nor
                    loses money: what leaving adds to the bill over the posts it fills
    spill-over      what others gain (or lose, below zero) when one leaves

**Side payments.** To keep the pledge whole each member needs at least what it would gain by
leaving alone. What is needed is the sum of the gains above zero; what can be had from inside is the
sum of what the others would lose by leaving: more than that nobody pays to stay. The pledge can
be kept whole by payments among its members only if the second covers the first (Carraro, Eyckmans
and Finus 2006, "Optimal transfers and participation decisions in international environmental
agreements", Review of International Organizations 1: *potential internal stability*). What the
pledge saves against no pledge stands beside it: an outsider such as central government could pay
out of it, members cannot. Sums of noisy gains above zero err upward; with more runs by less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.domain.headline import AGENCY_COST
from sim.domain.randomness import FloatArray
from sim.studies.coalition.method.game import Gain, Game, Payoff, Seen, gain_of

VALUE_MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
"""Values of a filled post that are tried, over the default one (assumption)."""


@dataclass(frozen=True)
class Stake:
    """What is at stake for one employer in one payoff; means over runs.

    Attributes:
        signs: whether it is a signatory of the whole pledge; an outsider's `inside` is with it
            added, its `outside` the whole pledge as it is.
        nobody, inside, outside: its payoff with no pledge, in it, and outside while others hold.
        gain: outside less inside, run by run.
    """

    employer: str
    payoff: Payoff
    signs: bool
    nobody: float
    inside: float
    outside: float
    gain: Gain

    @property
    def is_tempted(self) -> bool:
        """Whether it is clearly better off outside while all others hold."""
        return self.gain.is_clear

    @property
    def free_rides(self) -> bool:
        """Whether it is tempted, and better off outside a pledge of others than with none."""
        return self.is_tempted and self.outside > self.nobody

    @property
    def likes_the_pledge(self) -> bool:
        """Whether it is better off inside the whole pledge than with no pledge."""
        return self.inside > self.nobody


@dataclass(frozen=True)
class Departure:
    """One employer leaves (or, an outsider, stays out of) the whole pledge: means over runs.

    Attributes:
        posts: its posts, FTE.
        filled: unfilled posts it gets rid of by being outside, FTE.
        bill: what being outside adds to its bill, £ a year.
        indifferent_at: £ a post and year; NaN where posts filled are not clearly above zero.
        others_filled: the same for all others together, FTE: below zero they lose.
        others_bill: what it adds to the others' bill, £ a year.
        others: unfilled posts each other employer gets rid of, FTE.
    """

    employer: str
    signs: bool
    posts: float
    filled: Gain
    bill: Gain
    indifferent_at: float
    others_filled: Gain
    others_bill: Gain
    others: dict[str, float]

    def money(self, post_value: float) -> float:
        """Return the mean gain from being outside at a value of a filled post, £ a year."""
        return post_value * self.filled.mean - self.bill.mean


@dataclass(frozen=True)
class SidePayment:
    """What it takes to keep the pledge whole at one value of a filled post, £ a year.

    Attributes:
        tempted: members with a mean gain above zero.
        needed: the sum of those gains.
        available: what the others would lose by leaving: the most they would give to stay.
        saving: the members' gain from the whole pledge against none, at that value.
    """

    post_value: float
    tempted: int
    needed: float
    available: float
    saving: float

    @property
    def holds_from_inside(self) -> bool:
        """Whether payments among members can keep the pledge whole."""
        return self.available >= self.needed


def default_post_value(game: Game) -> float:
    """Return what a year's agency cover of a post costs with no pledge, £: the mean over runs."""
    return float(game.nobody.london(AGENCY_COST, "agency_fte").mean())


def sides(game: Game, employer: str) -> tuple[Seen, Seen]:
    """Return an employer outside and inside the pledge, all other signatories in it."""
    signers = frozenset(game.signers)
    return game.of(signers - {employer}), game.of(signers | {employer})


def stakes(game: Game, payoff: Payoff, post_value: float) -> list[Stake]:
    """Return every employer's stake in one payoff: as many paired coalitions as employers."""
    found = []
    nobody = game.nobody.payoff(payoff, post_value).mean(axis=0)
    for place, employer in enumerate(game.employers):
        outside, inside = (
            seen.payoff(payoff, post_value)[:, place] for seen in sides(game, employer)
        )
        found.append(
            Stake(
                employer=employer,
                payoff=payoff,
                signs=employer in game.signers,
                nobody=float(nobody[place]),
                inside=float(inside.mean()),
                outside=float(outside.mean()),
                gain=gain_of(outside - inside),
            )
        )
    return found


def departures(game: Game) -> list[Departure]:
    """Return what each employer's leaving alone does to it and to the others."""
    return [_departure(game, employer) for employer in game.employers]


def _departure(game: Game, employer: str) -> Departure:
    outside, inside = sides(game, employer)
    place = game.employers.index(employer)
    filled = inside.field("unfilled_fte") - outside.field("unfilled_fte")
    bill = outside.bill - inside.bill
    own = gain_of(filled[:, place])
    paid = gain_of(bill[:, place])
    means = filled.mean(axis=0).tolist()
    return Departure(
        employer=employer,
        signs=employer in game.signers,
        posts=float(inside.field("posts_fte")[:, place].mean()),
        filled=own,
        bill=paid,
        indifferent_at=max(paid.mean / own.mean, 0.0) if own.is_clear else np.nan,
        others_filled=gain_of(_of_others(filled, place)),
        others_bill=gain_of(_of_others(bill, place)),
        others={n: m for n, m in zip(game.employers, means, strict=True) if n != employer},
    )


def _of_others(values: FloatArray, place: int) -> FloatArray:
    found: FloatArray = np.delete(values, place, axis=1).sum(axis=1)
    return found


def side_payment(gains: Sequence[float], saving: float, post_value: float) -> SidePayment:
    """Return what is needed and available, from each member's mean gain from leaving alone, £."""
    above = [gain for gain in gains if gain > 0.0]
    below = [-gain for gain in gains if gain < 0.0]
    return SidePayment(post_value, len(above), sum(above), sum(below), saving)


def side_payments(
    game: Game, left: Sequence[Departure], values: Sequence[float]
) -> list[SidePayment]:
    """Return the side payments at several values of a filled post, £ a year."""
    inside = [place for place, name in enumerate(game.employers) if name in game.signers]
    whole, nobody = game.whole, game.nobody
    found = []
    for value in values:
        saved = whole.payoff(Payoff.MONEY, value) - nobody.payoff(Payoff.MONEY, value)
        gains = [one.money(value) for one in left if one.signs]
        found.append(side_payment(gains, float(saved[:, inside].sum(axis=1).mean()), value))
    return found


def losses_to_others(left: Sequence[Departure]) -> dict[str, float]:
    """Return what each employer loses when one other signatory leaves, on average over them.

    Unfilled posts gained, FTE; above zero it loses.
    """
    leavers = [one for one in left if one.signs]
    names = dict.fromkeys(name for one in left for name in one.others)
    return {
        name: -float(np.mean([one.others[name] for one in leavers if one.employer != name] or [0]))
        for name in names
    }
