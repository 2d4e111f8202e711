"""The permanent offer: who is offered a post, who accepts and starts, and what it all costs."""

from __future__ import annotations

import numpy as np
import pytest

from sim.domain.vocabulary import Event, Source
from sim.market.model import LondonMarket
from sim.market.outcomes import BASE
from sim.scenario import load_scenario
from tests.market.small_london import STILL, market_of, scenario, small_census

OFFER = "levers.permanent_offer"


def london(*overrides: str, years: int = 1, base: str = "no-cap") -> LondonMarket:
    market = LondonMarket(load_scenario(base, overrides), rng=6, years=years)
    market.run()
    return market


# Offers, acceptance and notice


@pytest.mark.parametrize("notice", [1, 3])
def test_who_accepts_starts_when_notice_is_over(notice: int) -> None:
    hiring = STILL | {"outside_hires_per_post": 0.5, "notice_months": notice}
    market = market_of(scenario(hiring), small_census(6), years=1)
    coming = [month.copy() for month in market.accepted_offers]
    assert len(coming) == notice
    for _ in range(8):
        started = market.workforce.flows[Event.ENTERED].copy()
        market.step()
        started = market.workforce.flows[Event.ENTERED]
        assert np.all(started <= coming[0])  # a post may have gone in the meantime
        coming = [*coming[1:], market.offers_accepted.copy()]
    assert started.sum() > 0


def test_without_notice_those_who_accept_start_at_once() -> None:
    hiring = STILL | {"outside_hires_per_post": 0.5}
    market = market_of(scenario(hiring), small_census(6))
    market.step()
    np.testing.assert_array_equal(market.workforce.flows[Event.ENTERED], market.offers_accepted)


def test_acceptance_decides_offers_made_and_not_hires() -> None:
    few, many = (
        london(f"parameters.offer_acceptance_share={share}", years=2) for share in (0.5, 0.95)
    )
    np.testing.assert_array_equal(few.workforce.permanent, many.workforce.permanent)
    made = BASE.index("offers_made")
    assert few.panel[1:, :, made].sum() > 1.5 * many.panel[1:, :, made].sum()


def test_strained_boroughs_have_more_offers_refused() -> None:
    market = london(years=4)
    accepted, made = (
        market.panel[1:, :, BASE.index(name)].sum(axis=0)
        for name in ("offers_accepted", "offers_made")
    )
    share = accepted / np.maximum(made, 1)
    assert np.corrcoef(share, market.opening_strain)[0, 1] < -0.3


def test_promised_staff_stand_between_the_share_and_the_claim() -> None:
    market = london()
    staff = market.workforce.permanent.sum() + market.workforce.placed.sum()
    expected = (market.workforce.permanent.sum() + market.promised().sum()) / staff
    assert market.outcome("permanent_share_if_promised") == pytest.approx(expected)
    assert expected > market.outcome("permanent_share_of_workforce")


def test_months_to_fill_are_vacancies_over_a_years_filled_posts() -> None:
    market = london()
    filled = market.panel[1:, :, BASE.index("filled")].sum() / 12
    assert market.outcome("months_to_fill") == pytest.approx(market.vacancies().sum() / filled)


# Careers, payments, salaries


def test_careers_hold_staff_back_from_agency_work() -> None:
    held = london(f"{OFFER}.careers=0.3").panel[..., BASE.index("to_agency")].sum()
    assert held < 0.7 * london().panel[..., BASE.index("to_agency")].sum()


@pytest.mark.parametrize("pay", ["retention_payment=4000.0", "salary_uplift=0.1"])
def test_better_pay_costs_what_the_payslip_says_and_narrows_the_gap(pay: str) -> None:
    paid, plain = london(f"{OFFER}.{pay}"), london()
    top = paid.parameters.salary_top_of_scale_2017 * paid.rules.salary_index
    extra = top * 0.1 if "uplift" in pay else 4000.0 * paid.rules.price_level
    slip = paid.pay.permanent
    assert slip.gross_pay[1, -1] == pytest.approx(plain.pay.permanent.gross_pay[1, -1] + extra)
    assert paid.premium < plain.premium
    assert paid.outcome("permanent_cost_per_year") > plain.outcome("permanent_cost_per_year")
    assert paid.outcome("policy_cost_per_year") == 0.0


