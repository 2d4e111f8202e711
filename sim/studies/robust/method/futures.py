"""Futures: draws of parameters, rival structure and what no posterior holds; alike for all.

A Latin hypercube spreads them: each number's range is cut into as many parts as there are futures,
and each part is used once. What the posterior holds is drawn as it holds it, a whole draw at a
time, so that parameters which go together stay together.

Source: McKay, Beckman and Conover (1979), Technometrics 21 (the Latin hypercube).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.answers.structures import Pair, pairs
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws, allowed_structures, with_structure
from sim.scenario import DRAWN_STRUCTURE, Scenario
from sim.studies.robust.method.uncertain import (
    PARAMETERS,
    Uncertain,
    with_values,
)


@dataclass(frozen=True, eq=False)
class Futures:
    """So many futures.

    Attributes:
        seed: of the draws and of the luck, which is the same for every policy.
        columns: drawn parameters by name, (future,).
        structures: the rival structure of each.
        units: of each uncertainty, how far up its range it lies, 0 to 1, (future, uncertainty).
    """

    seed: int
    columns: dict[str, FloatArray]
    structures: tuple[Pair, ...]
    units: FloatArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.structures)


def latin_hypercube(count: int, numbers: int, seed: int) -> FloatArray:
    """Return so many points, (point, number), each between 0 and 1."""
    from scipy.stats import qmc  # slow to load

    return np.asarray(qmc.LatinHypercube(numbers, seed=seed).random(count), np.float64)


def futures(
    base: Scenario, uncertain: Sequence[Uncertain], count: int, seed: int, draws: Draws
) -> Futures:
    """Return futures for a base and the policies compared with it.

    Args:
        base: what it rules out of the rival structures is ruled out for all.
        uncertain: what no posterior holds.
        count: how many.
        seed: of the draws.
        draws: where parameters come from.
    """
    names = [name for name, one in declarations(Parameters).items() if one.prior is not None]
    points = latin_hypercube(count, 2 + len(names) + len(uncertain), seed)
    rivals = _rivals(base, draws)
    which = np.minimum((points[:, 0] * len(rivals)).astype(int), len(rivals) - 1)
    structures = tuple(rivals[place] for place in which)
    own = points[:, 2 : 2 + len(names)]
    columns = _columns(names, own, points[:, 1], structures, draws)
    return Futures(seed, columns, structures, points[:, 2 + len(names) :])


def _rivals(base: Scenario, draws: Draws) -> list[Pair]:
    posterior = draws.posterior
    if posterior is not None:
        return [Pair(*one) for one in allowed_structures(base, posterior)]
    return [
        pair
        for pair in pairs()
        if all(
            getattr(pair, half) == getattr(base.structure, half) for half in base.fixed_structure
        )
    ]


def _columns(
    names: Sequence[str],
    own: FloatArray,
    place: FloatArray,
    structures: Sequence[Pair],
    draws: Draws,
) -> dict[str, FloatArray]:
    """Return the parameters of every future: from their priors, or as a posterior holds them."""
    if draws == Draws.DEFAULT:
        return {}
    declared, is_middle = declarations(Parameters), draws == Draws.MEDIAN
    found = {}
    for at, name in enumerate(names):
        low, high = declared[name].prior or (0.0, 0.0)
        middle = np.full(len(place), float(declared[name].default))
        found[name] = middle if is_middle else low + (high - low) * own[:, at]
    posterior = draws.posterior
    if posterior is None:
        return found
    for future, pair in enumerate(structures):
        table = posterior.draws_of(pair)
        size = len(next(iter(table.values())))
        row = posterior.middle(pair) if is_middle else min(int(place[future] * size), size - 1)
        for name, values in table.items():
            found[name][future] = values[row]
    return found


def settings_of(
    policy: Scenario, uncertain: Sequence[Uncertain], among: Futures, future: int
) -> dict[str, Any]:
    """Return what a future makes of a policy's own numbers, by key."""
    found = {
        one.key: one.value_in(policy, float(unit))
        for one, unit in zip(uncertain, among.units[future], strict=True)
    }
    return {key: value for key, value in found.items() if value is not None}


def in_future(
    policy: Scenario, uncertain: Sequence[Uncertain], among: Futures, future: int
) -> Scenario:
    """Return a policy as a future has it: structure, parameters and its own numbers chosen.

    What the policy itself fixes, of parameters or structure, stays as it is.
    """
    scenario = with_structure(policy, structure_of(policy, among.structures[future]))
    settings = settings_of(policy, uncertain, among, future)
    drawn = {
        name: float(column[future])
        for name, column in among.columns.items()
        if name not in policy.fixed_parameters
    }
    own = {key: one for key, one in settings.items() if key.startswith(f"{PARAMETERS}.")}
    drawn |= {key.partition(".")[2]: value for key, value in own.items()}
    scenario = scenario.with_parameters(drawn) if drawn else scenario
    fixed = {"fixed_structure": DRAWN_STRUCTURE}
    levers = {key: value for key, value in settings.items() if key not in own}
    return with_values(scenario, levers).model_copy(update=fixed)


def structure_of(policy: Scenario, drawn: Pair) -> Pair:
    """Return a future's structure under a policy, which may have fixed a half of it."""
    own = policy.structure
    return Pair(
        own.hiring if "hiring" in policy.fixed_structure else drawn.hiring,
        own.bid_trigger if "bid_trigger" in policy.fixed_structure else drawn.bid_trigger,
    )
