"""Where spread comes from: known components are found again, and parts add up to all of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, run_ensemble
from sim.scenario import load_scenario
from sim.studies.run.method import explained
from tests.studies.invented import invented

NAME = "permanent_share_of_workforce"
STRUCTURES = [(one, trigger) for trigger in BidTrigger for one in HiringStructure]


def made(values: np.ndarray) -> Ensemble:
    """An ensemble with these values at the end, whose runs take turns in the structures."""
    found = invented({NAME: values[:, None]}, runs=len(values))
    turns = [STRUCTURES[run % len(STRUCTURES)] for run in range(len(values))]
    return dataclasses.replace(found, structures=turns)


def test_known_components_are_found_again() -> None:
    luck = np.random.default_rng(4)
    runs, spreads = 1_600, {"structures": 0.03, "parameters": 0.02, "luck": 0.01}
    structure = np.tile(luck.normal(0, 1, len(STRUCTURES)), runs // len(STRUCTURES))
    structure *= spreads["structures"] / structure[: len(STRUCTURES)].std(ddof=1)
    level = 0.7 + structure + luck.normal(0, spreads["parameters"], runs)
    pair = [made(level + luck.normal(0, spreads["luck"], runs)) for _ in range(2)]
    (found,) = [one for one in explained(*pair, "London") if one.outcome == NAME]
    total = sum(spread**2 for spread in spreads.values())
    for name, spread in spreads.items():
        assert getattr(found, name) == pytest.approx(spread**2 / total, abs=0.05), name
    assert found.structures + found.parameters + found.luck == pytest.approx(1.0)


def test_without_luck_there_is_none_and_without_spread_nothing_is_said() -> None:
    level = 0.7 + np.random.default_rng(1).normal(0, 0.02, 80)
    (found,) = [one for one in explained(made(level), made(level), "London") if one.outcome == NAME]
    assert found.luck == 0.0
    flat = made(np.full(16, 0.7))
    (found,) = [one for one in explained(flat, flat, "London") if one.outcome == NAME]
    assert found.spread == 0.0
    assert np.isnan(found.luck)


def test_other_luck_keeps_the_draws_run_by_run() -> None:
    settings = {"runs": 4, "seed": 2, "years": 1, "draws": Draws.POSTERIOR}
    first = run_ensemble(load_scenario("no-cap"), **settings)
    other = run_ensemble(load_scenario("no-cap"), **settings, other_luck=4)
    assert first.parameters == other.parameters
    assert first.structures == other.structures
    assert not np.array_equal(first.of(NAME), other.of(NAME))
    plain = run_ensemble(load_scenario("no-cap"), **settings | {"runs": 8})
    assert not np.array_equal(plain.of(NAME)[4:], other.of(NAME))  # same luck, other parameters


def test_different_draws_are_refused() -> None:
    level = np.full(8, 0.7)
    one = made(level)
    other = dataclasses.replace(made(level), parameters=[{"bid_speed": 1.0}] * 8)
    with pytest.raises(ValueError, match="same parameters run by run"):
        explained(one, other, "London")
