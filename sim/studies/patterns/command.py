"""`permanence patterns`: what a model of London must reproduce, and whether this one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from sim.answers import results as files_of
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError, write_atomically
from sim.ensemble.workers import workers
from sim.studies.calibrate.work.anchors import ANCHORED_RUNS
from sim.studies.patterns import words
from sim.studies.patterns.work.pattern_list import HEADINGS, PATTERNS
from sim.studies.patterns.work.patterns import Result, Standing, pattern_results
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.words.result_tables import print_files, print_json
from sim.words.tables import print_notes, print_table

DEFAULT_RUNS = 100
PATTERNS_FILE = "patterns.csv"
COLUMNS = (
    "number", "pattern", "standing", "unit", "first_year", "last_year", "target", "band_low",
    "band_high", "q10", "q50", "q90", "runs", "share_of_runs_in_band", "verdict",
    "q50_without_reporting_error", "source",
)  # fmt: skip
HEADER = ("", "target", "band", "model", "80 % of runs", "runs\nin", "")


def patterns(
    runs: o.Runs = DEFAULT_RUNS,
    seed: o.Seed = 1,
    jobs: o.Jobs = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    out: o.Out = None,
    write_docs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the page of the documents (Markdown) there."),
    ] = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Set the model beside seventeen patterns of the census: fitted, held out, anchored.

    Example: permanence patterns --runs 100 --out results/patterns
    """
    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    if write_docs is not None and (write_docs.is_dir() or not write_docs.parent.is_dir()):
        raise StoreError(f"--write-docs {write_docs}: allowed: a file in a folder that is there")
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool, progress_bar("patterns", jobs, quiet=quiet) as progress:
        found = pattern_results(
            PATTERNS, runs=runs, seed=seed, draws=parameters, pool=pool, progress=progress
        )
    noted = words.notes(runs, min(runs, ANCHORED_RUNS), parameters.calibration)
    files = _save(found, noted, out, write_docs)
    if as_json:
        print_json(_as_json(found, noted, runs, seed, files))
        return
    for place, standing in enumerate(Standing):
        if place:
            typer.echo()
        _print(found, standing)
    print_notes([words.legend(), *words.verdicts(found), *noted])
    print_files(files)


def _print(found: Sequence[Result], standing: Standing) -> None:
    rows = [
        (f"{one.pattern.number} {words.label(one.pattern)}", *words.cells(one))
        for one in found
        if one.pattern.standing is standing
    ]
    print_table(words.TITLES[standing], HEADER, rows)


# Files


def _save(
    found: Sequence[Result], noted: Sequence[str], out: Path | None, document: Path | None
) -> list[Path]:
    files = []
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        files.append(out / PATTERNS_FILE)
        files_of.write_table(files[-1], COLUMNS, map(_file_row, found))
    if document is not None:
        _write(document, words.page(found, noted))
        files.append(document)
    return files


def _write(path: Path, text: str) -> None:
    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode("utf-8"))

    write_atomically(path, write)


def _file_row(one: Result) -> tuple[str, ...]:
    pattern = one.pattern
    years = ("", "") if pattern.measure is None else tuple(map(str, pattern.years))
    target = "" if pattern.target is None else files_of.number(pattern.target)
    low, high = pattern.limits
    return (
        str(pattern.number), pattern.name, pattern.standing.value, pattern.unit, *years, target,
        *map(files_of.number, (low, high, one.q10, one.median, one.q90)), str(one.runs),
        files_of.number(one.in_band), words.verdict(one).lower(),
        files_of.number(one.without_error), pattern.source,
    )  # fmt: skip


def _as_json(
    found: Sequence[Result], noted: Sequence[str], runs: int, seed: int, files: Sequence[Path]
) -> dict[str, Any]:
    return {
        "runs": runs,
        "seed": seed,
        "files": [str(path) for path in files],
        "verdicts": words.verdicts(found),
        "notes": list(noted),
        "patterns": [
            {
                "number": one.pattern.number,
                "says": HEADINGS[one.pattern.number],
                "pattern": one.pattern.name,
                "meaning": one.pattern.meaning,
                "standing": one.pattern.standing.value,
                "unit": one.pattern.unit,
                "target": one.pattern.target,
                "band": list(one.pattern.limits),
                "verdict": words.verdict(one).lower(),
                "source": one.pattern.source,
            }
            | {name: value for name, value in asdict(one).items() if name != "pattern"}
            for one in found
        ],
    }
