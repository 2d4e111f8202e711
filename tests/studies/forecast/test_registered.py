"""A registered forecast: written once, whole, and judged by the rule it was registered with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.domain.evidence import latest_census_year, scored_employers
from sim.domain.headline import POSTS, WORKFORCE
from sim.domain.kept_forecasts import QUANTILES
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.studies.forecast.method.census_figures import (
    AGENCY,
    MEASURES,
    TURNOVER,
    VACANCIES,
    VACANCY_SHARE,
    CensusFigures,
    shipped_figures,
)
from sim.studies.forecast.method.judged import judge
from sim.studies.forecast.method.next_census import NextCensus, _baseline, forecast_next
from sim.studies.forecast.method.registered import (
    HASH,
    Registered,
    Standing,
    hash_of,
    read_registered,
    register,
    registered,
    sealed,
)
from sim.studies.hindcast.method.baselines import BASELINES, STATE_SPACE
from sim.studies.hindcast.method.hindcast import MODEL, hindcast, hindcast_scenario

UNITS = (*scored_employers(), LONDON)
TODAY = date(2026, 11, 27)
SPREAD = np.array([-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645])


def made_up(
    origin: int = 2023, *, off: float = 0.0, spread: float = 0.05, london: float = 0.0
) -> NextCensus:
    """Return baselines' forecasts with a model's that misses every figure by so much."""
    truth = shipped_figures(origin + 1) if origin < latest_census_year() else None
    model = {}
    for measure in MEASURES:
        size = 100.0 if measure in (VACANCIES, AGENCY) else 1.0
        seen = [0.7 * size if truth is None else truth.of(measure, unit) for unit in UNITS]
        middle = np.array([0.8 * size if one is None else one for one in seen]) + off * size
        middle[-1] += (london - off) * size
        model[measure] = middle + SPREAD[:, None] * spread * size
    bands = {MODEL: model} | {name: _baseline(name, origin, UNITS) for name in BASELINES}
    scenario = hindcast_scenario(origin, later_policy=True)
    return NextCensus(origin, UNITS, bands, scenario, Draws.POSTERIOR, 8, 1)


# The forecast


@pytest.fixture(scope="module")
def forecast() -> NextCensus:
    return forecast_next(2023, runs=6, seed=1)


@pytest.mark.long
def test_the_shares_are_those_of_a_hindcast(forecast: NextCensus) -> None:
    same = hindcast(2023, 2024, runs=6, seed=1)
    for measure in (WORKFORCE, POSTS):
        rows = [same.units.index(unit) for unit in forecast.units]
        expected = same.quantiles(measure)[:, rows, 0]
        np.testing.assert_array_equal(forecast.bands[MODEL][measure], expected)


@pytest.mark.long
def test_every_measure_is_of_its_size_and_they_fit_together(forecast: NextCensus) -> None:
    seen = shipped_figures(2024)
    bands = forecast.bands[MODEL]
    for measure in MEASURES:
        assert np.isfinite(bands[measure]).all()
        assert np.all(np.diff(bands[measure], axis=0) >= 0)
        published = seen.of(measure, LONDON)
        assert published is not None
        assert bands[measure][3, -1] == pytest.approx(published, rel=0.35)
        boroughs = [seen.of(measure, unit) or np.nan for unit in UNITS[:-1]]
        gap = np.log(bands[measure][3, :-1]) - np.log(boroughs)
        assert abs(np.nanmedian(gap)) < 0.5
    np.testing.assert_allclose(bands[VACANCY_SHARE], 1.0 - bands[POSTS][::-1])
    assert (bands[TURNOVER][3] > 0.05).all()


def test_baselines_of_vacancies_and_agency_staff_follow_from_their_shares() -> None:
    found, last = _baseline("persistence", 2023, UNITS), shipped_figures(2023)
    middle = QUANTILES.index(0.5)
    place = UNITS.index("Bexley")
    for measure in MEASURES:
        assert found[measure][middle, place] == pytest.approx(last.of(measure, "Bexley"), rel=0.005)
        assert np.all(np.diff(found[measure][:, place]) > 0)
        assert np.isfinite(found[measure][:, -1]).all()
    assert np.isnan(found[WORKFORCE][:, UNITS.index("Sutton")]).all()  # unreliable in 2023
    assert np.isfinite(found[POSTS][:, UNITS.index("Sutton")]).all()


# The file


def test_the_hash_is_of_all_the_rest_and_does_not_depend_on_the_layout(tmp_path: Path) -> None:
    content, digest, (path,) = register(made_up(), tmp_path, TODAY)
    assert path.name == "2024-09-30-registered-2026-11-27.json"
    plain = json.loads(path.read_text("utf-8"))
    rest = {key: value for key, value in plain.items() if key != HASH}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert plain[HASH] == digest == hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(plain, indent=7), "utf-8-sig")
    assert read_registered(path) == (content, digest)


def test_it_says_what_made_it_and_everything_forecast() -> None:
    content = registered(made_up(), TODAY, {})
    assert content.units == UNITS
    assert set(content.forecasts) == {MODEL, *BASELINES}
    assert {"package", "code", "data", "commit", "numpy"} <= content.made_by.keys()
    assert (content.seed, content.runs, content.registered) == (1, 8, TODAY)
    assert content.scenario["start"]["year"] == 2023
    bands = content.quantiles(MODEL, WORKFORCE, ["Bexley"])
    np.testing.assert_allclose(
        bands[:, 0], made_up().bands[MODEL][WORKFORCE][:, UNITS.index("Bexley")], rtol=1e-4
    )
    assert np.isnan(content.quantiles("persistence", WORKFORCE, ["Sutton"])).all()


@pytest.mark.slow
def test_the_first_counts_and_no_file_is_written_again(tmp_path: Path) -> None:
    future = made_up(latest_census_year())
    first, digest, (path,) = register(future, tmp_path, TODAY)
    assert first.standing is Standing.COUNTS
    before = path.read_bytes()
    with pytest.raises(StoreError, match="the first is the one that counts; allowed: --again"):
        register(future, tmp_path, date(2026, 12, 24))
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    later, _, (other,) = register(future, tmp_path, TODAY, again=True)
    assert later.standing is Standing.LATER
    assert later.earlier == {path.name: digest}
    assert read_registered(other)[0] == later
    assert other != path
    assert path.read_bytes() == before


def test_another_census_is_another_matter_and_a_known_one_a_trial(tmp_path: Path) -> None:
    register(made_up(latest_census_year()), tmp_path, TODAY)
    content, _, _ = register(made_up(2023), tmp_path, TODAY)
    assert content.standing is Standing.TRIAL


def test_nothing_is_left_where_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match="is a file, where a folder is expected"):
        register(made_up(), tmp_path / "file", TODAY)

    def full(path: Path, text: str) -> None:
        raise OSError("no room")

    monkeypatch.setattr("sim.studies.forecast.method.registered.write_text_atomically", full)
    with pytest.raises(OSError, match="no room"):
        register(made_up(), tmp_path / "new", TODAY)
    assert list((tmp_path / "new").iterdir()) == []


def changed(path: Path, key: str, value: Any, *, hashed: bool) -> Path:
    plain = json.loads(path.read_text("utf-8"))
    *way, last = key.split("/")
    inner = plain
    for step in way:
        inner = inner[step]
    inner[last] = value
    if hashed:
        plain[HASH] = hash_of(plain)
    path.write_text(json.dumps(plain), "utf-8")
    return path


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("forecasts/Permanence/permanent_share_of_workforce/London", [0.1] * 7),
        ("rule/least_inside", 0.1),
        ("registered", "2026-01-01"),
        ("standing", "counts"),
        ("note", "added"),
        ("sha256", "0"),
    ],
)
def test_a_file_that_was_changed_is_refused(key: str, value: Any, tmp_path: Path) -> None:
    _, _, (path,) = register(made_up(), tmp_path, TODAY)
    with pytest.raises(StoreError, match=r"key sha256: given .*; allowed: .* was changed after"):
        read_registered(changed(path, key, value, hashed=False))


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("runs", "many", "key runs: given 'many'; allowed: "),
        ("note", "added", "key note: given 'added'; allowed: "),
        ("format", 2, "key format: given 2; allowed: 1"),
        ("rule/measure", "luck", "key rule: given"),
        ("forecasts/Permanence/agency_fte/London", None, "key forecasts.Permanence.agency_fte.Lon"),
        ("forecasts/own mean/agency_fte/Barnet", [1.0], "key forecasts.own mean.agency_fte.Barnet"),
        ("forecasts/state space", {}, "key forecasts.state space.perm"),
    ],
)
def test_a_file_that_says_something_else_is_refused(
    key: str, value: Any, told: str, tmp_path: Path
) -> None:
    _, _, (path,) = register(made_up(), tmp_path, TODAY)
    with pytest.raises(StoreError, match=told):
        read_registered(changed(path, key, value, hashed=True))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "{}", '"sha256"', "[" * 100_000])
def test_what_is_no_registered_forecast_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(StoreError, match=r"odd\.json.*allowed: a registered forecast"):
        read_registered(path)


# Its census


def judged(figures: CensusFigures | None = None, **how: float) -> Any:
    content = registered(made_up(**how), TODAY, {})
    return judge(content, figures or shipped_figures(2024))


def fails(found: Any) -> list[bool | None]:
    return [one.failed for one in found.criteria]


def test_a_forecast_with_bands_of_the_right_width_does_not_fail(tmp_path: Path) -> None:
    # A model that knew every figure but one in ten, so that its bands hold nine in ten.
    forecast = made_up(spread=0.03)
    forecast.bands[MODEL][WORKFORCE][:, :4] += 0.08
    found = judge(registered(forecast, TODAY, {}), shipped_figures(2024))
    assert fails(found) == [False, False, False]
    assert not found.failed
    assert not found.is_undecided
    assert found.london[WORKFORCE][MODEL].is_inside


def test_each_criterion_fails_by_itself() -> None:
    assert fails(judged(london=0.2))[0] is True
    assert fails(judged(spread=0.05))[1] is True  # every borough inside: more than 98 %
    narrow = judged(off=0.02, spread=0.005)
    assert fails(narrow)[1:] == [True, False]
    assert fails(judged(off=0.2, spread=0.2))[2] is True
    assert judged(london=0.2).failed


def test_worse_by_one_score_alone_is_no_failure() -> None:
    found = judged(off=0.05, spread=0.4)  # near the truth, and far too unsure
    model, rival = (found.boroughs[WORKFORCE][name][0] for name in (MODEL, STATE_SPACE))
    assert model.rmse < rival.rmse
    assert model.crps > rival.crps
    assert fails(found)[2] is False


def test_scores_are_over_the_same_boroughs_in_points_or_fte() -> None:
    found = judged(off=0.1, spread=0.02)
    for measure, scored in found.boroughs.items():
        assert {score.cases for score, _ in scored.values()} == {scored[MODEL][0].cases}
        assert scored[MODEL][0].rmse == pytest.approx(10.0, abs=0.05), measure
    assert found.boroughs[WORKFORCE][MODEL][0].cases == 28  # two withheld, one had none in 2023
    assert found.boroughs[POSTS][MODEL][0].cases == 31
    gaps = found.boroughs[WORKFORCE][STATE_SPACE][1]
    assert [gap.measure for gap in gaps] == ["rmse", "crps", "interval_score"]


def test_what_the_census_withholds_cannot_be_told() -> None:
    known = shipped_figures(2024)
    cells = {key: None if key[0] == LONDON else value for key, value in known.cells.items()}
    found = judged(replace(known, cells=cells), spread=0.03)
    assert found.criteria[0].failed is None
    nothing = judged(replace(known, cells=dict.fromkeys(known.cells)))
    assert fails(nothing) == [None, None, None]
    assert nothing.is_undecided
    assert not nothing.failed


def test_another_years_census_is_refused() -> None:
    with pytest.raises(StoreError, match="given the census of 2023; allowed: 2024"):
        judged(shipped_figures(2023))


def test_a_registered_file_judges_as_what_was_registered(tmp_path: Path) -> None:
    content, _, (path,) = register(made_up(off=0.03), tmp_path, TODAY)
    read, digest = read_registered(path)
    assert isinstance(read, Registered)
    assert sealed(read)[HASH] == digest
    assert judge(read, shipped_figures(2024)) == judge(content, shipped_figures(2024))
