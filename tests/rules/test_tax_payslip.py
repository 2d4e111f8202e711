"""Who receives every pound of a payslip, what holds for any pay, and what is refused."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.domain.calendar import tax_year
from sim.domain.parameters import PayAssumptions
from sim.domain.vocabulary import Route
from sim.rules.tax import (
    HIGHEST_PAY,
    Payslip,
    TaxLaw,
    TaxYearError,
    assignment_to_charge,
    charge_to_assignment,
    employer_ni,
    gross_pay_within,
    law_in_force,
    paid_hours_per_year,
    payslip,
    tax_on_earnings,
)
from sim.rules.tax_law import last_tabulated_year, tabulated_law
from sim.rules.tax_table import FIRST_TAX_YEAR

YEARS = [tax_year(year) for year in range(FIRST_TAX_YEAR, last_tabulated_year() + 1)]
USUAL = PayAssumptions()
WITH_COSTS = PayAssumptions(running_costs_per_year=3000)
PARTS = [field.name for field in fields(Payslip)]


def slip(
    route: Route,
    year: str | TaxLaw,
    pay: npt.ArrayLike,
    assumptions: PayAssumptions = USUAL,
) -> Payslip:
    """Return a payslip from a salary or an assignment rate, whichever the route needs."""
    if route is Route.PERMANENT:
        return payslip(route, year, assumptions, salary=pay)
    return payslip(route, year, assumptions, assignment_rate_per_hour=pay)


def net(route: Route, year: str, pay: float, assumptions: PayAssumptions = USUAL) -> float:
    return float(slip(route, year, pay, assumptions).net_annual)


# Who bears employer costs


def test_agency_paye_incidence() -> None:
    inclusive = slip(Route.AGENCY_PAYE, "2025/26", 35)
    on_top = slip(
        Route.AGENCY_PAYE, "2025/26", 35, PayAssumptions(agency_paye_incidence="same_rate")
    )
    assert float(on_top.gross_pay) == pytest.approx(56_980)
    assert float(inclusive.gross_pay) < 56_980
    charge = 56_980 / 0.88
    assert float(inclusive.borough_cost) == pytest.approx(charge)
    added = on_top.employer_ni + on_top.apprenticeship_levy
    assert float(on_top.borough_cost) == pytest.approx(charge + float(added))


def test_statutory_incidence_reaches_the_borough() -> None:
    found = slip(Route.PSC_INSIDE, "2019/20", 35, PayAssumptions(fee_payer_pass_through=0))
    added = found.employer_ni + found.apprenticeship_levy
    assert float(found.borough_cost) == pytest.approx(56_980 / 0.88 + float(added))


def test_council_pays_pension_ni_and_levy_on_a_salary() -> None:
    found = slip(Route.PERMANENT, "2025/26", 45_000)
    expected = 45_000 * (1 + 0.211 + 0.005) + 0.15 * 40_000
    assert float(found.borough_cost) == pytest.approx(expected)


def test_charge_and_assignment_are_inverse() -> None:
    charge = np.array([20.0, 40.0])
    assert charge_to_assignment(charge, USUAL) == pytest.approx([17.6, 35.2])
    assert assignment_to_charge(charge_to_assignment(charge, USUAL), USUAL) == pytest.approx(charge)
    assert paid_hours_per_year(USUAL) == 1628


# What holds for every payslip

ANY_ASSUMPTIONS = st.builds(
    PayAssumptions,
    hours_per_week=st.floats(1, 80),
    weeks_per_year=st.floats(1, 52),
    umbrella_margin_per_week=st.floats(0, 200),
    agency_margin_share=st.floats(0, 0.5),
    running_costs_per_year=st.sampled_from([0.0, 3_000.0, 50_000.0]),
    director_salary=st.one_of(st.just("primary_threshold"), st.floats(0, 200_000)),
    vat_scheme=st.sampled_from(["flat_rate", "none"]),
    fee_payer_pass_through=st.floats(0, 1),
    agency_paye_incidence=st.sampled_from(["cost_equivalent", "same_rate"]),
)
ANY_YEAR = st.sampled_from([*YEARS, "2030/31"])
ANY_SHARE_OF_PAY = st.lists(st.floats(0, 1), min_size=1, max_size=6)


def any_law(year: str) -> TaxLaw:
    return law_in_force(year, growth_beyond_table=0.025)


def pay_of(route: Route, shares: list[float]) -> npt.NDArray[np.float64]:
    return np.sort(np.array(shares)) * (400_000 if route is Route.PERMANENT else 200)


@pytest.mark.parametrize("route", Route)
@settings(max_examples=60)
@given(year=ANY_YEAR, shares=ANY_SHARE_OF_PAY, assumptions=ANY_ASSUMPTIONS)
def test_every_pound_is_accounted_for(
    route: Route, year: str, shares: list[float], assumptions: PayAssumptions
) -> None:
    found = slip(route, any_law(year), pay_of(route, shares), assumptions)
    received = (
        found.to_worker
        + found.to_hmrc
        + found.to_pension_fund
        + found.to_agency
        + found.to_umbrella
        + found.running_costs
    )
    assert received == pytest.approx(found.borough_cost, rel=1e-12, abs=1e-8)


@pytest.mark.parametrize("route", Route)
@settings(max_examples=60)
@given(year=ANY_YEAR, shares=ANY_SHARE_OF_PAY, assumptions=ANY_ASSUMPTIONS)
def test_no_part_is_negative_and_more_pay_is_never_less_net(
    route: Route, year: str, shares: list[float], assumptions: PayAssumptions
) -> None:
    law, pay = any_law(year), pay_of(route, shares)
    found = slip(route, law, pay, assumptions)
    for part in PARTS:
        assert np.all(getattr(found, part) >= -1e-7), part
    rising = np.diff(found.net_annual) >= -1e-7
    if route is Route.PERMANENT:
        crossed = np.diff(np.searchsorted(law.lgps_band_tops, np.floor(pay))) > 0
        rising |= crossed
    assert np.all(rising)


@settings(max_examples=60)
@given(year=ANY_YEAR, budget=st.floats(0, 300_000), levy=st.sampled_from([0.0, 0.005]))
def test_gross_pay_uses_up_its_budget(year: str, budget: float, levy: float) -> None:
    law = any_law(year)
    gross = gross_pay_within(budget, law.employer_ni_steps, levy)
    assert gross + employer_ni(gross, law) + levy * gross == pytest.approx(budget)


@pytest.mark.parametrize("year", [*YEARS, "2030/31"])
@pytest.mark.parametrize("route", Route)
def test_array_equals_plain_numbers_bit_for_bit(route: Route, year: str) -> None:
    law = any_law(year)
    pay = pay_of(route, [0, 0.001, 0.05, 0.1, 0.18, 0.27, 0.5, 1])
    together = slip(route, law, pay)
    for i, one in enumerate(pay):
        alone = slip(route, law, float(one))
        for part in PARTS:
            value = getattr(alone, part)
            assert np.ndim(value) == 0
            assert isinstance(value, float)
            assert value == getattr(together, part)[i], part


@pytest.mark.parametrize("route", Route)
@pytest.mark.parametrize("shape", [(0,), (1,), (32,), (2, 3), (2, 1, 4)])
def test_every_part_has_the_shape_of_pay(route: Route, shape: tuple[int, ...]) -> None:
    pay = np.full(shape, 40_000.0 if route is Route.PERMANENT else 35.0)
    found = slip(route, "2023/24", pay)
    for part in (*PARTS, "to_worker", "to_hmrc", "to_pension_fund", "to_agency", "to_umbrella"):
        assert getattr(found, part).shape == shape, part
    assert np.all(pay > 0), "the argument is not written to"


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("route", Route)
def test_net_is_a_sensible_share_of_the_cost(route: Route, year: str) -> None:
    found = slip(route, year, 42_000 if route is Route.PERMANENT else 32)
    assert 0.4 < float(found.net_annual / found.borough_cost) < 0.8


@pytest.mark.parametrize("route", Route)
def test_no_pay_is_no_net(route: Route) -> None:
    for year in YEARS:
        found = slip(route, year, 0, WITH_COSTS)
        assert [float(getattr(found, part)) for part in PARTS] == [0] * len(PARTS)


def test_costs_above_income_leave_nothing() -> None:
    ruined = PayAssumptions(running_costs_per_year=50_000)
    for year in ("2016/17", "2025/26"):
        for route in (Route.PSC_OUTSIDE, Route.PSC_INSIDE):
            found = slip(route, year, 12, ruined)
            assert float(found.net_annual) == pytest.approx(0, abs=1e-8)
            assert float(found.running_costs) < 50_000


def test_salary_beyond_the_company_s_means_is_what_it_can_pay() -> None:
    found = slip(Route.PSC_OUTSIDE, "2015/16", 20, PayAssumptions(director_salary=200_000))
    assert float(found.dividends) == pytest.approx(0, abs=1e-8)
    spent = found.gross_pay + found.employer_ni
    assert float(spent) == pytest.approx(20 * 1628 + float(found.vat_gain))


def test_projected_net_grows_with_thresholds_and_pay() -> None:
    growth = 1.03**4
    law = law_in_force("2030/31", growth_beyond_table=0.03)
    for route in (Route.PERMANENT, Route.AGENCY_PAYE, Route.PSC_OUTSIDE, Route.PSC_INSIDE):
        pay = 42_000 if route is Route.PERMANENT else 32
        later = float(slip(route, law, pay * growth).net_annual)
        assert later == pytest.approx(net(route, "2026/27", pay) * growth)


# What is refused


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf"), 2 * HIGHEST_PAY])
@pytest.mark.parametrize("route", Route)
def test_impossible_pay_is_refused(route: Route, wrong: float) -> None:
    name = "salary" if route is Route.PERMANENT else "assignment_rate_per_hour"
    for pay in (wrong, np.array([30.0, wrong])):
        with pytest.raises(ValueError, match=f"{name}: given .*; allowed: £0 to £1,000,000,000"):
            slip(route, "2020/21", pay)


def test_the_wrong_kind_of_pay_is_refused() -> None:
    with pytest.raises(ValueError, match="permanent payslip needs salary"):
        payslip(Route.PERMANENT, "2020/21", USUAL, assignment_rate_per_hour=35)
    with pytest.raises(ValueError, match="permanent payslip needs salary"):
        payslip(Route.PERMANENT, "2020/21", USUAL)
    for route in (route for route in Route if route is not Route.PERMANENT):
        with pytest.raises(ValueError, match=f"{route} needs assignment_rate_per_hour"):
            payslip(route, "2020/21", USUAL, salary=40_000)
        with pytest.raises(ValueError, match="no salary"):
            payslip(route, "2020/21", USUAL, salary=1, assignment_rate_per_hour=35)


def test_unknown_route_is_refused() -> None:
    with pytest.raises(ValueError, match="route: given 'barter'; allowed: permanent"):
        payslip("barter", "2020/21", USUAL, salary=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("year", ["2012/13", "2027/28", "2020"])
def test_a_label_outside_the_table_is_refused(year: str) -> None:
    with pytest.raises(TaxYearError):
        payslip(Route.UMBRELLA, year, USUAL, assignment_rate_per_hour=35)


@pytest.mark.parametrize("salary", [-1, float("nan"), float("inf"), "minimum", True, 1e9])
def test_director_salary_must_be_payable(salary: Any) -> None:
    with pytest.raises(ValueError, match="primary_threshold"):
        PayAssumptions(director_salary=salary)


def test_a_law_with_other_figures_can_be_tried() -> None:
    """A reader asks: what if the levy were 1 %?"""
    law = replace(tabulated_law("2025/26"), apprenticeship_levy_rate=0.01)
    assert slip(Route.UMBRELLA, law, 35).net_annual < net(Route.UMBRELLA, "2025/26", 35)


@pytest.mark.parametrize(
    ("income", "due"), [(100_000, 27_432.00), (100_001, 27_432.40), (110_001, 33_432.40)]
)
def test_what_the_taper_leaves_of_the_allowance_is_rounded_up_to_a_pound(
    income: int, due: float
) -> None:
    """Income Tax Act 2007, s.35(3): worked by hand for 2025/26 (allowance £12,570)."""
    law = law_in_force("2025/26", growth_beyond_table=0.0)
    assert float(tax_on_earnings(income, law)) == pytest.approx(due, abs=1e-9)
