"""What a user gives as text, read so that any fault can be told in one sentence.

A byte order mark, as editors and spreadsheets put at the head of a file, is read over.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from sim.domain.slips import slip_at

MOST_SHOWN = 80
"""Characters of what was given that a message repeats."""
MOST_LEVELS = 16
"""Tables and lists within one another; a scenario has five."""
WHOLE_NUMBERS = range(-(2**63), 2**63)
"""The whole numbers of TOML."""
A_WHOLE_NUMBER = "a whole number of at most 18 digits"
DAY = "a date such as 2026-04-01"
DAYS = range(1990, 2101)
"""The years of a day."""
A_DAY_IN_RANGE = "a date from 1990-01-01 to 2100-12-31"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MANY_DIGITS = re.compile(r"(?<![\w.'\"])[+-]?\d[\d_]{300,}")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def text_of(content: bytes) -> str:
    """Return the text of a file's bytes: UTF-8, or UTF-16 where a byte order mark says so.

    Raises:
        UnicodeDecodeError: it is neither.
    """
    return content.decode("utf-16" if content.startswith(_WIDE_MARKS) else "utf-8-sig")


def toml_of(text: str) -> dict[str, Any]:
    """Return the table that a text in TOML says.

    Raises:
        ValueError: it is no TOML (with its line, and what to write where that is known), nested
            too deeply, or has a whole number too long to be one.
    """
    try:
        table = tomllib.loads(text.replace("\r\n", "\n").replace("\r", "\n"))
    except tomllib.TOMLDecodeError as fault:
        slip = slip_at(text, str(fault))
        raise ValueError(slip or f"is not valid TOML: {fault}") from None
    except RecursionError:
        raise ValueError(f"nested too deeply; allowed: {MOST_LEVELS} levels") from None
    except ValueError:
        raise ValueError(_too_long(text)) from None  # more digits than Python reads
    refuse_odd(table)
    return table


def refuse_odd(table: Mapping[str, Any]) -> None:
    """Refuse what no check further on could tell in words: depth, and numbers beyond all bounds.

    Raises:
        ValueError: naming the key, what was given and what is allowed.
    """
    waiting: list[tuple[str, int, Any]] = [("", 0, table)]
    while waiting:
        key, level, value = waiting.pop()
        if level > MOST_LEVELS:
            raise ValueError(f"{shortened(key)}: nested too deeply; allowed: {MOST_LEVELS} levels")
        if isinstance(value, Mapping):
            before = f"{key}." if key else ""
            waiting += [(f"{before}{name}", level + 1, inner) for name, inner in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [(key, level + 1, inner) for inner in value]
        elif isinstance(value, int) and value not in WHOLE_NUMBERS:
            raise ValueError(f"{shortened(key)}: given {shown(value)}; allowed: {A_WHOLE_NUMBER}")


def _too_long(text: str) -> str:
    """Return a sentence on the first number of too many digits."""
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"\s*\[+([^\[\]]+)\]", line)
        table = f"{heading[1].strip()}." if heading else table
        found = _MANY_DIGITS.search(line)
        if found:
            key, equals, _ = line[: found.start()].partition("=")
            place = f"{table}{key.strip()}" if equals else f"line {number}"
            return f"{shortened(place)}: given {shortened(found[0])}; allowed: {A_WHOLE_NUMBER}"
    return f"a number is too long; allowed: {A_WHOLE_NUMBER}"


def is_plain(text: str, *, lines: bool = False) -> bool:
    """Return whether text can be written anywhere: no sign that controls a screen, all in UTF-8.

    Args:
        text: what was given.
        lines: whether it may have several lines.
    """
    odd = (unicodedata.category(sign) in ("Cc", "Cs", "Co") for sign in text)
    allowed = ("\n", "\t") if lines else ()
    return not any(is_odd and sign not in allowed for is_odd, sign in zip(odd, text, strict=True))


def shown(value: Any) -> str:
    """Return what was given as a message repeats it: as one would write it, and not all of it."""
    if isinstance(value, date):
        return str(value)
    if type(value) is int and value.bit_length() > MOST_SHOWN * 3:
        size = value.bit_length()
        return f"a whole number of about {round(size * 0.30103):,} digits"
    return shortened(repr(value))


def shortened(text: str) -> str:
    """Return a text's head and tail where it is long."""
    if len(text) <= MOST_SHOWN:
        return text
    half = MOST_SHOWN // 2 - 8
    return f"{text[:half]}...{text[-half:]} ({len(text):,} characters)"


def day_of(given: Any) -> date:
    """Return a day: a date, or text that is one, such as 2026-04-01.

    Raises:
        ValueError: it is none, such as a number or a day with a time.
    """
    found = None
    if isinstance(given, date) and not isinstance(given, datetime):
        found = given
    if isinstance(given, str) and _DAY.fullmatch(given.strip()):
        with suppress(ValueError):
            found = date.fromisoformat(given.strip())
    if found is None:
        raise ValueError(DAY)
    if found.year not in DAYS:
        raise ValueError(A_DAY_IN_RANGE)
    return found


def _day_or_none(given: Any) -> date | None:
    try:
        return None if given is None else day_of(given)
    except ValueError as fault:
        if str(fault) == DAY:
            raise PydanticCustomError("date_type", DAY) from None
        raise PydanticCustomError("day_range", A_DAY_IN_RANGE) from None


Day = Annotated[date | None, BeforeValidator(_day_or_none)]
"""A day, or none; pydantic alone would take a number for seconds since 1970."""


def counted(number: float, thing: str) -> str:
    """Return a number of things: "1 month", "24 months"."""
    whole = isinstance(number, int)
    return f"{number if whole else format(number, 'g')} {thing}{'' if number == 1 else 's'}"
