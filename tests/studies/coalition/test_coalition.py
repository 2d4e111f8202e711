"""The coalition game: definitions on hand-made numbers, and what must hold in the market."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.domain.evidence import UNSCORED_EMPLOYER, scored_employers
from sim.domain.vocabulary import Enforcement
from sim.scenario import ScenarioError, load_scenario
from sim.studies.coalition.method.gains import (
    Stake,
    default_post_value,
    departures,
    losses_to_others,
    side_payment,
    side_payments,
    stakes,
)
from sim.studies.coalition.method.game import (
    CLEAR,
    FIELDS,
    Gain,
    Game,
    Payoff,
    Seen,
    first_month,
    gain_of,
    left_to_members,
    signatories,
    signed_by,
)
from sim.studies.coalition.method.order import (
    Signed,
    critical_number,
    grown,
    share_steps,
    unravelled,
)
from tests.past import NO_CAP_2023


def sure(mean: float) -> Gain:
    return Gain(mean, 0.0, mean, mean)


# Gains


def test_a_gain_is_clear_only_beyond_luck() -> None:
    noisy = gain_of(np.array([1.0, -1.0, 2.0, -1.5]))
    assert noisy.mean == pytest.approx(0.125)
    assert not noisy.is_clear
    steady = gain_of(np.array([1.0, 1.1, 0.9, 1.0]))
    assert steady.is_clear
    assert not gain_of(-np.array([1.0, 1.1, 0.9, 1.0])).is_clear
    assert not gain_of(np.zeros(4)).is_clear
    assert gain_of(np.array([0.5])).is_clear  # one run knows of no luck
    edge = Gain(CLEAR, 1.0, 0.0, 0.0)
    assert not edge.is_clear


def test_payoffs_are_better_when_they_are_larger() -> None:
    amounts = dict.fromkeys(FIELDS, 0.0) | {
        "posts_fte": 100.0,
        "unfilled_fte": 5.0,
        "permanent_fte": 75.0,
        "agency_fte": 25.0,
        "agency_cost_per_year": 1000.0,
        "permanent_cost_per_year": 2000.0,
        "policy_cost_per_year": 10.0,
    }
    values = np.array([[[amounts[name]] for name in FIELDS]])
    seen = Seen(("Bexley",), values, np.full((1, 1), np.nan))
    expected = {
        Payoff.UNFILLED: -0.05,
        Payoff.AGENCY_COST: -1000.0,
        Payoff.PERMANENT_WORKFORCE: 0.75,
        Payoff.PERMANENT_POSTS: 0.75,
        Payoff.MONEY: -3010.0 - 5.0 * 30.0,
    }
    for payoff, value in expected.items():
        assert seen.payoff(payoff, 30.0)[0, 0] == pytest.approx(value)


def three_way(nobody: float, inside: float, outside: float) -> Stake:
    gain = sure(outside - inside)
    return Stake("Bexley", Payoff.UNFILLED, True, nobody, inside, outside, gain)


def test_who_rides_free_is_a_question_of_three_worlds() -> None:
    rider = three_way(nobody=1.0, inside=2.0, outside=3.0)
    assert (rider.is_tempted, rider.free_rides, rider.likes_the_pledge) == (True, True, True)
    against = three_way(nobody=3.0, inside=1.0, outside=2.0)
    found = (against.is_tempted, against.free_rides, against.likes_the_pledge)
    assert found == (True, False, False)
    loyal = three_way(nobody=1.0, inside=3.0, outside=2.0)
    assert (loyal.is_tempted, loyal.free_rides) == (False, False)


# Coming apart and growing, on a made-up table


def test_the_most_tempted_leaves_first_and_the_end_is_where_nobody_gains() -> None:
    # a gains 3, b gains 2 but only once a has gone, c never gains
    def gain(members: frozenset[str], employer: str) -> Gain:
        table = {"a": 3.0, "b": 2.0 if "a" not in members else -1.0, "c": -1.0}
        return sure(table[employer])

    path = unravelled(frozenset("abc"), gain, shortlist=1)
    assert [step.employer for step in path.steps] == ["a", "b"]
    assert [step.members for step in path.steps] == [2, 1]
    assert path.end == frozenset("c")
    assert path.coalitions == (frozenset("abc"), frozenset("bc"), frozenset("c"))
    assert set(path.last_asked) == {"c"}


def test_a_shortlist_never_ends_a_path_before_everybody_is_asked() -> None:
    # after a has left, only z gains: last in every earlier order
    def gain(members: frozenset[str], employer: str) -> Gain:
        if "a" in members:
            return sure({"a": 9.0, "b": 1.0, "c": 0.5, "z": -5.0}[employer])
        return sure(4.0 if employer == "z" else -1.0)

    path = unravelled(frozenset("abcz"), gain, shortlist=1)
    assert [step.employer for step in path.steps] == ["a", "z"]
    assert [step.asked for step in path.steps] == [4, 3]


def test_asking_all_and_asking_few_agree_where_the_order_of_gains_does_not_change() -> None:
    worth = {name: place + 1.0 for place, name in enumerate("abcdef")}

    def gain(members: frozenset[str], employer: str) -> Gain:
        return sure(worth[employer] - 10.0 / len(members))

    few, every = (unravelled(frozenset(worth), gain, k) for k in (2, 6))
    assert [s.employer for s in few.steps] == [s.employer for s in every.steps]
    assert few.end == every.end


def test_a_gain_within_luck_moves_nobody() -> None:
    path = unravelled(frozenset("ab"), lambda members, name: Gain(1.0, 2.0, -1.0, 3.0), 1)
    assert path.steps == ()
    assert path.end == frozenset("ab")


def test_a_pledge_grows_from_nobody_by_whoever_gains_most() -> None:
    def gain(members: frozenset[str], employer: str) -> Gain:
        return sure({"a": 1.0, "b": 2.0, "c": -1.0}[employer])

    path = grown(frozenset("abc"), gain, shortlist=1)
    assert [step.employer for step in path.steps] == ["b", "a"]
    assert path.end == frozenset("ab")


# Side payments and numbers of signatories


def test_side_payments_are_the_gains_above_zero_and_what_others_can_lose() -> None:
    payment = side_payment([3.0, -1.0, 0.0, 2.0, -6.0], saving=4.0, post_value=1.0)
    assert (payment.tempted, payment.needed, payment.available) == (2, 5.0, 7.0)
    assert payment.holds_from_inside
    assert not side_payment([3.0, -1.0], saving=9.0, post_value=1.0).holds_from_inside
    nothing = side_payment([-1.0, 0.0], saving=0.0, post_value=0.0)
    assert (nothing.tempted, nothing.needed) == (0, 0)
    assert nothing.holds_from_inside


def work(members: int, charge: float, excess: float) -> Signed:
    return Signed(members, 40.0, 1e6, 0.05, charge, excess)


def test_the_critical_number_holds_from_there_on_up_in_both_effects() -> None:
    curve = [work(0, 0, 0), work(8, 0.6, 0.7), work(16, 0.4, 0.9), work(24, 0.8, 0.5)]
    curve.append(work(31, 1, 1))
    assert critical_number(curve) == 24  # 8 does not count: 16 does not do the work
    assert critical_number([work(31, np.nan, np.nan)]) is None
    assert critical_number([]) is None


def test_the_steps_of_the_drawn_order_go_from_none_to_all() -> None:
    assert share_steps(31)[0] == 0
    assert share_steps(31)[-1] == 31
    assert share_steps(2) == [0, 1, 2]


# Scenarios


def test_everybody_is_all_scored_employers_or_the_names_a_scenario_lists() -> None:
    assert signatories(load_scenario("pan-london-cap")) == tuple(scored_employers())
    assert signatories(load_scenario("two-thirds-cap")) == tuple(scored_employers())
    named = load_scenario(
        "pan-london-cap", ['levers.cap.members=["Bexley", "Kingston upon Thames"]']
    )
    assert len(signatories(named)) == 2
    with pytest.raises(ScenarioError, match="has no cap to sign"):
        signatories(load_scenario("no-cap"))


def test_membership_is_held_but_for_the_models_own_rule() -> None:
    scenario = load_scenario("pan-london-cap")
    cap = signed_by(scenario, ["Camden", "Bexley"]).levers.cap
    assert cap.members == ("Bexley", "Camden")
    assert cap.enforcement is Enforcement.STRICT
    assert signed_by(scenario, ()).levers.cap.is_idle
    glass = signed_by(load_scenario("nhs-style-ratchet"), ["Camden"]).levers.cap
    assert glass.enforcement is Enforcement.BREAK_GLASS
    assert glass.exceptions_share > 0
    own = left_to_members(load_scenario("nhs-style-ratchet"), 0.0).levers.cap
    assert own.enforcement is Enforcement.VOLUNTARY
    assert own.exceptions_share == 0


def test_the_horizon_counts_from_the_pledges_first_month() -> None:
    assert first_month(load_scenario("pan-london-cap")) == 7  # April 2026, from September 2025
    assert first_month(load_scenario("baseline")) == 1  # begun before the start
    later = load_scenario("london-pledge-2022")
    assert first_month(later) == 9  # June 2022, from September 2021
    assert Game(later, runs=1, seed=1, years=2).last_month == 32
    never = load_scenario(NO_CAP_2023, ["levers.cap.start=2090-01-01", "levers.cap.members=1"])
    with pytest.raises(ScenarioError, match=r"levers\.cap\.start"):
        first_month(never)


# The market


def small(*sets: str, runs: int = 2, years: int = 1, folder: Path | None = None) -> Game:
    scenario = load_scenario("pan-london-cap", sets)
    return Game(scenario, runs=runs, seed=1, years=years, folder=folder)


NAMED = 'levers.cap.members=["Lambeth", "Bexley", "Croydon"]'


@pytest.mark.long
def test_a_cap_that_never_binds_is_worth_nothing_to_anybody() -> None:
    game = small("levers.cap.charge_rate_per_hour=400", NAMED)
    np.testing.assert_array_equal(game.whole.values, game.nobody.values)
    for payoff in Payoff:
        for stake in stakes(game, payoff, 80_000.0):
            assert stake.gain == sure(0.0)
            assert stake.nobody == stake.inside == stake.outside
    assert all(one.others_filled.mean == one.bill.mean == 0 for one in departures(game))


@pytest.fixture(scope="module")
def game() -> Game:
    """Three signatories; what each coalition brings is computed once for all tests."""
    return small(NAMED)


@pytest.mark.long
def test_the_city_stays_out_unless_it_signs_and_everybody_has_a_stake(game: Game) -> None:
    held = {stake.employer: stake for stake in stakes(game, Payoff.UNFILLED, 0.0)}
    assert len(held) == 32
    assert not held[UNSCORED_EMPLOYER].signs
    assert {name for name, stake in held.items() if stake.signs} == set(game.signers)
    place = game.employers.index(UNSCORED_EMPLOYER)
    outside = game.whole.payoff(Payoff.UNFILLED)[:, place].mean()
    assert held[UNSCORED_EMPLOYER].outside == outside


@pytest.mark.long
def test_a_leaver_pays_more_and_fills_posts(game: Game) -> None:
    cost = {stake.employer: stake for stake in stakes(game, Payoff.AGENCY_COST, 0.0)}
    for name in game.signers:
        assert cost[name].gain.mean < 0  # leaving costs money ...
    filled = {one.employer: one for one in departures(game)}
    assert sum(filled[name].filled.mean for name in game.signers) > 0  # ... and fills posts


@pytest.mark.long
def test_money_is_linear_in_the_value_of_a_post_and_agrees_with_its_payoff(game: Game) -> None:
    left = departures(game)
    value = default_post_value(game)
    held = {stake.employer: stake for stake in stakes(game, Payoff.MONEY, value)}
    for one in left:
        assert one.money(value) == pytest.approx(held[one.employer].gain.mean, abs=0.01)
        if np.isfinite(one.indifferent_at) and one.indifferent_at > 0:
            assert one.money(one.indifferent_at) == pytest.approx(0.0, abs=0.01)
    payments = side_payments(game, left, [value])
    gains = [held[name].gain.mean for name in game.signers]
    assert payments[0].needed == pytest.approx(sum(g for g in gains if g > 0))
    assert set(losses_to_others(left)) == set(game.employers)


@pytest.mark.long
def test_what_a_coalition_brought_is_kept_and_a_spoilt_file_is_run_again(tmp_path: Path) -> None:
    first = small(NAMED, folder=tmp_path)
    seen = first.whole
    (path,) = (tmp_path / "coalitions").rglob("*.npz")
    written = path.stat().st_mtime_ns
    again = small(NAMED, folder=tmp_path)
    again._run = None  # type: ignore[method-assign,assignment]
    np.testing.assert_array_equal(again.whole.values, seen.values)
    assert path.stat().st_mtime_ns == written
    path.write_bytes(path.read_bytes()[:200])
    third = small(NAMED, folder=tmp_path)
    np.testing.assert_array_equal(third.whole.values, seen.values)
    assert third.whole.employers == seen.employers


@pytest.mark.long
def test_under_the_models_own_rule_leavers_leave_after_three_short_months() -> None:
    game = small(NAMED, years=2)
    patient, hasty = game.voluntary(1.0), game.voluntary(0.0)
    assert np.isnan(patient.left_month).all()
    left = hasty.left_month[np.isfinite(hasty.left_month)]
    assert left.size
    assert left.min() >= game.begins + 2  # out in the third month short
    leavers = np.isfinite(hasty.left_month).any(axis=0)
    assert {hasty.employers[place] for place in np.flatnonzero(leavers)} <= set(game.signers)
