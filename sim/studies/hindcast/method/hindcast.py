"""Hindcasts: what the model would have said from a census, scored on what came after.

Only figures up to the origin are used: each run opens with a state of every borough inferred from
all its years until then (`filtering`). Policies enacted later enter as known inputs, unless they
are left out. A published share is the modelled one with reporting error on top: a small borough's
luck, what a year does to all boroughs alike and what is not known of a borough are in the band.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sim.answers.structures import record_scenario
from sim.domain import evidence
from sim.domain.headline import PERMANENT_SHARES
from sim.domain.kept_forecasts import (
    HELD_BACK_YEARS,
    QUANTILES,
    VERSION,
    KeptForecast,
    kept_forecasts,
)
from sim.domain.published import published_figure
from sim.domain.randomness import FloatArray, Purpose, Streams, paired_keys, slot_keys
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, Progress, no_progress, part_of, run_ensemble
from sim.scenario import Scenario
from sim.studies.calibrate.method.targets import FIRST_YEAR, LAST_YEAR
from sim.studies.hindcast.method.baselines import BASELINES, STATE_SPACE, Normal
from sim.studies.hindcast.method.filtering import carried_states
from sim.studies.hindcast.method.scoring import (
    Cases,
    Score,
    Skill,
    points_of,
    quantiles_of,
    score_normal,
    score_quantiles,
    score_samples,
    skills,
    summary,
)

MODEL = "Permanence"
KEPT = f"{MODEL} {VERSION}, kept"
"""The forecast that was made before the censuses of `HELD_BACK_YEARS` were looked at."""
POOL = "half model, half state space"
FEWEST_CENSUSES = 3
"""Up to the origin, for a baseline to have two moves to go by."""
Scored = dict[str, tuple[Score, list[Skill]]]
"""By forecaster: its score, and what the model's is less its own (none for the model)."""
LATER_AGENCY_RULES: dict[str, Any] = {
    "start": date(2022, 6, 1),
    "ramp_months": 24,
    "cooling_off_months": 6,
}
"""Known after 2021: the London Pledge's six months (June 2022). The rules of October 2024 ask for
three months, which the Pledge goes beyond; their experience bar is a year above today's custom.
It comes in over two years, as practice turns over (assumption): London moved in 2024-25 only."""


@dataclass(frozen=True)
class Hindcast:
    """Forecasts of published shares.

    Attributes:
        units: the employers, then London.
        years: forecast, all after the origin.
        samples: by measure, (run, unit, year) shares with reporting error.
    """

    origin: int
    units: tuple[str, ...]
    years: tuple[int, ...]
    samples: dict[str, FloatArray]
    scenario: Scenario
    draws: Draws

    @property
    def saw_the_future(self) -> bool:
        """Whether parameters were fitted to years after the origin."""
        return self.draws.posterior is not None and self.origin < LAST_YEAR

    def quantiles(self, measure: str) -> FloatArray:
        """Return (quantile, unit, year), by `QUANTILES`."""
        return np.quantile(self.samples[measure], QUANTILES, axis=0)


def hindcast_scenario(origin: int, *, later_policy: bool) -> Scenario:
    """Return London from the census of `origin`, with what was enacted later if that is wanted."""
    if not later_policy:
        return record_scenario(origin)
    start = record_scenario(origin)
    rules = start.levers.agency_rules.model_copy(update=LATER_AGENCY_RULES)
    levers = start.levers.model_copy(update={"agency_rules": rules})
    return start.model_copy(update={"levers": levers, "name": "hindcast"})


