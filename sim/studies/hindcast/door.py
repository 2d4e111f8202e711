"""Forecasts from a past census with their score, in Python.

Example:
    >>> import sim
    >>> forecast = sim.hindcast(2021, 2023, runs=4)
    >>> forecast
    <Forecast: from the census of 2021 to 2023, 4 runs>
    >>> sorted(forecast.scores()["forecaster"].unique())[0]
    'Permanence'
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.domain.headline import PERMANENT_SHARES, WORKFORCE
from sim.domain.kept_forecasts import QUANTILE_NAMES
from sim.ensemble.draws import Draws
from sim.ensemble.workers import workers
from sim.studies.hindcast.method import hindcast as experiment
from sim.studies.hindcast.method.hindcast import (
    Hindcast,
    Scored,
    parts,
)

if TYPE_CHECKING:
    import pandas as pd

    from sim.charts.style import AccessibleFigure

__all__ = ["hindcast", "Forecast"]


def hindcast(
    origin: int = 2021,
    to: int = 2025,
    *,
    runs: int = 100,
    seed: int = 1,
    jobs: int = 1,
    later_policy: bool = True,
    parameters: str = Draws.POSTERIOR.name,
) -> Forecast:
    """Forecast every borough and London from a census year, and score it on what came after.

    Args:
        origin: census year the forecast starts from; nothing later is used.
        to: last year to forecast.
        runs, seed, jobs, parameters: as for `run`.
        later_policy: whether what was enacted after the origin enters as known.

    Raises:
        ValueError: a number out of range.
        RuntimeError: `jobs` above 1 in a script without the guard that `run` names.
    """
    for name, given in (("runs", runs), ("jobs", jobs)):
        if given < 1:
            raise ValueError(f"{name}: given {given}; allowed: 1 or more")
    if to <= origin:
        raise ValueError(f"to: given {to}; allowed: a year after the origin, {origin}")
    with workers(min(jobs, runs)) as pool:
        found = experiment.hindcast(
            origin,
            to,
            runs=runs,
            seed=seed,
            later_policy=later_policy,
            draws=Draws.named(parameters),
            pool=pool,
        )
    return Forecast(found, parts(found, seed)[0].by_measure)


@dataclass(frozen=True, repr=False)
class Forecast:
    """A forecast from a census year, with its scores."""

    hindcast: Hindcast
    scored: dict[str, Scored]

    @property
    def notes(self) -> list[str]:
        """What the numbers rest on."""
        text = self.hindcast.draws.calibration
        return [f"{text[0].upper()}{text[1:]}."]

    def table(self) -> pd.DataFrame:
        """Return quantiles of every unit, year and measure: the columns of `forecast.csv`."""
        import pandas as pd

        forecast, rows = self.hindcast, []
        for measure in PERMANENT_SHARES:
            bands = forecast.quantiles(measure)
            for row, unit in enumerate(forecast.units):
                for column, year in enumerate(forecast.years):
                    named = {
                        name: float(bands[place, row, column])
                        for place, name in enumerate(QUANTILE_NAMES)
                    }
                    rows.append(
                        {"origin": forecast.origin, "unit": unit, "year": year, "measure": measure}
                        | named
                    )
        return pd.DataFrame(rows)

    def scores(self) -> pd.DataFrame:
        """Return each forecaster's scores in points, the model's and the baselines'.

        `crps_gap` is the model's CRPS less the other's, with its 90 % bootstrap interval; RMSE and
        the interval score have the same.
        """
        import pandas as pd

        rows = []
        for measure, forecasters in self.scored.items():
            for name, (score, gaps) in forecasters.items():
                row: dict[str, object] = {
                    "measure": measure,
                    "forecaster": name,
                    "rmse": score.rmse,
                    "mae": score.mae,
                    "crps": score.crps,
                    "interval_score_90": score.interval_score,
                    "coverage_90": score.coverage[-1],
                }
                for gap in gaps:
                    row |= {
                        f"{gap.measure}_gap": gap.difference,
                        f"{gap.measure}_gap_q05": gap.low,
                        f"{gap.measure}_gap_q95": gap.high,
                    }
                rows.append(row)
        return pd.DataFrame(rows)

    def plot(self) -> AccessibleFigure:
        """Draw London's forecast beside its census and the boroughs' scores."""
        from sim.studies.hindcast import charts as charts_hindcast

        about, source = self.notes[0], charts_hindcast.source()
        scored = self.scored[WORKFORCE]
        return charts_hindcast.hindcast_chart(self.hindcast, scored, about, source).figure

    def __repr__(self) -> str:
        """Say what it is in one line."""
        found = self.hindcast
        runs = len(found.samples[WORKFORCE])
        return f"<Forecast: from the census of {found.origin} to {found.years[-1]}, {runs} runs>"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self)[1:-1])}. {html.escape(self.notes[0])}</p>"
