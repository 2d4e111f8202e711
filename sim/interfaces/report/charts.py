"""The charts of a report as small inline SVG, each with its words and the table behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sim.answers.results import summarised
from sim.charts import ensembles as charts
from sim.charts import structures as charts_structures
from sim.charts.lines import census_dots
from sim.charts.style import MOST_SERIES, Chart, svg_text
from sim.domain.calendar import MONTHS_PER_YEAR, spoken_day
from sim.domain.headline import AGENCY_SHARE, CHARGE_RATE, SHARES
from sim.ensemble.run import Ensemble
from sim.interfaces.report.html import Group, details, figure, paragraph, subheading, table
from sim.market.outcomes import OUTCOME
from sim.words.captions import CENSUS_SOURCE, called, quoted, unit_name
from sim.words.tables import shown, spread

PRICES = (CHARGE_RATE, AGENCY_SHARE)
MOST_PICTURES = 5
"""Policies with charts of their own; the tables have them all."""


def pictures(ensembles: Sequence[Ensemble]) -> list[list[Ensemble]]:
    """Return what goes into one chart each: all where they can be told apart, else in pairs."""
    if len(ensembles) <= MOST_SERIES:
        return [list(ensembles)]
    base, *policies = ensembles
    return [[base, policy] for policy in policies[:MOST_PICTURES]]


def not_drawn(ensembles: Sequence[Ensemble]) -> str:
    """Say which policies have no charts, if there are too many."""
    left = [called(one.scenario) for one in ensembles[1 + MOST_PICTURES :]]
    return f"Without charts, to keep this file small: {', '.join(left)}." if left else ""


def course_section(ensembles: Sequence[Ensemble], unit: str) -> str:
    """Return the charts over time, and the yearly figures behind them."""
    parts = [subheading("Both permanent shares, and unfilled posts")]
    parts += [_drawn(charts.permanence_chart(one, unit)) for one in pictures(ensembles)]
    parts.append(_yearly(ensembles, unit, SHARES, "shares and unfilled posts"))
    parts.append(subheading("What boroughs pay, and the agency share"))
    parts += [_drawn(charts.charge_chart(one, unit)) for one in pictures(ensembles)]
    parts.append(_yearly(ensembles, unit, PRICES, f"{OUTCOME[CHARGE_RATE].label} and agency share"))
    left_out = not_drawn(ensembles)
    return "".join(parts) + (paragraph(left_out, "small") if left_out else "")


def map_pictures(ensembles: Sequence[Ensemble]) -> str:
    """Return the map at the horizon; of policies one each, old beside new."""
    base, *policies = ensembles
    if not policies:
        return _drawn(charts.tile_map(base))
    return "".join(_drawn(charts.tile_map(one, base)) for one in policies[:MOST_PICTURES])


def structures_pictures(ensembles: Sequence[Ensemble], unit: str) -> str:
    """Return the chart of rival structures, if runs had more than one."""
    if len(set(ensembles[0].structures)) < 2:
        return ""
    if len(ensembles) - 1 <= MOST_SERIES:
        return _drawn(charts_structures.structures_chart(ensembles, unit))
    return "".join(
        _drawn(charts_structures.structures_chart(pair, unit)) for pair in pictures(ensembles)
    )


def structures_table(ensembles: Sequence[Ensemble], unit: str) -> str:
    """Return what runs show under each structure, one table a result (or policy)."""
    rows = charts_structures.by_structure(ensembles, unit)
    shown_here, is_paired = ensembles[1:] or ensembles, len(ensembles) > 1
    tables = []
    for place, ensemble in enumerate(shown_here):
        cells = []
        for row in rows:
            line = [charts_structures.structure_name(row.structure), f"{row.runs:,}"]
            for ends in row.cells[place]:
                line.append(shown(ends.mean, "share", signed=is_paired))
                line.append(spread(ends.q10, ends.q90, "share", signed=is_paired))
            cells.append(line)
        day, name = spoken_day(ensemble.day(ensemble.months[-1])), quoted(ensemble.scenario)
        caption = f"{unit_name(unit)} under {name} by rival structure, {day}"
        if is_paired:
            caption = (
                f"{unit_name(unit)}: difference of {name} from {quoted(ensembles[0].scenario)} by "
                f"rival structure, {day}, percentage points"
            )
        tables.append(_with_intervals(caption, ("Structure", "Runs"), SHARES, cells))
    return "".join(tables)


def _with_intervals(
    caption: str, first: Sequence[str], outcomes: Sequence[str], rows: Sequence[Sequence[str]]
) -> str:
    """Return a table with mean and interval of each outcome, after some first columns."""
    groups = [Group(_capital(OUTCOME[name].label), 2) for name in outcomes]
    before = [Group("", len(first) - 1)] if len(first) > 1 else []
    if before:
        head = [*first, *(part for one in groups for part in (one.label, "80 % interval"))]
        return table(caption, head, rows)
    return table(caption, [*first, *["mean", "80 % interval"] * len(outcomes)], rows, groups=groups)


def _capital(label: str) -> str:
    return f"{label[0].upper()}{label[1:]}"


# The tables behind the charts


def _yearly(ensembles: Sequence[Ensemble], unit: str, outcomes: Sequence[str], what: str) -> str:
    """Return each scenario's figures at every 30 September, and the census's."""
    tables = []
    for ensemble in ensembles:
        found = [summarised(ensemble.of(name, unit)) for name in outcomes]
        rows = []
        for census in range(ensemble.years + 1):
            line = [spoken_day(ensemble.day(census * MONTHS_PER_YEAR))]
            for name, values in zip(outcomes, found, strict=True):
                middle, low, _, high = values[:, census]
                measure = OUTCOME[name].unit
                line += [shown(middle, measure), spread(low, high, measure)]
            rows.append(line)
        caption = f"{unit_name(unit)} under {quoted(ensemble.scenario)}: {what}"
        tables.append(_with_intervals(caption, ("Date",), outcomes, rows))
    tables.append(_census(ensembles, unit, outcomes, what))
    return details(f"The figures behind this chart: {what}", "".join(tables))


def _census(ensembles: Sequence[Ensemble], unit: str, outcomes: Sequence[str], what: str) -> str:
    """Return the published figures that the chart shows as dots."""
    until = max(one.day(one.months[-1]) for one in ensembles)
    published = [name for name in outcomes if name != CHARGE_RATE]
    dots = {name: census_dots(name, unit, until) for name in published}
    years = sorted({year for one in dots.values() for year in one.years})
    if not years:
        return ""
    rows = []
    for year in years:
        line = [f"30 September {year}"]
        for one in dots.values():
            known = dict(zip(one.years, one.values, strict=True))
            line.append(shown(known.get(year), "share"))
        rows.append(line)
    head = ["Date", *(_capital(OUTCOME[name].label) for name in published)]
    return table(f"{unit_name(unit)} as published ({CENSUS_SOURCE}): {what}", head, rows)


# SVG, small


def _drawn(chart: Chart) -> str:
    return figure(inline(chart))


_REFERENCE = re.compile(r"""(?:xlink:href="#|href="#|url\(#)([^")]+)""")
_ID = re.compile(r'\s+id="([^"]*)"')
_LONG = re.compile(r"(-?\d+\.\d\d)\d+")


def inline(chart: Chart) -> str:
    """Return a chart as an SVG element that can stand in a page: no id of it is another's.

    Its size is left to the page, places are rounded to hundredths of a point, and what nothing
    refers to is left out.
    """
    svg = svg_text(chart.figure, chart.alt_text)
    svg = svg[svg.index("<svg ") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    start = svg[: svg.index(">")]
    words = re.search(r'aria-labelledby="title-(\w+) ', start)
    mark = words.group(1) if words else "chart"
    size = re.search(r'viewBox="[^"]*"', start)
    box = size.group(0) if size else ""
    opening = (
        f'<svg {box} role="img" aria-labelledby="title-{mark} description-{mark}" '
        'style="stroke-linejoin:round;stroke-linecap:butt"'
    )
    head, body = _words_and_drawing(svg[svg.index(">") :])
    return opening + head + _drawing(body, mark)


def _words_and_drawing(svg: str) -> tuple[str, str]:
    """Return an SVG's title and description, which stay as they are, and the rest."""
    end = svg.index("</desc>") + len("</desc>")
    return svg[:end], svg[end:]


def _drawing(body: str, mark: str) -> str:
    wanted = set(_REFERENCE.findall(body))
    body = _ID.sub(lambda m: f' id="{mark}-{m.group(1)}"' if m.group(1) in wanted else "", body)
    body = _REFERENCE.sub(lambda m: m.group(0).replace(m.group(1), f"{mark}-{m.group(1)}"), body)
    body = body.replace("xlink:href", "href")
    return "".join(_tightened(body))


def _tightened(body: str) -> Iterator[str]:
    """Yield an SVG's drawing without what is only there for a reader of its source.

    Words in it are left alone: only tags are touched.
    """
    for piece in re.split(r"(<[^>]*>)", body):
        if piece.startswith("<"):
            tag = _LONG.sub(r"\1", re.sub(r"\s+", " ", piece)).replace("; ", ";")
            yield re.sub(r' transform="rotate\(-?0 [^"]*"', "", tag).replace(": ", ":")
        elif piece.strip():
            yield piece
