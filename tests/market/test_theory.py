"""Limits in which theory says what must happen: exactly, or within the error of chance."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.evidence import CensusStart, census_years
from sim.domain.vocabulary import Event, WorkerState
from sim.market.model import LondonMarket
from sim.market.outcomes import BASE
from sim.rules import choice, hazards
from tests.market.small_london import (
    LAW_STANDS_STILL,
    STILL,
    market_of,
    replicates,
    scenario,
    small_census,
)

NO_QUITS = {
    "sector_exit_per_year": 0.0,
    "agency_exit_per_year": 0.0,
    "bench_leak_per_month": 0.0,
}
BOTH_BIDDING_LINKS = ["unfilled_raises_bids", "rivals_are_leapfrogged"]


def recorded(market: LondonMarket, name: str) -> np.ndarray:
    """Return a recorded column, (month, employer)."""
    return market.panel[: market.month + 1, :, BASE.index(name)]


# Nobody leaves, nobody goes


def test_without_quits_nobody_leaves() -> None:
    for parameters, somebody_leaves in ((NO_QUITS, False), ({}, True)):
        market = market_of(scenario(parameters), years=5)
        market.run()
        assert (market.workforce.out > 0) == somebody_leaves
        assert (recorded(market, "leavers").sum() > 0) == somebody_leaves


def test_when_nothing_can_happen_nothing_happens() -> None:
    market = market_of(scenario(STILL), small_census(extra=0), years=3)
    before = market.workforce.column("state").copy()
    market.run()
    np.testing.assert_array_equal(market.workforce.column("state"), before)
    for name in ("permanent", "agency", "unfilled", "hourly_charges", "cases"):
        column = recorded(market, name)
        np.testing.assert_array_equal(column, np.broadcast_to(column[0], column.shape))


def test_nobody_goes_to_agency_work_before_the_experience_bar() -> None:
    bar = 6.0
    eager = {"flow_to_agency_per_year": 0.3, "eligible_experience_years": bar}
    market = market_of(scenario(eager), small_census(6), years=6)
    market.run()
    gone = 0
    for worker_id in range(market.workforce.size):
        worker = market.worker(worker_id)
        for moment in worker.history:
            if moment.event is Event.WENT_TO_AGENCY:
                since = market.month - moment.month
                assert worker.experience_months - since >= bar * MONTHS_PER_YEAR
                gone += 1
    assert gone > 20


def test_where_nobody_is_experienced_enough_yet_nobody_goes_to_agency_work() -> None:
    young = {
        "start_new_staff_share": 1.0,
        "eligible_experience_years": 10.0,
        "experience_mean_years": 0.0,
    }
    market = market_of(scenario(young), years=1)
    market.run()
    assert recorded(market, "to_agency").sum() == 0


HAZARDS = {
    "sector_exit_per_year": (0.10, "permanent", 1 - np.exp(-0.10 / 12)),
    "agency_exit_per_year": (0.15, "agency", 1 - np.exp(-0.15 / 12)),
    "assignment_ends_per_month": (0.10, "agency", 0.10),
    "bench_leak_per_month": (0.06, "bench", 0.06),
    "bench_search_share": (0.07, "bench", 0.07),
}
"""By parameter: its value, whom it takes away, and each one's chance of that in a month."""


@pytest.mark.parametrize("name", HAZARDS)
def test_each_hazard_alone_takes_people_away_at_its_stated_pace(name: str) -> None:
    value, whom, chance = HAZARDS[name]
    alone = STILL | {"bench_search_share": 0.0, "start_bench_share": 1.0} | {name: value}
    crowd = small_census(1, posts=12_000, permanent=4_000, agency=4_000, extra=0)
    market = market_of(scenario(alone), crowd, years=1)
    market.run()
    left, kept = float(recorded(market, whom)[-1].sum()), (1 - chance) ** 12
    assert abs(left - 4_000 * kept) < 4 * np.sqrt(4_000 * kept * (1 - kept))
    others = {"permanent", "agency", "bench"} - {whom}
    untouched = [column for column in others if recorded(market, column)[-1].sum() == 4_000]
    assert len(untouched) == (1 if name in BETWEEN_AGENCY_STATES else 2), "nobody else goes"


BETWEEN_AGENCY_STATES = ("assignment_ends_per_month", "bench_search_share")


