"""PRIM: against another implementation, against every box there is, and against known answers."""

from __future__ import annotations

import csv
from itertools import combinations_with_replacement, product
from math import comb
from pathlib import Path

import numpy as np
import pytest

from sim.studies.robust.method import discovery as d
from sim.studies.robust.method.discovery import Verdict, discovered, leant_on
from sim.studies.robust.method.prim import (
    PASTED,
    Cases,
    Restriction,
    measured,
    pasted,
    peeled,
    quasi_p,
)

FROZEN = Path(__file__).with_name("prim_trajectory.csv")
NUMBERS = "abcde"
LAST_ALIKE = 30
"""Steps that both peel; after it the other cuts the smallest box a little differently."""


def frozen_cases() -> Cases:
    """Return the points of `prim_trajectory.csv`.

    That file is the peeling of EMA Workbench 2.5.3 on these very points (`Prim` with threshold
    0.5, `LENIENT1`, `peel_alpha` 0.05 and `mass_min` 0.05, then `find_box`): coverage, density,
    mass and limits of every box, to six figures. It was run once, with numpy 2.4, in an
    environment of its own; the generator and seed below made its points, too.
    """
    luck = np.random.default_rng(20261128)
    x, kind = luck.random((800, 5)), luck.integers(0, 4, 800)
    inside = (x[:, 0] < 0.45) & (x[:, 1] > 0.35) & np.isin(kind, [1, 3])
    is_case = luck.random(800) < np.where(inside, 0.9, 0.06)
    columns = {name: x[:, place] for place, name in enumerate(NUMBERS)}
    return Cases({**columns, "kind": kind.astype(float)}, frozenset({"kind"}), is_case)


def frozen_rows() -> list[dict[str, str]]:
    with FROZEN.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def limits(box: tuple[Restriction, ...], name: str) -> tuple[float, float]:
    mine = [one for one in box if one.name == name]
    return max([one.low for one in mine], default=-np.inf), min(
        [one.high for one in mine], default=np.inf
    )


def test_a_peeling_is_that_of_another_implementation_step_by_step() -> None:
    cases = frozen_cases()
    boxes, rows = peeled(cases), frozen_rows()
    assert len(boxes) > LAST_ALIKE
    for box, row in zip(boxes[: LAST_ALIKE + 1], rows, strict=False):
        found = measured(cases, box)
        assert found.coverage == pytest.approx(float(row["coverage"]), abs=0.008)
        assert found.density == pytest.approx(float(row["density"]), abs=0.008)
        assert found.mass == pytest.approx(float(row["mass"]), abs=0.002)
        left = sorted(next((one.among for one in box if one.among), frozenset(range(4))))
        assert left == [int(one) for one in row["kinds"].split()]


def test_the_best_box_has_the_edges_of_another_implementation() -> None:
    cases = frozen_cases()
    best = max(peeled(cases), key=lambda box: measured(cases, box).worth)
    rows = frozen_rows()

    def worth(row: dict[str, str]) -> float:
        both = float(row["coverage"]), float(row["density"])
        return 2.0 * both[0] * both[1] / sum(both)

    other = max(rows, key=worth)
    for name in NUMBERS:
        low, high = limits(best, name)
        assert np.isinf(low) or low == pytest.approx(float(other[f"{name}_low"]), abs=0.06)
        assert np.isinf(high) or high == pytest.approx(float(other[f"{name}_high"]), abs=0.01)
    assert {one.name for one in best} == {"a", "b", "kind"}
    told = {one.name: quasi_p(cases, best, one) for one in best}
    theirs = {"a": 9.9e-29, "b": 3.0e-11, "kind": 2.2e-18}  # as `PrimBox.qp` gave them
    for name, value in told.items():
        assert np.log10(value) == pytest.approx(np.log10(theirs[name]), abs=1.5)


def grid_cases(seed: int) -> Cases:
    """Return points on a grid of six by six by two kinds, cases likelier in one corner."""
    luck = np.random.default_rng(seed)
    x, y, kind = (luck.integers(0, most, 400).astype(float) for most in (6, 6, 2))
    inside = (x >= 2) & (y <= 3) & (kind == 1)
    return Cases(
        {"x": x, "y": y, "kind": kind},
        frozenset({"kind"}),
        luck.random(400) < np.where(inside, 0.95, 0.03),
    )


