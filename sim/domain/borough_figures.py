"""A borough's own figures: what a council knows better of itself than the census does.

They are laid over the opening figures of one or more employers, from the census or stylised.
A figure that is not given stays as it was, as `with_own_figures` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import floor
from typing import Annotated, Any

import numpy as np
from pydantic import (
    BeforeValidator,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from sim.domain.calendar import spoken_day
from sim.domain.census import employer_of
from sim.domain.given import Day
from sim.domain.opening_state import CensusStart
from sim.domain.quantities import Declared, declarations, quantity

MOST_FTE = 5_000.0
TOLERANCE_FTE = 0.5
"""FTE by which figures that should agree may differ: each may have been rounded."""
SALARIES = ("salary_newly_qualified", "salary_mid_scale", "salary_top_of_scale")
ESTABLISHMENT = ("posts_fte", "permanent_fte", "vacancies_fte")
GRADES = ("permanent_under_2_years_fte", "permanent_2_to_5_years_fte", "permanent_over_5_years_fte")
"""Permanent staff in each pay band, the least experienced first."""
AGENCY = ("agency_fte", "agency_cover_fte")
SALARY_RANGE = (10_000.0, 200_000.0)
STARTS_FROM_OWN = "starts from the council's own figures"
"""How every note says it."""
CHARGE_RANGE = (15.0, 150.0)
SALARY_UNIT = "£ per year in the start year"


class BoroughFigures(Declared):
    """One employer's own figures; what is not given is None.

    They stand for the day of the start. Where `as_of` says that they are newer, they are taken as
    if they had been so then, and every note says it.

    Raises:
        ValueError: figures that contradict each other, saying what would agree.
    """

    as_of: Day = quantity(None, unit="date", label="day the figures are of (default: the start)")
    posts_fte: float | None = quantity(
        None,
        unit="FTE",
        label="posts, vacant or not",
        allowed=(1, MOST_FTE),
    )
    permanent_fte: float | None = quantity(
        None, unit="FTE", label="permanent staff in post", allowed=(0, MOST_FTE)
    )
    vacancies_fte: float | None = quantity(
        None,
        unit="FTE",
        label="vacancies, covered by agency staff or not",
        allowed=(0, MOST_FTE),
    )
    permanent_under_2_years_fte: float | None = quantity(
        None,
        unit="FTE",
        label="permanent staff with under two years' experience",
        allowed=(0, MOST_FTE),
    )
    permanent_2_to_5_years_fte: float | None = quantity(
        None,
        unit="FTE",
        label="permanent staff with two to five years' experience",
        allowed=(0, MOST_FTE),
    )
    permanent_over_5_years_fte: float | None = quantity(
        None,
        unit="FTE",
        label="permanent staff with over five years' experience",
        allowed=(0, MOST_FTE),
    )
    agency_fte: float | None = quantity(
        None, unit="FTE", label="agency staff", allowed=(0, MOST_FTE)
    )
    agency_cover_fte: float | None = quantity(
        None,
        unit="FTE",
        label="agency staff who fill a vacancy (the others are above the establishment)",
        allowed=(0, MOST_FTE),
    )
    caseload_per_case_holder: float | None = quantity(
        None, unit="cases per case-holder", label="caseload", allowed=(1, 60)
    )
    charge_rate_per_hour: float | None = quantity(
        None,
        unit="£ per hour",
        label="price paid to the agency per hour, without VAT",
        allowed=CHARGE_RANGE,
    )
    salary_newly_qualified: float | None = quantity(
        None,
        unit=SALARY_UNIT,
        label="salary of a newly qualified social worker",
        allowed=SALARY_RANGE,
    )
    salary_mid_scale: float | None = quantity(
        None,
        unit=SALARY_UNIT,
        label="salary in the middle of a social worker's scale",
        allowed=SALARY_RANGE,
    )
    salary_top_of_scale: float | None = quantity(
        None,
        unit=SALARY_UNIT,
        label="salary at the top of a social worker's scale",
        allowed=SALARY_RANGE,
    )

    @model_serializer(mode="wrap")
    def _only_what_is_given(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in write(self).items() if value is not None}

    @model_validator(mode="after")
    def _figures_agree(self) -> BoroughFigures:
        self._grades_agree()
        posts, permanent, vacancies = self.establishment
        if None not in (posts, permanent, vacancies):
            self._refuse_unless(posts >= 1.0, "one post at least", ESTABLISHMENT)
            self._refuse_unless(
                abs(posts - permanent - vacancies) <= TOLERANCE_FTE,
                "posts_fte is permanent_fte and vacancies_fte together",
                ESTABLISHMENT,
            )
            self._refuse_unless(
                vacancies >= 0.0, "permanent_fte is at most posts_fte", ESTABLISHMENT
            )
            self._refuse_unless(
                permanent >= 0.0, "vacancies_fte is at most posts_fte", ESTABLISHMENT
            )
        if vacancies is not None and self.agency_cover_fte is not None:
            self._refuse_unless(
                self.agency_cover_fte <= vacancies + TOLERANCE_FTE,
                "agency_cover_fte is at most the vacancies",
                (*ESTABLISHMENT, "agency_cover_fte"),
            )
        if self.agency_fte is not None and self.agency_cover_fte is not None:
            self._refuse_unless(
                self.agency_cover_fte <= self.agency_fte + TOLERANCE_FTE,
                "agency_cover_fte is at most agency_fte",
                AGENCY,
            )
        scale = [value for name in SALARIES if (value := getattr(self, name)) is not None]
        self._refuse_unless(
            scale == sorted(scale), "salaries rise from newly qualified to top of scale", SALARIES
        )
        return self

    def _grades_agree(self) -> None:
        grades = [value for name in GRADES if (value := getattr(self, name)) is not None]
        self._refuse_unless(
            len(grades) in (0, len(GRADES)), "staff of all three grades, or of none", GRADES
        )
        if grades and self.permanent_fte is not None:
            self._refuse_unless(
                abs(sum(grades) - self.permanent_fte) <= len(GRADES) * TOLERANCE_FTE,
                "the three grades add up to permanent_fte",
                ("permanent_fte", *GRADES),
            )

    @property
    def grades(self) -> tuple[float, ...] | None:
        """Permanent staff in each pay band (FTE), None if that is not given."""
        found = tuple(value for name in GRADES if (value := getattr(self, name)) is not None)
        return found or None

    def _refuse_unless(self, holds: bool, rule: str, names: tuple[str, ...]) -> None:
        if not holds:
            given = ", ".join(
                f"{name} {getattr(self, name):g}"
                for name in names
                if getattr(self, name) is not None
            )
            raise ValueError(f"given {given}; allowed: {rule}")

    @property
    def establishment(self) -> tuple[Any, Any, Any]:
        """Posts, permanent staff and vacancies (FTE): any two fix the third, else None."""
        posts, permanent, vacancies = (getattr(self, name) for name in ESTABLISHMENT)
        if permanent is None and self.grades is not None:
            permanent = sum(self.grades)
        if posts is None and None not in (permanent, vacancies):
            posts = permanent + vacancies
        elif permanent is None and None not in (posts, vacancies):
            permanent = posts - vacancies
        elif vacancies is None and None not in (posts, permanent):
            vacancies = posts - permanent
        return posts, permanent, vacancies

    def given(self) -> dict[str, float]:
        """Return the figures that are given, by name."""
        return {name: float(value) for name, value in self.model_dump(exclude={"as_of"}).items()}

    def replaced_by(self, other: BoroughFigures) -> BoroughFigures:
        """Return these figures with those of another file in their place.

        Figures that fix one another (posts, permanent staff and vacancies; agency staff and
        cover) are replaced together, so that two files never contradict each other.
        """
        kept, theirs = self.given(), other.given()
        for group in ((*ESTABLISHMENT, *GRADES), AGENCY):
            if any(name in theirs for name in group):
                kept = {name: value for name, value in kept.items() if name not in group}
        return BoroughFigures(**(kept | theirs), as_of=other.as_of or self.as_of)


def _by_employer(given: Any) -> Any:
    if not isinstance(given, Mapping):
        raise ValueError("expected a table for each borough")
    found: dict[str, Any] = {}
    for name, figures in given.items():
        employer = employer_of(str(name))
        if employer in found:
            raise ValueError(f"{employer} is given twice; allowed: one table an employer")
        found[employer] = figures
    return {name: own for name, own in found.items() if own not in ({}, BoroughFigures())}


OwnFigures = Annotated[dict[str, BoroughFigures], BeforeValidator(_by_employer)]
"""Figures by employer, under its own name or a place's; a table that is empty says nothing."""


