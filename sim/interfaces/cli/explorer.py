"""What `permanence report --explorer` writes: the workshop page round a result, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import IO

import typer

from sim.ensemble.files import StoreError, write_atomically
from sim.ensemble.run import Ensemble
from sim.ensemble.workers import workers
from sim.terminal.progress import progress_bar
from sim.words.result_tables import print_json

EXPLORER_NAME = "explorer.html"
MOST_EXPLORER_BYTES = 2_000_000
MARKS = (b"<title>Permanence:", b'id="embedded"')
"""What every such file has in it, and no other file is likely to."""


def is_explorer(path: Path) -> bool:
    """Say whether a file is a workshop page in one file, which may be written anew."""
    content = path.read_bytes()
    return all(mark in content for mark in MARKS)


def write_explorer(
    results: Sequence[Ensemble], unit: str, path: Path, *, jobs: int, as_json: bool, quiet: bool
) -> None:
    """Write the page and say where it is.

    Raises:
        StoreError: it would be too large to hand on.
        ScenarioError: a policy the page has no controls for, or what the twin cannot feel.
    """
    from sim.interfaces.page.explorer import explorer_html

    with workers(jobs) as pool, progress_bar("explorer", jobs, quiet=quiet) as told:
        content = explorer_html(results, unit=unit, pool=pool, told=told).encode()
    if len(content) > MOST_EXPLORER_BYTES:
        raise StoreError(
            f"the page would be {len(content) / 1e6:.1f} MB, allowed: "
            f"{MOST_EXPLORER_BYTES / 1e6:g} MB; use a result with fewer years or policies"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, partial(_put, content))
    if as_json:
        print_json({"file": str(path), "bytes": len(content), "unit": unit})
    else:
        typer.echo(f"{path}: {len(content) / 1e6:.2f} MB; opens in a browser without a network.")


def _put(content: bytes, stream: IO[bytes]) -> None:
    stream.write(content)
