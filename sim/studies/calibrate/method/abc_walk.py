"""Steps of a random walk in a box that never leave it, and go and come back equally often.

A step goes along with the draws' covariance and turns back at an edge. Seen from where it ends, the
way back sets out in another direction, which the covariance may make more or less likely. A step
that reverses its own reversal (an involution) is made right by Metropolis's rule: it is taken with
the chance of the step that leads back over its own, if that is less than one.

Source: Tierney (1998), "A note on Metropolis-Hastings kernels for general state spaces", on
deterministic moves that are their own inverse.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.domain.randomness import FloatArray

BEST_STEP = 2.38
"""Over the root of the number of parameters: the best step for a normal target.

Source: Roberts, Gelman and Gilks (1997)."""
PARTS = (0.5, 0.25)
"""Parts of that step, in turn: a tolerance has a hard edge, and long steps fall over it."""
RIDGE = 1e-10
"""Added to variances, in widths of the box squared: draws that all agree still have a spread."""


class Steps:
    """Steps fit for a cloud of places in the unit box, (draw, parameter)."""

    def __init__(self, places: FloatArray) -> None:
        apart = places - places.mean(axis=0)
        dimensions = apart.shape[1]
        spread = apart.T @ apart / len(apart) + RIDGE * np.eye(dimensions)
        self.root = np.linalg.cholesky(spread) * (BEST_STEP / math.sqrt(dimensions))

    def tried(
        self, places: FloatArray, nth: int, luck: np.random.Generator
    ) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
        """Return where the nth step leads from each place, and whether it may be taken."""
        part = PARTS[nth % len(PARTS)]
        drawn = luck.standard_normal(places.shape)
        steps = part * drawn @ self.root.T
        ends, turned = turned_back(places + steps)
        returning = np.linalg.solve(part * self.root, (turned * steps).T)
        less_likely = np.square(returning).sum(axis=0) - np.square(drawn).sum(axis=1)
        allowed = 2.0 * luck.standard_exponential(len(places)) >= less_likely
        return ends, np.asarray(allowed, np.bool_)


def turned_back(places: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return places that left the box reflected at its edges, and -1 where a step ends reversed."""
    beyond = np.mod(np.abs(places), 2.0)
    turned = np.where(beyond > 1.0, -1.0, 1.0) * np.where(places < 0.0, -1.0, 1.0)
    return np.where(beyond > 1.0, 2.0 - beyond, beyond), turned
