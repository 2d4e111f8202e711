"""Calibration: resumed to the byte, written as it is read, and honest about what it narrows."""

from __future__ import annotations

import csv
import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.answers.structures import Pair, pairs
from sim.domain.learned import LEAST_NARROWING, learned, narrower, narrowing
from sim.domain.parameters import Parameters
from sim.domain.posterior import parse_posterior
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.ensemble.files import StoreError
from sim.ensemble.workers import workers
from sim.studies.calibrate.method import files
from sim.studies.calibrate.method.abc import Targets
from sim.studies.calibrate.method.abc_smc import Settings, Stop
from sim.studies.calibrate.method.calibrate import (
    OWN,
    SAMPLED,
    SETTINGS,
    Calibration,
    TwinSimulator,
    calibrate,
    prior_box,
    sampled_names,
)
from sim.studies.calibrate.method.confirm import (
    Found,
    correlations,
    parameter_fits,
    posterior_draws,
    run_by_the_twin,
    target_fits,
)
from sim.studies.calibrate.method.files import Plan, open_folder, write_manifest, write_posterior
from sim.studies.calibrate.method.targets import target_list, targets
from tests.interfaces.command import files_in

PAIR, OTHER = pairs()[1], pairs()[6]
TOY_TARGETS = Targets(("first", "second"), np.array([0.5, 0.3]), np.array([0.1, 0.1]))
SMALL = Settings(population=60, batch=25, least_tolerance=0.7)
SIZE = {"settings": SMALL, "prior_draws": 256}


def toy(draws: FloatArray, seed: int) -> FloatArray:
    """Only the first two parameters show, as their places in the prior, with some noise."""
    box = prior_box(PAIR)
    places = box.to_unit(draws)[:, :2]
    return places + 0.05 * np.random.default_rng(seed).normal(size=places.shape)


class PowerFailureError(Exception):
    """The power fails."""


