"""`permanence story`: a council's story beside its claim, the census and a placebo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.answers import results
from sim.answers.comparison import Spread
from sim.domain import evidence
from sim.domain.calendar import census_date
from sim.domain.claims import Claim, claims_of
from sim.domain.headline import SHARES, WORKFORCE
from sim.domain.published import published_figure
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.ensemble.workers import workers
from sim.market.outcomes import OUTCOME
from sim.scenario import ScenarioError
from sim.studies.story.work import (
    StoryRow,
    own_levers,
    placebo_of,
    rise,
    story_rows,
)
from sim.terminal import options as o
from sim.terminal.progress import processors
from sim.terminal.result_folders import ensemble_of, prepare, refuse_foreign
from sim.terminal.telling import Files, tell
from sim.words.notes import notes
from sim.words.result_tables import context_of
from sim.words.tables import print_notes, print_table, shown, wrapped

STORY_FILE = "story.csv"
LAST_YEAR = 2023
"""Stories are told to the last census before the agency rules of October 2024, which none has."""
COLUMNS = (
    "scenario", "borough", "outcome", "date", "claimed", "census",
    "policy", "policy_q10", "policy_q90", "placebo", "placebo_q10", "placebo_q90",
    "difference", "difference_q10", "difference_q90",
)  # fmt: skip


def story(
    scenario: o.ScenarioName,
    runs: o.Runs = 20,
    seed: o.Seed = 1,
    years: Annotated[
        int | None,
        typer.Option(
            parser=o.whole(1, o.MOST_YEARS),
            metavar="N",
            help=f"Years to run (default: to the census of {LAST_YEAR}).",
        ),
    ] = None,
    jobs: o.Jobs = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    borough_data: o.BoroughData = None,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Tell a council's story: its claim, the census, the model, and a placebo without its policy.

    The placebo is the same borough from the same start with the same luck, without what the
    council does alone.

    Example: permanence story bexley --out results/bexley
    """
    (planned,) = o.planned([scenario], sets, borough_data)
    placebo = placebo_of(planned)
    unit = planned.borough
    if unit is None:
        raise ScenarioError(f"{planned.name}: names no borough")
    years = years or max(LAST_YEAR - planned.start.opening.year, 1)
    both = {planned.name: planned, placebo.name: placebo}
    if out is not None:
        refuse_foreign(out)
        prepare({out / name: one for name, one in both.items()}, seed, years, parameters)
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool:
        policy, without = (
            ensemble_of(
                one, runs, seed, years, parameters, pool, jobs, None if out is None else out / name,
                quiet,
            )
            for name, one in both.items()
        )  # fmt: skip
    rows = story_rows(policy, without, unit)
    told = _told(policy, rows, unit)
    noted = [*_removed(policy), told, *notes(policy, unit, without)]

    def show() -> None:
        for line in wrapped(planned.title):
            typer.secho(line, bold=True)
        for outcome in SHARES:
            _print(policy, rows, unit, outcome)
        print_notes(noted)

    def content(files: Files) -> Any:
        context = context_of(policy, unit, files, sets or ())
        claimed = [asdict(claim) | {"day": str(claim.day)} for claim in claims_of(unit)]
        figures = [asdict(row) | {"census": _census(row, unit)} for row in rows]
        answer = {"scenario": planned.name, **context, "notes": noted}
        return {**answer, "claims": claimed, "rows": figures}

    def save() -> Files:
        return [] if out is None else _save(policy, without, rows, unit, told, out)

    tell(show, content, save, as_json=as_json)


def _census(row: StoryRow, unit: str) -> float | None:
    """Return the published figure of a row's year, where there is a sound one."""
    if row.year not in evidence.census_years():
        return None
    return published_figure(row.outcome, row.year, unit)


def _claimed(row: StoryRow, unit: str) -> list[Claim]:
    """Return what was claimed in the twelve months around a 30 September."""
    return [
        claim
        for claim in claims_of(unit)
        if claim.day is not None
        and claim.measure == row.outcome
        and abs((claim.day - census_date(row.year)).days) <= 183
    ]


def _print(policy: Ensemble, rows: Sequence[StoryRow], unit: str, outcome: str) -> None:
    mine = [row for row in rows if row.outcome == outcome]
    cells = []
    for row in mine:
        said = "; ".join(shown(claim.value, "share") for claim in _claimed(row, unit))
        cells.append(
            (
                str(row.year),
                said,
                "" if (seen := _census(row, unit)) is None else shown(seen, "share"),
                *_pair(row.policy),
                *_pair(row.placebo),
                shown(row.difference.q50, "share", signed=True),
            )
        )
    typer.echo()
    heading = (
        f"{OUTCOME[outcome].label} of {unit}, 30 September\n"
        f"medians of {policy.runs} runs, 80 % interval"
    )
    columns = ("", "claimed", "census", "policy", "80 %", "placebo", "80 %", "difference")
    print_table(heading, columns, cells)


