"""What each lever of a package contributes: an exact Shapley split over every coalition of levers.

A lever's part is what it adds to the levers there already, averaged over every order in which
they could have come. It is worked out run by run, so parts add up to the package in every run,
and so do their means; medians need not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations
from math import factorial

import numpy as np

from sim.answers.comparison import HIGH, LOW
from sim.domain.headline import HEADLINE, PERMANENT_SHARES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble, Progress, no_progress, part_of, run_ensemble
from sim.rules.levers import Levers
from sim.scenario import Scenario, ScenarioError
from sim.studies.compare.method.time_to_act import TimeToAct, time_to_act
from sim.studies.effects.method import WHOLE_PACKAGE, with_levers

MOST_LEVERS = 5
Coalition = frozenset[str]


@dataclass(frozen=True)
class Contribution:
    """A mean over runs, so that contributions add up, with the 80 % interval."""

    mean: float
    q10: float
    q90: float


def contribution(values: FloatArray) -> Contribution:
    """Return the mean and the default interval of one value a run."""
    if not values.size:
        return Contribution(np.nan, np.nan, np.nan)
    low, high = np.quantile(values, [LOW, HIGH])
    return Contribution(float(values.mean()), float(low), float(high))


# The game


@dataclass(frozen=True)
class Game:
    """What every coalition of players is worth, in each run.

    Attributes:
        players: their names.
        worth: one value a run, (run,), for every coalition, the empty one included.
    """

    players: tuple[str, ...]
    worth: Mapping[Coalition, FloatArray]

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.whole.size

    @cached_property
    def whole(self) -> FloatArray:
        """What all players together are worth beyond none, (run,)."""
        return self.worth[frozenset(self.players)] - self.worth[frozenset()]

    def part(self, player: str) -> FloatArray:
        """Return a player's Shapley value, (run,): Shapley (1953)."""
        count = len(self.players)
        return np.sum(
            [
                _order_share(len(others), count, 1)
                * (self.worth[others | {player}] - self.worth[others])
                for others in _coalitions(self._others(player))
            ],
            axis=0,
        )

    def alone(self, player: str) -> FloatArray:
        """Return what a player is worth without any other, (run,)."""
        return self.worth[frozenset({player})] - self.worth[frozenset()]

    def last(self, player: str) -> FloatArray:
        """Return what a player adds to all others, (run,)."""
        others = frozenset(self._others(player))
        return self.worth[others | {player}] - self.worth[others]

    def interaction(self) -> FloatArray:
        """Return what the whole is worth beyond its players alone, added up, (run,)."""
        return self.whole - np.sum([self.alone(player) for player in self.players], axis=0)

    def pair(self, one: str, other: str) -> FloatArray:
        """Return the Shapley interaction index of two players, (run,).

        Positive: each adds more where the other is. Grabisch and Roubens (1999).
        """
        count, both = len(self.players), frozenset({one, other})
        worth = self.worth
        return np.sum(
            [
                _order_share(len(rest), count, 2)
                * (worth[rest | both] - worth[rest | {one}] - worth[rest | {other}] + worth[rest])
                for rest in _coalitions(self._others(one, other))
            ],
            axis=0,
        )

    def _others(self, *players: str) -> tuple[str, ...]:
        return tuple(player for player in self.players if player not in players)


def _order_share(before: int, count: int, together: int) -> float:
    """Return in what share of orders just these `before` players come before a block of some."""
    after = count - before - together
    return factorial(before) * factorial(after) / factorial(count - together + 1)


def _coalitions(players: Sequence[str]) -> Iterator[Coalition]:
    """Yield every coalition, the empty one first, the whole last."""
    for size in range(len(players) + 1):
        for chosen in combinations(players, size):
            yield frozenset(chosen)


# A package


@dataclass(frozen=True)
class Split:
    """A package taken apart by lever.

    Attributes:
        levers: in the order they are declared.
        games: by headline outcome, of the runs in which every coalition has a value.
        times: of each lever alone, and of the package, for both permanent shares.
    """

    base: Scenario
    package: Scenario
    levers: tuple[str, ...]
    games: dict[str, Game]
    times: tuple[TimeToAct, ...]


