"""London as 33 tiles, one a place; old and new beside each other on one colour scale."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from sim.answers.comparison import mean
from sim.charts.lines import round_steps
from sim.charts.style import (
    HEADING_SIZE,
    HEIGHT_INCHES,
    INK,
    LEFT,
    QUIET,
    RIGHT,
    SMALL_SIZE,
    TEXT_SIZE,
    WIDTH_INCHES,
    Chart,
    Page,
    house_style,
    new_page,
    no_axis,
    width_inches,
    wrapped,
)
from sim.domain.calendar import MONTHS_PER_YEAR, is_census
from sim.domain.evidence import JOINT_NAME, UNSCORED_EMPLOYER, Place, places, scored_employers
from sim.domain.headline import PERMANENT_SHARES, WORKFORCE
from sim.domain.vocabulary import LONDON, TARGET_PERMANENT_SHARE
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME, Measure
from sim.words import captions as words
from sim.words.map_shades import PERMANENT_EDGES, SHADES

COLUMNS, ROWS, GAP = 8, 7, 0.06
HATCH, DASHED = "////", (0, (3, 2))
WIDE_TEXT = 5
"""Characters in a tile above which they are written smaller."""


class KeyEntry(NamedTuple):
    """One box of the key and what it means."""

    text: str
    colour: str = "#FFFFFF"
    hatch: str | None = None
    dash: Any = "solid"


_PLACE_KEY = (
    KeyEntry(f"{JOINT_NAME}: one joint employer, one value", hatch=HATCH),
    KeyEntry(f"{UNSCORED_EMPLOYER}: counted in London, not scored", dash=DASHED),
)


@dataclass(frozen=True)
class TileValues:
    """One outcome by employer at one census: means over runs."""

    label: str
    outcome: Measure
    year: int
    by_employer: Mapping[str, float]
    london: float

    def scored(self) -> dict[str, float]:
        """Return the values of scored employers that have one."""
        names = scored_employers()
        return {n: self.by_employer[n] for n in names if np.isfinite(self.by_employer[n])}

    def past_target(self) -> int:
        """Return how many scored employers are at 90 % or more."""
        return sum(value >= TARGET_PERMANENT_SHARE for value in self.scored().values())


def tile_map(
    ensemble: Ensemble,
    base: Ensemble | None = None,
    outcome: str = WORKFORCE,
    month: int = -1,
) -> Chart:
    """Draw an outcome on London's 33 tiles; with `base`, old and new on one colour scale.

    Args:
        ensemble: the result to show.
        base: what to set beside it.
        outcome: the name of an outcome that employers have.
        month: a census month, 0, 12, 24 and so on; -1 for the last.

    Raises:
        ValueError: no such outcome, or a month that is not a census of each result.
    """
    shown = [ensemble] if base is None else [base, ensemble]
    named = words.labels(shown)
    maps = [_values(one, label, outcome, month) for one, label in zip(shown, named, strict=True)]
    edges = _edges(maps)
    title = _title(maps)
    subtitle = words.subtitle(shown, LONDON, drawn="Tiles: means")
    with house_style():
        page = new_page(title, subtitle, words.source(shown))
        _draw(page, maps, edges)
    page.figure.alt_text = _alt_text(title, maps, words.caution(shown))
    return Chart(page.figure, page.figure.alt_text)


def _values(ensemble: Ensemble, label: str, name: str, month: int) -> TileValues:
    outcome = OUTCOME.get(name)
    if outcome is None or outcome.london_only:
        allowed = ", ".join(key for key, one in OUTCOME.items() if not one.london_only)
        raise ValueError(f"outcome: given {name!r}; allowed: {allowed}")
    month = ensemble.months[-1] if month == -1 else month
    if month not in ensemble.months or not is_census(month):
        last = ensemble.months[-1]
        raise ValueError(f"month: given {month}; allowed: 0, 12, 24 ... {last}, or -1 for the last")
    census = month // MONTHS_PER_YEAR
    found = ensemble.employers(name)[:, census, :]
    means = [mean(column) for column in found.T]
    return TileValues(
        label=label,
        outcome=outcome,
        year=ensemble.day(month).year,
        by_employer=dict(zip(ensemble.units[1:], means, strict=True)),
        london=mean(ensemble.of(name)[:, census]),
    )


# Colours


def _edges(maps: Sequence[TileValues]) -> tuple[float, ...]:
    """Return where one shade ends and the next begins, the same for every map drawn."""
    if maps[0].outcome.name in PERMANENT_SHARES:
        return PERMANENT_EDGES
    values = [value for one in maps for value in one.scored().values()]
    unit = maps[0].outcome.unit
    scale = 100.0 if unit == "share" else 1.0
    low, high = (scale * end(values, default=0.0) for end in (min, max))
    count = len(SHADES)
    for step in round_steps():
        first = np.floor(low / step) * step
        edges = tuple(float(first + step * place) / scale for place in range(1, count))
        written = {words.measured_as(edge, unit) for edge in edges}
        if first + step * count > high and len(written) == len(edges):
            break
    return edges


def shade(value: float, edges: Sequence[float]) -> str:
    """Return the colour of a value, as printed: what reads alike looks alike."""
    return SHADES[bisect_right(edges, value)]


def ink_on(colour: str) -> str:
    """Return black or white, whichever reads better on a colour."""
    return max((INK, "#FFFFFF"), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# Drawing


def draw_figure(page: Page, values: TileValues, heading: str) -> None:
    """Draw one map of any figure by employer, under a heading, with its key."""
    _draw(page, [values], _edges([values]), [heading])


def _draw(
    page: Page,
    maps: Sequence[TileValues],
    edges: Sequence[float],
    headings: Sequence[str] | None = None,
) -> None:
    wide = (RIGHT - LEFT) / 2 - 0.02
    lefts = [0.5 - wide / 2] if len(maps) == 1 else [LEFT, RIGHT - wide]
    whens = [""] if len(maps) == 1 else ["Old: ", "New: "]
    headings = headings or [
        _heading(values, when, wide) for values, when in zip(maps, whens, strict=True)
    ]
    most = max(heading.count("\n") for heading in headings)
    bottom = page.bottom + 0.76 / HEIGHT_INCHES
    top = page.top - (0.46 + 0.24 * most) / HEIGHT_INCHES
    for values, left, heading in zip(maps, lefts, headings, strict=True):
        axes = page.figure.add_axes((left, bottom, wide, top - bottom))
        _draw_map(axes, values, edges)
        axes.set_title(heading, size=HEADING_SIZE, weight="bold", pad=8)
    _draw_legend(page, edges, maps[0].outcome)


def _heading(values: TileValues, when: str, wide: float) -> str:
    london = words.measured_as(values.london, values.outcome.unit)
    text = f"{when}{values.label}, {values.year}; London {london}"
    return "\n".join(wrapped(text, wide * WIDTH_INCHES, HEADING_SIZE, "bold"))


def _draw_map(axes: Axes, values: TileValues, edges: Sequence[float]) -> None:
    axes.set_xlim(-0.55, COLUMNS - 0.45)
    axes.set_ylim(ROWS - 0.45, -0.55)
    axes.set_aspect("equal")
    no_axis(axes)
    for place in places():
        _draw_tile(axes, place, values, edges)


def _draw_tile(axes: Axes, place: Place, values: TileValues, edges: Sequence[float]) -> None:
    value = values.by_employer[place.employer]
    scored, known = place.employer != UNSCORED_EMPLOYER, np.isfinite(value)
    text = words.measured_as(value, values.outcome.unit) if known else "–"
    colour = shade(words.number_in(text), edges) if scored and known else "#FFFFFF"
    ink = ink_on(colour)
    corner = (place.tile_column - 0.5 + GAP / 2, place.tile_row - 0.5 + GAP / 2)
    side = 1 - GAP
    tile = Rectangle(corner, side, side, facecolor=colour, edgecolor=QUIET, linewidth=0.6)
    tile.set_gid(f"tile-{place.gss_code}")
    if not scored:
        tile.set(linestyle=DASHED, linewidth=1.2)
    axes.add_patch(tile)
    if _is_joint(place):
        _hatch(axes, corner, side, colour, ink)
    x, y = place.tile_column, place.tile_row
    size = TEXT_SIZE - 0.5 if len(text) <= WIDE_TEXT else SMALL_SIZE - 1.5
    common: dict[str, Any] = {"ha": "center", "color": ink}
    axes.text(x, y - 0.06, place.tile_label, va="bottom", size=SMALL_SIZE, **common)
    axes.text(x, y + 0.02, text, va="top", size=size, weight="bold", **common)


def _hatch(axes: Axes, corner: tuple[float, float], size: float, colour: str, ink: str) -> None:
    """Hatch a tile along its edge, leaving its middle clear for words."""
    lines = Rectangle(corner, size, size, facecolor="none", edgecolor=ink, linewidth=0)
    lines.set(hatch=HATCH, alpha=0.7)
    axes.add_patch(lines)
    x, y = corner
    middle = (x + 0.08 * size, y + 0.14 * size)
    axes.add_patch(Rectangle(middle, 0.84 * size, 0.72 * size, facecolor=colour, linewidth=0))


def _is_joint(place: Place) -> bool:
    return sum(other.employer == place.employer for other in places()) > 1


def _draw_legend(page: Page, edges: Sequence[float], outcome: Measure) -> None:
    """Draw one key below the maps: a row of shades, a row for who is special."""
    wide = (RIGHT - LEFT) * WIDTH_INCHES
    tall, row = 0.62, 0.31
    bottom = page.bottom + 0.06 / HEIGHT_INCHES
    axes = page.figure.add_axes((LEFT, bottom, RIGHT - LEFT, tall / HEIGHT_INCHES))
    axes.set_xlim(0, wide)
    axes.set_ylim(0, tall)
    no_axis(axes)
    box, gap, apart = 0.3, 0.1, 0.4
    for entries, y in ((_shade_key(edges, outcome), row), (_PLACE_KEY, 0.0)):
        widths = [box + gap + width_inches(entry.text, SMALL_SIZE) for entry in entries]
        x = (wide - sum(widths) - apart * (len(entries) - 1)) / 2
        for entry, width in zip(entries, widths, strict=True):
            patch = Rectangle((x, y + 0.06), box, 0.19, facecolor=entry.colour, edgecolor=QUIET)
            patch.set(hatch=entry.hatch, linestyle=entry.dash, linewidth=0.9)
            axes.add_patch(patch)
            axes.text(x + box + gap, y + 0.15, entry.text, va="center", size=SMALL_SIZE)
            x += width + apart


def _shade_key(edges: Sequence[float], outcome: Measure) -> list[KeyEntry]:
    ends = [words.measured_as(edge, outcome.unit) for edge in edges]
    bare = [end.removesuffix(" %") for end in ends]
    texts = [
        f"under {ends[0]}",
        *(f"{low} to under {high}" for low, high in zip(bare, ends[1:], strict=False)),
        f"{ends[-1]} or more",
    ]
    return [KeyEntry(text, colour) for text, colour in zip(texts, SHADES, strict=True)]


# Words


def _title(maps: Sequence[TileValues]) -> str:
    outcome = maps[0].outcome
    if outcome.name not in PERMANENT_SHARES:
        return _range_title(maps)
    have = f"have a {outcome.label} of {100 * TARGET_PERMANENT_SHARE:.0f} % or more"
    first = f"{maps[0].past_target()} of {len(scored_employers())} employers"
    if len(maps) == 1:
        return f"In {maps[0].year}, {first} {have}"
    years = {one.year for one in maps}
    when = [f" ({one.label})" if len(years) == 1 else f" ({one.label}, {one.year})" for one in maps]
    start = f"In {maps[0].year}, " if len(years) == 1 else ""
    return f"{start}{first}{when[0]} and {maps[1].past_target()}{when[1]} {have}"


def _range_title(maps: Sequence[TileValues]) -> str:
    """Return the title of an outcome without a target: from where to where it goes."""
    label, unit = maps[0].outcome.label, maps[0].outcome.unit
    found = []
    for values in maps:
        scored = values.scored()
        if not scored:
            found.append(f"no figure ({values.label})")
            continue
        ends = min(scored, key=scored.__getitem__), max(scored, key=scored.__getitem__)
        names = [f" in {words.unit_name(end)}" if len(maps) == 1 else "" for end in ends]
        low, high = (words.measured_as(scored[end], unit) for end in ends)
        found.append(f"{low}{names[0]} to {high}{names[1]} ({values.label}, {values.year})")
    return f"{label[0].upper()}{label[1:]}: employers' means are {', '.join(found)}"


def _alt_text(title: str, maps: Sequence[TileValues], caution: str) -> str:
    sentences = [f"Tile map of London's 33 places, one tile for each place. {title}."]
    for values in maps:
        found = sorted(values.scored().items(), key=lambda item: (-item[1], item[0]))
        unit = values.outcome.unit
        listed = "; ".join(f"{words.unit_name(n)} {words.measured_as(v, unit)}" for n, v in found)
        london = words.measured_as(values.london, unit)
        label = f"{values.outcome.label[0].upper()}{values.outcome.label[1:]}"
        sentences.append(f"{label}, {values.label}, {values.year}: London {london}; {listed}.")
    sentences.append(
        f"{JOINT_NAME} are one employer and share a value. The {UNSCORED_EMPLOYER} is "
        "counted in London's total, not scored."
    )
    return " ".join([*sentences, caution])
