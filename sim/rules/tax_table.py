"""The dated table of tax law, `sim/data/tax_years.csv`, read and checked.

One row is one figure in one tax year, with its grade and source. A figure that changes within
the year has a row for each value, told apart by the calendar month it holds from (4 = April).
Adding a tax year is adding its rows; no Python changes unless a rule changes its shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import NamedTuple

from sim.domain.calendar import MONTHS_PER_YEAR, TAX_YEAR_FIRST_MONTH, first_year_of, tax_year
from sim.domain.census import EvidenceError, Row, read_rows
from sim.domain.vocabulary import Grade

TABLE = "tax_years.csv"
COLUMNS = ("parameter", "unit", "tax_year", "from_month", "value", "grade", "source")
POUNDS = "£ per year"
SHARE = "share"
LARGEST = {POUNDS: 10_000_000.0, SHARE: 1.0}

# First tax years of the rules that changed shape.
FIRST_TAX_YEAR = 2013
CORPORATION_TAX_RATES_UNIFIED = 2015
DIVIDEND_CREDIT_ABOLISHED = 2016
CONTRACTING_OUT_ENDED = 2016
OFF_PAYROLL_REFORM = 2017
MARGINAL_RELIEF_RETURNED = 2023

Spans = tuple[tuple[int, float], ...]
"""First and last tax year, both included, of each spell in which a figure is in force."""

_ALWAYS: Spans = ((FIRST_TAX_YEAR, inf),)
_CONTRACTED_OUT: Spans = ((FIRST_TAX_YEAR, CONTRACTING_OUT_ENDED - 1),)
_MARGINAL_RELIEF: Spans = (
    (FIRST_TAX_YEAR, CORPORATION_TAX_RATES_UNIFIED - 1),
    (MARGINAL_RELIEF_RETURNED, inf),
)
NI_PARAMETERS = (
    "ni_primary_threshold",
    "ni_upper_earnings_limit",
    "ni_employee_main_rate",
    "ni_employee_upper_rate",
    "ni_secondary_threshold",
    "ni_employer_rate",
)
"""The only figures that may change within a tax year."""

DIRECTOR_NI_PARAMETERS = {
    "ni_primary_threshold": "ni_director_primary_threshold",
    "ni_employee_main_rate": "ni_director_employee_main_rate",
    "ni_employee_upper_rate": "ni_director_employee_upper_rate",
    "ni_employer_rate": "ni_director_employer_rate",
}
"""What directors' annual earnings period replaces, in years that changed midway."""

IN_FORCE: Mapping[str, Spans] = {
    "personal_allowance": _ALWAYS,
    "allowance_taper_start": _ALWAYS,
    "allowance_taper_rate": _ALWAYS,
    "basic_rate_limit": _ALWAYS,
    "additional_rate_start": _ALWAYS,
    "basic_rate": _ALWAYS,
    "higher_rate": _ALWAYS,
    "additional_rate": _ALWAYS,
    "dividend_tax_credit": ((FIRST_TAX_YEAR, DIVIDEND_CREDIT_ABOLISHED - 1),),
    "dividend_allowance": ((DIVIDEND_CREDIT_ABOLISHED, inf),),
    "dividend_ordinary_rate": _ALWAYS,
    "dividend_upper_rate": _ALWAYS,
    "dividend_additional_rate": _ALWAYS,
    **dict.fromkeys(NI_PARAMETERS, _ALWAYS),
    "ni_lower_earnings_limit": _CONTRACTED_OUT,
    "ni_upper_accrual_point": _CONTRACTED_OUT,
    "contracted_out_rebate_employee": _CONTRACTED_OUT,
    "contracted_out_rebate_employer": _CONTRACTED_OUT,
    "one_director_employment_allowance": _ALWAYS,
    "apprenticeship_levy_rate": _ALWAYS,
    "corporation_tax_main_rate": _ALWAYS,
    "corporation_tax_small_profits_rate": _MARGINAL_RELIEF,
    "corporation_tax_lower_limit": _MARGINAL_RELIEF,
    "corporation_tax_upper_limit": _MARGINAL_RELIEF,
    "corporation_tax_relief_fraction": _MARGINAL_RELIEF,
    "vat_standard_rate": _ALWAYS,
    "vat_flat_rate": _ALWAYS,
    "deemed_payment_share": _ALWAYS,
    "lgps_band_1_top": _ALWAYS,
    "lgps_band_1_rate": _ALWAYS,
    "lgps_band_2_rate": _ALWAYS,
    "lgps_employer_rate": _ALWAYS,
    "holiday_pay_uplift": _ALWAYS,
}
"""Every figure a year must have, and when. Directors' rows and further pension bands may follow."""

