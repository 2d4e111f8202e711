"""Charts of money: who receives a pound, and a bill that changes, step by step, by reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.charts.style import (
    GRID,
    HEIGHT_INCHES,
    INK,
    LEFT,
    PALETTE,
    QUIET,
    RIGHT,
    SMALL_SIZE,
    TEXT_SIZE,
    WIDTH_INCHES,
    Chart,
    Page,
    head,
    house_style,
    new_page,
    no_axis,
    save,
    wrapped,
)
from sim.ensemble.run import Ensemble
from sim.market.ledger import PAYEES
from sim.studies.money.method.money import Account, Amount, amount, bill_line, received_lines
from sim.studies.money.words import Pair, Scale, scale_of, way
from sim.words import captions as words

__all__ = ["ledger_chart", "save", "split_chart"]

LESS_COLOUR, MORE_COLOUR, ALL_COLOUR = PALETTE[0], PALETTE[3], PALETTE[4]
DRAWN = "Bars: means, so that they add up; thin lines: 80 % intervals"
LABEL_INCHES = 2.45
"""Left of each panel, for what its bars are."""
HEADS, FEET = 0.8, 0.45
"""Inches above a panel for its heading, and below it for its numbers."""
MARGIN = 0.24
"""Of the widest reach, on either side of the bars, for their amounts."""


class Step(NamedTuple):
    """One bar of a waterfall: from where the bar before it ended, unless it is the sum."""

    label: str
    change: Amount
    is_sum: bool = False


def ledger_chart(ensemble: Ensemble, account: Account, unit: str, *, real: bool = False) -> Chart:
    """Draw how the bill changes from start to horizon by payee, and where each pound goes."""
    scale, lines = scale_of(unit), received_lines(account)
    first, last = ensemble.day(0).year, ensemble.day(ensemble.months[-1]).year
    steps = [
        Step(PAYEES[name], amount(paid[:, -1] - paid[:, 0]))
        for name, paid in account.received.items()
    ]
    bill = bill_line(account)
    steps.append(Step("all", amount(account.bill[:, -1] - account.bill[:, 0]), is_sum=True))
    most = max(lines, key=lambda line: line.end_share)
    title = (
        f"{words.whose(unit)} bill for social workers is {scale.said(bill.start.mean)} a year in "
        f"{first} and {scale.said(bill.end.mean)} in {last}; of each pound then "
        f"{100 * most.end_share:.0f}p goes to {most.label.partition(', ')[0]}"
    )
    subtitle = words.subtitle([ensemble], unit, drawn=DRAWN)
    with house_style():
        page = new_page(title, subtitle, words.source([ensemble]))
        left, right = _panels(page)
        _waterfall(left, steps, scale)
        _head(
            page,
            left,
            f"Change from {first} to {last}, by who receives it",
            _axis(scale, first if real else None),
        )
        _shares(right, [(line.label, line.end_share) for line in lines])
        _head(
            page, right, f"Where each pound goes, {last}", "pence of every pound that boroughs pay"
        )
    spoken = [f"{line.label} {100 * line.end_share:.1f}p" for line in lines]
    return _finished(page, [ensemble], title, [_spoken(steps, scale), *_pence(spoken)])


def split_chart(pair: Pair, unit: str, *, real: bool = False) -> Chart:
    """Draw the change of a bill from a base to a policy twice: by reason, and by payee."""
    scale, split, ensembles = scale_of(unit), pair.split, [pair.base, pair.policy]
    last = pair.policy.day(pair.policy.months[-1]).year
    total = Step("all that boroughs pay", split.bill.difference, is_sum=True)
    why = [*(Step(one.label, one.difference) for one in split.reasons), total]
    who = [*(Step(one.label, one.difference) for one in split.payees), total]
    title = _split_title(pair, unit)
    subtitle = words.subtitle(ensembles, unit, drawn=DRAWN)
    with house_style():
        page = new_page(title, subtitle, words.source(ensembles))
        left, right = _panels(page)
        limits = _reach([*why, *who], scale)
        for axes, steps, heading in (
            (left, why, f"Why the bill changes, {last}"),
            (right, who, f"Who receives less or more, {last}"),
        ):
            _waterfall(axes, steps, scale, limits)
            _head(page, axes, heading, _axis(scale, pair.base.day(0).year if real else None))
    return _finished(page, ensembles, title, [_spoken(why, scale), _spoken(who, scale)])


def _split_title(pair: Pair, unit: str) -> str:
    scale, split = scale_of(unit), pair.split
    bill, purse = split.bill.difference.mean, split.public_purse.difference.mean
    old, new = words.labels([pair.base, pair.policy])
    year = pair.policy.day(pair.policy.months[-1]).year
    if scale.is_nothing(bill):
        text = f"By {year} {words.whose(unit)} bill is the same under {new} as under {old}"
    else:
        text = (
            f"By {year} {words.whose(unit)} bill is {scale.said(bill)} a year "
            f"{way(bill, 'higher', 'lower')} under {new} than under {old}"
        )
    if scale.is_nothing(purse):
        return f"{text}; net of HMRC there is no change"
    return f"{text}; net of HMRC {scale.said(purse)} {way(purse, 'higher', 'lower')}"


def _axis(scale: Scale, pay_of: int | None) -> str:
    of = "" if pay_of is None else f" at the pay of {pay_of}"
    return f"{scale.unit} a year{of}, each bar from where the last ended"


def _head(page: Page, axes: Axes, heading: str, meaning: str) -> None:
    """Write a panel's heading above its labels and bars."""
    box, label = axes.get_position(), LABEL_INCHES / WIDTH_INCHES
    frame = page.figure.add_axes((box.x0 - label, box.y0, box.width + label, box.height))
    no_axis(frame)
    head(frame, heading, meaning)


