"""The pledge: when a member breaks it, when it comes back, and what the cap is meanwhile."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.market.boroughs import Borough
from sim.market.model import LondonMarket
from tests.market.small_london import STILL, market_of, scenario, small_census

CAP = 40.0
PRESSED, EASY = 60.0, 35.0
"""Desired charge rates, £ per hour: one the cap holds down, and one it does not touch."""


def pledged(parameters: dict[str, Any] | None = None, **terms: Any) -> LondonMarket:
    """Return a market whose cap is in force but whose first month has yet to be settled."""
    agreed = {"charge_rate_per_hour": CAP, "members": 1.0, "tolerance": 0.10} | terms
    market = market_of(scenario(STILL | (parameters or {}), cap=agreed), small_census(3, posts=100))
    market.month += 1
    market.rules = market.rulebook.in_force(market.today)
    return market


def settle(market: LondonMarket, unfilled: float, wanted: float = PRESSED) -> Borough:
    """Settle a month in which every borough wants to pay `wanted`; return the first borough."""
    market.unfilled = np.rint(unfilled * market.posts).astype(np.int64)
    market.wanted = np.full(len(market.employers), wanted)
    market.pledge.settle()
    return market.boroughs[0]


def paid(market: LondonMarket, unfilled: list[float], wanted: float = PRESSED) -> list[float]:
    """Return what the first borough pays month by month, given its unfilled shares."""
    return [settle(market, share, wanted).charge_rate_per_hour for share in unfilled]


# Breaking it


def test_a_member_breaks_it_after_three_short_months_and_bids_freely_in_the_fourth() -> None:
    market = pledged()
    first = market.boroughs[0]
    members = []
    for _ in range(4):
        settle(market, 0.15)
        members.append(first.is_member)
    assert members == [True, True, False, False]
    assert market.pledge.defections == 3, "three boroughs, once each"


def test_it_pays_the_cap_in_the_month_it_breaks_it_and_what_it_wants_from_the_next() -> None:
    assert paid(pledged(), [0.15] * 5) == [CAP, CAP, CAP, PRESSED, PRESSED]


@pytest.mark.parametrize("patience", [1, 2, 6])
def test_how_many_months_it_bears_is_a_term_of_the_pledge(patience: int) -> None:
    bills = paid(pledged(months_short_before_leaving=patience), [0.15] * 8)
    assert bills == [CAP] * patience + [PRESSED] * (8 - patience)


def test_one_easier_month_starts_the_count_again() -> None:
    bills = paid(pledged(), [0.15, 0.15, 0.05, 0.15, 0.15, 0.15, 0.15])
    assert bills == [CAP] * 6 + [PRESSED]


def test_a_share_that_only_equals_the_tolerance_is_borne() -> None:
    assert paid(pledged(), [0.10] * 6) == [CAP] * 6
    assert paid(pledged(), [0.11] * 6)[-1] == PRESSED


def test_a_member_never_breaks_it_for_posts_it_would_leave_unfilled_anyway() -> None:
    """The bid target bounds the tolerance from below: nobody is short at their own target."""
    lenient = {"unfilled_target": 0.20}
    assert paid(pledged(lenient, tolerance=0.05), [0.18] * 8) == [CAP] * 8
    assert paid(pledged(lenient, tolerance=0.05), [0.21] * 8)[-1] == PRESSED


def test_a_member_whom_the_cap_does_not_bind_never_breaks_it_however_short() -> None:
    market = pledged()
    assert paid(market, [0.50] * 8, wanted=EASY) == [EASY] * 8
    assert market.pledge.defections == 0
    assert not market.pledge.ever_bound


def test_a_member_that_bids_exactly_the_cap_is_not_bound_by_it() -> None:
    market = pledged()
    assert paid(market, [0.50] * 8, wanted=CAP) == [CAP] * 8
    assert not market.pledge.ever_bound


# Coming back


def broken(**terms: Any) -> LondonMarket:
    """Return a market whose members have all just broken the pledge."""
    market = pledged(**terms)
    paid(market, [0.15] * 3)
    assert not any(borough.is_member for borough in market.boroughs)
    return market


def test_it_comes_back_after_six_content_months_and_pays_the_cap_from_the_next() -> None:
    market = broken()
    assert paid(market, [0.04] * 8) == [PRESSED] * 6 + [CAP] * 2
    assert market.pledge.returns == 3


def test_half_the_tolerance_is_not_yet_below_half_the_tolerance() -> None:
    assert paid(broken(), [0.05] * 12) == [PRESSED] * 12


def test_one_worse_month_starts_the_way_back_again() -> None:
    bills = paid(broken(return_months=2), [0.04, 0.06, 0.04, 0.04, 0.04])
    assert bills == [PRESSED] * 4 + [CAP]


def test_a_borough_that_came_back_can_break_it_again() -> None:
    market = broken(return_months=1)
    assert paid(market, [0.04, 0.15, 0.15, 0.15, 0.15]) == [PRESSED, CAP, CAP, CAP, PRESSED]
    assert (market.pledge.defections, market.pledge.returns) == (6, 3)


def test_who_never_signed_never_joins() -> None:
    market = pledged(members=["Barnet"])
    for _ in range(12):
        settle(market, 0.0)
    assert [b.name for b in market.boroughs if b.is_member] == ["Barnet"]
    others = [b.charge_rate_per_hour for b in market.boroughs if b.name != "Barnet"]
    assert others == [PRESSED, PRESSED]


# The drift of a bid is never altered inside the bound


def test_a_bound_bid_drifts_from_what_is_paid_not_from_what_was_wanted() -> None:
    short = STILL | {"bid_speed": 0.6, "unfilled_target": 0.0}
    cap = {"charge_rate_per_hour": CAP, "members": 1.0, "tolerance": 1.0}
    market = market_of(scenario(short, cap=cap), small_census(2, permanent=30, agency=15, extra=0))
    for _ in range(12):
        market.step()
    first = market.boroughs[0]
    gap = market.unfilled[0] / market.posts[0]
    assert first.charge_rate_per_hour == CAP
    assert first.desired_charge_rate == pytest.approx(CAP * np.exp(0.5 * gap), rel=1e-12)


# When it is in force


def levels(months: int, **terms: Any) -> list[float]:
    """Return the cap in force in months 1, 2 ... of a market whose bids stand still."""
    agreed = {"charge_rate_per_hour": CAP, "members": 1.0, "tolerance": 1.0} | terms
    market = market_of(scenario(STILL, cap=agreed), years=4)
    found = []
    for _ in range(months):
        market.step()
        found.append(market.rules.cap_charge_rate)
        expected = min(OPENING, found[-1])
        np.testing.assert_allclose(market.charge_rates, expected, rtol=1e-12)
    return found


OPENING = float(market_of(scenario(STILL)).charge_rates[0])


def test_before_its_start_there_is_no_cap_and_nobody_is_a_member() -> None:
    agreed = {"charge_rate_per_hour": CAP, "members": 1.0, "start": "2024-01-15"}
    market = market_of(scenario(STILL, cap=agreed))
    members = []
    for _ in range(5):
        market.step()
        members.append(int(market.outcome("pledge_members")))
    assert members == [0, 0, 0, 4, 4]
    assert levels(5, start="2024-01-15") == [np.inf] * 3 + [CAP] * 2


def test_members_join_a_cap_that_is_phased_in_one_after_another() -> None:
    assert OPENING > CAP + 2
    agreed = {"charge_rate_per_hour": CAP, "members": 1.0, "tolerance": 1.0}
    market = market_of(
        scenario(STILL, cap=agreed | {"start": "2023-11-20", "ramp_months": 4}), small_census(8)
    )
    joined, before = [], np.zeros(len(market.employers), bool)
    for _ in range(6):
        market.step()
        assert (market.is_member >= before).all()
        before = market.is_member.copy()
        joined.append(int(before.sum()))
        np.testing.assert_allclose(market.charge_rates, np.where(before, CAP, OPENING), rtol=1e-12)
    assert joined == [0, 2, 4, 6, 8, 8]


def test_terms_that_take_over_bring_their_exceptions_placement_by_placement() -> None:
    first = {"start": "2016-01-01", "charge_rate_per_hour": CAP, "members": 1.0}
    second = first | {"start": "2023-11-20", "ramp_months": 4, "enforcement": "break_glass"}
    cap = {"terms": [first, second | {"exceptions_share": 0.2}]}
    market = market_of(scenario(STILL, cap=cap))
    outside = []
    for _ in range(6):
        market.step()
        assert market.rules.agreement is not None
        outside.append(market.rules.agreement.exceptions_share)
    assert outside == pytest.approx([0, 0.05, 0.10, 0.15, 0.20, 0.20])


def test_a_cap_from_before_the_start_is_in_full_force_at_once() -> None:
    assert levels(2, start="2016-01-01", ramp_months=24) == [CAP, CAP]


def test_a_cap_stated_as_an_assignment_rate_leaves_room_for_the_agency_s_margin() -> None:
    assert levels(1, basis="assignment", charge_rate_per_hour=35.2) == pytest.approx([40.0])


def test_a_cap_below_equal_pay_is_paid_at_equal_pay() -> None:
    market = pledged({"equal_pay_share": 1.0}, charge_rate_per_hour=20.0)
    lawful = market.rules.lowest_lawful_charge
    assert 20.0 < lawful < PRESSED
    assert paid(market, [0.0, 0.0]) == [lawful, lawful]
    assert market.pledge.ever_bound


# What is reported


def test_a_cap_that_never_bound_says_so() -> None:
    for level, binds in ((OPENING + 1.0, False), (OPENING - 1.0, True)):
        agreed = {"charge_rate_per_hour": level, "members": 1.0, "tolerance": 1.0}
        market = market_of(scenario(STILL, cap=agreed))
        market.step()
        assert market.outcome("members_bound_by_cap") == (4 if binds else 0)
        assert market.outcome("pledge_members") == 4
        market.run()
        assert market.pledge.ever_bound == binds


def test_without_a_cap_there_is_nothing_to_bind_break_or_come_back_to() -> None:
    market = market_of(scenario())
    market.run()
    pledge = market.pledge
    assert (pledge.ever_bound, pledge.defections, pledge.returns) == (False, 0, 0)
    assert market.outcome("pledge_members") == 0
