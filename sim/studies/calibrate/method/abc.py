"""Approximate Bayesian computation: a box of priors, a simulator, targets, and the cut by history.

A draw is one value of every parameter. A simulator takes thousands of draws at once and returns
what is compared with the record: the summaries. This is why the sampler is the project's own: the
libraries for it evaluate one draw at a time. One of them checks it in the tests.

First comes `prior_predictive` (can the model produce the record at all?), then `history_match`
(which draws are not ruled out by it?), then `smc` in `abc_smc`. Everything is a
function of its arguments and seed: the number of processes leaves no trace.

Source: history matching and implausibility, Craig, Goldstein, Seheult and Smith (1997); the bound
of 3 is Pukelsheim's (1994) three-sigma rule.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import dataclass
from enum import IntEnum
from time import perf_counter

import numpy as np
import numpy.typing as npt

from sim.domain.randomness import FloatArray
from sim.ensemble.run import Progress, no_progress
from sim.ensemble.workers import interrupts_heeded, interrupts_ignored

Simulator = Callable[[FloatArray, int], FloatArray]
"""Called with (draws (n, parameter), seed of the batch); returns summaries (n, summary).

A draw with a summary that is not a finite number counts as infinitely far from the record. It must
be picklable to be used with worker processes.
"""

BATCH = 2_000
IMPLAUSIBLE = 3.0
LOOSEN_BY = 0.5
CENTRAL_PART = 0.9
_MOST_AHEAD = 32


@dataclass(frozen=True, eq=False)
class Bounds:
    """A uniform prior on a box.

    Attributes:
        names: of the parameters.
        low, high: ends of each parameter's range, (parameter,).
    """

    names: tuple[str, ...]
    low: FloatArray
    high: FloatArray

    def __post_init__(self) -> None:
        """Refuse a box that is none."""
        _one_for_each("bounds", self.names, low=self.low, high=self.high)
        for name, low, high in zip(self.names, self.low, self.high, strict=True):
            if not low < high:
                raise ValueError(f"bounds of {name}: given {low} to {high}; allowed: low < high")

    def to_unit(self, draws: FloatArray) -> FloatArray:
        """Return draws as places in the box, 0 at `low` and 1 at `high`."""
        return np.asarray((draws - self.low) / (self.high - self.low), np.float64)

    def from_unit(self, places: FloatArray) -> FloatArray:
        """Return the draws at places in the box."""
        draws = self.low + places * (self.high - self.low)
        return np.asarray(np.clip(draws, self.low, self.high), np.float64)

    def contains(self, draws: FloatArray) -> npt.NDArray[np.bool_]:
        """Return whether each draw lies in the box: the prior of others is zero."""
        return np.all((draws >= self.low) & (draws <= self.high), axis=-1)


@dataclass(frozen=True, eq=False)
class Targets:
    """What the record says.

    Attributes:
        names: of the summaries.
        observed: their values on record, (summary,).
        scale: how far off is one unit, (summary,), in the summary's own unit: all that separates
            model and record if the draw is right, such as reporting error and model discrepancy.
        band: half the width about `observed` within which nothing is off at all, (summary,), for
            what is known as a range only; by default none.
    """

    names: tuple[str, ...]
    observed: FloatArray
    scale: FloatArray
    band: FloatArray | None = None

    def __post_init__(self) -> None:
        """Refuse targets that nothing can be compared with."""
        _one_for_each("targets", self.names, observed=self.observed, scale=self.scale)
        for name, scale in zip(self.names, self.scale, strict=True):
            if not scale > 0.0:
                raise ValueError(f"scale of {name}: given {scale}; allowed: more than 0")

    def misses(self, summaries: FloatArray) -> FloatArray:
        """Return (summary - observed) / scale beyond the band; infinite where not a number.

        Returns:
            (draw, summary).

        Raises:
            ValueError: other than one column for each target.
        """
        if summaries.shape[1:] != (len(self.names),):
            raise ValueError(
                f"summaries: given shape {summaries.shape}; allowed: (draws, {len(self.names)})"
            )
        finite = np.isfinite(summaries)
        apart = np.where(finite, summaries, 0.0) - self.observed
        if self.band is not None:
            apart = np.sign(apart) * np.maximum(np.abs(apart) - self.band, 0.0)
        return np.where(finite, apart / self.scale, np.inf)

    def distances(self, summaries: FloatArray) -> FloatArray:
        """Return each draw's distance from the record: the root mean square of its misses.

        A distance of 1 is a draw that is off by one scale in every summary.
        """
        with np.errstate(over="ignore"):  # too far to square is as far as can be
            squares = np.square(self.misses(summaries))
            return np.asarray(np.sqrt(squares.mean(axis=-1)), np.float64)

    def implausibility(self, summaries: FloatArray) -> FloatArray:
        """Return each draw's largest miss, in scales."""
        return np.asarray(np.abs(self.misses(summaries)).max(axis=-1), np.float64)