def test_one_boroughs_pay_is_one_boroughs() -> None:
    market = london(f'{OFFER}.members=["Bexley"]', f"{OFFER}.salary_uplift=0.2")
    net = market.pay.permanent.net_annual[:, -1]
    place = market.employers.index("Bexley")
    others = np.delete(net, place)
    assert np.all(others == others[0])
    assert net[place] > others[0]
    assert market.pay.offer_pay_ratio[place] > 1.0
    assert np.all(np.delete(market.pay.offer_pay_ratio, place) == 1.0)


# What it costs


@pytest.mark.parametrize(
    "lever",
    [
        f"{OFFER}.caseload_relief=0.5",
        f"{OFFER}.leadership=0.2",
        f"{OFFER}.careers=0.1",
        f"{OFFER}.hiring_uplift=0.5",
        "levers.prevention.case_reduction=0.1",
    ],
)
def test_what_a_policy_buys_is_paid_for_and_received(lever: str) -> None:
    market = london(lever)
    assert market.ledger.closes()
    spent = market.outcome("policy_cost_per_year")
    assert spent > 0
    assert market.outcome("paid_to_services_per_year") == spent


def test_leadership_costs_its_price_a_post_in_the_pounds_of_the_day() -> None:
    market = london(f"{OFFER}.leadership=0.2")
    price = market.parameters.leadership_cost_per_post * 0.2 * market.rules.salary_index
    expected = price * (market.posts.sum() - market.posts[city(market)])
    assert market.outcome("policy_cost_per_year") == pytest.approx(expected, rel=1e-6)


def city(market: LondonMarket) -> int:
    return market.employers.index("City of London")


def test_overspill_teams_are_paid_for_the_cases_they_hold() -> None:
    market = london(f"{OFFER}.caseload_relief=1.0", f"{OFFER}.caseload_bar=12.0")
    assert market.cases_relieved.sum() > 0
    price = market.parameters.overspill_cost_per_case * market.rules.salary_index
    expected = price * market.cases_relieved.sum()
    assert market.outcome("policy_cost_per_year") == pytest.approx(expected, rel=1e-6)


# Newly qualified staff


def test_step_up_brings_its_staff_in_the_spring_of_odd_years() -> None:
    everybody = (
        "parameters.step_up_share=1.0",
        "parameters.newly_qualified_per_supervisor=5.0",
        "parameters.monthly_hiring_limit=1.0",
    )
    market = london(*everybody, years=3)
    first = market.workforce.column("source") == Source.NEWLY_QUALIFIED
    months = set(market.workforce.column("joined_month")[first].tolist())
    in_post = market.workforce.column("qualified_month")[first]
    assert set(in_post.tolist()) == {19}  # April 2025, counted from September 2023
    assert min(months) == 19


def test_more_can_be_taught_where_supervision_is_raised() -> None:
    tight = "parameters.newly_qualified_per_supervisor=0.05"
    few = london(tight, "levers.newly_qualified.multiplier=3.0")
    many = london(
        tight,
        "levers.newly_qualified.multiplier=3.0",
        "levers.newly_qualified.supervision_uplift=1.0",
    )
    source = [(m.workforce.column("source") == Source.NEWLY_QUALIFIED).sum() for m in (few, many)]
    assert source[1] > 1.3 * source[0]


# Prevention


def test_prevention_is_paid_for_now_and_lowers_cases_after_its_lag() -> None:
    lever = ("levers.prevention.case_reduction=0.1", "levers.prevention.lag_months=12")
    market, plain = london(*lever, years=2), london(years=2)
    cases = market.panel[..., BASE.index("cases")] / plain.panel[..., BASE.index("cases")]
    inside = np.arange(len(market.employers)) != city(market)
    np.testing.assert_allclose(cases[:12], 1.0)
    np.testing.assert_allclose(cases[13:, inside], 0.9)
    np.testing.assert_allclose(cases[:, city(market)], 1.0)
    spent = market.panel[..., BASE.index("policy_cost")].sum(axis=1)
    assert spent[0] == 0
    assert np.all(spent[1:] > 0)
