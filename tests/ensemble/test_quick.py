"""A quick estimate has the agents' draws, mixes structures rightly, and lands near the agents."""

from __future__ import annotations

import numpy as np
import pytest

from sim.answers.structures import pairs
from sim.domain.headline import HEADLINE
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.run import run_ensemble
from sim.market.outcomes import OUTCOME, OUTCOMES
from sim.scenario import load_scenario, scenario_from
from sim.twin import Twin

NEAR = 0.03


def test_it_has_the_very_draws_of_the_agents() -> None:
    size = {"runs": 3, "seed": 5, "years": 1}
    scenario = load_scenario("no-cap")
    quick, agents = quick_ensemble(scenario, **size), run_ensemble(scenario, **size)
    assert quick.parameters == agents.parameters
    assert quick.structures == agents.structures
    assert quick.units == agents.units


@pytest.mark.slow
def test_it_lands_near_the_agents() -> None:
    size = {"runs": 8, "seed": 1, "years": 2}
    scenario = load_scenario("no-cap")
    quick, agents = quick_ensemble(scenario, **size), run_ensemble(scenario, **size)
    for outcome in ("permanent_share_of_workforce", "permanent_share_of_posts"):
        gap = np.median(quick.of(outcome)[:, -1]) - np.median(agents.of(outcome)[:, -1])
        assert abs(gap) < NEAR, outcome


def test_what_it_does_not_tell_is_no_number() -> None:
    quick = quick_ensemble(load_scenario("no-cap"), runs=2, seed=1, years=1, draws=Draws.DEFAULT)
    assert np.isnan(quick.london("agency_tenure_months")).all()
    for outcome in OUTCOMES:
        told = np.isfinite(quick.london(outcome.name))
        assert told.all() if outcome.is_told_by_the_twin else not told.any(), outcome.name
    assert {OUTCOME[name] for name in HEADLINE} <= {o for o in OUTCOMES if o.is_told_by_the_twin}


def test_londons_of_different_structures_share_a_batch_without_touching() -> None:
    """Without luck a London of a mixed batch is the London of its structure alone."""
    scenario = load_scenario("no-cap")
    structures = [(pair.hiring, pair.bid_trigger) for pair in pairs()]
    mixed = Twin(scenario, {}, len(structures), structures=structures).run(2)
    for place, structure in enumerate(structures):
        alone = Twin(scenario, {}, 1, structures=[structure]).run(2)
        for name in ("permanent", "agency", "unfilled", "price"):
            assert mixed.of(name)[place] == pytest.approx(alone.of(name)[0], rel=1e-9), structure


def test_one_structure_for_all_is_the_scenarios_own() -> None:
    content = {"structure": {"hiring": "budget", "bid_trigger": "vacancies"}}
    scenario = scenario_from({"extends": "no-cap", **content})
    own = Twin(scenario, {}, 1).run(1)
    named = Twin(
        load_scenario("no-cap"), {}, 1, structures=[(HiringStructure.BUDGET, BidTrigger.VACANCIES)]
    ).run(1)
    assert np.array_equal(own.of("permanent"), named.of("permanent"))
