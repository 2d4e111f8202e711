"""The causal-loop diagram, drawn with measured gains: links, signs, and which loop is strongest."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle as Disc

from sim.charts.style import (
    HEIGHT_INCHES,
    LEFT,
    QUIET,
    RIGHT,
    SMALL_SIZE,
    TEXT_SIZE,
    WIDTH_INCHES,
    Chart,
    house_style,
    new_page,
    no_axis,
    save,
    wrapped,
)
from sim.domain.calendar import spoken_day
from sim.ensemble.draws import Draws
from sim.ensemble.stamp import package_version
from sim.scenario import Scenario
from sim.studies.loops.charts.diagram import (
    colour,
    draw_diagram,
    drawn_links,
    letter,
    numbered,
)
from sim.studies.loops.method.links import NODE
from sim.studies.loops.method.strength import (
    Circle,
    NamedLoop,
    Reading,
    ranked,
)
from sim.studies.loops.words import sentences as words
from sim.studies.loops.words.places import DIAGRAM_WIDE

__all__ = ["loops_chart", "save"]

LINE, EACH, TEXT_FROM = 0.2, 0.48, 0.48
"""Inches of the list: a line, a loop without what it says, and left of its text."""


def loops_chart(circle: Circle, scenario: Scenario, draws: Draws, seed: int) -> Chart:
    """Draw the circle at one date: links by how much feedback runs through them, and its loops.

    Args:
        circle: as measured.
        scenario: what was run.
        draws, seed: where parameters come from.
    """
    title = _title(circle)
    caution = draws.calibration
    about = (scenario.title or scenario.name).partition(":")[0]
    subtitle = [
        f"{about}. On each link: what 1 more of the cause (points of posts; % for "
        "rate, pay, strain) does to the effect within about a year. Width: feedback through it."
    ]
    source = (
        f"{caution[0].upper()}{caution[1:]}. Source: Permanence {package_version()} simulation, "
        f"medians of {len(circle.now.answered)} draws of the borough twin, seed {seed}; "
        f"{words.structure_of(circle)} (one of several structures). Weak loops are left out."
    )
    with house_style():
        page = new_page(title, subtitle, source)
        bottom = page.bottom + 0.15 / HEIGHT_INCHES
        tall = page.top - bottom - 0.12 / HEIGHT_INCHES
        axes = page.figure.add_axes((LEFT, bottom, DIAGRAM_WIDE / WIDTH_INCHES, tall))
        draw_diagram(axes, circle.now, tall * HEIGHT_INCHES)
        left = LEFT + (DIAGRAM_WIDE + 0.3) / WIDTH_INCHES
        beside = page.figure.add_axes((left, bottom, RIGHT - left, tall))
        _list(beside, circle.now, (RIGHT - left) * WIDTH_INCHES, tall * HEIGHT_INCHES)
    page.figure.alt_text = _spoken(title, circle, drawn_links(circle.now))
    return Chart(page.figure, page.figure.alt_text)


def _title(circle: Circle) -> str:
    now, loops = circle.now, ranked(circle.now)
    if not loops:
        return f"No loop is at work on {spoken_day(now.day)}"
    first = loops[0]
    gain = 100 * abs(words.middle(now.loops[first.name]))
    adds = words.polarity(now.loops[first.name]) == "reinforcing"
    does, to = ("adds", "to") if adds else ("takes", "off")
    return (
        f"{first.label[0].upper()}{first.label[1:]} is the strongest loop in {now.day.year}: "
        f"within a year it {does} {gain:.0f} % {to} a push; all loops turn 1 more vacancy into "
        f"{words.middle(now.answered):.2f}"
    )


# The list


def _list(axes: Axes, reading: Reading, wide: float, tall: float) -> None:
    """List the loops, strongest first: letter, name, gain, interval and what it is."""
    axes.set_xlim(0, wide)
    axes.set_ylim(tall, 0)
    no_axis(axes)
    axes.text(0, 0.1, "Loops, strongest first", size=TEXT_SIZE, weight="bold", va="center")
    axes.text(
        0,
        0.36,
        "R reinforces, B balances",
        size=SMALL_SIZE,
        color=QUIET,
        va="center",
    )
    y, drawn, loops = 0.72, numbered(reading), ranked(reading)
    lines = [wrapped(loop.says, wide - TEXT_FROM, SMALL_SIZE) for loop in loops]
    room = tall - y - EACH * len(loops)
    for number, (loop, says) in enumerate(zip(loops, lines, strict=True), start=1):
        values = reading.loops[loop.name]
        gain = f"{words.signed(words.middle(values))} ({words.interval(values)})"
        _letter_disc(axes, y, reading, loop, number if loop in drawn else None)
        axes.text(TEXT_FROM, y, loop.label, size=SMALL_SIZE, weight="bold", va="center")
        axes.text(TEXT_FROM, y + LINE, gain, size=SMALL_SIZE, color=QUIET, va="center")
        y += EACH
        if len(says) * LINE <= room:
            for said in says:
                axes.text(TEXT_FROM, y - 0.07, said, size=SMALL_SIZE, va="center")
                y += LINE
            room -= len(says) * LINE
        else:
            room = 0.0


def _letter_disc(
    axes: Axes, y: float, reading: Reading, loop: NamedLoop, number: int | None
) -> None:
    axes.add_patch(Disc((0.2, y + 0.1), 0.18, color=colour(reading, loop)))
    text = letter(reading, loop) + ("" if number is None else str(number))
    look: dict[str, Any] = {"size": SMALL_SIZE, "weight": "bold", "color": "white"}
    axes.text(0.2, y + 0.1, text, ha="center", va="center", **look)


# In words


def _spoken(title: str, circle: Circle, links: list[tuple[str, str]]) -> str:
    now = circle.now
    told = [
        f"{NODE[cause].label} to {NODE[effect].label} {words.signed(words.middle(values))}"
        for cause, effect in links
        for values in [now.link(cause, effect)]
    ]
    loops = [
        f"{loop.label}, {words.polarity(now.loops[loop.name])}, "
        f"{words.signed(words.middle(now.loops[loop.name]))}"
        for loop in ranked(now)
    ]
    return (
        f"Causal-loop diagram. {title}. Loops, strongest first: {'; '.join(loops)}. "
        f"Links drawn, with gains: {'; '.join(told)}."
    )
