"""`permanence forecast`: write a forecast of the next census down, and score it when that comes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sim.domain import evidence
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.studies.forecast import words
from sim.studies.forecast.method.census_figures import CensusFigures, read_figures, shipped_figures
from sim.studies.forecast.method.judged import Judgement, judge
from sim.studies.forecast.method.next_census import forecast_next
from sim.studies.forecast.method.registered import (
    OWN_CODE,
    Registered,
    check_is_first,
    read_registered,
    register,
)
from sim.studies.hindcast.method.hindcast import FEWEST_CENSUSES
from sim.studies.study import Desk
from sim.terminal import options as o
from sim.terminal.app import app_of_several
from sim.terminal.progress import processors, progress_bar
from sim.terminal.telling import Files, tell
from sim.words.json_text import print_json
from sim.words.result_tables import print_files

DEFAULT_RUNS = 300
FOLDER = Path("docs/forecasts")
app = app_of_several()


@app.command("register")
def register_command(
    origin: Annotated[
        int,
        typer.Option(
            "--from",
            parser=o.whole(
                evidence.census_years()[FEWEST_CENSUSES - 1], evidence.latest_census_year()
            ),
            metavar="YEAR",
            help="Census the forecast starts from; from an earlier one it is a trial.",
        ),
    ] = evidence.latest_census_year(),
    runs: o.Runs = DEFAULT_RUNS,
    seed: o.Seed = 1,
    jobs: o.Jobs = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    folder: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where registered forecasts lie.")
    ] = FOLDER,
    again: Annotated[
        bool,
        typer.Option("--again", help="Register once more; the new file says it does not count."),
    ] = False,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Write down a forecast of the next census, with the rule by which it will have failed.

    London and every scored borough, the baselines beside them, dated and hashed. The first for a
    census is the one that counts; no file is ever written again.

    Example: permanence forecast register --runs 300
    """
    desk = Desk(
        jobs=jobs or processors(),
        progress_of=lambda told: progress_bar(told, desk.jobs, quiet=quiet),
    )
    content, digest, files = registered_now(origin, runs, seed, parameters, folder, again, desk)
    if as_json:
        print_json(words.as_json(content, digest, files))
        return
    words.print_registered(content, digest)
    print_files(files)


def registered_now(
    origin: int, runs: int, seed: int, draws: Draws, folder: Path, again: bool, desk: Desk
) -> tuple[Registered, str, list[Path]]:
    """Forecast the next census and write it down today.

    Returns:
        What was written, its hash, and where it lies.

    Raises:
        StoreError: one for the same census is there, and `again` is not given.
    """
    check_is_first(folder, origin + 1, again=again)
    with desk.at_work(min(desk.jobs, runs), OWN_CODE), desk.progress("forecast") as progress:
        forecast = forecast_next(
            origin, runs=runs, seed=seed, draws=draws, pool=desk.pool, progress=progress
        )
    today = datetime.now(UTC).date()
    return register(forecast, folder, today, again=again, readable=words.as_markdown)


@app.command("score")
def score_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A registered forecast (.json).")],
    census: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV", help="The DfE's file (default: the census that ships, if it has it)."
        ),
    ] = None,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Score a registered forecast on its census, beside its baselines, and say whether it failed.

    Example: permanence forecast score docs/forecasts/2026-09-30-registered-2026-12-01.json
    """
    found, digest = judged_on(file, census, out)

    def save() -> Files:
        return [] if out is None else words.save_judgement(found, out)

    tell(
        lambda: words.print_judgement(found),
        lambda files: words.judgement_json(found, digest, files),
        save,
        as_json=as_json,
    )


def judged_on(file: Path, census: Path | None, out: Path | None) -> tuple[Judgement, str]:
    """Return what a census says of a registered forecast, and the hash of the forecast.

    Raises:
        StoreError: it is none, it was changed, its census is not here, or `out` is a file.
    """
    content, digest = read_registered(file)
    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    return judge(content, _figures(content.year, census)), digest


def _figures(year: int, census: Path | None) -> CensusFigures:
    if census is not None:
        return read_figures(census, year)
    if year not in evidence.census_years():
        known = evidence.census_years()
        raise StoreError(
            f"--census: not given, and the census that ships has {known[0]} to {known[-1]}; "
            f"allowed: the DfE's file with {year}"
        )
    return shipped_figures(year)
