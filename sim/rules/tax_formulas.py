"""The formulas of tax, National Insurance, pension and VAT: each a function of pay and the law.

Everything is annual and in £, element by element: arrays of any shape, or plain numbers. A
rule that changed its shape is two functions with the tax year from which each holds, and
`rule_in_force` picks by the law's year. Assumes England, one job, no other income, the standard
allowance, and a company year that is the tax year.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from sim.domain.compiled import elementwise
from sim.rules.tax_law import Steps, TaxLaw
from sim.rules.tax_table import (
    CONTRACTING_OUT_ENDED,
    CORPORATION_TAX_RATES_UNIFIED,
    DIVIDEND_CREDIT_ABOLISHED,
    FIRST_TAX_YEAR,
    MARGINAL_RELIEF_RETURNED,
)

Pounds = npt.NDArray[np.float64]
"""Annual £: an array, or a numpy number where a plain number was given."""
Pay = Pounds | float

Rule = TypeVar("Rule")
DatedRules = tuple[tuple[int, Rule], ...]
"""Rules with the first tax year of each, oldest first."""

TENTH_OF_A_PENNY = 1e-3
"""Pounds by which a sum of pence may miss a whole pound without being beyond it."""


def rule_in_force(rules: DatedRules[Rule], law: TaxLaw) -> Rule:
    """Return the newest rule that had begun by the law's year."""
    return [rule for begins, rule in rules if begins <= law.first_year][-1]


@elementwise
def charged(amount: Pay, steps: Steps) -> Pounds:
    """Return what a stepped rate charges on an amount (not below 0)."""
    total: Pounds = steps[0][1] * np.maximum(amount - steps[0][0], 0.0)
    for step in range(1, len(steps)):
        total = total + steps[step][1] * np.maximum(amount - steps[step][0], 0.0)
    return total


# Income tax


class IncomeTax(NamedTuple):
    """A year's income tax (£), by what it is charged on."""

    on_earnings: Pounds
    on_dividends: Pounds

    @property
    def total(self) -> Pounds:
        """All income tax of the year."""
        return self.on_earnings + self.on_dividends


@elementwise
def personal_allowance(net_income: Pay, law: TaxLaw) -> Pounds:
    """Return the tax-free allowance left at a net income: £1 goes for every £2 above £100,000.

    What is left after the taper is rounded up to a pound.

    Source: Income Tax Act 2007, s.35(2) and (3).
    """
    lost = law.allowance_taper_rate * np.maximum(net_income - law.allowance_taper_start, 0.0)
    left = np.maximum(law.personal_allowance - lost, 0.0)
    rounded = np.ceil(left - TENTH_OF_A_PENNY)
    return np.where(lost > 0.0, rounded, law.personal_allowance)


@elementwise
def tax_on_earnings(earnings: Pay, law: TaxLaw) -> Pounds:
    """Return income tax on a year's earnings where there are no dividends.

    Source: Income Tax Act 2007, ss.10-11.
    """
    return charged(earnings - personal_allowance(earnings, law), law.earnings_tax_steps)


def income_tax(earnings: Pay, dividends: Pay, law: TaxLaw) -> IncomeTax:
    """Return income tax on a year's earnings and on dividends (cash received).

    The allowance goes to earnings first; dividends are the top slice of income.
    """
    return rule_in_force(_INCOME_TAX, law)(earnings, dividends, law)


def _income_tax_with_dividend_credit(earnings: Pay, dividends: Pay, law: TaxLaw) -> IncomeTax:
    """Tax dividends with their notional credit: grossed up by 10/9, less a tenth of the gross.

    The credit is never paid out. Effective rates on cash are 0, 25 and 30.56 per cent.
    Source: Income Tax (Trading and Other Income) Act 2005, ss.397-398 and Income Tax Act 2007,
    s.8, as they stood to 5 April 2016.
    """
    gross = dividends / (1.0 - law.dividend_tax_credit)
    taxable_earnings, taxable_dividends = _taxable(earnings, gross, law)
    top = taxable_earnings + taxable_dividends
    before_credit = charged(top, law.dividend_tax_steps) - charged(
        taxable_earnings, law.dividend_tax_steps
    )
    return IncomeTax(
        charged(taxable_earnings, law.earnings_tax_steps),
        before_credit - law.dividend_tax_credit * taxable_dividends,
    )


def _income_tax_with_dividend_allowance(earnings: Pay, dividends: Pay, law: TaxLaw) -> IncomeTax:
    """Tax dividends above an allowance, which is charged at nil but uses up its rate band.

    Source: Finance Act 2016, s.5 (Income Tax Act 2007, ss.8 and 13A).
    """
    taxable_earnings, taxable_dividends = _taxable(earnings, dividends, law)
    nil_rated = np.minimum(taxable_dividends, law.dividend_allowance)
    top = taxable_earnings + taxable_dividends
    return IncomeTax(
        charged(taxable_earnings, law.earnings_tax_steps),
        charged(top, law.dividend_tax_steps)
        - charged(taxable_earnings + nil_rated, law.dividend_tax_steps),
    )


