"""Shapley: the axioms on games worked out by hand; a real package adds up run by run."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from sim.domain.headline import HEADLINE, PERMANENT_SHARES
from sim.ensemble.run import run_ensemble
from sim.scenario import Scenario, ScenarioError, load_scenario, scenario_from
from sim.studies.compare.method.shapley import (
    Coalition,
    Game,
    contribution,
    split_by_lever,
    split_levers,
)
from sim.studies.effects.method import WHOLE_PACKAGE
from tests.past import NO_CAP_2023

GLOVES = ("left", "right", "other right")


def game(players: tuple[str, ...], worth: Callable[[Coalition], float]) -> Game:
    """Return a game of one run."""
    every = [frozenset(c) for size in range(len(players) + 1) for c in combinations(players, size)]
    return Game(players, {c: np.array([worth(c)]) for c in every})


def parts(of: Game) -> list[float]:
    return [float(of.part(player)[0]) for player in of.players]


def drawn(seed: int, players: tuple[str, ...] = ("a", "b", "c", "d", "e"), runs: int = 7) -> Game:
    luck = np.random.default_rng(seed)
    every = [frozenset(c) for size in range(len(players) + 1) for c in combinations(players, size)]
    return Game(players, {c: luck.normal(size=runs) for c in every})


# By hand


def test_the_owner_of_the_scarce_glove_gets_two_thirds_of_the_pair() -> None:
    """One left glove, two right ones, a pair is worth 1: the textbook's 4/6, 1/6, 1/6."""
    pair = game(GLOVES, lambda c: float("left" in c and len(c) > 1))
    assert parts(pair) == pytest.approx([4 / 6, 1 / 6, 1 / 6], abs=1e-15)
    assert pair.alone("left")[0] == 0.0
    assert pair.last("left")[0] == 1.0
    assert pair.last("right")[0] == 0.0
    assert pair.interaction()[0] == 1.0


def test_a_bonus_of_two_is_halved_between_them_and_is_their_interaction() -> None:
    """Worth 3 and 5 alone, 2 more together; a third player adds 1 to anybody."""
    worth = {"a": 3.0, "b": 5.0, "c": 1.0}
    found = game(tuple(worth), lambda c: sum(worth[p] for p in c) + 2.0 * ({"a", "b"} <= c))
    assert parts(found) == pytest.approx([4.0, 6.0, 1.0], abs=1e-12)
    assert found.interaction()[0] == pytest.approx(2.0)
    assert found.pair("a", "b")[0] == pytest.approx(2.0)
    assert found.pair("a", "c")[0] == found.pair("b", "c")[0] == pytest.approx(0.0)


def test_what_is_there_without_any_player_is_nobodys() -> None:
    found = game(("a", "b"), lambda c: 100.0 + len(c))
    assert parts(found) == pytest.approx([1.0, 1.0])
    assert found.whole[0] == 2.0


def test_a_single_player_is_the_whole() -> None:
    found = game(("a",), lambda c: 4.0 * len(c))
    assert parts(found) == [4.0]
    assert found.interaction()[0] == 0.0


# The axioms


@pytest.mark.parametrize("seed", range(5))
def test_parts_add_up_to_the_whole_in_every_run(seed: int) -> None:
    found = drawn(seed)
    total = np.sum([found.part(player) for player in found.players], axis=0)
    np.testing.assert_allclose(total, found.whole, rtol=0, atol=1e-12)
    means = sum(contribution(found.part(player)).mean for player in found.players)
    assert means == pytest.approx(contribution(found.whole).mean, abs=1e-12)


def test_players_who_do_the_same_get_the_same() -> None:
    found = game(("a", "b", "c"), lambda c: float(len(c - {"c"}) ** 2) + 3.0 * ("c" in c) * len(c))
    assert found.part("a")[0] == pytest.approx(found.part("b")[0])
    assert found.part("a")[0] != pytest.approx(found.part("c")[0])


def test_a_player_who_adds_nothing_gets_nothing_and_interacts_with_nobody() -> None:
    found = game(("a", "b", "idle"), lambda c: float(len(c - {"idle"})) ** 3)
    assert found.part("idle")[0] == 0.0
    assert found.pair("a", "idle")[0] == 0.0
    assert found.pair("a", "b")[0] != 0.0


def test_the_parts_of_two_games_added_up_are_those_of_the_sum() -> None:
    one, other = drawn(1), drawn(2)
    both = Game(one.players, {c: one.worth[c] + other.worth[c] for c in one.worth})
    for player in one.players:
        np.testing.assert_allclose(
            both.part(player), one.part(player) + other.part(player), rtol=0, atol=1e-12
        )


@pytest.mark.parametrize("seed", range(3))
def test_a_part_is_the_average_over_every_order_of_arrival(seed: int) -> None:
    found = drawn(seed, ("a", "b", "c"), runs=2)
    from itertools import permutations

    added = {player: np.zeros(2) for player in found.players}
    orders = list(permutations(found.players))
    for order in orders:
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            added[player] += found.worth[before | {player}] - found.worth[before]
    for player, total in added.items():
        np.testing.assert_allclose(found.part(player), total / len(orders), atol=1e-12)


