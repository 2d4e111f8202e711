"""Regression adjustment: take out of a posterior what is due to its tolerance.

Source: Beaumont, Zhang and Balding (2002), "Approximate Bayesian computation in population
genetics"; draws are transformed so that they stay in the box as in Hamilton, Currat, Ray, Heckel,
Beaumont and Excoffier (2005).
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from sim.domain.randomness import FloatArray
from sim.experiments.calibration.abc import Bounds, Targets
from sim.experiments.calibration.abc_smc import Generation
from sim.experiments.calibration.weighted import effective_sample_size

_EDGE = 1e-9
"""How close to the edge of the box a draw may come, in widths: the edge itself has no logit."""


def regression_adjust(
    generation: Generation, bounds: Bounds, targets: Targets
) -> tuple[FloatArray, FloatArray]:
    """Return the draws moved to where they would lie had they met the record, and their weights.

    Each parameter, as the logit of its place in the box, is regressed on the summaries' misses;
    what the misses explain is taken out. Draws nearer the record count for more, by Epanechnikov's
    kernel of distance over the farthest draw's. Adjusted draws lie in the box. It trusts a straight
    line within the tolerance: compare with the unadjusted draws.

    Returns:
        draws (draw, parameter), weights (draw,) that add up to 1; the farthest draw's is 0.

    Raises:
        ValueError: the draws are worth too few to fit a line of so many summaries.
    """
    farthest = generation.distances.max()
    nearness = 1.0 - np.square(generation.distances / farthest) if farthest > 0.0 else 1.0
    weights = generation.weights * nearness
    needed = len(targets.names) + 2
    worth = effective_sample_size(weights) if weights.any() else 0.0
    if worth < needed:
        raise ValueError(
            f"regression adjustment of {len(targets.names)} summaries: given draws worth "
            f"{worth:.0f} of equal weight; allowed: {needed} or more"
        )
    weights = weights / weights.sum()
    misses = targets.misses(generation.summaries)
    places = np.clip(bounds.to_unit(generation.draws), _EDGE, 1.0 - _EDGE)
    root = np.sqrt(weights)[:, None]
    design = np.column_stack([np.ones(len(misses)), misses])
    line, *_ = np.linalg.lstsq(design * root, logit(places) * root)
    adjusted = expit(logit(places) - misses @ line[1:])
    return bounds.from_unit(adjusted), weights
