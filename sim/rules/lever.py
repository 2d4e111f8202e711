"""What every lever has: a start, a ramp, members, a no-op, and the grounds of its effect."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from sim.domain.evidence import employer_of
from sim.domain.quantities import Declared, quantity


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
