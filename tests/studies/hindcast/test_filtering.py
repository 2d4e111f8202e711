"""The state of a borough at a census: nearer the truth than the census is, and handed on whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.answers.structures import pairs, record_scenario
from sim.domain.evidence import CensusStart, census_start, employers
from sim.domain.headline import PERMANENT_SHARES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws, drawn_scenario
from sim.market.model import LondonMarket
from sim.market.opening import Carried
from sim.scenario import Scenario
from sim.studies.calibrate.method.targets import FIRST_YEAR
from sim.studies.hindcast.method import filtering
from sim.studies.hindcast.method.filtering import carried_states
from sim.studies.hindcast.method.hindcast import hindcast_scenario
from sim.twin import Twin

pytestmark = pytest.mark.long

ORIGIN, RUNS = 2021, 16


@pytest.fixture(scope="module")
def states() -> list[Carried]:
    return carried_states(ORIGIN, runs=RUNS, seed=1, draws=Draws.POSTERIOR)


def shares(states: list[Carried]) -> FloatArray:
    return np.array([s.census.permanent / (s.census.permanent + s.census.agency) for s in states])


def test_every_state_is_one_a_market_can_open_with(states: list[Carried]) -> None:
    census = census_start(ORIGIN)
    assert len(states) == RUNS
    for one in states:
        counts = one.census
        assert np.array_equal(counts.posts, census.posts)
        assert (counts.permanent >= 0).all()
        assert (counts.permanent <= counts.posts).all()
        assert (counts.extra <= counts.agency).all()
        assert (counts.agency - counts.extra <= counts.posts - counts.permanent).all()
        assert one.bench > 0
        assert np.isfinite(one.leadership).all()
        assert (one.charge_rates > 10).all()


def test_states_are_spread_about_what_was_published(states: list[Carried]) -> None:
    found = shares(states)
    census = census_start(ORIGIN)
    published = census.permanent / (census.permanent + census.agency)
    big = census.posts > 50
    assert np.abs(found.mean(axis=0) - published)[big].mean() < 0.04
    assert 0.005 < found.std(axis=0)[big].mean() < 0.05


def test_the_same_seed_gives_the_same_states(states: list[Carried]) -> None:
    again = carried_states(ORIGIN, runs=4, seed=1, draws=Draws.POSTERIOR)
    other = carried_states(ORIGIN, runs=4, seed=2, draws=Draws.POSTERIOR)
    assert [one.fingerprint() for one in again] == [one.fingerprint() for one in states[:4]]
    assert all(one.fingerprint() != s.fingerprint() for one, s in zip(other, states, strict=False))


@pytest.mark.parametrize("seed", [3, 4])
def test_the_inferred_state_is_nearer_the_truth_than_the_census(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A made-up London is published with an error; the filter sees the published figures only."""
    drawn = drawn_scenario(record_scenario(FIRST_YEAR), 7, 0, Draws.POSTERIOR)
    columns = {name: np.array([value]) for name, value in drawn.parameters.items()}
    record = Twin(drawn.scenario, columns, 1, seed).run(4)
    permanent, agency, posts = (record.of(n)[0] for n in ("permanent", "agency", "posts"))
    true = np.stack([permanent / (permanent + agency), permanent / posts])
    staff, total = (permanent + agency).sum(axis=-1), permanent.sum(axis=-1)
    london = np.stack([total / staff, total / posts.sum(axis=-1)])
    error = 0.035 * np.random.default_rng(seed).standard_normal(true.shape)
    seen = np.clip(true + error, 0, 1)

    def published(measure: str, year: int, name: str) -> float:
        row, when = PERMANENT_SHARES.index(measure), year - FIRST_YEAR
        if name == LONDON:
            return float(london[row, when])
        return float(seen[row, when, employers().index(name)])

    def counted(year: int) -> CensusStart:
        when = year - FIRST_YEAR
        return replace(
            census_start(FIRST_YEAR),
            posts=np.rint(posts[when]).astype(np.int64),
            extra=np.rint(record.of("extra")[0, when]).astype(np.int64),
            cases=record.of("cases")[0, when],
        )

    monkeypatch.setattr(filtering, "published_figure", published)
    monkeypatch.setattr(filtering, "census_start", counted)
    found = carried_states(2021, runs=64, seed=1, draws=Draws.POSTERIOR)
    inferred = shares(found).mean(axis=0)
    scored = slice(1, None)  # without the City

    def miss(one: FloatArray) -> float:
        return float(np.sqrt(np.mean((one - true[0, -1])[scored] ** 2)))

    assert miss(inferred) < 0.9 * miss(seen[0, -1])


def test_a_market_opens_where_the_state_left_off(states: list[Carried]) -> None:
    scenario = drawn_scenario(record_scenario(ORIGIN), 1, 0, Draws.POSTERIOR).scenario
    market = LondonMarket(scenario, rng=1, years=1, carried=states[0])
    one = states[0]
    assert np.array_equal(market.workforce.permanent, one.census.permanent)
    assert np.array_equal(market.workforce.placed, one.census.agency)
    assert market.workforce.bench == one.bench
    assert market.route.attachment == one.attachment
    assert market.reference_caseload == one.reference_caseload
    np.testing.assert_array_equal(market.leadership, one.leadership)
    np.testing.assert_allclose(market.charge_rates, one.charge_rates)
    market.run()
    assert one.leadership is not market.leadership  # the state is not written to


def test_agents_go_on_as_the_twin_would() -> None:
    """A year on, London's share is the same on average, whoever lets the year pass.

    Runs of one structure, each with the parameters and the state that the twin has.
    """
    turns, members = len(pairs()), 40
    runs = list(range(0, turns * members, turns))
    states = carried_states(ORIGIN, runs=turns * members, seed=1, draws=Draws.POSTERIOR)
    by_agents = []
    for run in runs:
        scenario = drawn_scenario(record_scenario(ORIGIN), 1, run, Draws.POSTERIOR).scenario
        market = LondonMarket(scenario, rng=1, replicate=run, years=1, carried=states[run])
        market.run()
        by_agents.append(market.outcome("permanent_share_of_workforce"))
        market.release()
    first = record_scenario(FIRST_YEAR)
    twin = filtering._followed(first, ORIGIN, runs, 1, Draws.POSTERIOR, 0)
    twin.run(1)
    permanent, placed = twin.permanent.sum(axis=1), twin.placed.sum(axis=1)
    by_twin = permanent / (permanent + placed)
    assert np.mean(by_agents) == pytest.approx(by_twin.mean(), abs=0.010)


def test_an_agreement_is_followed_from_the_day_it_was_made() -> None:
    """Until 2021 the Pledge of 2022 changes nothing; in 2023 the followed London has lived it."""
    with_it = hindcast_scenario(FIRST_YEAR, later_policy=True)

    def states_at(origin: int, first: Scenario | None) -> list[str]:
        found = carried_states(origin, runs=1, seed=1, draws=Draws.POSTERIOR, first=first)
        return [one.fingerprint() for one in found]

    assert states_at(2021, with_it) == states_at(2021, None)
    assert states_at(2023, with_it) != states_at(2023, None)
