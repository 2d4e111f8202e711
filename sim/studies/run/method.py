"""Where an ensemble's spread comes from: rival structures, parameters, or luck.

Every run is made twice: with the same structure and parameters, and with luck of its own each
time. What the two differ by is luck; what is left between runs of one structure is parameters; what
is left between structures is structure (analysis of variance, random effects, nested).
Source: Searle, Casella and McCulloch (1992), *Variance Components*, ch. 3; a component that comes
out below zero is reported as zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.domain.headline import HEADLINE
from sim.domain.randomness import FloatArray
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME


@dataclass(frozen=True)
class Explained:
    """The variance of one outcome at the horizon, by where it comes from.

    Attributes:
        spread: standard deviation of all runs, in the outcome's unit.
        structures, parameters, luck: shares of the variance, 0 to 1, adding up to 1; NaN where
            nothing varies.
    """

    outcome: str
    spread: float
    structures: float
    parameters: float
    luck: float


def explained(first: Ensemble, second: Ensemble, unit: str) -> list[Explained]:
    """Split the headline outcomes' variance.

    Args:
        first, second: ensembles of the same draws, run by run, with different luck.
        unit: London or an employer.

    Raises:
        ValueError: the draws are not the same.
    """
    if first.parameters != second.parameters or first.structures != second.structures:
        raise ValueError("the two ensembles do not have the same parameters run by run")
    groups: dict[object, list[int]] = {}
    for run, structure in enumerate(first.structures):
        groups.setdefault(structure, []).append(run)
    found = []
    for name in HEADLINE:
        pairs = np.stack([one.of(name, unit)[:, -1] for one in (first, second)], axis=1)
        found.append(_split(OUTCOME[name].name, pairs, list(groups.values())))
    return found


def _split(name: str, pairs: FloatArray, groups: list[list[int]]) -> Explained:
    """Split the variance of (run, luck) values; each group holds the runs of one structure."""
    luck = float(np.mean((pairs[:, 0] - pairs[:, 1]) ** 2) / 2.0)
    means = pairs.mean(axis=1)
    sizes = np.array([len(group) for group in groups], float)
    inner = [float(np.var(means[group], ddof=1)) for group in groups if len(group) > 1]
    among = float(np.mean(inner)) if inner else 0.0
    parameters = max(among - luck / 2.0, 0.0)
    structures = 0.0
    if len(groups) > 1:
        centres = np.array([means[group].mean() for group in groups])
        structures = max(float(np.var(centres, ddof=1)) - among / float(sizes.mean()), 0.0)
    total = luck + parameters + structures
    shares = [part / total if total > 0 else np.nan for part in (structures, parameters, luck)]
    return Explained(name, float(np.std(pairs)), *shares)
