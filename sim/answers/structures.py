"""Rival structures: the same question under every pair of hiring and bidding.

The record does not say which pair holds. Here each is run, scored against London's totals of
2018-2021 (later years are kept for testing), and asked whether the circle closes under it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from sim.answers.closing import CIRCLE_YEARS, both_rise
from sim.domain import evidence
from sim.domain.calendar import census_date, tax_year_of
from sim.domain.headline import SHARES
from sim.domain.parameters import Parameters
from sim.domain.published import published_figure
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON, BidTrigger, HiringStructure
from sim.ensemble.draws import Draws, with_structure
from sim.ensemble.run import Ensemble, Progress, no_progress, run_ensemble
from sim.scenario import DRAWN_STRUCTURE, Scenario, load_scenario, scenario_from

RECORD_BASE = "from-2023"
RECORD_START, RECORD_YEARS = 2017, (2018, 2019, 2020, 2021)
FEWEST_DRAWS = 20
"""Fewer draws than this call no pair worse: it would be luck."""
WORSE_IN_SHARE_OF_DRAWS = 0.9
"""A pair fits worse if, with the same draw, its error exceeds the best pair's in so many."""


class Pair(NamedTuple):
    """One rival structure of the market."""

    hiring: HiringStructure
    bid_trigger: BidTrigger


@dataclass(frozen=True)
class Fit:
    """How far a pair misses London's record of 2018-2021.

    Attributes:
        rmse_points: of the median path, in percentage points, over both permanent shares and
            unfilled posts.
        is_worse: see `WORSE_IN_SHARE_OF_DRAWS`.
    """

    pair: Pair
    rmse_points: float
    is_worse: bool


def pairs(
    hiring: Iterable[HiringStructure] = tuple(HiringStructure),
    triggers: Iterable[BidTrigger] = tuple(BidTrigger),
) -> list[Pair]:
    """Return every pair of a hiring structure and a bid trigger."""
    return [Pair(one, trigger) for trigger in triggers for one in hiring]


def under(scenario: Scenario, pair: Pair) -> Scenario:
    """Return the same scenario under a rival structure."""
    chosen = {"fixed_structure": DRAWN_STRUCTURE}
    return with_structure(scenario, pair).model_copy(update=chosen)


def without_cap(scenario: Scenario) -> Scenario:
    """Return the same scenario with nobody in a cap."""
    cap = scenario.levers.cap.model_copy(update={"members": 0.0, "earlier": ()})
    return scenario.model_copy(update={"levers": scenario.levers.model_copy(update={"cap": cap})})


# The record


@cache
def record_scenario(year: int = RECORD_START) -> Scenario:
    """Return London from a census under the agreement of the day, before the rules of 2022-25.

    The agreement is that of `RECORD_BASE`, its level brought to that year by the pay index it
    rises with.
    """
    base = load_scenario(RECORD_BASE)
    level = base.levers.cap.charge_rate_per_hour or 0.0
    then, now = (_index(year), _index(base.start.year))
    cap = {"charge_rate_per_hour": round(level * then / now, 2)}
    content = {
        "extends": RECORD_BASE,
        "start": {"year": year},
        "levers": {"cap": cap},
    }
    return scenario_from(content, "record")


def _index(year: int) -> float:
    growth = Parameters().pay_growth_per_year
    return evidence.pay_index(tax_year_of(census_date(year)), growth_beyond_table=growth)


def published(years: Sequence[int] = RECORD_YEARS) -> dict[str, FloatArray]:
    """Return London's published outcomes in some census years, by outcome.

    Raises:
        EvidenceError: a year without a census.
    """

    found = {}
    for outcome in SHARES:
        values = [published_figure(outcome, year, LONDON) for year in years]
        if None in values:
            raise evidence.EvidenceError(f"census.csv: London has no {outcome} in some of {years}")
        found[outcome] = np.array(values, float)
    return found


def misses(ensemble: Ensemble) -> FloatArray:
    """Return modelled less published outcomes, in points: (run, outcome, year)."""
    years = [year - ensemble.scenario.start.year for year in RECORD_YEARS]
    return np.stack(
        [100.0 * (ensemble.of(name)[:, years] - seen) for name, seen in published().items()], axis=1
    )


def fits(
    wanted: Sequence[Pair],
    *,
    runs: int,
    seed: int,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    progress: Callable[[int, Pair], Progress] | None = None,
) -> list[Fit]:
    """Return how far each pair misses the record, every pair with the same draws and luck."""
    missed = []
    for place, pair in enumerate(wanted):
        ensemble = run_ensemble(
            under(record_scenario(), pair),
            runs=runs,
            seed=seed,
            years=RECORD_YEARS[-1] - RECORD_START,
            draws=draws,
            pool=pool,
            progress=no_progress if progress is None else progress(place, pair),
        )
        missed.append(misses(ensemble))
    rmse = [float(np.sqrt((np.median(one, axis=0) ** 2).mean())) for one in missed]
    best = (missed[int(np.argmin(rmse))] ** 2).mean(axis=(1, 2))
    enough = runs >= FEWEST_DRAWS
    worse = [
        enough and float(((one**2).mean(axis=(1, 2)) > best).mean()) >= WORSE_IN_SHARE_OF_DRAWS
        for one in missed
    ]
    rows = zip(wanted, rmse, worse, strict=True)
    return [Fit(pair, error, is_worse) for pair, error, is_worse in rows]


def closing_share(
    scenario: Scenario,
    *,
    runs: int,
    seed: int,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> float:
    """Return in what share of runs the circle closes within three years, without a cap.

    It closes where the charge rate (above pay growth) and the agency share both rise.
    """
    free = run_ensemble(
        without_cap(scenario),
        runs=runs,
        seed=seed,
        years=CIRCLE_YEARS,
        draws=draws,
        pool=pool,
        progress=progress,
    )
    return float(both_rise(free).mean())
