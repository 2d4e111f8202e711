"""One run of an ensemble as a live market: the same run, to the last bit."""

from __future__ import annotations

import doctest
import pickle
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.domain.parameters import Parameters
from sim.domain.posterior import shipped_posterior
from sim.ensemble import replicate
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunSpec, run_once
from sim.ensemble.run import run_ensemble
from sim.market.outcomes import OUTCOMES, measured

RUNS = 3


@pytest.mark.parametrize("draws", [str(named) for named in Draws.NAMED])
@pytest.mark.parametrize("name", ["no-cap", "pan-london-cap"])
def test_it_is_that_run_in_every_outcome_month_and_employer(name: str, draws: str) -> None:
    scenario = sim.load_scenario(name)
    ensemble = run_ensemble(scenario, runs=RUNS, seed=4, years=1, draws=Draws.named(draws))
    market = sim.drawn(name, seed=4, run=RUNS - 1, parameters=draws, years=1)
    panel = market.run()
    for outcome in OUTCOMES:
        of_london = measured(panel, outcome, london=True)
        np.testing.assert_array_equal(of_london, ensemble.london(outcome.name)[-1])
        if not outcome.london_only:
            of_employers = measured(panel, outcome, london=False)
            np.testing.assert_array_equal(
                of_employers[::12], ensemble.employers(outcome.name)[-1], outcome.name
            )
    assert market.pledge.defections == ensemble.facts[-1]["defections"]
    structure = market.structure
    assert (structure.hiring, structure.bid_trigger) == ensemble.structures[-1]
    for parameter, value in ensemble.parameters[-1].items():
        assert getattr(market.parameters, parameter) == value


def test_it_is_what_sim_run_shows() -> None:
    result = sim.run("no-cap", runs=2, seed=5, years=1)
    market = sim.drawn("no-cap", seed=5, run=1, years=1)
    rows = result.panel().query("run == 1 and unit == 'London' and variable == 'agency_share'")
    opening = market.outcome("agency_share")
    market.run_model()
    assert rows["value"].tolist() == [opening, market.outcome("agency_share")]


def test_it_opens_at_month_0_and_goes_on_like_any_market() -> None:
    market = sim.drawn("no-cap", years=1)
    assert isinstance(market, sim.LondonMarket)
    assert (market.month, market.root_seed, market.streams.replicate) == (0, 1, 0)
    copied = pickle.loads(pickle.dumps(market))
    market.run_model()
    copied.run_model()
    np.testing.assert_array_equal(copied.panel, market.panel)


def test_a_market_made_by_hand_has_the_same_luck_and_working_values() -> None:
    by_hand = sim.LondonMarket("baseline", rng=1, replicate=3, years=1)
    default = sim.drawn("baseline", seed=1, run=3, parameters="default", years=1)
    drawn = sim.drawn("baseline", seed=1, run=3, years=1)
    np.testing.assert_array_equal(default.run(), by_hand.run())
    assert by_hand.parameters == sim.load_scenario("baseline").parameters
    fitted = next(iter(shipped_posterior().tables.values())).keys() & set(Parameters.model_fields)
    assert any(
        getattr(drawn.parameters, name) != getattr(by_hand.parameters, name) for name in fitted
    )
    keys = (m.workforce.column("key")[:50] for m in (drawn, by_hand))
    np.testing.assert_array_equal(*keys)


def test_there_is_one_way_to_open_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, opened = [], replicate.opened

    def noted(spec: RunSpec) -> replicate.Opened:
        seen.append(spec)
        return opened(spec)

    monkeypatch.setattr(replicate, "opened", noted)
    spec = RunSpec(sim.load_scenario("no-cap"), 1, 2, 1, Draws.POSTERIOR)
    run_once(spec)
    sim.drawn("no-cap", seed=1, run=2, years=1)
    assert seen == [spec, spec]


def test_a_file_and_a_scenario_will_do(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('title = "Mine"\nextends = "no-cap"\n', encoding="utf-8")
    rates = [
        sim.drawn(given, run=1).charge_rates
        for given in ("no-cap", path, str(path), sim.load_scenario("no-cap"))
    ]
    for other in rates[1:]:
        np.testing.assert_array_equal(other, rates[0])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"run": -1}, "run: given -1; allowed: a whole number from 0 to"),
        ({"seed": -1}, "seed: given -1; allowed: a whole number from 0 up"),
        ({"years": 0}, "years: given 0; allowed: a whole number from 1 to 30"),
        ({"parameters": "no-such"}, "parameters: given no-such; allowed: posterior"),
        ({"scenario": "no-such"}, "no-such"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        sim.drawn(**{"scenario": "no-cap"} | wrong)


def test_its_example_runs() -> None:
    found = doctest.testmod(replicate)
    assert (found.attempted > 0, found.failed) == (True, 0)
