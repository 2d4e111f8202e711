"""A registered forecast in words: what was written down, and what its census says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from sim.answers import results
from sim.domain.calendar import spoken_day
from sim.domain.headline import POSTS, WORKFORCE
from sim.domain.kept_forecasts import QUANTILES
from sim.domain.vocabulary import LONDON
from sim.scenario import Scenario
from sim.studies.forecast.method.census_figures import AGENCY, IN_FTE, MEASURES, TURNOVER, VACANCIES
from sim.studies.forecast.method.judged import Judgement, criteria_in_words
from sim.studies.forecast.method.registered import HASH, Registered, Standing
from sim.studies.hindcast.method.hindcast import MODEL
from sim.studies.hindcast.method.scoring import COMPARED
from sim.studies.hindcast.words.tables import gap_shown, printed_gaps
from sim.words.printing import print_all
from sim.words.tables import print_notes, print_table
from sim.words.timeline import timeline

WHAT_IT_IS = {
    Standing.COUNTS: "This is the registration that counts: the first for its census.",
    Standing.LATER: "This is a later registration and does not count: the first for its census "
    "does.",
    Standing.TRIAL: "This is a trial and counts for nothing: its census was known when it was "
    "made.",
}
NOTES = (
    "Shares are of published figures: reporting error is in their bands, and vacancies and agency "
    "staff in FTE follow from them. Turnover has no reporting error.",
    "London is its own published row for shares. Its FTE are of all employers in the model; the "
    "DfE's row leaves out what a borough withholds (about 5 agency FTE in 2024).",
    "Baselines see the published figures up to the last census. Their FTE are their shares of that "
    "census's posts and staff. Where a borough has no figure then, they say nothing.",
    "The City of London is in London's figures and is not forecast on its own.",
    "Bands that are exactly right would fail by this rule in about one year in five: London is "
    "outside in one of ten, and of 28 independent boroughs fewer than 80 % or all are inside "
    "in one of nine.",
    "The DfE publishes a census early in the following year: anything registered later than that "
    "is not a forecast.",
)
SCORES_FILE = "forecast-scores.csv"
MIDDLE = QUANTILES.index(0.5)
IN_THE_TABLE = (WORKFORCE, POSTS, VACANCIES, AGENCY, TURNOVER)
WITH_GAPS = (WORKFORCE, POSTS)


def amount(value: float, measure: str) -> str:
    """Return a share in per cent, or FTE."""
    if measure in IN_FTE:
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
    return f"{100 * value:.1f} %"


def band(values: Sequence[float], measure: str) -> str:
    """Return the 90 % band of a forecast, its unit written once."""
    low, high = (amount(values[end], measure) for end in (0, -1))
    return f"{low.removesuffix(' %')} to {high}"


# What was registered


def print_registered(content: Registered, digest: str) -> None:
    """Print London's forecast, the rule, and what the file is worth."""
    rows = []
    for measure in MEASURES:
        told = content.forecasts[MODEL][measure][LONDON]
        rival = content.forecasts[content.rule.rival][measure][LONDON]
        rows.append(
            (
                content.measures[measure],
                *(
                    ("-", "-")
                    if told is None
                    else (amount(told[MIDDLE], measure), band(told, measure))
                ),
                "-" if rival is None else band(rival, measure),
            )
        )
    print_table(
        f"London on {spoken_day(content.census)}, forecast from {spoken_day(content.origin)}",
        ("", "median", "90 % band", content.rule.rival),
        rows,
    )
    print_notes([*(_of_rule(content)), WHAT_IT_IS[content.standing], f"SHA-256: {digest}", *NOTES])


def _of_rule(content: Registered) -> list[str]:
    first, *rest = criteria_in_words(content)
    return [f"It fails if {'; or '.join([first, *rest])}."]


def as_json(content: Registered, digest: str, files: Sequence[Path]) -> dict[str, Any]:
    """Return a registration for JSON: the file's content, and where it lies."""
    return {
        **content.model_dump(mode="json"),
        HASH: digest,
        "files": [str(path) for path in files],
        "notes": [*_of_rule(content), WHAT_IT_IS[content.standing], *NOTES],
    }


def as_markdown(content: Registered, digest: str, path: Path) -> str:
    """Return the readable form of a registered file."""
    lines = [
        f"# Forecast of the census of {spoken_day(content.census)}",
        "",
        f"Registered on {spoken_day(content.registered)}, from the census of "
        f"{spoken_day(content.origin)}. {WHAT_IT_IS[content.standing]}",
        "",
        *_provenance(content, digest, path),
        "",
        "## What counts as failure",
        "",
        "Any one of these:",
        "",
        *(f"- {one}" for one in criteria_in_words(content)),
        "",
        "## London",
        "",
        *_london_table(content),
        "",
        "## Boroughs",
        "",
        "Medians with 90 % bands; the other measures and quantiles are in the file.",
        "",
        *_borough_table(content),
        "",
        "## Law and agreements taken as known",
        "",
        *(f"- {one}" for one in timeline(Scenario.model_validate(content.scenario))),
        "",
        "## Notes",
        "",
        *(f"- {one}" for one in NOTES),
    ]
    return "\n".join(lines) + "\n"


