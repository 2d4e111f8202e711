"""What a budget for staff bears, and what gives way where it is overspent.

Costs are those of staff at the rates of ordinary permanent posts and at agencies' charges. What a
permanent offer adds is funded and counts on neither side, and staff who grow older cost no more:
only numbers and the price of cover can overspend.
"""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray
from sim.rules.hazards import Amount

LEAST_BUDGET = 1.0
"""Pounds a year below which there is no budget to speak of."""


def budget_per_post(
    pay_bill: Amount, unfilled: Amount, permanent_cost: Amount, posts: Amount
) -> FloatArray:
    """Return what a borough may spend on staff a post, £ a year (accounting).

    Its opening pay bill, and what filling its unfilled posts would cost.
    """
    return np.asarray((pay_bill + unfilled * permanent_cost) / np.maximum(posts, 1.0))


def staff_cost(
    permanent: Amount, permanent_cost: Amount, cost_index: Amount, agency_charges: Amount
) -> FloatArray:
    """Return what staff cost, £ a year: permanent staff at ordinary rates, agency as charged."""
    return np.asarray(permanent * permanent_cost * cost_index + agency_charges, np.float64)


def overspend(cost: Amount, budget: Amount) -> FloatArray:
    """Return cost over budget, less 1 (accounting)."""
    return np.asarray(cost / np.maximum(budget, LEAST_BUDGET) - 1.0)


def strain(own: Amount, london: Amount, posts: Amount, pooling_posts: Amount) -> FloatArray:
    """Return the overspending a borough goes by: its own, in a small one mostly London's.

    Assumption: own weight posts / (posts + pooling).
    """
    weight = posts / np.maximum(posts + pooling_posts, 1e-9)
    return np.asarray(weight * own + (1.0 - weight) * london)


def brake(strain_now: Amount, limit_share: Amount, on_offer_share: Amount) -> FloatArray:
    """Return what a budget leaves of a rise in bids or posts, 0 to 1 (assumption).

    1 - overspending / limit: nothing at the limit, and never above 1, so that a saving speeds
    nothing up. `on_offer_share` of the overspending is borne by the permanent offer instead.
    """
    left = 1.0 - (1.0 - np.asarray(on_offer_share)) * strain_now / limit_share
    return np.minimum(np.maximum(left, 0.0), 1.0)


def offer_change(strain_now: Amount, sensitivity: Amount, on_offer_share: Amount) -> Amount:
    """Return the change in the permanent offer, in strain, where a borough overspends (assumption).

    Only the part that the brake does not bear: a pound is charged once.
    """
    return -np.multiply(sensitivity, on_offer_share) * np.maximum(strain_now, 0.0)
