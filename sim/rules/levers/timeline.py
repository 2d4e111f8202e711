"""A lever's terms as spans of time: when each is in force, and where two levers differ.

The day of month 0 is where time begins: terms that were replaced before it are in no span.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sim.domain.calendar import month_end
from sim.rules.levers.lever import Lever


@dataclass(frozen=True)
class Span:
    """Terms while they are in force.

    Attributes:
        before: the terms they take over from in the run; None from month 0 on.
        first: their first day; None where they are in force in month 0.
        last: their last day; None where nothing takes over from them.
    """

    terms: Lever
    before: Lever | None
    first: date | None
    last: date | None

    def in_words(self, opening: date) -> str:
        """Return what is in force, in words."""
        return self.terms.in_words(opening, self.before)


@dataclass(frozen=True)
class Stretch:
    """A time through which two levers are the same, or differ, in the same way.

    Attributes:
        first, last: as of a `Span`.
        one, other: what is in force of each; None before either has any terms.
    """

    first: date | None
    last: date | None
    is_same: bool
    one: Span | None
    other: Span | None


def spans(lever: Lever, opening: date) -> tuple[Span, ...]:
    """Return the terms of a lever that are ever in force, the earliest first."""
    found: list[Span] = []
    all_terms = lever.terms()
    begin = [_first_day(one, opening) for one in all_terms]
    for place, (terms, first) in enumerate(zip(all_terms, begin, strict=True)):
        then = begin[place + 1] if place + 1 < len(begin) else None
        if place + 1 < len(begin) and then == first:
            continue  # replaced in the month it began, or before month 0
        before = found[-1].terms if found else None
        last = None if then is None else then - timedelta(days=1)
        found.append(Span(terms, before, first, last))
    return tuple(found)


def is_used(lever: Lever, opening: date) -> bool:
    """Return whether a lever ever has terms in force that do something."""
    return any(not span.terms.is_idle for span in spans(lever, opening))


def at(found: Sequence[Span], day: date | None) -> Span | None:
    """Return the span a day lies in; None stands for month 0."""
    begun = [one for one in found if one.first is None or (day is not None and one.first <= day)]
    return begun[-1] if begun else None


def stretches(one: Lever, other: Lever, opening: date) -> tuple[Stretch, ...]:
    """Return where two levers are the same and where they differ, from month 0 on."""
    left, right = spans(one, opening), spans(other, opening)
    begin = sorted({span.first for span in (*left, *right) if span.first is not None})
    found: list[Stretch] = []
    days = (None, *begin)
    for day, then in zip(days, (*begin, None), strict=True):
        here, there = at(left, day), at(right, day)
        same = _substance(one, here, opening) == _substance(other, there, opening)
        last = None if then is None else then - timedelta(days=1)
        if found and same and found[-1].is_same:
            found[-1] = Stretch(found[-1].first, last, True, here, there)
        else:
            found.append(Stretch(day, last, same, here, there))
    return tuple(found)


def differ_from(one: Lever, other: Lever, opening: date) -> date | None:
    """Return the first day on which two levers differ; None if they never do."""
    for stretch in stretches(one, other, opening):
        if not stretch.is_same:
            return stretch.first or opening
    return None


def _first_day(terms: Lever, opening: date) -> date | None:
    """Return the first day of the first month that terms act in; None for month 0."""
    if terms.start is None or terms.start <= opening:
        return None
    return terms.start.replace(day=1)


def _substance(lever: Lever, span: Span | None, opening: date) -> list[object]:
    """Return what is in force, and all that goes out while it comes in; nothing where none acts."""
    if span is None:
        return []
    chain = lever.terms_on(opening, max(span.terms.start or opening, opening))
    found: list[object] = [chain[-1].substance(opening, opening)]
    until = opening
    for terms, before in zip(chain[::-1], chain[-2::-1], strict=False):
        if terms.is_settled(opening, until) or terms.start is None:
            break
        until = month_end(terms.start, -1)
        found.append(before.substance(opening, until))
    return [] if all(one.is_idle for one in chain[-len(found) :]) else found
