"""`permanence sensitivity`: known answers are found, and two methods agree."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.domain.headline import POSTS, SHARES, UNFILLED, WORKFORCE
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws
from sim.ensemble.run import no_progress
from sim.scenario import ScenarioError, load_scenario
from sim.studies.sensitivity.method import indices as i
from sim.studies.sensitivity.method.factors import (
    CHOICES,
    Factor,
    columns_of,
    factors_of,
    structures_of,
)
from sim.studies.sensitivity.method.ranks import ranks
from sim.studies.sensitivity.method.twin_runs import TOLD_NAMES, Plan, over_design, values_at
from tests.interfaces.command import files_in, permanence, too_wide

NOBODY = np.zeros(0)
G_WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
"""Of Sobol's g-function: the smaller, the more a factor counts."""


def g_function(units: FloatArray) -> FloatArray:
    parts = (np.abs(4.0 * units - 2.0) + G_WEIGHTS) / (1.0 + G_WEIGHTS)
    return np.asarray(parts.prod(axis=1))


def g_indices() -> tuple[FloatArray, FloatArray]:
    """Return the g-function's first-order and total indices, as worked out by hand.

    Source: Saltelli and Sobol' (1995), Reliability Engineering and System Safety 50.
    """
    each = 1.0 / (3.0 * (1.0 + G_WEIGHTS) ** 2)
    whole = np.prod(1.0 + each) - 1.0
    others = np.array([np.prod(np.delete(1.0 + each, place)) for place in range(len(each))])
    return each / whole, each * others / whole


@pytest.fixture(scope="module")
def g_factors() -> list[Factor]:
    return [Factor(f"x{place}", f"factor {place}", NOBODY) for place in range(len(G_WEIGHTS))]


def test_sobol_indices_of_a_known_function_lie_within_their_intervals(
    g_factors: list[Factor],
) -> None:
    names = [one.name for one in g_factors]
    design = i.sobol_design(names, 1024, seed=1)
    found = {one.factor: one for one in i.indices(g_factors, design, g_function(design), seed=1)}
    for name, first, total in zip(names, *g_indices(), strict=True):
        assert found[name].first == pytest.approx(first, abs=found[name].first_half + 1e-4)
        assert found[name].total == pytest.approx(total, abs=found[name].total_half + 1e-4)


def test_morris_and_sobol_name_the_same_first_three(g_factors: list[Factor]) -> None:
    names = [one.name for one in g_factors]
    design = i.screening_design(names, 40, seed=1)
    screened = i.screened(names, design, g_function(design), seed=1)
    points = i.sobol_design(names, 512, seed=1)
    shared = i.indices(g_factors, points, g_function(points), seed=1)
    first = [one.factor for one in shared[:3]]
    assert first == ["x0", "x1", "x2"]
    assert {one.factor for one in screened[:3]} == set(first)
    assert set(i.strongest([screened], 3)) == set(first)


def test_ends_are_the_means_in_the_lowest_and_highest_fifth() -> None:
    rising, choice = Factor("x", "x", NOBODY), Factor("hiring", "hiring", NOBODY)
    design = i.sobol_design(["x", "hiring"], 256, seed=1)
    values = 10.0 * design[:, 0] - 3.0 * (choice.places(design[:, 1]) == 2)
    by_name = {one.factor: one for one in i.indices([rising, choice], design, values, seed=1)}
    assert by_name["x"].low < 1.5 < 7.5 < by_name["x"].high
    assert by_name["hiring"].low_words == CHOICES["hiring"][2].value.replace("_", "-")


def test_nothing_moves_a_constant(g_factors: list[Factor]) -> None:
    names = [one.name for one in g_factors]
    design = i.screening_design(names, 4, seed=1)
    assert {one.size for one in i.screened(names, design, np.ones(len(design)), 1)} == {0.0}
    points = i.sobol_design(names, 64, seed=1)
    assert {one.total for one in i.indices(g_factors, points, np.ones(len(points)), 1)} == {0.0}


# Factors


def test_what_is_set_is_no_factor_and_ends_are_those_of_the_draws() -> None:
    base = load_scenario("baseline")
    fixed = load_scenario("baseline", ["parameters.bid_speed=0.2", "structure.hiring=budget"])
    every = {one.name: one for one in factors_of([base], Draws.POSTERIOR)}
    left = {one.name for one in factors_of([base, fixed], Draws.POSTERIOR)}
    assert set(every) - left == {"bid_speed", "hiring"}
    speed = every["bid_speed"]
    low, high = speed.at(np.array([0.0, 1.0]))
    assert (low, high) == (speed.values.min(), speed.values.max())
    assert {len(one.values) for one in factors_of([base], Draws.PRIOR)} == {0, 2}


def test_draws_that_hold_everything_still_are_refused() -> None:
    with pytest.raises(ScenarioError, match="nothing varies; allowed: posterior"):
        factors_of([load_scenario("baseline")], Draws.MEDIAN)


def test_every_rival_is_reached_and_a_fixed_half_stays() -> None:
    base = load_scenario("baseline", ["structure.bid_trigger=vacancies"])
    factors = factors_of([base], Draws.PRIOR)
    units = np.linspace(0.0, 1.0, 50)[:, None] * np.ones((1, len(factors)))
    found = structures_of(factors, units, base)
    assert {hiring for hiring, _ in found} == set(CHOICES["hiring"])
    assert {trigger.value for _, trigger in found} == {"vacancies"}
    assert "hiring" not in columns_of(factors, units)


