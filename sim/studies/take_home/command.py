"""`permanence take-home`: one payslip, with every assumption printed beside it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from sim.domain.calendar import tax_year as label_of
from sim.domain.parameters import PayAssumptions
from sim.domain.quantities import declarations
from sim.domain.vocabulary import ROUTE_LABELS, Grade, Route
from sim.rules.tax import Payslip, charge_to_assignment, payslip
from sim.rules.tax_law import TaxLaw, last_tabulated_year, tabulated_law
from sim.rules.tax_table import OFF_PAYROLL_REFORM
from sim.scenario import ScenarioError
from sim.terminal.options import AsJson, Quiet, number, one_of
from sim.words.tables import print_notes, print_table, wrapped

_DECLARED = declarations(PayAssumptions)
_OPTION_OF = {
    "hours_per_week": "--hours-per-week",
    "weeks_per_year": "--weeks-per-year",
    "umbrella_margin_per_week": "--umbrella-margin-per-week",
    "agency_margin_share": "--agency-margin",
    "running_costs_per_year": "--running-costs",
    "director_salary": "--director-salary",
    "vat_scheme": "--vat-scheme",
    "fee_payer_pass_through": "--pass-through",
    "agency_paye_incidence": "--agency-paye-incidence",
}
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


def _option(field: str) -> Any:
    declared = _DECLARED[field]
    unit = "" if declared.unit in ("choice", "share") else f", {declared.unit}"
    text = f"{declared.label[0].upper()}{declared.label[1:]}{unit}."
    if isinstance(declared.default, str):
        return typer.Option(_OPTION_OF[field], metavar="CHOICE", help=text)
    return typer.Option(_OPTION_OF[field], parser=number, metavar="X", help=text)


def _default(field: str) -> Any:
    return _DECLARED[field].default


def take_home(
    route: Annotated[
        Route,
        typer.Option(
            parser=one_of(Route),
            metavar="ROUTE",
            help=f"How the worker is engaged: {', '.join(Route)}.",
        ),
    ],
    tax_year: Annotated[str, typer.Option(metavar="YEAR", help="Tax year, such as 2021/22.")] = (
        label_of(last_tabulated_year())
    ),
    assignment_rate: Annotated[
        float | None,
        typer.Option(parser=number, metavar="X", help="What the agency passes on, £ per hour."),
    ] = None,
    charge_rate: Annotated[
        float | None,
        typer.Option(
            parser=number, metavar="X", help="What the borough pays, £ per hour without VAT."
        ),
    ] = None,
    salary: Annotated[
        float | None,
        typer.Option(parser=number, metavar="X", help="Salary of a permanent post, £ per year."),
    ] = None,
    hours_per_week: Annotated[float, _option("hours_per_week")] = _default("hours_per_week"),
    weeks_per_year: Annotated[float, _option("weeks_per_year")] = _default("weeks_per_year"),
    umbrella_margin: Annotated[float, _option("umbrella_margin_per_week")] = _default(
        "umbrella_margin_per_week"
    ),
    agency_margin: Annotated[float, _option("agency_margin_share")] = _default(
        "agency_margin_share"
    ),
    running_costs: Annotated[float, _option("running_costs_per_year")] = _default(
        "running_costs_per_year"
    ),
    director_salary: Annotated[str, _option("director_salary")] = _default("director_salary"),
    vat_scheme: Annotated[str, _option("vat_scheme")] = _default("vat_scheme"),
    pass_through: Annotated[float, _option("fee_payer_pass_through")] = _default(
        "fee_payer_pass_through"
    ),
    incidence: Annotated[str, _option("agency_paye_incidence")] = _default("agency_paye_incidence"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Work out a year's take-home pay by one route.

    A permanent post needs --salary, agency work needs --assignment-rate or --charge-rate.

    Example: permanence take-home --assignment-rate 35 --route umbrella --tax-year 2021/22
    """
    assumptions = _checked(
        hours_per_week=hours_per_week,
        weeks_per_year=weeks_per_year,
        umbrella_margin_per_week=umbrella_margin,
        agency_margin_share=agency_margin,
        running_costs_per_year=running_costs,
        director_salary=_number_or_word(director_salary),
        vat_scheme=vat_scheme,
        fee_payer_pass_through=pass_through,
        agency_paye_incidence=incidence,
    )
    law = _law(tax_year)
    option, given = _price(route, assignment_rate, charge_rate, salary)
    price = {"salary": given} if option == "--salary" else {"assignment_rate_per_hour": given}
    if option == "--charge-rate":
        price = {"assignment_rate_per_hour": float(charge_to_assignment(given, assumptions))}
    try:
        slip = payslip(route, law, assumptions, **price)
    except ValueError as fault:
        _, _, allowed = str(fault).rpartition("allowed: ")
        raise ScenarioError(f"{option}: given {given:g}; allowed: {allowed}") from None
    if as_json:
        typer.echo(json.dumps(_as_json(route, law, price, slip, assumptions), indent=2))
    else:
        _print(route, law, f"{option[2:].replace('-', ' ')} £{given:,.2f}", slip, assumptions)


