"""What is odd about a scenario though it can be run: each finding one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR, month_end, spoken_day
from sim.domain.evidence import employer_of, spoken
from sim.domain.quantities import declarations
from sim.domain.randomness import BoolArray, Purpose
from sim.rules.in_force import Rulebook
from sim.rules.levers import Lever, Levers
from sim.rules.levers.layers import LEVEL
from sim.rules.levers.members import MEMBERS_UNIT, Members
from sim.rules.levers.timeline import spans
from sim.scenario import Scenario
from sim.words.captions import listed
from sim.words.timeline import lever_title, when

"""£ per hour that a cap is phased in from, so that only what has come in counts."""


@dataclass(frozen=True)
class BelowFloor:
    """A cap under the lawful floor of equal pay, with the scenario's own parameters.

    Attributes:
        on: the last day of the first month in which it is.
        cap, floor: £ per hour on that day.
    """

    on: date
    cap: float
    floor: float


def doubts(scenario: Scenario, written: Mapping[str, Any], years: int) -> list[str]:
    """Return what a reader should know before a scenario is run.

    Args:
        scenario: the scenario.
        written: what its files say, before they are checked.
        years: how long it is to run.
    """
    horizon = month_end(scenario.start.opening, years * MONTHS_PER_YEAR)
    return [
        *_empty_caps(scenario, horizon),
        *_below_floor(scenario, years),
        *_late(scenario, horizon, years),
        *_twice(written),
        *_never_acts(scenario, horizon),
    ]


def below_floor(scenario: Scenario, years: int) -> BelowFloor | None:
    """Return when and how far a scenario's cap first lies under the lawful floor, if it does."""
    if scenario.levers.cap.is_no_op:
        return None

    def who(members: Members, purpose: Purpose) -> BoolArray:
        return np.ones(1, bool)

    opening = scenario.start.opening
    book = Rulebook(scenario.levers, scenario.parameters, opening, 1, who)
    for month in range(years * MONTHS_PER_YEAR + 1):
        rules = book.in_force(month_end(opening, month))
        cap, floor = float(np.min(rules.cap_charge_rates)), float(rules.lowest_lawful_charge)
        if cap < floor:
            return BelowFloor(rules.today, cap, floor)
    return None


def tried_below_floor(tried: Sequence[tuple[str, Scenario]], years: int) -> list[str]:
    """Return a sentence on those of several levels at which a cap lies below the lawful floor.

    Args:
        tried: each level in words, with the scenario at it.
        years: how long it runs.
    """
    found = [(level, below_floor(scenario, years)) for level, scenario in tried]
    under = [(level, below) for level, below in found if below is not None]
    if not under:
        return []
    levels = [level for level, _ in under]
    some = f"{levels[0]} to {levels[-1]}" if len(levels) > 2 else listed(levels)
    _, first = min(under, key=lambda one: one[1].on)
    return [
        f"At {some} a cap lies below the lawful floor of equal pay (about £{first.floor:.2f} an "
        f"hour on {spoken_day(first.on)}) and gives way to it."
    ]


def _empty_caps(scenario: Scenario, horizon: date) -> Iterator[str]:
    for span in spans(scenario.levers.cap, scenario.start.opening):
        cap = span.terms
        level = getattr(cap, LEVEL)
        if level is not None and cap.is_idle and (span.first is None or span.first <= horizon):
            yield (
                f"Nobody is in the cap {when(span.first, span.last)}, though it has a level of "
                f"£{level:g} an hour."
            )


def _below_floor(scenario: Scenario, years: int) -> Iterator[str]:
    below = below_floor(scenario, years)
    if below is not None:
        yield (
            f"The cap of £{below.cap:.2f} an hour lies below the lawful floor of equal pay, about "
            f"£{below.floor:.2f}, first on {spoken_day(below.on)}: the floor is paid."
        )


def _late(scenario: Scenario, horizon: date, years: int) -> Iterator[str]:
    for name, lever in _levers(scenario):
        for terms in lever.terms():
            for key in declarations(type(terms)):
                value = getattr(terms, key)
                if isinstance(value, date) and value > horizon:
                    yield (
                        f"levers.{name}.{key}: {spoken_day(value)} is past the horizon, "
                        f"{spoken_day(horizon)} (--years {years})."
                    )


def _twice(written: Mapping[str, Any]) -> Iterator[str]:
    levers = written.get("levers", {})
    for name, field in Levers.model_fields.items():
        fields = declarations(field.annotation)  # type: ignore[arg-type]
        said = levers.get(name)
        for key, declared in fields.items():
            if declared.unit != MEMBERS_UNIT or not isinstance(said, Mapping):
                continue
            tables = [said, *said.get("terms", ())]
            found = {one for table in tables for one in _repeated(table.get(key))}
            for employer in sorted(found):
                yield f"levers.{name}.{key}: {spoken(employer)} is listed twice; it counts once."


def _repeated(given: Any) -> list[str]:
    """Return the employers that a list of members names more than once."""
    if isinstance(given, Mapping):
        given = given.get("except")
    if not isinstance(given, list | tuple):
        return []
    counts = Counter(employer_of(str(name)) for name in given)
    return [name for name, count in counts.items() if count > 1]


def _never_acts(scenario: Scenario, horizon: date) -> Iterator[str]:
    opening = scenario.start.opening
    for name, lever in _levers(scenario):
        acting = [span for span in spans(lever, opening) if not span.terms.is_idle]
        if any(
            (span.first is None or span.first <= horizon)
            and (span.last is None or span.last > opening)
            for span in acting
        ):
            continue
        title = f"{lever_title(name)} never acts"
        if lever.is_no_op:
            is_told = name == "cap" and getattr(lever, LEVEL) is not None
            if lever != type(lever)() and not is_told:
                yield f"{title}: what is set has no effect by itself."
        elif acting and acting[0].first is not None:
            yield f"{title} by {spoken_day(horizon)}: it begins in {acting[0].first:%B %Y}."
        else:
            yield f"{title}: its terms end before the first month, {month_end(opening, 1):%B %Y}."


def _levers(scenario: Scenario) -> Iterator[tuple[str, Lever]]:
    for name in Levers.model_fields:
        yield name, getattr(scenario.levers, name)
