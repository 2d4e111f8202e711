"""Whether an answer moves with what nobody knows of prices: paired runs of the borough twin.

The same draws and the same luck are run at both ends of each assumption's prior, so that what
differs is the assumption alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.run import Ensemble
from sim.scenario import Scenario

ASSUMED = (
    "overspend_limit_share",
    "later_posts_growth_per_year",
    "cover_demand_elasticity",
)
"""Parameters that bound prices and that no record identifies."""
FEWEST_RUNS = 20
"""Of an answer: fewer have no interval to speak of."""
PAIRS = 24
"""Draws at each end."""
SIDES = 1.645
"""Standard errors to each side of a mean that hold 90 %."""


@dataclass(frozen=True)
class Move:
    """What an assumption does to an answer.

    Attributes:
        outcome: the answer.
        low, high: the ends of the assumption's prior.
        at_low, at_high: the answer there, the mean over draws, in the outcome's own unit.
    """

    outcome: str
    name: str
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def size(self) -> float:
        """How far the answer moves."""
        return abs(self.at_high - self.at_low)


def moves(
    outcomes: Sequence[str], unit: str, ensemble: Ensemble, base: Ensemble | None = None
) -> list[Move]:
    """Return for each outcome the assumption that moves it most, if by more than its interval.

    The interval is the 90 % interval of the mean over runs: what more runs would narrow.

    Args:
        outcomes: names of outcomes at the end.
        unit: London or an employer.
        ensemble: the result, or the policy's result in a comparison.
        base: what the ensemble is compared with, run by run; then the answer is the difference.
    """
    pair = [ensemble] if base is None else [ensemble, base]
    drawn = {Draws.DEFAULT, Draws.MEDIAN}.isdisjoint({one.draws for one in pair})
    if ensemble.runs < FEWEST_RUNS or not drawn or any(_unfelt(one.scenario) for one in pair):
        return []
    found: dict[str, list[Move]] = {outcome: [] for outcome in outcomes}
    for name in ASSUMED:
        prior = declarations(Parameters)[name].prior
        if prior is None or any(name in one.scenario.fixed_parameters for one in pair):
            continue
        ends = [_answers(outcomes, unit, pair, name, value) for value in prior]
        for outcome, low, high in zip(outcomes, *ends, strict=True):
            found[outcome].append(Move(outcome, name, *prior, low, high))
    most = [max(one, key=lambda move: move.size) for one in found.values() if one]
    return [one for one in most if one.size > _interval(_end(pair, one.outcome, unit))]


def _unfelt(scenario: Scenario) -> bool:
    """Return whether a scenario uses what the twin cannot feel."""
    parameters = scenario.parameters
    return any(terms.unfelt_by_amounts(parameters) for terms in scenario.levers.each())


def _answers(
    outcomes: Sequence[str], unit: str, pair: Sequence[Ensemble], name: str, value: float
) -> list[float]:
    """Return the outcomes' means over the twin's draws with an assumption held at a value."""
    quick = [
        quick_ensemble(
            held(one.scenario, name, value),
            runs=PAIRS,
            seed=one.seed,
            years=one.years,
            draws=one.draws,
        )
        for one in pair
    ]
    return [float(np.nanmean(_end(quick, outcome, unit))) for outcome in outcomes]


def held(scenario: Scenario, name: str, value: float) -> Scenario:
    """Return a scenario in which a parameter has a value and is not drawn."""
    fixed = (*scenario.fixed_parameters, name)
    return scenario.with_parameters({name: value}).model_copy(update={"fixed_parameters": fixed})


def _end(pair: Sequence[Ensemble], outcome: str, unit: str) -> FloatArray:
    """Return an outcome's end in each run, less the base's if there is one."""
    values = [np.asarray(one.of(outcome, unit)[:, -1], float) for one in pair]
    return values[0] if len(values) == 1 else values[0] - values[1]


def _interval(answer: FloatArray) -> float:
    """Return how wide the interval of the mean over runs is; without bound if there is none."""
    finite = answer[np.isfinite(answer)]
    if len(finite) < FEWEST_RUNS:
        return float("inf")
    return float(2.0 * SIDES * finite.std(ddof=1) / np.sqrt(len(finite)))
