"""Weighted draws: what they are worth, how they move together, equal-weight draws from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.studies.calibrate.method.weighted import (
    resample,
    weighted_correlation,
    weighted_covariance,
    weighted_mean,
)


def test_a_weight_is_as_good_as_so_many_copies() -> None:
    luck = np.random.default_rng(1)
    draws, copies = luck.normal(size=(20, 3)), luck.integers(0, 5, 20)
    weights = copies / copies.sum()
    copied = np.repeat(draws, copies, axis=0)
    assert weighted_mean(draws, weights) == pytest.approx(copied.mean(axis=0))
    assert weighted_covariance(draws, weights) == pytest.approx(np.cov(copied.T, bias=True))
    assert weighted_correlation(draws, weights) == pytest.approx(np.corrcoef(copied.T))


def test_a_parameter_that_does_not_vary_has_no_correlation() -> None:
    draws = np.column_stack([np.arange(5.0), np.full(5, 0.1), -np.arange(5.0)])
    found = weighted_correlation(draws, np.full(5, 0.2))
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 1]).all()
    assert found[np.ix_([0, 2], [0, 2])] == pytest.approx(np.array([[1, -1], [-1, 1]]))


@given(
    sizes=st.lists(st.floats(0, 1), min_size=1, max_size=60).filter(lambda sizes: sum(sizes) > 0.1),
    count=st.integers(1, 300),
    seed=st.integers(0, 2**32),
)
def test_a_draw_comes_up_as_often_as_its_weight_says(
    sizes: list[float], count: int, seed: int
) -> None:
    weights = np.array(sizes) / np.sum(sizes)
    chosen = resample(np.arange(len(weights))[:, None], weights, count, seed)
    assert chosen.shape == (count, 1)
    times = np.bincount(chosen[:, 0].astype(int), minlength=len(weights))
    assert (np.abs(times - weights * count) < 1.0 + 1e-6).all()
    assert not times[weights == 0.0].any()


def test_resampling_is_decided_by_its_seed_and_in_no_order() -> None:
    draws, weights = np.arange(100.0)[:, None], np.full(100, 0.01)
    one, same, other = (resample(draws, weights, 100, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert np.array_equal(np.sort(one, axis=0), draws)
    assert abs(one[:50].mean() - 49.5) < 4 * 28.9 / np.sqrt(100)  # the first half is fair
