"""What the record says and what it does not: prior beside posterior, of parameters and of effects.

A parameter is identified where the posterior is clearly narrower than the prior, all structures'
draws together, and it is not itself a target of the fit (`sim/domain/learned.py`). Two may each be
loose while their sum or difference is not: the record then knows the combination. And the
effect of a policy is set out under the prior and under the posterior of the same parameters, since
a record in which every year follows the policy can inform its effect only by way of how people
answer to pay, never by way of what happened when it began.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

import numpy as np

from sim.answers.structures import Pair, pairs, under
from sim.domain.headline import SHARES, WORKFORCE
from sim.domain.learned import LEAST_NARROWING, narrower, narrowing
from sim.domain.parameters import Parameters
from sim.domain.posterior import Posterior
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, Progress, no_progress, part_of, run_ensemble
from sim.scenario import load_scenario

SOME_CORRELATION = 0.3
TRADED_OFF = (
    "outside_hires_per_post",
    "outsiders_per_post",
    "flow_to_agency_per_year",
    "flow_to_permanent_per_year",
)
"""What fills a post from outside, and the two flows that decide the pace of reconsidering: each can
stand in for another."""
NOTHING = 1e-9
FEWEST_FOR_DRIVERS = 50
LEAST_DRIVE = 0.25
MOST_DRIVERS = 5


# Parameters


class Standing(StrEnum):
    """What the record says of a parameter."""

    IDENTIFIED = "identified"
    TARGET = "a target itself"
    SOMETIMES = "in some structures"
    NOT_IDENTIFIED = "not identified"
    NOT_FITTED = "not fitted"


class Parameter(NamedTuple):
    """A fitted parameter's prior beside its posterior, all structures' draws alike.

    Attributes:
        prior: the range it is uniform over.
        q10, q50, q90: of the posterior.
        narrower: 1 - ratio of the standard deviations: 0 is no narrower, 1 a single value.
        least, most: the same under the structure where it is least, and where it is most.
    """

    name: str
    prior: tuple[float, float]
    q10: float
    q50: float
    q90: float
    narrower: float
    least: float
    most: float

    @property
    def standing(self) -> Standing:
        """Whether the record says something about it."""
        if declarations(Parameters)[self.name].target:
            return Standing.TARGET
        if self.narrower >= LEAST_NARROWING:
            return Standing.IDENTIFIED
        return Standing.SOMETIMES if self.most >= LEAST_NARROWING else Standing.NOT_IDENTIFIED


def fitted_parameters(posterior: Posterior) -> list[Parameter]:
    """Return every fitted parameter, the most narrowed first."""
    found = []
    for name, share in narrowing(posterior).items():
        prior = declarations(Parameters)[name].prior or (0.0, 1.0)
        tables = [table[name] for table in posterior.tables.values() if name in table]
        by_structure = [narrower(table, prior) for table in tables]
        q10, q50, q90 = map(float, np.quantile(np.concatenate(tables), [0.1, 0.5, 0.9]))
        found.append(
            Parameter(name, prior, q10, q50, q90, share, min(by_structure), max(by_structure))
        )
    return sorted(found, key=lambda one: -one.narrower)


def silent_parameters(posterior: Posterior) -> list[str]:
    """Return the uncertain parameters that are not fitted: the record cannot speak of them."""
    fitted = {name for table in posterior.tables.values() for name in table}
    return [
        name
        for name, one in declarations(Parameters).items()
        if one.prior is not None and name not in fitted
    ]


class Combination(NamedTuple):
    """Two parameters that trade off: the record knows their sum or difference better than each.

    Attributes:
        correlation: mean over structures.
        is_difference: whether it is their difference that is known better, not their sum.
        narrower: of that sum or difference, each parameter in widths of its prior; 0 to 1.
        unrelated: the same if the two were as narrow as they are and did not go together.
    """

    one: str
    other: str
    correlation: float
    is_difference: bool
    narrower: float
    unrelated: float


def combinations_of(posterior: Posterior) -> list[Combination]:
    """Return every two fitted parameters, the most correlated first."""
    declared = declarations(Parameters)
    fitted = {name for table in posterior.tables.values() for name in table}
    names = [name for name, one in declared.items() if name in fitted and one.prior is not None]
    found = [_combination(posterior, *two) for two in combinations(names, 2)]
    return sorted((one for one in found if one is not None), key=lambda one: -abs(one.correlation))


def _combination(posterior: Posterior, one: str, other: str) -> Combination | None:
    tables = [table for table in posterior.tables.values() if one in table and other in table]
    if not tables:
        return None
    placed = [(_places(table[one], one), _places(table[other], other)) for table in tables]
    correlation = float(np.mean([np.corrcoef(*two)[0, 1] for two in placed]))
    sign = -1.0 if correlation > 0.0 else 1.0
    spread = np.sqrt(np.mean([(first + sign * second).var() for first, second in placed]))
    apart = np.sqrt(np.mean([first.var() + second.var() for first, second in placed]))
    of_prior = np.sqrt(2.0 / 12.0)
    return Combination(
        one, other, correlation, sign < 0.0,
        float(1.0 - spread / of_prior), float(1.0 - apart / of_prior),
    )  # fmt: skip


def _places(values: FloatArray, name: str) -> FloatArray:
    low, high = declarations(Parameters)[name].prior or (0.0, 1.0)
    return (values - low) / (high - low)


# Effects


class Policy(NamedTuple):
    """A policy and what it is measured against: two shipped scenarios."""

    base: str
    policy: str


CAP = Policy("no-cap", "baseline")
TIGHT_CAP = Policy("no-cap", "pan-london-cap")
TAX_CHANGE = Policy("no-ir35", "baseline")
POLICIES = (CAP, TIGHT_CAP, TAX_CHANGE)
SCENARIOS = tuple(dict.fromkeys(name for policy in POLICIES for name in policy))


@dataclass(frozen=True, eq=False)
class Effect:
    """A policy's effect on one outcome at the horizon, draw by draw.

    Attributes:
        prior, posterior: by structure, policy less base, (draw,); shares 0 to 1.
    """

    policy: Policy
    outcome: str
    prior: dict[Pair, FloatArray]
    posterior: dict[Pair, FloatArray]


class Spread(NamedTuple):
    """An effect's middle, its 80 % interval, and the shares of draws above zero and at zero."""

    q10: float
    q50: float
    q90: float
    up: float
    none: float

    @property
    def width(self) -> float:
        """The 80 % interval's width."""
        return self.q90 - self.q10


