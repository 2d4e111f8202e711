"""Hindcasts: nothing later than the origin is used, and scores are what their definition says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sim.domain.evidence import employers, scored_employers
from sim.domain.headline import PERMANENT_SHARES, WORKFORCE
from sim.domain.vocabulary import LONDON
from sim.studies.hindcast.method import hindcast as module
from sim.studies.hindcast.method.baselines import (
    BASELINES,
    STATE_SPACE,
    Normal,
    mean_reversion,
    own_mean,
    persistence,
    trend,
)
from sim.studies.hindcast.method.hindcast import (
    half_and_half,
    held_back_years,
    hindcast,
    hindcast_scenario,
    kept_forecast,
    parts,
    published_shares,
    scored_years,
    scores,
)
from sim.studies.hindcast.method.scoring import (
    quantiles_of,
    score_normal,
    score_quantiles,
    score_samples,
    skills,
    summary,
)

RNG = np.random.default_rng(1)


@pytest.fixture(scope="module")
def forecast() -> module.Hindcast:
    return hindcast(2021, 2026, runs=6, seed=1)


@pytest.mark.slow
def test_every_employer_and_london_are_forecast_also_past_the_data(
    forecast: module.Hindcast,
) -> None:
    assert forecast.units == (*employers(), LONDON)
    assert forecast.years == (2022, 2023, 2024, 2025, 2026)
    for measure in PERMANENT_SHARES:
        bands = forecast.quantiles(measure)
        assert bands.shape == (7, 33, 5)
        assert np.all(np.diff(bands, axis=0) >= 0)
        assert bands.min() >= 0
        assert bands.max() <= 1


def test_the_start_is_the_origin_and_later_policy_is_a_choice() -> None:
    with_it, without = (hindcast_scenario(2021, later_policy=later) for later in (True, False))
    assert with_it.start.year == without.start.year == 2021
    assert without.levers.agency_rules.is_no_op
    assert with_it.levers.agency_rules.cooling_off_months == 6
    assert str(with_it.levers.agency_rules.start) == "2022-06-01"
    same = with_it.levers.model_copy(update={"agency_rules": without.levers.agency_rules})
    assert same == without.levers


@pytest.mark.slow
def test_baselines_see_nothing_after_the_origin(
    forecast: module.Hindcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def noted(measure: str, units: list[str], years: list[int]) -> np.ndarray:
        seen.append(max(years))
        return published_shares(measure, units, years)

    monkeypatch.setattr(module, "published_shares", noted)
    scores(forecast, "permanent_share_of_workforce")
    assert seen == [2021, 2025]  # the history, then the truth it is scored on


def test_the_city_is_never_scored_and_neither_is_who_has_no_figure(
    forecast: module.Hindcast,
) -> None:
    for cases in scores(forecast, "permanent_share_of_workforce").values():
        assert len(cases.error) < len(scored_employers())
        assert np.isnan(cases.error).sum() == 5  # Westminster 2022-2025, Sutton 2023


@pytest.mark.slow
def test_the_forecast_of_version_0_1_0_is_scored_beside_the_model(
    forecast: module.Hindcast,
) -> None:
    kept = kept_forecast(forecast)
    assert kept is not None
    found = scores(forecast, WORKFORCE, [2022, 2023], pooled=True)
    assert list(found) == [module.MODEL, module.KEPT, *BASELINES, module.POOL]
    # What version 0.1.0 printed of itself.
    assert summary(found[module.KEPT]).rmse == pytest.approx(6.6, abs=0.06)
    assert summary(found[module.KEPT]).crps == pytest.approx(3.69, abs=0.03)
    assert summary(found[module.KEPT]).coverage[-1] == pytest.approx(0.88, abs=0.01)
    assert module.POOL not in scores(forecast, WORKFORCE, [2022])


@pytest.mark.slow
def test_years_that_were_held_back_are_scored_apart(forecast: module.Hindcast) -> None:
    every, held = scored_years(forecast), held_back_years(forecast)
    assert (every, held) == ([2022, 2023, 2024, 2025], [2024, 2025])
    found = parts(forecast, 1)
    assert [list(part.years) for part in found] == [every, held]
    assert [part.was_held_back for part in found] == [False, True]
    gaps = found[0].by_measure[WORKFORCE]["persistence"][1]
    assert [gap.measure for gap in gaps] == ["rmse", "crps", "interval_score"]
    assert found[0].kept_gaps == {}
    gap = found[1].kept_gaps[WORKFORCE][STATE_SPACE][0]
    ours, theirs = (found[1].by_measure[WORKFORCE][n][0] for n in (module.KEPT, STATE_SPACE))
    assert gap.difference == pytest.approx(ours.rmse - theirs.rmse)
    assert ours.rmse == pytest.approx(8.45, abs=0.1)


def test_the_pool_is_half_of_each() -> None:
    samples = np.full((400, 1, 1), 0.4)
    found = half_and_half(samples, [Normal(np.array([0.8]), np.array([0.05]))])
    assert found.shape == (800, 1, 1)
    assert found.mean() == pytest.approx(0.6, abs=1e-3)
    assert np.mean(found > 0.6) == 0.5
    assert found[found > 0.6].std() == pytest.approx(0.05, rel=0.02)


# Baselines


def test_baselines_on_shares_that_never_move() -> None:
    history = np.repeat(np.linspace(0.5, 0.9, 6)[:, None], 5, axis=1)
    for baseline in BASELINES.values():
        np.testing.assert_allclose(baseline(history, 2).mean, history[:, -1], atol=1e-3)


def test_mean_reversion_finds_how_fast_shares_revert() -> None:
    units, years, rho = 3_000, 6, 0.7
    history = np.zeros((units, years))
    history[:, 0] = RNG.normal(0, 0.05, units)
    for year in range(1, years):
        history[:, year] = rho * history[:, year - 1] + RNG.normal(0, 0.03, units)
    found = mean_reversion(0.75 + history, 2)
    expected = 0.75 + rho**2 * history[:, -1]
    np.testing.assert_allclose(found.mean, expected, atol=0.005)
    assert found.spread[0] == pytest.approx(0.03 * np.sqrt(1 + rho**2), rel=0.05)


def test_persistence_mean_and_trend_are_what_they_are_called() -> None:
    history = np.array([[0.6, 0.7, 0.8], [0.9, 0.9, np.nan]])
    history[1, 2] = 0.9
    np.testing.assert_allclose(persistence(history, 1).mean, [0.8, 0.9])
    np.testing.assert_allclose(own_mean(history, 1).mean, [0.7, 0.9])
    np.testing.assert_allclose(trend(history, 2).mean, [1.0, 0.9], atol=1e-9)
    assert persistence(history, 4).spread[0] == pytest.approx(2 * persistence(history, 1).spread[0])


# Scores


def test_samples_of_a_normal_score_as_the_normal_does() -> None:
    mean, spread = np.array([0.7, 0.8]), np.array([0.05, 0.1])
    seen = np.array([[0.72], [0.55]])
    samples = (mean + spread * RNG.normal(size=(40_000, 2)))[:, :, None]
    ours, theirs = score_samples(samples, seen), score_normal([Normal(mean, spread)], seen)
    np.testing.assert_allclose(ours.crps, theirs.crps, rtol=0.02)
    np.testing.assert_allclose(ours.interval_score, theirs.interval_score, rtol=0.03)
    np.testing.assert_allclose(ours.pit, theirs.pit, atol=0.01)
    np.testing.assert_array_equal(ours.inside, theirs.inside)


def test_kept_quantiles_of_a_normal_score_as_the_normal_does() -> None:
    forecast = Normal(np.array([0.7, 0.8, 0.5]), np.array([0.05, 0.1, 0.02]))
    seen = np.array([[0.72], [0.55], [np.nan]])
    ours = score_quantiles(quantiles_of([forecast]), seen)
    theirs = score_normal([forecast], seen)
    for name in ("error", "crps", "interval_score", "inside"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=0.01)
    np.testing.assert_allclose(ours.pit, theirs.pit, atol=0.01)


def test_a_true_forecast_covers_what_it_says() -> None:
    truth = RNG.normal(0.7, 0.05, (4_000, 1))
    cases = score_normal([Normal(np.full(4_000, 0.7), np.full(4_000, 0.05))], truth)
    found = summary(cases)
    np.testing.assert_allclose(found.coverage, [0.5, 0.8, 0.9], atol=0.03)
    assert found.rmse == pytest.approx(5.0, rel=0.05)
    assert found.crps == pytest.approx(100 * 0.05 / np.sqrt(np.pi), rel=0.05)


def test_a_wide_band_does_not_pass_by_interval_score() -> None:
    truth = RNG.normal(0.7, 0.05, (2_000, 1))
    right, wide = (
        summary(score_normal([Normal(np.full(2_000, 0.7), np.full(2_000, width))], truth))
        for width in (0.05, 0.2)
    )
    assert wide.coverage[-1] > right.coverage[-1]
    assert wide.interval_score > right.interval_score


def test_skill_is_the_model_less_the_baseline_by_unit() -> None:
    truth = RNG.normal(0.7, 0.05, (31, 2))
    good = score_normal(
        [Normal(truth[:, year] + 0.01, np.full(31, 0.02)) for year in (0, 1)], truth
    )
    bad = score_normal([Normal(np.full(31, 0.5), np.full(31, 0.1))] * 2, truth)
    rmse, crps, interval = skills(good, bad, 1)
    assert rmse.high < 0
    assert crps.high < 0
    assert interval.high < 0
    assert interval.difference == pytest.approx(
        summary(good).interval_score - summary(bad).interval_score
    )
    assert rmse.difference == pytest.approx(summary(good).rmse - summary(bad).rmse)
    assert skills(good, bad, 1) == skills(good, bad, 1)
    missing = truth.copy()
    missing[0, 0] = np.nan
    assert summary(score_normal([Normal(truth[:, 0], np.full(31, 0.1))] * 2, missing)).cases == 61


def test_norm_quantiles_are_those_of_the_levels() -> None:
    one = score_normal([Normal(np.array([0.5]), np.array([0.1]))], np.array([[0.5 + 0.0674]]))
    assert one.inside[0, 0, 0] == 1.0
    assert norm.ppf(0.75) * 0.1 == pytest.approx(0.06745, abs=1e-5)
