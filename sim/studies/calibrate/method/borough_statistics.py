"""Statistics of a panel of boroughs: the census and the model go through the same ones.

A panel is an array shaped (..., year, employer): one census is (year, employer), an ensemble
(run, year, employer). Every function works on all leading axes at once. A figure that is missing
is NaN and is left out, cell by cell; where nothing is left, the answer is NaN. Shares run from 0 to
1, and spreads, changes and slopes come in the units of what was given.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.domain.randomness import FloatArray

BOTH = (-2, -1)
"""The axes of a panel: year and employer."""


def mean(values: FloatArray, axis: int | tuple[int, ...] = -1) -> FloatArray:
    """Return the mean of what is known along an axis, or several."""
    known = np.isfinite(values)
    return _ratio(np.where(known, values, 0.0).sum(axis=axis), known.sum(axis=axis))


def _ratio(top: npt.ArrayLike, bottom: npt.ArrayLike) -> FloatArray:
    """Return top over bottom, NaN where the bottom is not above zero."""
    above = np.asarray(bottom) > 0
    return np.asarray(np.where(above, top / np.where(above, bottom, 1.0), np.nan), np.float64)


def _centred(values: FloatArray, axis: int | tuple[int, ...] = -1) -> FloatArray:
    return values - np.expand_dims(mean(values, axis), axis)


def _total(values: FloatArray, axis: int | tuple[int, ...]) -> FloatArray:
    return np.asarray(np.nansum(values, axis=axis), np.float64)


def _both_known(one: FloatArray, other: FloatArray) -> tuple[FloatArray, FloatArray]:
    known = np.isfinite(one) & np.isfinite(other)
    return np.where(known, one, np.nan), np.where(known, other, np.nan)


# Levels


def total_share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return London's share by year, (..., year): the boroughs' parts over their wholes.

    A borough that lacks either in a year is left out of that year. Turnover is this, of leavers in
    permanent staff; so are unfilled posts in posts, and agency staff to vacancies.
    """
    part, whole = _both_known(part, whole)
    return _ratio(_total(part, -1), _total(whole, -1))


def trend(path: FloatArray) -> FloatArray:
    """Return the slope a year of a path, (..., year), by least squares."""
    years = np.where(np.isfinite(path), np.arange(path.shape[-1], dtype=float), np.nan)
    years = _centred(years)
    return _ratio(_total(years * path, -1), _total(years**2, -1))


# Between boroughs


def spread(values: FloatArray) -> FloatArray:
    """Return the sample standard deviation between boroughs, (..., year)."""
    known = np.isfinite(values).sum(axis=-1)
    return np.sqrt(_ratio(_total(_centred(values) ** 2, -1), known - 1))