def spread_of(values: FloatArray) -> Spread:
    """Return how an effect is spread over draws."""
    q10, q50, q90 = map(float, np.quantile(values, [0.1, 0.5, 0.9]))
    return Spread(
        q10, q50, q90, float((values > NOTHING).mean()), float((np.abs(values) <= NOTHING).mean())
    )


def all_of(by_structure: dict[Pair, FloatArray]) -> FloatArray:
    """Return all structures' draws alike."""
    return np.concatenate(list(by_structure.values()))


class Driver(NamedTuple):
    """A parameter that an effect goes with, by rank correlation over the posterior's draws."""

    name: str
    correlation: float
    standing: Standing


@dataclass(frozen=True, eq=False)
class Identification:
    """What the record says of parameters, and of what policies do.

    Attributes:
        drivers: by policy, the parameters its effect on the permanent share of the workforce goes
            with; none where there are too few draws.
        runs: of each scenario, under the prior and again under the posterior.
    """

    parameters: list[Parameter]
    silent: list[str]
    combinations: list[Combination]
    effects: list[Effect]
    drivers: dict[Policy, list[Driver]]
    structures: tuple[Pair, ...]
    runs: int
    years: int
    seed: int
    posterior: Draws


Ensembles = dict[tuple[str, Pair], Ensemble]


