"""What a borough bids for an hour of agency work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.domain.borough_figures import BoroughFigures
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.compiled import either, elementwise
from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray
from sim.rules.hazards import Amount
from sim.rules.structures import Links, StructureTerms

TENTH_OF_POSTS = 10.0


@elementwise
def shortage(
    unmet_share: Amount,
    wanted_vacancy_share: Amount,
    unfilled_target: Amount,
    vacancy_target: Amount,
    vacancy_weight: Amount,
) -> Amount:
    """Return how short a borough feels, as a share of posts (assumption, a rival structure).

    Only posts that somebody is wanted for count: those left uncovered by choice move no bid.
    `vacancy_weight` is 0 when boroughs look at unfilled posts alone.
    """
    unfilled_gap = unmet_share - unfilled_target
    vacancy_gap = wanted_vacancy_share - vacancy_target
    return (1.0 - vacancy_weight) * unfilled_gap + vacancy_weight * vacancy_gap


def vacancies_got_used_to(
    mean_so_far: Amount, vacancy_share: Amount, habit_years: Amount, months: int = 1
) -> FloatArray:
    """Return a borough's mean vacancy share of the past, some months on (assumption).

    An exponential mean: d mean / dt = (vacancy share - mean) / habit.
    """
    new = -np.expm1(-months / MONTHS_PER_YEAR / np.asarray(habit_years))
    return mean_so_far + new * (vacancy_share - mean_so_far)


def vacancy_target(own_mean: Amount, ordinary: Amount, habit_share: Amount) -> Amount:
    """Return the vacancy share a borough aims for: what it got used to, and the ordinary.

    Assumption: without some of the ordinary, a borough would get used to anything.
    """
    return habit_share * own_mean + (1.0 - habit_share) * ordinary


@elementwise
def desired_charge_rate(
    charge_rate: Amount,
    london_mean: Amount,
    short_by: Amount,
    speed_per_year: Amount,
    falling_ratio: Amount,
    leapfrog_speed: Amount,
    leapfrog_margin: Amount,
    brake: Amount = 1.0,
) -> FloatArray:
    """Return the charge a borough would pay next month if no law or cap stopped it (assumption).

    ln w rises by 10 eta / 12 times the shortage, falls more slowly, and a short borough
    also closes `leapfrog_speed` of the way to a mark above London's mean. `brake`, 0 to 1, is what
    its budget leaves of a rise; falls are not braked. A cap clips the result afterwards and never
    alters this drift.
    """
    speed = TENTH_OF_POSTS * speed_per_year / MONTHS_PER_YEAR
    is_short = np.greater(short_by, 0.0)
    drift = speed * short_by * either(is_short, brake, falling_ratio)
    mark = np.log(london_mean) + leapfrog_margin - np.log(charge_rate)
    leap = either(is_short, brake * leapfrog_speed * np.maximum(mark, 0.0), 0.0)
    return charge_rate * np.exp(drift + leap)


class Standpoint(NamedTuple):
    """What a borough sees when it bids: each a number, or an array of boroughs or draws.

    Attributes:
        charge_rate, london_mean: £ per hour, its own and London's.
        unmet_share, wanted_vacancy_share: of posts; vacancies it wants somebody for.
        vacancy_target: vacancy share it aims for.
        brake: what its budget leaves of a rise, 0 to 1.
    """

    charge_rate: Amount
    london_mean: Amount
    unmet_share: Amount
    wanted_vacancy_share: Amount
    vacancy_target: Amount
    brake: Amount


class Bidding(NamedTuple):
    """What boroughs go by when they bid (see `shortage` and `desired_charge_rate`)."""

    unfilled_target: Amount
    vacancy_weight: Amount
    speed_per_year: Amount
    falling_ratio: Amount
    leapfrog_speed: Amount
    leapfrog_margin: Amount


def bidding_of(parameters: Parameters, terms: StructureTerms, links: Links) -> Bidding:
    """Return what boroughs go by under a structure, with the links of the circle that hold."""
    return Bidding(
        parameters.unfilled_target,
        terms.vacancy_weight,
        parameters.bid_speed if links.unfilled_raises_bids else 0.0,
        parameters.falling_bid_ratio,
        parameters.leapfrog_speed if links.rivals_are_leapfrogged else 0.0,
        parameters.leapfrog_margin,
    )


@elementwise
def wanted_charge_rate(seen: Standpoint, by: Bidding) -> FloatArray:
    """Return `desired_charge_rate` of a borough that sees so much and goes by that."""
    short_by = shortage(
        seen.unmet_share,
        seen.wanted_vacancy_share,
        by.unfilled_target,
        seen.vacancy_target,
        by.vacancy_weight,
    )
    return desired_charge_rate(
        seen.charge_rate,
        seen.london_mean,
        short_by,
        by.speed_per_year,
        by.falling_ratio,
        by.leapfrog_speed,
        by.leapfrog_margin,
        seen.brake,
    )


def bid(wanted: Amount, lowest_lawful: Amount) -> FloatArray:
    """Return what a borough bids: no less than the law asks."""
    return np.maximum(wanted, lowest_lawful)


def opening_bid(mean_charge: Amount, spread: Amount, luck: Amount, tilt: Amount) -> FloatArray:
    """Return an opening charge rate, spread about London's mean in logs (assumption).

    `tilt` is minus half the variance where there is luck, so that the mean holds.
    """
    return mean_charge * np.exp(np.multiply(spread, luck) + tilt)


def with_own_rates(
    rates: FloatArray, employers: Sequence[str], figures: Mapping[str, BoroughFigures]
) -> FloatArray:
    """Return opening charge rates, (..., employer), with those that councils know of themselves."""
    found = np.array(rates)
    for name, own in figures.items():
        if own.charge_rate_per_hour is not None and name in employers:
            found[..., list(employers).index(name)] = own.charge_rate_per_hour
    return found
