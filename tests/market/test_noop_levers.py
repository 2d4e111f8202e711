"""A lever at its no-op changes nothing, bit for bit, whatever else it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from sim.answers import results
from sim.domain.evidence import employers, scored_employers
from sim.domain.randomness import Purpose, Streams
from sim.ensemble.draws import Draws
from sim.ensemble.run import run_ensemble
from sim.rules.levers import Levers
from sim.rules.levers.members import members_of
from sim.scenario import Scenario, load_scenario, scenario_from
from tests.market.drawn import (
    agency_rules,
    caps,
    members,
    neighbours,
    offers,
    pipelines,
    preventions,
    structures,
    tax_regimes,
)
from tests.market.small_london import market_of, scenario, small_census
from tests.past import NO_CAP_2023

YEAR = 2023
NOBODY = st.sampled_from((0.0, []))
NO_EFFECT: dict[str, Any] = {
    "cap": st.tuples(caps(YEAR), NOBODY).map(lambda drawn: drawn[0] | {"members": drawn[1]}),
    "tax": tax_regimes(YEAR).map(
        lambda regime: regime | {"law": "enacted", "off_payroll": "enacted"}
    ),
    "permanent_offer": st.one_of(
        st.tuples(offers(YEAR), NOBODY).map(lambda drawn: drawn[0] | {"members": drawn[1]}),
        st.tuples(offers(YEAR), members).map(
            lambda drawn: (
                drawn[0]
                | {"caseload_relief": 0.0, "leadership": 0.0, "hiring_uplift": 0.0}
                | {"careers": 0.0, "retention_payment": 0.0, "salary_uplift": 0.0}
                | {"members": drawn[1]}
            )
        ),
    ),
    "newly_qualified": pipelines(YEAR).map(
        lambda pipeline: (
            pipeline | {"multiplier": 1.0, "step_up_multiplier": 1.0, "supervision_uplift": 0.0}
        )
    ),
    "agency_rules": agency_rules(YEAR).map(
        lambda rules: rules | {"experience_years": 0.0, "cooling_off_months": 0}
    ),
    "prevention": st.one_of(
        preventions(YEAR).map(lambda drawn: drawn | {"case_reduction": 0.0}),
        st.tuples(preventions(YEAR), NOBODY).map(lambda drawn: drawn[0] | {"members": drawn[1]}),
    ),
    "neighbours": neighbours(YEAR).map(lambda drawn: drawn | {"premium": 0.0}),
}
EFFECT: dict[str, dict[str, Any]] = {
    "cap": {"members": 0.5, "charge_rate_per_hour": 35.0},
    "tax": {"law": "frozen", "frozen_tax_year": "2016/17"},
    "permanent_offer": {"leadership": 0.3},
    "newly_qualified": {"multiplier": 3.0},
    "agency_rules": {"experience_years": 10.0, "cooling_off_months": 6},
    "prevention": {"case_reduction": 0.3, "lag_months": 6},
    "neighbours": {"premium": 0.5},
}
EVERY_LEVER = tuple(Levers.model_fields)
CENSUS = small_census(5, posts=[60, 50, 40, 50, 60], permanent=[40, 40, 25, 30, 55], agency=5)


def panel_of(planned: Scenario, years: int = 2) -> np.ndarray:
    market = market_of(planned, CENSUS, years=years)
    market.run()
    market.release()
    return market.panel


@pytest.mark.parametrize("lever", NO_EFFECT)
@given(data=st.data())
@settings(
    derandomize=True,
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_a_lever_at_its_no_op_leaves_every_recorded_number_as_it_was(
    lever: str, data: DataObject
) -> None:
    structure = data.draw(structures)
    plain = scenario(structure=structure)
    told = scenario(structure=structure, **{lever: data.draw(NO_EFFECT[lever])})
    assert getattr(told.levers, lever).is_no_op
    np.testing.assert_array_equal(panel_of(told), panel_of(plain))


def test_no_lever_is_forgotten_here() -> None:
    assert tuple(NO_EFFECT) == tuple(EFFECT) == EVERY_LEVER


@pytest.mark.parametrize("lever", EFFECT)
def test_a_lever_that_is_set_does_change_something(lever: str) -> None:
    assert not np.array_equal(panel_of(scenario(**{lever: EFFECT[lever]})), panel_of(scenario()))


@pytest.mark.parametrize("lever", EFFECT)
def test_a_lever_that_starts_after_the_horizon_changes_nothing(lever: str) -> None:
    late = EFFECT[lever] | {"start": "2025-10-01"}
    np.testing.assert_array_equal(panel_of(scenario(**{lever: late})), panel_of(scenario()))


@pytest.mark.parametrize("lever", EFFECT)
def test_no_lever_touches_the_start(lever: str) -> None:
    early = EFFECT[lever] | {"start": "2010-01-01"}
    told = market_of(scenario(**{lever: early}), CENSUS)
    plain = market_of(scenario(), CENSUS)
    np.testing.assert_array_equal(told.panel[0], plain.panel[0])
    assert told.route == plain.route


def test_result_files_at_a_no_op_are_the_same_but_for_the_name(tmp_path: Path) -> None:
    cap = {"members": [], "charge_rate_per_hour": 20.0, "start": "2023-10-01", "uprated": True}
    offer = {"members": 0.0, "leadership": 2.0, "caseload_bar": 8.0}
    told = {"levers": {"cap": cap, "permanent_offer": offer}}
    files = []
    for name, content in (("plain", {}), ("told", told)):
        ensemble = run_ensemble(
            scenario_from(content, name), runs=1, seed=4, years=1, draws=Draws.POSTERIOR
        )
        folder = tmp_path / name
        folder.mkdir()
        results.write_result(ensemble, folder)
        files.append(
            [
                (folder / kind).read_text("utf-8").replace(f"{name},", "NAME,")
                for kind in (results.SUMMARY, results.PANEL, results.COLUMNS)
            ]
        )
    assert files[0] == files[1]


# Scenarios that ship


def test_baseline_with_nobody_in_the_cap_is_no_cap() -> None:
    never = ["levers.cap.start=2016-01-01", "levers.cap.members=0"]
    lapsed = load_scenario("baseline", never)
    no_cap = load_scenario("no-cap")
    assert lapsed.fingerprint() == no_cap.fingerprint()
    assert lapsed.fingerprint() != load_scenario("baseline").fingerprint()
    np.testing.assert_array_equal(panel_of(lapsed, 1), panel_of(no_cap, 1))


def test_no_cap_has_no_cap() -> None:
    assert load_scenario("no-cap").levers.cap.is_no_op
    assert not load_scenario("baseline").levers.cap.is_no_op
    no_cap, off = load_scenario("no-cap"), load_scenario("baseline", ["levers.cap=off"])
    np.testing.assert_array_equal(panel_of(no_cap, 1), panel_of(off, 1))
    bare = load_scenario(NO_CAP_2023)
    np.testing.assert_array_equal(panel_of(bare, 1), panel_of(bare.without_levers(), 1))


def test_what_a_scenario_is_called_is_no_part_of_what_it_does() -> None:
    told = load_scenario("no-cap").model_copy(update={"name": "x", "title": "y", "why": "z"})
    assert told.fingerprint() == load_scenario("no-cap").fingerprint()
    np.testing.assert_array_equal(panel_of(told, 1), panel_of(load_scenario("no-cap"), 1))


# Who belongs


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 5_000))
@settings(derandomize=True, max_examples=200)
def test_a_larger_share_only_adds_members(one: float, other: float, seed: int) -> None:
    few, many = (
        members_of(share, employers(), Streams(seed), Purpose.PLEDGE_ORDER)
        for share in sorted((one, other))
    )
    assert np.all(many[few])


@pytest.mark.parametrize(
    ("share", "count"), [(0.0, 0), (1.0, 31), (0.5, 16), (2 / 3, 21), (0.016, 0), (0.0162, 1)]
)
def test_a_share_is_of_the_31_employers_without_the_city_rounded_half_up(
    share: float, count: int
) -> None:
    joined = members_of(share, employers(), Streams(1), Purpose.PLEDGE_ORDER)
    assert joined.sum() == count
    assert not joined[employers().index("City of London")]


def test_who_joins_first_differs_from_run_to_run_and_lever_to_lever() -> None:
    def joined(replicate: int, purpose: Purpose) -> list[bool]:
        return members_of(0.5, employers(), Streams(1, replicate), purpose).tolist()

    assert joined(0, Purpose.PLEDGE_ORDER) != joined(1, Purpose.PLEDGE_ORDER)
    assert joined(0, Purpose.PLEDGE_ORDER) != joined(0, Purpose.OFFER_MEMBERS)
    assert joined(0, Purpose.PLEDGE_ORDER) == joined(0, Purpose.PLEDGE_ORDER)


def test_every_employer_is_as_likely_as_any_other_to_join() -> None:
    runs = 600
    joined = sum(
        members_of(0.5, employers(), Streams(1, run), Purpose.PLEDGE_ORDER) for run in range(runs)
    )
    scored = [employers().index(name) for name in scored_employers()]
    expected, spread = runs * 16 / 31, np.sqrt(runs * 0.25)
    assert np.all(np.abs(joined[scored] - expected) < 4 * spread)


@pytest.mark.parametrize("place", ["Kingston upon Thames", "Richmond upon Thames"])
def test_either_of_two_places_binds_the_joint_employer(place: str) -> None:
    content = {"extends": "no-cap", "levers": {"cap": {"members": [place, "Barnet"]}}}
    market = market_of(scenario_from(content), small_census(31), years=1)
    market.step()
    bound = {borough.name for borough in market.boroughs if borough.is_member}
    assert bound == {"Barnet", "Kingston upon Thames / Richmond upon Thames"}


def test_the_city_joins_only_by_name() -> None:
    joined = members_of(("City of London",), employers(), Streams(1), Purpose.PLEDGE_ORDER)
    assert [name for name, is_in in zip(employers(), joined, strict=True) if is_in] == [
        "City of London"
    ]
