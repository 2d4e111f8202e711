"""Futures: how they are drawn, what is open in them, and that amounts follow each as if alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sim.answers.structures import Pair, pairs
from sim.domain.headline import POSTS, SHARES, UNFILLED
from sim.domain.posterior import shipped_posterior
from sim.domain.randomness import Purpose
from sim.domain.vocabulary import Enforcement, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunSpec, opened, run_once
from sim.ensemble.run import no_progress
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.studies.robust.method import judged as j
from sim.studies.robust.method import runs as r
from sim.studies.robust.method.futures import (
    Futures,
    futures,
    in_future,
    latin_hypercube,
    settings_of,
)
from sim.studies.robust.method.judged import Target
from sim.studies.robust.method.runs import KEPT, SPENT, Plan
from sim.studies.robust.method.uncertain import (
    Uncertain,
    defaults_for,
    read_uncertain,
    refuse_unusable,
    with_values,
)
from sim.twin import Twin

MEMBERS, TOLERANCE = "levers.cap.members", "levers.cap.tolerance"
RELIEF = "levers.permanent_offer.caseload_relief"


def policies(*names: str) -> list[Scenario]:
    return [load_scenario(name) for name in names]


# What is open


def test_bounds_are_values_or_multiples_of_what_each_policy_says() -> None:
    cap, offer = policies("pan-london-cap", "permanent-offer")
    assert read_uncertain(f"{MEMBERS}=0.5:1").value_in(cap, 0.5) == 0.75
    times = read_uncertain(f"{TOLERANCE}=0.5x:1.5x")
    assert times.is_times
    assert times.value_in(cap, 0.0) == pytest.approx(0.5 * cap.levers.cap.tolerance)
    half = read_uncertain("levers.newly_qualified.multiplier=0.5x:1x")  # of what is beyond 1
    package = load_scenario("package")
    assert half.value_in(package, 0.0) == pytest.approx(1.125)
    assert times.value_in(load_scenario("no-cap"), 0.0) is None  # nobody is in a cap
    assert half.value_in(offer, 0.5) is None
    relief = read_uncertain(f"{RELIEF}=1x:2x")  # no more than all
    assert relief.value_in(package, 1.0) == 1.0
    whole = read_uncertain("levers.cap.months_short_before_leaving=1:6")
    assert whole.value_in(cap, 0.5) in (3, 4)
    assert isinstance(whole.value_in(cap, 0.5), int)


def test_a_choice_takes_each_of_its_values() -> None:
    one = read_uncertain("levers.cap.enforcement=voluntary,strict")
    found = {one.value_in(load_scenario("package"), unit) for unit in (0.0, 0.49, 0.51, 0.999)}
    assert found == {Enforcement.VOLUNTARY, Enforcement.STRICT}


def test_a_key_alone_has_the_range_it_declares() -> None:
    assert read_uncertain("parameters.cases_growth_per_year") == Uncertain(
        "parameters.cases_growth_per_year", -0.015, 0.02
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (f"{MEMBERS}=1:0.5", "given 1:0.5; allowed: a lower and a higher number from 0 to 1"),
        (f"{MEMBERS}=0.5:2", "from 0 to 1"),
        (f"{MEMBERS}=half:1", "expected KEY=LOW:HIGH"),
        (f"{MEMBERS}=0.5x:1", "expected KEY=LOW:HIGH"),
        (f"{TOLERANCE}=-1x:1x", "from 0 up"),
        ("levers.cap.member=0.5:1", "did you mean 'levers.cap.members'"),
        ("levers.cap.enforcement=strict", "given 1 values; allowed: two or more of voluntary"),
        ("levers.cap.enforcement=strict,lax", "given lax"),
        ("levers.cap.members=0.5,1", "is no choice"),
        ("structure.hiring=budget,responsive", "rival structures differ already"),
        ("levers.cap.stated_on=1:2", "is no number"),
        ("levers.permanent_offer.careers", "has no range of its own"),
    ],
)
def test_what_cannot_be_open_is_refused(given: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read_uncertain(given)


def test_what_no_policy_has_is_refused_and_so_is_a_value_it_cannot_have() -> None:
    planned = policies("no-cap", "pan-london-cap")
    with pytest.raises(ScenarioError, match="changes nothing in no-cap, pan-london-cap"):
        refuse_unusable([read_uncertain(f"{RELIEF}=0:1")], planned)
    with pytest.raises(ScenarioError, match="is given twice"):
        refuse_unusable([read_uncertain(f"{MEMBERS}=0:1")] * 2, planned)
    with pytest.raises(ScenarioError, match="belongs to enforcement = break_glass"):
        refuse_unusable([read_uncertain("levers.cap.exceptions_share=0.1:0.2")], planned)


def test_what_is_open_by_default_is_what_the_policies_have() -> None:
    def keys(*names: str) -> set[str]:
        return {one.key for one in defaults_for(policies(*names))}

    assert keys("no-cap") == set()
    assert keys("no-cap", "pan-london-cap") == {MEMBERS, TOLERANCE}
    assert {RELIEF, "levers.newly_qualified.multiplier"} < keys("no-cap", "package")
    strict = load_scenario("pan-london-cap", ["levers.cap.enforcement=strict"])
    assert [one.key for one in defaults_for([strict])] == [MEMBERS]


# Futures


def test_a_hypercube_uses_every_part_of_every_range_once() -> None:
    points = latin_hypercube(50, 4, 3)
    assert (np.sort((points * 50).astype(int), axis=0) == np.arange(50)[:, None]).all()
    assert np.array_equal(points, latin_hypercube(50, 4, 3))
    assert not np.array_equal(points, latin_hypercube(50, 4, 4))


def test_a_future_has_a_whole_draw_of_its_structures_posterior() -> None:
    among = futures(load_scenario("no-cap"), [], 80, 1, Draws.POSTERIOR)
    counts = Counter(among.structures)
    assert len(counts) == len(shipped_posterior().tables)
    assert max(counts.values()) - min(counts.values()) <= 1
    for future in (0, 33, 79):
        table = shipped_posterior().draws_of(among.structures[future])
        mine = np.array([among.columns[name][future] for name in table])
        rows = np.stack(list(table.values()), axis=1)
        assert (rows == mine).all(axis=1).any()


def test_priors_are_spread_evenly_and_default_draws_nothing() -> None:
    base = load_scenario("no-cap")
    prior = futures(base, [], 40, 1, Draws.PRIOR)
    speed = np.sort(prior.columns["bid_speed"])
    low, high = 0.02, 0.6
    parts = ((speed - low) / (high - low) * 40).astype(int)
    assert parts.tolist() == list(range(40))
    assert set(prior.structures) == set(pairs())
    assert futures(base, [], 40, 1, Draws.DEFAULT).columns == {}
    middle = futures(base, [], 40, 1, Draws.MEDIAN)
    by_structure = {one: set() for one in middle.structures}
    for future, one in enumerate(middle.structures):
        by_structure[one].add(middle.columns["bid_speed"][future])
    assert all(len(values) == 1 for values in by_structure.values())


def test_what_a_policy_fixes_stays_fixed_in_every_future() -> None:
    fixed = load_scenario("package", ["parameters.bid_speed=0.2", "structure.hiring=budget"])
    uncertain = [read_uncertain(f"{MEMBERS}=0.5:1"), read_uncertain(f"{RELIEF}=0.5x:1x")]
    among = futures(fixed, uncertain, 30, 1, Draws.POSTERIOR)
    assert {pair.hiring for pair in among.structures} == {HiringStructure.BUDGET}
    for future in range(5):
        found = in_future(fixed, uncertain, among, future)
        assert found.parameters.bid_speed == 0.2
        assert found.parameters.sector_exit_per_year == pytest.approx(
            among.columns["sector_exit_per_year"][future]
        )
        assert found.levers.cap.members == settings_of(fixed, uncertain, among, future)[MEMBERS]
        assert found.levers.cap.earlier == fixed.levers.cap.earlier
        assert found.levers.newly_qualified == fixed.levers.newly_qualified


def test_an_open_parameter_replaces_its_draw() -> None:
    base = load_scenario("no-cap")
    uncertain = [read_uncertain("parameters.cases_growth_per_year=0.05:0.06")]
    among = futures(base, uncertain, 20, 1, Draws.POSTERIOR)
    assert 0.05 <= in_future(base, uncertain, among, 7).parameters.cases_growth_per_year <= 0.06


# The twin, many futures at once


OPEN = (
    f"{MEMBERS}=0:1",
    f"{TOLERANCE}=0.02:0.3",
    "levers.cap.enforcement=voluntary,strict",
    "levers.cap.charge_rate_per_hour=38:50",
    "levers.cap.months_short_before_leaving=1:6",
    f"{RELIEF}=0:1",
    "levers.permanent_offer.leadership=0:0.5",
    "levers.permanent_offer.careers=0:0.1",
    "levers.permanent_offer.hiring_uplift=0:1",
    "levers.newly_qualified.multiplier=0.8:1.5",
    "levers.newly_qualified.supervision_uplift=0:0.5",
    "levers.prevention.case_reduction=0:0.1",
    "parameters.cases_growth_per_year=-0.02:0.04",
)


@pytest.mark.slow
def test_futures_followed_together_are_those_followed_alone() -> None:
    """Without luck nothing but its own rules may reach a London, whoever is beside it."""
    policy = load_scenario("package-to-90")
    uncertain = tuple(read_uncertain(one) for one in OPEN)
    among = futures(policy, uncertain, 20, 1, Draws.POSTERIOR)
    units = among.units.copy()
    units[3, 0] = 0.0  # nobody signs
    plan = Plan((policy,), uncertain, Futures(1, among.columns, among.structures, units), 3)
    block = (0, 3, 7, 11)
    together = r.followed(policy, plan, block, None)
    for place, future in enumerate(block):
        alone = r.followed(policy, plan, (future,), None)[0]
        assert together[place] == pytest.approx(alone, rel=1e-9)
    assert np.ptp(together[:, KEPT.index(POSTS)]) > 0.01


@pytest.mark.slow
def test_a_future_by_itself_is_the_twin_of_that_scenario() -> None:
    policy = load_scenario("package")
    uncertain = (read_uncertain(f"{RELIEF}=0:1"), read_uncertain(f"{TOLERANCE}=0.02:0.3"))
    among = futures(policy, uncertain, 20, 1, Draws.POSTERIOR)
    plan = Plan((policy,), uncertain, among, 3)
    alone = r.followed(policy, plan, (5,), None)[0]
    twin = Twin(in_future(policy, uncertain, among, 5), {}, 1, None)
    for _ in range(36):
        twin.step()
    share = twin.unfilled.sum() / twin.posts.sum()
    assert alone[KEPT.index(UNFILLED)] == pytest.approx(share, rel=1e-9)


def test_what_cannot_differ_within_a_block_has_blocks_of_its_own() -> None:
    policy = load_scenario("package", ["levers.permanent_offer.salary_uplift=0.05"])
    plain = (read_uncertain(f"{RELIEF}=0.5x:1x"),)
    among = futures(policy, plain, 100, 1, Draws.POSTERIOR)
    blocks = r.blocks_of(Plan((policy,), plain, among, 1), range(100), 64)
    assert [len(one) for one in blocks] == [64, 36]
    salary = (read_uncertain("levers.permanent_offer.salary_uplift=0:0.1"),)
    among = futures(policy, salary, 20, 1, Draws.POSTERIOR)
    assert len(r.blocks_of(Plan((policy,), salary, among, 1), range(20), 64)) == 20


def test_who_signs_in_the_twin_is_who_signs_among_agents() -> None:
    policy = load_scenario("pan-london-cap")
    uncertain = (read_uncertain(f"{MEMBERS}=0.3:0.7"),)
    among = futures(policy, uncertain, 20, 4, Draws.POSTERIOR)
    plan = Plan((policy,), uncertain, among, 1)
    twin = r.opened(policy, plan, (2, 9), None)
    for place, future in enumerate((2, 9)):
        scenario = in_future(policy, uncertain, among, future)
        market = opened(RunSpec(scenario, among.seed, future, 1, Draws.DEFAULT)).market
        rules = twin.rulebook.books[place]  # type: ignore[attr-defined]
        mine = rules._who(scenario.levers.cap.members, Purpose.PLEDGE_ORDER)
        theirs = market.who(scenario.levers.cap.members, Purpose.PLEDGE_ORDER)
        assert 0 < mine.sum() < len(mine)
        assert np.array_equal(mine, theirs)
        market.release()


@pytest.mark.slow
def test_the_same_policy_twice_regrets_nothing_and_blocks_leave_no_trace() -> None:
    cap = load_scenario("pan-london-cap")
    twice = (cap, cap.model_copy(update={"name": "again"}))
    uncertain = tuple(defaults_for(twice))
    count = r.TWIN_BLOCK + 6
    among = futures(cap, uncertain, count, 1, Draws.POSTERIOR)
    plan = Plan(twice, uncertain, among, 1)
    values = r.over_futures(
        plan, range(count), is_agents=False, pool=None, folder=None, progress=no_progress
    )
    assert np.array_equal(values[0], values[1])
    assert np.array_equal(
        values[:, r.TWIN_BLOCK :], r.by_twin(plan, tuple(range(r.TWIN_BLOCK, count)))
    )
    assert j.regrets(values[..., 0]).max() == 0.0


@pytest.mark.slow
def test_agents_have_the_future_the_twin_has_and_their_bill_is_near() -> None:
    policy = load_scenario("package")
    uncertain = tuple(defaults_for([policy]))
    among = futures(policy, uncertain, 20, 1, Draws.POSTERIOR)
    plan = Plan((policy,), uncertain, among, 1)
    agents, twin = r.by_agents(plan, (0, 1, 2)), r.by_twin(plan, (0, 1, 2))
    gaps = agents[..., : len(SHARES)] - twin[..., : len(SHARES)]
    assert np.abs(gaps).max() < 0.05
    spent = KEPT.index(SPENT)
    assert agents[..., spent] == pytest.approx(twin[..., spent], rel=0.05)
    scenario = in_future(policy, uncertain, among, 1)
    record = run_once(RunSpec(scenario, 1, 1, 1, Draws.DEFAULT))
    assert record.structure == tuple(among.structures[1])
    assert agents[0, 1, KEPT.index(POSTS)] == record.of(POSTS)[-1, 0]


# Judging


def test_the_target_needs_both_shares_and_filled_posts_at_once() -> None:
    values = np.array([[0.95, 0.91, 0.05, 1.0], [0.95, 0.85, 0.05, 1.0], [0.85, 0.91, 0.05, 1.0],
                       [0.95, 0.91, 0.09, 1.0], [0.90, 0.90, 0.08, 1.0]])  # fmt: skip
    assert Target(0.9, 0.08).met(values).tolist() == [True, False, False, False, True]


def test_regret_is_the_gap_to_the_best_in_the_same_future() -> None:
    """Three policies, four futures, by hand."""
    posts = np.array([[0.8, 0.9, 0.7, 0.8], [0.9, 0.8, 0.7, 0.8], [0.7, 0.7, 0.9, 0.8]])
    expected = [[0.1, 0.0, 0.2, 0.0], [0.0, 0.1, 0.2, 0.0], [0.2, 0.2, 0.0, 0.0]]
    assert j.regrets(posts) == pytest.approx(np.array(expected))
    values = np.zeros((3, 4, len(KEPT)))
    values[..., KEPT.index(POSTS)] = posts
    values[..., KEPT.index(SPENT)] = [[5.0] * 4, [4.0, 5.0, 6.0, 9.0], [7.0] * 4]
    first, second, third = j.judged(["a", "b", "c"], values, Target(0.9, 0.08))
    assert first.posts.mean == pytest.approx(0.075)
    assert (first.posts.most, first.posts.best) == (pytest.approx(0.2), 0.5)
    assert third.posts.mean == pytest.approx(0.1)
    assert (first.cost, second.cost, third.cost) == (0.0, 1.0, 2.0)
    assert first.spending.mean == pytest.approx(0.25)  # only in the first future is b cheaper
    assert third.spending.most == pytest.approx(3.0)


def test_a_bad_case_is_at_the_bad_end() -> None:
    values = np.zeros((1, 11, len(KEPT)))
    values[0, :, KEPT.index(POSTS)] = values[0, :, KEPT.index(UNFILLED)] = np.linspace(0, 1, 11)
    (one,) = j.judged(["a"], values, Target(0.9, 0.08))
    assert one.typical[POSTS].bad == pytest.approx(0.1)
    assert one.typical[UNFILLED].bad == pytest.approx(0.9)


def test_docking_counts_the_futures_on_which_both_agree() -> None:
    twin, agents = np.zeros((1, 4, len(KEPT))), np.zeros((1, 4, len(KEPT)))
    twin[0, :, :2], agents[0, :, :2] = 0.95, [[0.95] * 2, [0.89] * 2, [0.95] * 2, [0.95] * 2]
    (one,) = j.docked(["a"], twin, agents, Target(0.9, 0.08))
    assert (one.same, one.futures, one.twin, one.agents) == (3, 4, 1.0, 0.75)
    assert one.gaps[POSTS] == pytest.approx(0.06 / 4)


def test_a_value_is_set_without_losing_a_levers_past() -> None:
    cap = load_scenario("pan-london-cap")
    found = with_values(cap, {MEMBERS: 0.5})
    assert found.levers.cap.members == 0.5
    assert found.levers.cap.earlier == cap.levers.cap.earlier
    assert found.name == cap.name


def test_a_structures_half_that_a_base_rules_out_is_in_no_future() -> None:
    base = load_scenario("no-cap", ["structure.bid_trigger=vacancies"])
    among = futures(base, [], 40, 1, Draws.PRIOR)
    assert {Pair(*one).bid_trigger.value for one in among.structures} == {"vacancies"}
