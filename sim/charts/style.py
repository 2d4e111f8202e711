"""What every chart shares: palette, page, labels at line ends, alt text and files.

After the UK Government Analysis Function's guidance: few colours, direct labels, a title that
says the finding, and words for those who cannot see the picture. Nothing here touches pyplot,
so drawing changes no state of whoever calls.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from sim.ensemble.files import write_atomically

PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
"""The Analysis Function's categorical palette, in its order."""
INK, QUIET, GRID = "#0B0C0C", "#3D3D3D", "#D9DCDF"
SERIES_COLOURS = PALETTE[:3]
SERIES_DASHES: tuple[Any, ...] = ("solid", (0, (5, 1.5)), (0, (1.2, 1.2)))
"""Dashes tell series apart without colour."""
MOST_SERIES = len(SERIES_COLOURS)

WIDTH_INCHES, HEIGHT_INCHES = 40 / 3, 7.5
DOTS_PER_INCH, SCREEN_DOTS_PER_INCH = 144, 96
TITLE_SIZE, HEADING_SIZE, TEXT_SIZE, SMALL_SIZE = 21.0, 15.0, 13.0, 11.5
LEFT, RIGHT = 0.05, 0.97
LEADER_POINTS = 18.0
"""From a panel's edge to the label of a line."""
LINE_HEIGHT = 1.25
POINTS_PER_INCH = 72.0

STYLE: dict[Any, Any] = {
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
    "font.size": TEXT_SIZE,
    "hatch.linewidth": 1.4,
    "svg.fonttype": "none",  # words stay words: searchable, and read aloud
    "svg.hashsalt": "permanence",  # the same chart gives the same bytes
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in somebody's title is a dollar sign
    "xtick.color": INK,
    "ytick.color": INK,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style whatever the caller's own settings, and put those back after."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


class AccessibleFigure(Figure):
    """A figure that carries its title and its description in words, and shows both in notebooks."""

    headline: str = ""
    alt_text: str = ""

    def savefig(self, fname: Any, *, transparent: bool | None = None, **kwargs: Any) -> None:
        """Save as `Figure.savefig` does, in the house style."""
        with house_style():
            super().savefig(fname, transparent=transparent, **kwargs)

    def _repr_html_(self) -> str:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=SCREEN_DOTS_PER_INCH, metadata=_png_words(self))
        picture = base64.b64encode(stream.getvalue()).decode("ascii")
        words = html.escape(self.alt_text, quote=True)
        return f'<img alt="{words}" style="max-width:100%" src="data:image/png;base64,{picture}">'


class Chart(NamedTuple):
    """A drawn chart and what it shows, in words."""

    figure: AccessibleFigure
    alt_text: str


class Page(NamedTuple):
    """A figure with its words in place; panels go between `bottom` and `top` (of its height)."""

    figure: AccessibleFigure
    bottom: float
    top: float


def new_page(title: str, subtitle: Sequence[str], source: str) -> Page:
    """Return a 16:9 figure with title, subtitle and source line, room for panels between."""
    figure = AccessibleFigure(figsize=(WIDTH_INCHES, HEIGHT_INCHES))
    FigureCanvasAgg(figure)
    figure.headline = title
    y = 1.0 - 0.3 / HEIGHT_INCHES
    y = _write(figure, y, title, TITLE_SIZE, INK, weight="bold")
    y -= 0.06 / HEIGHT_INCHES
    for paragraph in subtitle:
        y = _write(figure, y, paragraph, TEXT_SIZE, QUIET)
    count = len(wrapped(source, _text_inches(), SMALL_SIZE))
    bottom = 0.2 / HEIGHT_INCHES + count * _height(SMALL_SIZE)
    _write(figure, bottom, source, SMALL_SIZE, QUIET)
    return Page(figure, bottom, y)


def _text_inches() -> float:
    return (RIGHT - LEFT) * WIDTH_INCHES


def _height(size: float) -> float:
    """Return the height of a line of text, as a share of the figure."""
    return size * LINE_HEIGHT / POINTS_PER_INCH / HEIGHT_INCHES


def _write(
    figure: Figure, top: float, text: str, size: float, colour: str, weight: str = "normal"
) -> float:
    for line in wrapped(text, _text_inches(), size, weight):
        figure.text(LEFT, top, line, size=size, color=colour, weight=weight, va="top")
        top -= _height(size)
    return top


def width_inches(text: str, size: float, weight: str = "normal") -> float:
    """Return how wide a line of text is drawn."""
    font = FontProperties(size=size, weight=weight)
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width) / POINTS_PER_INCH


def wrapped(text: str, inches: float, size: float, weight: str = "normal") -> list[str]:
    """Return text in lines no wider than so many inches, a number never parted from its unit.

    A word that is too long for a line is cut, and ends in an ellipsis.
    """
    lines: list[str] = []
    for word in text.replace(" %", "\u00a0%").split(" "):
        while word and width_inches(word, size, weight) > inches:
            word = f"{word.rstrip('…')[:-1]}…"
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_inches(longer, size, weight) <= inches:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line.replace("\u00a0", " ") for line in lines]


