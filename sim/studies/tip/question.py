"""The question `tip`: where a lever tips London, under every rival structure; two make a map."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from sim.answers.answer import Answer, Chart, Table
from sim.answers.structures import Pair, pairs
from sim.domain.calendar import DEFAULT_YEARS
from sim.domain.vocabulary import TARGET_PERMANENT_SHARE
from sim.ensemble.draws import Draws
from sim.scenario import Scenario, ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.request import asked
from sim.studies.study import Desk, Study
from sim.studies.tip.method.levers_range import Lever, read_lever
from sim.studies.tip.method.reach import DEFAULT_BOUND, Asked
from sim.studies.tip.method.search import tipped
from sim.studies.tip.method.tip_map import Mapped, tip_map
from sim.studies.tip.words import map as map_words
from sim.studies.tip.words import printed, tables
from sim.studies.tip.words import sentences as words
from sim.studies.tip.words.sentences import Told

A_NUMBER = "a number, such as 35.5"


class Tip(f.Dated):
    """Where a lever tips London.

    Where there is no such level it says so. Every hiring structure is asked, with the scenario's
    own bid trigger; --bid-trigger all asks all eight pairs.
    """

    scenario: f.Given
    lever: Annotated[
        f.OneOrMore,
        asked(
            "The number to move, such as levers.cap.charge_rate_per_hour; twice for a map.",
            metavar="KEY[=LOW:HIGH]",
            is_repeated=True,
        ),
    ]
    low: Annotated[
        float | None,
        asked(
            "Lowest level (default: its own range).", flag="--from", metavar="X", allowed=A_NUMBER
        ),
    ] = None
    high: Annotated[
        float | None, asked("Highest level.", flag="--to", metavar="X", allowed=A_NUMBER)
    ] = None
    precision: Annotated[
        float | None,
        asked(
            "How finely a level is found (default: £0.25, else a 200th of the range).",
            metavar="X",
            allowed=A_NUMBER,
        ),
    ] = None
    level: Annotated[
        float,
        asked("Permanent share to reach.", above=0, below=1, allowed=f.SHARE, metavar="SHARE"),
    ] = TARGET_PERMANENT_SHARE
    unfilled_bound: Annotated[
        float,
        asked(
            "Most unfilled posts at which reaching it counts.",
            above=0,
            below=1,
            allowed=f.SHARE,
            metavar="SHARE",
        ),
    ] = DEFAULT_BOUND
    runs: f.Runs = 20
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    structure: f.Structures = None
    bid_trigger: f.BidTriggers = None  # fmt: skip


def work(asked: Tip, desk: Desk) -> Answer:
    """Search the lever's range, or map two of them, under every structure."""
    planned = f.plan(asked.scenario, asked.overrides)
    levers, rivals = _levers(asked), _rivals(planned, asked)
    wanted = Asked(
        asked.runs, asked.seed, asked.years, asked.parameters, asked.level, asked.unfilled_bound
    )
    places = [[one.key, one.low, one.high, one.precision] for one in levers]
    desk.claim(asked, [planned], [places, rivals, asked.level, asked.unfilled_bound, asked.runs])
    with desk.progress(f"tip {planned.name}") as progress:
        if len(levers) == 2:
            both = (levers[0], levers[1])
            mapped = tip_map(
                asked.scenario, asked.overrides, both, rivals, wanted, pool=desk.pool,
                progress=progress,
            )  # fmt: skip
            return _mapped(planned, both, wanted, mapped, asked.overrides)
        found = tipped(
            asked.scenario, asked.overrides, levers[0], rivals, wanted, pool=desk.pool,
            progress=progress,
        )  # fmt: skip
    return _told(Told(planned, levers[0], wanted, found), asked.overrides)


