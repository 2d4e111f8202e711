"""The figures a scenario opens with: a census, moved or not, and councils' own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.domain.borough_figures import with_own_figures
from sim.domain.evidence import CensusStart, census_start
from sim.domain.start import Start


def opening_census(start: Start) -> CensusStart:
    """Return the opening figures: those of the start, with councils' own laid over them."""
    return with_own_figures(_census_or_stylised(start), start.figures)


def _census_or_stylised(start: Start) -> CensusStart:
    """Return the start census, moved to another vacancy share if the start is stylised.

    A stylised start shifts every employer's log-odds of a vacancy by one constant, so that
    London has the stated share, and keeps each employer's unfilled and extra posts of the
    pattern year (assumption).
    """
    from scipy.optimize import brentq  # slow to load, and few starts are stylised

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
    return replace(census, permanent=permanent, agency=agency, past_vacancy_shares=())
