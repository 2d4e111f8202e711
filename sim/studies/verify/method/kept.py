"""What a result says beside its runs, held against what these give: numbers, tables, manifest."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.answers import results
from sim.answers.cells import ENCODING, rows_of
from sim.answers.comparison import compared, headline, mean, spread_of
from sim.answers.reading import Told
from sim.domain.given import shown
from sim.domain.vocabulary import LONDON
from sim.ensemble.contents import NAME
from sim.ensemble.files import StoreError
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import machinery
from sim.ensemble.store import RUNS_FOLDER, RunStore
from sim.studies.verify.method.again import Apart, close

EVERY_RUN = "_by_run"
"""How keys of a manifest end that have a value for each run."""
MOST_DIGITS = 12
"""Digits of a run's number; more are no name of ours."""
OF_A_REPORT = ("runs_per_digest", "run_digests")
NOT_HELD = ("command", "commit", results.SEAL, results.DRAWN_BY)
"""What a manifest says that no run could tell: it is looked at elsewhere, or said to be left."""

# The numbers a report carries


def key_numbers(ensembles: Sequence[Ensemble], unit: str = LONDON) -> list[dict[str, Any]]:
    """Return the headline numbers of a result as plain data; what is not finite is None.

    For each scenario and outcome the value at the horizon with its 80 % interval; for each policy
    the paired difference from the base (the first ensemble) as well.
    """
    found: list[dict[str, Any]] = []
    for place, ensemble in enumerate(ensembles):
        rows = headline(ensemble, unit)
        paired = compared(ensembles[0], ensemble, unit) if place else []
        for number, (name, _, _, values) in enumerate(rows):
            ends = spread_of(values)
            row = {
                "scenario": ensemble.scenario.name,
                "outcome": name,
                "value": mean(values),
                "q10": ends.q10,
                "q90": ends.q90,
            }
            if paired:
                gap = paired[number]
                row |= {
                    "difference": gap.difference,
                    "difference_q10": gap.q10,
                    "difference_q90": gap.q90,
                }
            found.append({key: _finite(value) for key, value in row.items()})
    return found


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


def first_number_apart(
    there: Sequence[Mapping[str, Any]], here: Sequence[Mapping[str, Any]]
) -> tuple[str, Apart] | None:
    """Return the first headline number that differs by more than 1e-9, and whose it is."""
    nothing: Mapping[str, Any] = {}
    for kept, again in zip_longest(there, here, fillvalue=nothing):
        for key in {**again, **kept}:
            if not _same(kept.get(key), again.get(key)):
                row = again or kept
                whose = f"{row.get('outcome')} of {row.get('scenario')}, {key}"
                return whose, Apart("number", _told(kept.get(key)), _told(again.get(key)))
    return None