def test_permanent_staff_move_borough_at_their_stated_pace() -> None:
    crowd = small_census(3, posts=4_000, permanent=2_000, agency=0, extra=0)
    market = market_of(scenario(STILL | {"borough_moves_per_year": 0.06}), crowd, years=1)
    market.run()
    expected = 6_000 * 12 * (1 - np.exp(-0.06 / 12))
    assert abs(recorded(market, "moved_away").sum() - expected) < 4 * np.sqrt(expected)
    assert recorded(market, "permanent")[-1].sum() == 6_000


# Strain


@pytest.mark.parametrize("year", census_years())
@pytest.mark.parametrize("psi", [0.0, 0.9, 2.5])
def test_strain_neither_raises_nor_lowers_mean_leaving_at_the_start(year: int, psi: float) -> None:
    start = {"year": year}
    content = {"strain_to_leaving": psi, "leaving_conditions_spread": 0.0}
    market = LondonMarket(scenario(content, start=start), rng=1, years=1)
    staff = market.workforce.permanent
    assert np.average(market.leaving_multiplier, weights=staff) == pytest.approx(1.0, abs=1e-12)
    assert (np.ptp(market.leaving_multiplier) > 0.1) == (psi > 0)


def test_as_many_leave_at_first_whether_or_not_strain_matters() -> None:
    runs, leavers = 40, {}
    for psi in (0.0, 2.5):
        leavers[psi] = 0.0
        for replicate in range(runs):
            market = LondonMarket(
                scenario({"strain_to_leaving": psi}), rng=5, replicate=replicate, years=1
            )
            market.step()
            leavers[psi] += recorded(market, "leavers").sum()
            market.release()
    assert abs(leavers[2.5] - leavers[0.0]) < 4 * np.sqrt(leavers[0.0])
    assert leavers[0.0] > (4 / 0.12) ** 2, "too few to notice what centring takes out"


def test_with_its_link_cut_strain_stays_what_it_was_for_leavers() -> None:
    cut = {"cut_links": ["strain_drives_leaving"]}
    growing = {"cases_growth_per_year": 0.2, "leaving_conditions_spread": 0.0}
    held, free = (
        market_of(scenario(growing, structure=structure), years=2) for structure in (cut, {})
    )
    opening = held.leaving_multiplier.copy()
    for market in (held, free):
        market.run()
    np.testing.assert_allclose(held.leaving_multiplier, opening, rtol=1e-12)
    assert free.leaving_multiplier.mean() > 1.1 * opening.mean()


# Routes

ROUTES: dict[str, Any] = STILL | {
    "flow_to_agency_per_year": 0.2,
    "flow_to_permanent_per_year": 0.3,
    "eligible_experience_years": 0.0,
    "pay_sensitivity": 4.0,
}
ONE_BOROUGH = small_census(1, posts=2_600, permanent=2_000, agency=500, extra=0)
YEARS, BURN_IN_YEARS, RUNS = 30, 10, 2


def chain(market: LondonMarket) -> tuple[float, float]:
    """Return the monthly chances of going and of coming back, from pay, c0 and rho as they are."""
    anybody = market.workforce.ids(WorkerState.PERMANENT)[:1]
    chance = choice.agency_chance(
        market.pull(anybody, market.premium_that_draws(), market.strain),
        market.parameters.pay_sensitivity,
        market.route.attachment,
    )[0]
    pace = market.route.reconsider_per_year
    return tuple(float(hazards.monthly_chance(pace * p)) for p in (chance, 1 - chance))  # type: ignore[return-value]


def long_run(
    parameters: dict[str, Any], census: CensusStart = ONE_BOROUGH, **levers: dict[str, Any]
) -> tuple[float, float, float]:
    """Return the permanent share in the long run, what theory says of it, and its standard error.

    Every worker is a two-state chain: with monthly chances q of going and r of coming back the
    share is r / (q + r), and the error follows from its variance and its memory, 1 / (q + r).
    """
    planned = scenario(
        parameters, start=LAW_STANDS_STILL, structure=levers.pop("structure", None), **levers
    )
    shares = []
    for market in replicates(planned, census, runs=RUNS, years=YEARS):
        permanent = recorded(market, "permanent").sum(axis=1)
        staff = permanent + recorded(market, "agency").sum(axis=1)
        assert np.ptp(staff) == 0, "this London is closed"
        shares.append((permanent / staff)[BURN_IN_YEARS * MONTHS_PER_YEAR :])
        going, back = chain(market)
    theory = back / (going + back)
    independent = np.size(shares) * (going + back) / 2
    error = np.sqrt(theory * (1 - theory) / staff[0] / independent)
    return float(np.mean(shares)), theory, float(error)


