"""Councils' own figures as a table of rows, as a spreadsheet keeps it: borough, figure, value.

Comma, semicolon or tab; what other columns say is for people. Empty values say nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from sim.domain.given import is_plain, shortened, shown, text_of
from sim.domain.slips import meant

COLUMNS = ("borough", "figure", "value")
MORE_COLUMNS = ("unit", "range", "meaning")
MARKS = (",", ";", "\t")


class Rows(NamedTuple):
    """What a table says: figures by borough and key, and the line that says each."""

    figures: dict[str, dict[str, Any]]
    lines: dict[str, int]


def text_of_csv(content: bytes) -> str:
    """Return the text of a spreadsheet's bytes: UTF-8, UTF-16, or what Windows takes for plain.

    Raises:
        UnicodeDecodeError: it is none of them.
    """
    try:
        return text_of(content)
    except UnicodeDecodeError:
        text = content.decode("cp1252")
        if not is_plain(text.replace("\r\n", "\n"), lines=True):
            raise
        return text


def rows_of_csv(text: str) -> Rows:
    """Return what a table of own figures says, unchecked but for its form.

    Raises:
        ValueError: it has no such columns, a figure twice, or a value that is no number.
    """
    skipped = 0
    if text.casefold().startswith("sep="):  # a spreadsheet's own first line
        text, skipped = text.partition("\n")[2], 1
    mark = next((one for one in MARKS if one in text.partition("\n")[0]), ",")
    reader = csv.DictReader(io.StringIO(text), delimiter=mark, strict=True)
    try:
        names = [str(name).strip().casefold() for name in reader.fieldnames or ()]
        missing = [name for name in COLUMNS if name not in names]
        if missing:
            raise ValueError(
                f"line 1: no column {' and no '.join(missing)}; allowed: a table of "
                f"{', '.join(COLUMNS)}, as `permanence borough-data template --as csv` writes"
            )
        reader.fieldnames = names
        return _gathered(reader, skipped)
    except csv.Error as fault:
        raise ValueError(f"line {reader.line_num}: is not a table ({fault})") from None


def _gathered(reader: csv.DictReader[str], skipped: int) -> Rows:
    found = Rows({}, {})
    for row in reader:
        line = reader.line_num + skipped
        borough, figure, value = ((row[name] or "").strip() for name in COLUMNS)
        if not value:
            continue
        if not borough or not figure:
            raise ValueError(f"line {line}: given a value without a borough or a figure")
        key = f"{borough}.{figure}"
        if key in found.lines:
            raise ValueError(f"line {line}: {shortened(key)} is given twice")
        found.lines[key] = line
        found.figures.setdefault(borough, {})[figure] = _value(figure, value, line)
    return found


def _value(figure: str, text: str, line: int) -> Any:
    if figure == "as_of":
        return text
    with suppress(ValueError):
        return float(text)
    better = meant(text)
    known = better is not None and "%" not in text  # no figure here is a share
    remedy = f"; write {better}" if known else "; allowed: a number"
    raise ValueError(f"line {line}: {shortened(figure)}: given {shown(text)}{remedy}")


def csv_of(rows: Iterable[tuple[str, ...]]) -> str:
    """Return the text of a table of borough, figure, value, unit, range and meaning."""
    stream = io.StringIO()
    csv.writer(stream).writerows([(*COLUMNS, *MORE_COLUMNS), *rows])
    return stream.getvalue()
