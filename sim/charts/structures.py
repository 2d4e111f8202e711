"""The chart of rival structures: one result taken apart by the structure each run had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.answers.comparison import Spread, spread_of
from sim.charts.style import (
    GRID,
    HEIGHT_INCHES,
    INK,
    LEFT,
    MOST_SERIES,
    RIGHT,
    SERIES_COLOURS,
    SMALL_SIZE,
    WIDTH_INCHES,
    Chart,
    Page,
    head,
    house_style,
    new_page,
)
from sim.domain.headline import PERMANENT_SHARES, SHARES
from sim.domain.posterior import StructureKey
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS, LONDON
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.words import captions as words
from sim.words.tables import shown, spread

DRAWN = "Dots: means; lines: 80 % intervals"
LABEL_INCHES, KEY_INCHES = 3.3, 0.35
HEADS, FEET, GAP = 0.75, 0.4, 0.45
"""Inches above a panel, below it, and between two."""
APART = 0.22
"""Between the dots of two policies in one row."""
MARKERS = ("o", "s", "D")
PER_CENT = 100.0


class Row(NamedTuple):
    """One structure: how many runs had it, and for each series and outcome what they show."""

    structure: StructureKey
    runs: int
    cells: tuple[tuple[Spread, ...], ...]


def structure_name(structure: StructureKey) -> str:
    """Return a structure in words."""
    hiring, trigger = structure
    return f"hiring {HIRING_LABELS[hiring]}, bids on {BIDS_ON[trigger]}"


def by_structure(ensembles: Sequence[Ensemble], unit: str = LONDON) -> list[Row]:
    """Return what runs show under each structure, in the order in which they took turns.

    For one ensemble both shares and unfilled posts at the horizon, shares 0 to 1; for a base and
    its policies the paired differences of the same. Runs that differ in structure from the base's
    are left out.
    """
    base, policies = ensembles[0], ensembles[1:]
    rows = []
    for structure in dict.fromkeys(base.structures):
        mine = [
            np.array([pair == structure for pair in one.structures])
            & np.array([pair == structure for pair in base.structures])
            for one in ensembles
        ]
        shown_here = policies or [base]
        cells = tuple(
            tuple(spread_of(_values(one, base, name, unit)[chosen]) for name in SHARES)
            for one, chosen in zip(shown_here, mine[1:] or mine, strict=True)
        )
        rows.append(Row(structure, int(mine[0].sum()), cells))
    return rows


def _values(one: Ensemble, base: Ensemble, name: str, unit: str) -> FloatArray:
    values = one.of(name, unit)[:, -1]
    return values if one is base else values - base.of(name, unit)[:, -1]


def structures_chart(ensembles: Sequence[Ensemble], unit: str = LONDON) -> Chart:
    """Draw both permanent shares (of policies: their differences) under each rival structure.

    Args:
        ensembles: one result, or a base with up to three policies.
        unit: London or an employer.

    Raises:
        ValueError: too many policies to tell apart.
    """
    named = words.labels(ensembles)[1:] or words.labels(ensembles)
    if len(named) > MOST_SERIES:
        raise ValueError(f"a chart shows 1 to {MOST_SERIES} policies; given {len(named)}")
    rows, is_paired = by_structure(ensembles, unit), len(ensembles) > 1
    title = _title(rows, ensembles, unit)
    with house_style():
        page = new_page(
            title, words.subtitle(ensembles, unit, drawn=DRAWN), words.source(ensembles)
        )
        for axes, place in zip(_panels(page), range(len(PERMANENT_SHARES)), strict=True):
            _draw(axes, rows, place, is_paired, named)
            label = OUTCOME[PERMANENT_SHARES[place]].label
            what = "difference, percentage points" if is_paired else "at the horizon"
            head(axes, f"{label[0].upper()}{label[1:]}", what)
        if len(named) > 1:
            _draw_key(page, named)
    page.figure.alt_text = _alt_text(title, rows, named, ensembles, is_paired)
    return Chart(page.figure, page.figure.alt_text)


def _title(rows: Sequence[Row], ensembles: Sequence[Ensemble], unit: str) -> str:
    one = ensembles[-1]
    is_paired, year = len(ensembles) > 1, one.day(one.months[-1]).year
    middles = [row.cells[-1][0].mean for row in rows]
    ends = [shown(end, "share", signed=is_paired) for end in (min(middles), max(middles))]
    points = " points" if is_paired else ""
    against = f" against {words.quoted(ensembles[0].scenario)}" if is_paired else ""
    what = "changes by" if is_paired else "is"
    between = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    return (
        f"Across {len(rows)} rival structures {words.whose(unit)} permanent share of the workforce "
        f"in {year} {what} {between}{points} under {words.quoted(one.scenario)}{against}"
    )


def _panels(page: Page) -> tuple[Axes, Axes]:
    bottom = page.bottom + (FEET + KEY_INCHES) / HEIGHT_INCHES
    top = page.top - HEADS / HEIGHT_INCHES
    left, gap = LEFT + LABEL_INCHES / WIDTH_INCHES, GAP / WIDTH_INCHES
    wide = (RIGHT - left - gap) / 2
    first = page.figure.add_axes((left, bottom, wide, top - bottom))
    second = page.figure.add_axes((left + wide + gap, bottom, wide, top - bottom), sharex=first)
    second.tick_params(axis="y", labelleft=False)
    return first, second


def _draw(
    axes: Axes, rows: Sequence[Row], place: int, is_paired: bool, named: Sequence[str]
) -> None:
    for at, row in enumerate(rows):
        for series, cells in enumerate(row.cells):
            ends, colour = cells[place], SERIES_COLOURS[series]
            y = at + (series - (len(named) - 1) / 2) * APART
            low, middle, high = (PER_CENT * value for value in (ends.q10, ends.mean, ends.q90))
            axes.plot((low, high), (y, y), color=colour, linewidth=2.4, solid_capstyle="butt")
            axes.plot([middle], [y], marker=MARKERS[series], markersize=8, color=colour)
    labels = [_two_lines(row) for row in rows]
    axes.set_yticks(range(len(rows)), labels, size=SMALL_SIZE)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    if is_paired:
        axes.axvline(0.0, color=INK, linewidth=1.0, zorder=1)
    axes.margins(x=0.08)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(axis="both", length=0)
    axes.tick_params(axis="x", pad=6)
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, is_paired)))


def _two_lines(row: Row) -> str:
    hiring, bids = structure_name(row.structure).split(", ")
    return f"{hiring}\n{bids} ({row.runs} run{'' if row.runs == 1 else 's'})"


def _tick(value: float, is_paired: bool) -> str:
    if is_paired:
        return "0" if abs(value) < 1 / PER_CENT**2 else f"{value:+g}"
    return f"{value:g} %"


def _draw_key(page: Page, named: Sequence[str]) -> None:
    bottom = page.bottom + 0.05 / HEIGHT_INCHES
    axes = page.figure.add_axes((LEFT, bottom, RIGHT - LEFT, KEY_INCHES / HEIGHT_INCHES))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.axis("off")
    for place, name in enumerate(named):
        x = place / len(named)
        axes.plot(
            [x + 0.01], [0.3], marker=MARKERS[place], markersize=8, color=SERIES_COLOURS[place]
        )
        axes.text(x + 0.03, 0.3, name, va="center", size=SMALL_SIZE)


def _alt_text(
    title: str,
    rows: Sequence[Row],
    named: Sequence[str],
    ensembles: Sequence[Ensemble],
    is_paired: bool,
) -> str:
    points = " points" if is_paired else ""
    told = []
    for row in rows:
        for name, cells in zip(named, row.cells, strict=True):
            parts = [
                f"{OUTCOME[outcome].label} {shown(ends.mean, 'share', signed=is_paired)}{points} "
                f"({spread(ends.q10, ends.q90, 'share', signed=is_paired)})"
                for outcome, ends in zip(PERMANENT_SHARES, cells, strict=False)
            ]
            told.append(f"{structure_name(row.structure)}, {name}: {', '.join(parts)}")
    caution = words.caution(ensembles)
    return f"Dot chart in two panels. {title}. {'; '.join(told)}. {caution}"
