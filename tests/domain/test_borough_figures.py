"""A council's own figures: laid over the census, checked, and nothing where nothing is given."""

from __future__ import annotations

import tomllib
from pathlib import Path
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
from sim.domain.vocabulary import WorkerState
from sim.interfaces.cli.borough_data import app
from sim.market.model import LondonMarket
from sim.rules.pay_bands import BANDS, bands_of
from sim.scenario import ScenarioError, load_figures, load_scenario, scenario_from
from sim.twin.london import Twin
from sim.words.own_figures import started_from

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


def test_grades_are_the_permanent_staff_unless_they_are_given_and_disagree() -> None:
    grades = {
        "permanent_under_2_years_fte": 60,
        "permanent_2_to_5_years_fte": 50,
        "permanent_over_5_years_fte": 90,
    }
    assert start_with(**grades).permanent[BEXLEY] == 200
    assert start_with(**grades, permanent_fte=201).permanent[BEXLEY] == 201
    with pytest.raises(ValueError, match="add up to permanent_fte"):
        BoroughFigures(**grades, permanent_fte=190)
    with pytest.raises(ValueError, match="all three grades"):
        BoroughFigures(permanent_under_2_years_fte=60)


def test_agents_and_twin_open_with_own_grades_and_price_and_nobody_else_is_moved() -> None:
    own = {
        "permanent_under_2_years_fte": 60,
        "permanent_2_to_5_years_fte": 50,
        "permanent_over_5_years_fte": 90,
        "charge_rate_per_hour": 47.5,
    }
    plain, mine = (LondonMarket(told(one), rng=1, years=1) for one in ({}, {"Bexley": own}))
    place = mine.employers.index("Bexley")
    others = np.arange(len(mine.employers)) != place
    assert mine.opening_charges[place] == 47.5
    np.testing.assert_array_equal(mine.opening_charges[others], plain.opening_charges[others])
    assert grades_of(mine, "Bexley") == [60, 50, 90]
    assert grades_of(mine, "Barnet") == grades_of(plain, "Barnet")
    twin = Twin(told({"Bexley": own}), {}, 1)
    assert twin.opening_charges[0, place] == 47.5
    np.testing.assert_allclose(twin.stages[:, 0, place], [30, 30, 50 / 3, 100 / 3, 90])


def grades_of(market: LondonMarket, name: str) -> list[int]:
    rows, place = market.workforce.rows, market.employers.index(name)
    size = market.workforce.size
    is_theirs = (rows.state[:size] == WorkerState.PERMANENT) & (rows.employer[:size] == place)
    bands = bands_of(-rows.qualified_month[:size][is_theirs])
    return np.bincount(bands, minlength=BANDS).tolist()


def test_figures_are_from_the_start_to_today() -> None:
    assert told({"Bexley": {"permanent_fte": 180, "as_of": "2026-06-30"}})
    for day in ("2025-06-30", "2099-01-01"):
        with pytest.raises(ScenarioError, match="allowed: from 2025-09-30, the start, to"):
            told({"Bexley": {"permanent_fte": 180, "as_of": day}})


def test_newer_figures_say_that_they_are_and_far_ones_are_questioned() -> None:
    start = told({"Bexley": {"permanent_fte": 400, "as_of": "2026-06-30"}}).start
    first, second = started_from(start)
    assert "of 30 June 2026, as if they were the start's" in first
    assert second.startswith("Check Bexley's permanent staff in post: given 400, where in 2025 it")
    assert started_from(told({"Bexley": {"permanent_fte": 180}}).start)[1:] == []


def test_a_storys_figures_are_called_assumed_and_own_ones_are_refused_there() -> None:
    story = load_scenario("bexley")
    (said,) = started_from(story.start)
    assert said.startswith("Bexley starts from figures that its scenario assumes: ")
    with pytest.raises(ScenarioError, match="starts in a stylised 2014"):
        story.with_figures({"Bexley": BoroughFigures(permanent_fte=180)})


@pytest.mark.parametrize("text", ["borough,figure,value\n", "[Bexley]\n"])
def test_a_file_without_a_figure_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / ("own.csv" if "," in text else "own.toml")
    path.write_text(text)
    with pytest.raises(ScenarioError, match="holds no figure"):
        load_figures(path)


def test_what_windows_takes_for_plain_text_is_read_with_the_right_lines(tmp_path: Path) -> None:
    text = "sep=;\r\nborough;figure;value;unit\r\nBexley;charge_rate_per_hour;{};£ per hour\r\n"
    (tmp_path / "own.csv").write_bytes(text.format(47.5).encode("cp1252"))
    assert load_figures(tmp_path / "own.csv")["Bexley"].charge_rate_per_hour == 47.5
    (tmp_path / "own.csv").write_bytes(text.format("n/a").encode("cp1252"))
    with pytest.raises(ScenarioError, match=r"line 3: .*'n/a'; allowed: a number"):
        load_figures(tmp_path / "own.csv")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_spreadsheet_says_the_same_as_a_toml_file(mark: str, tmp_path: Path) -> None:
    rows = [("Borough", "Figure", "Value", "unit"), ("Bexley", "permanent_fte", "180", "FTE")]
    rows += [("Bexley", "as_of", "2026-06-30", "date"), ("Bexley", "vacancies_fte", "", "FTE")]
    text = "\r\n".join(mark.join(row) for row in rows)
    (tmp_path / "own.csv").write_bytes(text.encode("utf-8-sig"))
    (tmp_path / "own.toml").write_text("[Bexley]\npermanent_fte = 180\nas_of = 2026-06-30\n")
    assert load_figures(tmp_path / "own.csv") == load_figures(tmp_path / "own.toml")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("team,fte\nA,1\n", "line 1: no column borough and no figure and no value"),
        ("borough,figure,value\nBexley,permanent_fte,£180\n", "permanent_fte: given '£180'; "
         "write 180"),
        ("borough,figure,value\nBexley,permanent_fte,1\nBexley,permanent_fte,2\n",
         "line 3: Bexley.permanent_fte is given twice"),
        ("borough,figure,value\nBexley,agency_fte,-3\n", "line 2: Bexley.agency_fte: given -3"),
        ("borough,figure,value\n,agency_fte,3\n", "line 2: given a value without a borough"),
        ("borough,figure,value\nBexly,agency_fte,3\n", "did you mean Bexley"),
    ],
)  # fmt: skip
def test_a_bad_spreadsheet_is_one_sentence(rows: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(rows, "utf-8")
    with pytest.raises(ScenarioError) as fault:
        load_figures(tmp_path / "own.csv")
    assert "own.csv" in str(fault.value)
    assert said in str(fault.value).replace("own.csv, ", "")
    assert len(str(fault.value)) < 400


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
        ({"Bexley": 3}, "allowed: a table of as_of, posts_fte"),
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
