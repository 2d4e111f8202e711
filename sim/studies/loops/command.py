"""`permanence loops`: how strong is each link and each loop of the circle, and when?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from sim.answers import results
from sim.answers.comparison import spread_of
from sim.domain.given import day_of, shortened
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError, write_atomically
from sim.scenario import load_scenario
from sim.studies.loops.door import month_asked
from sim.studies.loops.words import sentences as words
from sim.studies.loops.words import values as loop_json
from sim.studies.loops.words.values import Asked
from sim.studies.loops.work.links import CIRCLE
from sim.studies.loops.work.strength import DEFAULT_RUNS, Circle, measured_circle, ranked
from sim.terminal import options as o
from sim.terminal.progress import progress_bar
from sim.terminal.telling import Files, tell
from sim.words.result_tables import finite
from sim.words.tables import print_notes, print_table, shown

DEFAULT_YEARS = 10
STEM, LINKS_FILE, LOOPS_FILE = "loops", "links.csv", "loops.csv"


def a_date(given: str | date) -> date:
    """Read a date."""
    try:
        return day_of(given)
    except ValueError:
        told = shortened(str(given))
        raise typer.BadParameter(f"given {told}; allowed: a date, such as 2025-03-31") from None


def loops(
    scenario: o.ScenarioName = "vicious-circle",
    at: Annotated[
        date | None,
        typer.Option(
            "--at",
            parser=a_date,
            metavar="DATE",
            help="Links and diagram at this date's month (default: the start).",
        ),
    ] = None,
    runs: o.Runs = DEFAULT_RUNS,
    seed: o.Seed = 1,
    years: o.Years = DEFAULT_YEARS,
    structure: o.StructureOption = None,
    bid_trigger: o.BidTriggerOption = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Measure each link and loop of the circle, and which loop is strongest when; draw them.

    Every link is perturbed in the borough twin's own equations, draw by draw.

    Example: permanence loops vicious-circle --out results/loops
    """
    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    planned = load_scenario(scenario, sets or ())
    pairs = o.rival_pairs(planned, structure, bid_trigger, sets)
    month = month_asked(planned, at, years)
    found = []
    with progress_bar("loops", 1, quiet=quiet) as progress:
        for place, pair in enumerate(pairs):

            def forward(done: int, wanted: int, seconds: float, before: int = place) -> None:
                progress(before * wanted + done, wanted * len(pairs), seconds)

            found.append(
                measured_circle(
                    planned, pair, runs=runs, seed=seed, years=years, draws=parameters,
                    at=month, progress=forward,
                )
            )  # fmt: skip
    asked = Asked(planned, runs, seed, years, parameters, tuple(sets or ()))

    def show() -> None:
        if len(found) == 1:
            _print_one(found[0], asked)
        else:
            _print_all(found, asked)

    def save() -> Files:
        return [] if out is None else _save(found, asked, out)

    tell(
        show,
        lambda files: loop_json.content(found, asked) | {"files": [str(path) for path in files]},
        save,
        as_json=as_json,
    )


# Tables


def _print_one(circle: Circle, asked: Asked) -> None:
    title = asked.scenario.title or asked.scenario.name
    _print_links(circle, title)
    typer.echo()
    _print_loops(circle)
    typer.echo()
    _print_along(circle)
    told = [words.finding(circle), words.over_time(circle)]
    print_notes([*told, *words.notes(asked.scenario, circle, asked.draws, asked.runs)])


def _print_links(circle: Circle, title: str) -> None:
    rows = [
        (
            f"{link.says}{' *' if link.cut else ''}",
            words.unit_of(link),
            words.signed(words.middle(values)),
            words.interval(values),
            words.grounds_of(link),
        )
        for link in CIRCLE
        for values in [circle.now.link(*link.ends)]
        if values.any()
    ]
    heading = (
        f"{title}\nLinks on {words.day_of(circle.now.day)}: gain over about a year "
        "(pt: points of posts; * can be cut)"
    )
    print_table(heading, ("", "unit", "gain", "80 % interval", "rests on"), rows, tight=True)


def _print_loops(circle: Circle) -> None:
    now = circle.now
    rows = [
        (
            loop.label,
            words.polarity(now.loops[loop.name]),
            words.signed(words.middle(now.loops[loop.name])),
            words.interval(now.loops[loop.name]),
            shown(now.dominates(loop.name), "share of runs"),
        )
        for loop in ranked(now)
    ]
    rows.append(
        (
            "a push of 1 on vacancies becomes",
            "all loops",
            f"{words.middle(now.answered):.2f}",
            words.interval(now.answered).replace("+", ""),
            "",
        )
    )
    heading = f"Loops on {words.day_of(now.day)}: the part of a push that comes back"
    print_table(heading, ("", "", "gain", "80 % interval", "strongest in"), rows)


