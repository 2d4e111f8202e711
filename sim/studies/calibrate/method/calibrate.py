"""Calibration of one rival structure to the record of 2017-2021, by its borough twin.

First the prior's own draws are set beside the record and those it rules out are dropped; then a
sampler narrows the rest down. Parameters on which the record is silent by construction (prices of
policies, what only a lever uses) keep their prior and are not sampled.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.answers.structures import Pair, record_scenario, under
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.files import write_atomically, write_text_atomically
from sim.ensemble.run import Progress, no_progress
from sim.studies.calibrate.method.abc import (
    Bounds,
    HistoryMatch,
    PriorDraws,
    Simulator,
    Targets,
    history_match,
    prior_predictive,
)
from sim.studies.calibrate.method.abc_smc import (
    Generation,
    Sampled,
    Settings,
    Stop,
    first_generation,
    smc,
)
from sim.studies.calibrate.method.targets import FIRST_YEAR, LAST_YEAR, of_twin, summaries
from sim.twin import Twin

TOGETHER = 250
"""Draws simulated at once: as many as stay in a processor's cache."""
SAMPLED = (
    "sector_exit_per_year",
    "flow_to_agency_per_year",
    "flow_to_permanent_per_year",
    "borough_moves_per_year",
    "outside_hires_per_post",
    "newly_qualified_per_post",
    "outsiders_per_post",
    "outsider_premium_elasticity",
    "exit_premium_elasticity",
    "agency_exit_per_year",
    "bench_leak_per_month",
    "assignment_rate_2017_per_hour",
    "pay_sensitivity",
    "taste_spread",
    "bid_speed",
    "overspend_limit_share",
    "cover_demand_elasticity",
    "strain_to_leaving",
    "strain_to_hiring",
    "strain_to_route",
    "caseload_habituation",
    "extra_agency_share",
    "extra_fade_per_year",
    "posts_growth_per_year",
    "cases_growth_per_year",
    "leadership_spread",
    "leaving_conditions_spread",
    "leadership_reversion_per_year",
    "leadership_agency_slope",
    "lasting_conditions_share",
    "common_hiring_spread",
    "common_leaving_spread",
    "reporting_error",
)
"""Parameters that decide what the record shows under every structure."""
OWN = {
    HiringStructure.SUPPLY_LIMITED: "vacancy_elasticity",
    HiringStructure.REPUTATION: "reputation_sensitivity",
    HiringStructure.BUDGET: "budget_sensitivity",
    BidTrigger.VACANCIES: "vacancy_weight",
}
"""The parameter that only one rival structure has."""


def sampled_names(pair: Pair) -> tuple[str, ...]:
    """Return the parameters that are sampled under a structure."""
    own = [OWN[half] for half in pair if half in OWN]
    return (*SAMPLED, *own)


def prior_box(pair: Pair) -> Bounds:
    """Return the stated priors of the sampled parameters, as a box."""
    declared = declarations(Parameters)
    names = sampled_names(pair)
    ends = [declared[name].prior for name in names]
    low, high = zip(*(end for end in ends if end is not None), strict=True)
    return Bounds(names, np.array(low, float), np.array(high, float))


@dataclass(frozen=True)
class TwinSimulator:
    """The borough twin as the sampler sees it: draws in, summaries out."""

    pair: Pair

    def __call__(self, draws: FloatArray, seed: int) -> FloatArray:
        """Return the summaries of each draw, (draw, summary)."""
        scenario = under(record_scenario(FIRST_YEAR), self.pair)
        names = sampled_names(self.pair)
        found = []
        for first in range(0, len(draws), TOGETHER):
            part = draws[first : first + TOGETHER]
            drawn = dict(zip(names, part.T, strict=True))
            keys = np.random.SeedSequence([seed, first]).generate_state(2)
            twin = Twin(scenario, drawn, len(part), int(keys[0]))
            panels, london = of_twin(twin.run(LAST_YEAR - FIRST_YEAR))
            luck = np.random.default_rng(int(keys[1]))
            found.append(summaries(panels, london, drawn["reporting_error"], luck))
        return np.concatenate(found)


