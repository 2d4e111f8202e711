"""The sampler: populations of draws that come ever closer to the record (ABC-SMC).

A generation is a population of draws within a tolerance of the record. For the next one the
tolerance falls, the draws still within it are repeated, and every draw is moved about by a random
walk that never leaves the tolerance, until nearly all have moved. The last generation is the
posterior: the parameters under which the model comes within its tolerance of the record, and no
more than that. With some thirty parameters a walk is what works: a weighted kernel, as in Toni et
al. (2009), has next to no weight left on all but a few draws.

Source: Del Moral, Doucet and Jasra (2012), "An adaptive sequential Monte Carlo method for
approximate Bayesian computation"; Drovandi and Pettitt (2011) for repeating and moving.
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
from sim.ensemble.run import Progress, no_progress
from sim.ensemble.workers import interrupts_heeded
from sim.studies.calibrate.method.abc import (
    BATCH,
    Batch,
    Bounds,
    HistoryMatch,
    Simulator,
    Targets,
    Use,
    seed_for,
    simulated_in_order,
)
from sim.studies.calibrate.method.abc_walk import Steps

FEWEST_ROUNDS = 3
"""Rounds before a generation is given up for too few accepted moves."""


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
        least_rounds, most_rounds: of trying to move every draw of a generation.
        moved_share: share of the draws that must have moved before a generation is done.
        least_tolerance: a generation at this tolerance is the last.
        least_acceptance: a generation in which a smaller share of simulations comes within the
            tolerance is given up.
        most_simulations: in all, those of generations handed in included.
        most_generations: likewise, the first counting as one.
    """

    population: int = 1_000
    batch: int = BATCH
    quantile: float = 0.5
    least_rounds: int = 4
    most_rounds: int = 40
    moved_share: float = 0.9
    least_tolerance: float = 0.0
    least_acceptance: float = 0.01
    most_simulations: int = 1_000_000
    most_generations: int = 20

    def __post_init__(self) -> None:
        """Refuse settings under which nothing could be found."""
        for name in (
            "population", "batch", "least_rounds", "most_simulations", "most_generations",
        ):  # fmt: skip
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: given {getattr(self, name)}; allowed: 1 or more")
        if self.most_rounds < self.least_rounds:
            raise ValueError(
                f"most_rounds: given {self.most_rounds}; allowed: {self.least_rounds} or more"
            )
        if not 0.0 < self.quantile < 1.0:
            raise ValueError(f"quantile: given {self.quantile}; allowed: more than 0, less than 1")
        for name in ("least_acceptance", "moved_share"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(
                    f"{name}: given {getattr(self, name)}; allowed: more than 0, up to 1"
                )
        if not self.least_tolerance >= 0.0:
            raise ValueError(f"least_tolerance: given {self.least_tolerance}; allowed: 0 or more")


@dataclass(frozen=True, eq=False)
class Generation:
    """A population of draws within a tolerance of the record. All that `smc` needs to go on.

    Attributes:
        draws: (draw, parameter), in the parameters' units.
        weights: (draw,), all the same, adding up to 1.
        distances: (draw,), none above the tolerance; see `Targets.distances`.
        summaries: (draw, summary).
        tolerance: distance that was allowed; infinite in a first generation.
        simulations: made for this generation.
        accepted: how many of them were within the tolerance.
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
    def distinct(self) -> int:
        """How many of the draws differ from all others."""
        return len(np.unique(self.draws, axis=0))


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
        ValueError: generations of another problem, or summaries of the wrong shape.
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
        """Make the next generation, or say why there is none."""
        size, most = self.settings.population, self.settings.most_simulations
        if spent + size > most:
            return _GivenUp(0, Stop.SIMULATIONS)
        if last is None:
            return self._first(spent)
        walk = _Walk(self, number, last, _next_tolerance(last, self.settings))
        while not walk.is_done:
            if spent + walk.simulations + size > most:
                return _GivenUp(walk.simulations, Stop.SIMULATIONS)
            walk.round(spent)
            if walk.is_hopeless:
                return _GivenUp(walk.simulations, Stop.ACCEPTANCE)
        return walk.generation()

    def _first(self, spent: int) -> Generation | _GivenUp:
        size = self.settings.population
        luck = np.random.default_rng(seed_for(self.seed, Use.PROPOSAL))
        draws = self.bounds.from_unit(luck.random((size, len(self.bounds.names))))
        summaries = self.simulated(draws, 0, 0, spent)
        distances = self.targets.distances(summaries)
        usable = np.isfinite(distances)
        count = int(usable.sum())
        if count == 0 or count / size < self.settings.least_acceptance:
            return _GivenUp(size, Stop.ACCEPTANCE)
        return Generation(
            draws=draws[usable],
            weights=np.full(count, 1.0 / count),
            distances=distances[usable],
            summaries=summaries[usable],
            tolerance=math.inf,
            simulations=size,
            accepted=count,
        )

    def simulated(
        self, draws: FloatArray, generation: int, first_batch: int, spent: int
    ) -> FloatArray:
        """Return the summaries of draws, simulated in batches."""
        size = self.settings.batch
        batches = (
            Batch(
                draws[first : first + size],
                seed_for(self.seed, Use.SIMULATION, generation, first_batch + nth),
            )
            for nth, first in enumerate(range(0, len(draws), size))
        )
        found, done = [], spent
        with (
            interrupts_heeded() as heed_interrupts,
            closing(simulated_in_order(self.simulator, batches, self.pool)) as simulated,
        ):
            for one in simulated:
                found.append(one.summaries)
                done += len(one.draws)
                self.progress(done, self.settings.most_simulations, one.seconds_each)
                heed_interrupts()
        return np.concatenate(found)


class _Walk:
    """A generation in the making: every draw walks within the tolerance.

    The walk is computed on places in the box, so that no parameter's unit matters. As a step is as
    likely as the one that leads back, the posterior within the tolerance stays what it is.
    """

    def __init__(self, search: _Search, number: int, last: Generation, tolerance: float) -> None:
        self.search, self.number, self.tolerance = search, number, tolerance
        size = search.settings.population
        self.luck = np.random.default_rng(seed_for(search.seed, Use.PROPOSAL, number))
        alive = self.luck.permutation(np.flatnonzero(last.distances <= tolerance))
        self.steps = Steps(search.bounds.to_unit(last.draws[alive]))
        chosen = alive[np.arange(size) % len(alive)]
        self.places = search.bounds.to_unit(last.draws[chosen])
        self.distances, self.summaries = last.distances[chosen], last.summaries[chosen]
        self.moved = np.zeros(size, bool)
        self.rounds = self.accepted = self.simulations = 0

    @property
    def acceptance(self) -> float:
        """Share of simulations within the tolerance so far."""
        return self.accepted / max(self.simulations, 1)

    @property
    def is_done(self) -> bool:
        """Whether nearly every draw has moved, or they were given every chance."""
        settings = self.search.settings
        enough = float(self.moved.mean()) >= settings.moved_share
        return self.rounds >= settings.most_rounds or (
            enough and self.rounds >= settings.least_rounds
        )

    @property
    def is_hopeless(self) -> bool:
        """Whether too few moves are accepted to go on."""
        least = self.search.settings.least_acceptance
        return self.rounds >= FEWEST_ROUNDS and self.acceptance < least

    def round(self, spent: int) -> None:
        """Try to move every draw once; steps not to be taken cost no simulation."""
        search = self.search
        tried, allowed = self.steps.tried(self.places, self.rounds, self.luck)
        moving = np.flatnonzero(allowed)
        first_batch = self.rounds * math.ceil(len(tried) / search.settings.batch)
        self.rounds += 1
        if not len(moving):
            return
        draws = search.bounds.from_unit(tried[moving])
        summaries = search.simulated(draws, self.number, first_batch, spent + self.simulations)
        distances = search.targets.distances(summaries)
        near = np.isfinite(distances) & (distances <= self.tolerance)
        moved = moving[near]
        self.places[moved] = tried[moved]
        self.summaries[moved], self.distances[moved] = summaries[near], distances[near]
        self.moved[moved] = True
        self.simulations += len(moving)
        self.accepted += len(moved)

    def generation(self) -> Generation:
        """Return the draws as they stand."""
        count = len(self.places)
        return Generation(
            draws=self.search.bounds.from_unit(self.places),
            weights=np.full(count, 1.0 / count),
            distances=self.distances,
            summaries=self.summaries,
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
    if not np.allclose(one.weights, 1.0 / size) or not np.isfinite(one.distances).all():
        raise ValueError(
            "generation: given other weights or distances; allowed: equal weights, finite distances"
        )
