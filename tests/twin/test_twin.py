"""The borough twin: nobody is made or lost, and it is what theory says in the limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.answers.structures import pairs, record_scenario, under
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.evidence import CensusStart
from sim.scenario import Scenario, load_scenario
from sim.twin import FLOWS, Twin
from sim.twin.london import MONTH
from tests.market.small_london import LAW_STANDS_STILL, STILL, scenario, small_census
from tests.market.test_theory import NO_QUITS, ONE_BOROUGH, ROUTES

CAP = {"charge_rate_per_hour": 38.0, "members": 0.8, "tolerance": 0.05}
SOME = {"pay_sensitivity": np.array([2.0, 5.0, 9.0]), "bid_speed": np.array([0.05, 0.2, 0.5])}
PLACES_IN = {"moved_in", "entered", "to_permanent"}
"""Flows into permanent posts; the others lead out of them."""


def twin_of(
    planned: Scenario,
    census: CensusStart | None = None,
    *,
    draws: int = 2,
    seed: int | None = None,
    drawn: dict[str, np.ndarray] | None = None,
) -> Twin:
    return Twin(planned, drawn or {}, draws, seed, census=census)


def everybody(twin: Twin) -> np.ndarray:
    """Return all staff of each London, permanent, placed and waiting, (draw,)."""
    return np.asarray(twin.permanent.sum(axis=1) + twin.agency()[:, 0])


def state(twin: Twin) -> dict[str, np.ndarray]:
    """Return a London's state and record, for comparing two."""
    names = ("stages", "placed", "bench", "prices", "strain", "unfilled", "permanent_types")
    record = twin.record
    return {
        **{name: np.asarray(getattr(twin, name)) for name in names},
        **{name: record.of(name) for name in (*record.stocks, *record.flows)},
    }


SCENARIOS = {
    "record": record_scenario(),
    "cap": scenario({"notice_months": 3}, cap=CAP, structure={"bid_trigger": "vacancies"}),
    "package": load_scenario("package-to-90"),
}


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("name", SCENARIOS)
def test_what_goes_in_less_what_goes_out_is_the_change_month_by_month(
    name: str, seed: int | None
) -> None:
    """Permanent staff change by their flows; moves and changes of route lose nobody."""
    twin = twin_of(SCENARIOS[name], seed=seed, draws=3, drawn=SOME)
    for _ in range(2 * MONTHS_PER_YEAR):
        at_year_end = twin.month % MONTHS_PER_YEAR == 0
        before = {n: np.zeros(twin.shape) if at_year_end else twin.year_flows[n].copy()
                  for n in FLOWS}  # fmt: skip
        permanent, moved = twin.permanent.copy(), {}
        twin.step()
        year_ends = twin.month % MONTHS_PER_YEAR == 0
        for flow in FLOWS:
            sums = twin.record.of(flow)[:, -1] if year_ends else twin.year_flows[flow]
            moved[flow] = sums - before[flow]
            assert moved[flow].min() >= -1e-9
        change = sum((1 if flow in PLACES_IN else -1) * moved[flow] for flow in FLOWS)
        np.testing.assert_allclose(twin.permanent - permanent, change, atol=1e-6)
        np.testing.assert_allclose(
            moved["moved_in"].sum(axis=1), moved["moved_away"].sum(axis=1), atol=1e-6
        )


def test_agency_staff_bench_included_change_by_who_comes_and_goes_phase_by_phase() -> None:
    """Only leaving the sector and outsiders arriving change how many people there are."""
    twin = twin_of(record_scenario(), draws=3, drawn=SOME)
    may_change = {
        "permanent_staff_leave", "boroughs_hire_permanent_staff", "agency_staff_choose_assignments",
    }  # fmt: skip
    changed = set()
    for _ in range(MONTHS_PER_YEAR):
        twin.month += 1
        for phase in MONTH:
            before, agency = everybody(twin), twin.agency()[:, 0]
            entered = twin.year_flows["entered"].sum(axis=1)
            phase(twin)
            apart = everybody(twin) - before
            if phase.__name__ == "boroughs_hire_permanent_staff":
                apart = apart - (twin.year_flows["entered"].sum(axis=1) - entered)
                np.testing.assert_allclose(apart, 0.0, atol=1e-6)
            elif phase.__name__ not in may_change:
                np.testing.assert_allclose(apart, 0.0, atol=1e-6, err_msg=phase.__name__)
            if np.abs(twin.agency()[:, 0] - agency).max() > 1e-6:
                changed.add(phase.__name__)
    assert changed == {
        "permanent_staff_leave", "staff_reconsider_their_route", "agency_staff_choose_assignments",
    }  # fmt: skip


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("pair", pairs(), ids="-".join)
def test_no_stock_is_negative_and_shares_add_up_to_one(pair: Any, seed: int | None) -> None:
    twin = twin_of(under(SCENARIOS["cap"], pair), seed=seed, draws=3, drawn=SOME)
    for _ in range(3 * MONTHS_PER_YEAR):
        twin.step()
        for name in ("stages", "placed", "bench", "unfilled", "extra_wanted", "cases"):
            assert getattr(twin, name).min() >= 0.0, name
        assert (twin.prices > 0.0).all()
        assert (twin.placed <= twin.agency_places() + 1e-9).all()
        for shares in (twin.permanent_types, twin.agency_types):
            assert shares.min() >= 0.0
            np.testing.assert_allclose(shares.sum(axis=(1, 2)), 1.0)
        assert ((twin.seasoned >= 0.0) & (twin.seasoned <= 1.0)).all()
        np.testing.assert_allclose(
            twin.unfilled, np.maximum(twin.vacancies() - (twin.placed - twin.extra()), 0.0)
        )


