"""Quick estimates kept in a process, since one side of most questions was asked before."""

from __future__ import annotations

from dataclasses import replace

from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.run import Ensemble
from sim.scenario import Scenario

MOST_KEPT = 12
_kept: dict[tuple[str, int, int, int, Draws], Ensemble] = {}


def estimate(scenario: Scenario, *, runs: int, seed: int, years: int, draws: Draws) -> Ensemble:
    """Return a quick estimate, from before if it is still kept."""
    key = (scenario.fingerprint(), runs, seed, years, draws)
    found = _kept.pop(key, None)
    if found is None:
        found = quick_ensemble(scenario, runs=runs, seed=seed, years=years, draws=draws)
    while len(_kept) >= MOST_KEPT:
        _kept.pop(next(iter(_kept)))
    _kept[key] = found  # the last used goes last
    return replace(found, scenario=scenario)
