"""The chart of policies' effects under the prior and after the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
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
    wrapped,
)
from sim.domain.headline import SHARES, WORKFORCE
from sim.ensemble.stamp import package_version
from sim.market.outcomes import OUTCOME
from sim.studies.identify.method import (
    POLICIES,
    Effect,
    Identification,
    Spread,
    all_of,
    spread_of,
)
from sim.studies.identify.words import (
    CALLED,
    POLICY_LABELS,
    SHORT,
    interval,
    moved,
    points,
    shortest,
)

COLOURS = {"prior": PALETTE[3], "posterior": PALETTE[0]}
LABEL_INCHES, HEADS, FEET, GAP = 2.0, 0.9, 0.55, 0.3
APART, SCATTER, DOT = 0.21, 0.075, 9.0
POINTS = 100.0
SHOWN_PART = (0.02, 0.98)
"""Of each distribution, so that a stray draw does not press the rest together."""


class Strip(NamedTuple):
    """One distribution: whose, its draws in points, and its spread."""

    source: str
    values: np.ndarray
    spread: Spread


def identification_chart(found: Identification) -> Chart:
    """Draw each policy's effect on both permanent shares and unfilled posts, draw by draw."""
    title = _title(found)
    about = (
        f"Percentage points at the horizon, {found.years} years on. Dots: {found.runs} draws; "
        "lines: medians and 80 % intervals. No census contains the start of either policy: what "
        "the record narrows is how staff come and go."
    )
    source = (
        f"Source: Permanence {package_version()} simulation, seed {found.seed}; "
        f"{len(found.structures)} rival structure{'' if len(found.structures) == 1 else 's'}. "
        "Prior: stated ranges. After the record: fitted to London's censuses of 2017-2021."
    )
    with house_style():
        page = new_page(title, [about], source)
        for axes, outcome in zip(_panels(page), SHARES, strict=True):
            strips = [_strips(one) for one in found.effects if one.outcome == outcome]
            _draw(axes, strips, is_first=outcome == WORKFORCE)
            head(axes, SHORT[outcome].capitalize(), "points; policy less base")
    alt = f"Strip chart in three panels. {title}. {_spoken(found)}"
    page.figure.alt_text = alt
    return Chart(page.figure, alt)


def _title(found: Identification) -> str:
    told = []
    for policy in POLICIES:
        one = next(e for e in found.effects if e.policy == policy)
        before, after = (spread_of(all_of(source)).q50 for source in (one.prior, one.posterior))
        told.append(f"{CALLED[policy]} {shortest(before)} to {shortest(after)}")
    return f"Effect on the permanent share, prior to posterior: {'; '.join(told)} points"


def _strips(one: Effect) -> list[Strip]:
    return [
        Strip(name, POINTS * all_of(values), spread_of(all_of(values)))
        for name, values in (("prior", one.prior), ("posterior", one.posterior))
    ]


def _panels(page: Page) -> list[Axes]:
    bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
    left, gap = LEFT + LABEL_INCHES / WIDTH_INCHES, GAP / WIDTH_INCHES
    wide = (RIGHT - left - 2 * gap) / 3
    return [
        page.figure.add_axes((left + place * (wide + gap), bottom, wide, top - bottom))
        for place in range(3)
    ]


def _draw(axes: Axes, rows: Sequence[Sequence[Strip]], *, is_first: bool) -> None:
    luck = np.random.default_rng(0)
    for place, strips in enumerate(rows):
        for strip, side in zip(strips, (-1, 1), strict=True):
            height, colour = place + side * APART, COLOURS[strip.source]
            scattered = height + SCATTER * luck.uniform(-1.0, 1.0, len(strip.values))
            axes.scatter(strip.values, scattered, s=DOT, color=colour, alpha=0.35, linewidths=0)
            ends = (POINTS * strip.spread.q10, POINTS * strip.spread.q90)
            axes.plot(ends, (height, height), color=INK, linewidth=2.2, zorder=4)
            axes.plot(
                [POINTS * strip.spread.q50], [height], marker="o", markersize=9, color=colour,
                markeredgecolor=INK, markeredgewidth=1.4, zorder=5, linestyle="none",
            )  # fmt: skip
            if is_first and place == len(rows) - 1:
                words = strip.source
                axes.annotate(
                    words, (ends[1], height), xytext=(8, 0), textcoords="offset points",
                    va="center", color=colour, weight="bold", zorder=6,
                )  # fmt: skip
    axes.set_xlim(*_reach([strip for strips in rows for strip in strips]))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    labels = [
        "\n".join(wrapped(POLICY_LABELS[one], LABEL_INCHES - 0.2, TEXT_SIZE)) for one in POLICIES
    ]
    axes.set_yticks(range(len(rows)), labels if is_first else [""] * len(rows), size=TEXT_SIZE)
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=3)
    for between in range(1, len(rows)):
        axes.axhline(between - 0.5, color=GRID, linewidth=1.2)
    axes.tick_params(axis="both", length=0)
    axes.tick_params(axis="x", labelsize=SMALL_SIZE, pad=6)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for edge in ("left", "right", "top", "bottom"):
        axes.spines[edge].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}" if value else "0"))


def _reach(strips: Sequence[Strip]) -> tuple[float, float]:
    ends = [0.0]
    for strip in strips:
        ends += [float(end) for end in np.quantile(strip.values, SHOWN_PART)]
    low, high = min(ends), max(ends)
    room = 0.06 * max(high - low, 0.1)
    return low - room, high + room


def _spoken(found: Identification) -> str:
    parts = []
    for one in found.effects:
        prior, posterior = spread_of(all_of(one.prior)), spread_of(all_of(one.posterior))
        parts.append(
            f"{POLICY_LABELS[one.policy]}, {OUTCOME[one.outcome].label}: prior "
            f"{points(prior.q50)} ({interval(prior)}), after the record {points(posterior.q50)} "
            f"({interval(posterior)})"
        )
    return f"Points, median and 80 % interval. {'; '.join(parts)}. {moved(found, POLICIES[0])}"
