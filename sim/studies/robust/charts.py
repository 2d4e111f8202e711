"""Charts of robustness: who meets the target and what each regrets; where a policy fails."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
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
    plain_axes,
    wrapped,
)
from sim.domain.randomness import FloatArray
from sim.ensemble.stamp import package_version
from sim.studies.robust.method.discovery import Discovered
from sim.studies.robust.method.judged import Judged
from sim.studies.robust.method.prim import Cases, Restriction
from sim.studies.robust.words.sentences import of_ten, when_it_fails
from sim.studies.robust.words.told import (
    Told,
    aim,
    category,
    column_name,
    value_words,
)
from sim.words.captions import called, quoted, whole_per_cent

LABEL_INCHES, GAP_INCHES, HEADS, FEET = 3.4, 0.9, 0.85, 0.75
MET, MISSED = PALETTE[0], PALETTE[3]
NOT_A_CHANCE = "A share of these futures is not a chance: what a policy does here is assumed."
MOST_DOTS = 600
"""Drawn of the futures, the first so many: more would hide one another."""
JITTER = 0.3


def _source() -> str:
    return f"Source: Permanence {package_version()} simulation."


# Who meets the target, and what each regrets


def robust_chart(told: Told) -> Chart:
    """Draw, policy by policy, the share of futures that meet the target, and the regret."""
    order = sorted(
        zip(told.planned, told.judged, strict=True), key=lambda pair: (-pair[1].met, pair[1].name)
    )
    names = [called(plan) for plan, _ in order]
    rows = [one for _, one in order]
    title = (
        f"{quoted(order[0][0])} meets the target in {whole_per_cent(rows[0].met)} of "
        f"{told.futures:,} futures"
    )
    if len(rows) > 1:
        title += f", {quoted(order[-1][0])} in {whole_per_cent(rows[-1].met)}"
    subtitle = [f"Target: {aim(told)}. The same futures for all, by {told.by}.", NOT_A_CHANCE]
    with house_style():
        page = new_page(title, subtitle, _source())
        left, right = _panels(page)
        _bars(left, rows)
        _regrets(right, rows)
        _label(left, names)
        head(left, "Futures that meet the target", "both permanent shares, and filled posts")
        head(
            right,
            "Regret: behind the best of these",
            "points of posts; dot: mean; line: to 1 in 10",
        )
    spoken = "; ".join(
        f"{name}: meets the target in {whole_per_cent(one.met)} of futures, "
        f"{100 * one.posts.mean:.1f} points behind the best on average, {100 * one.posts.high:.1f} "
        "in 1 future of 10"
        for name, one in zip(names, rows, strict=True)
    )
    page.figure.alt_text = f"Chart in two panels. {title}. {spoken}. {' '.join(subtitle)}"
    return Chart(page.figure, page.figure.alt_text)


def _panels(page: Page) -> tuple[Axes, Axes]:
    bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
    start, gap = LEFT + LABEL_INCHES / WIDTH_INCHES, GAP_INCHES / WIDTH_INCHES
    wide = (RIGHT - start - gap) / 2
    left = page.figure.add_axes((start, bottom, wide, top - bottom))
    return left, page.figure.add_axes((start + wide + gap, bottom, wide, top - bottom))


def _bars(axes: Axes, rows: Sequence[Judged]) -> None:
    for place, one in enumerate(rows):
        axes.barh(place, 100 * one.met, height=0.55, color=MET, zorder=3)
        text = whole_per_cent(one.met)
        axes.text(100 * one.met + 1.5, place, text, va="center", size=TEXT_SIZE)
    axes.set_xlim(0, 112)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))


def _regrets(axes: Axes, rows: Sequence[Judged]) -> None:
    for place, one in enumerate(rows):
        ends = [100 * one.posts.mean, 100 * one.posts.high]
        axes.plot(ends, [place, place], color=PALETTE[2], linewidth=2.4, zorder=3)
        axes.plot([ends[0]], [place], "o", color=PALETTE[2], markersize=9, zorder=4)
    most = max(100 * one.posts.high for one in rows)
    axes.set_xlim(-0.02 * max(most, 1.0), 1.1 * max(most, 1.0))
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _label(axes: Axes, names: Sequence[str]) -> None:
    labels = ["\n".join(wrapped(name, LABEL_INCHES - 0.2, TEXT_SIZE)) for name in names]
    axes.set_yticks(range(len(labels)), labels, size=TEXT_SIZE)
    for each in axes.figure.axes:
        each.set_ylim(len(labels) - 0.5, -0.5)
        each.tick_params(axis="both", length=0)
        each.tick_params(axis="x", labelsize=SMALL_SIZE, pad=6)
        each.grid(axis="x", color=GRID, linewidth=0.8)
        each.set_axisbelow(True)
        for side in ("left", "right", "top", "bottom"):
            each.spines[side].set_visible(False)


# Where a policy fails


def box_map(told: Told, place: int) -> Chart:
    """Draw a policy's futures over the two things that tell most, hits and misses, and the box."""
    plan, found, cases = told.planned[place], told.discovered[place], told.cases[place]
    across, up = telling(found, cases)
    title = _map_title(told, place)
    subtitle = [when_it_fails(plan, found, cases, told), NOT_A_CHANCE]
    with house_style():
        page = new_page(title, subtitle, _source())
        bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
        start = LEFT + 2.2 / WIDTH_INCHES
        axes = page.figure.add_axes((start, bottom, RIGHT - start, top - bottom))
        plain_axes(axes)
        _dots(axes, cases, across, up)
        _axis(axes, "x", across, cases, told)
        _axis(axes, "y", up, cases, told)
        _frame(axes, found, across, up)
        head(axes, column_name(up).capitalize(), _legend(cases, found, across, up))
        axes.set_xlabel(column_name(across), size=TEXT_SIZE)
    page.figure.alt_text = (
        f"Scatter chart. {title}. Across: {column_name(across)}; up: {column_name(up)}. "
        f"{' '.join(subtitle)}"
    )
    return Chart(page.figure, page.figure.alt_text)


