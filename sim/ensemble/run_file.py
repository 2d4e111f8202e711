"""One run as a table that says by itself what it is, and files of one such run or of many.

A row is a month and a unit. Beside the outcomes it has, the same in every row of a run, who the
run is (scenario, seed, replicate, stamp, role ...), its structure, its parameters and its facts.
The same stands in the file's metadata, under a digest with the outcomes: one entry a row group.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.files import StoreError
from sim.ensemble.replicate import RunRecord, RunSpec
from sim.ensemble.stamp import Stamp
from sim.market.outcomes import OUTCOMES

META = b"permanence"
NO_RUN = (pa.ArrowException, KeyError, TypeError, ValueError, OSError, IndexError)
"""What goes wrong when a file that should hold a run does not."""
Entry = dict[str, Any]
"""What metadata say of one run: `identity`, `content` and the `digest` of both and its outcomes."""
OUTCOME_NAMES = tuple(outcome.name for outcome in OUTCOMES)
PLACES = ("month", "date", "unit")
_VARYING = frozenset((*PLACES, *OUTCOME_NAMES))
"""Columns that are not the same in every row: the others have nothing to compress."""
_UNCERTAIN = tuple(
    name for name, declared in declarations(Parameters).items() if declared.prior is not None
)


def refuse_absent(path: Path) -> None:
    """Refuse a result that lacks one of its files of runs.

    Raises:
        StoreError: naming the file.
    """
    if not path.is_file():
        raise StoreError(f"{path}: is missing, so the result is not complete")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Tell what is wrong with a file that a result should have, if reading it fails.

    Raises:
        StoreError: there is no such file, or it holds no run.
    """
    refuse_absent(path)
    try:
        yield
    except NO_RUN:
        raise StoreError(f"{path}: holds no run that can be read") from None


class Role(StrEnum):
    """What a run is there for: to be the result, or to be compared with inside a question."""

    MAIN = "main"
    SHADOW = "shadow"


def identity_of(spec: RunSpec, stamp: Stamp, role: Role) -> Entry:
    """Return what tells a run from every other; `scenario` is only what it is called."""
    return {
        "scenario": spec.scenario.name,
        "fingerprint": spec.scenario.fingerprint(),
        "seed": spec.seed,
        "replicate": spec.replicate,
        "years": spec.years,
        "draws": spec.draws.key,
        "draw": spec.draw,
        "carried": "" if spec.carried is None else spec.carried.fingerprint(),
        "stamp": str(stamp),
        "role": role.value,
    }


def entry_of(spec: RunSpec, record: RunRecord, role: Role) -> Entry:
    """Return what metadata say of one run."""
    entry = {"identity": identity_of(spec, record.stamp, role), "content": content_of(record)}
    return entry | {"digest": _digest(entry, record.outcomes)}


def table_of(spec: RunSpec, record: RunRecord, entry: Entry) -> pa.Table:
    """Return one run as a table, one row a month and unit."""
    _, months, count = record.outcomes.shape
    opening, rows = spec.scenario.start.opening, months * count
    days = [month_end(opening, month) for month in range(months)]
    columns: dict[str, Any] = {
        "month": np.repeat(np.arange(months, dtype=np.int32), count),
        "date": pa.array([day for day in days for _ in range(count)], pa.date32()),
        "unit": pa.array(list(record.units) * months).dictionary_encode(),
    }
    for name, value in _described(spec, entry["identity"], record):
        columns[name] = _all(value, rows)
    for place, name in enumerate(OUTCOME_NAMES):
        columns[name] = record.outcomes[place].ravel()
    return pa.table(columns)


def _described(
    spec: RunSpec, identity: Entry, record: RunRecord
) -> Iterable[tuple[str, str | int | float]]:
    """Yield every column that is the same in all rows of a run, and its value."""
    for name in ("scenario", "fingerprint", "seed", "replicate", "stamp", "role"):
        yield name, identity[name]
    yield from zip(("hiring", "bid_trigger"), map(str, record.structure), strict=True)
    for name in _UNCERTAIN:
        value = record.parameters.get(name, getattr(spec.scenario.parameters, name))
        yield f"parameter_{name}", float(value)
    for name, value in record.facts.items():
        yield f"fact_{name}", value


