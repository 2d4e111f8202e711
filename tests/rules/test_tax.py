"""Take-home pay, worked line by line, and the rules that changed their shape."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim.domain.calendar import tax_year
from sim.domain.parameters import PayAssumptions
from sim.domain.vocabulary import Route
from sim.rules.tax import (
    Payslip,
    TaxLaw,
    contracted_out_rebate,
    corporation_tax,
    employee_ni,
    employer_ni,
    income_tax,
    lgps_contribution,
    payslip,
    tax_on_earnings,
    vat_flat_rate_gain,
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


# Worked payslips: each year and route at an ordinary and a high pay, worked line by line in
# exact fractions straight from the published figures, by separate code in statutory form.


def worked() -> list[dict[str, str]]:
    with Path(__file__).with_name("worked_payslips.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "line", worked(), ids=lambda line: "-".join([line["tax_year"], line["route"], line["pay"]])
)
def test_worked_payslip(line: dict[str, str]) -> None:
    found = slip(Route(line["route"]), line["tax_year"], float(line["pay"]))
    for part in PARTS:
        if part in line:
            assert float(getattr(found, part)) == pytest.approx(float(line[part]), abs=0.0051), part


def test_every_tax_year_has_a_worked_payslip_for_every_route() -> None:
    assert {(line["tax_year"], line["route"]) for line in worked()} == {
        (year, route.value) for year in YEARS for route in Route
    }


@pytest.mark.parametrize(
    ("route", "year", "pay", "lines"),
    [
        (
            Route.PSC_OUTSIDE,
            "2016/17",
            35,
            {
                "gross_pay": 8060,
                "vat_gain": 3874.64,
                "corporation_tax": 10558.93,
                "dividends": 42235.71,
                "dividend_tax": 4396.11,
                "net_annual": 45899.61,
            },
        ),
        (
            Route.PSC_INSIDE,
            "2016/17",
            35,
            {
                "gross_pay": 48550.49,
                "employer_ni": 5580.51,
                "income_tax": 8620.20,
                "employee_ni": 4303.81,
                "dividends": 5378.91,
                "dividend_tax": 123.15,
                "net_annual": 40882.25,
            },
        ),
        (
            Route.UMBRELLA,
            "2025/26",
            35,
            {
                "umbrella_margin": 880,
                "gross_pay": 49220.78,
                "employer_ni": 6633.12,
                "apprenticeship_levy": 246.10,
                "income_tax": 7330.16,
                "employee_ni": 2932.06,
                "net_annual": 38958.56,
            },
        ),
        (
            Route.PERMANENT,
            "2025/26",
            45_000,
            {
                "employee_pension": 2925,
                "income_tax": 5901,
                "employee_ni": 2594.40,
                "net_annual": 33579.60,
            },
        ),
    ],
)
def test_own_worked_lines(route: Route, year: str, pay: float, lines: dict[str, float]) -> None:
    found = slip(route, year, pay)
    for part, expected in lines.items():
        assert float(getattr(found, part)) == pytest.approx(expected, abs=0.006), part


# Reference figures at £35 an hour, 37 hours, 44 weeks

ADVANTAGE_OUTSIDE_IR35 = {
    "2013/14": (1.307, 1.257),
    "2014/15": (1.304, 1.254),
    "2015/16": (1.301, 1.251),
    "2016/17": (1.253, 1.209),
    "2017/18": (1.215, 1.171),
    "2018/19": (1.212, 1.161),
    "2019/20": (1.207, 1.147),
    "2020/21": (1.205, 1.146),
    "2021/22": (1.204, 1.145),
    "2022/23": (1.203, 1.144),
    "2023/24": (1.179, 1.122),
    "2024/25": (1.139, 1.083),
    "2025/26": (1.147, 1.090),
    "2026/27": (1.129, 1.073),
}


@pytest.mark.parametrize("year", YEARS)
def test_advantage_of_a_company_outside_ir35_over_an_umbrella(year: str) -> None:
    umbrella = net(Route.UMBRELLA, year, 35)
    ratios = [net(Route.PSC_OUTSIDE, year, 35, a) / umbrella for a in (USUAL, WITH_COSTS)]
    assert ratios == pytest.approx(ADVANTAGE_OUTSIDE_IR35[year], abs=0.0006)


def test_reform_of_april_2017_by_who_bears_employer_costs() -> None:
    statutory = PayAssumptions(fee_payer_pass_through=0)
    umbrella = net(Route.UMBRELLA, "2017/18", 35)
    passed_on = net(Route.PSC_INSIDE, "2017/18", 35)
    borne = net(Route.PSC_INSIDE, "2017/18", 35, statutory)
    outside_before = net(Route.PSC_OUTSIDE, "2016/17", 35)
    assert passed_on == pytest.approx(37_265, abs=1)
    assert borne == pytest.approx(40_828, abs=1)
    assert passed_on / outside_before - 1 == pytest.approx(-0.188, abs=0.0005)
    assert borne / outside_before - 1 == pytest.approx(-0.110, abs=0.0006)
    assert passed_on / umbrella == pytest.approx(1.012, abs=0.001)
    assert borne / umbrella == pytest.approx(1.11, abs=0.002)


def test_half_passed_on_lies_between() -> None:
    half = PayAssumptions(fee_payer_pass_through=0.5)
    assert 37_265 < net(Route.PSC_INSIDE, "2017/18", 35, half) < 40_828


@pytest.mark.parametrize(
    ("year", "expected"),
    [("2022/23", 37_606), ("2023/24", 38_333), ("2024/25", 39_649), ("2025/26", 38_959)],
)
def test_umbrella_follows_national_insurance(year: str, expected: float) -> None:
    assert net(Route.UMBRELLA, year, 35) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(
    ("year", "expected"),
    [("2015/16", 47_460), ("2016/17", 45_900), ("2025/26", 44_683), ("2026/27", 43_990)],
)
def test_company_follows_dividend_tax(year: str, expected: float) -> None:
    assert net(Route.PSC_OUTSIDE, year, 35) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(
    ("change", "effect"),
    [({"vat_scheme": "none"}, -2_391), ({"running_costs_per_year": 3000}, -1_620)],
)
def test_what_company_choices_are_worth_in_2016_17(change: dict[str, Any], effect: float) -> None:
    """At £40 an hour."""
    changed = net(Route.PSC_OUTSIDE, "2016/17", 40, PayAssumptions(**change))
    assert changed - net(Route.PSC_OUTSIDE, "2016/17", 40) == pytest.approx(effect, abs=1)


@pytest.mark.parametrize(
    ("route", "year", "salary"),
    [
        (Route.PSC_OUTSIDE, "2016/17", 73_800),
        (Route.PSC_INSIDE, "2017/18", 55_700),
        (Route.UMBRELLA, "2025/26", 53_000),
    ],
)
def test_permanent_salary_with_the_same_cash(route: Route, year: str, salary: float) -> None:
    near = salary + np.array([-1000, 1000])
    low, high = slip(Route.PERMANENT, year, near).net_annual
    assert low < net(route, year, 35) < high


# Rules that changed shape


def test_dividend_credit_ends_in_2016() -> None:
    """Basic-rate dividends cost nothing to 2015/16, then what two allowances leave is charged."""
    before = income_tax(10_000, 20_000, tabulated_law("2015/16"))
    after = income_tax(10_000, 20_000, tabulated_law("2016/17"))
    assert float(before.total) == pytest.approx(0)
    assert float(after.on_dividends) == pytest.approx((20_000 - 1_000 - 5_000) * 0.075)


def test_effective_dividend_rates_under_the_credit() -> None:
    law = tabulated_law("2014/15")
    at = np.array([60_000.0, 60_090.0, 300_000.0, 300_090.0])
    tax = income_tax(20_000, at, law).on_dividends
    assert (tax[1] - tax[0]) / 90 == pytest.approx(0.25)
    assert (tax[3] - tax[2]) / 90 == pytest.approx(0.3056, abs=1e-4)


def test_dividend_allowance_uses_up_its_band() -> None:
    law = tabulated_law("2016/17")
    tax = income_tax(11_000 + 30_000, 5_000, law)
    assert float(tax.on_dividends) == pytest.approx(0)
    assert float(income_tax(41_000, 6_000, law).on_dividends) == pytest.approx(1_000 * 0.325)


def test_personal_allowance_is_withdrawn_above_100_000() -> None:
    law = tabulated_law("2025/26")
    pay = np.array([100_000.0, 100_100.0, 125_140.0, 125_240.0])
    tax = tax_on_earnings(pay, law)
    assert tax[1] - tax[0] == pytest.approx(60)
    assert tax[3] - tax[2] == pytest.approx(45)


def test_contracting_out_ends_in_2016() -> None:
    rebate = contracted_out_rebate(35_000, tabulated_law("2013/14"))
    assert float(rebate.employee) == pytest.approx(0.014 * (35_000 - 5_668))
    assert float(rebate.employer) == pytest.approx(0.034 * (35_000 - 5_668))
    above = contracted_out_rebate(80_000, tabulated_law("2015/16"))
    assert float(above.employee) == pytest.approx(0.014 * (40_040 - 5_824))
    assert contracted_out_rebate(35_000, tabulated_law("2016/17")) == (0, 0)


def test_corporation_tax_changes_shape_twice() -> None:
    profit = np.array([-1.0, 0, 300_000, 1_500_000, 2_000_000])
    assert corporation_tax(profit, tabulated_law("2013/14")) == pytest.approx(
        [0, 0, 60_000, 345_000, 460_000]
    )
    between = float(corporation_tax(600_000, tabulated_law("2014/15")))
    assert between == pytest.approx(0.21 * 600_000 - (1_500_000 - 600_000) / 400)
    assert corporation_tax(profit, tabulated_law("2016/17")) == pytest.approx(
        [0, 0, 60_000, 300_000, 400_000]
    )
    assert corporation_tax(
        np.array([50_000.0, 250_000.0]), tabulated_law("2025/26")
    ) == pytest.approx([9_500, 62_500])


def test_vat_gain_nearly_ends_in_2017() -> None:
    gains = [float(vat_flat_rate_gain(56_980, tabulated_law(y))) for y in ("2016/17", "2017/18")]
    assert gains == pytest.approx([3874.64, 113.96])


def test_employment_allowance_frees_a_one_director_company_for_two_years() -> None:
    salaried = PayAssumptions(director_salary=20_000)
    cost = {
        year: float(slip(Route.PSC_OUTSIDE, year, 35, salaried).employer_ni)
        for year in ("2013/14", "2014/15", "2015/16", "2016/17")
    }
    assert cost == pytest.approx(
        {
            "2013/14": 0.138 * (20_000 - 7_696),
            "2014/15": 0,
            "2015/16": 0,
            "2016/17": 0.138 * (20_000 - 8_112),
        }
    )


def test_levy_begins_in_2017() -> None:
    for route in (Route.PERMANENT, Route.UMBRELLA, Route.AGENCY_PAYE):
        pay = 40_000 if route is Route.PERMANENT else 30
        assert float(slip(route, "2016/17", pay).apprenticeship_levy) == 0
        after = slip(route, "2017/18", pay)
        assert after.apprenticeship_levy == pytest.approx(0.005 * after.gross_pay)


def test_inside_ir35_is_self_assessed_until_2016_17() -> None:
    assert float(slip(Route.PSC_INSIDE, "2016/17", 35).dividends) > 0
    assert float(slip(Route.PSC_INSIDE, "2017/18", 35).dividends) == 0


def test_pension_band_is_a_cliff_on_all_pay() -> None:
    law = tabulated_law("2025/26")
    paid = lgps_contribution(np.array([57_700.0, 57_700.99, 57_701.0, 300_000.0]), law)
    assert paid == pytest.approx([57_700 * 0.068, 57_700.99 * 0.068, 57_701 * 0.085, 37_500])
    old_scheme = lgps_contribution(
        np.array([34_700.0, 34_701.0, 200_000.0]), tabulated_law("2013/14")
    )
    assert old_scheme == pytest.approx([34_700 * 0.065, 34_701 * 0.068, 200_000 * 0.075])


def test_part_year_rates_are_weighted_by_months() -> None:
    law = tabulated_law("2022/23")
    by_hand = (
        3 / 12 * 0.1325 * (40_000 - 9_880)
        + 4 / 12 * 0.1325 * (40_000 - 12_570)
        + 5 / 12 * 0.12 * (40_000 - 12_570)
    )
    assert float(employee_ni(40_000, law)) == pytest.approx(by_hand)
    assert float(employee_ni(40_000, law, director=True)) == pytest.approx(0.1273 * 28_092)
    weighted = (7 * 0.1505 + 5 * 0.138) / 12
    assert float(employer_ni(40_000, law)) == pytest.approx(weighted * 30_900)
