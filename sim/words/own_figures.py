"""A council's own figures beside the census's: what it starts from, and what may be a slip."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.domain import evidence
from sim.domain.borough_figures import (
    GRADES,
    SALARIES,
    BoroughFigures,
    sentences,
    stated_caseload,
)
from sim.domain.calendar import census_date, tax_year_of
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.start import Start
from sim.rules.pay import opening_scales
from sim.rules.pay_bands import BAND_STARTS_MONTHS, NEW_STAFF_YEARS

AS_ASSUMED = "starts from figures that its scenario assumes"
PRICE = "charge_rate_per_hour"
OF_LONDON = (*SALARIES, PRICE, *GRADES)
"""Figures the census has not: a template fills in what the model takes for all of London."""
UNLIKELY_FACTOR = {**dict.fromkeys(SALARIES, 1.25), PRICE: 1.4}
UNLIKELY_COUNT_FACTOR, SMALL_FTE = 1.5, 5.0
"""Beyond these factors of the census's (London's) figure a council's own is questioned, a count
only from some FTE apart (assumptions: few boroughs move further in a year)."""


def census_figures(name: str, year: int) -> dict[str, float]:
    """Return what the census of a year and the model have in place of own figures, by key."""
    census, parameters = evidence.census_start(year), Parameters()
    place = census.employers.index(name)
    permanent, agency = int(census.permanent[place]), int(census.agency[place])
    posts, extra = int(census.posts[place]), int(census.extra[place])
    holders = census.case_holder_share[place] * (permanent + agency)
    growth = parameters.pay_growth_per_year
    index = evidence.pay_index(tax_year_of(census_date(year)), growth_beyond_table=growth)
    scale = opening_scales(parameters, (name,), {}, index)[0] * index
    rate = parameters.assignment_rate_2017_per_hour * index
    price = rate / (1.0 - parameters.agency_margin_share)
    return {
        "posts_fte": posts,
        "permanent_fte": permanent,
        "vacancies_fte": posts - permanent,
        **dict(zip(GRADES, _grades(permanent, parameters), strict=True)),
        "agency_fte": agency,
        "agency_cover_fte": agency - extra,
        "caseload_per_case_holder": stated_caseload(float(census.cases[place]), float(holders)),
        PRICE: round(price, 2),
        **{salary: round(float(pay)) for salary, pay in zip(SALARIES, scale, strict=True)},
    }


def _grades(permanent: int, parameters: Parameters) -> list[float]:
    """Return permanent staff in each pay band as the model spreads them at the start."""
    young, seasoned = (months / 12 for months in BAND_STARTS_MONTHS[1:])
    new, mean = parameters.start_new_staff_share, parameters.experience_mean_years
    later = (1.0 - new) * float(np.exp(-(seasoned - NEW_STAFF_YEARS) / max(mean, 1e-9)))
    first = new * young / NEW_STAFF_YEARS
    low, high = round(permanent * first), round(permanent * later)
    return [low, permanent - low - high, high]


def started_from(start: Start) -> list[str]:
    """Return a sentence on every council that starts from figures of its own, and every doubt.

    A stylised start's figures are its scenario's assumptions, and are called so.
    """
    if start.stylised:
        return sentences(start.figures, how=AS_ASSUMED)
    return [*sentences(start.figures), *doubtful(start.figures, start.year)]


def doubtful(figures: Mapping[str, BoroughFigures], year: int) -> list[str]:
    """Return a sentence on every figure that is far from the census of a year."""
    declared, found = declarations(BoroughFigures), []
    for name, own in figures.items():
        census = census_figures(name, year)
        for key, value in own.given().items():
            if key not in GRADES and _is_far(key, value, census[key]):
                whose = "the model has for London" if key in OF_LONDON else f"in {year} it was"
                found.append(
                    f"Check {name}'s {declared[key].label}: given {value:g}, where {whose} "
                    f"{census[key]:g} ({declared[key].unit})."
                )
    return found


def _is_far(key: str, value: float, known: float) -> bool:
    if key.endswith("_fte") and abs(value - known) < SMALL_FTE:
        return False
    factor = UNLIKELY_FACTOR.get(key, UNLIKELY_COUNT_FACTOR)
    return value > factor * known or factor * value < known
