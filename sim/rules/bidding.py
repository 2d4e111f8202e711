"""What a borough bids for an hour of agency work."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray
from sim.rules.hazards import Amount
from sim.rules.structures import Links, StructureTerms

TENTH_OF_POSTS = 10.0


def shortage(
    unfilled_share: Amount,
    vacancy_share: Amount,
    unfilled_target: Amount,
    vacancy_target: Amount,
    vacancy_weight: Amount,
) -> Amount:
    """Return how short a borough feels, as a share of posts (assumption, a rival structure).

    `vacancy_weight` is 0 when boroughs look at unfilled posts alone.
    """
    unfilled_gap = unfilled_share - unfilled_target
    return (1.0 - vacancy_weight) * unfilled_gap + vacancy_weight * (vacancy_share - vacancy_target)


def desired_charge_rate(
    charge_rate: Amount,
    london_mean: Amount,
    short_by: Amount,
    speed_per_year: Amount,
    falling_ratio: Amount,
    leapfrog_speed: Amount,
    leapfrog_margin: Amount,
) -> FloatArray:
    """Return the charge a borough would pay next month if nothing stopped it (assumption).

    ln w rises by 10 eta / 12 times the shortage, falls more slowly, and a short borough
    also closes `leapfrog_speed` of the way to a mark above London's mean. A cap or a budget
    clips the result afterwards; neither ever alters this drift.
    """
    speed = TENTH_OF_POSTS * speed_per_year / MONTHS_PER_YEAR
    is_short = np.greater(short_by, 0.0)
    drift = speed * short_by * np.where(is_short, 1.0, falling_ratio)
    mark = np.log(london_mean) + leapfrog_margin - np.log(charge_rate)
    leap = np.where(is_short, leapfrog_speed * np.maximum(mark, 0.0), 0.0)
    return charge_rate * np.exp(drift + leap)


def wanted_charge_rate(
    charge_rate: Amount,
    london_mean: Amount,
    unfilled_share: Amount,
    vacancy_share: Amount,
    parameters: Parameters,
    terms: StructureTerms,
    links: Links,
) -> FloatArray:
    """Return `desired_charge_rate` under a structure, with the links of the circle that hold."""
    short_by = shortage(
        unfilled_share,
        vacancy_share,
        parameters.unfilled_target,
        parameters.vacancy_target,
        terms.vacancy_weight,
    )
    return desired_charge_rate(
        charge_rate,
        london_mean,
        short_by,
        parameters.bid_speed if links.unfilled_raises_bids else 0.0,
        parameters.falling_bid_ratio,
        parameters.leapfrog_speed if links.rivals_are_leapfrogged else 0.0,
        parameters.leapfrog_margin,
    )


def most_affordable(multiple: Amount, opening_mean: Amount, price_level: Amount) -> Amount:
    """Return the most any borough can bid, £ per hour (assumption: see DECISIONS 7)."""
    return multiple * opening_mean * price_level


def bid(wanted: Amount, lowest_lawful: Amount, most_affordable: Amount) -> FloatArray:
    """Return what a borough bids: no less than the law and no more than a budget allows."""
    return np.minimum(np.maximum(wanted, lowest_lawful), most_affordable)


def opening_bid(mean_charge: Amount, spread: Amount, luck: Amount, tilt: Amount) -> FloatArray:
    """Return an opening charge rate, spread about London's mean in logs (assumption).

    `tilt` is minus half the variance where there is luck, so that the mean holds.
    """
    return mean_charge * np.exp(np.multiply(spread, luck) + tilt)
