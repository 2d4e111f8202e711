"""Runs on disk: found by name, written whole, and gathered into blocks when there are many.

runs/STAMP/ROLE/00007-QUESTION.parquet          one run
runs/STAMP/ROLE/00000-00099-QUESTION.parquet    a block of a hundred, one row group a run

STAMP is that of code and data, ROLE `main` or `shadow`, QUESTION a hash of all else that decides
a run but its number. A file is written beside its place and then renamed, so one that is there is
whole; a block is never written again. The same command therefore does only what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa

from sim.ensemble.files import StoreError, write_atomically
from sim.ensemble.replicate import RunRecord, RunSpec
from sim.ensemble.run_file import (
    NO_RUN,
    Entry,
    Role,
    RunFile,
    entry_of,
    reading,
    table_of,
    write_runs,
)
from sim.ensemble.stamp import stamp_of_this_code
from sim.scenario import Scenario

RUNS_FOLDER = "runs"
ENDING = ".parquet"
BLOCK = 100
"""Runs of a block."""
FEW = 300
"""An ensemble of no more runs than this is kept a file a run."""


class RunStore:
    """The runs of one role in the folder of a result; it is made unless it is only to be read."""

    def __init__(self, folder: Path, *, role: Role = Role.MAIN, only_read: bool = False) -> None:
        self.stamp, self.role = stamp_of_this_code(), role
        self.folder = folder / RUNS_FOLDER / str(self.stamp) / role
        if not only_read:
            self.folder.mkdir(parents=True, exist_ok=True)
        self._block: RunFile | None = None
        self._known: tuple[Scenario | None, str] = (None, "")

    # Names

    def path(self, spec: RunSpec) -> Path:
        """Return where a run alone belongs."""
        return self.folder / f"{spec.replicate:05d}-{self._hash(spec)}{ENDING}"

    def block(self, spec: RunSpec) -> Path:
        """Return the block a run belongs in, if there is one."""
        first = spec.replicate - spec.replicate % BLOCK
        return self.folder / f"{first:05d}-{first + BLOCK - 1:05d}-{self._hash(spec)}{ENDING}"

    def where(self, spec: RunSpec) -> Path:
        """Return the file that holds a run, or in which it is missing."""
        block = self.block(spec)
        return block if block.is_file() and not self.path(spec).is_file() else self.path(spec)

    # Runs

    def keep(self, spec: RunSpec, record: RunRecord) -> None:
        """Write one run.

        Raises:
            StoreError: it was made by other code or data than this store is for.
        """
        if record.stamp != self.stamp:
            raise StoreError(f"{self.path(spec)}: the run was made under another stamp")
        entry = entry_of(spec, record, self.role)
        table = table_of(spec, record, entry)
        write_atomically(self.path(spec), lambda stream: write_runs(stream, [table], [entry]))

    def find(self, spec: RunSpec) -> RunRecord | None:
        """Return a run written earlier, or None; a file that is not that run counts as missing."""
        for path in (self.path(spec), self.block(spec)):
            if not path.is_file():
                continue
            try:
                record, is_sound = self._read(path, spec)
            except NO_RUN:
                continue
            if is_sound:
                return record
        return None

    def look_at(self, spec: RunSpec) -> tuple[RunRecord, bool]:
        """Return a run as its file has it, and whether that is what was once written there.

        Raises:
            StoreError: there is no such file, or it holds no run.
        """
        path = self.where(spec)
        with reading(path):
            record, is_sound = self._read(path, spec)
            place, file = self._place(path, spec), self._file(path)
            is_whole = len(file.entries) == (BLOCK if path == self.block(spec) else 1)
            return record, is_sound and is_whole and file.says_what_it_is(place, spec, record)

    def _read(self, path: Path, spec: RunSpec) -> tuple[RunRecord, bool]:
        place = self._place(path, spec)
        return self._file(path).record(place, spec, self.stamp, self.role)

    def _place(self, path: Path, spec: RunSpec) -> int:
        return spec.replicate % BLOCK if path == self.block(spec) else 0

    def _file(self, path: Path) -> RunFile:
        """Return a file, opened; a block stays open until another is asked for.

        Runs are asked for in their order, and a block never changes.
        """
        if path.name.count("-") == 1:
            return RunFile(path)
        if self._block is None or self._block.path != path:
            self._block = RunFile(path)
        return self._block

    def _hash(self, spec: RunSpec) -> str:
        """Return a hash of all that decides a run but its number, its role and the stamp."""
        if self._known[0] is not spec.scenario:
            self._known = (spec.scenario, spec.scenario.fingerprint())
        state = "" if spec.carried is None else spec.carried.fingerprint()
        other_luck = spec.replicate - spec.draw
        decides = f"{self._known[1]}:{spec.seed}:{spec.years}:{spec.draws.key}:{other_luck}:{state}"
        return blake2b(decides.encode(), digest_size=8).hexdigest()

    # Blocks

    def gather(self, specs: Sequence[RunSpec]) -> None:
        """Gather a whole block of runs into one file, once all of them are there.

        The block is on the disk before the files it replaces go, so that a run is always in one of
        them. Where one of them cannot be read all stay as they are.
        """
        block, singles = self.block(specs[0]), [self.path(spec) for spec in specs]
        if len(specs) != BLOCK or any(self.block(spec) != block for spec in specs):
            return
        if not block.is_file():
            try:
                self._write_block(block, specs)
            except NO_RUN:
                return
            for path in singles:
                path.unlink(missing_ok=True)
        for spec, path in zip(specs, singles, strict=True):
            if path.is_file() and self._holds(block, spec):
                path.unlink(missing_ok=True)

    def _write_block(self, block: Path, specs: Sequence[RunSpec]) -> None:
        entries: list[Entry] = []
        for spec in specs:
            file = RunFile(self.path(spec))
            _, is_sound = file.record(0, spec, self.stamp, self.role)
            if not is_sound:
                raise ValueError(f"{file.path}: is not the run it should be")
            entries.append(file.entries[0])

        def tables() -> Iterator[pa.Table]:
            for spec in specs:
                yield RunFile(self.path(spec)).table(0)

        write_atomically(block, lambda stream: write_runs(stream, tables(), entries), durably=True)

    def _holds(self, block: Path, spec: RunSpec) -> bool:
        try:
            return self._read(block, spec)[1]
        except NO_RUN:
            return False