# The twin


def plan(years: int = 1) -> Plan:
    scenarios = (load_scenario("baseline"),)
    return Plan(scenarios, tuple(factors_of(scenarios, Draws.POSTERIOR)), years, "London")


def test_a_point_is_the_same_in_any_block_and_a_kept_block_is_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = plan()
    units = np.random.default_rng(1).random((6, len(asked.factors)))
    whole = values_at(asked, units)
    assert np.allclose(values_at(asked, units[2:4]), whole[:, 2:4], equal_nan=True)
    monkeypatch.setattr("sim.studies.sensitivity.method.twin_runs.BLOCK", 4)
    first = over_design(asked, units, pool=None, folder=tmp_path, progress=no_progress)
    assert np.allclose(first, whole, equal_nan=True)
    one, other = sorted((tmp_path / "blocks").iterdir())
    one.write_bytes(b"half a bl")
    monkeypatch.setattr("sim.studies.sensitivity.method.twin_runs.values_at", refuse(other, asked))
    again = over_design(asked, units, pool=None, folder=tmp_path, progress=no_progress)
    assert np.allclose(again, whole, equal_nan=True)


def refuse(kept: Path, asked: Plan):  # type: ignore[no-untyped-def]
    points = np.load(kept).shape[1]

    def only_the_lost(plan: Plan, units: FloatArray, luck: int | None = None) -> FloatArray:
        assert len(units) == 6 - points, "a block that is kept was run again"
        return values_at(asked, units, luck)

    return only_the_lost


SMALL = (
    "--trajectories", "4", "--points", "64", "--strongest", "2", "--years", "1", "--jobs", "1",
    "--parameters", "prior", "--quiet",
)  # fmt: skip


@pytest.mark.slow
def test_the_command_answers_keeps_and_shows_both_shares_with_unfilled_posts(
    tmp_path: Path,
) -> None:
    asked = ("sensitivity", "no-cap", "pan-london-cap", *SMALL, "--out", "s")
    answer = permanence(*asked, folder=tmp_path)
    assert answer.code == 0, answer
    assert too_wide(answer.out) == []
    flat = " ".join(answer.out.split())
    for name in ("permanent share of the workforce", "permanent share of posts", "unfilled posts"):
        assert f"pan-london-cap changes in: {name}" in flat
    assert "What drives an answer is not what the data say about it" in flat
    left = files_in(tmp_path / "s")
    assert {"variance.csv", "screening.csv", "answer.json", f"figures/{WORKFORCE}.svg"} <= set(left)
    again = permanence(*asked, "--json", folder=tmp_path)
    found = json.loads(again.out)
    assert [one["outcome"] for one in found["variance"]] == [n for n in SHARES for _ in range(2)]
    assert files_in(tmp_path / "s")["variance.csv"] == left["variance.csv"]


# Runs that are kept


def test_ranks_find_what_drives_and_do_not_take_luck_for_a_driver() -> None:
    luck = np.random.default_rng(3)
    drawn = [{f"p{n}": float(luck.random()) for n in range(30)} for _ in range(200)]
    structures = [("a", "b")[run % 2] for run in range(200)]
    values = np.array([one["p0"] for one in drawn]) + 5.0 * (np.arange(200) % 2)
    found = ranks(drawn, structures, values + 0.2 * luck.random(200), seed=1)
    assert found.rows[0].factor == "p0"
    assert found.rows[0].low < found.rows[0].correlation < found.rows[0].high
    assert [one.factor for one in found.rows if one.is_told] == ["p0"]
    nothing = ranks(drawn, structures, luck.random(200), seed=1)
    assert not [one for one in nothing.rows if one.is_told]


@pytest.mark.slow
def test_a_folder_of_runs_answers_at_once_and_few_runs_are_refused(tmp_path: Path) -> None:
    place = str(tmp_path / "r")
    made = permanence("run", "baseline", "--runs", "20", "--years", "1", "--out", place, "--quiet")
    assert made.code == 0, made
    answer = permanence("sensitivity", place, "--outcome", UNFILLED)
    assert answer.code == 0, answer
    flat = " ".join(answer.out.split())
    assert "20 runs cannot tell anything from luck" in flat or "goes with" in flat
    mixed = permanence("sensitivity", place, "baseline")
    assert (mixed.code, len(mixed.err.splitlines())) == (2, 1)
    assert "two of a kind" in mixed.err


# Bad input


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (("--outcome", "agency_cost"), ("given agency_cost", "did you mean agency_cost_per_year")),
        (("--points", "100"), ("given 100", "power of two")),
        (("--parameters", "default"), ("nothing varies", "posterior")),
        (("--strongest", "1"), ("given 1", "from 2")),
    ],
)
def test_bad_input_is_told_in_one_line(
    typed: tuple[str, ...], named: tuple[str, ...], tmp_path: Path
) -> None:
    answer = permanence("sensitivity", "baseline", *typed, "--out", "here", folder=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert len(answer.err.splitlines()) == 1
    for word in named:
        assert word in answer.err
    assert files_in(tmp_path) == {}


def test_what_the_twin_does_not_tell_is_not_offered() -> None:
    assert {WORKFORCE, POSTS, UNFILLED} <= set(TOLD_NAMES)
    assert "worker_changes_per_child_per_year" not in TOLD_NAMES
