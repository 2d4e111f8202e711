"""London's boroughs and what the DfE census published about them, read and checked.

This is the record as published: a missing figure stays missing and a faulty one is flagged;
`sim.domain.opening_state` fills the gaps. Reach this through `sim.domain.evidence`.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from sim.domain.borough_names import place_meant
from sim.domain.files import content_of
from sim.domain.given import shown, text_of
from sim.domain.vocabulary import LONDON

NUMBER_OF_PLACES = 33
NUMBER_OF_EMPLOYERS = 32
JOINT_EMPLOYER, JOINT_NAME = "Kingston upon Thames / Richmond upon Thames", "Kingston and Richmond"
UNSCORED_EMPLOYER = "City of London"
"""Modelled and counted, but too small (about ten posts) to be scored on its own."""

BOROUGH_COLUMNS = (
    "place",
    "gss_code",
    "employer",
    "inner_outer",
    "tile_column",
    "tile_row",
    "tile_label",
    "adjoining",
    "source",
)
CENSUS_COLUMNS = ("year", "unit", "measure", "value", "status", "source")

PUBLISHED = "published"
SUPPRESSED = "suppressed"
UNRELIABLE = "unreliable"
FAULT = "fault"
STATUSES = (PUBLISHED, SUPPRESSED, UNRELIABLE, FAULT)

ADDITIVE_MEASURES = (
    "permanent_fte",
    "agency_fte",
    "agency_cover_fte",
    "vacancies_fte",
    "starters_fte",
    "leavers_fte",
    "case_holders_fte",
    "cases",
)
MEASURES: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(ADDITIVE_MEASURES, (0.0, 100_000.0)),
    **dict.fromkeys(("turnover_share", "agency_share", "vacancy_share"), (0.0, 1.0)),
    "caseload_per_case_holder": (0.0, 60.0),
}
"""Every census measure and the range outside which a figure is refused."""

RECONCILIATION_TOLERANCE = 0.5
"""FTE (or cases) by which the employers may differ from London's row: both are rounded to .1."""


class EvidenceError(ValueError):
    """A table cannot be used, or has no such figure; the message says where and what is allowed."""


