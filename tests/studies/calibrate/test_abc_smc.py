"""The sampler: what it finds, that luck and processes leave no trace, and where it stops."""

from __future__ import annotations

import dataclasses
import math
from functools import cache, partial

import numpy as np
import pytest

from sim.domain.randomness import FloatArray
from sim.ensemble.workers import workers
from sim.studies.calibrate.method.abc import Simulator, history_match, prior_predictive
from sim.studies.calibrate.method.abc_smc import (
    FEWEST_ROUNDS,
    Generation,
    Sampled,
    Settings,
    Stop,
    first_generation,
    smc,
)
from sim.studies.calibrate.method.abc_walk import Steps, turned_back
from tests.studies.calibrate.abc_toys import (
    BOUNDS,
    CORNER,
    ONE,
    ONE_TARGET,
    RIDGE_TARGETS,
    TARGETS,
    exact_moments,
    exact_ridge,
    failing,
    moments,
    noisy,
    ridge,
    two_modes,
)

SMALL = Settings(population=200, batch=60, least_tolerance=0.5)
LONG = {"least_rounds": 300, "most_rounds": 300, "most_simulations": 10**7}
"""A walk so long that draws which began alike no longer are."""


@cache
def sampled(simulator: Simulator = noisy, seed: int = 1, settings: Settings = SMALL) -> Sampled:
    return smc(simulator, BOUNDS, TARGETS, seed=seed, settings=settings)


def all_bytes(found: Sampled) -> list[tuple[object, ...]]:
    return [
        tuple(
            value.tobytes() if isinstance(value, np.ndarray) else value
            for value in vars(one).values()
        )
        for one in found.generations
    ]


@pytest.mark.parametrize("simulator", [noisy, failing])
def test_what_holds_of_every_generation(simulator: Simulator) -> None:
    found = sampled(simulator)
    assert len(found.generations) > 3
    before = math.inf
    for number, one in enumerate(found.generations):
        count = one.accepted if number == 0 else SMALL.population
        assert one.draws.shape == one.summaries.shape == (count, 2)
        assert BOUNDS.contains(one.draws).all()
        assert one.weights.sum() == pytest.approx(1.0)
        assert np.ptp(one.weights) == 0.0
        assert np.isfinite(one.summaries).all()
        assert np.array_equal(one.distances, TARGETS.distances(one.summaries))
        assert (one.distances <= one.tolerance).all()
        assert one.tolerance <= before
        assert 0.0 < one.acceptance_share <= 1.0
        assert 0.5 * count <= one.distinct <= count
        before = one.tolerance
    assert found.posterior.tolerance == SMALL.least_tolerance
    assert found.stopped is Stop.TOLERANCE
    assert found.simulations == sum(one.simulations for one in found.generations)


def test_a_draw_without_summaries_is_never_accepted() -> None:
    for one in sampled(failing).generations:
        assert one.draws[:, 0].min() >= 0.5
    assert (sampled(noisy).posterior.draws[:, 0] < 0.5).any()


@pytest.mark.parametrize("simulator", [noisy, failing])
def test_summaries_are_those_the_draw_beside_them_had(simulator: Simulator) -> None:
    """What was simulated is noted down, and looked up for every draw of the last generation."""
    noted: dict[bytes, bytes] = {}

    def noting(draws: FloatArray, seed: int) -> FloatArray:
        summaries = simulator(draws, seed)
        noted.update(zip(map(_rounded, draws), map(_rounded, summaries), strict=True))
        return summaries

    last = smc(noting, BOUNDS, TARGETS, seed=1, settings=SMALL).posterior
    for draw, summary in zip(last.draws, last.summaries, strict=True):
        assert noted[_rounded(draw)] == _rounded(summary)


def _rounded(row: FloatArray) -> bytes:
    return np.round(row, 9).tobytes()


