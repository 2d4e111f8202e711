"""Pay bands by experience, and the kinds of access an agency worker has to a company."""

from __future__ import annotations

import numpy as np

from sim.domain.compiled import elementwise
from sim.domain.randomness import IntArray

BAND_STARTS_MONTHS = (0, 24, 60)
"""Experience at which each pay band begins: under two years, two to five, over five."""
BANDS = len(BAND_STARTS_MONTHS)
NEW_STAFF_YEARS = 3
"""Experience below which somebody counts as new."""
COMPANY_NONE, COMPANY_COMPLIANT, COMPANY_OUTSIDE = 0, 1, 2
COMPANIES = 3
"""No company; one that counts as inside IR35; one that counts as outside while it may."""


@elementwise
def band_of(experience_months: int) -> int:
    """Return the pay band of one worker from months since qualifying."""
    return int(experience_months >= BAND_STARTS_MONTHS[1]) + int(
        experience_months >= BAND_STARTS_MONTHS[2]
    )


def bands_of(experience_months: IntArray) -> IntArray:
    """Return the pay band of each worker from months since qualifying."""
    return (experience_months >= BAND_STARTS_MONTHS[1]).astype(np.int64) + (
        experience_months >= BAND_STARTS_MONTHS[2]
    )