def split_levers(base: Scenario, package: Scenario) -> tuple[str, ...]:
    """Return the levers in which a package differs from a base.

    Raises:
        ScenarioError: they differ in something else, in no lever, or in too many.
    """
    names = f"{base.name} and {package.name}"
    for part in ("start", "structure", "parameters", "fixed_parameters"):
        if getattr(base, part) != getattr(package, part):
            what = "parameters" if part == "fixed_parameters" else part
            raise ScenarioError(
                f"--shapley: {names} differ in {_differing(base, package, what)} too; allowed: "
                "scenarios that differ in levers only"
            )
    found = tuple(
        name
        for name in Levers.model_fields
        if (one := getattr(base.levers, name)) != (other := getattr(package.levers, name))
        and not (one.is_no_op and other.is_no_op)
    )
    if not found:
        raise ScenarioError(f"--shapley: {names} differ in no lever that does anything")
    if len(found) > MOST_LEVERS:
        raise ScenarioError(
            f"--shapley: {names} differ in {len(found)} levers ({', '.join(found)}); allowed: at "
            f"most {MOST_LEVERS}, as each doubles the runs"
        )
    return found


def _differing(base: Scenario, package: Scenario, part: str) -> str:
    one, other = (getattr(scenario, part) for scenario in (base, package))
    names = [name for name in type(one).model_fields if getattr(one, name) != getattr(other, name)]
    return f"{part}.{names[0]}" if names else f"which {part} are set"


def split_by_lever(
    base: Ensemble,
    package: Ensemble,
    *,
    unit: str = LONDON,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> Split:
    """Run every coalition of the levers in which two paired ensembles differ, and split.

    Base and package have run already; the others run here with their seed, draws and luck.

    Raises:
        ScenarioError: see `split_levers`.
    """
    levers = split_levers(base.scenario, package.scenario)
    coalitions = list(_coalitions(levers))
    worth: dict[Coalition, dict[str, FloatArray]] = {}
    times: list[TimeToAct] = []
    for place, chosen in enumerate(coalitions):
        if not chosen:
            ensemble = base
        elif len(chosen) == len(levers):
            ensemble = package
        else:
            ensemble = run_ensemble(
                with_levers(base.scenario, package.scenario, chosen),
                runs=base.runs,
                seed=base.seed,
                years=base.years,
                draws=base.draws,
                pool=pool,
                progress=part_of(
                    progress, (place - 1) * base.runs, (len(coalitions) - 2) * base.runs
                ),
            )
        worth[chosen] = {name: ensemble.of(name, unit)[:, -1] for name in HEADLINE}
        if len(chosen) == 1 < len(levers):
            times += _times(next(iter(chosen)), chosen, base, ensemble, unit)
    named = WHOLE_PACKAGE if len(levers) > 1 else levers[0]
    times += _times(named, frozenset(levers), base, package, unit)
    games = {
        name: _game(levers, {c: values[name] for c, values in worth.items()}) for name in HEADLINE
    }
    return Split(base.scenario, package.scenario, levers, games, tuple(times))


def _game(levers: tuple[str, ...], worth: dict[Coalition, FloatArray]) -> Game:
    known = np.isfinite(list(worth.values())).all(axis=0)
    return Game(levers, {chosen: values[known] for chosen, values in worth.items()})


def _times(
    named: str, chosen: Coalition, base: Ensemble, ensemble: Ensemble, unit: str
) -> list[TimeToAct]:
    start = _start(chosen, ensemble.scenario)
    return [
        time_to_act(named, outcome, base, ensemble, start=start, unit=unit)
        for outcome in PERMANENT_SHARES
    ]


def _start(chosen: Coalition, scenario: Scenario) -> date | None:
    """Return when the first of some levers starts; one that is switched off acts from the start."""
    starts = []
    for name in chosen:
        lever = getattr(scenario.levers, name)
        if lever.is_no_op or lever.start is None:
            return None
        starts.append(lever.start)
    return min(starts)
