"""Parameter recovery: truths, expected flows, ranks, and the stored result found again."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.answers.structures import Pair, pairs
from sim.studies.calibrate.method.abc_smc import Settings
from sim.studies.calibrate.method.calibrate import prior_box, sampled_names
from sim.studies.calibrate.method.targets import targets
from sim.studies.recover.method import recovery as r
from sim.studies.recover.method.files import COLUMNS, read_rows
from sim.studies.recover.method.recovery import (
    HEADLINE,
    Recovered,
    Row,
    expected_flows,
    recoveries,
)

STORED = Path(__file__).parents[3] / "docs" / "recovery.csv"
PAIR = pairs()[1]
SEARCH_REPEATS = 0.35  # of the prior's 90 % interval, from one processor to another
QUICK = Settings(
    population=20, batch=20, least_rounds=1, most_rounds=2, least_tolerance=2.5, moved_share=0.1,
    most_simulations=600,
)  # fmt: skip


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PRIOR_DRAWS": 64, "CANDIDATES": 64, "PRIOR_FLOWS": 16}.items():
        monkeypatch.setattr(r, name, value)


# Truths


def test_structures_take_turns() -> None:
    every = pairs()
    assert [r.structure_of(truth) for truth in range(1, 18)] == [*every, *every, every[0]]


def test_a_truth_is_near_the_record_and_none_of_the_draws_the_search_begins_with(
    small: None,
) -> None:
    ground = r.ground_of(PAIR, seed=5)
    drawn, shown = ground.truth(0)
    assert ground.bounds.contains(drawn)
    assert targets().implausibility(shown[None])[0] < ground.candidates.bound
    assert not np.any(np.all(ground.prior.draws == drawn, axis=1))
    assert len(ground.candidates.draws) >= r.FEWEST_TRUTHS
    assert sorted(ground.order) == list(range(len(ground.candidates.draws)))


# Flows


def middle(pair: Pair, **changed: float) -> np.ndarray:
    box, names = prior_box(pair), sampled_names(pair)
    draw = (box.low + box.high) / 2.0
    for name, value in changed.items():
        draw[names.index(name)] = value
    return draw


def test_expected_flows_depend_on_a_draw_alone() -> None:
    draws = np.stack([middle(PAIR, sector_exit_per_year=x) for x in (0.05, 0.09, 0.13)])
    together = expected_flows(PAIR, draws)
    alone = np.concatenate([expected_flows(PAIR, draw[None]) for draw in draws])
    assert together == pytest.approx(alone, rel=1e-9)
    assert np.array_equal(together, expected_flows(PAIR, draws))


def test_more_who_leave_for_agency_work_and_more_hires_show_in_the_flows() -> None:
    low, high = (
        expected_flows(
            PAIR,
            middle(PAIR, flow_to_agency_per_year=away, outside_hires_per_post=hires)[None],
        )[0]
        for away, hires in ((0.023, 0.035), (0.039, 0.06))
    )
    assert high[r.FLOWS.index(r.NET_FLOW)] > low[r.FLOWS.index(r.NET_FLOW)]
    assert high[r.FLOWS.index(r.HIRES)] > low[r.FLOWS.index(r.HIRES)]


# Looking for them


@pytest.mark.slow
def test_what_is_known_is_not_looked_for_again_and_nothing_changes(small: None) -> None:
    seen: list[int] = []
    once = r.recover(2, 3, settings=QUICK, each=lambda one: seen.append(one.truth))
    again = r.recover(2, 3, settings=QUICK, known=once[:1], each=lambda one: seen.append(one.truth))
    assert seen == [1, 2, 2]
    assert [one.rows for one in again] == [one.rows for one in once]
    for one in once:
        names = [row.quantity for row in one.rows]
        assert names == [*r.FLOWS, *sampled_names(r.structure_of(one.truth))]
        assert set(HEADLINE) <= set(names)
        for row in one.rows:
            assert row.q05 <= row.q50 <= row.q95
            assert 0.0 <= row.rank <= 1.0
            assert 0.0 < row.relative_width < 2.0


@pytest.mark.slow
def test_other_truths_do_not_change_a_truth(small: None) -> None:
    ground = r.ground_of(r.structure_of(2), seed=3)
    alone = r.recover_one(2, ground, 3, settings=QUICK)
    assert alone.rows == r.recover(2, 3, settings=QUICK)[1].rows


# Over all truths


def rows_of(quantity: str, ranks: list[float], half: float = 0.45) -> list[Row]:
    prior = (0.5 - half, 0.5 + half)
    return [
        Row(n, "responsive", "unfilled", quantity, rank, 0.05, 0.5, 0.95, rank, *prior)
        for n, rank in enumerate(ranks, start=1)
    ]


def test_coverage_and_ranks_of_intervals_that_are_right_and_that_are_not() -> None:
    even = [(place + 0.5) / 20 for place in range(20)]
    one = recoveries(rows_of(r.SECTOR_EXIT, even))[0]
    assert (one.truths, one.inside) == (20, 18)
    assert one.width == pytest.approx(1.0)
    assert one.flatness > 0.99
    lopsided = recoveries(rows_of(r.SECTOR_EXIT, [rank**4 for rank in even]))[0]
    assert lopsided.flatness < 0.01
    assert recoveries(rows_of(r.SECTOR_EXIT, even, half=0.9))[0].width == pytest.approx(0.5)


def test_what_must_be_recovered_comes_first() -> None:
    rows = [*rows_of("bid_speed", [0.5]), *(row for n in HEADLINE for row in rows_of(n, [0.5]))]
    assert [one.quantity for one in recoveries(rows)] == [*HEADLINE, "bid_speed"]


def test_how_little_twenty_truths_can_show() -> None:
    assert r.chance_of_as_many(17, 20) == pytest.approx(0.867, abs=0.001)
    assert r.chance_of_as_many(17, 20, 0.7) == pytest.approx(0.107, abs=0.001)
    assert r.chance_of_as_many(0, 20) == 1.0
    assert r.least_unevenness(20) == pytest.approx(0.294, abs=0.001)  # tables of Kolmogorov's test


# The stored result


def stored() -> list[Row]:
    return read_rows(STORED)


def test_the_stored_result_has_every_quantity_of_every_truth() -> None:
    truths = {row.truth for row in stored()}
    assert truths == set(range(1, len(truths) + 1))
    for truth in truths:
        pair = r.structure_of(truth)
        rows = [row for row in stored() if row.truth == truth]
        assert {(row.hiring, row.bid_trigger) for row in rows} == {tuple(pair)}
        assert [row.quantity for row in rows] == [*r.FLOWS, *sampled_names(pair)]


def test_the_stored_verdicts_are_those_of_the_stored_intervals() -> None:
    with STORED.open(encoding="utf-8-sig", newline="") as stream:
        cells = list(csv.DictReader(stream))
    assert tuple(cells[0]) == COLUMNS
    assert [row.inside for row in stored()] == [one["inside"] == "true" for one in cells]
    box = {pair: prior_box(pair) for pair in pairs()}
    for row in stored():
        names = box[r.structure_of(row.truth)].names
        if row.quantity in names:
            place = names.index(row.quantity)
            low, high = (ends[place] for ends in (box[r.structure_of(row.truth)].low,
                                                  box[r.structure_of(row.truth)].high))  # fmt: skip
            assert low <= row.q05 <= row.q95 <= high
            assert low <= row.value <= high


def with_first(ground: r.Ground, kept: list[r.Row]) -> r.Ground:
    """Return a ground whose first truth is the one that is stored.

    Which candidates lie near the record hangs on last digits at its edge, and so does their order.
    """
    values = {row.quantity: row.value for row in kept}
    wanted = np.array([values[name] for name in ground.bounds.names])
    apart = np.abs(ground.candidates.draws / wanted - 1.0).max(axis=1)
    assert apart.min() < 1e-9, "the stored truth is no candidate: run `make recovery`"
    return replace(ground, order=np.array([apart.argmin()]))


@pytest.mark.soak
def test_one_truth_is_found_again_as_it_is_stored() -> None:
    """The truth and the prior to the last digit; what the search finds, as far as it can repeat.

    A search follows comparisons of sums, and another processor adds in another order.
    """
    truth, seed = 1, 1
    kept = [row for row in stored() if row.truth == truth]
    ground = with_first(r.ground_of(r.structure_of(truth), seed), kept)
    found: Recovered = r.recover_one(truth, ground, seed)
    assert [row.quantity for row in found.rows] == [row.quantity for row in kept]
    for row, old in zip(found.rows, kept, strict=True):
        told = f"{row.quantity}: run `make recovery` and read what changed"
        for name in ("value", "prior_q05", "prior_q95"):
            assert getattr(row, name) == pytest.approx(getattr(old, name), rel=1e-9, abs=1e-9), told
        width = old.prior_q95 - old.prior_q05
        for name in ("q05", "q50", "q95"):
            assert abs(getattr(row, name) - getattr(old, name)) < SEARCH_REPEATS * width, told
        assert abs(row.rank - old.rank) < SEARCH_REPEATS, told
