"""The question `sensitivity`: what drives an answer, or a policy's difference."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BeforeValidator

from sim.answers.answer import Answer, Chart, Table
from sim.answers.reading import find_result, read_ensemble, refuse_other_stamp
from sim.answers.results import MANIFEST
from sim.domain.calendar import DEFAULT_YEARS
from sim.domain.headline import SHARES
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import Rooms, stamp_of_this_code
from sim.market.outcomes import OUTCOME
from sim.scenario import ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.request import asked
from sim.studies.sensitivity import words
from sim.studies.sensitivity.method import indices as i
from sim.studies.sensitivity.method.factors import MIDDLE, Factor, factors_of
from sim.studies.sensitivity.method.ranks import Ranks, ranks
from sim.studies.sensitivity.method.twin_runs import TOLD_NAMES, Plan, over_design
from sim.studies.sensitivity.words import Driven, Told
from sim.studies.study import Desk, Study, refuse_namesakes
from sim.words.captions import listed, unit_name

OWN_CODE = Rooms("studies/sensitivity/method")
PAIRED_BY = ("seed", "runs", "years", "draws")
LUCKY = 64
"""Points with luck and every factor at its middle."""
FEWEST_POINTS, MOST_POINTS = 64, 8192
POWERS = f"0, or a power of two from {FEWEST_POINTS} to {MOST_POINTS}"


def _power(points: int) -> int:
    if points and not (FEWEST_POINTS <= points <= MOST_POINTS and points & (points - 1) == 0):
        raise ValueError(f"given {points}; allowed: {POWERS}")
    return points


def _outcomes(given: tuple[str, ...]) -> tuple[str, ...]:
    for name in given:
        if name not in TOLD_NAMES:
            close = [one for one in TOLD_NAMES if one.startswith(name)]
            close += difflib.get_close_matches(name, TOLD_NAMES, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise ValueError(f"given {name}{hint}; allowed: {', '.join(TOLD_NAMES)}")
    together = SHARES if not given or set(given) & set(SHARES) else ()
    return tuple(dict.fromkeys((*given, *together)))


class Sensitivity(f.Dated):
    """Say what drives an answer.

    A scenario: every uncertain parameter and both halves of the structure are screened (Morris),
    the strongest are then given their shares of the variance (Sobol), as a tornado. With a policy:
    the same of what it changes. In place of scenarios, folders of results of `permanence run`: rank
    correlations of the runs that lie there, at once.
    """

    scenario: f.Given
    policy: Annotated[
        f.Given | None,
        asked("A second scenario: what drives the difference.", metavar="POLICY", is_argument=True),
    ] = None
    outcome: Annotated[
        tuple[str, ...],
        BeforeValidator(f._texts),
        AfterValidator(_outcomes),
        asked(
            "An outcome, such as agency_cost_per_year; repeat for more (default: both permanent "
            "shares and unfilled posts, which always stand together).",
            metavar="NAME",
            is_repeated=True,
        ),
    ] = ()
    trajectories: Annotated[
        int, asked("Trajectories of the screening.", low=4, high=1000, metavar="N")
    ] = 20
    strongest: Annotated[
        int, asked("How many factors get their share of variance.", low=2, high=58, metavar="N")
    ] = 8
    points: Annotated[
        int,
        AfterValidator(_power),
        asked(f"Base points of the shares of variance: {POWERS}.", allowed=POWERS, metavar="N"),
    ] = 512
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    borough: f.BoroughName = None


def work(asked: Sensitivity, desk: Desk) -> Answer:
    """Screen, share out the variance, or correlate the runs of folders."""
    names = [one for one in (asked.scenario, asked.policy) if one is not None]
    kept = [isinstance(one, str | Path) and (Path(one) / MANIFEST).is_file() for one in names]
    outcomes = _outcomes(asked.outcome)
    if any(kept):
        if not all(kept):
            raise ScenarioError(
                "sensitivity: given a folder and a scenario; allowed: two of a kind"
            )
        desk.refuse_foreign()
        return _of_runs([Path(one) for one in names], asked, outcomes)
    return _of_twin(names, asked, outcomes, desk)


# By the twin


def _of_twin(
    names: Sequence[Any], asked: Sensitivity, outcomes: Sequence[str], desk: Desk
) -> Answer:
    planned = f.plans(names, asked.overrides)
    unit = f.unit_of(asked.borough)
    f.refuse_other_starts(planned)
    refuse_namesakes(planned)
    factors = tuple(factors_of(planned, asked.parameters))
    plan = Plan(tuple(planned), factors, asked.years, unit)
    desk.claim(asked, planned, unit, [stamp_of_this_code(OWN_CODE)])
    driven, kept = _driven(plan, asked, outcomes, desk)
    last = planned[-1].start.opening.year + asked.years
    labels = {one.name: one.label for one in factors}
    told = Told(planned, asked.parameters, labels, unit_name(unit), last)
    notes = words.notes(told, asked.points, kept, len(factors))
    tables = [_screening(driven, labels), *([_indices(driven, labels)] if asked.points else [])]
    findings = words.findings(driven, told)
    return Answer(
        about=f"{' and '.join(one.name for one in planned)}, {len(factors)} factors",
        values={
            "scenarios": [one.name for one in planned],
            "unit": unit,
            "year": last,
            "sentences": findings,
            "notes": notes,
            **{one.name: [dict(zip(one.columns, row, strict=True)) for row in one.rows]
               for one in tables},
        },
        printed=[
            (words.variance_table if one.indices else words.screening_table)(one, told)
            for one in driven
        ],
        findings=findings,
        notes=notes,
        tables=tables[::-1],
        charts=[
            Chart(f"figures/{one.outcome}", partial(_drawn, one, told))
            for one in driven
            if one.indices and one.deviation
        ],
    )  # fmt: skip


def _drawn(one: Driven, told: Told) -> tuple[Any, str]:
    from sim.studies.sensitivity import charts  # plotting is loaded only when something is drawn

    return charts.tornado(one, told)


def _driven(
    plan: Plan, asked: Sensitivity, outcomes: Sequence[str], desk: Desk
) -> tuple[list[Driven], int]:
    """Return what drives each outcome, and how many factors were given a share."""
    runs = _Runs(plan, desk)
    names = [one.name for one in plan.factors]
    design = i.screening_design(names, asked.trajectories, asked.seed)
    values = {n: _finite(v, n) for n, v in runs.of("screening", design, outcomes).items()}
    screens = {n: i.screened(names, design, v, asked.seed) for n, v in values.items()}
    chosen: list[Factor] = []
    if asked.points:
        strong = i.strongest(list(screens.values()), min(asked.strongest, len(names)))
        chosen = [one for one in plan.factors if one.name in strong]
        design = i.sobol_design([one.name for one in chosen], asked.points, asked.seed)
        whole = np.full((len(design), len(names)), MIDDLE)
        whole[:, [names.index(one.name) for one in chosen]] = design
        values = {n: _finite(v, n) for n, v in runs.of("variance", whole, outcomes).items()}
    middle = np.full((LUCKY, len(names)), MIDDLE)
    luck = runs.of("luck", middle, outcomes, asked.seed)
    return [
        Driven(
            name,
            screens[name],
            i.indices(chosen, design, values[name], asked.seed) if chosen else (),
            float(values[name].mean()),
            float(values[name].std()) if np.ptp(values[name]) > i.NOTHING else 0.0,
            float(np.nanstd(luck[name])),
        )
        for name in outcomes
    ], len(chosen)


@dataclass
class _Runs:
    plan: Plan
    desk: Desk

    def of(
        self, stage: str, design: FloatArray, outcomes: Sequence[str], luck: int | None = None
    ) -> dict[str, FloatArray]:
        """Return outcomes at a design's points, or their differences, (point,) each."""
        with self.desk.progress(stage) as progress:
            found = over_design(
                self.plan, design, pool=self.desk.pool, folder=self.desk.out, progress=progress,
                luck=luck,
            )  # fmt: skip
        answer = found[0] if len(found) == 1 else found[1] - found[0]
        return {name: answer[:, TOLD_NAMES.index(name)] for name in outcomes}


