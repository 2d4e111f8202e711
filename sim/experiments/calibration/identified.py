"""Which parameters the record says something about: those whose prior it narrows.

Where the posterior is hardly narrower than the prior, a result rests on a stated assumption, and
fitting more closely to the same record would not change that.
"""

from __future__ import annotations

import math

from sim.domain.parameters import Parameters
from sim.domain.posterior import Posterior, StructureKey
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


def narrowing(posterior: Posterior) -> dict[StructureKey, dict[str, float]]:
    """Return how much narrower than its prior each fitted parameter is under each structure."""
    declared = declarations(Parameters)
    return {
        structure: {
            name: narrower(values, prior)
            for name, values in table.items()
            if (prior := declared[name].prior) is not None
        }
        for structure, table in posterior.tables.items()
    }


def not_identified(posterior: Posterior, structure: StructureKey | None = None) -> tuple[str, ...]:
    """Return the uncertain parameters that the record does not identify, in their own order.

    They are those of which the posterior has no draws, and those it narrows by less than
    `LEAST_NARROWING`. Without a structure: under every one.

    Raises:
        EvidenceError: the posterior has no draws of the structure.
    """
    if structure is not None:
        posterior.draws_of(structure)
    found = narrowing(posterior)
    kept = [found[one] for one in found if structure in (None, one)]
    best = {
        name: max(table.get(name, 0.0) for table in kept)
        for name, one in declarations(Parameters).items()
        if one.prior is not None
    }
    return tuple(name for name, value in best.items() if value < LEAST_NARROWING)
