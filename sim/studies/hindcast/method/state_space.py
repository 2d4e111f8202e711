"""A state space for shares: each employer about a mean of its own, seen with an error.

What is published is a hidden level plus an observation error; the level reverts to the employer's
own mean, and means are spread about a pooled one. Everything is normal, so the Kalman filter gives
the likelihood exactly, and the five numbers that all employers share are those that maximise it.

Source: Durbin and Koopman (2012), "Time Series Analysis by State Space Methods", chapters 4 and 7;
Harvey (1989), "Forecasting, Structural Time Series Models and the Kalman Filter".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.domain.randomness import FloatArray

LEAST_SPREAD, MOST_SPREAD = 1e-3, 10.0
"""Bounds of every fitted standard deviation, in units of the data's own."""
MOST_KEPT = 0.9999
"""Of a deviation from one year to the next, where it is fitted: at 1 own means lose their sense."""
LEAST_LEFT = 1e-6
"""Share of a deviation's variance that a year renews, at least: keeps the start finite."""
STARTS = ((0.5, 0.9), (0.1, 0.6), (1.0, 0.3))
"""Where the search begins: the observation error over the usual yearly move, and what is kept. The
best of the ends is taken, so that no single start decides."""


@dataclass(frozen=True)
class Level:
    """What all employers share, in the data's own unit.

    Attributes:
        middle, means_spread: mean and standard deviation of employers' own means.
        kept: of a deviation from the own mean, after a year; 0 to 1.
        news_spread: standard deviation of what a year adds to the level.
        error_spread: standard deviation of the observation error.
    """

    middle: float
    means_spread: float
    kept: float
    news_spread: float
    error_spread: float

    def moved(self, middle: float, unit: float) -> Level:
        """Return the level of the same data multiplied by `unit`, with `middle` added."""
        apart, news, error = (
            unit * spread for spread in (self.means_spread, self.news_spread, self.error_spread)
        )
        return Level(middle + unit * self.middle, apart, self.kept, news, error)


@dataclass(frozen=True)
class Filtered:
    """What is known of employers after their last year.

    Attributes:
        state: (unit, 2): deviation from the own mean, and the own mean.
        covariance: (unit, 2, 2).
        log_likelihood: of all that was seen, added up.
    """

    state: FloatArray
    covariance: FloatArray
    log_likelihood: float


def filtered(history: FloatArray, level: Level) -> Filtered:
    """Run the Kalman filter over every employer's years.

    Args:
        history: (unit, year), NaN where a year is missing: it is passed over.
        level: what all share.
    """
    units = len(history)
    own = np.array([0.0, level.middle])
    state = np.tile(own, (units, 1))
    news = level.news_spread**2
    start = np.diag([news / max(1.0 - level.kept**2, LEAST_LEFT), level.means_spread**2])
    covariance = np.tile(start, (units, 1, 1))
    total = 0.0
    for year in range(history.shape[1]):
        if year:
            state, covariance = _a_year_on(state, covariance, level)
        seen = np.isfinite(history[:, year])
        # What is published is deviation plus own mean plus error.
        with_seen = covariance.sum(axis=2)
        variance = with_seen.sum(axis=1) + level.error_spread**2
        missed = np.where(seen, history[:, year] - state.sum(axis=1), 0.0)
        gain = with_seen / variance[:, None] * seen[:, None]
        state = state + gain * missed[:, None]
        covariance = covariance - gain[:, :, None] * with_seen[:, None, :]
        each = np.log(2.0 * np.pi * variance) + missed**2 / variance
        total -= 0.5 * float(each[seen].sum())
    return Filtered(state, covariance, total)


def _a_year_on(
    state: FloatArray, covariance: FloatArray, level: Level
) -> tuple[FloatArray, FloatArray]:
    keeps = np.array([level.kept, 1.0])
    moved = covariance * keeps[:, None] * keeps
    moved[:, 0, 0] += level.news_spread**2
    return state * keeps, moved


def fitted(history: FloatArray) -> Level:
    """Return the level of greatest likelihood over all employers' histories.

    The search begins at fixed points, so the same history gives the same numbers; a change of unit
    changes the level's unit and nothing else.

    Args:
        history: (unit, year), NaN where a year is missing.
    """
    from scipy.optimize import minimize  # slow to load

    known = history[np.isfinite(history)]
    middle = float(known.mean())
    unit = float(known.std()) or 1.0
    plain = (history - middle) / unit
    low, high = np.log(LEAST_SPREAD), np.log(MOST_SPREAD)

    def worse(at: FloatArray) -> float:
        return -filtered(plain, _level(at)).log_likelihood

    ends = [
        minimize(
            worse,
            start,
            method="L-BFGS-B",
            bounds=[(None, None), (low, high), (0.0, MOST_KEPT), (low, high), (low, high)],
        )
        for start in _starts(plain)
    ]
    return _level(min(ends, key=lambda end: float(end.fun)).x).moved(middle, unit)


def _starts(plain: FloatArray) -> list[FloatArray]:
    """Return where a search begins in a history of mean 0 and spread 1."""
    moves = np.diff(plain, axis=1)
    moves = moves[np.isfinite(moves)]
    move = float(np.sqrt((moves**2).mean())) if moves.size else 1.0
    return [
        np.array([0.0, 0.0, kept, *np.log(np.clip(spreads, LEAST_SPREAD, MOST_SPREAD))])
        for error, kept in STARTS
        for spreads in [(move, move * error)]
    ]


def _level(at: FloatArray) -> Level:
    """Return the level at a point of the search, where spreads are logarithms."""
    apart, news, error = (float(np.exp(at[place])) for place in (1, 3, 4))
    return Level(float(at[0]), apart, float(at[2]), news, error)


def forecast(history: FloatArray, ahead: int, level: Level) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation, (unit,) each, of what a later year will publish.

    Args:
        history: (unit, year), NaN where a year is missing.
        ahead: years from the last one.
        level: what all share.
    """
    found = filtered(history, level)
    state, covariance = found.state, found.covariance
    for _ in range(ahead):
        state, covariance = _a_year_on(state, covariance, level)
    variance = covariance.sum(axis=(1, 2)) + level.error_spread**2
    return state.sum(axis=1), np.sqrt(np.maximum(variance, 0.0))
