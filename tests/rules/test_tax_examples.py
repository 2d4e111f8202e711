"""Worked numbers that others have published, each tried on the component it is about.

`payslip_examples.csv` keeps every example's own inputs: some are for a week or a month, at a
tax code of their own, or at National Insurance of another year, and replace those figures.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import floor
from pathlib import Path
from typing import Any

import pytest

from sim.domain.parameters import PayAssumptions
from sim.domain.vocabulary import Route
from sim.rules.tax import (
    TaxLaw,
    basic_pay,
    chapter_8_payment,
    chapter_10_pay,
    corporation_tax,
    deemed_direct_payment,
    employee_ni,
    employer_ni,
    income_tax,
    paid_hours_per_year,
    payslip,
    tax_on_earnings,
    umbrella_gross,
    vat_flat_rate_gain,
)
from sim.rules.tax_law import tabulated_law

Inputs = dict[str, float]
Found = Mapping[str, float]

LAW_INPUTS = {"personal_allowance", "basic_rate_limit"}
NI_INPUTS = {"primary_threshold", "upper_earnings_limit", "secondary_threshold", "employer_rate"}


def law_of(year: str, inputs: Inputs) -> TaxLaw:
    """Return the year's law with the figures an example replaces, taken out of its inputs."""
    law = tabulated_law(year)
    own_ni = {name: inputs.pop(name) for name in NI_INPUTS & inputs.keys()}
    own: dict[str, Any] = {name: inputs.pop(name) for name in LAW_INPUTS & inputs.keys()}
    if "levy_rate" in inputs:
        own["apprenticeship_levy_rate"] = inputs.pop("levy_rate")
    if own_ni:
        parts = tuple(part._replace(**own_ni) for part in law.ni)
        return replace(law, ni=parts, director_ni=parts, **own)
    return replace(law, **own)


def after_tax(pay: float, law: TaxLaw) -> float:
    return float(pay - tax_on_earnings(pay, law) - employee_ni(pay, law))


def corporation_tax_on(law: TaxLaw, profit: float) -> Found:
    return {"tax": float(corporation_tax(profit, law))}


def income_tax_on(law: TaxLaw, earnings: float, dividends: float) -> Found:
    tax = income_tax(earnings, dividends, law)
    return {"total": float(tax.total), "on_dividends": float(tax.on_dividends)}


def company_outside_ir35(
    law: TaxLaw, turnover: float, director_salary: float, running_costs: float
) -> Found:
    """These examples have no VAT scheme."""
    assumptions = PayAssumptions(
        director_salary=director_salary, running_costs_per_year=running_costs, vat_scheme="none"
    )
    rate = turnover / paid_hours_per_year(assumptions)
    slip = payslip(Route.PSC_OUTSIDE, law, assumptions, assignment_rate_per_hour=rate)
    names = ("corporation_tax", "dividends", "dividend_tax", "net_annual")
    return {name: float(getattr(slip, name)) for name in names}


def chapter_8(
    law: TaxLaw, fees: float, salary: float = 0, expenses: float = 0, pension: float = 0
) -> Found:
    payment = chapter_8_payment(fees, law, salary=salary, expenses=expenses, pension=pension)
    due = employer_ni(salary + payment, law) - employer_ni(salary, law)
    return {
        "payment": float(payment),
        "employer_ni": float(due),
        "take_home": after_tax(float(payment), law),
    }


def chapter_10_passed_on(law: TaxLaw, fee: float) -> Found:
    pay = float(chapter_10_pay(fee, law, 1.0))
    return {"payment": pay, "take_home": after_tax(pay, law)}


def fee_payer_deductions(law: TaxLaw, fee: float) -> Found:
    pay = float(chapter_10_pay(deemed_direct_payment(fee), law, 0.0))
    return {
        "income_tax": float(tax_on_earnings(pay, law)),
        "employee_ni": float(employee_ni(pay, law)),
        "net": after_tax(pay, law),
    }


def direct_payment(
    law: TaxLaw, invoice: float, vat: float, materials: float, expenses: float
) -> Found:
    return {"payment": float(deemed_direct_payment(invoice - vat, materials, expenses))}


def umbrella_week(law: TaxLaw, assignment: float, margin: float) -> Found:
    gross = float(umbrella_gross(assignment, margin, law))
    basic = float(basic_pay(gross, law))
    return {
        "gross": gross,
        "employer_ni": float(employer_ni(gross, law)),
        "basic": basic,
        "holiday": gross - basic,
    }


def payroll_week(law: TaxLaw, gross: float, free_pay: float) -> Found:
    """Payroll software taxes whole pounds above the week's free pay."""
    taxable = floor(gross - free_pay)
    tax = tax_on_earnings(taxable, replace(law, personal_allowance=0.0))
    deducted = float(tax + employee_ni(gross, law))
    return {
        "employer_ni": float(employer_ni(gross, law)),
        "levy": law.apprenticeship_levy_rate * gross,
        "tax_and_ni": deducted,
        "net": gross - deducted,
    }


def vat_flat_rate(law: TaxLaw, turnover: float) -> Found:
    kept = float(vat_flat_rate_gain(turnover, law))
    return {"kept": kept, "paid": law.vat_standard_rate * turnover - kept}


COMPONENTS: dict[str, Callable[..., Found]] = {
    "corporation_tax": corporation_tax_on,
    "income_tax": income_tax_on,
    "company_outside_ir35": company_outside_ir35,
    "chapter_8": chapter_8,
    "chapter_10_passed_on": chapter_10_passed_on,
    "fee_payer_deductions": fee_payer_deductions,
    "deemed_direct_payment": direct_payment,
    "umbrella_week": umbrella_week,
    "payroll_week": payroll_week,
    "vat_flat_rate": vat_flat_rate,
}


def examples() -> list[dict[str, str]]:
    with Path(__file__).with_name("payslip_examples.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("line", examples(), ids=lambda x: f"{x['example']}-{x['quantity']}")
def test_published_example(line: dict[str, str]) -> None:
    pairs = (pair.split("=") for pair in line["inputs"].split("; "))
    inputs = {name: float(value) for name, value in pairs}
    law = law_of(line["tax_year"], inputs)
    found = COMPONENTS[line["component"]](law, **inputs)
    tolerance = float(line["tolerance"])
    assert found[line["quantity"]] == pytest.approx(
        float(line["expected"]), rel=0, abs=tolerance + 1e-9
    )


def test_every_example_has_a_source_and_every_component_an_example() -> None:
    assert all(line["source"] for line in examples())
    assert {line["component"] for line in examples()} == set(COMPONENTS)
