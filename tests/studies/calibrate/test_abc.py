"""The prior, the cut by history, and what counts as near the record."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.domain.randomness import FloatArray
from sim.ensemble.workers import workers
from sim.studies.calibrate.method.abc import (
    LOOSEN_BY,
    Bounds,
    PriorDraws,
    Targets,
    Use,
    history_match,
    prior_check,
    prior_predictive,
    seed_for,
)
from tests.studies.calibrate.abc_toys import BOUNDS, TARGETS, failing, noisy


def drawn(summaries: FloatArray) -> PriorDraws:
    return PriorDraws(np.zeros((len(summaries), 2)), summaries)


@pytest.mark.parametrize(
    ("low", "high"), [([0.0, 1.0], [1.0, 1.0]), ([0.0, np.nan], [1.0, 2.0]), ([0.0], [1.0])]
)
def test_a_box_that_is_none_is_refused(low: list[float], high: list[float]) -> None:
    with pytest.raises(ValueError, match=r"bounds.*given.*allowed"):
        Bounds(("a", "b"), np.array(low), np.array(high))


@pytest.mark.parametrize(
    ("observed", "scale"), [([1.0, 2.0], [1.0, 0.0]), ([1.0, np.nan], [1.0, 1.0]), ([1.0], [1.0])]
)
def test_targets_that_cannot_be_compared_with_are_refused(
    observed: list[float], scale: list[float]
) -> None:
    with pytest.raises(ValueError, match=r"given.*allowed"):
        Targets(("a", "b"), np.array(observed), np.array(scale))


def test_places_in_the_box_and_draws_are_each_others_inverse() -> None:
    places = np.random.default_rng(1).random((50, 2))
    draws = BOUNDS.from_unit(places)
    assert BOUNDS.contains(draws).all()
    assert BOUNDS.to_unit(draws) == pytest.approx(places)
    assert BOUNDS.contains(np.array([[-0.1, 0.0], [1.0, 3.1], [1.0, 0.0]])).tolist() == [
        False,
        False,
        True,
    ]


def test_a_distance_of_one_is_one_scale_off_in_every_summary() -> None:
    off = TARGETS.observed + np.array([[1, -1], [2, 0], [0, 0]]) * TARGETS.scale
    assert TARGETS.distances(off) == pytest.approx([1.0, np.sqrt(2.0), 0.0])
    assert TARGETS.implausibility(off) == pytest.approx([1.0, 2.0, 0.0])


def test_what_is_not_a_number_is_infinitely_far() -> None:
    odd = np.array([[np.nan, 0.5], [0.4, np.inf], [-np.inf, 0.5], [1e300, 0.5]])
    assert np.isinf(TARGETS.distances(odd)).all()
    assert np.isinf(TARGETS.implausibility(odd)[:3]).all()


@pytest.mark.parametrize("wrong", [np.zeros((3, 1)), np.zeros((3, 3)), np.zeros(2)])
def test_summaries_that_do_not_fit_the_targets_are_refused(wrong: FloatArray) -> None:
    with pytest.raises(ValueError, match=r"summaries: given shape .*; allowed: \(draws, 2\)"):
        TARGETS.distances(wrong)


@pytest.mark.parametrize("wrong", [lambda draws, seed: draws[:-1], lambda draws, seed: draws[:, 0]])
def test_a_simulator_that_loses_draws_is_refused(
    wrong: Callable[[FloatArray, int], FloatArray],
) -> None:
    with pytest.raises(ValueError, match=r"summaries: given shape"):
        prior_predictive(wrong, BOUNDS, count=8, seed=1)


def test_every_seed_is_another() -> None:
    seeds = {
        seed_for(root, use, generation, batch)
        for root in (1, 2)
        for use in Use
        for generation in range(3)
        for batch in range(3)
    }
    assert len(seeds) == 2 * len(Use) * 9


def test_draws_of_the_prior_fill_the_box_evenly() -> None:
    prior = prior_predictive(noisy, BOUNDS, count=1_000, seed=4, batch=300)
    assert prior.draws.shape == prior.summaries.shape == (1_000, 2)
    assert BOUNDS.contains(prior.draws).all()
    for places in BOUNDS.to_unit(prior.draws).T:
        counts, _ = np.histogram(places, bins=20, range=(0, 1))
        assert abs(counts - 50).max() <= 10  # by chance alone, one in three is further off


def test_a_seed_decides_the_prior_draws_and_their_summaries() -> None:
    one, same, other = (
        prior_predictive(noisy, BOUNDS, count=100, seed=seed, batch=30) for seed in (1, 1, 2)
    )
    assert one.draws.tobytes() == same.draws.tobytes()
    assert one.summaries.tobytes() == same.summaries.tobytes()
    assert not np.any(one.summaries == other.summaries)


def test_no_two_batches_of_the_prior_share_their_luck() -> None:
    prior = prior_predictive(noisy, BOUNDS, count=64, seed=1, batch=16)
    noise = (prior.summaries - prior.draws).round(9)
    assert len(np.unique(noise)) == noise.size


def test_progress_counts_the_draws_of_the_prior() -> None:
    told: list[tuple[int, int, float]] = []
    prior_predictive(
        noisy, BOUNDS, count=70, seed=1, batch=30, progress=lambda *said: told.append(said)
    )
    assert [(done, wanted) for done, wanted, _ in told] == [(30, 70), (60, 70), (70, 70)]
    assert all(seconds >= 0 for *_, seconds in told)


@pytest.mark.slow
def test_processes_leave_no_trace_in_the_prior() -> None:
    alone = prior_predictive(failing, BOUNDS, count=100, seed=1, batch=7)
    with workers(2) as pool:
        together = prior_predictive(failing, BOUNDS, count=100, seed=1, batch=7, pool=pool)
    assert alone.draws.tobytes() == together.draws.tobytes()
    assert alone.summaries.tobytes() == together.summaries.tobytes()


def test_the_check_says_where_the_record_lies_among_the_draws() -> None:
    summaries = np.column_stack([np.linspace(0, 1, 1_001), np.linspace(10, 11, 1_001)])
    targets = Targets(("in", "out"), np.array([0.25, 10.96]), np.ones(2))
    found, surprising = prior_check(drawn(summaries), targets)
    assert (found.low, found.middle, found.high) == pytest.approx((0.05, 0.5, 0.95))
    assert found.below == pytest.approx(0.25, abs=1e-3)
    assert found.inside
    assert surprising.name == "out"
    assert surprising.below == pytest.approx(0.96, abs=1e-3)
    assert not surprising.inside


def test_the_check_leaves_out_draws_without_summaries() -> None:
    summaries = np.array([[1.0, 1.0], [np.nan, 1.0], [3.0, 3.0]])
    prior = drawn(summaries)
    assert prior.usable.tolist() == [True, False, True]
    assert prior_check(prior, TARGETS)[0].middle == 2.0
    with pytest.raises(ValueError, match="none of 1 draws"):
        prior_check(drawn(summaries[1:2]), TARGETS)


def test_the_cut_keeps_exactly_the_plausible() -> None:
    prior = prior_predictive(failing, BOUNDS, count=2_000, seed=1)
    match = history_match(prior, TARGETS, bound=1.5)
    plausible = np.all(np.abs(prior.summaries - TARGETS.observed) < 1.5 * TARGETS.scale, axis=1)
    assert 100 < plausible.sum() < 1_000
    assert np.array_equal(match.draws, prior.draws[plausible])
    assert np.array_equal(match.summaries, prior.summaries[plausible])
    assert match.volume_left == pytest.approx(plausible.mean())
    assert (match.bound, match.loosened, match.tried) == (1.5, False, 2_000)
    beyond = ~(np.abs(prior.summaries - TARGETS.observed) < 1.5 * TARGETS.scale)
    assert match.ruled_out == dict(zip(TARGETS.names, beyond.mean(axis=0), strict=True))


def test_a_draw_just_at_the_bound_is_ruled_out() -> None:
    targets = Targets(("a", "b"), np.zeros(2), np.ones(2))
    match = history_match(drawn(np.array([[3.0, 0.0], [2.9, -2.9], [0, -3.0]])), targets, fewest=1)
    assert match.summaries.tolist() == [[2.9, -2.9]]


@pytest.mark.parametrize(
    ("fewest", "bound", "kept"), [(1, 3.0, 1), (2, 3.5, 2), (3, 5.5, 3), (4, 6.0, 4), (5, 1e6, 5)]
)
def test_too_small_a_rest_loosens_the_bound_by_as_few_steps_as_it_takes(
    fewest: int, bound: float, kept: int
) -> None:
    targets = Targets(("a", "b"), np.zeros(2), np.ones(2))
    sizes = [1.0, 3.0, 5.0, 5.7, 1e6 - LOOSEN_BY]
    match = history_match(drawn(np.outer(sizes, [1, 0.5])), targets, fewest=fewest)
    assert match.bound == bound
    assert len(match.draws) == kept
    assert match.loosened is (bound > 3.0)
    assert match.bound_asked == 3.0


def test_no_bound_is_loose_enough_for_draws_without_summaries() -> None:
    summaries = np.array([[0.0, 0.0], [np.nan, 0.0], [0.0, np.inf]])
    with pytest.raises(ValueError, match="1 of 3; allowed: 2 or more"):
        history_match(drawn(summaries), TARGETS, fewest=2)


def test_within_a_band_nothing_is_off_and_beyond_it_only_what_is_beyond() -> None:
    known_as_a_range = Targets(("growth",), np.array([0.025]), np.array([0.01]), np.array([0.015]))
    given = np.array([[0.025], [0.04], [0.01], [0.06], [-0.01]])
    np.testing.assert_allclose(known_as_a_range.misses(given)[:, 0], [0, 0, 0, 2, -2], atol=1e-12)
