"""What who knows Mesa may expect of a Mesa model: its runners, seeds, pickles, reporters."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import random
import warnings
import weakref
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

from sim.domain.randomness import root_seed
from sim.market.boroughs import Borough
from sim.market.model import LondonMarket
from tests.market.small_london import market_of, scenario

PLAIN = scenario()


def run_in_batch(model: type[mesa.Model], parameters: dict[str, Any], **how: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        # Mesa 3.4 and later would rather have `rng=` than `iterations=`.
        warnings.simplefilter("ignore", DeprecationWarning)
        rows = mesa.batch_run(model, parameters, display_progress=False, **how)
    return pd.DataFrame(rows)


# The horizon


def test_run_model_ends_at_the_horizon() -> None:
    market = market_of(PLAIN, years=1)
    assert market.running
    market.run_model()
    assert (market.month, market.steps, market.running) == (12, 12, False)


def test_it_runs_up_to_its_horizon_and_not_a_month_less() -> None:
    market = market_of(PLAIN, years=1)
    for _ in range(11):
        market.step()
    assert market.running
    market.step()
    assert not market.running


def test_who_steps_on_past_the_horizon_may() -> None:
    market, longer = market_of(PLAIN, years=1), market_of(PLAIN, years=2)
    market.run_model()
    market.step()
    assert (market.month, market.running) == (13, False)
    longer.run()
    np.testing.assert_array_equal(market.panel[:14], longer.panel[:14])


def test_who_ends_it_early_is_heeded() -> None:
    market = market_of(PLAIN, years=1)
    market.running = False
    market.step()
    assert not market.running


def test_nothing_runs_where_no_year_is_planned() -> None:
    market = market_of(PLAIN, years=0)
    market.run_model()
    assert market.month == 0


# Seeds


def test_without_rng_every_market_is_another_and_says_how_to_make_it_again() -> None:
    first, second = LondonMarket("no-cap"), LondonMarket("no-cap", rng=None)
    assert first.root_seed != second.root_seed
    assert not np.array_equal(first.charge_rates, second.charge_rates)
    again = LondonMarket("no-cap", rng=first.root_seed)
    np.testing.assert_array_equal(again.charge_rates, first.charge_rates)
    assert again.root_seed == first.root_seed


@pytest.mark.parametrize("seed", [0, 7, np.int64(7), np.uint8(7), 2**70])
def test_a_whole_number_is_the_root_seed(seed: int) -> None:
    assert LondonMarket("no-cap", rng=seed).root_seed == seed
    assert type(root_seed(seed)) is int


GENERATORS: dict[str, Callable[[], Any]] = {
    "Generator": lambda: np.random.default_rng(5),
    "BitGenerator": lambda: np.random.PCG64(5),
    "RandomState": lambda: np.random.RandomState(5),
    "random.Random": lambda: random.Random(5),
}


@pytest.mark.parametrize("make", GENERATORS.values(), ids=GENERATORS)
def test_a_generator_gives_its_next_number(make: Callable[[], Any]) -> None:
    one = make()
    market, following = LondonMarket("no-cap", rng=one), LondonMarket("no-cap", rng=one)
    assert market.root_seed == root_seed(make()), "its state decides"
    assert market.root_seed != following.root_seed
    assert 0 <= market.root_seed < 2**48


@pytest.mark.parametrize("rng", [np.random.SeedSequence(5), [5, 6], (5, 6)], ids=type)
def test_what_has_no_next_number_gives_the_same_seed_every_time(rng: Any) -> None:
    assert root_seed(rng) == root_seed(rng)
    assert 0 <= root_seed(rng) < 2**48


def test_the_children_of_a_seed_sequence_differ() -> None:
    children = np.random.SeedSequence(5).spawn(50)
    assert len({root_seed(child) for child in children}) == 50


def test_seeds_made_here_differ_in_every_bit() -> None:
    made = np.array([root_seed(None) for _ in range(400)])
    ones = [int(((made >> bit) & 1).sum()) for bit in range(48)]
    assert min(ones) > 120, "8 standard deviations below a fair coin"
    assert max(ones) < 280


@pytest.mark.parametrize("rng", ["1", 1.0, True, {"rng": 1}, b"1", [1, "2"]], ids=repr)
def test_what_is_no_source_of_chance_is_refused(rng: Any) -> None:
    with pytest.raises(TypeError, match=r"^rng: given .*; allowed: a whole number"):
        LondonMarket("no-cap", rng=rng)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^rng: given -1; allowed"):
        LondonMarket("no-cap", rng=-1)


def test_seed_is_told_its_name() -> None:
    with pytest.raises(TypeError, match=r"give rng=, not seed="):
        LondonMarket("no-cap", seed=1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"there is no sead="):
        LondonMarket("no-cap", sead=1)  # type: ignore[arg-type]


# Mesa's batch_run


def test_replicates_of_a_batch_differ_and_each_can_be_made_again() -> None:
    rows = run_in_batch(LondonMarket, {"scenario": "no-cap"}, iterations=3, max_steps=3)
    assert rows["root_seed"].nunique() == 3
    assert rows["charge_rate_per_hour"].nunique() == 3
    market = LondonMarket("no-cap", rng=int(rows["root_seed"][0]))
    while not np.isin(market.outcome("charge_rate_per_hour"), rows["charge_rate_per_hour"][0]):
        assert market.month < 4, "not the same London"
        market.step()


def test_a_batch_over_seeds_is_repeatable() -> None:
    asked = {"scenario": ["no-cap", "vicious-circle"], "rng": [1, 2]}
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        seeds = asked.pop("rng")
        first, second = (
            run_in_batch(LondonMarket, asked, rng=seeds, max_steps=2) for _ in range(2)
        )
    else:
        first, second = (run_in_batch(LondonMarket, asked, max_steps=2) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert sorted(first["root_seed"]) == [1, 1, 2, 2]
    assert first["charge_rate_per_hour"].nunique() == 4


def test_a_batch_stops_at_the_horizon() -> None:
    rows = run_in_batch(
        LondonMarket, {"scenario": "no-cap", "years": 1}, max_steps=40, data_collection_period=1
    )
    assert rows["Step"].max() in (11, 12), "Mesa 3.3 counts rows from 0 and leaves out the last"


def test_mesa_finds_how_the_model_is_made() -> None:
    class Seeded(LondonMarket):
        def __init__(self, scenario: str, seed: int | None = None) -> None:
            super().__init__(scenario, rng=seed)

    assert list(inspect.signature(LondonMarket).parameters)[:3] == ["scenario", "rng", "replicate"]
    assert "seed" not in inspect.signature(LondonMarket).parameters
    assert list(inspect.signature(Seeded).parameters) == ["scenario", "seed"]
    rows = run_in_batch(Seeded, {"scenario": "no-cap"}, iterations=2, max_steps=1)
    assert rows["charge_rate_per_hour"].nunique() == 2


# Copies


def pickled(market: LondonMarket) -> LondonMarket:
    copied: LondonMarket = pickle.loads(pickle.dumps(market))
    return copied


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
@pytest.mark.parametrize("name", ["no-cap", "pan-london-cap", "london-memorandum-2016"])
def test_a_copy_of_any_month_goes_on_as_the_market_does(
    copied: Callable[[LondonMarket], LondonMarket], name: str
) -> None:
    market = LondonMarket(name, rng=1, years=2)
    copies = []
    while market.month < 14:
        if market.month in (0, 1, 12):
            copies.append(copied(market))
        market.step()
    for other in copies:
        while other.running and other.month < 14:
            other.step()
        assert (other.month, other.steps, other.today) == (14, 14, market.today)
        np.testing.assert_array_equal(other.panel, market.panel)
        pd.testing.assert_frame_equal(
            other.datacollector.get_model_vars_dataframe(),
            market.datacollector.get_model_vars_dataframe(),
        )
        assert vars(other.pledge).keys() == vars(market.pledge).keys()
        assert other.worker(0) == market.worker(0)


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy])
def test_a_copy_is_a_market_of_its_own(copied: Callable[[LondonMarket], LondonMarket]) -> None:
    market = market_of(PLAIN)
    before = market.panel.copy()
    other = copied(market)
    other.run()
    assert (market.month, market.steps, market.running) == (0, 0, True)
    np.testing.assert_array_equal(market.panel, before)
    assert len(market.datacollector.model_vars["agency_fte"]) == 1
    assert {agent.model for agent in other.agents} == {other}
    assert other.boroughs[0] in other.agents
    assert other.boroughs[0].permanent == other.permanent[0]


def test_a_released_market_s_copy_lives_and_is_released_in_turn() -> None:
    market = market_of(PLAIN)
    other = pickled(market)
    market.release()
    assert len(other.agents) > 0
    other.run()
    other.release()
    assert len(other.agents) == 0


def test_it_pickles_with_agent_reporters_that_pickle() -> None:
    market = market_of(PLAIN)
    # Not by attribute name: Mesa makes a local function of one.
    price = attrgetter("charge_rate_per_hour")
    market.datacollector = mesa.DataCollector(agent_reporters={"price": price})
    market.step()
    other = pickled(market)
    other.run()
    market.run()
    pd.testing.assert_series_equal(boroughs_prices(other), boroughs_prices(market))


# Reporters


def boroughs_prices(market: LondonMarket) -> pd.Series:
    table = market.datacollector.get_agent_vars_dataframe()
    return table["price"].dropna()


def test_a_collector_put_in_place_later_is_collected_from_then_on() -> None:
    market = market_of(PLAIN)
    market.step()
    market.datacollector = mesa.DataCollector(
        model_reporters={"agency": lambda market: market.outcome("agency_fte")},
        agent_reporters={"price": "charge_rate_per_hour"},
    )
    market.step()
    market.step()
    table = market.datacollector.get_model_vars_dataframe()
    assert len(table) == 2
    assert table["agency"].iloc[-1] == market.outcome("agency_fte")
    prices = boroughs_prices(market)
    assert sorted(set(prices.index.get_level_values("Step"))) == [2, 3]
    for borough in market.boroughs:
        assert prices[3, borough.unique_id] == borough.charge_rate_per_hour
    assert len(prices) == 2 * len(market.boroughs), "institutions have no price"


def test_agenttype_reporters_ask_boroughs_only() -> None:
    market = market_of(PLAIN)
    market.datacollector = mesa.DataCollector(agenttype_reporters={Borough: {"posts": "posts"}})
    market.step()
    table = market.datacollector.get_agenttype_vars_dataframe(Borough)
    np.testing.assert_array_equal(table["posts"], market.posts)


def test_what_only_boroughs_have_is_none_for_an_institution_and_a_misspelling_is_refused() -> None:
    market = market_of(PLAIN)
    for institution in (market.pledge, market.ofsted):
        assert institution.charge_rate_per_hour is None
        assert institution.name is None
        with pytest.raises(AttributeError, match="has no attribute 'charge_rate'"):
            _ = institution.charge_rate


class Replaces(LondonMarket):
    """Has a collector of its own, and something it reports that comes after it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.datacollector = mesa.DataCollector(
            model_reporters={"doubled": "doubled"},
            agent_reporters={"price": "charge_rate_per_hour"},
        )
        self.factor = 2

    @property
    def doubled(self) -> float:
        return self.factor * self.outcome("agency_fte")


