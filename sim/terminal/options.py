"""The options several commands share, each written once, and how their values are read.

Values are read here, not by typer, so that a bad one gives the same sentence in every release:
the option, what was given, what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from sim.answers.cells import Csv
from sim.domain import evidence
from sim.domain.given import shortened
from sim.ensemble.asked import MOST_JOBS, MOST_RUNS, MOST_SEED, MOST_YEARS
from sim.ensemble.draws import Draws

Choice = TypeVar("Choice", bound=StrEnum)


def whole(lowest: int, highest: int | None = None) -> Callable[[int | str], int]:
    """Return a reader of whole numbers in a range."""
    allowed = f"a whole number from {lowest} " + ("up" if highest is None else f"to {highest}")

    def read(given: int | str) -> int:
        try:
            found = int(given)
        except ValueError:
            found = lowest - 1
        if found < lowest or found > (MOST_SEED if highest is None else highest):
            raise typer.BadParameter(f"given {shortened(str(given))}; allowed: {allowed}")
        return found

    return read


def one_of(choices: type[Choice]) -> Callable[[str], Choice]:
    """Return a reader of one of several words."""

    def read(given: str) -> Choice:
        try:
            return choices(given)
        except ValueError:
            allowed = ", ".join(choices)
            raise typer.BadParameter(f"given {given}; allowed: {allowed}") from None

    return read


Runs = Annotated[
    int,
    typer.Option(
        parser=whole(1, MOST_RUNS),
        metavar="N",
        help="Number of runs: each draws its own parameters and luck.",
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        parser=whole(0),
        metavar="N",
        help="Root seed: the same seed gives the same bytes.",
    ),
]
Years = Annotated[
    int,
    typer.Option(
        parser=whole(1, MOST_YEARS), metavar="N", help=f"Years to run, 1 to {MOST_YEARS}."
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        parser=whole(1, MOST_JOBS),
        metavar="N",
        help="Processes to use (default: all processors). The results are the same.",
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change one thing, such as parameters.bid_speed=0.2. Repeat for more.",
    ),
]
Out = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Folder for results, charts included.")
]
Tables = Annotated[
    Csv,
    typer.Option(
        "--csv",
        parser=one_of(Csv),
        metavar="WHICH",
        help="Tables beside the workbook: all, summary (no row for each run), or none.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on standard error.")]
BoroughOption = Annotated[
    str | None,
    typer.Option("--borough", metavar="NAME", help="Show one employer's view, such as Bexley."),
]


def draws_named(given: str | Draws) -> Draws:
    """Read where parameters come from."""
    if isinstance(given, Draws):
        return given
    try:
        return Draws.named(given)
    except evidence.EvidenceError as fault:
        raise typer.BadParameter(str(fault).removeprefix("parameters: ")) from None


Parameters = Annotated[
    Draws,
    typer.Option(
        "--parameters",
        parser=draws_named,
        metavar="WHICH",
        help="What runs draw parameters and structure from: posterior (fitted to 2017-2021), "
        "median (its middle draw), prior (stated priors), default (working values, no draw), or a "
        "FILE that `permanence calibrate` wrote.",
    ),
]
ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A shipped scenario's name, or a .toml file.")
]
