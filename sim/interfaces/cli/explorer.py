"""What `permanence report --explorer` writes: the workshop page round a result, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from sim.ensemble.files import StoreError, write_atomically
from sim.ensemble.run import Ensemble
from sim.studies.study import Desk

EXPLORER_NAME = "explorer.html"
MOST_EXPLORER_BYTES = 2_000_000
MARKS = (b"<title>Permanence:", b'id="embedded"')
"""What every such file has in it, and no other file is likely to."""


def is_explorer(path: Path) -> bool:
    """Say whether a file is a workshop page in one file, which may be written anew."""
    content = path.read_bytes()
    return all(mark in content for mark in MARKS)


def write_explorer(
    results: Sequence[Ensemble], unit: str, path: Path, desk: Desk, jobs: int
) -> Mapping[str, Any]:
    """Write the page; return where it is and how large.

    Raises:
        StoreError: it would be too large to hand on.
        ScenarioError: a policy the page has no controls for, or what the twin cannot feel.
    """
    from sim.interfaces.page.explorer import explorer_html

    with desk.at_work(jobs, None):
        content = explorer_html(
            results, unit=unit, pool=desk.pool, progress=desk.progress, jobs=jobs
        ).encode()
    if len(content) > MOST_EXPLORER_BYTES:
        raise StoreError(
            f"the page would be {len(content) / 1e6:.1f} MB, allowed: "
            f"{MOST_EXPLORER_BYTES / 1e6:g} MB; use a result with fewer years or policies"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, partial(_put, content))
    return {"file": str(path), "bytes": len(content), "unit": unit}


def _put(content: bytes, stream: IO[bytes]) -> None:
    stream.write(content)
