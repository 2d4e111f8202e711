"""Paired comparisons: the same people with the same luck under two policies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.domain.headline import HEADLINE, POSTS, WORKFORCE
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME

LOW, MIDDLE, HIGH = 0.10, 0.50, 0.90
"""The default interval is 80 %: the 10th to the 90th percentile."""
LOW_CASE, HIGH_CASE = "low case, 1 in 10", "high case, 1 in 10"
"""What its ends are called."""
CHANCE = "chance_of_90_percent"
SHARE_OF_RUNS = "share of runs"


@dataclass(frozen=True)
class Spread:
    """A mean and a median with the 10th and 90th percentile over runs.

    What is printed is the mean, since means add up: a policy's less the base's is the mean of the
    paired differences. Medians do not.
    """

    q10: float
    q50: float
    q90: float
    mean: float


def spread_of(values: FloatArray) -> Spread:
    """Return mean, median and default interval of the finite values, NaN if there is none."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Spread(np.nan, np.nan, np.nan, np.nan)
    low, middle, high = np.quantile(finite, [LOW, MIDDLE, HIGH])
    return Spread(float(low), float(middle), float(high), float(finite.mean()))


@dataclass(frozen=True)
class Difference:
    """One outcome under two policies, paired run by run.

    Attributes:
        old, new: means over runs at the end of the horizon (for the chance: shares of runs).
        difference: new - old, which is the mean of the paired differences.
        q10, q90: 10th and 90th percentile of the paired differences.
        correlation: of the paired values; None where either does not vary.
        variance_reduction: variance of the difference between runs that share nothing (that of
            old plus that of new), over the variance of the paired difference. It credits what a
            pair shares, parameters as well as luck. Infinite where the difference is the same in
            every run; None where there are not two runs, or neither value varies.
        is_exactly_zero: whether every run is the same under both, bit for bit.
    """

    outcome: str
    label: str
    unit: str
    old: float
    new: float
    difference: float
    q10: float
    q90: float
    correlation: float | None
    variance_reduction: float | None
    is_exactly_zero: bool


def headline(ensemble: Ensemble, unit: str = LONDON) -> list[tuple[str, str, str, FloatArray]]:
    """Return (name, label, unit of measure, one value a run) of the headline outcomes."""
    rows = []
    for name in HEADLINE:
        outcome = OUTCOME[name]
        rows.append((name, outcome.label, outcome.unit, ensemble.of(name, unit)[:, -1]))
    for name, of in (
        (CHANCE, WORKFORCE),
        (f"{CHANCE}_of_posts", POSTS),
    ):
        whose = "workforce" if name == CHANCE else "posts"
        horizon = f"{ensemble.years} year{'' if ensemble.years == 1 else 's'}"
        label = f"chance of 90 % in {horizon}, {whose}"
        rows.append((name, label, SHARE_OF_RUNS, ensemble.reached(of, unit).astype(float)))
    return rows


def compared(base: Ensemble, policy: Ensemble, unit: str = LONDON) -> list[Difference]:
    """Return the headline outcomes of two ensembles side by side.

    Raises:
        ValueError: the ensembles are not paired (another seed, number of runs or horizon).
    """
    for what in ("seed", "runs", "years", "draws"):
        if getattr(base, what) != getattr(policy, what):
            raise ValueError(f"the two results are not paired: they differ in {what}")
    if base.scenario.start.opening != policy.scenario.start.opening:
        raise ValueError("the two results are not paired: they start on different days")
    rows = zip(headline(base, unit), headline(policy, unit), strict=True)
    return [
        _difference(name, label, measure, before, after)
        for (name, label, measure, before), (_, _, _, after) in rows
    ]


def _difference(
    name: str, label: str, unit: str, before: FloatArray, after: FloatArray
) -> Difference:
    gap = after - before
    low, high = np.nanquantile(gap, [LOW, HIGH]) if np.isfinite(gap).any() else (np.nan, np.nan)
    both = np.isfinite(gap)  # a run without a value under either is left out of the row
    old, new = mean(before[both]), mean(after[both])
    return Difference(
        outcome=name,
        label=label,
        unit=unit,
        old=old,
        new=new,
        difference=new - old,
        q10=float(low),
        q90=float(high),
        correlation=_correlation(before, after),
        variance_reduction=variance_reduction(before, after),
        is_exactly_zero=bool(np.array_equal(before, after, equal_nan=True)),
    )


def mean(values: FloatArray) -> float:
    """Return the mean of the finite values, or NaN if there is none."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


def _correlation(before: FloatArray, after: FloatArray) -> float | None:
    both = np.isfinite(before) & np.isfinite(after)
    if both.sum() < 2 or np.ptp(before[both]) == 0 or np.ptp(after[both]) == 0:
        return None
    return float(np.corrcoef(before[both], after[both])[0, 1])


def variance_reduction(before: FloatArray, after: FloatArray) -> float | None:
    """Return how many times pairing divides the variance of a difference.

    See `Difference.variance_reduction`. Runs without a value are left out.
    """
    both = np.isfinite(before) & np.isfinite(after)
    old, new = before[both], after[both]
    if not old.size:
        return None
    gap = new - old
    if not gap.any():
        return float("inf")
    if old.size < 2 or (np.ptp(old) == 0 and np.ptp(new) == 0):
        return None
    if np.ptp(gap) == 0:
        return float("inf")
    return float((old.var() + new.var()) / gap.var())
