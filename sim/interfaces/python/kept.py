"""`sim.report` and `sim.verify`: what a folder keeps, as a page, and run again."""

from __future__ import annotations

import threading
from pathlib import Path

from sim.answers.answer import Answer
from sim.ensemble.asked import MOST_JOBS, whole
from sim.ensemble.draws import Draws
from sim.interfaces.cli import report as pages
from sim.interfaces.cli.verify import verdict_of
from sim.interfaces.python.door import desk_of


def report(
    result: str | Path,
    *,
    out: str | Path | None = None,
    borough: str | None = None,
    explorer: bool = False,
    own_figures: bool = False,
    jobs: int = 1,
    progress: bool = False,
    cancel: threading.Event | None = None,
) -> Answer:
    """Write a result as one HTML file that opens offline, prints to PDF and can be verified.

    Args:
        result: a folder that `out` named, of `sim.run`, `sim.compare` or another question.
        out: the file to write; `report.html` in the folder if none is named.
        borough: whose view it shows; that of the result if none is named.
        explorer: write the workshop page round the result instead (`explorer.html`).
        own_figures: write it although a council's own figures are in it.
        jobs, progress, cancel: as for `sim.run`.

    Returns:
        An answer: `findings`, `values` as `--json` prints them, and the file in `written`.

    Raises:
        StoreError: no result lies there, or the file cannot be written.
        ScenarioError: the workshop page has no control for a policy.
        RuntimeError: it was cancelled.

    Example:
        >>> import sim
        >>> result = sim.run("baseline", runs=2, years=1, out="kept")
        >>> sim.report("kept", out="page.html")
        <report: page.html>
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    desk = desk_of(jobs, None, progress, cancel)
    path = None if out is None else Path(out)
    pages.refuse_own_figures(Path(result), asked=own_figures)
    page = pages.written(Path(result), path, borough, explorer=explorer, desk=desk)
    return Answer(
        about=str(page.path),
        values=page.values,
        findings=page.finding,
        written=[page.path],
        study="report",
    )


def verify(
    what: str | Path,
    *,
    parameters: str | Path | Draws | None = None,
    jobs: int = 1,
    progress: bool = False,
    cancel: threading.Event | None = None,
) -> Answer:
    """Run a result again from its manifest, and say whether it is identical.

    Args:
        what: a file that `sim.report` wrote, or a result's folder.
        parameters: the posterior's file a result was drawn from, if it was drawn from one.
        jobs, progress, cancel: as for `sim.run`.

    Returns:
        An answer: `values["verdict"]` is `identical` or what else was found, `findings` says it in
        sentences, and `failed` is true where the command would end with 1.

    Raises:
        StoreError: it is neither a report nor a result, or its manifest was altered.
        RuntimeError: it was cancelled, or `jobs` is above 1 in a script without its guard.

    Example:
        >>> import sim
        >>> result = sim.run("baseline", runs=2, years=1, out="results")
        >>> sim.verify("results").values["verdict"]
        'identical'
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    draws = None if parameters is None else Draws.named(parameters)
    found = verdict_of(Path(what), draws, desk_of(jobs, None, progress, cancel))
    return Answer(
        about=f"{what}: {found.outcome.value}",
        values=found.as_json(),
        findings=found.lines(),
        failed=not found.outcome.is_sound,
        study="verify",
        found=found,
    )