class Use(IntEnum):
    """What a seed is for. Numbers are part of the key: add at the end, never renumber."""

    PRIOR = 0
    PRIOR_SIMULATION = 1
    PROPOSAL = 2
    SIMULATION = 3
    POSTERIOR = 4
    PREDICTIVE = 5
    REPORTING = 6


def seed_for(root: int, use: Use, generation: int = 0, batch: int = 0) -> int:
    """Return a seed derived from the root seed and what it is for."""
    sequence = np.random.SeedSequence(root, spawn_key=(use, generation, batch))
    return int(sequence.generate_state(1, np.uint64)[0])


@dataclass(frozen=True, eq=False)
class Batch:
    """Draws to simulate together, with the batch's seed."""

    draws: FloatArray
    seed: int


@dataclass(frozen=True, eq=False)
class Simulated:
    """A batch's draws with their summaries, and the seconds it took."""

    draws: FloatArray
    summaries: FloatArray
    seconds: float

    @property
    def seconds_each(self) -> float:
        """Seconds a draw."""
        return self.seconds / len(self.draws)


def _simulate(simulator: Simulator, batch: Batch) -> Simulated:
    began = perf_counter()
    summaries = np.asarray(simulator(batch.draws, batch.seed), np.float64)
    if summaries.ndim != 2 or len(summaries) != len(batch.draws):
        raise ValueError(
            f"summaries: given shape {summaries.shape}; allowed: ({len(batch.draws)}, summaries)"
        )
    return Simulated(batch.draws, summaries, perf_counter() - began)


def simulated_in_order(
    simulator: Simulator,
    batches: Iterator[Batch],
    pool: Executor | None,
    wanted: Callable[[], int] = lambda: _MOST_AHEAD,
) -> Generator[Simulated, None, None]:
    """Yield the batches simulated, in their own order, whoever finishes first.

    Close it when no more are needed. `wanted` says how many more batches are thought to be
    needed: so many are begun ahead of time, which costs effort if wrong and alters nothing.
    """
    if pool is None:
        yield from (_simulate(simulator, batch) for batch in batches)
        return
    under_way: deque[Future[Simulated]] = deque()
    try:
        while True:
            while len(under_way) < min(max(wanted(), 1), _MOST_AHEAD):
                batch = next(batches, None)
                if batch is None:
                    break
                with interrupts_ignored():
                    under_way.append(pool.submit(_simulate, simulator, batch))
            if not under_way:
                return
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()


@dataclass(frozen=True, eq=False)
class PriorDraws:
    """Draws spread evenly over the prior, (draw, parameter), with summaries (draw, summary)."""

    draws: FloatArray
    summaries: FloatArray

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Whether each draw's summaries are all finite numbers."""
        return np.asarray(np.isfinite(self.summaries).all(axis=1), np.bool_)


