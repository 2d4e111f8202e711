"""The words for what a lever's terms say: who belongs, and a value in its unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from sim.domain.calendar import spoken_day
from sim.domain.evidence import UNSCORED_EMPLOYER, scored_employers, spoken
from sim.domain.given import counted
from sim.domain.quantities import Declaration
from sim.rules.levers.members import MEMBERS_UNIT, Members, Signatories, number_of

FEW_NAMES = 4
"""So many employers or fewer are named rather than counted."""
DRAWN = "drawn in each run"


def how_many(members: Members) -> str:
    """Return how many belong: "28 of 31 employers", "Bexley alone", "nobody"."""
    if number_of(members) == 0 and members != (UNSCORED_EMPLOYER,):
        return "nobody"
    if isinstance(members, tuple) and len(members) == 1:
        return f"{spoken(members[0])} alone"
    if isinstance(members, tuple) and len(members) <= FEW_NAMES:
        return _listed([spoken(name) for name in members])
    return f"{number_of(members)} of {len(scored_employers())} employers"


def which(members: Members) -> str:
    """Return who they are, or who is not among them, in words; nothing where that is plain."""
    number, everyone = number_of(members), scored_employers()
    if number in (0, len(everyone)):
        return ""
    if isinstance(members, tuple):
        if len(members) <= FEW_NAMES:
            return ""
        out = [spoken(name) for name in everyone if name not in members]
        few = number <= len(everyone) // 2
        return _listed([spoken(name) for name in members]) if few else f"without {_listed(out)}"
    out = [spoken(name) for name in members.without] if isinstance(members, Signatories) else []
    drawn = len(everyone) - len(out) - number
    if not out:
        return DRAWN
    return f"without {_listed([*out, f'{_small(drawn)} {DRAWN}'] if drawn else out)}"


def members_in_words(members: Members) -> str:
    """Return who belongs: "28 of 31 employers, without Croydon and two drawn in each run"."""
    return ", ".join(part for part in (how_many(members), which(members)) if part)


def said(value: object, declared: Declaration) -> str:
    """Return a field's value as people say it, with its unit."""
    unit = declared.unit
    if unit == MEMBERS_UNIT:
        return members_in_words(value)  # type: ignore[arg-type]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, StrEnum):
        return value.value.replace("_", " ")
    if isinstance(value, date):
        return spoken_day(value)
    if not isinstance(value, int | float):
        return str(value)
    if unit.startswith("£"):
        per = (
            unit.removeprefix("£").replace(" per hour", " an hour").replace(" per year", " a year")
        )
        return f"£{value:,.2f}".removesuffix(".00") + per
    if "share" in unit.split(" of ")[0].split():
        return f"{100 * value:.6g} %"
    if unit in ("months", "years"):
        return counted(value, unit.removesuffix("s"))
    return f"{value:g} times" if unit == "multiple" else f"{value:g} {unit}"


def _small(number: int) -> str:
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if number < len(words) else str(number)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