def _same(one: Any, other: Any) -> bool:
    """Return whether two pieces of plain data are the same, numbers to 1e-9."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float | int) and isinstance(other, float | int):
        return bool(close(float(one), float(other)))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _told(value: Any) -> str:
    return shown(value)


# The manifest


def manifest_apart(told: Told, ensemble: Ensemble) -> Apart | None:
    """Return the first thing a manifest says that its runs, and this code and data, do not."""
    content = told.content
    fresh = results.manifest(ensemble, csv=told.csv)
    here = {key: value for key, value in fresh.items() if _is_held(key)}
    there = {key: value for key, value in content.items() if _is_held(key)}
    if told.folder is None:
        here = {key: value for key, value in here.items() if not key.endswith(EVERY_RUN)}
        there = {key: value for key, value in there.items() if key not in OF_A_REPORT}
    for key in {**here, **there}:
        if not _same(there.get(key), here.get(key)):
            within = _first_within(there.get(key), here.get(key))
            return Apart(f"what its manifest says of {key}{within[0]}", *map(_told, within[1:]))
    return None


def _is_held(key: str) -> bool:
    return key not in NOT_HELD and key not in machinery()


def _first_within(there: Any, here: Any) -> tuple[str, Any, Any]:
    """Return where in two pieces of plain data they first part, and both values there."""
    pairs: Iterable[tuple[str, Any, Any]] = ()
    if isinstance(there, Mapping) and isinstance(here, Mapping):
        pairs = ((f".{key}", there.get(key), here.get(key)) for key in {**here, **there})
    elif isinstance(there, list | tuple) and isinstance(here, list | tuple):
        together = enumerate(zip_longest(there, here))
        pairs = ((f"[{place}]", one, other) for place, (one, other) in together)
    for name, one, other in pairs:
        if not _same(one, other):
            deeper = _first_within(one, other)
            return f"{name}{deeper[0]}", *deeper[1:]
    return "", there, here


# The tables of a folder


class CellApart(NamedTuple):
    """The first cell of a table that is not what a new run gives."""

    file: Path
    line: int
    column: str
    there: str
    here: str


def tables_apart(told: Told, ensemble: Ensemble, *, exact: bool) -> CellApart | None:
    """Return the first cell of a result's tables that differs from what its runs give.

    Args:
        exact: whether the last digit counts, as it does on the same machine.
    """
    assert told.folder is not None
    rows = {
        results.SUMMARY: (results.SUMMARY_COLUMNS, results.summary_rows),
        results.PANEL: (results.PANEL_COLUMNS, results.panel_rows),
        results.COLUMNS: (results.DICTIONARY_COLUMNS, lambda _: results.dictionary_rows()),
    }
    for name in results.tables_of(told.csv):
        columns, rows_of_it = rows[name]
        found = table_apart(told.folder / name, columns, rows_of_it(ensemble), exact=exact)
        if found is not None:
            return found
    return None


def table_apart(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, exact: bool = False
) -> CellApart | None:
    """Return the first cell of a table on disk that differs by more than 1e-9, if exact at all.

    Raises:
        StoreError: the table is missing, or is no text.
    """
    try:
        with path.open(encoding=ENCODING, newline="") as stream:
            fresh = chain([header], rows)
            pairs = zip_longest(rows_of(stream), fresh, fillvalue=())
            for line, (there, here) in enumerate(pairs, start=1):
                for column, one, other in zip_longest(header, there, here, fillvalue=""):
                    if one != other and (exact or not _same_number(one, other)):
                        return CellApart(path, line, column, one, other)
    except (OSError, UnicodeDecodeError, csv.Error):
        raise StoreError(f"{path}: cannot be read as a table") from None
    return None


def _same_number(one: str, other: str) -> bool:
    try:
        return _same(float(one), float(other))
    except ValueError:
        return False


def differences_apart(
    folder: Path, ensembles: Sequence[Ensemble], unit: str, *, exact: bool
) -> CellApart | None:
    """Return the first cell of a comparison's table that differs from what its runs give."""
    base, *policies = ensembles
    found = {one.scenario.name: compared(base, one, unit) for one in policies}
    rows = results.difference_rows(base.scenario.name, unit, found)
    return table_apart(folder / results.DIFFERENCES, results.DIFFERENCE_COLUMNS, rows, exact=exact)


# Runs that are not of the result


class Strays(NamedTuple):
    """Files beside the runs of a result.

    Attributes:
        odd: files among its runs that hold none of it.
        more: how many runs of it lie there beyond those it is of.
        elsewhere: how many files of runs lie under another role or stamp.
    """

    odd: tuple[Path, ...]
    more: int
    elsewhere: int


def strays_of(told: Told) -> Strays:
    """Return what lies among the runs of a result and is not part of it."""
    assert told.folder is not None
    store = RunStore(told.folder, only_read=True)
    mine = {path for run in range(told.runs) for path in _places(store, told, run)}
    odd, more = [], 0
    for path in sorted(store.folder.iterdir()):
        if path in mine:
            continue
        named = NAME.fullmatch(path.name)
        run = int(named[1]) if named and len(named[1]) <= MOST_DIGITS else None
        if run is None or not _holds(store, told, run, path):
            odd.append(path)
        else:
            more += 1 if named is None or named[2] is None else int(named[2]) - run + 1
    every = sum(path.is_file() for path in (told.folder / RUNS_FOLDER).rglob("*"))
    here = sum(path.is_file() for path in store.folder.rglob("*"))
    return Strays(tuple(odd), more, every - here)


def _places(store: RunStore, told: Told, run: int) -> tuple[Path, Path]:
    spec = told.spec(run)
    return store.path(spec), store.block(spec)


def _holds(store: RunStore, told: Told, run: int, path: Path) -> bool:
    """Return whether a file is the one it is called, of the same result."""
    spec = told.spec(run)
    if path not in _places(store, told, run) or store.where(spec) != path:
        return False
    try:
        return store.look_at(spec)[1]
    except StoreError:
        return False


# Files that nobody looked at


def not_looked_at(folder: Path, looked_at: Iterable[Path]) -> list[str]:
    """Return what lies in a folder and was not held against anything, as a person would name it."""
    known = set(looked_at)
    above = {parent for path in known for parent in path.parents}
    found = []
    waiting = [folder]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if path in known:
                continue
            if path in above and path.is_dir() and not path.is_symlink():
                waiting.append(path)
            else:
                found.append(path.relative_to(folder).as_posix())
    return sorted(found)
