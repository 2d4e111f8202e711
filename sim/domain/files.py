"""A file that a user names, read whole and no further: no pipe, no device, nothing endless."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from sim.domain.given import text_of

MOST_BYTES = 5_000_000
"""Of a file that people write by hand."""
MOST_TABLE_BYTES = 50_000_000
MOST_JSON_BYTES = 100_000_000
MOST_JSON_LEVELS = 40


class FileFaultError(ValueError):
    """A file cannot be read, or is not what it should be; said in a few words, without its name."""


def content_of(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return what is in a plain file of at most so many bytes.

    Raises:
        FileFaultError: it cannot be read, is no plain file, or is larger.
    """
    try:
        about = os.stat(path)
        if stat.S_ISDIR(about.st_mode):
            raise FileFaultError("cannot be read (Is a directory)")
        if not stat.S_ISREG(about.st_mode):
            raise FileFaultError("cannot be read (allowed: a plain file, no pipe and no device)")
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as fault:
        raise FileFaultError(f"cannot be read ({fault.strerror})") from None
    except ValueError as fault:
        if isinstance(fault, FileFaultError):
            raise
        raise FileFaultError("cannot be read (no file can have that name)") from None
    if len(content) > most:
        raise FileFaultError(f"is too large; allowed: at most {most / 1e6:g} MB")
    return content


def json_of(content: bytes | str) -> Any:
    """Return what a text in JSON says.

    Raises:
        FileFaultError: it is none, or is nested too deeply.
    """
    try:
        found = json.loads(content if isinstance(content, str) else text_of(content))
    except RecursionError:
        raise FileFaultError("is nested too deeply") from None
    except ValueError:
        raise FileFaultError("is not JSON") from None
    level: list[Any] = [found]
    for _ in range(MOST_JSON_LEVELS):
        level = [inner for one in level for inner in _within(one)]
        if not level:
            return found
    raise FileFaultError("is nested too deeply")


def json_in(path: Path) -> Any:
    """Return what a file in JSON says; faults as of `content_of` and `json_of`."""
    return json_of(content_of(path, MOST_JSON_BYTES))


def _within(one: Any) -> Any:
    if isinstance(one, dict):
        return one.values()
    return one if isinstance(one, list) else ()