class Failing:
    """The toy, until so many batches have been simulated."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, draws: FloatArray, seed: int) -> FloatArray:
        self.left -= 1
        if self.left < 0:
            raise PowerFailureError
        return toy(draws, seed)


def found_in(folder: Path | None = None, **changed: object) -> Calibration:
    asked = {"seed": 3, "simulator": toy, "folder": folder, **SIZE, **changed}
    return calibrate(PAIR, TOY_TARGETS, **asked)  # type: ignore[arg-type]


def test_priors_are_the_declared_ones_and_each_structure_samples_its_own_parameter() -> None:
    declared = declarations(Parameters)
    for pair in pairs():
        box = prior_box(pair)
        assert set(SAMPLED) < set(box.names) or set(SAMPLED) == set(box.names)
        assert {OWN[half] for half in pair if half in OWN} == set(box.names) - set(SAMPLED)
        for name, low, high in zip(box.names, box.low, box.high, strict=True):
            assert declared[name].prior == (low, high)


@pytest.mark.slow
@pytest.mark.parametrize("batches", [0, 5, 11, 20, 40])
def test_going_on_after_an_interruption_gives_the_same_bytes(batches: int, tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    found_in(whole)
    for _ in range(2):
        with pytest.raises(PowerFailureError):
            found_in(broken, simulator=Failing(batches))
    found_in(broken)
    assert files_in(broken) == files_in(whole)
    assert len(files_in(whole)) >= 5


def test_a_folder_alters_nothing(tmp_path: Path) -> None:
    kept, unkept = found_in(tmp_path), found_in()
    np.testing.assert_array_equal(kept.posterior.draws, unkept.posterior.draws)
    assert kept.sampled.simulations == unkept.sampled.simulations


@pytest.mark.slow
def test_processes_leave_no_trace(tmp_path: Path) -> None:
    found_in(tmp_path / "alone")
    with workers(2) as pool:
        found_in(tmp_path / "together", pool=pool)
    assert files_in(tmp_path / "alone") == files_in(tmp_path / "together")


@pytest.mark.parametrize("changed", [{}, {"least_acceptance": 0.6, "least_tolerance": 0.0}])
def test_a_search_that_ended_is_not_begun_again(changed: dict[str, float], tmp_path: Path) -> None:
    settings = dataclasses.replace(SMALL, **changed)
    done = found_in(tmp_path, settings=settings)
    assert done.sampled.stopped is (Stop.ACCEPTANCE if changed else Stop.TOLERANCE)
    again = found_in(tmp_path, settings=settings, simulator=Failing(0))
    assert again.sampled.stopped is done.sampled.stopped
    assert again.sampled.simulations == done.sampled.simulations
    np.testing.assert_array_equal(again.posterior.draws, done.posterior.draws)


def test_the_first_generation_is_what_the_cut_leaves() -> None:
    found = found_in()
    first = found.sampled.generations[0]
    assert len(first.draws) == len(found.match.draws) == round(256 * found.match.volume_left)
    assert 0.0 < found.match.volume_left < 1.0
    tolerances = [one.tolerance for one in found.sampled.generations]
    assert all(later < earlier for earlier, later in pairwise(tolerances))


# The posterior's table


def test_the_posterior_reads_back_as_it_was_written(tmp_path: Path) -> None:
    luck = np.random.default_rng(1)
    drawn = []
    for pair in pairs():
        box = prior_box(pair)
        places = box.from_unit(luck.random((12, len(box.names))))
        drawn.append((pair, np.array([[float(f"{v:.5g}") for v in row] for row in places])))
    path = write_posterior(tmp_path, drawn)
    found = parse_posterior("it", path.read_bytes())
    assert list(found.tables) == [tuple(pair) for pair in pairs()]
    for pair, draws in drawn:
        table = found.draws_of(pair)
        assert tuple(table) == tuple(n for n in (*SAMPLED, *OWN.values()) if n in table)
        assert set(table) == set(sampled_names(pair))
        for place, name in enumerate(sampled_names(pair)):
            np.testing.assert_array_equal(table[name], draws[:, place])


def test_draws_written_are_draws_of_the_last_generation_of_equal_weight() -> None:
    found = found_in()
    draws = posterior_draws(found, 40, 3)
    assert draws.shape == (40, len(found.bounds.names))
    last = {tuple(float(f"{v:.5g}") for v in row) for row in found.posterior.draws.tolist()}
    assert {tuple(row) for row in draws.tolist()} <= last
    assert len(np.unique(draws, axis=0)) > 30
    np.testing.assert_array_equal(draws, posterior_draws(found, 40, 3))


# The folder


def plan(**changed: object) -> Plan:
    first = Plan((PAIR, OTHER), 1, SETTINGS, 256, 20, 2)
    return dataclasses.replace(first, **changed)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"seed": 2}, "other seed;"),
        ({"settings": SMALL}, "other settings;"),
        ({"pairs": (PAIR,)}, "other structures;"),
        ({"prior_draws": 512, "draws": 30}, "other prior_draws, draws;"),
        ({"check_runs": 0}, "other check_runs;"),
    ],
)
def test_a_folder_of_another_calibration_is_refused(
    changed: dict[str, object], told: str, tmp_path: Path
) -> None:
    open_folder(tmp_path / "kept", plan())
    open_folder(tmp_path / "kept", plan())
    write_manifest(tmp_path / "kept", plan(), complete=True)
    open_folder(tmp_path / "kept", plan())
    before = files_in(tmp_path)
    with pytest.raises(StoreError, match=told):
        open_folder(tmp_path / "kept", plan(**changed))
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("part", "told"), [("version", "package"), ("code", "code"), ("data", "data")]
)
def test_a_folder_of_another_stamp_is_refused(
    part: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_folder(tmp_path, plan())
    other = dataclasses.replace(files.own_stamp(), **{part: "another"})
    monkeypatch.setattr(files, "own_stamp", lambda: other)
    with pytest.raises(StoreError, match=f"with other {told};"):
        open_folder(tmp_path, plan())


@pytest.mark.parametrize(
    "content", [None, "{}", "[1]", '{"calibration": 3}', '{"fingerprint": "x"}']
)
def test_a_folder_that_holds_something_else_is_refused(content: str | None, tmp_path: Path) -> None:
    name = "letters.txt" if content is None else "manifest.json"
    (tmp_path / name).write_text(content or "dear")
    with pytest.raises(StoreError, match="name a new folder"):
        open_folder(tmp_path, plan())


def test_what_a_calibration_makes_does_not_decide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shipping its own posterior must not make a folder foreign."""
    from sim.ensemble.stamp import data_fingerprint

    assert data_fingerprint(without=files.MADE_BY_IT) != data_fingerprint()
    assert plan().decides()["data"] == data_fingerprint(without=files.MADE_BY_IT)


# What it says


def test_a_uniform_sample_is_no_narrower_and_a_point_is_all() -> None:
    even = np.linspace(2.0, 6.0, 10_001)
    assert narrower(even, (2.0, 6.0)) == pytest.approx(0.0, abs=1e-3)
    assert narrower(2.0 + (even - 2.0) / 4, (2.0, 6.0)) == pytest.approx(0.75, abs=1e-3)
    assert narrower(np.full(5, 3.0), (2.0, 6.0)) == 1.0


def a_posterior(wide: str, narrow: str, pair: Pair = PAIR) -> str:
    declared = declarations(Parameters)
    rows = []
    for place in np.linspace(0, 1, 21):
        (low, high), (start, end) = declared[wide].prior, declared[narrow].prior  # type: ignore[misc]
        rows.append(f"{low + (high - low) * place:.6g},{start + (end - start) * place / 3:.6g}")
    return "".join(f"{pair.hiring},{pair.bid_trigger},{row}\n" for row in rows)