def _all(value: str | int | float, rows: int) -> pa.Array:
    """Return a column that says the same in every row."""
    if isinstance(value, str):
        places = pa.array(np.zeros(rows, np.int32))
        return pa.DictionaryArray.from_arrays(places, pa.array([value]))
    return pa.array(np.full(rows, value))


def content_of(record: RunRecord) -> Entry:
    """Return what a run left behind besides its outcomes."""
    return {
        "parameters": record.parameters,
        "structure": record.structure,
        "facts": record.facts,
        "units": record.units,
    }


def run_digest(record: RunRecord) -> str:
    """Return a hash of everything a run left behind: outcomes, draws, structure and facts."""
    text = json.dumps(content_of(record)).encode()
    return blake2b(text + _bytes(record.outcomes), digest_size=16).hexdigest()


def _digest(entry: Entry, outcomes: FloatArray) -> str:
    """Return a hash of a run and of who it is, so that a bit that flips on disk is noticed."""
    told = {part: entry[part] for part in ("identity", "content")}
    text = json.dumps(told, sort_keys=True).encode()
    return blake2b(text + _bytes(outcomes), digest_size=16).hexdigest()


def _bytes(outcomes: FloatArray) -> bytes:
    return np.ascontiguousarray(outcomes).tobytes()


def write_runs(stream: IO[bytes], tables: Iterable[pa.Table], entries: Sequence[Entry]) -> None:
    """Write runs into one file, a row group each, in the order of their entries."""
    writer: pq.ParquetWriter | None = None
    for table in tables:
        if writer is None:
            # Without Arrow's own copy of the schema, which other readers have no use for.
            writer = pq.ParquetWriter(
                stream,
                table.schema,
                compression={n: "zstd" if n in _VARYING else "none" for n in table.column_names},
                store_schema=False,
            )
            writer.add_key_value_metadata({META: json.dumps(list(entries)).encode()})
        writer.write_table(table, row_group_size=table.num_rows)
    if writer is not None:
        writer.close()


class RunFile:
    """A file of runs, open for reading; what is said of each run is read once.

    Raises:
        OSError, ValueError, ...: it is none (see `NO_RUN`).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = pq.ParquetFile(path)
        stated = self._file.metadata.metadata or {}
        self.entries: list[Entry] = json.loads(stated[META])
        if len(self.entries) != self._file.num_row_groups:
            raise ValueError(f"{path}: its metadata do not match its runs")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def table(self, place: int) -> pa.Table:
        """Return the whole table of one run."""
        return self._file.read_row_group(place)

    def record(self, place: int, spec: RunSpec, stamp: Stamp, role: Role) -> tuple[RunRecord, bool]:
        """Return one run, and whether it is what was written and the very run that is asked for."""
        entry = self.entries[place]
        content = entry["content"]
        units = tuple(content["units"])
        table = self._file.read_row_group(place, columns=list(OUTCOME_NAMES))
        shape = (len(OUTCOMES), spec.years * MONTHS_PER_YEAR + 1, len(units))
        outcomes = np.array([table[name].to_numpy() for name in OUTCOME_NAMES]).reshape(shape)
        record = RunRecord(
            replicate=spec.replicate,
            units=units,
            outcomes=outcomes,
            parameters=content["parameters"],
            structure=structure_of(content),
            facts=content["facts"],
            seconds=0.0,
            stamp=stamp,
        )
        wanted = identity_of(spec, stamp, role) | {"scenario": entry["identity"]["scenario"]}
        is_sound = entry["identity"] == wanted and entry["digest"] == _digest(entry, outcomes)
        return record, is_sound

    def says_what_it_is(self, place: int, spec: RunSpec, record: RunRecord) -> bool:
        """Return whether the columns say what a run is as its metadata do, and there are no others.

        Who it is stands the same in every row; month, day and unit as they follow one another.
        """
        entry, table = self.entries[place], self.table(place)
        told = table_of(spec, record, entry)
        same = dict(_described(spec, entry["identity"], record))
        return (
            table.column_names == told.column_names
            and all(table[name].unique().to_pylist() == [one] for name, one in same.items())
            and all(table[name].to_pylist() == told[name].to_pylist() for name in PLACES)
        )


def structure_of(content: Entry) -> tuple[HiringStructure, BidTrigger]:
    """Return the structure a run had."""
    hiring, trigger = content["structure"]
    return HiringStructure(hiring), BidTrigger(trigger)
