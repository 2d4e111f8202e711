"""The mean field: a case solved on paper, and the agents' own stationary shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from sim.domain.evidence import CensusStart
from sim.domain.headline import WORKFORCE
from sim.london.prices import boroughs_bid_for_agency_staff
from sim.market.outcomes import OUTCOME, measured
from sim.rules import hazards
from sim.scenario import Scenario, load_scenario
from sim.studies.tip.method.along_lever import fold, followed
from sim.studies.tip.method.meanfield import (
    Attractor,
    attractors,
    jacobian,
    keeps_its_place,
    largest_eigenvalue,
    root_near,
    watched,
    whole_rounds,
)
from sim.studies.tip.method.slow_sweep import slow_sweep
from sim.studies.tip.method.still import Still, boroughs_bid_on_average
from sim.twin import Twin
from tests.market.small_london import (
    LAW_STANDS_STILL,
    STILL,
    replicates,
    scenario,
    small_census,
)

LEAVES, REPELS = 0.1, 6.0
ON_PAPER: dict[str, Any] = {
    # agency staff without end cover every vacancy at a fixed price; all leave at one pace
    **STILL,
    "sector_exit_per_year": LEAVES,
    "strain_to_leaving": 0.0,
    "strain_to_hiring": 0.0,
    "reputation_sensitivity": REPELS,
    "outsiders_per_post": 1.0,
    "bench_leak_per_month": 0.02,
    "monthly_hiring_limit": 1.0,
}
"""A London in which only leaving and hiring act: h (v/.22) exp(-rep (a - .22)) against x (1 - v),
with the agency share a equal to the vacancy share v because agency staff cover all of it."""
EXTRA = 20
"""Agency staff above the establishment in each borough, now and always."""
BIG: dict[str, Any] = {
    "pay_growth_per_year": 0.0,
    "posts_growth_per_year": 0.0,
    "later_posts_growth_per_year": 0.0,
    "cases_growth_per_year": 0.0,
    "inspections_per_year": 0.0,
    "leaving_conditions_spread": 0.0,
    "common_hiring_spread": 0.0,
    "common_leaving_spread": 0.0,
    "leadership_spread": 0.0,
    "extra_agency_share": EXTRA / 1500,
}
"""Constant conditions without inspectors or luck common to all: what the mean field describes."""
SHORT_OF_STAFF = BIG | {"sector_exit_per_year": 0.13}
SHARES = (WORKFORCE, "permanent_share_of_posts", "unfilled_share_of_posts")
WATCHED = 40
"""Years over which the agents' shares are averaged."""
AT_REST: list[tuple[str, float | None, int]] = [
    ("responsive", 40.0, 20),
    ("reputation", None, 40),
    ("reputation", 40.0, 20),
    ("supply_limited", None, 40),
    ("budget", 40.0, 20),
]
"""Where the mean field comes to rest, and the years that takes from the opening state."""
LARGER = {("reputation", None): 4.0, ("supply_limited", None): 4.0}
"""Times as many posts. Without a cap these rests are weakly damped (eigenvalues .95 and .96), so
that luck keeps 6,000 posts swinging about them for decades (by .04 under supply-limited hiring, by
.02 with 24,000 posts), and it pushes bids up more than down: the shift belongs to small numbers."""


def on_paper(hires: float, reputation: float = REPELS) -> Still:
    planned = scenario(
        {**ON_PAPER, "outside_hires_per_post": hires, "reputation_sensitivity": reputation},
        start=LAW_STANDS_STILL,
        structure={"hiring": "reputation", "bid_trigger": "unfilled"},
    )
    census = small_census(1, posts=2000, permanent=1560, agency=440, extra=0)
    return Still(planned, census=census)


def vacancy(still: Still, state: np.ndarray) -> float:
    return 1.0 - float(still.shares_of(state[None])["permanent_share_of_posts"][0])


def hires_at(vacant: float) -> float:
    """Return the hires per post and year that keep vacancies where they are, on paper.

    In a month staff leave first; their posts are open when the month's hiring begins, and agency
    staff are still those who covered last month's vacancies.
    """
    leaving = float(hazards.monthly_chance(LEAVES)) * (1.0 - vacant)
    open_posts = vacant + leaving
    agency_share = vacant / (vacant + 1.0 - open_posts)
    answer = open_posts / 0.22 * np.exp(-REPELS * (agency_share - 0.22))
    return 12.0 * leaving / answer