def with_own_figures(census: CensusStart, figures: Mapping[str, BoroughFigures]) -> CensusStart:
    """Return opening figures with those of some employers replaced by their own, whole workers.

    Of posts, permanent staff and vacancies, two fix the third. Where one alone is given,
    vacancies leave permanent staff as they were, permanent staff leave posts as they were (or
    as many as they take), and posts leave the permanent share of posts as it was. Where agency
    staff are not given, as many vacancies stay unfilled as before, and as many agency staff
    above the establishment. A caseload that is not given stays as it was, so that cases follow
    staff. `imputed` gets a sentence for every employer that has figures of its own.
    Grades, salaries and the agency's price are not counts: who opens a market takes them itself.
    """
    mine = {name: own for name, own in figures.items() if own.given()}
    if not mine:
        return census
    columns: dict[str, Any] = {
        name: np.array(getattr(census, name))
        for name in ("posts", "permanent", "agency", "extra", "cases")
    }
    for name, own in mine.items():
        if name in census.employers:
            _lay_over(columns, census, census.employers.index(name), own)
    for column in columns.values():
        column.flags.writeable = False
    return replace(census, **columns, imputed=(*census.imputed, *sentences(mine)))


def sentences(figures: Mapping[str, BoroughFigures], how: str = STARTS_FROM_OWN) -> list[str]:
    """Return a sentence for every employer that starts from figures of its own."""
    declared = declarations(BoroughFigures)
    found = []
    for name, own in figures.items():
        stated = [
            f"{declared[key].label} {_amount(value, declared[key].unit)}"
            for key, value in own.given().items()
        ]
        if stated:
            newer = f" of {spoken_day(own.as_of)}, as if they were the start's" if own.as_of else ""
            found.append(f"{name} {how}{newer}: {'; '.join(stated)}.")
    return found


