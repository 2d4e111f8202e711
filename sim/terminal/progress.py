"""Progress on standard error: a bar, and for a long job a word on how long it should take."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sim.ensemble.run import Progress as ProgressCall
from sim.ensemble.run import no_progress
from sim.terminal.quota import jobs_here

LONG_JOB_SECONDS = 10.0


def processors() -> int:
    """Return how many processes to use where nobody says: `quota` has the grounds.

    Raises:
        StoreError: PERMANENCE_JOBS is no such number.
    """
    return jobs_here()


@contextmanager
def progress_bar(what: str, jobs: int, *, quiet: bool) -> Iterator[ProgressCall]:
    """Offer a progress callback that draws a bar and announces a long job."""
    if quiet:
        yield no_progress
        return
    console = Console(file=sys.stderr, highlight=False)
    hidden = not console.is_terminal  # a log file wants words, not a bar
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task(what, total=None)
        said = False

        def report(done: int, wanted: int, seconds: float) -> None:
            nonlocal said
            bar.update(task, completed=done, total=wanted)
            if not said and seconds > 0:
                said = True
                expected = seconds * (wanted - done) / max(jobs, 1)
                if expected >= LONG_JOB_SECONDS:
                    console.print(f"{what}: expected to take about {_duration(expected)}")

        yield report


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes"
