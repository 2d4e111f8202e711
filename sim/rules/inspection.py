"""Ofsted's inspections: when they come, what they find and what follows."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray, IntArray
from sim.domain.vocabulary import GRADES, Judgement
from sim.rules.hazards import Amount, Truth, bisected, faded

SMALLEST_NOISE = 1e-3
MONTHS_BETWEEN_AT_LEAST = 12
NEVER = -100_000
"""Month of a judgement that never was."""
SELDOM = 1e-6
"""The fewest inspections a year that are told from none."""
INADEQUATE = GRADES.index(Judgement.INADEQUATE)
OUTSTANDING = GRADES.index(Judgement.OUTSTANDING)


def months_between(inspections_per_year: Amount) -> FloatArray:
    """Return how many months lie between two inspections of a borough on average."""
    return MONTHS_PER_YEAR / np.maximum(inspections_per_year, SELDOM)


def inspector_comes(luck: Amount, months_since: Amount, inspections_per_year: Amount) -> Truth:
    """Return whether Ofsted comes this month: never within a year of the last time (assumption)."""
    waits = months_between(inspections_per_year) - MONTHS_BETWEEN_AT_LEAST
    chance = 1.0 / np.maximum(waits, 1.0)
    return (luck < chance) & (months_since >= MONTHS_BETWEEN_AT_LEAST)


def judgement_marks(
    quality: FloatArray,
    noise: FloatArray | float,
    shares: tuple[FloatArray | float, FloatArray | float, FloatArray | float],
) -> FloatArray:
    """Return the marks between grades, best first, that give the start its judgements.

    An inspection sees quality with normal noise (assumption). The marks are such that
    inspecting every borough at the start would find `shares` of outstanding work, of work that
    requires improvement and of inadequate work.

    Args:
        quality: (..., borough).
        noise, shares: numbers, or (..., 1).

    Returns:
        (..., mark).
    """
    outstanding, improvement, inadequate = (np.asarray(share, np.float64) for share in shares)
    every = np.broadcast_arrays(outstanding, 1.0 - (improvement + inadequate), 1.0 - inadequate)
    share_above = np.stack([np.atleast_1d(share) for share in every], axis=-2)  # (..., mark, 1)
    boroughs = quality[..., None, :]
    spread = np.atleast_1d(np.maximum(noise, SMALLEST_NOISE))[..., None]
    lowest = boroughs.min(axis=-1, keepdims=True) - 8.0 * spread
    highest = boroughs.max(axis=-1, keepdims=True) + 8.0 * spread

    def surplus(at: FloatArray) -> FloatArray:
        found = ndtr((boroughs - at) / spread).mean(axis=-1, keepdims=True)
        return np.asarray(found - share_above)

    nobody = (share_above <= 0.0) | (surplus(highest) >= 0.0)
    everybody = (share_above >= 1.0) | (surplus(lowest) <= 0.0)
    found = np.where(everybody, -np.inf, bisected(surplus, lowest, highest))
    return np.where(nobody, np.inf, found)[..., 0]


def judged(seen: FloatArray, marks: FloatArray) -> IntArray:
    """Return the grade of each borough as a place in `vocabulary.GRADES`: 0 is the best."""
    return np.asarray((seen[..., None] < marks[..., None, :]).sum(axis=-1), np.int64)


def strain_shock(months_since: Amount, was_judged: Truth, parameters: Parameters) -> FloatArray:
    """Return what an inadequate judgement of some months ago adds to strain (assumption)."""
    size, fade = parameters.inadequate_strain, parameters.inadequate_strain_fade_per_year
    return np.where(was_judged, faded(size, fade, months_since), 0.0)


def surge_share(months_since: Amount, was_judged: Truth, parameters: Parameters) -> FloatArray:
    """Return agency staff bought after such a judgement, as a share of posts (assumption)."""
    size, fade = parameters.inadequate_surge_share, parameters.inadequate_surge_fade_per_year
    return np.where(was_judged, faded(size, fade, months_since), 0.0)


def leadership_course(
    months_since: Amount, is_turned_round: Truth, lasting: Amount, parameters: Parameters
) -> tuple[FloatArray, FloatArray]:
    """Return (target, speed a year) of leadership: new leaders work for some time (assumption)."""
    works = is_turned_round & (months_since <= parameters.turnaround_months)
    return (
        np.where(works, parameters.turnaround_leadership, lasting),
        np.where(
            works, parameters.turnaround_speed_per_year, parameters.leadership_reversion_per_year
        ),
    )


def drawn_by_judgement(grade: IntArray, outstanding_pull: Amount) -> FloatArray:
    """Return how many times as many applicants and movers a borough of a grade draws."""
    return 1.0 + outstanding_pull * (grade == OUTSTANDING)