_INCOME_TAX: DatedRules[Callable[[Pay, Pay, TaxLaw], IncomeTax]] = (
    (FIRST_TAX_YEAR, _income_tax_with_dividend_credit),
    (DIVIDEND_CREDIT_ABOLISHED, _income_tax_with_dividend_allowance),
)


def _taxable(earnings: Pay, dividends: Pay, law: TaxLaw) -> tuple[Pounds, Pounds]:
    """Return taxable earnings and taxable dividends; earnings use the allowance first."""
    over = earnings - personal_allowance(earnings + dividends, law)
    return np.maximum(over, 0.0), np.maximum(dividends + np.minimum(over, 0.0), 0.0)


# National Insurance


@elementwise
def employee_ni(earnings: Pay, law: TaxLaw, director: bool = False) -> Pounds:
    """Return employee National Insurance (class 1) on a year's earnings.

    Where rates changed within the year, whole-year formulas are weighted by months; a director
    has the annual earnings period HMRC set for such a year.
    Source: Social Security Contributions and Benefits Act 1992, ss.6-8; regulation 8 of the
    Social Security (Contributions) Regulations 2001 for directors.
    """
    return charged(earnings, law.director_employee_ni_steps if director else law.employee_ni_steps)


@elementwise
def employer_ni(earnings: Pay, law: TaxLaw, director: bool = False) -> Pounds:
    """Return employer National Insurance (class 1) on a year's earnings.

    Source: Social Security Contributions and Benefits Act 1992, ss.6 and 9.
    """
    return charged(earnings, law.director_employer_ni_steps if director else law.employer_ni_steps)


class Rebate(NamedTuple):
    """What contracting out of the state second pension saves in a year (£)."""

    employee: Pay
    employer: Pay


def contracted_out_rebate(earnings: Pay, law: TaxLaw) -> Rebate:
    """Return the National Insurance that members of the local government scheme are spared."""
    return rule_in_force(_CONTRACTING_OUT, law)(earnings, law)


def _contracted_out(earnings: Pay, law: TaxLaw) -> Rebate:
    """Rebate both sides between the lower earnings limit and the upper accrual point.

    Source: Pension Schemes Act 1993, s.41.
    """
    band = np.maximum(
        np.minimum(earnings, law.ni_upper_accrual_point) - law.ni_lower_earnings_limit, 0.0
    )
    return Rebate(
        law.contracted_out_rebate_employee * band, law.contracted_out_rebate_employer * band
    )


def _contracting_out_abolished(earnings: Pay, law: TaxLaw) -> Rebate:
    """Rebate nothing. Source: Pensions Act 2014, s.24, from 6 April 2016."""
    return Rebate(0.0, 0.0)


_CONTRACTING_OUT: DatedRules[Callable[[Pay, TaxLaw], Rebate]] = (
    (FIRST_TAX_YEAR, _contracted_out),
    (CONTRACTING_OUT_ENDED, _contracting_out_abolished),
)


@elementwise
def gross_pay_within(budget: Pay, employer_steps: Steps, levy_rate: float = 0.0) -> Pounds:
    """Return the gross pay whose employer NI and levy, on top of it, just use up a budget.

    Cost rises ever faster with pay, so it is the highest of its straight pieces, and pay is
    the lowest of their inverses. A budget below 0 affords nothing.
    """
    slope, intercept = 1.0 + levy_rate, 0.0
    affordable: Pay = budget / slope
    for step in range(len(employer_steps)):
        slope += employer_steps[step][1]
        intercept += employer_steps[step][1] * employer_steps[step][0]
        affordable = np.minimum(affordable, (budget + intercept) / slope)
    gross: Pounds = np.maximum(affordable, 0.0)
    return gross


# Corporation tax and VAT


def corporation_tax(profit: Pay, law: TaxLaw) -> Pounds:
    """Return corporation tax on a year's profit of a company with no associated companies."""
    return rule_in_force(_CORPORATION_TAX, law)(np.maximum(profit, 0.0), law)


def _corporation_tax_with_marginal_relief(profit: Pounds, law: TaxLaw) -> Pounds:
    """Charge the small profits rate, then the main rate less marginal relief.

    The small profits charge is the higher of the two up to the lower limit, where they meet.
    Source: Corporation Tax Act 2010, part 3 (to March 2015) and part 3A (from April 2023).
    """
    below_upper_limit = np.maximum(law.corporation_tax_upper_limit - profit, 0.0)
    relief = law.corporation_tax_relief_fraction * below_upper_limit
    at_main_rate = law.corporation_tax_main_rate * profit - relief
    return np.maximum(law.corporation_tax_small_profits_rate * profit, at_main_rate)


