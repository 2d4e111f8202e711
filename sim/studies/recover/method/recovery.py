"""Parameter recovery: does the sampler find the truth where the truth is known?

A truth is one draw of the parameters together with what one run of the borough twin shows of it.
The sampler is given what the run shows in place of London's record, and says in which interval it
takes each quantity to lie. The right quantity lies inside a 90 % interval nine times in ten, and
its rank among the posterior's draws is as often high as low (simulation-based calibration).

Which truths? Ranks are flat only if truths come from the prior that the sampler works with, but
most of the prior is no London anybody would know: no unfilled posts, hardly any agency staff. So a
truth is drawn from the whole prior and kept if what its run shows lies within a loose bound of
London's record. A choice made by what is seen, and by nothing else, leaves the posterior given what
is seen as it was. So the sampler has the whole prior, as it has when it is given London's record,
and the ranks are flat under a right posterior. What is seen must then be that same run.

Structures take turns, and each truth is fitted under its own: what happens if the structure is the
wrong one is not asked here. A tolerance makes intervals wider than they need be, so that they hold
the truth too often rather than too seldom; their width beside the prior's says how much they tell.

Source: Talts, Betancourt, Simpson, Vehtari and Gelman (2018), "Validating Bayesian inference
algorithms with simulation-based calibration"; Modrák et al. (2023), "Simulation-based calibration
checking for Bayesian computation", on choosing by what is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from enum import IntEnum
from time import perf_counter

import numpy as np
import numpy.typing as npt

from sim.answers.structures import Pair, pairs, record_scenario, under
from sim.domain.randomness import FloatArray
from sim.ensemble.run import Progress, no_progress, part_of
from sim.studies.calibrate.method import calibrate as calibration
from sim.studies.calibrate.method.abc import (
    Bounds,
    HistoryMatch,
    PriorDraws,
    Targets,
    history_match,
    prior_predictive,
)
from sim.studies.calibrate.method.abc_smc import Generation, Settings
from sim.studies.calibrate.method.calibrate import TOGETHER, TwinSimulator, prior_box
from sim.studies.calibrate.method.targets import FIRST_YEAR, LAST_YEAR, targets
from sim.twin import Twin

NET_FLOW, SECTOR_EXIT, HIRES = "net_flow_to_agency", "sector_exit_per_year", "hires_per_post"
FLOWS = (NET_FLOW, HIRES)
"""Quantities that several parameters decide together: see `expected_flows`."""
HEADLINE = (NET_FLOW, SECTOR_EXIT, HIRES)
"""The quantities that must be recovered."""
TRUTHS = 20
ENDS = (0.05, 0.5, 0.95)
LEVEL = 0.9
"""What an interval from the first to the last of `ENDS` should hold."""
PRIOR_DRAWS, CANDIDATES, PRIOR_FLOWS = 4_096, 1_024, 1_024
LOOSE_BOUND = 7.0
"""In tolerances: no summary of a truth is further from London's record. It keeps about one run in
sixteen."""
FEWEST_TRUTHS = 25
"""Of each structure; the bound rises where there would be fewer."""
SETTINGS = replace(
    calibration.SETTINGS, population=400, batch=200, least_tolerance=1.3, most_simulations=80_000
)
"""Cheaper than the calibration's: fewer draws, which stop at a typical miss of 1.3 tolerances."""


class Use(IntEnum):
    """What a seed is for. Numbers are part of the key: add at the end, never renumber."""

    CANDIDATES = 0
    CHOICE = 1
    PRIOR = 2
    FIT = 3


def seed_for(root: int, use: Use, number: int) -> int:
    """Return a seed derived from the root seed, its use, and a structure's or truth's number."""
    sequence = np.random.SeedSequence(root, spawn_key=(use, number))
    return int(sequence.generate_state(1, np.uint64)[0])


def expected_flows(pair: Pair, draws: FloatArray) -> FloatArray:
    """Return what draws let expect of `FLOWS`, London's mean of 2018-2021, (draw, flow).

    They are those of the twin without luck, so that they are functions of the parameters alone: of
    permanent staff, those who go to agency work less those who come back, a year; and outside hires
    and newly qualified starters (no moves, no returns) per post a year.
    """
    scenario = under(record_scenario(FIRST_YEAR), pair)
    names = calibration.sampled_names(pair)
    found = []
    for first in range(0, len(draws), TOGETHER):
        part = draws[first : first + TOGETHER]
        twin = Twin(scenario, dict(zip(names, part.T, strict=True)), len(part))
        record = twin.run(LAST_YEAR - FIRST_YEAR)
        away = record.london("to_agency", "permanent") - record.london("to_permanent", "permanent")
        hired = record.london("entered", "posts")
        found.append(np.stack([one[:, 1:].mean(axis=1) for one in (away, hired)], axis=1))
    return np.concatenate(found)


