"""Workbooks for a spreadsheet: numbers as numbers with their formats, text that cannot act.

A text never becomes a formula, also where somebody edits its cell; the same tables give the same
bytes.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from sim.answers.cells import SIGNS
from sim.ensemble.files import write_atomically

ENDING = ".xlsx"
LONGEST_NAME = 31
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
MOST_ROWS = 1_048_576
WIDEST = 46
MADE = datetime(2000, 1, 1)
"""What every file says of its making, so that the same tables give the same bytes."""
FORMATS = (
    ("share", "0.0%"),
    ("£ per hour", "£#,##0.00"),
    ("£", "£#,##0"),
    ("FTE", "#,##0.0"),
)
"""How a number is shown, by how its unit begins; the number itself keeps all its decimals."""
PLAIN = "#,##0.####"
WHOLE = "0"

Value = str | float | bool | date | None


class Sheet(NamedTuple):
    """One sheet.

    Attributes:
        name: of its tab.
        title: lines above its table.
        columns: names; none where the sheet is text.
        rows: cells; None and what is not finite are empty.
        unit_at: the column that says the unit of a row's numbers, if there is one.
    """

    name: str
    title: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    unit_at: int | None = None


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write sheets as one workbook, whole or not at all; return the file."""
    from xlsxwriter import Workbook  # slow to load

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(stream, options) as book:
        book.set_properties({"title": "Permanence", "created": MADE})
        writer = _Writer(book)
        for name, sheet in zip(_names(sheets), sheets, strict=True):
            writer.write(name, sheet)

    def write(to: IO[bytes]) -> None:
        to.write(stream.getvalue())

    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, write)
    return path


def _names(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield names that a tab can have, none twice."""
    taken: set[str] = set()
    for sheet in sheets:
        stem = NOT_IN_NAMES.sub(" ", sheet.name).strip()[:LONGEST_NAME] or "Sheet"
        name, count = stem, 2
        while name.casefold() in taken:
            name = f"{stem[: LONGEST_NAME - 4]} ({count})"
            count += 1
        taken.add(name.casefold())
        yield name


class _Writer:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._known: dict[str, Any] = {}

    def write(self, name: str, sheet: Sheet) -> None:
        """Write one sheet: title, header, rows; the header stays in sight."""
        tab = self._book.add_worksheet(name)
        for line, text in enumerate(sheet.title):
            self._text(tab, line, 0, text, "bold" if line == 0 else "")
        start = len(sheet.title) + bool(sheet.title)
        for place, column in enumerate(sheet.columns):
            self._text(tab, start, place, column, "bold")
        first = start + bool(sheet.columns)
        for line, row in enumerate(sheet.rows[: MOST_ROWS - first], start=first):
            at = sheet.unit_at
            unit = str(row[at]) if at is not None else ""
            for place, value in enumerate(row):
                self._cell(tab, line, place, value, unit)
        if sheet.columns:
            tab.freeze_panes(first, 1)
            for place, wide in enumerate(_widths(sheet)):
                tab.set_column(place, place, wide)
        else:
            tab.set_column(0, 0, 100)

    def _cell(self, tab: Any, line: int, place: int, value: Value, unit: str) -> None:
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return
        if isinstance(value, bool):
            tab.write_boolean(line, place, value)
        elif isinstance(value, date):
            tab.write_datetime(line, place, value, self._format("yyyy-mm-dd"))
        elif isinstance(value, str):
            self._text(tab, line, place, value)
        else:
            shape = WHOLE if isinstance(value, int) and not unit else format_of(unit)
            tab.write_number(line, place, value, self._format(shape))

    def _text(self, tab: Any, line: int, place: int, text: str, look: str = "") -> None:
        acts = text.startswith(SIGNS)
        tab.write_string(line, place, text, self._format(f"{look}{'quoted' if acts else ''}"))

    def _format(self, shape: str) -> Any:
        if shape not in self._known:
            known = {
                "": {},
                "bold": {"bold": True},
                "quoted": {"quote_prefix": True},
                "boldquoted": {"bold": True, "quote_prefix": True},
            }
            self._known[shape] = self._book.add_format(known.get(shape, {"num_format": shape}))
        return self._known[shape]


def format_of(unit: str) -> str:
    """Return how a number of a unit is shown."""
    return next((shape for start, shape in FORMATS if unit.startswith(start)), PLAIN)


def _widths(sheet: Sheet) -> list[int]:
    widths = [len(name) + 2 for name in sheet.columns]
    for row in sheet.rows[:200]:
        for place, value in enumerate(row):
            wide = len(value) if isinstance(value, str) else 12
            widths[place] = max(widths[place], wide + 1)
    return [min(wide, WIDEST) for wide in widths]
