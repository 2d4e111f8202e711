"""How a market opens: the census of the start year becomes people, bids and leadership.

The start is history. No lever touches it: route constants and opening bids come from the law
as enacted on that day, so that two policies start from the same London.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from sim.domain.borough_figures import SALARIES, with_own_figures
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.evidence import CensusStart, census_start
from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray, KeyArray, Purpose, Streams, entrant_keys, slot_keys
from sim.domain.start import Start
from sim.domain.vocabulary import Source, WorkerState
from sim.market.workforce import IntArray, Newcomers, Workforce
from sim.scenario import Scenario

NEW_STAFF_YEARS = 3
COMPANY_NONE, COMPANY_COMPLIANT, COMPANY_OUTSIDE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Carried:
    """What a London that has been followed for some years hands on to a market that opens now.

    A market that opens without one takes its start for ordinary: bids spread about one mean,
    leadership is guessed from agency shares, and strain and routes are centred on the day.

    Attributes:
        census: the counts it opens with.
        leadership, lasting_leadership, charge_rates: by employer.
        reference_caseload: what counts as an ordinary caseload on the opening day.
        multiplier_centre, strain_centre: what strain is centred on (see `caseloads`).
        keeps_to_cap, months_short, months_content: where each employer stands with the agreement
            on prices (see `Pledge`).
        attachment, reconsider_per_year: the constants of the choice of route.
        bench: agency staff between assignments.
    """

    census: CensusStart
    leadership: FloatArray
    lasting_leadership: FloatArray
    charge_rates: FloatArray
    keeps_to_cap: npt.NDArray[np.bool_]
    months_short: IntArray
    months_content: IntArray
    reference_caseload: float
    multiplier_centre: float
    strain_centre: float
    attachment: float
    reconsider_per_year: float
    bench: int

    def fingerprint(self) -> str:
        """Return a short hash of all of it."""
        digest = blake2b(digest_size=8)
        for group in (self.census, self):
            for value in vars(group).values():
                if isinstance(value, int | float | np.ndarray):
                    digest.update(np.asarray(value).tobytes())
        return digest.hexdigest()


def opening_census(start: Start) -> CensusStart:
    """Return the opening figures: those of the start, with councils' own laid over them."""
    return with_own_figures(_census_or_stylised(start), start.figures)


def _census_or_stylised(start: Start) -> CensusStart:
    """Return the start census, moved to another vacancy share if the start is stylised.

    A stylised start shifts every employer's log-odds of a vacancy by one constant, so that
    London has the stated share, and keeps each employer's unfilled and extra posts of the
    pattern year (assumption).
    """
    census = census_start(start.year)
    target = start.vacancy_share
    if target is None:
        return census
    vacancies = census.posts - census.permanent
    unfilled = vacancies + census.extra - census.agency
    share = np.clip(vacancies / census.posts, 0.01, 0.95)
    odds = np.log(share / (1.0 - share))

    def surplus(shift: float) -> float:
        moved = census.posts / (1.0 + np.exp(-odds - shift))
        return float(moved.sum() / census.posts.sum() - target)

    shift = float(brentq(surplus, -20, 20))
    moved = np.rint(census.posts / (1.0 + np.exp(-odds - shift))).astype(np.int64)
    moved = np.maximum(moved, unfilled)
    permanent = census.posts - moved
    agency = moved - unfilled + census.extra
    return replace(census, permanent=permanent, agency=agency)


def opening_scales(plan: Scenario, employers: tuple[str, ...], index: float) -> FloatArray:
    """Return what permanent staff earn in 2017/18 pounds, (employer, band).

    A council's own salaries are of the start year, when the pay index is `index`. A band for
    which it gives none is as far from London's scale as those it gives (assumption).
    """
    parameters = plan.parameters
    london = np.array(
        [
            parameters.salary_newly_qualified_2017,
            parameters.salary_mid_scale_2017,
            parameters.salary_top_of_scale_2017,
        ]
    )
    scales = np.repeat(london[None, :], len(employers), axis=0)
    for name, own in plan.start.figures.items():
        given = [getattr(own, salary) for salary in SALARIES]
        ratios = [
            own_salary / (index * scale)
            for own_salary, scale in zip(given, london, strict=True)
            if own_salary is not None
        ]
        if ratios and name in employers:
            mean = float(np.mean(ratios))
            scales[employers.index(name)] = [
                mean * scale if own_salary is None else own_salary / index
                for own_salary, scale in zip(given, london, strict=True)
            ]
    return scales


