"""Choosing between a permanent post and agency work."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.compiled import elementwise
from sim.domain.randomness import BoolArray, FloatArray, IntArray
from sim.rules.hazards import Amount

SMALLEST_SHARE = 1e-9
CERTAIN = 500.0
"""Logits beyond which a choice is certain to the last digit."""


@elementwise
def pull(
    log_premium: Amount,
    strain: Amount,
    taste: Amount,
    careers: Amount,
    strain_to_route: Amount,
    attachment: Amount = 0.0,
) -> FloatArray:
    """Return what draws a worker to agency work, in log pay (assumption).

    It is ln N_agency - ln N_permanent + phi K + taste - what careers are worth in a permanent
    post; N is a year's take-home pay. With c0 given, what a post offers beyond cash is taken off.
    """
    felt = np.multiply(strain_to_route, strain) - careers - attachment
    return (log_premium + felt) + taste


def agency_odds(pull: Amount, sensitivity: Amount) -> FloatArray:
    """Return exp(beta (pull - c0)), the odds of choosing agency work (assumption).

    c0, everything a permanent post offers beyond cash, is taken off the pull already. Source of
    the form: random utility with log pay (McFadden, 1974).
    """
    logit = sensitivity * pull
    return np.exp(np.minimum(np.maximum(logit, -CERTAIN), CERTAIN))


@elementwise
def agency_chance(pull: Amount, sensitivity: Amount, attachment: Amount) -> FloatArray:
    """Return P = 1 / (1 + 1 / odds), the logit choice of agency work: see `agency_odds`."""
    logit = sensitivity * (pull - attachment)
    return 1.0 / (1.0 + np.exp(-np.minimum(np.maximum(logit, -CERTAIN), CERTAIN)))


def cooling_off_loss(months: int, foresight_years: float, closed_share: Amount = 1.0) -> Amount:
    """Return share ln(1 - wait / time looked ahead), what waiting costs in log pay (assumption).

    `closed_share` is the share of posts at employers who turn away a leaver still waiting.
    """
    waits = min(months / (MONTHS_PER_YEAR * foresight_years), 0.99)
    return closed_share * float(np.log1p(-waits))


def closed_share(posts: FloatArray | IntArray, turns_away: BoolArray) -> float:
    """Return the share of London's posts at employers who turn away a leaver still waiting."""
    return float(posts[turns_away].sum() / max(float(posts.sum()), SMALLEST_SHARE))


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
