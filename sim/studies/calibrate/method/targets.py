"""What the model is calibrated to: London and its boroughs, 2017 to 2021, and nothing later.

Census and twin go through the same statistics, the census's gaps included. Where the census has
no such figure the target is looked up; `sim/data/calibration_targets.csv` has the tolerance and
the source of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.census import census_cell, read_rows
from sim.domain.evidence import EvidenceError, census_start, scored_employers
from sim.domain.headline import CHARGE_RATE, POSTS, UNFILLED, WORKFORCE
from sim.domain.published import published_figure
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.replicate import RunRecord
from sim.studies.calibrate.method import borough_statistics as s
from sim.studies.calibrate.method.abc import Targets
from sim.studies.calibrate.method.borough_panels import (
    Panels,
    census_panels,
    run_panels,
    seen_through_the_census,
    stacked,
)
from sim.twin import TwinRecord

FIRST_YEAR, LAST_YEAR = 2017, 2021
YEARS = tuple(range(FIRST_YEAR + 1, LAST_YEAR + 1))
TABLE = "calibration_targets.csv"
COLUMNS = ("name", "unit", "observed", "tolerance", "band", "source")
FLOW_TARGETS = {
    "left_sector": "left_sector_fte",
    "went_to_agency": "to_agency_fte",
    "moved_borough": "moved_fte",
}
"""Targets that the census does not have, and the flow of staff each is the share of."""
CHARGE_GROWTH = "charge_growth"
LOOKED_UP = (*FLOW_TARGETS, CHARGE_GROWTH)
"""Targets that no census has."""


@dataclass(frozen=True)
class Target:
    """One figure the model is fitted to.

    Attributes:
        unit: `share` (0 to 1), `log` (a difference of logarithms) or `number`.
        tolerance: what counts as one miss, in the same unit; see the source for its grounds.
        band: half the width of a range within which nothing counts as one.
    """

    name: str
    unit: str
    observed: float
    tolerance: float
    band: float
    source: str


@cache
def target_list() -> tuple[Target, ...]:
    """Return the targets in the order of the summaries.

    Raises:
        EvidenceError: the table lacks a target, or has one that is not known.
    """
    rows = {row.text("name"): row for row in read_rows(TABLE, COLUMNS)}
    measured = observed_summaries()
    wanted = (*measured, *LOOKED_UP)
    if set(rows) != set(wanted):
        odd = ", ".join(sorted(set(rows) ^ set(wanted)))
        raise EvidenceError(f"{TABLE}, column name: {odd}; allowed: each of {', '.join(wanted)}")
    return tuple(
        Target(
            name,
            rows[name].text("unit"),
            rows[name].number("observed", -10, 10) if name in LOOKED_UP else measured[name],
            rows[name].number("tolerance", 1e-6, 10),
            rows[name].number("band", 0, 10),
            rows[name].text("source"),
        )
        for name in wanted
    )


def targets() -> Targets:
    """Return the observed summaries and their tolerances, as the sampler takes them."""
    names = tuple(one.name for one in target_list())
    observed, tolerance, band = (
        np.array([getattr(one, field) for one in target_list()])
        for field in ("observed", "tolerance", "band")
    )
    return Targets(names, observed, tolerance, band)


def observed_summaries() -> dict[str, float]:
    """Return what the census says of every target that it has."""
    census = census_panels().between(FIRST_YEAR, LAST_YEAR)
    found = {f"workforce_{year}": _london(WORKFORCE, year) for year in YEARS}
    found |= {f"posts_{year}": _london(POSTS, year) for year in YEARS}
    starts = [census_start(year) for year in YEARS]
    extra = [one.extra.sum() / one.posts.sum() for one in starts]
    posts = starts[-1].posts.sum() / census_start(FIRST_YEAR).posts.sum()
    found |= {
        "unfilled": float(np.mean([_london(UNFILLED, year) for year in YEARS])),
        "extra": float(np.mean(extra)),
        "posts_growth": float(posts ** (1.0 / len(YEARS)) - 1.0),
        "caseload_change": float(np.log(_caseload(LAST_YEAR) / _caseload(FIRST_YEAR))),
    }
    found |= {name: float(value) for name, value in _of_boroughs(census).items()}
    return {name: found[name] for name in _ORDER}


def _london(outcome: str, year: int) -> float:
    value = published_figure(outcome, year, LONDON)
    if value is None:
        raise EvidenceError(f"census.csv, column value: London has no {outcome} in {year}")
    return value


def _caseload(year: int) -> float:
    return float(census_cell(year, LONDON, "caseload_per_case_holder").value or np.nan)


def _of_boroughs(panels: Panels) -> dict[str, FloatArray]:
    """Return the summaries that come from the boroughs' panels, with the census's gaps."""
    later = panels.between(YEARS[0], YEARS[-1])
    turnover = s.total_share(later["leavers_fte"], later["permanent_fte"])
    starters = s.total_share(later["starters_fte"], later["posts_fte"])
    shares = later["agency_share"]
    return {
        "turnover": s.mean(turnover),
        "starters_per_post": s.mean(starters),
        "starters_variation": np.log(starters).std(axis=-1, ddof=1),
        "turnover_variation": np.log(turnover).std(axis=-1, ddof=1),
        "spread": s.mean(s.spread(shares)),
        "correlation_1": s.lag_correlation(shares, 1),
        "correlation_3": s.lag_correlation(shares, 3),
        "yearly_change": s.yearly_change_spread(shares),
        "turnover_correlation": s.lag_correlation(later.turnover, 1),
        "turnover_after_agency": s.lead(later.turnover, shares),
    }


_ORDER = (
    *(f"workforce_{year}" for year in YEARS),
    *(f"posts_{year}" for year in YEARS),
    "unfilled",
    "extra",
    "turnover",
    "starters_per_post",
    "starters_variation",
    "turnover_variation",
    "posts_growth",
    "caseload_change",
    "spread",
    "correlation_1",
    "correlation_3",
    "yearly_change",
    "turnover_correlation",
    "turnover_after_agency",
)


@dataclass(frozen=True, eq=False)
class LondonSeries:
    """London at every census from the first, (..., year): counts, shares, cases, £ an hour."""

    posts: FloatArray
    share_of_posts: FloatArray
    unfilled: FloatArray
    extra: FloatArray
    caseload: FloatArray
    charge: FloatArray


def summaries(
    panels: Panels, london: LondonSeries, error: FloatArray, luck: np.random.Generator
) -> FloatArray:
    """Return every target's summary of runs from the first year to the last.

    Args:
        panels: of the scored employers, (run, year, employer).
        london: (run, year).
        error: spread of what a published share misses the truth by, (run,).
        luck: of that error.

    Returns:
        (run, summary), in the order of `targets`.
    """
    panels = seen_through_the_census(panels)
    noise = luck.standard_normal(panels["agency_share"].shape) * error[:, None, None]
    seen = np.clip(panels["agency_share"] + noise, 0.0, 1.0)
    published = Panels(panels.years, panels.london, {**panels.figures, "agency_share": seen})
    places = dict(enumerate(YEARS, 1))
    found = {f"workforce_{year}": panels.london[:, place] for place, year in places.items()}
    found |= {f"posts_{year}": london.share_of_posts[:, place] for place, year in places.items()}
    growth = london.posts[:, -1] / london.posts[:, 0]
    found |= {
        "unfilled": london.unfilled[:, 1:].mean(axis=1),
        "extra": london.extra[:, 1:].mean(axis=1),
        "posts_growth": growth ** (1.0 / len(YEARS)) - 1.0,
        "caseload_change": np.log(london.caseload[:, -1] / london.caseload[:, 0]),
    }
    found |= _of_boroughs(published)
    later = panels.between(YEARS[0], YEARS[-1])
    for name, flow in FLOW_TARGETS.items():
        found[name] = s.mean(s.total_share(later[flow], later["permanent_fte"]))
    found[CHARGE_GROWTH] = np.log(london.charge[:, -1] / london.charge[:, 0]) / len(YEARS)
    return np.stack([found[name] for name in targets().names], axis=1)


# The borough twin and the agent model, each as the summaries need it


def of_twin(record: TwinRecord) -> tuple[Panels, LondonSeries]:
    """Return what a twin's record says, (draw, year, ...)."""
    return twin_panels(record), LondonSeries(
        posts=record.of("posts").sum(axis=-1),
        share_of_posts=record.london("permanent", "posts"),
        unfilled=record.london("unfilled", "posts"),
        extra=record.london("extra", "posts"),
        caseload=record.london("cases", "holders"),
        charge=record.charge(),
    )


