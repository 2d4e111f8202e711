"""The question `take-home`: one payslip, with every assumption printed beside it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import ValidationError

from sim.answers.answer import Answer
from sim.domain.calendar import tax_year as label_of
from sim.domain.parameters import PayAssumptions
from sim.domain.vocabulary import Route
from sim.rules.tax import charge_to_assignment, payslip
from sim.rules.tax_law import TaxLaw, last_tabulated_year, tabulated_law
from sim.scenario import ScenarioError
from sim.studies import QUESTIONS
from sim.studies.request import Request, asked
from sim.studies.study import Desk, Study
from sim.studies.take_home import words
from sim.studies.take_home.words import DECLARED

FIELD_OF = {
    "umbrella_margin_per_week": "umbrella_margin_per_week",
    "hours_per_week": "hours_per_week",
    "weeks_per_year": "weeks_per_year",
    "agency_margin": "agency_margin_share",
    "running_costs": "running_costs_per_year",
    "director_salary": "director_salary",
    "vat_scheme": "vat_scheme",
    "pass_through": "fee_payer_pass_through",
    "agency_paye_incidence": "agency_paye_incidence",
}
"""Which assumption each field sets."""
PRICES = ("assignment_rate", "charge_rate", "salary")


def _assumed(name: str) -> Any:
    declared = DECLARED[FIELD_OF[name]]
    unit = "" if declared.unit in ("choice", "share") else f", {declared.unit}"
    label = f"{declared.label[0].upper()}{declared.label[1:]}{unit}."
    is_word = isinstance(declared.default, str)
    return asked(label, unit=declared.unit, metavar="CHOICE" if is_word else "X",
                 allowed="" if is_word else "a number, such as 35.5")  # fmt: skip


def _default(name: str) -> Any:
    return DECLARED[FIELD_OF[name]].default


def _price(label: str) -> Any:
    return asked(label, metavar="X", allowed="a number, such as 35.5")


class TakeHome(Request):
    """A year's take-home pay.

    A permanent post needs --salary, agency work needs --assignment-rate or --charge-rate.
    """

    route: Annotated[
        Route, asked(f"How the worker is engaged: {', '.join(Route)}.", metavar="ROUTE")
    ]
    tax_year: Annotated[str, asked("Tax year, such as 2021/22.", metavar="YEAR")] = label_of(
        last_tabulated_year()
    )
    assignment_rate: Annotated[float | None, _price("What the agency passes on, £ per hour.")] = (
        None
    )
    charge_rate: Annotated[
        float | None, _price("What the borough pays, £ per hour without VAT.")
    ] = None
    salary: Annotated[float | None, _price("Salary of a permanent post, £ per year.")] = None
    hours_per_week: Annotated[float, _assumed("hours_per_week")] = _default("hours_per_week")
    weeks_per_year: Annotated[float, _assumed("weeks_per_year")] = _default("weeks_per_year")
    umbrella_margin_per_week: Annotated[float, _assumed("umbrella_margin_per_week")] = _default(
        "umbrella_margin_per_week"
    )
    agency_margin: Annotated[float, _assumed("agency_margin")] = _default("agency_margin")
    running_costs: Annotated[float, _assumed("running_costs")] = _default("running_costs")
    director_salary: Annotated[str, _assumed("director_salary")] = _default("director_salary")
    vat_scheme: Annotated[str, _assumed("vat_scheme")] = _default("vat_scheme")
    pass_through: Annotated[float, _assumed("pass_through")] = _default("pass_through")
    agency_paye_incidence: Annotated[str, _assumed("agency_paye_incidence")] = _default(
        "agency_paye_incidence"
    )


def work(asked: TakeHome, desk: Desk) -> Answer:
    """Work out one payslip."""
    given = {name: getattr(asked, name) for name in FIELD_OF}
    given["director_salary"] = _number_or_word(given["director_salary"])
    assumptions = _checked(given)
    law = _law(asked.tax_year)
    option, amount = _one_price(asked)
    price = {"salary": amount} if option == "--salary" else {"assignment_rate_per_hour": amount}
    if option == "--charge-rate":
        price = {"assignment_rate_per_hour": float(charge_to_assignment(amount, assumptions))}
    try:
        slip = payslip(asked.route, law, assumptions, **price)
    except ValueError as fault:
        _, _, allowed = str(fault).rpartition("allowed: ")
        raise ScenarioError(f"{option}: given {amount:g}; allowed: {allowed}") from None
    said = f"{option[2:].replace('-', ' ')} £{amount:,.2f}"
    noted = words.notes(asked.route, law, slip)
    return Answer(
        about=f"{asked.route}, {law.tax_year}",
        values={
            "route": asked.route.value,
            "tax_year": law.tax_year,
            **price,
            **{name: round(float(value), 2) for name, value in asdict(slip).items()},
            "to_hmrc": round(float(slip.to_hmrc), 2),
            "to_pension_fund": round(float(slip.to_pension_fund), 2),
            "assumptions": {name: getattr(assumptions, name) for name in FIELD_OF.values()},
            "notes": noted,
        },
        printed=words.printed(asked.route, law, said, slip),
        findings=words.assumed(asked.route, assumptions),
        notes=noted,
    )


def _law(year: str) -> TaxLaw:
    try:
        return tabulated_law(year)
    except ValueError as fault:
        raise ScenarioError(f"--tax-year: {fault}") from None


def _one_price(asked: TakeHome) -> tuple[str, float]:
    """Return the one price given, with the option it came by."""
    named = {
        f"--{name.replace('_', '-')}": value
        for name in PRICES
        if (value := getattr(asked, name)) is not None
    }
    is_permanent = asked.route is Route.PERMANENT
    wanted = ["--salary"] if is_permanent else ["--assignment-rate", "--charge-rate"]
    if len(named) != 1 or not named.keys() <= set(wanted):
        one = "either " if len(wanted) > 1 else ""
        raise ScenarioError(
            f"--route {asked.route}: needs {one}{' or '.join(wanted)} and no other price; "
            f"given {' and '.join(named) or 'none'}"
        )
    return next(iter(named.items()))


def _number_or_word(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _checked(given: dict[str, Any]) -> PayAssumptions:
    by_field = {FIELD_OF[name]: value for name, value in given.items()}
    try:
        return PayAssumptions(**by_field)
    except ValidationError as fault:
        error = fault.errors()[0]
        field = str(error["loc"][0])
        declared = DECLARED[field]
        allowed = error["msg"].removeprefix("Input should be ").rpartition("allowed: ")[2]
        if declared.allowed is not None:
            allowed = f"{declared.allowed[0]:g} to {declared.allowed[1]:g}"
        name = next(name for name, one in FIELD_OF.items() if one == field)
        raise ScenarioError(
            f"--{name.replace('_', '-')}: given {by_field[field]!r}; allowed: {allowed}"
        ) from None


STUDY = Study(
    name="take-home",
    says=QUESTIONS["take-home"],
    request=TakeHome,
    work=work,
    example="permanence take-home --assignment-rate 35 --route umbrella --tax-year 2021/22",
    in_python="""
    >>> sim.take_home("umbrella", assignment_rate=35)
    <take-home: umbrella, 2026/27>
    """,
    is_quick=True,
)
