"""Scenario discovery: in which futures a policy fails, as one small box that resampling upholds.

Source: Bryant and Lempert (2010), Technological Forecasting and Social Change 77: PRIM on futures,
measured by coverage and density, each restriction tested by a quasi-p-value and by resampling. With
some sixty columns a peeling finds boxes in noise: only columns that cases lean on go into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from sim.domain.randomness import BoolArray, FloatArray
from sim.studies.robust.method.prim import (
    Cases,
    Measured,
    Restriction,
    measured,
    pasted,
    peeled,
    quasi_p,
)

SIGNIFICANT = 0.05
"""A restriction with a larger quasi-p-value is dropped."""
LEANS, LEANS_IN_HALF, MOST_COLUMNS = 0.01, 0.05, 10
"""A column goes into a peeling if luck alone would make cases lean on it as much less often than
this (rank sums; counts for categories); of those the ten that cases lean on most."""
RESAMPLES, UPHELD = 20, 0.75
"""Halves of the futures, and the share of them in which a restriction must be found again."""
PLAIN = 0.97
"""A restriction is dropped, too, if the box without it is worth so much of what it was."""
NEARLY = 0.03
"""With a smaller share of misses, or of hits, there is nothing to tell apart."""
FEWEST_CASES = 12
TIMES_DENSER, GAP_CLOSED, LEAST_COVERAGE = 1.5, 0.3, 0.25
"""A box worth telling is so many times as dense in cases as all futures are, or closes so much of
the gap to certainty, whichever is less; and it holds so much of the cases."""


ENDS = (0.2, 0.8)
"""The lowest and the highest fifth."""
NOWHERE = Measured(0.0, 0.0, 0.0)


class Verdict(StrEnum):
    """What scenario discovery came to."""

    BOX = "box"
    NO_BOX = "no box"
    NEARLY_ALL_MISS = "nearly all miss"
    NEARLY_NONE_MISSES = "nearly none misses"


@dataclass(frozen=True)
class Supported:
    """A restriction, its quasi-p-value, and in which share of the resamples it is found again."""

    restriction: Restriction
    quasi_p: float
    support: float


class Leaning(NamedTuple):
    """A column that cases lean on.

    Attributes:
        p: how often luck alone would make them lean on it as much.
        low, high: share of cases in its lowest fifth and its highest; for categories in the one
            with the fewest cases, and the most ...
        low_at, high_at: ... and which these are.
    """

    name: str
    p: float
    low: float
    high: float
    low_at: int = 0
    high_at: int = 0


@dataclass(frozen=True)
class Discovered:
    """In which futures a policy fails, or, where most do, in which it gets there.

    Attributes:
        verdict: whether there is a box.
        is_miss: whether the box holds misses; else hits, which are fewer.
        share: of all futures that are such cases.
        box: its restrictions; none where there is no box.
        measured: how well it tells them.
        outside: share of the futures outside it that are such cases.
        trajectory: coverage, density and mass of every box of the peeling.
        leanings: columns that the cases lean on one by one, the most telling first.
    """

    verdict: Verdict
    is_miss: bool
    share: float
    box: tuple[Supported, ...] = ()
    measured: Measured = NOWHERE
    outside: float = 0.0
    trajectory: tuple[Measured, ...] = ()
    leanings: tuple[Leaning, ...] = ()


def discovered(cases: Cases, seed: int) -> Discovered:
    """Return in which futures a policy fails.

    Args:
        cases: what differs between futures, and which of them miss the target.
        seed: of the resamples.
    """
    missed = cases.share
    few = max(NEARLY, FEWEST_CASES / len(cases.is_case))
    if missed < few:
        return Discovered(Verdict.NEARLY_NONE_MISSES, True, missed)
    if missed > 1.0 - few:
        return Discovered(Verdict.NEARLY_ALL_MISS, True, missed)
    is_miss = missed <= 0.5
    wanted = cases if is_miss else Cases(cases.columns, cases.choices, ~cases.is_case)
    leanings = leant_on(wanted)
    about = (is_miss, wanted.share)
    kept = _only(wanted, [one.name for one in leanings])
    boxes = peeled(kept)
    trajectory = tuple(measured(kept, box) for box in boxes)
    best = best_of(kept, boxes)
    support = _support(wanted, measured(kept, best), seed)
    upheld = [one for one in best if support.get(_kind(one), 0.0) >= UPHELD]
    box = _plain(kept, _significant(kept, pasted(kept, upheld)))
    found = measured(kept, box)
    if not box or not _tells(kept, found):
        return Discovered(Verdict.NO_BOX, *about, trajectory=trajectory, leanings=leanings)
    return Discovered(
        Verdict.BOX,
        *about,
        tuple(Supported(one, quasi_p(kept, box, one), support[_kind(one)]) for one in box),
        found,
        _outside(kept, kept.inside(box)),
        trajectory,
        leanings,
    )


def leant_on(cases: Cases, most: float = LEANS) -> tuple[Leaning, ...]:
    """Return the columns that cases lean on beyond luck, the most telling first."""
    moving = {name: values for name, values in cases.columns.items() if np.ptp(values) > 0.0}
    numbers = [name for name in moving if name not in cases.choices]
    found = _number_leanings(numbers, cases) if numbers else []
    found += [
        _choice_leaning(name, moving[name], cases.is_case)
        for name in moving
        if name in cases.choices
    ]
    found = sorted((one for one in found if one.p <= most), key=lambda one: one.p)
    return tuple(found[:MOST_COLUMNS])


def _number_leanings(names: Sequence[str], cases: Cases) -> list[Leaning]:
    """Return how cases lean on numbers: by rank sums, in their large-sample form.

    Source: Mann and Whitney (1947), Annals of Mathematical Statistics 18.
    """
    from scipy.stats import norm, rankdata  # slow to load

    table, is_case = np.stack([cases.columns[name] for name in names], axis=1), cases.is_case
    ranks, hits, count = rankdata(table, axis=0), int(is_case.sum()), len(is_case)
    expected = (count + 1) / 2.0
    spread = np.sqrt((count - hits) * (count + 1) / (12.0 * hits))
    p = 2.0 * norm.sf(np.abs(ranks[is_case].mean(axis=0) - expected) / spread)
    low, high = np.quantile(table, ENDS, axis=0)
    lowest, highest = table <= low, table >= high
    return [
        Leaning(
            name,
            float(p[place]),
            float(is_case[lowest[:, place]].mean()),
            float(is_case[highest[:, place]].mean()),
        )
        for place, name in enumerate(names)
    ]


def _choice_leaning(name: str, values: FloatArray, is_case: BoolArray) -> Leaning:
    from scipy.stats import chi2_contingency

    kinds = np.unique(values)
    counts = np.array([[(values == k)[is_case == one].sum() for k in kinds] for one in (0, 1)])
    shares = counts[1] / counts.sum(axis=0)
    low, high = int(np.argmin(shares)), int(np.argmax(shares))
    return Leaning(
        name, float(chi2_contingency(counts).pvalue),
        float(shares[low]), float(shares[high]), int(kinds[low]), int(kinds[high]),
    )  # fmt: skip


def _only(cases: Cases, names: Sequence[str]) -> Cases:
    columns = {name: cases.columns[name] for name in names}
    return Cases(columns, cases.choices & set(names), cases.is_case)


def best_of(cases: Cases, boxes: list[tuple[Restriction, ...]]) -> tuple[Restriction, ...]:
    """Return the box of a peeling that is worth most, without what is not significant."""
    best = max(boxes, key=lambda box: measured(cases, box).worth)
    return _significant(cases, best)


def _tells(cases: Cases, found: Measured) -> bool:
    share = cases.share
    enough = min(TIMES_DENSER * share, share + GAP_CLOSED * (1.0 - share))
    return found.density >= enough and found.coverage >= LEAST_COVERAGE


def _outside(cases: Cases, inside: BoolArray) -> float:
    return float(cases.is_case[~inside].mean()) if not inside.all() else 0.0


def _significant(cases: Cases, box: tuple[Restriction, ...]) -> tuple[Restriction, ...]:
    """Return a box without the restrictions that chance would explain, the weakest first."""
    while box:
        weakest = max(box, key=lambda one: quasi_p(cases, box, one))
        if quasi_p(cases, box, weakest) <= SIGNIFICANT:
            break
        box = tuple(one for one in box if one != weakest)
    return box


def _plain(cases: Cases, box: tuple[Restriction, ...]) -> tuple[Restriction, ...]:
    """Return a box without the restrictions that it can do without."""
    while len(box) > 1:
        whole = measured(cases, box).worth
        shorter = [tuple(other for other in box if other != one) for one in box]
        best = max(shorter, key=lambda one: measured(cases, one).worth)
        if measured(cases, best).worth < PLAIN * whole:
            break
        box = best
    return box


def _kind(one: Restriction) -> tuple[str, str]:
    """Return what must come back in a resample: the column, and the side it is restricted from."""
    return one.name, "" if one.among else ("low" if np.isfinite(one.low) else "high")


def _support(cases: Cases, whole: Measured, seed: int) -> dict[tuple[str, str], float]:
    """Return in which share of random halves of the futures each restriction is found again.

    Of each half's boxes the one counts that is most like the whole's in coverage and density.
    """
    luck = np.random.default_rng(seed)
    count = len(cases.is_case)
    found: dict[tuple[str, str], float] = {}
    for _ in range(RESAMPLES):
        half = cases.part(luck.permutation(count)[: count // 2])
        if not half.is_case.any() or half.is_case.all():
            continue
        half = _only(half, [one.name for one in leant_on(half, LEANS_IN_HALF)])
        boxes = peeled(half)
        alike = min(boxes, key=lambda box: _apart(measured(half, box), whole))
        for kind in {_kind(one) for one in alike}:
            found[kind] = found.get(kind, 0.0) + 1.0 / RESAMPLES
    return found


def _apart(one: Measured, other: Measured) -> float:
    return float(np.hypot(one.coverage - other.coverage, one.density - other.density))
