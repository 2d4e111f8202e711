"""What every lever has: a start, a ramp, members, a no-op, grounds, and terms it puts in force."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile
from typing import Any, ClassVar, Self, cast

from pydantic import (
    Field,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from sim.domain.calendar import month_end, months_between
from sim.domain.given import Day, counted
from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, Declared, declarations, quantity
from sim.domain.randomness import BoolArray, Purpose
from sim.rules.levers import layers
from sim.rules.levers.members import Members
from sim.rules.levers.words import members_in_words, said
from sim.rules.terms import RulesInForce

EARLIER, WHO, RAMP = "earlier", "members", "ramp_months"
NOT_IDENTIFIED = "is not identified by the data: it follows from"


@dataclass(frozen=True)
class Moment:
    """What a lever may look at when it says what is in force in a month.

    Attributes:
        opening, today: the day of month 0, and the last day of the month.
        index_at: the pay index on a day.
        who: who of the employers belongs, given members and the purpose of the draw.
    """

    opening: date
    today: date
    parameters: Parameters
    index_at: Callable[[date], float]
    who: Callable[[Members, Purpose], BoolArray]

    @property
    def price_level(self) -> float:
        """Pay index today over the pay index at the start."""
        return self.index_at(self.today) / self.index_at(self.opening)


class Lever(Declared, ABC):
    """Terms that a policy puts in force from a day on, and those that they take over from.

    `grounds` is a sentence on what the lever's effect rests on; it stands wherever a number
    depends on the lever. Its own fields are the terms that are last. `phrases` are the words for
    its fields' values, by field, with {} for the value; others are told by their labels. `ended`
    says that terms which do nothing took over from some that did. `always_told` are fields that
    are said even at their default. `fades` is whether terms can go out over time.
    `moves_by_terms_alone` is whether what it puts in force stays the same, within a tax year, once
    its last terms have come in: its rules are then not made anew each month.

    Attributes:
        earlier: the terms before them, the earliest first; none of those has any.
    """

    grounds: ClassVar[str]
    phrases: ClassVar[Mapping[str, str]] = {}
    ended: ClassVar[str] = "withdrawn"
    always_told: ClassVar[Collection[str]] = ()
    fades: ClassVar[bool] = True
    moves_by_terms_alone: ClassVar[bool] = False

    start: Day = quantity(
        None, unit="date", label="first day the lever is in force (default: from the first step)"
    )
    ramp_months: int = quantity(
        0, unit="months", label="months over which it grows to full strength", allowed=(0, 240)
    )
    earlier: tuple[SerializeAsAny[Lever], ...] = Field((), repr=False)

    @model_validator(mode="before")
    @classmethod
    def _read_terms(cls, given: Any) -> Any:
        if given == layers.OFF:
            return {}
        if isinstance(given, Mapping) and (layers.TERMS in given or layers.STEPS in given):
            *before, last = layers.terms_of(given)
            return {**last, EARLIER: before}
        return given

    @field_validator(EARLIER, mode="before")
    @classmethod
    def _read_earlier(cls, given: Any) -> Any:
        tables = isinstance(given, list | tuple)
        if not tables or not all(isinstance(one, cls | Mapping) for one in given):
            raise ValueError("expected a list of tables")
        found = [one if isinstance(one, cls) else cls(**one) for one in given]
        return tuple(dropwhile(lambda one: one.is_idle, found))  # nothing took over from nothing

    @model_validator(mode="after")
    def _terms_follow_one_another(self) -> Self:
        days = [one.start or date.min for one in self.terms()]
        if days != sorted(set(days)) or any(one.earlier for one in self.earlier):
            raise ValueError("terms follow one another: no two may begin on one day")
        return self

    @model_serializer(mode="wrap")
    def _without_an_empty_past(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in write(self).items() if name != EARLIER or value}

    def terms(self) -> tuple[Self, ...]:
        """Return all terms, the earliest first; the last are the lever's own."""
        return cast(tuple[Self, ...], (*self.earlier, self))

    @property
    @abstractmethod
    def is_idle(self) -> bool:
        """Whether these terms by themselves change nothing at all."""

    @property
    def is_no_op(self) -> bool:
        """Whether the lever changes nothing at all, at any time."""
        return all(one.is_idle for one in self.terms())

    @abstractmethod
    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules of a month once this lever has put its terms into them.

        At its no-op it returns the very rules it was given.
        """

    def in_words(self, opening: date, before: Self | None = None) -> str:
        """Return what these terms are, in words: whatever differs from its default.

        Args:
            opening: the day of month 0.
            before: the terms they take over from.
        """
        if self.is_idle:
            if before is None or before.is_idle:
                return "no effect"
            return ", ".join([self.ended, *self._ramp(opening, "going out")])
        who = self.all_fields().get(WHO)
        by = [] if who is None else [f"by {members_in_words(getattr(self, WHO))}"]
        return ", ".join([*self._said(), *self._ramp(opening), *by])

    @classmethod
    def all_fields(cls) -> dict[str, Declaration]:
        """Return what the fields of terms declare, without the day they begin."""
        return {name: one for name, one in declarations(cls).items() if name != layers.START}

    def _said(self, besides: Collection[str] = ()) -> list[str]:
        """Return the words for each field that differs from its default."""
        found = []
        for name, declared in self.all_fields().items():
            value = getattr(self, name)
            if name in (WHO, RAMP, *besides):
                continue
            if value == declared.default and name not in self.always_told:
                continue
            phrase = self.phrases.get(name, f"{declared.label}: {{}}")
            found.append(phrase.format(said(value, declared)))
        return found

    def _ramp(self, opening: date, how: str = "coming in") -> list[str]:
        """Return how they come in, unless they have done so by the start."""
        if self.ramp_months == 0 or self.strength(opening, opening) == 1.0:
            return []
        began = f" from {self.start:%B %Y}" if self.start and self.start < opening else ""
        return [f"{how} over {counted(self.ramp_months, 'month')}{began}"]

    def substance(self, opening: date, until: date) -> Mapping[str, object]:
        """Return what these terms do, whatever their file says: equal for terms that do the same.

        Terms that have come in by a day, `until`, have no day.
        """
        names = [RAMP] if self.is_idle else self.all_fields()
        fields = {name: getattr(self, name) for name in names}
        if self.is_settled(opening, until):
            return {} if self.is_idle else fields | {RAMP: 0}
        return fields | {layers.START: self.start or opening}

    def is_settled(self, opening: date, until: date) -> bool:
        """Whether nothing of the terms before these is left by a day."""
        at_once = self.ramp_months == 0 or (self.is_idle and not self.fades)
        return at_once or self.come_in(opening, until) == 1.0

    def unfelt_by_amounts(self, parameters: Parameters) -> Mapping[str, str]:
        """Return fields in use that only people can feel, each with the reason.

        The borough twin has amounts, not people: it refuses a scenario that uses one of them.
        """
        return {}

    def terms_on(self, opening: date, day: date) -> tuple[Self, ...]:
        """Return the terms that have begun by the last day of a month, the latest last.

        Terms act from the first month whose last day is on or after their start; those replaced
        within it never act. Before month 0 there is history, and no lever.
        """
        if day < opening:
            return ()
        begun = [one for one in self.terms() if one.start is None or one.start <= day]
        months = [None if one.start is None else (one.start.year, one.start.month) for one in begun]
        return tuple(
            one for place, one in enumerate(begun) if months[place] not in months[place + 1 :]
        )

    def strength(self, opening: date, day: date) -> float:
        """Return how far these terms have come in on the last day of a month, 0 to 1.

        A ramp is linear and runs from its real date, also before month 0.
        """
        return 0.0 if day < opening else self.come_in(opening, day)

    def come_in(self, opening: date, day: date) -> float:
        """Return how far these terms have come in on the last day of a month, history included."""
        if self.start is not None and day < self.start:
            return 0.0
        if self.ramp_months == 0:
            return 1.0
        if self.start is None:
            begun_months = months_between(opening, day)
        else:
            begun_months = months_between(self.start, day) + 1
        return min(1.0, max(0.0, begun_months / self.ramp_months))

    def settles_on(self, opening: date) -> date:
        """Return the last month end from which on what it puts in force can still change.

        The day of a tax year that begins later does not count.
        """
        if self.is_no_op:
            return opening
        if not self.moves_by_terms_alone:
            return date.max
        latest = max(one.start or opening for one in self.terms())
        longest = max(one.ramp_months for one in self.terms())
        return month_end(max(latest, opening), longest + 1)

    def mixture(self, opening: date, day: date) -> tuple[tuple[Self, float], ...]:
        """Return the terms in force on a day that do something, each with its weight, 0 to 1.

        While terms come in, those they take over from go out, from as far as they had come in.
        The latest are first.
        """
        begun = self.terms_on(opening, day)
        found: list[tuple[Self, float]] = []
        for terms, until in zip(begun, _until(begun, day), strict=True):
            comes_in = terms.come_in(opening, until)
            found = [(terms, comes_in), *((one, had * (1.0 - comes_in)) for one, had in found)]
        return tuple((one, weight) for one, weight in found if weight > 0.0 and not one.is_idle)


def _until(begun: Sequence[Lever], day: date) -> list[date]:
    """Return for each of the terms the last month end on which nothing had taken over from it."""
    starts = [one.start for one in begun[1:] if one.start is not None]
    return [*(month_end(start, -1) for start in starts), day][: len(begun)]
