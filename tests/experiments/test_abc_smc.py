"""The sampler: what it finds, that luck and processes leave no trace, and where it stops."""

from __future__ import annotations

import dataclasses
import math
from functools import cache, partial

import numpy as np
import pytest
from sim.experiments.abc_kernel import Kernel

from sim.domain.randomness import FloatArray
from sim.experiments.abc import Simulator, history_match, prior_predictive
from sim.experiments.abc_smc import Generation, Sampled, Settings, Stop, first_generation, smc
from sim.experiments.run import workers
from tests.experiments.abc_toys import (
    BOUNDS,
    ONE,
    ONE_TARGET,
    TARGETS,
    exact_moments,
    failing,
    moments,
    noisy,
    two_modes,
)

SMALL = Settings(population=200, batch=300, least_tolerance=0.5)
KERNELS = tuple(Kernel)


@cache
def sampled(simulator: Simulator = noisy, seed: int = 1, settings: Settings = SMALL) -> Sampled:
    return smc(simulator, BOUNDS, TARGETS, seed=seed, settings=settings)


def with_kernel(kernel: Kernel) -> Settings:
    return dataclasses.replace(SMALL, kernel=kernel)


def all_bytes(found: Sampled) -> list[tuple[object, ...]]:
    return [
        tuple(
            value.tobytes() if isinstance(value, np.ndarray) else value
            for value in vars(one).values()
        )
        for one in found.generations
    ]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("simulator", [noisy, failing])
def test_what_holds_of_every_generation(kernel: Kernel, simulator: Simulator) -> None:
    found = sampled(simulator, settings=with_kernel(kernel))
    assert len(found.generations) > 3
    before = math.inf
    for one in found.generations:
        assert one.draws.shape == one.summaries.shape == (SMALL.population, 2)
        assert BOUNDS.contains(one.draws).all()
        assert one.weights.sum() == pytest.approx(1.0)
        assert (one.weights > 0.0).all()
        assert np.isfinite(one.summaries).all()
        assert np.array_equal(one.distances, TARGETS.distances(one.summaries))
        assert (one.distances <= one.tolerance).all()
        assert one.tolerance <= before
        assert 0.0 < one.acceptance_share <= 1.0
        assert 1.0 <= one.effective_size <= SMALL.population
        before = one.tolerance
    assert found.posterior.tolerance == SMALL.least_tolerance
    assert found.stopped is Stop.TOLERANCE
    assert found.simulations == sum(one.simulations for one in found.generations)


def test_a_draw_without_summaries_is_never_accepted() -> None:
    for one in sampled(failing).generations:
        assert one.draws[:, 0].min() >= 0.5
    assert (sampled(noisy).posterior.draws[:, 0] < 0.5).any()


@pytest.mark.slow
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("tolerance", [0.3, 1.0])
def test_the_posterior_is_the_exact_one(kernel: Kernel, tolerance: float) -> None:
    settings = Settings(population=2_000, batch=4_000, kernel=kernel, least_tolerance=tolerance)
    found = smc(noisy, BOUNDS, TARGETS, seed=11, settings=settings).posterior
    seen, error = moments(found.draws, found.weights)
    assert np.abs((seen - np.array(exact_moments(tolerance))) / error).max() < 4.0
    assert (error < 0.05).all()


@pytest.mark.slow
def test_processes_leave_no_trace() -> None:
    settings = dataclasses.replace(SMALL, batch=60)
    alone = sampled(failing, settings=settings)
    with workers(2) as pool:
        together = smc(failing, BOUNDS, TARGETS, seed=1, settings=settings, pool=pool)
    assert all_bytes(alone) == all_bytes(together)
    assert (alone.stopped, alone.simulations) == (together.stopped, together.simulations)


def test_the_seed_decides() -> None:
    again = smc(noisy, BOUNDS, TARGETS, seed=1, settings=SMALL)
    assert all_bytes(again) == all_bytes(sampled())
    assert all_bytes(sampled(seed=2)) != all_bytes(sampled())


def test_no_two_batches_share_their_luck() -> None:
    seeds: list[int] = []

    def noting(draws: FloatArray, seed: int) -> FloatArray:
        seeds.append(seed)
        return noisy(draws, seed)

    found = smc(noting, BOUNDS, TARGETS, seed=1, settings=SMALL)
    assert len(set(seeds)) == len(seeds) == found.simulations / SMALL.batch
    draws = np.concatenate([one.draws for one in found.generations])
    assert len(np.unique(draws, axis=0)) == len(draws)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("finished", [0, 1, 3])
