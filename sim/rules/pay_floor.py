"""Equal pay: the least a borough may lawfully be charged for an agency worker."""

from __future__ import annotations

from sim.domain.pay_assumptions import PayAssumptions
from sim.rules.hazards import Amount
from sim.rules.tax import assignment_to_charge, paid_hours_per_year
from sim.rules.tax_formulas import employer_ni
from sim.rules.tax_law import TaxLaw

WEEKS_PER_YEAR = 365.25 / 7


def lowest_lawful_charge(
    salary: float, law: TaxLaw, assumptions: PayAssumptions, equal_pay_share: float
) -> Amount:
    """Return the charge rate (£ per hour) that gives an agency worker a colleague's basic pay.

    After twelve weeks in a role an agency worker is due the basic pay and holiday of somebody
    recruited directly; pensions are left out. What the price must then cover is that pay,
    holiday pay, employer National Insurance, the levy and the agency's margin.

    Args:
        salary: annual basic pay of the permanent colleague, £.
        law: tax law in force.
        assumptions: hours and margins.
        equal_pay_share: share of that pay actually enforced; 0 for no floor.

    Source: Agency Workers Regulations 2010 (SI 2010/93), regs. 5 to 7. That it holds from the
    first week, and for a colleague in the middle of the scale, is an assumption.
    """
    hours = paid_hours_per_year(assumptions)
    basic = equal_pay_share * salary / (assumptions.hours_per_week * WEEKS_PER_YEAR)
    gross = basic * (1.0 + law.holiday_pay_uplift) * hours
    cost = gross * (1.0 + law.apprenticeship_levy_rate) + float(employer_ni(gross, law))
    return assignment_to_charge(cost / hours, assumptions)
