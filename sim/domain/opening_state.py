"""The state the boroughs start from: a census year with its gaps filled, in whole workers.

Missing or faulty figures never become zero in silence: each is filled by a stated rule, and a
sentence says so. Reach this through `sim.domain.evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.domain.census import (
    FAULT,
    PUBLISHED,
    EvidenceError,
    census_cell,
    census_years,
    employers,
    london_figure,
    require_census_year,
)

ROUNDING_FTE = 0.1
"""FTE by which published figures may miss each other before a correction is worth a sentence."""


@dataclass(frozen=True, eq=False)
class CensusStart:
    """The state of every employer on 30 September of a census year, gaps filled.

    Arrays follow `employers` and cannot be written to. `posts` (permanent + vacancies),
    `permanent`, `agency` and `extra` (agency staff above the establishment) are whole FTE;
    `cases` are counts; `case_holder_share` is case-holders / (permanent + agency), 0 to 1.
    Always extra <= agency and agency - extra <= posts - permanent. `imputed` holds a sentence
    for every figure that is not the published one. `past_vacancy_shares` are those of the censuses
    before it, the earliest first, by employer; none for a start that has no such past.
    """

    year: int
    employers: tuple[str, ...]
    posts: NDArray[np.int64]
    permanent: NDArray[np.int64]
    agency: NDArray[np.int64]
    extra: NDArray[np.int64]
    cases: NDArray[np.float64]
    case_holder_share: NDArray[np.float64]
    imputed: tuple[str, ...]
    past_vacancy_shares: tuple[NDArray[np.float64], ...] = ()


@cache
def census_start(year: int) -> CensusStart:
    """Return the start the census of `year` gives, in whole workers.

    Gaps are filled as `sim/data/SOURCES.md` lists. One worker is one FTE: each column is
    rounded by largest remainder, so that it adds up to its own rounded sum.

    Raises:
        EvidenceError: for a year without a census, naming the years there are.

    Source: DfE children's social work workforce census.
    """
    require_census_year(year)
    notes: list[str] = []
    filled = [_filled(year, name, notes) for name in employers()]

    def column(name: str) -> NDArray[np.float64]:
        return np.array([getattr(one, name) for one in filled], dtype=np.float64)

    permanent = _whole(column("permanent"))
    vacancies = _whole(column("vacancies"))
    extra = _whole(column("agency") - column("cover"))
    # Agency staff last: between the extra staff and what vacancies and extra leave room for.
    agency = _whole(column("agency"), extra, vacancies + extra)
    arrays = (permanent + vacancies, permanent, agency, extra, column("cases"), column("holders"))
    for array in arrays:
        array.flags.writeable = False
    past = tuple(
        1.0 - one.permanent / np.maximum(one.posts, 1)
        for one in (census_start(before) for before in census_years() if before < year)
    )
    return CensusStart(year, employers(), *arrays, imputed=tuple(notes), past_vacancy_shares=past)


@dataclass
class _Filled:
    permanent: float
    vacancies: float
    agency: float
    cover: float
    cases: float
    holders: float  # as a share of permanent + agency


def _filled(year: int, name: str, notes: list[str]) -> _Filled:
    """Return an employer's figures, adding to `notes` a sentence for each that was filled in."""
    say = _Notes(f"{name} {year}: ", notes)
    if census_cell(year, name, "permanent_fte").value is None:
        return _of_the_remainder(year, name, say)
    permanent = _required(year, name, "permanent_fte")
    vacancies = _vacancies(year, name, permanent, say)
    agency = _agency(year, name, permanent, say)
    cover = _cover(year, name, agency, vacancies, say)
    cases, holders = _cases(year, name, permanent + agency, say)
    return _Filled(permanent, vacancies, agency, cover, cases, holders)


def _of_the_remainder(year: int, name: str, say: _Notes) -> _Filled:
    """Return an employer that published nothing: its part of what London's row holds beyond others.

    Those that published nothing share it by their permanent staff of their last sound year.
    """
    silent = [n for n in employers() if census_cell(year, n, "permanent_fte").value is None]
    reference = {n: _reference_year(year, n, "permanent_fte") for n in silent}
    staff = {n: _required(reference[n], n, "permanent_fte") for n in silent}
    part = staff[name] / sum(staff.values())
    permanent, vacancies, agency, cover, cases, holders = (
        part * _remainder(year, measure, silent)
        for measure in (
            "permanent_fte",
            "vacancies_fte",
            "agency_fte",
            "agency_cover_fte",
            "cases",
            "case_holders_fte",
        )
    )
    say(
        f"no figures published; {part:.1%} of what London's row holds beyond its boroughs (by the "
        f"permanent staff of {reference[name]}, {staff[name]:.1f} FTE) gives {permanent:.1f} FTE "
        f"in post, {vacancies:.1f} vacancies, {agency:.1f} agency staff and {cases:.0f} cases."
    )
    return _Filled(permanent, vacancies, agency, cover, cases, holders / (permanent + agency))


def _remainder(year: int, measure: str, silent: list[str]) -> float:
    """Return what London's own row holds beyond the employers that are not `silent`."""
    others = [_required(year, n, measure) for n in employers() if n not in silent]
    left = round(london_figure(year, measure) - sum(others), 6)
    if left < 0:
        raise EvidenceError(
            f"census.csv, column value: found {measure} {year} adding up to {sum(others):.1f} "
            f"without {', '.join(silent)}, allowed: at most London's {sum(others) + left:.1f}"
        )
    return left


