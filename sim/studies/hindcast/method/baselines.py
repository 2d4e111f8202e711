"""Forecasts without a model: what a hindcast must beat. Each gives a mean and a spread.

They see a unit's published shares up to the origin and nothing later. Spreads are pooled over
units, since five years say little about one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.domain.randomness import FloatArray
from sim.studies.hindcast.method import state_space as space

SMALLEST_SPREAD = 1e-3
LEAST_SHARE = 0.01
"""Shares are brought to between this and 1 less this before log-odds are taken."""
FITS_KEPT = 64


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


def state_space(history: FloatArray, ahead: int) -> Normal:
    """Return each unit's share about a mean of its own, seen with an error (maximum likelihood).

    Log-odds revert to the unit's own mean, means are spread about a pooled one, and what is
    published misses the share; all units together say how much of each there is. The mean given is
    the share's median, as of the model; the spread half the way between the shares one standard
    deviation of log-odds below and above.

    Source: see `sim.studies.hindcast.method.state_space`.
    """
    inside = np.clip(history, LEAST_SHARE, 1.0 - LEAST_SHARE)
    odds = np.log(inside / (1.0 - inside))
    middle, spread = space.forecast(odds, ahead, _fitted(odds.tobytes(), odds.shape))
    low, median, high = (1.0 / (1.0 + np.exp(-middle - by * spread)) for by in (-1.0, 0.0, 1.0))
    return _normal(median, (high - low) / 2.0)


@lru_cache(maxsize=FITS_KEPT)
def _fitted(odds: bytes, shape: tuple[int, ...]) -> space.Level:
    """Return what a fit finds; one history is asked about for every year ahead."""
    return space.fitted(np.frombuffer(odds).reshape(shape))


STATE_SPACE = "state space"
BASELINES: dict[str, Callable[[FloatArray, int], Normal]] = {
    "persistence": persistence,
    "mean reversion, AR(1)": mean_reversion,
    "own mean": own_mean,
    "own trend": trend,
    STATE_SPACE: state_space,
}


def _pooled(left: FloatArray, lost: int = 0) -> float:
    known = left[np.isfinite(left)]
    return float(np.sqrt((known**2).sum() / max(known.size - lost, 1)))


def _normal(mean: FloatArray, spread: FloatArray) -> Normal:
    return Normal(np.asarray(mean, np.float64), np.maximum(spread, SMALLEST_SPREAD))