def _finite(values: FloatArray, outcome: str) -> FloatArray:
    """Return an outcome's values, unless there is none at some point.

    Raises:
        ScenarioError: it is a ratio, and at some points there is nothing to divide by.
    """
    lost = int((~np.isfinite(values)).sum())
    if lost:
        raise ScenarioError(
            f"--outcome: {outcome} has no value at {lost} of {len(values)} points (nobody to "
            "divide by); allowed: an outcome that always has one, such as agency_fte"
        )
    return values


SCREENED_COLUMNS = ("outcome", "unit_of_measure", "factor", "label", "mean_effect", "size",
                    "size_half_interval", "spread")  # fmt: skip
INDEX_COLUMNS = (
    "outcome", "unit_of_measure", "factor", "label", "mean_lowest_fifth", "mean_highest_fifth",
    "lowest_is", "highest_is", "first", "first_half_interval", "total", "total_half_interval",
)  # fmt: skip


def _screening(driven: Sequence[Driven], labels: dict[str, str]) -> Table:
    rows = (
        (one.outcome, OUTCOME[one.outcome].unit, row.factor, labels[row.factor],
         row.mean, row.size, row.half, row.spread)
        for one in driven for row in one.screened
    )  # fmt: skip
    return Table.of("screening", SCREENED_COLUMNS, rows)


