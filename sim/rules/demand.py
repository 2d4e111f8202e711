"""How much agency cover boroughs want at its price, and which gaps nobody is wanted for."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray
from sim.rules.hazards import Amount


def wanted_share(
    charge_rate: Amount, opening_charge_rate: Amount, cost_index: Amount, elasticity: Amount
) -> FloatArray:
    """Return the part of its places for agency staff that a borough wants filled (assumption).

    (real price / opening price)^-elasticity, at most 1: cover that is cheaper than it was calls for
    no more. The price is real in the cost of permanent staff, `cost_index`.
    """
    real = charge_rate / np.maximum(np.multiply(opening_charge_rate, cost_index), 1e-9)
    return np.asarray(np.maximum(real, 1.0) ** np.negative(elasticity))


def uncovered_by_choice(unfilled: Amount, vacancies: Amount, wanted: Amount) -> FloatArray:
    """Return unfilled posts that nobody is wanted for, FTE (definition)."""
    return np.minimum(unfilled, vacancies * (1.0 - np.asarray(wanted)))