def persons(
    streams: Streams, parameters: Parameters, source: Source, counts: IntArray, month: int
) -> Newcomers:
    """Return newcomers of one source, `counts` to each employer, with their fixed traits.

    Outsiders who come for agency work have a taste for it one spread above the ordinary
    (assumption). Experience is in months and depends on the source.
    """
    employers = np.repeat(np.arange(counts.size), counts)
    first = np.cumsum(counts) - counts
    nth = np.arange(employers.size) - first[employers]
    keys = entrant_keys(source, employers, month, nth)
    taste = parameters.taste_spread * streams.normal(Purpose.TASTE, 0, keys)
    if source is Source.AGENCY_OUTSIDER:
        taste = taste + parameters.taste_spread
    experience = _experience_months(streams, parameters, source, keys)
    return Newcomers(
        keys=keys,
        employers=employers,
        qualified_month=month - experience,
        taste=taste,
        company=_company(streams, parameters, keys),
    )


def _company(streams: Streams, parameters: Parameters, keys: KeyArray) -> np.ndarray:
    """Return whether each could use a company, and whether it would count as outside IR35."""
    has_company = streams.uniform(Purpose.COMPANY, 0, keys) < parameters.company_share
    outside = streams.uniform(Purpose.COMPLIANCE, 0, keys) < parameters.outside_ir35_share
    return np.where(has_company, np.where(outside, COMPANY_OUTSIDE, COMPANY_COMPLIANT), 0).astype(
        np.int8
    )


def _experience_months(
    streams: Streams, parameters: Parameters, source: Source, keys: KeyArray
) -> IntArray:
    if source is Source.NEWLY_QUALIFIED:
        return np.zeros(keys.size, np.int64)
    new_months = NEW_STAFF_YEARS * MONTHS_PER_YEAR
    later = streams.exponential(Purpose.EXPERIENCE, 0, keys) * parameters.experience_mean_years
    experience = new_months + later * MONTHS_PER_YEAR
    if source in (Source.START_PERMANENT, Source.REPLACEMENT):
        band = streams.uniform(Purpose.EXPERIENCE_BAND, 0, keys)
        share = max(parameters.start_new_staff_share, 1e-12)
        experience = np.where(band < share, new_months * band / share, experience)
    return experience.astype(np.int64)


def people_the_boroughs(
    census: CensusStart, streams: Streams, parameters: Parameters, bench_total: int | None = None
) -> Workforce:
    """Return the workforce of month 0: permanent staff, placed agency staff, and a bench."""
    workforce = Workforce(census.employers, capacity=2 * int(census.permanent.sum() + 1))
    if bench_total is None:
        bench_total = round(parameters.start_bench_share * int(census.agency.sum()))
    bench = np.zeros(census.agency.size, np.int64)
    bench[0] = bench_total
    groups = [
        (Source.START_PERMANENT, census.permanent, WorkerState.PERMANENT),
        (Source.START_PLACED, census.agency, WorkerState.PLACED),
        (Source.START_BENCH, bench, WorkerState.BENCH),
    ]
    people = [persons(streams, parameters, source, counts, 0) for source, counts, _ in groups]
    tastes = _sorted_tastes(streams, parameters, people)
    for (source, _, state), group, taste in zip(groups, people, tastes, strict=True):
        workforce.enter(group._replace(taste=taste), source, state)
    return workforce


def _sorted_tastes(
    streams: Streams, parameters: Parameters, people: list[Newcomers]
) -> list[FloatArray]:
    """Return tastes so that agency staff hold the highest, with noise as large as the spread."""
    keys = np.concatenate([group.keys for group in people])
    taste = np.concatenate([group.taste for group in people])
    noise = parameters.taste_spread * streams.normal(Purpose.TASTE_NOISE, 0, keys)
    ranked = taste[np.argsort(taste + noise, kind="stable")]
    permanent_count = people[0].keys.size
    dealt = np.empty_like(taste)
    luck = streams.uniform(Purpose.PRIORITY, 0, keys)
    for members in (np.arange(permanent_count), np.arange(permanent_count, keys.size)):
        dealt[members[np.argsort(luck[members], kind="stable")]] = ranked[members]
    ends = np.cumsum([group.keys.size for group in people])
    return np.split(dealt, ends[:-1])


def opening_bids(
    streams: Streams, census: CensusStart, parameters: Parameters, mean_charge: float
) -> FloatArray:
    """Return each employer's opening charge rate, spread about London's mean in logs."""
    spread = parameters.starting_bid_spread
    draws = streams.normal(Purpose.STARTING_BID, 0, slot_keys(census.posts.size))
    return mean_charge * np.exp(spread * draws - spread**2 / 2.0)


def opening_leadership(streams: Streams, census: CensusStart, parameters: Parameters) -> FloatArray:
    """Return latent leadership: lower where agency share is high, plus luck (assumption)."""
    workforce = census.permanent + census.agency
    share = census.agency / np.maximum(workforce, 1)
    london = int(census.agency.sum()) / max(int(workforce.sum()), 1)
    draws = streams.normal(Purpose.STARTING_LEADERSHIP, 0, slot_keys(census.posts.size))
    return (
        parameters.leadership_agency_slope * (share - london) + parameters.leadership_spread * draws
    )
