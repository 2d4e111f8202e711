"""`permanence circle`: does the circle close, and which link does it hang on?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from sim.answers.closing import CIRCLE_YEARS
from sim.domain.vocabulary import BidTrigger
from sim.ensemble.draws import Draws
from sim.ensemble.workers import workers
from sim.scenario import Scenario, load_scenario
from sim.studies.circle.work import (
    LINKS_OF_ONE_STRUCTURE,
    Change,
    CircleRow,
    circle_rows,
    variants,
)
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.words.notes import BIDS_ON
from sim.words.tables import print_notes, print_table, shown

DEFAULT_DRAWS = 100


def circle(
    scenario: o.ScenarioName = "vicious-circle",
    capped: Annotated[
        str, typer.Option(metavar="SCENARIO", help="The same scenario with a cap.")
    ] = "capped-circle",
    runs: Annotated[
        int,
        typer.Option(parser=o.whole(2, o.MOST_RUNS), metavar="N", help="Draws of the parameters."),
    ] = DEFAULT_DRAWS,
    seed: o.Seed = 1,
    years: o.Years = CIRCLE_YEARS,
    jobs: o.Jobs = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Test the circle over draws of the parameters: capped, and with each link cut in turn.

    Example: permanence circle --runs 100
    """
    open_market, capped_market = (
        load_scenario(scenario, sets or ()),
        load_scenario(capped, sets or ()),
    )
    o.refuse_other_starts([open_market, capped_market])
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool, progress_bar("circle", jobs, quiet=quiet) as progress:
        rows = circle_rows(
            open_market,
            capped_market,
            runs=runs,
            seed=seed,
            years=years,
            draws=parameters,
            pool=pool,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for place, trigger in enumerate(BidTrigger):
        if place:
            typer.echo()
        _print(trigger, [row for row in rows if row.bid_trigger is trigger], years)
    shown_variants = {variant for _, variant, _ in variants(open_market, capped_market)}
    _print_notes(open_market, shown_variants, parameters)


def _print(trigger: BidTrigger, rows: list[CircleRow], years: int) -> None:
    table = [
        (
            _label(row.variant),
            f"{100 * row.both_rise_share:.0f}",
            _hundredths(row.charge_rate),
            _hundredths(row.agency_share),
            shown(row.unfilled.q50, "share", signed=True),
            shown(row.permanent_of_posts.q50, "share", signed=True),
        )
        for row in rows
    ]
    title = (
        f"Boroughs bid on {BIDS_ON[trigger]}; hiring is {rows[0].hiring.value.replace('_', '-')}; "
        f"{rows[0].draws} draws, {years} year{'' if years == 1 else 's'}\n"
        "Both rise: % of draws in which charge rate and agency share end higher.\n"
        "Median change (10th,90th percentile): charge rate in % above pay growth,\n"
        "agency share of the workforce, unfilled and permanent shares of posts in points."
    )
    header = (
        "link cut",
        "both\nrise",
        "charge\nrate %",
        "agency\nshare",
        "unfilled",
        "permanent\nof posts",
    )
    print_table(title, header, table)


def _print_notes(scenario: Scenario, variants_shown: set[str], draws: Draws) -> None:
    found = [
        f"{link.replace('_', ' ')}: only with --set structure.hiring={hiring.value}"
        for link, hiring in LINKS_OF_ONE_STRUCTURE.items()
        if link.value not in variants_shown
    ]
    found.append(
        f"{draws.calibration[0].upper()}{draws.calibration[1:]}; prices follow from bid speeds "
        "that the record hardly narrows. It does not tell which of the two a borough bids on."
    )
    if scenario.start.stylised:
        found.append(
            f"{scenario.name} starts in a stylised {scenario.start.opening.year}: no census on "
            "today's definitions exists before 2017."
        )
    print_notes([*found, "How the model works: permanence describe"])


def _label(variant: str) -> str:
    return variant.replace("_", " ")


def _hundredths(change: Change) -> str:
    return f"{_whole(change.q50)} ({_whole(change.q10)},{_whole(change.q90)})"


def _whole(share: float) -> str:
    return f"{round(100 * share):+d}" if round(100 * share) else "0"
