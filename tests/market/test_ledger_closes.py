"""Every penny and every agency worker is accounted for, after every phase of every month.

`test_invariants` checks counts against rows and permanent staff against flows; here are the
ledger between phases, what is recorded of it, agency staff against flows, and who is who.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.domain.evidence import CensusStart
from sim.domain.vocabulary import Event, WorkerState
from sim.market.ledger import PAYEES, PENCE_PER_POUND
from sim.market.model import MONTH, LondonMarket
from sim.market.outcomes import BASE
from sim.scenario import Scenario
from tests.market.drawn import censuses, scenarios
from tests.market.small_london import market_of, scenario, small_census
from tests.market.test_invariants import drawn

PAYDAY = "money_changes_hands"
STAFF_PAYEES = ("workers", "hmrc", "pension_fund", "agencies", "umbrellas", "company_costs")
"""Who receives what staff cost; any other payee is paid for by something else."""
A_HUNDREDTH_OF_A_PENNY = 0.01


class Accountant:
    """Lets months pass phase by phase, and closes the accounts after each."""

    def __init__(self, market: LondonMarket) -> None:
        self.market = market
        self.keys = market.workforce.column("key").copy()
        self.gone = np.zeros(0, np.int64)
        self.recorded_months_close()

    def let_a_month_pass(self) -> None:
        """Do what `LondonMarket.step` does, with the accounts closed after every phase."""
        market = self.market
        market.month += 1
        market.workforce.open_month(market.month)
        self.placed = market.workforce.placed.copy()
        for phase in MONTH:
            before = market.ledger, market.ledger.received.copy()
            phase(market)
            self.close(phase.__name__, *before)
        self.recorded_months_close()

    def close(self, phase: str, ledger: object, received: np.ndarray) -> None:
        """Check money and people after a phase."""
        assert self.market.ledger.closes(), phase
        if phase == PAYDAY:
            assert self.market.ledger is not ledger
        else:
            assert self.market.ledger is ledger, f"{phase} pays"
            np.testing.assert_array_equal(self.market.ledger.received, received)
        self.agency_staff_add_up()
        self.nobody_turns_into_somebody_else()

    def agency_staff_add_up(self) -> None:
        """Placed staff change by this month's assignments, posts taken and leavers, by employer."""
        flows = self.market.workforce.flows
        lost = flows[Event.ASSIGNMENT_ENDED] + flows[Event.TOOK_PERMANENT_POST]
        lost = lost + flows[Event.AGENCY_LEFT_SECTOR]
        gained = flows[Event.ASSIGNMENT_BEGAN] - lost
        np.testing.assert_array_equal(self.market.workforce.placed - self.placed, gained)

    def nobody_turns_into_somebody_else(self) -> None:
        """Workers are only ever added, keep their key, and never come back once they have left."""
        workforce = self.market.workforce
        keys = workforce.column("key")
        np.testing.assert_array_equal(keys[: self.keys.size], self.keys)
        assert np.all(workforce.of("state", self.gone) == WorkerState.OUT)
        self.keys, self.gone = keys.copy(), workforce.ids(WorkerState.OUT)
        at_work = (WorkerState.PERMANENT, WorkerState.PLACED, WorkerState.BENCH)
        counted = sum(workforce.ids(state).size for state in at_work)
        assert counted + self.gone.size == workforce.size

    def recorded_months_close(self) -> None:
        """Each recorded payment is a whole number of pence, and what is paid is received."""
        row = self.market.panel[self.market.month]
        received = {payee: self.pence(row, f"paid_to_{payee}") for payee in PAYEES}
        staff = self.pence(row, "permanent_cost") + self.pence(row, "agency_cost")
        other = [received[payee] for payee in PAYEES if payee not in STAFF_PAYEES]
        paid = staff + np.sum(other, axis=0, dtype=np.int64)
        np.testing.assert_array_equal(paid, np.sum(list(received.values()), axis=0))

    def pence(self, row: np.ndarray, column: str) -> np.ndarray:
        """Return a recorded yearly amount as the month's whole pence, by employer."""
        exact = row[:, BASE.index(column)] * PENCE_PER_POUND / 12
        whole = np.rint(exact).astype(np.int64)
        assert np.all(np.abs(exact - whole) < A_HUNDREDTH_OF_A_PENNY), column
        return whole


def close_every_phase(planned: Scenario, census: CensusStart, seed: int, months: int) -> None:
    market = LondonMarket(planned, rng=seed, years=1, census=census)
    accountant = Accountant(market)
    for _ in range(months):
        accountant.let_a_month_pass()
    market.release()


@given(scenarios(), censuses(), st.integers(0, 1_000), st.integers(2, 6))
@settings(drawn, max_examples=25)
def test_money_and_people_add_up_after_every_phase(
    planned: Scenario, census: CensusStart, seed: int, months: int
) -> None:
    close_every_phase(planned, census, seed, months)


@pytest.mark.long
@given(scenarios(), censuses(), st.integers(0, 1_000), st.integers(4, 12))
@settings(drawn, max_examples=200)
def test_money_and_people_add_up_under_200_scenarios(
    planned: Scenario, census: CensusStart, seed: int, months: int
) -> None:
    close_every_phase(planned, census, seed, months)


# The accountant itself: a fault put in by hand is found


@pytest.fixture
def accountant() -> Accountant:
    found = Accountant(market_of(scenario(), small_census()))
    found.let_a_month_pass()
    return found


def test_a_penny_nobody_received_is_found_whatever_the_phase(accountant: Accountant) -> None:
    ledger = accountant.market.ledger
    ledger.received[0, 0] -= 1
    with pytest.raises(AssertionError, match="caseloads_change"):
        accountant.close("caseloads_change", ledger, ledger.received.copy())


def test_a_penny_that_changes_hands_out_of_turn_is_found(accountant: Accountant) -> None:
    ledger, before = accountant.market.ledger, accountant.market.ledger.received.copy()
    ledger.received[0, 0] -= 1
    ledger.received[1, 0] += 1
    with pytest.raises(AssertionError):
        accountant.close("caseloads_change", ledger, before)


def test_a_recorded_penny_too_many_is_found(accountant: Accountant) -> None:
    market = accountant.market
    market.panel[market.month, 2, BASE.index("paid_to_hmrc")] += 12 / PENCE_PER_POUND
    with pytest.raises(AssertionError):
        accountant.recorded_months_close()


def test_an_assignment_nobody_wrote_down_is_found(accountant: Accountant) -> None:
    accountant.market.workforce.flows[Event.ASSIGNMENT_BEGAN, 1] += 1
    with pytest.raises(AssertionError):
        accountant.agency_staff_add_up()


def test_a_leaver_who_comes_back_is_found(accountant: Accountant) -> None:
    workforce = accountant.market.workforce
    workforce.leave_sector(workforce.ids(WorkerState.PERMANENT)[:1])
    accountant.nobody_turns_into_somebody_else()
    workforce.rows.state[accountant.gone[0]] = WorkerState.BENCH
    with pytest.raises(AssertionError):
        accountant.nobody_turns_into_somebody_else()
