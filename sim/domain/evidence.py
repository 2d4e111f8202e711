"""The evidence the model is fed: boroughs, census starts, caps and the pay index.

Every figure comes from a small table in `sim/data` (its `SOURCES.md` says from where) and is
checked when it is read. This module is the way in: the census as published is read in
`sim.domain.census`, its gaps are filled in `sim.domain.opening_state`, caps and pay are here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from sim.domain.calendar import first_year_of, tax_year
from sim.domain.census import (
    JOINT_NAME,
    UNSCORED_EMPLOYER,
    CensusCell,
    EvidenceError,
    Place,
    Row,
    UnknownBorough,
    census_cell,
    census_years,
    employer_of,
    employers,
    latest_census_year,
    london_published_permanent_share,
    places,
    read_rows,
    scored_employers,
    spoken,
)
from sim.domain.opening_state import CensusStart, census_start
from sim.domain.vocabulary import Grade, PriceBasis

__all__ = [
    # errors
    "EvidenceError",
    "UnknownBorough",
    # boroughs
    "Place",
    "places",
    "employers",
    "scored_employers",
    "employer_of",
    "spoken",
    "JOINT_NAME",
    "UNSCORED_EMPLOYER",
    # the census as published
    "CensusCell",
    "census_years",
    "latest_census_year",
    "census_cell",
    "london_published_permanent_share",
    # the census as a start
    "CensusStart",
    "census_start",
    # prices and pay
    "PublishedCap",
    "published_caps",
    "PayAward",
    "pay_awards",
    "pay_index",
]

INDEX_BASE_YEAR = 2017
CAP_COLUMNS = (
    "band",
    "role",
    "experience_years_from",
    "experience_years_below",
    "pounds_per_hour",
    "basis",
    "in_force_from",
    "source",
)
PAY_COLUMNS = ("tax_year", "growth_on_previous_year", "grade", "source")


@dataclass(frozen=True)
class PublishedCap:
    """What London's boroughs agreed to pay at most for an agency worker's hour.

    `experience_years` runs from its first value up to its second (None: no upper end); it is
    None for grades that are not told apart by experience. `basis` is how the figure is read.
    """

    band: str
    role: str
    experience_years: tuple[float, float | None] | None
    pounds_per_hour: float
    basis: PriceBasis
    in_force_from: date
    source: str


def parse_published_caps(rows: Iterable[Row]) -> tuple[PublishedCap, ...]:
    """Return the caps of `published_caps.csv`.

    Raises:
        EvidenceError: for a band that is there twice, a price out of range or a bad date.
    """
    caps: dict[str, PublishedCap] = {}
    for row in rows:
        if row.text("band") in caps:
            raise row.fault("band", "a band that no earlier row has")
        experience = None
        if row.cells["experience_years_from"]:
            first = row.number("experience_years_from", 0, 50)
            below = row.cells["experience_years_below"]
            experience = (first, row.number("experience_years_below", first, 50) if below else None)
        try:
            since = date.fromisoformat(row.cells["in_force_from"])
        except ValueError:
            raise row.fault("in_force_from", "a date such as 2016-01-01") from None
        caps[row.text("band")] = PublishedCap(
            band=row.text("band"),
            role=row.text("role"),
            experience_years=experience,
            pounds_per_hour=row.number("pounds_per_hour", 5, 500),
            basis=PriceBasis(row.one_of("basis", [basis.value for basis in PriceBasis])),
            in_force_from=since,
            source=row.text("source"),
        )
    return tuple(caps.values())


@cache
def published_caps() -> tuple[PublishedCap, ...]:
    """Return the caps London's boroughs agreed from January 2016, lowest first."""
    return parse_published_caps(read_rows("published_caps.csv", CAP_COLUMNS))


@dataclass(frozen=True)
class PayAward:
    """How much local government pay rose: the scale of one September over the one before."""

    tax_year: str
    growth_on_previous_year: float
    grade: Grade
    source: str


def parse_pay_awards(rows: Iterable[Row]) -> tuple[PayAward, ...]:
    """Return the awards of `pay_index.csv`, earliest first.

    Raises:
        EvidenceError: for a growth or grade out of range, or tax years that do not follow on.
    """
    awards: list[PayAward] = []
    for row in rows:
        try:
            first = first_year_of(row.cells["tax_year"])
        except ValueError:
            raise row.fault("tax_year", "a tax year such as 2017/18") from None
        if awards and first != first_year_of(awards[-1].tax_year) + 1:
            raise row.fault("tax_year", "the year after that of the row above")
        awards.append(
            PayAward(
                tax_year=row.text("tax_year"),
                growth_on_previous_year=row.number("growth_on_previous_year", -0.1, 0.3),
                grade=Grade(row.one_of("grade", (Grade.LOOKED_UP, Grade.ASSUMED))),
                source=row.text("source"),
            )
        )
    if tax_year(INDEX_BASE_YEAR) not in {award.tax_year for award in awards}:
        raise EvidenceError(f"pay_index.csv, column tax_year: no {tax_year(INDEX_BASE_YEAR)}")
    return tuple(awards)


@cache
def pay_awards() -> tuple[PayAward, ...]:
    """Return the pay awards, earliest first, each with its grade and source."""
    return parse_pay_awards(read_rows("pay_index.csv", PAY_COLUMNS))


@cache
def _pay_levels() -> dict[int, float]:
    """Return the index by the first year of the tax year: 1 in 2017."""
    levels = {}
    level = 1.0
    for award in pay_awards():
        level *= 1.0 + award.growth_on_previous_year
        levels[first_year_of(award.tax_year)] = level
    base = levels[INDEX_BASE_YEAR]
    return {year: level / base for year, level in levels.items()}


def pay_index(tax_year: str, *, growth_beyond_table: float) -> float:
    """Return permanent staff's pay in a tax year relative to 2017/18 (1.0), in cash.

    Args:
        tax_year: such as "2017/18".
        growth_beyond_table: growth a year after the last tabulated year, a share (.025).

    Raises:
        EvidenceError: for a year before the table begins.
        ValueError: for a label that is not a tax year.

    Source: National Joint Council and London pay awards, `pay_index.csv`.
    """
    year, levels = first_year_of(tax_year), _pay_levels()
    first, last = min(levels), max(levels)
    if year < first:
        raise EvidenceError(
            f"pay_index.csv, column tax_year: found no {tax_year}, "
            f"allowed: {pay_awards()[0].tax_year} and later"
        )
    if year > last:
        return float(levels[last] * (1.0 + growth_beyond_table) ** (year - last))
    return levels[year]
