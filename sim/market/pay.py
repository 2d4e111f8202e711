"""What each way of working pays this month, and what it costs, by employer.

One table a month: payslips at every employer's bid and at London's mean, for each route and
for each band of experience.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Route
from sim.rules import pay
from sim.rules.pay_bands import BANDS, COMPANIES
from sim.rules.tax import Payslip, payslips
from sim.rules.terms import RulesInForce


@dataclass(frozen=True, eq=False)
class PayTable:
    """Payslips of one month.

    Attributes:
        permanent: annual payslips of permanent staff, (employer, band).
        routes: the route each company group takes, by the numbers of `pay_bands.COMPANY_*`.
        agency: annual payslips of agency staff by route, (employer, band).
        log_premium: ln(agency net at London's mean / permanent net), (employer, band, group).
        offer_pay_ratio: permanent net pay over what it would be without a better offer, by
            employer, at the top of the scale.
        ordinary_cost: what a permanent worker there costs without an offer, £ a year, by employer.
    """

    permanent: Payslip
    routes: tuple[Route, ...]
    agency: Mapping[Route, Payslip]
    log_premium: FloatArray
    offer_pay_ratio: FloatArray
    ordinary_cost: FloatArray


class PayDesk:
    """Works out pay tables.

    Args:
        parameters: hours, margins and the like.
        scales: salaries in 2017/18 pounds, (employer, band).
    """

    def __init__(self, parameters: Parameters, scales: FloatArray) -> None:
        self._parameters = parameters
        self._permanent = pay.PermanentPayDesk(parameters, scales)

    def table(
        self, rules: RulesInForce, charge_rates: FloatArray, london_means: FloatArray
    ) -> PayTable:
        """Return the month's pay table.

        Args:
            rules: whose law and offers.
            charge_rates: £ per hour, (employer, band).
            london_means: London's mean charge rate, £ per hour, by band.
        """
        parameters = self._parameters
        to_worker = 1.0 - parameters.agency_margin_share
        by_route = pay.nets_by_route(london_means * to_worker, parameters, rules)
        taken = pay.routes_taken(by_route)
        routes = tuple(next(r for r, is_taken in group.items() if is_taken) for group in taken)
        nets = np.empty((BANDS, COMPANIES))
        for group, route in enumerate(routes):
            nets[:, group] = by_route[route]
        permanent = self._permanent.pay(rules)
        return PayTable(
            permanent=permanent.slip,
            routes=routes,
            agency=payslips(
                tuple(dict.fromkeys(routes)), rules.law, parameters, charge_rates * to_worker
            ),
            log_premium=pay.log_premium(nets, np.asarray(permanent.slip.net_annual)),
            offer_pay_ratio=permanent.offer_pay_ratio,
            ordinary_cost=permanent.ordinary_cost,
        )
