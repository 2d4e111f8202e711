"""What stands in a workbook: summary, wide sheets, boroughs, spending, assumptions, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from sim.answers.comparison import HIGH_CASE, LOW_CASE, headline, mean
from sim.answers.results import made_by, summarised
from sim.answers.workbook import Sheet, Value
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.headline import HEADLINE
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import stamp_of_this_code
from sim.market.ledger import PAYEES
from sim.market.outcomes import OUTCOMES

YEARLY = "£ per year"
STATISTICS = ("mean", LOW_CASE, "median", HIGH_CASE)
KINDS = ("agency staff", "permanent staff", "policies, beside pay", "all that boroughs pay")
CENSUS = (
    "Opening figures: DfE children's social work workforce census, Open Government Licence v3.0.",
    "Tax and pay: the tables named below; every parameter's source stands under Assumptions.",
)


def text_sheet(name: str, lines: Sequence[str]) -> Sheet:
    """Return a sheet of text, a line a row."""
    return Sheet(name, (), (), [(line,) for line in lines])


def table_sheet(name: str, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> Sheet:
    """Return a tidy table as a sheet: values by column, already numbers where they are numbers."""
    unit_at = columns.index("unit_of_measure") if "unit_of_measure" in columns else None
    rows = [
        tuple(_dated(name, value) for name, value in zip(columns, row, strict=True))
        for row in zip(*values, strict=True)
    ]
    return Sheet(name, (), columns, rows, unit_at)


def _dated(column: str, value: Any) -> Value:
    if column == "date" and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def ensemble_sheets(ensembles: Sequence[Ensemble], unit: str = LONDON) -> list[Sheet]:
    """Return the sheets of results: summary, by year, boroughs, spending, assumptions."""
    return [
        _summary(ensembles, unit),
        _by_year(ensembles),
        _boroughs(ensembles),
        _spending(ensembles),
        _borough_spending(ensembles),
        _assumptions(ensembles),
    ]


def _years(ensembles: Sequence[Ensemble]) -> list[str]:
    one = ensembles[0]
    return [str(one.day(month).year) for month in one.months[::MONTHS_PER_YEAR]]


def _summary(ensembles: Sequence[Ensemble], unit: str) -> Sheet:
    one = ensembles[0]
    first, last = one.day(0), one.day(one.months[-1])
    columns = ("scenario", "outcome", "unit", str(first), str(last), LOW_CASE,
               HIGH_CASE)  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for ensemble in ensembles:
        for name, label, measure, values in headline(ensemble, unit):
            is_chance = name.startswith("chance")
            start = None if is_chance else mean(ensemble.of(name, unit)[:, 0])
            low, high = (None, None) if is_chance else _ends(values)
            rows.append((ensemble.scenario.name, label, measure, start, mean(values), low, high))
    title = (
        f"{unit}: means of {one.runs} runs; chances are shares of runs",
        "No policy's effect here is identified by data: each follows from stated assumptions.",
    )
    return Sheet("Summary", title, columns, rows, 2)


def _ends(values: FloatArray) -> tuple[float, float]:
    found = summarised(values[:, None])[:, 0]
    return float(found[1]), float(found[3])


def _by_year(ensembles: Sequence[Ensemble]) -> Sheet:
    columns = ("scenario", "outcome", "unit", "statistic", *_years(ensembles))
    rows: list[tuple[Value, ...]] = [
        (one.scenario.name, outcome.label, outcome.unit, statistic, *map(float, values))
        for one in ensembles
        for outcome in OUTCOMES
        for statistic, values in zip(STATISTICS, summarised(one.of(outcome.name)), strict=True)
    ]
    return Sheet("By year", ("London at 30 September",), columns, rows, 2)


def _boroughs(ensembles: Sequence[Ensemble]) -> Sheet:
    columns = ("scenario", "employer", "outcome", "unit", *_years(ensembles))
    rows: list[tuple[Value, ...]] = [
        (
            one.scenario.name, employer, outcome.label, outcome.unit,
            *map(float, summarised(one.of(outcome.name, employer))[0]),
        )
        for one in ensembles
        for employer in one.units[1:]
        for outcome in OUTCOMES
        if outcome.name in HEADLINE
    ]  # fmt: skip
    title = ("Employers at 30 September: means over runs", "A single small borough is mostly luck.")
    return Sheet("Boroughs", title, columns, rows, 3)


def spent(of: Mapping[str, FloatArray]) -> list[FloatArray]:
    """Return spending by `KINDS` from outcomes by name; policies are the bill beyond staff."""
    bill = np.sum([of[f"paid_to_{payee}_per_year"] for payee in PAYEES], axis=0)
    agency, permanent = of["agency_cost_per_year"], of["permanent_cost_per_year"]
    return [agency, permanent, bill - agency - permanent, bill]


MONEY = (
    "agency_cost_per_year",
    "permanent_cost_per_year",
    *(f"paid_to_{payee}_per_year" for payee in PAYEES),
)


def _spending(ensembles: Sequence[Ensemble]) -> Sheet:
    columns = ("scenario", "spent on", "measure", "unit", *_years(ensembles))
    rows: list[tuple[Value, ...]] = []
    for one in ensembles:
        lines = spent({name: one.london(name) for name in MONEY})
        level = one.london("cost_per_filled_post") / one.london("cost_per_filled_post_start_pounds")
        for kind, line in zip(KINDS, lines, strict=True):
            for measure, paid in (("pounds of the day", line), ("start year's pay", line / level)):
                for what, values in ((f"a year, {measure}", paid), (f"since the start, {measure}",
                                     _since_start(paid))):  # fmt: skip
                    at = values[:, ::MONTHS_PER_YEAR].mean(axis=0)
                    rows.append((one.scenario.name, kind, what, YEARLY, *map(float, at)))
    title = (
        "London: means over runs, so that they add up; a year's pace in September, and sums",
        "The start year's pay is the model's index of social workers' pay, not CPI. Money not "
        "spent on empty posts is work not done, not a saving.",
    )
    return Sheet("Spending", title, columns, rows, 3)


def _since_start(paid: FloatArray) -> FloatArray:
    monthly = paid / MONTHS_PER_YEAR
    monthly[:, 0] = 0.0
    return np.asarray(np.cumsum(monthly, axis=1))


def _borough_spending(ensembles: Sequence[Ensemble]) -> Sheet:
    columns = ("scenario", "employer", "spent on", "unit", *_years(ensembles))
    rows: list[tuple[Value, ...]] = [
        (one.scenario.name, employer, kind, YEARLY, *map(float, line.mean(axis=0)))
        for one in ensembles
        for employer in one.units[1:]
        for kind, line in zip(
            KINDS, spent({name: one.of(name, employer) for name in MONEY}), strict=True
        )
    ]
    title = ("Employers: a year's pace in September, pounds of the day, means over runs",)
    return Sheet("Borough spending", title, columns, rows, 3)


def _assumptions(ensembles: Sequence[Ensemble]) -> Sheet:
    columns = ("scenario", "what", "value", "lowest drawn", "highest drawn", "unit", "set or drawn",
               "grade", "source")  # fmt: skip
    rows = [row for one in ensembles for row in (*_levers(one), *_parameters(one))]
    return Sheet("Assumptions", ("What was set, and what runs drew",), columns, rows)


def _levers(one: Ensemble) -> Iterator[tuple[Value, ...]]:
    content = one.scenario.model_dump(mode="json", exclude_defaults=True)
    for key, value in _leaves(content.get("levers", {}), "levers."):
        is_number = isinstance(value, int | float)
        yield (one.scenario.name, key, value if is_number else str(value),
               None, None, None, "set", "assumed", None)  # fmt: skip


def _leaves(content: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _parameters(one: Ensemble) -> Iterator[tuple[Value, ...]]:
    for name, declared in declarations(Parameters).items():
        drawn = np.array([run[name] for run in one.parameters if name in run])
        value: Any = getattr(one.scenario.parameters, name)
        low, high = (float(drawn.min()), float(drawn.max())) if drawn.size else (None, None)
        how = "drawn" if drawn.size else "set" if name in one.scenario.fixed_parameters else "held"
        middle = float(np.median(drawn)) if drawn.size else value
        if not isinstance(middle, int | float):
            middle = str(middle)
        yield (one.scenario.name, declared.label, middle, low, high, declared.unit, how,
               declared.grade.value, declared.source)  # fmt: skip


def sources_sheet(notes: Sequence[str]) -> Sheet:
    """Return what made the numbers, and what must be known beside them."""
    made = made_by(stamp_of_this_code())
    lines = [
        f"Permanence {made['package']}, code {made['code']}, data {made['data']}",
        "The manifest beside this file has the command that made it.",
        *CENSUS,
        *(f"{table}: {digest}" for table, digest in made["data_tables"].items()),
        "",
        *notes,
    ]
    return text_sheet("Sources", lines)
