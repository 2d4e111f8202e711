"""Does the circle close in a run: do charge rate and agency share both rise?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.domain.headline import AGENCY_SHARE
from sim.domain.randomness import FloatArray
from sim.ensemble.run import Ensemble

CIRCLE_YEARS = 3
"""Over how long it is asked."""
SMALLEST_RISE = 1e-9


def both_rise(ensemble: Ensemble) -> npt.NDArray[np.bool_]:
    """Return in which runs the circle closes: real charge rate and agency share both rise."""
    return (price_change(ensemble) > SMALLEST_RISE) & (
        change(ensemble, AGENCY_SHARE) > SMALLEST_RISE
    )


def price_change(ensemble: Ensemble) -> FloatArray:
    """Return by how much of itself London's charge rate rises, in start-year pounds: (runs,)."""
    price = ensemble.london("charge_rate_per_hour_start_pounds")
    risen: FloatArray = price[:, -1] / price[:, 0] - 1.0
    return risen


def change(ensemble: Ensemble, outcome: str) -> FloatArray:
    """Return an outcome of London at the end less its start: (runs,)."""
    values = ensemble.london(outcome)
    changed: FloatArray = values[:, -1] - values[:, 0]
    return changed
