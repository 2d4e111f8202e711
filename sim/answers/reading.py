"""Results read back from a folder: what was run, and its runs, without running anything again."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sim.answers.cells import ENCODING, rows_of
from sim.answers.results import (
    DIFFERENCE_COLUMNS,
    DIFFERENCES,
    MANIFEST,
    SEAL,
    Csv,
    result_fingerprint,
    seal_holds,
)
from sim.domain.evidence import EvidenceError
from sim.domain.files import FileFaultError, json_in
from sim.domain.vocabulary import LONDON
from sim.ensemble.asked import check_size
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.ensemble.old_layout import OldRuns
from sim.ensemble.replicate import RunRecord, RunSpec
from sim.ensemble.run import Ensemble, Progress, gathered, no_progress
from sim.ensemble.run_file import refuse_absent, run_digest
from sim.ensemble.stamp import Stamp, stamp_of_this_code
from sim.ensemble.store import RunStore
from sim.scenario import Scenario

COUNTS = ("seed", "runs", "years")


@dataclass(frozen=True)
class Told:
    """What a manifest says was run.

    Attributes:
        content: the manifest itself.
        folder: where its runs are, if they are at hand.
        only_shown: whether it was kept before results carried a stamp of their code: it can be
            shown as it was kept, not made again.
    """

    scenario: Scenario
    seed: int
    runs: int
    years: int
    draws: Draws
    content: Mapping[str, Any]
    folder: Path | None = None
    only_shown: bool = False

    @property
    def csv(self) -> Csv:
        """Which tables were written beside it."""
        return Csv(self.content.get("csv", Csv.ALL))

    def spec(self, replicate: int) -> RunSpec:
        """Return what decides one of its runs."""
        return RunSpec(self.scenario, self.seed, replicate, self.years, self.draws)


@dataclass(frozen=True)
class SavedResult:
    """One result, or a base and its policies, as they lie in a folder.

    Attributes:
        told: what each manifest says; the base first.
        unit: London, or the employer whose view the comparison was made for.
        split: the rows of a split by lever that was saved beside the differences, header first.
    """

    told: tuple[Told, ...]
    unit: str
    split: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class ReadEnsemble:
    """An ensemble from disk, with a digest of each run's content."""

    ensemble: Ensemble
    digests: tuple[str, ...]


def find_result(folder: Path, split_file: str = "") -> SavedResult:
    """Return what a folder says it holds: one result, or a comparison of several.

    Args:
        folder: what `permanence run --out` or `compare --out` made.
        split_file: the name of a table of a split by lever, if one is to be taken along.

    Raises:
        StoreError: no result, an unfinished or altered one, or several without a comparison.
    """
    if not folder.is_dir():
        missing = "is a file" if folder.exists() else "is not there"
        raise StoreError(f"{folder}: {missing}; allowed: the folder of a result")
    if (folder / MANIFEST).is_file():
        return SavedResult((read_manifest(folder),), LONDON)
    if not (folder / DIFFERENCES).is_file():
        raise StoreError(f"{folder}: {_no_result(folder)}")
    names, unit = _compared(folder / DIFFERENCES)
    found = tuple(read_manifest(folder / name) for name in names)
    _refuse_unpaired(folder, found)
    table = folder / split_file
    rows = tuple(tuple(row) for row in _rows(table)) if split_file and table.is_file() else ()
    return SavedResult(found, unit, rows)


def _refuse_unpaired(folder: Path, found: Sequence[Told]) -> None:
    base = found[0]
    for one in found[1:]:
        for what in (*COUNTS, "parameter_draws"):
            there, here = base.content.get(what), one.content.get(what)
            if there != here:
                raise StoreError(
                    f"{folder}: {one.scenario.name} and {base.scenario.name} are no longer paired "
                    f"({what}: {here} and {there}); repeat the command of the comparison"
                )