def test_what_is_learned_is_what_all_structures_together_narrow() -> None:
    one, other = "bid_speed", "taste_spread"
    head = f"hiring,bid_trigger,{one},{other}\n"
    alone = parse_posterior("it", (head + a_posterior(one, other)).encode())
    assert narrowing(alone)[other] == pytest.approx(2 / 3, abs=0.05)
    found = learned(alone)
    assert found.learned == (other,)
    assert one in found.unknown
    assert "company_share" in found.unknown, "it was never sampled"
    assert not any("hours_per_week" in part for part in found), "it is not uncertain"
    assert learned(alone, [one]) == ((), (), (one,))
    swapped = "".join(
        ",".join([*cells[:2], cells[3], cells[2]]) + "\n"
        for cells in (row.split(",") for row in a_posterior(other, one, OTHER).splitlines())
    )
    both = parse_posterior("it", (head + a_posterior(one, other) + swapped).encode())
    for name in (one, other):
        wide, low = (
            both.tables[pair][name] for pair in ((PAIR, OTHER), (OTHER, PAIR))[name == other]
        )
        prior = declarations(Parameters)[name].prior
        assert prior is not None
        assert narrower(low, prior) > narrowing(both)[name] > narrower(wide, prior)


def test_a_parameter_that_is_a_target_is_never_learned() -> None:
    target, other = "posts_growth_per_year", "taste_spread"
    narrow = a_posterior(other, target)
    posterior = parse_posterior("it", f"hiring,bid_trigger,{other},{target}\n{narrow}".encode())
    assert narrowing(posterior)[target] > LEAST_NARROWING
    assert learned(posterior)[:2] == ((), (target,))


def test_every_declared_target_is_one_and_its_record_lies_in_the_prior() -> None:
    listed = {one.name: one for one in target_list()}
    for one in declarations(Parameters).values():
        if one.target is not None:
            assert one.prior is not None
            assert one.name in SAMPLED
            assert one.prior[0] <= listed[one.target].observed <= one.prior[1], one.name


@pytest.mark.slow
def test_a_target_answers_the_parameter_it_is_a_reading_of_nearly_one_for_one() -> None:
    """Over the prior, whatever the other parameters are: the sampler's own simulator says so."""
    box = prior_box(PAIR)
    draws = box.low + (box.high - box.low) * np.random.default_rng(1).random((400, len(box.names)))
    seen = TwinSimulator(PAIR)(draws, 1)
    for one in declarations(Parameters).values():
        if one.target is not None:
            drawn = draws[:, box.names.index(one.name)]
            slope = np.polyfit(drawn, seen[:, targets().names.index(one.target)], 1)[0]
            assert 0.5 < slope < 1.2, (one.name, slope)


def test_parameters_and_correlations_say_what_the_draws_are() -> None:
    names = ("bid_speed", "taste_spread", "pay_sensitivity")
    luck = np.random.default_rng(2).random((500, 3))
    luck[:, 1] = 1.0 - luck[:, 0]
    draws = luck * [0.1, 0.3, 11.0] + [0.02, 0.0, 1.0]
    first, second, third = parameter_fits(names, draws)
    assert (first.is_identified, second.is_identified, third.is_identified) == (True, False, False)
    assert first.posterior[1] == pytest.approx(0.07, abs=0.01)
    assert third.prior == declarations(Parameters)["pay_sensitivity"].prior
    strongest = correlations(names, draws)
    assert strongest[0].correlation == pytest.approx(-1.0)
    assert {strongest[0].one, strongest[0].other} == set(names[:2])
    assert len(strongest) == 3
    half = draws.copy()
    half[:250, 1] = np.nan  # a structure without it
    assert parameter_fits(names, half)[1].posterior[0] >= 0.0


@pytest.mark.long
def test_the_search_as_it_ships_calls_nothing_identified_that_nothing_depends_on() -> None:
    """Two parameters show and the other 27 do not: what is stated of them must be their prior."""
    found = calibrate(
        PAIR, TOY_TARGETS, seed=1, simulator=toy,
        settings=dataclasses.replace(SETTINGS, least_tolerance=0.6),
    )  # fmt: skip
    fits = parameter_fits(found.bounds.names, posterior_draws(found, 250, 1))
    assert min(fit.narrower for fit in fits[:2]) >= LEAST_NARROWING
    assert max(fit.narrower for fit in fits[2:]) < LEAST_NARROWING


@pytest.mark.long
def test_the_tables_have_every_target_parameter_and_pair(tmp_path: Path) -> None:
    settings = Settings(population=40, batch=40, most_simulations=200)
    asked = Plan((PAIR,), 1, settings, 64, 20, 0)
    found = calibrate(PAIR, targets(), seed=1, settings=settings, prior_draws=64)
    draws = posterior_draws(found, 20, 1)
    twin = run_by_the_twin(PAIR, draws, 1)
    assert twin.shape == (20, len(targets().names))
    one = Found(found, draws, twin, np.empty((0, len(targets().names))))
    assert target_fits(one.twin, one.agents)[0].agents is None
    names = found.bounds.names
    for path in files.write_tables(tmp_path, asked, [one]):
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
        expected = {
            "calibration.csv": 1,
            "targets.csv": len(targets().names),
            "parameters.csv": len(names),
            "correlations.csv": len(names) * (len(names) - 1) // 2,
            "prior_check.csv": len(targets().names),
        }[path.name]
        assert len(rows) == expected
        assert {(row["hiring"], row["bid_trigger"]) for row in rows} == {tuple(PAIR)}
