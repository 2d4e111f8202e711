"""What councils have said of their own staff: to stand beside the census, never for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from sim.domain.census import Row, employers, read_rows
from sim.domain.headline import AGENCY_SHARE, WORKFORCE
from sim.domain.vocabulary import Grade

CLAIM_COLUMNS = ("employer", "date", "measure", "value", "in_our_words", "grade", "source")
MEASURES = (WORKFORCE, AGENCY_SHARE)


@dataclass(frozen=True)
class Claim:
    """One statement of a council; `day` is None where it gave none, `value` a share 0 to 1."""

    employer: str
    day: date | None
    measure: str
    value: float
    in_our_words: str
    grade: Grade
    source: str

    @property
    def amount_in_words(self) -> str:
        """The amount as it was said, such as under 40 %: a bound stays a bound."""
        return f"{self.in_our_words.partition('%')[0].strip()} %"


def parse_claims(rows: Iterable[Row]) -> tuple[Claim, ...]:
    """Return the claims of `claims.csv`.

    Raises:
        EvidenceError: for an unknown employer or measure, a bad date, or a share out of range.
    """
    found = []
    for row in rows:
        written = row.cells["date"].strip()
        try:
            day = date.fromisoformat(written) if written else None
        except ValueError:
            raise row.fault("date", "a date such as 2018-09-30, or nothing") from None
        found.append(
            Claim(
                employer=row.one_of("employer", employers()),
                day=day,
                measure=row.one_of("measure", MEASURES),
                value=row.number("value", 0, 1),
                in_our_words=_with_amount(row),
                grade=Grade(row.one_of("grade", [grade.value for grade in Grade])),
                source=row.text("source"),
            )
        )
    return tuple(found)


def _with_amount(row: Row) -> str:
    """Return what was claimed in our words, which begin with the amount."""
    words = row.text("in_our_words")
    if "%" not in words:
        raise row.fault("in_our_words", "words that begin with the amount, such as under 40 %")
    return words


@cache
def claims() -> tuple[Claim, ...]:
    """Return every claim, in the order of the table."""
    return parse_claims(read_rows("claims.csv", CLAIM_COLUMNS))


def claims_of(employer: str) -> tuple[Claim, ...]:
    """Return what one employer has claimed."""
    return tuple(claim for claim in claims() if claim.employer == employer)
