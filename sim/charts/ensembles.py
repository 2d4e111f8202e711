"""The charts of a result: one function each, which returns a figure and alt text.

A title says what the result shows (means at the horizon), never why: no census
identifies what the cap or the tax change did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes

from sim.charts.lines import (
    Dots,
    Series,
    census_dots,
    date_axis,
    draw_claims,
    draw_dots,
    draw_lines,
    draw_target,
    highest,
    lowest,
    mark_starts,
    name_dots,
    round_top,
    series,
    value_axis,
)
from sim.charts.map import tile_map
from sim.charts.style import (
    HEIGHT_INCHES,
    LEFT,
    RIGHT,
    AccessibleFigure,
    Chart,
    Page,
    head,
    house_style,
    new_page,
    save,
)
from sim.domain.claims import Claim
from sim.domain.evidence import employer_of
from sim.domain.headline import AGENCY_SHARE, CHARGE_RATE, POSTS, UNFILLED, WORKFORCE
from sim.domain.vocabulary import LONDON, TARGET_PERMANENT_SHARE
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.words import captions as words

__all__ = [
    "Chart",
    "AccessibleFigure",
    "permanence_chart",
    "charge_chart",
    "tile_map",
    "save",
]

REAL_PRICE = "charge_rate_per_hour_start_pounds"
PER_CENT = 100.0
DRAWN = "Lines: means; bands: 80 % intervals"
NO_DOTS = Dots([], [])
ROOM, ROOM_FOR_ONE_LINE = 0.15, 0.225
"""For labels to the right of a panel, of the figure's width."""
DATES, HEADS = 0.42, 0.7
"""Inches below a panel for its dates, and above it for its heading."""


# Permanence


def permanence_chart(
    ensembles: Sequence[Ensemble],
    unit: str = LONDON,
    *,
    claims: Sequence[Claim] = (),
    title: str | None = None,
) -> Chart:
    """Draw both permanent shares beside each other, and unfilled posts below.

    Args:
        ensembles: one to three results.
        unit: London, or an employer or place.
        claims: what a council said of itself, to stand beside the census.
        title: the finding, if it is not the shares at the end.

    Raises:
        ValueError: too many results, or (as `UnknownBorough`) no such unit.
    """
    unit = unit if unit == LONDON else employer_of(unit)
    lines = {outcome: series(ensembles, outcome, unit) for outcome in (WORKFORCE, POSTS, UNFILLED)}
    until = max(one.days[-1] for one in lines[WORKFORCE])
    dots = {outcome: census_dots(outcome, unit, until) for outcome in lines}
    title = title or _permanence_title(lines[WORKFORCE], unit)
    subtitle = words.subtitle(ensembles, unit, drawn=DRAWN)
    with house_style():
        page = new_page(title, subtitle, words.source(ensembles, dots[POSTS].years, has_dates=True))
        workforce = _draw_permanence(page, lines, dots)
        draw_claims(workforce, claims, PER_CENT)
    said = " ".join(f"Claimed: {claim.in_our_words}." for claim in claims)
    text = _permanence_alt_text(title, ensembles, unit, lines)
    page.figure.alt_text = f"{text} {said}".strip()
    return Chart(page.figure, page.figure.alt_text)


