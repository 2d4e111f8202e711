"""The month's money in whole pence: what each borough pays, and who receives it.

Every payment is a payslip component rounded to the penny times a number of people, and a
borough pays the sum of its components, so the ledger closes exactly.
"""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.compiled import compiled, elementwise
from sim.domain.randomness import FloatArray, IntArray
from sim.market.heads import Heads
from sim.market.ledger import PAYEES, PENCE_PER_POUND, MonthLedger
from sim.market.state import MarketState
from sim.rules.pay_bands import BANDS, COMPANIES

TOP_OF_SCALE = BANDS - 1
SERVICES = list(PAYEES).index("services")


def money_changes_hands(market: MarketState) -> None:
    """Boroughs pay staff, agencies and suppliers; HMRC and the pension fund take their part."""
    market.work_out_pay()
    ledger, table = MonthLedger(len(market.employers)), market.pay
    agency = tuple(table.agency[route].received for route in table.routes)
    costs = (ledger.permanent_cost, ledger.agency_cost, ledger.permanent_equivalent)
    _staff_are_paid(market.heads, table.permanent.received, agency, ledger.received, costs)
    ledger.permanent_equivalent *= market.placed
    _policies_are_paid_for(market, ledger)
    market.ledger = ledger


def _policies_are_paid_for(market: MarketState, ledger: MonthLedger) -> None:
    """Boroughs pay for overspill teams, leadership, careers, recruitment and prevention."""
    yearly = market.policy_cost_per_year()
    paid = np.rint(yearly * PENCE_PER_POUND / MONTHS_PER_YEAR).astype(np.int64)
    ledger.policy_cost = paid
    ledger.received[SERVICES] += paid


@elementwise
def monthly_pence(yearly: float) -> int:
    """Return a month's part of pounds a year, to the penny."""
    return int(np.rint(yearly * PENCE_PER_POUND / MONTHS_PER_YEAR))


@compiled
def _staff_are_paid(
    heads: Heads,
    permanent: tuple[FloatArray, ...],
    agency: tuple[tuple[FloatArray, ...], ...],
    received: IntArray,
    costs: tuple[IntArray, IntArray, IntArray],
) -> None:
    """Add up a month's pay in pence by employer: what each payee receives, a row each, and costs.

    `permanent` has what each payee receives for a worker in a year, (employer, band), and `agency`
    the same for each company group. `costs`: of permanent staff, of agency staff, and of one
    permanent worker at the top of the scale.
    """
    permanent_cost, agency_cost, equivalent = costs
    for payee, part in enumerate(permanent):
        for employer in range(equivalent.size):
            equivalent[employer] += monthly_pence(part[employer, TOP_OF_SCALE])
            for band in range(BANDS):
                pence = monthly_pence(part[employer, band]) * heads.permanent[employer, band]
                received[payee, employer] += pence
                permanent_cost[employer] += pence
    for group in range(COMPANIES):
        for payee, part in enumerate(agency[group]):
            for employer in range(equivalent.size):
                for band in range(BANDS):
                    pence = monthly_pence(part[employer, band])
                    pence *= heads.placed[employer, group, band]
                    received[payee, employer] += pence
                    agency_cost[employer] += pence
