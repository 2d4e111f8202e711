"""Money and continuity: what is paid is received, and what children feel is counted."""

from __future__ import annotations

import numpy as np
import pytest

from sim.domain.vocabulary import Event, WorkerState
from sim.market.ledger import PAYEES
from sim.market.model import LondonMarket


@pytest.fixture(scope="module")
def market() -> LondonMarket:
    market = LondonMarket("baseline", rng=3, years=1)
    market.run()
    return market


def test_every_penny_paid_is_received(market: LondonMarket) -> None:
    assert market.ledger.closes()
    received = sum(market.outcome(f"paid_to_{payee}_per_year") for payee in PAYEES)
    paid = market.outcome("agency_cost_per_year") + market.outcome("permanent_cost_per_year")
    assert received == pytest.approx(paid, abs=0.01)


def test_agency_cost_is_the_charge_for_every_placed_worker(market: LondonMarket) -> None:
    assumptions = market.parameters
    hours = assumptions.hours_per_week * assumptions.weeks_per_year
    charges = (market.charge_rates * market.workforce.placed).sum() * hours
    assert market.outcome("agency_cost_per_year") == pytest.approx(charges, rel=1e-5)


def test_a_filled_post_costs_the_whole_bill_over_posts_that_somebody_holds(
    market: LondonMarket,
) -> None:
    bill = market.outcome("agency_cost_per_year") + market.outcome("permanent_cost_per_year")
    filled = market.outcome("posts_fte") - market.outcome("unfilled_fte")
    assert market.outcome("cost_per_filled_post") == pytest.approx(bill / filled)


def test_children_change_worker_whenever_theirs_leaves_moves_or_ends(market: LondonMarket) -> None:
    flows = market.workforce.flows.sum(axis=1)
    lost = sum(
        flows[event]
        for event in (
            Event.LEFT_SECTOR,
            Event.AGENCY_LEFT_SECTOR,
            Event.WENT_TO_AGENCY,
            Event.MOVED_BOROUGH,
            Event.ASSIGNMENT_ENDED,
        )
    )
    staff = market.workforce.permanent.sum() + market.workforce.placed.sum()
    expected = 12 * lost / staff
    assert market.outcome("worker_changes_per_child_per_year") == pytest.approx(expected)


def test_agency_tenure_is_the_mean_time_in_the_current_assignment(market: LondonMarket) -> None:
    placed = market.workforce.ids(WorkerState.PLACED)
    months = [market.worker(int(worker)).tenure_months for worker in placed]
    assert market.outcome("agency_tenure_months") == pytest.approx(np.mean(months))


def test_the_bench_is_nobodys_employee_when_it_leaves(market: LondonMarket) -> None:
    placed_leavers = market.workforce.flows[Event.AGENCY_LEFT_SECTOR].sum()
    everyone = [
        moment
        for month, event, ids, _ in market.workforce._log
        if event is Event.AGENCY_LEFT_SECTOR and month == market.month
        for moment in ids
    ]
    assert placed_leavers < len(everyone)