def folds_on_paper() -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (vacancy share, hires) where the well staffed state ends, and where the other does."""
    middle = minimize_scalar(lambda v: -hires_at(v), bounds=(0.5, 0.95), method="bounded").x
    first = minimize_scalar(hires_at, bounds=(0.05, middle), method="bounded").x
    return (first, hires_at(first)), (middle, hires_at(middle))


# On paper


def test_folds_on_paper_are_those_of_continuous_time_but_for_the_length_of_a_month() -> None:
    # d/dv of v exp(-rep v) / (1 - v) is zero where rep v (1 - v) = 1
    (first, _), (second, _) = folds_on_paper()
    root = np.sqrt(1.0 - 4.0 / REPELS)
    assert first == pytest.approx((1.0 - root) / 2.0, abs=0.015)
    assert second == pytest.approx((1.0 + root) / 2.0, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize(("hires", "count"), [(0.05, 1), (0.10, 2), (0.25, 1)])
def test_every_stable_state_on_paper_is_found_and_no_other(hires: float, count: int) -> None:
    still = on_paper(hires)
    found = attractors(still)
    assert len(found) == count
    for one in found:
        assert one.is_confirmed
        assert not one.is_cycle
        assert one.root.is_stable
        assert hires_at(vacancy(still, one.root.state)) == pytest.approx(hires, rel=1e-5)


@pytest.mark.long
def test_the_state_between_two_stable_ones_is_the_unstable_one_on_paper() -> None:
    still = on_paper(0.10)
    well, badly = attractors(still)
    along = np.linspace(0.0, 1.0, 21)[1:-1, None]
    between = well.root.state + along * (badly.root.state - well.root.state)
    found = [root_near(still, guess, still.opening_members[0]) for guess in between]
    edges = [root for root in found if root.is_found and not root.is_stable]
    assert edges
    (first, _), (second, _) = folds_on_paper()
    unstable = brentq(lambda v: hires_at(v) - 0.10, first, second)
    for edge in edges:
        assert edge.radius > 1.0
        assert not edge.turns
        assert vacancy(still, edge.state) == pytest.approx(unstable, abs=1e-5)


@pytest.mark.long
def test_continuation_finds_both_folds_of_the_paper() -> None:
    (_, lowest), (_, highest) = folds_on_paper()
    well, badly = (one.root for one in attractors(on_paper(0.10)))
    precision = 0.0005
    assert fold(on_paper, well, 0.10, 0.06, precision) == pytest.approx(lowest, abs=precision)
    assert fold(on_paper, badly, 0.10, 0.25, precision) == pytest.approx(highest, abs=precision)
    along = followed(on_paper, np.linspace(0.10, 0.06, 9).tolist(), well)
    assert along[-1][0] == pytest.approx(0.08)  # the last value before the fold at .0758


@pytest.mark.long
def test_a_lever_moved_up_and_down_shows_both_states_between_the_folds_only() -> None:
    values = (0.06, 0.09, 0.16, 0.22)
    (_, lowest), (_, highest) = folds_on_paper()
    sweep = slow_sweep(on_paper, values)
    assert sweep.stays_apart[:, 0].tolist() == [lowest < value < highest for value in values]
    assert sweep.two_states() == (0.09, 0.16)
    assert np.all(sweep.down[WORKFORCE] >= sweep.up[WORKFORCE] - 1e-3)


@pytest.mark.long
def test_a_london_that_lingers_where_a_fold_was_is_on_its_way_to_the_only_state() -> None:
    """Just beyond the fold a state that has vanished still holds London up for decades."""
    (_, _), (badly, highest) = folds_on_paper()
    still = on_paper(highest * 1.02)
    begin = still.staffed(1.0 - badly, 1.0, 1.0)
    decades = still.after(begin, still.opening_members, years=40)[0]
    assert vacancy(still, decades[0]) == pytest.approx(badly, abs=0.1)
    (found,) = attractors(still, np.vstack([still.opened, decades]))
    assert found.is_confirmed
    assert vacancy(still, found.root.state) < 0.1


@pytest.mark.long
def test_weak_reputation_never_makes_two_states() -> None:
    # on paper two folds need rep v (1 - v) = 1, and so rep above 4
    sweep = slow_sweep(lambda hires: on_paper(hires, 3.5), (0.04, 0.06, 0.08, 0.10, 0.12))
    assert not sweep.stays_apart.any()
    assert sweep.two_states() is None


def test_a_slow_passage_is_no_cycle_and_a_cycle_is_read_in_whole_rounds() -> None:
    years = np.arange(80.0)
    wave = 0.8 + 0.05 * np.sin(2.0 * np.pi * (years + 5.0) / 20.0)
    rounds, count = whole_rounds(wave)
    assert count == 3
    assert wave[rounds].mean() == pytest.approx(0.8, abs=1e-9)
    assert whole_rounds(0.5 + years / 1000.0)[1] == 0
    passing = np.stack([wave, 0.5 + years / 1000.0], axis=1)
    assert keeps_its_place(passing[:40], passing[40:]).tolist() == [True, False]


# The map


def test_the_jacobian_is_what_a_small_push_does() -> None:
    still = Still(load_scenario("no-cap"), month=60)
    state = still.after(still.opened, still.opening_members, years=15)[0][0]
    moves = jacobian(still, state, still.opening_members[0])
    push = np.random.default_rng(1).normal(size=state.size) * 1e-6
    pair = np.stack([state, state + push])
    after = still.moved_on(pair, np.repeat(still.opening_members, 2, axis=0))
    assert np.allclose(after[1] - after[0], moves @ push, atol=1e-8)


@pytest.mark.slow
def test_the_largest_eigenvalue_is_that_of_all_of_them() -> None:
    still = Still(load_scenario("no-cap"), month=60)
    state = still.after(still.opened, still.opening_members, years=30)[0][0]
    moves = jacobian(still, state, still.opening_members[0])
    every = np.abs(np.linalg.eigvals(moves)).max()
    assert abs(largest_eigenvalue(moves)) == pytest.approx(every, abs=1e-6)


def test_a_state_stands_for_the_london_it_was_read_from() -> None:
    still = Still(load_scenario("pan-london-cap"), month=60)
    state, members = still.opened, still.opening_members
    once = still.after(state, members, years=2)[0]
    for _ in range(2):
        state = still.moved_on(state, members)
    assert np.allclose(state, once, atol=1e-12)


def test_many_draws_at_once_go_the_way_of_each() -> None:
    planned = load_scenario("no-cap")
    growth = np.array([0.0, 0.03])
    both = Still(planned, {"posts_growth_per_year": growth}, 2, month=24)
    found = both.after(both.opened, both.opening_members, years=2)[0]
    for place, one in enumerate(growth):
        alone = Still(planned.with_parameters({"posts_growth_per_year": float(one)}), month=24)
        state = alone.after(alone.opened, alone.opening_members, years=2)[0]
        assert np.allclose(found[place], state[0], atol=1e-9)


@pytest.mark.parametrize("trigger", ["unfilled", "vacancies"])
def test_where_posts_are_many_a_bid_on_average_is_the_bid(trigger: str) -> None:
    census = small_census(4, posts=10**9, permanent=7 * 10**8, agency=2 * 10**8, extra=0)
    planned = scenario(
        {"leadership_agency_slope": 0.0},
        start=LAW_STANDS_STILL,
        structure={"bid_trigger": trigger},
    )
    still = Still(planned, census=census)
    still.unpack(still.staffed(0.7, 0.6, 1.1))
    still.prices = still.prices * np.linspace(0.95, 1.05, 4)[None, :, None]
    boroughs_bid_on_average(still)
    averaged = still.wanted
    boroughs_bid_for_agency_staff(still)
    assert np.allclose(averaged, still.wanted, rtol=1e-6)


# The agents


def big(hiring: str, cap: float | None, **parameters: float) -> Scenario:
    levers: dict[str, Any] = {}
    if cap is not None:
        levers["cap"] = {"members": 1.0, "charge_rate_per_hour": cap, "enforcement": "strict"}
    structure = {"hiring": hiring, "bid_trigger": "unfilled"}
    given = SHORT_OF_STAFF | parameters
    return scenario(given, start=LAW_STANDS_STILL, structure=structure, **levers)


def big_census(times: float = 1.0) -> CensusStart:
    people = {"posts": 1500, "permanent": 1140, "agency": 290, "extra": EXTRA}
    return small_census(4, **{name: round(times * count) for name, count in people.items()})


def rest_of(planned: Scenario) -> Attractor:
    still = Still(planned, census=big_census())
    (found,) = attractors(still, still.opened)
    assert found.is_confirmed
    return found


def agents_over(
    planned: Scenario, *, after: int, years: int, times: float = 1.0, runs: int = 1
) -> dict[str, np.ndarray]:
    """Return the agents' shares at the censuses of some years, (run, census)."""
    markets = replicates(planned, big_census(times), runs=runs, years=after + years)
    panels = [market.panel[12 * after :: 12].copy() for market in markets]
    return {
        name: np.stack([measured(one, OUTCOME[name], london=True)[1:] for one in panels])
        for name in SHARES
    }


