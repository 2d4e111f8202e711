"""One run of one scenario: what a worker process does. It imports no plotting."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.domain.calendar import DEFAULT_YEARS, MONTHS_PER_YEAR
from sim.domain.posterior import StructureKey
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.asked import MOST_RUNS, check_size, whole
from sim.ensemble.draws import Draws, drawn_scenario
from sim.ensemble.stamp import LOADED, Stamp, stamp_of_this_code
from sim.market.model import LondonMarket
from sim.market.opening import Carried
from sim.market.outcomes import OUTCOMES, PLACE, measured
from sim.scenario import Given, Scenario, load_scenario

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

    def of(self, outcome: str) -> FloatArray:
        """Return one outcome, (month, unit)."""
        return self.outcomes[PLACE[outcome]]

    def london(self) -> FloatArray:
        """Return London's outcomes, (outcome, month)."""
        return self.outcomes[:, :, 0]

    def censuses(self) -> FloatArray:
        """Return employers' outcomes in census months, (outcome, census, employer)."""
        return self.outcomes[:, ::MONTHS_PER_YEAR, 1:]


class Opened(NamedTuple):
    """A run at month 0, and the parameters that were drawn for it."""

    market: LondonMarket
    parameters: dict[str, float]


def opened(spec: RunSpec) -> Opened:
    """Return a run that has just opened: its draw of parameters and structure, and its luck."""
    scenario, parameters = drawn_scenario(spec.scenario, spec.seed, spec.draw, spec.draws)
    market = LondonMarket(
        scenario,
        rng=spec.seed,
        replicate=spec.replicate,
        years=spec.years,
        carried=spec.carried,
    )
    return Opened(market, parameters)


def drawn(
    scenario: Given,
    seed: int = 1,
    run: int = 0,
    *,
    parameters: str = Draws.POSTERIOR.name,
    years: int = DEFAULT_YEARS,
) -> LondonMarket:
    """Return one run of an ensemble as a live market, at month 0.

    Stepped, it is run `run` of `sim.run` with the same scenario, seed and parameters, to the bit,
    in every outcome and month. `LondonMarket(scenario, rng=seed, replicate=run)` has the same luck
    but draws nothing: where the scenario sets no parameter or structure, it has the working values.

    Args:
        scenario: a shipped name, the path of a file, a scenario, or a dictionary like a file.
        seed: root seed of the ensemble, a whole number.
        run: which run, from 0.
        parameters: as in `sim.run`: `posterior`, `median`, `prior`, `default`, or a posterior's
            file.
        years: the horizon of the market's `run`.

    Raises:
        ScenarioError: no such scenario, or one that cannot be used.
        ValueError: a number out of range, or no such draws.

    Example:
        >>> import sim
        >>> market = sim.drawn("no-cap", seed=1, run=3, years=1)
        >>> panel = market.run()
        >>> 0 < market.outcome("permanent_share_of_workforce") < 1
        True
    """
    check_size(runs=1, seed=seed, years=years)
    whole("run", run, 0, MOST_RUNS)
    planned = load_scenario(scenario)
    return opened(RunSpec(planned, seed, run, years, Draws.named(parameters))).market


def run_once(spec: RunSpec) -> RunRecord:
    """Run one replicate and let go of the model."""
    began = time.process_time()
    market, parameters = opened(spec)
    structure = market.structure
    try:
        panel = market.run()
        pledge = market.pledge
        facts = {
            "cap_bound": float(pledge.ever_bound),
            "defections": float(pledge.defections),
            "returns": float(pledge.returns),
            "had_cause_to_leave": float(pledge.had_cause.sum()),
            "members_at_end": float(market.standing.is_member.sum()),
        }
        units = (LONDON, *market.employers)
    finally:
        market.release()
    return RunRecord(
        replicate=spec.replicate,
        units=units,
        outcomes=_all_outcomes(panel),
        parameters=parameters,
        structure=(structure.hiring, structure.bid_trigger),
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