@dataclass(frozen=True)
class Row:
    """One line of a table, which can say where a fault in it lies."""

    table: str
    line: int
    cells: Mapping[str, str]

    def fault(self, column: str, allowed: str) -> EvidenceError:
        """Return the error for one cell, naming file, line, column, what is there and allowed."""
        found = self.cells[column]
        return EvidenceError(
            f"{self.table}, line {self.line}, column {column}: found {shown(found)}, "
            f"allowed: {allowed}"
        )

    def text(self, column: str) -> str:
        """Return a cell that must not be empty."""
        value = self.cells[column].strip()
        if not value:
            raise self.fault(column, "any text, not an empty cell")
        return value

    def one_of(self, column: str, allowed: Collection[str]) -> str:
        """Return a cell that must be one of a few words."""
        if self.cells[column] not in allowed:
            raise self.fault(column, ", ".join(allowed))
        return self.cells[column]

    def number(self, column: str, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        try:
            value = float(self.cells[column])
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise self.fault(column, f"a number from {low:g} to {high:g}")
        return value

    def whole(self, column: str, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        value = self.number(column, low, high)
        if not value.is_integer():
            raise self.fault(column, f"a whole number from {low} to {high}")
        return int(value)


def read_rows(
    table: str, columns: Sequence[str], lines: Path | Iterable[str] | None = None
) -> list[Row]:
    """Return the rows of a table of the package, or of `lines` (text or a file) read in its place.

    Raises:
        EvidenceError: if the header is not `columns`, a row has more or fewer cells, or a
            source is missing.
    """
    if lines is None or isinstance(lines, Path):
        file = lines or resources.files("sim.data").joinpath(table)
        content = content_of(file) if isinstance(file, Path) else file.read_bytes()
        lines = text_of(content).splitlines()
    reader = csv.reader(lines)
    header = next(reader, [])
    if header != list(columns):
        raise EvidenceError(
            f"{table}, line 1: found columns {', '.join(header)}; allowed: {', '.join(columns)}"
        )
    rows = []
    for cells in reader:
        if len(cells) != len(columns):
            raise EvidenceError(
                f"{table}, line {reader.line_num}: found {len(cells)} cells, "
                f"allowed: {len(columns)}, one for each column"
            )
        row = Row(table, reader.line_num, dict(zip(columns, cells, strict=True)))
        row.text("source")
        rows.append(row)
    return rows


@dataclass(frozen=True)
class Place:
    """One of London's 33 local authority areas, with its tile on the map.

    `employer` is the census unit that employs its social workers; Kingston and Richmond share
    one. Tiles count from 0 at the top left. `adjoining` lists the places that share a boundary,
    the Thames included.
    """

    name: str
    gss_code: str
    employer: str
    inner_outer: str
    tile_column: int
    tile_row: int
    tile_label: str
    adjoining: tuple[str, ...]


def parse_places(rows: Iterable[Row]) -> tuple[Place, ...]:
    """Return the places of `boroughs.csv`, checked against one another.

    Raises:
        EvidenceError: if a figure is out of range, a place, code, tile or label occurs twice, a
            neighbour is unknown or does not name the place back, or the counts are not 33 and 32.
    """
    rows = list(rows)
    by_name: dict[str, Place] = {}
    seen: set[tuple[str, object]] = set()
    for row in rows:
        place = _place(row)
        for column, value in (
            ("place", place.name),
            ("gss_code", place.gss_code),
            ("tile_label", place.tile_label),
            ("tile_column", (place.tile_column, place.tile_row)),
        ):
            if (column, value) in seen:
                raise row.fault(column, "a value, or tile, that no earlier row has")
            seen.add((column, value))
        by_name[place.name] = place
    for row, place in zip(rows, by_name.values(), strict=True):
        for neighbour in place.adjoining:
            if neighbour not in by_name or neighbour == place.name:
                raise row.fault("adjoining", "names of other places, separated by semicolons")
            if place.name not in by_name[neighbour].adjoining:
                raise row.fault("adjoining", f"mutual neighbours; {neighbour} lacks {place.name}")
    counts = (len(by_name), len({place.employer for place in by_name.values()}))
    if counts != (NUMBER_OF_PLACES, NUMBER_OF_EMPLOYERS):
        raise EvidenceError(
            f"boroughs.csv, columns place and employer: found {counts[0]} places and {counts[1]} "
            f"employers, allowed: {NUMBER_OF_PLACES} and {NUMBER_OF_EMPLOYERS}"
        )
    return tuple(by_name.values())


def _place(row: Row) -> Place:
    code, label = row.text("gss_code"), row.text("tile_label")
    if not (len(code) == 9 and code.startswith("E09") and code[3:].isdigit()):
        raise row.fault("gss_code", "E09 and six digits")
    if not (len(label) == 3 and label.isalpha() and label.isupper()):
        raise row.fault("tile_label", "three capital letters")
    return Place(
        name=row.text("place"),
        gss_code=code,
        employer=row.text("employer"),
        inner_outer=row.one_of("inner_outer", ("inner", "outer")),
        tile_column=row.whole("tile_column", 0, 7),
        tile_row=row.whole("tile_row", 0, 6),
        tile_label=label,
        adjoining=tuple(row.text("adjoining").split(";")),
    )


@cache
def places() -> tuple[Place, ...]:
    """Return London's 33 places in the order of their codes: the City first, then A to Z."""
    return parse_places(read_rows("boroughs.csv", BOROUGH_COLUMNS))


@cache
def employers() -> tuple[str, ...]:
    """Return the 32 employers of the census in a fixed order, that of their first place."""
    return tuple(dict.fromkeys(place.employer for place in places()))


@cache
def scored_employers() -> tuple[str, ...]:
    """Return the 31 employers that are scored: all but the City of London."""
    return tuple(name for name in employers() if name != UNSCORED_EMPLOYER)


def spoken(employer: str) -> str:
    """Return an employer's name as people say it."""
    return JOINT_NAME if employer == JOINT_EMPLOYER else employer


@cache
def employer_of(name: str) -> str:
    """Return the employer meant by a place's or an employer's name, or by a place's code.

    Official and usual short names are known (see `borough_names`), in any case and spacing.

    Raises:
        UnknownBorough: if there is none, with the nearest name.
    """
    place = place_meant(name, {place.gss_code: place.name for place in places()})
    return {place.name: place.employer for place in places()}[place]


@dataclass(frozen=True)
class CensusCell:
    """One census figure: its value (None if withheld) and its status, one of `STATUSES`.

    FTE and cases are counts, shares run from 0 to 1. A `fault` keeps the published value,
    which is not to be believed.
    """

    value: float | None
    status: str


CensusTable = Mapping[tuple[int, str, str], CensusCell]
"""Census cells by year, unit (an employer or London) and measure."""


def parse_census(rows: Iterable[Row], known_employers: Sequence[str]) -> CensusTable:
    """Return every cell of `census.csv`, checked.

    Raises:
        EvidenceError: for an unknown unit, measure or status, a figure out of range, a cell that
            is there twice or missing, a value where it was withheld (or none where published),
            or employers that do not add up to London's own row.
    """
    units = (*known_employers, LONDON)
    cells: dict[tuple[int, str, str], CensusCell] = {}
    for row in rows:
        unit, measure = row.one_of("unit", units), row.one_of("measure", MEASURES)
        key = (row.whole("year", 2000, 2100), unit, measure)
        if key in cells:
            raise row.fault("measure", "one row for each year, unit and measure")
        status = row.one_of("status", STATUSES)
        if status in (PUBLISHED, FAULT):
            cells[key] = CensusCell(row.number("value", *MEASURES[measure]), status)
        elif row.cells["value"]:
            raise row.fault("value", f"an empty cell where the figure is {status}")
        else:
            cells[key] = CensusCell(None, status)
    _check_complete(cells, units)
    _check_adds_up(cells, known_employers)
    return cells


def _check_complete(cells: CensusTable, units: Sequence[str]) -> None:
    years = {year for year, _, _ in cells}
    if not years or years != set(range(min(years), max(years) + 1)):
        raise EvidenceError(f"census.csv, column year: found {sorted(years)}, allowed: no gaps")
    for year in sorted(years):
        for unit in units:
            for measure in MEASURES:
                if (year, unit, measure) not in cells:
                    raise EvidenceError(
                        f"census.csv, column measure: found no row for {unit}, {measure}, {year}; "
                        "allowed: a row for every year, unit and measure"
                    )


def _check_adds_up(cells: CensusTable, known_employers: Sequence[str]) -> None:
    """Check London's row against the employers wherever none of them is withheld."""
    for year in sorted({year for year, _, _ in cells}):
        for measure in ADDITIVE_MEASURES:
            parts = [cells[year, name, measure].value for name in known_employers]
            published = [part for part in parts if part is not None]
            london = cells[year, LONDON, measure].value
            if london is None or len(published) < len(parts):
                continue
            if abs(sum(published) - london) > RECONCILIATION_TOLERANCE:
                raise EvidenceError(
                    f"census.csv, column value: found {measure} {year} adding up to "
                    f"{sum(published):.1f}, allowed: London's {london:.1f}, give or take "
                    f"{RECONCILIATION_TOLERANCE}"
                )


@cache
def _census() -> CensusTable:
    return parse_census(read_rows("census.csv", CENSUS_COLUMNS), employers())


@cache
def census_years() -> tuple[int, ...]:
    """Return the census years, each the state on 30 September, earliest first."""
    return tuple(sorted({year for year, _, _ in _census()}))


def latest_census_year() -> int:
    """Return the latest census year."""
    return census_years()[-1]


def require_census_year(year: int) -> None:
    """Refuse a year without a census.

    Raises:
        EvidenceError: naming the years there are.
    """
    if year not in census_years():
        years = ", ".join(str(known) for known in census_years())
        raise EvidenceError(f"census.csv, column year: found no {year}, allowed: {years}")


def census_cell(year: int, unit: str, measure: str) -> CensusCell:
    """Return one published figure; `unit` is London, an employer or a place of that employer.

    Raises:
        EvidenceError: for a year or measure that the table does not have.
        UnknownBorough: for a unit that is neither London nor a borough.
    """
    require_census_year(year)
    if measure not in MEASURES:
        raise EvidenceError(
            f"census.csv, column measure: found no {measure!r}, allowed: {', '.join(MEASURES)}"
        )
    unit = LONDON if unit.casefold() == LONDON.casefold() else employer_of(unit)
    return _census()[year, unit, measure]


def london_figure(year: int, measure: str) -> float:
    """Return a figure of London's own published row.

    Raises:
        EvidenceError: if the figure was withheld or there is no such year or measure.
    """
    cell = census_cell(year, LONDON, measure)
    if cell.value is None:
        raise EvidenceError(f"census.csv, column value: London's {measure} {year} is {cell.status}")
    return cell.value


def london_published_permanent_share(year: int) -> float:
    """Return 1 less London's published agency share: what London is scored against.

    The DfE computes it without authorities whose agency count is unreliable (Sutton in 2023).
    """
    return round(1.0 - london_figure(year, "agency_share"), 6)
