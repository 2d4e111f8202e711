"""What a fit to the record taught: the one measure behind every "the record narrows".

A parameter counts as learned if its posterior is at least a quarter narrower than its prior, over
the draws of all rival structures together, as runs take turns in them. A parameter that is itself a
target of the fit (`Declaration.target`) never counts: that it comes back says nothing new.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.posterior import Posterior
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray

LEAST_NARROWING = 0.25
"""A posterior narrower than its prior by less than this does not identify a parameter: on a problem
with answers known, the search made parameters that nothing depends on narrower by up to 23 %."""


def narrower(values: FloatArray, prior: tuple[float, float]) -> float:
    """Return by how much draws spread less than their uniform prior: 1 - ratio of the deviations.

    0 is no narrower, 1 is a single value; below 0 they spread more.
    """
    low, high = prior
    return float(1.0 - values.std() / ((high - low) / math.sqrt(12.0)))


def narrowing(posterior: Posterior) -> dict[str, float]:
    """Return how much narrower than its prior each fitted parameter is, all structures together."""
    found = {}
    for name, one in declarations(Parameters).items():
        drawn = [table[name] for table in posterior.tables.values() if name in table]
        if one.prior is not None and drawn:
            found[name] = narrower(np.concatenate(drawn), one.prior)
    return found


class Learned(NamedTuple):
    """Parameters by what a fit taught of them, each in the order declared.

    Attributes:
        learned: those it narrows.
        targets: those it was given, as targets of the fit.
        unknown: all others, those never fitted among them.
    """

    learned: tuple[str, ...]
    targets: tuple[str, ...]
    unknown: tuple[str, ...]


def learned(posterior: Posterior, among: Iterable[str] | None = None) -> Learned:
    """Return what a posterior's fit taught, of all uncertain parameters or of those named."""
    found, declared = narrowing(posterior), declarations(Parameters)
    wanted = set(declared if among is None else among)
    uncertain = [name for name, one in declared.items() if one.prior is not None and name in wanted]
    targets = [name for name in uncertain if declared[name].target and name in found]
    others = [name for name in uncertain if name not in targets]
    known = [name for name in others if found.get(name, 0.0) >= LEAST_NARROWING]
    return Learned(
        tuple(known), tuple(targets), tuple(name for name in others if name not in known)
    )
