"""Who arrives: newcomers and their fixed traits, keyed by who they are."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.compiled import compiled, elementwise
from sim.domain.parameters import Parameters
from sim.domain.randomness import (
    IntArray,
    KeyArray,
    Purpose,
    Streams,
    entrant_key,
    luck,
)
from sim.domain.vocabulary import Source
from sim.market.rows import Newcomers
from sim.rules.pay_bands import (
    COMPANY_COMPLIANT,
    COMPANY_NONE,
    COMPANY_OUTSIDE,
    NEW_STAFF_YEARS,
)

TASTE, COMPANY, COMPLIANCE = int(Purpose.TASTE), int(Purpose.COMPANY), int(Purpose.COMPLIANCE)
EXPERIENCE, EXPERIENCE_BAND = int(Purpose.EXPERIENCE), int(Purpose.EXPERIENCE_BAND)
NEWLY_QUALIFIED, START_PERMANENT = int(Source.NEWLY_QUALIFIED), int(Source.START_PERMANENT)
REPLACEMENT = int(Source.REPLACEMENT)
SMALLEST_SHARE = 1e-12


def persons(
    streams: Streams, parameters: Parameters, source: Source, counts: IntArray, month: int
) -> Newcomers:
    """Return newcomers of one source, `counts` to each employer, with their fixed traits.

    Outsiders who come for agency work have a taste for it one spread above the ordinary
    (assumption). Experience is in months and depends on the source.
    """
    shares = (
        parameters.company_share,
        parameters.outside_ir35_share,
        parameters.start_new_staff_share,
        parameters.experience_mean_years,
    )
    own = np.array(counts, np.int64)  # one kind of array, one compilation
    people = _with_traits(int(source), own, month, streams.words(0), shares)
    taste = parameters.taste_spread * ndtri(people.taste)
    if source is Source.AGENCY_OUTSIDER:
        taste = taste + parameters.taste_spread
    return people._replace(taste=taste)


@compiled
def _with_traits(
    source: int,
    counts: IntArray,
    month: int,
    words: KeyArray,
    shares: tuple[float, float, float, float],
) -> Newcomers:
    """Return newcomers with the uniform luck of their taste in place of it.

    `shares`: with a company, of companies outside IR35, of new staff at the start; and the mean
    years of experience.
    """
    company_share, outside_share, new_share, mean_years = shares
    everybody = counts.sum()
    keys, employers = np.empty(everybody, np.uint64), np.empty(everybody, np.int64)
    qualified, taste = np.empty(everybody, np.int64), np.empty(everybody)
    company = np.empty(everybody, np.int8)
    one = 0
    for employer in range(counts.size):
        for nth in range(counts[employer]):
            key = entrant_key(source, employer, month, nth)
            keys[one], employers[one] = key, employer
            qualified[one] = month - _experience(source, key, words, new_share, mean_years)
            taste[one] = luck(words[TASTE], key)
            company[one] = COMPANY_NONE
            if luck(words[COMPANY], key) < company_share:
                is_outside = luck(words[COMPLIANCE], key) < outside_share
                company[one] = COMPANY_OUTSIDE if is_outside else COMPANY_COMPLIANT
            one += 1
    return Newcomers(keys, employers, qualified, taste, company)


@elementwise
def _experience(
    source: int, key: np.uint64, words: KeyArray, new_share: float, mean_years: float
) -> int:
    """Return months since qualifying."""
    if source == NEWLY_QUALIFIED:
        return 0
    new_months = NEW_STAFF_YEARS * MONTHS_PER_YEAR
    if source in (START_PERMANENT, REPLACEMENT):
        band, share = luck(words[EXPERIENCE_BAND], key), max(new_share, SMALLEST_SHARE)
        if band < share:
            return int(new_months * band / share)
    later = -np.log(luck(words[EXPERIENCE], key)) * mean_years
    return int(new_months + later * MONTHS_PER_YEAR)