def every_box(cases: Cases) -> list[tuple[Restriction, ...]]:
    ends = [
        [Restriction(name, low=low), Restriction(name, high=high)]
        for name in ("x", "y")
        for low, high in combinations_with_replacement(range(6), 2)
    ]
    wide = len(ends) // 2
    kinds = [frozenset({0}), frozenset({1}), frozenset({0, 1})]
    return [
        (*x, *y, Restriction("kind", among=kind))
        for x, y, kind in product(ends[:wide], ends[wide:], kinds)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_best_box_is_the_best_of_all_boxes_on_a_grid(seed: int) -> None:
    cases = grid_cases(seed)
    best = max(measured(cases, box).worth for box in every_box(cases))
    boxes = [pasted(cases, box) for box in peeled(cases)]
    assert max(measured(cases, box).worth for box in boxes) == pytest.approx(best, abs=0.01)


def test_a_box_without_noise_is_found_edge_by_edge() -> None:
    """A box of a fifth of the square: at 4,000 points an edge lies within a hundredth or two."""
    x = np.random.default_rng(3).random((4000, 3))
    is_case = (x[:, 0] > 0.6) & (x[:, 1] < 0.5)
    cases = Cases(dict(zip("abc", x.T, strict=True)), frozenset(), is_case)
    found = discovered(cases, 1)
    assert found.verdict is Verdict.BOX
    assert found.is_miss
    box = tuple(one.restriction for one in found.box)
    assert limits(box, "a")[0] == pytest.approx(0.6, abs=0.02)
    assert limits(box, "b")[1] == pytest.approx(0.5, abs=0.02)
    assert {one.name for one in box} == {"a", "b"}
    assert found.measured.coverage > 0.95
    assert found.measured.density > 0.95
    assert found.outside < 0.02
    assert all(one.quasi_p < 1e-6 and one.support == pytest.approx(1.0) for one in found.box)


def test_pasting_only_widens_and_never_thins() -> None:
    cases = frozen_cases()
    for box in peeled(cases)[10::6]:
        before, after = measured(cases, box), measured(cases, pasted(cases, box))
        assert after.mass >= before.mass
        assert after.density >= before.density
        assert (cases.inside(pasted(cases, box)) | ~cases.inside(box)).all()


def test_a_box_that_was_peeled_too_far_is_pasted_back() -> None:
    x = np.linspace(0.0, 1.0, 200)
    cases = Cases({"x": x}, frozenset(), x < 0.5)
    (wider,) = pasted(cases, [Restriction("x", high=0.2)])
    assert 0.5 - PASTED * 0.5 <= wider.high < 0.5  # a last step that would thin it is not taken


def test_a_quasi_p_value_is_a_binomial_tail() -> None:
    """3 of 4 points in the box, 3 of 8 without the restriction: worked out by hand."""
    x = np.arange(8.0)
    cases = Cases({"x": x}, frozenset(), np.array([1, 1, 0, 1, 0, 0, 0, 0], bool))
    one, share = Restriction("x", high=3.0), 3 / 8
    tail = sum(comb(4, hits) * share**hits * (1 - share) ** (4 - hits) for hits in (3, 4))
    assert quasi_p(cases, [one], one) == pytest.approx(tail)


# Scenario discovery


def noise(columns: int, count: int = 400, seed: int = 5) -> dict[str, np.ndarray]:
    luck = np.random.default_rng(seed)
    return {f"noise{place}": luck.random(count) for place in range(columns)}


@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_box(seed: int) -> None:
    is_case = np.random.default_rng(100 + seed).random(400) < 0.3
    found = discovered(Cases(noise(30, seed=seed), frozenset(), is_case), 1)
    assert found.verdict is Verdict.NO_BOX
    assert found.box == ()


def test_what_only_noise_restricts_is_dropped() -> None:
    luck = np.random.default_rng(9)
    columns = noise(40, 600, seed=7)
    columns["kind"], columns["x"] = luck.integers(0, 4, 600).astype(float), luck.random(600)
    inside = np.isin(columns["kind"], [0, 2]) & (columns["x"] > 0.5)
    is_case = luck.random(600) < np.where(inside, 0.8, 0.05)
    found = discovered(Cases(columns, frozenset({"kind"}), is_case), 1)
    assert {one.restriction.name for one in found.box} == {"kind", "x"}
    (kinds,) = (one.restriction.among for one in found.box if one.restriction.among)
    assert kinds == {0, 2}
    assert found.leanings[0].name in ("kind", "x")


def test_what_halves_of_the_futures_do_not_show_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eight columns act a little, all alike: which of them a box has is luck of these points."""
    luck = np.random.default_rng(0)
    columns = {f"x{place}": luck.random(400) for place in range(8)}
    pull = sum(values - 0.5 for values in columns.values())
    cases = Cases(columns, frozenset(), luck.random(400) < 1 / (1 + np.exp(1.6 - 1.6 * pull)))
    assert discovered(cases, 1).verdict is Verdict.NO_BOX
    assert len(discovered(cases, 1).leanings) >= 3
    monkeypatch.setattr(d, "UPHELD", 0.0)
    assert discovered(cases, 1).verdict is Verdict.BOX


def test_where_most_miss_the_box_holds_those_that_get_there() -> None:
    x = np.random.default_rng(1).random(400)
    found = discovered(Cases({"x": x}, frozenset(), x < 0.8), 1)
    assert not found.is_miss
    assert found.share == pytest.approx(0.2, abs=0.05)
    assert found.box[0].restriction.low == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(
    ("cases", "verdict"),
    [(0, Verdict.NEARLY_NONE_MISSES), (5, Verdict.NEARLY_NONE_MISSES),
     (395, Verdict.NEARLY_ALL_MISS), (400, Verdict.NEARLY_ALL_MISS)],
)  # fmt: skip
def test_too_few_of_one_kind_are_not_told_apart(cases: int, verdict: Verdict) -> None:
    found = discovered(Cases(noise(3), frozenset(), np.arange(400) < cases), 1)
    assert found.verdict is verdict
    assert found.box == ()


def test_a_leaning_says_how_many_cases_lie_at_each_end() -> None:
    x, kind = np.arange(100.0), np.arange(100.0) % 2
    (x_leaning,) = leant_on(Cases({"x": x}, frozenset(), x >= 80.0))
    assert (x_leaning.low, x_leaning.high) == (0.0, 1.0)
    (kinds,) = leant_on(Cases({"kind": kind}, frozenset({"kind"}), kind == 0.0))
    assert (kinds.low_at, kinds.low, kinds.high_at, kinds.high) == (1, 0.0, 0, 1.0)


def test_no_more_columns_are_peeled_than_are_said() -> None:
    luck = np.random.default_rng(2)
    is_case = luck.random(500) < 0.3
    columns = {f"x{place}": luck.random(500) + is_case for place in range(d.MOST_COLUMNS + 5)}
    assert len(leant_on(Cases(columns, frozenset(), is_case))) == d.MOST_COLUMNS