def _law(year: str) -> TaxLaw:
    try:
        return tabulated_law(year)
    except ValueError as fault:
        raise ScenarioError(f"--tax-year: {fault}") from None


def _price(
    route: Route, assignment_rate: float | None, charge_rate: float | None, salary: float | None
) -> tuple[str, float]:
    """Return the one price given, with the option it came by."""
    given = {
        "--assignment-rate": assignment_rate,
        "--charge-rate": charge_rate,
        "--salary": salary,
    }
    named = {name: value for name, value in given.items() if value is not None}
    wanted = ["--salary"] if route is Route.PERMANENT else ["--assignment-rate", "--charge-rate"]
    if len(named) != 1 or not named.keys() <= set(wanted):
        one = "either " if len(wanted) > 1 else ""
        raise ScenarioError(
            f"--route {route}: needs {one}{' or '.join(wanted)} and no other price; "
            f"given {' and '.join(named) or 'none'}"
        )
    return next(iter(named.items()))


def _number_or_word(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _checked(**fields: Any) -> PayAssumptions:
    try:
        return PayAssumptions(**fields)
    except ValidationError as fault:
        error = fault.errors()[0]
        field = str(error["loc"][0])
        declared = _DECLARED[field]
        allowed = error["msg"].removeprefix("Input should be ").rpartition("allowed: ")[2]
        if declared.allowed is not None:
            allowed = f"{declared.allowed[0]:g} to {declared.allowed[1]:g}"
        raise ScenarioError(
            f"{_OPTION_OF[field]}: given {fields[field]!r}; allowed: {allowed}"
        ) from None


def _as_json(
    route: Route, law: TaxLaw, price: dict[str, float], slip: Payslip, assumptions: PayAssumptions
) -> dict[str, Any]:
    figures = {name: round(float(value), 2) for name, value in asdict(slip).items()}
    return {
        "route": route.value,
        "tax_year": law.tax_year,
        **price,
        **figures,
        "to_hmrc": round(float(slip.to_hmrc), 2),
        "to_pension_fund": round(float(slip.to_pension_fund), 2),
        "assumptions": {name: getattr(assumptions, name) for name in _OPTION_OF},
        "notes": _notes(route, law, slip),
    }


def _print(
    route: Route, law: TaxLaw, price: str, slip: Payslip, assumptions: PayAssumptions
) -> None:
    rows = [
        (label, f"£{float(getattr(slip, name)):,.2f}")
        for name, label in _LINES
        if name == "net_annual" or abs(float(getattr(slip, name))) >= 0.005
    ]
    rows.append(("all taxes and contributions to HMRC", f"£{float(slip.to_hmrc):,.2f}"))
    what = ROUTE_LABELS[route]
    per = "a year" if route is Route.PERMANENT else "an hour"
    title = f"{what[0].upper()}{what[1:]}, {law.tax_year}\n{price} {per}, one year full time"
    print_table(title, ("", "£ per year"), rows)
    if route is not Route.PERMANENT:
        typer.echo("\nAssumed:")
        for name in (*_ASSUMED_BY_AGENCY_WORK, *_ASSUMED[route]):
            declared, value = _DECLARED[name], getattr(assumptions, name)
            text = f"{declared.label}: {_said(value, declared.unit)}"
            typer.echo("\n".join(wrapped(text, "  ", "  ")))
    print_notes(_notes(route, law, slip))


def _said(value: float | str, unit: str) -> str:
    """Return an assumption's value with its unit, as a person would say it."""
    if isinstance(value, str):
        return value
    if unit.startswith("share"):
        return f"{100 * value:g} %{unit.removeprefix('share')}"
    return f"£{value:,g} {unit[2:]}" if unit.startswith("£") else f"{value:g} {unit}"


def _notes(route: Route, law: TaxLaw, slip: Payslip) -> list[str]:
    """Return what must stand beside a payslip."""
    found = ["England; one job, no other income, no student loan, the standard tax code."]
    if route is Route.PERMANENT:
        found.append(
            "Take-home leaves out the pension: "
            f"£{float(slip.to_pension_fund):,.0f} a year is paid into it."
        )
    else:
        found.append("Holiday is unpaid: it lies in the weeks that are not paid for.")
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
