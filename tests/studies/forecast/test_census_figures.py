"""A census as the DfE publishes it is read as the table that ships was made from it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sim.domain.evidence import EvidenceError, census_cell, employers
from sim.domain.headline import POSTS, WORKFORCE
from sim.domain.published import published_figure
from sim.domain.vocabulary import LONDON
from sim.studies.forecast.method.census_figures import (
    AGENCY,
    MEASURES,
    TURNOVER,
    VACANCIES,
    VACANCY_SHARE,
    read_figures,
    shipped_figures,
)
from tests.studies.forecast.dfe_file import dfe_file, dfe_rows, written


def test_the_shipped_census_says_what_the_project_scores_against() -> None:
    figures = shipped_figures(2024)
    for unit in (*employers(), LONDON):
        for measure in (WORKFORCE, POSTS):
            assert figures.of(measure, unit) == pytest.approx(
                published_figure(measure, 2024, unit), nan_ok=True
            )
    bexley = {m: census_cell(2024, "Bexley", m).value for m in ("permanent_fte", "vacancies_fte")}
    permanent, vacancies = bexley["permanent_fte"], bexley["vacancies_fte"]
    assert permanent is not None
    assert vacancies is not None
    assert figures.of(VACANCIES, "Bexley") == vacancies
    assert figures.of(VACANCY_SHARE, "Bexley") == vacancies / (permanent + vacancies)
    assert figures.of(AGENCY, LONDON) == census_cell(2024, LONDON, "agency_fte").value
    assert figures.of(TURNOVER, LONDON) == census_cell(2024, LONDON, "turnover_share").value


def test_a_figure_that_is_withheld_or_faulty_is_unknown() -> None:
    assert shipped_figures(2024).of(WORKFORCE, "Westminster") is None
    assert shipped_figures(2025).of(POSTS, "Westminster") is None
    assert shipped_figures(2019).of(POSTS, "Waltham Forest") is None


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_the_dfes_file_gives_the_same_as_the_table(year: int, tmp_path: Path) -> None:
    read, own = read_figures(dfe_file(tmp_path, year), year), shipped_figures(year)
    for unit in (*employers(), LONDON):
        for measure in MEASURES:
            assert read.of(measure, unit) == own.of(measure, unit), (unit, measure)


def test_a_byte_order_mark_other_years_and_the_rest_of_england_do_no_harm(tmp_path: Path) -> None:
    path = dfe_file(tmp_path, 2024)
    text = path.read_text("utf-8")
    leeds = text.splitlines()[-1].replace(LONDON, "Leeds").replace("Regional", "Local authority")
    old = "\n".join(line.replace("2024,", "2023,", 1) for line in text.splitlines()[1:])
    path.write_text(f"{text}{leeds}\n{old}\n", "utf-8-sig")
    assert read_figures(path, 2024).cells == shipped_figures(2024).cells


def test_a_number_may_have_a_comma_in_it(tmp_path: Path) -> None:
    rows = dfe_rows(2024)
    rows[-1]["inpost_fte"] = "5,870.2"
    found = read_figures(written(tmp_path, rows), 2024)
    assert found.cells[LONDON, "permanent_fte"] == 5870.2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"time_period": "2025"}, "column time_period: found 2025, allowed: 2024"),
        ({"agency_rate_fte": "many"}, "column agency_rate_fte: found 'many', allowed: a number"),
        ({"agency_rate_fte": "140"}, "column agency_rate_fte: found '140', allowed: a number from"),
        ({"vacancy_fte": "-3"}, "column vacancy_fte: found '-3'"),
        ({"turnover_rate_fte": "nan"}, "column turnover_rate_fte: found 'nan'"),
    ],
)
def test_what_is_no_figure_is_refused(change: dict[str, str], told: str, tmp_path: Path) -> None:
    rows = [row | change for row in dfe_rows(2024)]
    with pytest.raises(EvidenceError, match=told):
        read_figures(written(tmp_path, rows), 2024)


def test_a_missing_column_row_or_file_is_told(tmp_path: Path) -> None:
    rows = dfe_rows(2024)
    with pytest.raises(EvidenceError, match="found no row for Bexley in 2024"):
        read_figures(written(tmp_path, [r for r in rows if r["la_name"] != "Bexley"]), 2024)
    with pytest.raises(EvidenceError, match="found no row for London in 2024"):
        read_figures(written(tmp_path, rows[:-1]), 2024)
    with pytest.raises(EvidenceError, match="one row for London in 2024"):
        read_figures(written(tmp_path, [*rows, rows[-1]]), 2024)
    less = [{k: v for k, v in row.items() if k != "vacancy_fte"} for row in rows]
    with pytest.raises(EvidenceError, match="line 1: found no column vacancy_fte"):
        read_figures(written(tmp_path, less), 2024)
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_figures(tmp_path / "none.csv", 2024)
    (tmp_path / "odd.csv").write_bytes(b"\x80\x81\xff")
    with pytest.raises(EvidenceError, match="is not a table"):
        read_figures(tmp_path / "odd.csv", 2024)
    (tmp_path / "short.csv").write_text("\n".join([",".join(rows[0]), "2024,x"]))
    with pytest.raises(EvidenceError, match="line 2: found 2 cells"):
        read_figures(tmp_path / "short.csv", 2024)


def test_the_file_of_the_tests_is_laid_out_as_the_dfes(tmp_path: Path) -> None:
    with dfe_file(tmp_path, 2024).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["la_name"] for row in rows[:-1]] == list(employers())
    assert rows[-1]["region_name"] == LONDON
