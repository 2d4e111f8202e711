"""The market as an ordinary Mesa model, and its start as the census found it."""

from __future__ import annotations

import gc
import tracemalloc
import weakref

import mesa
import numpy as np
import pytest
from scipy.stats import chisquare

from sim.domain.compiled import compiled
from sim.domain.evidence import census_start, census_years
from sim.domain.randomness import Streams
from sim.domain.vocabulary import LONDON, Event, Source, WorkerState
from sim.market import model
from sim.market.boroughs import Borough
from sim.market.collecting import COLLECTED
from sim.market.loops import ASSIGNMENT_CHOICE, People, best_liked, rationed
from sim.market.luck import persons
from sim.market.model import MONTH, LondonMarket
from sim.market.ofsted import Ofsted
from sim.market.outcomes import BASE, OUTCOMES
from sim.market.pledge import Pledge
from sim.rules import agency_work
from sim.scenario import load_scenario
from tests.market.small_london import market_of, scenario, small_census
from tests.market.test_invariants import lives_add_up


def panel_of(**chosen: int) -> np.ndarray:
    market = market_of(scenario(), **chosen)
    market.run()
    market.release()
    return market.panel


# A Mesa model


def test_it_is_made_and_stepped_like_any_mesa_model() -> None:
    market = LondonMarket("baseline", rng=1)
    assert isinstance(market, mesa.Model)
    assert (market.steps, market.month) == (0, 0)
    market.step()
    market.step()
    assert (market.steps, market.month) == (2, 2)
    market.release()


def test_its_agents_are_the_boroughs_one_pledge_and_ofsted() -> None:
    market = LondonMarket("baseline", rng=1)
    kinds = [type(agent) for agent in market.agents]
    assert kinds.count(Borough) == 32
    assert kinds.count(Pledge) == 1
    assert kinds.count(Ofsted) == 1
    assert len(kinds) == 34
    assert {b.name for b in market.agents_by_type[Borough]} == set(market.employers)
    market.release()


def test_its_data_collector_gives_one_row_a_month() -> None:
    market = market_of(scenario())
    market.run()
    table = market.datacollector.get_model_vars_dataframe()
    assert tuple(table.columns) == (*COLLECTED, "root_seed")
    assert len(table) == 13
    assert table["permanent_fte"].iloc[0] == market.census.permanent.sum()
    assert table["agency_fte"].iloc[-1] == market.workforce.placed.sum()
    assert table["charge_rate_per_hour"].iloc[-1] == market.outcome("charge_rate_per_hour")
    assert table.notna().all().all()


def test_a_step_is_every_phase_of_the_month_once_and_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []

    def noting(name: str) -> object:
        return lambda market: done.append(name)

    names = [phase.__name__ for phase in MONTH]
    market = market_of(scenario())
    monkeypatch.setattr(model, "MONTH", tuple(noting(name) for name in names))
    monkeypatch.setattr(market, "datacollector", mesa.DataCollector())
    market.step()
    assert done == names
    assert names[0] == "rules_come_into_force"
    assert names[-1] == "outcomes_are_recorded"


def test_it_can_be_stepped_beyond_the_years_it_was_planned_for() -> None:
    market, longer = market_of(scenario(), years=1), market_of(scenario(), years=2)
    for _ in range(15):
        market.step()
        longer.step()
    np.testing.assert_array_equal(market.panel[:16], longer.panel[:16])


# The same luck, or other luck


def test_the_same_seed_gives_the_same_panel_to_the_bit() -> None:
    np.testing.assert_array_equal(panel_of(seed=7), panel_of(seed=7))


@pytest.mark.parametrize("other", [{"seed": 8}, {"seed": 7, "replicate": 1}])
def test_another_seed_or_replicate_gives_another_panel(other: dict[str, int]) -> None:
    assert not np.array_equal(panel_of(seed=7), panel_of(**other))


def test_a_longer_horizon_begins_with_the_shorter_one() -> None:
    np.testing.assert_array_equal(panel_of(years=2)[:13], panel_of(years=1))


def test_mesas_own_randomness_is_never_consulted() -> None:
    quiet, disturbed = market_of(scenario()), market_of(scenario())
    untouched = quiet.random.getstate(), quiet.rng.bit_generator.state
    for month in range(12):
        disturbed.random.seed(month)
        disturbed.rng = np.random.default_rng(month)
        disturbed.agents.shuffle(inplace=True)
        quiet.step()
        disturbed.step()
    np.testing.assert_array_equal(quiet.panel, disturbed.panel)
    assert (quiet.random.getstate(), quiet.rng.bit_generator.state) == untouched