def _panels(page: Page) -> tuple[Axes, Axes]:
    bottom, top = page.bottom + FEET / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
    label = LABEL_INCHES / WIDTH_INCHES
    wide = (RIGHT - LEFT) / 2 - label - 0.015
    first, second = (LEFT + label, LEFT + (RIGHT - LEFT) / 2 + label + 0.015)
    left, right = (page.figure.add_axes((at, bottom, wide, top - bottom)) for at in (first, second))
    return left, right


def _spans(steps: Sequence[Step], scale: Scale) -> list[tuple[float, float]]:
    """Return where each bar begins and ends, in the scale's pounds."""
    found, at = [], 0.0
    for step in steps:
        change = step.change.mean / scale.pounds
        found.append((0.0, change) if step.is_sum else (at, at + change))
        at = change if step.is_sum else at + change
    return found


def _whisker(step: Step, start: float, scale: Scale) -> tuple[float, float]:
    return start + step.change.q10 / scale.pounds, start + step.change.q90 / scale.pounds


def _reach(steps: Sequence[Step], scale: Scale) -> tuple[float, float]:
    """Return the ends of an axis that holds every bar, interval and amount."""
    at, ends = 0.0, [0.0]
    for step in steps:
        ((start, end),) = _spans([step], scale)
        start, end = (start, end) if step.is_sum else (at, at + end)
        ends += [start, end, *_whisker(step, start, scale)]
        at = 0.0 if step.is_sum else end
    low, high = min(ends), max(ends)
    room = MARGIN * max(high - low, 10.0**-scale.decimals)
    return low - room, high + room


def _waterfall(
    axes: Axes, steps: Sequence[Step], scale: Scale, limits: tuple[float, float] | None = None
) -> None:
    """Draw changes as bars below each other, each from the end of the last; the sum from zero."""
    low, high = limits or _reach(steps, scale)
    spans = _spans(steps, scale)
    gap = 0.01 * (high - low)
    for place, (step, (start, end)) in enumerate(zip(steps, spans, strict=True)):
        change = step.change.mean
        colour = ALL_COLOUR if step.is_sum else (MORE_COLOUR if change > 0 else LESS_COLOUR)
        axes.barh(place, end - start, left=start, height=0.62, color=colour, zorder=3)
        ends = _whisker(step, start, scale)
        for colour, width in (("white", 3.5), (INK, 1.3)):  # seen on dark bars too
            axes.plot(ends, (place, place), color=colour, linewidth=width, zorder=4)
        if place + 1 < len(steps):
            axes.plot((end, end), (place, place + 1), color=QUIET, linewidth=0.8, zorder=2)
        after = max(start, end, *ends)
        text = scale.number(change, signed=True)
        axes.text(after + gap, place, text, va="center", size=TEXT_SIZE, zorder=5)
    _label_bars(axes, [step.label for step in steps])
    axes.set_xlim(low, high)
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=3)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+,g}" if value else "0"))


def _shares(axes: Axes, shares: Sequence[tuple[str, float]]) -> None:
    """Draw pence of every pound as bars from zero."""
    for place, (_, share) in enumerate(shares):
        axes.barh(place, 100 * share, height=0.62, color=PALETTE[0], zorder=3)
        axes.text(100 * share + 1, place, f"{100 * share:.1f}p", va="center", zorder=5)
    _label_bars(axes, [label for label, _ in shares])
    axes.set_xlim(0, 1.2 * max(100 * share for _, share in shares))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}p"))


def _label_bars(axes: Axes, labels: Sequence[str]) -> None:
    texts = ["\n".join(wrapped(label, LABEL_INCHES - 0.15, TEXT_SIZE)) for label in labels]
    axes.set_yticks(range(len(texts)), texts)
    axes.set_ylim(len(texts) - 0.5, -0.5)
    axes.tick_params(axis="both", length=0)
    axes.tick_params(axis="x", labelsize=SMALL_SIZE, pad=6)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_visible(False)


def _spoken(steps: Sequence[Step], scale: Scale) -> str:
    parts = [f"{step.label} {scale.number(step.change.mean, signed=True)}" for step in steps]
    return f"Changes in {scale.unit} a year: {'; '.join(parts)}."


def _pence(spoken: Sequence[str]) -> list[str]:
    return [f"Of each pound: {'; '.join(spoken)}."]


def _finished(
    page: Page, ensembles: Sequence[Ensemble], title: str, sentences: Sequence[str]
) -> Chart:
    text = [f"Bar chart in two panels. {title}.", *sentences, words.caution(ensembles)]
    page.figure.alt_text = " ".join(text)
    return Chart(page.figure, page.figure.alt_text)
