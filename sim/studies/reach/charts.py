"""The frontier of cost against chance: every package tried, and those nothing beats."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.charts.style import (
    GRID,
    HEIGHT_INCHES,
    INK,
    LEFT,
    PALETTE,
    RIGHT,
    Chart,
    head,
    house_style,
    new_page,
    plain_axes,
)
from sim.ensemble.stamp import package_version
from sim.studies.reach.method.judged import Judged
from sim.studies.reach.words import LONDON_SCALE, Told, aim
from sim.words.captions import per_cent, quoted

HEADS, FEET = 0.8, 0.5


def frontier_chart(tried: Sequence[Judged], found: Sequence[Judged], told: Told) -> Chart:
    """Draw cost against chance under the worst structure; the chance asked for as a line."""
    title = _title(found, told)
    subtitle = [
        f"Target: {aim(told)}. Dots: {len(tried)} packages by the borough twin; joined: none is "
        f"cheaper and as likely. Cost beyond {quoted(told.base)}, summed to then.",
        "No effect of a policy here is identified by data: each follows from stated assumptions.",
    ]
    with house_style():
        page = new_page(title, subtitle, f"Source: Permanence {package_version()} simulation.")
        bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
        axes = page.figure.add_axes((LEFT + 0.03, bottom, RIGHT - LEFT - 0.03, top - bottom))
        plain_axes(axes)
        costs = [one.cost / LONDON_SCALE.pounds for one in tried]
        axes.scatter(costs, [100 * one.chance for one in tried], color=GRID, s=40, zorder=2)
        ends = sorted((one.cost / LONDON_SCALE.pounds, 100 * one.chance) for one in found)
        axes.plot(*zip(*ends, strict=True), "o-", color=PALETTE[0], zorder=3)
        axes.axhline(100 * told.target.chance, color=INK, linewidth=1.2, linestyle=(0, (5, 2)))
        axes.set_ylim(-4, 104)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"£{value:,g}m"))
        head(axes, "Chance under the worst structure, by cost", "dashed: the chance asked for")
    spoken = "; ".join(
        f"{per_cent(one.chance)} for {LONDON_SCALE.number(one.cost, signed=True)} £m"
        for one in found
    )
    page.figure.alt_text = f"Scatter chart. {title}. {spoken}. {' '.join(subtitle)}"
    return Chart(page.figure, page.figure.alt_text)


def _title(found: Sequence[Judged], told: Told) -> str:
    there = [one for one in found if one.reaches]
    if not there:
        return (
            f"No package within the bounds reaches the target by {told.year} under each structure"
        )
    cheapest = min(there, key=lambda one: one.cost)
    return (
        f"By {told.year} the target is reached with a chance of {per_cent(told.target.chance)} "
        f"for {LONDON_SCALE.number(cheapest.cost, signed=True)} £m"
    )
