"""Statistics of panels: known answers, missing figures, and the same on every leading axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from sim.studies.calibrate.method import borough_statistics as s

NAN = np.nan
Floats = npt.NDArray[np.float64]


def panel(*years: list[float]) -> Floats:
    return np.array(years, float)


def drawn(shape: tuple[int, ...], seed: int = 5, missing: float = 0.1) -> Floats:
    luck = np.random.default_rng(seed)
    values = luck.uniform(0.05, 0.5, shape)
    return np.where(luck.uniform(size=shape) < missing, NAN, values)


# Known answers


def test_london_is_the_total_of_those_who_report_both() -> None:
    part, whole = panel([1, 2, 30]), panel([10, 20, NAN])
    assert s.total_share(part, whole) == pytest.approx([0.1])
    assert np.isnan(s.total_share(panel([NAN]), panel([3.0]))).all()


def test_the_trend_of_a_straight_path_is_its_slope_gaps_or_not() -> None:
    assert s.trend(np.array([1.0, 3.0, 5.0, 7.0])) == pytest.approx(2.0)
    assert s.trend(np.array([1.0, NAN, 5.0, 7.0])) == pytest.approx(2.0)
    assert s.trend(np.full(4, 0.3)) == pytest.approx(0.0)


def test_the_spread_is_the_sample_standard_deviation_of_what_is_known() -> None:
    values = panel([1, 2, 3, NAN], [5, 5, 5, 5])
    assert s.spread(values) == pytest.approx([1.0, 0.0])
    assert np.isnan(s.spread(panel([1, NAN]))).all()


def test_correlation_is_numpys_on_the_pairs_that_are_known() -> None:
    one, other = drawn((20,), 1), drawn((20,), 2)
    both = np.isfinite(one) & np.isfinite(other)
    wanted = np.corrcoef(one[both], other[both])[0, 1]
    assert s.correlation(one, other) == pytest.approx(wanted)
    assert s.correlation(one, -2 * one) == pytest.approx(-1.0)


def test_averages_correlate_even_where_years_do_not() -> None:
    noise = panel([1, -1, 1, -1], [-1, 1, -1, 1])
    level = np.array([0.0, 1.0, 5.0, 9.0])
    assert s.correlation_of_averages(level + noise, level - noise) == pytest.approx(1.0)


def test_lag_correlation_averages_over_pairs_of_years() -> None:
    values = panel([1, 2, 3], [2, 4, 6], [3, 2, 1])
    assert s.lag_correlation(values, 1) == pytest.approx(0.0)  # +1, then -1
    assert s.lag_correlation(values, 2) == pytest.approx(-1.0)


def test_within_year_ar1_is_the_part_of_the_distance_that_is_left() -> None:
    first = np.array([0.1, 0.2, 0.3, 0.4])
    values = np.stack([first, 0.9 + 0.6 * (first - first.mean())])
    assert s.within_year_ar1(values) == pytest.approx(0.6)


def test_a_slope_leaves_out_years_and_what_is_held_fixed() -> None:
    luck = np.random.default_rng(3)
    cause, given = luck.normal(size=(2, 4, 9))
    cause = cause + 0.8 * given
    year = np.array([[0.0], [5.0], [-2.0], [9.0]])
    outcome = 1.5 * cause - 3.0 * given + year
    assert s.slope(outcome, cause, given) == pytest.approx(1.5)
    assert s.slope(outcome, cause) != pytest.approx(1.5, abs=0.2)
    outcome[2, 4] = cause[1, 1] = given[0, 0] = NAN
    assert s.slope(outcome, cause, given) == pytest.approx(1.5)


def test_a_lead_looks_a_year_ahead() -> None:
    cause = drawn((5, 8), missing=0.0)
    outcome = np.full((5, 8), 7.0)
    outcome[1:] = 2.0 * cause[:-1]
    assert s.lead(outcome, cause) == pytest.approx(2.0)
    given = drawn((5, 8), 6, missing=0.0)
    assert s.lead(outcome, cause, given) == pytest.approx(2.0)


def test_elasticity_of_hiring_that_answers_vacancies_in_proportion_is_one() -> None:
    posts = np.full((3, 6), 200.0)
    vacancies = np.array([[10, 20, 40, 50, 80, 0.0]] * 3)
    starters = np.vstack([np.full(6, NAN), 0.5 * vacancies[:2]])
    assert s.elasticity(starters, vacancies, posts) == pytest.approx(1.0)
    starters[1:, :5] = 12.0
    assert s.elasticity(starters, vacancies, posts) == pytest.approx(0.0)


def test_yearly_change() -> None:
    values = panel([0.1, 0.5, NAN], [0.2, 0.3, 0.3], [0.2, 0.3, 0.2])  # +.1 -.2 0 0 -.1
    changes = [0.1, -0.2, 0.0, 0.0, -0.1]
    assert s.yearly_change_spread(values) == pytest.approx(np.std(changes, ddof=1))
    assert s.yearly_change_size(values) == pytest.approx(np.mean(np.abs(changes)))


def test_mean_reversion_ranks_by_the_first_year_those_known_in_both() -> None:
    values = panel(
        [0.9, 0.1, 0.5, 0.8, 0.2, 0.6, 0.99, NAN],
        [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        [0.6, 0.2, 0.5, 0.6, 0.2, 0.6, NAN, 0.1],
    )
    top, bottom = s.mean_reversion(values)
    assert top == pytest.approx(-0.25)
    assert bottom == pytest.approx(0.05)


def ring(size: int) -> npt.NDArray[np.bool_]:
    beside = np.roll(np.eye(size, dtype=bool), 1, axis=1)
    return beside | beside.T


def test_morans_i_of_a_chequerboard_and_of_two_halves() -> None:
    assert s.morans_i(panel([1, -1] * 4), ring(8)) == pytest.approx([-1.0])
    assert s.morans_i(panel([1, 1, 1, 1, -1, -1, -1, -1]), ring(8)) == pytest.approx([0.5])


def test_morans_i_without_a_borough_is_that_of_the_map_without_it() -> None:
    values, adjoining = drawn((1, 9), missing=0.0), ring(9)
    values[0, 3] = NAN
    rest = np.delete(np.arange(9), 3)
    wanted = s.morans_i(values[:, rest], adjoining[np.ix_(rest, rest)])
    assert s.morans_i(values, adjoining) == pytest.approx(wanted)


def test_who_is_at_ninety_per_cent_and_who_stays() -> None:
    values = panel([0.95, 0.90, 0.5, NAN], [0.91, 0.80, 0.92, 0.99], [0.95, NAN, 0.8, NAN])
    assert s.at_least(values, 0.9).tolist() == [2, 3, 1]
    assert s.stay_at_least(values, 0.9) == pytest.approx(2 / 4)  # NaN is neither
    assert np.isnan(s.stay_at_least(panel([0.1], [0.1]), 0.9))


def test_after_an_event_and_by_class() -> None:
    values = panel([0.1, 0.2, 0.6], [0.2, 0.2, 0.5])
    since = panel([NAN, NAN, 0], [NAN, NAN, 1])
    assert s.after_event(values, since, 0) == pytest.approx(0.3)
    assert s.after_event(values, since, 1) == pytest.approx(0.2)
    assert np.isnan(s.after_event(values, since, 5))
    assert s.by_class(values, panel([1, 2, 2], [1, 1, 2]), 2) == pytest.approx(1.3 / 3)


# All leading axes at once

STATISTICS: dict[str, Callable[..., Floats]] = {
    "total_share": lambda a, b, c: s.total_share(a, b),
    "trend": lambda a, b, c: s.trend(s.mean(a)),
    "spread": lambda a, b, c: s.spread(a),
    "correlation": lambda a, b, c: s.correlation(a, b),
    "correlation_of_averages": lambda a, b, c: s.correlation_of_averages(a, b),
    "morans_i": lambda a, b, c: s.morans_i(a, ring(12)),
    "lag_correlation": lambda a, b, c: s.lag_correlation(a, 2),
    "slope": lambda a, b, c: s.slope(a, b, c),
    "within_year_ar1": lambda a, b, c: s.within_year_ar1(a),
    "lead": lambda a, b, c: s.lead(a, b, c),
    "elasticity": lambda a, b, c: s.elasticity(a, b, c),
    "yearly_change_spread": lambda a, b, c: s.yearly_change_spread(a),
    "yearly_change_size": lambda a, b, c: s.yearly_change_size(a),
    "mean_reversion": lambda a, b, c: s.mean_reversion(a),
    "at_least": lambda a, b, c: s.at_least(a, 0.4),
    "stay_at_least": lambda a, b, c: s.stay_at_least(a, 0.4),
    "after_event": lambda a, b, c: s.after_event(a, np.round(10 * b), 2),
    "by_class": lambda a, b, c: s.by_class(a, np.round(10 * b), 2),
}


@pytest.mark.parametrize("name", STATISTICS)
def test_all_draws_at_once_give_what_each_gives_alone(name: str) -> None:
    statistic = STATISTICS[name]
    panels = [drawn((2, 3, 5, 12), seed) for seed in (1, 2, 3)]
    together = statistic(*panels)
    assert together.shape[:2] == (2, 3)
    for place in np.ndindex(2, 3):
        alone = statistic(*(one[place] for one in panels))
        assert together[place] == pytest.approx(alone, nan_ok=True)


@pytest.mark.parametrize("name", STATISTICS)
def test_a_panel_with_nothing_known_has_no_statistic_and_no_warning(name: str) -> None:
    nothing = np.full((5, 12), NAN)
    found = STATISTICS[name](nothing, nothing, nothing)
    assert (found == 0).all() if name == "at_least" else np.isnan(found).all()
