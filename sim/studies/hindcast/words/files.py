"""The tables and the JSON of a hindcast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sim.answers import results
from sim.answers.answer import Table
from sim.domain.headline import PERMANENT_SHARES
from sim.domain.kept_forecasts import HELD_BACK_YEARS, QUANTILE_NAMES, VERSION
from sim.domain.vocabulary import LONDON
from sim.studies.calibrate.method.targets import LAST_YEAR
from sim.studies.hindcast.method.hindcast import KEPT, Hindcast, Part, kept_forecast
from sim.studies.hindcast.method.scoring import COMPARED, LEVELS, Skill, summary
from sim.studies.hindcast.words.tables import HELD_BACK, Origins


def tables(forecast: Hindcast, parts: Sequence[Part]) -> list[Table]:
    """Return the forecast and the scores."""
    bands = {measure: forecast.quantiles(measure) for measure in PERMANENT_SHARES}
    quantiles = Table.of(
        "forecast",
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
    scores = Table.of(
        "scores",
        (
            "origin", "years", "measure", "forecaster", "standing",
            "rmse", "mae", "crps", "interval_score_90",
            *(f"coverage_{round(100 * level)}" for level in LEVELS), "cases",
            *_gap_columns(""), *_gap_columns("kept_"),
        ),
        [row for part in parts for row in _score_rows(forecast, part)],
    )  # fmt: skip
    return [quantiles, scores]


def _score_rows(forecast: Hindcast, part: Part) -> list[tuple[str, ...]]:
    rows = []
    for measure, forecasters in part.by_measure.items():
        for name, (score, gaps) in forecasters.items():
            values = [score.rmse, score.mae, score.crps, score.interval_score, *score.coverage]
            kept = part.kept_gaps.get(measure, {}).get(name, [])
            rows.append(
                (
                    str(forecast.origin), f"{part.years[0]}-{part.years[-1]}", measure, name,
                    _standing(part, name), *map(results.number, values),
                    str(score.cases), *_gap_cells(gaps), *_gap_cells(kept),
                )
            )  # fmt: skip
    return rows


def _gap_columns(before: str) -> list[str]:
    return [f"{before}{name}_gap{end}" for name in COMPARED for end in ("", "_q05", "_q95")]


def _gap_cells(gaps: Sequence[Skill]) -> list[str]:
    """Return differences and their intervals, empty where there are none."""
    ends = [results.number(value) for g in gaps for value in (g.difference, g.low, g.high)]
    return ends or [""] * 3 * len(COMPARED)


def _standing(part: Part, forecaster: str) -> str:
    """Return whether a forecaster's score is one on years that nobody had seen."""
    return HELD_BACK if forecaster == KEPT and part.was_held_back else ""


def as_json(
    forecast: Hindcast,
    parts: Sequence[Part],
    noted: Sequence[str],
    runs: int,
    seed: int,
) -> dict[str, Any]:
    """Return the whole hindcast for JSON."""
    return {
        "origin": forecast.origin,
        "years": list(forecast.years),
        "runs": runs,
        "seed": seed,
        "notes": list(noted),
        "london": {
            measure: {
                str(year): dict(
                    zip(
                        QUANTILE_NAMES,
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
        "kept": _kept_london(forecast),
        "scores": _scores(parts[0]),
        "scores_by_years": [
            {"years": list(part.years), "held_back": part.was_held_back, "scores": _scores(part)}
            for part in parts
            if part.years
        ],
    }


def _scores(part: Part) -> dict[str, Any]:
    return {
        measure: {
            name: asdict(score)
            | {
                "standing": _standing(part, name),
                "gaps": [asdict(gap) for gap in gaps],
                "kept_gaps": [asdict(gap) for gap in part.kept_gaps.get(measure, {}).get(name, [])],
            }
            for name, (score, gaps) in forecasters.items()
        }
        for measure, forecasters in part.by_measure.items()
    }


def _kept_london(forecast: Hindcast) -> dict[str, Any] | None:
    """Return version 0.1.0's forecast of London, if one is kept."""
    kept = kept_forecast(forecast)
    if kept is None:
        return None
    place = kept.units.index(LONDON)
    return {
        "version": VERSION,
        "held_back_years": [year for year in kept.years if year in HELD_BACK_YEARS],
        "london": {
            measure: {
                str(year): dict(zip(QUANTILE_NAMES, bands[:, place, column].tolist(), strict=True))
                for column, year in enumerate(kept.years)
            }
            for measure, bands in kept.quantiles.items()
        },
    }


def origins_table(by_measure: Mapping[str, Origins]) -> Table:
    """Return how every forecaster did from every origin."""
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
    return Table.of(
        "origins",
        (
            "origin", "measure", "forecaster", "parameters_saw_these_years", "rmse", "mae", "crps",
            "interval_score_90", *(f"coverage_{round(100 * level)}" for level in LEVELS), "cases",
        ),
        rows,
    )  # fmt: skip


def origins_json(by_measure: Mapping[str, Origins]) -> dict[str, Any]:
    """Return the scores from every origin for JSON, by measure, origin and forecaster."""
    return {
        measure: {
            str(origin): {name: vars(summary(cases)) for name, cases in one.items()}
            for origin, one in origins.items()
        }
        for measure, origins in by_measure.items()
    }
