"""What every lever has: a start, a ramp, members, a no-op, grounds, and terms it puts in force."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from sim.domain.calendar import months_between
from sim.domain.evidence import employer_of
from sim.domain.parameters import Parameters
from sim.domain.quantities import Declared, quantity
from sim.domain.randomness import BoolArray, Purpose
from sim.rules.terms import RulesInForce


def _read_members(given: Any) -> float | tuple[str, ...]:
    if isinstance(given, bool) or given is None:
        raise ValueError("expected a share from 0 to 1, or a list of borough names")
    if isinstance(given, int | float):
        if not 0.0 <= given <= 1.0:
            raise ValueError("a number of members is a share from 0 to 1, never a count")
        return float(given)
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list | tuple):
        return tuple(sorted({employer_of(str(name)) for name in given}))
    raise ValueError("expected a share from 0 to 1, or a list of borough names")


Members = Annotated[float | tuple[str, ...], BeforeValidator(_read_members)]
MEMBERS_UNIT = "share of the 31 employers without the City, or a list of names"


NOT_IDENTIFIED = "is not identified by the data: it follows from"


@dataclass(frozen=True)
class Moment:
    """What a lever may look at when it says what is in force in a month.

    Attributes:
        opening, today: the day of month 0, and the last day of the month.
        index_at: the pay index on a day.
        who: who of the employers belongs, given members and the purpose of the draw.
        highest_bid: £ per hour; the highest when a named lever first came into force.
    """

    opening: date
    today: date
    parameters: Parameters
    index_at: Callable[[date], float]
    who: Callable[[Members, Purpose], BoolArray]
    highest_bid: Callable[[str], float]

    @property
    def price_level(self) -> float:
        """Pay index today over the pay index at the start."""
        return self.index_at(self.today) / self.index_at(self.opening)


class Lever(Declared, ABC):
    """Fields every lever has.

    `grounds` is a sentence on what the lever's effect rests on; it stands wherever a number
    depends on the lever.
    """

    grounds: ClassVar[str]

    start: date | None = quantity(
        None, unit="date", label="first day the lever is in force (default: from the first step)"
    )
    ramp_months: int = quantity(
        0, unit="months", label="months over which it grows to full strength", allowed=(0, 240)
    )

    @property
    @abstractmethod
    def is_no_op(self) -> bool:
        """Whether the lever changes nothing at all."""

    @abstractmethod
    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules of a month once this lever has put its terms into them.

        At its no-op it returns the very rules it was given.
        """

    def unfelt_by_amounts(self, parameters: Parameters) -> Mapping[str, str]:
        """Return fields in use that only people can feel, each with the reason.

        The borough twin has amounts, not people: it refuses a scenario that uses one of them.
        """
        return {}

    def strength(self, opening: date, today: date) -> float:
        """Return how far the lever is in force on the last day of a month, 0 to 1.

        It acts from the first month whose last day is on or after its start and ramps linearly;
        one that started before month 0 is fully in force. Before month 0 it is not in force.
        """
        if today < opening:
            return 0.0
        if self.start is None:
            begun_months = months_between(opening, today)
        elif self.start <= opening:
            return 1.0
        elif today < self.start:
            return 0.0
        else:
            begun_months = months_between(self.start, today) + 1
        if self.ramp_months == 0:
            return 1.0
        return min(1.0, begun_months / self.ramp_months)


def round_half_up(number: float) -> int:
    """Return the nearest whole number, halves up (as shares of employers are counted)."""
    return floor(number + 0.5 + 1e-9)