def _levers(asked: Tip) -> list[Lever]:
    keys = [text.partition("=")[0].strip() for text in asked.lever]
    if len(keys) > 2 or len(set(keys)) < len(keys):
        raise ScenarioError(f"--lever: given {len(keys)}; allowed: one, or two different ones")
    f.refuse_set_too("--lever", keys, asked.overrides)
    ends_given = (asked.low, asked.high)
    if len(keys) == 2 and (*ends_given, asked.precision) != (None, None, None):
        raise ScenarioError(
            "--from, --to and --precision go with one --lever; allowed for two: KEY=LOW:HIGH"
        )
    found = []
    for key, text in zip(keys, asked.lever, strict=True):
        ends = text.partition("=")[2]
        if ends and ends_given != (None, None):
            raise ScenarioError(f"--lever {text}: its range is given by --from or --to too")
        low, high = _ends(text, ends) if ends else ends_given
        found.append(
            read_lever(
                key, asked.scenario, asked.overrides, low=low, high=high,
                precision=asked.precision,
            )
        )  # fmt: skip
    return found


def _ends(text: str, ends: str) -> tuple[float, float]:
    try:
        first, last = (float(end) for end in ends.split(":"))
    except ValueError:
        raise ScenarioError(
            f"--lever {text}: expected KEY or KEY=LOW:HIGH, such as levers.cap.tolerance=0.05:0.2"
        ) from None
    return first, last


def _rivals(planned: Scenario, asked: Tip) -> list[Pair]:
    """Return the structures to ask: every hiring structure, unless an option or --set names one."""
    found = f.rival_pairs(planned, asked.structure, asked.bid_trigger, asked.overrides)
    if asked.structure is not None or "structure.hiring" in f.set_keys(asked.overrides):
        return found
    return pairs(triggers=asked.bid_trigger or (planned.structure.bid_trigger,))


# One lever


def _told(told: Told, sets: Sequence[str]) -> Answer:
    count = len(told.answers)
    structures = "1 structure" if count == 1 else f"{count} structures"
    runs = "1 run" if told.asked.runs == 1 else f"{told.asked.runs} runs"
    content = tables.content(told, sets)
    return Answer(
        about=f"{told.scenario.name} over {told.lever.key}, {structures}, {runs} by "
        f"{told.day.year}",
        values=content,
        printed=printed.printed(told),
        findings=[words.finding(told, one) for one in told.answers],
        notes=words.notes(told),
        tables=[
            Table.of("tip", tables.COLUMNS, tables.rows(told)),
            Table.of_records("docking", list(tables.docking(told))),
            Table.of_records("structures", list(tables.summary(told))),
        ],
        charts=[Chart("tip", partial(_drawn, told))],
        manifest=_without_structures(content),
        found=told,
    )


def _without_structures(content: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != "structures"}


def _drawn(told: Told) -> tuple[Any, str]:
    from sim.studies.tip import charts  # plotting is loaded only when something is drawn

    return charts.tip_chart(told)


# Two levers


def _mapped(
    planned: Scenario,
    levers: tuple[Lever, Lever],
    wanted: Asked,
    mapped: Sequence[Mapped],
    sets: Sequence[str],
) -> Answer:
    content = map_words.content(planned, levers, wanted, mapped, sets)
    return Answer(
        about=f"{planned.name} over {levers[0].key} and {levers[1].key}",
        values=content,
        printed=map_words.printed(planned, levers, wanted, mapped),
        findings=map_words.findings(levers, wanted, mapped),
        notes=content["notes"],
        tables=[Table.of("tip", map_words.COLUMNS, map_words.rows(planned, levers, mapped))],
        charts=[Chart("tip", partial(_drawn_map, planned, levers, wanted, mapped))],
        manifest=_without_structures(content),
        found=mapped,
    )


def _drawn_map(*found: Any) -> tuple[Any, str]:
    from sim.studies.tip import charts  # plotting is loaded only when something is drawn

    return charts.map_chart(*found)


STUDY = Study(
    name="tip",
    says=QUESTIONS["tip"],
    request=Tip,
    work=work,
    example="permanence tip baseline --lever levers.cap.charge_rate_per_hour",
    in_python="""
    >>> both = ["levers.cap.charge_rate_per_hour=40:50", "levers.cap.members"]
    >>> sim.tip("baseline", both, structure="budget", runs=2, years=1)
    <tip: baseline over levers.cap.charge_rate_per_hour and levers.cap.members>
    """,
)