def _indices(driven: Sequence[Driven], labels: dict[str, str]) -> Table:
    rows = (
        (one.outcome, OUTCOME[one.outcome].unit, row.factor, labels[row.factor], row.low, row.high,
         row.low_words, row.high_words, row.first, row.first_half, row.total, row.total_half)
        for one in driven for row in one.indices
    )  # fmt: skip
    return Table.of("variance", INDEX_COLUMNS, rows)


# From runs that are kept


def _of_runs(folders: Sequence[Path], asked: Sensitivity, outcomes: Sequence[str]) -> Answer:
    ensembles = [_read(folder) for folder in folders]
    unit, last = f.unit_of(asked.borough), ensembles[-1]
    base = ensembles[0] if len(ensembles) > 1 else None
    if base is not None:
        _refuse_unpaired(folders, base, last)
    labels = {name: one.label for name, one in declarations(Parameters).items()}
    scenarios = [one.scenario for one in ensembles]
    told = Told(scenarios, last.draws, labels, unit_name(unit), last.day(last.months[-1]).year)
    found = {name: _ranks(name, unit, last, base, asked.seed) for name in outcomes}
    findings = [words.rank_finding(name, one, told) for name, one in found.items()]
    table = _rank_table(found, labels)
    return Answer(
        about=f"{' and '.join(one.name for one in scenarios)}, {last.runs} kept runs",
        values={
            "scenarios": [one.name for one in scenarios],
            "unit": unit,
            "sentences": findings,
            "notes": list(words.RANK_NOTES),
            "ranks": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
        },
        printed=[words.rank_table(name, one, told) for name, one in found.items()],
        findings=findings,
        notes=words.RANK_NOTES,
        tables=[table],
    )


def _refuse_unpaired(folders: Sequence[Path], base: Ensemble, last: Ensemble) -> None:
    differ = [one for one in PAIRED_BY if getattr(base, one) != getattr(last, one)]
    if differ:
        raise ScenarioError(
            f"{folders[1]}: is not paired with {folders[0]}: they differ in {listed(differ)}; "
            "allowed: two results of one `permanence compare`"
        )


def _read(folder: Path) -> Ensemble:
    result = find_result(folder)
    refuse_other_stamp(result, str(folder))
    return read_ensemble(result.told[0]).ensemble


def _ranks(name: str, unit: str, last: Ensemble, base: Ensemble | None, seed: int) -> Ranks:
    values = last.of(name, unit)[:, -1]
    if base is not None:
        values = values - base.of(name, unit)[:, -1]
    return ranks(last.parameters, last.structures, np.asarray(values, np.float64), seed)


def _rank_table(found: dict[str, Ranks], labels: dict[str, str]) -> Table:
    columns = ("outcome", "factor", "label", "rank_correlation", "low", "high", "beyond_luck")
    rows: list[tuple[Any, ...]] = [
        (name, one.factor, labels[one.factor], one.correlation, one.low, one.high, one.is_told)
        for name, many in found.items()
        for one in many.rows
    ]
    return Table.of("ranks", columns, rows)


STUDY = Study(
    name="sensitivity",
    says=QUESTIONS["sensitivity"],
    request=Sensitivity,
    work=work,
    example="permanence sensitivity baseline package --points 256",
    in_python="""
    >>> sim.sensitivity("baseline", trajectories=4, strongest=2, points=64, years=1)
    <sensitivity: baseline, 58 factors>
    """,
    own=OWN_CODE,
)