def twin_over(planned: Scenario, *, after: int, years: int, draws: int) -> dict[str, np.ndarray]:
    """Return the shares of the twin with luck at the censuses of some years, (draw, census)."""
    record = Twin(planned, {}, draws, 7, census=big_census()).run(after + years)
    permanent, placed, posts, unfilled = (
        record.of(name).sum(axis=-1)[:, after + 1 :]
        for name in ("permanent", "agency", "posts", "unfilled")
    )
    values = (permanent / (permanent + placed), permanent / posts, unfilled / posts)
    return dict(zip(SHARES, values, strict=True))


@pytest.mark.long
@pytest.mark.parametrize(("hiring", "cap", "after"), AT_REST)
def test_agents_have_the_stationary_shares_of_the_mean_field(
    hiring: str, cap: float | None, after: int
) -> None:
    planned = big(hiring, cap)
    rest = rest_of(planned)
    assert not rest.is_cycle
    times = LARGER.get((hiring, cap), 1.0)
    found = agents_over(planned, after=after, years=WATCHED, times=times)
    for name, shares in found.items():
        assert shares.mean() == pytest.approx(rest.shares[name], abs=0.01), name


@pytest.mark.long
def test_agents_are_on_the_mean_field_s_way_where_rest_is_a_century_off() -> None:
    """Supply-limited hiring pulls staff back so weakly that small numbers wander for decades.

    With 6,000 posts a mean of 40 years is .018 off by luck alone, so the way there is compared,
    with sixteen times as many posts.
    """
    planned, after, years = big("supply_limited", 40.0), 20, 30
    still = Still(planned, census=big_census())
    opened = (still, still.opened, still.opening_members)
    way = watched(*opened, settling=after, watching=years).shares
    found = agents_over(planned, after=after, years=years, times=16.0)
    for name, shares in found.items():
        assert shares.mean() == pytest.approx(way[name][1:].mean(), abs=0.01), name


