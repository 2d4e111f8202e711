"""Writing files so that nobody ever sees half of one, and the fault that says why one cannot."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO

PART = ".part"
"""How a file ends that is being written."""


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
    # A name of its own, that fits wherever the file's does.
    short = blake2b(path.name.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
    beside = path.with_name(f".{short}.{os.getpid()}{PART}")
    try:
        with beside.open("wb") as stream:
            write(stream)
            if durably:
                stream.flush()
                os.fsync(stream.fileno())
        os.replace(beside, path)
        if durably:
            _sync_folder(path.parent)
    except OSError as fault:
        if fault.errno == errno.ENOSPC:
            raise OSError(fault.errno, os.strerror(errno.ENOSPC), str(path)) from None
        raise
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what commands that were killed had not finished writing in a folder.

    What a command that still runs is writing is left alone.
    """
    for left in folder.rglob(f".*{PART}"):
        named = left.name.removesuffix(PART).rpartition(".")[2]
        if named.isdecimal() and not _is_alive(int(named)):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    """Return whether a process of this machine has that number; True where that cannot be told."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


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
