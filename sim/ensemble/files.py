"""Writing files so that nobody ever sees half of one, and the fault that says why one cannot."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO


class StoreError(ValueError):
    """A result cannot be written or read where the user said; the message says why."""


def write_atomically(
    path: Path, write: Callable[[IO[bytes]], None], *, durably: bool = False
) -> None:
    """Write a file beside its place and rename it, so that nobody ever sees half of it.

    Args:
        path: where it belongs.
        write: writes its content.
        durably: return only once it is on the disk itself, and would outlast a power cut.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            write(stream)
            if durably:
                stream.flush()
                os.fsync(stream.fileno())
        os.replace(beside, path)
        if durably:
            _sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text_atomically(path: Path, text: str) -> None:
    """Write a text file in UTF-8 the same way."""

    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode("utf-8"))

    write_atomically(path, write)