class Collects(Replaces):
    """Collects month 0 itself, as Mesa's own examples do."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.datacollector.collect(self)


class OnlyAgents(LondonMarket):
    """Reports agents only, and collects them itself."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.datacollector = mesa.DataCollector(agent_reporters={"price": "charge_rate_per_hour"})
        self.datacollector.collect(self)


@pytest.mark.parametrize("kind", [Replaces, Collects])
def test_a_subclass_with_a_collector_of_its_own_has_month_0_once(kind: type[Replaces]) -> None:
    market = kind(PLAIN, rng=1, years=1)
    opening = market.doubled
    market.step()
    table = market.datacollector.get_model_vars_dataframe()
    assert table["doubled"].tolist() == [opening, market.doubled]
    prices = boroughs_prices(market)
    assert prices.index.is_unique
    assert sorted(set(prices.index.get_level_values("Step"))) == [0, 1]


def test_a_subclass_that_adds_to_the_collector_has_month_0_of_all_it_collects() -> None:
    class Adds(LondonMarket):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            # Mesa has no public way of adding to a collector.
            self.datacollector._new_model_reporter("bench", lambda m: m.outcome("bench_fte"))

    market = Adds(PLAIN, rng=1, years=1)
    opening = market.outcome("bench_fte")
    market.step()
    table = market.datacollector.get_model_vars_dataframe()
    assert table["bench"].tolist() == [opening, market.outcome("bench_fte")]
    assert table["agency_fte"].notna().all()