def identify(
    *,
    runs: int,
    years: int,
    seed: int,
    posterior: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> Identification:
    """Set prior and posterior side by side.

    Args:
        runs: of each scenario, shared out evenly over the structures (one each at least), under the
            prior and again under the posterior.
        posterior: the fitted draws.

    Raises:
        ValueError: those draws are not fitted to anything.
    """
    table = posterior.posterior
    if table is None or posterior == Draws.MEDIAN:
        raise ValueError(f"draws: given {posterior.name}; allowed: a posterior's")
    structures = tuple(pair for pair in pairs() if pair in table.tables)
    each = max(runs // len(structures), 1)
    jobs = [(draws, pair) for draws in (Draws.PRIOR, posterior) for pair in structures]
    wanted = len(jobs) * len(SCENARIOS) * each
    found: dict[Draws, Ensembles] = {Draws.PRIOR: {}, posterior: {}}
    done = 0
    for draws, pair in jobs:
        for name in SCENARIOS:
            found[draws][name, pair] = run_ensemble(
                under(load_scenario(name), pair), runs=each, seed=_seed_under(pair, seed),
                years=years, draws=draws, pool=pool, progress=part_of(progress, done, wanted),
            )  # fmt: skip
            done += each
    parameters = fitted_parameters(table)
    return Identification(
        parameters=parameters,
        silent=silent_parameters(table),
        combinations=combinations_of(table),
        effects=list(_effects(found[Draws.PRIOR], found[posterior], structures)),
        drivers={one: _drivers(one, found[posterior], structures, parameters) for one in POLICIES},
        structures=structures,
        runs=each * len(structures),
        years=years,
        seed=seed,
        posterior=posterior,
    )


def _seed_under(pair: Pair, seed: int) -> int:
    """Return a seed of the structure's own, so that no draw comes twice."""
    sequence = np.random.SeedSequence(seed, spawn_key=(pairs().index(pair),))
    return int(sequence.generate_state(1)[0])


def _effects(
    prior: Ensembles, posterior: Ensembles, structures: Sequence[Pair]
) -> Iterator[Effect]:
    for policy in POLICIES:
        for outcome in SHARES:
            by_source = (
                {pair: _difference(policy, outcome, source, pair) for pair in structures}
                for source in (prior, posterior)
            )
            yield Effect(policy, outcome, *by_source)


def _difference(policy: Policy, outcome: str, found: Ensembles, pair: Pair) -> FloatArray:
    base, new = (found[name, pair].of(outcome)[:, -1] for name in policy)
    return np.asarray(new - base, np.float64)


def _drivers(
    policy: Policy, found: Ensembles, structures: Sequence[Pair], fitted: Sequence[Parameter]
) -> list[Driver]:
    """Return the parameters whose rank goes with the effect's, within structures, strongest first.

    Effects are taken less their structure's mean, so that structures are not mistaken for
    parameters.
    """
    effect, drawn = [], []
    for pair in structures:
        values = _difference(policy, WORKFORCE, found, pair)
        effect.append(values - values.mean())
        drawn += found[policy.policy, pair].parameters
    moved = np.concatenate(effect)
    if len(moved) < FEWEST_FOR_DRIVERS or not np.ptp(moved) > NOTHING:
        return []
    standing = {one.name: one.standing for one in fitted}
    shared = [name for name in drawn[0] if all(name in one for one in drawn)]
    every = [
        Driver(name, _rank_correlation(name, drawn, moved), standing.get(name, Standing.NOT_FITTED))
        for name in shared
    ]
    strong = [one for one in every if abs(one.correlation) >= LEAST_DRIVE]
    return sorted(strong, key=lambda one: -abs(one.correlation))[:MOST_DRIVERS]


def _rank_correlation(name: str, drawn: Sequence[dict[str, float]], moved: FloatArray) -> float:
    values = np.array([one[name] for one in drawn])
    from scipy import stats  # slow to load

    return float(stats.spearmanr(values, moved).statistic) if np.ptp(values) > 0.0 else 0.0
