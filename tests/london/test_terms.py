"""Agreements over time: what is dated takes over on its day, and not a digit sooner."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.domain.calendar import month_end, months_between
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.replicate import RunSpec, run_once
from sim.market.model import LondonMarket
from sim.rules.levers import Levers
from sim.rules.levers.members import number_of
from sim.scenario import Scenario, ScenarioError, load_scenario, scenario_from
from tests.market.small_london import market_of, scenario, small_census
from tests.past import FROM_2023, NO_CAP_2023

OPENING = date(2023, 9, 30)
DAY = date(2024, 12, 1)
POLICIES: dict[str, dict[str, Any]] = {
    "cap": {
        "charge_rate_per_hour": 38.0,
        "members": {"count": 28, "except": ["Croydon"]},
        "uprated": False,
    },
    "tax": {"off_payroll": "not_enforced"},
    "permanent_offer": {"leadership": 0.2, "hiring_uplift": 0.5, "members": 0.5},
    "newly_qualified": {"multiplier": 1.5},
    "agency_rules": {"experience_years": 4.0, "cooling_off_months": 6},
    "prevention": {"case_reduction": 0.1, "lag_months": 0},
    "neighbours": {"premium": 0.2},
}
NO_OPS: dict[str, dict[str, Any]] = {
    "cap": {"members": 0.0},
    "tax": {"off_payroll": "enacted"},
    "permanent_offer": {"leadership": 0.0},
    "newly_qualified": {"multiplier": 1.0},
    "agency_rules": {"experience_years": 0.0},
    "prevention": {"case_reduction": 0.0},
    "neighbours": {"premium": 0.0},
}
OTHER = "Barking and Dagenham"
CAP = {"charge_rate_per_hour": 41.0, "members": 1.0, "tolerance": 0.04}


def policy(lever: str, terms: Any, base: str = FROM_2023) -> Scenario:
    return scenario_from({"extends": base, "levers": {lever: terms}})


def agents(of: Scenario, years: int = 2) -> FloatArray:
    return run_once(RunSpec(of, 3, 0, years, Draws.DEFAULT)).outcomes


def twin(of: Scenario, years: int = 2) -> FloatArray:
    quick = quick_ensemble(of, runs=2, seed=3, years=years, draws=Draws.DEFAULT)
    return np.stack([quick.london(name) for name in ("permanent_fte", "charge_rate_per_hour")])


def test_every_lever_has_a_policy_and_a_no_op_here() -> None:
    assert POLICIES.keys() == NO_OPS.keys() == Levers.model_fields.keys()


@pytest.mark.slow
@pytest.mark.parametrize("lever", POLICIES)
def test_a_policy_dated_a_day_changes_nothing_before_it(lever: str) -> None:
    """Whatever was in force, agents and twin, to the last digit."""
    earlier = POLICIES[lever] | {"start": "2023-11-01"}
    before = policy(lever, earlier)
    later = {"terms": [earlier, NO_OPS[lever] | {"start": DAY.isoformat()}]}
    after = policy(lever, later)
    months = months_between(OPENING, DAY)
    for told in (agents, twin):
        old, new = told(before), told(after)
        axis = 1 if told is agents else 2
        same, changed = (np.take(x, range(months), axis) for x in (old, new))
        np.testing.assert_array_equal(same, changed)
        assert not np.array_equal(old, new, equal_nan=True), f"{lever} ends and nothing happens"


@pytest.mark.slow
@pytest.mark.parametrize("lever", POLICIES)
def test_two_terms_that_say_the_same_are_one(lever: str) -> None:
    terms = POLICIES[lever] | {"start": "2023-11-01"}
    again = {"terms": [terms, POLICIES[lever] | {"start": DAY.isoformat()}]}
    for told in (agents, twin):
        np.testing.assert_array_equal(told(policy(lever, terms)), told(policy(lever, again)))


@pytest.mark.slow
@pytest.mark.parametrize("lever", NO_OPS)
def test_terms_at_their_no_op_change_nothing(lever: str) -> None:
    plain = load_scenario(NO_CAP_2023)
    terms = [NO_OPS[lever] | {"start": day} for day in ("2015-01-01", DAY.isoformat())]
    idle = policy(lever, {"terms": terms}, NO_CAP_2023)
    for told in (agents, twin):
        np.testing.assert_array_equal(told(plain), told(idle))


@given(st.permutations([2016, 2022, 2024, 2027]))
@settings(derandomize=True, max_examples=12)
def test_order_in_the_file_does_not_matter(years: list[int]) -> None:
    levels = {2016: 36.0, 2022: 42.0, 2024: 45.0, 2027: 38.0}
    terms = [{"start": f"{y}-04-01", "charge_rate_per_hour": levels[y]} for y in years]
    found = policy("cap", {"members": 0.9, "terms": terms})
    in_order = policy("cap", {"members": 0.9, "terms": sorted(terms, key=lambda t: t["start"])})
    assert found.fingerprint() == in_order.fingerprint()


# What takes over from what


def test_what_was_in_force_holds_until_the_day_before() -> None:
    """The analyst's own question: a cap of £38 from April 2027, 28 of 31 signing, two out."""
    asked = {
        "start": "2027-04-01",
        "charge_rate_per_hour": 38.0,
        "members": {"count": 28, "except": ["Croydon", "Havering"]},
    }
    cap = policy("cap", asked).levers.cap
    before, after = cap.terms()
    assert (before.charge_rate_per_hour, before.members) == (48.0, 1.0)
    assert before == load_scenario(FROM_2023).levers.cap
    assert after.start == date(2027, 4, 1)
    assert after.tolerance == before.tolerance
    assert number_of(after.members) == 28


