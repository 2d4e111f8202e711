"""`permanence hindcast`: forecasts from a census, scored on the censuses after it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.domain import evidence
from sim.domain.headline import PERMANENT_SHARES, WORKFORCE
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.ensemble.workers import workers
from sim.studies.hindcast.method.hindcast import (
    Hindcast,
    Part,
    hindcast,
    parts,
    rolling,
    scores,
)
from sim.studies.hindcast.words import tables as words
from sim.studies.hindcast.words.files import as_json as as_json_of
from sim.studies.hindcast.words.files import origins_json, save, save_origins
from sim.studies.hindcast.words.tables import Origins
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.terminal.telling import Files, tell
from sim.words.result_tables import print_files, print_json
from sim.words.tables import print_notes

FURTHEST = 2050
DEFAULT_RUNS = 100
CHARTED = WORKFORCE


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
    pooled: Annotated[
        bool,
        typer.Option("--pool", help="Score the equal mixture of model and state space as well."),
    ] = False,
    every_origin: Annotated[
        bool,
        typer.Option(
            "--rolling", help="Score one year ahead from every census instead, each with its mark."
        ),
    ] = False,
    parameters: o.Parameters = Draws.POSTERIOR,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Forecast every borough and London from a census year, and score it on what came after.

    Example: permanence hindcast --origin 2021 --to 2025 --runs 300 --out results/hindcast
    """
    if every_origin:
        _roll(runs, seed, jobs, parameters, out, pooled=pooled, as_json=as_json, quiet=quiet)
        return
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
    scored = parts(forecast, seed, pooled=pooled)
    policy = not without_later_policy
    noted = words.notes(forecast, scored[0], parameters, runs, later_policy=policy, pooled=pooled)

    def show() -> None:
        words.print_london(forecast)
        for part in scored:
            for measure in PERMANENT_SHARES if part.years else ():
                words.print_scores(part, measure)
        print_notes(noted)

    def save() -> Files:
        return [] if out is None else _save(forecast, scored, out, parameters)

    tell(
        show,
        lambda files: as_json_of(forecast, scored, noted, runs, seed, files),
        save,
        as_json=as_json,
    )


def _save(forecast: Hindcast, scored: list[Part], out: Path, draws: Draws) -> list[Path]:
    """Write the tables and the chart."""
    from sim.studies.hindcast import charts  # plotting is loaded only when drawn

    files = save(forecast, scored, out)
    about = f"{draws.calibration[0].upper()}{draws.calibration[1:]}."
    drawn = charts.hindcast_chart(forecast, scored[0].by_measure[CHARTED], about, charts.source())
    return [*files, *charts.save(*drawn, out / "figures" / "hindcast")]


def _roll(
    runs: int,
    seed: int,
    jobs: int | None,
    draws: Draws,
    out: Path | None,
    *,
    pooled: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Score one year ahead from every origin."""
    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool, progress_bar("hindcast", jobs, quiet=quiet) as progress:
        found = rolling(runs=runs, seed=seed, draws=draws, pool=pool, progress=progress)
    by_measure: dict[str, Origins] = {
        measure: {one.origin: scores(one, measure, pooled=pooled) for one in found}
        for measure in PERMANENT_SHARES
    }
    files = [] if out is None else save_origins(by_measure, out)
    noted = [f"{draws.calibration[0].upper()}{draws.calibration[1:]}. {runs} runs an origin."]
    noted += [words.ABOUT_POOL] if pooled else []
    if as_json:
        print_json({
            "runs": runs,
            "seed": seed,
            "notes": noted,
            "files": [str(path) for path in files],
            "origins": origins_json(by_measure),
        })  # fmt: skip
        return
    for place, (measure, origins) in enumerate(by_measure.items()):
        if place:
            typer.echo()
        words.print_origins(measure, origins)
    print_notes(noted)
    print_files(files)
