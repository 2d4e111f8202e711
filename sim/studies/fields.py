"""Fields that several questions share, each written once, and what their values stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import BeforeValidator, PlainSerializer, model_validator

from sim.answers.structures import Pair, pairs
from sim.domain import evidence
from sim.domain.given import day_of, shortened
from sim.domain.vocabulary import LONDON, BidTrigger, HiringStructure
from sim.ensemble.asked import MOST_RUNS, MOST_SEED, MOST_YEARS
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.scenario import (
    DRAWN_STRUCTURE,
    Scenario,
    ScenarioError,
    load_figures,
    load_scenario,
)
from sim.studies.request import Request, asked

EVERY = "all"
Choice = TypeVar("Choice", bound=StrEnum)


def _draws(given: Any) -> Draws:
    if isinstance(given, Draws):
        return given
    try:
        return Draws.named(str(given) if isinstance(given, Path) else given)
    except evidence.EvidenceError as fault:
        raise ValueError(str(fault).removeprefix("parameters: ")) from None


def _texts(given: Any) -> Any:
    if isinstance(given, str):
        raise ValueError(f"given {given!r}; allowed: a list, such as [{given!r}]")
    return () if given is None else tuple(given)


def _day(given: Any) -> Any:
    try:
        return day_of(given)
    except (ValueError, TypeError):
        told = shortened(str(given))
        raise ValueError(f"given {told}; allowed: a date, such as 2025-03-31") from None


def one_or_all(choices: type[Choice]) -> Callable[[Any], Any]:
    """Return a reader of one of several words, of a list of them, or of `all` for each."""

    def reader(given: Any) -> Any:
        if given is None:
            return None
        words = [given] if isinstance(given, str) else list(given)
        if words == [EVERY]:
            return tuple(choices)
        try:
            return tuple(choices(one) for one in words)
        except ValueError:
            wrong = next(one for one in words if one not in list(choices))
            allowed = ", ".join((*choices, EVERY))
            raise ValueError(f"given {wrong}; allowed: {allowed}") from None

    return reader


def _plain(given: Any) -> Any:
    return given.model_dump(mode="json") if isinstance(given, Scenario) else given


Given = Annotated[
    Any,
    PlainSerializer(lambda given: str(given) if isinstance(given, Path) else _plain(given)),
    asked("A shipped scenario's name, or a .toml file.", metavar="SCENARIO", is_argument=True),
]
"""A scenario: a name, a path, a `Scenario`, or a dictionary."""
Runs = Annotated[
    int,
    asked(
        "Number of runs: each draws its own parameters and luck.",
        low=1,
        high=MOST_RUNS,
        metavar="N",
    ),
]
Seed = Annotated[
    int,
    asked(
        "Root seed: the same seed gives the same bytes.",
        low=0,
        high=MOST_SEED,
        metavar="N",
        allowed="a whole number from 0 up",
    ),
]
Years = Annotated[
    int, asked(f"Years to run, 1 to {MOST_YEARS}.", low=1, high=MOST_YEARS, metavar="N")
]
Until = Annotated[
    int | None,
    asked(
        "Run to the start's anniversary in this year, such as 2030, in place of --years.",
        metavar="YEAR",
        allowed="a year, such as 2030",
    ),
]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
"""Several texts; one by itself is refused, since it would be taken letter by letter."""
OneOrMore = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]
"""One text, or several."""
Overrides = Annotated[
    Texts,
    asked(
        "Change one thing, such as parameters.bid_speed=0.2. Repeat for more.",
        flag="--set",
        metavar="KEY=VALUE",
        is_repeated=True,
    ),
]
Parameters = Annotated[
    Draws,
    BeforeValidator(_draws),
    PlainSerializer(str),
    asked(
        "What runs draw parameters and structure from: posterior (fitted to 2017-2021), median "
        "(its middle draw), prior (stated priors), default (working values, no draw), or a FILE "
        "that `permanence calibrate` wrote.",
        metavar="WHICH",
    ),
]
BoroughName = Annotated[
    str | None, asked("Show one employer's view, such as Bexley.", metavar="NAME")
]
BoroughData = Annotated[
    Path | None,
    asked(
        "A council's own figures in place of the census's (see: permanence borough-data template).",
        metavar="FILE",
    ),
]
Structures = Annotated[
    tuple[HiringStructure, ...] | None,
    BeforeValidator(one_or_all(HiringStructure)),
    asked(
        f"How hiring works: {', '.join(HiringStructure)}, or all (with every bid trigger).",
        metavar="HIRING",
    ),
]
BidTriggers = Annotated[
    tuple[BidTrigger, ...] | None,
    BeforeValidator(one_or_all(BidTrigger)),
    asked(f"What boroughs bid on: {', '.join(BidTrigger)}, or all.", metavar="TRIGGER"),
]
Day = Annotated[date, BeforeValidator(_day)]
Document = Annotated[
    Path | None, asked("Write the page of the documents (Markdown) there.", metavar="FILE")
]
SHARE = "a share between 0 and 1, such as 0.9"
BothShares = Annotated[
    float,
    asked(
        "Permanent share to reach, of the workforce and of posts.",
        above=0.0,
        below=1.0,
        allowed=SHARE,
        metavar="SHARE",
    ),
]
MostUnfilled = Annotated[
    float,
    asked(
        "Most unfilled posts, as a share of posts.",
        above=0.0,
        below=1.0,
        allowed=SHARE,
        metavar="SHARE",
    ),
]


class Dated(Request):
    """A request whose horizon may be given as the year in which it ends."""

    @model_validator(mode="before")
    @classmethod
    def _years_until(cls, given: dict[str, Any]) -> dict[str, Any]:
        until = given.get("until")
        if not isinstance(until, int):
            return given  # none, or its own check refuses it
        if given.get("years") is not None:
            raise ValueError("--until: --years is given too; allowed: one of the two")
        name = next(one for one in ("scenario", "base", "package") if one in cls.model_fields)
        first = given.get(name, cls.model_fields[name].get_default())
        start = plan(first, _texts(given.get("overrides"))).start.opening.year
        if not start < until <= start + MOST_YEARS:
            raise ValueError(
                f"--until: given {until}; allowed: {start + 1} to {start + MOST_YEARS}, as the "
                f"scenario starts in {start}"
            )
        rest = {key: value for key, value in given.items() if key != "until"}
        return rest | {"years": until - start}


class Luck(NamedTuple):
    """What decides an ensemble besides its scenario, where a request does not hold it all."""

    runs: int
    seed: int
    years: int
    parameters: Draws


def plan(given: Any, overrides: Sequence[str] = (), borough_data: Path | None = None) -> Scenario:
    """Return a scenario from its name, its file, a dictionary, or itself, with what was set.

    Raises:
        ScenarioError: no such scenario, or one that cannot be used.
    """
    if not isinstance(given, str | Path | Scenario | Mapping):
        told = type(given).__name__
        raise ScenarioError(
            f"scenario: given a {told}; allowed: a name, a path, a Scenario or a dictionary"
        )
    found = load_scenario(given, overrides)
    return found if borough_data is None else found.with_figures(load_figures(borough_data))


def plans(
    given: Sequence[Any], overrides: Sequence[str] = (), borough_data: Path | None = None
) -> list[Scenario]:
    """Return several scenarios; of those given without a file no two keep one name.

    Raises:
        ScenarioError: as for `plan`.
    """
    found: list[Scenario] = []
    for place, one in enumerate(given, start=1):
        planned = plan(one, overrides, borough_data)
        others = {other.name for other in found if other.fingerprint() != planned.fingerprint()}
        if planned.name in others and isinstance(one, Scenario | Mapping):
            planned = planned.model_copy(update={"name": f"{planned.name}-{place}"})
        found.append(planned)
    return found


def unit_of(borough: str | None) -> str:
    """Return the unit a result is shown for: London, or the employer a borough belongs to."""
    if borough is None or borough.strip().casefold() == LONDON.casefold():
        return LONDON
    try:
        return evidence.employer_of(borough)
    except evidence.UnknownBorough as fault:
        raise evidence.UnknownBorough(f"--borough: {fault}") from None


def refuse_other_starts(planned: Sequence[Scenario]) -> None:
    """Refuse to set scenarios side by side that start on different days."""
    base = planned[0]
    for scenario in planned[1:]:
        if scenario.start.opening != base.start.opening:
            raise ScenarioError(
                f"{scenario.name} starts on {scenario.start.opening}, {base.name} on "
                f"{base.start.opening}: only scenarios with one start date can be compared"
            )


def refuse_document(path: Path | None) -> None:
    """Refuse a file that cannot be written, before any work.

    Raises:
        StoreError: it is a folder, or its folder is not there.
    """
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        raise StoreError(f"--write-docs {path}: allowed: a file in a folder that is there")


def set_keys(overrides: Iterable[str]) -> set[str]:
    """Return the keys that are set."""
    return {one.partition("=")[0].strip() for one in overrides}


def refuse_set_too(option: str, keys: Iterable[str], overrides: Iterable[str]) -> None:
    """Refuse to set a number that an option moves: one of the two would not count.

    Raises:
        ScenarioError: a key is given by both.
    """
    for key in sorted({*keys} & set_keys(overrides)):
        raise ScenarioError(f"{option} {key}: is given by --set too; allowed: one of the two")


def rival_pairs(
    scenario: Scenario,
    hiring: Sequence[HiringStructure] | None,
    triggers: Sequence[BidTrigger] | None,
    overrides: Sequence[str] | None,
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
        if given is not None and set_keys(overrides or ()) & {key, "structure"}:
            raise ScenarioError(f"{option}: {key} is given by --set too; allowed: one of the two")
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