@pytest.mark.slow
def test_until_the_policy_begins_every_number_is_the_bases() -> None:
    cap38 = policy("cap", POLICIES["cap"] | {"start": "2027-04-01"})
    base = load_scenario(FROM_2023)
    for told in (agents, twin):
        old, new = told(base, 5), told(cap38, 5)
        axis = 1 if told is agents else 2
        first = months_between(OPENING, date(2027, 4, 1))
        np.testing.assert_array_equal(
            np.take(old, range(first), axis), np.take(new, range(first), axis)
        )
        assert not np.array_equal(np.take(old, first, axis), np.take(new, first, axis))


def test_terms_without_a_day_change_the_last_and_keep_the_past() -> None:
    later = policy("cap", {"terms": [CAP, {"start": "2027-04-01", "members": 0.5}]}, NO_CAP_2023)
    before, after = later.levers.cap.terms()[-2:]
    changed = scenario_from(
        {"extends": NO_CAP_2023, "levers": {"cap": {"terms": [CAP, {"start": "2027-04-01"}]}}}
    )
    assert changed.levers.cap.terms()[-2] == before
    assert after.charge_rate_per_hour == before.charge_rate_per_hour


def test_off_is_a_lever_that_never_was_whatever_the_base_holds() -> None:
    for base in ("baseline", "pan-london-cap", "nhs-style-ratchet"):
        assert policy("cap", "off", base).levers.cap.is_no_op
        assert load_scenario(base, ["levers.cap=off"]).levers.cap.is_no_op


def test_a_level_that_is_not_said_again_goes_on_rising_as_it_did() -> None:
    base = load_scenario(FROM_2023)
    fewer = policy("cap", {"start": "2025-04-01", "members": {"except": ["Bexley"]}})
    for name in ("start", "members", "stated_on", "earlier"):
        assert getattr(fewer.levers.cap, name) != getattr(base.levers.cap, name)
    one, other = (LondonMarket(s, rng=1, years=3) for s in (base, fewer))
    for _ in range(24):
        one.step()
        other.step()
        assert one.rules.cap_charge_rate == other.rules.cap_charge_rate


