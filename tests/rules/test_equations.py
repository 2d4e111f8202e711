"""Each equation of behaviour against its closed form, and the limits theory gives for free."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.domain.calendar import month_end
from sim.domain.parameters import Parameters
from sim.rules import (
    agency_work,
    bidding,
    budget,
    choice,
    conditions,
    demand,
    establishment,
    hazards,
    recruitment,
)

steady = settings(derandomize=True, max_examples=150)
shares = st.floats(0, 1)


def one(value: float) -> np.ndarray:
    return np.array([value])


# Hazards


@given(st.floats(0, 5))
@steady
def test_twelve_months_of_a_monthly_chance_make_the_year(hazard: float) -> None:
    chance = float(hazards.monthly_chance(hazard))
    assert (1 - chance) ** 12 == pytest.approx(math.exp(-hazard), rel=1e-12)


def test_no_hazard_is_no_chance() -> None:
    assert float(hazards.monthly_chance(0.0)) == 0.0


# Strain


def test_strain_is_zero_at_the_reference_and_ln_2_at_twice_the_caseload() -> None:
    caseload = np.array([15.0, 30.0, 30.0])
    leadership = np.array([0.0, 0.0, 0.2])
    felt = conditions.strain(caseload, 15.0, leadership)
    np.testing.assert_allclose(felt, [0.0, math.log(2), math.log(2) - 0.2], rtol=1e-15)


@pytest.mark.parametrize(
    ("sensitivity", "felt", "exponent"),
    [(0.9, 0.5, 0.45), (0.0, 3.0, 0.0), (2.5, 1.0, 2.0), (2.5, -1.0, -2.0), (1.0, 2.0, 2.0)],
)
def test_strain_multiplies_leaving_by_its_exponent_held_within_two(
    sensitivity: float, felt: float, exponent: float
) -> None:
    multiplier = conditions.strain_multiplier(sensitivity, one(felt))[0]
    assert multiplier == pytest.approx(math.exp(exponent), rel=1e-15)


def test_relief_takes_its_share_of_the_cases_above_the_bar_and_none_below() -> None:
    cases, caseload = np.array([1_000.0, 1_000.0, 1_000.0]), np.array([20.0, 17.0, 12.0])
    left = conditions.relieved_cases(cases, caseload, 17.0, np.array([0.8, 0.8, 0.8]))
    np.testing.assert_allclose(left, [1_000 - 0.8 * 150, 1_000, 1_000], rtol=1e-12)


def test_full_relief_brings_caseload_down_to_the_bar_and_no_relief_leaves_it() -> None:
    cases, caseload = one(2_500.0), one(25.0)
    np.testing.assert_allclose(
        conditions.relieved_cases(cases, caseload, 17.0, one(1.0)) / 100, 17.0, rtol=1e-12
    )
    np.testing.assert_array_equal(conditions.relieved_cases(cases, caseload, 17.0, one(0.0)), cases)


@given(st.floats(0.01, 2), st.floats(0, 5))
@steady
def test_leadership_keeps_its_spread_and_returns_at_its_speed(
    spread: float, reversion: float
) -> None:
    """The step is linear in what was and in the noise, so its variance follows from two points."""
    kept = conditions.leadership_step(one(1.0), one(0.0), spread, reversion)[0]
    shaken = conditions.leadership_step(one(0.0), one(1.0), spread, reversion)[0]
    assert kept == pytest.approx(math.exp(-reversion / 12), rel=1e-12)
    assert kept**2 * spread**2 + shaken**2 == pytest.approx(spread**2, rel=1e-12)


# Choosing a route


@pytest.mark.parametrize(
    ("pull", "sensitivity", "attachment", "chance"),
    [
        (0.3, 6.0, 0.3, 0.5),
        (0.0, 6.0, 0.5, 1 / (1 + math.exp(3))),
        (0.5, 6.0, 0.0, 1 / (1 + math.exp(-3))),
        (9.0, 0.0, 0.0, 0.5),
    ],
)
def test_the_route_is_chosen_by_the_logit(
    pull: float, sensitivity: float, attachment: float, chance: float
) -> None:
    found = choice.agency_chance(one(pull), sensitivity, attachment)[0]
    assert found == pytest.approx(chance, rel=1e-14)


def test_a_hopeless_pull_is_no_error() -> None:
    far = np.array([-1e6, 1e6])
    np.testing.assert_allclose(choice.agency_chance(far, 50.0, 0.0), [0, 1], atol=1e-200)


ORDER = ("eligible_share", "sensitivity", "flow_to_agency", "flow_to_permanent")
routes = st.fixed_dictionaries(
    {
        "eligible_share": st.floats(0.3, 1.0),
        "sensitivity": st.floats(1, 12),
        "flow_to_agency": st.floats(0.022, 0.04),
        "flow_to_permanent": st.floats(0.04, 0.15),
    }
)


@given(routes, st.floats(-0.3, 0.8))
@steady
def test_without_taste_the_route_constants_are_the_closed_form(
    given_flows: dict[str, float], pull: float
) -> None:
    """rho = back + out / eligible; c0 = pull - ln(out / (back x eligible)) / beta."""
    share, beta, out, back = (given_flows[name] for name in ORDER)
    found = choice.solve_route_constants(np.full(7, pull), np.full(3, pull), share, beta, out, back)
    assert found.reconsider_per_year == pytest.approx(back + out / share, abs=1e-9)
    expected = pull - math.log(out / (back * share)) / beta
    assert found.attachment == pytest.approx(expected, abs=1e-9)


@given(routes, st.integers(0, 2**32 - 1), st.floats(0, 0.3), st.floats(-0.3, 0.8))
@steady
def test_the_route_constants_give_both_flows_back_whatever_the_tastes(
    given_flows: dict[str, float], seed: int, spread: float, pull: float
) -> None:
    share, beta, out, back = (given_flows[name] for name in ORDER)
    luck = np.random.default_rng(seed)
    eligible = pull + spread * luck.standard_normal(40)
    placed = pull + spread * (1 + luck.standard_normal(15))
    found = choice.solve_route_constants(eligible, placed, share, beta, out, back)
    going = choice.agency_chance(eligible, beta, found.attachment).mean()
    staying = choice.agency_chance(placed, beta, found.attachment).mean()
    assert found.reconsider_per_year * share * going == pytest.approx(out, abs=1e-9)
    assert found.reconsider_per_year * (1 - staying) == pytest.approx(back, abs=1e-9)


def test_if_pay_rises_everywhere_alike_attachment_rises_with_it() -> None:
    pulls = np.linspace(-0.2, 0.6, 9)
    low, high = (
        choice.solve_route_constants(pulls + up, pulls[4:] + up, 0.8, 6.0, 0.03, 0.08)
        for up in (0.0, 0.25)
    )
    assert high.attachment - low.attachment == pytest.approx(0.25, abs=1e-8)
    assert high.reconsider_per_year == pytest.approx(low.reconsider_per_year, rel=1e-8)


def test_if_nobody_moves_at_the_start_nobody_ever_reconsiders() -> None:
    found = choice.solve_route_constants(one(0.2), one(0.2), 0.8, 6.0, 0.0, 0.0)
    assert found.reconsider_per_year == 0.0


def test_where_one_flow_is_switched_off_the_other_stays() -> None:
    pulls = np.linspace(-0.2, 0.6, 9)
    for out, back in ((0.03, 0.0), (0.0, 0.08)):
        found = choice.solve_route_constants(pulls, pulls, 0.8, 6.0, out, back)
        going = choice.agency_chance(pulls, 6.0, found.attachment).mean()
        assert found.reconsider_per_year * 0.8 * going == pytest.approx(out, abs=1e-6)
        assert found.reconsider_per_year * (1 - going) == pytest.approx(back, abs=1e-6)


@pytest.mark.parametrize("eligible", [0, 3])
@pytest.mark.parametrize("placed", [0, 3])
def test_a_london_without_eligible_or_placed_staff_has_route_constants_too(
    eligible: int, placed: int
) -> None:
    share = 0.8 if eligible else 0.0
    found = choice.solve_route_constants(
        np.full(eligible, 0.25), np.full(placed, 0.25), share, 6.0, 0.03, 0.08
    )
    assert np.isfinite(found.attachment)
    assert 0.08 < found.reconsider_per_year < 10.0


def test_those_who_may_not_go_yet_are_as_attached_as_those_who_may() -> None:
    """Everybody feels the same pull: whoever becomes eligible later goes at the stated pace."""
    nobody, pulls = np.zeros(0), np.full(5, 0.25)
    found = choice.solve_route_constants(nobody, pulls, 0.0, 6.0, 0.03, 0.08)
    going = choice.agency_chance(pulls, 6.0, found.attachment).mean()
    assert found.reconsider_per_year * going == pytest.approx(0.03, rel=1e-6)


@pytest.mark.parametrize(("months", "share_left"), [(0, 1.0), (3, 11 / 12), (36, 0.01)])
def test_waiting_costs_its_share_of_the_years_a_worker_looks_ahead(
    months: int, share_left: float
) -> None:
    loss = choice.cooling_off_loss(months, 3.0)
    assert loss == pytest.approx(math.log(share_left), abs=1e-12)


# Permanent hiring


def hires(vacancy: float, agency: float = 0.22, strain: float = 0.0, **changed: float) -> float:
    values = {"h": 0.05, "alpha": 1.0, "strain": 0.5, "rep": 4.0} | changed
    return recruitment.outside_hires_per_year(
        one(200.0), one(vacancy), one(agency), one(strain), *values.values()
    )[0]


def test_at_the_reference_shares_a_borough_hires_its_ordinary_number() -> None:
    assert hires(0.22) == pytest.approx(10.0, rel=1e-14)


def test_hiring_answers_vacancies_with_its_elasticity() -> None:
    assert hires(0.44) == pytest.approx(20.0, rel=1e-14)
    assert hires(0.44, alpha=0.2) == pytest.approx(10 * 2**0.2, rel=1e-14)
    assert hires(0.44, alpha=0.0) == pytest.approx(10.0, rel=1e-14)
    assert hires(0.0) == 0.0


def test_agency_share_and_strain_repel_applicants() -> None:
    assert hires(0.22, agency=0.32) == pytest.approx(10 * math.exp(-0.4), rel=1e-12)
    assert hires(0.22, agency=0.32, rep=0.0) == pytest.approx(10.0, rel=1e-14)
    assert hires(0.22, strain=0.4) == pytest.approx(10 * math.exp(-0.2), rel=1e-12)
    assert hires(0.22, strain=-9.0) == pytest.approx(10 * math.exp(2), rel=1e-12)


def test_overspending_cuts_the_offer_and_underspending_does_not_raise_it() -> None:
    overspent = budget.overspend(np.array([120.0, 100.0, 80.0]), np.full(3, 100.0))
    np.testing.assert_allclose(overspent, [0.2, 0.0, -0.2])
    offer = budget.offer_change(overspent, 1.5, 0.5)
    np.testing.assert_allclose(offer, [-0.15, 0.0, 0.0], atol=1e-12)


def test_a_budget_is_the_opening_bill_and_its_unfilled_posts_and_small_ones_go_by_londons() -> None:
    """100 posts, a bill of £4.6m, 4 unfilled posts of £50,000: £48,000 a post."""
    assert budget.budget_per_post(4_600_000.0, 4.0, 50_000.0, 100.0) == pytest.approx(48_000.0)
    cost = budget.staff_cost(80.0, 50_000.0, 1.1, 1_000_000.0)
    assert cost == pytest.approx(5_400_000.0)
    assert budget.strain(0.2, 0.05, 150.0, 50.0) == pytest.approx(0.75 * 0.2 + 0.25 * 0.05)
    assert budget.strain(0.2, 0.05, 0.0, 50.0) == pytest.approx(0.05)
    assert budget.strain(0.2, 0.05, 10.0, 0.0) == pytest.approx(0.2)


@given(st.floats(-2, 5), st.floats(0.001, 1), st.floats(0, 1))
@steady
def test_a_brake_is_between_0_and_1_and_a_saving_speeds_nothing(
    overspent: float, limit: float, on_offer: float
) -> None:
    found = float(budget.brake(overspent, limit, on_offer))
    assert 0.0 <= found <= 1.0
    if overspent <= 0:
        assert found == 1.0
    assert budget.brake(overspent, limit, 1.0) == 1.0


def test_a_pound_is_charged_once() -> None:
    """Half of 8 % goes to the offer, half slows bids: what one bears the other does not."""
    for on_offer in (0.0, 0.5, 1.0):
        slowed = (1.0 - float(budget.brake(0.08, 0.10, on_offer))) * 0.10
        cut = -float(budget.offer_change(0.08, 1.0, on_offer))
        assert slowed + cut == pytest.approx(0.08)


def test_dear_cover_is_wanted_less_and_cheap_cover_no_more() -> None:
    wanted = demand.wanted_share(np.array([40.0, 80.0, 20.0]), 40.0, 1.0, 0.5)
    np.testing.assert_allclose(wanted, [1.0, 2**-0.5, 1.0])
    assert demand.wanted_share(44.0, 40.0, 1.1, 0.5) == pytest.approx(1.0)  # no dearer than staff
    assert demand.uncovered_by_choice(5.0, 20.0, 0.9) == pytest.approx(2.0)
    assert demand.uncovered_by_choice(1.0, 20.0, 0.9) == 1.0


def test_boroughs_get_used_to_their_vacancies() -> None:
    after = bidding.vacancies_got_used_to(0.22, 0.30, 4.0, 48)
    assert after == pytest.approx(0.30 - 0.08 / math.e)
    monthly = 0.22
    for _ in range(48):
        monthly = float(bidding.vacancies_got_used_to(monthly, 0.30, 4.0))
    assert monthly == pytest.approx(float(after))
    assert bidding.vacancy_target(0.30, 0.22, 0.8) == pytest.approx(0.284)


def test_newly_qualified_staff_come_half_in_september_and_a_fifth_in_october() -> None:
    by_month = recruitment.NEWLY_QUALIFIED_BY_CALENDAR_MONTH
    assert (by_month[8], by_month[9]) == (0.5, 0.2)
    assert sum(by_month) == pytest.approx(1.0, abs=1e-12)


# The agency market


def test_outsiders_come_at_the_reference_premium_and_answer_it() -> None:
    assert agency_work.outsiders_per_year(1_000.0, 1.25, 0.022, 1.5) == pytest.approx(22.0)
    assert agency_work.outsiders_per_year(1_000.0, 2.5, 0.022, 1.5) == pytest.approx(22 * 2**1.5)
    assert agency_work.outsiders_per_year(1_000.0, 2.5, 0.0, 1.5) == 0.0


def test_appeal_grows_with_the_gap_and_with_the_fourth_power_of_pay() -> None:
    appeal = np.exp(
        agency_work.assignment_appeal(np.array([0.0, 1, 3, 3]), np.array([99.0, 40, 40, 80]), 4.0)
    )
    np.testing.assert_allclose(appeal / appeal[1], [0, 1, 3, 3 * 16], rtol=1e-12)


# Bidding


def test_a_borough_feels_its_unfilled_posts_or_a_mix_with_its_vacancies() -> None:
    assert bidding.shortage(one(0.08), one(0.40), 0.05, 0.22, 0.0)[0] == pytest.approx(0.03)
    assert bidding.shortage(one(0.08), one(0.40), 0.05, 0.22, 1.0)[0] == pytest.approx(0.18)
    assert bidding.shortage(one(0.08), one(0.40), 0.05, 0.22, 0.5)[0] == pytest.approx(0.105)


def bid(short_by: float, charge: float = 40.0, mean: float = 40.0, **changed: float) -> float:
    values = {"speed": 0.6, "falling": 0.5, "leap": 0.1, "margin": 0.02} | changed
    wanted = bidding.desired_charge_rate(one(charge), mean, one(short_by), *values.values())
    return math.log(wanted[0] / charge)


def test_a_bid_rises_with_the_shortage_and_falls_at_half_the_speed() -> None:
    """ln w += 10 eta / 12 x gap: .6 a year and a tenth of posts short is .05 a month."""
    assert bid(0.1, leap=0.0) == pytest.approx(0.05, rel=1e-9)
    assert bid(-0.1, leap=0.0) == pytest.approx(-0.025, rel=1e-9)
    assert bid(-0.1, leap=0.0, falling=0.0) == 0.0


def test_a_brake_slows_rises_and_leaps_and_no_fall() -> None:
    assert bid(0.1, brake=0.25) == pytest.approx(0.25 * bid(0.1), rel=1e-9)
    assert bid(0.1, charge=36.0, brake=0.0) == 0.0
    assert bid(-0.1, brake=0.0) == bid(-0.1)


def test_a_short_borough_also_leaps_towards_its_mark_above_the_mean() -> None:
    assert bid(0.1) == pytest.approx(0.05 + 0.1 * 0.02, rel=1e-9)
    behind = math.log(40 / 36) + 0.02
    assert bid(0.1, charge=36.0) == pytest.approx(0.05 + 0.1 * behind, rel=1e-9)


def test_leaping_is_only_upward_and_only_when_short() -> None:
    assert bid(0.1, charge=44.0) == pytest.approx(0.05, rel=1e-9)
    assert bid(-0.1, charge=36.0) == pytest.approx(-0.025, rel=1e-9)
    assert bid(0.0, charge=36.0) == 0.0


@given(st.floats(-1, 1), st.floats(10, 200), st.floats(10, 200))
@steady
def test_a_borough_that_is_shorter_never_bids_less(
    short_by: float, charge: float, mean: float
) -> None:
    assert bid(short_by + 0.01, charge, mean) >= bid(short_by, charge, mean) - 1e-12


# Posts


def test_extra_staff_fade_from_the_census_towards_their_long_run_share() -> None:
    start = np.array([0.073, 0.01])
    np.testing.assert_allclose(establishment.extra_share(start, 0.03, 0.35, 0), start, rtol=1e-14)
    after = establishment.extra_share(start, 0.03, 0.35, 24)
    np.testing.assert_allclose(after, 0.03 + (start - 0.03) * math.exp(-0.7), rtol=1e-12)


def test_growth_compounds_by_the_year() -> None:
    assert establishment.grown(one(200.0), 0.03, 0)[0] == 200.0
    assert establishment.grown(one(200.0), 0.03, 120)[0] == pytest.approx(200 * 1.03**10, rel=1e-12)
    assert establishment.posts_a_month_on(one(200.0), 0.12, 0.5)[0] == pytest.approx(
        200 * 1.12 ** (0.5 / 12), rel=1e-12
    )
    assert establishment.posts_a_month_on(one(200.0), -0.12, 0.0)[0] == pytest.approx(
        200 * 0.88 ** (1 / 12), rel=1e-12
    )
    assert establishment.grown(one(200.0), -0.2, 6)[0] == pytest.approx(200 * 0.8**0.5, rel=1e-12)


def test_posts_grow_as_recorded_until_2023_and_as_assumed_after() -> None:
    assumed = Parameters(posts_growth_per_year=0.03, later_posts_growth_per_year=0.01)
    assert establishment.posts_growth_on(date(2023, 9, 30), assumed) == 0.03
    assert establishment.posts_growth_on(date(2023, 10, 31), assumed) == 0.01
    opened = date(2022, 9, 30)
    grown = establishment.planned_growth(opened, 36, assumed)
    assert grown == pytest.approx(1.03 * 1.01**2)
    by_month = 1.0
    for month in range(1, 37):
        growth = establishment.posts_growth_on(month_end(opened, month), assumed)
        by_month = float(establishment.posts_a_month_on(by_month, growth, 1.0))
    assert by_month == pytest.approx(float(grown))


def test_an_ordinary_caseload_follows_the_trend_of_cases_per_post() -> None:
    assert conditions.ordinary_caseload(16.0, 0.01, 1.03**5, 0.0, 60) == 16.0
    assert conditions.ordinary_caseload(16.0, 0.02, 1.02**5, 1.0, 60) == 16.0
    followed = conditions.ordinary_caseload(16.0, 0.01, 1.03**2, 1.0, 24)
    assert followed == pytest.approx(16.0 * (1.01 / 1.03) ** 2)
    halfway = conditions.ordinary_caseload(16.0, 0.01, 1.03**2, 0.5, 24)
    assert halfway == pytest.approx(16.0 * 1.01 / 1.03)
