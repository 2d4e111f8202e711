"""`permanence tip`: where a lever tips London, under every rival structure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from sim.answers import results
from sim.answers.structures import Pair, pairs
from sim.domain.headline import SHARES, WORKFORCE
from sim.domain.vocabulary import TARGET_PERMANENT_SHARE, BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.files import write_atomically
from sim.ensemble.stamp import stamp_of_this_code
from sim.ensemble.workers import workers
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.studies.tip.words import sentences as words
from sim.studies.tip.words import tables as tip_tables
from sim.studies.tip.words.sentences import Told
from sim.studies.tip.work.levers_range import Lever, read_lever
from sim.studies.tip.work.reach import DEFAULT_BOUND, Asked
from sim.studies.tip.work.search import tipped
from sim.studies.tip.work.tip_map import Mapped, tip_map
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.terminal.telling import Files, tell
from sim.words.tables import print_notes, print_table, shown

TIP_FILE, CHART = "tip.csv", "tip"
DEFAULT_RUNS, DEFAULT_YEARS = 20, 10


def _share(given: float | str) -> float:
    found = o.number(given)
    if not 0.0 < found < 1.0:
        raise typer.BadParameter(f"given {given}; allowed: a share between 0 and 1, such as 0.9")
    return found


def tip(
    scenario: o.ScenarioName,
    lever: Annotated[
        list[str],
        typer.Option(
            "--lever",
            metavar="KEY[=LOW:HIGH]",
            help="The number to move, such as levers.cap.charge_rate_per_hour; twice for a map.",
        ),
    ],
    low: Annotated[
        float | None,
        typer.Option(
            "--from", parser=o.number, metavar="X", help="Lowest level (default: its own range)."
        ),
    ] = None,
    high: Annotated[
        float | None,
        typer.Option("--to", parser=o.number, metavar="X", help="Highest level."),
    ] = None,
    precision: Annotated[
        float | None,
        typer.Option(
            parser=o.number,
            metavar="X",
            help="To which a level is found (default: £0.25, else a 200th of the range).",
        ),
    ] = None,
    level: Annotated[
        float,
        typer.Option(parser=_share, metavar="SHARE", help="Permanent share to reach."),
    ] = TARGET_PERMANENT_SHARE,
    unfilled_bound: Annotated[
        float,
        typer.Option(
            parser=_share, metavar="SHARE", help="Most unfilled posts at which it counts."
        ),
    ] = DEFAULT_BOUND,
    runs: o.Runs = DEFAULT_RUNS,
    seed: o.Seed = 1,
    years: o.Years = DEFAULT_YEARS,
    jobs: o.Jobs = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    structure: o.StructureOption = None,
    bid_trigger: o.BidTriggerOption = None,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Find the level of a number at which London reaches 90 %, under every rival structure.

    Where there is no such level it says so. Every hiring structure is asked, with the scenario's
    own bid trigger; --bid-trigger all asks all eight pairs.

    Example: permanence tip baseline --lever levers.cap.charge_rate_per_hour
    """
    chosen = sets or ()
    planned = load_scenario(scenario, chosen)
    levers = _levers(lever, scenario, chosen, low, high, precision)
    rivals = _rivals(planned, structure, bid_trigger, chosen)
    asked = Asked(runs, seed, years, parameters, level, unfilled_bound)
    fingerprint = _fingerprint(planned, levers, rivals, asked)
    if out is not None:
        results.prepare_folder(out, fingerprint)
    jobs = jobs or processors()
    with workers(jobs) as pool, progress_bar(f"tip {planned.name}", jobs, quiet=quiet) as progress:
        if len(levers) == 2:
            both = (levers[0], levers[1])
            mapped = tip_map(scenario, chosen, both, rivals, asked, pool=pool, progress=progress)
        else:
            answers = tipped(
                scenario, chosen, levers[0], rivals, asked, pool=pool, progress=progress
            )
    if len(levers) == 2:
        _tell_map(planned, both, asked, mapped, out, fingerprint, chosen, as_json=as_json)
        return
    told = Told(planned, levers[0], asked, answers)

    def show() -> None:
        _print(told)
        print_notes([*(words.finding(told, one) for one in answers), *words.notes(told)])

    def save() -> Files:
        return [] if out is None else _save(told, out, fingerprint, chosen)

    tell(show, lambda files: tip_tables.content(told, chosen, files), save, as_json=as_json)


def _levers(
    given: Sequence[str],
    name: str,
    sets: Sequence[str],
    low: float | None,
    high: float | None,
    precision: float | None,
) -> list[Lever]:
    keys = [text.partition("=")[0].strip() for text in given]
    if len(given) > 2 or len(set(keys)) < len(keys):
        raise ScenarioError(f"--lever: given {len(given)}; allowed: one, or two different ones")
    if len(given) == 2 and (low, high, precision) != (None, None, None):
        raise ScenarioError(
            "--from, --to and --precision go with one --lever; allowed for two: KEY=LOW:HIGH"
        )
    found = []
    for key, text in zip(keys, given, strict=True):
        ends = text.partition("=")[2]
        if ends and (low, high) != (None, None):
            raise ScenarioError(f"--lever {text}: its range is given by --from or --to too")
        first, last = _ends(text, ends) if ends else (low, high)
        found.append(read_lever(key, name, sets, low=first, high=last, precision=precision))
    return found


def _ends(text: str, ends: str) -> tuple[float, float]:
    try:
        first, last = (float(end) for end in ends.split(":"))
    except ValueError:
        raise ScenarioError(
            f"--lever {text}: expected KEY or KEY=LOW:HIGH, such as levers.cap.tolerance=0.05:0.2"
        ) from None
    return first, last


