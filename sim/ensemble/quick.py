"""A quick estimate of an ensemble: the borough twin with the very draws the agents would have.

Replicate by replicate it takes the parameters and the structure that `run_ensemble` takes, all in
one batch of arrays. What it tells are the headline outcomes; the others are NaN.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws, drawn_scenario
from sim.ensemble.run import Ensemble, Spool
from sim.market.outcomes import BASE, OUTCOMES, measured
from sim.scenario import Scenario
from sim.twin import Twin

TOLD = (
    "permanent_share_of_workforce",
    "permanent_share_of_posts",
    "unfilled_share_of_posts",
    "vacancy_share",
    "agency_share",
    "charge_rate_per_hour",
    "charge_rate_per_hour_start_pounds",
    "agency_cost_per_year",
    "caseload_per_case_holder",
)
"""The outcomes a quick estimate has."""


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
        for name, values in _sums(twin).items():
            panel[:, month, :, BASE.index(name)] = values
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


def _sums(twin: Twin) -> Mapping[str, FloatArray | float]:
    """Return the month's counts and sums by employer, named as the market records them."""
    young = twin.seasoned
    charge = young * twin.prices[..., 1] + (1.0 - young) * twin.prices[..., 2]
    hourly = twin.placed * charge
    hours = twin.plan.parameters.hours_per_week * twin.plan.parameters.weeks_per_year
    return {
        "posts": twin.posts,
        "permanent": twin.permanent,
        "agency": twin.placed,
        "vacancies": twin.vacancies(),
        "unfilled": twin.unfilled,
        "cases": twin.cases,
        "holders": twin.census.case_holder_share * (twin.permanent + twin.placed),
        "hourly_charges": hourly,
        "agency_cost": hourly * hours,
        "price_level": twin.rules.price_level,
    }


def _spooled(panel: FloatArray) -> tuple[Spool, Spool]:
    """Return London by month and employers by census, run by run, as an ensemble keeps them."""
    runs, months, employers, _ = panel.shape
    london = np.full((runs, len(OUTCOMES), months), np.nan)
    by_census = panel[:, ::MONTHS_PER_YEAR]
    censuses = np.full((runs, len(OUTCOMES), by_census.shape[1], employers), np.nan)
    for place, outcome in enumerate(OUTCOMES):
        if outcome.name in TOLD:
            london[:, place] = measured(panel, outcome, london=True)
            censuses[:, place] = measured(by_census, outcome, london=False)
    kept = Spool(), Spool()
    for replicate in range(runs):
        kept[0].add(replicate, london[replicate])
        kept[1].add(replicate, censuses[replicate])
    return kept
