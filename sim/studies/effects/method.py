"""What each lever of a package does alone, under every rival structure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from sim.answers.comparison import HIGH, LOW, mean
from sim.answers.structures import Pair, under
from sim.domain.headline import SHARES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, Progress, no_progress, part_of, run_ensemble
from sim.rules.levers import Levers
from sim.scenario import Scenario

WHOLE_PACKAGE = "whole package"
EFFECT_OUTCOMES = (
    *SHARES,
    "cost_per_filled_post_start_pounds",
    "worker_changes_per_child_per_year",
)


@dataclass(frozen=True)
class Effect:
    """The paired difference one lever makes to one outcome under one structure.

    Attributes:
        lever: its name, or `WHOLE_PACKAGE`.
        without: mean without any lever.
        difference: mean over runs, with the 10th and 90th percentile.
    """

    pair: Pair
    lever: str
    outcome: str
    without: float
    difference: float
    q10: float
    q90: float

    @property
    def sign(self) -> int:
        """1 or -1 where the 80 % interval lies on one side of zero, else 0."""
        return int(self.q10 > 0.0) - int(self.q90 < 0.0)

    @property
    def is_nothing(self) -> bool:
        """Whether at least eight runs of ten stay as they were: it never binds, or starts late."""
        return self.q10 == self.q90 == 0.0


Hear = Callable[[Pair, str | None, Ensemble], None]
"""Called with every ensemble, its structure and its lever (None: without any)."""


def hear_nothing(pair: Pair, lever: str | None, ensemble: Ensemble) -> None:
    """Let an ensemble pass."""


def levers_of(package: Scenario) -> list[str]:
    """Return the names of the levers that do something in a package."""
    return [name for name in Levers.model_fields if not getattr(package.levers, name).is_no_op]


def with_levers(base: Scenario, package: Scenario, names: Iterable[str]) -> Scenario:
    """Return a base in which some levers are as a package has them."""
    taken = {name: getattr(package.levers, name) for name in names}
    return base.model_copy(update={"levers": base.levers.model_copy(update=taken)})


def variants(package: Scenario) -> Iterator[tuple[str | None, Scenario]]:
    """Yield London without levers (None), with each lever alone, and with the whole package."""
    bare = package.without_levers()
    yield None, bare
    names = levers_of(package)
    for name in names:
        yield name, with_levers(bare, package, (name,))
    if len(names) > 1:
        yield WHOLE_PACKAGE, package


def effects(
    package: Scenario,
    wanted: Sequence[Pair],
    *,
    runs: int,
    seed: int,
    years: int,
    draws: Draws = Draws.POSTERIOR,
    unit: str = LONDON,
    pool: Executor | None = None,
    progress: Progress = no_progress,
    each: Hear = hear_nothing,
) -> list[Effect]:
    """Return every effect: each structure, each lever, each outcome; paired run by run."""
    todo = [(pair, name, one) for pair in wanted for name, one in variants(package)]
    found: list[Effect] = []
    before: dict[str, FloatArray] = {}
    for place, (pair, name, scenario) in enumerate(todo):
        ensemble = run_ensemble(
            under(scenario, pair),
            runs=runs,
            seed=seed,
            years=years,
            draws=draws,
            pool=pool,
            progress=part_of(progress, place * runs, runs * len(todo)),
        )
        each(pair, name, ensemble)
        values = {outcome: ensemble.of(outcome, unit)[:, -1] for outcome in EFFECT_OUTCOMES}
        if name is None:
            before = values
        else:
            found += [_effect(pair, name, key, before[key], values[key]) for key in values]
    return found


def _effect(pair: Pair, lever: str, outcome: str, before: FloatArray, after: FloatArray) -> Effect:
    low, high = np.nanquantile(after - before, [LOW, HIGH])
    return Effect(
        pair,
        lever,
        outcome,
        mean(before),
        mean(after - before),
        float(low),
        float(high),
    )


def holds_under(found: Sequence[Effect], lever: str, outcome: str) -> tuple[int, int, int]:
    """Return under how many structures an effect is surely up, surely down, and unsure."""
    signs = [one.sign for one in found if (one.lever, one.outcome) == (lever, outcome)]
    return signs.count(1), signs.count(-1), signs.count(0)


def idle_under(found: Sequence[Effect]) -> dict[str, list[Pair]]:
    """Return the levers that change no outcome (see `is_nothing`), and under which structures."""
    moved = {(one.lever, one.pair) for one in found if not one.is_nothing}
    idle: dict[str, list[Pair]] = {}
    for lever, pair in dict.fromkeys((one.lever, one.pair) for one in found):
        if (lever, pair) not in moved:
            idle.setdefault(lever, []).append(pair)
    return idle
