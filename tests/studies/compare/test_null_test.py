"""The null test: zero where nothing acts, and not blind where something does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.ensemble.run import Ensemble, run_ensemble
from sim.market.outcomes import OUTCOMES
from sim.rules.levers import Levers
from sim.scenario import Scenario, load_scenario, scenario_from
from sim.studies.compare.method.null_test import (
    Null,
    Records,
    differs,
    null_test,
    nulls_of,
    switched_off,
)

ASKED: dict[str, Any] = {"runs": 2, "seed": 4, "years": 1}


def recorded(scenario: Scenario) -> tuple[Ensemble, Records]:
    records = Records()
    return run_ensemble(scenario, each=records.keep, **ASKED), records


@pytest.fixture(scope="module")
def free() -> tuple[Ensemble, Records]:
    return recorded(load_scenario("no-cap"))


@pytest.mark.parametrize("policy", ["package-to-90", "nhs-style-ratchet", "no-ir35"])
def test_a_policy_that_should_do_nothing_does_nothing_to_any_number(
    policy: str, free: tuple[Ensemble, Records]
) -> None:
    base, records = free
    nulls = nulls_of(base.scenario, [load_scenario(policy)], ASKED["years"])
    assert len(nulls) == 3
    for null in nulls:
        found = null_test(base, records, null)
        assert found.is_exactly_zero, found
        assert found.first is None
        assert found.numbers > 2 * 13 * len(OUTCOMES)


def test_every_unit_and_month_is_compared(free: tuple[Ensemble, Records]) -> None:
    base, records = free
    assert records.outcome(0).shape == (base.runs, len(base.months), len(base.units))


def test_a_real_policy_is_noticed_where_it_first_acts(free: tuple[Ensemble, Records]) -> None:
    base, records = free
    start = {"leadership": 0.5, "start": base.day(7).isoformat()}
    levers = {"permanent_offer": start}
    policy = scenario_from({"extends": "no-cap", "levers": levers}, "acting")
    found = null_test(base, records, Null("a real policy", policy))
    assert not found.is_exactly_zero
    assert found.first is not None
    assert found.first.month == 7
    assert found.first.expected != found.first.found
    assert 0 < found.differing <= found.numbers
    place = [outcome.name for outcome in OUTCOMES].index(found.first.outcome)
    values = records.outcome(place)[found.first.run, 7]
    assert found.first.expected == values[base.units.index(found.first.unit)]


def test_other_parameters_are_noticed_even_if_they_move_no_number(
    free: tuple[Ensemble, Records],
) -> None:
    base, records = free
    base_with_other_facts = Ensemble(**(vars(base) | {"facts": [{}, {}]}))
    found = null_test(base_with_other_facts, records, Null("as it is", base.scenario))
    assert (found.differing, found.facts_agree, found.is_exactly_zero) == (0, False, False)


def test_levers_are_laid_over_those_the_base_does_not_use() -> None:
    base, package = load_scenario("baseline"), load_scenario("package")
    renamed, off, late = nulls_of(base, [package], 1)
    assert renamed.scenario.name != base.name
    assert renamed.scenario.fingerprint() == base.fingerprint()
    for null in (off, late):
        assert null.scenario.levers.cap == base.levers.cap
        assert null.scenario.fingerprint() != base.fingerprint()
    assert off.scenario.levers.permanent_offer.is_no_op
    assert off.scenario.levers.permanent_offer.start == package.levers.permanent_offer.start
    assert not late.scenario.levers.permanent_offer.is_no_op
    assert (
        late.scenario.levers.permanent_offer.leadership == package.levers.permanent_offer.leadership
    )


def test_a_policy_that_only_lifts_a_lever_leaves_the_name_to_test() -> None:
    assert len(nulls_of(load_scenario("baseline"), [load_scenario("no-cap")], 1)) == 1


@pytest.mark.parametrize("lever", Levers.model_fields)
def test_every_lever_can_be_switched_off(lever: str) -> None:
    strong: dict[str, dict[str, Any]] = {
        "cap": {"members": 0.5, "charge_rate_per_hour": 35.0},
        "tax": {"law": "frozen", "frozen_tax_year": "2016/17"},
        "permanent_offer": {"leadership": 0.3, "careers": 0.1},
        "newly_qualified": {"multiplier": 3.0},
        "agency_rules": {"experience_years": 10.0, "cooling_off_months": 6},
        "prevention": {"case_reduction": 0.3, "lag_months": 6},
        "neighbours": {"premium": 0.5},
    }
    levers = scenario_from({"levers": {lever: strong[lever]}}, "strong").levers
    assert not getattr(levers, lever).is_no_op
    assert switched_off(getattr(levers, lever)).is_no_op


def test_numbers_are_the_same_bit_for_bit_and_no_number_is_no_number() -> None:
    one = np.array([0.1, 0.0, np.nan, np.nan, 1.0])
    other = np.array([np.nextafter(0.1, 1.0), -0.0, np.nan, 0.0, 1.0])
    assert differs(one, other).tolist() == [True, True, False, True, False]
