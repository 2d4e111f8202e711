"""The question `patterns`: what a model of London must reproduce, and whether this one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sim.answers.answer import Answer, Cell, Printed, Table
from sim.domain.given import counted
from sim.ensemble.draws import Draws
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.calibrate.method.anchors import ANCHORED_RUNS
from sim.studies.patterns import words
from sim.studies.patterns.method.pattern_list import HEADINGS, PATTERNS
from sim.studies.patterns.method.patterns import Result, Standing, pattern_results
from sim.studies.request import Request
from sim.studies.study import Desk, Study

COLUMNS = (
    "number", "pattern", "standing", "unit", "first_year", "last_year", "target", "band_low",
    "band_high", "q10", "q50", "q90", "runs", "share_of_runs_in_band", "verdict",
    "q50_without_reporting_error", "source",
)  # fmt: skip
HEADER = ("", "target", "band", "model", "80 % of runs", "runs\nin", "")


class Patterns(Request):
    """What a model of London must reproduce, and whether this one does."""

    runs: f.Runs = 100
    seed: f.Seed = 1
    parameters: f.Parameters = Draws.POSTERIOR
    write_docs: f.Document = None


def work(asked: Patterns, desk: Desk) -> Answer:
    """Run the record's years and what is anchored, and judge every pattern."""
    desk.refuse_file()
    page = asked.write_docs
    f.refuse_document(page)
    with desk.progress("patterns") as progress:
        found = pattern_results(
            PATTERNS, runs=asked.runs, seed=asked.seed, draws=asked.parameters, pool=desk.pool,
            progress=progress,
        )  # fmt: skip
    noted = words.notes(asked.runs, min(asked.runs, ANCHORED_RUNS), asked.parameters.calibration)
    verdicts = words.verdicts(found)
    return Answer(
        about=f"{len(found)} rows, {counted(asked.runs, 'run')}",
        values={
            "runs": asked.runs,
            "seed": asked.seed,
            "verdicts": verdicts,
            "notes": noted,
            "patterns": [_values(one) for one in found],
        },
        printed=[_printed(found, standing) for standing in Standing],
        findings=[words.legend(), *verdicts],
        notes=noted,
        tables=[Table.of("patterns", COLUMNS, map(_cells, found))],
        documents={} if page is None else {page: words.page(found, noted)},
    )


def _printed(found: Sequence[Result], standing: Standing) -> Printed:
    rows = [
        (f"{one.pattern.number} {words.label(one.pattern)}", *words.cells(one))
        for one in found
        if one.pattern.standing is standing
    ]
    return Printed(words.TITLES[standing], HEADER, rows)


def _cells(one: Result) -> tuple[Cell, ...]:
    pattern = one.pattern
    years = ("", "") if pattern.measure is None else pattern.years
    return (
        pattern.number, pattern.name, pattern.standing.value, pattern.unit, *years, pattern.target,
        *pattern.limits, one.q10, one.median, one.q90, one.runs, one.in_band,
        words.verdict(one).lower(), one.without_error, pattern.source,
    )  # fmt: skip


def _values(one: Result) -> dict[str, Any]:
    pattern = one.pattern
    return {
        "number": pattern.number,
        "says": HEADINGS[pattern.number],
        "pattern": pattern.name,
        "meaning": pattern.meaning,
        "standing": pattern.standing.value,
        "unit": pattern.unit,
        "target": pattern.target,
        "band": list(pattern.limits),
        "verdict": words.verdict(one).lower(),
        "source": pattern.source,
    } | {name: value for name, value in asdict(one).items() if name != "pattern"}


STUDY = Study(
    name="patterns",
    says=QUESTIONS["patterns"],
    request=Patterns,
    work=work,
    example="permanence patterns --runs 100 --out results/patterns",
    in_python="""
    >>> sim.patterns(runs=2)
    <patterns: 50 rows, 2 runs>
    """,
)