def test_one_borough_with_fixed_bids_is_a_two_state_chain() -> None:
    share, theory, error = long_run(ROUTES)
    assert abs(share - theory) < 4 * error
    opening = 0.8
    assert abs(opening - theory) > 20 * error, "the test could not fail"
    assert abs(0.3 / 0.5 - theory) < 0.005, "the start flows decide: .3 / (.2 + .3)"


def test_without_a_pay_gap_or_taste_the_shares_are_the_closed_form_logit() -> None:
    def log_premium(rate: float) -> float:
        priced = ROUTES | {"assignment_rate_2017_per_hour": rate}
        market = market_of(scenario(priced, start=LAW_STANDS_STILL), ONE_BOROUGH)
        premium = float(np.log(market.opening_premium))
        market.release()
        return premium

    level = brentq(log_premium, 12.0, 60.0, xtol=1e-9)
    share, _, error = long_run(ROUTES | {"assignment_rate_2017_per_hour": level})
    beta = ROUTES["pay_sensitivity"]
    attachment = -np.log(0.2 / 0.3) / beta
    agency = 1 / (1 + np.exp(beta * attachment))
    assert abs((1 - share) - agency) < 4 * error + 0.003, "the chain is monthly, the logit is not"


def test_when_a_cap_lowers_agency_pay_the_shares_move_to_the_logit_at_that_pay() -> None:
    cap = {"charge_rate_per_hour": 44.0, "members": 1.0, "tolerance": 1.0}
    capped, theory, error = long_run(ROUTES, cap=cap)
    free = 0.3 / 0.5
    assert theory > free + 10 * error, "the cap is worth a test"
    assert abs(capped - theory) < 4 * error


@pytest.mark.slow
def test_with_its_link_cut_pay_moves_nobody() -> None:
    cap = {"charge_rate_per_hour": 44.0, "members": 1.0, "tolerance": 1.0}
    cut = {"cut_links": ["pay_draws_to_agency"]}
    share, theory, error = long_run(ROUTES, cap=cap, structure=cut)
    assert theory == pytest.approx(0.3 / 0.5, abs=0.005)
    assert abs(share - theory) < 4 * error


def test_the_start_shows_the_two_flows_it_was_solved_for() -> None:
    """Tastes, bands and strain differ; the hazards of the people at the start still add up."""
    market = LondonMarket(scenario({"taste_spread": 0.3}), rng=3, years=1)
    workforce, beta = market.workforce, market.parameters.pay_sensitivity
    permanent, placed = (workforce.ids(s) for s in (WorkerState.PERMANENT, WorkerState.PLACED))
    eligible = permanent[workforce.experience_months(permanent) >= 24]

    def chances(ids: np.ndarray) -> np.ndarray:
        pull = market.pull(ids, market.opening_pay.log_premium, market.opening_strain)
        return choice.agency_chance(pull, beta, market.route.attachment)

    pace = market.route.reconsider_per_year
    going = pace * chances(eligible).sum() / permanent.size
    back = pace * (1 - chances(placed)).sum() / placed.size
    assert going == pytest.approx(market.parameters.flow_to_agency_per_year, abs=1e-9)
    assert back == pytest.approx(market.parameters.flow_to_permanent_per_year, abs=1e-9)


# Bids


def test_bids_stay_where_they_were_when_both_links_to_them_are_cut() -> None:
    structure = {"cut_links": BOTH_BIDDING_LINKS, "bid_trigger": "vacancies"}
    market = LondonMarket(scenario({"equal_pay_share": 0.0}, structure=structure), rng=1, years=3)
    opening = market.charge_rates
    market.run()
    np.testing.assert_array_equal(market.charge_rates, opening)


@pytest.mark.parametrize("cut", BOTH_BIDDING_LINKS)
def test_either_link_alone_moves_bids(cut: str) -> None:
    structure = {"cut_links": [cut], "bid_trigger": "vacancies"}
    market = market_of(scenario(structure=structure), small_census(permanent=30, agency=15))
    opening = market.charge_rates
    market.run()
    assert np.all(market.charge_rates >= opening)
    assert np.any(market.charge_rates > opening)


