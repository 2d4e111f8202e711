"""The agency rules: who may go, and how long they wait."""

from __future__ import annotations

import numpy as np
import pytest

from sim.domain.vocabulary import Event, WorkerState
from sim.market.model import LondonMarket
from sim.rules.choice import cooling_off_loss
from sim.scenario import load_scenario
from tests.past import NO_CAP_2023

YEARS = 2


def run(*overrides: str) -> LondonMarket:
    market = LondonMarket(load_scenario(NO_CAP_2023, overrides), rng=5, years=YEARS)
    market.run()
    return market


def went_to_agency(market: LondonMarket) -> list[tuple[int, int]]:
    """Return (month, worker) of everybody who left a permanent post for agency work."""
    log = market.workforce._log
    return [
        (month, int(one))
        for month, event, ids, _ in log
        if event is Event.WENT_TO_AGENCY
        for one in ids
    ]


def test_the_rules_at_their_no_op_change_nothing() -> None:
    plain, with_start = run(), run("levers.agency_rules.start=2024-01-01")
    assert np.array_equal(plain.panel, with_start.panel, equal_nan=True)


def test_nobody_below_the_bar_goes_to_agency_work() -> None:
    market = run("levers.agency_rules.experience_years=5.0")
    qualified = market.workforce.column("qualified_month")
    went = went_to_agency(market)
    assert went
    assert all(month - qualified[worker] >= 60 for month, worker in went)
    assert any(month - qualified[w] < 60 for month, w in went_to_agency(run()))


@pytest.mark.parametrize("months", [3, 6])
def test_leavers_wait_before_they_are_placed(months: int) -> None:
    market = run(f"levers.agency_rules.cooling_off_months={months}")
    placed_after = []
    for month, worker in went_to_agency(market):
        starts = [
            moment.month
            for moment in market.worker(worker).history
            if moment.event is Event.ASSIGNMENT_BEGAN and moment.month >= month
        ]
        placed_after += [starts[0] - month] if starts else []
    assert placed_after
    assert min(placed_after) >= months


def test_waiting_deters_some_from_going() -> None:
    assert len(went_to_agency(run("levers.agency_rules.cooling_off_months=6"))) < len(
        went_to_agency(run())
    )


def test_the_loss_of_a_wait_is_its_share_of_the_time_looked_ahead() -> None:
    assert cooling_off_loss(0, 3.0) == 0.0
    assert cooling_off_loss(9, 3.0) == pytest.approx(np.log(0.75))


def test_outsiders_and_those_already_in_agency_work_do_not_wait() -> None:
    market = run("levers.agency_rules.cooling_off_months=24")
    bench = market.workforce.ids(WorkerState.BENCH)
    free = market.workforce.of("free_from_month", bench)
    assert (free <= market.month).any()
    assert market.outcome("agency_fte") > 0
