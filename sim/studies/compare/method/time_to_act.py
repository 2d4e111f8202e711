"""How long a lever takes to act: months until half and nine tenths of its effect are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from sim.answers.comparison import Spread, spread_of
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble

HALF, NINE_TENTHS = 0.5, 0.9


class Act(StrEnum):
    """Whether an effect is there to be timed."""

    ACTS = "acts"
    GROWING = "still growing"
    WITHIN_LUCK = "within luck"
    NOTHING = "no effect"


@dataclass(frozen=True)
class TimeToAct:
    """How long one lever takes to move one outcome.

    Attributes:
        effect: the paired difference at the horizon, median and 80 % interval over runs.
        months_to_half, months_to_nine_tenths: months in force from which the median of the paired
            differences stays at or beyond that part of its value at the horizon; None where there
            is no effect.
        act: `still growing` where nine tenths are reached only in the horizon's last year, so
            that a longer horizon would give longer times; `within luck` where the 80 % interval
            of the effect holds zero.
    """

    lever: str
    outcome: str
    in_force_from: date
    effect: Spread
    months_to_half: int | None
    months_to_nine_tenths: int | None
    act: Act


def time_to_act(
    lever: str,
    outcome: str,
    base: Ensemble,
    policy: Ensemble,
    *,
    start: date | None,
    unit: str = LONDON,
) -> TimeToAct:
    """Return how long what differs between two paired ensembles takes to move an outcome.

    Args:
        lever: what it is called.
        outcome: a permanent share.
        base, policy: without and with it.
        start: its first day (None: from the first step).
        unit: London, month by month, or an employer, known at censuses only.
    """
    first = first_month(base, start)
    every = 1 if unit == LONDON else MONTHS_PER_YEAR
    paths = [one.london(outcome) if every == 1 else one.of(outcome, unit) for one in (base, policy)]
    differences = paths[1] - paths[0]
    months = np.arange(differences.shape[1]) * every
    half, most, act = timed(differences, months, int(months[-1]))
    return TimeToAct(
        lever=lever,
        outcome=outcome,
        in_force_from=base.day(first),
        effect=spread_of(differences[:, -1]),
        months_to_half=None if half is None else max(half - first + 1, 0),
        months_to_nine_tenths=None if most is None else max(most - first + 1, 0),
        act=act,
    )


def first_month(ensemble: Ensemble, start: date | None) -> int:
    """Return the first month in which a lever with such a start is in force; 1 at the earliest."""
    if start is None:
        return 1
    later = (month for month in ensemble.months[1:] if ensemble.day(month) >= start)
    return next(later, ensemble.months[-1])


def timed(
    differences: FloatArray, months: np.ndarray, horizon: int
) -> tuple[int | None, int | None, Act]:
    """Return when half and nine tenths of an effect are there to stay, and whether it is one.

    Args:
        differences: paired, (run, step); the effect is their median at the last step.
        months: the model month of each step.
        horizon: the last month.
    """
    known = differences[np.isfinite(differences).all(axis=1)]
    if not known.size or not known.any():
        return None, None, Act.NOTHING
    path = np.median(known, axis=0)
    effect = spread_of(known[:, -1])
    if effect.q50 == 0.0:
        is_nothing = effect.q10 == effect.q90 == 0.0
        return None, None, Act.NOTHING if is_nothing else Act.WITHIN_LUCK
    half, most = (int(months[_stays(path / path[-1], part)]) for part in (HALF, NINE_TENTHS))
    if effect.q10 <= 0.0 <= effect.q90:
        return half, most, Act.WITHIN_LUCK
    return half, most, Act.GROWING if most > horizon - MONTHS_PER_YEAR else Act.ACTS


def _stays(shares: FloatArray, part: float) -> int:
    """Return the first step from which a path, as shares of its end, never falls below a part."""
    below = np.flatnonzero(shares < part)
    return int(below[-1]) + 1 if below.size else 0