def _pair(spread: Spread) -> tuple[str, str]:
    low, high = (f"{100 * end:.0f}" for end in (spread.q10, spread.q90))
    return shown(spread.q50, "share"), f"{low}-{high}"


def _removed(policy: Ensemble) -> list[str]:
    names = ", ".join(name.replace("_", " ") for name in own_levers(policy.scenario))
    said = [
        f"Claimed: {claim.in_our_words} ({claim.source})."
        for claim in claims_of(str(policy.scenario.borough))
    ]
    return [
        *said,
        f"Placebo: the same borough, start and luck without {names}. What all of London does "
        "stays: its cap, the tax change.",
    ]


def _told(policy: Ensemble, rows: Sequence[StoryRow], unit: str) -> str:
    """Return how much of the rise the placebo shows too, four years on or at the last census."""
    years = [row.year for row in rows if row.outcome == WORKFORCE]
    known = [year for year in years if year in evidence.census_years()]
    year = min(known[-1], years[0] + 4) if known else years[-1]
    mine, theirs = rise(rows, WORKFORCE, year)
    text = (
        f"By {year} {unit}'s permanent share of the workforce rises by {100 * mine:.0f} points "
        f"with its policy and by {100 * theirs:.0f} without it"
    )
    if mine > 0:
        text += f": {100 * max(theirs, 0) / mine:.0f} % of the rise comes without the policy"
    inside = [
        row.policy.q10 <= seen <= row.policy.q90
        for row in rows[1:]
        if row.outcome == WORKFORCE and (seen := _census(row, unit)) is not None
    ]
    if inside:
        text += f". Of {len(inside)} censuses {sum(inside)} lie in the 80 % band of the policy"
    return f"{text}. A low start rises toward the mean by itself, which looks like policy working."


def _title(rows: Sequence[StoryRow], unit: str) -> str:
    years = [row.year for row in rows if row.outcome == WORKFORCE]
    known = [year for year in years if year in evidence.census_years()]
    year = min(known[-1], years[0] + 4) if known else years[-1]
    row = next(one for one in rows if (one.outcome, one.year) == (WORKFORCE, year))
    seen = _census(row, unit)
    text = (
        f"By {year} {unit} is {100 * row.policy.q50:.0f} % permanent with its policy and "
        f"{100 * row.placebo.q50:.0f} % without it"
    )
    if seen is None:
        return text
    return f"{text}; the census has {100 * seen:.0f} %, and {_missed(rows, unit)}"


def _missed(rows: Sequence[StoryRow], unit: str) -> str:
    """Return by how much the median path misses the census on average, the start left out."""
    known = [
        (row.year, 100 * abs(row.policy.q50 - seen))
        for row in rows
        if row.outcome == WORKFORCE and (seen := _census(row, unit)) is not None
    ][-7:]
    mean = sum(gap for _, gap in known) / len(known)
    return f"is missed by {mean:.0f} points on average over {known[0][0]}-{known[-1][0]}"


def _save(
    policy: Ensemble,
    placebo: Ensemble,
    rows: Sequence[StoryRow],
    unit: str,
    told: str,
    out: Path,
) -> list[Path]:
    from sim.charts import ensembles as charts  # plotting is loaded only when something is drawn

    for ensemble in (policy, placebo):
        results.write_result(ensemble, out / ensemble.scenario.name, results.command_line())
    table = out / STORY_FILE
    results.write_table(table, COLUMNS, (_row(policy, row, unit) for row in rows))
    chart = charts.permanence_chart(
        [placebo, policy],
        unit,
        claims=[claim for claim in claims_of(unit) if claim.measure == WORKFORCE],
        title=_title(rows, unit),
    )
    saved = charts.save(chart.figure, f"{chart.alt_text} {told}", out / "story")
    return [*saved, table, *(out / one.scenario.name for one in (policy, placebo))]


def _row(policy: Ensemble, row: StoryRow, unit: str) -> tuple[str, ...]:
    seen = _census(row, unit)
    spreads = (row.policy, row.placebo, row.difference)
    return (
        policy.scenario.name,
        unit,
        row.outcome,
        str(census_date(row.year)),
        "; ".join(results.number(claim.value) for claim in _claimed(row, unit)),
        "" if seen is None else results.number(seen),
        *(results.number(value) for one in spreads for value in (one.q50, one.q10, one.q90)),
    )
