"""The patterns: targets that the census bears out, fair looks at it, and honest verdicts."""

from __future__ import annotations

import numpy as np
import pytest

from sim.domain.evidence import employers, scored_employers
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunSpec, run_once
from sim.ensemble.run import run_ensemble
from sim.scenario import load_scenario
from sim.studies.calibrate.method import anchors
from sim.studies.calibrate.method import borough_statistics as s
from sim.studies.calibrate.method.borough_panels import (
    Panels,
    as_published,
    census_panels,
    resampled,
    run_panels,
    seen_through_the_census,
    stacked,
    years_since_inadequate,
)
from sim.studies.hindcast.method.hindcast import samples_of
from sim.studies.patterns.method.pattern_list import HEADINGS, PATTERNS, adjoining
from sim.studies.patterns.method.patterns import (
    LAST_YEAR,
    START_YEAR,
    TWO_ERRORS,
    Pattern,
    Standing,
    between,
    model_panels,
    record_scenario_of_patterns,
    result,
    within,
)

BY_NAME = {(one.number, one.name): one for one in PATTERNS}


def shown(values: np.ndarray) -> list[float]:
    return [round(100 * float(value), 1) for value in values]


# The table


def test_there_are_seventeen_patterns_and_every_part_has_a_name_of_its_own() -> None:
    assert {one.number for one in PATTERNS} == set(range(1, 18)) == set(HEADINGS)
    assert len(BY_NAME) == len(PATTERNS)
    assert [one.number for one in PATTERNS] == sorted(one.number for one in PATTERNS)


def test_what_is_fitted_sees_nothing_after_2021() -> None:
    fitted = [one for one in PATTERNS if one.standing is Standing.FITTED]
    assert {one.number for one in fitted} == {1, 2, 3, 5, 7, 8, 10}
    assert max(one.years[1] for one in fitted) == 2021
    anchored = {one.number for one in PATTERNS if one.standing is Standing.ANCHORED}
    assert anchored == {16, 17}
    assert all((one.measure is None) == (one.number in anchored) for one in PATTERNS)


def test_london_after_the_fit_is_held_out() -> None:
    for year in (2022, 2023):
        assert BY_NAME[1, f"London {year}"].standing is Standing.HELD_OUT


def test_a_looked_up_target_says_from_where() -> None:
    for one in PATTERNS:
        computed = one.measure is not None and one.looked_up is None
        assert computed == one.source.startswith("computed from the DfE census"), one.name


def test_the_census_itself_lies_in_every_band_but_one() -> None:
    outside = {(one.number, one.name) for one in PATTERNS if not one.holds_in_the_census}
    assert outside == {(12, "elasticity of starters")}


# The census, by the functions the model goes through


@pytest.mark.parametrize(
    ("number", "name", "stated", "give"),
    [
        (1, "London 2018", 0.743, 0.0006),
        (1, "London 2023", 0.768, 0.0006),
        (3, "1 year apart", 0.80, 0.03),
        (3, "within-year AR(1)", 0.79, 0.01),
        (3, "5 years apart", 0.49, 0.06),
        (4, "top third 2017-20", -0.15, 0.005),
        (4, "bottom third 2017-20", -0.01, 0.01),
        (5, "change, s.d.", 0.065, 0.001),
        (5, "change, size", 0.050, 0.002),
        (6, "correlation of both", 0.93, 0.02),
        (8, "1 year apart", 0.2, 0.15),
        (9, "turnover next year", 0.006, 0.003),
        (9, "agency next year", 0.009, 0.0015),
        (15, "stay a year", 0.75, 0.05),
    ],
)
def test_the_census_says_what_the_specification_says(
    number: int, name: str, stated: float, give: float
) -> None:
    assert BY_NAME[number, name].target == pytest.approx(stated, abs=give)