@dataclass(frozen=True, eq=False)
class Ground:
    """What all truths of one structure share.

    Attributes:
        prior: the prior's draws that every fit begins with.
        prior_flows: what some of them let expect, (draw, flow).
        candidates: runs whose showing is near enough to London's to be a truth.
        order: in which they are taken.
    """

    pair: Pair
    bounds: Bounds
    prior: PriorDraws
    prior_flows: FloatArray
    candidates: HistoryMatch
    order: npt.NDArray[np.int64]

    def truth(self, turn: int) -> tuple[FloatArray, FloatArray]:
        """Return the parameters of the nth truth, and what its run shows."""
        place = int(self.order[turn])
        return self.candidates.draws[place], self.candidates.summaries[place]


def ground_of(pair: Pair, seed: int, pool: Executor | None = None) -> Ground:
    """Draw a structure's prior and its candidates for truths, each with seeds of their own."""
    bounds, simulate, place = prior_box(pair), TwinSimulator(pair), pairs().index(pair)

    def drawn(count: int, use: Use) -> PriorDraws:
        return prior_predictive(
            simulate, bounds, count=count, seed=seed_for(seed, use, place), batch=TOGETHER,
            pool=pool,
        )  # fmt: skip

    near = history_match(
        drawn(CANDIDATES, Use.CANDIDATES), targets(), bound=LOOSE_BOUND, fewest=FEWEST_TRUTHS
    )
    prior = drawn(PRIOR_DRAWS, Use.PRIOR)
    luck = np.random.default_rng(seed_for(seed, Use.CHOICE, place))
    flows = expected_flows(pair, prior.draws[:PRIOR_FLOWS])
    return Ground(pair, bounds, prior, flows, near, luck.permutation(len(near.draws)))


@dataclass(frozen=True)
class Row:
    """One quantity of one truth.

    Attributes:
        value: the truth's.
        q05, q50, q95: of the posterior's draws.
        prior_q05, prior_q95: of the prior's.
        rank: share of the posterior's draws below the truth's value, 0 to 1.
    """

    truth: int
    hiring: str
    bid_trigger: str
    quantity: str
    value: float
    q05: float
    q50: float
    q95: float
    rank: float
    prior_q05: float
    prior_q95: float

    @property
    def inside(self) -> bool:
        """Whether the truth lies in the posterior's 90 % interval."""
        return self.q05 <= self.value <= self.q95

    @property
    def relative_width(self) -> float:
        """The 90 % interval's width over the prior's."""
        return (self.q95 - self.q05) / (self.prior_q95 - self.prior_q05)


@dataclass(frozen=True)
class Recovered:
    """One truth and what was found of it.

    Attributes:
        tolerance, distinct: of the posterior's draws.
        seconds: it took, draws of the prior left out.
    """

    truth: int
    rows: tuple[Row, ...]
    tolerance: float
    distinct: int
    simulations: int
    stopped: str
    seconds: float


def structure_of(truth: int) -> Pair:
    """Return the structure of a truth: they take turns. Truths are numbered from 1."""
    every = pairs()
    return every[(truth - 1) % len(every)]


