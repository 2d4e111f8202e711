"""One run of one scenario: what a worker process does. It imports no plotting."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.posterior import StructureKey
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws, drawn_scenario
from sim.ensemble.stamp import LOADED, Stamp, stamp_of_this_code
from sim.market.model import LondonMarket
from sim.market.opening import Carried
from sim.market.outcomes import OUTCOMES, measured
from sim.scenario import Scenario

LOADED.confirm()  # all that makes a run is imported by now: it is what the stamp was taken of


@dataclass(frozen=True)
class RunSpec:
    """Everything that decides a run's bytes, except the stamp of code and data.

    `draw_of` is the replicate whose parameters and structure this one shares, if not its own;
    `carried` is the state of a London followed until the start, if there is one.
    """

    scenario: Scenario
    seed: int
    replicate: int
    years: int
    draws: Draws
    draw_of: int | None = None
    carried: Carried | None = None

    @property
    def draw(self) -> int:
        """The replicate whose parameters and structure this run has."""
        return self.replicate if self.draw_of is None else self.draw_of


@dataclass(frozen=True)
class RunRecord:
    """What a run leaves behind.

    Attributes:
        units: London first, then the employers.
        outcomes: (outcome, month, unit), in the order of `OUTCOMES`.
        parameters: the drawn parameters.
        structure: hiring and bid trigger, drawn or chosen.
        facts: what happened to the pledge, and how often.
        seconds: processor time taken; not part of any result file.
        stamp: of the code and data of the process that made it.
    """

    replicate: int
    units: tuple[str, ...]
    outcomes: FloatArray
    parameters: dict[str, float]
    structure: StructureKey
    facts: dict[str, float]
    seconds: float
    stamp: Stamp

    def london(self) -> FloatArray:
        """Return London's outcomes, (outcome, month)."""
        return self.outcomes[:, :, 0]

    def censuses(self) -> FloatArray:
        """Return employers' outcomes in census months, (outcome, census, employer)."""
        return self.outcomes[:, ::MONTHS_PER_YEAR, 1:]


def run_once(spec: RunSpec) -> RunRecord:
    """Run one replicate and let go of the model.

    Raises:
        StoreError: the model's tables were edited meanwhile.
    """
    began = time.process_time()
    scenario, drawn = drawn_scenario(spec.scenario, spec.seed, spec.draw, spec.draws)
    market = LondonMarket(
        scenario,
        rng=spec.seed,
        replicate=spec.replicate,
        years=spec.years,
        carried=spec.carried,
    )
    try:
        panel = market.run()
        pledge = market.pledge
        facts = {
            "cap_bound": float(pledge.ever_bound),
            "defections": float(pledge.defections),
            "returns": float(pledge.returns),
            "had_cause_to_leave": float(pledge.had_cause.sum()),
            "members_at_end": float(sum(b.is_member for b in market.boroughs)),
        }
        units = (LONDON, *market.employers)
    finally:
        market.release()
    return RunRecord(
        replicate=spec.replicate,
        units=units,
        outcomes=_all_outcomes(panel),
        parameters=drawn,
        structure=(scenario.structure.hiring, scenario.structure.bid_trigger),
        facts=facts,
        seconds=time.process_time() - began,
        stamp=stamp_of_this_code(),
    )


def _all_outcomes(panel: FloatArray) -> FloatArray:
    months, employers, _ = panel.shape
    found = np.full((len(OUTCOMES), months, employers + 1), np.nan)
    for place, outcome in enumerate(OUTCOMES):
        found[place, :, 0] = measured(panel, outcome, london=True)
        if not outcome.london_only:
            found[place, :, 1:] = measured(panel, outcome, london=False)
    return found
