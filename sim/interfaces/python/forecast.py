"""A forecast of the next census: `register` it before it is known, `score` it when it is.

Example:
    >>> import sim
    >>> made = sim.forecast.register(2024, runs=2, folder="forecasts")
    >>> made.values["standing"]
    'trial'
    >>> sim.forecast.score(made.written[0]).values["census"]
    '2025-09-30'
"""

from __future__ import annotations

import threading
from pathlib import Path

from sim.answers.answer import Answer
from sim.domain import evidence
from sim.ensemble.asked import MOST_JOBS, check_size, whole
from sim.ensemble.draws import Draws
from sim.interfaces.python.door import desk_of
from sim.studies.forecast import command, words
from sim.studies.hindcast.method.hindcast import FEWEST_CENSUSES

__all__ = ["register", "score"]


def register(
    origin: int = evidence.latest_census_year(),
    *,
    runs: int = command.DEFAULT_RUNS,
    seed: int = 1,
    parameters: str | Path | Draws = Draws.POSTERIOR.name,
    folder: str | Path = command.FOLDER,
    again: bool = False,
    jobs: int = 1,
    progress: bool = False,
    cancel: threading.Event | None = None,
) -> Answer:
    """Write down a forecast of the next census, with the rule by which it will have failed.

    Args:
        origin: census the forecast starts from (`--from`); from an earlier one it is a trial.
        runs, seed, parameters: as for `sim.run`.
        folder: where registered forecasts lie.
        again: register once more; the new file says that it does not count.
        jobs, progress, cancel: as for `sim.run`.

    Returns:
        An answer: `values` is what `--json` prints, `written` the files.

    Raises:
        StoreError: one for the same census is there, and `again` is not given.
        ValueError: a number out of range, or no such parameters.
        RuntimeError: it was cancelled, or `jobs` is above 1 in a script without its guard.

    Example:
        >>> import sim
        >>> sim.forecast.register(2024, runs=2, folder="trials").values["standing"]
        'trial'
    """
    check_size(runs=runs, seed=seed, years=1)
    first = evidence.census_years()[FEWEST_CENSUSES - 1]
    whole("origin", origin, first, evidence.latest_census_year())
    whole("jobs", jobs, 1, MOST_JOBS)
    draws = Draws.named(parameters)
    desk = desk_of(jobs, None, progress, cancel)
    content, digest, files = command.registered_now(
        origin, runs, seed, draws, Path(folder), again, desk
    )
    values = words.as_json(content, digest, files)
    return Answer(
        about=f"of the census of {content.census}, {content.standing.value}",
        values=values,
        findings=values["notes"],
        written=files,
        study="forecast",
        found=content,
    )


def score(
    file: str | Path, *, census: str | Path | None = None, out: str | Path | None = None
) -> Answer:
    """Score a registered forecast on its census, beside its baselines; say whether it failed.

    Args:
        file: a registered forecast (.json).
        census: the DfE's file; the census that ships, if it has it and none is named.
        out: a folder for the boroughs' scores.

    Returns:
        An answer: `values` is what `--json` prints, `written` the files.

    Raises:
        StoreError: it is no registered forecast, it was changed, or its census is not here.

    Example:
        >>> import sim
        >>> made = sim.forecast.register(2023, runs=2, folder="tried")
        >>> sim.forecast.score(made.written[0]).values["standing"]
        'trial'
    """
    place = None if out is None else Path(out)
    found, digest = command.judged_on(Path(file), None if census is None else Path(census), place)
    files = [] if place is None else words.save_judgement(found, place)
    values = words.judgement_json(found, digest, files)
    return Answer(
        about=f"of the census of {found.registered.census}, scored",
        values=values,
        findings=values["notes"],
        written=files,
        study="forecast",
        found=found,
    )
