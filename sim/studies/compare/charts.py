"""The chart of a split by lever: each lever's part, alone and in the package, in both shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
    TEXT_SIZE,
    WIDTH_INCHES,
    Chart,
    Page,
    head,
    house_style,
    new_page,
    save,
)
from sim.domain.headline import PERMANENT_SHARES
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.studies.compare.method.shapley import Contribution, Game, Split, contribution
from sim.studies.effects.method import WHOLE_PACKAGE
from sim.studies.effects.words import lever_name
from sim.words import captions as words
from sim.words.tables import shown

__all__ = ["save", "split_by_lever_chart"]

PART_COLOUR, INTERACTION_COLOUR, WHOLE_COLOUR = PALETTE[0], PALETTE[5], PALETTE[4]
DRAWN = "Bars: means, so that parts add up; diamonds: each lever alone; lines: 80 % intervals"
LABEL_INCHES = 1.75
HEADS, FEET, GAP = 0.8, 0.5, 0.35
"""Inches above a panel, below it, and between two."""
MARGIN = 0.2
"""Of the reach of the bars, to the right of them, for their numbers."""
POINTS = 100.0
HAIR = 1e-6


class Bar(NamedTuple):
    """One bar: what it is called, its size, and what the lever does alone."""

    label: str
    size: Contribution
    colour: str
    alone: float | None = None


def split_by_lever_chart(split: Split, ensembles: Sequence[Ensemble], unit: str) -> Chart:
    """Draw each lever's Shapley part in both permanent shares, with what interacts.

    Args:
        split: the package taken apart.
        ensembles: base and package.
        unit: London or an employer.
    """
    panels = [_bars(split, split.games[outcome]) for outcome in PERMANENT_SHARES]
    title = _title(split, ensembles, unit)
    subtitle = words.subtitle(ensembles, unit, drawn=DRAWN)
    with house_style():
        page = new_page(title, subtitle, words.source(ensembles))
        low, high = _reach([bar for bars in panels for bar in bars])
        for axes, bars, outcome in zip(_panels(page), panels, PERMANENT_SHARES, strict=True):
            _draw(axes, bars, (low, high))
            label = OUTCOME[outcome].label
            head(axes, f"{label[0].upper()}{label[1:]}", "percentage points, at the horizon")
    spoken = [
        f"{OUTCOME[outcome].label}: {_spoken(bars)}"
        for outcome, bars in zip(PERMANENT_SHARES, panels, strict=True)
    ]
    text = f"Bar chart in two panels. {title}. {'. '.join(spoken)}. {words.caution(ensembles)}"
    page.figure.alt_text = text
    return Chart(page.figure, text)


def _bars(split: Split, game: Game) -> list[Bar]:
    found = [
        Bar(
            lever_name(lever),
            contribution(game.part(lever)),
            PART_COLOUR,
            contribution(game.alone(lever)).mean,
        )
        for lever in split.levers
    ]
    return [
        *found,
        Bar(WHOLE_PACKAGE, contribution(game.whole), WHOLE_COLOUR),
        Bar("interaction", contribution(game.interaction()), INTERACTION_COLOUR),
    ]


def _title(split: Split, ensembles: Sequence[Ensemble], unit: str) -> str:
    """Return the finding: what the package does to each share, and which part is largest."""
    last = ensembles[-1]
    year = last.day(last.months[-1]).year
    told = []
    for outcome, whose in zip(PERMANENT_SHARES, ("the workforce", "posts"), strict=True):
        game = split.games[outcome]
        if not game.runs:
            told.append(f"{whose} has no figure")
            continue
        parts = {lever: contribution(game.part(lever)).mean for lever in split.levers}
        most = max(parts, key=lambda lever: abs(parts[lever]))
        whole = shown(contribution(game.whole).mean, "share", signed=True)
        part = shown(parts[most], "share", signed=True)
        told.append(f"of {whose} {whole} points, the largest part by {lever_name(most)}, {part}")
    return (
        f"{words.whose(unit)} permanent share in {year} under {words.quoted(split.package)} "
        f"against {words.quoted(split.base)}, on average: {'; '.join(told)}"
    )


def _panels(page: Page) -> tuple[Axes, Axes]:
    bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
    left = LEFT + LABEL_INCHES / WIDTH_INCHES
    gap = GAP / WIDTH_INCHES
    wide = (RIGHT - left - gap) / 2
    first = page.figure.add_axes((left, bottom, wide, top - bottom))
    second = page.figure.add_axes((left + wide + gap, bottom, wide, top - bottom))
    second.tick_params(axis="y", labelleft=False)
    return first, second


def _reach(bars: Sequence[Bar]) -> tuple[float, float]:
    ends = [0.0]
    for bar in bars:
        sizes = (bar.size.mean, bar.size.q10, bar.size.q90, bar.alone or 0.0)
        ends += [POINTS * size for size in sizes if size == size]
    low, high = min(ends), max(ends)
    room = MARGIN * max(high - low, 0.1)
    return low - 0.1 * room, high + room


def _draw(axes: Axes, bars: Sequence[Bar], limits: tuple[float, float]) -> None:
    low, high = limits
    for place, bar in enumerate(bars):
        size = POINTS * bar.size.mean
        axes.barh(place, size, height=0.6, color=bar.colour, zorder=3)
        ends = (POINTS * bar.size.q10, POINTS * bar.size.q90)
        for colour, width in (("white", 3.5), (INK, 1.3)):  # seen on dark bars too
            axes.plot(ends, (place, place), color=colour, linewidth=width, zorder=4)
        furthest = max(0.0, size, *ends)
        if bar.alone is not None:
            alone = POINTS * bar.alone
            axes.plot(
                [alone], [place], marker="D", markersize=8, color="white",
                markeredgecolor=INK, markeredgewidth=1.6, zorder=6, linestyle="none",
            )  # fmt: skip
            furthest = max(furthest, alone + 0.015 * (high - low))
        text = shown(bar.size.mean, "share", signed=True)
        axes.text(furthest + 0.02 * (high - low), place, text, va="center", zorder=5)
    labels = [
        "\n".join(bar.label.rsplit(" ", 1)) if len(bar.label) > 12 else bar.label for bar in bars
    ]
    axes.set_yticks(range(len(bars)), labels, size=TEXT_SIZE)
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.set_xlim(low, high)
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=3)
    axes.axhline(len(bars) - 2.5, color=GRID, linewidth=1.2)
    axes.tick_params(axis="both", length=0)
    axes.tick_params(axis="x", labelsize=SMALL_SIZE, pad=6)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))


def _tick(value: float, _: int | None = None) -> str:
    return f"{value:+g}" if abs(value) > HAIR else "0"


def _spoken(bars: Sequence[Bar]) -> str:
    parts = []
    for bar in bars:
        text = f"{bar.label} {shown(bar.size.mean, 'share', signed=True)} points"
        if bar.alone is not None:
            text += f" ({shown(bar.alone, 'share', signed=True)} alone)"
        parts.append(text)
    return "; ".join(parts)