def test_every_year_of_the_patterns_lies_in_the_specifications_ranges() -> None:
    census = census_panels().between(START_YEAR, LAST_YEAR)
    assert all(0.08 <= one <= 0.12 for one in s.spread(census["agency_share"]))
    ratio = s.total_share(census["agency_fte"], census["vacancies_fte"])
    assert all(0.88 <= one <= 1.05 for one in ratio)
    clustering = s.morans_i(census["agency_share"], adjoining())
    assert all(-0.2 <= one <= 0.2 for one in clustering)
    there = s.at_least(1.0 - census["agency_share"], 0.9)
    assert (there.min(), there.max()) == (1, 6)
    assert s.lead(census.turnover, census["agency_share"]) <= 0


def test_londons_turnover_is_the_published_one() -> None:
    census = census_panels()
    path = s.total_share(census["leavers_fte"], census["permanent_fte"])
    published = [17.3, 18.7, 17.5, 16.9, 18.3, 19.5, 16.5, 15.3, 13.8]
    assert shown(path) == pytest.approx(published, abs=0.11)  # the City is not in it


def test_neighbours_are_mutual_and_a_joint_employer_is_not_its_own() -> None:
    beside = adjoining()
    names = scored_employers()
    assert (beside == beside.T).all()
    assert not beside.diagonal().any()
    assert beside[names.index("Bexley"), names.index("Bromley")]
    assert not beside[names.index("Bexley"), names.index("Hillingdon")]


# Bands


def flat(value: float, band: object, **more: object) -> Pattern:
    return Pattern(  # type: ignore[arg-type]
        1, "x", "x", Standing.ANCHORED, "", band, looked_up=value, source="here", **more
    )


def test_a_band_is_a_range_or_a_width_or_the_censuss_own_error() -> None:
    assert flat(0.5, within(0.1)).limits == pytest.approx((0.4, 0.6))
    assert flat(0.5, between(high=0.0)).limits == (-np.inf, 0.0)
    assert TWO_ERRORS.is_sampling_error
    assert not within(0.1).is_sampling_error
    change = BY_NAME[5, "change, s.d."]
    low, high = change.limits
    again = change.of(resampled(census_panels(), 4_000, 7))
    assert high - low == pytest.approx(4 * float(np.std(again)), rel=0.1)
    assert (low + high) / 2 == pytest.approx(change.target)


def test_resampled_boroughs_keep_their_years_together() -> None:
    census = census_panels()
    drawn = resampled(census, 3, 1)
    column = drawn["agency_share"][1, :, 5]
    same = [np.array_equal(column, one, equal_nan=True) for one in census["agency_share"].T]
    assert any(same)


def test_a_run_without_a_value_is_left_out_and_no_value_is_no_pass() -> None:
    pattern = flat(0.5, within(0.1))
    values = np.array([0.45, np.nan, 0.55, 0.70])
    one = result(pattern, values, values)
    assert (one.runs, one.median) == (3, 0.55)
    assert one.in_band == pytest.approx(2 / 3)
    assert one.passes
    nothing = result(pattern, np.full(3, np.nan), np.full(3, np.nan))
    assert nothing.runs == 0
    assert not nothing.passes


# Panels of model runs


@pytest.fixture(scope="module")
def run() -> Panels:
    spec = RunSpec(record_scenario_of_patterns(), 1, 0, 6, Draws.DEFAULT)
    return run_panels(run_once(spec), START_YEAR)


def test_starters_less_leavers_is_the_change_in_post(run: Panels) -> None:
    change = np.diff(run["permanent_fte"], axis=0)
    assert np.array_equal((run["starters_fte"] - run["leavers_fte"])[1:], change)
    assert (run["starters_fte"][1:] >= 0).all()
    parts = run["left_sector_fte"] + run["to_agency_fte"] + run["moved_fte"]
    assert np.array_equal(run["leavers_fte"][1:], parts[1:])
    assert np.isnan(run["leavers_fte"][0]).all()


def test_a_run_opens_with_the_census(run: Panels) -> None:
    census = census_panels().between(START_YEAR, LAST_YEAR)
    seen = np.isfinite(census["agency_share"][0])
    assert run["agency_share"][0][seen] == pytest.approx(census["agency_share"][0][seen], abs=0.01)
    assert run["vacancies_fte"][0] == pytest.approx(census["vacancies_fte"][0], abs=1.0)
    assert run.years == census.years


