"""A forecast of the next census, London's and each scored employer's, with the baselines' beside.

The model opens with Londons followed up to the latest census, under the law and the agreements as
known. Everything a baseline says is worked out from the published figures up to that census.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from sim.domain import evidence
from sim.domain.headline import POSTS, WORKFORCE
from sim.domain.kept_forecasts import QUANTILES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble, Progress, no_progress, run_ensemble
from sim.scenario import Scenario
from sim.studies.calibrate.method.borough_panels import OUT_OF_POSTS
from sim.studies.calibrate.method.targets import FIRST_YEAR
from sim.studies.forecast.method.census_figures import (
    AGENCY,
    TURNOVER,
    VACANCIES,
    VACANCY_SHARE,
    shipped_figures,
)
from sim.studies.hindcast.method.baselines import BASELINES
from sim.studies.hindcast.method.filtering import carried_states
from sim.studies.hindcast.method.hindcast import MODEL, hindcast_scenario, samples_of
from sim.studies.hindcast.method.scoring import quantiles_of

PERMANENT_STAFF, PLACED, ALL_POSTS = "permanent_fte", "agency_fte", "posts_fte"

Bands = dict[str, FloatArray]
"""By measure: (quantile, unit), shares 0 to 1 or FTE; NaN where a forecaster says nothing."""


@dataclass(frozen=True)
class NextCensus:
    """Forecasts of one census from the census a year before.

    Attributes:
        units: the scored employers, then London.
        bands: by forecaster, the model first.
    """

    origin: int
    units: tuple[str, ...]
    bands: dict[str, Bands]
    scenario: Scenario
    draws: Draws
    runs: int
    seed: int

    @property
    def year(self) -> int:
        """The census that is forecast."""
        return self.origin + 1


def forecast_next(
    origin: int,
    *,
    runs: int,
    seed: int,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> NextCensus:
    """Forecast the census after `origin`, using nothing later."""
    scenario = hindcast_scenario(origin, later_policy=True)
    followed = hindcast_scenario(FIRST_YEAR, later_policy=True)
    gone: dict[int, FloatArray] = {}

    def note(record: RunRecord) -> None:
        flows = [record.of(outcome)[1:] for outcome in OUT_OF_POSTS.values()]
        gone[record.replicate] = np.sum(flows, axis=(0, 1))

    ensemble = run_ensemble(
        scenario,
        runs=runs,
        seed=seed,
        years=1,
        draws=draws,
        pool=pool,
        progress=progress,
        each=note,
        carried=carried_states(origin, runs=runs, seed=seed, draws=draws, first=followed),
    )
    units = (*evidence.scored_employers(), LONDON)
    leavers = np.stack([gone[run] for run in sorted(gone)])
    samples = _samples(ensemble, leavers[:, [ensemble.units.index(name) for name in units]])
    model = {name: np.quantile(drawn, QUANTILES, axis=0) for name, drawn in samples.items()}
    bands = {MODEL: model} | {name: _baseline(name, origin, units) for name in BASELINES}
    return NextCensus(origin, units, bands, scenario, draws, runs, seed)


# The model


def _samples(ensemble: Ensemble, leavers: FloatArray) -> dict[str, FloatArray]:
    """Return what each run says will be published, (run, unit), by measure.

    The permanent shares have reporting error on top, and vacancies and agency staff follow from
    them: what is misjudged in one is misjudged in the other.

    Args:
        leavers: out of permanent posts over the year, other boroughs included, (run, unit).
    """
    everybody = (*evidence.employers(), LONDON)
    kept = [place for place, name in enumerate(everybody) if name != evidence.UNSCORED_EMPLOYER]
    units = [everybody[place] for place in kept]
    shares = {
        name: samples_of(ensemble, name, everybody)[:, kept, 0] for name in (WORKFORCE, POSTS)
    }

    def counted(outcome: str) -> FloatArray:
        return np.stack([ensemble.of(outcome, unit)[:, 1] for unit in units], axis=1)

    permanent, agency = counted(PERMANENT_STAFF), counted(PLACED)
    vacant = 1.0 - shares[POSTS]
    return {
        **shares,
        VACANCY_SHARE: vacant,
        VACANCIES: vacant * counted(ALL_POSTS),
        TURNOVER: leavers / np.maximum(permanent, 1.0),
        AGENCY: (1.0 - shares[WORKFORCE]) * (permanent + agency),
    }


# The baselines


def _baseline(name: str, origin: int, units: tuple[str, ...]) -> Bands:
    """Return what a baseline says of every measure.

    It forecasts the three shares that stand for themselves; vacancies and agency staff in FTE are
    its shares of the posts and the staff of the census before.
    """
    years = [year for year in evidence.census_years() if year <= origin]
    figures = [shipped_figures(year) for year in years]
    found: Bands = {}
    for measure in (WORKFORCE, POSTS, TURNOVER):
        rows = [[_or_nan(one.of(measure, unit)) for one in figures] for unit in units]
        found[measure] = _shares(name, np.array(rows, float), units)
    last = figures[-1]
    permanent, agency, vacancies = (
        np.array([_or_nan(last.cells[unit, measure]) for unit in units])
        for measure in (PERMANENT_STAFF, "agency_fte", "vacancies_fte")
    )
    # The quantiles are the same from both ends, so what is left of a share has them reversed.
    found[VACANCY_SHARE] = 1.0 - found[POSTS][::-1]
    found[VACANCIES] = found[VACANCY_SHARE] * (permanent + vacancies)
    found[AGENCY] = (1.0 - found[WORKFORCE][::-1]) * (permanent + agency)
    return found


def _shares(name: str, history: FloatArray, units: tuple[str, ...]) -> FloatArray:
    """Return a baseline's quantiles of a share, (quantile, unit).

    Employers are pooled with one another, London has its own years alone. One without a figure at
    the origin gets none.
    """
    found = np.full((len(QUANTILES), len(units)), np.nan)
    known = np.isfinite(history[:, -1])
    is_london = np.array([unit == LONDON for unit in units])
    for group in (known & ~is_london, known & is_london):
        if group.any():
            bands = quantiles_of([BASELINES[name](history[group], 1)])[:, :, 0]
            found[:, group] = np.clip(bands, 0.0, 1.0)
    return found


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
