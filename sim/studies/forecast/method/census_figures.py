"""What one census says of London and its employers: from the table that ships, or the DfE's file.

The DfE's file is the one it publishes with its statistics, one row a year and authority; London's
own row is a region. What it withholds (`x`, `u` and the like) is unknown here, never a zero.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.domain import evidence
from sim.domain.census import PUBLISHED, Row
from sim.domain.evidence import EvidenceError
from sim.domain.files import MOST_TABLE_BYTES, FileFaultError, content_of
from sim.domain.given import text_of
from sim.domain.headline import POSTS, WORKFORCE
from sim.domain.vocabulary import LONDON

VACANCY_SHARE, VACANCIES = "vacancy_share", "vacancies_fte"
TURNOVER, AGENCY = "turnover_share", "agency_fte"
MEASURES = (WORKFORCE, POSTS, VACANCY_SHARE, VACANCIES, TURNOVER, AGENCY)
"""What is forecast of a census, by name."""
IN_FTE = (VACANCIES, AGENCY)
"""Those in full-time equivalents; the others are shares, 0 to 1."""
LABELS = {
    WORKFORCE: "permanent share of the workforce",
    POSTS: "permanent share of posts",
    VACANCY_SHARE: "vacancies, share of posts",
    VACANCIES: "vacancies, FTE",
    TURNOVER: "turnover of permanent staff in the year",
    AGENCY: "agency staff, FTE",
}
DFE_COLUMNS = {
    "inpost_fte": ("permanent_fte", 1.0),
    "agency_fte": ("agency_fte", 1.0),
    "vacancy_fte": ("vacancies_fte", 1.0),
    "agency_rate_fte": ("agency_share", 0.01),
    "turnover_rate_fte": ("turnover_share", 0.01),
}
"""The DfE's columns, what `census.csv` calls them, and what brings them to its unit."""
YEAR, LEVEL, REGION, NAME = "time_period", "geographic_level", "region_name", "la_name"
OF_LONDON, OF_AN_AUTHORITY = "Regional", "Local authority"
WITHHELD = frozenset({"", "x", "u", "z", "c", "k", "low", ":", "..", "-"})
"""What stands in a cell of the DfE's in place of a figure."""
MOST_FTE, MOST_PER_CENT = 100_000.0, 100.0


@dataclass(frozen=True)
class CensusFigures:
    """The published figures of one census.

    Attributes:
        source: the table's or file's name.
        cells: by unit (employer or London) and measure of `census.csv`; None where withheld.
    """

    year: int
    source: str
    cells: Mapping[tuple[str, str], float | None]

    def of(self, measure: str, unit: str) -> float | None:
        """Return one of `MEASURES` as published, a share 0 to 1 or FTE; None where unknown.

        London's shares are those of its own row.
        """
        known = {name: self.cells[unit, name] for name, _ in DFE_COLUMNS.values()}
        if measure == WORKFORCE:
            agency = known["agency_share"]
            return None if agency is None else 1.0 - agency
        if measure in (POSTS, VACANCY_SHARE):
            permanent, vacancies = known["permanent_fte"], known["vacancies_fte"]
            if permanent is None or vacancies is None or permanent + vacancies <= 0:
                return None
            part = permanent if measure == POSTS else vacancies
            return part / (permanent + vacancies)
        return known[measure]


def shipped_figures(year: int) -> CensusFigures:
    """Return a census of the table that ships; a figure reported in error is unknown.

    Raises:
        EvidenceError: for a year it does not have.
    """
    cells = {}
    for unit in (*evidence.employers(), LONDON):
        for measure, _ in DFE_COLUMNS.values():
            cell = evidence.census_cell(year, unit, measure)
            cells[unit, measure] = cell.value if cell.status == PUBLISHED else None
    return CensusFigures(year, "census.csv", cells)


def read_figures(path: Path, year: int) -> CensusFigures:
    """Return a census from a file as the DfE publishes it.

    Args:
        path: a CSV file; further columns, years and authorities do no harm.
        year: the census wanted.

    Raises:
        EvidenceError: it cannot be read, has another year, lacks a column or a London authority,
            or holds what is no figure; the message says where.
    """
    cells: dict[tuple[str, str], float | None] = {}
    rows = _rows(path)
    years = sorted({row.cells[YEAR].strip() for row in rows})
    if str(year) not in years:
        raise EvidenceError(
            f"{path}, column {YEAR}: found {', '.join(years) or 'nothing'}, allowed: {year}, the "
            "year of the forecast"
        )
    for row in rows:
        unit = _unit(row)
        if row.cells[YEAR].strip() != str(year) or unit is None:
            continue
        for column, (measure, factor) in DFE_COLUMNS.items():
            if (unit, measure) in cells:
                raise row.fault(NAME, f"one row for {unit} in {year}")
            cells[unit, measure] = _figure(row, column, factor)
    for unit in (*evidence.employers(), LONDON):
        if not any(name == unit for name, _ in cells):
            raise EvidenceError(
                f"{path}, column {NAME}: found no row for {unit} in {year}, allowed: one for "
                "London and each of its authorities"
            )
    return CensusFigures(year, str(path), cells)


def _rows(path: Path) -> list[Row]:
    try:
        lines = text_of(content_of(path, MOST_TABLE_BYTES)).splitlines()
        reader = csv.reader(lines, strict=True)
        header = [name.strip() for name in next(reader, [])]
        content = [(reader.line_num, cells) for cells in reader if cells]
    except FileFaultError as fault:
        raise EvidenceError(f"{path}: {fault}") from None
    except (UnicodeDecodeError, csv.Error):
        raise EvidenceError(f"{path}: is not a table of text in UTF-8") from None
    wanted = (YEAR, LEVEL, REGION, NAME, *DFE_COLUMNS)
    twice = [name for name in wanted if header.count(name) > 1]
    if twice:
        raise EvidenceError(f"{path}, line 1: found column {twice[0]} twice; allowed: each once")
    missing = [name for name in wanted if name not in header]
    if missing:
        raise EvidenceError(
            f"{path}, line 1: found no column {', '.join(missing)}; allowed: the DfE's columns, "
            f"{', '.join(wanted)} among them"
        )
    found = []
    for line, cells in content:
        if len(cells) != len(header):
            raise EvidenceError(
                f"{path}, line {line}: found {len(cells)} cells, allowed: {len(header)}, one for "
                "each column"
            )
        found.append(Row(str(path), line, dict(zip(header, cells, strict=True))))
    return found


def _unit(row: Row) -> str | None:
    """Return whose figures a row holds: an employer's, London's, or (None) nobody's here."""
    level, name = row.cells[LEVEL].strip(), row.cells[NAME].strip()
    if level == OF_AN_AUTHORITY and name in evidence.employers():
        return name
    return LONDON if level == OF_LONDON and row.cells[REGION].strip() == LONDON else None


def _figure(row: Row, column: str, factor: float) -> float | None:
    given = row.cells[column].strip()
    if given.casefold() in WITHHELD:
        return None
    plain = Row(row.table, row.line, {column: given.replace(",", "")})
    value = plain.number(column, 0.0, MOST_FTE if factor == 1.0 else MOST_PER_CENT)
    return round(value * factor, 6)