@pytest.mark.long
@pytest.mark.parametrize("tolerance", [0.3, 1.0])
def test_the_posterior_is_the_exact_one(tolerance: float) -> None:
    settings = Settings(population=2_000, batch=4_000, least_tolerance=tolerance, **LONG)
    found = smc(noisy, BOUNDS, TARGETS, seed=11, settings=settings).posterior
    seen, error = moments(found.draws, found.weights)
    assert np.abs((seen - np.array(exact_moments(tolerance))) / error).max() < 4.0
    assert (error < 0.05).all()


@pytest.mark.long
def test_the_posterior_is_the_exact_one_where_a_ridge_runs_into_the_edge() -> None:
    settings = Settings(population=2_000, batch=2_000, least_tolerance=0.5, **LONG)
    found = smc(ridge, CORNER, RIDGE_TARGETS, seed=3, settings=settings).posterior
    assert found.tolerance == 0.5
    seen, error = moments(found.draws, found.weights)
    *exact, correlation = exact_ridge(0.5)
    assert np.abs((seen - np.array(exact)) / error).max() < 4.0
    assert np.corrcoef(found.draws.T)[0, 1] == pytest.approx(correlation, abs=0.03)


def test_a_walk_that_nothing_holds_fills_the_box_evenly() -> None:
    """Steps along a diagonal, box by box of a chessboard: none is visited more than another."""
    luck = np.random.default_rng(8)
    along = luck.standard_normal((1_000, 1)) * [0.5, 0.5] + luck.normal(0, 0.02, (1_000, 2))
    steps, places = Steps(along), luck.random((40_000, 2))
    for nth in range(30):
        tried, allowed = steps.tried(places, nth, luck)
        assert ((tried >= 0.0) & (tried <= 1.0)).all()
        places = np.where(allowed[:, None], tried, places)
    squares, *_ = np.histogram2d(*places.T, bins=8, range=[[0, 1], [0, 1]])
    expected = len(places) / squares.size
    assert np.abs(squares - expected).max() < 4.5 * np.sqrt(expected)
    assert 0.3 < allowed.mean() < 0.9, "the walk is worth a test"


def test_a_place_beyond_an_edge_is_reflected_there() -> None:
    beyond = np.array([[0.3, -0.3, 1.3, 2.3, -1.3, 1.0, 0.0]])
    within, turned = turned_back(beyond)
    assert within == pytest.approx(np.array([[0.3, 0.3, 0.7, 0.3, 0.7, 1.0, 0.0]]))
    assert turned.tolist() == [[1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0]]


@pytest.mark.slow
def test_processes_leave_no_trace() -> None:
    alone = sampled(failing)
    with workers(2) as pool:
        together = smc(failing, BOUNDS, TARGETS, seed=1, settings=SMALL, pool=pool)
    assert all_bytes(alone) == all_bytes(together)
    assert (alone.stopped, alone.simulations) == (together.stopped, together.simulations)


def test_the_seed_decides() -> None:
    again = smc(noisy, BOUNDS, TARGETS, seed=1, settings=SMALL)
    assert all_bytes(again) == all_bytes(sampled())
    assert all_bytes(sampled(seed=2)) != all_bytes(sampled())


def test_no_two_batches_share_their_luck() -> None:
    seeds: list[int] = []
    tried: list[FloatArray] = []

    def noting(draws: FloatArray, seed: int) -> FloatArray:
        seeds.append(seed)
        tried.append(draws)
        return noisy(draws, seed)

    found = smc(noting, BOUNDS, TARGETS, seed=1, settings=SMALL)
    assert len(set(seeds)) == len(seeds) > 40
    draws = np.concatenate(tried)
    assert len(np.unique(draws, axis=0)) == len(draws) == found.simulations


@pytest.mark.parametrize("finished", [0, 1, 3])
def test_going_on_gives_the_bytes_of_a_run_never_interrupted(finished: int) -> None:
    kept: list[Generation] = []

    def keep_until_the_power_fails(one: Generation) -> None:
        if len(kept) == finished:
            raise KeyboardInterrupt
        kept.append(one)

    with pytest.raises(KeyboardInterrupt):
        smc(noisy, BOUNDS, TARGETS, seed=1, settings=SMALL, each=keep_until_the_power_fails)
    assert len(kept) == finished
    resumed = smc(noisy, BOUNDS, TARGETS, seed=1, settings=SMALL, generations=kept)
    whole = sampled()
    assert all_bytes(resumed) == all_bytes(whole)
    assert (resumed.stopped, resumed.simulations) == (whole.stopped, whole.simulations)


