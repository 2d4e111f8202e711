"""The chart of a hindcast: what was forecast, what came, and how simple baselines did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.charts.style import (
    HEIGHT_INCHES,
    INK,
    LEFT,
    PALETTE,
    QUIET,
    RIGHT,
    Chart,
    LineEnd,
    head,
    house_style,
    label_line_ends,
    new_page,
    plain_axes,
    save,
)
from sim.domain import evidence
from sim.domain.headline import WORKFORCE
from sim.domain.kept_forecasts import QUANTILES
from sim.domain.vocabulary import LONDON, TARGET_PERMANENT_SHARE
from sim.ensemble.stamp import package_version
from sim.studies.hindcast.method.baselines import BASELINES
from sim.studies.hindcast.method.hindcast import MODEL, Hindcast, published_shares, scored_years
from sim.studies.hindcast.method.scoring import Score, Skill
from sim.words.captions import CENSUS_SOURCE, LICENCE, per_cent

__all__ = ["hindcast_chart", "save", "source"]

MODEL_COLOUR, BASELINE_COLOUR = PALETTE[0], PALETTE[3]
ROOM, GAP = 0.13, 0.16
ROOM_FOR_WORDS = 1.75
MOST_YEARS = 8
HEADS, FEET = 0.75, 0.45
LEAST_MARGIN, TICK = 0.02, 5
FORECASTERS = (MODEL, *BASELINES)


def hindcast_chart(
    forecast: Hindcast,
    scored: Mapping[str, tuple[Score, Sequence[Skill]]],
    about: str,
    source: str,
) -> Chart:
    """Draw London's forecast beside its census, and the boroughs' scores beside the baselines'.

    Args:
        forecast: from one origin.
        scored: by forecaster, of the share of the workforce; empty past the data.
        about: the line below the title.
        source: the line at the foot.
    """
    title = _title(forecast, scored)
    with house_style():
        page = new_page(title, [about], source)
        bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
        half = (RIGHT - LEFT) / 2 if scored else RIGHT - LEFT
        left = page.figure.add_axes((LEFT + 0.02, bottom, half - ROOM - 0.02, top - bottom))
        _draw_london(left, forecast)
        head(left, "London", "permanent share of the workforce; • DfE census")
        if scored:
            begin = LEFT + half + GAP
            right = page.figure.add_axes((begin, bottom, RIGHT - begin - 0.02, top - bottom))
            _draw_scores(right, scored)
            head(right, "Boroughs", "mean CRPS, points: shorter is better")
    alt = f"{title}. {about} {_alt_text(forecast, scored)}"
    page.figure.alt_text = alt
    return Chart(page.figure, alt)


def source() -> str:
    """Return where the chart's numbers come from."""
    return (
        f"Source: Permanence {package_version()} simulation. Dots: {CENSUS_SOURCE} ({LICENCE}). "
        "Years are marked at 30 September."
    )


def _draw_london(axes: Axes, forecast: Hindcast) -> None:
    past = [year for year in evidence.census_years() if year <= forecast.origin]
    later = scored_years(forecast)
    seen = published_shares(WORKFORCE, [LONDON], [*past, *later])[0] * 100
    bands = 100 * forecast.quantiles(WORKFORCE)[:, forecast.units.index(LONDON)]
    years = [forecast.origin, *forecast.years]
    opening = np.full((len(QUANTILES), 1), seen[len(past) - 1])
    fan = np.concatenate([opening, bands], axis=1)
    for low, high in zip(range(3), range(len(QUANTILES) - 1, 3, -1), strict=True):
        axes.fill_between(years, fan[low], fan[high], color=MODEL_COLOUR, alpha=0.16, linewidth=0)
    axes.plot(years, fan[3], color=MODEL_COLOUR, linewidth=2.6)
    ends = [LineEnd(years[-1], fan[3, -1], f"forecast {fan[3, -1]:.1f} %", MODEL_COLOUR)]
    if len(past) > 2:
        path = [float(np.nanmean(seen[: len(past)]))] * len(years)
        axes.plot(years, path, color=BASELINE_COLOUR, linewidth=2.0, linestyle=(0, (5, 1.5)))
        ends.append(LineEnd(years[-1], path[-1], f"mean so far {path[-1]:.1f} %", BASELINE_COLOUR))
    dots: dict[str, Any] = {
        "linestyle": "none",
        "marker": "o",
        "markersize": 8,
        "markeredgecolor": "white",
        "clip_on": False,
    }
    axes.plot([*past, *later], seen, markerfacecolor=INK, zorder=5, **dots)
    axes.axvline(forecast.origin, color=QUIET, linewidth=1.0, linestyle=(0, (1, 2)))
    axes.set_xlim(min(past) - 0.2, years[-1])
    lowest = min(float(np.nanmin(seen)), float(fan.min())) - 100 * LEAST_MARGIN
    target = 100 * TARGET_PERMANENT_SHARE
    floor = TICK * math.floor(lowest / TICK)
    axes.set_ylim(floor, target + 2)
    axes.set_yticks(range(floor, round(target) + 1, TICK))
    axes.axhline(target, color=QUIET, linewidth=1.6)
    axes.annotate("90 %", (min(past), target), xytext=(2, 5), textcoords="offset points")
    plain_axes(axes)
    every = 1 if years[-1] - min(past) < MOST_YEARS else 2
    axes.set_xticks(range(min(past), years[-1] + 1, every))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
    axes.annotate(
        f"forecast from {forecast.origin} →",
        (forecast.origin, axes.get_ylim()[0]),
        xytext=(5, 6),
        textcoords="offset points",
        color=QUIET,
    )
    label_line_ends(axes, ends, ROOM)


