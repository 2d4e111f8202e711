"""Lines over real dates: mean and 80 % interval of each ensemble, census dots, the 90 % line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from sim.answers.results import summarised
from sim.charts.style import (
    INK,
    MOST_SERIES,
    QUIET,
    SERIES_COLOURS,
    SERIES_DASHES,
    SMALL_SIZE,
    LineEnd,
    label_line_ends,
    plain_axes,
)
from sim.domain.calendar import MONTHS_PER_YEAR, census_date
from sim.domain.census import census_years
from sim.domain.claims import Claim
from sim.domain.published import published_figure
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble
from sim.words.captions import labels

MOST_DATES, FEWEST_DATES = 6, 3
FIRST_DOT_IS_EARLY = 0.65
"""Of a panel's width: room enough to its right for a label."""
MOST_BEFORE_START = 0.7
"""Of a panel's width: where a later start has no room to its right for its label."""
ON_TOP, DOTS, LINES, BANDS = 5, 4, 3, 2


@dataclass(frozen=True)
class Series:
    """One ensemble's outcome over time: mean and 80 % interval at each day."""

    label: str
    days: list[date]
    low: FloatArray
    middle: FloatArray
    high: FloatArray

    @property
    def start(self) -> float:
        """The mean at the start."""
        return float(self.middle[0])

    @property
    def end(self) -> float:
        """The mean on the last day."""
        return float(self.middle[-1])

    @property
    def year(self) -> int:
        """The year of the last day."""
        return self.days[-1].year


@dataclass(frozen=True)
class Dots:
    """What the census published, by year; years without a sound figure are left out."""

    years: list[int]
    values: list[float]


def series(ensembles: Sequence[Ensemble], outcome: str, unit: str = LONDON) -> list[Series]:
    """Return one series an ensemble: by month for London, by census for an employer.

    Raises:
        ValueError: there are none, or more than a chart can tell apart.
    """
    if not 1 <= len(ensembles) <= MOST_SERIES:
        raise ValueError(
            f"a chart shows 1 to {MOST_SERIES} results side by side; given {len(ensembles)}"
        )
    found = []
    for ensemble, label in zip(ensembles, labels(ensembles), strict=True):
        by_month = unit == LONDON
        values = ensemble.london(outcome) if by_month else ensemble.of(outcome, unit)
        step = 1 if by_month else MONTHS_PER_YEAR
        days = [ensemble.day(place * step) for place in range(values.shape[1])]
        middle, low, _, high = summarised(values)
        found.append(Series(label, days, low, middle, high))
    return found


def census_dots(outcome: str, unit: str, until: date) -> Dots:
    """Return the published figures of an outcome up to a day."""
    found = [
        (year, value)
        for year in census_years()
        if census_date(year) <= until
        and (value := published_figure(outcome, year, unit)) is not None
    ]
    return Dots([year for year, _ in found], [value for _, value in found])


def draw_lines(
    axes: Axes,
    lines: Sequence[Series],
    shown: Callable[[float], str],
    room: float,
    scale: float = 1.0,
) -> None:
    """Draw bands and means over dates, and say at each line's end whose it is and how much.

    Call it when the panel's limits are final.

    Args:
        axes: the panel.
        lines: what to draw.
        shown: how a value is written.
        room: width for labels on the right, as a share of the figure.
        scale: turns values into what the axis shows.
    """
    ends = []
    for place, one in enumerate(lines):
        colour, days = SERIES_COLOURS[place], _numbers(one.days)
        if (one.high > one.low).any():
            band = (one.low * scale, one.high * scale)
            axes.fill_between(days, *band, color=colour, alpha=0.16, linewidth=0, zorder=BANDS)
        axes.plot(
            days,
            one.middle * scale,
            color=colour,
            linewidth=2.6,
            linestyle=SERIES_DASHES[place],
            zorder=LINES,
        )
        known = np.flatnonzero(np.isfinite(one.middle))
        if known.size:
            last = known[-1]
            text = f"{one.label} {shown(float(one.middle[last]))}"
            ends.append(LineEnd(days[last], float(one.middle[last]) * scale, text, colour))
    label_line_ends(axes, ends, room)


def draw_dots(axes: Axes, dots: Dots, scale: float = 1.0) -> None:
    """Draw census figures as dots."""
    days = _numbers([census_date(year) for year in dots.years])
    axes.plot(
        days,
        [value * scale for value in dots.values],
        linestyle="none",
        marker="o",
        markersize=6.5,
        markerfacecolor=INK,
        markeredgecolor="white",
        clip_on=False,
        zorder=DOTS,
    )


def draw_claims(axes: Axes, claims: Sequence[Claim], scale: float = 1.0) -> None:
    """Draw what a council said of itself as hollow diamonds, and say what they are."""
    dated = [claim for claim in claims if claim.day is not None]
    if not dated:
        return
    days = _numbers([claim.day for claim in dated if claim.day is not None])
    axes.plot(
        days,
        [claim.value * scale for claim in dated],
        linestyle="none",
        marker="D",
        markersize=7,
        markerfacecolor="white",
        markeredgecolor=INK,
        clip_on=False,
        zorder=ON_TOP,
    )
    axes.annotate(
        "◇ what the council said",
        (0.02, 0.02),
        xycoords="axes fraction",
        va="bottom",
        zorder=ON_TOP,
    )