def _provenance(content: Registered, digest: str, path: Path) -> list[str]:
    made = content.made_by
    stamp = f"{made['package']}-{made['code']}-{made['data']}"
    return [
        f"- File: `{path.name}`, SHA-256 of its content `{digest}`",
        f"- Made by `{stamp}`, commit `{made['commit'] or 'none'}`; seed {content.seed}, "
        f"{content.runs} runs, parameters `{content.parameter_draws}`: {content.calibration}",
        *(
            f"- Comes after `{name}` ({known or 'no hash'})"
            for name, known in content.earlier.items()
        ),
        f"- Score it when the census is out: `permanence forecast score {path.name} --census FILE`",
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(values: Sequence[float] | None, measure: str) -> str:
    if values is None:
        return "-"
    return f"{amount(values[MIDDLE], measure)} ({band(values, measure)})"


def _london_table(content: Registered) -> list[str]:
    names = list(content.forecasts)
    rows = [_row(["", *names]), _row(["---"] * (len(names) + 1))]
    for measure in MEASURES:
        told = (_cell(content.forecasts[name][measure][LONDON], measure) for name in names)
        rows.append(_row([content.measures[measure], *told]))
    return rows


def _borough_table(content: Registered) -> list[str]:
    rival = content.rule.rival
    heads = [
        *(content.measures[one] for one in IN_THE_TABLE),
        f"{rival}: {content.measures[WORKFORCE]}",
    ]
    rows = [_row(["", *heads]), _row(["---"] * (len(heads) + 1))]
    for unit in content.units:
        if unit != LONDON:
            told = [_cell(content.forecasts[MODEL][one][unit], one) for one in IN_THE_TABLE]
            other = _cell(content.forecasts[rival][WORKFORCE][unit], WORKFORCE)
            rows.append(_row([unit, *told, other]))
    return rows


# What its census says


def print_judgement(found: Judgement) -> None:
    """Print London, the boroughs' scores, and whether it failed by its rule."""
    _print_london(found)
    for measure, scored in found.boroughs.items():
        if not scored:
            continue
        typer.echo()
        unit = "FTE" if measure in IN_FTE else "points"
        print_table(
            f"Boroughs, {found.registered.measures[measure]}: {scored[MODEL][0].cases}, errors and "
            f"scores in {unit}, lower is better; then what the 90 % band holds",
            ("", "RMSE", "MAE", "CRPS", "interval", "90 %"),
            [
                (
                    name, f"{score.rmse:.1f}", f"{score.mae:.1f}", f"{score.crps:.2f}",
                    f"{score.interval_score:.0f}", f"{100 * score.coverage[-1]:.0f} %",
                )
                for name, (score, _) in scored.items()
            ],
        )  # fmt: skip
    for measure in WITH_GAPS:
        gaps = [(n, *map(gap_shown, g)) for n, (_, g) in found.boroughs[measure].items() if g]
        print_all(
            printed_gaps(f"{MODEL} less each baseline, {found.registered.measures[measure]}", gaps)
        )
    print_notes(verdict(found))


def _print_london(found: Judgement) -> None:
    rows = []
    for measure, told in found.london.items():
        one = told[MODEL]
        values = (one.low, one.median, one.high)
        standing = {True: "inside", False: "outside", None: "-"}[one.is_inside]
        seen = "-" if one.published is None else amount(one.published, measure)
        label = found.registered.measures[measure]
        rows.append((label, seen, amount(one.median, measure), band(values, measure), standing))
    print_table(
        f"London on {spoken_day(found.registered.census)}, forecast on "
        f"{spoken_day(found.registered.registered)}",
        ("", "census", "median", "90 % band", "census is"),
        rows,
    )


def verdict(found: Judgement) -> list[str]:
    """Return what the rule says, criterion by criterion, and what that is worth."""
    words = {True: "So it is", False: "Not so", None: "Cannot be told"}
    lines = [f"{words[one.failed]}: {one.says} ({one.found})." for one in found.criteria]
    if found.failed:
        lines.append("By the rule registered with it, the forecast FAILED.")
    elif found.is_undecided:
        lines.append("By the rule registered with it, the forecast has not failed so far.")
    else:
        lines.append("By the rule registered with it, the forecast did not fail.")
    content = found.registered
    lines.append(WHAT_IT_IS[content.standing])
    return [*lines, f"Scored on {found.source}; registered on {spoken_day(content.registered)}."]


def judgement_json(found: Judgement, digest: str, files: Sequence[Path]) -> dict[str, Any]:
    """Return a judgement for JSON."""
    return {
        "census": found.registered.census.isoformat(),
        "registered": found.registered.registered.isoformat(),
        "standing": found.registered.standing.value,
        HASH: digest,
        "source": found.source,
        "failed": found.failed,
        "criteria": [asdict(one) for one in found.criteria],
        "london": {
            measure: {name: asdict(one) | {"inside": one.is_inside} for name, one in told.items()}
            for measure, told in found.london.items()
        },
        "boroughs": {
            measure: {
                name: asdict(score) | {"gaps": [asdict(gap) for gap in gaps]}
                for name, (score, gaps) in scored.items()
            }
            for measure, scored in found.boroughs.items()
        },
        "notes": verdict(found),
        "files": [str(path) for path in files],
    }


def save_judgement(found: Judgement, out: Path) -> list[Path]:
    """Write the boroughs' scores as a table."""
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for measure, scored in found.boroughs.items():
        for name, (score, gaps) in scored.items():
            values = [score.rmse, score.mae, score.crps, score.interval_score, score.coverage[-1]]
            ends = [results.number(v) for gap in gaps for v in (gap.difference, gap.low, gap.high)]
            rows.append(
                (
                    found.registered.census.isoformat(), measure, name,
                    *map(results.number, values), str(score.cases),
                    *(ends or [""] * 3 * len(COMPARED)),
                )
            )  # fmt: skip
    results.write_table(
        out / SCORES_FILE,
        (
            "census", "measure", "forecaster", "rmse", "mae", "crps", "interval_score_90",
            "coverage_90", "cases",
            *(f"{name}_gap{end}" for name in COMPARED for end in ("", "_q05", "_q95")),
        ),
        rows,
    )  # fmt: skip
    return [out / SCORES_FILE]
