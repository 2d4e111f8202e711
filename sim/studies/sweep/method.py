"""Sweeps: one scenario over a grid of one or two numbers, every point with the same luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from sim.answers.comparison import Spread, spread_of
from sim.domain.headline import CHARGE_RATE, SHARES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON, Enforcement
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, Progress, part_of, run_ensemble
from sim.ensemble.run_file import Role
from sim.ensemble.store import RunStore
from sim.scenario import Given, Scenario, ScenarioError, declared_at, load_scenario

SWEPT_OUTCOMES = (*SHARES, CHARGE_RATE)
DEFECTORS = "defectors_at_end"
EVER_LEFT, ALONE = "ever_left", "would_leave_alone"
MOST_POINTS = 200
FEWEST_LEAVERS = 5
CASCADE_SHARE = 0.4
"""A step between neighbours that makes up so much of the whole range is called a jump."""


@dataclass(frozen=True)
class Axis:
    """One number to sweep: its key in a scenario and the values it takes, rising."""

    key: str
    values: tuple[float, ...]

    @property
    def name(self) -> str:
        """The last part of its key, in words."""
        return self.key.split(".")[-1].replace("_", " ")


@dataclass(frozen=True)
class Point:
    """What came out at one point of a sweep.

    Attributes:
        at: value by key.
        outcomes: at the horizon, by outcome; `DEFECTORS` is signatories no longer in the cap,
            `EVER_LEFT` those who left it at some time, and `ALONE` those who would have had
            cause to if nobody else could leave: the difference is contagion.
        left: those who have left by the horizon, one number a run.
        against: paired differences from the scenario it is set against, by outcome.
    """

    at: dict[str, float]
    outcomes: dict[str, Spread]
    against: dict[str, Spread]
    left: tuple[float, ...] = ()


def read_axis(text: str) -> Axis:
    """Return an axis from `key=first:last:count` or `key=one,two,three`.

    Raises:
        ScenarioError: not of that form, not a number that can be swept, or out of its range.
    """
    key, _, wanted = (part.strip() for part in text.partition("="))
    form = "KEY=FIRST:LAST:COUNT or KEY=ONE,TWO,..., such as levers.cap.tolerance=0.05:0.15:11"
    try:
        if ":" in wanted:
            first, last, count = wanted.split(":")
            ends, size = (float(first), float(last)), int(count)
            if not np.isfinite(ends).all():
                raise ValueError
            if size > MOST_POINTS:  # before the values are made: a slip must not fill memory
                raise ScenarioError(
                    f"--over {key}: given {size} values; allowed: 2 to {MOST_POINTS} values"
                )
            values = np.linspace(*ends, size).tolist()
        else:
            values = [float(value) for value in wanted.split(",")]
    except ScenarioError:
        raise
    except ValueError:
        raise ScenarioError(f"--over {text}: expected {form}") from None
    declared = declared_at(key)
    if declared.allowed is None and not isinstance(declared.default, float):
        raise ScenarioError(f"--over {key}: is not a number that can be swept")
    low, high = declared.allowed or (-np.inf, np.inf)
    values = sorted({float(f"{value:.12g}") for value in values})
    outside = [value for value in values if not low <= value <= high]
    if outside or not 2 <= len(values) <= MOST_POINTS:
        given = f"given {outside[0]:g}" if outside else f"given {len(values)} values"
        allowed = f"{low:g} to {high:g}" if outside else f"2 to {MOST_POINTS} values"
        raise ScenarioError(f"--over {key}: {given}; allowed: {allowed}")
    return Axis(key, tuple(values))


def points(axes: Sequence[Axis]) -> Iterator[dict[str, float]]:
    """Yield every point of the grid, the last axis fastest."""
    for values in product(*(axis.values for axis in axes)):
        yield {axis.key: value for axis, value in zip(axes, values, strict=True)}


def planned_points(
    name: Given, axes: Sequence[Axis], sets: Sequence[str]
) -> list[tuple[dict[str, float], Scenario]]:
    """Return every point with its scenario, all of them checked."""
    found = []
    for at in points(axes):
        overrides = [f"{key}={_written(key, value)}" for key, value in at.items()]
        found.append((at, load_scenario(name, (*sets, *overrides))))
    return found


def _written(key: str, value: float) -> str:
    whole = isinstance(declared_at(key).default, int) and value == int(value)
    return str(int(value)) if whole else repr(float(value))


def point_name(at: dict[str, float]) -> str:
    """Return a name for a point that can be a folder's."""
    return "_".join(f"{key.split('.')[-1]}-{value:.12g}" for key, value in at.items())