_BAND = re.compile(r"lgps_band_([1-9])_(top|rate)")


class TaxRow(NamedTuple):
    """One figure of the table. `months_in` counts months from April before it holds."""

    parameter: str
    unit: str
    first_year: int
    months_in: int
    value: float
    grade: Grade
    source: str


def read_tax_table(lines: Path | Iterable[str] | None = None) -> tuple[TaxRow, ...]:
    """Return the shipped table, or `lines` (text or a file) read in its place.

    Raises:
        EvidenceError: naming file, line and column of the first cell that cannot be right, or
            the figure and tax year that is missing.
    """
    rows: dict[tuple[str, int, int], TaxRow] = {}
    for cells in read_rows(TABLE, COLUMNS, lines):
        row = _tax_row(cells)
        key = (row.parameter, row.first_year, row.months_in)
        if key in rows:
            raise cells.fault("parameter", "each figure once in a tax year and month")
        rows[key] = row
    _check_complete(rows)
    return tuple(rows.values())


@cache
def shipped_tax_table() -> tuple[TaxRow, ...]:
    """Return the rows of the table that ships with the package, in the order of the file."""
    return read_tax_table()


def _tax_row(cells: Row) -> TaxRow:
    name = cells.text("parameter")
    known = name in IN_FORCE or name in DIRECTOR_NI_PARAMETERS.values() or _BAND.fullmatch(name)
    if not known:
        raise cells.fault("parameter", "a figure of the tax law in `sim.rules.tax_table`")
    try:
        first_year = first_year_of(cells.cells["tax_year"])
    except ValueError:
        raise cells.fault("tax_year", "a tax year such as 2017/18") from None
    if first_year < FIRST_TAX_YEAR:
        raise cells.fault("tax_year", f"{tax_year(FIRST_TAX_YEAR)} or later")
    month = cells.whole("from_month", 1, MONTHS_PER_YEAR)
    if month != TAX_YEAR_FIRST_MONTH and name not in NI_PARAMETERS:
        raise cells.fault("from_month", f"{TAX_YEAR_FIRST_MONTH}: only NI may change midway")
    unit = cells.one_of("unit", LARGEST)
    return TaxRow(
        parameter=name,
        unit=unit,
        first_year=first_year,
        months_in=(month - TAX_YEAR_FIRST_MONTH) % MONTHS_PER_YEAR,
        value=cells.number("value", 0.0, LARGEST[unit]),
        grade=Grade(cells.one_of("grade", tuple(Grade))),
        source=cells.text("source"),
    )


def _check_complete(rows: Mapping[tuple[str, int, int], TaxRow]) -> None:
    if not rows:
        raise EvidenceError(f"{TABLE}: has no rows")
    last = max(first_year for _, first_year, _ in rows)
    units: dict[str, str] = {}
    for row in rows.values():
        if units.setdefault(row.parameter, row.unit) != row.unit:
            raise EvidenceError(f"{TABLE}: {row.parameter} is given in two units")
    for first_year in range(FIRST_TAX_YEAR, last + 1):
        for name, spans in IN_FORCE.items():
            due = any(begins <= first_year <= ends for begins, ends in spans)
            if due != ((name, first_year, 0) in rows):
                state = "is missing" if due else "is not in force and must not be given"
                raise EvidenceError(f"{TABLE}: {name} {state} for {tax_year(first_year)}")
        _check_bands(rows, first_year)


def _check_bands(rows: Mapping[tuple[str, int, int], TaxRow], first_year: int) -> None:
    """Check that pension bands follow each other and that only the highest has no top."""
    bands = 1 + max(n for n in range(1, 10) if (f"lgps_band_{n}_top", first_year, 0) in rows)
    names = [f"lgps_band_{n}_top" for n in range(1, bands)]
    found = [rows.get((name, first_year, 0)) for name in names]
    tops = [row.value for row in found if row is not None]
    rates = [n for n in range(1, 10) if (f"lgps_band_{n}_rate", first_year, 0) in rows]
    whole = len(tops) == bands - 1 and rates == list(range(1, bands + 1))
    if not whole or any(above <= below for below, above in pairwise(tops)):
        raise EvidenceError(
            f"{TABLE}: pension bands of {tax_year(first_year)} must be numbered from 1, rise, "
            "and have a rate each and a top for all but the highest"
        )
