"""Small artificial Londons, and scenarios in which only what a test is about happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.domain.evidence import CensusStart, scored_employers
from sim.market.model import LondonMarket
from sim.scenario import Scenario, scenario_from

NAMES = scored_employers()

STILL: dict[str, Any] = {
    # nobody leaves, arrives or changes place ...
    "sector_exit_per_year": 0.0,
    "flow_to_agency_per_year": 0.0,
    "flow_to_permanent_per_year": 0.0,
    "borough_moves_per_year": 0.0,
    "outside_hires_per_post": 0.0,
    "newly_qualified_per_post": 0.0,
    "agency_exit_per_year": 0.0,
    "bench_leak_per_month": 0.0,
    "outsiders_per_post": 0.0,
    "assignment_ends_per_month": 0.0,
    "bench_search_share": 1.0,
    "start_bench_share": 0.0,
    "notice_months": 0,
    "inspections_per_year": 0.0,
    # ... posts, cases and prices stay as they are ...
    "posts_growth_per_year": 0.0,
    "later_posts_growth_per_year": 0.0,
    "cover_demand_elasticity": 0.0,
    "exit_premium_elasticity": 0.0,
    "cases_growth_per_year": 0.0,
    "extra_agency_share": 0.0,
    "bid_speed": 0.0,
    "leapfrog_speed": 0.0,
    "starting_bid_spread": 0.0,
    "pay_growth_per_year": 0.0,
    "equal_pay_share": 0.0,
    # ... and people and boroughs are all alike.
    "taste_spread": 0.0,
    "company_share": 0.0,
    "strain_to_route": 0.0,
    "leadership_spread": 0.0,
    "leaving_conditions_spread": 0.0,
    "leadership_agency_slope": 0.0,
    "salary_newly_qualified_2017": 38_000.0,
    "salary_mid_scale_2017": 38_000.0,
    "salary_top_of_scale_2017": 38_000.0,
}
"""Parameters under which nothing happens: a test sets the few it is about."""

LAW_STANDS_STILL: dict[str, Any] = {
    "year": 2023,
    "stylised": True,
    "date": "2026-09-30",
    "vacancy_share": 0.2,
}
"""A start after which, without pay growth, neither tax law nor salaries move again."""


def small_census(
    boroughs: int = 4,
    *,
    posts: int | Sequence[int] = 50,
    permanent: int | Sequence[int] = 37,
    agency: int | Sequence[int] = 11,
    extra: int | Sequence[int] = 1,
    caseload: float | Sequence[float] = 16.0,
    holder_share: float = 0.6,
    names: Sequence[str] = NAMES,
) -> CensusStart:
    """Return the census of an artificial London; one number stands for every borough."""

    def whole(given: int | Sequence[int]) -> np.ndarray:
        return np.broadcast_to(np.asarray(given, np.int64), (boroughs,)).copy()

    holders = np.full(boroughs, holder_share)
    staff = whole(permanent) + whole(agency)
    census = CensusStart(
        year=2023,
        employers=tuple(names[:boroughs]),
        posts=whole(posts),
        permanent=whole(permanent),
        agency=whole(agency),
        extra=whole(extra),
        cases=np.asarray(caseload) * staff * holders,
        case_holder_share=holders,
        imputed=(),
    )
    assert np.all(census.extra <= census.agency)
    assert np.all(census.agency - census.extra <= census.posts - census.permanent)
    return census


def scenario(
    parameters: dict[str, Any] | None = None,
    *,
    start: dict[str, Any] | None = None,
    structure: dict[str, Any] | None = None,
    **levers: dict[str, Any],
) -> Scenario:
    """Return a scenario without any lever but those given."""
    content: dict[str, Any] = {
        "start": {"year": 2023} if start is None else start,
        "parameters": parameters or {},
        "levers": levers,
    }
    if structure is not None:
        content["structure"] = structure
    return scenario_from(content, "test")


def market_of(
    planned: Scenario,
    census: CensusStart | None = None,
    *,
    seed: int = 1,
    replicate: int = 0,
    years: int = 1,
) -> LondonMarket:
    """Return a market that has just opened, in a small London unless a census is given."""
    return LondonMarket(
        planned, rng=seed, replicate=replicate, years=years, census=census or small_census()
    )


def replicates(
    planned: Scenario, census: CensusStart, *, runs: int, years: int, seed: int = 1
) -> Iterator[LondonMarket]:
    """Yield one finished market after the other, each with luck of its own."""
    for replicate in range(runs):
        market = market_of(planned, census, seed=seed, replicate=replicate, years=years)
        market.run()
        yield market
        market.release()