def _draw_scores(axes: Axes, scored: Mapping[str, tuple[Score, Sequence[Skill]]]) -> None:
    names = [name for name in FORECASTERS if name in scored][::-1]
    values = [scored[name][0].crps for name in names]
    colours = [MODEL_COLOUR if name == FORECASTERS[0] else BASELINE_COLOUR for name in names]
    axes.barh(range(len(names)), values, color=colours, height=0.62)
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        score = scored[name][0]
        held = f"90 % band holds {100 * score.coverage[-1]:.0f} %"
        axes.annotate(
            f"{value:.2f}", (0, place), xytext=(8, 0), textcoords="offset points", va="center",
            color="white" if name == FORECASTERS[0] else INK, weight="bold",
        )  # fmt: skip
        axes.annotate(
            f"RMSE {score.rmse:.1f}\n{held}", (value, place), xytext=(8, 0),
            textcoords="offset points", va="center", color=QUIET, linespacing=1.25,
        )  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.set_xlim(0, max(values) * ROOM_FOR_WORDS)
    plain_axes(axes)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="x", labelbottom=False, length=0)


def _title(forecast: Hindcast, scored: Mapping[str, tuple[Score, Sequence[Skill]]]) -> str:
    if not scored:
        return f"Forecast from the census of {forecast.origin}: nothing to score it on yet"
    gaps = [
        gap
        for name in BASELINES
        if name in scored
        for gap in scored[name][1]
        if gap.measure == "crps"
    ]
    seen = published_shares(WORKFORCE, [LONDON], scored_years(forecast))[0]
    bands = forecast.quantiles(WORKFORCE)[:, forecast.units.index(LONDON)]
    inside = sum(bands[0, place] <= value <= bands[-1, place] for place, value in enumerate(seen))
    first = f"Forecast from {forecast.origin}, boroughs: " + _compared(gaps)
    return f"{first}. London was inside the 90 % band in {inside} of {len(seen)} years"


def _compared(gaps: Sequence[Skill]) -> str:
    if not gaps:
        return "no baseline to compare with"
    better = [gap for gap in gaps if gap.difference < 0]
    sure = sum(gap.high < 0 for gap in better)
    return (
        f"better than {len(better)} of {len(gaps)} simple baselines by CRPS, {sure} beyond chance"
    )


def _alt_text(forecast: Hindcast, scored: Mapping[str, tuple[Score, Sequence[Skill]]]) -> str:
    place = forecast.units.index(LONDON)
    bands = forecast.quantiles(WORKFORCE)[:, place]
    years = [
        f"{year}: {per_cent(float(bands[3, column]))}, 90 % band "
        f"{per_cent(float(bands[0, column]))} to {per_cent(float(bands[-1, column]))}"
        for column, year in enumerate(forecast.years)
    ]
    told = [f"{name} {score.crps:.1f}" for name, (score, _) in scored.items()]
    said = f" CRPS in points: {'; '.join(told)}." if told else ""
    forecasts = f"London's forecast, permanent share of the workforce: {'; '.join(years)}."
    return f"{forecasts}{said}"
