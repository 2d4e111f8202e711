"""Problems whose answers are known, for the tests of the sampler. At the top of a module, so that
worker processes can find them."""

from __future__ import annotations

import numpy as np
from scipy.stats import ncx2

from sim.domain.randomness import FloatArray
from sim.studies.calibrate.method.abc import Bounds, Targets

BOUNDS = Bounds(("a", "b"), np.array([0.0, -3.0]), np.array([3.0, 3.0]))
TARGETS = Targets(("first", "second"), np.array([0.4, 0.5]), np.array([0.6, 0.8]))

CORNER = Bounds(("a", "b"), np.zeros(2), np.ones(2))
RIDGE = np.array([[1.0, -1.0], [1.0, 1.0]])
RIDGE_TARGETS = Targets(("difference", "sum"), np.array([0.3, 0.2]), np.array([0.1, 0.6]))

ONE = Bounds(("x",), np.array([-4.0]), np.array([4.0]))
ONE_TARGET = Targets(("size",), np.array([2.0]), np.array([0.1]))


def noisy(draws: FloatArray, seed: int) -> FloatArray:
    """Two means seen through normal noise of one scale each: the box cuts the first one off."""
    noise = np.random.default_rng(seed).normal(size=draws.shape)
    return draws + noise * TARGETS.scale


def failing(draws: FloatArray, seed: int) -> FloatArray:
    """The same, but nothing comes out where `a` is less than a half: NaN, or infinity."""
    summaries = noisy(draws, seed)
    summaries[draws[:, 0] < 0.5, 0] = np.nan
    summaries[draws[:, 0] < 0.25, 0] = np.inf
    return summaries


def ridge(draws: FloatArray, seed: int) -> FloatArray:
    """Difference and sum, without noise: a narrow ridge that runs aslant into the box's edge."""
    return draws @ RIDGE.T


def two_modes(draws: FloatArray, seed: int) -> FloatArray:
    """Only the size of the parameter shows: 2 and -2 do equally well."""
    return np.abs(draws) + np.random.default_rng(seed).normal(size=draws.shape) * 0.1


def exact_moments(tolerance: float, points: int = 1_200) -> tuple[FloatArray, FloatArray]:
    """Means and standard deviations of the ABC posterior of `noisy`, on a grid of the box.

    With the noise as the scale, two times the squared distance is noncentral chi-squared.
    """
    middles = (np.arange(points) + 0.5) / points
    a, b = (low + middles * (high - low) for low, high in zip(BOUNDS.low, BOUNDS.high, strict=True))
    away = np.square((a[:, None] - TARGETS.observed[0]) / TARGETS.scale[0])
    away = away + np.square((b[None, :] - TARGETS.observed[1]) / TARGETS.scale[1])
    density = ncx2.cdf(2.0 * tolerance**2, 2, away)
    density /= density.sum()
    mean = np.array([(density.sum(axis=1) * a).sum(), (density.sum(axis=0) * b).sum()])
    square = np.array([(density.sum(axis=1) * a**2).sum(), (density.sum(axis=0) * b**2).sum()])
    return mean, np.sqrt(square - mean**2)


def exact_ridge(tolerance: float, points: int = 1_500) -> tuple[FloatArray, FloatArray, float]:
    """Means, standard deviations and correlation of what of the box `ridge` leaves possible."""
    middles = (np.arange(points) + 0.5) / points
    grid = np.stack(np.meshgrid(middles, middles, indexing="ij"), axis=-1).reshape(-1, 2)
    left = grid[RIDGE_TARGETS.distances(ridge(grid, 0)) <= tolerance]
    return left.mean(axis=0), left.std(axis=0), float(np.corrcoef(left.T)[0, 1])


def moments(draws: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted means and standard deviations, each with its Monte Carlo error: (2, parameter)."""
    mean = weights @ draws
    apart = draws - mean
    spread = np.sqrt(weights @ apart**2)
    error_of_mean = np.sqrt(weights**2 @ apart**2)
    error_of_spread = np.sqrt(weights**2 @ np.square(apart**2 - spread**2)) / (2.0 * spread)
    return np.array([mean, spread]), np.array([error_of_mean, error_of_spread])
