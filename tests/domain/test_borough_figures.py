"""A council's own figures: laid over the census, checked, and nothing where nothing is given."""

from __future__ import annotations

import tomllib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sim.domain.borough_figures import BoroughFigures, with_own_figures
from sim.domain.evidence import census_start
from sim.domain.opening_census import opening_census
from sim.domain.start import Start
from sim.interfaces.cli.borough_data import app
from sim.market.model import LondonMarket
from sim.scenario import ScenarioError, load_figures, load_scenario, scenario_from

BEXLEY = census_start(2023).employers.index("Bexley")


def start_with(**own: float) -> Any:
    return with_own_figures(census_start(2023), {"Bexley": BoroughFigures(**own)})


def told(figures: dict[str, Any]) -> Any:
    return scenario_from({"extends": "baseline", "start": {"figures": figures}})


def test_two_of_posts_permanent_and_vacancies_fix_the_third() -> None:
    for own in (
        {"posts_fte": 250, "permanent_fte": 150},
        {"posts_fte": 250, "vacancies_fte": 100},
        {"permanent_fte": 150, "vacancies_fte": 100},
    ):
        census = start_with(**own)
        assert (census.posts[BEXLEY], census.permanent[BEXLEY]) == (250, 150)


def test_one_figure_alone_leaves_what_it_can_as_it_was() -> None:
    before = census_start(2023)
    more = start_with(vacancies_fte=80)
    assert more.permanent[BEXLEY] == before.permanent[BEXLEY]
    fewer = start_with(permanent_fte=100)
    assert fewer.posts[BEXLEY] == before.posts[BEXLEY]
    unfilled = before.posts - before.permanent - before.agency + before.extra
    now = fewer.posts - fewer.permanent - fewer.agency + fewer.extra
    assert now[BEXLEY] == unfilled[BEXLEY]


def test_agency_staff_that_vacancies_have_no_room_for_are_extra() -> None:
    census = start_with(permanent_fte=200, vacancies_fte=30, agency_fte=50)
    assert census.agency[BEXLEY] == 50
    assert census.extra[BEXLEY] == 20


def test_a_caseload_is_the_caseload_it_starts_with() -> None:
    planned = told({"Bexley": {"caseload_per_case_holder": 21.5}})
    market = LondonMarket(planned, rng=1)
    assert market.outcome("caseload_per_case_holder", "Bexley") == pytest.approx(21.5)
    other = LondonMarket("baseline", rng=1)
    for name in ("Barnet", "Camden"):
        outcome = "caseload_per_case_holder"
        assert market.outcome(outcome, name) == other.outcome(outcome, name)


def test_other_employers_keep_the_census() -> None:
    census, before = start_with(permanent_fte=50, agency_fte=200), census_start(2023)
    for column in ("posts", "permanent", "agency", "extra", "cases"):
        ours = np.delete(getattr(census, column), BEXLEY)
        np.testing.assert_array_equal(ours, np.delete(getattr(before, column), BEXLEY))
    assert "Bexley starts from the council's own figures" in census.imputed[-1]


def test_own_figures_hold_at_a_stylised_start_too() -> None:
    planned = scenario_from(
        {
            "extends": "vicious-circle",
            "start": {"figures": {"Bexley": {"permanent_fte": 75, "vacancies_fte": 120}}},
        }
    )
    census = opening_census(planned.start)
    assert (census.permanent[BEXLEY], census.posts[BEXLEY]) == (75, 195)


fte = st.one_of(st.none(), st.floats(0, 400))


@given(
    st.fixed_dictionaries(dict.fromkeys(("posts_fte", "permanent_fte", "vacancies_fte"), fte)),
    fte,
    fte,
)
@settings(derandomize=True, max_examples=300)
def test_a_start_keeps_its_promises_whatever_is_given(
    establishment: dict[str, float | None], agency: float | None, cover: float | None
) -> None:
    try:
        own = BoroughFigures(**establishment, agency_fte=agency, agency_cover_fte=cover)
    except ValueError:
        return
    census = with_own_figures(census_start(2023), {"Bexley": own})
    assert np.all(census.permanent >= 0)
    assert np.all(census.permanent <= census.posts)
    assert np.all(census.extra >= 0)
    assert np.all(census.extra <= census.agency)
    assert np.all(census.agency - census.extra <= census.posts - census.permanent)


# Salaries