def test_a_wider_limit_goes_on_where_a_narrow_one_ended() -> None:
    narrow = sampled(settings=dataclasses.replace(SMALL, most_generations=2))
    assert narrow.stopped is Stop.GENERATIONS
    assert len(narrow.generations) == 2
    made: list[Generation] = []
    resumed = smc(
        noisy,
        BOUNDS,
        TARGETS,
        seed=1,
        settings=SMALL,
        generations=narrow.generations,
        each=made.append,
    )
    assert all_bytes(resumed) == all_bytes(sampled())
    assert tuple(made) == resumed.generations[2:]


def test_a_finished_run_handed_in_is_not_run_again() -> None:
    def never(draws: FloatArray, seed: int) -> FloatArray:
        raise AssertionError("nothing was left to simulate")

    done = sampled()
    again = smc(never, BOUNDS, TARGETS, seed=1, settings=SMALL, generations=done.generations)
    assert again == done


@pytest.mark.parametrize(
    "changed",
    [
        {"draws": np.zeros((200, 3))},
        {"summaries": np.zeros((200, 1))},
        {"distances": np.zeros(199)},
        {"draws": np.full((200, 2), 9.0)},
        {"weights": np.linspace(0.0, 0.01, 200)},
        {"distances": np.full(200, np.inf)},
    ],
)
def test_generations_of_another_problem_are_refused(changed: dict[str, FloatArray]) -> None:
    stranger = dataclasses.replace(sampled().posterior, **changed)
    with pytest.raises(ValueError, match=r"generation: given .*; allowed"):
        smc(noisy, BOUNDS, TARGETS, seed=1, settings=SMALL, generations=[stranger])


def test_it_stops_before_it_simulates_more_than_allowed() -> None:
    whole = sampled()
    enough = whole.simulations + SMALL.population
    for most in (199, 200, 1_000, whole.simulations - 1, enough):
        found = sampled(settings=dataclasses.replace(SMALL, most_simulations=most))
        assert found.simulations <= most
        assert all_bytes(found) == all_bytes(whole)[: len(found.generations)]
        assert found.stopped is (Stop.TOLERANCE if most == enough else Stop.SIMULATIONS)
    nothing = sampled(settings=dataclasses.replace(SMALL, most_simulations=199))
    assert nothing.simulations == 0
    with pytest.raises(ValueError, match="no generation was finished"):
        _ = nothing.posterior


def test_it_stops_when_too_few_are_accepted() -> None:
    settings = dataclasses.replace(SMALL, least_tolerance=0.0, least_acceptance=0.3)
    found = sampled(settings=settings)
    assert found.stopped is Stop.ACCEPTANCE
    assert len(found.generations) > 2
    assert all(one.acceptance_share >= 0.3 for one in found.generations)
    given_up = found.simulations - sum(one.simulations for one in found.generations)
    assert FEWEST_ROUNDS * SMALL.population / 2 < given_up <= SMALL.most_rounds * SMALL.population


@pytest.mark.parametrize("share", [0.0, 0.05])
def test_it_stops_where_hardly_any_draw_has_summaries(share: float) -> None:
    def hardly(draws: FloatArray, seed: int) -> FloatArray:
        summaries = noisy(draws, seed)
        summaries[draws[:, 0] > share * BOUNDS.high[0], 1] = np.nan
        return summaries

    settings = dataclasses.replace(SMALL, least_acceptance=0.1)
    found = smc(hardly, BOUNDS, TARGETS, seed=1, settings=settings)
    assert (found.generations, found.stopped) == ((), Stop.ACCEPTANCE)
    assert found.simulations == SMALL.population


