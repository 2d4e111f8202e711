"""One run of the agents, month by month: what every borough pays, who raised, and what flowed.

A mean over runs averages the drama away. A run can be shown as what it is, one London of many,
if it says which: the one nearest the middle, or any other by its number. Never the twin's: amounts
have no months of their own luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domain.calendar import month_end
from sim.domain.headline import CHARGE_RATE, POSTS, UNFILLED, WORKFORCE
from sim.domain.posterior import StructureKey
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Link
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunRecord, RunSpec, run_once
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import Stamp
from sim.market.outcomes import OUTCOME, PLACE
from sim.scenario import Scenario

RAISED_FROM = 0.25
"""£ an hour more than last month from which a borough counts as one that raised: less is who
happens to be placed there, since a borough pays by experience."""
BY_BOROUGH = (CHARGE_RATE, WORKFORCE, POSTS, UNFILLED)
TO_AGENCY, LEAVERS, EMPTY = "to_agency_fte_per_month", "leavers_fte_per_month", "unfilled_fte"
LONDONS = (TO_AGENCY, LEAVERS, EMPTY)
PENCE = 100
PRICE_DECIMALS, SHARE_DECIMALS = 2, 4
MIDDLE_OF = (CHARGE_RATE, WORKFORCE, UNFILLED)
"""What makes a run near to the middle or far from it."""


@dataclass(frozen=True)
class Flow:
    """One link of the ring on the stage.

    Attributes:
        source: the box it leaves.
        target: the box it reaches.
        counts: its month's flow in words that follow a number.
        cut: the link of the circle that stops it; nothing where it holds by definition.
    """

    name: str
    source: str
    target: str
    counts: str
    cut: Link | None


RING = (
    Flow("raised", "boroughs\nshort of staff", "bids go up", "raised", Link.UNFILLED_RAISES_BIDS),
    Flow(
        "dearer",
        "bids go up",
        "agency pays\nmore than a post",
        "p dearer",
        Link.RIVALS_ARE_LEAPFROGGED,
    ),
    Flow(
        "to_agency",
        "agency pays\nmore than a post",
        "permanent staff\ngo to agency",
        "went",
        Link.PAY_DRAWS_TO_AGENCY,
    ),
    Flow(
        "left",
        "permanent staff\ngo to agency",
        "gaps open",
        "left",
        Link.LEAVING_OPENS_VACANCIES,
    ),
    Flow("empty", "gaps open", "boroughs\nshort of staff", "empty", None),
)
"""The circle in five boxes; the whole diagram has more."""


@dataclass(frozen=True)
class Months:
    """One run, month by month.

    Attributes:
        number: which run of its ensemble, from 0.
        structure: hiring and bid trigger of this run.
        by_borough: (outcome, month, unit) of `BY_BOROUGH`, London first among units.
        london: (outcome, month) of `LONDONS`, people or posts (FTE).
        stamp: of the code that made it.
    """

    number: int
    structure: StructureKey
    by_borough: npt.NDArray[np.float32]
    london: npt.NDArray[np.float32]
    stamp: Stamp

    def prices(self) -> FloatArray:
        """Return £ an hour, (month, employer); NaN where a borough has nobody placed."""
        return np.asarray(self.by_borough[0, :, 1:], np.float64)

    def raised(self) -> npt.NDArray[np.bool_]:
        """Return who pays `RAISED_FROM` or more above last month, (month, employer)."""
        prices = self.prices()
        found = np.zeros(prices.shape, bool)
        with np.errstate(invalid="ignore"):
            found[1:] = np.diff(prices, axis=0) >= RAISED_FROM
        return found

    def overtook(self) -> npt.NDArray[np.bool_]:
        """Return who raised and passed another borough's price this month, (month, employer)."""
        prices = self.prices()
        found = np.zeros(prices.shape, bool)
        with np.errstate(invalid="ignore"):
            was_below = prices[:-1, :, None] < prices[:-1, None, :]
            is_above = prices[1:, :, None] > prices[1:, None, :]
        found[1:] = (was_below & is_above).any(axis=2)
        return found & self.raised()

    def flows(self) -> dict[str, FloatArray]:
        """Return the month's flow through every link of `RING`, by month.

        Boroughs that raised; pence an hour by which London's mean rose, 0 where it fell; permanent
        staff who went to an agency; permanent staff who left a post, for an agency or for good;
        posts that nobody covers at the end of the month.
        """
        mean = np.asarray(self.by_borough[0, :, 0], np.float64)
        to_agency, leavers, empty = np.asarray(self.london, np.float64)
        rise = np.diff(mean, prepend=mean[:1])
        return {
            "raised": self.raised().sum(axis=1).astype(np.float64),
            "dearer": np.maximum(np.round(PENCE * rise), 0.0),
            "to_agency": to_agency,
            "left": to_agency + leavers,
            "empty": empty,
        }