def test_a_level_that_is_said_again_is_in_the_money_of_its_day() -> None:
    again = policy("cap", {"start": "2025-04-01", "charge_rate_per_hour": 48.0})
    market = LondonMarket(again, rng=1, years=3)
    levels = {}
    for _ in range(20):
        market.step()
        levels[market.today] = market.rules.cap_charge_rate
    assert levels[date(2025, 3, 31)] > 48.0
    assert levels[date(2025, 4, 30)] == 48.0


def test_a_cap_that_comes_in_starts_from_the_one_it_takes_over_from() -> None:
    steps = {
        "terms": [
            CAP | {"start": "2023-10-01", "uprated": False},
            {"start": "2024-10-01", "charge_rate_per_hour": 35.0, "ramp_months": 12},
        ]
    }
    market = LondonMarket(policy("cap", steps, NO_CAP_2023), rng=1, years=3)
    found = []
    for _ in range(25):
        market.step()
        found.append(market.rules.cap_charge_rate)
    assert found[11] == 41.0
    np.testing.assert_allclose(found[12:24], 41.0 - 6.0 * np.arange(1, 13) / 12)


def cap_levels(terms: Any, base: str = NO_CAP_2023, months: int = 24) -> FloatArray:
    market = LondonMarket(policy("cap", terms, base), rng=1, years=4)
    found = []
    for _ in range(months):
        market.step()
        found.append(market.rules.cap_charge_rate)
    return np.array(found)


def test_terms_that_begin_within_a_ramp_start_from_where_it_had_got_to() -> None:
    """£48, over 18 months to £42 from October 2023, from July 2024 over a year to £38."""
    half = 48.0 - 6.0 * 9 / 18
    terms = [
        CAP | {"start": "2016-01-01", "charge_rate_per_hour": 48.0, "uprated": False},
        {"start": "2023-10-01", "charge_rate_per_hour": 42.0, "ramp_months": 18},
        {"start": "2024-07-01", "charge_rate_per_hour": 38.0, "ramp_months": 12},
    ]
    found = cap_levels({"terms": terms})
    np.testing.assert_allclose(found[:9], 48.0 - 6.0 * np.arange(1, 10) / 18)
    np.testing.assert_allclose(found[9:21], half - (half - 38.0) * np.arange(1, 13) / 12)
    assert found[21] == 38.0


def test_a_level_that_rises_comes_in_over_its_ramp_too() -> None:
    terms = [
        CAP | {"start": "2016-01-01", "uprated": False},
        {"start": "2023-10-01", "charge_rate_per_hour": 47.0, "ramp_months": 12},
    ]
    found = cap_levels({"terms": terms})
    np.testing.assert_allclose(found[:12], 41.0 + 6.0 * np.arange(1, 13) / 12)


def test_terms_replaced_within_their_month_leave_nothing_behind() -> None:
    old = CAP | {"start": "2016-01-01", "charge_rate_per_hour": 48.0, "uprated": False}
    new = {"start": "2024-03-20", "charge_rate_per_hour": 38.0, "ramp_months": 12}
    short_lived = {"start": "2024-03-01", "charge_rate_per_hour": 30.0}
    np.testing.assert_array_equal(
        cap_levels({"terms": [old, new]}), cap_levels({"terms": [old, short_lived, new]})
    )


@pytest.mark.slow
@pytest.mark.parametrize("lever", ["cap", "permanent_offer", "newly_qualified", "prevention"])
def test_to_say_again_what_is_coming_in_changes_nothing(lever: str) -> None:
    coming = POLICIES[lever] | {"start": "2023-11-01", "ramp_months": 24}
    again = {"terms": [coming, POLICIES[lever] | {"start": DAY.isoformat()}]}
    for told in (agents, twin):
        np.testing.assert_array_equal(told(policy(lever, coming)), told(policy(lever, again)))


