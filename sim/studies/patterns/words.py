"""Words and numbers of the patterns: for the table on screen and for the page in the documents."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.studies.patterns.method.pattern_list import HEADINGS, PATTERNS
from sim.studies.patterns.method.patterns import (
    RESAMPLES,
    START_YEAR,
    Pattern,
    Result,
    Standing,
    record_scenario_of_patterns,
)

TITLES = {
    Standing.FITTED: "Fitted: what a calibration is given, so a pass says little",
    Standing.HELD_OUT: "Held out: no target of any calibration",
    Standing.ANCHORED: "Anchored, not validated: accounts older than any census used here",
}
_UNIT_WORDS = {"share": "%", "points": "points", "cases": "cases"}
_PASS, _MISS, _NOTHING = "pass", "MISS", "no run"
PAGE_HEAD = (
    "pattern", "what it is", "target", "band", "model", "80 % of runs", "runs in band", "verdict",
    "without reporting error", "where the target is from",
)  # fmt: skip


def label(pattern: Pattern) -> str:
    """Return a pattern's name with its unit, where the number alone does not show it."""
    unit = _UNIT_WORDS.get(pattern.unit)
    return pattern.name if unit is None else f"{pattern.name}, {unit}"


def said(value: float | None, pattern: Pattern) -> str:
    """Return a value of a pattern: shares and points times 100, the rest as they are."""
    if value is None or not math.isfinite(value):
        return "-"
    if pattern.unit in ("share", "points"):
        value *= 100.0
    digits = 1 if pattern.unit else 2
    return f"{round(value, digits) or 0.0:.{digits}f}"


def band(pattern: Pattern) -> str:
    """Return where the model's median may lie."""
    low, high = pattern.limits
    if math.isinf(high):
        return f"{said(low, pattern)} or more"
    if math.isinf(low):
        return f"{said(high, pattern)} or less"
    return f"{said(low, pattern)} to {said(high, pattern)}"


def verdict(one: Result) -> str:
    """Return whether the model passes."""
    if one.runs == 0:
        return _NOTHING
    return _PASS if one.passes else _MISS


def cells(one: Result) -> tuple[str, ...]:
    """Return target, band, model's median, its 80 % interval, runs in the band and verdict."""
    pattern = one.pattern
    interval = f"{said(one.q10, pattern)} to {said(one.q90, pattern)}"
    held = "-" if one.runs == 0 else f"{100 * one.in_band:.0f} %"
    return (
        said(pattern.target, pattern),
        band(pattern),
        said(one.median, pattern),
        interval if one.runs else "-",
        held,
        verdict(one),
    )


def grouped(
    results: Sequence[Result], standing: Standing
) -> Iterator[tuple[int, str, list[Result]]]:
    """Yield number, what the pattern says, and its parts, of one standing."""
    for number, heading in HEADINGS.items():
        parts = [
            one
            for one in results
            if one.pattern.number == number and one.pattern.standing is standing
        ]
        if parts:
            yield number, heading, parts


def verdicts(results: Sequence[Result]) -> list[str]:
    """Return how many patterns pass, in a sentence for each standing."""
    found = []
    for standing in Standing:
        groups = [parts for _, _, parts in grouped(results, standing)]
        whole = sum(all(one.passes for one in parts) for parts in groups)
        parts = [one for group in groups for one in group]
        passed = sum(one.passes for one in parts)
        word = standing.value.replace("_", " ").capitalize()
        found.append(
            f"{word}: {passed} of {len(parts)} rows pass; every row passes in {whole} of "
            f"{len(groups)} patterns."
        )
    return found


def legend() -> str:
    """Return what each number says."""
    return "; ".join(f"{number} {heading}" for number, heading in HEADINGS.items()) + "."


def notes(runs: int, anchored_runs: int, calibration: str) -> list[str]:
    """Return what must stand beside the tables."""
    scenario = record_scenario_of_patterns()
    error = 100 * scenario.parameters.reporting_error
    outside = [
        f"{one.number} {one.name} ({said(one.target, one)}, band {band(one)})"
        for one in PATTERNS
        if not one.holds_in_the_census
    ]
    found = [
        f"{calibration[0].upper()}{calibration[1:]}. {runs} runs from the census of {START_YEAR}, "
        f"the London Pledge of 2022 entering as known; {anchored_runs} runs for what is anchored.",
        "A row passes where the median over runs lies in the band. Census and runs go through the "
        "same function, and the runs through the census's gaps. A dash for a target means that "
        "only a band is known.",
        "Bands are those of the specification; where it gives none, twice the census's own "
        f"sampling error ({RESAMPLES:,} resamplings of the boroughs): such a band can be wide, and "
        "a pass in it says little.",
        f"Boroughs' published shares carry a reporting error (about {error:.1f} points, drawn with "
        "the other parameters).",
        "The mechanisms were written knowing these patterns; held out means that no parameter is "
        "fitted to them. A few measured inputs (growth of posts and cases, staff above the "
        "establishment) are read off the years up to 2021.",
    ]
    if outside:
        found.append(
            f"The census itself lies outside the specification's band: {'; '.join(outside)}."
        )
    return found


def page(results: Sequence[Result], noted: Sequence[str]) -> str:
    """Return the whole document as Markdown."""
    parts = [
        "# Patterns of the record, and whether the model reproduces them\n",
        "Written by `make patterns`; do not edit by hand.\n",
        *(f"- {note}" for note in (*verdicts(results), *noted)),
    ]
    for standing, title in TITLES.items():
        parts += [f"\n## {title}\n", _row(PAGE_HEAD), "|" + "---|" * len(PAGE_HEAD)]
        for number, heading, group in grouped(results, standing):
            parts.append(_row((f"**{number}. {heading}**", *[""] * (len(PAGE_HEAD) - 1))))
            parts += [_page_row(one) for one in group]
    return "\n".join(parts).rstrip() + "\n"


def _page_row(one: Result) -> str:
    pattern = one.pattern
    *numbers, word = cells(one)
    plain = said(one.without_error, pattern)
    return _row((label(pattern), pattern.meaning, *numbers, word, plain, source(pattern)))


def source(pattern: Pattern) -> str:
    """Return where a target is from, and its band if that is not the specification's."""
    first, last = pattern.years
    if pattern.measure is None or pattern.looked_up is not None:
        return pattern.source
    years = str(first) if first == last else f"{first}-{last}"
    by_error = "; band: twice its sampling error" if pattern.band.is_sampling_error else ""
    return f"{pattern.source}, {years}{by_error}"


def _row(texts: Sequence[str]) -> str:
    return "| " + " | ".join(texts) + " |"
