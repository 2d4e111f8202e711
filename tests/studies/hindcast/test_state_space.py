"""The state space: what it is on made-up employers, whose numbers are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from sim.domain.randomness import FloatArray
from sim.studies.hindcast.method.baselines import persistence, state_space
from sim.studies.hindcast.method.state_space import Level, filtered, fitted, forecast

TRUE = Level(middle=1.2, means_spread=0.3, kept=0.6, news_spread=0.25, error_spread=0.15)


def made_up(units: int, years: int, level: Level, seed: int = 1) -> FloatArray:
    luck = np.random.default_rng(seed)
    own = level.middle + level.means_spread * luck.standard_normal(units)
    apart = level.news_spread / np.sqrt(1 - level.kept**2) * luck.standard_normal(units)
    seen = []
    for _ in range(years):
        seen.append(own + apart + level.error_spread * luck.standard_normal(units))
        apart = level.kept * apart + level.news_spread * luck.standard_normal(units)
    return np.stack(seen, axis=1)


def covariance(years: int, level: Level) -> FloatArray:
    """Return the covariance of one employer's published years, written down directly."""
    apart = np.abs(np.subtract.outer(np.arange(years), np.arange(years)))
    lasting = level.news_spread**2 / (1 - level.kept**2) * level.kept**apart
    return level.means_spread**2 + lasting + level.error_spread**2 * np.eye(years)


def test_the_likelihood_is_that_of_the_normal_it_says_missing_years_left_out() -> None:
    history = made_up(5, 6, TRUE)
    history[0, 2] = history[1, 0] = history[2, 4:] = np.nan
    expected = 0.0
    for row in history:
        known = np.isfinite(row)
        part = covariance(6, TRUE)[np.ix_(known, known)]
        mean = np.full(known.sum(), TRUE.middle)
        expected += multivariate_normal(mean, part).logpdf(row[known])
    assert filtered(history, TRUE).log_likelihood == pytest.approx(expected)


def test_the_forecast_is_the_conditional_normal() -> None:
    row = made_up(1, 5, TRUE)[0]
    row[1] = np.nan
    known = np.isfinite(row)
    whole = covariance(7, TRUE)
    seen = np.append(known, [False, False])
    gain = whole[-1, seen] @ np.linalg.inv(whole[np.ix_(seen, seen)])
    mean, spread = forecast(row[None, :], 2, TRUE)
    assert mean[0] == pytest.approx(TRUE.middle + gain @ (row[known] - TRUE.middle))
    assert spread[0] ** 2 == pytest.approx(whole[-1, -1] - gain @ whole[seen, -1])


@pytest.mark.slow
def test_a_fit_recovers_what_made_the_history() -> None:
    history = made_up(1_500, 12, TRUE)
    history[::7, 5] = np.nan
    found = fitted(history)
    for name, true in vars(TRUE).items():
        assert getattr(found, name) == pytest.approx(true, rel=0.08), name
    assert filtered(history, found).log_likelihood >= filtered(history, TRUE).log_likelihood


def test_without_error_or_reversion_it_is_persistence() -> None:
    history = made_up(31, 5, TRUE)
    walk = Level(1.0, means_spread=0.3, kept=1.0, news_spread=0.2, error_spread=0.0)
    mean, spread = forecast(history, 4, walk)
    np.testing.assert_allclose(mean, persistence(history, 4).mean)
    np.testing.assert_allclose(spread, 0.2 * 2.0)


def test_a_change_of_unit_changes_the_unit_alone() -> None:
    history = made_up(31, 6, TRUE)
    level, other = fitted(history), fitted(100.0 * history + 7.0)
    assert other.kept == pytest.approx(level.kept, abs=1e-3)
    plain, moved = forecast(history, 2, level), forecast(100.0 * history + 7.0, 2, other)
    np.testing.assert_allclose(moved[0], 100.0 * plain[0] + 7.0, rtol=1e-3)
    np.testing.assert_allclose(moved[1], 100.0 * plain[1], rtol=1e-3)


def test_the_baseline_is_a_share_with_a_spread_and_the_same_each_time() -> None:
    shares = 1.0 / (1.0 + np.exp(-made_up(31, 6, TRUE)))
    shares[3, 1], shares[4, 2] = np.nan, 1.0  # a year without a figure; a year without a vacancy
    found = state_space(shares, 3)
    assert ((found.mean > 0) & (found.mean < 1)).all()
    assert ((found.spread > 0.01) & (found.spread < 0.5)).all()
    again = state_space(shares.copy(), 3)
    np.testing.assert_array_equal(found.mean, again.mean)
    # Reversion: further ahead, forecasts lie closer together and know less.
    assert state_space(shares, 8).mean.std() < state_space(shares, 1).mean.std()
    assert (state_space(shares, 8).spread > state_space(shares, 1).spread).mean() > 0.9


def test_true_forecasts_cover_what_they_say() -> None:
    history = made_up(2_000, 8, TRUE)
    mean, spread = forecast(history[:, :6], 2, TRUE)
    missed = (history[:, 7] - mean) / spread
    assert missed.mean() == pytest.approx(0.0, abs=0.08)
    assert missed.std() == pytest.approx(1.0, abs=0.05)
