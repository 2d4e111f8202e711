"""The month's ledger: who paid whom, in whole pence, so that it closes exactly."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.market.workforce import IntArray

PAYEES = {
    "workers": "workers, take-home",
    "hmrc": "HMRC, all taxes",
    "pension_fund": "the pension fund",
    "agencies": "agencies, their margin",
    "umbrellas": "umbrella companies",
    "company_costs": "suppliers of workers' companies",
    "services": "suppliers of what a policy buys",
}
"""Who receives what boroughs pay, and how to say so."""
PENCE_PER_POUND = 100


class MonthLedger:
    """Who paid whom in one month, in pence.

    Attributes:
        permanent_cost, agency_cost, policy_cost: what each employer paid (pence).
        permanent_equivalent: what the placed agency staff would have cost each employer as
            permanent staff at the top of the scale (pence).
        received: pence received by payee (rows, as PAYEES) and employer.
    """

    def __init__(self, employers: int) -> None:
        self.permanent_cost = np.zeros(employers, np.int64)
        self.agency_cost = np.zeros(employers, np.int64)
        self.policy_cost = np.zeros(employers, np.int64)
        self.permanent_equivalent = np.zeros(employers, np.int64)
        self.received = np.zeros((len(PAYEES), employers), np.int64)

    @cached_property
    def received_per_year(self) -> FloatArray:
        """What was received, as pounds a year, once nothing more is."""
        return pounds_per_year(self.received)

    def closes(self) -> bool:
        """Whether every penny paid was received."""
        paid = self.permanent_cost + self.agency_cost + self.policy_cost
        return bool(np.array_equal(paid, self.received.sum(axis=0)))

    def pay_bill(self) -> IntArray:
        """What each employer paid for its staff, permanent and agency (pence)."""
        return self.permanent_cost + self.agency_cost


def pounds_per_year(pence_this_month: IntArray) -> FloatArray:
    """Return a month's pence as pounds a year."""
    return np.asarray(pence_this_month * (MONTHS_PER_YEAR / PENCE_PER_POUND), np.float64)