def test_going_on_gives_the_bytes_of_a_run_never_interrupted(finished: int, kernel: Kernel) -> None:
    settings = with_kernel(kernel)
    kept: list[Generation] = []

    def keep_until_the_power_fails(one: Generation) -> None:
        if len(kept) == finished:
            raise KeyboardInterrupt
        kept.append(one)

    with pytest.raises(KeyboardInterrupt):
        smc(noisy, BOUNDS, TARGETS, seed=1, settings=settings, each=keep_until_the_power_fails)
    assert len(kept) == finished
    resumed = smc(noisy, BOUNDS, TARGETS, seed=1, settings=settings, generations=kept)
    whole = sampled(settings=settings)
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
    ],
)
def test_generations_of_another_problem_are_refused(changed: dict[str, FloatArray]) -> None:
    stranger = dataclasses.replace(sampled().posterior, **changed)
    with pytest.raises(ValueError, match=r"generation: given .*; allowed"):
        smc(noisy, BOUNDS, TARGETS, seed=1, settings=SMALL, generations=[stranger])


def test_it_stops_before_it_simulates_more_than_allowed() -> None:
    whole = sampled()
    for most in (299, 300, 1_000, whole.simulations - 1, whole.simulations):
        found = sampled(settings=dataclasses.replace(SMALL, most_simulations=most))
        assert found.simulations <= most
        assert all_bytes(found) == all_bytes(whole)[: len(found.generations)]
        assert found.stopped is (Stop.TOLERANCE if most == whole.simulations else Stop.SIMULATIONS)
    nothing = sampled(settings=dataclasses.replace(SMALL, most_simulations=299))
    assert nothing.simulations == 0
    with pytest.raises(ValueError, match="no generation was finished"):
        _ = nothing.posterior


def test_it_stops_when_too_few_are_accepted() -> None:
    settings = dataclasses.replace(SMALL, least_tolerance=0.0, least_acceptance=0.1)
    found = sampled(settings=settings)
    assert found.stopped is Stop.ACCEPTANCE
    enough = SMALL.population / 0.1
    for one in found.generations:
        assert one.simulations < enough + SMALL.batch
    given_up = found.simulations - sum(one.simulations for one in found.generations)
    assert enough <= given_up < enough + SMALL.batch


def coarse(draws: FloatArray, seed: int) -> FloatArray:
    """Nothing but a sign: one draw in two meets the record, and none comes nearer than it."""
    return np.where(draws > 0.0, 2.0, 3.0)


def test_it_stops_when_the_tolerance_no_longer_falls() -> None:
    exact = smc(coarse, ONE, ONE_TARGET, seed=1, settings=SMALL)
    assert exact.stopped is Stop.TOLERANCE
    never = partial(_plus_one, coarse)
    stalled = smc(never, ONE, ONE_TARGET, seed=1, settings=SMALL)
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
    assert [done for done, *_ in told] == list(range(300, found.simulations + 1, 300))
    assert {wanted for _, wanted, _ in told} == {SMALL.most_simulations}


@pytest.mark.parametrize("kernel", KERNELS)
def test_both_modes_are_kept(kernel: Kernel) -> None:
    settings = Settings(population=500, batch=1_000, least_tolerance=1.0, kernel=kernel)
    found = smc(two_modes, ONE, ONE_TARGET, seed=3, settings=settings).posterior
    x = found.draws[:, 0]
    right = found.weights[x > 0].sum()
    assert abs(right - 0.5) < 4 * math.sqrt(0.25 / found.effective_size)
    for mode in (x[x > 0], -x[x < 0]):
        assert mode.mean() == pytest.approx(2.0, abs=0.05)
        assert mode.std() < 0.2


def test_the_cut_by_history_is_a_first_generation() -> None:
    prior = prior_predictive(noisy, BOUNDS, count=2_048, seed=1)
    first = first_generation(history_match(prior, TARGETS, bound=2.0), TARGETS)
    settings = Settings(population=1_000, batch=1_000, least_tolerance=0.5)
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
        {"quantile": 1.0},
        {"quantile": math.nan},
        {"least_acceptance": 0.0},
        {"least_tolerance": -1.0},
    ],
)
def test_settings_that_find_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}: given .*; allowed"):
        dataclasses.replace(SMALL, **wrong)
