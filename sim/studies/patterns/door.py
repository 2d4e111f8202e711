"""Patterns of the record beside the model's, in Python.

Example:
    >>> import sim
    >>> table = sim.patterns(runs=2)
    >>> "verdict" in table
    True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ensemble.draws import Draws
from sim.ensemble.workers import workers
from sim.studies.patterns.words import verdict
from sim.studies.patterns.work.pattern_list import HEADINGS, PATTERNS
from sim.studies.patterns.work.patterns import pattern_results

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["patterns"]


def patterns(
    *, runs: int = 40, seed: int = 1, jobs: int = 1, parameters: str = Draws.POSTERIOR.name
) -> pd.DataFrame:
    """Return the patterns of London's record with the model's values, one row each.

    Shares and points are 0 to 1. `standing` says whether a pattern was fitted, held out, or only
    anchored; `verdict` whether the median over runs lies in its band.

    Raises:
        RuntimeError: `jobs` above 1 in a script without the guard that `run` names.
    """
    import pandas as pd

    with workers(min(jobs, runs)) as pool:
        found = pattern_results(
            PATTERNS, runs=runs, seed=seed, draws=Draws.named(parameters), pool=pool
        )
    return pd.DataFrame(
        {
            "number": one.pattern.number,
            "says": HEADINGS[one.pattern.number],
            "pattern": one.pattern.name,
            "standing": one.pattern.standing.value,
            "target": one.pattern.target,
            "low": one.pattern.limits[0],
            "high": one.pattern.limits[1],
            "model": one.median,
            "verdict": verdict(one),
        }
        for one in found
    )
