"""The ways people write a borough's name, each made the one way it is compared.

Official names put a style before the name ("Royal Borough of Greenwich"), lists of post put one
after it ("Tower Hamlets LBC"); both are left out. Short names that no style explains are listed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from sim.domain.given import shown

STYLES_BEFORE = (
    "london borough of",
    "royal borough of",
    "borough of",
    "city of",
    "corporation of",
    "lb of",
    "lb",
    "rb",
)
STYLES_AFTER = (
    "london borough council",
    "royal borough council",
    "borough council",
    "city council",
    "city corporation",
    "london borough",
    "royal borough",
    "corporation",
    "borough",
    "council",
    "lbc",
    "lb",
    "rb",
)
SHORT_NAMES = {
    "city": "City of London",
    "london corporation": "City of London",
    "corporation of london": "City of London",
    "barking": "Barking and Dagenham",
    "dagenham": "Barking and Dagenham",
    "b and d": "Barking and Dagenham",
    "lbbd": "Barking and Dagenham",
    "hammersmith": "Hammersmith and Fulham",
    "fulham": "Hammersmith and Fulham",
    "h and f": "Hammersmith and Fulham",
    "lbhf": "Hammersmith and Fulham",
    "kensington": "Kensington and Chelsea",
    "chelsea": "Kensington and Chelsea",
    "k and c": "Kensington and Chelsea",
    "rbkc": "Kensington and Chelsea",
    "kingston": "Kingston upon Thames",
    "rbk": "Kingston upon Thames",
    "richmond": "Richmond upon Thames",
    "lbrut": "Richmond upon Thames",
    "kingston and richmond": "Kingston upon Thames",
    "richmond and kingston": "Kingston upon Thames",
    "kingston upon thames and richmond upon thames": "Kingston upon Thames",
    "rbg": "Greenwich",
    "lbth": "Tower Hamlets",
    "lbwf": "Waltham Forest",
    "wcc": "Westminster",
}
"""Usual short names, as `plain` gives them, by place; Kingston and Richmond are one employer."""


class UnknownBorough(ValueError):  # noqa: N818 - named for what a user got wrong
    """A name that is neither a London borough nor an employer in the census."""


def place_meant(name: str, by_code: Mapping[str, str]) -> str:
    """Return the place that a name or a code means.

    Args:
        name: as somebody wrote it.
        by_code: the name of every place by its code, in the order of codes.

    Raises:
        UnknownBorough: it means none; the message has the nearest name.
    """
    known = dict(SHORT_NAMES)
    known |= {code.casefold(): place for code, place in by_code.items()}
    known |= {plain(place): place for place in by_code.values()}
    wanted = readings(name)
    for reading in wanted:
        if reading in known:
            return known[reading]
    raise UnknownBorough(f"{shown(name)} is not one of London's boroughs{_hint(wanted, by_code)}")


def _hint(wanted: Sequence[str], by_code: Mapping[str, str]) -> str:
    """Return the place that comes nearest to one of some readings, as a question."""
    if any(re.fullmatch(r"[a-z]\d{5,}", reading) for reading in wanted):
        return f"; allowed: a name, or a code from {min(by_code)} to {max(by_code)}"
    spellings = {plain(place): place for place in by_code.values()}
    longest = max(map(len, spellings))
    for reading in (one for one in reversed(wanted) if len(one) <= 2 * longest):
        nearest = [spelling for spelling in spellings if spelling.startswith(reading)]
        nearest += difflib.get_close_matches(reading, spellings, n=1)
        if nearest:
            return f"; did you mean {spellings[nearest[0]]}?"
    return ""


def plain(name: str) -> str:
    """Return a name in small letters and single spaces, "&" as "and", without marks."""
    text = name.casefold().replace("&", " and ").replace("/", " and ")
    return " ".join(re.sub(r"[^\w ]|_", " ", text).split())


def readings(name: str) -> list[str]:
    """Return what a name may mean, likeliest first: as it stands, then without its styles."""
    found = [plain(name).removeprefix("the ")]
    for one in tuple(found):
        found += [one[len(style) + 1 :] for style in STYLES_BEFORE if one.startswith(f"{style} ")]
    for one in tuple(found):
        found += [one[: -len(style) - 1] for style in STYLES_AFTER if one.endswith(f" {style}")]
    return [one for one in found if one]