def test_agents_alone_are_collected_once() -> None:
    market = OnlyAgents(PLAIN, rng=1, years=1)
    assert len(boroughs_prices(market)) == len(market.boroughs)


# Names and memory


def test_no_name_of_mesa_s_is_set_by_the_market() -> None:
    bare, market = mesa.Model(rng=1), market_of(PLAIN)
    reserved = {"time", "steps", "scenario", "agents", "rng", "random"}
    ours = set(vars(market)) - set(vars(bare))
    assert not ours & reserved
    assert not ours & set(dir(mesa.Model))
    for cls in LondonMarket.__mro__[: LondonMarket.__mro__.index(mesa.Model)]:
        assert not set(vars(cls)) & reserved
    for name in set(vars(bare)) & reserved - {"random", "rng"}:
        assert type(vars(market)[name]) is type(vars(bare)[name])


@pytest.mark.parametrize("kind", [LondonMarket, Replaces])
def test_a_released_market_is_let_go_whoever_made_it(kind: type[LondonMarket]) -> None:
    market = kind(PLAIN, rng=1, years=1)
    market.run_model()
    copied = copy.deepcopy(market)
    seen = weakref.ref(market), weakref.ref(market.workforce), weakref.ref(copied)
    market.release()
    copied.release()
    del market, copied
    gc.collect()
    assert [one() for one in seen] == [None, None, None]
