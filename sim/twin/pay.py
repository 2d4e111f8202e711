"""What agency work pays against a permanent post, for many draws of London's mean price."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Route
from sim.market.rulebook import RulesInForce
from sim.rules.tax import payslip
from sim.rules.tax_law import TaxLaw


def agency_nets(
    law: TaxLaw, off_payroll_enforced: bool, parameters: Any, assignment_rates: FloatArray
) -> FloatArray:
    """Return annual take-home pay of each company group on its best route.

    Args:
        assignment_rates: £ per hour, (draw, band).

    Returns:
        (draw, band, company group), £ a year.
    """

    def net(route: Route) -> FloatArray:
        slip = payslip(route, law, parameters, assignment_rate_per_hour=assignment_rates)
        return np.asarray(slip.net_annual, np.float64)

    payroll = np.maximum(net(Route.AGENCY_PAYE), net(Route.UMBRELLA))
    company = np.maximum(payroll, net(Route.PSC_INSIDE))
    outside = company if off_payroll_enforced else net(Route.PSC_OUTSIDE)
    return np.stack([payroll, company, outside], axis=-1)


class PermanentPay:
    """Take-home pay of permanent staff, kept until law or salaries change."""

    def __init__(self, parameters: Any, scales: FloatArray) -> None:
        self._parameters, self._scales = parameters, scales
        self._kept: tuple[tuple[object, ...], FloatArray, FloatArray] | None = None

    def nets(self, rules: RulesInForce) -> tuple[FloatArray, FloatArray]:
        """Return (net £ a year by employer and band, net over net without an offer by employer)."""
        if self._kept is None or self._kept[0] != rules.tax_terms:
            salaries = self._scales * rules.salary_index
            offered = salaries * (1.0 + rules.offer_pay_share[:, None])
            offered = offered + rules.offer_payment[:, None]
            slip = payslip(Route.PERMANENT, rules.law, self._parameters, salary=offered)
            plain = payslip(Route.PERMANENT, rules.law, self._parameters, salary=salaries)
            ratio = slip.net_annual[:, -1] / plain.net_annual[:, -1]
            self._kept = (rules.tax_terms, np.asarray(slip.net_annual), np.asarray(ratio))
        return self._kept[1], self._kept[2]

    def costs(self, rules: RulesInForce) -> FloatArray:
        """Return what permanent staff cost a borough, £ a year, (employer, band)."""
        salaries = self._scales * rules.salary_index
        offered = salaries * (1.0 + rules.offer_pay_share[:, None])
        offered = offered + rules.offer_payment[:, None]
        slip = payslip(Route.PERMANENT, rules.law, self._parameters, salary=offered)
        return np.asarray(slip.borough_cost, np.float64)