def _no_result(folder: Path) -> str:
    inside = sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))
    if not inside:
        return "holds no result (no manifest.json); allowed: the folder of `run` or `compare`"
    shown = ", ".join(inside[:6]) + (", ..." if len(inside) > 6 else "")
    return f"holds several results and no comparison of them; name one of {shown}"


def _compared(path: Path) -> tuple[list[str], str]:
    """Return the scenarios of a comparison, base first, and the unit it is for."""
    header, *rows = _rows(path) or [[]]
    if tuple(header) != DIFFERENCE_COLUMNS or not rows:
        raise StoreError(f"{path}: is not a table of differences of this version")
    names = list(dict.fromkeys([rows[0][0], *(row[1] for row in rows)]))
    if any(name in ("", "..") or Path(name).name != name for name in names):
        raise StoreError(f"{path}: names a scenario that has no folder beside it")
    return names, rows[0][2]


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding=ENCODING, newline="") as stream:
            return list(rows_of(stream))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise StoreError(f"{path}: cannot be read as a table") from None


# One manifest


def read_manifest(folder: Path) -> Told:
    """Return what the manifest of a finished result says.

    Raises:
        StoreError: none there, unfinished, of another program, or altered since it was written.
    """
    path = folder / MANIFEST
    try:
        content = json_in(path)
    except FileFaultError as fault:
        raise StoreError(f"{path}: {fault}, where a manifest is expected") from None
    if not isinstance(content, dict) or "fingerprint" not in content:
        raise StoreError(f"{path}: is not the manifest of a result")
    if content.get("complete") is not True:
        raise StoreError(f"{folder}: the result is not complete; repeat the command that made it")
    return told(content, str(path), folder)


def told(content: Mapping[str, Any], where: str, folder: Path | None = None) -> Told:
    """Return what a manifest says was run, once it is known to be as it was written.

    Scenario and draws are only understood where the stamp is this installation's, or where there is
    none yet: see `refuse_other_stamp`.

    Args:
        content: the manifest.
        where: what to call it in a message.
        folder: where its runs are, if they are at hand.

    Raises:
        StoreError: it was altered, or says what this version cannot run.
    """
    if SEAL not in content:
        raise StoreError(f"{where}: has no digest; repeat the command that made it")
    if not seal_holds(content):
        raise StoreError(f"{where}: was altered after it was written (its digest does not match)")
    if any(name not in content for name in (*COUNTS, "scenario", "command")):
        raise StoreError(f"{where}: does not say what was run")
    seed, runs, years = (content[name] for name in COUNTS)
    try:
        check_size(runs=runs, seed=seed, years=years)
    except ValueError as fault:
        raise StoreError(f"{where}: {fault}") from None
    command = content["command"]
    if not isinstance(command, list) or not all(isinstance(word, str) for word in command):
        raise StoreError(f"{where}: command: is not a list of words")
    if content.get("csv", Csv.ALL) not in tuple(Csv):
        raise StoreError(f"{where}: csv: allowed: {', '.join(Csv)}")
    if not is_stamped(content):
        return _only_shown(content, folder, (seed, runs, years))
    if is_foreign(content):
        return Told(Scenario(), seed, runs, years, Draws.DEFAULT, content, folder)
    try:
        scenario = Scenario(**content["scenario"])
        draws = Draws.of_key(str(content.get("parameter_draws")))
    except (ValueError, TypeError, ArithmeticError) as fault:
        said = str(fault) if isinstance(fault, EvidenceError) else "its scenario does not fit"
        raise StoreError(f"{where}: cannot be run by this version ({said})") from None
    expected = result_fingerprint(scenario.fingerprint(), seed, years, draws)
    if content.get("fingerprint") != expected:
        raise StoreError(f"{where}: its fingerprint does not match what it says was run")
    return Told(scenario, seed, runs, years, draws, content, folder)


