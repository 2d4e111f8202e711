"""The month's money in whole pence: what each borough pays, and who receives it.

Every payment is a payslip component rounded to the penny times a number of people, and a
borough pays the sum of its components, so the ledger closes exactly.
"""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.compiled import compiled
from sim.domain.randomness import FloatArray
from sim.market.heads import heads_at_work
from sim.market.ledger import PAYEES, PENCE_PER_POUND, MonthLedger
from sim.market.state import MarketState
from sim.market.workforce import IntArray
from sim.rules.pay_bands import BANDS
from sim.rules.tax import Payslip

STAFF_PAYEES = ("workers", "hmrc", "pension_fund", "agencies", "umbrellas", "company_costs")
TOP_OF_SCALE = np.eye(BANDS, dtype=np.int64)[-1]
"""One worker in the last pay band."""
SERVICES = list(PAYEES).index("services")


def money_changes_hands(market: MarketState) -> None:
    """Boroughs pay staff, agencies and suppliers; HMRC and the pension fund take their part."""
    market.work_out_pay()
    table, heads = market.pay, heads_at_work(market.people, market.prices)
    ledger = MonthLedger(len(market.employers))
    top_of_scale = np.ones((len(market.employers), 1), np.int64) * TOP_OF_SCALE
    paid = _paid_for(table.permanent, heads.permanent)
    ledger.received[: len(STAFF_PAYEES)] += paid
    ledger.permanent_cost = paid.sum(axis=0)
    for route in set(table.routes):
        takes = [group for group, used in enumerate(table.routes) if used is route]
        people = heads.placed[:, takes].sum(axis=1)
        paid = _paid_for(table.agency[route], people)
        ledger.received[: len(STAFF_PAYEES)] += paid
        ledger.agency_cost += paid.sum(axis=0)
    ledger.permanent_equivalent = (
        _paid_for(table.permanent, top_of_scale).sum(axis=0) * market.placed
    )
    _policies_are_paid_for(market, ledger)
    market.ledger, market.heads = ledger, heads


def _policies_are_paid_for(market: MarketState, ledger: MonthLedger) -> None:
    """Boroughs pay for overspill teams, leadership, careers, recruitment and prevention."""
    yearly = market.policy_cost_per_year()
    paid = np.rint(yearly * PENCE_PER_POUND / MONTHS_PER_YEAR).astype(np.int64)
    ledger.policy_cost = paid
    ledger.received[SERVICES] += paid


def _paid_for(slip: Payslip, heads: IntArray) -> IntArray:
    """Return what each of STAFF_PAYEES receives a month for some workers, (payee, employer) pence.

    `heads` is (employer, band).
    """
    received = np.zeros((len(STAFF_PAYEES), heads.shape[0]), np.int64)
    _add_up(slip.received, heads, received)
    return received


@compiled
def _add_up(yearly: tuple[FloatArray, ...], heads: IntArray, received: IntArray) -> None:
    """Round each part of a payslip to monthly pence and add it up, a row a payee."""
    for payee in range(received.shape[0]):
        part = yearly[payee]
        for employer in range(heads.shape[0]):
            for band in range(heads.shape[1]):
                pence = np.rint(part[employer, band] * PENCE_PER_POUND / MONTHS_PER_YEAR)
                received[payee, employer] += np.int64(pence) * heads[employer, band]
