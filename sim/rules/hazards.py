"""Chances and shocks: what happens in a month, given what happens in a year."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.compiled import elementwise
from sim.domain.randomness import FloatArray

Amount = npt.NDArray[Any] | float
"""One number, or an array of employers, workers or draws: every equation serves either."""
Truth = npt.NDArray[Any] | bool
"""The same of something that holds or not."""
BISECTIONS = 60
"""Halvings of a search: its ends are then 1e-18 of their distance apart."""


@elementwise
def monthly_chance(hazard_per_year: Amount) -> FloatArray:
    """Return the chance that something with a yearly hazard happens within a month."""
    return -np.expm1(-hazard_per_year / MONTHS_PER_YEAR)


def small_monthly_chance(hazard_per_year: FloatArray) -> FloatArray:
    """Return `monthly_chance` of a small hazard, to third order in it: quicker for many."""
    x = hazard_per_year / MONTHS_PER_YEAR
    return x * (1.0 - x / 2.0 * (1.0 - x / 3.0))


def bisected(
    falling: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray
) -> FloatArray:
    """Return where a falling function crosses zero, element by element, between two ends."""
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        above = falling(middle) > 0.0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray((low + high) / 2.0)


def common_shock(spread: Amount, luck: Amount) -> FloatArray:
    """Return exp(spread z - spread^2 / 2): what a year does to all boroughs alike, 1 on average.

    Log-normal and without memory from year to year (assumption).
    Source of the spreads: London's starters and turnover, DfE census 2017-2021.
    """
    return np.exp(np.multiply(spread, luck) - np.square(spread) / 2.0)


def year_of(month: int) -> int:
    """Return the year since the start, from 0, in which a month falls (month 1 opens year 0)."""
    return (month - 1) // MONTHS_PER_YEAR


def faded(size: Amount, speed_per_year: Amount, months: Amount) -> FloatArray:
    """Return what is left of a shock after some months: exponential decay (assumption)."""
    return size * np.exp(-speed_per_year * months / MONTHS_PER_YEAR)