@pytest.mark.parametrize("uprated", [False, True])
def test_a_cap_binds_to_the_penny_nominal_unless_uprated(uprated: bool) -> None:
    always_short = {
        "unfilled_target": 0.0, "vacancy_target": 0.0, "vacancy_habit_share": 0.0, "bid_speed": 5.0,
    }  # fmt: skip
    structure = {"bid_trigger": "vacancies", "cut_links": ["overspend_slows_bids"]}
    cap = {"charge_rate_per_hour": 40.0, "members": 1.0, "tolerance": 1.0, "uprated": uprated}
    planned = scenario(always_short, structure=structure, cap=cap)
    market = market_of(planned, small_census(permanent=25, agency=20), years=4)
    opening = market.rules.salary_index
    for _ in range(48):
        market.step()
        level = 40.0 * (market.rules.salary_index / opening if uprated else 1.0)
        np.testing.assert_allclose(market.charge_rates, level, rtol=1e-12 if uprated else 0.0)
    assert market.rules.price_level > 1.05
    np.testing.assert_array_equal(recorded(market, "bound_members")[1:], 1.0)


def test_bids_that_nobody_needs_sink_to_equal_pay_and_no_further() -> None:
    content = {"unfilled_target": 1.0, "bid_speed": 5.0}
    market = market_of(scenario(content), years=3)
    market.run()
    np.testing.assert_array_equal(market.charge_rates, market.rules.lowest_lawful_charge)
    without = market_of(scenario(content | {"equal_pay_share": 0.0}), years=3)
    without.run()
    assert np.all(without.charge_rates < 0.5 * market.rules.lowest_lawful_charge)


# Posts and hiring


@pytest.mark.parametrize("growth", [0.03, -0.2, 0.0])
def test_posts_grow_exactly_as_they_are_told(growth: float) -> None:
    content = {"posts_growth_per_year": growth, "later_posts_growth_per_year": growth}
    structure = {"cut_links": ["overspend_slows_bids"]}
    market = market_of(scenario(content, structure=structure), years=2)
    market.run()
    months = np.arange(25)[:, None]
    planned = np.rint(market.census.posts * (1 + growth) ** (months / 12))
    before = np.vstack([market.census.permanent, recorded(market, "permanent")[:-1]])
    np.testing.assert_array_equal(recorded(market, "posts"), np.maximum(planned, before))


def test_a_borough_fills_at_most_a_third_of_its_vacancies_in_a_month() -> None:
    eager = STILL | {"outside_hires_per_post": 1.0, "monthly_hiring_limit": 1 / 3}
    structure = {"hiring": "responsive"}
    census = small_census(permanent=20, agency=0, extra=0)
    market = market_of(scenario(eager, structure=structure), census, years=1)
    market.run()
    vacancies = recorded(market, "vacancies")
    hired = [before - after for before, after in pairwise(vacancies)]
    limits = [np.ceil(before / 3) for before in vacancies[:-1]]
    assert np.all(np.array(hired) <= np.array(limits))
    assert np.any(np.array(hired) == np.array(limits))


def test_half_of_the_newly_qualified_come_in_september() -> None:
    pipeline = STILL | {"newly_qualified_per_post": 1.0, "newly_qualified_per_supervisor": 5.0}
    census = small_census(1, posts=6_000, permanent=2_000, agency=0, extra=0)
    planned = scenario(pipeline | {"monthly_hiring_limit": 1.0, "experience_mean_years": 20.0})
    market = market_of(planned, census, years=1)
    market.run()
    hired = recorded(market, "starters").sum(axis=1)
    assert market.today.month == 9
    assert hired[1] == pytest.approx(0.2 * 6_000, rel=0.15)
    assert hired[2:12].sum() == pytest.approx(0.3 * 6_000, rel=0.15)
    assert hired[12] > 2 * hired[2:12].max()


def test_an_establishment_that_shrinks_ends_assignments_and_dismisses_nobody() -> None:
    growth = {"posts_growth_per_year": -0.2, "later_posts_growth_per_year": -0.2}
    stays = STILL | NO_QUITS | growth | {"extra_agency_share": 0.0}
    market = market_of(scenario(stays), small_census(4, posts=100, permanent=70), years=3)
    opened = market.census.permanent.copy()
    for month in range(1, 37):
        market.step()
        assert np.all(market.permanent <= market.posts), month
        assert market.outcome("permanent_share_of_posts") <= 1.0
        assert np.all(market.placed <= market.agency_places()), month
    planned = np.rint(100 * 0.8**3)
    assert np.all(opened > planned), "the plan would cut posts that are held"
    assert np.all(market.posts == market.permanent), "the vacant ones went, the held ones stay"
    assert market.placed.sum() == 0, "and nobody covers a vacancy that is not there"
