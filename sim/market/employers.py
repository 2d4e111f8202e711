"""Equations of the rules, one employer after another: compiled loops over the boroughs.

An equation of many terms is dear as a row of calls on thirty numbers each. Here it is compiled as
it is written; what it takes and gives stands in tables with a row a term and a column an employer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.domain.compiled import compiled
from sim.domain.randomness import BoolArray, FloatArray, IntArray
from sim.rules import agreement, bidding, conditions, recruitment
from sim.rules.hazards import Amount


def _table(terms: Sequence[Amount], shape: tuple[int, ...]) -> FloatArray:
    """Return terms as rows of a table; one number stands for every employer."""
    given = np.empty((len(terms), *shape))
    for place, term in enumerate(terms):
        given[place] = term
    return given


def felt(work: conditions.Work, shape: tuple[int, ...]) -> conditions.Felt:
    """Return how a month's work is felt."""
    found = np.empty((len(conditions.Felt._fields), *shape))
    _felt(_table(work, shape), found)
    return conditions.Felt(*found)


@compiled
def _felt(given: FloatArray, found: FloatArray) -> None:
    for one in range(given.shape[1]):
        work = conditions.Work(
            given[0, one],
            given[1, one],
            given[2, one],
            given[3, one],
            given[4, one],
            given[5, one],
            given[6, one],
            given[7, one],
            given[8, one],
        )
        found[0, one], found[1, one], found[2, one] = conditions.felt(work)


def wanted_charge_rates(
    seen: bidding.Standpoint, by: bidding.Bidding, shape: tuple[int, ...]
) -> FloatArray:
    """Return what boroughs would pay if no law or cap stopped them."""
    found = np.empty(shape)
    _wanted_charge_rates(_table(seen, shape), _table(by, ()), found)
    return found


@compiled
def _wanted_charge_rates(given: FloatArray, terms: FloatArray, found: FloatArray) -> None:
    by = bidding.Bidding(terms[0], terms[1], terms[2], terms[3], terms[4], terms[5])
    for one in range(given.shape[1]):
        seen = bidding.Standpoint(
            given[0, one], given[1, one], given[2, one], given[3, one], given[4, one], given[5, one]
        )
        found[one] = bidding.wanted_charge_rate(seen, by)


def expected_offers(
    place: recruitment.Workplace,
    hiring: recruitment.Hiring,
    multiplier: Amount,
    shape: tuple[int, ...],
) -> recruitment.ExpectedOffers:
    """Return a month's expected offers to outside applicants."""
    found = np.empty((len(recruitment.ExpectedOffers._fields), *shape))
    _expected_offers(_table((*place, multiplier), shape), _table(hiring, ()), found)
    return recruitment.ExpectedOffers(*found)


@compiled
def _expected_offers(given: FloatArray, terms: FloatArray, found: FloatArray) -> None:
    hiring = recruitment.Hiring(terms[0], terms[1], terms[2], terms[3], terms[4])
    for one in range(given.shape[1]):
        place = recruitment.Workplace(
            given[0, one], given[1, one], given[2, one], given[3, one], given[4, one], given[5, one]
        )
        offers = recruitment.expected_offers(place, hiring, given[6, one])
        found[0, one], found[1, one], found[2, one] = offers


@compiled
def mean_charge_rates(prices: FloatArray, placed: IntArray, means: FloatArray) -> None:
    """Add up mean charge rates by band, weighted by placed staff, or by none if nobody is."""
    everybody = 0
    for one in range(placed.size):
        everybody += placed[one]
    for one in range(placed.size):
        weight = float(placed[one]) if everybody else 1.0
        for band in range(means.size):
            means[band] += prices[one, band] * weight
    for band in range(means.size):
        means[band] /= float(everybody) if everybody else float(placed.size)


def reviewed(
    standing: agreement.Standing,
    signed: BoolArray,
    cap_binds: BoolArray,
    unmet_share: FloatArray,
    bears: agreement.Bearing,
) -> agreement.Review:
    """Return where boroughs stand with the agreement a month on."""
    yes_or_no, months = np.empty((4, signed.size), np.bool_), np.empty((2, signed.size), np.int64)
    was_short, was_content = np.asarray(standing.months_short), np.asarray(standing.months_content)
    before = (standing.is_member, was_short, was_content)
    _reviewed(before, (signed, cap_binds, unmet_share), bears, (yes_or_no, months))
    is_member, had_cause, left, returned = yes_or_no
    after = agreement.Standing(is_member, months[0], months[1])
    return agreement.Review(after, had_cause, left, returned)


@compiled
def _reviewed(
    standing: tuple[BoolArray, IntArray, IntArray],
    seen: tuple[BoolArray, BoolArray, FloatArray],
    bears: agreement.Bearing,
    found: tuple[BoolArray, IntArray],
) -> None:
    """Write down who is a member, had cause, left and returned, and months short and content."""
    is_member, months_short, months_content = standing
    signed, cap_binds, unmet_share = seen
    yes_or_no, months = found
    for one in range(signed.size):
        before = agreement.Standing(is_member[one], months_short[one], months_content[one])
        review = agreement.reviewed(before, signed[one], cap_binds[one], unmet_share[one], bears)
        yes_or_no[0, one], yes_or_no[1, one] = review.standing.is_member, review.had_cause
        yes_or_no[2, one], yes_or_no[3, one] = review.left, review.returned
        months[0, one] = review.standing.months_short
        months[1, one] = review.standing.months_content