def test_the_globals_of_random_and_numpy_are_never_consulted() -> None:
    np.random.seed(1)
    one = panel_of()
    np.random.seed(2)
    np.testing.assert_array_equal(panel_of(), one)


# Luck belongs to people, not to places in a list


def test_the_nth_newcomer_of_a_borough_is_the_same_person_whoever_else_comes() -> None:
    streams, parameters = Streams(1), scenario().parameters
    few, many = (
        persons(streams, parameters, Source.OUTSIDE_HIRE, np.array(counts), 5)
        for counts in ([1, 3, 2], [9, 3, 0])
    )
    for name in ("keys", "taste", "qualified_month", "company"):
        one, other = getattr(few, name), getattr(many, name)
        np.testing.assert_array_equal(one[few.employers == 1], other[many.employers == 1])
        np.testing.assert_array_equal(one[few.employers == 0], other[many.employers == 0][:1])


@compiled
def liked(people: People, appeal: np.ndarray, slots: np.ndarray) -> np.ndarray:
    """Return the employer that each likes best when looking for an assignment."""
    word, found = people.words[ASSIGNMENT_CHOICE], np.empty(people.living.size, np.int64)
    for nth, one in enumerate(people.living):
        found[nth] = best_liked(people.rows.key[one], word, slots, appeal)
    return found


def test_who_gets_a_place_does_not_depend_on_the_order_in_which_people_stand() -> None:
    market = LondonMarket("no-cap", rng=1, years=1)
    placed = market.workforce.ids(WorkerState.PLACED)
    employers = market.workforce.of("employer", placed).astype(np.int64)
    places = market.workforce.placed // 3
    lucky = set(placed[rationed(market.people, placed, employers, places)])
    turned = placed[::-1]
    again = set(turned[rationed(market.people, turned, employers[::-1], places)])
    assert lucky == again
    given = np.bincount(market.workforce.of("employer", np.array(sorted(lucky))), minlength=32)
    np.testing.assert_array_equal(given, places)
    assert np.mean(sorted(lucky)) == pytest.approx(placed.mean(), rel=0.02), "not first come"
    market.release()


def test_a_gap_that_closes_elsewhere_changes_nobody_else_s_choice() -> None:
    market = LondonMarket("no-cap", rng=1, years=1)
    placed = market.workforce.ids(WorkerState.PLACED)
    gaps = market.agency_places().astype(float)
    fewer = np.where(np.arange(gaps.size) == 7, 0.0, gaps)
    before, after = (
        liked(
            market.people._replace(living=placed),
            agency_work.assignment_appeal(g, market.charge_rates, 4.0),
            market.slots,
        )
        for g in (gaps, fewer)
    )
    elsewhere = before != 7
    np.testing.assert_array_equal(before[elsewhere], after[elsewhere])
    assert (after != 7).all()
    assert (~elsewhere).sum() > 10
    market.release()


def test_agency_staff_choose_in_proportion_to_gap_and_pay() -> None:
    market = LondonMarket("no-cap", rng=1, years=1)
    permanent = market.workforce.ids(WorkerState.PERMANENT)
    weights = market.agency_places() * market.charge_rates**4.0
    appeal = agency_work.assignment_appeal(
        market.agency_places().astype(float), market.charge_rates, 4.0
    )
    people = market.people._replace(living=permanent)
    chosen = np.bincount(liked(people, appeal, market.slots), minlength=32)
    assert chisquare(chosen, permanent.size * weights / weights.sum()).pvalue > 1e-3
    assert chisquare(chosen, np.full(32, permanent.size / 32)).pvalue < 1e-3
    market.release()


# Letting go


def test_a_released_market_is_freed() -> None:
    market = market_of(scenario())
    market.run()
    seen = weakref.ref(market)
    market.release()
    del market
    gc.collect()
    assert seen() is None


@pytest.mark.slow
def test_memory_stays_flat_over_many_runs() -> None:
    def begun(replicate: int) -> LondonMarket:
        market = market_of(scenario(), replicate=replicate)
        market.step()
        return market

    def in_use() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    begun(0).release()
    tracemalloc.start()
    before = in_use()
    kept = begun(0)
    one_market = in_use() - before
    kept.release()
    del kept
    before = in_use()
    for replicate in range(30):
        begun(replicate).release()
    grown = in_use() - before
    tracemalloc.stop()
    assert grown < 5 * one_market, "thirty would be kept if any were"


@pytest.mark.skipif(not hasattr(mesa.Agent, "_ids"), reason="this release of Mesa keeps none")
def test_mesa_keeps_no_list_of_released_models() -> None:
    ids = mesa.Agent._ids
    before = len(ids)
    for replicate in range(5):
        panel_of(replicate=replicate)
    assert len(ids) == before


# The start