def test_an_offer_that_goes_out_half_way_goes_out_from_half() -> None:
    terms = [
        {"start": "2023-10-01", "salary_uplift": 0.12, "ramp_months": 24},
        {"start": "2024-10-01", "salary_uplift": 0.0, "ramp_months": 12},
    ]
    market = LondonMarket(policy("permanent_offer", {"terms": terms}), rng=1, years=4)
    found = []
    for _ in range(26):
        market.step()
        found.append(float(np.max(market.rules.offer_pay_share)))
    np.testing.assert_allclose(found[:12], 0.12 * np.arange(1, 13) / 24)
    np.testing.assert_allclose(found[12:24], 0.06 * (1 - np.arange(1, 13) / 12), atol=1e-12)


def test_cases_are_averted_each_after_the_lag_they_were_paid_under() -> None:
    """Paid from October 2023 with a year's lag; from April 2024 on half as much, at once."""
    terms = [
        {"start": "2023-10-01", "case_reduction": 0.2, "lag_months": 12},
        {"start": "2024-04-01", "case_reduction": 0.1, "lag_months": 0},
    ]
    market = LondonMarket(policy("prevention", {"terms": terms}), rng=1, years=4)
    found = []
    for _ in range(20):
        market.step()
        found.append(float(np.max(market.rules.prevented)))
    assert found[:6] == [0.0] * 6
    assert found[6:12] == [0.1] * 6
    assert found[12:18] == [0.2] * 6, "what was paid for a year ago still comes"
    assert found[18:] == [0.1] * 2


# Who signs


def test_who_signs_both_keeps_its_standing_and_who_leaves_is_free() -> None:
    terms = [
        CAP | {"start": "2023-10-01", "members": ["Barnet", "Bexley"]},
        {"start": "2024-01-01", "members": ["Bexley", OTHER]},
    ]
    census = small_census(3, posts=100)
    market = market_of(scenario(cap={"terms": terms}), census)
    names = list(market.employers)
    assert {"Barnet", "Bexley", OTHER} == set(names)
    for _ in range(2):
        market.step()
    assert [n for n in names if market.is_member[names.index(n)]] == ["Barnet", "Bexley"]
    broke = names.index("Bexley")
    market.standing = market.standing._replace(is_member=np.array([n == "Barnet" for n in names]))
    market.step()
    assert market.today == date(2023, 12, 31)
    assert not market.is_member[broke]
    market.step()
    members = {n for n in names if market.is_member[names.index(n)]}
    assert members == {OTHER}, "who broke the old terms does not come back by signing the new"
    assert market.pledge.begun_month[broke] == 1
    assert market.pledge.begun_month[names.index(OTHER)] == 4


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"count": 30, "except": ["Croydon", "Havering"]}, "allowed: 0 to 29 of the 31"),
        ({"count": 2.5}, "count"),
        ({"number": 3}, "number"),
        ({}, "expected a share"),
        (28, r"for a count write \{ count = 28 \}"),
        ({"except": ["Croydonn"]}, "Croydon"),
    ],
)
def test_members_that_cannot_be_are_refused(members: Any, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        policy("cap", {"charge_rate_per_hour": 38.0, "members": members})


def test_a_count_only_adds_members_as_it_grows_and_leaves_out_who_is_named() -> None:
    out = ["Croydon", "Havering"]
    before: set[str] = set()
    for count in range(0, 30, 3):
        terms = CAP | {"start": "2023-10-01", "members": {"count": count, "except": out}}
        market = LondonMarket(policy("cap", terms, NO_CAP_2023), rng=1, years=1)
        market.step()
        signed = set()
        if market.rules.agreement is not None:
            signed = {
                name
                for name, is_in in zip(market.employers, market.rules.agreement.signed, strict=True)
                if is_in
            }
        assert len(signed) == count
        assert before <= signed
        assert not signed & {*out, "City of London"}
        before = signed


def test_a_scenario_reads_back_from_its_own_dump() -> None:
    found = policy("cap", POLICIES["cap"] | {"start": "2027-04-01"})
    assert Scenario(**found.model_dump(mode="json")) == found
    assert month_end(OPENING, 42) == date(2027, 3, 31)