def _print_along(circle: Circle) -> None:
    rows = []
    for reading in circle.along:
        cells: list[str] = []
        for place in (0, 1):
            loop = (*ranked(reading), None, None)[place]
            if loop is None:
                cells += ["-", "-"]
                continue
            cells += [loop.label, words.signed(words.middle(reading.loops[loop.name]))]
            if place == 0:
                cells.append(shown(reading.dominates(loop.name), "share of runs"))
        rows.append((str(reading.day.year), *cells, f"{words.middle(reading.answered):.2f}"))
    header = ("", "strongest", "gain", "draws", "next", "gain", "all")
    heading = (
        "Which loop is strongest when, at each census and by median gain\n"
        "Draws: in which it is the strongest; all: what a push of 1 on vacancies becomes"
    )
    print_table(heading, header, rows, tight=True)


def _print_all(found: Sequence[Circle], asked: Asked) -> None:
    rows = []
    for circle in found:
        for number, reading in enumerate((circle.now, circle.along[-1])):
            hiring, trigger = circle.pair
            name = hiring.value.replace("_", "-") if number == 0 else f"  {trigger.value}"
            told = [
                f"{loop.label} {words.signed(words.middle(reading.loops[loop.name]))}"
                for loop in ranked(reading)[:2]
            ]
            told += ["-"] * (2 - len(told))
            answered = f"{words.middle(reading.answered):.2f}"
            rows.append((f"{name} {reading.day.year}", *told, answered))
    heading = (
        f"{asked.scenario.title or asked.scenario.name}: under each rival structure\n"
        f"The two strongest loops on {words.day_of(found[0].now.day)} and at the end; all: what a "
        "push of 1 on vacancies becomes"
    )
    print_table(heading, ("hiring, bids on", "strongest", "next", "all"), rows, tight=True)
    told = [f"{_pair(circle)}: {words.finding(circle)}" for circle in found]
    noted = words.notes(asked.scenario, found[0], asked.draws, asked.runs)
    of_one = (words.check(found[0]), words.pushes(found[0].now), *words.slowed_by_budget(found[0]))
    kept = [note for note in noted if not note.startswith("Structure") and note not in of_one]
    print_notes([*told, *kept])


def _pair(circle: Circle) -> str:
    text = words.structure_of(circle)
    return text[0].upper() + text[1:]


# Files


def _save(found: Sequence[Circle], asked: Asked, out: Path) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    content = (
        json.dumps(finite(loop_json.content(found, asked)), indent=2, ensure_ascii=False) + "\n"
    )

    def write(stream: IO[bytes]) -> None:
        stream.write(content.encode("utf-8"))

    from sim.studies.loops.charts import (
        loops as charts_loops,  # plotting is loaded only when something is drawn
    )

    files = [out / f"{STEM}.json", out / LINKS_FILE, out / LOOPS_FILE]
    write_atomically(files[0], write)
    pair = ("hiring", "bid_trigger", "date")
    spread = ("gain", "q10", "q90")
    results.write_table(files[1], (*pair, "cause", "effect", *spread), _link_rows(found))
    results.write_table(
        files[2], (*pair, "loop", *spread, "strongest_in_share_of_draws"), _loop_rows(found)
    )
    for circle in found:
        ending = "" if len(found) == 1 else f"-{circle.pair.hiring}-{circle.pair.bid_trigger}"
        chart = charts_loops.loops_chart(circle, asked.scenario, asked.draws, asked.seed)
        files += charts_loops.save(chart.figure, chart.alt_text, out / f"{STEM}{ending}")
    return files


def _link_rows(found: Sequence[Circle]) -> list[tuple[str, ...]]:
    return [
        (*circle.pair, reading.day.isoformat(), *link.ends, *_numbers(reading.link(*link.ends)))
        for circle in found
        for reading in circle.along
        for link in CIRCLE
    ]


def _loop_rows(found: Sequence[Circle]) -> list[tuple[str, ...]]:
    return [
        (
            *circle.pair, reading.day.isoformat(), name, *_numbers(values),
            results.number(reading.dominates(name)),
        )
        for circle in found
        for reading in circle.along
        for name, values in reading.loops.items()
    ]  # fmt: skip


def _numbers(values: Any) -> tuple[str, ...]:
    spread = spread_of(values)
    return tuple(map(results.number, (spread.q50, spread.q10, spread.q90)))
