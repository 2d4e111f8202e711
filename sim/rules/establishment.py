"""Posts, cases, and the agency staff above the establishment."""

from __future__ import annotations

from datetime import date

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR, months_between
from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray
from sim.rules.hazards import Amount, Truth

GROWTH_IS_RECORDED_UNTIL = date(2023, 9, 30)
"""The census until which London's posts grew steadily."""


def grown(start: FloatArray, growth_per_year: Amount, month: int) -> FloatArray:
    """Return a quantity `month` months on at steady growth (assumption)."""
    return np.asarray(start * (1.0 + growth_per_year) ** (month / MONTHS_PER_YEAR), np.float64)


def posts_growth_on(day: date, parameters: Parameters) -> Amount:
    """Return how fast posts grow where budgets allow it, a year: an input, not a finding.

    Source: DfE census, 2.5 to 3 % a year until September 2023; what follows is an assumption.
    """
    is_recorded = day <= GROWTH_IS_RECORDED_UNTIL
    return (
        parameters.posts_growth_per_year if is_recorded else parameters.later_posts_growth_per_year
    )


def posts_a_month_on(planned: Amount, growth_per_year: Amount, brake: Amount) -> FloatArray:
    """Return the establishment a month on: growth needs money; cuts do not (assumption)."""
    allowed = np.where(np.greater(growth_per_year, 0.0), brake, 1.0)
    return np.asarray(planned * (1.0 + growth_per_year) ** (allowed / MONTHS_PER_YEAR))


def planned_growth(opened_on: date, months: int, parameters: Parameters) -> Amount:
    """Return by how much posts would have grown some months after a day if money were no matter."""
    early = min(max(months_between(opened_on, GROWTH_IS_RECORDED_UNTIL), 0), months)
    before = (1.0 + parameters.posts_growth_per_year) ** (early / MONTHS_PER_YEAR)
    later = (months - early) / MONTHS_PER_YEAR
    return before * (1.0 + parameters.later_posts_growth_per_year) ** later


def posts_kept(planned: Amount, permanent: Amount) -> FloatArray:
    """Return posts where an establishment shrinks: a post goes when its holder does (assumption).

    Vacant posts go first, and with them the assignments that cover them; nobody in post is
    dismissed, so that permanent staff never exceed posts.
    """
    return np.maximum(planned, permanent)


def extra_share(start_share: Amount, long_run: Amount, fade: Amount, month: int) -> FloatArray:
    """Return agency staff above the establishment, as a share of posts, `month` months on.

    Source: the DfE census shows it falling from .073 to .017 of posts, 2017-2023; the
    exponential path and its long run are assumptions.
    """
    return long_run + (start_share - long_run) * np.exp(-fade * month / MONTHS_PER_YEAR)


def project_teams(share: Amount, unmet: Amount, held_down: Truth) -> FloatArray:
    """Return staff in project teams that a member buys around a cap that holds its bid down.

    Assumption: a share of its unfilled posts that somebody is wanted for.
    """
    return np.multiply(share, unmet) * held_down
