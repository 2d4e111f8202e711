"""The options several commands share, each written once, and how their values are read.

Values are read here, not by typer, so that a bad one gives the same sentence in every release:
the option, what was given, what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from sim.answers.structures import Pair, pairs
from sim.domain import evidence
from sim.domain.given import shortened
from sim.domain.vocabulary import LONDON, BidTrigger, HiringStructure
from sim.ensemble.asked import MOST_JOBS, MOST_RUNS, MOST_SEED, MOST_YEARS
from sim.ensemble.draws import Draws
from sim.scenario import DRAWN_STRUCTURE, Scenario, ScenarioError, load_figures, load_scenario

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


def number(given: float | str) -> float:
    """Read a number; its range is checked where its meaning is known."""
    try:
        return float(given)
    except ValueError:
        raise typer.BadParameter(f"given {given}; allowed: a number, such as 35.5") from None


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


EVERY = "all"


def one_or_all(choices: type[Choice]) -> Callable[[str], tuple[Choice, ...]]:
    """Return a reader of one of several words, or of `all` for each of them."""

    def read(given: str | tuple[Choice, ...]) -> tuple[Choice, ...]:
        if isinstance(given, tuple):
            return given
        if given == EVERY:
            return tuple(choices)
        try:
            return (choices(given),)
        except ValueError:
            allowed = ", ".join((*choices, EVERY))
            raise typer.BadParameter(f"given {given}; allowed: {allowed}") from None

    return read


StructureOption = Annotated[
    tuple | None,  # type: ignore[type-arg]
    typer.Option(
        "--structure",
        parser=one_or_all(HiringStructure),
        metavar="HIRING",
        help=f"How hiring works: {', '.join(HiringStructure)}, or all (with every bid trigger).",
    ),
]
BidTriggerOption = Annotated[
    tuple | None,  # type: ignore[type-arg]
    typer.Option(
        "--bid-trigger",
        parser=one_or_all(BidTrigger),
        metavar="TRIGGER",
        help=f"What boroughs bid on: {', '.join(BidTrigger)}, or all.",
    ),
]


def rival_pairs(
    scenario: Scenario,
    hiring: Sequence[HiringStructure] | None,
    triggers: Sequence[BidTrigger] | None,
    sets: Sequence[str] | None,
) -> list[Pair]:
    """Return the rival structures that are asked for: the scenario's own if none is named.

    `--structure all` alone means every pair, every bid trigger included.
    """
    every = hiring is not None and len(hiring) > 1
    for option, given, key in (
        ("--structure", hiring, "structure.hiring"),
        ("--bid-trigger", triggers, "structure.bid_trigger"),
        ("--structure all", every or None, "structure.bid_trigger"),
    ):
        for one in sets or ():
            if given is not None and one.partition("=")[0].strip() in (key, "structure"):
                raise ScenarioError(
                    f"{option}: {key} is given by --set too; allowed: one of the two"
                )
    if triggers is None:
        triggers = tuple(BidTrigger) if every else (scenario.structure.bid_trigger,)
    return pairs(hiring or (scenario.structure.hiring,), triggers)


def with_halves(
    scenario: Scenario,
    hiring: Sequence[HiringStructure] | None,
    triggers: Sequence[BidTrigger] | None,
) -> Scenario:
    """Return a scenario with the halves of its structure that are named; the others stay drawn."""
    named = {"hiring": hiring, "bid_trigger": triggers}
    chosen = {half: given[0] for half, given in named.items() if given is not None}
    fixed = tuple(half for half in DRAWN_STRUCTURE if half in (*scenario.fixed_structure, *chosen))
    structure = scenario.structure.model_copy(update=chosen)
    return scenario.model_copy(update={"structure": structure, "fixed_structure": fixed})


BoroughData = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A council's own figures in place of the census's "
        "(see: permanence borough-data template).",
    ),
]


def planned(
    names: Sequence[str], sets: Sequence[str] | None, borough_data: Path | None = None
) -> list[Scenario]:
    """Return scenarios by name, each with what was set and with councils' own figures."""
    found = [load_scenario(name, sets or ()) for name in names]
    if borough_data is None:
        return found
    figures = load_figures(borough_data)
    return [scenario.with_figures(figures) for scenario in found]


def refuse_other_starts(planned: Sequence[Scenario]) -> None:
    """Refuse to set scenarios side by side that start on different days."""
    base = planned[0]
    for scenario in planned[1:]:
        if scenario.start.opening != base.start.opening:
            raise ScenarioError(
                f"{scenario.name} starts on {scenario.start.opening}, {base.name} on "
                f"{base.start.opening}: only scenarios with one start date can be compared"
            )


def unit_of(borough: str | None) -> str:
    """Return the unit a result is shown for: London, or the employer a borough belongs to."""
    if borough is None or borough.strip().casefold() == LONDON.casefold():
        return LONDON
    try:
        return evidence.employer_of(borough)
    except evidence.UnknownBorough as fault:
        raise evidence.UnknownBorough(f"--borough: {fault}") from None