def _amount(value: float, unit: str) -> str:
    """Return a figure with its unit, as in a sentence."""
    if unit == SALARY_UNIT:
        return f"£{value:,.0f} a year"
    return f"£{value:,.2f}" if unit.startswith("£") else f"{value:,g} {unit}"


def _lay_over(
    columns: dict[str, Any], census: CensusStart, place: int, own: BoroughFigures
) -> None:
    posts, permanent, vacancies = _establishment(census, place, own)
    extra, agency = _agency(census, place, own, vacancies)
    staff = permanent + agency
    before = int(census.permanent[place] + census.agency[place])
    share = float(census.case_holder_share[place])
    given, known = own.caseload_per_case_holder, float(census.cases[place])
    # A caseload as published, to a decimal, is the census's: it adds nothing.
    is_new = given is not None and given != stated_caseload(known, share * before)
    if given is not None and is_new:
        columns["cases"][place] = given * share * staff
    elif staff != before:
        columns["cases"][place] = census.cases[place] * staff / max(before, 1)
    for name, value in (
        ("posts", posts),
        ("permanent", permanent),
        ("agency", agency),
        ("extra", extra),
    ):
        columns[name][place] = value


def stated_caseload(cases: float, holders: float) -> float:
    """Return a caseload as the census publishes it and a template states it, to a decimal."""
    return round(cases / max(holders, 1e-9), 1)


def _establishment(census: CensusStart, place: int, own: BoroughFigures) -> tuple[int, int, int]:
    """Return posts, permanent staff and vacancies, whole."""
    posts, permanent, vacancies = own.establishment
    posts_before, permanent_before = int(census.posts[place]), int(census.permanent[place])
    if permanent is None and vacancies is None:
        if posts is None:
            permanent, vacancies = permanent_before, posts_before - permanent_before
        else:
            permanent = posts * permanent_before / max(posts_before, 1)
            vacancies = posts - permanent
    elif permanent is None:
        permanent = permanent_before
    elif vacancies is None:
        vacancies = max(posts_before - permanent, 0.0)
    whole_permanent, whole_posts = _whole(permanent), _whole(permanent + vacancies)
    return whole_posts, whole_permanent, whole_posts - whole_permanent


def _agency(
    census: CensusStart, place: int, own: BoroughFigures, vacancies: int
) -> tuple[int, int]:
    """Return agency staff above the establishment, and all agency staff, whole."""
    posts, permanent = int(census.posts[place]), int(census.permanent[place])
    extra, agency = int(census.extra[place]), int(census.agency[place])
    unfilled = posts - permanent + extra - agency
    cover = own.agency_cover_fte
    if own.agency_fte is None:
        covered = vacancies - min(unfilled, vacancies) if cover is None else _whole(cover)
        return extra, min(covered, vacancies) + extra
    agency = _whole(own.agency_fte)
    if cover is not None:
        extra = agency - _whole(cover)
    # What vacancies leave no room for is above the establishment, whatever it is called.
    return min(max(extra, agency - vacancies, 0), agency), agency


def _whole(fte: float) -> int:
    return floor(fte + 0.5 + 1e-9)
