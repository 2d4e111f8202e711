"""Parameter draws: one for each replicate, the same under every scenario.

Until a posterior ships, an ensemble draws each uncertain parameter from its stated prior,
narrowed. The narrowing is a rule, not a fit: parameters that the census record identifies are
drawn from the nearest quarter of their prior on either side of the working value, the others
from nine tenths. The working value is the median of every draw, so that lopsided priors do not
move the middle of an ensemble. Parameters a user has set are never drawn.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, declarations
from sim.domain.randomness import Purpose, Streams
from sim.scenario import Scenario

IDENTIFIED_PART = 0.25
OTHER_PART = 0.90
NOT_CALIBRATED = "not calibrated: parameters drawn from stated priors, not from a fit"


NOT_DRAWN = "not calibrated: parameters at their default values, not from a fit"


class Draws(StrEnum):
    """Where an ensemble's parameters come from."""

    NARROWED = "narrowed"
    PRIOR = "prior"
    DEFAULT = "default"


def calibration(draws: Draws) -> str:
    """Return how far an ensemble's parameters rest on data, to stand beside its numbers."""
    return NOT_DRAWN if draws is Draws.DEFAULT else NOT_CALIBRATED


def interval(declared: Declaration, draws: Draws) -> tuple[float, float]:
    """Return the range a parameter is drawn from."""
    if declared.prior is None or draws is Draws.DEFAULT:
        return float(declared.default), float(declared.default)
    low, high = declared.prior
    if draws is Draws.PRIOR:
        return low, high
    part = IDENTIFIED_PART if declared.identified else OTHER_PART
    middle = float(declared.default)
    return middle - part * (middle - low), middle + part * (high - middle)


def drawn_parameters(scenario: Scenario, streams: Streams, draws: Draws) -> dict[str, float]:
    """Return this replicate's draw of every uncertain parameter nobody has set."""
    drawn = {}
    for name, declared in declarations(Parameters).items():
        if declared.prior is None or name in scenario.fixed_parameters or draws is Draws.DEFAULT:
            continue
        drawn[name] = _at(_luck(streams, name), declared, draws)
    return drawn


def _at(luck: float, declared: Declaration, draws: Draws) -> float:
    """Return the draw at a quantile: uniform on the prior, or uniform either side of the middle."""
    low, high = interval(declared, draws)
    if draws is Draws.PRIOR:
        return low + (high - low) * luck
    middle = float(declared.default)
    end = low if luck < 0.5 else high
    return middle + (end - middle) * abs(2.0 * luck - 1.0)


def _luck(streams: Streams, name: str) -> float:
    """Return a draw keyed by the parameter's name, so that new parameters move no others."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    key = np.array([int.from_bytes(digest, "little")], dtype=np.uint64)
    return float(streams.uniform(Purpose.PARAMETERS, 0, key)[0])
