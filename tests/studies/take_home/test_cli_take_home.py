"""`permanence take-home`: every route in every year, what it rests on and what it leaves out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sim.domain.calendar import tax_year
from sim.domain.parameters import PayAssumptions
from sim.domain.quantities import declarations
from sim.domain.vocabulary import ROUTE_LABELS, Route
from sim.rules.tax import payslip
from sim.rules.tax_law import last_tabulated_year
from sim.rules.tax_table import FIRST_TAX_YEAR
from sim.studies.take_home.question import FIELD_OF
from tests.interfaces.command import permanence, too_wide

YEARS = [tax_year(year) for year in range(FIRST_TAX_YEAR, last_tabulated_year() + 1)]
USUAL = PayAssumptions()
OTHERWISE: dict[str, Any] = {
    "hours_per_week": 30.0,
    "weeks_per_year": 40.0,
    "umbrella_margin_per_week": 35.0,
    "agency_margin_share": 0.2,
    "running_costs_per_year": 3000.0,
    "director_salary": 8000.0,
    "vat_scheme": "none",
    "fee_payer_pass_through": 0.5,
    "agency_paye_incidence": "same_rate",
}
"""Another value of each assumption."""


def price(route: Route) -> tuple[str, ...]:
    return ("--salary", "45000") if route is Route.PERMANENT else ("--assignment-rate", "35")


def answered(route: Route, *more: str) -> str:
    answer = permanence("take-home", "--route", route, *price(route), *more)
    assert (answer.code, answer.err) == (0, "")
    return answer.out


def test_the_years_are_those_of_the_table() -> None:
    assert (YEARS[0], YEARS[-1]) == ("2013/14", "2026/27")


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("route", list(Route))
def test_every_route_prints_in_every_year(route: Route, year: str) -> None:
    found = json.loads(answered(route, "--tax-year", year, "--json"))
    keys = {"salary": 45000.0} if route is Route.PERMANENT else {"assignment_rate_per_hour": 35.0}
    expected = payslip(route, year, USUAL, **keys)
    assert found["net_annual"] == round(float(expected.net_annual), 2) > 0
    assert (found["route"], found["tax_year"]) == (route, year)
    assert {key: found[key] for key in keys} == keys
    assert found["assumptions"] == USUAL.model_dump()
    received = ("net_annual", "to_hmrc", "to_pension_fund", "agency_margin", "umbrella_margin")
    total = sum(found[part] for part in (*received, "running_costs"))
    assert found["borough_cost"] == pytest.approx(total, abs=0.05)

    text = answered(route, "--tax-year", year)
    assert too_wide(text) == []
    first = text.splitlines()[0]
    assert ROUTE_LABELS[route].casefold() in first.casefold()
    assert first.endswith(year)
    (line,) = (line for line in text.splitlines() if line.startswith(" take-home pay"))
    assert line.endswith(f" £{found['net_annual']:,.2f}")
    for note in found["notes"]:
        assert note in " ".join(text.split())


def test_a_charge_rate_is_read_before_the_agency_takes_its_share() -> None:
    typed = ("take-home", "--route", "umbrella", "--json", "--agency-margin", "0.1")
    found = json.loads(permanence(*typed, "--charge-rate", "40").out)
    assert found["assignment_rate_per_hour"] == pytest.approx(36.0)
    assert (
        found["net_annual"]
        == json.loads(permanence(*typed, "--assignment-rate", "36").out)["net_annual"]
    )
    shown = permanence("take-home", "--route", "umbrella", "--charge-rate", "40").out
    assert "charge rate £40.00 an hour" in shown


def test_every_assumption_has_an_option_and_another_value_here() -> None:
    assert OTHERWISE.keys() == declarations(PayAssumptions).keys()
    assert OTHERWISE.keys() == set(FIELD_OF.values())


@pytest.mark.parametrize("route", list(Route))
def test_the_assumptions_printed_are_those_the_payslip_rests_on(route: Route) -> None:
    text = " ".join(answered(route, "--tax-year", "2026/27").split())
    keys = {"salary": 45e3} if route is Route.PERMANENT else {"assignment_rate_per_hour": 35.0}
    for name, value in OTHERWISE.items():
        changed = USUAL.model_copy(update={name: value})
        matters = any(
            payslip(route, year, USUAL, **keys) != payslip(route, year, changed, **keys)
            for year in ("2016/17", "2026/27")
        )
        assert (declarations(PayAssumptions)[name].label + ":" in text) is matters, name


def test_an_option_changes_the_payslip_and_is_printed() -> None:
    text = answered(Route.PSC_OUTSIDE, "--running-costs", "3000", "--director-salary", "8000")
    assert "running costs of a limited company (accountant, insurance): £3,000 per year" in text
    assert "salary a company director pays themself outside IR35: £8,000 per year" in text


def test_what_a_payslip_leaves_out_is_said() -> None:
    assert "£12,420 a year is paid into it" in answered(Route.PERMANENT)
    assert "Assumed, not looked up, for 2026/27: lgps employer rate" in answered(Route.PERMANENT)
    assert "Assumed, not looked up" not in answered(Route.UMBRELLA)
    assert "what-if" in " ".join(answered(Route.PSC_OUTSIDE, "--tax-year", "2017/18").split())
    assert "what-if" not in answered(Route.PSC_OUTSIDE, "--tax-year", "2016/17")
