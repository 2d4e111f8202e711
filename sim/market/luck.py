"""Who is struck by what, and who arrives: draws keyed by worker, month and purpose."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.parameters import Parameters
from sim.domain.randomness import (
    FloatArray,
    KeyArray,
    Purpose,
    Streams,
    entrant_keys,
    paired_keys,
)
from sim.domain.vocabulary import Source
from sim.market.state import MarketState
from sim.market.workforce import IntArray, Newcomers
from sim.rules.pay_bands import (
    COMPANY_COMPLIANT,
    COMPANY_NONE,
    COMPANY_OUTSIDE,
    NEW_STAFF_YEARS,
)


def chosen(
    market: MarketState, purpose: Purpose, ids: IntArray, chance: FloatArray | float
) -> IntArray:
    """Return those of `ids` whose draw for this purpose and month falls below their chance."""
    keys: KeyArray = market.workforce.of("key", ids)
    return ids[market.streams.uniform(purpose, market.month, keys) < chance]


def gumbel(market: MarketState, purpose: Purpose, ids: IntArray) -> FloatArray:
    """Return Gumbel noise for each worker and employer: the luck of who likes which borough.

    Added to log weights, its maximum chooses in proportion to the weights.
    """
    keys = paired_keys(market.workforce.of("key", ids), market.slots)
    return -np.log(-np.log(market.streams.uniform(purpose, market.month, keys)))


def rationed(
    market: MarketState, ids: IntArray, employers: IntArray, places: IntArray
) -> np.ndarray:
    """Return which workers get a place when each employer has only so many.

    Priority is each worker's own draw for the month, so who is first never depends on the
    order in which rows happen to lie.
    """
    keys: KeyArray = market.workforce.of("key", ids)
    luck = market.streams.uniform(Purpose.PRIORITY, market.month, keys)
    order = np.lexsort((luck, employers))
    queue = employers[order]
    rank = np.arange(queue.size) - np.searchsorted(queue, queue)
    accepted = np.zeros(ids.size, bool)
    accepted[order] = rank < places[queue]
    return accepted


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
    return np.where(
        has_company, np.where(outside, COMPANY_OUTSIDE, COMPANY_COMPLIANT), COMPANY_NONE
    ).astype(np.int8)


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
