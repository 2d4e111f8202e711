"""Where a next generation of draws looks: a mixture of normals about the draws of the last one.

Source: Beaumont, Cornuet, Marin and Robert (2009) for the weights and the kernel of twice the
weighted covariance; Filippi, Barnes, Cornebise and Stumpf (2013) for the local kernel.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from scipy.special import logsumexp

from sim.domain.randomness import FloatArray
from sim.experiments.abc import Bounds
from sim.experiments.weighted import weighted_covariance, weighted_mean

_RIDGE = 1e-10
"""Added to variances, in widths of the box squared: draws that all agree still have a spread."""

_ROWS = 256
"""Draws weighted at a time, to bound the memory it takes."""


class Kernel(StrEnum):
    """How far from a draw the next generation looks."""

    GLOBAL = "global"
    """Twice the weighted covariance of the last generation, the same everywhere."""

    LOCAL = "local"
    """For each draw, how far from it lie the draws that are within the next tolerance."""


class Proposal:
    """A mixture of normals about weighted draws, cut off at the edge of the box.

    Everything is computed on places in the box, so that no parameter's unit matters.
    """

    def __init__(
        self,
        bounds: Bounds,
        draws: FloatArray,
        weights: FloatArray,
        near: npt.NDArray[np.bool_],
        kernel: Kernel,
    ) -> None:
        """Fit the kernel to draws, (draw, parameter), of which some are within the tolerance."""
        self._bounds = bounds
        used = weights > 0.0
        self._centres = bounds.to_unit(draws[used])
        shares = weights[used] / weights[used].sum()
        self._upto = np.cumsum(shares)
        if kernel is Kernel.GLOBAL:
            covariances = 2.0 * weighted_covariance(self._centres, shares)[None]
        else:
            covariances = _local_covariances(self._centres, shares, near[used])
        covariances = covariances + _RIDGE * np.eye(len(bounds.names))
        self._roots = np.linalg.cholesky(covariances)
        self._whiten = np.linalg.inv(self._roots)
        widths = np.diagonal(self._roots, axis1=-2, axis2=-1)
        self._log_heights = np.log(shares) - np.log(widths).sum(axis=-1)

    def draw(self, wanted: int, luck: np.random.Generator) -> FloatArray:
        """Return so many draws, (draw, parameter).

        Those outside the box have no prior: they are drawn again from the start, unsimulated.
        """
        parts: list[FloatArray] = []
        found = 0
        while found < wanted:
            marks = luck.random(wanted) * self._upto[-1]
            chosen = np.minimum(
                np.searchsorted(self._upto, marks, side="right"), len(self._upto) - 1
            )
            roots = self._roots[0] if len(self._roots) == 1 else self._roots[chosen]
            steps = luck.standard_normal((wanted, len(self._bounds.names)))
            places = self._centres[chosen] + np.einsum("...ij,...j->...i", roots, steps)
            inside = places[np.all((places >= 0.0) & (places <= 1.0), axis=1)]
            parts.append(inside)
            found += len(inside)
        return self._bounds.from_unit(np.concatenate(parts)[:wanted])

    def weights(self, draws: FloatArray) -> FloatArray:
        """Return each draw's weight, adding up to 1: its prior over how likely it was proposed.

        The prior is the same all over the box, and so is what being cut off at its edge does.
        """
        places = self._bounds.to_unit(draws)
        proposed = np.concatenate(
            [self._log_density(places[at : at + _ROWS]) for at in range(0, len(places), _ROWS)]
        )
        weights = np.exp(proposed.min() - proposed)
        return np.asarray(weights / weights.sum(), np.float64)

    def _log_density(self, places: FloatArray) -> FloatArray:
        """Return the log of the mixture's density, but for a constant, (draw,)."""
        if len(self._whiten) == 1:
            white = self._whiten[0].T
            squares = cdist(places @ white, self._centres @ white, "sqeuclidean")
        else:
            apart = places[:, None, :] - self._centres
            steps = np.einsum("cij,dcj->dci", self._whiten, apart)
            squares = np.square(steps).sum(axis=-1)
        heights = self._log_heights - 0.5 * squares
        return np.asarray(logsumexp(heights, axis=1), np.float64)


def _local_covariances(
    centres: FloatArray, shares: FloatArray, near: npt.NDArray[np.bool_]
) -> FloatArray:
    """Return the spread of the near draws about each draw, (draw, parameter, parameter)."""
    of_near = shares[near] / shares[near].sum()
    apart = weighted_mean(centres[near], of_near) - centres
    spread = weighted_covariance(centres[near], of_near)
    return np.asarray(spread + apart[:, :, None] * apart[:, None, :], np.float64)