def recover_one(
    truth: int,
    ground: Ground,
    seed: int,
    *,
    settings: Settings = SETTINGS,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> Recovered:
    """Hide a truth, let the calibration look for it, and set what it finds beside the truth."""
    began = perf_counter()
    drawn, shown = ground.truth((truth - 1) // len(pairs()))
    record = targets()
    fitted = calibration.calibrate(
        ground.pair,
        Targets(record.names, shown, record.scale, record.band),
        seed=seed_for(seed, Use.FIT, truth),
        settings=settings,
        prior=ground.prior,
        pool=pool,
        progress=progress,
    )
    last = fitted.posterior
    return Recovered(
        truth=truth,
        rows=_rows(truth, ground, drawn, last),
        tolerance=last.tolerance,
        distinct=last.distinct,
        simulations=fitted.sampled.simulations,
        stopped=str(fitted.sampled.stopped),
        seconds=perf_counter() - began,
    )


def _rows(truth: int, ground: Ground, drawn: FloatArray, last: Generation) -> tuple[Row, ...]:
    pair, box = ground.pair, ground.bounds
    values = np.concatenate([expected_flows(pair, drawn[None])[0], drawn])
    draws = np.column_stack([expected_flows(pair, last.draws), last.draws])
    ends = (ENDS[0], ENDS[-1])
    of_box = [box.low + end * (box.high - box.low) for end in ends]
    prior = np.hstack([np.quantile(ground.prior_flows, ends, axis=0), np.array(of_box)])
    below = (draws < values).mean(axis=0) + (draws == values).mean(axis=0) / 2.0
    columns = [values, *np.quantile(draws, ENDS, axis=0), below, *prior]
    return tuple(
        Row(truth, pair.hiring.value, pair.bid_trigger.value, name, *map(float, numbers))
        for name, *numbers in zip((*FLOWS, *box.names), *columns, strict=True)
    )


def recover(
    truths: int,
    seed: int,
    *,
    settings: Settings = SETTINGS,
    known: Sequence[Recovered] = (),
    pool: Executor | None = None,
    progress: Progress = no_progress,
    each: Callable[[Recovered], None] = lambda one: None,
) -> list[Recovered]:
    """Hide and look for truths 1 to `truths`.

    Args:
        known: found by an earlier call with the same seed and settings; they are not looked for.
        pool: worker processes; they alter how long it takes and nothing else.
        progress: called with (simulations made, most that may be made, seconds a simulation).
        each: is shown every truth as it is found.
    """
    found = {one.truth: one for one in known if one.truth <= truths}
    grounds: dict[Pair, Ground] = {}
    most = settings.most_simulations
    for truth in range(1, truths + 1):
        if truth not in found:
            pair = structure_of(truth)
            if pair not in grounds:
                grounds[pair] = ground_of(pair, seed, pool)
            found[truth] = recover_one(
                truth, grounds[pair], seed, settings=settings, pool=pool,
                progress=part_of(progress, (truth - 1) * most, truths * most),
            )  # fmt: skip
            each(found[truth])
        progress(truth * most, truths * most, 0.0)
    return [found[truth] for truth in range(1, truths + 1)]


# Over all truths


@dataclass(frozen=True)
class Recovery:
    """One quantity over all truths that have it.

    Attributes:
        inside: in how many truths the 90 % interval holds it.
        width: mean of the interval's width over the prior's; 1 tells nothing.
        ranks: of each truth, 0 to 1.
        flatness: chance of ranks at least as uneven if they were uniform (Kolmogorov-Smirnov).
    """

    quantity: str
    truths: int
    inside: int
    width: float
    ranks: tuple[float, ...]
    flatness: float


def recoveries(rows: Sequence[Row]) -> list[Recovery]:
    """Return every quantity over its truths: first those that must be recovered."""
    names = dict.fromkeys([*HEADLINE, *(row.quantity for row in rows)])
    return [
        _over_truths(name, [row for row in rows if row.quantity == name])
        for name in names
        if any(row.quantity == name for row in rows)
    ]


def _over_truths(name: str, rows: Sequence[Row]) -> Recovery:
    from scipy.stats import kstest  # slow to load

    ranks = tuple(row.rank for row in rows)
    return Recovery(
        quantity=name,
        truths=len(rows),
        inside=sum(row.inside for row in rows),
        width=float(np.mean([row.relative_width for row in rows])),
        ranks=ranks,
        flatness=float(kstest(ranks, "uniform").pvalue),
    )


def chance_of_as_many(inside: int, truths: int, holds: float = LEVEL) -> float:
    """Return the chance that so many truths or more lie inside intervals that hold such a share."""
    from scipy.stats import binom  # slow to load

    return float(binom.sf(inside - 1, truths, holds))


def least_unevenness(truths: int, chance: float = 0.05) -> float:
    """Return the least gap between ranks and uniform ones that so many truths could tell.

    It is the critical distance of Kolmogorov and Smirnov's test, in shares of truths.
    """
    from scipy.stats import kstwo  # slow to load

    return float(kstwo.ppf(1.0 - chance, truths))
