"""Arrays kept as files, whole or not at all, so that a study goes on where it was stopped."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

import numpy as np

from sim.domain.randomness import FloatArray
from sim.ensemble.files import write_atomically


def keep_array(path: Path, values: FloatArray) -> None:
    """Write an array; its folder is made if need be."""
    stream = io.BytesIO()
    np.save(stream, values)
    path.parent.mkdir(parents=True, exist_ok=True)

    def write(to: IO[bytes]) -> None:
        to.write(stream.getvalue())

    write_atomically(path, write)


def kept_array(path: Path | None, shape: tuple[int, ...]) -> FloatArray | None:
    """Return an array kept earlier; None if there is none, or a file that is no such array."""
    if path is None:
        return None
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return np.asarray(found, np.float64) if found.shape == shape else None
