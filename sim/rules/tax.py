"""What a year's work pays after tax, by engagement route, and who receives every pound.

`payslip` is the way in. It takes a permanent salary or an agency assignment rate and the law of
a tax year, and returns annual £: what the worker keeps, what HMRC, the pension fund, the agency
and the umbrella get, and what the borough pays. The formulas are in `sim.rules.tax_formulas`,
the law in `sim.rules.tax_law`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.domain.compiled import compiled, elementwise
from sim.domain.parameters import PayAssumptions
from sim.domain.vocabulary import Route
from sim.rules.tax_formulas import (
    DatedRules,
    Pay,
    Pounds,
    basic_pay,
    chapter_8_payment,
    chapter_10_pay,
    contracted_out_rebate,
    corporation_tax,
    deemed_direct_payment,
    employee_ni,
    employer_ni,
    gross_pay_within,
    income_tax,
    lgps_contribution,
    rule_in_force,
    tax_on_earnings,
    umbrella_gross,
    vat_flat_rate_gain,
)
from sim.rules.tax_law import TaxLaw, TaxYearError, law_in_force, on_payroll, tabulated_law
from sim.rules.tax_table import FIRST_TAX_YEAR, OFF_PAYROLL_REFORM

__all__ = [
    # a year's pay
    "Payslip",
    "payslip",
    "payslips",
    "take_home_pay",
    # prices
    "charge_to_assignment",
    "assignment_to_charge",
    "paid_hours_per_year",
    # the law
    "TaxLaw",
    "TaxYearError",
    "law_in_force",
    # formulas
    "income_tax",
    "tax_on_earnings",
    "employee_ni",
    "employer_ni",
    "contracted_out_rebate",
    "gross_pay_within",
    "corporation_tax",
    "vat_flat_rate_gain",
    "lgps_contribution",
    "umbrella_gross",
    "basic_pay",
    "chapter_8_payment",
    "deemed_direct_payment",
    "chapter_10_pay",
]

HIGHEST_PAY = 1e9
"""£; pay above it, hourly or annual, is taken for a mistake."""


@dataclass(frozen=True)
class Payslip:
    """One year's pay and everything paid around it: annual £, all of one shape.

    Attributes:
        net_annual: what the worker keeps.
        gross_pay: pay subject to PAYE (a salary, a deemed payment or an umbrella's gross).
        dividends: what the worker's own company distributes: all its profit after tax.
        income_tax: on gross pay; `dividend_tax` is apart.
        vat_gain: VAT charged to the borough's agency and kept under the flat-rate scheme. The
            council recovers the VAT it pays, so the gain comes out of HMRC's receipts.
        employer_pension: total employer contribution to the local government scheme.
        running_costs: what it costs to keep a company; never more than it has to spend.
        borough_cost: what the borough pays, without VAT.
    """

    net_annual: Pounds
    gross_pay: Pounds
    dividends: Pounds
    income_tax: Pounds
    employee_ni: Pounds
    employer_ni: Pounds
    apprenticeship_levy: Pounds
    corporation_tax: Pounds
    dividend_tax: Pounds
    vat_gain: Pounds
    employee_pension: Pounds
    employer_pension: Pounds
    umbrella_margin: Pounds
    agency_margin: Pounds
    running_costs: Pounds
    borough_cost: Pounds

    @cached_property
    def received(self) -> tuple[Pounds, ...]:
        """What each of `RECEIVERS` gets in the year."""
        return tuple(np.asarray(getattr(self, name), np.float64) for name in RECEIVERS)

    @property
    def to_worker(self) -> Pounds:
        """What reaches the worker's pocket in the year."""
        return self.net_annual

    @property
    def to_hmrc(self) -> Pounds:
        """All taxes and contributions, less the VAT a company keeps."""
        on_pay = self.income_tax + self.employee_ni + self.employer_ni + self.apprenticeship_levy
        return on_pay + self.corporation_tax + self.dividend_tax - self.vat_gain

    @property
    def to_pension_fund(self) -> Pounds:
        """Contributions of member and employer."""
        return self.employee_pension + self.employer_pension

    @property
    def to_agency(self) -> Pounds:
        """What the agency and the managed service keep of the charge."""
        return self.agency_margin

    @property
    def to_umbrella(self) -> Pounds:
        """What an umbrella company keeps."""
        return self.umbrella_margin


RECEIVERS = (
    "to_worker",
    "to_hmrc",
    "to_pension_fund",
    "to_agency",
    "to_umbrella",
    "running_costs",
)
"""Who gets what a borough pays for a worker."""


class Parts(NamedTuple):
    """The parts of a payslip, in its order: what one worker's numbers are while they are made."""

    net_annual: Pounds
    gross_pay: Pounds
    dividends: Pounds
    income_tax: Pounds
    employee_ni: Pounds
    employer_ni: Pounds
    apprenticeship_levy: Pounds
    corporation_tax: Pounds
    dividend_tax: Pounds
    vat_gain: Pounds
    employee_pension: Pounds
    employer_pension: Pounds
    umbrella_margin: Pounds
    agency_margin: Pounds
    running_costs: Pounds
    borough_cost: Pounds


_NET = Parts._fields.index("net_annual")


def payslip(
    route: Route,
    tax_year_or_law: str | TaxLaw,
    assumptions: PayAssumptions,
    *,
    salary: npt.ArrayLike | None = None,
    assignment_rate_per_hour: npt.ArrayLike | None = None,
) -> Payslip:
    """Return a year's full-time pay by one route.

    Every pound is accounted for: `borough_cost` is what worker, HMRC, pension fund, agency and
    umbrella receive and the running costs, to rounding. Where a company's own costs or salary
    exceed its income, it pays what it has, and nothing is left.

    Args:
        route: how the worker is engaged. A company inside IR35 follows the law's year: it
            assesses itself (chapter 8) to 2016/17, the fee-payer deducts (chapter 10) after.
            A company outside IR35 can be computed in any year, enforced or not.
        tax_year_or_law: a law, or the label of a tax year in the table.
        assumptions: hours, margins and choices the law does not settle.
        salary: annual £ of a permanent post; needed for that route and refused for others.
        assignment_rate_per_hour: £ an hour that the agency passes on, without VAT; needed for
            agency routes. It includes employer costs unless agency PAYE is `same_rate`.

    Raises:
        ValueError: if the wrong kind of pay is given, or pay is negative or not a number.
        TaxYearError: if a label is not a tax year of the table.

    Example:
        >>> import sim
        >>> slip = sim.payslip(
        ...     sim.Route.UMBRELLA, "2021/22", sim.PayAssumptions(), assignment_rate_per_hour=35
        ... )
        >>> bool(0 < slip.net_annual < slip.borough_cost)
        True
    """
    law = tax_year_or_law
    if isinstance(law, str):
        law = tabulated_law(law)
    if route == Route.PERMANENT:
        if salary is None or assignment_rate_per_hour is not None:
            raise ValueError("a permanent payslip needs salary, and no assignment_rate_per_hour")
        return Payslip(*_permanent(_checked("salary", salary), law))
    if route not in _AGENCY_PAYSLIPS:
        raise ValueError(f"route: given {route!r}; allowed: {', '.join(Route)}")
    if assignment_rate_per_hour is None or salary is not None:
        raise ValueError(f"a payslip by {route} needs assignment_rate_per_hour, and no salary")
    rate = _checked("assignment_rate_per_hour", assignment_rate_per_hour)
    income = rate * paid_hours_per_year(assumptions)
    if np.ndim(income) and _is_payroll(route, law):
        return Payslip(*_many_slips((route,), income, law, assumptions)[0])
    return Payslip(*_AGENCY_PAYSLIPS[route](income, law, assumptions))


def payslips(
    routes: Sequence[Route], law: TaxLaw, assumptions: PayAssumptions, rates: Pounds
) -> dict[Route, Payslip]:
    """Return payslips of several agency routes at the same assignment rates, £ per hour.

    They are those of `payslip`, sooner.
    """
    return {r: Payslip(*parts) for r, parts in _parts(routes, law, assumptions, rates).items()}


def take_home_pay(
    routes: Sequence[Route], law: TaxLaw, assumptions: PayAssumptions, rates: Pounds
) -> dict[Route, Pounds]:
    """Return the `net_annual` of such payslips alone."""
    return {r: parts[_NET] for r, parts in _parts(routes, law, assumptions, rates).items()}


def _parts(
    routes: Sequence[Route], law: TaxLaw, assumptions: PayAssumptions, rates: Pounds
) -> dict[Route, Parts | Pounds]:
    """Return the parts of such payslips, in their order."""
    income = _checked("assignment_rate_per_hour", rates) * paid_hours_per_year(assumptions)
    payrolls = tuple(route for route in routes if _is_payroll(route, law))
    found = dict(zip(payrolls, _many_slips(payrolls, income, law, assumptions), strict=True))
    return {
        route: found[route] if route in found else _AGENCY_PAYSLIPS[route](income, law, assumptions)
        for route in routes
    }


def charge_to_assignment(charge_rate: Pay, assumptions: PayAssumptions) -> Pay:
    """Return the assignment rate the agency passes on out of a borough's charge (£ an hour)."""
    return charge_rate * (1.0 - assumptions.agency_margin_share)


@elementwise
def assignment_to_charge(assignment_rate: Pay, assumptions: PayAssumptions) -> Pay:
    """Return the charge to the borough behind an assignment rate (£ an hour)."""
    return assignment_rate / (1.0 - assumptions.agency_margin_share)


def paid_hours_per_year(assumptions: PayAssumptions) -> float:
    """Return the hours an agency worker is paid for in a year."""
    return assumptions.hours_per_week * assumptions.weeks_per_year


def _checked(name: str, given: npt.ArrayLike) -> Pounds:
    pay: Pounds = np.asarray(given, dtype=np.float64)[()]
    # Minimum and maximum are NaN where any value is, and every comparison with NaN is false.
    if pay.size and not (pay.min() >= 0.0 and pay.max() <= HIGHEST_PAY):
        wrong = np.ravel(pay)[~((np.ravel(pay) >= 0.0) & (np.ravel(pay) <= HIGHEST_PAY))][0]
        raise ValueError(f"{name}: given {wrong:g}; allowed: £0 to £{HIGHEST_PAY:,.0f}")
    return pay


def _slip(shape_of: Pounds, **parts: Any) -> Parts:
    """Return a payslip whose unnamed parts are zero."""
    return Parts(**(dict.fromkeys(Parts._fields, shape_of * 0.0) | parts))


def _agency_slip(income: Pounds, assumptions: PayAssumptions, on_top: Pay, **parts: Any) -> Parts:
    """Return an agency worker's payslip; the borough pays the agency's charge and `on_top`."""
    charge = assignment_to_charge(income, assumptions)
    return _slip(income, agency_margin=charge - income, borough_cost=charge + on_top, **parts)


def _permanent(salary: Pounds, law: TaxLaw) -> Parts:
    """A permanent post in the local government pension scheme, taxed on pay less contribution.

    A council pays the apprenticeship levy on every extra pound: its allowance is used up.
    """
    contribution = lgps_contribution(salary, law)
    rebate = contracted_out_rebate(salary, law)
    employee = np.maximum(employee_ni(salary, law) - rebate.employee, 0.0)
    employer = np.maximum(employer_ni(salary, law) - rebate.employer, 0.0)
    tax = tax_on_earnings(salary - contribution, law)
    levy = law.apprenticeship_levy_rate * salary
    employer_pension = law.lgps_employer_rate * salary
    return _slip(
        salary,
        net_annual=salary - contribution - tax - employee,
        gross_pay=salary,
        income_tax=tax,
        employee_ni=employee,
        employer_ni=employer,
        apprenticeship_levy=levy,
        employee_pension=contribution,
        employer_pension=employer_pension,
        borough_cost=salary + employer + levy + employer_pension,
    )


@elementwise
def _payroll(
    gross: Pounds, income: Pounds, margin: Pounds, law: TaxLaw, assumptions: PayAssumptions
) -> Parts:
    """An employee of an umbrella or an agency; what `income` does not cover is paid on top."""
    none, charge = income * 0.0, assignment_to_charge(income, assumptions)
    employer = employer_ni(gross, law)
    levy = law.apprenticeship_levy_rate * gross
    tax, employee = tax_on_earnings(gross, law), employee_ni(gross, law)
    on_top = margin + gross + employer + levy - income
    return Parts(
        net_annual=gross - tax - employee,
        gross_pay=gross,
        dividends=none,
        income_tax=tax,
        employee_ni=employee,
        employer_ni=employer,
        apprenticeship_levy=levy,
        corporation_tax=none,
        dividend_tax=none,
        vat_gain=none,
        employee_pension=none,
        employer_pension=none,
        umbrella_margin=margin,
        agency_margin=charge - income,
        running_costs=none,
        borough_cost=charge + on_top,
    )


@elementwise
def _umbrella(income: Pounds, law: TaxLaw, assumptions: PayAssumptions) -> Parts:
    wanted = assumptions.umbrella_margin_per_week * assumptions.weeks_per_year
    margin = np.minimum(income, wanted)
    return _payroll(umbrella_gross(income, margin, law), income, margin, law, assumptions)


@elementwise
def _agency_paye(income: Pounds, law: TaxLaw, assumptions: PayAssumptions) -> Parts:
    if assumptions.agency_paye_is_same_rate:
        gross = income
    else:
        gross = umbrella_gross(income, 0.0, law)
    return _payroll(gross, income, income * 0.0, law, assumptions)


def _outside_ir35(income: Pounds, law: TaxLaw, assumptions: PayAssumptions) -> Parts:
    """A company that pays its director a small salary and distributes all profit."""
    gain = _vat_gain(income, law, assumptions)
    costs = np.minimum(income + gain, assumptions.running_costs_per_year)
    funds = income + gain - costs
    allowance = law.one_director_employment_allowance
    # Employer NI falls on a salary only beyond the employment allowance.
    affordable = gross_pay_within(funds + allowance, law.director_employer_ni_steps)
    salary = np.minimum(np.minimum(affordable, funds), _director_salary(law, assumptions))
    employer = np.maximum(employer_ni(salary, law, director=True) - allowance, 0.0)
    profit = np.maximum(funds - salary - employer, 0.0)
    company_tax = corporation_tax(profit, law)
    dividends = profit - company_tax
    tax = income_tax(salary, dividends, law)
    employee = employee_ni(salary, law, director=True)
    return _agency_slip(
        income,
        assumptions,
        on_top=0.0,
        net_annual=salary + dividends - tax.total - employee,
        gross_pay=salary,
        dividends=dividends,
        income_tax=tax.on_earnings,
        dividend_tax=tax.on_dividends,
        employee_ni=employee,
        employer_ni=employer,
        corporation_tax=company_tax,
        vat_gain=gain,
        running_costs=costs,
    )


def _inside_ir35(income: Pounds, law: TaxLaw, assumptions: PayAssumptions) -> Parts:
    return rule_in_force(_INSIDE_IR35, law)(income, law, assumptions)


def _inside_by_chapter_8(income: Pounds, law: TaxLaw, assumptions: PayAssumptions) -> Parts:
    """A company that assesses itself: a deemed payment, and the rest distributed.

    Running costs come out of the 5 % and the VAT gain first, then out of the worker's pocket.
    No employment allowance is due on a deemed payment.
    """
    gain = _vat_gain(income, law, assumptions)
    payment = chapter_8_payment(income, law)
    employer = employer_ni(payment, law, director=True)
    employee = employee_ni(payment, law, director=True)
    in_company = income + gain - payment - employer
    pocketed = payment - tax_on_earnings(payment, law) - employee
    costs = np.minimum(in_company + pocketed, assumptions.running_costs_per_year)
    company_tax = corporation_tax(in_company - costs, law)
    dividends = np.maximum(in_company - costs, 0.0) - company_tax
    shortfall = np.maximum(costs - in_company, 0.0)
    tax = income_tax(payment, dividends, law)
    return _agency_slip(
        income,
        assumptions,
        on_top=0.0,
        net_annual=payment + dividends - shortfall - tax.total - employee,
        gross_pay=payment,
        dividends=dividends,
        income_tax=tax.on_earnings,
        dividend_tax=tax.on_dividends,
        employee_ni=employee,
        employer_ni=employer,
        corporation_tax=company_tax,
        vat_gain=gain,
        running_costs=costs,
    )


@elementwise
def _inside_by_chapter_10(income: Pounds, law: TaxLaw, assumptions: PayAssumptions) -> Parts:
    """A company whose fee is taxed as pay before it arrives.

    Employer costs the fee-payer does not pass on reach the borough's bill (assumption: the law
    leaves that to the contract). The limited-cost VAT gain, 0.2 % of the fee, is left out.
    """
    none, charge = income * 0.0, assignment_to_charge(income, assumptions)
    pay = chapter_10_pay(deemed_direct_payment(income), law, assumptions.fee_payer_pass_through)
    employer = employer_ni(pay, law)
    levy = law.apprenticeship_levy_rate * pay
    tax, employee = tax_on_earnings(pay, law), employee_ni(pay, law)
    received = pay - tax - employee
    costs = np.minimum(received, assumptions.running_costs_per_year)
    on_top = pay + employer + levy - income
    return Parts(
        net_annual=received - costs,
        gross_pay=pay,
        dividends=none,
        income_tax=tax,
        employee_ni=employee,
        employer_ni=employer,
        apprenticeship_levy=levy,
        corporation_tax=none,
        dividend_tax=none,
        vat_gain=none,
        employee_pension=none,
        employer_pension=none,
        umbrella_margin=none,
        agency_margin=charge - income,
        running_costs=costs,
        borough_cost=charge + on_top,
    )


def _vat_gain(income: Pounds, law: TaxLaw, assumptions: PayAssumptions) -> Pay:
    return income * 0.0 if assumptions.vat_scheme == "none" else vat_flat_rate_gain(income, law)


def _director_salary(law: TaxLaw, assumptions: PayAssumptions) -> float:
    chosen = assumptions.director_salary
    return law.director_primary_threshold if chosen == "primary_threshold" else float(chosen)


_RouteRule = Callable[[Pounds, TaxLaw, PayAssumptions], Parts]
_INSIDE_IR35: DatedRules[_RouteRule] = (
    (FIRST_TAX_YEAR, _inside_by_chapter_8),
    (OFF_PAYROLL_REFORM, _inside_by_chapter_10),
)
_AGENCY_PAYSLIPS: dict[Route, _RouteRule] = {
    Route.AGENCY_PAYE: _agency_paye,
    Route.UMBRELLA: _umbrella,
    Route.PSC_OUTSIDE: _outside_ir35,
    Route.PSC_INSIDE: _inside_ir35,
}


# Many payslips at once, where nothing but payroll taxes is due: one after another, compiled

_PAYROLLS = (Route.UMBRELLA, Route.AGENCY_PAYE, Route.PSC_INSIDE)
_IS_UMBRELLA, _IS_AGENCY_PAYE = 0, 1


class _Assumed(NamedTuple):
    """What such payslips ask of the assumptions."""

    agency_margin_share: float
    umbrella_margin_per_week: float
    weeks_per_year: float
    running_costs_per_year: float
    fee_payer_pass_through: float
    agency_paye_is_same_rate: bool


_ASSUMED = attrgetter(*_Assumed._fields)


def _is_payroll(route: Route, law: TaxLaw) -> bool:
    """Whether nothing but payroll taxes is due by a route."""
    by_chapter_8 = route is Route.PSC_INSIDE and law.first_year < OFF_PAYROLL_REFORM
    return route in _PAYROLLS and not by_chapter_8


def _many_slips(
    routes: Sequence[Route], incomes: Pounds, law: TaxLaw, assumptions: PayAssumptions
) -> Pounds:
    """Return the parts of payslips, (route, part, ...)."""
    assumed = _Assumed(*_ASSUMED(assumptions))
    parts = np.empty((len(routes), len(Parts._fields), incomes.size))
    table, asked = law.payroll_table, np.array([_PAYROLLS.index(route) for route in routes])
    _fill_in(asked, incomes.ravel(), table.figures, table.steps, assumed, parts)
    return parts.reshape((*parts.shape[:2], *incomes.shape))


@compiled
def _fill_in(
    routes: npt.NDArray[np.int64],
    incomes: Pounds,
    figures: Pounds,
    steps: Pounds,
    assumed: Any,
    parts: Pounds,
) -> None:
    """Write payslips, (route, part, income). Law and assumptions have the rules' own names."""
    law: Any = on_payroll(figures, steps)
    for place in range(routes.size):
        for nth in range(incomes.size):
            if routes[place] == _IS_UMBRELLA:
                slip = _umbrella(incomes[nth], law, assumed)
            elif routes[place] == _IS_AGENCY_PAYE:
                slip = _agency_paye(incomes[nth], law, assumed)
            else:
                slip = _inside_by_chapter_10(incomes[nth], law, assumed)
            for part, value in enumerate(slip):
                parts[place, part, nth] = value