@pytest.mark.parametrize("year", census_years())
def test_month_0_is_the_census_of_every_year(year: int) -> None:
    market = LondonMarket(scenario(start={"year": year}), rng=1, years=1)
    census = census_start(year)
    month_0 = dict(zip(BASE, market.panel[0].T, strict=True))
    for name in ("posts", "permanent", "agency", "extra"):
        np.testing.assert_array_equal(month_0[name], getattr(census, name))
    vacancies = census.posts - census.permanent
    np.testing.assert_array_equal(month_0["vacancies"], vacancies)
    np.testing.assert_array_equal(month_0["unfilled"], vacancies + census.extra - census.agency)
    np.testing.assert_allclose(month_0["cases"], census.cases, rtol=1e-12)
    assert market.today.isoformat() == f"{year}-09-30"
    bench = round(market.parameters.start_bench_share * census.agency.sum())
    assert market.outcome("bench_fte") == pytest.approx(bench, rel=1e-12)
    market.release()


def test_a_stylised_start_has_the_vacancy_share_it_states() -> None:
    market = LondonMarket("vicious-circle", rng=1, years=1)
    assert market.outcome("vacancy_share") == pytest.approx(0.30, abs=0.002)
    assert market.today.isoformat() == "2014-09-30"
    market.release()


def test_pay_opens_at_the_stated_rate_and_spread() -> None:
    spread = {"starting_bid_spread": 0.1, "assignment_rate_2017_per_hour": 33.0}
    bids = np.concatenate(
        [
            market_of(
                scenario(spread, start={"year": 2017}), small_census(31), replicate=run
            ).charge_rates
            for run in range(40)
        ]
    )
    assert bids.mean() == pytest.approx(33.0 / 0.88, rel=4 * 0.1 / np.sqrt(bids.size))
    assert np.log(bids).std() == pytest.approx(0.1, rel=0.1)


def test_agency_staff_start_with_the_higher_tastes_and_experience_beyond_three_years() -> None:
    market = LondonMarket("no-cap", rng=1, years=1)
    workforce = market.workforce
    permanent, placed = (workforce.ids(s) for s in (WorkerState.PERMANENT, WorkerState.PLACED))
    taste = workforce.column("taste")
    assert taste[placed].mean() > taste[permanent].mean() + 0.1
    assert workforce.experience_months(placed).min() >= 36
    young = workforce.experience_months(permanent) < 36
    assert young.mean() == pytest.approx(0.28, abs=4 * np.sqrt(0.28 * 0.72 / permanent.size))
    market.release()


# Reading one number, or one life


def test_every_outcome_of_a_month_can_be_read_for_london_and_for_one_employer() -> None:
    market = LondonMarket("baseline", rng=1, years=1)
    market.step()
    for outcome in OUTCOMES:
        assert np.isfinite(market.outcome(outcome.name)), outcome.name
        if not outcome.london_only:
            assert np.isfinite(market.outcome(outcome.name, "Barnet")), outcome.name
    posts = [market.outcome("posts_fte", name) for name in market.employers]
    assert market.outcome("posts_fte") == sum(posts)
    market.release()


def test_what_cannot_be_read_is_refused() -> None:
    market = market_of(scenario())
    with pytest.raises(KeyError, match="Atlantis"):
        market.outcome("posts_fte", "Atlantis")
    with pytest.raises(KeyError):
        market.outcome("happiness", LONDON)
    with pytest.raises(KeyError, match="no worker"):
        market.worker(market.workforce.size)
    with pytest.raises(KeyError, match="no worker"):
        market.worker(-1)


def test_the_histories_of_london_s_workers_end_where_the_workers_are() -> None:
    market = LondonMarket(load_scenario("vicious-circle"), rng=2, years=3)
    market.run()
    lives_add_up(market, every=211)
    market.release()


def test_a_worker_s_history_tells_when_and_where() -> None:
    market = market_of(scenario(), years=6)
    market.run()
    movers = [
        worker
        for worker in map(market.worker, range(market.workforce.size))
        if worker.source is Source.START_PERMANENT
        and [moment.event for moment in worker.history[1:2]] == [Event.WENT_TO_AGENCY]
    ]
    assert movers
    for worker in movers:
        began, went, *later = worker.history
        assert (began.month, began.employer) == (0, went.employer)
        assert went.month > 0
        if later and later[0].event is Event.ASSIGNMENT_BEGAN:
            assert later[0].month >= went.month
        assert worker.tenure_months == market.month - max(
            moment.month for moment in worker.history if moment.event in SETTLED
        )


SETTLED = (
    Event.ENTERED,
    Event.TOOK_PERMANENT_POST,
    Event.MOVED_BOROUGH,
    Event.ASSIGNMENT_BEGAN,
)
