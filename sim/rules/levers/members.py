"""Who signs, offers or pays: a share of the employers, a list of them, or so many of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from sim.domain.evidence import employer_of, scored_employers
from sim.domain.quantities import Declared
from sim.domain.randomness import BoolArray, Purpose, Streams, slot_keys

MEMBERS_UNIT = "share of the 31 employers without the City, a list of names, or a count"
WAYS = (
    "a share from 0 to 1, a list of borough names, or { count = 28 }, "
    '{ except = ["Croydon"] } or both'
)


class Signatories(Declared):
    """So many of the employers without the City, or all but some.

    Attributes:
        count: how many; who is not named is drawn, run by run. All of them if it is not given.
        without: who is not among them, by employer.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    count: int | None = Field(None, ge=0, strict=True)
    without: tuple[str, ...] = Field((), alias="except")

    @model_validator(mode="before")
    @classmethod
    def _by_employer(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        names = given.get("except", given.get("without", ()))
        if isinstance(names, str):
            names = [names]
        if not isinstance(names, Sequence):
            raise ValueError(f"except: expected a list of borough names, given {names!r}")
        employers = tuple(sorted({employer_of(str(name)) for name in names}))
        return {"count": given.get("count"), "except": employers} | {
            key: value for key, value in given.items() if key not in ("count", "except", "without")
        }

    @model_validator(mode="after")
    def _there_are_so_many(self) -> Signatories:
        most = len(self.candidates())
        if self.count is None and not self.without:
            raise ValueError(f"expected {WAYS}")
        if self.count is not None and self.count > most:
            raise ValueError(
                f"count: given {self.count}; allowed: 0 to {most} of the "
                f"{len(scored_employers())} employers without the City"
                + (f", {len(self.without)} being left out" if self.without else "")
            )
        return self

    def candidates(self) -> tuple[str, ...]:
        """Return the employers who may be among them."""
        return tuple(name for name in scored_employers() if name not in self.without)

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.candidates()) if self.count is None else self.count


def _read(given: Any) -> float | tuple[str, ...] | Signatories:
    if isinstance(given, Signatories):
        return given
    if isinstance(given, Mapping):
        return Signatories(**given)
    if isinstance(given, bool) or given is None:
        raise ValueError(f"expected {WAYS}")
    if isinstance(given, int | float):
        if not 0.0 <= given <= 1.0:
            raise ValueError(
                "a number of members is a share from 0 to 1; for a count write { count = 28 }"
            )
        return float(given)
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list | tuple):
        return tuple(sorted({employer_of(str(name)) for name in given}))
    raise ValueError(f"expected {WAYS}")


Members = Annotated[float | tuple[str, ...] | Signatories, BeforeValidator(_read)]


def nobody(members: Members) -> bool:
    """Return whether nobody belongs."""
    if isinstance(members, Signatories):
        return members.number == 0
    return members in (0.0, ())


def number_of(members: Members) -> int:
    """Return how many of the employers without the City belong."""
    if isinstance(members, Signatories):
        return members.number
    if isinstance(members, tuple):
        return len(set(members) & set(scored_employers()))
    return round_half_up(members * len(scored_employers()))


def members_of(
    members: Members, employers: Sequence[str], streams: Streams, purpose: Purpose
) -> BoolArray:
    """Return who belongs, one truth value an employer.

    A share, or a count, is of the employers without the City of London and those left out; it is
    rounded half up and taken in an order that is drawn once a run, so that more only adds members.
    """
    if isinstance(members, tuple):
        return np.array([employer in members for employer in employers])
    eligible = np.array([employer in scored_employers() for employer in employers])
    if not eligible.any():
        eligible[:] = True
    if isinstance(members, Signatories):
        eligible &= np.array([employer not in members.without for employer in employers])
        wanted = int(eligible.sum()) if members.count is None else members.count
    else:
        wanted = round_half_up(members * int(eligible.sum()))
    luck = streams.uniform(purpose, 0, slot_keys(len(employers)))
    order = np.argsort(np.where(eligible, luck, 2.0), kind="stable")
    joined = np.zeros(len(employers), bool)
    joined[order[: min(wanted, int(eligible.sum()))]] = True
    return joined


def round_half_up(number: float) -> int:
    """Return the nearest whole number, halves up (as shares of employers are counted)."""
    return floor(number + 0.5 + 1e-9)
