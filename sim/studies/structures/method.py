"""What one pair of rival structures answers."""

from __future__ import annotations

from dataclasses import dataclass

from sim.answers.structures import Fit, Pair
from sim.ensemble.run import Ensemble


@dataclass(frozen=True)
class UnderPair:
    """What one pair of structures answers.

    Attributes:
        ensembles: one for each scenario, the base first.
        closing: share of runs in which the circle closes without a cap.
    """

    pair: Pair
    ensembles: list[Ensemble]
    fit: Fit
    closing: float
