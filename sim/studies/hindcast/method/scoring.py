"""Scores of forecasts: proper, in percentage points where they have a unit.

Source: continuous ranked probability score, Gneiting and Raftery (2007), "Strictly proper scoring
rules, prediction, and estimation"; the interval score is theirs too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domain.kept_forecasts import QUANTILES
from sim.domain.randomness import FloatArray
from sim.studies.hindcast.method.baselines import Normal

RMSE = "rmse"
COMPARED = (RMSE, "crps", "interval_score")
"""Scores whose differences are told."""
LEVELS = (0.5, 0.8, 0.9)
BOOTSTRAPS = 2_000
POINTS = 100.0
STEPS = 500
"""Levels at which a forecast that is known by a few quantiles is looked at for its CRPS."""


@dataclass(frozen=True)
class Cases:
    """How one forecaster did, one element a case: (unit, year).

    Attributes:
        error: central forecast less what was published, points.
        crps, interval_score: points; the interval is the 90 % one.
        inside: (level, unit, year) whether the central interval of each level covers it.
        pit: probability integral transform: where the truth lies in the forecast, 0 to 1.
    """

    error: FloatArray
    crps: FloatArray
    interval_score: FloatArray
    inside: FloatArray
    pit: FloatArray


def score_samples(samples: FloatArray, seen: FloatArray) -> Cases:
    """Score an ensemble.

    Args:
        samples: (run, unit, year) shares.
        seen: (unit, year) published shares, NaN where there is none.
    """
    ordered = np.sort(samples, axis=0)
    runs = len(ordered)
    weight = (2.0 * np.arange(1, runs + 1) - runs - 1.0)[:, None, None]
    apart = 2.0 * (weight * ordered).sum(axis=0) / (runs * (runs - 1.0) or 1.0)
    crps = np.abs(samples - seen).mean(axis=0) - 0.5 * apart
    low = np.quantile(samples, [(1 - level) / 2 for level in LEVELS], axis=0)
    high = np.quantile(samples, [(1 + level) / 2 for level in LEVELS], axis=0)
    pit = ((samples < seen).mean(axis=0) + (samples <= seen).mean(axis=0)) / 2.0
    return _cases(np.median(samples, axis=0), crps, low, high, pit, seen)


def score_normal(forecasts: list[Normal], seen: FloatArray) -> Cases:
    """Score normal forecasts, one a year of `seen`, (unit, year)."""
    from scipy.stats import norm  # slow to load

    mean = np.stack([one.mean for one in forecasts], axis=1)
    spread = np.stack([one.spread for one in forecasts], axis=1)
    z = (seen - mean) / spread
    crps = spread * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    reach = np.array([norm.ppf((1 + level) / 2) for level in LEVELS])[:, None, None]
    return _cases(mean, crps, mean - reach * spread, mean + reach * spread, norm.cdf(z), seen)


def score_quantiles(quantiles: FloatArray, seen: FloatArray) -> Cases:
    """Score forecasts of which only the quantiles of `QUANTILES` are kept.

    Between them, and beyond the outer two, a forecast is a straight line on normal scores: exact
    where it is normal (assumption elsewhere). Intervals and medians are the kept ones.

    Args:
        quantiles: (quantile, unit, year) shares.
        seen: (unit, year) published shares, NaN where there is none.

    Source: the CRPS is twice the pinball loss over all levels, Gneiting and Ranjan (2011),
    "Comparing density forecasts using threshold- and quantile-weighted scoring rules".
    """
    points = points_of(quantiles, STEPS)
    levels = ((np.arange(STEPS) + 0.5) / STEPS)[:, None, None]
    missed = seen - points
    crps = 2.0 * np.where(missed > 0, levels, levels - 1.0) * missed
    pit = ((points < seen).mean(axis=0) + (points <= seen).mean(axis=0)) / 2.0
    low = quantiles[[QUANTILES.index(round((1 - level) / 2, 6)) for level in LEVELS]]
    high = quantiles[[QUANTILES.index(round((1 + level) / 2, 6)) for level in LEVELS]]
    return _cases(quantiles[QUANTILES.index(0.5)], crps.mean(axis=0), low, high, pit, seen)


def points_of(quantiles: FloatArray, count: int) -> FloatArray:
    """Return evenly likely points of forecasts known by their quantiles, (point, ...)."""
    from scipy.stats import norm  # slow to load

    known = np.asarray(norm.ppf(QUANTILES))
    wanted = np.asarray(norm.ppf((np.arange(count) + 0.5) / count))
    place = np.clip(np.searchsorted(known, wanted) - 1, 0, len(known) - 2)
    along = (wanted - known[place]) / (known[place + 1] - known[place])
    shape = (-1,) + (1,) * (quantiles.ndim - 1)
    step = quantiles[place + 1] - quantiles[place]
    return np.asarray(quantiles[place] + along.reshape(shape) * step)


def quantiles_of(forecasts: Sequence[Normal]) -> FloatArray:
    """Return the quantiles of normal forecasts, one a year: (quantile, unit, year)."""
    from scipy.stats import norm  # slow to load

    mean = np.stack([one.mean for one in forecasts], axis=1)
    spread = np.stack([one.spread for one in forecasts], axis=1)
    return np.asarray(mean + np.asarray(norm.ppf(QUANTILES))[:, None, None] * spread)


def _cases(
    middle: FloatArray,
    crps: FloatArray,
    low: FloatArray,
    high: FloatArray,
    pit: FloatArray,
    seen: FloatArray,
) -> Cases:
    unknown = ~np.isfinite(seen)
    inside = np.where(unknown, np.nan, (low <= seen) & (seen <= high))
    below, above = np.maximum(low[-1] - seen, 0.0), np.maximum(seen - high[-1], 0.0)
    interval = (high[-1] - low[-1]) + 2.0 / (1.0 - LEVELS[-1]) * (below + above)
    return Cases(
        POINTS * (middle - seen),
        POINTS * np.where(unknown, np.nan, crps),
        POINTS * np.where(unknown, np.nan, interval),
        inside,
        np.where(unknown, np.nan, pit),
    )


@dataclass(frozen=True)
class Score:
    """One forecaster's means over cases; coverage is a share of cases, by `LEVELS`."""

    rmse: float
    mae: float
    crps: float
    interval_score: float
    coverage: tuple[float, ...]
    cases: int


