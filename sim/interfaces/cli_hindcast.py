"""`permanence hindcast`: forecasts from a census, scored on the censuses after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.domain import evidence
from sim.domain.published import published_figure
from sim.domain.vocabulary import LONDON
from sim.experiments import results
from sim.experiments.baselines import BASELINES
from sim.experiments.draws import Draws
from sim.experiments.hindcast import (
    HINDCAST_MEASURES,
    QUANTILES,
    Hindcast,
    hindcast,
    london_inside,
    scored_years,
    scores,
)
from sim.experiments.run import workers
from sim.experiments.scoring import LEVELS, Score, Skill, skills, summary
from sim.experiments.store import StoreError
from sim.interfaces import options as o
from sim.interfaces.progress import processors, progress_bar
from sim.interfaces.result_tables import print_files, print_json
from sim.interfaces.tables import print_notes, print_table, shown
from sim.market.outcomes import OUTCOME

FORECAST_FILE, SCORES_FILE = "forecast.csv", "scores.csv"
FURTHEST = 2050
DEFAULT_RUNS = 100
MODEL = "Permanence"
QUANTILE_NAMES = tuple(f"q{round(100 * level):02d}" for level in QUANTILES)

Scored = dict[str, tuple[Score, list[Skill]]]
"""By forecaster: its score, and what the model's is less its own (none for the model)."""


