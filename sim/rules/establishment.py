"""Posts, cases, and the agency staff above the establishment."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.rules.hazards import Amount, Truth


def grown(start: FloatArray, growth_per_year: Amount, month: int) -> FloatArray:
    """Return a quantity `month` months on at steady growth (assumption)."""
    return np.asarray(start * (1.0 + growth_per_year) ** (month / MONTHS_PER_YEAR), np.float64)


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


def project_teams(share: Amount, unfilled: Amount, held_down: Truth) -> FloatArray:
    """Return staff in project teams that a member buys around a cap that holds its bid down.

    Assumption: a share of its unfilled posts.
    """
    return np.multiply(share, unfilled) * held_down
