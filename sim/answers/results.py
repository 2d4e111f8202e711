"""Results on disk: manifest, summary, panel and column dictionary, all small tidy tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import numpy as np

from sim.answers import cells
from sim.answers.cells import PANEL as PANEL
from sim.answers.cells import SUMMARY as SUMMARY
from sim.answers.cells import Csv as Csv
from sim.answers.command_line import command_line as command_line
from sim.answers.comparison import HIGH, HIGH_CASE, LOW, LOW_CASE, MIDDLE, Difference
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.files import json_in
from sim.domain.given import is_plain, shown
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError, sweep, write_atomically
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import Stamp, commit, data_digests, machinery, stamp_of_this_code
from sim.ensemble.store import RUNS_FOLDER
from sim.market.outcomes import OUTCOMES, Outcome

SEAL = "digest"
"""A manifest's hash of itself."""
DRAWN_BY = "matplotlib"
"""Where a manifest says what drew its charts."""
MANIFEST, COLUMNS = "manifest.json", "columns.csv"
SUMMARY_COLUMNS = (
    "scenario", "date", "unit", "variable", "unit_of_measure", "mean", "q10", "q50", "q90",
)  # fmt: skip
DIFFERENCES = "differences.csv"
DIFFERENCE_COLUMNS = (
    "base", "policy", "unit", "variable", "unit_of_measure",
    "old", "new", "difference", "q10", "q90", "paired_correlation",
    "variance_reduction", "is_exactly_zero",
)  # fmt: skip
PANEL_COLUMNS = ("scenario", "run", "date", "unit", "variable", "unit_of_measure", "value")
DICTIONARY_COLUMNS = ("column", "unit_of_measure", "meaning")
_COLUMN_MEANINGS = {
    "scenario": "name of the scenario",
    "run": "replicate, from 0; the same number has the same luck under every scenario",
    "date": "last day of the month",
    "unit": "London, or an employer by its DfE name",
    "variable": "outcome, see below",
    "unit_of_measure": "unit of the values in the row",
    "mean": "mean over runs",
    "q10": f"{LOW_CASE}: the 10th percentile over runs",
    "q50": "median over runs",
    "q90": f"{HIGH_CASE}: the 90th percentile over runs",
    "value": "the run's value",
}


def check_folder(folder: Path, fingerprint: str) -> None:
    """Make sure a result may go here, and change nothing.

    Raises:
        StoreError: the path is a file, or holds something else.
    """
    if not is_plain(str(folder)):
        raise StoreError(
            f"--out {shown(str(folder))}: allowed: names in UTF-8 without control signs"
        )
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"--out {folder}: is a file, where a folder is expected")
    try:
        holds_things = folder.is_dir() and any(folder.iterdir())
    except OSError as fault:
        raise StoreError(f"--out {folder}: cannot be read ({fault.strerror})") from None
    if holds_things:
        found = _fingerprint_in(folder / MANIFEST)
        if found is None and not (folder / MANIFEST).exists() and _holds_runs(folder):
            return  # a lost manifest is written again: runs say themselves what they are
        if found is None:
            raise StoreError(f"--out {folder}: is not empty and holds no result; name a new folder")
        if found != fingerprint:
            raise StoreError(f"--out {folder}: holds another result; name a new folder")


def _holds_runs(folder: Path) -> bool:
    """Return whether a folder has runs: they say by themselves whose they are."""
    return any((folder / RUNS_FOLDER).glob("*/*/*.parquet"))


def prepare_folder(folder: Path, fingerprint: str) -> None:
    """Make the folder and say whose it is, so that nothing else is mixed in if a run is stopped.

    Raises:
        StoreError: the path is a file, holds something else, or cannot be written.
    """
    check_folder(folder, fingerprint)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreError(f"--out {folder}: cannot be made ({fault.strerror})") from None
    sweep(folder)
    if not (folder / MANIFEST).exists():
        begun = json.dumps({"fingerprint": fingerprint, "complete": False}) + "\n"
        write_atomically(folder / MANIFEST, lambda stream: _put(stream, begun))