def _draw_permanence(
    page: Page, lines: Mapping[str, list[Series]], dots: Mapping[str, Dots]
) -> Axes:
    """Draw the three panels; return the one of the share of the workforce."""
    left, right, wide = _columns()
    bottom, top = page.bottom + DATES / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
    gap = (DATES + HEADS) / HEIGHT_INCHES
    low = 0.25 * (top - bottom)
    tall = top - bottom - gap - low
    first = page.figure.add_axes((left, top - tall, wide, tall))
    second = page.figure.add_axes((right - wide, top - tall, wide, tall))
    third = page.figure.add_axes((left, bottom, RIGHT - ROOM_FOR_ONE_LINE - left, low))
    for axes, outcome in ((first, WORKFORCE), (second, POSTS)):
        found, points = lines[outcome], dots[outcome]
        date_axis(axes, found, points)
        value_axis(axes, 100, 20, "{:g} %")
        target = PER_CENT * TARGET_PERMANENT_SHARE
        draw_target(axes, target, f"{target:.0f} %")
        draw_lines(axes, found, words.per_cent, ROOM, PER_CENT)
        draw_dots(axes, points, PER_CENT)
        name_dots(axes, points, PER_CENT * lowest(found, points) - 4)
        mark_starts(axes, found, 3)
    found, points = lines[UNFILLED], dots[UNFILLED]
    date_axis(third, found, points)
    value_axis(third, *round_top(PER_CENT * highest(found, points), 2, 3), "{:g} %")
    draw_lines(third, found, words.per_cent, ROOM_FOR_ONE_LINE, PER_CENT)
    draw_dots(third, points, PER_CENT)
    head(first, "Permanent share of the workforce", "permanent / (permanent + agency)")
    head(second, "Permanent share of posts", "permanent / posts")
    head(third, "Unfilled share of posts", "vacancies that no agency worker covers / posts")
    return first


def _columns() -> tuple[float, float, float]:
    """Return the left and right end of two panels beside each other, and the width of one."""
    left, right = LEFT + 0.02, RIGHT - ROOM
    return left, right, (right - left - ROOM - 0.055) / 2


def _permanence_title(lines: Sequence[Series], unit: str) -> str:
    what = f"{words.whose(unit)} permanent share of the workforce"
    if len(lines) == 1:
        (one,) = lines
        end = "past the 90 % line" if one.end >= TARGET_PERMANENT_SHARE else "short of 90 %"
        return f"{what} {_course(one.start, one.end, words.per_cent, one.year)}, {end}"
    past = [one.label for one in lines if one.end >= TARGET_PERMANENT_SHARE]
    everywhere = words.counted(len(lines))
    if not past:
        end = f"short of 90 % in {everywhere}"
    elif len(past) == len(lines):
        end = f"past 90 % in {everywhere}"
    else:
        end = f"past 90 % in {words.listed(past)} only"
    return f"{_by(lines)} {what} is {_ends(lines, words.per_cent)}: {end}"


def _course(start: float, end: float, shown: Callable[[float], str], year: int) -> str:
    """Return how a mean goes: "rises from 77 % to 84 % by 2033"."""
    if shown(start) == shown(end):
        return f"is {shown(end)} at the start and in {year}"
    verb = "rises" if end > start else "falls"
    return f"{verb} from {shown(start)} to {shown(end)} by {year}"


def _by(lines: Sequence[Series]) -> str:
    years = {one.year for one in lines}
    return f"By {years.pop()}" if len(years) == 1 else "At the end"


def _ends(lines: Sequence[Series], shown: Callable[[float], str]) -> str:
    return words.listed([f"{shown(one.end)} ({one.label})" for one in lines])


def _permanence_alt_text(
    title: str, ensembles: Sequence[Ensemble], unit: str, lines: Mapping[str, list[Series]]
) -> str:
    sentences = [
        f"Line chart in three panels for {words.unit_name(unit)}. {title}.",
        *(_spoken(lines[outcome], outcome, words.per_cent) for outcome in lines),
        "A line marks 90 % in the panels of permanent shares.",
    ]
    for ensemble, one in zip(ensembles, lines[WORKFORCE], strict=True):
        reached = [int(ensemble.reached(outcome, unit).sum()) for outcome in (WORKFORCE, POSTS)]
        sentences.append(
            f"{one.label}: at 90 % on at least one 30 September by {one.year} in {reached[0]} of "
            f"{ensemble.runs} runs by share of the workforce, {reached[1]} by share of posts."
        )
    return " ".join([*sentences, words.caution(ensembles)])


def _spoken(lines: Sequence[Series], outcome: str, shown: Callable[[float], str]) -> str:
    """Return an outcome's means at both ends and its last 80 % interval, in a sentence."""
    label = OUTCOME[outcome].label
    found = [
        f"{one.label} {shown(one.start)} in {one.days[0].year}, {shown(one.end)} in {one.year} "
        f"(80 % interval {shown(float(one.low[-1]))} to {shown(float(one.high[-1]))})"
        for one in lines
    ]
    return f"{label[0].upper()}{label[1:]}: {'; '.join(found)}."