def correlation(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the correlation over the last axis."""
    one, other = (_centred(values) for values in _both_known(one, other))
    size = _total(one**2, -1) * _total(other**2, -1)
    return _ratio(_total(one * other, -1), np.sqrt(size))


def correlation_of_averages(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the correlation between boroughs of their averages over the years, (...)."""
    one, other = _both_known(one, other)
    return correlation(mean(one, -2), mean(other, -2))


def morans_i(values: FloatArray, adjoining: npt.NDArray[np.bool_]) -> FloatArray:
    """Return how alike neighbours are, (..., year): 0 where they are no more so than others.

    Args:
        values: a panel.
        adjoining: (employer, employer), symmetric; each borough's known neighbours count alike.

    Source: Moran (1950), "Notes on continuous stochastic phenomena", rows standardised.
    """
    apart = np.nan_to_num(_centred(values))
    known = np.isfinite(values).astype(float)
    around = np.nan_to_num(_ratio(apart @ adjoining, known @ adjoining))
    linked = (known * (known @ adjoining > 0)).sum(axis=-1)
    scale = _ratio(known.sum(axis=-1), linked)
    return scale * _ratio((apart * around).sum(axis=-1), (apart**2).sum(axis=-1))


# From one year to another


def lag_correlation(values: FloatArray, lag: int) -> FloatArray:
    """Return the correlation between boroughs of one year with a later one, (...).

    It is taken for each pair of years `lag` apart and averaged over them.
    """
    return mean(correlation(values[..., :-lag, :], values[..., lag:, :]))


def slope(outcome: FloatArray, cause: FloatArray, given: FloatArray | None = None) -> FloatArray:
    """Return the least-squares slope of an outcome on a cause, (...), with year effects.

    Args:
        outcome, cause: panels of the same years; shift them beforehand for a lead.
        given: a third panel held fixed, with a slope of its own.
    """
    known = np.isfinite(outcome) & np.isfinite(cause)
    if given is not None:
        known &= np.isfinite(given)
        given = _centred(np.where(known, given, np.nan))
    outcome = _centred(np.where(known, outcome, np.nan))
    cause = _centred(np.where(known, cause, np.nan))
    if given is not None:
        shared = _ratio(_total(cause * given, BOTH), _total(given**2, BOTH))
        cause = cause - shared[..., None, None] * given
    return _ratio(_total(cause * outcome, BOTH), _total(cause**2, BOTH))


def within_year_ar1(values: FloatArray) -> FloatArray:
    """Return what is left a year later of a borough's distance from that year's mean, (...)."""
    return slope(values[..., 1:, :], values[..., :-1, :])


def lead(outcome: FloatArray, cause: FloatArray, given: FloatArray | None = None) -> FloatArray:
    """Return the slope of next year's outcome on this year's cause, (...), with year effects."""
    now = None if given is None else given[..., :-1, :]
    return slope(outcome[..., 1:, :], cause[..., :-1, :], now)


def elasticity(starters: FloatArray, vacancies: FloatArray, posts: FloatArray) -> FloatArray:
    """Return the elasticity of a year's starters to the vacancies it opened with, (...).

    Both are taken per post, in logarithms, with year effects; a borough-year without starters or
    without vacancies has no logarithm and is left out.
    """
    opening = posts[..., :-1, :]
    hired = _log(_ratio(starters[..., 1:, :], opening))
    return slope(hired, _log(_ratio(vacancies[..., :-1, :], opening)))


def _log(values: FloatArray) -> FloatArray:
    above = values > 0
    return np.where(above, np.log(np.where(above, values, 1.0)), np.nan)


def yearly_change_spread(values: FloatArray) -> FloatArray:
    """Return the sample standard deviation of changes from year to year, (...), all pooled."""
    change = np.diff(values, axis=-2)
    known = np.isfinite(change).sum(axis=BOTH)
    return np.sqrt(_ratio(_total(_centred(change, BOTH) ** 2, BOTH), known - 1))


def yearly_change_size(values: FloatArray) -> FloatArray:
    """Return the mean absolute change from year to year, (...)."""
    return mean(np.abs(np.diff(values, axis=-2)), BOTH)


def mean_reversion(values: FloatArray, part: float = 1 / 3) -> FloatArray:
    """Return the mean change from the first year to the last of the top and bottom, (..., 2).

    Args:
        values: a panel that begins and ends with the two years.
        part: how much of the boroughs known in both years each group holds, ranked by the first
            year: the highest come first in the answer, then the lowest.
    """
    first, last = _both_known(values[..., 0, :], values[..., -1, :])
    rank = np.argsort(np.argsort(first, axis=-1, kind="stable"), axis=-1)  # NaN ranks last
    known = np.isfinite(first).sum(axis=-1, keepdims=True)
    size = np.rint(part * known)
    groups = (rank >= known - size) & (rank < known), rank < size
    change = last - first
    return np.stack([mean(np.where(group, change, np.nan)) for group in groups], axis=-1)


# The target


def at_least(values: FloatArray, threshold: float) -> FloatArray:
    """Return how many boroughs are known to be at a threshold or above, (..., year)."""
    return np.asarray((values >= threshold).sum(axis=-1), np.float64)


def stay_at_least(values: FloatArray, threshold: float) -> FloatArray:
    """Return what share of those at a threshold or above still are a year later, (...).

    NaN where nobody was.
    """
    now, later = _both_known(values[..., :-1, :], values[..., 1:, :])
    there = now >= threshold
    return _ratio((there & (later >= threshold)).sum(axis=BOTH), there.sum(axis=BOTH))


# Judgements


def after_event(values: FloatArray, years_since: FloatArray, years: int) -> FloatArray:
    """Return by how much boroughs so many years after an event exceed the year's mean, (...).

    Args:
        values: a panel.
        years_since: (..., year, employer), whole years since the event; NaN without one.
    """
    here = years_since == years
    return mean(np.where(here, _centred(values), np.nan), BOTH)


def by_class(values: FloatArray, classes: FloatArray, wanted: int) -> FloatArray:
    """Return the mean of borough-years of one class, such as a judgement, (...)."""
    return mean(np.where(classes == wanted, values, np.nan), BOTH)