def _fingerprint_in(manifest: Path) -> str | None:
    try:
        return str(json_in(manifest)["fingerprint"])
    except (ValueError, KeyError, TypeError):
        return None


def result_fingerprint(scenario_fingerprint: str, seed: int, years: int, draws: Draws) -> str:
    """Return what makes two commands the same result, whatever the number of runs."""
    return f"{scenario_fingerprint}-{seed}-{years}-{draws.key}"


def tables_of(csv: Csv) -> tuple[str, ...]:
    """Return the tables that a result gets: what `columns.csv` explains, and itself."""
    return (*csv.tables, COLUMNS) if csv.tables else ()


def write_result(
    ensemble: Ensemble, folder: Path, command: Sequence[str] = (), csv: Csv = Csv.ALL
) -> None:
    """Write manifest, summary, panel and column dictionary of one ensemble."""
    wanted = tables_of(csv)
    if SUMMARY in wanted:
        write_table(folder / SUMMARY, SUMMARY_COLUMNS, summary_rows(ensemble))
    if PANEL in wanted:
        write_table(folder / PANEL, PANEL_COLUMNS, panel_rows(ensemble))
    if COLUMNS in wanted:
        write_table(folder / COLUMNS, DICTIONARY_COLUMNS, dictionary_rows())
    text = json.dumps(manifest(ensemble, command, csv), indent=2, ensure_ascii=False)
    write_atomically(folder / MANIFEST, lambda stream: _put(stream, text + "\n"))


def manifest(ensemble: Ensemble, command: Sequence[str] = (), csv: Csv = Csv.ALL) -> dict[str, Any]:
    """Return everything needed to run a result again, under its own seal."""
    scenario = ensemble.scenario
    content = {
        "complete": True,
        "fingerprint": result_fingerprint(
            scenario.fingerprint(), ensemble.seed, ensemble.years, ensemble.draws
        ),
        "scenario": scenario.model_dump(mode="json"),
        "seed": ensemble.seed,
        "runs": ensemble.runs,
        "years": ensemble.years,
        "parameter_draws": ensemble.draws.key,
        "calibration": ensemble.draws.calibration,
        "parameters_by_run": ensemble.parameters,
        "structures_by_run": [" with ".join(pair) for pair in ensemble.structures],
        "facts_by_run": ensemble.facts,
        **({} if csv is Csv.ALL else {"csv": csv.value}),
        **made_by(stamp_of_this_code()),
        "command": list(command),
    }
    return sealed(content)


