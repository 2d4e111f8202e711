"""How much pairing sharpens a difference after one year, measured: luck alone differs."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from sim.domain.headline import HEADLINE
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, Progress, no_progress, part_of, run_ensemble
from sim.market.outcomes import OUTCOME
from sim.scenario import Scenario

PAIRING_YEARS = 1
PAIRING_RUNS = 100
"""Fewer runs than this leave the ratio of two variances to chance."""
WANTED_FACTOR = 10.0
OTHER_SEED = 1_000_003
"""What is added to a seed for runs that share no luck with it."""


@dataclass(frozen=True)
class Pairing:
    """One outcome's difference after a year, between pairs and between strangers.

    Attributes:
        paired: variance over runs of policy less base, with the same keyed luck.
        independent: the same, where the policy's runs have a seed of their own.
        factor: independent over paired; infinite where pairs differ by one number in every run.
        ceiling: the factor if the two values were perfectly correlated. Where a policy fixes a
            value (a price at a cap) it is near 1: there is no luck left to share.
    """

    outcome: str
    label: str
    unit: str
    paired: float
    independent: float
    factor: float
    ceiling: float


def measured_pairing(
    base: Scenario,
    policy: Scenario,
    *,
    runs: int = PAIRING_RUNS,
    seed: int,
    unit: str = LONDON,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> list[Pairing]:
    """Run base and policy for a year with shared and with separate luck; compare the variances.

    Parameters stay at their working values, so that luck is all that varies.

    Args:
        base, policy: what to compare.
        runs: at least `PAIRING_RUNS` for a steady answer.
        seed: of the base and the paired policy; the others have `seed + OTHER_SEED`.
        unit: London or an employer.
    """
    planned = ((base, seed), (policy, seed), (policy, seed + OTHER_SEED))
    old, new, stranger = (
        _last(
            run_ensemble(
                scenario,
                runs=runs,
                seed=own,
                years=PAIRING_YEARS,
                draws=Draws.DEFAULT,
                pool=pool,
                progress=part_of(progress, place * runs, runs * len(planned)),
            ),
            unit,
        )
        for place, (scenario, own) in enumerate(planned)
    )
    return [_pairing(name, old[name], new[name], stranger[name]) for name in HEADLINE]


def _last(ensemble: Ensemble, unit: str) -> dict[str, FloatArray]:
    return {name: ensemble.of(name, unit)[:, -1] for name in HEADLINE}


def _pairing(name: str, old: FloatArray, new: FloatArray, stranger: FloatArray) -> Pairing:
    paired, independent = _variance(new - old), _variance(stranger - old)
    spreads = np.sqrt([_variance(old), _variance(new)])
    apart = float(np.diff(spreads)[0] ** 2)
    return Pairing(
        outcome=name,
        label=OUTCOME[name].label,
        unit=OUTCOME[name].unit,
        paired=paired,
        independent=independent,
        factor=_over(independent, paired),
        ceiling=_over(float((spreads**2).sum()), apart),
    )


def _variance(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.var(ddof=1)) if finite.size > 1 else float("nan")


def _over(top: float, bottom: float) -> float:
    if bottom == 0:
        return float("inf")
    return top / bottom