@dataclass
class _Notes:
    about: str
    sentences: list[str]

    def __call__(self, sentence: str) -> None:
        self.sentences.append(f"{self.about}{sentence}")


def _published(year: int, name: str, measure: str) -> float | None:
    cell = census_cell(year, name, measure)
    return cell.value if cell.status == PUBLISHED else None


def _required(year: int, name: str, measure: str) -> float:
    value = _published(year, name, measure)
    if value is None:
        raise EvidenceError(f"census.csv, column value: {name} has no sound {measure} in {year}")
    return value


def _good_years(name: str, *measures: str) -> list[int]:
    return [
        year
        for year in census_years()
        if all(_published(year, name, measure) is not None for measure in measures)
    ]


def _reference_year(year: int, name: str, *measures: str) -> int:
    """Return the latest earlier year with sound figures, or else the earliest later one."""
    good = _good_years(name, *measures)
    if not good:
        raise EvidenceError(f"census.csv, column value: {name} has no sound {measures[0]} ever")
    earlier = [other for other in good if other < year]
    return earlier[-1] if earlier else good[0]


def _vacancies(year: int, name: str, permanent: float, say: _Notes) -> float:
    """Return vacancies; a fault takes the vacancy share between the sound years on either side."""
    value = _published(year, name, "vacancies_fte")
    if value is not None:
        return value
    good = _good_years(name, "vacancies_fte")
    sides = [*[y for y in good if y < year][-1:], *[y for y in good if y > year][:1]]
    if not sides:
        raise EvidenceError(f"census.csv, column value: {name} has no sound vacancies_fte ever")
    shares = []
    for side in sides:
        vacant = _required(side, name, "vacancies_fte")
        in_post = _required(side, name, "permanent_fte")
        shares.append(vacant / (vacant + in_post))
    share = float(np.interp(year, sides, shares))
    value = permanent * share / (1.0 - share)
    say(
        f"vacancies reported in error; the vacancy share of {' and '.join(map(str, sides))} "
        f"({share:.1%} of posts) gives {value:.1f} FTE."
    )
    return value


def _agency(year: int, name: str, permanent: float, say: _Notes) -> float:
    """Return agency staff; where withheld, at the share of the latest earlier sound year."""
    value = _published(year, name, "agency_fte")
    if value is not None:
        return value
    reference = _reference_year(year, name, "agency_fte")
    agency = _required(reference, name, "agency_fte")
    in_post = _required(reference, name, "permanent_fte")
    value = permanent * agency / in_post
    say(
        f"agency staff not published; the agency share of {reference} "
        f"({agency / (agency + in_post):.1%}) gives {value:.1f} FTE."
    )
    cover = _published(year, name, "agency_cover_fte")
    if cover is not None and cover > value:
        say(f"agency staff raised to the {cover:.1f} FTE published as covering vacancies.")
        value = cover
    return value


def _cover(year: int, name: str, agency: float, vacancies: float, say: _Notes) -> float:
    """Return agency staff who cover a vacancy: never more than agency staff, or vacancies."""
    most = min(agency, vacancies)
    cover = _published(year, name, "agency_cover_fte")
    if cover is None:
        fault = census_cell(year, name, "agency_cover_fte").status == FAULT
        say(
            f"agency cover {'reported in error' if fault else 'not published'}; taken as the "
            f"smaller of agency staff and vacancies, {most:.1f} FTE."
        )
    elif cover > most + ROUNDING_FTE:
        limit = "vacancies" if vacancies < agency else "agency staff"
        say(
            f"agency cover published as {cover:.1f} FTE exceeds {limit}; {most:.1f} FTE cover "
            f"vacancies and {agency - most:.1f} FTE are extra."
        )
    return most if cover is None else min(cover, most)


def _cases(year: int, name: str, staff: float, say: _Notes) -> tuple[float, float]:
    """Return cases, and case-holders as a share of all staff."""
    cases, holders = (_published(year, name, m) for m in ("cases", "case_holders_fte"))
    if cases is not None and holders is not None:
        return cases, holders / staff
    measures = ("case_holders_fte", "caseload_per_case_holder", "permanent_fte", "agency_fte")
    reference = _reference_year(year, name, *measures)
    then, caseload, permanent, agency = (_required(reference, name, m) for m in measures)
    share = then / (permanent + agency)
    say(
        f"cases not published; the caseload ({caseload:.1f}) and case-holder share ({share:.1%}) "
        f"of {reference} give {staff * share * caseload:.0f} cases."
    )
    return staff * share * caseload, share


def _whole(
    values: NDArray[np.float64],
    low: NDArray[np.int64] | None = None,
    high: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Round to whole numbers that add up to the rounded sum, each from `low` to `high`.

    Largest remainder: the figure furthest from its rounded value is moved first, the earlier
    one where two are level.
    """
    floors = np.floor(values + 1e-9).astype(np.int64)
    low = np.zeros_like(floors) if low is None else low
    high = np.full_like(floors, np.iinfo(np.int64).max) if high is None else high
    counts = np.clip(floors, low, high)
    missing = int(np.floor(np.round(values.sum(), 6) + 0.5)) - int(counts.sum())
    step = 1 if missing > 0 else -1
    for _ in range(abs(missing)):
        has_room = counts < high if step > 0 else counts > low
        if not has_room.any():
            raise EvidenceError("census.csv, column value: no whole numbers fit the figures")
        distance = np.where(has_room, np.round((values - counts) * step, 6), -np.inf)
        counts[int(np.argmax(distance))] += step
    return counts