PRIOR_DRAWS = 8_192
FEWEST_PLAUSIBLE = 500
SETTINGS = Settings(
    population=600,
    batch=TOGETHER,
    quantile=0.4,
    least_rounds=8,
    most_rounds=30,
    moved_share=0.85,
    least_acceptance=0.03,
    least_tolerance=1.15,
    most_simulations=300_000,
)
"""A typical miss of 1.15 tolerances: what a draw's own luck and a reporting error leave. All
structures stop there, so that none is called better for having been searched longer."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was found for one structure.

    Attributes:
        prior: draws spread over the prior.
        match: those of them that the record does not rule out.
        sampled: the sampler's generations, of which `match` is the first.
    """

    pair: Pair
    bounds: Bounds
    targets: Targets
    prior: PriorDraws
    match: HistoryMatch
    sampled: Sampled

    @property
    def posterior(self) -> Generation:
        """The last generation."""
        return self.sampled.posterior


def calibrate(
    pair: Pair,
    targets: Targets,
    *,
    seed: int,
    settings: Settings = SETTINGS,
    prior_draws: int = PRIOR_DRAWS,
    folder: Path | None = None,
    pool: Executor | None = None,
    progress: Progress = no_progress,
    simulator: Simulator | None = None,
    prior: PriorDraws | None = None,
) -> Calibration:
    """Fit one structure to the targets.

    Args:
        folder: where each finished step is kept; the same call again goes on from there and gives
            the bytes of a call that was never interrupted. It holds one call's steps: another seed
            or other settings need another folder.
        progress: called with (simulations made, most that may be made, seconds a simulation).
        simulator: the borough twin, or another in its place.
        prior: the prior's draws, simulated already; by default `prior_draws` are made.
    """
    bounds, simulate = prior_box(pair), simulator or TwinSimulator(pair)
    most = settings.most_simulations
    prior = prior or _kept(
        folder, "prior", PriorDraws,
        lambda: prior_predictive(
            simulate, bounds, count=prior_draws, seed=seed, batch=settings.batch, pool=pool,
            progress=lambda done, wanted, seconds: progress(done, most, seconds),
        ),
    )  # fmt: skip
    match = history_match(prior, targets, fewest=min(FEWEST_PLAUSIBLE, len(prior.draws) // 4))
    found = [first_generation(match, targets)]
    while folder is not None and _path(folder, f"generation-{len(found):02d}").is_file():
        found.append(_read(_path(folder, f"generation-{len(found):02d}"), Generation))
    sampled = _ended(folder, found)
    if sampled is not None:
        return Calibration(pair, bounds, targets, prior, match, sampled)

    def keep(generation: Generation) -> None:
        found.append(generation)
        if folder is not None:
            _write(_path(folder, f"generation-{len(found) - 1:02d}"), generation)

    sampled = smc(
        simulate, bounds, targets, seed=seed, settings=settings, generations=tuple(found),
        pool=pool, progress=progress, each=keep,
    )  # fmt: skip
    if folder is not None:
        _end(folder, sampled)
    return Calibration(pair, bounds, targets, prior, match, sampled)


# What is kept of a step

ENDED = "ended.json"


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.npz"


def _kept(folder: Path | None, name: str, kind: type[Any], make: Callable[[], Any]) -> Any:
    """Return a step kept earlier, or make and keep it."""
    if folder is None:
        return make()
    if _path(folder, name).is_file():
        return _read(_path(folder, name), kind)
    folder.mkdir(parents=True, exist_ok=True)
    made = make()
    _write(_path(folder, name), made)
    return made


def _end(folder: Path, sampled: Sampled) -> None:
    """Keep why the sampler stopped: a search given up is not begun again."""
    text = json.dumps({"stopped": sampled.stopped.name, "simulations": sampled.simulations}) + "\n"
    write_text_atomically(folder / ENDED, text)


def _ended(folder: Path | None, found: list[Generation]) -> Sampled | None:
    if folder is None or not (folder / ENDED).is_file():
        return None
    kept = json.loads((folder / ENDED).read_text(encoding="utf-8-sig"))
    return Sampled(tuple(found), Stop[kept["stopped"]], kept["simulations"])


def _write(path: Path, step: Any) -> None:
    write_atomically(path, lambda stream: np.savez(stream, **vars(step)))


def _read(path: Path, kind: type[Any]) -> Any:
    with np.load(path) as kept:
        return kind(**{name: kept[name] if kept[name].ndim else kept[name].item() for name in kept})
