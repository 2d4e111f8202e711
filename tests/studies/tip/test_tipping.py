"""Tipping points: where a chance passes one half, how it is found, and that there may be none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.answers.structures import Pair, under
from sim.domain.headline import SHARES
from sim.domain.randomness import Purpose
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.run import run_ensemble
from sim.market.model import LondonMarket
from sim.rules.levers.members import members_of
from sim.scenario import ScenarioError, declared_at, load_scenario
from sim.studies.tip.method import search as tipping
from sim.studies.tip.method import two_states
from sim.studies.tip.method.levers_range import Lever, opening_charge_rate, read_lever
from sim.studies.tip.method.reach import (
    Asked,
    AtLevel,
    agents_at,
    at_level,
    drawn_columns,
    twin_at,
)
from sim.studies.tip.method.search import Docked, Tip, crossings, tipped
from sim.twin.same_luck import SameLuck

CAP = "levers.cap.charge_rate_per_hour"
ASKED = Asked(runs=4, seed=3, years=4)
SOUND = 0.05
LEVER = Lever(CAP, declared_at(CAP), 20.0, 60.0, 0.25, is_whole=False)


def paths(workforce: list[list[float]], unfilled: float = SOUND) -> dict[str, np.ndarray]:
    shares = np.array(workforce)
    same = np.full_like(shares, unfilled)
    return dict(zip(SHARES, (shares, shares - 0.05, same), strict=True))


def level_with(best: Callable[[float], float]) -> Callable[[float], AtLevel]:
    """Return a model whose median run comes to a known share at each level."""
    return lambda level: at_level(level, paths([[0.7, best(level)]]), ASKED)


def found_by(best: Callable[[float], float]) -> list[tuple[float, bool]]:
    look = level_with(best)
    grid = [look(level) for level in LEVER.levels(9)]
    return crossings(grid, lambda one: one.best - ASKED.target, look, LEVER)


# What counts


def test_a_census_counts_only_with_posts_filled() -> None:
    there = [[0.8, 0.92], [0.8, 0.95]]
    within = at_level(30.0, paths(there), ASKED)
    beyond = at_level(30.0, paths(there, unfilled=ASKED.bound + 0.001), ASKED)
    assert (within.chance, beyond.chance) == (1.0, 0.0)
    assert beyond.chance_whatever == 1.0
    assert beyond.best < ASKED.target <= within.best
    assert beyond.years_to_target is None


def test_the_start_does_not_count_and_who_never_gets_there_is_counted() -> None:
    found = at_level(30.0, paths([[0.95, 0.8, 0.8], [0.8, 0.8, 0.91], [0.8, 0.8, 0.8]]), ASKED)
    assert found.chance == pytest.approx(1 / 3)
    assert found.years_to_target is None
    assert found.held == 0.0


def test_the_median_time_is_that_of_all_runs() -> None:
    quick, slow, never = [0.8, 0.91, 0.92], [0.8, 0.8, 0.93], [0.8, 0.8, 0.8]
    found = at_level(30.0, paths([quick, slow, never]), ASKED)
    assert found.years_to_target == 2.0
    assert found.held == pytest.approx(1 / 3)


def test_the_share_of_posts_is_told_beside() -> None:
    assert at_level(30.0, paths([[0.8, 0.92]]), ASKED).chance_of_posts == 0.0


# Crossings


def test_a_known_crossing_is_found_within_the_precision() -> None:
    ((level, rising),) = found_by(lambda level: 0.9 + (33.3 - level) / 100)
    assert level == pytest.approx(33.3, abs=LEVER.precision)
    assert not rising


def test_all_crossings_are_told_where_more_is_not_always_better() -> None:
    found = found_by(lambda level: 0.93 - abs(level - 41.0) / 100)
    assert [rising for _, rising in found] == [True, False]
    assert [level for level, _ in found] == pytest.approx([38.0, 44.0], abs=LEVER.precision)


def test_no_crossing_is_no_crossing() -> None:
    assert found_by(lambda level: 0.85 - level / 1000) == []
    assert found_by(lambda level: 0.95) == []


def test_whole_numbers_are_searched_in_whole_numbers() -> None:
    months = replace(LEVER, precision=1.0, is_whole=True, low=0.0, high=24.0)
    assert all(level == int(level) for level in months.levels(9))
    look = level_with(lambda level: 0.8 + level / 100)
    grid = [look(level) for level in months.levels(4)]
    ((level, rising),) = crossings(grid, lambda one: one.best - ASKED.target, look, months)
    assert 9.0 <= level <= 10.0
    assert rising


# Levers


def test_a_price_is_looked_for_around_the_price_of_the_day() -> None:
    scenario = load_scenario("baseline")
    lever = read_lever(CAP, "baseline")
    market = LondonMarket(scenario, rng=1, years=1)
    assert opening_charge_rate(scenario) == pytest.approx(market.mean_charge_rate(), rel=0.02)
    market.release()
    assert lever.low < opening_charge_rate(scenario) < lever.high
    assert lever.precision == 0.25


def test_a_parameter_is_looked_for_in_its_prior() -> None:
    key = "parameters.outside_hires_per_post"
    lever = read_lever(key, "baseline")
    assert (lever.low, lever.high) == declared_at(key).prior


@pytest.mark.parametrize(
    ("key", "name", "asked", "said"),
    [
        ("levers.cap.charge", "baseline", {}, "there is no such value"),
        ("levers.cap.enforcement", "baseline", {}, "is not a number"),
        ("levers.cap.uprated", "baseline", {}, "is not a number"),
        (CAP, "no-cap", {}, "no-cap does not use levers.cap"),
        (CAP, "baseline", {"low": 3.0}, "--from: given 3; allowed: 5 to 500"),
        (CAP, "baseline", {"low": 50.0, "high": 40.0}, "allowed: less than --to, 40"),
        (CAP, "baseline", {"precision": 0.0}, "--precision: given 0"),
        (CAP, "baseline", {"sets": [f"{CAP}=40"]}, "is given by --set too"),
    ],
)
def test_a_lever_that_cannot_be_moved_is_refused_in_one_sentence(
    key: str, name: str, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(ScenarioError) as refused:
        read_lever(key, name, **asked)  # type: ignore[arg-type]
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


# Twin and agents


def test_the_twin_has_the_draws_of_the_agents() -> None:
    pair = Pair(HiringStructure.REPUTATION, BidTrigger.UNFILLED)
    scenario = under(load_scenario("baseline"), pair)
    ensemble = run_ensemble(scenario, runs=2, seed=ASKED.seed, years=1)
    columns = drawn_columns(scenario, replace(ASKED, runs=2))
    for run, parameters in enumerate(ensemble.parameters):
        assert {name: column[run] for name, column in columns.items()} == parameters


def test_tolerances_are_those_of_the_docking() -> None:
    at = at_level(40.0, paths([[0.8, 0.9]]), ASKED)
    assert Tip(40.0, 41.5, False, at).docks
    assert not Tip(40.0, 42.0, False, at).docks
    assert not Tip(40.0, None, False, at).docks
    near = {name: share + 0.009 for name, share in at.means.items()}
    far = {name: share + 0.011 for name, share in at.means.items()}
    assert Docked(40.0, at.means, near, {}).docks
    assert not Docked(40.0, at.means, far, {}).docks


@pytest.mark.slow
def test_twin_and_agents_share_all_luck_but_that_of_small_numbers() -> None:
    """The error of their paired difference is below that of one of them alone."""
    asked = Asked(runs=8, seed=1, years=4)
    pair = Pair(HiringStructure.RESPONSIVE, BidTrigger.UNFILLED)
    scenario = under(load_scenario("baseline"), pair)
    ensemble = run_ensemble(scenario, runs=asked.runs, seed=asked.seed, years=asked.years)
    agents, twin = agents_at(40.0, ensemble, asked), twin_at(40.0, scenario, asked)
    docked = Docked.of(twin, agents)
    assert docked.docks
    workforce = SHARES[0]
    apart = np.array([twin.by_run[workforce], agents.by_run[workforce]]).std(axis=1).mean()
    assert docked.error[workforce] < apart / np.sqrt(asked.runs)


def test_a_share_of_members_is_each_run_s_own() -> None:
    sets = ("levers.cap.members=0.5",)
    scenario = load_scenario("pan-london-cap", sets)
    twin = SameLuck(scenario, {}, range(3), 4)
    signed = twin.who(0.5, Purpose.PLEDGE_ORDER)
    for run in range(3):
        market = LondonMarket(scenario, rng=4, replicate=run, years=1)
        who = members_of(0.5, market.employers, market.streams, Purpose.PLEDGE_ORDER)
        assert signed[run].tolist() == who.tolist()
        market.release()
    assert len({tuple(row) for row in signed.tolist()}) == 3


def test_the_same_seed_gives_the_same_level_and_another_does_not() -> None:
    scenario = under(load_scenario("baseline"), Pair(HiringStructure.BUDGET, BidTrigger.VACANCIES))
    one, again = (twin_at(40.0, scenario, ASKED) for _ in range(2))
    other = twin_at(40.0, scenario, replace(ASKED, seed=4))
    assert one == again
    assert one.means != other.means


@pytest.mark.long
def test_a_tipping_point_is_confirmed_by_the_agents_within_the_tolerances(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hiring campaign that fills posts: easy to reach, and far from every bound."""
    key = "levers.permanent_offer.hiring_uplift"
    sets = ["levers.permanent_offer.members=1"]
    lever = read_lever(key, "pan-london-cap", sets, low=0.0, high=3.0, precision=0.1)
    rivals = [Pair(HiringStructure.REPUTATION, BidTrigger.UNFILLED)]
    asked = Asked(runs=12, seed=1, years=6)
    monkeypatch.setattr(two_states, "MOST_DRAWS", 0)  # the mean field has tests of its own
    monkeypatch.setattr(tipping, "SWEPT_LEVELS", 2)
    (answer,) = tipped("pan-london-cap", sets, lever, rivals, asked)
    (tip,) = answer.tips
    assert tip.rising
    assert tip.agents is not None
    assert abs(tip.agents - tip.twin) <= 0.3
    assert tip.at.chance >= 0.5
    assert tip.at.shares[SHARES[2]].q50 <= asked.bound
    assert all(one.docks for one in answer.docked)
    assert answer.anyhow == ()
