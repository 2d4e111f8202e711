"""The patterns of the record: what a model of London must reproduce, and whether this one does.

A target is computed from the census by the function the model's runs go through, wherever the
census has what it needs; else it is looked up. The model passes where its median over runs lies in
the band. None is wired in: a pattern that is missed is said to be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np

from sim.answers.comparison import HIGH, LOW
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Progress, no_progress, part_of, run_ensemble
from sim.scenario import Scenario
from sim.studies.calibrate.method.anchors import ANCHORED_RUNS, anchored_values, anchored_work
from sim.studies.calibrate.method.borough_panels import (
    Panels,
    as_published,
    census_panels,
    resampled,
    run_panels,
    seen_through_the_census,
    stacked,
)
from sim.studies.hindcast.method.hindcast import hindcast_scenario, reporting_error

START_YEAR, LAST_YEAR, FITTED_YEARS = 2017, 2023, (2018, 2021)
"""`LAST_YEAR` ends before the agency rules of October 2024: patterns describe London without."""
RESAMPLES, RESAMPLING_SEED = 1_000, 1
COMPUTED = "computed from the DfE census"


class Standing(StrEnum):
    """What a pattern was to the model: a target of its calibration, held back, or an anchor."""

    FITTED = "fitted"
    HELD_OUT = "held_out"
    ANCHORED = "anchored"


@dataclass(frozen=True)
class Band:
    """Where the model's median may lie.

    Either from `low` to `high`, or `within` so much of the target, or (neither given) within twice
    the target's own standard error, boroughs drawn anew with replacement.
    """

    low: float | None = None
    high: float | None = None
    within: float | None = None

    @property
    def is_sampling_error(self) -> bool:
        """Whether the band is the census's own sampling error."""
        return self.low is None and self.high is None and self.within is None


def within(width: float) -> Band:
    """Return a band around the target."""
    return Band(within=width)


def between(low: float = -np.inf, high: float = np.inf) -> Band:
    """Return a band from one value to another."""
    return Band(low, high)


TWO_ERRORS = Band()


@dataclass(frozen=True)
class Pattern:
    """One pattern, or one part of it.

    Attributes:
        number: of the pattern, 1 to 17; parts share it.
        name: what is measured, in a word or two; unique among the parts of its number.
        meaning: the same in a sentence.
        unit: `share`, `points` (a share's difference), or a word of its own.
        years: first and last census it looks at.
        measure: what the census and the model's runs go through; None for an anchor, which has
            an experiment of its own (`sim.studies.calibrate.method.anchors`).
        looked_up: the target where it is not computed, in `unit` (shares and points as 0 to 1).
        source: of the target, and of the band where it is not the census's sampling error.
    """

    number: int
    name: str
    meaning: str
    standing: Standing
    unit: str
    band: Band
    years: tuple[int, int] = FITTED_YEARS
    measure: Callable[[Panels], FloatArray] | None = None
    looked_up: float | None = None
    source: str = COMPUTED

    def of(self, panels: Panels) -> FloatArray:
        """Return the pattern's value, (...), NaN where the panels have nothing to say."""
        if self.measure is None:
            raise ValueError(f"{self.name} is an anchor: it has no panel")
        return np.asarray(self.measure(panels.between(*self.years)), np.float64)

    @property
    def target(self) -> float | None:
        """The target; None where only a band is known."""
        if self.looked_up is not None or self.source != COMPUTED:
            return self.looked_up
        return float(self.of(census_panels()))

    @property
    def limits(self) -> tuple[float, float]:
        """The band, low and high."""
        if self.band.low is not None and self.band.high is not None:
            return self.band.low, self.band.high
        width = self.band.within
        if width is None:
            width = 2.0 * _standard_error(self)
        target = self.target
        if target is None:
            raise ValueError(f"{self.name} has a width but no target")
        high = target + width
        return target - width, min(high, 1.0) if self.unit == "share" else high

    @property
    def holds_in_the_census(self) -> bool:
        """Whether the target itself lies in the band (so it does where only a band is known)."""
        low, high = self.limits
        return self.target is None or low <= self.target <= high


@cache
def _standard_error(pattern: Pattern) -> float:
    drawn = pattern.of(resampled(census_panels(), RESAMPLES, RESAMPLING_SEED))
    return float(np.nanstd(drawn, ddof=1))


@dataclass(frozen=True)
class Result:
    """How the model did on one pattern.

    Attributes:
        median, q10, q90: over runs that have a value, reporting error included where shares of
            single boroughs enter; NaN if none has one.
        in_band: share of those runs in the band.
        without_error: median without reporting error (the same where none enters).
        runs: how many have a value.
    """

    pattern: Pattern
    median: float
    q10: float
    q90: float
    in_band: float
    without_error: float
    runs: int

    @property
    def passes(self) -> bool:
        """Whether the median lies in the band."""
        low, high = self.pattern.limits
        return low <= self.median <= high


def result(pattern: Pattern, values: FloatArray, without_error: FloatArray) -> Result:
    """Return how runs' values, (run), compare with a pattern."""
    known = values[np.isfinite(values)]
    plain = without_error[np.isfinite(without_error)]
    if known.size == 0:
        return Result(pattern, np.nan, np.nan, np.nan, np.nan, np.nan, 0)
    low, high = pattern.limits
    q10, median, q90 = np.quantile(known, [LOW, 0.5, HIGH])
    held = float(((known >= low) & (known <= high)).mean())
    middle = float(np.median(plain)) if plain.size else np.nan
    return Result(pattern, float(median), float(q10), float(q90), held, middle, known.size)


def record_scenario_of_patterns() -> Scenario:
    """Return London from the census of 2017, with what was enacted later."""
    return hindcast_scenario(START_YEAR, later_policy=True)


def pattern_results(
    patterns: Sequence[Pattern],
    *,
    runs: int,
    seed: int,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> list[Result]:
    """Run London from 2017 to 2023, and the anchors, and measure every pattern."""
    few = min(runs, ANCHORED_RUNS)
    wanted = runs + anchored_work(few)
    exact, published = model_panels(
        runs=runs, seed=seed, draws=draws, pool=pool, progress=part_of(progress, 0, wanted)
    )
    anchors: Mapping[str, FloatArray] = anchored_values(
        runs=few, seed=seed, draws=draws, pool=pool, progress=part_of(progress, runs, wanted)
    )
    found = []
    for pattern in patterns:
        if pattern.measure is None:
            values = plain = anchors[pattern.name]
        else:
            values, plain = pattern.of(published), pattern.of(exact)
        found.append(result(pattern, values, plain))
    return found


def model_panels(
    *,
    runs: int,
    seed: int,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> tuple[Panels, Panels]:
    """Return the runs' panels through the census's gaps: as they are, and as published."""
    scenario = record_scenario_of_patterns()
    kept: dict[int, Panels] = {}

    def keep(record: RunRecord) -> None:
        kept[record.replicate] = run_panels(record, START_YEAR)

    ensemble = run_ensemble(
        scenario,
        runs=runs,
        seed=seed,
        years=LAST_YEAR - START_YEAR,
        draws=draws,
        pool=pool,
        progress=progress,
        each=keep,
    )
    exact = seen_through_the_census(stacked([kept[run] for run in range(runs)]))
    errors = [reporting_error(ensemble, run) for run in range(runs)]
    return exact, as_published(exact, errors, seed)