def test_own_salaries_are_paid_and_move_the_gap_of_one_borough() -> None:
    market = LondonMarket(told({"Bexley": {"salary_top_of_scale": 55_000.0}}), rng=1)
    plain = LondonMarket("baseline", rng=1)
    gross, before = (m.pay.permanent.gross_pay for m in (market, plain))
    assert gross[BEXLEY, -1] == pytest.approx(55_000.0)
    np.testing.assert_allclose(gross[BEXLEY] / before[BEXLEY], 55_000.0 / before[BEXLEY, -1])
    np.testing.assert_array_equal(np.delete(gross, BEXLEY, 0), np.delete(before, BEXLEY, 0))
    premium, usual = (m.pay.log_premium[BEXLEY, -1, 0] for m in (market, plain))
    assert premium < usual


# No figures, no difference


@pytest.mark.parametrize("figures", [{}, {"Bexley": {}}])
def test_an_empty_table_changes_nothing(figures: dict[str, Any]) -> None:
    planned = told(figures)
    assert planned.fingerprint() == load_scenario("baseline").fingerprint()
    assert opening_census(planned.start) is census_start(2025)


def test_figures_are_part_of_what_a_scenario_does() -> None:
    planned = told({"Bexley": {"agency_fte": 40}})
    assert planned.fingerprint() != load_scenario("baseline").fingerprint()
    assert planned.content()["start"]["figures"] == {"Bexley": {"agency_fte": 40.0}}
    worked_out = {"name", "fixed_parameters", "fixed_structure"}
    assert scenario_from(planned.model_dump(mode="json", exclude=worked_out))


def test_a_second_file_replaces_figures_that_fix_each_other_together() -> None:
    first = BoroughFigures(permanent_fte=150, vacancies_fte=100, agency_fte=80)
    second = BoroughFigures(posts_fte=200, permanent_fte=180)
    assert first.replaced_by(second).given() == {
        "posts_fte": 200,
        "permanent_fte": 180,
        "agency_fte": 80,
    }


# Faults


@pytest.mark.parametrize(
    ("figures", "told_so"),
    [
        ({"Bexly": {"posts_fte": 3}}, "did you mean Bexley"),
        ({"Bexley": {"post_fte": 3}}, "did you mean 'posts_fte'"),
        ({"Bexley": {"posts_fte": "3"}}, "given '3'; allowed: a number from 1 to 5000"),
        ({"Bexley": {"posts_fte": 9_000}}, "given 9000; allowed"),
        ({"Bexley": 3}, "allowed: a table of posts_fte"),
        ({"Bexley": {"posts_fte": 100, "permanent_fte": 50, "vacancies_fte": 60}}, "together"),
        ({"Bexley": {"posts_fte": 100, "permanent_fte": 150}}, "at most posts_fte"),
        ({"Bexley": {"agency_fte": 10, "agency_cover_fte": 20}}, "at most agency_fte"),
        (
            {"Bexley": {"salary_mid_scale": 40_000, "salary_top_of_scale": 30_000}},
            "salaries rise",
        ),
        (
            {
                "Kingston upon Thames": {"posts_fte": 3},
                "Richmond upon Thames": {"posts_fte": 3},
            },
            "given twice",
        ),
    ],
)
def test_figures_that_cannot_be_are_refused(figures: dict[str, Any], told_so: str) -> None:
    with pytest.raises(ScenarioError, match=told_so):
        told(figures)


def test_a_file_that_is_not_there_is_told(tmp_path: Any) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_figures(tmp_path / "none.toml")


@pytest.mark.parametrize("year", [2023, 2025])
def test_a_template_that_nobody_changed_changes_nothing(year: int) -> None:
    stated = {name: template_of(name, year) for name in census_start(year).employers}
    plain, same = opening_census(Start(year=year)), opening_census(Start(year=year, figures=stated))
    for field in ("posts", "permanent", "agency", "extra", "cases", "case_holder_share"):
        assert np.array_equal(getattr(plain, field), getattr(same, field)), field


def test_the_template_is_of_the_census_the_baseline_starts_from() -> None:
    text = CliRunner().invoke(app, ["template", "Bexley"]).stdout
    year = load_scenario("baseline").start.year
    assert tomllib.loads(text)["Bexley"] == template_of("Bexley", year)


def template_of(name: str, year: int) -> dict[str, float]:
    """Return what the command's template fills in for an employer, salaries left out."""
    text = CliRunner().invoke(app, ["template", name, "--year", str(year)]).stdout
    return tomllib.loads(text)[name]


def test_a_caseload_that_differs_by_a_tenth_is_heard() -> None:
    stated = template_of("Bexley", 2023)
    stated["caseload_per_case_holder"] += 0.1
    plain = opening_census(Start(year=2023))
    other = opening_census(Start(year=2023, figures={"Bexley": stated}))
    place = plain.employers.index("Bexley")
    assert other.cases[place] > plain.cases[place]
