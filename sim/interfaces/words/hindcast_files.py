"""The files and the JSON of a hindcast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.domain.headline import PERMANENT_SHARES
from sim.domain.vocabulary import LONDON
from sim.experiments import results
from sim.experiments.calibration.targets import LAST_YEAR
from sim.experiments.record.hindcast import QUANTILES, Hindcast
from sim.experiments.record.scoring import LEVELS, summary
from sim.interfaces.words.hindcast import Origins, Scored

FORECAST_FILE, SCORES_FILE, ORIGINS_FILE = "forecast.csv", "scores.csv", "origins.csv"
QUANTILE_NAMES = tuple(f"q{round(100 * level):02d}" for level in QUANTILES)


def save(forecast: Hindcast, scored: dict[str, Scored], out: Path) -> list[Path]:
    """Write the forecast and the scores."""
    out.mkdir(parents=True, exist_ok=True)
    bands = {measure: forecast.quantiles(measure) for measure in PERMANENT_SHARES}
    results.write_table(
        out / FORECAST_FILE,
        ("origin", "unit", "year", "measure", *QUANTILE_NAMES),
        (
            (
                str(forecast.origin), unit, str(year), measure,
                *(results.number(value) for value in bands[measure][:, row, column]),
            )
            for row, unit in enumerate(forecast.units)
            for column, year in enumerate(forecast.years)
            for measure in PERMANENT_SHARES
        ),
    )  # fmt: skip
    results.write_table(
        out / SCORES_FILE,
        (
            "origin", "measure", "forecaster", "rmse", "mae", "crps", "interval_score_90",
            *(f"coverage_{round(100 * level)}" for level in LEVELS), "cases",
            "rmse_gap", "rmse_gap_q05", "rmse_gap_q95", "crps_gap", "crps_gap_q05", "crps_gap_q95",
        ),
        _score_rows(forecast, scored),
    )  # fmt: skip
    return [out / FORECAST_FILE, out / SCORES_FILE]


def _score_rows(forecast: Hindcast, scored: dict[str, Scored]) -> list[tuple[str, ...]]:
    rows = []
    for measure, forecasters in scored.items():
        for name, (score, gaps) in forecasters.items():
            values = [score.rmse, score.mae, score.crps, score.interval_score, *score.coverage]
            ends = [results.number(v) for gap in gaps for v in (gap.difference, gap.low, gap.high)]
            rows.append(
                (
                    str(forecast.origin), measure, name, *map(results.number, values),
                    str(score.cases), *(ends or [""] * 6),
                )
            )  # fmt: skip
    return rows


def as_json(
    forecast: Hindcast,
    scored: dict[str, Scored],
    noted: Sequence[str],
    runs: int,
    seed: int,
    files: Sequence[Path],
) -> dict[str, Any]:
    """Return the whole hindcast for JSON."""
    return {
        "origin": forecast.origin,
        "years": list(forecast.years),
        "runs": runs,
        "seed": seed,
        "files": [str(path) for path in files],
        "notes": list(noted),
        "london": {
            measure: {
                str(year): dict(
                    zip(
                        (f"q{round(100 * level):02d}" for level in QUANTILES),
                        forecast.quantiles(measure)[
                            :, forecast.units.index(LONDON), column
                        ].tolist(),
                        strict=True,
                    )
                )
                for column, year in enumerate(forecast.years)
            }
            for measure in PERMANENT_SHARES
        },
        "scores": {
            measure: {
                name: asdict(score) | {"gaps": [asdict(gap) for gap in gaps]}
                for name, (score, gaps) in forecasters.items()
            }
            for measure, forecasters in scored.items()
        },
    }


def save_origins(by_measure: Mapping[str, Origins], out: Path) -> list[Path]:
    """Write how every forecaster did from every origin."""
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for measure, origins in by_measure.items():
        for origin, forecasters in origins.items():
            for name, cases in forecasters.items():
                score = summary(cases)
                values = (score.rmse, score.mae, score.crps, score.interval_score, *score.coverage)
                fitted = "yes" if origin < LAST_YEAR else "no"
                rows.append(
                    (
                        str(origin), measure, name, fitted, *map(results.number, values),
                        str(score.cases),
                    )
                )  # fmt: skip
    results.write_table(
        out / ORIGINS_FILE,
        (
            "origin", "measure", "forecaster", "parameters_saw_these_years", "rmse", "mae", "crps",
            "interval_score_90", *(f"coverage_{round(100 * level)}" for level in LEVELS), "cases",
        ),
        rows,
    )  # fmt: skip
    return [out / ORIGINS_FILE]