def _only_shown(
    content: Mapping[str, Any], folder: Path | None, counts: tuple[int, int, int]
) -> Told:
    """Return what a manifest without a stamp says, as far as this version understands it."""
    key = str(content.get("parameter_draws"))
    try:
        scenario = Scenario(**content["scenario"])
        draws = _draws_then(key)
    except (ValueError, TypeError, ArithmeticError):
        return Told(Scenario(), *counts, Draws.DEFAULT, content, folder)
    return Told(scenario, *counts, draws, content, folder, only_shown=True)


def _draws_then(key: str) -> Draws:
    """Return the draws of a key, whichever posterior shipped when it was written."""
    for known in Draws.NAMED:
        if key.partition("-")[0] == known.name:
            return known
    return Draws.of_key(key)


def is_stamped(content: Mapping[str, Any]) -> bool:
    """Return whether a manifest says which code made its result: from 0.2.0 on."""
    return "code" in content


def is_foreign(content: Mapping[str, Any]) -> bool:
    """Return whether another version of the package, other code or other data made a result."""
    return stamp_in(content) != stamp_of_this_code()


def stamp_in(content: Mapping[str, Any]) -> Stamp:
    """Return the stamp a manifest carries; of one that has none, with empty code."""
    return Stamp(*(str(content.get(name, "")) for name in ("package", "code", "data")))


def refuse_other_stamp(result: SavedResult, where: str) -> None:
    """Refuse a result that another version of the package, other code or other data made.

    One that 0.1.0 kept, before there was a stamp, is let through if it can be shown.

    Raises:
        StoreError: it is from elsewhere; the message says from where.
    """
    for one in result.told:
        if one.only_shown or not is_foreign(one.content):
            continue
        there, here = stamp_in(one.content), stamp_of_this_code()
        if not there.code:
            raise StoreError(
                f"{where}: was made by permanence {there.version}, and this version does not "
                "understand its scenario; run it again, or use that version"
            )
        raise StoreError(
            f"{where}: was made by permanence {there.version} with code {there.code} and data "
            f"{there.data}, this is {here.version} with {here.code} and {here.data}; run it "
            "again, or use that version"
        )


# Its runs


def read_ensemble(one: Told, progress: Progress = no_progress) -> ReadEnsemble:
    """Return the ensemble of a manifest from its folder, every run checked and none computed.

    Raises:
        StoreError: a run is missing, or is not what was written.
    """
    if one.folder is None:
        raise StoreError("there is no folder to read runs from")
    digests: dict[int, str] = {}

    def note(record: RunRecord) -> None:
        digests[record.replicate] = run_digest(record)

    ensemble = gathered(
        _sound_records(one, runs_of(one, one.folder)),
        one.scenario,
        runs=one.runs,
        seed=one.seed,
        years=one.years,
        draws=one.draws,
        progress=progress,
        each=note,
    )
    return ReadEnsemble(ensemble, tuple(digests[run] for run in range(one.runs)))


def runs_of(one: Told, folder: Path) -> RunStore | OldRuns:
    """Return the runs of a result, to be read."""
    return OldRuns(folder, one.content) if one.only_shown else RunStore(folder, only_read=True)


def _sound_records(one: Told, store: RunStore | OldRuns) -> Iterator[RunRecord]:
    refuse_missing(one, store)
    for run in range(one.runs):
        record, is_sound = store.look_at(one.spec(run))
        if not is_sound:
            raise StoreError(f"{store.where(one.spec(run))}: has changed since it was written")
        yield record


def refuse_missing(one: Told, store: RunStore | OldRuns) -> None:
    """Refuse a folder from which a run is missing, before any is read.

    Raises:
        StoreError: naming the first that is not there.
    """
    for run in range(one.runs):
        refuse_absent(store.where(one.spec(run)))


def by_block(digests: tuple[str, ...], most: int) -> tuple[int, list[str]]:
    """Return digests of blocks of runs, at most so many, and how many runs a block has."""
    size = max(1, -(-len(digests) // most))
    blocks = [digests[start : start + size] for start in range(0, len(digests), size)]
    if size == 1:
        return size, list(digests)
    return size, [blake2b("".join(block).encode(), digest_size=16).hexdigest() for block in blocks]
