"""What each way of working pays this month, and what it costs, by employer.

One table a month: payslips at every employer's bid and at London's mean, for each route and
for each band of experience. The gap between them is what draws staff to agency work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Route
from sim.market.workforce import IntArray
from sim.rules.tax import Payslip, payslip
from sim.rules.tax_law import TaxLaw

BAND_STARTS_MONTHS = (0, 24, 60)
"""Experience at which each pay band begins: under two years, two to five, over five."""
_PAYROLL = (Route.AGENCY_PAYE, Route.UMBRELLA)


@dataclass(frozen=True)
class PayTable:
    """Payslips of one month.

    Attributes:
        permanent: annual payslips of permanent staff, one a band.
        routes: best route of each company group, by the numbers of `opening.COMPANY_*`.
        agency: annual payslips by route; elements are the employers, then London's mean.
        log_premium: ln(agency net / permanent net) at London's mean, by band and group.
    """

    permanent: Payslip
    routes: tuple[Route, Route, Route]
    agency: dict[Route, Payslip]
    log_premium: FloatArray


def bands_of(experience_months: IntArray) -> IntArray:
    """Return the pay band of each worker from months since qualifying."""
    return (experience_months >= BAND_STARTS_MONTHS[1]).astype(np.int64) + (
        experience_months >= BAND_STARTS_MONTHS[2]
    )


class PayDesk:
    """Works out pay tables, keeping the last permanent payslips until the law changes."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._scale = np.array(
            [
                parameters.salary_newly_qualified_2017,
                parameters.salary_mid_scale_2017,
                parameters.salary_top_of_scale_2017,
            ]
        )
        self._permanent: tuple[TaxLaw, float, Payslip] | None = None

    def table(
        self,
        law: TaxLaw,
        off_payroll_enforced: bool,
        salary_index: float,
        charge_rates: FloatArray,
        london_mean: float,
    ) -> PayTable:
        """Return the month's pay table. Prices are charge rates, £ per hour."""
        to_worker = 1.0 - self._parameters.agency_margin_share
        prices = np.append(charge_rates, london_mean) * to_worker
        payroll = self._best(law, _PAYROLL, prices[-1])
        company = self._best(law, (Route.PSC_INSIDE, payroll), prices[-1])
        routes = (payroll, company, company if off_payroll_enforced else Route.PSC_OUTSIDE)
        slips = {route: self._agency_slip(route, law, prices) for route in dict.fromkeys(routes)}
        permanent = self._permanent_slip(law, salary_index)
        nets = np.array([slips[route].net_annual[-1] for route in routes])
        return PayTable(
            permanent=permanent,
            routes=routes,
            agency=slips,
            log_premium=np.log(nets)[None, :] - np.log(permanent.net_annual)[:, None],
        )

    def _agency_slip(self, route: Route, law: TaxLaw, prices: FloatArray | float) -> Payslip:
        return payslip(route, law, self._parameters, assignment_rate_per_hour=prices)

    def _best(self, law: TaxLaw, routes: tuple[Route, ...], price: float) -> Route:
        """Return the route with the highest net pay at a price; the first where they tie."""

        def net(route: Route) -> float:
            return round(float(self._agency_slip(route, law, price).net_annual), 2)

        return max(routes, key=net)

    def _permanent_slip(self, law: TaxLaw, salary_index: float) -> Payslip:
        kept = self._permanent
        if kept is None or kept[0] is not law or kept[1] != salary_index:
            slip = payslip(
                Route.PERMANENT, law, self._parameters, salary=self._scale * salary_index
            )
            kept = self._permanent = (law, salary_index, slip)
        return kept[2]
