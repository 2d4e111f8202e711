"""Cells of tables that people open with a double click: none of them may act as a formula.

A spreadsheet takes a cell that begins with one of a few signs for a formula; an apostrophe before
it keeps it text. Numbers stay as they are, also negative ones.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

ENCODING = "utf-8-sig"
"""UTF-8 with a mark: without it Excel takes a pound sign for two letters of another alphabet."""
MOST_EXCEL_ROWS = 1_048_576
SIGNS = ("=", "+", "-", "@", "\t", "\r")
QUOTE = "'"
SUMMARY, PANEL = "summary.csv", "panel.csv"


class Csv(StrEnum):
    """Which tables of comma-separated values a folder of results gets.

    The table of differences is always there: it says what was compared with what.
    """

    ALL = "all"
    SUMMARY = "summary"
    NONE = "none"

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of a result that are written."""
        kept = {Csv.ALL: (SUMMARY, PANEL), Csv.SUMMARY: (SUMMARY,), Csv.NONE: ()}
        return kept[self]


def inert(cells: Sequence[str]) -> list[str]:
    """Return the cells of a row as they are written: what would act is quoted."""
    return [f"{QUOTE}{cell}" if _would_act(cell) else cell for cell in cells]


def as_meant(cells: Sequence[str]) -> list[str]:
    """Return the cells of a row that was written: what was quoted is as it was before."""
    return [cell[1:] if cell[:1] == QUOTE and _would_act(cell[1:]) else cell for cell in cells]


def rows_of(lines: Iterable[str]) -> Iterable[list[str]]:
    """Yield the rows of a written table, as they were meant."""
    return map(as_meant, csv.reader(lines))


def header_of(path: Path) -> list[str]:
    """Return the columns of a table on disk."""
    with path.open(encoding=ENCODING, newline="") as stream:
        return list(next(iter(rows_of(stream)), ()))


def rows_in(path: Path) -> int:
    """Return how many rows a table has on disk, its header included."""
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def _would_act(cell: str) -> bool:
    """Return whether a cell is a sign and no number, or was quoted for that: both get a quote."""
    bare = cell.lstrip(QUOTE)
    if not bare.startswith(SIGNS):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False
