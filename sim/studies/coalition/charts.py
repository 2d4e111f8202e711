"""Charts of the coalition game: a map of temptation, and what ever fewer signatories still do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from sim.charts.map import TileValues, draw_figure
from sim.charts.style import (
    HEIGHT_INCHES,
    LEFT,
    PALETTE,
    QUIET,
    RIGHT,
    SERIES_DASHES,
    Chart,
    LineEnd,
    head,
    house_style,
    label_line_ends,
    new_page,
    plain_axes,
    save,
)
from sim.domain.calendar import month_end
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS
from sim.ensemble.draws import Draws
from sim.ensemble.stamp import package_version
from sim.market.outcomes import Measure
from sim.studies.coalition.method.game import PAYOFF_LABELS, PAYOFF_UNITS
from sim.studies.coalition.method.order import HALF, Signed
from sim.studies.coalition.method.play import Played
from sim.studies.coalition.words.sentences import gain_words, stops_early
from sim.words.captions import called, unit_name

__all__ = ["save", "signatories_chart", "temptation_map"]

ROOM = 0.15
HEADS, FEET = 0.85, 0.75
"""Inches above a panel for its heading, and below it for its numbers."""
DRAWN, TEMPTED = "drawn order", "most tempted leave first"


def temptation_map(answer: Played, draws: Draws = Draws.POSTERIOR) -> Chart:
    """Draw what each employer would gain by leaving alone, on London's 33 tiles."""
    payoff, count = answer.payoff, len(answer.signers)
    shares = PAYOFF_UNITS[payoff] == "share"
    tempted = sorted(answer.tempted(payoff), key=lambda one: -one.gain.mean)
    title = (
        f"By {PAYOFF_LABELS[payoff]}, {len(tempted)} of {count} signatories would do better "
        "outside while the others hold"
    )
    if tempted:
        most = tempted[0]
        title += f"; {unit_name(most.employer)} most, {gain_words(most.gain.mean, payoff)}"
    gains = {one.employer: one.gain.mean for one in answer.stakes[payoff]}
    scaled = {name: 100.0 * gain if shares else gain for name, gain in gains.items()}
    unit = "points" if shares else PAYOFF_UNITS[payoff]
    measure = Measure("temptation", unit, "gain from leaving alone")
    year = month_end(answer.scenario.start.opening, answer.last_month).year
    values = TileValues(measure.label, measure, year, scaled, float("nan"))
    what = "points" if shares else "£ a year"
    heading = f"Gain from leaving alone in {PAYOFF_LABELS[payoff]}, {what}"
    with house_style():
        page = new_page(title, _subtitle(answer, draws), _source(answer))
        draw_figure(page, values, heading)
    listed = sorted(gains.items(), key=lambda item: (-item[1], item[0]))
    spoken = "; ".join(f"{unit_name(name)} {gain_words(gain, payoff)}" for name, gain in listed)
    page.figure.alt_text = (
        f"Tile map of London's 33 places, one tile for each place. {title}. Gain from leaving "
        f"alone in "
        f"{PAYOFF_LABELS[payoff]}: {spoken}. {_caution(draws)}"
    )
    return Chart(page.figure, page.figure.alt_text)


def signatories_chart(answer: Played, draws: Draws = Draws.POSTERIOR) -> Chart:
    """Draw the pledge's effect, and London's unfilled posts, by number of signatories."""
    title = _signatories_title(answer)
    curves = [
        (name, curve)
        for name, curve in ((DRAWN, answer.keyed), (TEMPTED, answer.path))
        if len(curve) > 1
    ]
    with house_style():
        page = new_page(title, _subtitle(answer, draws), _source(answer))
        bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
        wide = (RIGHT - LEFT) / 2 - ROOM - 0.02
        left = page.figure.add_axes((LEFT + 0.02, bottom, wide, top - bottom))
        right = page.figure.add_axes((RIGHT - ROOM - wide, bottom, wide, top - bottom))
        effects = [(name, _points(curve, "charge_effect")) for name, curve in curves]
        unfilled = [(name, _points(curve, "unfilled_share")) for name, curve in curves]
        _lines(left, effects, answer, top=100.0)
        left.axhline(100 * HALF, color=QUIET, linewidth=1.6)
        most = max(float(y.max()) for _, (_, y) in unfilled)
        _lines(right, unfilled, answer, top=max(1.25 * most, 1.0))
        head(
            left,
            "Effect on the price paid to the agency",
            "100 % is the whole pledge's; line: half",
        )
        head(right, "London's unfilled posts", "share of posts")
    spoken = "; ".join(
        f"{name}, {one.members} sign: {100 * one.charge_effect:.0f} % of the effect on the charge "
        f"rate, {100 * one.excess_effect:.0f} % of that on excess cost, unfilled "
        f"{100 * one.unfilled_share:.1f} %"
        for name, curve in curves
        for one in curve
    )
    page.figure.alt_text = f"Line chart in two panels. {title}. {spoken}. {_caution(draws)}"
    return Chart(page.figure, page.figure.alt_text)


def _points(curve: Sequence[Signed], name: str) -> tuple[np.ndarray, np.ndarray]:
    members = np.array([one.members for one in curve], float)
    return members, 100.0 * np.array([getattr(one, name) for one in curve])


def _lines(
    axes: Axes,
    curves: Sequence[tuple[str, tuple[np.ndarray, np.ndarray]]],
    answer: Played,
    top: float,
) -> None:
    ends = []
    for place, (name, (x, y)) in enumerate(curves):
        colour = PALETTE[place]
        axes.plot(x, y, color=colour, linewidth=2.4, linestyle=SERIES_DASHES[place])
        axes.plot(x, y, color=colour, linewidth=0, marker="o", markersize=4.5)
        middle = len(x) // 2
        ends.append(LineEnd(float(x[middle]), float(y[middle]), name, colour))
    axes.set_xlim(0, len(answer.signers))
    axes.set_ylim(0, top)
    axes.set_xlabel("signatories")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    plain_axes(axes)
    label_line_ends(axes, ends, ROOM)


def _signatories_title(answer: Played) -> str:
    said = []
    if answer.critical_keyed is not None:
        said.append(f"{answer.critical_keyed} signatories in a drawn order")
    if answer.critical_path is not None and not stops_early(answer):
        said.append(f"{answer.critical_path} if the most tempted leave first")
    if not said and answer.critical_path is not None:
        return (
            f"Leaving ends at {answer.critical_path} signatories, with half of the work still done"
        )
    if not said:
        return "The whole pledge does not lower both London's agency price and its excess cost"
    return f"The cap does half its work with {', or '.join(said)}, of {len(answer.signers)}"


def _subtitle(answer: Played, draws: Draws) -> list[str]:
    years = f"{answer.years} year{'' if answer.years == 1 else 's'}"
    return [
        f"Scenario: {called(answer.scenario)}. Means of the year up to {years} after the pledge "
        f"begins, {answer.runs} paired runs. {_caution(draws)}"
    ]


def _caution(draws: Draws) -> str:
    text = draws.calibration
    return f"{text[0].upper()}{text[1:]}."


def _source(answer: Played) -> str:
    trigger, hiring = BIDS_ON[answer.pair.bid_trigger], HIRING_LABELS[answer.pair.hiring]
    return (
        f"Source: Permanence {package_version()} simulation, seed {answer.seed}; bids on "
        f"{trigger}, hiring {hiring} (one of several structures). The cap's effect is an "
        "assumption, not identified by the data."
    )
