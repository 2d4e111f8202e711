"""Tables for a terminal: aligned, labelled, at most 80 columns, the same numbers as the files."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

WIDTH = 80
UNLIMITED = 10_000
LONGEST_WORD = 16
"""In the first column: a longer one is folded."""
MILLION = 1e6
TIED = "\u00a0"
"""A space at which no line ends."""
UNIT_WORDS = {"£ per hour": " per hour", "£ per year": " per year"}
"""What a row's label says of its unit, where the numbers beside it do not."""


def labelled(label: str, unit: str) -> str:
    """Return an outcome's label with its unit, where the number alone does not show it."""
    return label + UNIT_WORDS.get(unit, "")


def shown(
    value: float | None, unit: str, *, signed: bool = False, size: float | None = None
) -> str:
    """Return a number as a person reads it: shares in per cent, money in millions, £ prices.

    A signed number is a difference: shares in percentage points, and no sign on a zero.

    Args:
        value: the number, or None where there is none.
        unit: of an outcome.
        signed: whether it is a difference.
        size: of the largest number beside it, where several have decimals in common.
    """
    if value is None or not math.isfinite(value):
        return "-"
    scale, digits = _scale(unit, abs(value) if size is None else size)
    if unit.startswith("share"):
        number = _rounded(scale * value, digits, signed)
        return number if signed else f"{number} %"
    if unit.startswith("£"):
        return _pounds(scale * value, digits, signed) + ("m" if scale < 1.0 else "")
    return _rounded(value, digits, signed)


def old_new_gap(old: float, new: float, unit: str) -> tuple[str, str, str]:
    """Return two numbers and their difference as a person reads them: the three add up.

    The difference is that of the numbers as they are written.
    """
    if not (math.isfinite(old) and math.isfinite(new)):
        return shown(old, unit), shown(new, unit), "-"
    size = max(abs(old), abs(new))
    scale, digits = _scale(unit, size)
    ends = [round(value * scale, digits) for value in (old, new)]
    gap = shown((ends[1] - ends[0]) / scale, unit, signed=True, size=size)
    return shown(old, unit, size=size), shown(new, unit, size=size), gap


def _scale(unit: str, size: float) -> tuple[float, int]:
    """Return by what a number of some size is multiplied to be written, and its decimals."""
    if unit == "share":
        return 100.0, 1
    if unit == "share of runs":
        return 100.0, 0
    if unit.startswith("£ per year"):
        return 1.0 / MILLION, 1 if size >= 10 * MILLION else 2
    return 1.0, 2 if unit.startswith("£") else 1


def spread(low: float, high: float, unit: str, *, signed: bool = False) -> str:
    """Return an interval, its unit written once where it can be."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "-"
    if unit == "share" and not signed:
        return f"{100 * low:.1f} to {100 * high:.1f} %"
    return f"{shown(low, unit, signed=signed)} to {shown(high, unit, signed=signed)}"


MOST_TIMES = 9_999


def times(factor: float | None) -> str:
    """Return by how many times a variance is divided: "exact" where nothing of it is left."""
    if factor is None or math.isnan(factor):
        return "-"
    if math.isinf(factor):
        return "exact"
    if factor > MOST_TIMES:
        return f">{MOST_TIMES:,}"
    return f"{factor:.1f}" if factor < 100 else f"{factor:,.0f}"


def _rounded(value: float, digits: int, signed: bool) -> str:
    rounded = round(value, digits)
    if rounded == 0:
        return f"{0:.{digits}f}"
    return f"{rounded:{'+' if signed else ''},.{digits}f}"


def _pounds(value: float, digits: int, signed: bool) -> str:
    number = _rounded(value, digits, signed)
    return f"{number[0]}£{number[1:]}" if number[0] in "+-" else f"£{number}"


def print_table(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, tight: bool = False
) -> None:
    """Print one table to standard output under its title (one or more lines).

    A tight one has less room between columns.
    """
    console = Console(width=WIDTH, highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=tight)
    for place, name in enumerate(header):
        if place == 0:
            words = " ".join([name, *(row[0] for row in rows)]).split()
            longest = min(max(map(len, words), default=0), LONGEST_WORD)
            table.add_column(name, overflow="fold", min_width=longest)
        else:
            table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(row[0].replace(" %", f"{TIED}%"), *row[1:])
    unlimited = console.options.update(max_width=UNLIMITED)
    needed = Measurement.get(console, unlimited, table).minimum
    if needed > WIDTH:  # a line that is too long is better than a number cut short
        console = Console(width=needed, highlight=False)
    with console.capture() as capture:
        console.print(table)
    for line in title.splitlines():
        for part in textwrap.wrap(line, WIDTH):
            typer.secho(part, bold=True)
    for line in capture.get().replace(TIED, " ").rstrip().splitlines():
        typer.echo(line.rstrip())


def print_notes(notes: Sequence[str]) -> None:
    """Print what a reader must know beside a table, wrapped, below an empty line."""
    if notes:
        typer.echo()
    for note in notes:
        typer.echo("\n".join(wrapped(note, hanging="  ")))


def wrapped(text: str, indent: str = "", hanging: str = "") -> list[str]:
    """Return text as lines of at most 80 columns."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_on_hyphens=False,
    )