def head(axes: Axes, heading: str, meaning: str) -> None:
    """Write a panel's heading, and below it what is measured, above the panel."""
    above: dict[str, Any] = {
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "ha": "left",
    }
    axes.annotate(
        heading, (0, 1), xytext=(0, 26), va="bottom", size=HEADING_SIZE, weight="bold", **above
    )
    axes.annotate(meaning, (0, 1), xytext=(0, 9), va="bottom", color=QUIET, **above)


def plain_axes(axes: Axes) -> None:
    """Leave a panel its horizontal grid lines and its lower edge, nothing more."""
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", pad=7)


def no_axis(axes: Axes) -> None:
    """Leave a panel nothing but what is drawn in it."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.axis("off")


class LineEnd(NamedTuple):
    """Where a line ends (in data coordinates) and what is written beside it."""

    x: float
    y: float
    text: str
    colour: str


def label_line_ends(axes: Axes, ends: Sequence[LineEnd], room: float) -> None:
    """Write each label to the right of the panel beside its line's end, none over another.

    `room` is the width there is for it, as a share of the figure.
    """
    inches = room * WIDTH_INCHES - LEADER_POINTS * 1.5 / POINTS_PER_INCH
    box = axes.get_position()
    wide, tall = box.width * WIDTH_INCHES, box.height * HEIGHT_INCHES
    line = TEXT_SIZE * LINE_HEIGHT / POINTS_PER_INCH / tall
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    labels = [wrapped(end.text, inches, TEXT_SIZE) for end in ends]
    wanted = [min(max((end.y - low) / (high - low), 0.0), 1.0) for end in ends]
    found = spread_out(wanted, [line * (len(label) + 0.1) for label in labels])
    reach = LEADER_POINTS / POINTS_PER_INCH / wide
    whole = axes.transAxes
    for end, label, at, y in zip(ends, labels, wanted, found, strict=True):
        leader = [[(end.x - left) / (right - left), 1 + 0.2 * reach, 1 + 0.8 * reach], [at, at, y]]
        ends_early = leader[0][0] < 1 - reach
        look: dict[str, Any] = {
            "color": GRID if ends_early else end.colour,
            "linewidth": 1.2,
            "zorder": 1,
        }
        axes.plot(*leader, transform=whole, clip_on=False, **look)
        text = "\n".join(label)
        axes.text(1 + reach, y, text, transform=whole, va="center", linespacing=1.15)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def spread_out(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Return centres in the wanted order and near the wanted places, overlapping nowhere.

    They stay between 0 and 1 as far as there is room for them all.
    """
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    found = list(wanted)
    floor = -0.02
    for place in order:
        found[place] = max(found[place], floor + heights[place] / 2)
        floor = found[place] + heights[place] / 2
    ceiling = 1.02
    for place in reversed(order):
        found[place] = min(found[place], ceiling - heights[place] / 2)
        ceiling = found[place] - heights[place] / 2
    return found


# Files


def save_png(figure: AccessibleFigure, alt_text: str, path: Path) -> Path:
    """Write a chart as PNG alone, whole or not at all."""
    write_atomically(path, partial(_put, _png(figure, alt_text)))
    return path


def save(figure: AccessibleFigure, alt_text: str, stem: Path) -> list[Path]:
    """Write a chart as PNG and SVG with its words inside; the same chart gives the same bytes.

    Args:
        figure: a chart of this package.
        alt_text: what it shows, in words.
        stem: the path without its ending; its folder is made if need be.

    Returns:
        The two files, each written whole or not at all.
    """
    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    saved = []
    for ending, content in (
        ("png", _png(figure, alt_text)),
        ("svg", _svg(figure, alt_text)),
    ):
        path = stem.with_name(f"{stem.name}.{ending}")
        write_atomically(path, partial(_put, content))
        saved.append(path)
    return saved


def _put(content: bytes, stream: IO[bytes]) -> None:
    stream.write(content)


def _png_words(figure: AccessibleFigure) -> dict[str, str]:
    words = {"Title": figure.headline, "Description": figure.alt_text, "Software": "Permanence"}
    return {key: text for key, text in words.items() if text}


def _png(figure: AccessibleFigure, alt_text: str) -> bytes:
    stream = io.BytesIO()
    words = _png_words(figure) | {"Description": alt_text}
    figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata=words)
    return stream.getvalue()


def _svg(figure: AccessibleFigure, alt_text: str) -> bytes:
    return svg_text(figure, alt_text).encode("utf-8")


def svg_text(figure: AccessibleFigure, alt_text: str) -> str:
    """Return a chart as an SVG file's text, its words inside; the same chart, the same text."""
    stream = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(stream, format="svg", metadata=nothing)
    text = stream.getvalue().decode("utf-8")
    mark = blake2b(alt_text.encode(), digest_size=4).hexdigest()
    start = text.index("<svg ")
    end = text.index(">", start)
    words = (
        f' role="img" aria-labelledby="title-{mark} description-{mark}">\n'
        f' <title id="title-{mark}">{html.escape(figure.headline)}</title>\n'
        f' <desc id="description-{mark}">{html.escape(alt_text)}</desc>'
    )
    return text[:end] + words + text[end + 1 :]