def test_three_draws_together_are_three_draws_alone() -> None:
    together = twin_of(record_scenario(), draws=3, drawn=SOME)
    together.run(2)
    for place in range(3):
        own = {name: values[place : place + 1] for name, values in SOME.items()}
        alone = twin_of(record_scenario(), draws=1, drawn=own)
        alone.run(2)
        for name, values in state(alone).items():
            whole = state(together)[name]
            axis = 1 if name == "stages" else 0
            mine = np.take(whole, [place], axis=axis)
            np.testing.assert_allclose(mine, values, rtol=1e-9, atol=1e-9, err_msg=name)


def test_the_draws_differ() -> None:
    twin = twin_of(record_scenario(), draws=3, drawn=SOME)
    twin.run(2)
    assert np.ptp(twin.permanent.sum(axis=1)) > 1.0


def test_a_seed_decides_its_luck() -> None:
    one, same, other = (twin_of(record_scenario(), seed=seed) for seed in (1, 1, 2))
    for twin in (one, same, other):
        twin.run(1)
    for name, values in state(one).items():
        np.testing.assert_array_equal(values, state(same)[name])
    assert not np.any(one.permanent == other.permanent)


NO_OP: dict[str, dict[str, Any]] = {
    "cap": {"charge_rate_per_hour": 30.0, "members": 0.0},
    "newly_qualified": {"multiplier": 1.0},
    "prevention": {"case_reduction": 0.0},
}


@pytest.mark.parametrize("lever", NO_OP)
@pytest.mark.parametrize("seed", [None, 3])
def test_a_lever_at_its_no_op_changes_nothing(lever: str, seed: int | None) -> None:
    with_it, without = (
        twin_of(scenario(**levers), seed=seed) for levers in ({lever: NO_OP[lever]}, {})
    )
    for twin in (with_it, without):
        twin.run(1)
    for name, values in state(with_it).items():
        np.testing.assert_array_equal(values, state(without)[name], err_msg=name)


def test_a_lever_that_acts_changes_something() -> None:
    free, capped = twin_of(scenario()), twin_of(scenario(cap=CAP))
    for twin in (free, capped):
        twin.run(2)
    assert capped.prices.mean() < 0.99 * free.prices.mean()


# Theory


@pytest.mark.parametrize("seed", [None, 1])
def test_without_quits_nobody_leaves(seed: int | None) -> None:
    for parameters, somebody in ((NO_QUITS, False), ({}, True)):
        twin = twin_of(scenario(parameters), seed=seed)
        record = twin.run(3)
        assert (record.of("left_sector").sum() > 0.0) == somebody


@pytest.mark.parametrize("seed", [None, 1])
def test_when_nothing_can_happen_nothing_happens(seed: int | None) -> None:
    twin = twin_of(scenario(STILL), small_census(extra=0), seed=seed)
    record = twin.run(3)
    for name in ("permanent", "agency", "unfilled", "price", "cases"):
        values = record.of(name)
        np.testing.assert_allclose(values, np.broadcast_to(values[:, :1], values.shape), rtol=1e-12)


