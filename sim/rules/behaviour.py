"""How people and boroughs behave: one equation each, with its source or the word *assumption*.

Pure functions of numbers and arrays, shared by the agent model and every twin of it. Hazards
are per year; a month's chance follows from `monthly_chance`. Notation is in the docstrings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray

STRAIN_EXPONENT_BOUND = 2.0
REFERENCE_VACANCY_SHARE = 0.22
REFERENCE_AGENCY_SHARE = 0.22
REFERENCE_PREMIUM = 1.25
TENTH_OF_POSTS = 10.0
SMALLEST_SHARE = 1e-9
SMALLEST_NOISE = 1e-3
BISECTIONS = 60
"""Halvings of a search: its ends are then 1e-18 of their distance apart."""
STEP_UP_CALENDAR_MONTH = 4
NEWLY_QUALIFIED_BY_CALENDAR_MONTH = tuple(
    {9: 0.5, 10: 0.2}.get(calendar_month, 0.03) for calendar_month in range(1, 13)
)
"""Share of a year's newly qualified who look in each month: half in September, a fifth in
October (assumption: courses end in summer)."""


def monthly_chance(hazard_per_year: FloatArray | float) -> FloatArray:
    """Return the chance that something with a yearly hazard happens within a month."""
    return -np.expm1(-np.asarray(hazard_per_year) / MONTHS_PER_YEAR)


def bisected(
    falling: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray
) -> FloatArray:
    """Return where a falling function crosses zero, element by element, between two ends."""
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        above = falling(middle) > 0.0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray((low + high) / 2.0)


# Strain and leaving


def strain(
    caseload: FloatArray, reference: FloatArray | float, leadership: FloatArray
) -> FloatArray:
    """Return caseload strain K = ln(caseload / reference) - leadership (assumption).

    `leadership` includes what a permanent offer adds. Zero is London's ordinary working life.
    """
    return np.log(caseload / reference) - leadership


def ordinary_caseload(
    reference: FloatArray | float,
    cases_growth: FloatArray | float,
    posts_growth: FloatArray | float,
    habituation: FloatArray | float,
    month: int,
) -> FloatArray:
    """Return the caseload that staff find ordinary `month` months on (assumption).

    The reference follows the trend of cases per post, all the way at habituation 1. It follows
    the trend alone: what a policy does to caseloads is felt in full.

    Source: in the DfE census of 2017-2021 London's caseload fell by a tenth and turnover rose.
    """
    years = month / MONTHS_PER_YEAR
    trend = (1.0 + cases_growth) / (1.0 + posts_growth)
    return np.asarray(reference * trend ** (habituation * years), np.float64)


def strain_multiplier(sensitivity: FloatArray | float, strain_now: FloatArray) -> FloatArray:
    """Return exp(clip(psi K, -2, 2)): how strain multiplies leaving (assumption).

    Source: one more case goes with +.6 points of turnover a year later in the DfE census
    2017-2023, a correlation; the exponential form is an assumption.
    """
    bound = STRAIN_EXPONENT_BOUND
    return np.exp(np.clip(sensitivity * strain_now, -bound, bound))


def relieved_cases(
    cases: FloatArray, caseload: FloatArray, bar: float, relief: FloatArray
) -> FloatArray:
    """Return cases left with staff when a share `relief` of those above the bar is taken off."""
    above = np.clip(1.0 - bar / np.maximum(caseload, 1e-9), 0.0, 1.0)
    return cases * (1.0 - relief * above)


def leadership_step(
    leadership: FloatArray,
    noise: FloatArray,
    spread: float,
    reversion_per_year: FloatArray | float,
    target: FloatArray | float = 0.0,
    lasting_share: FloatArray | float = 0.0,
) -> FloatArray:
    """Return leadership a month on: reversion to a target, stationary spread kept (assumption).

    `target` holds a share of every borough's difference that lasts; what comes and goes keeps
    the rest of the spread, so that boroughs neither drift together nor apart.
    """
    keep = np.exp(-np.asarray(reversion_per_year) / MONTHS_PER_YEAR)
    drift = target + (leadership - target) * keep
    passing = spread * np.sqrt(1.0 - np.square(lasting_share))
    return np.asarray(drift + passing * np.sqrt(1.0 - keep**2) * noise, np.float64)


def common_shock(spread: FloatArray | float, luck: FloatArray | float) -> FloatArray:
    """Return exp(spread z - spread^2 / 2): what a year does to all boroughs alike, 1 on average.

    Log-normal and without memory from year to year (assumption).
    Source of the spreads: London's starters and turnover, DfE census 2017-2021.
    """
    return np.asarray(np.exp(np.multiply(spread, luck) - np.square(spread) / 2.0), np.float64)


# Inspection


def judgement_marks(
    quality: FloatArray,
    noise: FloatArray | float,
    shares: tuple[FloatArray | float, FloatArray | float, FloatArray | float],
) -> FloatArray:
    """Return the marks between grades, best first, that give the start its judgements.

    An inspection sees quality with normal noise (assumption). The marks are such that
    inspecting every borough at the start would find `shares` of outstanding work, of work that
    requires improvement and of inadequate work.

    Args:
        quality: (..., borough).
        noise, shares: numbers, or (..., 1).

    Returns:
        (..., mark).
    """
    outstanding, improvement, inadequate = (np.asarray(share, np.float64) for share in shares)
    most = np.maximum(outstanding + improvement + inadequate, 1.0)
    above = (outstanding / most, 1.0 - (improvement + inadequate) / most, 1.0 - inadequate / most)
    spread = np.maximum(noise, SMALLEST_NOISE)
    lowest = quality.min(axis=-1, keepdims=True) - 8.0 * spread
    highest = quality.max(axis=-1, keepdims=True) + 8.0 * spread

    def mark(share_above: FloatArray) -> FloatArray:
        def surplus(at: FloatArray) -> FloatArray:
            found = ndtr((quality - at) / spread).mean(axis=-1, keepdims=True)
            return np.asarray(found - share_above)

        nobody = (share_above <= 0.0) | (surplus(highest) >= 0.0)
        everybody = (share_above >= 1.0) | (surplus(lowest) <= 0.0)
        found = np.where(everybody, -np.inf, bisected(surplus, lowest, highest))
        return np.where(nobody, np.inf, found)

    return np.concatenate([mark(share_above) for share_above in above], axis=-1)


def judged(seen: FloatArray, marks: FloatArray) -> npt.NDArray[np.int64]:
    """Return the grade of each borough as a place in `vocabulary.GRADES`: 0 is the best."""
    return np.asarray((seen[..., None] < marks[..., None, :]).sum(axis=-1), np.int64)


def faded(
    size: FloatArray | float, speed_per_year: FloatArray | float, months: FloatArray
) -> FloatArray:
    """Return what is left of a shock after some months: exponential decay (assumption)."""
    return size * np.exp(-speed_per_year * months / MONTHS_PER_YEAR)


# Choosing between a permanent post and agency work


def agency_chance(pull: FloatArray, sensitivity: float, attachment: float) -> FloatArray:
    """Return P = 1 / (1 + exp(-beta (pull - c0))), the logit choice of agency work (assumption).

    `pull` is ln N_agency - ln N_permanent + phi K + taste; `attachment` is c0, everything a
    permanent post offers beyond cash. Source of the form: random utility with log pay
    (McFadden, 1974).
    """
    return 1.0 / (1.0 + np.exp(-np.clip(sensitivity * (pull - attachment), -500, 500)))


def cooling_off_loss(months: int, foresight_years: float) -> float:
    """Return ln(1 - wait / time looked ahead), what waiting costs in log pay (assumption)."""
    return float(np.log1p(-min(months / (MONTHS_PER_YEAR * foresight_years), 0.99)))


class RouteConstants(NamedTuple):
    """c0 (log pay) and rho (reconsiderations a year), derived so that the start flows hold."""

    attachment: float
    reconsider_per_year: float


def solve_route_constants(
    eligible_pull: FloatArray,
    placed_pull: FloatArray,
    eligible_share: float,
    sensitivity: float,
    flow_to_agency: float,
    flow_to_permanent: float,
) -> RouteConstants:
    """Return the constants under which the start shows the two observed yearly flows.

    Args:
        eligible_pull: pull of permanent staff who may consider agency work, one each.
        placed_pull: pull of placed agency staff, one each.
        eligible_share: eligible permanent staff as a share of all permanent staff.
        sensitivity: beta, logit per log pay.
        flow_to_agency: share of permanent staff going to agency in a year.
        flow_to_permanent: share of placed agency staff coming back in a year.
    """
    if flow_to_agency <= 0 and flow_to_permanent <= 0:
        return RouteConstants(0.0, 0.0)
    if placed_pull.size == 0:
        placed_pull = eligible_pull if eligible_pull.size else np.zeros(1)
    if eligible_pull.size == 0:  # nobody may go yet: solve for those who one day may
        eligible_pull, eligible_share = placed_pull, 1.0

    def imbalance(attachment: float) -> float:
        going = eligible_share * agency_chance(eligible_pull, sensitivity, attachment).mean()
        back = 1.0 - agency_chance(placed_pull, sensitivity, attachment).mean()
        return float(going * flow_to_permanent - back * flow_to_agency)

    if sensitivity <= 0:
        attachment = 0.0
    else:
        both = np.concatenate([eligible_pull, placed_pull])
        lowest, highest = (
            float(both.min()) - 40.0 / sensitivity,
            float(both.max()) + 40.0 / sensitivity,
        )
        if flow_to_permanent <= 0:  # all who reconsider go, and none comes back
            going = eligible_share * agency_chance(eligible_pull, sensitivity, lowest).mean()
            return RouteConstants(lowest, float(flow_to_agency / going))
        if flow_to_agency <= 0:
            attachment = highest
        else:
            attachment = float(brentq(imbalance, lowest, highest, xtol=1e-10))
    back = 1.0 - agency_chance(placed_pull, sensitivity, attachment).mean()
    return RouteConstants(attachment, float(flow_to_permanent / max(back, SMALLEST_SHARE)))


# Permanent hiring


def outside_hires_per_year(
    posts: FloatArray,
    vacancy_share: FloatArray,
    agency_share: FloatArray,
    strain_now: FloatArray,
    hires_per_post: float,
    vacancy_elasticity: FloatArray | float,
    strain_sensitivity: float,
    reputation: FloatArray | float,
) -> FloatArray:
    """Return h posts (v / .22)^alpha exp(-psi_h psi K - rep (agency share - .22)) (assumption).

    Source of alpha: starters barely answer vacancies in the DfE census (elasticity .01, s.e.
    .06), a correlation and not a cause; rival values are rival structures.
    """
    answer = (np.maximum(vacancy_share, 0.0) / REFERENCE_VACANCY_SHARE) ** vacancy_elasticity
    bound = STRAIN_EXPONENT_BOUND
    deterrent = np.clip(strain_sensitivity * strain_now, -bound, bound)
    repelled = reputation * (agency_share - REFERENCE_AGENCY_SHARE)
    return hires_per_post * posts * answer * np.exp(-deterrent - repelled)


def budget_offer(
    cost_per_post: FloatArray, start_cost_per_post: FloatArray, sensitivity: FloatArray | float
) -> FloatArray:
    """Return the change in the offer, in strain, when pay bills overrun the start's (assumption).

    Costs are monthly pounds per post in start-year money; only overspending acts.
    """
    overspend = cost_per_post / np.maximum(start_cost_per_post, 1e-9) - 1.0
    return -sensitivity * np.maximum(overspend, 0.0)


def newly_qualified_season(
    month: int, year: int, step_up_share: float, step_up_multiplier: float
) -> float:
    """Return what part of a year's newly qualified look for a post in a calendar month.

    Step Up ends in the spring of odd years, two years' worth at once; everybody else comes by
    the season (assumption; over two years Step Up is the stated share).
    """
    ordinary = (1.0 - step_up_share) * NEWLY_QUALIFIED_BY_CALENDAR_MONTH[month - 1]
    ends_now = month == STEP_UP_CALENDAR_MONTH and year % 2 == 1
    return ordinary + (2.0 * step_up_share * step_up_multiplier if ends_now else 0.0)


# The agency market


def beyond_london(
    neighbours_pay: FloatArray | float, london_pay: FloatArray | float, elasticity: float
) -> FloatArray:
    """Return (neighbours' pay / London's)^elasticity, at least 1: their draw (assumption).

    It is how strongly agency staff follow a bid within London, asked of a bid outside it.
    """
    return np.asarray(np.maximum(neighbours_pay / london_pay, 1.0) ** elasticity)


def outsiders_per_year(
    posts: FloatArray | float,
    premium: FloatArray | float,
    per_post: FloatArray | float,
    elasticity: float,
) -> FloatArray:
    """Return agency staff drawn to London a year: eps0 posts (premium / 1.25)^1.5 (assumption)."""
    return np.asarray(per_post * posts * (premium / REFERENCE_PREMIUM) ** elasticity)


def assignment_appeal(gap: FloatArray, pay: FloatArray, elasticity: float) -> FloatArray:
    """Return ln(gap pay^elasticity), a borough's appeal to searching agency staff (assumption).

    Boroughs with no gap appeal to nobody (minus infinity).
    """
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(gap, 0.0)) + elasticity * np.log(pay)


# Bidding


def shortage(
    unfilled_share: FloatArray,
    vacancy_share: FloatArray,
    unfilled_target: float,
    vacancy_target: float,
    vacancy_weight: FloatArray | float,
) -> FloatArray:
    """Return how short a borough feels, as a share of posts (assumption, a rival structure).

    `vacancy_weight` is 0 when boroughs look at unfilled posts alone.
    """
    unfilled_gap = unfilled_share - unfilled_target
    return (1.0 - vacancy_weight) * unfilled_gap + vacancy_weight * (vacancy_share - vacancy_target)


def desired_charge_rate(
    charge_rate: FloatArray,
    london_mean: FloatArray | float,
    short_by: FloatArray,
    speed_per_year: float,
    falling_ratio: float,
    leapfrog_speed: float,
    leapfrog_margin: float,
) -> FloatArray:
    """Return the charge a borough would pay next month if nothing stopped it (assumption).

    ln w rises by 10 eta / 12 times the shortage, falls more slowly, and a short borough
    also closes `leapfrog_speed` of the way to a mark above London's mean. A cap or a budget
    clips the result afterwards; neither ever alters this drift.
    """
    speed = TENTH_OF_POSTS * speed_per_year / MONTHS_PER_YEAR
    is_short = short_by > 0.0
    drift = speed * short_by * np.where(is_short, 1.0, falling_ratio)
    mark = np.log(london_mean) + leapfrog_margin - np.log(charge_rate)
    leap = np.where(is_short, leapfrog_speed * np.maximum(mark, 0.0), 0.0)
    return charge_rate * np.exp(drift + leap)


# Posts


def extra_share(start_share: FloatArray, long_run: float, fade: float, month: int) -> FloatArray:
    """Return agency staff above the establishment, as a share of posts, `month` months on.

    Source: the DfE census shows it falling from .073 to .017 of posts, 2017-2023; the
    exponential path and its long run are assumptions.
    """
    return long_run + (start_share - long_run) * np.exp(-fade * month / MONTHS_PER_YEAR)


def grown(start: FloatArray, growth_per_year: float, month: int) -> FloatArray:
    """Return a quantity `month` months on at steady growth (assumption)."""
    return start * (1.0 + growth_per_year) ** (month / MONTHS_PER_YEAR)
