"""A payslip in words: its lines, what it assumes, and what must stand beside it."""

from __future__ import annotations

from sim.answers.answer import Printed
from sim.domain.calendar import tax_year as label_of
from sim.domain.parameters import PayAssumptions
from sim.domain.quantities import declarations
from sim.domain.vocabulary import ROUTE_LABELS, Grade, Route
from sim.rules.tax import Payslip
from sim.rules.tax_law import TaxLaw
from sim.rules.tax_table import OFF_PAYROLL_REFORM

DECLARED = declarations(PayAssumptions)
"""What each assumption declares of itself."""
_ASSUMED_BY_AGENCY_WORK = ("hours_per_week", "weeks_per_year", "agency_margin_share")
_ASSUMED: dict[Route, tuple[str, ...]] = {
    Route.PERMANENT: (),
    Route.AGENCY_PAYE: ("agency_paye_incidence",),
    Route.UMBRELLA: ("umbrella_margin_per_week",),
    Route.PSC_OUTSIDE: ("running_costs_per_year", "director_salary", "vat_scheme"),
    Route.PSC_INSIDE: ("running_costs_per_year", "vat_scheme", "fee_payer_pass_through"),
}
"""What else a route's payslip rests on; no other assumption enters it."""
_LINES = (
    ("borough_cost", "what the borough pays (without VAT)"),
    ("agency_margin", "agency and managed service keep"),
    ("umbrella_margin", "umbrella company keeps"),
    ("running_costs", "company's running costs"),
    ("employer_ni", "employer National Insurance"),
    ("apprenticeship_levy", "apprenticeship levy"),
    ("employer_pension", "employer pension contribution"),
    ("gross_pay", "gross pay under PAYE"),
    ("dividends", "dividends"),
    ("vat_gain", "VAT kept under the flat-rate scheme"),
    ("corporation_tax", "corporation tax"),
    ("income_tax", "income tax on pay"),
    ("dividend_tax", "income tax on dividends"),
    ("employee_ni", "employee National Insurance"),
    ("employee_pension", "employee pension contribution"),
    ("net_annual", "take-home pay"),
)


def printed(route: Route, law: TaxLaw, price: str, slip: Payslip) -> list[Printed]:
    """Return a payslip as a person reads it."""
    rows = [
        (label, f"£{float(getattr(slip, name)):,.2f}")
        for name, label in _LINES
        if name == "net_annual" or abs(float(getattr(slip, name))) >= 0.005
    ]
    rows.append(("all taxes and contributions to HMRC", f"£{float(slip.to_hmrc):,.2f}"))
    what = ROUTE_LABELS[route]
    per = "a year" if route is Route.PERMANENT else "an hour"
    title = f"{what[0].upper()}{what[1:]}, {law.tax_year}\n{price} {per}, one year full time"
    return [Printed(title, ("", "£ per year"), rows)]


def assumed(route: Route, assumptions: PayAssumptions) -> list[str]:
    """Return what a payslip of agency work assumes, one line each."""
    if route is Route.PERMANENT:
        return []
    names = (*_ASSUMED_BY_AGENCY_WORK, *_ASSUMED[route])
    told = ((DECLARED[name], getattr(assumptions, name)) for name in names)
    return [f"{one.label}: {_said(value, one.unit)} (assumed)" for one, value in told]


def _said(value: float | str, unit: str) -> str:
    """Return an assumption's value with its unit, as a person would say it."""
    if isinstance(value, str):
        return value
    if unit.startswith("share"):
        return f"{100 * value:g} %{unit.removeprefix('share')}"
    return f"£{value:,g} {unit[2:]}" if unit.startswith("£") else f"{value:g} {unit}"


def notes(route: Route, law: TaxLaw, slip: Payslip) -> list[str]:
    """Return what must stand beside a payslip."""
    found = ["England; one job, no other income, no student loan, the standard tax code."]
    if route is Route.PERMANENT:
        found.append(
            "Take-home leaves out the pension: "
            f"£{float(slip.to_pension_fund):,.0f} a year is paid into it."
        )
    else:
        found.append("Holiday is unpaid: it falls in the weeks that are not paid.")
    if route is Route.PSC_OUTSIDE and law.tax_year >= label_of(OFF_PAYROLL_REFORM):
        found.append(
            "Since April 2017 the borough decides who is outside IR35: for an ordinary locum this "
            "route is a what-if."
        )
    assumed = [
        name
        for name, grade in law.grades.items()
        if grade is Grade.ASSUMED and name.startswith("lgps") is (route is Route.PERMANENT)
    ]
    if assumed:
        listed = ", ".join(name.replace("_", " ") for name in assumed)
        found.append(f"Assumed, not looked up, for {law.tax_year}: {listed}.")
    return found
