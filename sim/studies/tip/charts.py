"""Charts of a tipping point: shares against a lever, a panel a structure; and of two levers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.charts.map import ink_on
from sim.charts.style import (
    GRID,
    HEIGHT_INCHES,
    LEFT,
    PALETTE,
    QUIET,
    RIGHT,
    SMALL_SIZE,
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
from sim.domain.headline import POSTS, SHARES, UNFILLED, WORKFORCE
from sim.ensemble.stamp import package_version
from sim.scenario import Scenario
from sim.studies.tip.method.levers_range import Lever
from sim.studies.tip.method.reach import Asked, AtLevel
from sim.studies.tip.method.search import Tipped
from sim.studies.tip.method.tip_map import Mapped
from sim.studies.tip.words import map as map_words
from sim.studies.tip.words import sentences as words
from sim.studies.tip.words.sentences import Told
from sim.words.captions import per_cent, quoted

__all__ = ["map_chart", "save", "tip_chart"]

COLOURS = dict(zip(SHARES, PALETTE, strict=False))
SHORT = {WORKFORCE: "of the workforce", POSTS: "of posts", UNFILLED: "unfilled"}
ROOM, GAP = 0.115, 0.065
"""For the labels at the right of the last panel of a row, and between panels."""
HEADS, FEET = 0.72, 0.42
"""Inches above a panel for its heading, and below it for its numbers."""
LAST_FEET = 0.7


def tip_chart(told: Told) -> Chart:
    """Draw shares at the horizon against the lever under each structure.

    Lines are the twin's medians, dots the agents' with their intervals; broken lines are the two
    states of the mean field, where there are two.
    """
    title = _title(told)
    with house_style():
        page = new_page(title, [_about(told)], _source(told))
        for place, (axes, is_last) in enumerate(_panels(page, len(told.answers))):
            _panel(axes, told, told.answers[place], is_last=is_last)
    page.figure.alt_text = _alt_text(told, title)
    return Chart(page.figure, page.figure.alt_text)


def _panels(page: Page, count: int) -> Iterator[tuple[Axes, bool]]:
    """Yield each panel, and whether lines are labelled at its right."""
    columns = min(count, 2 if count <= 4 else 4)
    rows = -(-count // columns)
    bottom = page.bottom + LAST_FEET / HEIGHT_INCHES
    height = (page.top - bottom) / rows
    wide = (RIGHT - LEFT - ROOM - GAP * (columns - 1)) / columns
    for place in range(count):
        row, column = divmod(place, columns)
        low = page.top - (row + 1) * height + (FEET / HEIGHT_INCHES if row < rows - 1 else 0.0)
        high = page.top - row * height - HEADS / HEIGHT_INCHES
        left = LEFT + 0.01 + column * (wide + GAP)
        axes = page.figure.add_axes((left, low, wide, high - low))
        yield axes, column == columns - 1 or place == count - 1


def _panel(axes: Axes, told: Told, answer: Tipped, *, is_last: bool) -> None:
    grid = sorted(answer.twin, key=lambda one: one.level)
    levels = np.array([one.level for one in grid])
    axes.set_xlim(levels[0], levels[-1])
    axes.set_ylim(0, 100)
    _shade(axes, grid, told.asked.bound)
    axes.axhline(100 * told.asked.target, color=QUIET, linewidth=1.6)
    for name in SHARES:
        _share(axes, levels, grid, answer.agents, name)
    _branches(axes, answer)
    for tip in answer.tips:
        axes.axvline(tip.level, color=QUIET, linewidth=1.2, linestyle=(0, (2, 2)))
    plain_axes(axes)
    axes.set_yticks(range(0, 101, 25), [f"{tick} %" for tick in range(0, 101, 25)])
    axes.set_xlabel(words.axis_name(told.lever), size=SMALL_SIZE)
    name = told.structure(answer.pair)
    head(axes, f"{name[0].upper()}{name[1:]}", _short(told, answer))
    if is_last:
        ends = [
            LineEnd(
                float(levels[-1]),
                100 * grid[-1].shares[one].q50,
                f"{SHORT[one]} {per_cent(grid[-1].shares[one].q50)}",
                COLOURS[one],
            )
            for one in SHARES
        ]
        label_line_ends(axes, ends, ROOM)


def _shade(axes: Axes, grid: Sequence[AtLevel], bound: float) -> None:
    """Shade levels at which the median run has more unfilled posts than counts."""
    levels = np.array([one.level for one in grid])
    over = np.array([one.shares[UNFILLED].q50 - bound for one in grid])
    for place in range(len(grid) - 1):
        low, high = levels[place], levels[place + 1]
        ends = over[place], over[place + 1]
        if max(ends) <= 0.0:
            continue
        crossing = low + (high - low) * (-ends[0] / (ends[1] - ends[0])) if min(ends) < 0 else None
        if crossing is not None:
            low, high = (low, crossing) if ends[0] > 0 else (crossing, high)
        axes.axvspan(low, high, color=GRID, alpha=0.6, linewidth=0)


def _share(
    axes: Axes,
    levels: Any,
    grid: Sequence[AtLevel],
    agents: Sequence[AtLevel],
    name: str,
) -> None:
    colour = COLOURS[name]
    low, middle, high = (
        100 * np.array([getattr(one.shares[name], end) for one in grid])
        for end in ("q10", "q50", "q90")
    )
    axes.fill_between(levels, low, high, color=colour, alpha=0.14, linewidth=0)
    axes.plot(levels, middle, color=colour, linewidth=2.2)
    for one in agents:
        spread = one.shares[name]
        axes.plot([one.level] * 2, [100 * spread.q10, 100 * spread.q90], color=colour, linewidth=1)
        look: dict[str, Any] = {"marker": "o", "markersize": 4.5, "clip_on": False}
        axes.plot([one.level], [100 * spread.q50], color=colour, **look)


def _branches(axes: Axes, answer: Tipped) -> None:
    """Draw the two ways of the mean field over the levels at which they differ."""
    rest = answer.rest
    if rest.between is None:
        return
    inside = [rest.between[0] <= level <= rest.between[1] for level in rest.levels]
    for way in (rest.up, rest.down):
        shares = np.where(inside, 100 * np.array(way[WORKFORCE]), np.nan)
        look: dict[str, Any] = {"linestyle": (0, (4, 2)), "marker": "D", "markersize": 3.5}
        axes.plot(rest.levels, shares, color=COLOURS[WORKFORCE], linewidth=1.3, **look)


# Words


def _short(told: Told, answer: Tipped) -> str:
    if answer.tips:
        sides = [
            f"{'from' if tip.rising else 'up to'} {told.level(tip.level)}" for tip in answer.tips
        ]
        text = f"tips {' and '.join(sides)}"
    else:
        text = f"no tipping point: the median run peaks at {per_cent(answer.best.best)}"
    return f"{text}; {'two states' if answer.rest.between else 'one state'}"


def _title(told: Told) -> str:
    """Return the finding: under which structures the lever tips London, and where."""
    target, year = words.whole(told.asked.target), told.day.year
    tips = [answer for answer in told.answers if answer.tips]
    if not tips:
        best = max(answer.best.best for answer in told.answers)
        return (
            f"No level of {words.lever_name(told.lever)} brings half the runs to {target} by "
            f"{year} with posts filled; the median run peaks at {per_cent(best)}"
        )
    levels = [answer.tips[0].level for answer in tips]
    spread = told.level(min(levels))
    if max(levels) > min(levels):
        spread += f" to {told.level(max(levels))}"
    return (
        f"Half the runs reach {target} by {year} with {words.lever_name(told.lever)} at {spread} "
        f"under {len(tips)} of {len(told.answers)} rival structures"
    )


def _about(told: Told) -> str:
    asked, text = told.asked, told.asked.draws.calibration
    return (
        f"Scenario {quoted(told.scenario)}, {told.day.year}. Lines: medians of the twin with luck, "
        f"bands: 8 runs in 10; dots: {asked.runs} runs of the agent model; broken: "
        f"two states under constant conditions. Grey: over {words.whole(asked.bound)} of posts "
        f"unfilled. {text[0].upper()}{text[1:]}."
    )


def _source(told: Told) -> str:
    return f"Source: Permanence {package_version()} simulation, seed {told.asked.seed}."


def _alt_text(told: Told, title: str) -> str:
    spoken = [words.finding(told, answer) for answer in told.answers]
    ends = [
        f"{told.structure(answer.pair)} from {told.level(answer.twin[0].level)} to "
        f"{told.level(answer.twin[-1].level)}: "
        + ", ".join(
            f"{SHORT[name]} {per_cent(answer.twin[0].shares[name].q50)} to "
            f"{per_cent(answer.twin[-1].shares[name].q50)}"
            for name in SHARES
        )
        for answer in told.answers
    ]
    return (
        f"Line charts over {told.lever.key}, a panel a structure. {title}. {' '.join(spoken)} "
        f"{'; '.join(ends)}. {_about(told)}"
    )


# Two levers


def map_chart(
    scenario: Scenario, levers: tuple[Lever, Lever], asked: Asked, mapped: Sequence[Mapped]
) -> Chart:
    """Draw the chance of reaching the target over two levers, a panel a structure."""
    title = map_words.title(levers, asked, mapped)
    with house_style():
        about = map_words.about(scenario, asked)
        source = f"Source: Permanence {package_version()} simulation, seed {asked.seed}."
        page = new_page(title, [about], source)
        for (axes, _), one in zip(_panels(page, len(mapped)), mapped, strict=True):
            _heat(axes, levers, one, mapped)
    page.figure.alt_text = (
        f"Heat maps of a chance, a panel a structure. {title}. "
        f"{' '.join(map_words.findings(levers, asked, mapped))} {about}"
    )
    return Chart(page.figure, page.figure.alt_text)


def _heat(axes: Axes, levers: tuple[Lever, Lever], one: Mapped, mapped: Sequence[Mapped]) -> None:
    grid = np.array([[point.chance for point in row] for row in one.twin])
    picture = axes.imshow(grid, aspect="auto", origin="lower", cmap="Blues", vmin=0.0, vmax=1.0)
    axes.set_xticks(
        range(len(one.second)), [words.level_words(levers[1], level) for level in one.second]
    )
    axes.set_yticks(
        range(len(one.first)), [words.level_words(levers[0], level) for level in one.first]
    )
    axes.tick_params(labelsize=SMALL_SIZE)
    axes.set_xlabel(words.axis_name(levers[1]), size=SMALL_SIZE)
    axes.set_ylabel(words.axis_name(levers[0]), size=SMALL_SIZE)
    for (row, column), chance in np.ndenumerate(grid):
        red, green, blue, _ = picture.cmap(picture.norm(chance))
        behind = f"#{int(255 * red):02X}{int(255 * green):02X}{int(255 * blue):02X}"
        look: dict[str, Any] = {"ha": "center", "va": "center", "size": SMALL_SIZE}
        axes.text(column, row, f"{100 * chance:.0f} %", color=ink_on(behind), **look)
    head(axes, map_words.structure(one, mapped), "chance, by the twin with luck")
