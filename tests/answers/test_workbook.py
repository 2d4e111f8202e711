"""Workbooks: numbers read back as they are, text cannot act, the same tables the same bytes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sim.answers.answer import Answer, Table, sheets_of
from sim.answers.books import KINDS, ensemble_sheets
from sim.answers.workbook import Sheet, format_of, write_workbook
from sim.ensemble.run import Ensemble, run_ensemble
from sim.market.outcomes import OUTCOMES
from sim.scenario import load_scenario
from sim.studies.money.method.money import Books

ACTS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")')


@pytest.fixture(scope="module")
def opened() -> Books:
    return Books()


@pytest.fixture(scope="module")
def ensemble(opened: Books) -> Ensemble:
    return run_ensemble(load_scenario("package"), runs=2, seed=1, years=1, each=opened.add)


def test_a_text_that_would_act_is_a_text_also_once_its_cell_is_edited(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [Sheet("a", ACTS, ACTS, [ACTS])])
    tab = openpyxl.load_workbook(path)["a"]
    cells = [cell for row in tab.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.quotePrefix for cell in cells} == {True}
    assert sorted({cell.value for cell in cells}) == sorted(ACTS)


def test_numbers_are_numbers_with_formats_and_keep_their_decimals(tmp_path: Path) -> None:
    rows = [("share", 0.8754321, date(2026, 4, 1), True), ("£ per year", -1234567.891, None, False),
            ("£ per hour", float("nan"), None, None)]  # fmt: skip
    path = write_workbook(
        tmp_path / "n.xlsx", [Sheet("n", (), ("unit", "value", "day", "is"), rows, 0)]
    )
    tab = openpyxl.load_workbook(path)["n"]
    share, money, nothing = (tab.cell(line, 2) for line in (2, 3, 4))
    assert (share.value, share.number_format) == (0.8754321, "0.0%")
    assert (money.value, money.number_format) == (-1234567.891, "£#,##0")
    assert nothing.value is None
    assert tab.cell(2, 3).value.date() == date(2026, 4, 1)
    assert tab.cell(2, 4).value is True
    assert format_of("FTE") == "#,##0.0"


def test_tabs_have_names_that_a_spreadsheet_takes_and_none_twice(tmp_path: Path) -> None:
    names = ["a/b:c*d?[e]", "a" * 40, "a" * 50, ""]
    path = write_workbook(tmp_path / "t.xlsx", [Sheet(name, (), (), []) for name in names])
    assert openpyxl.load_workbook(path).sheetnames == [
        "a b c d  e", "a" * 31, f"{'a' * 27} (2)", "Sheet",
    ]  # fmt: skip


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    sheets = [Sheet("a", ("title",), ("x",), [(1.5,)])]
    one, other = (write_workbook(tmp_path / name, sheets) for name in ("1.xlsx", "2.xlsx"))
    assert one.read_bytes() == other.read_bytes()


def test_an_answers_tables_read_back_as_their_csv(tmp_path: Path) -> None:
    table = Table.of("found", ("date", "name", "value"), [("2026-04-01", "=x", "0.1"),
                                                         ("2026-05-01", "y", "")])  # fmt: skip
    path = write_workbook(tmp_path / "x.xlsx", sheets_of(Answer("about", {}, tables=[table])))
    read = pd.read_excel(path, sheet_name=None)
    assert list(read) == ["Answer", "found", "Sources"]
    assert read["found"]["value"].tolist()[0] == 0.1
    assert read["found"]["name"].tolist() == ["=x", "y"]
    assert read["found"]["date"].tolist()[0] == pd.Timestamp("2026-04-01")


def test_years_go_across_and_outcomes_down(ensemble: Ensemble, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "e.xlsx", ensemble_sheets([ensemble]))
    wide = pd.read_excel(path, sheet_name="By year", skiprows=2)
    assert list(wide.columns) == ["scenario", "outcome", "unit", "statistic", "2025", "2026"]
    assert len(wide) == 4 * len(OUTCOMES)
    of = wide[(wide["outcome"] == "permanent share of posts") & (wide["statistic"] == "mean")]
    assert of["2026"].item() == ensemble.of("permanent_share_of_posts")[:, -1].mean()
    assert path.stat().st_size < 1_000_000


def test_spending_adds_up_to_moneys_bill_to_the_pound(
    ensemble: Ensemble, opened: Books, tmp_path: Path
) -> None:
    path = write_workbook(tmp_path / "e.xlsx", ensemble_sheets([ensemble]))
    wide = pd.read_excel(path, sheet_name="Spending", skiprows=3).set_index(["spent on", "measure"])
    for real, words in ((False, "pounds of the day"), (True, "start year's pay")):
        account = opened.account(real=real)
        bill = wide.loc[(KINDS[3], f"a year, {words}"), "2026"]
        assert bill == pytest.approx(account.bill[:, -1].mean(), abs=1.0)
        total = wide.loc[(KINDS[3], f"since the start, {words}"), "2026"]
        assert total == pytest.approx(account.bill[:, 1:].sum(axis=1).mean() / 12, abs=1.0)
        parts = sum(wide.loc[(kind, f"a year, {words}"), "2026"] for kind in KINDS[:3])
        assert parts == pytest.approx(bill, abs=1.0)


def test_boroughs_spending_adds_up_to_londons(ensemble: Ensemble, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "e.xlsx", ensemble_sheets([ensemble]))
    wide = pd.read_excel(path, sheet_name="Borough spending", skiprows=2)
    london = ensemble.of("agency_cost_per_year")[:, -1].mean()
    assert wide[wide["spent on"] == KINDS[0]]["2026"].sum() == pytest.approx(london, abs=1.0)
