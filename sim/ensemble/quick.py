"""A quick estimate of an ensemble: the borough twin with the very draws the agents would have.

Replicate by replicate it takes the parameters and the structure that `run_ensemble` takes, all in
one batch of arrays. It tells the outcomes whose columns the twin has; the others are NaN.
"""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws, drawn_scenario
from sim.ensemble.run import Ensemble, Spool
from sim.market.outcomes import BASE, OUTCOMES, measured, twin_is_recorded
from sim.scenario import Scenario
from sim.twin import Twin


def quick_ensemble(
    scenario: Scenario, *, runs: int, seed: int, years: int, draws: Draws = Draws.POSTERIOR
) -> Ensemble:
    """Return the twin's estimate of what `run_ensemble` would return with the same arguments."""
    drawn = [drawn_scenario(scenario, seed, replicate, draws) for replicate in range(runs)]
    names = drawn[0].parameters
    structures = [
        (one.scenario.structure.hiring, one.scenario.structure.bid_trigger) for one in drawn
    ]
    twin = Twin(
        scenario,
        {name: np.array([one.parameters[name] for one in drawn]) for name in names},
        runs,
        seed,
        memberships=seed,
        structures=structures,
    )
    panel = np.zeros((runs, years * MONTHS_PER_YEAR + 1, len(twin.employers), len(BASE)))
    for month in range(panel.shape[1]):
        if month > 0:
            twin.step()
        twin_is_recorded(twin, panel[:, month])
    london, censuses = _spooled(panel)
    return Ensemble(
        scenario=scenario,
        seed=seed,
        years=years,
        draws=draws,
        units=(LONDON, *twin.employers),
        parameters=[one.parameters for one in drawn],
        structures=structures,
        facts=[{} for _ in drawn],
        _london=london,
        _censuses=censuses,
    )


def _spooled(panel: FloatArray) -> tuple[Spool, Spool]:
    """Return London by month and employers by census, run by run, as an ensemble keeps them."""
    runs, months, employers, _ = panel.shape
    london = np.full((runs, len(OUTCOMES), months), np.nan)
    by_census = panel[:, ::MONTHS_PER_YEAR]
    censuses = np.full((runs, len(OUTCOMES), by_census.shape[1], employers), np.nan)
    for place, outcome in enumerate(OUTCOMES):
        if outcome.is_told_by_the_twin:
            london[:, place] = measured(panel, outcome, london=True)
            censuses[:, place] = measured(by_census, outcome, london=False)
    kept = Spool(), Spool()
    for replicate in range(runs):
        kept[0].add(replicate, london[replicate])
        kept[1].add(replicate, censuses[replicate])
    return kept