def made_by(stamp: Stamp) -> dict[str, Any]:
    """Return what a manifest says of the code, data and machinery that made a result."""
    return {
        "package": stamp.version,
        "code": stamp.code,
        "data": stamp.data,
        "data_tables": data_digests(),
        "commit": commit(),
        **machinery(),
        DRAWN_BY: version(DRAWN_BY),
    }


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest with a hash of all else it says, so that a change by hand is noticed."""
    return {**content, SEAL: _seal(content)}


def seal_holds(content: Mapping[str, Any]) -> bool:
    """Return whether a manifest says what it said when it was written."""
    return bool(content.get(SEAL) == _seal(content))


def _seal(content: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in content.items() if key != SEAL}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def summary_rows(ensemble: Ensemble) -> Iterator[tuple[str, ...]]:
    """Yield one row a date, unit and outcome: London by month, employers by census."""
    name = ensemble.scenario.name
    for outcome in OUTCOMES:
        yield from _summarised(name, ensemble, outcome, LONDON)
        if not outcome.london_only:
            for unit in ensemble.units[1:]:
                yield from _summarised(name, ensemble, outcome, unit)


def _summarised(
    name: str, ensemble: Ensemble, outcome: Outcome, unit: str
) -> Iterator[tuple[str, ...]]:
    by_month = unit == LONDON
    values = ensemble.london(outcome.name) if by_month else ensemble.of(outcome.name, unit)
    every = 1 if by_month else MONTHS_PER_YEAR
    for place, row in enumerate(summarised(values).T):
        day = ensemble.day(place * every).isoformat()
        yield (name, day, unit, outcome.name, outcome.unit, *(number(value) for value in row))


def summarised(values: FloatArray) -> FloatArray:
    """Return mean, 10th, 50th and 90th percentile over runs (first axis), ignoring NaN."""
    quantiles = [LOW, MIDDLE, HIGH]
    if np.isfinite(values).all():
        return np.vstack([values.mean(axis=0), np.quantile(values, quantiles, axis=0)])
    columns = [column[np.isfinite(column)] for column in values.T]
    return np.array(
        [
            [column.mean(), *np.quantile(column, quantiles)] if column.size else [np.nan] * 4
            for column in columns
        ]
    ).T


def panel_rows(ensemble: Ensemble) -> Iterator[tuple[str, ...]]:
    """Yield one row a run, census, unit and outcome."""
    name = ensemble.scenario.name
    censuses = range(ensemble.years + 1)
    days = [ensemble.day(census * MONTHS_PER_YEAR).isoformat() for census in censuses]
    for outcome in OUTCOMES:
        london = ensemble.of(outcome.name)
        parts = [london[:, :, None]]
        if not outcome.london_only:
            parts.append(ensemble.employers(outcome.name))
        values = np.concatenate(parts, axis=2).tolist()
        for run, by_census in enumerate(values):
            for day, by_unit in zip(days, by_census, strict=True):
                for unit, value in zip(ensemble.units, by_unit, strict=False):
                    yield (
                        name, str(run), day, unit, outcome.name, outcome.unit, number(value),
                    )  # fmt: skip


def write_differences(
    path: Path, base: str, unit: str, found: Mapping[str, Sequence[Difference]]
) -> None:
    """Write the paired differences of every policy from one base as a tidy table."""
    write_table(path, DIFFERENCE_COLUMNS, difference_rows(base, unit, found))


def difference_rows(
    base: str, unit: str, found: Mapping[str, Sequence[Difference]]
) -> Iterator[tuple[str, ...]]:
    """Yield one row a policy and headline outcome."""
    for policy, rows in found.items():
        for row in rows:
            yield (
                base, policy, unit, row.outcome, row.unit,
                *(number(value) for value in (row.old, row.new, row.difference, row.q10, row.q90)),
                "" if row.correlation is None else number(row.correlation),
                "" if row.variance_reduction is None else number(row.variance_reduction),
                str(row.is_exactly_zero).lower(),
            )  # fmt: skip


def dictionary_rows() -> Iterator[tuple[str, ...]]:
    """Yield what every column and outcome of the tables means."""
    for column, meaning in _COLUMN_MEANINGS.items():
        yield (column, "", meaning)
    for outcome in OUTCOMES:
        made_of = outcome.made_of.replace("_", " ")
        yield (outcome.name, outcome.unit, f"{outcome.label} ({made_of})")


def number(value: float) -> str:
    """Return a number that reads back exactly, or nothing where there is none."""
    return "" if value != value else repr(float(value))


def write_table(path: Path, header: Sequence[str], rows: Iterable[tuple[str, ...]]) -> None:
    """Write a tidy table atomically, as `cells` has it, lines ended by a line feed."""

    def write(stream: IO[bytes]) -> None:
        text = io.TextIOWrapper(stream, encoding=cells.ENCODING, newline="", write_through=False)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(map(cells.inert, rows))
        text.flush()
        text.detach()

    write_atomically(path, write)


def _put(stream: IO[bytes], text: str) -> None:
    stream.write(text.encode("utf-8"))
