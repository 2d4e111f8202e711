"""How much each link of the circle carries: what changes in London when that link alone is cut.

Measured with the borough twin, draw by draw with the same luck; the difference is what the link
adds. A link that exists only under some rival structures adds nothing in the draws of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Link
from sim.experiments.compare import Spread, spread_of
from sim.experiments.draws import Draws
from sim.experiments.quick import quick_ensemble
from sim.experiments.run import Ensemble
from sim.scenario import Scenario


@dataclass(frozen=True)
class LinkStrength:
    """What a link adds to London by the end of the horizon: medians and 80 % intervals over draws.

    Attributes:
        agency_share: to the agency share of the workforce, a share.
        charge_rate: to the mean charge rate in start-year pounds, as a share of the uncut one.
        is_cut: whether the scenario has it cut already, so that there is nothing to measure.
    """

    link: Link
    agency_share: Spread
    charge_rate: Spread
    is_cut: bool


def link_strengths(
    scenario: Scenario,
    *,
    runs: int,
    seed: int,
    years: int,
    draws: Draws = Draws.POSTERIOR,
    progress: Callable[[int, int], None] = lambda done, wanted: None,
) -> list[LinkStrength]:
    """Return the strength of every link of the circle under a scenario."""

    def run(planned: Scenario) -> Ensemble:
        return quick_ensemble(planned, runs=runs, seed=seed, years=years, draws=draws)

    whole = run(scenario)
    found = []
    for done, link in enumerate(Link, start=1):
        is_cut = link in scenario.structure.cut_links
        without = whole if is_cut else run(_cut(scenario, link))
        price = _end(whole, "charge_rate_per_hour_start_pounds")
        found.append(
            LinkStrength(
                link,
                spread_of(_end(whole, "agency_share") - _end(without, "agency_share")),
                spread_of(1.0 - _end(without, "charge_rate_per_hour_start_pounds") / price),
                is_cut,
            )
        )
        progress(done, len(Link))
    return found


def _cut(scenario: Scenario, link: Link) -> Scenario:
    cuts = (*scenario.structure.cut_links, link)
    structure = scenario.structure.model_copy(update={"cut_links": cuts})
    return scenario.model_copy(update={"structure": structure})


def _end(ensemble: Ensemble, outcome: str) -> FloatArray:
    return ensemble.london(outcome)[:, -1]
