"""Along a lever: how many stable states London has under the conditions of the horizon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws, drawn_scenario
from sim.scenario import Scenario
from sim.studies.tip.method.along_lever import fold
from sim.studies.tip.method.meanfield import STARTS, Attractor, attractors
from sim.studies.tip.method.reach import Asked, drawn_columns
from sim.studies.tip.method.slow_sweep import SlowSweep, slow_sweep
from sim.studies.tip.method.still import Still

FOUND_TO = 7
"""Decimals of a state."""
MOST_DRAWS = 8
"""Draws that the lever is moved up and down in, the middle one besides."""


@dataclass(frozen=True)
class State:
    """A state that London is in, or goes round, for ever.

    Attributes:
        low, high: of the permanent share of the workforce.
        radius: largest size of an eigenvalue of the year's Jacobian at the rest found. Near a cycle
            that is the rest of those who kept to the cap when the watch ended, and may be stable:
            London then goes round because members leave and come back.
        residual: what is left to the root, per post, in a year.
    """

    shares: dict[str, float]
    low: float
    high: float
    is_cycle: bool
    is_confirmed: bool
    radius: float
    residual: float
    own_start: bool


@dataclass(frozen=True)
class TwoStates:
    """What the mean field says along a lever, for the middle draw unless said otherwise.

    Attributes:
        levels: of the lever, rising.
        up, down: London's shares when the lever is moved slowly up, and down again.
        between: lowest and highest level with two states, or None.
        begins, ends: where the second state appears and vanishes, to the precision asked for;
            None beyond the range looked at, or where no fold was confirmed.
        draws, with_two: draws looked at, and those of them with two states, confirmed; all but
            the middle one are asked at one level only, where the two ways lie furthest apart.
        looked_at: the level at which states were confirmed by root and eigenvalues ...
        states: ... and those found there, the best staffed first.
    """

    levels: tuple[float, ...]
    up: dict[str, tuple[float, ...]]
    down: dict[str, tuple[float, ...]]
    between: tuple[float, float] | None
    begins: float | None
    ends: float | None
    draws: int
    with_two: int
    looked_at: float
    states: tuple[State, ...]

    @property
    def are_confirmed(self) -> bool:
        """Whether there are two states or more, each confirmed."""
        return len(self.states) > 1 and all(state.is_confirmed for state in self.states)


def middle_draw(scenario: Scenario, asked: Asked) -> dict[str, float]:
    """Return the parameters of the posterior's middle draw; none where there is no posterior."""
    if asked.draws.posterior is None:
        return {}
    if asked.draws == Draws.POSTERIOR:
        return drawn_scenario(scenario, asked.seed, 0, Draws.MEDIAN).parameters
    structure = (scenario.structure.hiring, scenario.structure.bid_trigger)
    table = asked.draws.posterior.draws_of(structure)
    place = asked.draws.posterior.middle(structure)
    fixed = scenario.fixed_parameters
    return {name: float(one[place]) for name, one in table.items() if name not in fixed}


def two_states(
    at: Callable[[float], Scenario],
    levels: Sequence[float],
    asked: Asked,
    precision: float,
    look_at: float | None = None,
) -> TwoStates:
    """Move the lever up and down under the conditions of the horizon and see what London does.

    Args:
        at: the scenario at a level, its structure chosen.
        levels: rising.
        look_at: where states are confirmed if there are never two; by default in the middle.
    """
    columns = _columns(at(levels[0]), asked)
    sweep = slow_sweep(
        partial(_still, at, columns, asked), levels, alone=partial(_alone, at, columns, asked)
    )
    between = sweep.two_states()
    place = _place(sweep, levels, look_at)
    build = _alone(at, columns, asked, 0)
    still = build(levels[place])
    far = [still.staffed(*start)[0] for start in STARTS]
    ends = [still.opened[0], sweep.up_states[place], sweep.down_states[place]]
    found = attractors(still, np.stack([*ends, *far]))
    begins, stops = (None, None)
    if between is not None and all(one.is_confirmed for one in found) and len(found) > 1:
        begins, stops = _folds(build, levels, between, levels[place], found, precision)
    return TwoStates(
        levels=tuple(levels),
        up=_first(sweep.up),
        down=_first(sweep.down),
        between=between,
        begins=begins,
        ends=stops,
        draws=sweep.stays_apart.shape[1],
        with_two=int(sweep.stays_apart.any(axis=0).sum()),
        looked_at=levels[place],
        states=tuple(_state(one) for one in found),
    )


def _columns(scenario: Scenario, asked: Asked) -> dict[str, FloatArray]:
    """Return the middle draw's parameters, then those of the first runs, by name."""
    drawn = drawn_columns(scenario, asked)
    middle = middle_draw(scenario, asked)
    defaults = scenario.parameters
    return {
        name: np.array([middle.get(name, getattr(defaults, name)), *column[:MOST_DRAWS]])
        for name, column in drawn.items()
    }


def _still(
    at: Callable[[float], Scenario],
    columns: dict[str, FloatArray],
    asked: Asked,
    level: float,
) -> Still:
    draws = next((column.size for column in columns.values()), 1)
    return Still(at(level), columns, draws, month=asked.years * MONTHS_PER_YEAR)


def _alone(
    at: Callable[[float], Scenario], columns: dict[str, FloatArray], asked: Asked, draw: int
) -> Callable[[float], Still]:
    one = {name: column[draw : draw + 1] for name, column in columns.items()}
    return partial(_still, at, one, asked)


def _place(sweep: SlowSweep, levels: Sequence[float], look_at: float | None) -> int:
    where = np.flatnonzero(sweep.stays_apart[:, 0])
    if where.size:
        return int(where[where.size // 2])
    wanted = levels[len(levels) // 2] if look_at is None else look_at
    return int(np.argmin(np.abs(np.array(levels) - wanted)))


def _folds(
    build: Callable[[float], Still],
    levels: Sequence[float],
    between: tuple[float, float],
    inside: float,
    found: Sequence[Attractor],
    precision: float,
) -> tuple[float | None, float | None]:
    """Return where, going down and going up from `inside`, the first of two states vanishes."""
    edges: list[float | None] = []
    rests = [one.root for one in found if not one.is_cycle]
    for end, step in ((between[0], -1), (between[1], 1)):
        beyond = levels.index(end) + step
        if not 0 <= beyond < len(levels) or not rests:
            edges.append(None)
            continue
        outside = levels[beyond]
        vanish = [fold(build, rest, inside, outside, precision) for rest in rests]
        first = min(vanish, key=lambda level: abs(level - inside))
        edges.append(None if abs(first - outside) <= precision else first)
    return edges[0], edges[1]


def _first(shares: dict[str, FloatArray]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(values[:, 0].tolist()) for name, values in shares.items()}


def _state(found: Attractor) -> State:
    """Return a state, its numbers no finer than Newton's method finds them."""
    return State(
        shares={name: round(share, FOUND_TO) for name, share in found.shares.items()},
        low=round(found.low, FOUND_TO),
        high=round(found.high, FOUND_TO),
        is_cycle=found.is_cycle,
        is_confirmed=found.is_confirmed,
        radius=round(found.root.radius, FOUND_TO),
        residual=round(found.root.residual, FOUND_TO),
        own_start=0 in found.starts,
    )


__all__ = ["MOST_DRAWS", "State", "TwoStates", "middle_draw", "two_states"]
