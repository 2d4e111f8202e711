"""How what a scenario says of a lever takes over from what it extends: terms, by date.

A lever in a file is a table of terms, or a list of such tables under `terms`. Terms with a day
take over on it from what is in force until then, and say only what is new. Without a day they
change the terms that are last: the past is kept. "off" is a lever that never was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from sim.domain.given import DAYS, day_of, shown

TERMS, START, RAMP, OFF, STEPS = "terms", "start", "ramp_months", "off", "steps"
LEVEL, STATED, UPRATED = "charge_rate_per_hour", "stated_on", "uprated"
OF_ONE_DAY = (START, RAMP)
"""What belongs to the day terms begin on, and does not pass to the terms after them."""

LONG_AGO = date(DAYS[0], 1, 1)
Table = dict[str, Any]


def terms_of(given: Any) -> list[Table]:
    """Return the terms that a lever's table states, the earliest first.

    Each but the first inherits what it does not say. Order in the file does not matter.
    """
    if not isinstance(given, Mapping):
        return []
    found: list[Table] = []
    for one in _stated(given):
        found = taken_over(found, one)
    return found


def _stated(given: Mapping[str, Any]) -> list[Table]:
    """Return what a lever's table says, by date; what stands outside the list holds for all of it.

    Raises:
        ValueError: it is no list of tables, or two of them begin on one day.
    """
    common = {key: value for key, value in given.items() if key != TERMS}
    listed = given.get(TERMS, [{}])
    are_tables = isinstance(listed, list | tuple) and all(isinstance(x, Mapping) for x in listed)
    if not are_tables or not listed:
        raise ValueError(f"{TERMS}: given {shown(listed)}; allowed: a list of one or more tables")
    found = sorted(({**common, **one} for one in listed), key=lambda one: _day(one.get(START)))
    days = [_day(one.get(START)) for one in found]
    for day, after in pairwise(days):
        if day == after:
            when = "no start" if day == date.min else f"start = {day}"
            raise ValueError(f"{TERMS}: two have {when}; allowed: no two may begin on one day")
    return found


def taken_over(before: Sequence[Table], above: Table) -> list[Table]:
    """Return terms once others have taken over from them.

    Args:
        before: the terms until then, the earliest first.
        above: what is said now: from its day on if it has one, else of the last terms.
    """
    if not before:
        return _without_steps(above)
    if above.get(START) is None:
        return [*before[:-1], *_without_steps({**before[-1], **above})]
    day = _day(above[START])
    kept = [one for one in before if _day(one.get(START)) < day]
    if not kept:
        return _without_steps({**before[0], **above})
    if kept[-1].get(RAMP) and not _is_new(above, kept[-1]):
        return kept  # what is coming in goes on coming in
    passes = {key: value for key, value in kept[-1].items() if key not in OF_ONE_DAY}
    if LEVEL in passes and LEVEL not in above:
        passes[STATED] = passes.get(STATED) or kept[-1].get(START) or LONG_AGO
    elif LEVEL in above:
        passes.pop(STATED, None)
    return [*kept, *_without_steps({**passes, **above})]


def _is_new(above: Table, standing: Table) -> bool:
    """Return whether terms say anything new; a level that rises with pay, if only its money."""
    if RAMP in above or (LEVEL in above and standing.get(UPRATED)):
        return True
    said = (key for key in above if key != START)
    return any(key not in standing or standing[key] != above[key] for key in said)


def layered(below: Any, above: Any) -> Any:
    """Return what a lever is where `above` extends `below`, ready for the lever's class."""
    if above == OFF or below is None:
        return above
    if not isinstance(above, Mapping) or (below != OFF and not isinstance(below, Mapping)):
        return above
    found = terms_of(below)
    for one in _stated(above):
        found = taken_over(found, one)
    return {TERMS: found}


def _without_steps(terms: Table) -> list[Table]:
    """Return terms with a ratchet's steps as terms of their own; it turns all bands in proportion.

    A list of `steps` is how a file of 0.1.0 writes them.
    """
    steps = terms.pop(STEPS, None) or []
    if steps:
        _refuse_odd_steps(steps, terms)
    found = [terms]
    for step in sorted(steps, key=lambda one: _day(one[START])):
        ratio = step[LEVEL] / terms[LEVEL]
        bands = {
            key: value * ratio
            for key, value in terms.items()
            if key.startswith("charge_rate") and key != LEVEL and _is_price(value)
        }
        new = bands | {LEVEL: step[LEVEL]}
        if _day(step[START]) <= _day(terms.get(START)):
            found[0] = terms | new
            continue
        rest = {key: value for key, value in terms.items() if key not in OF_ONE_DAY}
        found.append(rest | new | {START: step[START]})
    return found


def _refuse_odd_steps(steps: Any, terms: Table) -> None:
    """Refuse steps that no terms can be made of, and those that have nothing to start from."""
    wanted = f"a list of tables with {START} and {LEVEL}, a number above 0"
    tables = isinstance(steps, list | tuple) and all(isinstance(one, Mapping) for one in steps)
    if not tables or not all(START in one and _is_price(one.get(LEVEL)) for one in steps):
        raise ValueError(f"{STEPS}: given {shown(steps)}; allowed: {wanted}")
    if not _is_price(terms.get(LEVEL)):
        raise ValueError(f"{STEPS}: they need a {LEVEL} to start from, a number above 0")


def _is_price(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and given > 0


def _day(given: Any) -> date:
    try:
        return day_of(given)
    except (ValueError, TypeError):
        return date.min  # none, or none that can be read: the lever's own check says so
