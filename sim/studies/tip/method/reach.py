"""Whether London reaches a permanent share by a date, at one level of a lever, run by run.

A census counts only while unfilled posts are under a bound: a tight cap can raise the share of the
workforce by leaving posts empty, which nobody would call success.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from sim.answers.comparison import Spread, spread_of
from sim.domain.headline import SHARES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import TARGET_PERMANENT_SHARE
from sim.ensemble.draws import Draws, drawn_scenario
from sim.ensemble.run import Ensemble
from sim.scenario import Scenario
from sim.twin.same_luck import SameLuck

DEFAULT_BOUND = 0.08
COPIES = 3
"""How often the twin follows each run: the run's common luck, but other luck of small numbers."""


@dataclass(frozen=True)
class Asked:
    """What is asked of every level.

    Attributes:
        years: horizon: the date is so many years after the start.
        target: permanent share of the workforce to reach.
        bound: most unfilled posts, as a share of posts, at which a census counts.
    """

    runs: int
    seed: int
    years: int
    draws: Draws = Draws.POSTERIOR
    target: float = TARGET_PERMANENT_SHARE
    bound: float = DEFAULT_BOUND


@dataclass(frozen=True)
class AtLevel:
    """What happens at one level of the lever.

    Attributes:
        level: of the lever.
        runs: how many were looked at.
        chance: share of runs that reach the target by the date with unfilled posts in bounds.
        chance_whatever: the same, whatever stands empty.
        chance_of_posts: share of runs in which the share of posts reaches the target.
        held: share of runs that are there at two censuses in a row.
        best, best_whatever: median over runs of a run's highest share of the workforce at a census
            that counts, and at any census.
        years_to_target: median over all runs of the years it takes; None where at least half of
            them (censored, not dropped) do not get there.
        shares: at the horizon, by outcome.
        means: the same as means over runs, to compare the twin with the agents.
        by_run: the same by run (the twin's copies of a run averaged), for their paired error.
    """

    level: float
    runs: int
    chance: float
    chance_whatever: float
    chance_of_posts: float
    held: float
    best: float
    best_whatever: float
    years_to_target: float | None
    shares: dict[str, Spread]
    means: dict[str, float]
    by_run: dict[str, tuple[float, ...]] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return all but what each run comes to."""
        whole = asdict(self)
        del whole["by_run"]
        return whole


def at_level(
    level: float, paths: Mapping[str, FloatArray], asked: Asked, copies: int = 1
) -> AtLevel:
    """Return what paths, (run and copy, census) by outcome, come to; census 0 is the start."""
    workforce, posts, unfilled = (paths[name][:, 1:] for name in SHARES)
    counts = unfilled <= asked.bound
    sound = np.where(counts, workforce, 0.0)
    there = sound >= asked.target
    reached = there.any(axis=1)
    years = np.where(reached, there.argmax(axis=1) + 1.0, np.inf)
    median = float(np.median(years)) if reached.mean() > 0.5 else np.inf
    best, anyhow = sound.max(axis=1), workforce.max(axis=1)
    return AtLevel(
        level=level,
        runs=len(workforce),
        chance=float(reached.mean()),
        chance_whatever=float((anyhow >= asked.target).mean()),
        chance_of_posts=float((posts.max(axis=1) >= asked.target).mean()),
        held=float((there[:, 1:] & there[:, :-1]).any(axis=1).mean()),
        best=float(np.median(best)),
        best_whatever=float(np.median(anyhow)),
        years_to_target=median if np.isfinite(median) else None,
        shares={name: spread_of(paths[name][:, -1]) for name in SHARES},
        means={name: float(paths[name][:, -1].mean()) for name in SHARES},
        by_run={
            name: tuple(paths[name][:, -1].reshape(-1, copies).mean(axis=1).tolist())
            for name in SHARES
        },
    )


def agents_at(level: float, ensemble: Ensemble, asked: Asked) -> AtLevel:
    """Return what the runs of the agent model come to."""
    return at_level(level, {name: ensemble.of(name) for name in SHARES}, asked)


def drawn_columns(scenario: Scenario, asked: Asked) -> dict[str, FloatArray]:
    """Return what each run draws, by parameter, (run,): what the agents' runs draw too."""
    each = [
        drawn_scenario(scenario, asked.seed, run, asked.draws).parameters
        for run in range(asked.runs)
    ]
    return {name: np.array([one[name] for one in each]) for name in each[0]}


def twin_paths(
    scenario: Scenario, asked: Asked, columns: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return the twin's paths with luck, (run and copy, census) by outcome."""
    runs = range(asked.runs)
    record = SameLuck(scenario, columns, runs, asked.seed, copies=COPIES).run(asked.years)
    permanent, placed, posts, unfilled = (
        record.of(name).sum(axis=-1) for name in ("permanent", "agency", "posts", "unfilled")
    )
    values: Sequence[FloatArray] = (
        permanent / (permanent + placed),
        permanent / posts,
        unfilled / posts,
    )
    return dict(zip(SHARES, values, strict=True))


def twin_at(level: float, scenario: Scenario, asked: Asked) -> AtLevel:
    """Return what the twin with luck comes to at one level (a task for a worker process)."""
    paths = twin_paths(scenario, asked, drawn_columns(scenario, asked))
    return at_level(level, paths, asked, COPIES)