def swept(
    planned: Sequence[tuple[dict[str, float], Scenario]],
    against: Scenario | None,
    *,
    runs: int,
    seed: int,
    years: int,
    draws: Draws = Draws.POSTERIOR,
    unit: str = LONDON,
    pool: Executor | None = None,
    folder: Callable[[str], Path] | None = None,
    keep: Callable[[Ensemble, Path], None] | None = None,
    progress: Progress,
) -> list[Point]:
    """Run every point; `keep` writes each ensemble into its `folder` as it is done."""
    todo: list[tuple[str, dict[str, float] | None, Scenario]] = []
    if against is not None:
        todo.append((f"against-{against.name}", None, against))
    for point, scenario in planned:
        todo.append((point_name(point), point, scenario))
        if _may_be_left(scenario):
            todo.append((point_name(point), None, _held_together(scenario)))
    found: list[Point] = []
    base: dict[str, FloatArray] = {}
    for place, (name, at, scenario) in enumerate(todo):
        where = None if folder is None else folder(name)
        is_twin = at is None and bool(found or place) and scenario is not against
        role = Role.SHADOW if is_twin else Role.MAIN
        ensemble = run_ensemble(
            scenario,
            runs=runs,
            seed=seed,
            years=years,
            draws=draws,
            pool=pool,
            store=None if where is None else RunStore(where, role=role),
            progress=part_of(progress, place * runs, runs * len(todo)),
        )
        if where is not None and keep is not None and not is_twin:
            keep(ensemble, where)
        if at is not None:
            found.append(_point(at, ensemble, base, unit))
        elif is_twin:
            found[-1].outcomes[ALONE] = spread_of(_with_cause(ensemble))
        else:
            base = _at_horizon(ensemble, unit)
    return found


def _at_horizon(ensemble: Ensemble, unit: str) -> dict[str, FloatArray]:
    return {outcome: ensemble.of(outcome, unit)[:, -1] for outcome in SWEPT_OUTCOMES}


def _point(
    at: dict[str, float], ensemble: Ensemble, base: dict[str, FloatArray], unit: str
) -> Point:
    values, left = _at_horizon(ensemble, unit), defectors(ensemble)
    gaps = {outcome: spread_of(values[outcome] - base[outcome]) for outcome in base}
    spreads = {outcome: spread_of(value) for outcome, value in values.items()}
    spreads[DEFECTORS] = spread_of(left)
    spreads[EVER_LEFT] = spread_of(_with_cause(ensemble))
    return Point(at, spreads, gaps, tuple(left.tolist()))


def defectors(ensemble: Ensemble) -> FloatArray:
    """Return how many who kept to the cap at some time do not at the horizon, a run each."""
    members = ensemble.london("pledge_members")
    left: FloatArray = members.max(axis=1) - members[:, -1]
    return left


def _may_be_left(scenario: Scenario) -> bool:
    cap = scenario.levers.cap
    return not cap.is_no_op and cap.enforcement is Enforcement.VOLUNTARY


def _held_together(scenario: Scenario) -> Scenario:
    """Return the same scenario with a cap that nobody may leave."""
    cap = scenario.levers.cap.model_copy(update={"enforcement": Enforcement.STRICT})
    return scenario.model_copy(update={"levers": scenario.levers.model_copy(update={"cap": cap})})


def _with_cause(ensemble: Ensemble) -> FloatArray:
    return np.array([fact["had_cause_to_leave"] for fact in ensemble.facts])


@dataclass(frozen=True)
class Steps:
    """How those who left a cap change along an axis: the median's range, and each run's jump.

    Attributes:
        count: steps between neighbours.
        lowest, highest, largest, before, after: of the median; its largest step and where it is.
        moving: runs in which at least `FEWEST_LEAVERS` employers make a difference ...
        jumping: ... and those of them in which one step makes up `CASCADE_SHARE` of the range.
    """

    count: int
    lowest: float
    highest: float
    largest: float
    before: float
    after: float
    moving: int
    jumping: int

    @property
    def can_tell(self) -> bool:
        """Whether there are points and runs enough: an even climb must not count as a jump."""
        return self.count * CASCADE_SHARE > 1.0 and self.moving > 0

    @property
    def is_jump(self) -> bool:
        """Whether in most runs that move one step makes up much of the whole range."""
        return self.can_tell and 2 * self.jumping > self.moving


def steps(axis: Axis, found: Sequence[Point]) -> Steps:
    """Return how those who left change along one axis."""
    medians = [point.outcomes[DEFECTORS].q50 for point in found]
    moves = [after - before for before, after in pairwise(medians)]
    place = int(np.argmax(np.abs(moves)))
    by_run = np.array([point.left for point in found])
    whole = np.ptp(by_run, axis=0)
    moving = whole >= FEWEST_LEAVERS
    jumping = np.abs(np.diff(by_run, axis=0)).max(axis=0) >= CASCADE_SHARE * whole
    return Steps(
        len(moves),
        min(medians),
        max(medians),
        moves[place],
        axis.values[place],
        axis.values[place + 1],
        int(moving.sum()),
        int((moving & jumping).sum()),
    )
