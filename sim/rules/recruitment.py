"""Permanent hiring: experienced people from outside, and the newly qualified."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.compiled import either, elementwise
from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray
from sim.rules.conditions import STRAIN_EXPONENT_BOUND
from sim.rules.hazards import Amount
from sim.rules.structures import Links, StructureTerms
from sim.rules.terms import RulesInForce

REFERENCE_VACANCY_SHARE = 0.22
REFERENCE_AGENCY_SHARE = 0.22
STEP_UP_CALENDAR_MONTH = 4
NEWLY_QUALIFIED_BY_CALENDAR_MONTH = tuple(
    {9: 0.5, 10: 0.2}.get(calendar_month, 0.03) for calendar_month in range(1, 13)
)
"""Share of a year's newly qualified who look in each month: half in September, a fifth in
October (assumption: courses end in summer)."""


@elementwise
def outside_hires_per_year(
    posts: Amount,
    vacancy_share: Amount,
    agency_share: Amount,
    strain_now: Amount,
    hires_per_post: Amount,
    vacancy_elasticity: Amount,
    strain_sensitivity: Amount,
    reputation: Amount,
) -> FloatArray:
    """Return h posts (v / .22)^alpha exp(-psi_h psi K - rep (agency share - .22)) (assumption).

    Source of alpha: starters barely answer vacancies in the DfE census (elasticity .01, s.e.
    .06), a correlation and not a cause; rival values are rival structures.
    """
    answer = (np.maximum(vacancy_share, 0.0) / REFERENCE_VACANCY_SHARE) ** vacancy_elasticity
    bound = STRAIN_EXPONENT_BOUND
    deterrent = np.minimum(np.maximum(strain_sensitivity * strain_now, -bound), bound)
    repelled = reputation * (agency_share - REFERENCE_AGENCY_SHARE)
    return hires_per_post * posts * answer * np.exp(-deterrent - repelled)


def newly_qualified_season(
    month: int, year: int, step_up_share: Amount, step_up_multiplier: Amount
) -> Amount:
    """Return what part of a year's newly qualified look for a post in a calendar month.

    Step Up ends in the spring of odd years, two years' worth at once; everybody else comes by
    the season (assumption; over two years Step Up is the stated share).
    """
    ordinary = (1.0 - step_up_share) * NEWLY_QUALIFIED_BY_CALENDAR_MONTH[month - 1]
    ends_now = month == STEP_UP_CALENDAR_MONTH and year % 2 == 1
    return ordinary + (2.0 * step_up_share * step_up_multiplier if ends_now else 0.0)


class Workplace(NamedTuple):
    """What an applicant sees of a borough: each a number, or an array of boroughs or draws.

    Attributes:
        posts: in the establishment, FTE.
        vacancy_share, agency_share: of posts, and of staff.
        strain: above what was ordinary at the start.
        drawn: how many times as many applicants a judgement and better pay draw.
        year: what this year does to hiring in all boroughs alike.
    """

    posts: Amount
    vacancy_share: Amount
    agency_share: Amount
    strain: Amount
    drawn: Amount
    year: Amount


class Hiring(NamedTuple):
    """What outside applicants go by (see `outside_hires_per_year`)."""

    hires_per_post: Amount
    vacancy_elasticity: Amount
    strain_sensitivity: Amount
    reputation: Amount
    acceptance_share: Amount


def hiring_of(parameters: Parameters, terms: StructureTerms, links: Links) -> Hiring:
    """Return what outside applicants go by under a structure, with the links that hold."""
    repels = terms.reputation_sensitivity if links.agency_share_repels_applicants else 0.0
    return Hiring(
        parameters.outside_hires_per_post,
        terms.vacancy_elasticity,
        parameters.strain_to_hiring,
        repels,
        parameters.offer_acceptance_share,
    )


class ExpectedOffers(NamedTuple):
    """Offers of permanent posts expected in a month: accepted, without a campaign, and made."""

    accepted: FloatArray
    ordinary: FloatArray
    made: FloatArray


@elementwise
def expected_offers(place: Workplace, hiring: Hiring, hiring_multiplier: Amount) -> ExpectedOffers:
    """Return a month's expected offers to outside applicants.

    Strain and reputation act through acceptance: offers made are those that an unstrained borough
    would need for the same hires (assumption).
    """
    ordinary = _yearly(place, hiring, place.strain, hiring.reputation) * place.drawn * place.year
    made = _yearly(place, hiring, 0.0, 0.0) * place.drawn * place.year
    return ExpectedOffers(
        accepted=ordinary * hiring_multiplier / MONTHS_PER_YEAR,
        ordinary=ordinary / MONTHS_PER_YEAR,
        made=made / hiring.acceptance_share * hiring_multiplier / MONTHS_PER_YEAR,
    )


@elementwise
def _yearly(place: Workplace, hiring: Hiring, strain: Amount, reputation: Amount) -> FloatArray:
    return outside_hires_per_year(
        place.posts,
        place.vacancy_share,
        place.agency_share,
        strain,
        hiring.hires_per_post,
        hiring.vacancy_elasticity,
        hiring.strain_sensitivity,
        reputation,
    )


@elementwise
def hires_won_per_year(accepted: Amount, expected: ExpectedOffers) -> FloatArray:
    """Return what a campaign won of the hires of a month, at a yearly rate."""
    likely = np.maximum(expected.accepted, 1e-12)
    won = MONTHS_PER_YEAR * np.multiply(accepted, 1.0 - expected.ordinary / likely)
    return either(expected.accepted > 0, won, 0.0)


def drawn_by_pay(offer_pay_ratio: Amount, elasticity: Amount) -> FloatArray:
    """Return how many times as many applicants and movers better permanent pay draws."""
    return np.asarray(offer_pay_ratio**elasticity, np.float64)


def season_of(today: date, parameters: Parameters, rules: RulesInForce) -> Amount:
    """Return what part of a year's newly qualified look for a post in the month of a day."""
    share, multiplier = parameters.step_up_share, rules.step_up_multiplier
    return newly_qualified_season(today.month, today.year, share, multiplier)


def newly_qualified_looking(
    posts: Amount, year: Amount, season: Amount, parameters: Parameters, rules: RulesInForce
) -> Amount:
    """Return how many newly qualified look for a first post at a borough this month.

    `year` is what the year does to hiring in all boroughs alike; `season` see `season_of`.
    """
    yearly = parameters.newly_qualified_per_post * posts * year
    return yearly * season * rules.newly_qualified_multiplier