def test_each_hazard_alone_takes_people_away_at_its_stated_pace() -> None:
    crowd = small_census(1, posts=12_000, permanent=4_000, agency=4_000, extra=0)
    for name, whom, kept in (
        ("sector_exit_per_year", "permanent", np.exp(-0.1)),
        ("agency_exit_per_year", "placed", np.exp(-0.1)),
        ("bench_leak_per_month", "bench", 0.9**12),
    ):
        others_stay = {"bench_search_share": 0.0, "start_bench_share": 1.0}
        alone = STILL | others_stay | {"strain_to_leaving": 0.0, name: 0.1}
        twin = twin_of(scenario(alone), crowd, draws=1)
        twin.run(1)
        assert getattr(twin, whom).sum() == pytest.approx(4_000 * kept), name
        others = {"permanent", "placed", "bench"} - {whom}
        assert [getattr(twin, one).sum() for one in others] == pytest.approx([4_000, 4_000])


def long_run_share(parameters: dict[str, Any], **levers: dict[str, Any]) -> tuple[float, Twin]:
    """Return the permanent share of one closed borough after thirty years."""
    planned = scenario(parameters, start=LAW_STANDS_STILL, **levers)
    twin = twin_of(planned, ONE_BOROUGH, draws=1)
    opening = everybody(twin)
    twin.run(30)
    np.testing.assert_allclose(everybody(twin), opening)
    return float(twin.permanent.sum() / everybody(twin)[0]), twin


def test_without_a_pay_gap_the_long_run_shares_are_the_two_flows() -> None:
    """A closed London of like people at unchanged pay is a two-state chain: .3 / (.2 + .3)."""
    share, twin = long_run_share(ROUTES)
    assert twin.permanent_types.shape[0] == 1
    assert share == pytest.approx(0.3 / 0.5, abs=0.002)
    assert abs(0.8 - share) > 0.1, "it started elsewhere"


def test_when_a_cap_lowers_agency_pay_the_shares_move_to_the_logit_at_that_pay() -> None:
    cap = {"charge_rate_per_hour": 44.0, "members": 1.0, "tolerance": 1.0}
    share, twin = long_run_share(ROUTES, cap=cap)
    changed = float((twin.log_premium - twin.opening_log_premium)[0, 0, 1, 0])
    assert changed < -0.02
    odds = 0.2 / 0.3 * np.exp(ROUTES["pay_sensitivity"] * changed)
    assert share == pytest.approx(1.0 / (1.0 + odds), abs=0.003)
    assert share > 0.3 / 0.5 + 0.02


def test_with_its_link_cut_pay_moves_nobody() -> None:
    cap = {"charge_rate_per_hour": 44.0, "members": 1.0, "tolerance": 1.0}
    cut = {"cut_links": ["pay_draws_to_agency"]}
    share, _ = long_run_share(ROUTES, cap=cap, structure=cut)
    assert share == pytest.approx(0.3 / 0.5, abs=0.002)


def test_the_start_shows_the_two_flows_it_was_solved_for() -> None:
    """In the first month a twelfth of the yearly flows goes, and comes."""
    flows = {"flow_to_agency_per_year": 0.03, "flow_to_permanent_per_year": 0.1}
    still = STILL | flows | {"taste_spread": 0.2, "pay_sensitivity": 5.0}
    twin = twin_of(scenario(still), draws=1)
    permanent, placed = twin.permanent.sum(), twin.placed.sum()
    twin.step()
    gone = twin.year_flows["to_agency"].sum() / permanent
    back = twin.year_flows["to_permanent"].sum() / placed
    assert gone * 12 == pytest.approx(0.03, rel=0.02)
    assert back * 12 == pytest.approx(0.1, rel=0.02)


def test_strain_neither_raises_nor_lowers_mean_leaving_at_the_start() -> None:
    for seed in (None, 2):
        twin = twin_of(scenario({"strain_to_leaving": 2.0}), seed=seed)
        mean = (twin.leaving_multiplier * twin.permanent).sum(1) / twin.permanent.sum(1)
        np.testing.assert_allclose(mean, 1.0)
        assert np.ptp(twin.leaving_multiplier) > 0.1


@pytest.mark.parametrize("growth", [0.03, -0.2, 0.0])
def test_posts_grow_exactly_as_they_are_told(growth: float) -> None:
    content = {"posts_growth_per_year": growth, "later_posts_growth_per_year": growth}
    twin = twin_of(scenario(content, structure={"cut_links": ["overspend_slows_bids"]}))
    record = twin.run(2)
    planned = twin.census.posts * (1 + growth) ** np.arange(3)[:, None]
    posts, permanent = record.of("posts")[0], record.of("permanent")[0]
    kept = posts > planned + 1e-9
    np.testing.assert_allclose(posts[~kept], planned[~kept])
    assert np.all(permanent <= posts + 1e-9)
    assert kept.any() == (growth < 0), "a post that is held goes when its holder does"