def name_dots(axes: Axes, dots: Dots, y: float, *, above: bool = False) -> None:
    """Write below (or above) the dots what they are."""
    if not dots.years:
        return
    days = _numbers([census_date(year) for year in dots.years])
    left, right = axes.get_xlim()
    early = days[0] <= left + FIRST_DOT_IS_EARLY * (right - left)
    axes.annotate(
        "• DfE census",
        (days[0] if early else days[-1], y),
        xytext=(4 if early else -4, 0),
        textcoords="offset points",
        ha="left" if early else "right",
        va="bottom" if above else "top",
        zorder=ON_TOP,
    )


def draw_target(axes: Axes, at: float, text: str, *, above: bool = True) -> None:
    """Draw the 90 % line across a panel and name it at its left end."""
    axes.axhline(at, color=QUIET, linewidth=1.6, zorder=LINES, gid="target")
    axes.annotate(
        text,
        (0, at),
        xycoords=("axes fraction", "data"),
        xytext=(3, 3 if above else -3),
        textcoords="offset points",
        va="bottom" if above else "top",
        color=INK,
        zorder=ON_TOP,
    )


def mark_starts(axes: Axes, lines: Sequence[Series], y: float) -> None:
    """Say where the simulation begins, wherever the panel begins earlier."""
    left, right = axes.get_xlim()
    for day in sorted({one.days[0] for one in lines}):
        at = _numbers([day])[0]
        if at <= left:
            continue
        axes.axvline(at, color=QUIET, linewidth=0.8, linestyle=(0, (2, 2)), zorder=BANDS)
        text, side = f" simulated from\n {day:%b %Y}", "left"
        if at - left > MOST_BEFORE_START * (right - left):  # there stand the names of the lines
            text, side = f"simulated from \n{day:%b %Y} ", "right"
        axes.text(at, y, text, va="bottom", ha=side, size=SMALL_SIZE, color=QUIET, zorder=ON_TOP)


def date_axis(axes: Axes, lines: Sequence[Series], dots: Dots) -> None:
    """Put real dates on the horizontal axis: 30 September of every so many years."""
    first = min([one.days[0] for one in lines] + [census_date(year) for year in dots.years])
    last = max(one.days[-1] for one in lines)
    years = labelled_years(first.year, last.year)
    axes.set_xlim(*_numbers([first, last]))
    axes.set_xticks(_numbers([census_date(year) for year in years]))
    axes.set_xticklabels([str(year) for year in years])
    plain_axes(axes)


def labelled_years(first: int, last: int) -> list[int]:
    """Return the years named on an axis: both ends, if whole steps between them allow it."""
    span = max(last - first, 1)
    for step in range(1, span + 1):
        count = span // step + 1
        if span % step == 0 and FEWEST_DATES <= count <= MOST_DATES:
            return list(range(first, last + 1, step))
    step = -(-span // (MOST_DATES - 1))
    return list(range(last, first - 1, -step))[::-1]


def lowest(lines: Sequence[Series], dots: Dots) -> float:
    """Return the lowest value drawn during the years that have dots."""
    days = (census_date(dots.years[0]), census_date(dots.years[-1])) if dots.years else None
    drawn = [
        low
        for one in lines
        for day, low in zip(one.days, one.low, strict=True)
        if days and days[0] <= day <= days[1] and np.isfinite(low)
    ]
    return float(min([*dots.values, *drawn], default=0.0))


def highest(lines: Sequence[Series], dots: Dots) -> float:
    """Return the highest value drawn."""
    drawn = [float(np.nanmax(one.high)) for one in lines if np.isfinite(one.high).any()]
    return max([*dots.values, *drawn], default=0.0)


def value_axis(axes: Axes, top: float, step: float, written: str) -> None:
    """Number the vertical axis from 0 to `top`; `written` is such as "{:g} %"."""
    axes.set_ylim(0, top)
    axes.set_yticks(np.arange(0, top + step / 2, step).tolist())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written.format(value)))


def round_steps() -> Iterator[float]:
    """Yield 0.1, 0.2, 0.5, 1, 2, 5, 10 and so on, far enough for any outcome."""
    for power in range(-1, 10):
        for tidy in (1, 2, 5):
            yield tidy * 10.0**power


def round_top(most: float, fewest: int = 3, steps: int = 6) -> tuple[float, float]:
    """Return a round end of an axis above `most`, and the round step that leads there.

    Of the steps that divide the axis into `fewest` to `steps` parts, the one that wastes least.
    """
    found = []
    for step in round_steps():
        parts = max(ceil(most * 1.02 / step), fewest)
        if parts <= steps:
            found.append((step * parts, step))
    return min(found, default=(most, most))


def _numbers(days: Sequence[date]) -> list[float]:
    """Return days as places on the horizontal axis."""
    return [float(day.toordinal()) for day in days]
