"""What a calibration found, and whether the agent model confirms it.

The sampler kept draws because one run of the twin came close; luck helped some of them. So each
draw is run once more by the twin, with new luck, and the agent model is run with draws of the same
posterior, as every ensemble has them. All three stand beside the record in the same summaries.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.answers.structures import Pair, record_scenario, under
from sim.domain.learned import LEAST_NARROWING, narrower
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Progress, no_progress, run_ensemble
from sim.ensemble.run_file import Role
from sim.ensemble.store import RunStore
from sim.studies.calibrate.method.abc import PriorCheck, Targets, Use, prior_check, seed_for
from sim.studies.calibrate.method.calibrate import Calibration, TwinSimulator
from sim.studies.calibrate.method.targets import (
    FIRST_YEAR,
    LAST_YEAR,
    Target,
    of_agents,
    summaries,
    target_list,
)
from sim.studies.calibrate.method.weighted import resample, weighted_correlation

DIGITS = 5
"""Significant digits of a draw in a posterior's table."""
ENDS = (0.05, 0.5, 0.95)
YEARS = LAST_YEAR - FIRST_YEAR


@dataclass(frozen=True, eq=False)
class Found:
    """One structure's calibration and what both models make of it.

    Attributes:
        draws: of equal weight, as the posterior's table has them, (draw, parameter).
        twin: summaries of those draws run once more, (draw, target).
        agents: summaries of agent runs, (run, target); none where they were not asked for.
    """

    calibration: Calibration
    draws: FloatArray
    twin: FloatArray
    agents: FloatArray

    @property
    def pair(self) -> Pair:
        """The structure."""
        return self.calibration.pair

    @property
    def prior_checks(self) -> tuple[PriorCheck, ...]:
        """Whether the prior can produce each target."""
        return prior_check(self.calibration.prior, self.calibration.targets)

    @property
    def agents_were_run(self) -> bool:
        """Whether the agent model was asked."""
        return len(self.agents) > 0


def posterior_draws(calibration: Calibration, count: int, seed: int) -> FloatArray:
    """Return equal-weight draws of a calibration, rounded as they are written."""
    last = calibration.posterior
    drawn = resample(last.draws, last.weights, count, seed_for(seed, Use.POSTERIOR))
    return np.array([[float(written(value)) for value in row] for row in drawn])


def written(value: float) -> str:
    """Return a value as a posterior's table has it."""
    return f"{value:.{DIGITS}g}"


def run_by_the_twin(pair: Pair, draws: FloatArray, seed: int) -> FloatArray:
    """Return the summaries of draws run once more with new luck, (draw, target)."""
    return TwinSimulator(pair)(draws, seed_for(seed, Use.PREDICTIVE))


def run_by_the_agents(
    pair: Pair,
    draws: Draws,
    *,
    runs: int,
    seed: int,
    folder: Path | None = None,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> FloatArray:
    """Return the summaries of agent runs from the first census on, (run, target).

    Args:
        draws: where their parameters come from.
        folder: where runs are kept; those already there are not run again.
    """
    records: dict[int, RunRecord] = {}

    def keep(record: RunRecord) -> None:
        records[record.replicate] = record

    run_ensemble(
        under(record_scenario(FIRST_YEAR), pair),
        runs=runs,
        seed=seed,
        years=YEARS,
        draws=draws,
        pool=pool,
        store=None if folder is None else RunStore(folder, role=Role.SHADOW),
        progress=progress,
        each=keep,
    )
    ordered = [records[replicate] for replicate in range(runs)]
    default = Parameters().reporting_error
    error = np.array([one.parameters.get("reporting_error", default) for one in ordered])
    panels, london = of_agents(ordered)
    luck = np.random.default_rng(seed_for(seed, Use.REPORTING))
    return summaries(panels, london, error, luck)


# In numbers


class TargetFit(NamedTuple):
    """A target beside what the twin (5, 50 and 95 %) and the agent model (likewise) make of it."""

    target: Target
    twin: tuple[float, float, float]
    agents: tuple[float, float, float] | None


class ParameterFit(NamedTuple):
    """A parameter's prior beside its posterior, and how much narrower that is."""

    name: str
    prior: tuple[float, float]
    posterior: tuple[float, float, float]
    narrower: float

    @property
    def is_target(self) -> bool:
        """Whether it is itself a target of the fit, so that coming back to it says nothing new."""
        return declarations(Parameters)[self.name].target is not None

    @property
    def is_identified(self) -> bool:
        """Whether the record says something about it."""
        return self.narrower >= LEAST_NARROWING and not self.is_target


class Together(NamedTuple):
    """Two parameters that go together in the posterior."""

    one: str
    other: str
    correlation: float


def target_fits(twin: FloatArray, agents: FloatArray) -> list[TargetFit]:
    """Return every target beside the summaries of both models."""
    return [
        TargetFit(target, _ends(twin[:, place]), _ends(agents[:, place]) if len(agents) else None)
        for place, target in enumerate(target_list())
    ]


def parameter_fits(names: tuple[str, ...], draws: FloatArray) -> list[ParameterFit]:
    """Return every sampled parameter's prior and posterior, draws being (draw, parameter).

    A draw that lacks a parameter has NaN there.
    """
    declared = declarations(Parameters)
    found = []
    for place, name in enumerate(names):
        values = draws[np.isfinite(draws[:, place]), place]
        prior = declared[name].prior
        assert prior is not None, "only uncertain parameters are sampled"
        found.append(ParameterFit(name, prior, _ends(values), narrower(values, prior)))
    return found


def correlations(names: tuple[str, ...], draws: FloatArray) -> list[Together]:
    """Return every two parameters' correlation, the strongest first."""
    matrix = weighted_correlation(draws, np.full(len(draws), 1.0 / len(draws)))
    rows, columns = np.triu_indices(len(names), 1)
    found = [
        Together(names[row], names[column], float(matrix[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    return sorted(found, key=lambda pair: -abs(np.nan_to_num(pair.correlation)))


def typical_distances(summarised: FloatArray, targets: Targets) -> tuple[float, float, float]:
    """Return the 5, 50 and 95 % points of runs' distances from the record, in tolerances."""
    return _ends(targets.distances(summarised))


def _ends(values: FloatArray) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, ENDS)
    return float(low), float(middle), float(high)
