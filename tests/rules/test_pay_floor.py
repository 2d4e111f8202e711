"""Equal pay: the least a borough may lawfully be charged."""

from __future__ import annotations

import pytest

from sim.domain.pay_assumptions import PayAssumptions
from sim.domain.vocabulary import Route
from sim.rules.pay_floor import WEEKS_PER_YEAR, lowest_lawful_charge
from sim.rules.tax import basic_pay, charge_to_assignment, payslip
from sim.rules.tax_law import tabulated_law

YEARS = ["2014/15", "2017/18", "2022/23", "2025/26"]
SALARY = 36_500.0


@pytest.mark.parametrize("year", YEARS)
def test_the_floor_gives_a_payroll_worker_a_colleagues_hourly_basic_pay(year: str) -> None:
    law, assumptions = tabulated_law(year), PayAssumptions()
    charge = lowest_lawful_charge(SALARY, law, assumptions, 1.0)
    slip = payslip(
        Route.AGENCY_PAYE,
        law,
        assumptions,
        assignment_rate_per_hour=charge_to_assignment(charge, assumptions),
    )
    hours = assumptions.hours_per_week * assumptions.weeks_per_year
    hourly = basic_pay(slip.gross_pay, law) / hours
    colleague = SALARY / (assumptions.hours_per_week * WEEKS_PER_YEAR)
    assert hourly == pytest.approx(colleague, rel=1e-9)


def test_there_is_no_floor_when_equal_pay_is_not_enforced() -> None:
    assert lowest_lawful_charge(SALARY, tabulated_law("2023/24"), PayAssumptions(), 0.0) == 0.0


def test_the_floor_rises_with_pay_and_with_the_agencys_margin() -> None:
    law = tabulated_law("2023/24")
    usual = lowest_lawful_charge(SALARY, law, PayAssumptions(), 1.0)
    assert lowest_lawful_charge(1.1 * SALARY, law, PayAssumptions(), 1.0) > usual
    dearer = PayAssumptions(agency_margin_share=0.15)
    assert lowest_lawful_charge(SALARY, law, dearer, 1.0) == pytest.approx(usual * 0.88 / 0.85)