def prior_predictive(
    simulator: Simulator,
    bounds: Bounds,
    *,
    count: int,
    seed: int,
    batch: int = BATCH,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> PriorDraws:
    """Simulate `count` draws spread evenly over the prior: a scrambled Sobol sequence.

    `progress` is called with (draws simulated, draws wanted, seconds a draw).
    """
    from scipy.stats import qmc  # slow to load, and few commands draw from a prior

    sequence = qmc.Sobol(len(bounds.names), seed=seed_for(seed, Use.PRIOR))
    # Whole powers of two are what it is balanced for; what is not needed is cut off.
    places = sequence.random_base2(math.ceil(math.log2(count)))[:count]
    draws = bounds.from_unit(places)
    batches = (
        Batch(draws[first : first + batch], seed_for(seed, Use.PRIOR_SIMULATION, batch=number))
        for number, first in enumerate(range(0, count, batch))
    )
    found: list[FloatArray] = []
    done = 0
    with (
        interrupts_heeded() as heed_interrupts,
        closing(simulated_in_order(simulator, batches, pool)) as simulated,
    ):
        for one in simulated:
            found.append(one.summaries)
            done += len(one.draws)
            progress(done, count, one.seconds_each)
            heed_interrupts()
    return PriorDraws(draws, np.concatenate(found))


@dataclass(frozen=True)
class PriorCheck:
    """Whether the prior can produce one summary of the record.

    Attributes:
        low, middle, high: the draws' central range and median.
        below: share of draws below the record, 0 to 1: near 0 or 1, the record is surprising.
        inside: whether the record lies in the central range.
    """

    name: str
    observed: float
    low: float
    middle: float
    high: float
    below: float
    inside: bool


def prior_check(
    prior: PriorDraws, targets: Targets, part: float = CENTRAL_PART
) -> tuple[PriorCheck, ...]:
    """Set each summary on record beside the central `part` of what the prior's draws give.

    Raises:
        ValueError: no draw has summaries that are all finite numbers.
    """
    summaries = prior.summaries[prior.usable]
    if not len(summaries):
        raise ValueError(f"none of {len(prior.draws)} draws has summaries that are all numbers")
    ends = [(1.0 - part) / 2.0, 0.5, (1.0 + part) / 2.0]
    return tuple(
        PriorCheck(
            name=name,
            observed=float(observed),
            low=float(low),
            middle=float(middle),
            high=float(high),
            below=float((drawn < observed).mean() + (drawn <= observed).mean()) / 2.0,
            inside=bool(low <= observed <= high),
        )
        for name, observed, drawn, (low, middle, high) in zip(
            targets.names,
            targets.observed,
            summaries.T,
            np.quantile(summaries, ends, axis=0).T,
            strict=True,
        )
    )


@dataclass(frozen=True, eq=False)
class HistoryMatch:
    """The draws that the record does not rule out.

    Attributes:
        draws, summaries: of the plausible, one row a draw, in the order they came.
        bound: implausibility they stay below, scales; `bound_asked` is what was asked for.
        tried: draws looked at.
        ruled_out: by summary, the share of all draws that it alone would rule out.
    """

    draws: FloatArray
    summaries: FloatArray
    bound: float
    bound_asked: float
    tried: int
    ruled_out: dict[str, float]

    @property
    def volume_left(self) -> float:
        """Share of the prior's volume that is left, 0 to 1."""
        return len(self.draws) / self.tried

    @property
    def loosened(self) -> bool:
        """Whether too few draws were plausible and the bound had to be raised."""
        return self.bound > self.bound_asked


def history_match(
    prior: PriorDraws, targets: Targets, *, bound: float = IMPLAUSIBLE, fewest: int = 100
) -> HistoryMatch:
    """Keep the draws whose every summary lies less than `bound` scales from the record.

    If fewer than `fewest` remain, the bound rises in steps of half a scale until enough do; the
    record returned says so.

    Raises:
        ValueError: fewer than `fewest` draws have summaries that are all finite numbers.
    """
    misses = np.abs(targets.misses(prior.summaries))
    worst = targets.implausibility(prior.summaries)
    usable = int(np.isfinite(worst).sum())
    if usable < fewest:
        raise ValueError(
            f"draws with summaries that are all numbers: {usable} of {len(worst)}; "
            f"allowed: {fewest} or more"
        )
    reach, used = float(np.sort(worst)[fewest - 1]), bound
    if reach >= bound:
        steps = math.floor((reach - bound) / LOOSEN_BY) + 1
        used = max(bound + steps * LOOSEN_BY, math.nextafter(reach, math.inf))
    kept = worst < used
    return HistoryMatch(
        draws=prior.draws[kept],
        summaries=prior.summaries[kept],
        bound=used,
        bound_asked=bound,
        tried=len(worst),
        ruled_out=dict(zip(targets.names, (misses >= used).mean(axis=0).tolist(), strict=True)),
    )


def _one_for_each(what: str, names: tuple[str, ...], **given: FloatArray) -> None:
    for field, values in given.items():
        if np.shape(values) != (len(names),) or not np.isfinite(values).all():
            raise ValueError(
                f"{what}: given {field} {values!r}; allowed: {len(names)} finite numbers, "
                "one for each name"
            )
