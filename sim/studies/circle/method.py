"""Does the circle close? Draws of the joint prior, each link cut in turn, with and without a cap.

The circle closes in a draw when, without a cap, charge rates rise faster than pay and the
agency share rises too. Nothing here is tuned: the finding is the share of draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from sim.answers.closing import CIRCLE_YEARS, both_rise, change, price_change
from sim.answers.comparison import HIGH, LOW, MIDDLE
from sim.domain.headline import AGENCY_SHARE, POSTS, UNFILLED
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure, Link
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, Progress, no_progress, run_ensemble
from sim.scenario import DRAWN_STRUCTURE, Scenario

LINKS_OF_ONE_STRUCTURE = {
    Link.AGENCY_SHARE_REPELS_APPLICANTS: HiringStructure.REPUTATION,
    Link.OVERSPEND_CUTS_OFFER: HiringStructure.BUDGET,
}
CHANGES = ("charge_rate", "agency_share", "unfilled", "permanent_of_posts")
"""Fields of a row that are changes."""
NOTHING_CUT, CAPPED = "nothing cut", "with a cap"


@dataclass(frozen=True)
class Change:
    """A change over the period: median and 80 % interval over draws."""

    q10: float
    q50: float
    q90: float


@dataclass(frozen=True)
class CircleRow:
    """What happened in one variant under one bid trigger.

    Attributes:
        both_rise_share: share of draws in which real charge rate and agency share both rise.
        charge_rate: change of the mean charge rate in start-year pounds, as a share of itself.
        agency_share, unfilled, permanent_of_posts: changes in shares.
    """

    bid_trigger: BidTrigger
    hiring: HiringStructure
    variant: str
    draws: int
    both_rise_share: float
    charge_rate: Change
    agency_share: Change
    unfilled: Change
    permanent_of_posts: Change


def variants(scenario: Scenario, capped: Scenario) -> Iterator[tuple[BidTrigger, str, Scenario]]:
    """Yield every variant to run: each trigger, whole, capped, and with each link cut.

    A link that exists only under one hiring structure is cut when that structure holds.
    """
    for trigger in BidTrigger:
        yield trigger, NOTHING_CUT, _structured(scenario, trigger, None)
        yield trigger, CAPPED, _structured(capped, trigger, None)
        for link in Link:
            needed = LINKS_OF_ONE_STRUCTURE.get(link)
            if needed is None or needed is scenario.structure.hiring:
                yield trigger, link.value, _structured(scenario, trigger, link)


def _structured(scenario: Scenario, trigger: BidTrigger, cut: Link | None) -> Scenario:
    structure = scenario.structure
    cuts = structure.cut_links if cut is None else (*structure.cut_links, cut)
    changed = structure.model_copy(update={"bid_trigger": trigger, "cut_links": cuts})
    chosen = {"structure": changed, "fixed_structure": DRAWN_STRUCTURE}
    return scenario.model_copy(update=chosen)


def circle_rows(
    scenario: Scenario,
    capped: Scenario,
    *,
    runs: int,
    seed: int,
    years: int = CIRCLE_YEARS,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> list[CircleRow]:
    """Run every variant over the same draws and return what happened."""
    todo = list(variants(scenario, capped))
    rows = []
    for place, (trigger, variant, planned) in enumerate(todo):

        def forward(done: int, wanted: int, seconds: float, before: int = place * runs) -> None:
            progress(before + done, runs * len(todo), seconds)

        ensemble = run_ensemble(
            planned,
            runs=runs,
            seed=seed,
            years=years,
            draws=draws,
            pool=pool,
            progress=forward,
        )
        rows.append(_row(trigger, variant, ensemble))
    return rows


def _row(trigger: BidTrigger, variant: str, ensemble: Ensemble) -> CircleRow:
    return CircleRow(
        bid_trigger=trigger,
        hiring=ensemble.scenario.structure.hiring,
        variant=variant,
        draws=ensemble.runs,
        both_rise_share=float(both_rise(ensemble).mean()),
        charge_rate=_spread(price_change(ensemble)),
        agency_share=_spread(change(ensemble, AGENCY_SHARE)),
        unfilled=_spread(change(ensemble, UNFILLED)),
        permanent_of_posts=_spread(change(ensemble, POSTS)),
    )


def _spread(values: FloatArray) -> Change:
    low, middle, high = np.nanquantile(values, [LOW, MIDDLE, HIGH])
    return Change(float(low), float(middle), float(high))
