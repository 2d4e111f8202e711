"""The columns against the objects: two programs, one London, the same in distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
import pytest
from scipy.stats import ks_2samp

from sim.domain.evidence import CensusStart
from sim.domain.vocabulary import Event, WorkerState
from sim.market.model import LondonMarket
from sim.scenario import Scenario
from tests.market.oracle import OracleLondon
from tests.market.oracle_people import BENCH, PERMANENT, PLACED
from tests.market.small_london import market_of, scenario, small_census

pytestmark = pytest.mark.long

RUNS, FAULTY_RUNS, MONTHS = 60, 50, (12, 24)
STANDARD_ERRORS, SMALLEST_P = 4.0, 1e-3
FLOWS = {
    "exits": Event.LEFT_SECTOR,
    "to_agency": Event.WENT_TO_AGENCY,
    "to_permanent": Event.TOOK_PERMANENT_POST,
    "moves": Event.MOVED_BOROUGH,
    "hires": Event.ENTERED,
    "assignments_begun": Event.ASSIGNMENT_BEGAN,
    "assignments_ended": Event.ASSIGNMENT_ENDED,
}
"""What is counted from the start on, and how the ledger calls it."""

LONDONS: dict[str, tuple[Scenario, CensusStart]] = {
    # Like the baseline: unfilled posts raise bids, hiring is limited by supply, and a cap near
    # today's price is phased in.
    "like the baseline": (
        scenario(
            {"inspections_per_year": 0.0},
            start={"year": 2023},
            cap={
                "charge_rate_per_hour": 47.0,
                "members": 1.0,
                "tolerance": 0.10,
                "ramp_months": 6,
            },
        ),
        small_census(4),
    ),
    # Everything that differs at once: unlike boroughs with unlike bids, one almost without
    # vacancies; strong strain, few who can supervise, many who move and come back; the other
    # trigger, applicants put off by agency shares, and off-payroll work enforced in April 2017.
    "unlike the baseline": (
        scenario(
            {
                "inspections_per_year": 0.0,
                "notice_months": 0,
                "starting_bid_spread": 0.2,
                "bid_speed": 0.1,
                "leapfrog_speed": 0.3,
                "assignment_pay_elasticity": 12.0,
                "strain_to_leaving": 2.0,
                "leadership_spread": 0.3,
                "lasting_conditions_share": 0.7,
                "common_hiring_spread": 0.3,
                "common_leaving_spread": 0.2,
                "leadership_reversion_per_year": 1.5,
                "borough_moves_per_year": 0.15,
                "newly_qualified_per_supervisor": 0.1,
                "extra_agency_share": 0.0,
                "extra_fade_per_year": 1.5,
                "flow_to_permanent_per_year": 0.3,
            },
            start={"year": 2023, "stylised": True, "date": "2016-09-30", "vacancy_share": 0.25},
            structure={"bid_trigger": "vacancies", "hiring": "reputation"},
            cap={"charge_rate_per_hour": 43.0, "members": 1.0, "tolerance": 0.10},
        ),
        small_census(
            4,
            posts=(30, 50, 80, 60),
            permanent=(22, 30, 60, 58),
            agency=(9, 18, 17, 10),
            extra=(2, 4, 0, 8),
            caseload=(20, 14, 16, 18),
        ),
    ),
}

Sample = dict[str, np.ndarray]
"""By statistic: one value a run and date."""


def gathered(runs: Iterable[list[dict[str, float]]]) -> Sample:
    """Return what the runs found, by statistic: (run, date)."""
    found = list(runs)
    return {
        name: np.array([[float(row[name]) for row in run] for run in found]) for name in found[0][0]
    }


# The two Londons, looked at alike


def seen_in_columns(
    market: LondonMarket, totals: dict[str, int], relative_bids_taken: float
) -> dict[str, float]:
    workforce = market.workforce
    permanent = workforce.ids(WorkerState.PERMANENT)
    placed = workforce.ids(WorkerState.PLACED)
    return {
        "permanent": workforce.permanent.sum(),
        "agency": workforce.placed.sum(),
        "unfilled": market.unfilled.sum(),
        "bench": workforce.bench,
        "mean charge rate": market.mean_charge_rate(),
        "spread of charge rates": np.log(market.charge_rates).std(),
        "lean to higher bids": relative_bids_taken / totals["assignments_begun"],
        "pledge members": sum(borough.is_member for borough in market.boroughs),
        "log premium": np.log(market.premium),
        "extra": market.extra().sum(),
        **{f"strain at {b}": market.strain[b] for b in range(4)},
        **{f"permanent at {b}": workforce.permanent[b] for b in range(4)},
        "experience of permanent staff": workforce.experience_months(permanent).mean(),
        "taste of agency staff": workforce.of("taste", placed).mean(),
        "everybody gone": workforce.out,
        **totals,
    }


def seen_in_objects(oracle: OracleLondon) -> dict[str, float]:
    totals, placed = oracle.totals, oracle.people(PLACED)
    return {
        "permanent": len(oracle.people(PERMANENT)),
        "agency": len(placed),
        "unfilled": sum(oracle.unfilled),
        "bench": len(oracle.people(BENCH)),
        "mean charge rate": oracle.mean_bid(),
        "spread of charge rates": np.log(oracle.bids).std(),
        "lean to higher bids": oracle.relative_bids_taken / totals["assignments_begun"],
        "pledge members": len(oracle.members or ()),
        "log premium": np.log(oracle.premium),
        "extra": sum(map(min, oracle.extra_wanted, oracle.head_count(PLACED))),
        **{f"strain at {b}": oracle.strain[b] for b in range(4)},
        **{f"permanent at {b}": len(oracle.people(PERMANENT, b)) for b in range(4)},
        "experience of permanent staff": np.mean(
            [one.experience for one in oracle.people(PERMANENT)]
        ),
        "taste of agency staff": np.mean([one.taste for one in placed]),
        "everybody gone": totals["exits"] + totals["agency_exits"],
        **{name: totals[name] for name in FLOWS},
    }


@cache
def columns(london: str) -> Sample:
    """Return what the model does."""

    def run(replicate: int) -> list[dict[str, float]]:
        market = market_of(*LONDONS[london], replicate=replicate, years=2)
        totals, taken, found = dict.fromkeys(FLOWS, 0), 0.0, []
        while market.month < MONTHS[-1]:
            market.step()
            flows, bids = market.workforce.flows, market.charge_rates
            for name, event in FLOWS.items():
                totals[name] += int(flows[event].sum())
            taken += float(flows[Event.ASSIGNMENT_BEGAN] @ bids / bids.mean())
            if market.month in MONTHS:
                found.append(seen_in_columns(market, totals, taken))
        market.release()
        return found

    return gathered(run(replicate) for replicate in range(RUNS))


def objects(
    london: str, oracle: Callable[..., OracleLondon] = OracleLondon, runs: int = RUNS
) -> Sample:
    """Return what the oracle does."""

    def run(seed: int) -> list[dict[str, float]]:
        market = oracle(*LONDONS[london], seed=seed)
        found = []
        while market.month < MONTHS[-1]:
            market.step()
            if market.month in MONTHS:
                found.append(seen_in_objects(market))
        market.release()
        return found

    return gathered(run(seed) for seed in range(runs))


def told_apart(one: Sample, other: Sample) -> dict[str, str]:
    """Return the statistics in which two samples differ beyond chance, and by how much."""
    assert one.keys() == other.keys()
    different = {}
    for name in one:
        for place, month in enumerate(MONTHS):
            a, b = one[name][:, place], other[name][:, place]
            error = np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size)
            p = ks_2samp(a, b, method="asymp").pvalue
            if abs(a.mean() - b.mean()) > STANDARD_ERRORS * error or p < SMALLEST_P:
                different[f"{name}, month {month}"] = (
                    f"{a.mean():.4g} against {b.mean():.4g}, standard error {error:.2g}, p {p:.1g}"
                )
    return different


@pytest.mark.parametrize("london", LONDONS)
def test_columns_and_objects_tell_the_same_story(london: str) -> None:
    assert told_apart(columns(london), objects(london)) == {}


def test_the_comparison_is_about_a_london_in_which_everything_happens() -> None:
    for london, (_, census) in LONDONS.items():
        sample = columns(london)
        assert census.posts.sum() > 190
        for name in FLOWS:
            assert sample[name][:, -1].mean() > 5, (london, name)
        assert sample["bench"].mean() > 1
        assert 0.1 < (sample["pledge members"] < 4).mean() < 0.9
        assert (sample["unfilled"] > 0).mean() > 0.7


# The comparison finds faults: each is one line planted in the oracle


class WithHalfAsManyExitsAgain(OracleLondon):
    def exit_hazard(self) -> float:
        return 1.5 * super().exit_hazard()


class WhereNobodyLeapfrogs(OracleLondon):
    def leapfrog_speed(self) -> float:
        return 0.0


class WhereNoMemberBreaksThePledge(OracleLondon):
    def agreed(self, borough: int, wanted: float, unfilled: float) -> float:
        return super().agreed(borough, wanted, min(unfilled, 0.05))


@pytest.mark.parametrize(
    ("faulty", "london", "telling"),
    [
        (WithHalfAsManyExitsAgain, "like the baseline", "exits"),
        (WhereNoMemberBreaksThePledge, "like the baseline", "pledge members"),
        (WhereNobodyLeapfrogs, "unlike the baseline", "mean charge rate"),
    ],
)
def test_a_planted_fault_is_found(faulty: type[OracleLondon], london: str, telling: str) -> None:
    found = told_apart(columns(london), objects(london, faulty, FAULTY_RUNS))
    assert any(name.startswith(telling) for name in found), found
