"""The causal-loop diagram as drawn: nodes in their places, arrows, gains where there is room."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle as Disc
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from sim.charts.style import INK, PALETTE, SMALL_SIZE, no_axis, width_inches
from sim.domain.randomness import FloatArray
from sim.studies.loops.method.links import NODES
from sim.studies.loops.method.strength import (
    NamedLoop,
    Reading,
    all_cycles,
    main_cycle,
    ranked,
    through,
)
from sim.studies.loops.words import sentences as words
from sim.studies.loops.words.places import AT, BEND, BENDS, BOXED, DIAGRAM_TALL, DIAGRAM_WIDE
from sim.words.tables import shown

RAISES, LOWERS, REINFORCING, BALANCING = PALETTE[0], PALETTE[3], PALETTE[2], PALETTE[1]
NODE_WIDE = 1.42
LINES = {1: 0.48, 2: 0.62, 3: 0.8}
"""Height of a node's box by its lines of text, inches."""
LABEL_AT = 0.55
"""How far along the visible part of an arrow its gain is written, if there is room."""
MARK_RADIUS = 0.19
LOOP_AT = {
    "bidding_and_leaving": (4.9, 3.95),
    "cover": (3.7, 3.5),
    "strain": (1.75, 1.05),
    "strain_to_agency": (5.3, 2.12),
    "strain_and_applicants": (3.95, 0.42),
    "cases_carried": (3.55, 0.9),
    "hiring": (4.27, 1.03),
    "coming_back": (6.05, 2.42),
    "reputation": (6.75, 0.22),
    "budget": (2.72, 2.85),
    "brake": (2.45, 3.75),
    "demand": (4.3, 3.1),
}
"""Where each loop's mark stands, inside what it goes round."""
DRAWN_FROM = 0.1
"""Cycles below this part of the strongest cycle's gain are left to the table."""
OVER_AN_ARROW = 0.002
"""What it costs to write a gain over another arrow, as so many square inches of text."""
PALE = "#73777B"
"""Of a node through which hardly any feedback runs."""
THINNEST, THICKEST = 1.0, 6.0


