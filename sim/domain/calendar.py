"""Months, censuses and tax years.

Month 0 is 30 September of the start year; step 1 is October; a census falls every twelve
months. A month is known by its last day. A tax year ("2017/18") starts on 6 April, and its
rules are taken to hold from April's step.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

from sim.domain.given import shown

MONTHS_PER_YEAR = 12
DEFAULT_YEARS = 10
"""How far every question looks ahead, if it is not told otherwise."""
CENSUS_MONTH = 9
CENSUS_DAY = 30
TAX_YEAR_FIRST_MONTH = 4
_TAX_YEAR = re.compile(r"^(\d{4})/(\d{2})$")


def last_day(year: int, month: int) -> date:
    """Return the last day of a calendar month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def month_end(start: date, months: int) -> date:
    """Return the last day of the month `months` after the month of `start`."""
    index = start.year * MONTHS_PER_YEAR + start.month - 1 + months
    return last_day(index // MONTHS_PER_YEAR, index % MONTHS_PER_YEAR + 1)


def months_between(earlier: date, later: date) -> int:
    """Return whole calendar months from the month of `earlier` to the month of `later`."""
    return (later.year - earlier.year) * MONTHS_PER_YEAR + later.month - earlier.month


def census_date(year: int) -> date:
    """Return the census day of a year: 30 September."""
    return date(year, CENSUS_MONTH, CENSUS_DAY)


def spoken_day(day: date) -> str:
    """Return a day as people say it: 31 March 2027."""
    return f"{day.day} {day:%B %Y}"


def is_census(month: int) -> bool:
    """Say whether a model month (0 = start) is a census month."""
    return month % MONTHS_PER_YEAR == 0


def tax_year_of(day: date) -> str:
    """Return the tax year whose rules hold in the month that ends on `day`.

    April's step takes the new year's rules although the year starts on the 6th.
    """
    first = day.year if day.month >= TAX_YEAR_FIRST_MONTH else day.year - 1
    return tax_year(first)


def tax_year(first_year: int) -> str:
    """Return the label of the tax year starting in April of `first_year`: 2017 -> "2017/18"."""
    return f"{first_year}/{(first_year + 1) % 100:02d}"


def first_year_of(label: str) -> int:
    """Return the calendar year in which a tax year starts: "2017/18" -> 2017.

    Raises:
        ValueError: if the label is not a year and its successor, such as "2017/18".
    """
    match = _TAX_YEAR.match(label)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise ValueError(f"tax year {shown(label)} is not of the form 2017/18")
    return int(match[1])
