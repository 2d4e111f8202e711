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
        permanent: annual payslips of permanent staff, (employer, band).
        routes: best route of each company group, by the numbers of `opening.COMPANY_*`.
        agency: annual payslips by route, (employer, then London's mean; band).
        log_premium: ln(agency net at London's mean / permanent net), (employer, band, group).
        offer_pay_ratio: permanent net pay over what it would be without a better offer, by
            employer, at the top of the scale.
    """

    permanent: Payslip
    routes: tuple[Route, Route, Route]
    agency: dict[Route, Payslip]
    log_premium: FloatArray
    offer_pay_ratio: FloatArray


def bands_of(experience_months: IntArray) -> IntArray:
    """Return the pay band of each worker from months since qualifying."""
    return (experience_months >= BAND_STARTS_MONTHS[1]).astype(np.int64) + (
        experience_months >= BAND_STARTS_MONTHS[2]
    )


class PayDesk:
    """Works out pay tables, keeping the last permanent payslips until law or salaries change."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._permanent: tuple[TaxLaw, FloatArray, FloatArray, Payslip, FloatArray] | None = None

    def table(
        self,
        law: TaxLaw,
        off_payroll_enforced: bool,
        salaries: FloatArray,
        offered: FloatArray,
        charge_rates: FloatArray,
        london_means: FloatArray,
    ) -> PayTable:
        """Return the month's pay table.

        Args:
            law, off_payroll_enforced: whose tax.
            salaries, offered: £ a year without and with a better offer, (employer, band).
            charge_rates: £ per hour, (employer, band).
            london_means: London's mean charge rate, £ per hour, by band.
        """
        to_worker = 1.0 - self._parameters.agency_margin_share
        prices = np.vstack([charge_rates, london_means]) * to_worker
        top = float(prices[-1, -1])
        payroll = self._best(law, _PAYROLL, top)
        company = self._best(law, (Route.PSC_INSIDE, payroll), top)
        routes = (payroll, company, company if off_payroll_enforced else Route.PSC_OUTSIDE)
        slips = {route: self._agency_slip(route, law, prices) for route in dict.fromkeys(routes)}
        permanent, ratio = self._permanent_slips(law, salaries, offered)
        nets = np.array([slips[route].net_annual[-1] for route in routes])
        return PayTable(
            permanent=permanent,
            routes=routes,
            agency=slips,
            log_premium=np.log(nets.T)[None, :, :] - np.log(permanent.net_annual)[:, :, None],
            offer_pay_ratio=ratio,
        )

    def _agency_slip(self, route: Route, law: TaxLaw, prices: FloatArray | float) -> Payslip:
        return payslip(route, law, self._parameters, assignment_rate_per_hour=prices)

    def _best(self, law: TaxLaw, routes: tuple[Route, ...], price: float) -> Route:
        """Return the route with the highest net pay at a price; the first where they tie."""

        def net(route: Route) -> float:
            return round(float(self._agency_slip(route, law, price).net_annual), 2)

        return max(routes, key=net)

    def _permanent_slips(
        self, law: TaxLaw, salaries: FloatArray, offered: FloatArray
    ) -> tuple[Payslip, FloatArray]:
        kept = self._permanent
        if (
            kept is None
            or kept[0] is not law
            or not np.array_equal(kept[1], salaries)
            or not np.array_equal(kept[2], offered)
        ):
            slip = payslip(Route.PERMANENT, law, self._parameters, salary=offered)
            ratio = np.ones(len(salaries))
            if not np.array_equal(salaries, offered):
                plain = payslip(Route.PERMANENT, law, self._parameters, salary=salaries)
                ratio = slip.net_annual[:, -1] / plain.net_annual[:, -1]
            kept = self._permanent = (law, salaries, offered, slip, ratio)
        return kept[3], kept[4]
