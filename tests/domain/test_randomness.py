"""Keyed draws are uniform, independent of each other, and never change."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, kstest, poisson

from sim.domain import randomness
from sim.domain.randomness import (
    FloatArray,
    Purpose,
    Streams,
    entrant_keys,
    paired_keys,
    poisson_quantile,
    slot_keys,
)
from sim.domain.vocabulary import Source

SMALLEST_P = 1e-3
STANDARD_ERRORS = 5.0
MANY = 40_000
STREAMS = Streams(seed=1, replicate=0)


def hires(count: int, month: int = 7, employer: int = 3) -> np.ndarray:
    """Return the keys of the first `count` hires of an employer in a month."""
    return entrant_keys(
        Source.OUTSIDE_HIRE, np.full(count, employer, np.int64), month, np.arange(count)
    )


KEYS = hires(MANY)


def uncorrelated(one: FloatArray, other: FloatArray) -> bool:
    """Say whether the correlation is within five standard errors of zero, levels and spreads."""
    limit = STANDARD_ERRORS / np.sqrt(one.size)
    spreads = np.corrcoef((one - 0.5) ** 2, (other - 0.5) ** 2)[0, 1]
    return abs(np.corrcoef(one, other)[0, 1]) < limit and abs(spreads) < limit


def independent(one: FloatArray, other: FloatArray) -> bool:
    """Say whether a table of twelve by twelve cells shows no association."""
    table, _, _ = np.histogram2d(one, other, bins=12, range=[[0, 1], [0, 1]])
    return bool(chi2_contingency(table).pvalue > SMALLEST_P)


# Uniform


@pytest.mark.parametrize("purpose", Purpose)
def test_draws_for_every_purpose_are_uniform(purpose: Purpose) -> None:
    assert kstest(STREAMS.uniform(purpose, 5, KEYS), "uniform").pvalue > SMALLEST_P


def test_draws_of_one_worker_are_uniform_over_the_months() -> None:
    draws = [STREAMS.uniform(Purpose.MOVE, month, KEYS[:1])[0] for month in range(4_000)]
    assert kstest(draws, "uniform").pvalue > SMALLEST_P


def test_draws_of_one_worker_are_uniform_over_the_replicates() -> None:
    draws = [Streams(1, run).uniform(Purpose.MOVE, 5, KEYS[:1])[0] for run in range(4_000)]
    assert kstest(draws, "uniform").pvalue > SMALLEST_P


def test_draws_of_one_worker_are_uniform_over_the_seeds() -> None:
    draws = [Streams(seed).uniform(Purpose.MOVE, 5, KEYS[:1])[0] for seed in range(4_000)]
    assert kstest(draws, "uniform").pvalue > SMALLEST_P


def test_draws_for_pairs_of_worker_and_employer_are_uniform() -> None:
    table = STREAMS.uniform(Purpose.MOVE_CHOICE, 5, paired_keys(KEYS[:1_500], slot_keys(32)))
    assert table.shape == (1_500, 32)
    assert kstest(table.ravel(), "uniform").pvalue > SMALLEST_P
    assert all(kstest(column, "uniform").pvalue > SMALLEST_P / 32 for column in table.T)


def test_a_test_for_uniformity_would_notice_a_slight_lean() -> None:
    leaning = STREAMS.uniform(Purpose.MOVE, 5, KEYS) ** 1.03
    assert kstest(leaning, "uniform").pvalue < SMALLEST_P


@pytest.mark.parametrize("bits", [0, 2**64 - 1])
def test_a_draw_is_never_quite_0_or_1(monkeypatch: pytest.MonkeyPatch, bits: int) -> None:
    monkeypatch.setattr(randomness, "_mixed", lambda keys: np.full_like(keys, bits))
    draw = STREAMS.uniform(Purpose.MOVE, 5, KEYS[:1])[0]
    assert 0.0 < draw < 1.0


# Independent


def test_purposes_have_nothing_to_do_with_each_other() -> None:
    draws = {purpose: STREAMS.uniform(purpose, 5, KEYS) for purpose in Purpose}
    for one, other in combinations(Purpose, 2):
        assert uncorrelated(draws[one], draws[other]), (one, other)


@pytest.mark.parametrize("later", [1, 2, 12, 256])
def test_months_have_nothing_to_do_with_each_other(later: int) -> None:
    one = STREAMS.uniform(Purpose.RECONSIDER, 5, KEYS)
    other = STREAMS.uniform(Purpose.RECONSIDER, 5 + later, KEYS)
    assert uncorrelated(one, other)
    assert independent(one, other)


@pytest.mark.parametrize(("seed", "replicate"), [(1, 1), (1, 2), (2, 0), (11, 0), (1, 256)])
def test_runs_have_nothing_to_do_with_each_other(seed: int, replicate: int) -> None:
    one = STREAMS.uniform(Purpose.RECONSIDER, 5, KEYS)
    other = Streams(seed, replicate).uniform(Purpose.RECONSIDER, 5, KEYS)
    assert uncorrelated(one, other)
    assert independent(one, other)


def test_seed_11_run_0_is_not_seed_1_run_10() -> None:
    one = Streams(11, 0).uniform(Purpose.MOVE, 1, KEYS[:9])
    assert not np.any(one == Streams(1, 10).uniform(Purpose.MOVE, 1, KEYS[:9]))


@pytest.mark.parametrize("apart", [1, 2, 31])
def test_workers_who_enter_one_after_the_other_have_unlike_luck(apart: int) -> None:
    draws = STREAMS.uniform(Purpose.LEAVE_SECTOR, 5, KEYS)
    assert uncorrelated(draws[:-apart], draws[apart:])
    assert independent(draws[:-apart], draws[apart:])


@pytest.mark.parametrize(("month", "employer"), [(8, 3), (7, 4)])
def test_the_nth_hire_of_another_month_or_employer_has_other_luck(
    month: int, employer: int
) -> None:
    one = STREAMS.uniform(Purpose.LEAVE_SECTOR, 20, KEYS)
    other = STREAMS.uniform(Purpose.LEAVE_SECTOR, 20, hires(MANY, month, employer))
    assert uncorrelated(one, other)
    assert independent(one, other)


def test_what_a_worker_thinks_of_one_employer_says_nothing_of_another() -> None:
    table = STREAMS.uniform(Purpose.ASSIGNMENT_CHOICE, 5, paired_keys(KEYS[:8_000], slot_keys(6)))
    for one, other in combinations(range(6), 2):
        assert uncorrelated(table[:, one], table[:, other])


def test_a_test_for_independence_would_notice_a_tenth_of_shared_luck() -> None:
    one = STREAMS.uniform(Purpose.RECONSIDER, 5, KEYS)
    other = STREAMS.uniform(Purpose.MOVE, 5, KEYS)
    mixed = np.where(STREAMS.uniform(Purpose.SEARCH, 5, KEYS) < 0.1, one, other)
    assert not uncorrelated(one, mixed)
    assert not independent(one, mixed)


# Keys


def test_no_two_entrants_share_a_key() -> None:
    keys = [
        entrant_keys(source, np.repeat(np.arange(33), 40), month, np.tile(np.arange(40), 33))
        for source in Source
        for month in (0, 1, 2, 12, 120, 241)
    ]
    together = np.concatenate(keys)
    assert np.unique(together).size == together.size == len(Source) * 6 * 33 * 40


entrants = st.tuples(
    st.sampled_from(Source), st.integers(0, 32), st.integers(0, 600), st.integers(0, 50_000)
)


@given(entrants, entrants)
@settings(derandomize=True, max_examples=300)
def test_two_entrants_share_a_key_only_if_they_are_the_same(
    one: tuple[Source, int, int, int], other: tuple[Source, int, int, int]
) -> None:
    first, second = (
        entrant_keys(source, np.array([employer]), month, np.array([nth]))[0]
        for source, employer, month, nth in (one, other)
    )
    assert (first == second) == (one == other)


def test_slots_have_keys_of_their_own_that_do_not_depend_on_how_many_there_are() -> None:
    assert np.unique(slot_keys(1_000)).size == 1_000
    np.testing.assert_array_equal(slot_keys(1_000)[:32], slot_keys(32))


def test_every_pair_of_worker_and_employer_has_a_key_of_its_own() -> None:
    table = paired_keys(KEYS[:2_000], slot_keys(32))
    assert np.unique(table).size == table.size


def test_a_draw_does_not_depend_on_who_else_is_asked() -> None:
    everybody = STREAMS.uniform(Purpose.MOVE, 5, KEYS)
    some = np.array([17, 3, 3_999])
    np.testing.assert_array_equal(STREAMS.uniform(Purpose.MOVE, 5, KEYS[some]), everybody[some])


def test_asking_leaves_the_keys_as_they_were() -> None:
    keys = KEYS.copy()
    STREAMS.uniform(Purpose.MOVE, 5, keys)
    paired_keys(keys[:10], slot_keys(4))
    np.testing.assert_array_equal(keys, KEYS)


# Other distributions


def test_normal_draws_are_normal_and_exponential_draws_exponential() -> None:
    assert kstest(STREAMS.normal(Purpose.TASTE, 0, KEYS), "norm").pvalue > SMALLEST_P
    assert kstest(STREAMS.exponential(Purpose.EXPERIENCE, 0, KEYS), "expon").pvalue > SMALLEST_P


CHANCES = np.concatenate(
    [
        [2.0**-54, 1e-12, 1e-6, 1e-3],
        np.linspace(0.01, 0.99, 99),
        1.0 - np.array([1e-3, 1e-6, 1e-9, 1e-12, 2.0**-53]),
    ]
)


@pytest.mark.parametrize("mean", [1e-9, 1e-3, 0.1, 0.5, np.log(2), 1, 3.3, 10, 50, 1e3, 1e5])
def test_poisson_counts_are_the_quantiles_of_the_distribution(mean: float) -> None:
    counts = poisson_quantile(CHANCES, np.full(CHANCES.size, mean))
    np.testing.assert_array_equal(counts, poisson.ppf(CHANCES, mean).astype(int))


@given(st.floats(2.0**-54, 1 - 2.0**-53), st.floats(0, 2_000))
@settings(derandomize=True, max_examples=300)
def test_a_poisson_count_is_the_smallest_that_reaches_its_chance(
    chance: float, mean: float
) -> None:
    count = int(poisson_quantile(np.array([chance]), np.array([mean]))[0])
    assert poisson.cdf(count, mean) >= chance * (1 - 1e-12)
    assert count == 0 or poisson.cdf(count - 1, mean) < chance * (1 + 1e-12)


@given(st.floats(1e-9, 1 - 1e-9), st.lists(st.floats(0, 500), min_size=2, max_size=20))
@settings(derandomize=True, max_examples=200)
def test_with_the_same_luck_a_higher_mean_never_gives_a_smaller_count(
    chance: float, means: list[float]
) -> None:
    counts = poisson_quantile(np.full(len(means), chance), np.array(sorted(means)))
    assert np.all(np.diff(counts) >= 0)


def test_a_mean_of_zero_gives_nobody() -> None:
    counts = poisson_quantile(np.array([0.999999, 0.5]), np.array([0.0, -1.0]))
    np.testing.assert_array_equal(counts, [0, 0])


def test_poisson_draws_have_the_mean_and_variance_they_should() -> None:
    counts = STREAMS.poisson(Purpose.OUTSIDE_HIRES, 5, KEYS, np.full(MANY, 2.5))
    standard_error = np.sqrt(2.5 / MANY)
    assert abs(counts.mean() - 2.5) < STANDARD_ERRORS * standard_error
    assert abs(counts.var() - 2.5) < STANDARD_ERRORS * np.sqrt((2.5 + 2 * 2.5**2) / MANY)


# Never changing

FROZEN_KEYS = [13218915735581344470, 16779707064258777821, 1723053609613713477]
FROZEN_MOVES = [0.09549670959476753, 0.8591090353990513, 0.7898918736270985]
FROZEN_TASTES = [0.5662636316150061, 0.31020618879633, 0.7920315519344746]
FROZEN_PAIR = [0.24136833891471132, 0.15173625796686363]
FROZEN_COUNTS = [2, 0, 2, 5, 6, 0]


def test_draws_are_what_they_were_when_written_down() -> None:
    """Whoever changes these changes every published number, and has to say so."""
    keys = hires(3)
    assert [int(key) for key in keys] == FROZEN_KEYS
    np.testing.assert_array_equal(STREAMS.uniform(Purpose.MOVE, 5, keys), FROZEN_MOVES)
    np.testing.assert_array_equal(Streams(7, 9).uniform(Purpose.TASTE, 0, keys), FROZEN_TASTES)
    pairs = paired_keys(keys[:1], slot_keys(2))
    np.testing.assert_array_equal(STREAMS.uniform(Purpose.SEARCH, 1, pairs)[0], FROZEN_PAIR)
    counts = STREAMS.poisson(Purpose.OUTSIDE_HIRES, 5, slot_keys(6), np.full(6, 3.0))
    assert counts.tolist() == FROZEN_COUNTS


def test_purposes_keep_their_numbers() -> None:
    """A number is part of the key: a purpose is added at the end and never renumbered."""
    assert [purpose.value for purpose in Purpose] == list(range(1, len(Purpose) + 1))
    assert (Purpose.PARAMETERS, Purpose.LEAVE_SECTOR, Purpose.OFFER_MEMBERS) == (1, 13, 26)
