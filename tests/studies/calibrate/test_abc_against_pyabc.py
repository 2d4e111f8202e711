"""The sampler against pyabc, a well-kept library, and both against the exact answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sim.domain.randomness import FloatArray
from sim.studies.calibrate.method.abc_smc import Settings, smc
from tests.studies.calibrate.abc_toys import BOUNDS, TARGETS, exact_moments, moments, noisy

TOLERANCES = [1.2, 0.5]
POPULATION = 400


@pytest.fixture
def quiet_and_seeded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The library draws from numpy's global state, logs every step and looks for a git folder."""
    monkeypatch.chdir(tmp_path)
    before, level = np.random.get_state(), logging.getLogger("ABC").level
    np.random.seed(20)
    yield
    np.random.set_state(before)
    logging.getLogger("ABC").setLevel(level)


def by_pyabc(folder: Path) -> tuple[FloatArray, FloatArray]:
    """Draws (draw, parameter) and weights of pyabc's last population of the same problem."""
    import pyabc  # takes seconds, and no other test needs it

    logging.getLogger("ABC").setLevel(logging.ERROR)
    names, scale = BOUNDS.names, TARGETS.scale

    def simulate(draw: dict[str, float]) -> dict[str, float]:
        noise = np.random.normal(size=len(names)) * scale
        return {name: draw[name] + off for name, off in zip(names, noise, strict=True)}

    def distance(one: dict[str, float], other: dict[str, float]) -> float:
        apart = np.array([one[name] - other[name] for name in names]) / scale
        return float(np.sqrt(np.mean(apart**2)))

    width = BOUNDS.high - BOUNDS.low
    prior = pyabc.Distribution(
        **{
            name: pyabc.RV("uniform", low, wide)
            for name, low, wide in zip(names, BOUNDS.low, width, strict=True)
        }
    )
    search = pyabc.ABCSMC(
        simulate,
        prior,
        distance,
        population_size=POPULATION,
        eps=pyabc.ListEpsilon(TOLERANCES),
        sampler=pyabc.sampler.SingleCoreSampler(),
    )
    search.new(f"sqlite:///{folder / 'pyabc.db'}", dict(zip(names, TARGETS.observed, strict=True)))
    draws, weights = search.run(max_nr_populations=len(TOLERANCES)).get_distribution(m=0)
    return draws[list(names)].to_numpy(), np.asarray(weights)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # the library's own
@pytest.mark.usefixtures("quiet_and_seeded")
def test_both_samplers_find_the_same_and_the_exact_posterior(tmp_path: Path) -> None:
    settings = Settings(
        population=3_000,
        batch=4_000,
        least_rounds=100,
        most_rounds=100,
        most_simulations=10**7,
        least_tolerance=TOLERANCES[-1],
    )
    ours = smc(noisy, BOUNDS, TARGETS, seed=7, settings=settings).posterior
    theirs_draws, theirs_weights = by_pyabc(tmp_path)
    assert ours.tolerance == TOLERANCES[-1]
    assert len(theirs_draws) == POPULATION
    our_moments, our_error = moments(ours.draws, ours.weights)
    their_moments, their_error = moments(theirs_draws, theirs_weights)
    exact = np.array(exact_moments(TOLERANCES[-1]))
    between = np.hypot(our_error, their_error)
    assert (between < 0.1).all()  # else they would agree whatever they found
    assert np.abs((our_moments - their_moments) / between).max() < 4.0
    assert np.abs((our_moments - exact) / our_error).max() < 4.0
    assert np.abs((their_moments - exact) / their_error).max() < 4.0
