"""Working conditions: caseload, leadership and the strain they put on staff."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.compiled import elementwise
from sim.domain.randomness import FloatArray
from sim.rules.hazards import Amount

STRAIN_EXPONENT_BOUND = 2.0
FEWEST_STAFF = 0.5
"""Staff and cases below which a caseload means nothing."""


@elementwise
def effective_staff(permanent: Amount, agency: Amount, effectiveness: Amount) -> FloatArray:
    """Return staff in permanent workers' worth of work; an agency worker does part of one's."""
    return permanent + np.multiply(effectiveness, agency)


@elementwise
def per_case_holder(cases: Amount, staff: Amount, case_holder_share: Amount) -> FloatArray:
    """Return cases per case-holder, as DfE counts caseload; `staff` in FTE."""
    holders = case_holder_share * np.maximum(staff, FEWEST_STAFF)
    return np.maximum(cases, FEWEST_STAFF) / holders


@elementwise
def strain(caseload: Amount, reference: Amount, leadership: Amount) -> FloatArray:
    """Return caseload strain K = ln(caseload / reference) - leadership (assumption).

    `leadership` includes what a permanent offer adds. Zero is London's ordinary working life.
    """
    return np.log(caseload / reference) - leadership


def ordinary_caseload(
    reference: Amount,
    cases_growth: Amount,
    posts_grown: Amount,
    habituation: Amount,
    month: int,
) -> FloatArray:
    """Return the caseload that staff find ordinary `month` months on (assumption).

    The reference follows the trend of cases per post, all the way at habituation 1. It follows
    the trend alone: what a policy or a budget does to caseloads is felt in full. `posts_grown` is
    `establishment.planned_growth`.

    Source: in the DfE census of 2017-2021 London's caseload fell by a tenth and turnover rose.
    """
    trend = (1.0 + cases_growth) ** (month / MONTHS_PER_YEAR) / posts_grown
    return np.asarray(reference * trend**habituation, np.float64)


@elementwise
def strain_multiplier(sensitivity: Amount, strain_now: Amount) -> FloatArray:
    """Return exp(clip(psi K, -2, 2)): how strain multiplies leaving (assumption).

    Source: one more case goes with +.6 points of turnover a year later in the DfE census
    2017-2023, a correlation; the exponential form is an assumption.
    """
    bound = STRAIN_EXPONENT_BOUND
    return np.exp(np.minimum(np.maximum(np.multiply(sensitivity, strain_now), -bound), bound))


@elementwise
def relieved_cases(cases: Amount, caseload: Amount, bar: Amount, relief: Amount) -> FloatArray:
    """Return cases left with staff when a share `relief` of those above the bar is taken off."""
    above = np.minimum(np.maximum(1.0 - bar / np.maximum(caseload, 1e-9), 0.0), 1.0)
    return cases * (1.0 - relief * above)


class Work(NamedTuple):
    """What staff have to do and with whom: each a number, or an array of boroughs or draws.

    Attributes:
        cases: before relief. permanent, placed: staff, FTE.
        holders: share of staff who hold cases.
        bar, relief: overspill teams take so much of what lies above it (see `relieved_cases`).
        effectiveness: an agency worker's, of a permanent worker's.
        ordinary: the caseload that counts as ordinary.
        leadership: with what a permanent offer adds.
    """

    cases: Amount
    permanent: Amount
    placed: Amount
    holders: Amount
    bar: Amount
    relief: Amount
    effectiveness: Amount
    ordinary: Amount
    leadership: Amount


class Felt(NamedTuple):
    """How a month's work is felt: caseload as DfE counts it, cases taken off staff, and strain."""

    caseload: FloatArray
    cases_relieved: FloatArray
    strain: FloatArray


@elementwise
def felt(work: Work) -> Felt:
    """Return how a month's work is felt."""
    caseload = per_case_holder(work.cases, work.permanent + work.placed, work.holders)
    left = relieved_cases(work.cases, caseload, work.bar, work.relief)
    staff = effective_staff(work.permanent, work.placed, work.effectiveness)
    seen = per_case_holder(left, staff, work.holders)
    return Felt(caseload, work.cases - left, strain(seen, work.ordinary, work.leadership))


@elementwise
def leadership_step(
    leadership: Amount,
    noise: Amount,
    spread: Amount,
    reversion_per_year: Amount,
    target: Amount = 0.0,
    lasting_share: Amount = 0.0,
) -> FloatArray:
    """Return leadership a month on: reversion to a target, stationary spread kept (assumption).

    `target` holds a share of every borough's difference that lasts; what comes and goes keeps
    the rest of the spread, so that boroughs neither drift together nor apart.
    """
    keep = np.exp(-reversion_per_year / MONTHS_PER_YEAR)
    drift = target + (leadership - target) * keep
    passing = spread * np.sqrt(1.0 - np.square(lasting_share))
    return drift + passing * np.sqrt(1.0 - keep**2) * noise


def opening_leadership(
    agency_share: Amount, london_share: Amount, slope: Amount, spread: Amount, luck: Amount
) -> Amount:
    """Return latent leadership at the start: lower where agency share is high (assumption)."""
    return slope * (agency_share - london_share) + spread * luck


def leaving_condition_step(
    condition: Amount,
    noise: Amount,
    spread: Amount,
    reversion_per_year: Amount,
    lasting: Amount,
    lasting_share: Amount,
) -> FloatArray:
    """Return what makes a borough's staff leave beside caseload and leadership, a month on.

    It moves as leadership does, and apart from it (assumption).
    Source: in the DfE census a borough's turnover persists a little while its agency share, which
    hiring decides more than leaving, says nothing of its later turnover.
    """
    return leadership_step(condition, noise, spread, reversion_per_year, lasting, lasting_share)