def _rivals(
    planned: Scenario,
    hiring: Sequence[HiringStructure] | None,
    triggers: Sequence[BidTrigger] | None,
    sets: Sequence[str],
) -> list[Pair]:
    """Return the structures to ask: every hiring structure, unless an option or --set names one."""
    found = o.rival_pairs(planned, hiring, triggers, sets)
    if hiring is not None or any(
        one.partition("=")[0].strip() == "structure.hiring" for one in sets
    ):
        return found
    return pairs(triggers=triggers or (planned.structure.bid_trigger,))


def _fingerprint(
    planned: Scenario, levers: Sequence[Lever], rivals: Sequence[Pair], asked: Asked
) -> str:
    places = [f"{one.key}={one.low:g}:{one.high:g}:{one.precision:g}" for one in levers]
    pairs_asked = [" with ".join(pair) for pair in rivals]
    text = json.dumps([*places, *pairs_asked, asked.target, asked.bound, asked.runs])
    mark = blake2b(text.encode(), digest_size=8).hexdigest()
    whole = results.result_fingerprint(planned.fingerprint(), asked.seed, asked.years, asked.draws)
    return f"tip-{mark}-{whole}"


# Tables


def _print(told: Told) -> None:
    asked, year = told.asked, told.day.year
    rows = []
    for answer in told.answers:
        at = words.shown_at(answer)
        rows.append(
            (
                told.structure(answer.pair),
                "none" if not answer.tips else told.level(answer.tips[0].level),
                told.level(at.level),
                shown(at.chance, "share of runs"),
                "-" if at.years_to_target is None else f"{at.years_to_target:g}",
                *(shown(at.shares[name].q50, "share") for name in SHARES),
            )
        )
    target, bound = words.whole(asked.target), words.whole(asked.bound)
    print_table(
        f"{told.scenario.name} over {told.lever.key}, "
        f"{told.level(told.lever.low)} to {told.level(told.lever.high)}\n"
        f"Tips where half of {asked.runs} runs reach {target} by {year} with at most {bound} "
        f"unfilled; then medians of agents' runs in {year} at the level shown, or at the best one",
        ("structure", "tips\nat", "shown\nat", "chance", "years", "work-\nforce", "posts",
         "un-\nfilled"),
        rows,
    )  # fmt: skip
    typer.echo()
    _print_docking(told)


def _print_docking(told: Told) -> None:
    rows: list[tuple[str, ...]] = []
    for answer in told.answers:
        own: list[tuple[str, ...]] = [
            (
                told.level(one.level),
                shown(one.twin[WORKFORCE], "share"),
                shown(one.agents[WORKFORCE], "share"),
                *(words.gap(one, name) for name in SHARES),
                "yes" if one.docks else "no",
            )
            for one in answer.docked
        ]
        for found in (*answer.tips, *answer.anyhow):
            agents = "none" if found.agents is None else told.level(found.agents)
            agree = "yes" if found.docks else "no"
            own.append(("tips", told.level(found.twin), agents, "", "", "", agree))
        names = (told.structure(answer.pair), *[""] * len(own))
        rows += [(name, *row) for name, row in zip(names, own, strict=False)]
    print_table(
        f"Twin against agents in {told.day.year}: mean shares of the workforce (or where each "
        "tips), then twin less agents in points, with the standard error that the luck of small "
        "numbers leaves",
        ("structure", "at", "twin", "agents", "work-\nforce", "posts", "un-\nfilled", "agree"),
        rows,
    )


# Files and JSON


def _save(told: Told, out: Path, fingerprint: str, sets: Sequence[str]) -> list[Path]:
    from sim.studies.tip import (
        charts as charts_tip,  # plotting is loaded only when something is drawn
    )

    table = out / TIP_FILE
    results.write_table(table, tip_tables.COLUMNS, tip_tables.rows(told))
    chart = charts_tip.save(*charts_tip.tip_chart(told), out / CHART)
    _write_manifest(out, fingerprint, tip_tables.content(told, sets, []))
    return [*chart, table, out / results.MANIFEST]


def _write_manifest(out: Path, fingerprint: str, content: dict[str, Any]) -> None:
    whole = {
        "complete": True,
        "fingerprint": fingerprint,
        **results.made_by(stamp_of_this_code()),
        "command": list(results.command_line()),
        **{key: content[key] for key in content if key not in ("files", "structures")},
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"

    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode("utf-8"))

    write_atomically(out / results.MANIFEST, write)


# Two levers


def _tell_map(
    planned: Scenario,
    levers: tuple[Lever, Lever],
    asked: Asked,
    mapped: Sequence[Mapped],
    out: Path | None,
    fingerprint: str,
    sets: Sequence[str],
    *,
    as_json: bool,
) -> None:
    from sim.studies.tip.words import map as map_words

    found = map_words.content(planned, levers, asked, mapped, sets)

    def show() -> None:
        map_words.print_map(planned, levers, asked, mapped)
        print_notes([*map_words.findings(levers, asked, mapped), *found["notes"]])

    def content(files: Files) -> Any:
        return found | {"files": [str(path) for path in files]}

    def save() -> Files:
        from sim.studies.tip import charts as charts_tip  # plotting is loaded only when drawn

        if out is None:
            return []
        table = map_words.rows(planned, levers, mapped)
        results.write_table(out / TIP_FILE, map_words.COLUMNS, table)
        chart = charts_tip.map_chart(planned, levers, asked, mapped)
        files = [*charts_tip.save(*chart, out / CHART), out / TIP_FILE, out / results.MANIFEST]
        _write_manifest(out, fingerprint, found)
        return files

    tell(show, content, save, as_json=as_json)
