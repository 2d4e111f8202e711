"""What somebody meant who wrote a number, a date or a text as people do and files do not.

Nothing is ever read so: a message says what to write, and whoever wrote it decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any

CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "´": "'"})
_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_PER_CENT = re.compile(rf"({_NUMBER})\s*(?:%|per ?cent|percent)", re.IGNORECASE)
_MONEY = re.compile(rf"£\s*({_NUMBER})|({_NUMBER})\s*(?:£|GBP|pounds)", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_COMMA = re.compile(r"([+-]?\d+),(\d{1,2})")
_BRITISH_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WORDS = {"yes": "true", "no": "false", "true": "true", "false": "false", "on": "true",
          "off": '"off"'}  # fmt: skip
_HEADING = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
_AT_LINE = re.compile(r"at line (\d+)")


def meant(text: str) -> str | None:
    """Return what to write for a value that is no value of a file, or None if nobody knows."""
    straight = text.translate(CURLY).strip()
    bare = straight.strip("\"'").strip()
    for found in (_number(bare), _day(bare), _WORDS.get(bare.casefold())):
        if found is not None:
            return found
    if straight != text.strip() and bare:
        return f'"{bare}"'
    return None


def _number(bare: str) -> str | None:
    """Return the number that is written in per cent, as money, with commas or in quotes."""
    grouped = bare.replace("£", "").strip()
    if _GROUPED.fullmatch(grouped):
        return grouped.replace(",", "")
    plain = _COMMA.sub(r"\1.\2", bare)
    share = _PER_CENT.fullmatch(plain)
    if share:
        return f"{float(share[1]) / 100:.10g}"
    money = _MONEY.fullmatch(plain)
    if money:
        return money[1] or money[2]
    return plain if re.fullmatch(_NUMBER, plain) else None


def _day(bare: str) -> str | None:
    found = _BRITISH_DAY.fullmatch(bare)
    with suppress(ValueError):
        if found:
            day, month, year = map(int, found.groups())
            return date(year, month, day).isoformat()
        for shape in ("%d %B %Y", "%d %b %Y", "%B %Y"):
            with suppress(ValueError):
                return datetime.strptime(bare, shape).date().isoformat()
    return None


def share_meant(given: Any, bounds: tuple[float, float] | None) -> str | None:
    """Return the share that a number of per cent stands for, where only a share is allowed."""
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or bounds is None or not bounds[0] <= given / 100 <= bounds[1] <= 1.0:
        return None
    return f"{given / 100:.10g} for {given:.10g} %" if 1.0 < given <= 100.0 else None


def remedy(given: Any, bounds: tuple[float, float] | None) -> str:
    """Return how a message goes on that said what is wrong with a value: "; write 0.875"."""
    found = meant(given) if isinstance(given, str) else share_meant(given, bounds)
    if found is None or (isinstance(given, str) and not _fits(found, given, bounds)):
        return ""
    return f"; write {found}"


def _fits(found: str, given: str, bounds: tuple[float, float] | None) -> bool:
    try:
        number = float(found)
    except ValueError:
        return bounds is None
    if bounds is None:
        return found != given.strip()
    return bounds[0] <= number <= bounds[1]


def slip_at(text: str, fault: str) -> str | None:
    """Return what is wrong with the line at which a file stops being one, and what to write.

    Args:
        text: the file's.
        fault: the reader's message, which ends in the line's number.
    """
    place = _AT_LINE.search(fault)
    lines = text.splitlines()
    if place is None or not 0 < int(place[1]) <= len(lines):
        return None
    number = int(place[1])
    key, equals, value = lines[number - 1].partition("=")
    value = value.partition("#")[0].strip()
    if not equals:
        return None
    found = meant(value)
    if found is None and re.fullmatch(r"[A-Za-z][\w &'-]*", value):
        found = f'"{value}"'
    if found is None:
        return None
    return f"line {number}: {_path(key)}: given {value}; write {found}"


def line_of(text: str, key: str) -> int | None:
    """Return the line on which a file says something of a dotted key, or of what it lies in."""
    found: tuple[int, int] | None = None
    for number, path in _said(text):
        if key == path or key.startswith(f"{path}."):
            found = max(found or (0, 0), (len(path), -number))
    return None if found is None else -found[1]


def _said(text: str) -> Iterator[tuple[int, str]]:
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        heading = _HEADING.match(line)
        if heading:
            table = _path(heading[1])
            yield number, table
            continue
        key, equals, _ = line.partition("=")
        if equals and not key.lstrip().startswith("#"):
            yield number, f"{table}.{_path(key)}".removeprefix(".")


def _path(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
