"""The month's money in whole pence: what each borough pays, and who receives it.

Every payment is a payslip component rounded to the penny times a number of people, and a
borough pays the sum of its components, so the ledger closes exactly.
"""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.vocabulary import WorkerState
from sim.market.ledger import PAYEES, PENCE_PER_POUND, MonthLedger
from sim.market.state import MarketState
from sim.market.workforce import IntArray
from sim.rules.pay_bands import BANDS, bands_of
from sim.rules.tax import Payslip

STAFF_PAYEES = ("workers", "hmrc", "pension_fund", "agencies", "umbrellas", "company_costs")
SERVICES = list(PAYEES).index("services")


def money_changes_hands(market: MarketState) -> None:
    """Boroughs pay staff, agencies and suppliers; HMRC and the pension fund take their part."""
    market.work_out_pay()
    table, workforce = market.pay, market.workforce
    count, bands = len(market.employers), BANDS
    ledger = MonthLedger(count)
    permanent = workforce.ids(WorkerState.PERMANENT)
    heads = _heads(
        workforce.of("employer", permanent),
        bands_of(workforce.experience_months(permanent)),
        count,
        bands,
    )
    parts = _monthly_pence(table.permanent)
    paid = np.einsum("peb,eb->pe", parts, heads)
    ledger.received[: len(STAFF_PAYEES)] += paid
    ledger.permanent_cost = paid.sum(axis=0)
    placed = workforce.ids(WorkerState.PLACED)
    groups = workforce.of("company", placed).astype(np.int64)
    kinds = groups * bands + bands_of(workforce.experience_months(placed))
    by_kind = _heads(workforce.of("employer", placed), kinds, count, len(table.routes) * bands)
    by_group = by_kind.reshape(count, len(table.routes), bands)
    for route in set(table.routes):
        people = sum(by_group[:, g] for g, used in enumerate(table.routes) if used is route)
        paid = np.einsum("peb,eb->pe", _monthly_pence(table.agency[route]), people)
        ledger.received[: len(STAFF_PAYEES)] += paid
        ledger.agency_cost += paid.sum(axis=0)
    ledger.permanent_equivalent = parts.sum(axis=0)[:, -1] * workforce.placed
    _policies_are_paid_for(market, ledger)
    market.ledger = ledger


def _policies_are_paid_for(market: MarketState, ledger: MonthLedger) -> None:
    """Boroughs pay for overspill teams, leadership, careers, recruitment and prevention."""
    yearly = market.policy_cost_per_year()
    paid = np.rint(yearly * PENCE_PER_POUND / MONTHS_PER_YEAR).astype(np.int64)
    ledger.policy_cost = paid
    ledger.received[SERVICES] += paid


def _heads(employers: np.ndarray, groups: np.ndarray, count: int, kinds: int) -> IntArray:
    cells = employers.astype(np.int64) * kinds + groups
    return np.bincount(cells, minlength=count * kinds).reshape(count, kinds)


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
