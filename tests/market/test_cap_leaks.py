"""Where a cap leaks: bands, older assignments, project teams, neighbours, and who may wait."""

from __future__ import annotations

import numpy as np
import pytest

from sim.domain.evidence import published_caps
from sim.domain.vocabulary import Event, WorkerState
from sim.market.model import LondonMarket
from sim.rules.pay_bands import bands_of
from sim.scenario import load_scenario
from tests.past import NO_CAP_2023

CAP = (
    "levers.cap.members=1.0",
    "levers.cap.charge_rate_per_hour=40.0",
    "levers.cap.enforcement=strict",
    "levers.cap.start=2023-10-01",
)


def london(*overrides: str, months: int = 6) -> LondonMarket:
    market = LondonMarket(load_scenario(NO_CAP_2023, (*CAP, *overrides)), rng=2, years=2)
    for _ in range(months):
        market.step()
    return market


def outside_share(market: LondonMarket) -> np.ndarray:
    assert market.rules.agreement is not None
    return market.pledge.outside_share(market.rules.agreement)


def inside(market: LondonMarket) -> np.ndarray:
    return np.array([name != "City of London" for name in market.employers])


# Bands


def test_each_experience_band_has_its_own_cap() -> None:
    market = london(
        "levers.cap.charge_rate_under_2_years=32.0", "levers.cap.charge_rate_2_to_5_years=36.0"
    )
    np.testing.assert_allclose(market.rules.cap_charge_rates, [32.0, 36.0, 40.0])
    lawful = market.rules.lowest_lawful_charge
    expected = np.maximum([32.0, 36.0, 40.0], lawful)
    np.testing.assert_allclose(market.prices[inside(market)].max(axis=0), expected)
    premium = market.pay.log_premium[0, :, 0] + np.log(market.pay.permanent.net_annual[0])
    assert premium[0] < premium[1] < premium[2]


def test_the_agency_bill_follows_the_bands() -> None:
    market = london(
        "levers.cap.charge_rate_under_2_years=30.0", "levers.cap.charge_rate_2_to_5_years=36.0"
    )
    placed = market.workforce.ids(WorkerState.PLACED)
    bands = bands_of(market.workforce.experience_months(placed))
    hourly = market.prices[market.workforce.of("employer", placed), bands].sum()
    hours = market.parameters.hours_per_week * market.parameters.weeks_per_year
    assert market.outcome("agency_cost_per_year") == pytest.approx(hourly * hours, rel=1e-5)
    assert market.outcome("charge_rate_per_hour") == pytest.approx(hourly / placed.size)


def test_bands_at_the_level_of_all_change_nothing() -> None:
    same = ("charge_rate_under_2_years", "charge_rate_2_to_5_years")
    banded = london(*(f"levers.cap.{name}=40.0" for name in same))
    np.testing.assert_array_equal(banded.panel, london().panel)


def test_a_ratchet_turns_all_bands_in_proportion() -> None:
    market = london(
        "levers.cap.charge_rate_under_2_years=32.0",
        "levers.cap.steps=[{start=2024-01-01, charge_rate_per_hour=30.0}]",
    )
    np.testing.assert_allclose(market.rules.cap_charge_rates, [24.0, 30.0, 30.0])


def test_the_memorandum_of_2016_has_the_published_bands() -> None:
    cap = load_scenario("london-memorandum-2016").levers.cap
    published = {band.band: band.pounds_per_hour for band in published_caps()}
    assert cap.charge_rate_under_2_years == published["nqsw_to_2_years"]
    assert cap.charge_rate_2_to_5_years == published["social_worker"]
    assert cap.charge_rate_per_hour == published["experienced"]


# Assignments that are older than the cap


def test_older_assignments_keep_their_price_until_they_end() -> None:
    spared = london("levers.cap.spares_existing_assignments=true", months=1)
    bound = london(months=1)
    assert spared.mean_charge_rate() > bound.mean_charge_rate()
    # Nearly all are older at first; a tenth of assignments end in a month.
    assert np.median(outside_share(spared)) > 0.8
    for _ in range(23):
        spared.step()
    assert np.median(outside_share(spared)) == pytest.approx(0.9**23, abs=0.06)


def test_a_cap_that_spares_nobody_and_has_no_leaks_reaches_everybody() -> None:
    np.testing.assert_array_equal(outside_share(london()), 0.0)


# Project teams


def test_members_held_down_buy_project_teams_outside_the_cap() -> None:
    leaky, tight = london("levers.cap.project_teams_share=0.5", months=12), london(months=12)
    assert leaky.project_teams.sum() > 0
    assert tight.project_teams.sum() == 0
    assert leaky.mean_charge_rate() > tight.mean_charge_rate()
    assert leaky.outcome("extra_agency_fte") > tight.outcome("extra_agency_fte")


# Neighbours


def test_neighbours_who_pay_more_draw_agency_staff_away() -> None:
    drawn, plain = london("levers.neighbours.premium=0.3", months=12), london(months=12)
    left = Event.AGENCY_LEFT_SECTOR
    gone = [
        sum(ids.size for _, event, ids, _ in market.workforce._log if event is left)
        for market in (drawn, plain)
    ]
    assert gone[0] > 1.2 * gone[1]
    assert drawn.outcome("agency_fte") < plain.outcome("agency_fte")


def test_nobody_follows_a_price_out_of_reach() -> None:
    out_of_reach = "parameters.neighbours_reach=0.0"
    drawn = london("levers.neighbours.premium=0.3", out_of_reach)
    np.testing.assert_array_equal(drawn.panel, london(out_of_reach).panel)


# Cooling off at some boroughs only


def test_leavers_who_wait_are_placed_only_where_nobody_turns_them_away() -> None:
    market = london(
        "levers.agency_rules.cooling_off_months=12",
        'levers.agency_rules.cooling_off_members=["Barnet", "Bexley", "Camden"]',
        months=12,
    )
    closed = {"Barnet", "Bexley", "Camden"}
    left: dict[int, int] = {}
    placed = []
    for month, event, ids, places in market.workforce._log:
        for worker, place in zip(ids.tolist(), places.tolist(), strict=True):
            if event is Event.WENT_TO_AGENCY:
                left[worker] = month
            elif event is Event.ASSIGNMENT_BEGAN and month < left.get(worker, -99) + 12:
                placed.append(market.employers[place])
    assert len(placed) > 20
    assert not closed & set(placed)


def test_a_wait_kept_by_all_binds_the_city_too() -> None:
    rules = london("levers.agency_rules.cooling_off_months=6", months=1).rules
    assert rules.turns_away_waiting.all()