def test_draws_are_moved_until_nearly_all_have_or_rounds_run_out() -> None:
    """Without a least share a generation takes the fewest rounds, with one it takes more."""
    hard = {"quantile": 0.2, "most_generations": 2}  # few of its first moves are accepted
    few, more, most = (
        sampled(settings=dataclasses.replace(SMALL, **hard, **rounds)).posterior
        for rounds in (
            {"least_rounds": 1, "moved_share": 0.01},
            {"least_rounds": 1, "moved_share": 0.95},
            {"least_rounds": 1, "moved_share": 0.95, "most_rounds": 3},
        )
    )
    assert few.simulations <= SMALL.population
    assert more.simulations > most.simulations > few.simulations
    assert most.simulations <= 3 * SMALL.population
    assert few.distinct < most.distinct < more.distinct
    assert more.distinct >= 0.95 * SMALL.population


def coarse(draws: FloatArray, seed: int) -> FloatArray:
    """Nothing but a sign: one draw in two meets the record, and none comes nearer than it."""
    return np.where(draws > 0.0, 2.0, 3.0)


def test_it_stops_when_the_tolerance_no_longer_falls() -> None:
    settings = dataclasses.replace(SMALL, quantile=0.3)
    exact = smc(coarse, ONE, ONE_TARGET, seed=1, settings=settings)
    assert exact.stopped is Stop.TOLERANCE
    never = partial(_plus_one, coarse)
    stalled = smc(never, ONE, ONE_TARGET, seed=1, settings=settings)
    assert stalled.stopped is Stop.STALLED
    assert stalled.posterior.tolerance == pytest.approx(10.0)


def _plus_one(simulator: Simulator, draws: FloatArray, seed: int) -> FloatArray:
    return simulator(draws, seed) + 1.0


def test_progress_and_each_are_told() -> None:
    told: list[tuple[int, int, float]] = []
    each: list[Generation] = []
    found = smc(
        noisy,
        BOUNDS,
        TARGETS,
        seed=1,
        settings=SMALL,
        progress=lambda *said: told.append(said),
        each=each.append,
    )
    assert tuple(each) == found.generations
    done = [0, *(done for done, *_ in told)]
    assert done[-1] == found.simulations
    assert all(0 < step <= SMALL.batch for step in np.diff(done))
    assert {wanted for _, wanted, _ in told} == {SMALL.most_simulations}


def test_both_modes_are_kept() -> None:
    settings = Settings(population=500, batch=1_000, least_tolerance=1.0)
    found = smc(two_modes, ONE, ONE_TARGET, seed=3, settings=settings).posterior
    x = found.draws[:, 0]
    right = found.weights[x > 0].sum()
    first = 1 / settings.quantile  # all descend from those of the first generations
    assert abs(right - 0.5) < 4 * math.sqrt(first * 0.25 / len(x))
    for mode in (x[x > 0], -x[x < 0]):
        assert mode.mean() == pytest.approx(2.0, abs=0.05)
        assert mode.std() < 0.2


@pytest.mark.slow
def test_the_cut_by_history_is_a_first_generation() -> None:
    prior = prior_predictive(noisy, BOUNDS, count=2_048, seed=1)
    first = first_generation(history_match(prior, TARGETS, bound=2.0), TARGETS)
    settings = Settings(population=1_000, batch=1_000, least_tolerance=0.5, **LONG)
    found = smc(noisy, BOUNDS, TARGETS, seed=1, settings=settings, generations=[first])
    assert found.generations[0] is first
    assert first.acceptance_share == len(first.draws) / 2_048
    assert found.simulations > 2_048
    seen, error = moments(found.posterior.draws, found.posterior.weights)
    assert np.abs((seen - np.array(exact_moments(0.5))) / error).max() < 4.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"population": 0},
        {"batch": 0},
        {"most_simulations": 0},
        {"most_generations": 0},
        {"least_rounds": 0},
        {"most_rounds": 3},
        {"moved_share": 0.0},
        {"moved_share": 1.5},
        {"quantile": 1.0},
        {"quantile": math.nan},
        {"least_acceptance": 0.0},
        {"least_tolerance": -1.0},
    ],
)
def test_settings_that_find_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}: given .*; allowed"):
        dataclasses.replace(SMALL, **wrong)
