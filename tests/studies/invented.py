"""Invented ensembles for the tests of experiments."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.vocabulary import LONDON, BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, Spool
from sim.market.outcomes import OUTCOMES, PLACE
from sim.scenario import Scenario, load_scenario

UNITS = (LONDON, "Camden", "Barnet")


def invented(
    london: Mapping[str, object],
    *,
    scenario: Scenario | None = None,
    runs: int = 11,
    years: int = 1,
    seed: int = 1,
    draws: Draws = Draws.DEFAULT,
) -> Ensemble:
    """Return an ensemble with the given London outcomes, each broadcast to (run, month).

    What is not given is 0 everywhere. The two employers have London's figures.
    """
    months = years * MONTHS_PER_YEAR + 1
    values = np.zeros((runs, len(OUTCOMES), months))
    for name, given in london.items():
        values[:, PLACE[name]] = np.broadcast_to(np.asarray(given, float), (runs, months))
    by_month, by_census = Spool(), Spool()
    for run in range(runs):
        by_month.add(run, values[run])
        by_census.add(run, np.repeat(values[run, :, ::MONTHS_PER_YEAR, None], 2, axis=2))
    return Ensemble(
        scenario=scenario or load_scenario("no-cap"),
        seed=seed,
        years=years,
        draws=draws,
        units=UNITS,
        parameters=[{} for _ in range(runs)],
        structures=[(HiringStructure.SUPPLY_LIMITED, BidTrigger.UNFILLED) for _ in range(runs)],
        facts=[{} for _ in range(runs)],
        _london=by_month,
        _censuses=by_census,
    )