def telling(found: Discovered, cases: Cases) -> tuple[str, str]:
    """Return the two columns that tell most: those of the box first, a number across if any."""
    box = sorted(found.box, key=lambda one: one.quasi_p)
    names = [one.restriction.name for one in box] + [one.name for one in found.leanings]
    both = (list(dict.fromkeys([*names, *cases.columns])))[:2]
    both.sort(key=lambda name: name in cases.choices)
    return both[0], both[1]


def _map_title(told: Told, place: int) -> str:
    found = told.discovered[place]
    does = "misses" if found.is_miss else "gets there"
    return (
        f"{quoted(told.planned[place])} {does} in {of_ten(found.measured.density)} futures within "
        f"the box, in {of_ten(found.outside)} elsewhere"
    )


def _legend(cases: Cases, found: Discovered, across: str, up: str) -> str:
    more = {one.restriction.name for one in found.box} - {across, up}
    text = "orange crosses: futures that miss; blue dots: that get there; frame: the box"
    return f"{text}{' in these two' if more else ''}"


def _places(cases: Cases, name: str, count: int) -> FloatArray:
    values = cases.columns[name][:count]
    if name not in cases.choices:
        return values
    return values + np.random.default_rng(1).uniform(-JITTER, JITTER, len(values))


def _dots(axes: Axes, cases: Cases, across: str, up: str) -> None:
    x, y = (_places(cases, name, MOST_DOTS) for name in (across, up))
    missed = cases.is_case[:MOST_DOTS]
    above = 4 if missed.mean() < 0.5 else 3  # whichever is rarer lies on top
    axes.scatter(x[~missed], y[~missed], s=24, color=MET, linewidths=0, zorder=7 - above)
    axes.scatter(x[missed], y[missed], s=34, color=MISSED, marker="x", linewidths=1.4, zorder=above)


def _axis(axes: Axes, which: str, name: str, cases: Cases, told: Told) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    if name in cases.choices:
        kinds = [int(one) for one in np.unique(cases.columns[name])]
        axis.set_ticks(kinds, [category(name, kind, told) for kind in kinds])
        return
    low, high = axes.get_xlim() if which == "x" else axes.get_ylim()
    ticks = [tick for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high]
    axis.set_ticks(ticks, [_short(name, tick) for tick in ticks])


def _short(name: str, value: float) -> str:
    """Return a number at an axis: per cent without what they are of."""
    text = value_words(name, value)
    return f"{text.partition(' %')[0]} %" if " %" in text else text


def _frame(axes: Axes, found: Discovered, across: str, up: str) -> None:
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    x = _span([one.restriction for one in found.box], across, (left, right))
    y = _span([one.restriction for one in found.box], up, (low, high))
    for x_low, x_high in x:
        for y_low, y_high in y:
            axes.add_patch(
                Rectangle(
                    (x_low, y_low), x_high - x_low, y_high - y_low,
                    fill=False, edgecolor=INK, linewidth=2.0, zorder=5,
                )
            )  # fmt: skip
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def _span(
    box: Sequence[Restriction], name: str, ends: tuple[float, float]
) -> list[tuple[float, float]]:
    """Return what of an axis lies in the box: a stretch, or one about each category."""
    mine = [one for one in box if one.name == name]
    kinds = [kind for one in mine for kind in sorted(one.among)]
    if kinds:
        return [(kind - 1.4 * JITTER, kind + 1.4 * JITTER) for kind in kinds]
    low = max([ends[0], *(one.low for one in mine if np.isfinite(one.low))])
    high = min([ends[1], *(one.high for one in mine if np.isfinite(one.high))])
    return [(low, high)]
