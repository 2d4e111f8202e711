"""Forecasts without a model: what a hindcast must beat. Each gives a mean and a spread.

They see a unit's published shares up to the origin and nothing later. Spreads are pooled over
units, since five years say little about one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.domain.randomness import FloatArray

SMALLEST_SPREAD = 1e-3


@dataclass(frozen=True)
class Normal:
    """Normal forecasts, one a unit: mean and standard deviation, shares 0 to 1."""

    mean: FloatArray
    spread: FloatArray


def persistence(history: FloatArray, ahead: int) -> Normal:
    """Return the last year's share for ever; the spread grows with the root of time.

    Args:
        history: (unit, year), NaN where nothing sound is published; the last year has all.
        ahead: years from the last one.
    """
    moved = _pooled(np.diff(history, axis=1))
    return _normal(history[:, -1], np.full(len(history), moved * np.sqrt(ahead)))


def mean_reversion(history: FloatArray, ahead: int) -> Normal:
    """Return AR(1) around the mean of all units, fitted to all of them (least squares)."""
    middle = float(np.nanmean(history))
    before, after = history[:, :-1] - middle, history[:, 1:] - middle
    both = np.isfinite(before) & np.isfinite(after)
    rho = float((before[both] * after[both]).sum() / max((before[both] ** 2).sum(), 1e-12))
    rho = min(max(rho, 0.0), 0.999)
    left = float(np.sqrt(np.mean((after[both] - rho * before[both]) ** 2)))
    grown = np.sqrt((1.0 - rho ** (2 * ahead)) / (1.0 - rho**2))
    return _normal(
        middle + rho**ahead * (history[:, -1] - middle), np.full(len(history), left * grown)
    )


def own_mean(history: FloatArray, ahead: int) -> Normal:
    """Return each unit's mean over its years."""
    years = np.isfinite(history).sum(axis=1)
    mean = np.nanmean(history, axis=1)
    within = _pooled(history - mean[:, None], lost=len(history))
    return _normal(mean, within * np.sqrt(1.0 + 1.0 / np.maximum(years, 1)))


def trend(history: FloatArray, ahead: int) -> Normal:
    """Return each unit's straight line over its years, carried on."""
    units, years = history.shape
    at = np.arange(years, dtype=float)
    target = years - 1 + ahead
    mean, left, factor = np.zeros(units), np.full(history.shape, np.nan), np.zeros(units)
    for unit, values in enumerate(history):
        known = np.isfinite(values)
        slope, level = (
            np.polyfit(at[known], values[known], 1) if known.sum() > 2 else (0.0, values[known][-1])
        )
        mean[unit] = level + slope * target
        left[unit] = values - (level + slope * at)
        off = at[known] - at[known].mean()
        reach = (target - at[known].mean()) ** 2 / max(float((off**2).sum()), 1e-12)
        factor[unit] = np.sqrt(1.0 + 1.0 / known.sum() + reach)
    return _normal(mean, _pooled(left, lost=2 * units) * factor)


BASELINES: dict[str, Callable[[FloatArray, int], Normal]] = {
    "persistence": persistence,
    "mean reversion, AR(1)": mean_reversion,
    "own mean": own_mean,
    "own trend": trend,
}


def _pooled(left: FloatArray, lost: int = 0) -> float:
    known = left[np.isfinite(left)]
    return float(np.sqrt((known**2).sum() / max(known.size - lost, 1)))


def _normal(mean: FloatArray, spread: FloatArray) -> Normal:
    return Normal(np.asarray(mean, np.float64), np.maximum(spread, SMALLEST_SPREAD))
