"""Morris screening and Sobol indices of a design's values, by SALib, with what stands beside them.

Source: Morris (1991), Technometrics 33; Saltelli et al. (2010), Computer Physics Communications
181; both as SALib has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.domain.randomness import FloatArray
from sim.studies.sensitivity.method.factors import Factor

LEVELS = 4
"""Values a factor takes in a screening, evenly from its lowest to its highest."""
CONFIDENCE = 0.95
"""Of the intervals of indices: they say how well so many points measure them, no more."""
RESAMPLES = 200
FIFTH = 0.2
NOTHING = 1e-12


class Screened(NamedTuple):
    """What moving one factor alone does to an outcome, over trajectories.

    Attributes:
        mean: of its effects over the whole of its range, in the outcome's unit, signs kept.
        size: the mean of their sizes, whatever their sign ...
        half: ... and half the width of its interval.
        spread: standard deviation of the effects: large where it acts unevenly or with others.
    """

    factor: str
    mean: float
    size: float
    half: float
    spread: float


class Index(NamedTuple):
    """How much of an outcome's variance goes with one factor, and which way it moves it.

    Attributes:
        first, first_half: share of variance by itself, and half the width of its interval.
        total, total_half: share with all it does together with others, likewise.
        low, high: the outcome's mean where the factor is in its lowest fifth, and its highest; for
            a structure under the rival with the lowest mean, and with the highest ...
        low_words, high_words: ... which are these.
    """

    factor: str
    first: float
    first_half: float
    total: float
    total_half: float
    low: float
    high: float
    low_words: str = ""
    high_words: str = ""


def problem_of(names: Sequence[str]) -> dict[str, Any]:
    """Return factors as SALib is told of them: each from 0 to 1."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def screening_design(names: Sequence[str], trajectories: int, seed: int) -> FloatArray:
    """Return the points of a Morris screening, (trajectories x (factors + 1), factor)."""
    from SALib.sample import morris  # slow to load

    found = morris.sample(problem_of(names), trajectories, num_levels=LEVELS, seed=seed)
    return np.asarray(found, np.float64)


def screened(
    names: Sequence[str], design: FloatArray, values: FloatArray, seed: int
) -> list[Screened]:
    """Return what each factor does, the largest size first; nothing moves a constant."""
    if np.ptp(values) <= NOTHING:
        return [Screened(name, 0.0, 0.0, 0.0, 0.0) for name in names]
    from SALib.analyze import morris

    found = morris.analyze(
        problem_of(names), design, values,
        num_levels=LEVELS, conf_level=CONFIDENCE, num_resamples=RESAMPLES, seed=seed,
    )  # fmt: skip
    columns = [found[key] for key in ("mu", "mu_star", "mu_star_conf", "sigma")]
    rows = [
        Screened(name, *(float(column[place]) for column in columns))
        for place, name in enumerate(names)
    ]
    return sorted(rows, key=lambda one: -one.size)


def sobol_design(names: Sequence[str], points: int, seed: int) -> FloatArray:
    """Return the points of a Saltelli design, (points x (factors + 2), factor).

    Args:
        names: of the factors.
        points: base points, a power of two.
        seed: scrambles the sequence.
    """
    from SALib.sample import sobol

    found = sobol.sample(problem_of(names), points, calc_second_order=False, seed=seed)
    return np.asarray(found, np.float64)


def indices(
    factors: Sequence[Factor], design: FloatArray, values: FloatArray, seed: int
) -> list[Index]:
    """Return each factor's indices, the largest total first; a constant's are all 0."""
    names = [one.name for one in factors]
    shares = np.zeros((4, len(names)))
    if np.ptp(values) > NOTHING:
        from SALib.analyze import sobol

        centred = (values - values.mean()) / values.std()
        found = sobol.analyze(
            problem_of(names), centred, calc_second_order=False,
            conf_level=CONFIDENCE, num_resamples=RESAMPLES, seed=seed,
        )  # fmt: skip
        shares = np.array([found[key] for key in ("S1", "S1_conf", "ST", "ST_conf")])
    rows = []
    for place, one in enumerate(factors):
        first, first_half, total, total_half = map(float, shares[:, place])
        ends = _ends(one, design[:, place], values)
        rows.append(Index(one.name, first, first_half, total, total_half, *ends))
    return sorted(rows, key=lambda one: -one.total)


def _ends(factor: Factor, units: FloatArray, values: FloatArray) -> tuple[float, float, str, str]:
    """Return the outcome's means at both ends of a factor, and of a choice which these are."""
    if not factor.is_choice:
        low, high = values[units <= FIFTH].mean(), values[units >= 1.0 - FIFTH].mean()
        return float(low), float(high), "", ""
    places = factor.places(units)
    means = {int(at): float(values[places == at].mean()) for at in np.unique(places)}
    low_at, high_at = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    return means[low_at], means[high_at], factor.value_words(low_at), factor.value_words(high_at)


def strongest(by_outcome: Sequence[Sequence[Screened]], most: int) -> list[str]:
    """Return the factors that are strongest for any of some outcomes.

    A factor counts by its size over the largest there is for that outcome.
    """
    weight: dict[str, float] = {}
    for rows in by_outcome:
        largest = max(max(one.size for one in rows), NOTHING)
        for one in rows:
            weight[one.factor] = max(weight.get(one.factor, 0.0), one.size / largest)
    return sorted(weight, key=lambda name: -weight[name])[:most]
