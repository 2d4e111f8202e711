"""Factors: what an answer may hang on, each a number from 0 to 1 that stands for its values.

A parameter's number says how far up it lies among its draws (0 the lowest, 1 the highest); a half
of the structure's says which rival it is. Factors are moved apart from each other: that draws of a
posterior go together is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.posterior import StructureKey
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.scenario import DRAWN_STRUCTURE, Scenario, ScenarioError

CHOICES: dict[str, tuple[HiringStructure, ...] | tuple[BidTrigger, ...]] = {
    "hiring": tuple(HiringStructure),
    "bid_trigger": tuple(BidTrigger),
}
CHOICE_LABELS = {
    "hiring": "how hiring answers vacancies (rival structures)",
    "bid_trigger": "what boroughs bid on (rival structures)",
}
MIDDLE = 0.5
TRIMMED = 0.05
"""Left out of a posterior's draws at either end: a screening goes to the ends, where few lie."""
FROM_RANGES = "posterior, prior, or a posterior's file"


@dataclass(frozen=True, eq=False)
class Factor:
    """One thing an answer may hang on.

    Attributes:
        name: a parameter's name, or a half of the structure's.
        label: it in plain words.
        values: a parameter's draws, or the two ends of its prior; empty for a structure.
    """

    name: str
    label: str
    values: FloatArray

    @property
    def is_choice(self) -> bool:
        """Whether it is a half of the structure, whose values have no order."""
        return self.name in CHOICES

    def at(self, units: FloatArray) -> FloatArray:
        """Return a parameter's values at numbers from 0 to 1."""
        return np.asarray(np.quantile(self.values, units), np.float64)

    def places(self, units: FloatArray) -> FloatArray:
        """Return which choice numbers from 0 to 1 stand for: its place among them."""
        count = len(CHOICES[self.name])
        return np.minimum((units * count).astype(int), count - 1)

    def value_words(self, place: int) -> str:
        """Return a choice in words."""
        return CHOICES[self.name][place].value.replace("_", "-")


def factors_of(scenarios: Sequence[Scenario], draws: Draws) -> list[Factor]:
    """Return all that is uncertain in every one of some scenarios, parameters as declared first.

    Raises:
        ScenarioError: the draws hold every parameter still, or nothing is left to move.
    """
    if draws in (Draws.MEDIAN, Draws.DEFAULT):
        raise ScenarioError(
            f"--parameters: given {draws}, under which nothing varies; allowed: {FROM_RANGES}"
        )
    fixed = {name for one in scenarios for name in one.fixed_parameters}
    found = [
        Factor(name, declared.label, _values(name, declared.prior, draws))
        for name, declared in declarations(Parameters).items()
        if declared.prior is not None and name not in fixed
    ]
    named = {half for one in scenarios for half in one.fixed_structure}
    found += [
        Factor(half, CHOICE_LABELS[half], np.zeros(0))
        for half in DRAWN_STRUCTURE
        if half not in named
    ]
    if len(found) < 2:
        raise ScenarioError("every parameter is set: two at least must be left to move")
    return found


def _values(name: str, prior: tuple[float, float], draws: Draws) -> FloatArray:
    posterior = draws.posterior
    tables = [] if posterior is None else list(posterior.tables.values())
    drawn = [table[name] for table in tables if name in table]
    if not drawn:
        return np.array(prior, float)
    values = np.sort(np.concatenate(drawn))
    low, high = np.quantile(values, [TRIMMED, 1.0 - TRIMMED])
    return values[(values >= low) & (values <= high)]


def columns_of(factors: Sequence[Factor], units: FloatArray) -> dict[str, FloatArray]:
    """Return the parameters of a design's points, (point,) each, from numbers (point, factor)."""
    return {
        one.name: one.at(units[:, place]) for place, one in enumerate(factors) if not one.is_choice
    }


def structures_of(
    factors: Sequence[Factor], units: FloatArray, scenario: Scenario
) -> list[StructureKey]:
    """Return the structure of every point of a design; what is no factor is the scenario's own."""
    own = {half: getattr(scenario.structure, half) for half in CHOICES}
    halves = {half: [own[half]] * len(units) for half in CHOICES}
    for place, one in enumerate(factors):
        if one.is_choice:
            choices = CHOICES[one.name]
            halves[one.name] = [choices[int(at)] for at in one.places(units[:, place])]
    return list(zip(halves["hiring"], halves["bid_trigger"], strict=True))
