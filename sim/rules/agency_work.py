"""The agency market: who comes to London, who leaves it, and whose bid they follow."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.parameters import REFERENCE_PREMIUM, Parameters
from sim.domain.randomness import FloatArray
from sim.rules.hazards import Amount
from sim.rules.terms import RulesInForce


def search_chance(parameters: Parameters, rules: RulesInForce) -> Amount:
    """Return the chance that somebody between assignments looks for one this month (assumption).

    It takes the rules in force so that a lever may act on it.
    """
    return parameters.bench_search_share


def beyond_london(neighbours_pay: Amount, london_pay: Amount, elasticity: Amount) -> FloatArray:
    """Return (neighbours' pay / London's)^elasticity, at least 1: their draw (assumption).

    It is how strongly agency staff follow a bid within London, asked of a bid outside it.
    """
    return np.asarray(np.maximum(neighbours_pay / london_pay, 1.0) ** elasticity)


def outsiders_per_year(
    posts: Amount, premium: Amount, per_post: Amount, elasticity: Amount
) -> FloatArray:
    """Return agency staff drawn to London a year: eps0 posts (premium / 1.25)^1.5 (assumption)."""
    return np.asarray(per_post * posts * (premium / REFERENCE_PREMIUM) ** elasticity)


def assignment_appeal(gap: Amount, pay: Amount, elasticity: Amount) -> FloatArray:
    """Return ln(gap pay^elasticity), a borough's appeal to searching agency staff (assumption).

    Boroughs with no gap appeal to nobody (minus infinity).
    """
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(gap, 0.0)) + elasticity * np.log(pay)


def drawn_beyond_london(
    rules: RulesInForce, parameters: Parameters, opening_mean: Amount, london_mean: Amount
) -> Amount:
    """Return by how much better pay around London multiplies agency staff's leaving it.

    `opening_mean` and `london_mean` are London's mean charge rates then and now, £ per hour.
    """
    premium = rules.neighbours_premium
    if premium is None:
        return 1.0
    pay = (1.0 + premium) * opening_mean * rules.price_level
    drawn = beyond_london(pay, london_mean, parameters.assignment_pay_elasticity)
    return 1.0 + parameters.neighbours_reach * (drawn - 1.0)


def held_by_pay(premium_ratio: Amount, elasticity: Amount) -> Amount:
    """Return by how much agency pay multiplies agency staff's giving up (assumption).

    (premium / opening premium)^-elasticity: better pay holds them, worse pay lets them go.
    """
    return np.asarray(premium_ratio) ** np.negative(elasticity)


def outsiders_this_month(
    posts: Amount, premium: Amount, drawn_away: Amount, parameters: Parameters
) -> FloatArray:
    """Return agency staff expected to come to London this month; better pay beyond keeps some."""
    per_post, elasticity = parameters.outsiders_per_post, parameters.outsider_premium_elasticity
    yearly = outsiders_per_year(posts, premium, per_post, elasticity)
    return yearly / drawn_away / MONTHS_PER_YEAR