def months_of(record: RunRecord) -> Months:
    """Return what the page shows of a run."""
    return Months(
        number=record.replicate,
        structure=record.structure,
        by_borough=record.outcomes[[PLACE[name] for name in BY_BOROUGH]].astype(np.float32),
        london=record.london()[[PLACE[name] for name in LONDONS]].astype(np.float32),
        stamp=record.stamp,
    )


def one_run(scenario: Scenario, number: int, seed: int, years: int, draws: Draws) -> Months:
    """Run one replicate of an ensemble by itself."""
    return months_of(run_once(RunSpec(scenario, seed, number, years, draws)))


def nearest_the_middle(ensemble: Ensemble) -> int:
    """Return which run stays nearest to the ensemble's means, month by month.

    Distances in London's price, permanent share of the workforce and unfilled posts, each measured
    by how widely the runs differ in it, over all months.
    """
    away = np.zeros(ensemble.runs)
    for outcome in MIDDLE_OF:
        values = ensemble.london(outcome)
        gap = values - np.mean(values, axis=0)
        spread = float(np.sqrt(np.mean(gap**2)))
        if spread > 0:
            away += np.mean((gap / spread) ** 2, axis=1)
    return int(np.argmin(away))


def told_of_run(left: tuple[Scenario, Months], right: tuple[Scenario, Months]) -> dict[str, Any]:
    """Return one run on both sides, ready for JSON: the same number, so the same luck."""
    scenario, months = left
    return {
        "teller": "agents",
        "number": months.number,
        "opening": month_end(scenario.start.opening, 0).isoformat(),
        "years": (months.by_borough.shape[1] - 1) // 12,
        "left": _side(*left),
        "right": _side(*right),
    }


def ring() -> list[dict[str, Any]]:
    """Return the links of the stage's circle, ready for JSON."""
    return [
        {
            "name": flow.name,
            "source": flow.source.split("\n"),
            "target": flow.target.split("\n"),
            "counts": flow.counts,
            "cut": None if flow.cut is None else flow.cut.value,
        }
        for flow in RING
    ]


def _side(scenario: Scenario, months: Months) -> dict[str, Any]:
    london = {name: _plain(months.by_borough[n, :, 0], name) for n, name in enumerate(BY_BOROUGH)}
    boroughs = {
        name: _plain(months.by_borough[n, :, 1:], name) for n, name in enumerate(BY_BOROUGH)
    }
    return {
        "fingerprint": scenario.fingerprint(),
        "structure": [part.value for part in months.structure],
        "cut": [link.value for link in scenario.structure.cut_links],
        "london": london,
        "boroughs": boroughs,
        "raised": [np.flatnonzero(row).tolist() for row in months.raised()],
        "overtook": [np.flatnonzero(row).tolist() for row in months.overtook()],
        "flows": {name: np.round(flow, 1).tolist() for name, flow in months.flows().items()},
    }


def _plain(values: npt.NDArray[np.float32], outcome: str) -> Any:
    """Return values as lists, rounded; nothing for NaN."""
    is_share = OUTCOME[outcome].unit == "share"
    rounded = np.round(values.astype(np.float64), SHARE_DECIMALS if is_share else PRICE_DECIMALS)
    return np.where(np.isnan(rounded), None, rounded).tolist()  # type: ignore[call-overload]