# A real package


def package(**levers: dict[str, object]) -> Scenario:
    return scenario_from({"extends": NO_CAP_2023, "levers": levers}, "some")


CAP = {"members": 1.0, "charge_rate_per_hour": 40.0, "tolerance": 1.0, "start": "2023-10-01"}
OFFER = {"leadership": 0.3, "hiring_uplift": 0.8}
RULES = {"experience_years": 3.0}


@pytest.mark.slow
def test_a_real_split_adds_up_run_by_run_and_agrees_with_the_pairs() -> None:
    asked = {"runs": 3, "seed": 5, "years": 1}
    base = run_ensemble(load_scenario(NO_CAP_2023), **asked)
    whole = run_ensemble(package(cap=CAP, permanent_offer=OFFER, agency_rules=RULES), **asked)
    split = split_by_lever(base, whole)
    assert split.levers == ("cap", "permanent_offer", "agency_rules")
    assert tuple(split.games) == HEADLINE
    for outcome, found in split.games.items():
        gap = whole.of(outcome)[:, -1] - base.of(outcome)[:, -1]
        np.testing.assert_array_equal(found.whole, gap)
        total = np.sum([found.part(lever) for lever in split.levers], axis=0)
        np.testing.assert_allclose(total, gap, rtol=1e-9, atol=1e-9)
        assert np.any(found.interaction() != 0.0), outcome
    alone = run_ensemble(package(permanent_offer=OFFER), **asked)
    gap = alone.of("unfilled_share_of_posts")[:, -1] - base.of("unfilled_share_of_posts")[:, -1]
    np.testing.assert_array_equal(
        split.games["unfilled_share_of_posts"].alone("permanent_offer"), gap
    )
    timed = {(time.lever, time.outcome) for time in split.times}
    names = (*split.levers, WHOLE_PACKAGE)
    assert timed == {(name, outcome) for name in names for outcome in PERMANENT_SHARES}


def test_only_coalitions_that_have_not_run_are_run() -> None:
    asked = {"runs": 2, "seed": 5, "years": 1}
    base = run_ensemble(load_scenario(NO_CAP_2023), **asked)
    whole = run_ensemble(package(cap=CAP, permanent_offer=OFFER), **asked)
    heard: list[tuple[int, int]] = []
    split_by_lever(base, whole, progress=lambda done, wanted, _: heard.append((done, wanted)))
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_lever_that_is_lifted_is_split_like_one_that_is_added() -> None:
    assert split_levers(load_scenario("baseline"), load_scenario("no-cap")) == ("cap",)
    found = split_levers(load_scenario("no-cap"), load_scenario("package-to-90"))
    assert set(found) == {"cap", "permanent_offer", "newly_qualified", "prevention"}
    found = split_levers(load_scenario(NO_CAP_2023), load_scenario("agency-rules-2024"))
    assert set(found) == {"cap", "agency_rules"}


def test_a_lever_idle_in_both_is_no_lever_of_the_split() -> None:
    idle = package(permanent_offer={"leadership": 0.5, "members": 0.0}, agency_rules=RULES)
    assert split_levers(load_scenario(NO_CAP_2023), idle) == ("agency_rules",)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"parameters": {"bid_speed": 0.2}}, "parameters.bid_speed"),
        ({"structure": {"hiring": "budget"}}, "structure.hiring"),
        ({"start": {"year": 2021}}, "start.year"),
        ({}, "no lever that does anything"),
        (
            {
                "levers": {
                    "cap": CAP,
                    "permanent_offer": OFFER,
                    "agency_rules": RULES,
                    "newly_qualified": {"multiplier": 1.5},
                    "prevention": {"case_reduction": 0.1},
                    "neighbours": {"premium": 0.1},
                }
            },
            "differ in 6 levers",
        ),
    ],
)
def test_what_cannot_be_split_is_refused_in_a_sentence(content: dict, told: str) -> None:
    other = scenario_from({"extends": NO_CAP_2023, **content}, "other")
    with pytest.raises(ScenarioError, match=told) as fault:
        split_levers(load_scenario(NO_CAP_2023), other)
    assert str(fault.value).startswith("--shapley: no-cap-2023 and other differ in")


def test_a_parameter_fixed_at_its_own_default_is_still_a_difference() -> None:
    default = load_scenario(NO_CAP_2023).parameters.bid_speed
    other = scenario_from({"extends": NO_CAP_2023, "parameters": {"bid_speed": default}}, "other")
    with pytest.raises(ScenarioError, match="which parameters are set"):
        split_levers(load_scenario(NO_CAP_2023), other)


def test_no_runs_have_no_figure() -> None:
    found = contribution(np.array([]))
    assert np.isnan([found.mean, found.q10, found.q90]).all()
