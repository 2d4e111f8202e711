"""A borough's own figures: checked like a scenario, laid over the start, part of what is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.domain.borough_figures import BoroughFigures, own_figures_sentences, with_own_figures
from sim.domain.evidence import census_start
from sim.domain.opening_state import CensusStart
from sim.domain.quantities import declarations
from sim.experiments.prior import Draws
from sim.experiments.replicate import RunSpec, run_once
from sim.market.opening import opening_census
from sim.scenario import Scenario, ScenarioError, load_figures, load_scenario, scenario_from

JOINT = "Kingston upon Thames / Richmond upon Thames"
CENSUS = census_start(2023)
COLUMNS = ("posts", "permanent", "agency", "extra", "cases")


def scenario(figures: Any, extends: str = "baseline", **start: Any) -> Scenario:
    return scenario_from({"extends": extends, "start": {"figures": figures, **start}}, name="mine")


def at(census: CensusStart, name: str) -> dict[str, float]:
    place = census.employers.index(name)
    return {column: getattr(census, column)[place] for column in COLUMNS}


def laid_over(name: str = "Bexley", **figures: float) -> dict[str, float]:
    return at(with_own_figures(CENSUS, {name: BoroughFigures(**figures)}), name)


# Declared


def test_every_figure_says_its_unit_label_and_range_and_none_is_given_by_default() -> None:
    declared = declarations(BoroughFigures)
    assert set(declared) == set(BoroughFigures.model_fields)
    for one in declared.values():
        assert one.default is None
        assert one.unit
        assert one.label
        assert one.allowed is not None


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"Bexly": {"posts_fte": 3}}, "'Bexly' is not one of London's boroughs; did you mean Bexl"),
        ({"Bexley": {"post_fte": 3}}, "start.figures.Bexley.post_fte: unknown key (did you mean"),
        ({"Bexley": {"posts_fte": "3"}}, "given '3'; allowed: a number from 1 to 5000"),
        ({"Bexley": {"posts_fte": 9000}}, "given 9000; allowed: a number from 1 to 5000"),
        ({"Bexley": {"caseload_per_case_holder": 0}}, "allowed: a number from 1 to 60"),
        ({"Bexley": 3}, "start.figures.Bexley: given 3; allowed: a table of posts_fte"),
        (3, "start.figures: given 3; expected a table for each borough"),
        (
            {"Kingston upon Thames": {"posts_fte": 3}, "Richmond upon Thames": {"posts_fte": 3}},
            f"{JOINT} is given twice",
        ),
        (
            {"Bexley": {"posts_fte": 100, "permanent_fte": 50, "vacancies_fte": 60}},
            "given posts_fte 100, permanent_fte 50, vacancies_fte 60; allowed: posts_fte is",
        ),
        ({"Bexley": {"posts_fte": 100, "permanent_fte": 101}}, "permanent_fte is at most posts"),
        ({"Bexley": {"posts_fte": 100, "vacancies_fte": 101}}, "vacancies_fte is at most posts"),
        ({"Bexley": {"permanent_fte": 0, "vacancies_fte": 0}}, "one post at least"),
        (
            {"Bexley": {"posts_fte": 9, "permanent_fte": 8, "agency_cover_fte": 2}},
            "agency_cover_fte is at most the vacancies",
        ),
        ({"Bexley": {"agency_fte": 9, "agency_cover_fte": 10}}, "at most agency_fte"),
        (
            {"Bexley": {"salary_newly_qualified": 50_000, "salary_mid_scale": 40_000}},
            "salaries rise from newly qualified to top of scale",
        ),
    ],
)
def test_bad_figures_are_refused_in_one_sentence(figures: Any, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        scenario(figures)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("mine: start.figures")


def test_two_of_three_fix_the_third() -> None:
    found = [
        BoroughFigures(posts_fte=100, permanent_fte=60),
        BoroughFigures(posts_fte=100, vacancies_fte=40),
        BoroughFigures(permanent_fte=60, vacancies_fte=40),
    ]
    assert {own.establishment for own in found} == {(100.0, 60.0, 40.0)}


# Part of what a scenario is


def test_an_empty_table_changes_nothing() -> None:
    bare = load_scenario("baseline")
    for empty in ({}, {"Bexley": {}}):
        assert scenario(empty).fingerprint() == bare.fingerprint()
        assert scenario(empty).content() == bare.content()
    assert opening_census(bare.start) is census_start(2023)


def test_figures_are_in_content_and_fingerprint_and_survive_a_round_trip() -> None:
    mine = scenario({"bexley": {"posts_fte": 240}})
    assert mine.content()["start"]["figures"] == {"Bexley": {"posts_fte": 240.0}}
    assert mine.fingerprint() != load_scenario("baseline").fingerprint()
    assert Scenario(**mine.content()).fingerprint() == mine.fingerprint()


def test_set_reaches_a_figure() -> None:
    mine = load_scenario("baseline", ["start.figures.Bexley.posts_fte=240"])
    assert mine.start.figures == {"Bexley": BoroughFigures(posts_fte=240)}


def test_a_file_replaces_what_fixes_one_another_together_and_keeps_the_rest() -> None:
    first = scenario(
        {"Bexley": {"posts_fte": 200, "permanent_fte": 90, "caseload_per_case_holder": 15}}
    )
    merged = first.with_figures(
        {"Bexley": BoroughFigures(vacancies_fte=150), "Camden": BoroughFigures(agency_fte=3)}
    )
    assert merged.start.figures == {
        "Bexley": BoroughFigures(vacancies_fte=150, caseload_per_case_holder=15),
        "Camden": BoroughFigures(agency_fte=3),
    }


def test_a_file_of_figures_is_checked_and_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('["Richmond upon Thames"]\nposts_fte = 200\n', encoding="utf-8")
    bad.write_text('["Bexley"]\nagency_fte = -1\n', encoding="utf-8")
    assert load_figures(good) == {JOINT: BoroughFigures(posts_fte=200)}
    with pytest.raises(ScenarioError, match=r"bad.toml: .*Bexley.agency_fte: given -1; allowed"):
        load_figures(bad)
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_figures(tmp_path / "none.toml")


# Laid over a start


def test_only_the_employer_named_changes() -> None:
    changed = with_own_figures(CENSUS, {"Bexley": BoroughFigures(permanent_fte=90)})
    others = np.array(CENSUS.employers) != "Bexley"
    for column in COLUMNS:
        before, after = getattr(CENSUS, column), getattr(changed, column)
        np.testing.assert_array_equal(before[others], after[others])
        assert not after.flags.writeable
    assert changed.imputed[:-1] == CENSUS.imputed
    assert changed.imputed[-1].startswith("Bexley starts from the council's own figures")
    assert "permanent staff in post 90 FTE" in changed.imputed[-1]


def test_what_is_not_given_stays_by_the_stated_rule() -> None:
    before = at(CENSUS, "Bexley")
    vacancies = before["posts"] - before["permanent"]
    one = laid_over(permanent_fte=150)
    assert (one["posts"], one["permanent"]) == (before["posts"], 150)
    one = laid_over(permanent_fte=400)
    assert (one["posts"], one["permanent"], one["agency"]) == (400, 400, before["extra"])
    one = laid_over(vacancies_fte=vacancies + 10)
    assert (one["posts"], one["permanent"]) == (before["posts"] + 10, before["permanent"])
    unfilled = vacancies + before["extra"] - before["agency"]
    assert vacancies + 10 + one["extra"] - one["agency"] == unfilled
    one = laid_over(posts_fte=2 * before["posts"])
    assert one["permanent"] == 2 * before["permanent"]


def test_agency_staff_beyond_the_vacancies_are_above_the_establishment() -> None:
    one = laid_over(posts_fte=100, permanent_fte=80, agency_fte=50)
    assert (one["posts"], one["permanent"], one["agency"], one["extra"]) == (100, 80, 50, 30)
    one = laid_over(posts_fte=100, permanent_fte=80, agency_fte=50, agency_cover_fte=10)
    assert (one["agency"], one["extra"]) == (50, 40)


def test_cases_follow_staff_unless_a_caseload_is_given() -> None:
    place = CENSUS.employers.index("Bexley")
    share = CENSUS.case_holder_share[place]
    before, one = at(CENSUS, "Bexley"), laid_over(posts_fte=400, permanent_fte=300, agency_fte=50)
    assert one["cases"] / 350 == pytest.approx(
        before["cases"] / (before["permanent"] + before["agency"])
    )
    one = laid_over(
        permanent_fte=300, vacancies_fte=100, agency_fte=50, caseload_per_case_holder=20
    )
    assert one["cases"] / (share * 350) == pytest.approx(20)
    assert laid_over(salary_mid_scale=40_000) == before


FTE = st.one_of(st.none(), st.floats(0, 600))
DRAWN = st.fixed_dictionaries(
    {
        "posts_fte": st.one_of(st.none(), st.floats(1, 600)),
        "permanent_fte": FTE,
        "vacancies_fte": FTE,
        "agency_fte": FTE,
        "agency_cover_fte": FTE,
        "caseload_per_case_holder": st.one_of(st.none(), st.floats(1, 60)),
    }
)


@settings(max_examples=150, deadline=None)
@given(DRAWN, st.sampled_from(CENSUS.employers))
def test_whatever_is_accepted_keeps_the_promises_of_a_start(
    drawn: dict[str, float | None], name: str
) -> None:
    try:
        own = BoroughFigures(**drawn)
    except ValueError:
        return
    one = at(with_own_figures(CENSUS, {name: own}), name)
    assert 0 <= one["extra"] <= one["agency"]
    assert one["agency"] - one["extra"] <= one["posts"] - one["permanent"]
    assert 0 <= one["permanent"] <= one["posts"]
    for figure, column in (("permanent_fte", "permanent"), ("agency_fte", "agency")):
        value = getattr(own, figure)
        if value is not None:
            assert abs(one[column] - value) <= 0.5


def test_figures_hold_on_a_stylised_start_and_in_a_run() -> None:
    figures = {"Bexley": {"posts_fte": 194, "permanent_fte": 78, "agency_fte": 120}}
    mine = scenario(figures, extends="vicious-circle")
    opened = opening_census(mine.start)
    assert at(opened, "Bexley")["permanent"] == 78
    plain = opening_census(load_scenario("vicious-circle").start)
    assert at(opened, "Camden") == at(plain, "Camden")
    record = run_once(RunSpec(mine, 1, 0, 1, Draws.DEFAULT))
    from sim.experiments.run import _PLACES

    found = record.censuses()[_PLACES["permanent_share_of_workforce"], 0]
    assert found[record.units[1:].index("Bexley")] == pytest.approx(78 / 198)


def test_a_sentence_names_every_figure_with_its_unit() -> None:
    own = BoroughFigures(posts_fte=200, salary_mid_scale=41_500)
    (sentence,) = own_figures_sentences({"Bexley": own, "Camden": BoroughFigures()})
    assert "200 FTE" in sentence
    assert "£41,500 a year" in sentence
