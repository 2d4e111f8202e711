"""The month's money in whole pence: what each borough pays, and who receives it.

Every payment is a payslip component rounded to the penny times a number of people, and a
borough pays the sum of its components, so the ledger closes exactly.
"""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.market.heads import heads_at_work
from sim.market.ledger import PAYEES, PENCE_PER_POUND, MonthLedger
from sim.market.state import MarketState
from sim.market.workforce import IntArray
from sim.rules.tax import Payslip

STAFF_PAYEES = ("workers", "hmrc", "pension_fund", "agencies", "umbrellas", "company_costs")
SERVICES = list(PAYEES).index("services")


def money_changes_hands(market: MarketState) -> None:
    """Boroughs pay staff, agencies and suppliers; HMRC and the pension fund take their part."""
    market.work_out_pay()
    table, heads = market.pay, heads_at_work(market.people, market.prices)
    ledger = MonthLedger(len(market.employers))
    parts = _monthly_pence(table.permanent)
    paid = np.einsum("peb,eb->pe", parts, heads.permanent)
    ledger.received[: len(STAFF_PAYEES)] += paid
    ledger.permanent_cost = paid.sum(axis=0)
    for route in set(table.routes):
        people = sum(heads.placed[:, g] for g, used in enumerate(table.routes) if used is route)
        paid = np.einsum("peb,eb->pe", _monthly_pence(table.agency[route]), people)
        ledger.received[: len(STAFF_PAYEES)] += paid
        ledger.agency_cost += paid.sum(axis=0)
    ledger.permanent_equivalent = parts.sum(axis=0)[:, -1] * market.placed
    _policies_are_paid_for(market, ledger)
    market.ledger, market.heads = ledger, heads


def _policies_are_paid_for(market: MarketState, ledger: MonthLedger) -> None:
    """Boroughs pay for overspill teams, leadership, careers, recruitment and prevention."""
    yearly = market.policy_cost_per_year()
    paid = np.rint(yearly * PENCE_PER_POUND / MONTHS_PER_YEAR).astype(np.int64)
    ledger.policy_cost = paid
    ledger.received[SERVICES] += paid


def _monthly_pence(slip: Payslip) -> IntArray:
    """Return what each of STAFF_PAYEES receives a month for one worker: (payee, ...) pence."""
    yearly = np.array(
        [
            np.asarray(part, float)
            for part in (
                slip.to_worker,
                slip.to_hmrc,
                slip.to_pension_fund,
                slip.to_agency,
                slip.to_umbrella,
                slip.running_costs,
            )
        ]
    )
    return np.rint(yearly * PENCE_PER_POUND / MONTHS_PER_YEAR).astype(np.int64)
