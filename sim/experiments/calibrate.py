"""Calibration of one rival structure to the record of 2017-2021, by its borough twin.

First the prior's own draws are set beside the record and those it rules out are dropped; then a
sampler narrows the rest down. Parameters on which the record is silent by construction (prices of
policies, what only a lever uses) keep their prior and are not sampled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.experiments.abc import Bounds
from sim.experiments.calibration_targets import FIRST_YEAR, LAST_YEAR, summaries
from sim.experiments.structures import Pair, record_scenario, under
from sim.experiments.twin import Twin

TOGETHER = 250
"""Draws simulated at once: as many as stay in a processor's cache."""
SAMPLED = (
    "sector_exit_per_year",
    "flow_to_agency_per_year",
    "flow_to_permanent_per_year",
    "borough_moves_per_year",
    "outside_hires_per_post",
    "newly_qualified_per_post",
    "outsiders_per_post",
    "agency_exit_per_year",
    "bench_leak_per_month",
    "assignment_rate_2017_per_hour",
    "pay_sensitivity",
    "taste_spread",
    "bid_speed",
    "strain_to_leaving",
    "strain_to_hiring",
    "strain_to_route",
    "caseload_habituation",
    "extra_agency_share",
    "extra_fade_per_year",
    "posts_growth_per_year",
    "cases_growth_per_year",
    "leadership_spread",
    "leadership_reversion_per_year",
    "leadership_agency_slope",
    "lasting_conditions_share",
    "common_hiring_spread",
    "common_leaving_spread",
    "reporting_error",
)
"""Parameters that decide what the record shows under every structure."""
OWN = {
    HiringStructure.SUPPLY_LIMITED: "vacancy_elasticity",
    HiringStructure.REPUTATION: "reputation_sensitivity",
    HiringStructure.BUDGET: "budget_sensitivity",
    BidTrigger.VACANCIES: "vacancy_weight",
}
"""The parameter that only one rival structure has."""


def sampled_names(pair: Pair) -> tuple[str, ...]:
    """Return the parameters that are sampled under a structure."""
    own = [OWN[half] for half in pair if half in OWN]
    return (*SAMPLED, *own)


def prior_box(pair: Pair) -> Bounds:
    """Return the stated priors of the sampled parameters, as a box."""
    declared = declarations(Parameters)
    names = sampled_names(pair)
    ends = [declared[name].prior for name in names]
    low, high = zip(*(end for end in ends if end is not None), strict=True)
    return Bounds(names, np.array(low, float), np.array(high, float))


@dataclass(frozen=True)
class TwinSimulator:
    """The borough twin as the sampler sees it: draws in, summaries out."""

    pair: Pair

    def __call__(self, draws: FloatArray, seed: int) -> FloatArray:
        """Return the summaries of each draw, (draw, summary)."""
        scenario = under(record_scenario(FIRST_YEAR), self.pair)
        names = sampled_names(self.pair)
        found = []
        for first in range(0, len(draws), TOGETHER):
            part = draws[first : first + TOGETHER]
            drawn = dict(zip(names, part.T, strict=True))
            keys = np.random.SeedSequence([seed, first]).generate_state(2)
            twin = Twin(scenario, drawn, len(part), int(keys[0]))
            record = twin.run(LAST_YEAR - FIRST_YEAR)
            luck = np.random.default_rng(int(keys[1]))
            found.append(summaries(record, drawn["reporting_error"], luck))
        return np.concatenate(found)
