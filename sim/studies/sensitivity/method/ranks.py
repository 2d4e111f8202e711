"""Rank correlations of runs that are kept: a quick answer, and what of it luck alone would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.domain.randomness import FloatArray, IntArray
from sim.scenario import ScenarioError

FEWEST_RUNS = 20
SHUFFLES = 400
SIDES = 1.96
WIDER = 1.06
"""A rank correlation's error is so many times that of an ordinary one.

Source: Fieller, Hartley and Pearson (1957), Biometrika 44.
"""


class Rank(NamedTuple):
    """How an outcome's rank goes with a parameter's.

    Attributes:
        low, high: its 95 % interval.
        is_told: whether it is larger than the largest that luck gives among so many parameters, in
            19 of 20 shuffles.
    """

    factor: str
    correlation: float
    low: float
    high: float
    is_told: bool


class Ranks(NamedTuple):
    """All correlations, the largest first, and what luck alone would give the largest of them."""

    rows: list[Rank]
    by_luck: float
    runs: int


def ranks(
    drawn: Sequence[Mapping[str, float]],
    structures: Sequence[object],
    values: FloatArray,
    seed: int,
) -> Ranks:
    """Return rank correlations within structures, so that a structure is not taken for a parameter.

    Args:
        drawn: parameters by run.
        structures: the structure of each run.
        values: an outcome, (run,).
        seed: of the shuffles.

    Raises:
        ScenarioError: too few runs, or nothing was drawn.
    """
    is_there = np.isfinite(values)
    if is_there.sum() < FEWEST_RUNS:
        raise ScenarioError(
            f"rank correlations: given {int(is_there.sum())} runs; allowed: {FEWEST_RUNS} or more"
        )
    kept = [one for one, here in zip(drawn, is_there, strict=True) if here]
    table = {name: np.array([one[name] for one in kept]) for name in kept[0]}
    table = {name: column for name, column in table.items() if np.ptp(column) > 0.0}
    if not table:
        raise ScenarioError("rank correlations: no parameter was drawn in these runs")
    groups = np.unique([str(one) for one in structures], return_inverse=True)[1][is_there]
    columns = np.stack([_ranked(column, groups) for column in table.values()])
    answer = _ranked(values[is_there], groups)
    luck = np.random.default_rng(seed)
    shuffled = [
        float(np.abs(np.dot(columns, _shuffled(answer, groups, luck))).max())
        for _ in range(SHUFFLES)
    ]
    by_luck = float(np.quantile(shuffled, 0.95))
    free = len(kept) - len(np.unique(groups)) - 2
    rows = [
        Rank(name, value, *_interval(value, free), abs(value) > by_luck)
        for name, value in zip(table, np.dot(columns, answer).tolist(), strict=True)
    ]
    return Ranks(sorted(rows, key=lambda one: -abs(one.correlation)), by_luck, len(kept))


def _ranked(values: FloatArray, groups: IntArray) -> FloatArray:
    """Return ranks within groups, centred and of length 1: their products are correlations."""
    from scipy.stats import rankdata  # slow to load

    found = np.zeros(len(values))
    for group in np.unique(groups):
        mine = groups == group
        ranked = rankdata(values[mine]) / mine.sum()
        found[mine] = ranked - ranked.mean()
    return found / max(float(np.linalg.norm(found)), 1e-12)


def _shuffled(answer: FloatArray, groups: IntArray, luck: np.random.Generator) -> FloatArray:
    found = answer.copy()
    for group in np.unique(groups):
        mine = np.flatnonzero(groups == group)
        found[mine] = answer[luck.permutation(mine)]
    return found


def _interval(value: float, free: int) -> tuple[float, float]:
    """Return Fisher's interval of a rank correlation."""
    middle = np.arctanh(np.clip(value, -0.999, 0.999))
    half = SIDES * WIDER / np.sqrt(max(free, 1))
    return float(np.tanh(middle - half)), float(np.tanh(middle + half))
