"""The question `sweep`: one scenario over a grid of one or two numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from sim.answers import results
from sim.answers.answer import Answer, Cell, Chart, Table
from sim.domain.calendar import DEFAULT_YEARS
from sim.domain.given import counted
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import package_version
from sim.market.outcomes import OUTCOME
from sim.scenario import ScenarioError, declared_at
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.request import asked
from sim.studies.study import Desk, Study
from sim.studies.sweep import words
from sim.studies.sweep.method import (
    MOST_POINTS,
    Axis,
    planned_points,
    point_name,
    read_axis,
    swept,
)
from sim.studies.sweep.words import Swept
from sim.words.captions import called
from sim.words.doubts import tried_below_floor


class Sweep(f.Dated):
    """A scenario over a grid.

    Each --set applies to every point, and to the scenario they are set against.
    """

    scenario: f.Given
    over: Annotated[
        f.OneOrMore,
        asked(
            "A number to sweep, or KEY=ONE,TWO,...; twice for a grid.",
            metavar="KEY=FIRST:LAST:COUNT",
            is_repeated=True,
        ),
    ]
    against: Annotated[
        f.Given | None,
        asked("Also the paired difference from this scenario.", metavar="SCENARIO"),
    ] = None
    runs: f.Runs = 10
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    borough: f.BoroughName = None


def work(asked: Sweep, desk: Desk) -> Answer:
    """Run every point with the same luck."""
    axes = _axes(asked.over)
    f.refuse_set_too("--over", [axis.key for axis in axes], asked.overrides)
    planned = planned_points(asked.scenario, axes, asked.overrides)
    base = None if asked.against is None else f.plan(asked.against, asked.overrides)
    f.refuse_other_starts([*([base] if base else []), planned[0][1]])
    unit = f.unit_of(asked.borough)
    scenarios = {point_name(at): scenario for at, scenario in planned}
    if base is not None:
        scenarios[f"against-{base.name}"] = base
    desk.refuse_foreign()
    places = desk.claim_results(scenarios, asked)
    with desk.progress("sweep") as progress:
        found = swept(
            planned, base, runs=asked.runs, seed=asked.seed, years=asked.years,
            draws=asked.parameters, unit=unit, pool=desk.pool,
            folder=None if desk.out is None else partial(_place, places),
            keep=_keep, progress=progress,
        )  # fmt: skip
    tried = [(", ".join(f"{v:g}" for v in at.values()), one) for at, one in planned]
    below = tried_below_floor(tried, asked.years)
    done = Swept(
        planned[0][1].name, called(planned[0][1]), base, axes, found, unit, asked.runs, asked.seed,
        asked.years, asked.parameters, below,
    )  # fmt: skip
    return _answer(done)


def _axes(over: Sequence[str]) -> tuple[Axis, ...]:
    axes = tuple(read_axis(text) for text in over)
    if not 1 <= len(axes) <= 2 or len({axis.key for axis in axes}) < len(axes):
        raise ScenarioError(f"--over: given {len(axes)}; allowed: one key, or two different ones")
    size = 1
    for axis in axes:
        size *= len(axis.values)
    if size > MOST_POINTS:
        raise ScenarioError(f"--over: given {size} points; allowed: at most {MOST_POINTS}")
    return axes


def _place(places: dict[str, Path | None], name: str) -> Path:
    found = places[name]
    assert found is not None
    return found


def _keep(ensemble: Ensemble, folder: Path) -> None:
    results.write_result(ensemble, folder, results.command_line())


def _answer(done: Swept) -> Answer:
    findings, notes = words.findings(done), words.notes(done)
    keys = [axis.key for axis in done.axes]
    columns = ("scenario", *keys, "unit", "measure", "outcome", "unit_of_measure")
    return Answer(
        about=f"{done.scenario} over {' and '.join(keys)}, {len(done.points)} points",
        values={
            "scenario": done.scenario,
            "against": None if done.against is None else done.against.name,
            "over": {axis.key: list(axis.values) for axis in done.axes},
            "unit": done.unit,
            "runs": done.runs,
            "seed": done.seed,
            "years": done.years,
            "parameter_draws": done.draws.name,
            "notes": [*findings, *notes],
            "points": [asdict(point) for point in done.points],
        },
        printed=words.printed(done),
        findings=findings,
        notes=notes,
        tables=[Table.of("sweep", (*columns, "mean", "q10", "q90"), _rows(done, keys))],
        charts=[Chart("sweep", partial(_drawn, done))],
    )


def _rows(done: Swept, keys: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    for point in done.points:
        at = [float(point.at[key]) for key in keys]
        for measure, spreads in (("value", point.outcomes), ("difference", point.against)):
            for outcome, one in spreads.items():
                unit = OUTCOME[outcome].unit if outcome in OUTCOME else "employers"
                yield (
                    done.scenario, *at, done.unit, measure, outcome, unit,
                    float(one.mean), float(one.q10), float(one.q90),
                )  # fmt: skip


def _drawn(done: Swept) -> tuple[Any, str]:
    from sim.studies.sweep import charts  # plotting is loaded only when something is drawn

    labels = [axis.name for axis in done.axes]
    source = f"Source: Permanence {package_version()} simulation, seed {done.seed}."
    declared = [declared_at(axis.key) for axis in done.axes]
    meaning = "; ".join(
        f"{label}: {one.label} ({one.unit})" for label, one in zip(labels, declared, strict=True)
    )
    about = (
        f"Scenario: {done.called}, {counted(done.years, 'year')} on, "
        f"{counted(done.runs, 'run')}; {meaning}. "
        f"{words.caution(done)}"
    )
    if len(done.axes) == 1:
        (axis,) = done.axes
        return charts.sweep_chart(axis, done.points, done.unit, labels[0], about, source)
    both, named = (done.axes[0], done.axes[1]), (labels[0], labels[1])
    return charts.sweep_map(both, done.points, done.unit, named, about, source)


STUDY = Study(
    name="sweep",
    says=QUESTIONS["sweep"],
    request=Sweep,
    work=work,
    example="permanence sweep cap-with-defection --over levers.cap.tolerance=0.05:0.15:11",
    in_python="""
    >>> sim.sweep("cap-with-defection", "levers.cap.tolerance=0.05,0.15", runs=2, years=1)
    <sweep: cap-with-defection over levers.cap.tolerance, 2 points>
    """,
)
