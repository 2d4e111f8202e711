"""The circle's links and loops in Python: how strong each is, and which is strongest when.

Example:
    >>> import sim
    >>> found = sim.loops("vicious-circle", runs=2, years=1)
    >>> sorted(found["structures"][0]["loops"][0])[:2]
    ['cycles', 'gain']
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sim.answers.structures import pairs
from sim.domain.calendar import MONTHS_PER_YEAR, month_end, months_between
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.studies.loops.words.values import Asked, content
from sim.studies.loops.work.strength import measured_circle
from sim.words.result_tables import finite

__all__ = ["loops"]


def loops(
    scenario: str | Path = "vicious-circle",
    *,
    at: date | None = None,
    runs: int = 50,
    seed: int = 1,
    years: int = 10,
    parameters: str = Draws.POSTERIOR.name,
    structures: Iterable[str] | None = None,
    bid_triggers: Iterable[str] | None = None,
    overrides: Iterable[str] = (),
) -> dict[str, Any]:
    """Measure each link and loop of the circle by perturbing the borough twin's own equations.

    Args:
        scenario: a shipped name, or the path of a file.
        at: links are those of this date's month; by default the start.
        runs, seed, years, parameters, overrides: as for `run`.
        structures, bid_triggers: rival structures to ask, by default the scenario's own.

    Returns:
        What `permanence loops --json` prints, but for the files it wrote: `structures`, each with
        its nodes, links, loops and the loops over time.

    Raises:
        ScenarioError: no such scenario, or a date beyond the horizon.
        ValueError: a number or word that is not allowed.
    """
    for name, given in (("runs", runs), ("years", years)):
        if given < 1:
            raise ValueError(f"{name}: given {given}; allowed: 1 or more")
    sets = tuple(overrides)
    planned = load_scenario(str(scenario), sets)
    own = planned.structure
    rivals = pairs(
        [HiringStructure(one) for one in ((own.hiring,) if structures is None else structures)],
        [BidTrigger(one) for one in ((own.bid_trigger,) if bid_triggers is None else bid_triggers)],
    )
    month, draws = month_asked(planned, at, years), Draws.named(parameters)
    found = [
        measured_circle(planned, pair, runs=runs, seed=seed, years=years, draws=draws, at=month)
        for pair in rivals
    ]
    whole: dict[str, Any] = finite(content(found, Asked(planned, runs, seed, years, draws, sets)))
    return whole


def month_asked(scenario: Scenario, at: date | None, years: int) -> int:
    """Return months from the start to a date within the horizon.

    Raises:
        ScenarioError: the date lies outside it.
    """
    first = scenario.start.opening
    month = 0 if at is None else months_between(first, at)
    if not 0 <= month <= years * MONTHS_PER_YEAR:
        last = month_end(first, years * MONTHS_PER_YEAR)
        raise ScenarioError(f"--at: given {at}; allowed: a date from {first} to {last}")
    return month
