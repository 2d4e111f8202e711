"""The collective cap: what a member pays under it, and when it breaks it or comes back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.domain.compiled import either, elementwise
from sim.domain.randomness import BoolArray, FloatArray
from sim.rules.hazards import Amount, Truth
from sim.rules.terms import Agreement

BACK_BELOW = 0.5
"""A defector returns when its unfilled share is below this share of its tolerance."""


def outside_share(
    placed: Amount, project_teams: Amount, older_share: Amount, exceptions_share: Amount
) -> FloatArray:
    """Return the part of a member's placements that a cap does not reach.

    Signed exceptions, project teams and, if they are spared, assignments older than the cap; each
    is spread evenly over the rest (assumption).
    """
    reached = 1.0 - np.minimum(project_teams / np.maximum(placed, 1.0), 1.0)
    reached = reached * (1.0 - older_share)
    return 1.0 - reached * (1.0 - exceptions_share)


def capped_price(wanted: Amount, cap: Amount, lowest_lawful: Amount, outside: Amount) -> FloatArray:
    """Return what a member pays on average for an hour it would have bid `wanted` for.

    A cap that has sunk below equal pay is paid at the lawful minimum.
    """
    capped = np.minimum(wanted, np.maximum(cap, lowest_lawful))
    return capped + outside * (wanted - capped)


class Standing(NamedTuple):
    """Where an employer stands with the agreement."""

    is_member: BoolArray
    months_short: Amount
    months_content: Amount


class Review(NamedTuple):
    """Where an employer stands after a month: who had cause to leave, left, or came back."""

    standing: Standing
    had_cause: BoolArray
    left: BoolArray
    returned: BoolArray


class Bearing(NamedTuple):
    """How much a member bears, and when one that left comes back (see `Agreement`)."""

    tolerance: float
    unfilled_target: Amount
    months_short_before_leaving: int
    return_months: int
    may_leave: bool


def bearing_of(terms: Agreement, unfilled_target: Amount) -> Bearing:
    """Return how much a member bears under some terms."""
    return Bearing(
        terms.tolerance,
        unfilled_target,
        terms.months_short_before_leaving,
        terms.return_months,
        terms.may_leave,
    )


@elementwise
def reviewed(
    standing: Standing, signed: Truth, cap_binds: Truth, unmet_share: Amount, bears: Bearing
) -> Review:
    """Return each signatory's standing a month on (assumption).

    A member is short when the cap holds its bid down and its share of unfilled posts that somebody
    is wanted for is above both its tolerance and the bid target. Short for some months in a row, it
    has cause to leave. It returns after some months in a row with them below half its tolerance.
    """
    member, limit = standing.is_member, np.maximum(bears.tolerance, bears.unfilled_target)
    is_short = member & signed & cap_binds & (unmet_share > limit)
    short = either(is_short, standing.months_short + 1, 0)
    had_cause = member & (short >= bears.months_short_before_leaving)
    left = had_cause & bears.may_leave
    waits = signed & np.logical_not(member)
    is_content = waits & (unmet_share < BACK_BELOW * bears.tolerance)
    content = either(is_content, standing.months_content + 1, 0)
    returned = waits & (content >= bears.return_months)
    after = Standing(
        (member & np.logical_not(left)) | returned,
        either(left, 0, short),
        either(left | returned, 0, content),
    )
    return Review(after, had_cause, left, returned)