def _corporation_tax_at_one_rate(profit: Pounds, law: TaxLaw) -> Pounds:
    """Charge one rate on all profit. Source: Finance Act 2014, schedule 1, from April 2015."""
    return law.corporation_tax_main_rate * profit


_CORPORATION_TAX: DatedRules[Callable[[Pounds, TaxLaw], Pounds]] = (
    (FIRST_TAX_YEAR, _corporation_tax_with_marginal_relief),
    (CORPORATION_TAX_RATES_UNIFIED, _corporation_tax_at_one_rate),
    (MARGINAL_RELIEF_RETURNED, _corporation_tax_with_marginal_relief),
)


def vat_flat_rate_gain(turnover: Pay, law: TaxLaw) -> Pay:
    """Return the VAT a company keeps under the flat-rate scheme, from turnover without VAT.

    It charges the standard rate and pays over the flat rate of VAT-inclusive turnover: social
    work's 11 % to March 2017, then 16.5 % as a limited-cost trader, as all-labour firms are.
    Source: Value Added Tax Regulations 1995, part 7A; VAT Notice 733.
    """
    charged_share = law.vat_standard_rate
    paid_share = law.vat_flat_rate * (1.0 + law.vat_standard_rate)
    return turnover * (charged_share - paid_share)


# Pension


def lgps_contribution(pay: Pay, law: TaxLaw) -> Pounds:
    """Return a member's contribution to the Local Government Pension Scheme for a year.

    The band of pay, rounded down to a whole pound, sets the rate on *all* of it: crossing a
    band lowers take-home pay. Bands are of actual pay from April 2014 and of full-time pay
    before, which for full-time staff is the same.
    Source: Local Government Pension Scheme Regulations 2013, reg. 9; Local Government Pension
    Scheme (Benefits, Membership and Contributions) Regulations 2007, reg. 3, before April 2014.
    """
    band = np.searchsorted(law.lgps_band_tops, np.floor(pay), side="left")
    contribution: Pounds = law.lgps_band_rates[band] * pay
    return contribution


# Pay through intermediaries


@elementwise
def umbrella_gross(assignment_income: Pay, margin: Pay, law: TaxLaw) -> Pounds:
    """Return gross pay, holiday pay included, out of what an agency pays for the assignment.

    The umbrella keeps its margin and pays employer NI and the apprenticeship levy out of the
    rest. With no margin it is agency PAYE at the same cost to the borough.
    """
    return gross_pay_within(
        assignment_income - margin, law.employer_ni_steps, law.apprenticeship_levy_rate
    )


def basic_pay(gross: Pay, law: TaxLaw) -> Pay:
    """Return gross pay without the rolled-up holiday pay in it (5.6 weeks over 46.4).

    Source: Working Time Regulations 1998, regs. 13 and 13A.
    """
    return gross / (1.0 + law.holiday_pay_uplift)


def chapter_8_payment(
    fees: Pay, law: TaxLaw, *, salary: Pay = 0.0, expenses: Pay = 0.0, pension: Pay = 0.0
) -> Pounds:
    """Return the deemed employment payment of a company that applies IR35 to itself.

    Of the fees 5 % is left for running the company; what remains after deductible expenses,
    employer pension contributions and salary covers the payment and all employer NI.
    Source: Income Tax (Earnings and Pensions) Act 2003, part 2 chapter 8, s.54.
    """
    for_employment = law.deemed_payment_share * fees - expenses - pension
    gross = gross_pay_within(for_employment, law.director_employer_ni_steps)
    return np.maximum(gross - salary, 0.0)


@elementwise
def deemed_direct_payment(fee: Pay, materials: Pay = 0.0, expenses: Pay = 0.0) -> Pounds:
    """Return the part of a fee (without VAT) taxed as pay since the off-payroll reform.

    Source: Income Tax (Earnings and Pensions) Act 2003, part 2 chapter 10, s.61Q.
    """
    payment: Pounds = np.maximum(fee - materials - expenses, 0.0)
    return payment


@elementwise
def chapter_10_pay(payment: Pay, law: TaxLaw, pass_through: float) -> Pounds:
    """Return taxable pay when the fee-payer passes on a share of its employer costs.

    The law has the fee-payer bear employer NI and the levy on top of the deemed direct payment
    (share 0); in practice it is often taken out of the fee (share 1).
    """
    all_passed_on = gross_pay_within(payment, law.employer_ni_steps, law.apprenticeship_levy_rate)
    return payment * (1.0 - pass_through) + all_passed_on * pass_through
