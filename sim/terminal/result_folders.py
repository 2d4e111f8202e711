"""Running ensembles into folders: refuse before anything is made, then run and save."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from pathlib import Path

import typer

from sim.answers import results
from sim.answers.answer import Table, sheet_of
from sim.answers.books import ensemble_sheets, sources_sheet
from sim.answers.comparison import Difference
from sim.answers.results import Csv
from sim.answers.workbook import write_workbook
from sim.ensemble import contents
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble, run_ensemble
from sim.ensemble.run_file import Role
from sim.ensemble.stamp import Stamp, stamp_of_this_code
from sim.ensemble.store import RUNS_FOLDER, RunStore
from sim.scenario import Scenario, ScenarioError
from sim.terminal.progress import progress_bar
from sim.words.notes import combined, notes

RUN_BOOK, COMPARE_BOOK = "run.xlsx", "compare.xlsx"


def prepare(places: dict[Path, Scenario], seed: int, years: int, draws: Draws) -> None:
    """Check every folder before any is made, so that a refusal leaves nothing behind."""
    wanted = {
        folder: results.result_fingerprint(scenario.fingerprint(), seed, years, draws)
        for folder, scenario in places.items()
    }
    for folder, fingerprint in wanted.items():
        results.check_folder(folder, fingerprint)
    for folder, fingerprint in wanted.items():
        results.prepare_folder(folder, fingerprint)
    say_unused(list(places))


def say_unused(folders: Sequence[Path], own: Collection[Stamp] = ()) -> None:
    """Say on standard error if runs of another stamp lie in some folders of one command.

    Args:
        folders: the results' folders.
        own: stamps of a question's own, besides that of runs.
    """
    told = contents.unused(folders, [stamp_of_this_code(), *own])
    if told:
        typer.echo(f"permanence: {told}", err=True)


def refuse_namesakes(planned: Sequence[Scenario]) -> None:
    """Refuse two scenarios of one name: tables and folders are named by it."""
    by_name = {scenario.name: scenario.fingerprint() for scenario in planned}
    for scenario in planned:
        if by_name[scenario.name] != scenario.fingerprint():
            raise ScenarioError(
                f"two different scenarios are called {scenario.name}: rename a file"
            )


def refuse_foreign(out: Path) -> None:
    """Refuse a folder that holds things but no results: several results go into it."""
    if out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    if (out / results.MANIFEST).is_file():
        raise StoreError(f"--out {out}: holds the result of one run; name a new folder")
    if out.is_dir() and any(out.iterdir()):
        kinds = (results.MANIFEST, RUNS_FOLDER)
        if not any((folder / kind).exists() for folder in out.iterdir() for kind in kinds):
            raise StoreError(f"--out {out}: is not empty and holds no result; name a new folder")


def forget(record: RunRecord) -> None:
    """Let a run's whole record go."""


def ensemble_of(
    scenario: Scenario,
    runs: int,
    seed: int,
    years: int,
    draws: Draws,
    pool: Executor | None,
    jobs: int,
    out: Path | None,
    quiet: bool,
    each: Callable[[RunRecord], None] = forget,
    other_luck: int = 0,
) -> Ensemble:
    """Run one scenario with a progress bar, into a folder if one is named."""
    role = Role.SHADOW if other_luck else Role.MAIN
    with progress_bar(scenario.name, jobs, quiet=quiet) as progress:
        return run_ensemble(
            scenario,
            runs=runs,
            seed=seed,
            years=years,
            draws=draws,
            pool=pool,
            store=None if out is None else RunStore(out, role=role),
            progress=progress,
            each=each,
            other_luck=other_luck,
        )


def save_run(
    ensemble: Ensemble, out: Path, unit: str, csv: Csv = Csv.ALL, tables: Sequence[Table] = ()
) -> list[Path]:
    """Write a result, its charts and its workbook; return the files worth naming."""
    results.write_result(ensemble, out, results.command_line(), csv)
    charts = save_charts([ensemble], out / "figures", unit)
    book = save_book(out / RUN_BOOK, [ensemble], tables, unit)
    named = [*csv.tables, *([results.COLUMNS] if csv.tables else []), results.MANIFEST]
    return [*charts, book, *(out / name for name in named)]


def save_book(
    path: Path, ensembles: Sequence[Ensemble], tables: Sequence[Table], unit: str
) -> Path:
    """Write the workbook of results and of the tables beside them."""
    base = ensembles[0] if len(ensembles) > 1 else None
    noted = combined([notes(one, unit, base) for one in ensembles[1:] or ensembles])
    sheets = [*ensemble_sheets(ensembles, unit), *map(sheet_of, tables), sources_sheet(noted)]
    return write_workbook(path, sheets)


def save_comparison(
    ensembles: Sequence[Ensemble],
    found: dict[str, list[Difference]],
    out: Path,
    unit: str,
    csv: Csv = Csv.ALL,
    tables: Sequence[Table] = (),
) -> list[Path]:
    """Write each result, a chart of each pair, the table of differences and the workbook."""
    for ensemble in ensembles:
        folder = out / ensemble.scenario.name
        results.write_result(ensemble, folder, results.command_line(), csv)
    charts: list[Path] = []
    for ensemble in ensembles[1:]:
        pair = [ensembles[0], ensemble]
        charts += save_charts(
            pair, out / f"{pair[0].scenario.name}-and-{pair[1].scenario.name}", unit
        )
    table = out / results.DIFFERENCES
    base = ensembles[0].scenario.name
    results.write_differences(table, base, unit, found)
    rows = results.difference_rows(base, unit, found)
    beside = [Table.of("differences", results.DIFFERENCE_COLUMNS, rows), *tables]
    book = save_book(out / COMPARE_BOOK, ensembles, beside, unit)
    return [*charts, book, table, *(out / e.scenario.name for e in ensembles)]


def save_charts(ensembles: Sequence[Ensemble], folder: Path, unit: str) -> list[Path]:
    """Draw the charts of one result, or of a base and a policy."""
    from sim.charts import ensembles as charts  # plotting is loaded only when something is drawn

    folder.mkdir(parents=True, exist_ok=True)
    base = ensembles[0] if len(ensembles) > 1 else None
    saved = charts.save(*charts.permanence_chart(ensembles, unit), folder / "permanence")
    saved += charts.save(*charts.charge_chart(ensembles, unit), folder / "charge-rate")
    saved += charts.save(*charts.tile_map(ensembles[-1], base), folder / "map")
    return saved
