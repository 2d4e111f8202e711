"""Weighted draws: how many they are worth, how they move together, equal-weight draws from them.

Draws are (draw, parameter); weights are one a draw, sum to 1 and are never negative.
"""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray


def weighted_mean(draws: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the mean of each parameter, (parameter,)."""
    return np.asarray(weights @ draws, np.float64)


def weighted_covariance(draws: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the covariance matrix, (parameter, parameter), of the weighted draws as they are."""
    apart = draws - weighted_mean(draws, weights)
    return np.asarray((apart * weights[:, None]).T @ apart, np.float64)


def weighted_correlation(draws: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the correlation matrix, (parameter, parameter).

    It is NaN where a parameter does not vary, and 1 on the diagonal everywhere else.
    """
    covariance = weighted_covariance(draws, weights)
    varies = np.ptp(draws, axis=0) > 0.0
    spread = np.sqrt(np.where(varies, np.diag(covariance), np.nan))
    correlation = np.clip(covariance / np.outer(spread, spread), -1.0, 1.0)
    np.fill_diagonal(correlation, np.where(varies, 1.0, np.nan))
    return correlation


def resample(draws: FloatArray, weights: FloatArray, count: int, seed: int) -> FloatArray:
    """Return `count` equal-weight draws by systematic resampling, in an order of no meaning.

    A draw of weight w comes up w x count times, rounded up or down. The order is shuffled, so
    that the first few of them are as fair a sample as any. The same seed gives the same draws.

    Source: systematic resampling, Kitagawa (1996), "Monte Carlo filter and smoother".
    """
    luck = np.random.default_rng(seed)
    upto = np.cumsum(weights)
    marks = (np.arange(count) + luck.random()) / count * upto[-1]
    chosen = np.searchsorted(upto, marks, side="right")
    last = np.flatnonzero(weights)[-1]  # a mark may round up to the very end
    return np.asarray(draws[luck.permutation(np.minimum(chosen, last))], np.float64)