def test_the_model_is_seen_through_the_censuss_gaps(run: Panels) -> None:
    seen, census = seen_through_the_census(run), census_panels().between(START_YEAR, LAST_YEAR)
    for name in ("agency_share", "unfilled_fte", "caseload"):
        assert np.array_equal(np.isnan(seen[name]), np.isnan(census[name]))
    assert not np.isnan(run["agency_share"]).any()


def test_years_since_a_judgement_count_from_the_first_census_after_it() -> None:
    grades = np.full((37, 3), 2.0)
    grades[5:, 0] = 4.0  # judged in month 5: year 0 is month 12
    grades[:, 1] = 4.0  # inadequate from before the start: nobody knows since when
    grades[12:20, 2], grades[30:, 2] = 4.0, 4.0  # judged twice
    since = years_since_inadequate(grades)
    assert np.array_equal(since[:, 0], [np.nan, 0, 1, 2], equal_nan=True)
    assert np.isnan(since[:, 1]).all()
    assert np.array_equal(since[:, 2], [np.nan, 0, 1, 0], equal_nan=True)


def test_reporting_error_is_the_hindcasts() -> None:
    runs, seed, last = 2, 3, 2019
    exact, published = model_panels(runs=runs, seed=seed, draws=Draws.DEFAULT)
    ensemble = run_ensemble(
        record_scenario_of_patterns(), runs=runs, seed=seed, years=6, draws=Draws.DEFAULT
    )
    units = (*employers(), LONDON)
    shares = samples_of(ensemble, "permanent_share_of_workforce", units)[:, :, : last - START_YEAR]
    rows = [units.index(name) for name in scored_employers()]
    mine = 1.0 - published.between(2018, last)["agency_share"]
    known = np.isfinite(mine)
    theirs = np.moveaxis(shares[:, rows], 1, 2)
    assert mine[known] == pytest.approx(theirs[known], abs=1e-12)
    london = shares[:, units.index(LONDON)]
    assert published.between(2018, last).london == pytest.approx(london, abs=1e-12)
    first = exact.between(START_YEAR, START_YEAR), published.between(START_YEAR, START_YEAR)
    assert np.array_equal(*(one["agency_share"] for one in first), equal_nan=True)


def test_without_reporting_error_nothing_changes(run: Panels) -> None:
    runs = stacked([run, run])
    same = as_published(runs, [0.0, 0.0], 1)
    assert np.array_equal(same["agency_share"], runs["agency_share"])
    assert np.array_equal(same.london, runs.london)


def test_patterns_take_one_run_and_many_alike(run: Panels) -> None:
    seen = seen_through_the_census(run)
    many = stacked([seen, seen])
    for one in PATTERNS:
        if one.measure is not None:
            alone = float(one.of(seen))
            assert one.of(many) == pytest.approx([alone, alone], nan_ok=True)


# Anchors


def test_agency_staff_of_march_2017_are_all_accounted_for() -> None:
    spec = RunSpec(load_scenario(anchors.REFORM), 1, 0, anchors.TAX_YEARS_LOOKED_AT, Draws.DEFAULT)
    found = anchors.follow_agency_staff(spec)
    assert 0 < found.permanent < found.agency < 1
    assert found.permanent + found.agency < 1  # some have left
    assert found.before > 1_000


def test_who_bears_employer_costs_decides_what_the_reform_takes() -> None:
    values = anchors.anchored_values(runs=1, seed=1, draws=Draws.DEFAULT)
    assert values[anchors.PASSED_ON][0] < values[anchors.NOT_PASSED_ON][0] < 0
    assert values[anchors.GROWTH_WITH_CAP][0] < values[anchors.GROWTH_WITHOUT_CAP][0]
    assert set(values) == {one.name for one in PATTERNS if one.measure is None}
    assert all(np.isfinite(one).all() for one in values.values())
