"""How a market opens: the census of the start year becomes people, bids and leadership.

The start is history. No lever touches it: route constants and opening bids come from the law
as enacted on that day, so that two policies start from the same London.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from sim.domain.borough_figures import BoroughFigures
from sim.domain.evidence import CensusStart
from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray, Purpose, Streams, slot_keys
from sim.domain.vocabulary import Source, WorkerState
from sim.market.luck import persons
from sim.market.workforce import IntArray, Newcomers, Workforce
from sim.rules import bidding, conditions
from sim.rules.pay_bands import BAND_STARTS_MONTHS, BANDS


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
        leaving_condition, lasting_leaving: by employer, see `conditions`.
        budget_per_post, permanent_cost: by employer, £ a year in the money of the opening day.
        opening_charges: the charge rates that dearness is measured from, £ per hour in that money.
        usual_vacancies, overspend: by employer, shares.
        opening_premium: take-home premium from which agency staff's staying is measured.
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
    leaving_condition: FloatArray
    lasting_leaving: FloatArray
    budget_per_post: FloatArray
    permanent_cost: FloatArray
    opening_charges: FloatArray
    usual_vacancies: FloatArray
    overspend: FloatArray
    opening_premium: float

    def fingerprint(self) -> str:
        """Return a short hash of all of it."""
        digest = blake2b(digest_size=8)
        for group in (self.census, self):
            for value in vars(group).values():
                if isinstance(value, int | float | np.ndarray):
                    digest.update(np.asarray(value).tobytes())
        return digest.hexdigest()


def people_the_boroughs(
    census: CensusStart,
    streams: Streams,
    parameters: Parameters,
    bench_total: int | None,
    figures: Mapping[str, BoroughFigures],
) -> Workforce:
    """Return the workforce of month 0: permanent staff, placed agency staff, and a bench.

    Args:
        census: how many there are.
        streams, parameters: their luck, and what it is spread by.
        bench_total: agency staff between assignments; None for the ordinary share.
        figures: councils' own figures, of which the grades of permanent staff are taken.
    """
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
    people[0] = with_own_grades(people[0], census.employers, figures)
    tastes = _sorted_tastes(streams, parameters, people)
    for (source, _, state), group, taste in zip(groups, people, tastes, strict=True):
        workforce.enter(group._replace(taste=taste), source, state)
    return workforce


def with_own_grades(
    staff: Newcomers, employers: Sequence[str], figures: Mapping[str, BoroughFigures]
) -> Newcomers:
    """Return permanent staff with experience as councils know their grades, the order kept.

    Who was drawn with the least experience stays the one with the least. Within a grade they are
    spread evenly over its years; in the last whoever was drawn below it is at its beginning
    (assumption).
    """
    qualified = np.array(staff.qualified_month)
    for name, own in figures.items():
        if own.grades is None or name not in employers:
            continue
        theirs = np.flatnonzero(staff.employers == list(employers).index(name))
        theirs = theirs[np.argsort(-qualified[theirs], kind="stable")]  # the least first
        parts = np.asarray(own.grades) / max(sum(own.grades), 1e-9)
        ends = np.rint(np.cumsum(parts) * theirs.size).astype(np.int64)
        starts = (*BAND_STARTS_MONTHS, 0)
        for grade, (first, end) in enumerate(zip((0, *ends[:-1]), ends, strict=True)):
            group, begins = theirs[first:end], starts[grade]
            if grade == BANDS - 1:
                qualified[group] = np.minimum(qualified[group], -begins)
            else:
                months = (np.arange(group.size) + 0.5) / max(group.size, 1)
                months = (months * (starts[grade + 1] - begins)).astype(np.int64)
                qualified[group] = -(begins + months)
    return staff._replace(qualified_month=qualified)


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
    luck = streams.normal(Purpose.STARTING_BID, 0, slot_keys(census.posts.size))
    return bidding.opening_bid(mean_charge, spread, luck, -(spread**2) / 2.0)


def opening_leadership(streams: Streams, census: CensusStart, parameters: Parameters) -> FloatArray:
    """Return latent leadership: lower where agency share is high, plus luck."""
    workforce = census.permanent + census.agency
    luck = streams.normal(Purpose.STARTING_LEADERSHIP, 0, slot_keys(census.posts.size))
    return np.asarray(
        conditions.opening_leadership(
            census.agency / np.maximum(workforce, 1),
            int(census.agency.sum()) / max(int(workforce.sum()), 1),
            parameters.leadership_agency_slope,
            parameters.leadership_spread,
            luck,
        )
    )
