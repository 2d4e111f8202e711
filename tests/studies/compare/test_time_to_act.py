"""Time to act: on paths made up so that the answer is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.studies.compare.method.time_to_act import Act, first_month, time_to_act, timed
from tests.studies.invented import invented

SHARE = "permanent_share_of_workforce"
MONTHS = np.arange(61)


def runs_of(path: np.ndarray, spread: float = 0.0) -> np.ndarray:
    """Return eleven runs around a path."""
    return path[None, :] + spread * np.linspace(-1, 1, 11)[:, None] * (MONTHS > 0)


def test_a_straight_path_is_half_there_half_way_and_nine_tenths_late() -> None:
    assert timed(runs_of(MONTHS / 60), MONTHS, 60) == (30, 54, Act.GROWING)


def test_an_effect_that_is_there_early_acts_early() -> None:
    path = np.minimum(MONTHS / 10, 1.0)
    assert timed(runs_of(path), MONTHS, 60) == (5, 9, Act.ACTS)
    assert timed(-runs_of(path), MONTHS, 60) == (5, 9, Act.ACTS)


def test_an_effect_that_comes_and_goes_counts_from_when_it_stays() -> None:
    path = np.where(MONTHS < 20, MONTHS / 10, 0.0) + np.where(MONTHS >= 40, 1.0, 0.0)
    assert timed(runs_of(path), MONTHS, 60) == (40, 40, Act.ACTS)


def test_an_effect_that_overshoots_is_there_from_its_way_up() -> None:
    path = np.interp(MONTHS, [0, 10, 20, 60], [0.0, 2.0, 1.0, 1.0])
    assert timed(runs_of(path), MONTHS, 60) == (3, 5, Act.ACTS)


@pytest.mark.parametrize("runs", [np.zeros((4, 61)), np.full((4, 61), np.nan)])
def test_nothing_has_no_time(runs: np.ndarray) -> None:
    assert timed(runs, MONTHS, 60) == (None, None, Act.NOTHING)


def test_what_is_gone_at_the_horizon_is_no_effect() -> None:
    path = np.where((MONTHS > 10) & (MONTHS < 50), 1.0, 0.0)
    assert timed(runs_of(path), MONTHS, 60) == (None, None, Act.NOTHING)


def test_an_effect_whose_interval_holds_zero_is_within_luck() -> None:
    half, most, act = timed(runs_of(MONTHS / 60, spread=2.0), MONTHS, 60)
    assert act is Act.WITHIN_LUCK
    assert (half, most) == (30, 54)


def test_a_median_of_nothing_with_some_runs_moved_is_within_luck() -> None:
    assert timed(runs_of(0.0 * MONTHS, spread=1.0), MONTHS, 60)[2] is Act.WITHIN_LUCK


def test_months_count_from_the_first_one_in_force() -> None:
    ramp = np.clip((np.arange(61) - 12) / 12, 0, 1)
    base, policy = invented({SHARE: 0.7}, years=5), invented({SHARE: 0.7 + 0.1 * ramp}, years=5)
    opening = base.day(0)
    found = time_to_act("cap", SHARE, base, policy, start=base.day(13))
    assert found.in_force_from == base.day(13)
    assert (found.months_to_half, found.months_to_nine_tenths) == (6, 11)
    assert found.effect.q50 == pytest.approx(0.1)
    from_start = time_to_act("cap", SHARE, base, policy, start=None)
    assert (from_start.months_to_half, from_start.in_force_from) == (18, base.day(1))
    long_ago = date(opening.year - 7, 1, 1)
    assert time_to_act("cap", SHARE, base, policy, start=long_ago).months_to_half == 18


def test_an_employer_is_known_at_censuses_only() -> None:
    ramp = np.clip((np.arange(61) - 12) / 12, 0, 1)
    base, policy = invented({SHARE: 0.7}, years=5), invented({SHARE: 0.7 + 0.1 * ramp}, years=5)
    found = time_to_act("cap", SHARE, base, policy, start=None, unit="Camden")
    assert (found.months_to_half, found.months_to_nine_tenths) == (24, 24)


def test_a_lever_that_never_starts_is_in_force_from_the_last_month() -> None:
    base = invented({SHARE: 0.7}, years=1)
    assert first_month(base, date(2050, 1, 1)) == 12
    same = time_to_act("cap", SHARE, base, base, start=date(2050, 1, 1))
    assert (same.months_to_half, same.act) == (None, Act.NOTHING)