def drawn_links(reading: Reading) -> list[tuple[str, str]]:
    """Return the links on cycles that are not weak beside the strongest one."""
    sizes = {cycle: abs(words.middle(reading.cycle(cycle))) for cycle in all_cycles()}
    least = DRAWN_FROM * max(sizes.values())
    kept: dict[tuple[str, str], None] = {}
    for cycle, size in sizes.items():
        if size >= least and size > 0.0:
            kept |= dict.fromkeys(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
    return list(kept)


# The diagram: everything in inches from its lower left


class Sketch:
    """The diagram being drawn: where nodes stand, and what is already there.

    Attributes:
        taken: rectangles nothing may be written over: (x, y) of the middle, width, height.
        curves: places along each arrow, (step, 2), which are better not written over.
    """

    def __init__(self, axes: Axes, reading: Reading, tall: float) -> None:
        self.axes, self.reading = axes, reading
        self.links = drawn_links(reading)
        self.stretch = tall / DIAGRAM_TALL
        self.boxes: dict[str, FancyBboxPatch] = {}
        self.taken: list[tuple[float, float, float, float]] = []
        self.curves = {
            ends: _curve(self.at(ends[0]), self.at(ends[1]), ends) for ends in self.links
        }

    def at(self, name: str) -> tuple[float, float]:
        """Return where a node stands."""
        x, y = AT[name]
        return x, y * self.stretch

    def cost(
        self, spot: tuple[float, float], size: tuple[float, float], ends: tuple[str, str]
    ) -> float:
        """Return how bad a place is for a link's gain: what it would cover, square inches."""
        over = 0.0
        for x, y, wide, tall in self.taken:
            across = (size[0] + wide) / 2 - abs(spot[0] - x)
            along = (size[1] + tall) / 2 - abs(spot[1] - y)
            over += max(across, 0.0) * max(along, 0.0)
        others = [curve for link, curve in self.curves.items() if link != ends]
        crossed = sum(
            bool((np.abs(curve - spot) <= np.array(size) / 2).all(axis=1).any()) for curve in others
        )
        return round(over + OVER_AN_ARROW * crossed, 4)


def draw_diagram(axes: Axes, reading: Reading, tall: float) -> None:
    """Draw links by how much feedback runs through them, and mark the loops; `tall` in inches."""
    axes.set_xlim(0, DIAGRAM_WIDE)
    axes.set_ylim(0, tall)
    no_axis(axes)
    sketch = Sketch(axes, reading, tall)
    flows = through(reading)
    for node in NODES:
        if any(node.name in ends and flow > 0.0 for ends, flow in flows.items()):
            _box(sketch, node.name)
    for loop, number in numbered(reading).items():
        _mark(sketch, loop, number)
    most = max([flows[ends] for ends in sketch.links], default=1.0)
    for ends in sorted(sketch.links, key=lambda ends: -flows[ends]):
        _arrow(sketch, ends, flows[ends] / most)


def numbered(reading: Reading) -> dict[NamedLoop, int]:
    """Return the loops that have their main cycle drawn, with their number by strength."""
    links = set(drawn_links(reading))
    found: dict[NamedLoop, int] = {}
    for number, loop in enumerate(ranked(reading), start=1):
        cycle = main_cycle(reading, loop.name)
        if set(zip(cycle, (*cycle[1:], cycle[0]), strict=True)) <= links:
            found[loop] = number
    return found


def letter(reading: Reading, loop: NamedLoop) -> str:
    """Return R for a loop that reinforces, B for one that balances."""
    return words.polarity(reading.loops[loop.name])[0].upper()


def colour(reading: Reading, loop: NamedLoop) -> str:
    """Return the colour of a loop's mark."""
    return REINFORCING if letter(reading, loop) == "R" else BALANCING


def _mark(sketch: Sketch, loop: NamedLoop, number: int) -> None:
    x, y = LOOP_AT[loop.name]
    y *= sketch.stretch
    face, text = colour(sketch.reading, loop), f"{letter(sketch.reading, loop)}{number}"
    sketch.axes.add_patch(Disc((x, y), MARK_RADIUS, facecolor=face, edgecolor="white", zorder=6))
    look: dict[str, Any] = {"size": SMALL_SIZE, "weight": "bold", "color": "white", "zorder": 7}
    sketch.axes.text(x, y, text, ha="center", va="center", **look)
    sketch.taken.append((x, y, 2 * MARK_RADIUS, 2 * MARK_RADIUS))


def _box(sketch: Sketch, name: str) -> None:
    x, y = sketch.at(name)
    level = _level(sketch.reading, name)
    text = BOXED[name] + (f"\n{level}" if level else "")
    tall = LINES[text.count("\n") + 1]
    corner = (x - NODE_WIDE / 2, y - tall / 2)
    ink = INK if any(name in ends for ends in sketch.links) else PALE
    style: dict[str, Any] = {"facecolor": "white", "edgecolor": ink, "linewidth": 1.3, "zorder": 4}
    box = FancyBboxPatch(corner, NODE_WIDE, tall, boxstyle="round,pad=0,rounding_size=0.1", **style)
    sketch.axes.add_patch(box)
    sketch.axes.text(
        x, y, text, ha="center", va="center", size=SMALL_SIZE, color=ink, linespacing=1.12, zorder=5
    )
    sketch.boxes[name] = box
    sketch.taken.append((x, y, NODE_WIDE, tall))


def _level(reading: Reading, name: str) -> str:
    if name not in reading.levels or name == "strain":
        return ""
    value = words.middle(reading.levels[name])
    if name == "charge_rate":
        return f"£{value:.2f} an hour"
    return f"{value:.2f} times" if name == "premium" else shown(value, "share")


def _arrow(sketch: Sketch, ends: tuple[str, str], part: float) -> None:
    """Draw a link: blue where it raises its effect, dashed orange where it lowers it."""
    gain = words.middle(sketch.reading.link(*ends))
    bend, width = BENDS.get(ends, BEND), THINNEST + (THICKEST - THINNEST) * part
    start, end = (sketch.at(name) for name in ends)
    head = f"head_length={0.45 + 0.05 * width},head_width={0.2 + 0.035 * width}"
    look: dict[str, Any] = {"linewidth": width, "zorder": 3, "capstyle": "butt"}
    sketch.axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            patchA=sketch.boxes[ends[0]],
            patchB=sketch.boxes[ends[1]],
            connectionstyle=f"arc3,rad={bend}",
            shrinkA=1.5,
            shrinkB=2.5,
            color=RAISES if gain >= 0.0 else LOWERS,
            linestyle="solid" if gain >= 0.0 else (0, (4, 1.2)),
            arrowstyle=f"-|>,{head}",
            mutation_scale=14,
            **look,
        )
    )
    text = words.signed(gain)
    size = (width_inches(text, SMALL_SIZE, "bold") + 0.06, 0.2)
    spots = _along(sketch, ends)
    x, y = min(spots, key=lambda spot: (sketch.cost(spot, size, ends), spots[spot]))
    sketch.taken.append((x, y, *size))
    back: dict[str, Any] = {"boxstyle": "round,pad=0.08", "facecolor": "white", "edgecolor": "none"}
    sketch.axes.text(
        x, y, text, size=SMALL_SIZE, weight="bold", ha="center", va="center", zorder=6, bbox=back
    )


def _curve(
    start: tuple[float, float], end: tuple[float, float], ends: tuple[str, str]
) -> FloatArray:
    """Return places along an arrow from middle to middle, (step, 2): a parabola, as arc3 draws."""
    first, last = np.array(start), np.array(end)
    over = last - first
    control = (first + last) / 2 + BENDS.get(ends, BEND) * np.array([over[1], -over[0]])
    t = np.linspace(0.0, 1.0, 81)[:, None]
    return np.asarray((1 - t) ** 2 * first + 2 * t * (1 - t) * control + t**2 * last)


def _along(sketch: Sketch, ends: tuple[str, str]) -> dict[tuple[float, float], float]:
    """Return places on the visible part of an arrow, each with how far it is from the best one."""
    curve = sketch.curves[ends]
    outside = np.ones(len(curve), bool)
    for name in ends:
        box = sketch.boxes[name]
        inside = np.abs(curve - np.array(sketch.at(name))) <= (
            np.array([box.get_width(), box.get_height()]) / 2
        )
        outside &= ~inside.all(axis=1)
    seen = curve[outside]
    steps = range(len(seen) // 5, len(seen) - len(seen) // 5 + 1)
    return {
        (float(seen[step][0]), float(seen[step][1])): abs(step / len(seen) - LABEL_AT)
        for step in steps
        if step < len(seen)
    }