def hindcast_command(
    origin: Annotated[
        int,
        typer.Option(
            parser=o.whole(evidence.census_years()[0], evidence.latest_census_year()),
            metavar="YEAR",
            help="Census the forecast starts from; nothing later is used.",
        ),
    ] = 2021,
    to: Annotated[
        int,
        typer.Option(
            parser=o.whole(evidence.census_years()[0] + 1, FURTHEST),
            metavar="YEAR",
            help="Last year to forecast; it may lie past the data.",
        ),
    ] = 2025,
    runs: o.Runs = DEFAULT_RUNS,
    seed: o.Seed = 1,
    jobs: o.Jobs = None,
    without_later_policy: Annotated[
        bool,
        typer.Option("--without-later-policy", help="Leave out what was enacted after the origin."),
    ] = False,
    parameters: o.Parameters = Draws.POSTERIOR,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Forecast every borough and London from a census year, and score it on what came after.

    Example: permanence hindcast --origin 2021 --to 2025 --runs 300 --out results/hindcast
    """
    if to <= origin:
        raise typer.BadParameter(f"given {to}; allowed: a year after --origin {origin}")
    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool, progress_bar("hindcast", jobs, quiet=quiet) as progress:
        forecast = hindcast(
            origin,
            to,
            runs=runs,
            seed=seed,
            later_policy=not without_later_policy,
            draws=parameters,
            pool=pool,
            progress=progress,
        )
    scored = {measure: _scored(forecast, measure, seed) for measure in HINDCAST_MEASURES}
    files = [] if out is None else _save(forecast, scored, out)
    noted = _notes(forecast, scored, parameters, runs, later_policy=not without_later_policy)
    if as_json:
        print_json(_as_json(forecast, scored, noted, runs, seed, files))
        return
    _print_london(forecast)
    for measure in HINDCAST_MEASURES:
        if scored[measure]:
            _print_scores(forecast, measure, scored[measure])
    print_notes(noted)
    print_files(files)


def _scored(forecast: Hindcast, measure: str, seed: int) -> Scored:
    if not scored_years(forecast):
        return {}
    found = scores(forecast, measure)
    return {
        name: (summary(cases), [] if name == MODEL else skills(found[MODEL], cases, seed))
        for name, cases in found.items()
    }


# Tables and words


def _print_london(forecast: Hindcast) -> None:
    place = forecast.units.index(LONDON)
    rows = []
    for measure in HINDCAST_MEASURES:
        bands = forecast.quantiles(measure)[:, place]
        seen = london_inside(forecast, measure)
        for column, year in enumerate(forecast.years):
            low, middle, high = (bands[row, column] for row in (0, QUANTILES.index(0.5), -1))
            published = _published(measure, year)
            rows.append(
                (
                    f"{OUTCOME[measure].label} {year}",
                    "" if published is None else shown(published, "share"),
                    shown(float(middle), "share"),
                    f"{100 * low:.1f} to {100 * high:.1f}",
                    "" if year not in seen else ("inside" if seen[year] else "outside"),
                )
            )
    print_table(
        f"London, forecast from the census of {forecast.origin}",
        ("", "census", "median", "90 % band", "census is"),
        rows,
    )


def _published(measure: str, year: int) -> float | None:
    return published_figure(measure, year, LONDON) if year in evidence.census_years() else None


def _print_scores(forecast: Hindcast, measure: str, scored: Scored) -> None:
    rows, gaps_rows = [], []
    for name, (score, gaps) in scored.items():
        coverage = (f"{100 * share:.0f} %" for share in score.coverage)
        numbers = (f"{score.rmse:.1f}", f"{score.mae:.1f}", f"{score.crps:.2f}")
        rows.append((name, *numbers, f"{score.interval_score:.0f}", *coverage))
        if gaps:
            gaps_rows.append((name, *(_gap(gap) for gap in gaps)))
    years, cases = scored_years(forecast), scored[MODEL][0].cases
    held = [f"{100 * level:.0f} %" for level in LEVELS]
    typer.echo()
    print_table(
        f"Boroughs, {OUTCOME[measure].label}, {years[0]}-{years[-1]}\n{cases} borough-years; "
        "errors and scores in points, lower is better (interval: score of the 90 % band); "
        "then what each band holds",
        ("", "RMSE", "MAE", "CRPS", "interval", *held),
        rows,
    )
    if gaps_rows:
        typer.echo()
        print_table(
            "Permanence less each baseline, points, with 90 % bootstrap interval: below zero it is "
            "better",
            ("", "RMSE", "CRPS"),
            gaps_rows,
        )


def _gap(gap: Skill) -> str:
    return f"{gap.difference:+.2f} ({gap.low:+.2f} to {gap.high:+.2f})"


def _notes(
    forecast: Hindcast,
    scored: dict[str, Scored],
    draws: Draws,
    runs: int,
    *,
    later_policy: bool,
) -> list[str]:
    text = draws.calibration
    found = [f"{text[0].upper()}{text[1:]}. {runs} runs."]
    for measure, forecasters in scored.items():
        if len(forecasters) > 1:
            found.append(_verdict(measure, forecasters))
    if not any(scored.values()):
        found.append("No census after the origin: nothing can be scored.")
    elif not any(len(one) > 1 for one in scored.values()):
        found.append("Too few censuses before the origin for a baseline.")
    policy = "enters as known" if later_policy else "is left out"
    found += [
        f"Policy enacted after the origin (the London Pledge of June 2022) {policy}.",
        "Bands hold what draws of parameters, luck and reporting error make of a published share; "
        "the start is the census of the origin alone.",
        "The City of London is forecast and never scored.",
    ]
    return found


def _verdict(measure: str, scored: Scored) -> str:
    """Return which baselines the model beats by CRPS, and which beat it."""
    better: list[str] = []
    worse: list[str] = []
    even: list[str] = []
    for name in BASELINES:
        gap = next(one for one in scored[name][1] if one.measure == "crps")
        (better if gap.high < 0 else worse if gap.low > 0 else even).append(name)
    parts = [
        f"{words} {', '.join(names)}"
        for words, names in (
            ("beats", better),
            ("is beaten by", worse),
            ("cannot be told from", even),
        )
        if names
    ]
    label = OUTCOME[measure].label
    return f"{label[0].upper()}{label[1:]}: by CRPS the model {'; it '.join(parts)}."


# Files


def _save(forecast: Hindcast, scored: dict[str, Scored], out: Path) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    bands = {measure: forecast.quantiles(measure) for measure in HINDCAST_MEASURES}
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
            for measure in HINDCAST_MEASURES
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


def _as_json(
    forecast: Hindcast,
    scored: dict[str, Scored],
    noted: Sequence[str],
    runs: int,
    seed: int,
    files: Sequence[Path],
) -> dict[str, Any]:
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
            for measure in HINDCAST_MEASURES
        },
        "scores": {
            measure: {
                name: asdict(score) | {"gaps": [asdict(gap) for gap in gaps]}
                for name, (score, gaps) in forecasters.items()
            }
            for measure, forecasters in scored.items()
        },
    }
