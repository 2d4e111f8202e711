"""Runs on disk: one Parquet file a run, named by what decides its content.

A file is written beside its place and then renamed, so a file that is there is whole. The
same command again therefore does only what is missing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.replicate import RunRecord, RunSpec
from sim.market.outcomes import OUTCOMES

RUNS_FOLDER = "runs"
_META, _DIGEST = b"permanence", b"permanence-digest"
NO_RUN = (pa.ArrowException, KeyError, TypeError, ValueError, OSError)
"""What goes wrong when a file that should hold a run does not."""


class StoreError(ValueError):
    """A result cannot be written or read where the user said; the message says why."""


def package_version() -> str:
    """Return the installed version of this package."""
    try:
        return version("permanence")
    except PackageNotFoundError:
        return "0+source"


def data_fingerprint(without: Collection[str] = ()) -> str:
    """Return a short hash of every shipped data table, but those named."""
    digest = blake2b(digest_size=8)
    for table in sorted(files("sim.data").iterdir(), key=lambda entry: entry.name):
        if table.name.endswith(".csv") and table.name not in without:
            digest.update(table.name.encode() + b"\0" + table.read_bytes())
    return digest.hexdigest()


def data_digests() -> dict[str, str]:
    """Return a short hash of each shipped data table, by name: which one moved, if one did."""
    return {
        table.name: blake2b(table.read_bytes(), digest_size=8).hexdigest()
        for table in sorted(files("sim.data").iterdir(), key=lambda entry: entry.name)
        if table.name.endswith(".csv")
    }


def write_atomically(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file beside its place and rename it, so that nobody ever sees half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            write(stream)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_text_atomically(path: Path, text: str) -> None:
    """Write a text file in UTF-8 the same way."""

    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode("utf-8"))

    write_atomically(path, write)


class RunStore:
    """The `runs` folder of one result; it is made unless it is only to be read."""

    def __init__(self, folder: Path, *, only_read: bool = False) -> None:
        self.folder = folder / RUNS_FOLDER
        if not only_read:
            self.folder.mkdir(parents=True, exist_ok=True)
        self._stamp = f"{package_version()}:{data_fingerprint()}"

    def path(self, spec: RunSpec) -> Path:
        """Return where a run belongs: a hash of scenario, seed, years, version and data."""
        decides = f"{spec.scenario.fingerprint()}:{spec.seed}:{spec.replicate}:{spec.years}:"
        state = "" if spec.carried is None else spec.carried.fingerprint()
        drawn = f"{spec.draws.key}:{spec.draw}:{state}"
        digest = blake2b(f"{decides}{drawn}:{self._stamp}".encode(), digest_size=8)
        return self.folder / f"{spec.replicate:05d}-{digest.hexdigest()}.parquet"

    def keep(self, spec: RunSpec, record: RunRecord) -> None:
        """Write one run."""
        table = _as_table(spec, record)
        write_atomically(
            self.path(spec), lambda stream: pq.write_table(table, stream, compression="zstd")
        )

    def find(self, spec: RunSpec) -> RunRecord | None:
        """Return a run written earlier, or None; a file that is not that run counts as missing."""
        path = self.path(spec)
        if not path.is_file():
            return None
        try:
            record, is_sound = _as_record(spec, pq.read_table(path))
        except NO_RUN:
            return None
        return record if is_sound else None

    def look_at(self, spec: RunSpec) -> tuple[RunRecord, bool]:
        """Return a run as its file has it, and whether that is what was once written there.

        Raises:
            StoreError: there is no such file, or it holds no run.
        """
        path = self.path(spec)
        if not path.is_file():
            raise StoreError(f"{path}: is missing, so the result is not complete")
        try:
            return _as_record(spec, pq.read_table(path))
        except NO_RUN:
            raise StoreError(f"{path}: holds no run that can be read") from None


def _as_table(spec: RunSpec, record: RunRecord) -> pa.Table:
    _, months, count = record.outcomes.shape
    opening = spec.scenario.start.opening
    days = [month_end(opening, month) for month in range(months)]
    columns: dict[str, Any] = {
        "month": np.repeat(np.arange(months, dtype=np.int32), count),
        "date": pa.array([day for day in days for _ in range(count)], pa.date32()),
        "unit": pa.array(list(record.units) * months).dictionary_encode(),
    }
    for place, outcome in enumerate(OUTCOMES):
        columns[outcome.name] = record.outcomes[place].ravel()
    text = _meta(record)
    found = _digest(record.outcomes, text).encode()
    return pa.table(columns).replace_schema_metadata({_META: text, _DIGEST: found})


def _meta(record: RunRecord) -> bytes:
    meta = {
        "parameters": record.parameters,
        "structure": record.structure,
        "facts": record.facts,
        "units": record.units,
    }
    return json.dumps(meta).encode()


def run_digest(record: RunRecord) -> str:
    """Return a hash of everything a run left behind: outcomes, draws, structure and facts."""
    return _digest(record.outcomes, _meta(record))


def _digest(outcomes: FloatArray, text: bytes) -> str:
    """Return a hash of a run's content, so that a bit that flips on disk is noticed."""
    content = np.ascontiguousarray(outcomes).tobytes()
    return blake2b(text + content, digest_size=16).hexdigest()


def _as_record(spec: RunSpec, table: pa.Table) -> tuple[RunRecord, bool]:
    """Return the run in a table, and whether its content is what was written."""
    stated = table.schema.metadata or {}
    meta = json.loads(stated[_META])
    units = tuple(meta["units"])
    shape = (len(OUTCOMES), spec.years * MONTHS_PER_YEAR + 1, len(units))
    columns = [table[outcome.name].to_numpy() for outcome in OUTCOMES]
    outcomes = np.array(columns).reshape(shape)
    record = RunRecord(
        replicate=spec.replicate,
        units=units,
        outcomes=outcomes,
        parameters=meta["parameters"],
        structure=(HiringStructure(meta["structure"][0]), BidTrigger(meta["structure"][1])),
        facts=meta["facts"],
        seconds=0.0,
    )
    return record, _digest(outcomes, stated[_META]).encode() == stated[_DIGEST]
