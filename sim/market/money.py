"""The month's money in whole pence: what each borough pays, and who receives it.

Every payment is a payslip component rounded to the penny times a number of people, and a
borough pays the sum of its components, so the ledger closes exactly.
"""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.vocabulary import WorkerState
from sim.market.ledger import PENCE_PER_POUND, MonthLedger
from sim.market.pay import BAND_STARTS_MONTHS, bands_of
from sim.market.state import MarketState
from sim.market.workforce import IntArray
from sim.rules.tax import Payslip


def money_changes_hands(market: MarketState) -> None:
    """Boroughs pay salaries and agencies; HMRC, agencies and the pension fund take their part."""
    market.work_out_pay()
    table, workforce = market.pay, market.workforce
    count = len(market.employers)
    ledger = MonthLedger(count)
    permanent = workforce.ids(WorkerState.PERMANENT)
    bands = bands_of(workforce.experience_months(permanent))
    heads = _heads(workforce.of("employer", permanent), bands, count, len(BAND_STARTS_MONTHS))
    parts = _monthly_pence(table.permanent)
    paid = np.einsum("pb,eb->pe", parts, heads)
    ledger.received += paid
    ledger.permanent_cost = paid.sum(axis=0)
    placed = workforce.ids(WorkerState.PLACED)
    groups = workforce.of("company", placed)
    by_group = _heads(workforce.of("employer", placed), groups, count, len(table.routes))
    for route in set(table.routes):
        people = sum(by_group[:, g] for g, used in enumerate(table.routes) if used is route)
        paid = _monthly_pence(table.agency[route])[:, :-1] * people
        ledger.received += paid
        ledger.agency_cost += paid.sum(axis=0)
    top_of_scale = int(parts.sum(axis=0)[-1])
    ledger.permanent_equivalent = top_of_scale * workforce.placed
    market.ledger = ledger


def _heads(employers: np.ndarray, groups: np.ndarray, count: int, kinds: int) -> IntArray:
    cells = employers.astype(np.int64) * kinds + groups
    return np.bincount(cells, minlength=count * kinds).reshape(count, kinds)


def _monthly_pence(slip: Payslip) -> IntArray:
    """Return what each payee receives a month for one worker: (payee, element) pence."""
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
