"""The sampler: populations of draws that come ever closer to the record (ABC-SMC).

A generation is a population of weighted draws within a tolerance of the record. The next one is
proposed from it by a normal kernel, kept where it lies within a smaller tolerance, and weighted
for having been proposed where the last one was dense. The last generation is the posterior: the
parameters under which the model comes within its tolerance of the record, and no more than that.

Source: Toni, Welch, Strelkowa, Ipsen and Stumpf (2009); Beaumont, Cornuet, Marin and Robert
(2009), who give the weights and the kernel of twice the weighted covariance; Filippi, Barnes,
Cornebise and Stumpf (2013), who give the local kernel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sim.domain.randomness import FloatArray
from sim.experiments.abc import (
    BATCH,
    Batch,
    Bounds,
    HistoryMatch,
    Simulated,
    Simulator,
    Targets,
    Use,
    seed_for,
    simulated_in_order,
)
from sim.experiments.abc_kernel import Kernel, Proposal
from sim.experiments.run import Progress, interrupts_heeded, no_progress
from sim.experiments.weighted import effective_sample_size


class Stop(StrEnum):
    """Why the sampler made no further generation."""

    TOLERANCE = "the least tolerance was reached"
    STALLED = "the tolerance no longer falls"
    GENERATIONS = "the most generations were made"
    ACCEPTANCE = "too small a share of draws was accepted"
    SIMULATIONS = "the most simulations were made"


@dataclass(frozen=True)
class Settings:
    """How hard to look. Batch and population alter the draws; limits only where they end.

    Attributes:
        population: draws in a generation.
        batch: draws simulated together.
        quantile: of a generation's distances, is the next tolerance.
        least_tolerance: a generation at this tolerance is the last.
        least_acceptance: a generation of which a smaller share is accepted is given up.
        most_simulations: in all, those of generations handed in included.
        most_generations: likewise, the first counting as one.
    """

    population: int = 1_000
    batch: int = BATCH
    quantile: float = 0.5
    kernel: Kernel = Kernel.GLOBAL
    least_tolerance: float = 0.0
    least_acceptance: float = 0.01
    most_simulations: int = 1_000_000
    most_generations: int = 20

    def __post_init__(self) -> None:
        """Refuse settings under which nothing could be found."""
        for name in ("population", "batch", "most_simulations", "most_generations"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: given {getattr(self, name)}; allowed: 1 or more")
        if not 0.0 < self.quantile < 1.0:
            raise ValueError(f"quantile: given {self.quantile}; allowed: more than 0, less than 1")
        if not 0.0 < self.least_acceptance <= 1.0:
            raise ValueError(
                f"least_acceptance: given {self.least_acceptance}; allowed: more than 0, up to 1"
            )
        if not self.least_tolerance >= 0.0:
            raise ValueError(f"least_tolerance: given {self.least_tolerance}; allowed: 0 or more")


@dataclass(frozen=True, eq=False)
class Generation:
    """A population of draws within a tolerance of the record. All that `smc` needs to go on.

    Attributes:
        draws: (draw, parameter), in the parameters' units.
        weights: (draw,), adding up to 1.
        distances: (draw,), none above the tolerance; see `Targets.distances`.
        summaries: (draw, summary).
        tolerance: distance that was allowed; infinite in a first generation.
        simulations: made for this generation.
        accepted: how many of them were within the tolerance; those past the population's size
            are counted here and not kept.
    """

    draws: FloatArray
    weights: FloatArray
    distances: FloatArray
    summaries: FloatArray
    tolerance: float
    simulations: int
    accepted: int

    @property
    def acceptance_share(self) -> float:
        """Share of simulations that were within the tolerance."""
        return self.accepted / self.simulations

    @property
    def effective_size(self) -> float:
        """How many equal-weight draws the population is worth."""
        return effective_sample_size(self.weights)


@dataclass(frozen=True)
class Sampled:
    """What the sampler found: its generations, why it stopped, and all simulations it made.

    `simulations` includes those of a generation that was given up.
    """

    generations: tuple[Generation, ...]
    stopped: Stop
    simulations: int

    @property
    def posterior(self) -> Generation:
        """The last generation.

        Raises:
            ValueError: the limits did not allow one.
        """
        if not self.generations:
            raise ValueError(f"no generation was finished: {self.stopped}")
        return self.generations[-1]


def first_generation(match: HistoryMatch, targets: Targets) -> Generation:
    """Return the plausible draws as the first generation, so that `smc` goes on from them."""
    kept = len(match.draws)
    return Generation(
        draws=match.draws,
        weights=np.full(kept, 1.0 / kept),
        distances=targets.distances(match.summaries),
        summaries=match.summaries,
        tolerance=math.inf,
        simulations=match.tried,
        accepted=kept,
    )


def smc(
    simulator: Simulator,
    bounds: Bounds,
    targets: Targets,
    *,
    seed: int,
    settings: Settings | None = None,
    generations: Sequence[Generation] = (),
    pool: Executor | None = None,
    progress: Progress = no_progress,
    each: Callable[[Generation], None] = lambda generation: None,
) -> Sampled:
    """Sample the parameters under which the simulator comes close to the record.

    Args:
        generations: those already finished, from the first on, such as an earlier call with the
            same seed and settings handed to `each`; the result is then the same to the byte as
            that of a call that was never interrupted.
        pool: worker processes; they alter how long it takes and nothing else.
        progress: called with (simulations made, most that may be made, seconds a simulation).
        each: called with every generation as it is finished, so that it can be stored.

    Raises:
        ValueError: generations of other parameters, or summaries of the wrong shape.
    """
    settings = settings or Settings()
    found = list(generations)
    for one in found:
        _refuse_strangers(one, bounds, targets)
    search = _Search(simulator, bounds, targets, settings, seed, pool, progress)
    spent = sum(one.simulations for one in found)
    while True:
        stopped = _reason_to_stop(found, settings)
        if stopped is not None:
            break
        made = search.generation(len(found), found[-1] if found else None, spent)
        if isinstance(made, _GivenUp):
            spent, stopped = spent + made.simulations, made.why
            break
        spent += made.simulations
        found.append(made)
        each(made)
    return Sampled(tuple(found), stopped, spent)


def _reason_to_stop(found: list[Generation], settings: Settings) -> Stop | None:
    if not found:
        return None
    if found[-1].tolerance <= settings.least_tolerance:
        return Stop.TOLERANCE
    if _next_tolerance(found[-1], settings) >= found[-1].tolerance:
        return Stop.STALLED
    if len(found) >= settings.most_generations:
        return Stop.GENERATIONS
    return None


def _next_tolerance(last: Generation, settings: Settings) -> float:
    return max(float(np.quantile(last.distances, settings.quantile)), settings.least_tolerance)


@dataclass(frozen=True)
class _GivenUp:
    """A generation that was not finished: its simulations, and the limit it came up against."""

    simulations: int
    why: Stop


@dataclass(frozen=True, eq=False)
class _Search:
    """All that stays the same from one generation to the next."""

    simulator: Simulator
    bounds: Bounds
    targets: Targets
    settings: Settings
    seed: int
    pool: Executor | None
    progress: Progress

    def generation(self, number: int, last: Generation | None, spent: int) -> Generation | _GivenUp:
        """Simulate batches until enough draws lie within the next tolerance."""
        settings = self.settings
        tolerance = math.inf if last is None else _next_tolerance(last, settings)
        proposal = None if last is None else self._proposal(last, tolerance)
        most, why = self._most_batches(spent)
        if most * settings.batch < settings.population:
            return _GivenUp(0, why)
        kept = _Kept(self.targets, tolerance)
        batches = (self._batch(number, nth, proposal) for nth in range(most))
        hopes = settings.quantile * (1.0 if last is None else last.acceptance_share)

        def wanted() -> int:
            share = (kept.accepted + hopes) / (kept.simulations + 1.0)
            return math.ceil((settings.population - kept.accepted) / (share * settings.batch))

        with (
            interrupts_heeded() as heed_interrupts,
            closing(simulated_in_order(self.simulator, batches, self.pool, wanted)) as simulated,
        ):
            for one in simulated:
                kept.add(one)
                done = spent + kept.simulations
                self.progress(done, settings.most_simulations, one.seconds_each)
                heed_interrupts()
                if kept.accepted >= settings.population:
                    return kept.generation(settings.population, proposal)
        return _GivenUp(kept.simulations, why)

    def _proposal(self, last: Generation, tolerance: float) -> Proposal:
        near = last.distances <= tolerance
        return Proposal(self.bounds, last.draws, last.weights, near, self.settings.kernel)

    def _most_batches(self, spent: int) -> tuple[int, Stop]:
        """Return how many batches a generation may take, and what it is that allows no more."""
        settings = self.settings
        left = max(settings.most_simulations - spent, 0) // settings.batch
        enough = math.ceil(settings.population / settings.least_acceptance / settings.batch)
        return (left, Stop.SIMULATIONS) if left < enough else (enough, Stop.ACCEPTANCE)

    def _batch(self, generation: int, nth: int, proposal: Proposal | None) -> Batch:
        """Return the generation's nth batch: it depends on nothing but those and the seed."""
        luck = np.random.default_rng(seed_for(self.seed, Use.PROPOSAL, generation, nth))
        if proposal is None:
            places = luck.random((self.settings.batch, len(self.bounds.names)))
            draws = self.bounds.from_unit(places)
        else:
            draws = proposal.draw(self.settings.batch, luck)
        return Batch(draws, seed_for(self.seed, Use.SIMULATION, generation, nth))


