"""Charts of a sweep: what one number does to both shares, unfilled posts and defectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from sim.answers.comparison import HIGH, LOW
from sim.charts.map import ink_on
from sim.charts.style import (
    HEIGHT_INCHES,
    LEFT,
    PALETTE,
    QUIET,
    RIGHT,
    Chart,
    LineEnd,
    Page,
    head,
    house_style,
    label_line_ends,
    new_page,
    plain_axes,
    save,
)
from sim.domain.headline import POSTS, UNFILLED, WORKFORCE
from sim.domain.vocabulary import TARGET_PERMANENT_SHARE
from sim.studies.sweep.method import DEFECTORS, Axis, Point, steps
from sim.words.captions import per_cent, unit_name

__all__ = ["save", "sweep_chart", "sweep_map"]

SHORT = {WORKFORCE: "of the workforce", POSTS: "of posts", UNFILLED: "unfilled"}
ROOM = 0.14
HEADS, FEET = 0.75, 0.75
"""Inches above a panel for its heading, and below it for its numbers."""


def sweep_chart(
    axis: Axis, found: Sequence[Point], unit: str, label: str, about: str, source: str
) -> Chart:
    """Draw one swept number: shares with their bands, and employers who left the cap.

    Args:
        axis, found: what was swept, and each point in order.
        unit: London or an employer.
        label: what the number is called.
        about: the line below the title.
        source: the line at the foot.
    """
    title = _title(axis, found, unit)
    with house_style():
        page = new_page(title, [about], source)
        bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
        wide = (RIGHT - LEFT) / 2 - ROOM - 0.02
        left = page.figure.add_axes((LEFT + 0.02, bottom, wide, top - bottom))
        right = page.figure.add_axes((RIGHT - ROOM - wide, bottom, wide, top - bottom))
        _lines(left, axis, found, (WORKFORCE, POSTS, UNFILLED), 100.0)
        left.set_ylim(0, 100)
        left.axhline(100 * TARGET_PERMANENT_SHARE, color=QUIET, linewidth=1.6)
        left.set_yticks(range(0, 101, 20), [f"{tick} %" for tick in range(0, 101, 20)])
        _lines(right, axis, found, (DEFECTORS,), 1.0)
        most = max(point.outcomes[DEFECTORS].q90 for point in found)
        right.set_ylim(0, max(most * 1.05, 1.0))
        for axes in (left, right):
            axes.set_xlabel(label)
        _label(left, axis, found, (WORKFORCE, POSTS, UNFILLED), 100.0)
        _label(right, axis, found, (DEFECTORS,), 1.0)
        head(left, "Permanent shares and unfilled posts", "the line across is 90 %")
        head(right, "Employers who left the cap", "by the horizon, of those who had signed")
    return _finished(page, title, axis, found)


def _lines(
    axes: Axes, axis: Axis, found: Sequence[Point], outcomes: Sequence[str], scale: float
) -> None:
    for colour, outcome in zip(PALETTE, outcomes, strict=False):
        spread = [point.outcomes[outcome] for point in found]
        low, middle, high = (
            scale * np.array([getattr(one, name) for one in spread])
            for name in ("q10", "q50", "q90")
        )
        axes.fill_between(axis.values, low, high, color=colour, alpha=0.16, linewidth=0)
        axes.plot(axis.values, middle, color=colour, linewidth=2.4, marker="o", markersize=4.5)
    axes.set_xlim(axis.values[0], axis.values[-1])
    plain_axes(axes)


def _label(
    axes: Axes, axis: Axis, found: Sequence[Point], outcomes: Sequence[str], scale: float
) -> None:
    last = found[-1].outcomes
    ends = [
        LineEnd(
            axis.values[-1],
            scale * last[outcome].mean,
            f"{SHORT[outcome]} {per_cent(last[outcome].mean)}"
            if outcome in SHORT
            else f"{last[outcome].mean:.0f} employers",
            colour,
        )
        for colour, outcome in zip(PALETTE, outcomes, strict=False)
    ]
    label_line_ends(axes, ends, ROOM)


def _title(axis: Axis, found: Sequence[Point], unit: str) -> str:
    """Return the finding: how the shares move, and whether defectors jump."""
    first, last = (found[place].outcomes for place in (0, -1))
    posts = f"{per_cent(first[POSTS].mean)} to {per_cent(last[POSTS].mean)}"
    text = (
        f"{unit_name(unit)}'s permanent share of posts goes from {posts} as {axis.name} goes from "
        f"{axis.values[0]:g} to {axis.values[-1]:g}"
    )
    moved = steps(axis, found)
    if moved.highest <= 0:
        return f"{text}; nobody leaves the cap"
    if not moved.can_tell:
        return f"{text}; boroughs that leave go from {moved.lowest:.0f} to {moved.highest:.0f}"
    if moved.is_jump:
        return f"{text}; in {moved.jumping} of {moved.moving} runs employers leave in one jump"
    return f"{text}; boroughs leave little by little"


def sweep_map(
    axes_swept: tuple[Axis, Axis],
    found: Sequence[Point],
    unit: str,
    labels: tuple[str, str],
    about: str,
    source: str,
) -> Chart:
    """Draw two swept numbers as a heat map of the permanent share of posts."""
    rows, columns = axes_swept
    shares = np.array([point.outcomes[POSTS].mean for point in found])
    grid = shares.reshape(len(rows.values), len(columns.values))
    title = (
        f"{unit_name(unit)}'s permanent share of posts is {per_cent(float(grid.min()))} to "
        f"{per_cent(float(grid.max()))} over the grid; 90 % is reached at "
        f"{int((grid >= TARGET_PERMANENT_SHARE).sum())} of {grid.size} points"
    )
    with house_style():
        page = new_page(title, [about], source)
        bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
        axes = page.figure.add_axes((LEFT + 0.12, bottom, RIGHT - LEFT - 0.14, top - bottom))
        picture = axes.imshow(grid, aspect="auto", origin="lower", cmap="Blues")
        axes.set_xticks(range(len(columns.values)), [f"{value:g}" for value in columns.values])
        axes.set_yticks(range(len(rows.values)), [f"{value:g}" for value in rows.values])
        axes.set_xlabel(labels[1])
        axes.set_ylabel(labels[0])
        for (row, column), share in np.ndenumerate(grid):
            red, green, blue, _ = picture.cmap(picture.norm(share))
            colour = f"#{int(255 * red):02X}{int(255 * green):02X}{int(255 * blue):02X}"
            axes.text(
                column, row, per_cent(float(share)), ha="center", va="center", color=ink_on(colour)
            )
        head(axes, "Permanent share of posts", "means over runs")
    spoken = [f"{_at(point)}: {per_cent(point.outcomes[POSTS].mean)}" for point in found]
    page.figure.alt_text = f"Heat map. {title}. {'; '.join(spoken)}."
    return Chart(page.figure, page.figure.alt_text)


def _at(point: Point) -> str:
    return ", ".join(f"{key.split('.')[-1]} {value:g}" for key, value in point.at.items())


def _finished(page: Page, title: str, axis: Axis, found: Sequence[Point]) -> Chart:
    spoken = [
        f"at {value:g}: of posts {per_cent(point.outcomes[POSTS].mean)}, of the workforce "
        f"{per_cent(point.outcomes[WORKFORCE].mean)}, unfilled "
        f"{per_cent(point.outcomes[UNFILLED].mean)}, left the cap "
        f"{point.outcomes[DEFECTORS].mean:.0f}"
        for value, point in zip(axis.values, found, strict=True)
    ]
    page.figure.alt_text = (
        f"Line chart in two panels over {axis.key}. {title}. Means {'; '.join(spoken)}. Bands "
        f"hold the middle {100 * (HIGH - LOW):.0f} % of runs."
    )
    return Chart(page.figure, page.figure.alt_text)
