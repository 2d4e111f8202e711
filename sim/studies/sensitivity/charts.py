"""The tornado: where each factor's ends take an outcome, beside its share of the variance."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.charts.style import (
    GRID,
    HEIGHT_INCHES,
    INK,
    LEFT,
    PALETTE,
    RIGHT,
    SMALL_SIZE,
    WIDTH_INCHES,
    Chart,
    Page,
    head,
    house_style,
    new_page,
    wrapped,
)
from sim.ensemble.stamp import package_version
from sim.market.outcomes import OUTCOME
from sim.studies.sensitivity.words import Driven, Told, per_cent_of, what
from sim.words.tables import shown

LOW_COLOUR, HIGH_COLOUR, DOT_COLOUR = PALETTE[1], PALETTE[0], PALETTE[2]
LABEL_INCHES, GAP_INCHES, HEADS, FEET = 3.6, 0.5, 0.75, 0.4
WIDE = 0.62
"""Of the two panels' room, for the tornado."""


def tornado(one: Driven, told: Told) -> Chart:
    """Draw one outcome's factors, the strongest on top.

    Left, the outcome's mean where a factor is lowest and where it is highest; right, its share of
    the variance with the interval of its estimate.
    """
    title = _title(one, told)
    subtitle = [
        f"Scenario{'s' if told.is_difference else ''} "
        f"{' and '.join(s.name.replace('_', ' ') for s in told.scenarios)}; {told.unit_name}, "
        f"30 September {told.year}. Borough twin without luck; each factor moved by itself.",
        "What drives an answer is not what the data say about it: wide bars show what nobody "
        "knows.",
    ]
    source = f"Source: Permanence {package_version()} simulation; indices by SALib."
    with house_style():
        page = new_page(title, subtitle, source)
        left, right = _panels(page)
        unit = OUTCOME[one.outcome].unit
        _bars(left, one, lambda value: shown(value, unit, signed=told.is_difference))
        _dots(right, one)
        _label(left, one, told)
        head(left, "Mean outcome at each end", "green: lowest fifth of the factor; blue: highest")
        head(right, "Share of the variance", "with interactions; 95 % intervals")
    words = "; ".join(_spoken(one, told))
    page.figure.alt_text = f"Tornado chart in two panels. {title}. {words}. {' '.join(subtitle)}"
    return Chart(page.figure, page.figure.alt_text)


def _title(one: Driven, told: Told) -> str:
    text = what(one.outcome, told)
    first = one.indices[0]
    return (
        f"{text[0].upper()}{text[1:]}: {per_cent_of(first.total)} of the variance goes with "
        f"{told.labels[first.factor]}"
    )


def _spoken(one: Driven, told: Told) -> list[str]:
    unit = OUTCOME[one.outcome].unit
    return [
        f"{told.labels[row.factor]}: {shown(row.low, unit, signed=told.is_difference)} to "
        f"{shown(row.high, unit, signed=told.is_difference)}, {per_cent_of(row.total)} of variance"
        for row in one.indices
    ]


def _panels(page: Page) -> tuple[Axes, Axes]:
    bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
    start, gap = LEFT + LABEL_INCHES / WIDTH_INCHES, GAP_INCHES / WIDTH_INCHES
    room = RIGHT - start - gap
    left = page.figure.add_axes((start, bottom, WIDE * room, top - bottom))
    right = page.figure.add_axes(
        (start + WIDE * room + gap, bottom, (1 - WIDE) * room, top - bottom)
    )
    return left, right


def _bars(axes: Axes, one: Driven, write: Callable[[float], str]) -> None:
    for place, row in enumerate(one.indices):
        for end, colour in ((row.low, LOW_COLOUR), (row.high, HIGH_COLOUR)):
            axes.barh(place, end - one.middle, left=one.middle, height=0.6, color=colour, zorder=3)
    axes.axvline(one.middle, color=INK, linewidth=1.0, zorder=4)
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))


def _dots(axes: Axes, one: Driven) -> None:
    for place, row in enumerate(one.indices):
        ends = (max(row.total - row.total_half, 0.0), row.total + row.total_half)
        axes.plot([100 * end for end in ends], (place, place), color=DOT_COLOUR, linewidth=2.2)
        axes.plot([100 * max(row.total, 0.0)], [place], "o", color=DOT_COLOUR, markersize=8)
    axes.set_xlim(left=0)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))


def _label(axes: Axes, one: Driven, told: Told) -> None:
    labels = [
        "\n".join(wrapped(told.labels[row.factor], LABEL_INCHES - 0.2, SMALL_SIZE))
        for row in one.indices
    ]
    axes.set_yticks(range(len(labels)), labels, size=SMALL_SIZE)
    for each in axes.figure.axes:
        each.set_ylim(len(labels) - 0.5, -0.5)
        each.tick_params(axis="both", length=0)
        each.tick_params(axis="x", labelsize=SMALL_SIZE, pad=6)
        each.grid(axis="x", color=GRID, linewidth=0.8)
        each.set_axisbelow(True)
        for side in ("left", "right", "top", "bottom"):
            each.spines[side].set_visible(False)
