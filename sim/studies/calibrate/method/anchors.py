"""Two patterns that rest on stated assumptions: the tax change of 2017 and the cap of 2016.

No census on today's definitions is older than either, so the model is set to agree with what is
reported of them and cannot be tested on it. These small experiments say how far it does agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date

import numpy as np

from sim.answers.structures import without_cap
from sim.domain.calendar import MONTHS_PER_YEAR, months_between
from sim.domain.headline import CHARGE_RATE
from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Route, WorkerState
from sim.ensemble.draws import Draws, drawn_scenario
from sim.ensemble.replicate import RunSpec, opened
from sim.ensemble.run import Progress, no_progress, part_of, run_ensemble
from sim.market.model import LondonMarket
from sim.rules.tax import payslip
from sim.rules.tax_law import tabulated_law
from sim.scenario import load_scenario

ANCHORED_RUNS = 20
"""Enough for a median: nothing is tested here."""
CAP_YEARS = 5
TAX_YEARS_LOOKED_AT = 2
QUANTITY_MONTH = 24
"""When the cap's effects on price and numbers are set side by side."""
BEFORE_REFORM = date(2017, 3, 31)
MONTHS_AFTER = 14
REFORM, UNENFORCED = "ir35-2017", ("levers.tax.off_payroll=not_enforced",)
MEMORANDUM = "london-memorandum-2016"

PASSED_ON = "pay, worker bears"
NOT_PASSED_ON = "pay, others bear"
CONVERTED = "permanent"
STILL_AGENCY = "still agency"
STOCK_CHANGE = "stock, change"
STOCK_EFFECT = "stock, effect"
GROWTH_WITHOUT_CAP = "price, no cap"
GROWTH_WITH_CAP = "price, capped"
PRICE_TO_NUMBERS = "price over numbers"
"""Names of the anchors in the list of patterns."""


@dataclass(frozen=True)
class Followed:
    """Agency staff of March 2017, and the stock around the reform.

    Attributes:
        permanent, agency: share of them in a permanent post, or still in agency work,
            `MONTHS_AFTER` months on (the rest have left).
        before, after: agency staff placed in March 2017 and a year later, FTE.
    """

    permanent: float
    agency: float
    before: float
    after: float


def anchored_work(runs: int) -> int:
    """Return how many runs `anchored_values` makes."""
    return 4 * runs


def anchored_values(
    *,
    runs: int,
    seed: int,
    draws: Draws,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> Mapping[str, FloatArray]:
    """Return each anchor's value in every run, (run), by name."""
    wanted = anchored_work(runs)
    cap = _cap(runs, seed, draws, pool, part_of(progress, 0, wanted), wanted)
    reform = _reform(runs, seed, draws, pool, part_of(progress, 2 * runs, wanted))
    return {**_take_home(runs, seed, draws), **reform, **cap}


# The reform of April 2017


def _take_home(runs: int, seed: int, draws: Draws) -> dict[str, FloatArray]:
    """Return what the reform changes of a company's owner's net pay, at the opening price."""
    scenario = load_scenario(REFORM)
    found: dict[str, list[float]] = {PASSED_ON: [], NOT_PASSED_ON: []}
    for run in range(runs):
        parameters = drawn_scenario(scenario, seed, run, draws).scenario.parameters
        for name, passed_on in ((PASSED_ON, 1.0), (NOT_PASSED_ON, 0.0)):
            found[name].append(_net_change(parameters, passed_on))
    return {name: np.array(values) for name, values in found.items()}


def _net_change(parameters: Parameters, passed_on: float) -> float:
    assumed = parameters.model_copy(update={"fee_payer_pass_through": passed_on})
    price = parameters.assignment_rate_2017_per_hour

    def net(route: Route, tax_year: str) -> float:
        law = tabulated_law(tax_year)
        return float(payslip(route, law, assumed, assignment_rate_per_hour=price).net_annual)

    before = net(Route.PSC_OUTSIDE, "2016/17")
    return net(Route.PSC_INSIDE, "2017/18") / before - 1.0


def follow_agency_staff(spec: RunSpec) -> Followed:
    """Run a scenario past the reform and follow everybody in agency work just before it."""
    market = opened(spec).market
    try:
        _step_to(market, months_between(spec.scenario.start.opening, BEFORE_REFORM))
        began = market.month
        states = (WorkerState.PLACED, WorkerState.BENCH)
        staff = np.concatenate([market.workforce.ids(state) for state in states])
        before = market.outcome("agency_fte")
        _step_to(market, began + MONTHS_PER_YEAR)
        after = market.outcome("agency_fte")
        _step_to(market, began + MONTHS_AFTER)
        later = market.workforce.of("state", staff)
    finally:
        market.release()
    return Followed(
        permanent=float((later == WorkerState.PERMANENT).mean()),
        agency=float(np.isin(later, states).mean()),
        before=before,
        after=after,
    )


def _step_to(market: LondonMarket, month: int) -> None:
    while market.month < month:
        market.step()


def _reform(
    runs: int, seed: int, draws: Draws, pool: Executor | None, progress: Progress
) -> dict[str, FloatArray]:
    enforced, unenforced = (
        [
            RunSpec(load_scenario(REFORM, sets), seed, run, TAX_YEARS_LOOKED_AT, draws)
            for run in range(runs)
        ]
        for sets in ((), UNENFORCED)
    )
    specs = [*enforced, *unenforced]
    followed: list[Followed] = []
    for one in (
        map(follow_agency_staff, specs) if pool is None else pool.map(follow_agency_staff, specs)
    ):
        followed.append(one)
        progress(len(followed), len(specs), 0.0)
    with_it, without = followed[:runs], followed[runs:]
    stock = _column(with_it, "after")
    return {
        CONVERTED: _column(with_it, "permanent"),
        STILL_AGENCY: _column(with_it, "agency"),
        STOCK_CHANGE: stock / _column(with_it, "before") - 1.0,
        STOCK_EFFECT: stock / _column(without, "after") - 1.0,
    }


def _column(followed: Sequence[Followed], name: str) -> FloatArray:
    return np.array([getattr(one, name) for one in followed], float)


# The cap of January 2016


def _cap(
    runs: int, seed: int, draws: Draws, pool: Executor | None, progress: Progress, wanted: int
) -> dict[str, FloatArray]:
    capped = load_scenario(MEMORANDUM)
    prices, numbers = [], []
    for place, scenario in enumerate((capped, without_cap(capped))):
        ensemble = run_ensemble(
            scenario,
            runs=runs,
            seed=seed,
            years=CAP_YEARS,
            draws=draws,
            pool=pool,
            progress=part_of(progress, place * runs, wanted),
        )
        prices.append(ensemble.london(CHARGE_RATE))
        numbers.append(ensemble.london("agency_fte"))
    opening = capped.start.opening
    began = months_between(opening, capped.levers.cap.start or opening) - 1
    held, free = prices
    years = (held.shape[1] - 1 - began) / MONTHS_PER_YEAR
    price, number = (
        np.log(one[:, QUANTITY_MONTH] / other[:, QUANTITY_MONTH])
        for one, other in (prices, numbers)
    )
    return {
        GROWTH_WITHOUT_CAP: free[:, MONTHS_PER_YEAR] / free[:, 0] - 1.0,
        GROWTH_WITH_CAP: (held[:, -1] / held[:, began]) ** (1.0 / years) - 1.0,
        PRICE_TO_NUMBERS: np.abs(price) / np.maximum(np.abs(number), 1e-9),
    }