# Prices


def charge_chart(
    ensembles: Sequence[Ensemble], unit: str = LONDON, *, start_pounds: bool = False
) -> Chart:
    """Draw the mean charge rate beside the agency share.

    Args:
        ensembles: one to three results.
        unit: London, or an employer or place.
        start_pounds: take the growth of pay out of the price, to see it rise against pay.

    Raises:
        ValueError: too many results, or (as `UnknownBorough`) no such unit.
    """
    unit = unit if unit == LONDON else employer_of(unit)
    prices = series(ensembles, REAL_PRICE if start_pounds else CHARGE_RATE, unit)
    shares = series(ensembles, AGENCY_SHARE, unit)
    dots = census_dots(AGENCY_SHARE, unit, max(one.days[-1] for one in shares))
    title = _charge_title(prices, shares, unit, start_pounds)
    subtitle = words.subtitle(ensembles, unit, drawn=DRAWN)
    with house_style():
        page = new_page(title, subtitle, words.source(ensembles, dots.years, has_dates=True))
        _draw_charge(page, prices, shares, dots, start_pounds)
    spoken = (
        _spoken(prices, REAL_PRICE if start_pounds else CHARGE_RATE, words.pounds),
        _spoken(shares, AGENCY_SHARE, words.per_cent),
    )
    start = f"Line chart in two panels for {words.unit_name(unit)}. {title}."
    page.figure.alt_text = " ".join([start, *spoken, words.caution(ensembles)])
    return Chart(page.figure, page.figure.alt_text)


def _draw_charge(
    page: Page,
    prices: Sequence[Series],
    shares: Sequence[Series],
    dots: Dots,
    start_pounds: bool,
) -> None:
    left, right, wide = _columns()
    bottom, top = page.bottom + DATES / HEIGHT_INCHES, page.top - HEADS / HEIGHT_INCHES
    first = page.figure.add_axes((left, bottom, wide, top - bottom))
    second = page.figure.add_axes((right - wide, bottom, wide, top - bottom))
    date_axis(first, prices, NO_DOTS)
    value_axis(first, *round_top(highest(prices, NO_DOTS)), "£{:g}")
    draw_lines(first, prices, words.pounds, ROOM)
    date_axis(second, shares, dots)
    target = PER_CENT * (1.0 - TARGET_PERMANENT_SHARE)
    most = max(PER_CENT * highest(shares, dots), target)
    value_axis(second, *round_top(1.1 * most), "{:g} %")
    draw_target(second, target, f"{PER_CENT - target:.0f} % permanent", above=False)
    draw_lines(second, shares, words.per_cent, ROOM, PER_CENT)
    draw_dots(second, dots, PER_CENT)
    name_dots(second, dots, 1.02 * most, above=True)
    of = "£ of the start year's pay" if start_pounds else "£ of the day"
    head(first, "Price paid to the agency per hour", f"what boroughs pay, {of}, without VAT")
    head(second, "Agency share of the workforce", "agency / (permanent + agency)")


def _charge_title(
    prices: Sequence[Series], shares: Sequence[Series], unit: str, start_pounds: bool
) -> str:
    of = " in start-year pounds" if start_pounds else ""
    what = f"{words.whose(unit)} price for an agency hour{of}"
    if len(prices) == 1:
        (price,), (share,) = prices, shares
        return (
            f"{what} {_course(price.start, price.end, words.pounds, price.year)}; "
            f"its agency share {_course(share.start, share.end, words.per_cent, share.year)}"
        )
    pairs = [
        f"{words.pounds(price.end)} and {words.per_cent(share.end)} ({price.label})"
        for price, share in zip(prices, shares, strict=True)
    ]
    return f"{_by(prices)} {what} and agency share are {'; '.join(pairs)}"