def hindcast(
    origin: int,
    last: int,
    *,
    runs: int,
    seed: int,
    later_policy: bool = True,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> Hindcast:
    """Forecast every scored employer and London from a census year, to a later year."""
    scenario = hindcast_scenario(origin, later_policy=later_policy)
    followed = hindcast_scenario(FIRST_YEAR, later_policy=later_policy)
    carried = carried_states(origin, runs=runs, seed=seed, draws=draws, first=followed)
    ensemble = run_ensemble(
        scenario,
        runs=runs,
        seed=seed,
        years=last - origin,
        draws=draws,
        pool=pool,
        progress=progress,
        carried=carried,
    )
    units = (*evidence.employers(), LONDON)
    years = tuple(range(origin + 1, last + 1))
    samples = {measure: samples_of(ensemble, measure, units) for measure in PERMANENT_SHARES}
    return Hindcast(origin, units, years, samples, scenario, draws)


def rolling(
    *,
    runs: int,
    seed: int,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> list[Hindcast]:
    """Forecast one year ahead from every census that baselines can start from, but the last."""
    origins = evidence.census_years()[FEWEST_CENSUSES - 1 : -1]
    return [
        hindcast(
            origin,
            origin + 1,
            runs=runs,
            seed=seed,
            draws=draws,
            pool=pool,
            progress=part_of(progress, place * runs, len(origins) * runs),
        )
        for place, origin in enumerate(origins)
    ]


def samples_of(ensemble: Ensemble, measure: str, units: Sequence[str]) -> FloatArray:
    """Return modelled shares with reporting error: (run, unit, year)."""
    modelled = np.stack([ensemble.of(measure, unit)[:, 1:] for unit in units], axis=1)
    own = np.ones(len(units))
    own[units.index(LONDON)] /= np.sqrt(len(units) - 1)
    keys = paired_keys(slot_keys(len(units)), slot_keys(modelled.shape[2]))
    for run, shares in enumerate(modelled):
        luck = Streams(ensemble.seed, run)
        noise = np.stack([luck.normal(Purpose.REPORTING, 0, row) for row in keys])
        shares += reporting_error(ensemble, run) * own[:, None] * noise
    return np.clip(modelled, 0.0, 1.0)


def reporting_error(ensemble: Ensemble, run: int) -> float:
    """Return by how much a run's published shares miss the truth (one standard deviation)."""
    fixed = ensemble.scenario.parameters.reporting_error
    return ensemble.parameters[run].get("reporting_error", fixed)


# Scores


def published_shares(measure: str, units: Sequence[str], years: Sequence[int]) -> FloatArray:
    """Return (unit, year) published shares, NaN where nothing sound is published."""
    found = [
        [
            np.nan if (value := published_figure(measure, year, unit)) is None else value
            for year in years
        ]
        for unit in units
    ]
    return np.array(found, float)


def scored_years(forecast: Hindcast) -> list[int]:
    """Return the forecast years that have a census."""
    return [year for year in forecast.years if year in evidence.census_years()]


def held_back_years(forecast: Hindcast) -> list[int]:
    """Return the scored years that were held back from version 0.1.0 until it was scored."""
    return [year for year in scored_years(forecast) if year in HELD_BACK_YEARS]


def kept_forecast(forecast: Hindcast) -> KeptForecast | None:
    """Return what version 0.1.0 forecast of the same scored years, if that is kept."""
    kept = kept_forecasts().get(forecast.origin)
    if kept is None or not set(scored_years(forecast)) <= set(kept.years):
        return None
    return kept


def scores(
    forecast: Hindcast,
    measure: str,
    years: Sequence[int] | None = None,
    *,
    pooled: bool = False,
) -> dict[str, Cases]:
    """Return how forecasters did on scored employers: the model first, then the kept one's.

    Args:
        forecast: the model's.
        measure: one of `PERMANENT_SHARES`.
        years: which to score (default: all that have a census).
        pooled: whether the equal pool of model and state space is scored as well.

    Those without a sound figure at the origin are left out: no baseline could start.
    """
    years = scored_years(forecast) if years is None else list(years)
    names = list(evidence.scored_employers())
    before = [year for year in evidence.census_years() if year <= forecast.origin]
    history = published_shares(measure, names, before)
    kept = np.flatnonzero(np.isfinite(history[:, -1]))
    seen = published_shares(measure, [names[place] for place in kept], years)
    columns = [forecast.years.index(year) for year in years]
    rows = [forecast.units.index(names[place]) for place in kept]
    samples = forecast.samples[measure][:, rows][:, :, columns]
    found = {MODEL: score_samples(samples, seen)}
    earlier = kept_forecast(forecast)
    if earlier is not None:
        found[KEPT] = score_quantiles(earlier.of(measure, rows, years), seen)
    if len(before) >= FEWEST_CENSUSES:
        for name, baseline in BASELINES.items():
            ahead = [baseline(history[kept], year - forecast.origin) for year in years]
            found[name] = score_normal(ahead, seen)
            if pooled and name == STATE_SPACE:
                found[POOL] = score_samples(half_and_half(samples, ahead), seen)
    return found


@dataclass(frozen=True)
class Part:
    """How forecasters did in some years.

    Attributes:
        years: those scored; none past the data.
        by_measure: by permanent share, then by forecaster (none past the data).
        kept_gaps: what the kept forecast's scores are less each baseline's, by permanent share and
            baseline: in years that were held back, the one comparison nobody could prepare for.
    """

    years: tuple[int, ...]
    by_measure: dict[str, Scored]
    kept_gaps: dict[str, dict[str, list[Skill]]]

    @property
    def was_held_back(self) -> bool:
        """Whether version 0.1.0 was scored on these years before anybody here had seen them."""
        return bool(self.years) and set(self.years) <= set(HELD_BACK_YEARS)


def parts(forecast: Hindcast, seed: int, *, pooled: bool = False) -> list[Part]:
    """Return the scores of all scored years, then of those among them that were held back.

    Args:
        seed: of the bootstrap.
        pooled: as for `scores`.
    """
    every, held = scored_years(forecast), held_back_years(forecast)
    wanted = [every] if held in ([], every) else [every, held]

    found = []
    for years in wanted:
        part = Part(tuple(years), {}, {})
        for measure in PERMANENT_SHARES:
            cases = scores(forecast, measure, years, pooled=pooled) if years else {}
            part.by_measure[measure] = {
                name: (summary(one), [] if name == MODEL else skills(cases[MODEL], one, seed))
                for name, one in cases.items()
            }
            if part.was_held_back and KEPT in cases:
                part.kept_gaps[measure] = {
                    name: skills(cases[KEPT], one, seed)
                    for name, one in cases.items()
                    if name in BASELINES
                }
        found.append(part)
    return found


def half_and_half(samples: FloatArray, forecasts: Sequence[Normal]) -> FloatArray:
    """Return the equal-weight mixture of an ensemble and normal forecasts, (point, unit, year).

    Equal weights are not fitted, so no year can have been looked at to set them. The mixture is of
    distributions: where the two disagree its band is wide.

    Args:
        samples: (run, unit, year) shares.
        forecasts: one a year.

    Source: the linear opinion pool, Stone (1961), "The opinion pool".
    """
    other = points_of(quantiles_of(forecasts), len(samples))
    return np.concatenate([samples, np.clip(other, 0.0, 1.0)])