@pytest.mark.long
@pytest.mark.parametrize("hiring", ["responsive", "budget"])
def test_where_the_mean_field_goes_round_there_is_no_stationary_share_but_a_mean(
    hiring: str,
) -> None:
    """Bids chase shortages for ever: the mean over whole rounds is that of many lucky Londons."""
    planned = big(hiring, None)
    round_ = rest_of(planned)
    assert round_.is_cycle
    assert not round_.root.is_stable
    assert round_.root.turns
    found = twin_over(planned, after=60, years=120, draws=40)
    for name, shares in found.items():
        assert shares.mean() == pytest.approx(round_.shares[name], abs=0.01), name


@pytest.mark.long
def test_agents_go_round_where_the_mean_field_does() -> None:
    """As far up and down, and on average within the error that a few rounds leave."""
    planned = big("responsive", None)
    round_ = rest_of(planned)
    shares = agents_over(planned, after=20, years=100)[WORKFORCE]
    low, high = np.quantile(shares, (0.05, 0.95))
    assert low == pytest.approx(round_.low, abs=0.03)
    assert high == pytest.approx(round_.high, abs=0.03)
    assert shares.mean() == pytest.approx(round_.shares[WORKFORCE], abs=0.01)


@pytest.mark.long
def test_agents_tip_where_the_mean_field_does() -> None:
    """London passes a share at the same cap, within .04 of its logarithm."""
    wanted = 0.85

    def above(cap: float) -> float:
        return rest_of(big("supply_limited", cap)).shares[WORKFORCE] - wanted

    critical = brentq(above, 38.0, 44.0, xtol=0.1)
    below, beyond = (
        agents_over(big("supply_limited", critical * factor), after=20, years=20)[WORKFORCE].mean()
        for factor in (np.exp(-0.04), np.exp(0.04))
    )
    assert below > wanted > beyond