class _Kept:
    """The draws of a generation accepted so far, in order of their batches."""

    def __init__(self, targets: Targets, tolerance: float) -> None:
        self.targets, self.tolerance = targets, tolerance
        self.simulations = self.accepted = 0
        self._parts: list[tuple[FloatArray, FloatArray, FloatArray]] = []

    def add(self, batch: Simulated) -> None:
        """Keep what lies within the tolerance."""
        distances = self.targets.distances(batch.summaries)
        near = np.isfinite(distances) & (distances <= self.tolerance)
        self._parts.append((batch.draws[near], distances[near], batch.summaries[near]))
        self.simulations += len(batch.draws)
        self.accepted += int(near.sum())

    def generation(self, population: int, proposal: Proposal | None) -> Generation:
        """Return the first `population` of them, weighted."""
        draws, distances, summaries = (
            np.concatenate(part)[:population] for part in zip(*self._parts, strict=True)
        )
        weights = np.full(population, 1.0 / population)
        return Generation(
            draws=draws,
            weights=weights if proposal is None else proposal.weights(draws),
            distances=distances,
            summaries=summaries,
            tolerance=self.tolerance,
            simulations=self.simulations,
            accepted=self.accepted,
        )


def _refuse_strangers(one: Generation, bounds: Bounds, targets: Targets) -> None:
    size = len(one.weights)
    given = (one.draws.shape, one.summaries.shape, one.distances.shape)
    allowed = ((size, len(bounds.names)), (size, len(targets.names)), (size,))
    if given != allowed:
        raise ValueError(
            f"generation: given shapes {given} of draws, summaries and distances; "
            f"allowed: {allowed}"
        )
    if not bounds.contains(one.draws).all():
        raise ValueError("generation: given draws outside the bounds; allowed: inside them")
