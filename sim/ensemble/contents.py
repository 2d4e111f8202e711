"""What is kept in a folder, by scenario, role and stamp; and the removal of what is not used.

Whatever lies in `KIND/STAMP/` was made under that stamp; a file that lies in `KIND/` itself was
kept by 0.1.0, which had none.
"""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.ensemble.run_file import NO_RUN, RunFile
from sim.ensemble.stamp import Stamp
from sim.ensemble.store import ENDING, RUNS_FOLDER

KINDS = {RUNS_FOLDER: ENDING, "coalitions": ".npz"}
"""Folders in which something is kept under a stamp, and how its files end."""
UNSTAMPED = ""
"""Stands for the stamp of what 0.1.0 kept."""
NAME = re.compile(r"(\d{5,})(?:-(\d{5,}))?-([0-9a-f]+)\.parquet")
"""What a file of one run, or of a block of them, is called."""


@dataclass(frozen=True)
class Kept:
    """Files of one kind, scenario and role, made under one stamp.

    Attributes:
        folder: of the result they are part of.
        kind: `runs`, or `coalitions`.
        scenario, role: of runs; empty where files do not say.
        stamp: as one word; empty where there is none.
        count: how many runs or coalitions.
    """

    folder: Path
    kind: str
    scenario: str
    role: str
    stamp: str
    count: int
    files: tuple[Path, ...]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.files if path.is_file())


def contents(folder: Path) -> list[Kept]:
    """Return all that is kept in a folder and in those below it."""
    found: list[Kept] = []
    for kind, ending in KINDS.items():
        for place in sorted(path for path in folder.rglob(kind) if path.is_dir()):
            found += _unstamped(place, ending)
            for below in sorted(path for path in place.iterdir() if _is_stamped(path)):
                found += _stamped(below, kind, ending)
    return found


def others(folder: Path, mine: Collection[str]) -> dict[str, int]:
    """Return how much of other stamps is kept for the result in a folder, by kind."""
    found = {}
    for kind, ending in KINDS.items():
        place = folder / kind
        if place.is_dir():
            found[kind] = sum(one.count for one in _unstamped(place, ending))
            for below in place.iterdir():
                if _is_stamped(below) and below.name not in mine:
                    found[kind] += sum(_runs_in(path) for path in below.rglob(f"*{ending}"))
    return found


def counted(counts: Mapping[str, int]) -> str:
    """Return how much there is of each kind, such as "20 runs and 1 coalition"; "" for nothing."""
    return " and ".join(
        f"{count:,} {kind[:-1] if count == 1 else kind}" for kind, count in counts.items() if count
    )


def unused(folders: Sequence[Path], mine: Collection[Stamp]) -> str | None:
    """Return what to say of runs of other stamps in a command's folders, or None without any."""
    names = {str(stamp) for stamp in mine}
    count: Counter[str] = Counter()
    for folder in folders:
        count.update(others(folder, names))
    if not count.total():
        return None
    top = folders[0] if len(folders) == 1 else Path(os.path.commonpath(folders))
    is_one = count.total() == 1
    return (
        f"{top}: {counted(count)} there {'is' if is_one else 'are'} of another stamp than this "
        f"code's ({next(iter(mine))}) and {'is' if is_one else 'are'} not used; to remove "
        f"{'it' if is_one else 'them'}: permanence store prune {shlex.quote(str(top))}"
    )


def prune(found: Collection[Kept]) -> None:
    """Delete some of what is kept, and folders this leaves empty."""
    for one in found:
        for path in one.files:
            path.unlink(missing_ok=True)
        for part in {path.parent for path in one.files}:
            for left in part.glob(".*.part"):
                left.unlink(missing_ok=True)  # what a killed command had not finished writing
            _remove_if_empty(part, one.folder / one.kind)


def _remove_if_empty(folder: Path, top: Path) -> None:
    """Remove a folder and those above it that are empty, up to the one for its kind."""
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _is_stamped(path: Path) -> bool:
    return path.is_dir() and Stamp.read(path.name) is not None


def _unstamped(place: Path, ending: str) -> Iterator[Kept]:
    files = tuple(sorted(path for path in place.glob(f"*{ending}") if path.is_file()))
    if files:
        yield Kept(place.parent, place.name, "", "", UNSTAMPED, len(files), files)


def _stamped(below: Path, kind: str, ending: str) -> Iterator[Kept]:
    """Yield what lies under a stamp, by role and question, scenarios named by one file of each."""
    by_question: dict[tuple[str, str], list[Path]] = {}
    for path in sorted(below.rglob(f"*{ending}")):
        role = path.parent.name if path.parent != below else ""
        named = NAME.fullmatch(path.name)
        by_question.setdefault((role, named[3] if named else ""), []).append(path)
    for (role, _), files in by_question.items():
        count = sum(map(_runs_in, files))
        scenario = _scenario(files[0]) if kind == RUNS_FOLDER else ""
        yield Kept(below.parent.parent, kind, scenario, role, below.name, count, tuple(files))


def _runs_in(path: Path) -> int:
    """Return how many runs a file has, by its name."""
    named = NAME.fullmatch(path.name)
    return 1 if named is None or named[2] is None else int(named[2]) - int(named[1]) + 1


def _scenario(path: Path) -> str:
    try:
        file = RunFile(path)
        file.close()
        return str(file.entries[0]["identity"]["scenario"])
    except NO_RUN:
        return ""
