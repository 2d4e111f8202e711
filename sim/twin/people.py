"""How staff are spread over experience, taste and companies, as amounts.

Stages of experience stand for months since qualifying, and staff pass from one to the next at a
constant hazard (assumption: the model counts months). Tastes are held at three points of a
normal distribution (Gauss-Hermite), each crossed with the three kinds of access to a company.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from sim.domain.borough_figures import BoroughFigures
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray
from sim.rules.pay_bands import BAND_STARTS_MONTHS, NEW_STAFF_YEARS

STAGE_STARTS_YEARS = (0.0, 1.0, 2.0, 3.0, 5.0)
"""Experience at which each stage begins; pay bands begin at two and at five years."""
STAGES = len(STAGE_STARTS_YEARS)
LEARNERS, FIRST_SUPERVISORS, SEASONED, VETERANS = 0, 2, 3, 4
STAGE_BANDS = tuple(
    sum(start * MONTHS_PER_YEAR >= band for band in BAND_STARTS_MONTHS[1:])
    for start in STAGE_STARTS_YEARS
)
TASTE_POINTS = np.array([-np.sqrt(3.0), 0.0, np.sqrt(3.0)])
TASTE_WEIGHTS = np.array([1.0, 4.0, 1.0]) / 6.0
KEEN_WEIGHTS = np.array([(2.0 / 3 - 3**-0.5) / 2, 1.0 / 3, (2.0 / 3 + 3**-0.5) / 2])
"""Weights on the same points of outsiders, whose taste is one spread above the ordinary (mean and
second moment are theirs)."""


def seasoned_share(parameters: Parameters) -> float:
    """Return which part of experienced people is still below the start of the top band."""
    years = STAGE_STARTS_YEARS[VETERANS] - NEW_STAFF_YEARS
    return float(1.0 - np.exp(-years / max(parameters.experience_mean_years, 1e-9)))


def column(values: Sequence[float] | FloatArray) -> FloatArray:
    """Return one value a stage, ready to multiply (stage, draw, employer)."""
    return np.asarray(values, np.float64)[:, None, None]


def opening_shares(parameters: Parameters) -> FloatArray:
    """Return the stages of permanent staff at the start, (stage, 1, 1)."""
    new = parameters.start_new_staff_share
    first = [new / NEW_STAFF_YEARS] * NEW_STAFF_YEARS
    seasoned = (1.0 - new) * seasoned_share(parameters)
    return column([*first, seasoned, 1.0 - new - seasoned])


def with_own_grades(
    shares: FloatArray, employers: Sequence[str], figures: Mapping[str, BoroughFigures]
) -> FloatArray:
    """Return the stages at the start, (stage, 1, employer), councils' own grades among them.

    Within a grade staff are spread evenly over its years (assumption).
    """
    found = np.repeat(shares, len(employers), axis=-1)
    for name, own in figures.items():
        if own.grades is not None and name in employers:
            grade = np.array(STAGE_BANDS)
            years = np.diff((*STAGE_STARTS_YEARS, STAGE_STARTS_YEARS[-1] + 1.0))
            part = years / np.bincount(grade, years)[grade]
            staff = np.asarray(own.grades) / max(sum(own.grades), 1e-9)
            found[:, 0, list(employers).index(name)] = part * staff[grade]
    return found


def grow_older(stages: FloatArray) -> None:
    """Let a month of experience pass (in place); whoever is at the top stays there."""
    lengths = np.diff(STAGE_STARTS_YEARS) * MONTHS_PER_YEAR
    passing = stages[:-1] / lengths[:, None, None]
    stages[:-1] -= passing
    stages[1:] += passing


def eligible_weights(years: float, parameters: Parameters) -> FloatArray:
    """Return which part of each stage has at least some years of experience, (stage, 1, 1)."""
    ends = (*STAGE_STARTS_YEARS[1:], np.inf)
    weights = []
    for start, end in zip(STAGE_STARTS_YEARS, ends, strict=True):
        if np.isinf(end):
            beyond = max(years - start, 0.0) / max(parameters.experience_mean_years, 1e-9)
            weights.append(float(np.exp(-beyond)))
        else:
            weights.append(float(np.clip((end - years) / (end - start), 0.0, 1.0)))
    return column(weights)


def types(parameters: Parameters, draws: int, weights: FloatArray = TASTE_WEIGHTS) -> FloatArray:
    """Return the shares of newcomers by company and taste, (draw, company, taste)."""
    has = np.broadcast_to(np.ravel(parameters.company_share), (draws,))
    outside = np.broadcast_to(np.ravel(parameters.outside_ir35_share), (draws,))
    companies = np.stack([1.0 - has, has * (1.0 - outside), has * outside], axis=-1)
    return np.asarray(companies[:, :, None] * weights, np.float64)


def opening_types(
    parameters: Parameters, draws: int, agency_share: float
) -> tuple[FloatArray, FloatArray]:
    """Return shares by type of permanent and of agency staff at the start.

    Agency staff hold the highest tastes, ranked with noise as large as the spread.
    """
    threshold = np.sqrt(2.0) * ndtri(1.0 - np.clip(agency_share, 1e-6, 1.0 - 1e-6))
    goes = ndtr(TASTE_POINTS - threshold)
    stays = TASTE_WEIGHTS * (1.0 - goes)
    goes = TASTE_WEIGHTS * goes
    return (
        types(parameters, draws, stays / stays.sum()),
        types(parameters, draws, goes / goes.sum()),
    )


def experienced_shares(parameters: Parameters) -> FloatArray:
    """Return the stages of experienced people from outside, (stage, 1, 1)."""
    shares = np.zeros(STAGES)
    shares[SEASONED] = seasoned_share(parameters)
    shares[VETERANS] = 1.0 - shares[SEASONED]
    return column(shares)


def upper_bands(stages: FloatArray) -> FloatArray:
    """Return staff by the two upper pay bands, (..., 2); those below count with the lower."""
    return np.stack([stages[:VETERANS].sum(axis=0), stages[VETERANS]], axis=-1)


def mixed(
    shares: FloatArray, number: FloatArray, added: FloatArray, count: FloatArray
) -> FloatArray:
    """Return shares by type once a flow has joined (shares and flow each add up to 1)."""
    weight = np.maximum(number + count, 1e-9)[:, None, None]
    return np.asarray((shares * number[:, None, None] + added * count[:, None, None]) / weight)


def thinned(
    shares: FloatArray, number: FloatArray, gone: FloatArray, count: FloatArray
) -> FloatArray:
    """Return shares by type once a flow has left."""
    left = np.maximum(shares * number[:, None, None] - gone * count[:, None, None], 1e-12)
    return np.asarray(left / left.sum(axis=(1, 2), keepdims=True))
