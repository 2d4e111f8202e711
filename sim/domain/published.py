"""Model outcomes as the census published them: what a modelled share is set beside.

London's permanent share of the workforce is the published row; its other shares come from its own
columns. A figure that is missing or reported in error is None.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.domain.census import PUBLISHED, census_cell, london_published_permanent_share
from sim.domain.headline import AGENCY_SHARE, POSTS, UNFILLED, WORKFORCE
from sim.domain.vocabulary import LONDON


def published_figure(outcome: str, year: int, unit: str) -> float | None:
    """Return an outcome as published for London or an employer in a census year, a share 0 to 1.

    Raises:
        EvidenceError: for a year without a census.
        KeyError: for an outcome that the census does not have.
    """
    return _PUBLISHED_AS[outcome](year, unit)


def _figure(year: int, unit: str, measure: str) -> float | None:
    cell = census_cell(year, unit, measure)
    return cell.value if cell.status == PUBLISHED else None


def _agency_share(year: int, unit: str) -> float | None:
    return _figure(year, unit, "agency_share")


def _permanent_of_workforce(year: int, unit: str) -> float | None:
    if unit == LONDON:
        return london_published_permanent_share(year)
    agency = _agency_share(year, unit)
    return None if agency is None else 1.0 - agency


def _permanent_of_posts(year: int, unit: str) -> float | None:
    permanent, vacancies = (_figure(year, unit, m) for m in ("permanent_fte", "vacancies_fte"))
    if permanent is None or vacancies is None or permanent + vacancies <= 0:
        return None
    return permanent / (permanent + vacancies)


def _unfilled_of_posts(year: int, unit: str) -> float | None:
    names = ("permanent_fte", "vacancies_fte", "agency_cover_fte")
    permanent, vacancies, cover = (_figure(year, unit, name) for name in names)
    if permanent is None or vacancies is None or cover is None or permanent + vacancies <= 0:
        return None
    return max(vacancies - cover, 0.0) / (permanent + vacancies)


_PUBLISHED_AS: dict[str, Callable[[int, str], float | None]] = {
    WORKFORCE: _permanent_of_workforce,
    POSTS: _permanent_of_posts,
    UNFILLED: _unfilled_of_posts,
    AGENCY_SHARE: _agency_share,
}
