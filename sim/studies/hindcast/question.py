"""The question `hindcast`: forecasts from a census, scored on the censuses after it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from sim.answers.answer import Answer, Chart
from sim.domain import evidence
from sim.domain.given import counted
from sim.domain.headline import PERMANENT_SHARES, WORKFORCE
from sim.ensemble.draws import Draws
from sim.scenario import ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.hindcast.method.hindcast import Hindcast, Part, hindcast, parts, rolling, scores
from sim.studies.hindcast.words import files, tables
from sim.studies.hindcast.words.tables import Origins
from sim.studies.request import Request, asked
from sim.studies.study import Desk, Study

FURTHEST = 2050
CHARTED = WORKFORCE


class HindcastAsked(Request):
    """Forecast every borough and London from a census year, and score it on what came after."""

    origin: Annotated[
        int,
        asked(
            "Census the forecast starts from; nothing later is used.",
            low=evidence.census_years()[0],
            high=evidence.latest_census_year(),
            metavar="YEAR",
        ),
    ] = 2021
    to: Annotated[
        int,
        asked(
            "Last year to forecast; it may lie past the data.",
            low=evidence.census_years()[0] + 1,
            high=FURTHEST,
            metavar="YEAR",
        ),
    ] = 2025
    runs: f.Runs = 100
    seed: f.Seed = 1
    without_later_policy: Annotated[bool, asked("Leave out what was enacted after the origin.")] = (
        False
    )
    pool: Annotated[bool, asked("Score the equal mixture of model and state space as well.")] = (
        False
    )
    rolling: Annotated[
        bool, asked("Score one year ahead from every census instead, each with its mark.")
    ] = False
    parameters: f.Parameters = Draws.POSTERIOR


def work(asked: HindcastAsked, desk: Desk) -> Answer:
    """Forecast from one census, or from every one."""
    for name in ("origin", "to", "without_later_policy"):
        if asked.rolling and name in asked.model_fields_set:
            option = f"--{name.replace('_', '-')}"
            raise ScenarioError(f"{option}: --rolling is given too; allowed: one of the two")
    if not asked.rolling and asked.to <= asked.origin:
        raise ScenarioError(
            f"--to: given {asked.to}; allowed: a year after --origin {asked.origin}"
        )
    desk.refuse_file()
    if asked.rolling:
        return _rolling(asked, desk)
    policy = not asked.without_later_policy
    with desk.progress("hindcast") as progress:
        forecast = hindcast(
            asked.origin, asked.to, runs=asked.runs, seed=asked.seed, later_policy=policy,
            draws=asked.parameters, pool=desk.pool, progress=progress,
        )  # fmt: skip
    scored = parts(forecast, asked.seed, pooled=asked.pool)
    noted = tables.notes(
        forecast, scored[0], asked.parameters, asked.runs, later_policy=policy, pooled=asked.pool
    )
    printed = [*tables.printed_london(forecast)]
    for part in scored:
        for measure in PERMANENT_SHARES if part.years else ():
            printed += tables.printed_scores(part, measure)
    return Answer(
        about=f"from the census of {asked.origin} to {asked.to}, {counted(asked.runs, 'run')}",
        values=files.as_json(forecast, scored, noted, asked.runs, asked.seed),
        printed=printed,
        notes=noted,
        tables=files.tables(forecast, scored),
        charts=[Chart("figures/hindcast", partial(_drawn, forecast, scored[0], asked.parameters))],
        found=forecast,
    )


def _drawn(forecast: Hindcast, part: Part, draws: Draws) -> tuple[Any, str]:
    from sim.studies.hindcast import charts  # plotting is loaded only when something is drawn

    about = f"{draws.calibration[0].upper()}{draws.calibration[1:]}."
    return charts.hindcast_chart(forecast, part.by_measure[CHARTED], about, charts.source())


def _rolling(asked: HindcastAsked, desk: Desk) -> Answer:
    """Score one year ahead from every origin."""
    with desk.progress("hindcast") as progress:
        found = rolling(
            runs=asked.runs, seed=asked.seed, draws=asked.parameters, pool=desk.pool,
            progress=progress,
        )  # fmt: skip
    by_measure: dict[str, Origins] = {
        measure: {one.origin: scores(one, measure, pooled=asked.pool) for one in found}
        for measure in PERMANENT_SHARES
    }
    text = asked.parameters.calibration
    noted = [f"{text[0].upper()}{text[1:]}. {counted(asked.runs, 'run')} an origin."]
    noted += [tables.ABOUT_POOL] if asked.pool else []
    return Answer(
        about=f"one year ahead from every census, {counted(asked.runs, 'run')}",
        values={
            "runs": asked.runs,
            "seed": asked.seed,
            "notes": noted,
            "origins": files.origins_json(by_measure),
        },
        printed=[
            one
            for measure, origins in by_measure.items()
            for one in tables.printed_origins(measure, origins)
        ],
        notes=[tables.FITTED, *noted],
        tables=[files.origins_table(by_measure)],
        found=found,
    )


STUDY = Study(
    name="hindcast",
    says=QUESTIONS["hindcast"],
    request=HindcastAsked,
    work=work,
    example="permanence hindcast --origin 2021 --to 2025 --runs 300 --out results/hindcast",
    in_python="""
    >>> sim.hindcast(origin=2023, to=2024, runs=2)
    <hindcast: from the census of 2023 to 2024, 2 runs>
    """,
)
