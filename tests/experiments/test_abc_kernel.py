"""Where the next generation looks: what is proposed, and how it is weighted for that."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments.abc import Bounds
from sim.experiments.abc_kernel import Kernel, Proposal
from tests.experiments.abc_toys import BOUNDS, moments

KERNELS = tuple(Kernel)
CUBE = Bounds(("a", "b"), np.array([-1.0, 0.0]), np.array([1.0, 10.0]))


def lopsided(size: int, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Draws spread over a part of the box, those to the right with ever more weight."""
    places = np.random.default_rng(1).uniform(low, high, size=(size, 2))
    weights = np.exp(4.0 * (places[:, 0] - low) / (high - low))
    return CUBE.from_unit(places), weights / weights.sum()


@pytest.mark.parametrize("kernel", KERNELS)
def test_weighted_proposals_are_draws_of_the_prior(kernel: Kernel) -> None:
    """A weight is prior over proposal: with no simulator to judge them, the prior comes back."""
    draws, weights = lopsided(200, 0.0, 1.0)
    near = draws[:, 1] < 5.0  # half of them: the local kernel differs from draw to draw
    proposal = Proposal(CUBE, draws, weights, near, kernel)
    proposed = proposal.draw(20_000, np.random.default_rng(2))
    assert CUBE.contains(proposed).all()
    plain, _ = moments(CUBE.to_unit(proposed), np.full(20_000, 1 / 20_000))
    seen, error = moments(CUBE.to_unit(proposed), proposal.weights(proposed))
    uniform = np.array([[0.5, 0.5], [np.sqrt(1 / 12)] * 2])
    assert np.abs((seen - uniform) / error).max() < 4.0
    assert (error < 0.01).all()
    assert np.abs(plain - uniform).max() > 0.05  # the weights had something to put right


def test_the_global_kernel_is_twice_the_weighted_covariance() -> None:
    draws, weights = lopsided(200, 0.45, 0.55)  # too narrow to meet the edge
    proposal = Proposal(CUBE, draws, weights, np.ones(200, bool), Kernel.GLOBAL)
    proposed = proposal.draw(40_000, np.random.default_rng(3))
    assert np.cov(proposed.T) == pytest.approx(
        3.0 * np.cov(draws.T, aweights=weights, bias=True), rel=0.05, abs=1e-4
    )  # the draws' own covariance, and twice as much of the kernel's


def test_the_local_kernel_is_the_spread_of_near_draws_about_each() -> None:
    draws, weights = lopsided(60, 0.48, 0.52)
    near = np.arange(60) % 3 == 0
    share = weights[near] / weights[near].sum()
    expected = np.zeros((2, 2))  # of a proposal, about the draw it came from
    for draw, weight in zip(draws, weights, strict=True):
        apart = draws[near] - draw
        expected += weight * (share[:, None] * apart).T @ apart
    proposal = Proposal(CUBE, draws, weights, near, Kernel.LOCAL)
    proposed = proposal.draw(40_000, np.random.default_rng(3))
    own = np.cov(draws.T, aweights=weights, bias=True)
    assert np.cov(proposed.T) == pytest.approx(own + expected, rel=0.05, abs=1e-4)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_draw_without_weight_is_nobodys_ancestor(kernel: Kernel) -> None:
    draws = CUBE.from_unit(np.repeat([[0.2, 0.2], [0.8, 0.8]], 20, axis=0))
    weights = np.repeat([0.05, 0.0], 20)
    proposal = Proposal(CUBE, draws, weights, np.ones(40, bool), kernel)
    places = CUBE.to_unit(proposal.draw(500, np.random.default_rng(1)))
    assert np.abs(places - 0.2).max() < 0.01


@pytest.mark.parametrize("kernel", KERNELS)
def test_draws_that_all_agree_are_proposed_from_nearby(kernel: Kernel) -> None:
    draws = np.full((50, 2), 1.0)
    proposal = Proposal(BOUNDS, draws, np.full(50, 0.02), np.ones(50, bool), kernel)
    proposed = proposal.draw(100, np.random.default_rng(1))
    assert np.abs(proposed - 1.0).max() < 1e-3
    assert proposal.weights(proposed).sum() == pytest.approx(1.0)
