"""Parameter draws: the same under every scenario, within their ranges, never of what is set."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.stats import kstest

from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations, quantity
from sim.domain.randomness import Streams
from sim.experiments import prior
from sim.experiments.prior import IDENTIFIED_PART, OTHER_PART, Draws, drawn_parameters, interval
from sim.scenario import load_scenario, scenario_from, scenario_names

DECLARED = declarations(Parameters)
UNCERTAIN = {name: one for name, one in DECLARED.items() if one.prior is not None}
RANDOM = (Draws.NARROWED, Draws.PRIOR)
PLAIN = scenario_from({})


RUNS = 600


@cache
def everything_drawn(draws: Draws) -> tuple[dict[str, float], ...]:
    return tuple(drawn_parameters(PLAIN, Streams(1, run), draws) for run in range(RUNS))


def draws_of(name: str, draws: Draws) -> np.ndarray:
    return np.array([drawn[name] for drawn in everything_drawn(draws)])


@pytest.mark.parametrize("draws", RANDOM)
def test_a_run_has_the_same_parameters_under_every_scenario(draws: Draws) -> None:
    plain = drawn_parameters(PLAIN, Streams(5, 3), draws)
    for name in scenario_names():
        assert drawn_parameters(load_scenario(name), Streams(5, 3), draws) == plain, name


@pytest.mark.parametrize("draws", RANDOM)
def test_all_uncertain_parameters_are_drawn_and_no_others(draws: Draws) -> None:
    assert set(drawn_parameters(PLAIN, Streams(1), draws)) == set(UNCERTAIN)
    assert len(UNCERTAIN) > 15


def test_default_draws_nothing() -> None:
    assert drawn_parameters(PLAIN, Streams(1), Draws.DEFAULT) == {}


@pytest.mark.parametrize("draws", RANDOM)
def test_what_a_user_has_set_is_never_drawn_and_moves_no_other_draw(draws: Draws) -> None:
    chosen = load_scenario("baseline", ["parameters.bid_speed=0.2", "parameters.hours_per_week=36"])
    plain = drawn_parameters(PLAIN, Streams(1), draws)
    left = drawn_parameters(chosen, Streams(1), draws)
    assert set(plain) - set(left) == {"bid_speed"}
    assert all(left[name] == plain[name] for name in left)
    assert chosen.with_parameters(left).parameters.bid_speed == 0.2


class MoreParameters(Parameters):
    """The parameters, and one that nobody has thought of yet."""

    brand_new: float = quantity(1.0, unit="share", label="new", allowed=(0, 3), prior=(0.5, 2))


@pytest.mark.parametrize("draws", RANDOM)
def test_a_new_parameter_moves_no_other_draw(monkeypatch: pytest.MonkeyPatch, draws: Draws) -> None:
    before = drawn_parameters(PLAIN, Streams(1), draws)
    backwards = dict(reversed(declarations(MoreParameters).items()))
    monkeypatch.setattr(prior, "declarations", lambda group: backwards)
    after = drawn_parameters(PLAIN, Streams(1), draws)
    assert 0.5 < after.pop("brand_new") < 2
    assert after == before


@pytest.mark.parametrize("draws", RANDOM)
def test_seed_and_replicate_both_decide_a_draw(draws: Draws) -> None:
    found = {
        drawn_parameters(PLAIN, Streams(seed, run), draws)["bid_speed"]
        for seed in (1, 2)
        for run in (0, 1, 12)
    }
    assert len(found) == 6


def test_setting_a_parameter_to_its_default_fixes_it_too() -> None:
    default = DECLARED["bid_speed"].default
    chosen = load_scenario("baseline", [f"parameters.bid_speed={default}"])
    assert "bid_speed" not in drawn_parameters(chosen, Streams(1), Draws.NARROWED)


@pytest.mark.parametrize("draws", RANDOM)
@pytest.mark.parametrize("name", UNCERTAIN)
def test_draws_stay_in_their_range_and_use_it(name: str, draws: Draws) -> None:
    low, high = interval(UNCERTAIN[name], draws)
    drawn = draws_of(name, draws)
    assert np.all((drawn >= low) & (drawn <= high))
    assert drawn.min() < low + 0.05 * (high - low)
    assert drawn.max() > high - 0.05 * (high - low)


@pytest.mark.parametrize("name", UNCERTAIN)
def test_ranges_lie_within_one_another(name: str) -> None:
    declared = UNCERTAIN[name]
    assert declared.prior is not None
    assert declared.allowed is not None
    low, high = interval(declared, Draws.NARROWED)
    assert declared.allowed[0] <= declared.prior[0] < declared.default < declared.prior[1]
    assert declared.prior[1] <= declared.allowed[1]
    assert declared.prior[0] < low < declared.default < high < declared.prior[1]
    assert interval(declared, Draws.PRIOR) == declared.prior
    part = IDENTIFIED_PART if declared.identified else OTHER_PART
    assert high - low == pytest.approx(part * (declared.prior[1] - declared.prior[0]))


def test_draws_of_the_prior_are_uniform() -> None:
    for name in ("bid_speed", "pay_sensitivity"):
        low, high = interval(UNCERTAIN[name], Draws.PRIOR)
        drawn = (draws_of(name, Draws.PRIOR) - low) / (high - low)
        assert kstest(drawn, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("name", UNCERTAIN)
def test_the_working_value_is_the_median_of_narrowed_draws(name: str) -> None:
    low, high = interval(UNCERTAIN[name], Draws.NARROWED)
    middle = UNCERTAIN[name].default
    drawn = draws_of(name, Draws.NARROWED)
    assert abs((drawn < middle).mean() - 0.5) < 4 * np.sqrt(0.25 / RUNS)
    # Uniform on either side: where the sides differ, so do mean and median.
    sides = np.where(
        drawn < middle, (drawn - low) / (middle - low), (drawn - middle) / (high - middle)
    )
    assert kstest(sides, "uniform").pvalue > 1e-4


def test_parameters_are_drawn_independently() -> None:
    one, other = (draws_of(name, Draws.PRIOR) for name in ("bid_speed", "pay_sensitivity"))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(one.size)


def test_every_draw_is_a_parameter_set_that_is_allowed() -> None:
    for draws in RANDOM:
        for drawn in everything_drawn(draws)[:100]:
            assert PLAIN.with_parameters(drawn).parameters.model_dump().items() >= drawn.items()