def summary(cases: Cases) -> Score:
    """Return the scores of all cases together."""
    return Score(
        float(np.sqrt(np.nanmean(cases.error**2))),
        float(np.nanmean(np.abs(cases.error))),
        float(np.nanmean(cases.crps)),
        float(np.nanmean(cases.interval_score)),
        tuple(float(np.nanmean(level)) for level in cases.inside),
        int(np.isfinite(cases.error).sum()),
    )


@dataclass(frozen=True)
class Skill:
    """Model less baseline, points: below zero the model is better; 90 % bootstrap interval."""

    measure: str
    difference: float
    low: float
    high: float


def skills(model: Cases, baseline: Cases, seed: int) -> list[Skill]:
    """Return the model's RMSE, CRPS and interval score less a baseline's, bootstrapped by unit."""
    luck = np.random.default_rng(seed)
    units = len(model.error)
    drawn = luck.integers(0, units, (BOOTSTRAPS, units))

    def gap(one: Cases, other: Cases, name: str, picked: npt.NDArray[Any]) -> FloatArray:
        def mean(cases: Cases) -> FloatArray:
            if name == RMSE:
                return np.asarray(np.sqrt(np.nanmean(cases.error[picked] ** 2, axis=(-2, -1))))
            return np.asarray(np.nanmean(getattr(cases, name)[picked], axis=(-2, -1)))

        return mean(one) - mean(other)

    found = []
    for name in COMPARED:
        everybody = gap(model, baseline, name, np.arange(units))
        low, high = np.quantile(gap(model, baseline, name, drawn), [0.05, 0.95])
        found.append(Skill(name, float(everybody), float(low), float(high)))
    return found