def of_agents(records: Sequence[RunRecord]) -> tuple[Panels, LondonSeries]:
    """Return what runs of the agent model say, (run, year, ...)."""

    def at_censuses(outcome: str) -> FloatArray:
        return np.stack([one.of(outcome)[::MONTHS_PER_YEAR, 0] for one in records])

    posts = at_censuses("posts_fte")
    return stacked([run_panels(one, FIRST_YEAR) for one in records]), LondonSeries(
        posts=posts,
        share_of_posts=at_censuses(POSTS),
        unfilled=at_censuses(UNFILLED),
        extra=at_censuses("extra_agency_fte") / posts,
        caseload=at_censuses("caseload_per_case_holder"),
        charge=at_censuses(CHARGE_RATE),
    )


def twin_panels(record: TwinRecord, first_year: int = FIRST_YEAR) -> Panels:
    """Return a twin's panels of the scored employers, (draw, year, employer)."""
    names = scored_employers()
    scored = [record.employers.index(name) for name in names]

    def of(name: str) -> FloatArray:
        return record.of(name)[..., scored]

    def flow(name: str) -> FloatArray:
        found = np.array(of(name))
        found[:, 0] = np.nan
        return found

    permanent, agency, posts = of("permanent"), of("agency"), of("posts")
    gone = {
        name: flow(f)
        for name, f in zip(
            FLOW_TARGETS.values(), ("left_sector", "to_agency", "moved_away"), strict=True
        )
    }
    begun = flow("entered") + flow("moved_in") + flow("to_permanent")
    vacancies = np.maximum(posts - permanent, 0.0)
    figures = {
        **gone,
        "agency_share": agency / np.maximum(permanent + agency, 1e-9),
        "vacancy_share": vacancies / np.maximum(posts, 1e-9),
        "agency_fte": agency,
        "permanent_fte": permanent,
        "vacancies_fte": vacancies,
        "posts_fte": posts,
        "unfilled_fte": of("unfilled"),
        "leavers_fte": sum(gone.values(), np.zeros_like(permanent)),
        "starters_fte": begun,
        "caseload": of("cases") / np.maximum(of("holders"), 1e-9),
    }
    every = record.of("permanent").sum(axis=-1)
    london = every / np.maximum(every + record.of("agency").sum(axis=-1), 1e-9)
    years = tuple(range(first_year, first_year + permanent.shape[1]))
    return Panels(years, london, figures)
