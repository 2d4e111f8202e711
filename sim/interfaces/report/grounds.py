"""What a report's numbers rest on: measured, looked up or assumed; the limits; the log.

The log of assumptions has the shape the Aqua Book (HM Treasury, 2015) asks of a model's: each
with an identifier, its value and range, its basis, its quality and its impact. It is generated
from what parameters, levers and structures declare of themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from math import isfinite, sqrt
from typing import Any, NamedTuple

import numpy as np

from sim.answers.comparison import spread_of
from sim.domain.census import census_years
from sim.domain.given import counted
from sim.domain.headline import WORKFORCE
from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON, Grade
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.interfaces.report.html import bullets, paragraph, table
from sim.rules.levers import Levers
from sim.scenario import DRAWN_STRUCTURE, Structure
from sim.words.captions import called, listed, quoted
from sim.words.grounds import NO_SOURCE, rests_on, what_was_learned
from sim.words.model import CANNOT_TELL

QUALITY = {
    Grade.MEASURED: "green: measured",
    Grade.LOOKED_UP: "amber: looked up",
    Grade.ASSUMED: "red: assumed",
}
FEWEST_FOR_IMPACT = 40
CLEAR_OF_CHANCE = 3.0
"""A rank correlation counts from so many times one over the root of the number of runs."""
LARGE = 0.5
THOUSAND = 1e3
SPEAKS_FOR_ITSELF = ("choice", "date", "yes or no", "list")
"""Units of values that need none."""
LOG_HEAD = ("ID", "Assumption", "Value in this result", "Range", "Basis", "Quality", "Impact")


# Measured, looked up, assumed


def grounds_section(ensembles: Sequence[Ensemble]) -> str:
    """Return how many parameters rest on what, and what this result depends on."""
    last = ensembles[-1]
    declared = declarations(Parameters)
    fixed = {name for one in ensembles for name in one.scenario.fixed_parameters}
    drawn = {name for name in last.parameters[0] if name not in fixed} if last.parameters else set()
    found = what_was_learned(last.draws, drawn)
    narrowed = set(found.learned) if found is not None else set()
    counted = []
    for grade in Grade:
        mine = {name for name, one in declared.items() if one.grade is grade}
        parts = [mine & drawn & narrowed, mine & drawn - narrowed, mine & fixed]
        counted.append([len(part) for part in (mine, *parts, mine - drawn - fixed)])
    counted.append([sum(column) for column in zip(*counted, strict=True)])
    names = (*map(_meaning, Grade), "All")
    rows = [(name, *map(str, row)) for name, row in zip(names, counted, strict=True)]
    is_middle = last.draws == Draws.MEDIAN
    anew = "Taken from the middle draw" if is_middle else "Drawn anew in every run"
    head = (
        "Grade", "Parameters", f"{anew}: learned from the record",
        f"{anew}: assumed, or given to the fit", "Set by the scenario", "At one declared value",
    )  # fmt: skip
    return (
        paragraph(rests_on(last))
        + table("The parameters by how far they can be trusted", head, rows)
        + paragraph("Besides them, this result depends on:")
        + bullets(_depends_on(ensembles))
    )


def _meaning(grade: Grade) -> str:
    return {
        Grade.MEASURED: "Measured: computed from the census",
        Grade.LOOKED_UP: "Looked up: read in a named source",
        Grade.ASSUMED: "Assumed: no source decides it",
    }[grade]


def _depends_on(ensembles: Sequence[Ensemble]) -> Iterator[str]:
    start = ensembles[0].scenario.start
    moved = ", its pattern moved to another day (stylised)" if start.stylised else ""
    yield f"The state of London's boroughs at the census of {start.year}{moved}."
    for name, field in Levers.model_fields.items():
        levers = {called(one.scenario): getattr(one.scenario.levers, name) for one in ensembles}
        acting = [scenario for scenario, lever in levers.items() if not lever.is_no_op]
        if acting:
            label = str(field.description)
            yield (
                f"{label[0].upper()}{label[1:]}, in {listed(acting)}. "
                f"{levers[acting[-1]].grounds} Its terms: entries L in the log."
            )
    count = len(set(ensembles[-1].structures))
    what = (
        "one rival structure of several"
        if count == 1
        else f"{count} rival structures, runs shared equally among them"
    )
    yield f"How boroughs bid and hire: {what}."
    cut = ensembles[-1].scenario.structure.cut_links
    if cut:
        yield f"Links of the circle that are cut: {listed([link.value for link in cut])}."


# Limits


def limits(ensembles: Sequence[Ensemble]) -> list[str]:
    """Return what a reader must not take from this result."""
    years = census_years()
    error = declarations(Parameters)["reporting_error"].default
    return [
        f"What the cap and IR35 do is not identified by any data here. {CANNOT_TELL}",
        f"The record ends with the census of {years[-1]} and begins, on one definition, with "
        f"{years[0]}: anything beyond them is extrapolation.",
        "No parameter that ships was fitted to years after 2021: those years are kept to test the "
        "model. "
        "`permanence hindcast` scores forecasts of them beside simple baselines: look at them "
        "before reading a level as a forecast. Differences between policies share parameters and "
        "luck "
        "and are the safer reading.",
        "Several structures of the market fit the record about equally well and do not agree on "
        "policy: see the results by structure.",
        f"A borough is small: luck alone moves its shares by points a year, and the census counts "
        f"it with an error of about {100 * float(error):.1f} points (assumed). The City of London "
        "is modelled and counted in London, never scored; Kingston and Richmond are one employer.",
        "An interval holds the middle 80 % of runs: parameters and luck within the model. It says "
        "nothing about what the model leaves out.",
    ]


# The log of assumptions


class Entry(NamedTuple):
    """One line of the log, as it is printed."""

    number: str
    assumption: str
    value: str
    allowed: str
    basis: str
    quality: str
    impact: str


def assumptions(ensembles: Sequence[Ensemble], unit: str = LONDON) -> list[Entry]:
    """Return the log: structures (S), levers in force (L), then every parameter (P)."""
    found = [*_structure_entries(ensembles), *_lever_entries(ensembles)]
    seen = _impacts(ensembles, unit)
    for place, (name, declared) in enumerate(declarations(Parameters).items(), start=1):
        value, is_drawn = _parameter_value(name, declared, ensembles)
        impact = seen.get(name, "too few runs") if is_drawn else "fixed in this result"
        found.append(
            Entry(
                f"P{place:02d}", f"{declared.label} ({name})", value, _range(declared),
                _basis(declared), QUALITY[declared.grade], impact,
            )
        )  # fmt: skip
    return found


def log_section(ensembles: Sequence[Ensemble], unit: str, version: str) -> str:
    """Return the log with what its columns mean."""
    runs = ensembles[-1].runs
    entries = assumptions(ensembles, unit)
    outcome = "the permanent share of the workforce at the horizon"
    if len(ensembles) > 1:
        names = (quoted(ensembles[-1].scenario), quoted(ensembles[0].scenario))
        outcome = f"the difference {names[0]} makes to {outcome}, against {names[1]}"
    impact = (
        f"Impact is the rank correlation, over the {runs:,} runs of this result, of what was drawn "
        f"with {outcome}: large from {LARGE:g} up; none seen where chance could give as much "
        f"(under {CLEAR_OF_CHANCE / sqrt(runs):.2f})."
        if runs >= FEWEST_FOR_IMPACT
        else f"Impact is not told from luck with {counted(runs, 'run')}: it takes "
        f"{FEWEST_FOR_IMPACT} or more. `permanence sensitivity` and `sweep` look at it directly."
    )
    return (
        paragraph(
            "In the shape of an assumptions log after the Aqua Book (HM Treasury, 2015), from what "
            "the code declares. Quality: green, computed from the census; amber, read in a named "
            "source, possibly for another place or year; red, no source decides it."
        )
        + paragraph(impact)
        + paragraph(
            "Owner of every entry: the Permanence authors. Last reviewed: with version "
            f"{version}. Not signed off by anybody outside the project."
        )
        + table(
            f"Assumptions log: {len(entries)} entries", LOG_HEAD, entries,
            words=range(1, len(LOG_HEAD)), kind="log",
        )
    )  # fmt: skip


def _structure_entries(ensembles: Sequence[Ensemble]) -> Iterator[Entry]:
    declared = declarations(Structure)
    scenario = ensembles[-1].scenario
    for place, half in enumerate(DRAWN_STRUCTURE, start=1):
        values = sorted({str(pair[place - 1].value) for pair in ensembles[-1].structures})
        chosen = "set by the scenario" if half in scenario.fixed_structure else "not set"
        basis = "the record does not tell rival structures apart; see the results by structure"
        yield Entry(
            f"S{place}", declared[half].label, listed(values), chosen, basis,
            QUALITY[Grade.ASSUMED], "by structure",
        )  # fmt: skip


def _lever_entries(ensembles: Sequence[Ensemble]) -> Iterator[Entry]:
    number = 0
    for lever_name, field in Levers.model_fields.items():
        levers = {
            called(one.scenario): getattr(one.scenario.levers, lever_name) for one in ensembles
        }
        acting = {name: lever for name, lever in levers.items() if not lever.is_no_op}
        if not acting:
            continue
        for name, declared in declarations(type(next(iter(acting.values())))).items():
            values = {who: _plain(getattr(lever, name)) for who, lever in acting.items()}
            if all(value == "" for value in values.values()):
                continue
            number += 1
            yield Entry(
                f"L{number:02d}",
                f"{field.description}: {declared.label} (levers.{lever_name}.{name})",
                _told_apart(values) + _unit(declared),
                _range(declared),
                _basis(declared),
                QUALITY[declared.grade] if declared.source == NO_SOURCE else "amber: a source",
                "a policy's term",
            )


def _parameter_value(
    name: str, declared: Declaration, ensembles: Sequence[Ensemble]
) -> tuple[str, bool]:
    """Return what a parameter was in this result, and whether it was drawn."""
    last = ensembles[-1]
    if last.draws != Draws.DEFAULT and name in last.parameters[0]:
        ends = spread_of(np.array([run[name] for run in last.parameters]))
        middle = f"drawn: {_short(ends.q50)}"
        within = f" ({_short(ends.q10)} to {_short(ends.q90)})" if last.runs > 1 else ""
        return f"{middle}{within}{_unit(declared)}", True
    values = {
        called(one.scenario): _plain(getattr(one.scenario.parameters, name)) for one in ensembles
    }
    return f"{_told_apart(values)}{_unit(declared)}", False


def _unit(declared: Declaration) -> str:
    return "" if declared.unit in SPEAKS_FOR_ITSELF else f"; {declared.unit}"


def _short(value: float) -> str:
    """Return a number in three figures, or whole if it is large."""
    return f"{value:,.0f}" if abs(value) >= THOUSAND else f"{value:.3g}"


def _told_apart(values: dict[str, str]) -> str:
    """Return a value once where all scenarios have the same, else each with its scenario."""
    if len(set(values.values())) == 1:
        return next(iter(values.values()))
    return "; ".join(f"{name}: {value or 'not set'}" for name, value in values.items())


def _plain(value: Any) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= THOUSAND else f"{value:g}"
    if isinstance(value, StrEnum):
        return value.value.replace("_", " ")
    if isinstance(value, tuple):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
    if hasattr(value, "model_dump"):
        return _plain(value.model_dump(mode="json"))
    return str(value)


def _range(declared: Declaration) -> str:
    parts = []
    if declared.prior is not None:
        parts.append(f"prior {declared.prior[0]:g} to {declared.prior[1]:g}")
    if declared.allowed is not None:
        parts.append(f"allowed {declared.allowed[0]:g} to {declared.allowed[1]:g}")
    return "; ".join(parts)


def _basis(declared: Declaration) -> str:
    return "no source" if declared.source == NO_SOURCE else declared.source


# Impact


def _impacts(ensembles: Sequence[Ensemble], unit: str) -> dict[str, str]:
    """Return, by drawn parameter, how its draws go with the result; nothing with few runs."""
    last, runs = ensembles[-1], ensembles[-1].runs
    if runs < FEWEST_FOR_IMPACT:
        return {}
    values = last.of(WORKFORCE, unit)[:, -1]
    if len(ensembles) > 1:
        values = values - ensembles[0].of(WORKFORCE, unit)[:, -1]
    found = {}
    for name in last.parameters[0]:
        drawn = np.array([run[name] for run in last.parameters])
        found[name] = _impact(_rank_correlation(drawn, values), runs)
    return found


def _impact(correlation: float, runs: int) -> str:
    if not isfinite(correlation) or abs(correlation) < CLEAR_OF_CHANCE / sqrt(runs):
        return "none seen"
    size = "large" if abs(correlation) >= LARGE else "some"
    return f"{size} ({correlation:+.2f})"


def _rank_correlation(one: FloatArray, other: FloatArray) -> float:
    """Return Spearman's rank correlation, NaN where either does not vary or is not known."""
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < 2 or np.ptp(one[known]) == 0 or np.ptp(other[known]) == 0:
        return float("nan")
    from scipy.stats import spearmanr

    return float(spearmanr(one[known], other[known]).statistic)
