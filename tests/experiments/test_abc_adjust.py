"""Regression adjustment: toward the posterior of no tolerance, and never out of the box."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim.domain.randomness import FloatArray
from sim.experiments.calibration.abc import Bounds, Targets
from sim.experiments.calibration.abc_adjust import regression_adjust
from sim.experiments.calibration.abc_smc import Generation, Settings, smc
from tests.experiments.abc_toys import BOUNDS, TARGETS, moments, noisy

WIDE = Bounds(("mean",), np.array([-20.0]), np.array([20.0]))
SEEN = Targets(("seen",), np.array([3.0]), np.array([1.0]))


def one_mean(draws: FloatArray, seed: int) -> FloatArray:
    return draws + np.random.default_rng(seed).normal(size=draws.shape)


def within(tolerance: float) -> Generation:
    settings = Settings(population=2_000, batch=4_000, least_rounds=20, least_tolerance=tolerance)
    return smc(one_mean, WIDE, SEEN, seed=5, settings=settings).posterior


def test_adjusted_draws_are_those_of_no_tolerance() -> None:
    """With no tolerance the mean is 3 and the standard deviation 1; the box hardly matters."""
    coarse = within(3.0)
    before, _ = moments(coarse.draws, coarse.weights)
    after, error = moments(*regression_adjust(coarse, WIDE, SEEN))
    assert before[1, 0] > 1.7  # what the tolerance adds
    assert np.abs(after[:, 0] - [3.0, 1.0]).max() < 4 * error.max()
    assert abs(after[1, 0] - 1.0) < 0.2 * abs(before[1, 0] - 1.0)


def test_adjusted_draws_stay_in_the_box_and_their_weights_add_up() -> None:
    settings = Settings(population=500, batch=1_000, least_tolerance=1.5)
    found = smc(noisy, BOUNDS, TARGETS, seed=2, settings=settings).posterior
    far = Targets(TARGETS.names, np.array([-4.0, 9.0]), TARGETS.scale)
    elsewhere = dataclasses.replace(found, distances=far.distances(found.summaries))
    for generation, targets in ((found, TARGETS), (elsewhere, far)):
        draws, weights = regression_adjust(generation, BOUNDS, targets)
        assert BOUNDS.contains(draws).all()
        assert np.isfinite(draws).all()
        assert weights.sum() == pytest.approx(1.0)
        assert weights[generation.distances.argmax()] == 0.0
        assert (weights >= 0.0).all()


def test_a_draw_at_the_edge_of_the_box_can_be_adjusted() -> None:
    found = within(3.0)
    draws = found.draws.copy()
    draws[:2, 0] = [-20.0, 20.0]
    adjusted, _ = regression_adjust(dataclasses.replace(found, draws=draws), WIDE, SEEN)
    assert np.isfinite(adjusted).all()
    assert WIDE.contains(adjusted).all()


def test_draws_that_meet_the_record_are_left_where_they_are() -> None:
    luck = np.random.default_rng(1)
    draws = luck.uniform(-5, 5, size=(50, 1))
    met = Generation(
        draws=draws,
        weights=np.full(50, 0.02),
        distances=np.zeros(50),
        summaries=np.full((50, 1), 3.0),
        tolerance=0.0,
        simulations=50,
        accepted=50,
    )
    adjusted, weights = regression_adjust(met, WIDE, SEEN)
    assert adjusted == pytest.approx(draws)
    assert weights == pytest.approx(np.full(50, 0.02))


def test_too_few_draws_for_a_line_are_refused() -> None:
    found = within(3.0)
    few = dataclasses.replace(
        found,
        draws=found.draws[:3],
        weights=np.full(3, 1 / 3),
        distances=found.distances[:3],
        summaries=found.summaries[:3],
    )
    with pytest.raises(ValueError, match="given draws worth 2 of equal weight; allowed: 3 or more"):
        regression_adjust(few, WIDE, SEEN)
