"""Tables open right by a double click: marked as UTF-8, inert, and read back as they were meant."""

from __future__ import annotations

import codecs
import csv
import math
from pathlib import Path

import pandas as pd
import pytest

from sim.answers import cells, results
from sim.studies.verify.method.kept import table_apart
from sim.words.result_tables import print_files
from tests.interfaces.command import permanence

ACTIVE = ["=1+1", "+44 20", "-a", "@SUM(A1)", "\t=1", "-", "=HYPERLINK(1)", "'=1", "''-x"]
PLAIN = ["Bexley", "-1.5", "+3", "-2e-07", "", "'s", "a=b", "£ per hour", "0", "-inf"]
SMALL = ("--runs", "2", "--years", "1", "--jobs", "1", "--quiet")


@pytest.mark.parametrize("cell", ACTIVE)
def test_a_cell_that_would_act_does_not_and_is_read_as_it_was(cell: str) -> None:
    (written,) = cells.inert([cell])
    assert written.startswith("'")
    assert cells.as_meant([written]) == [cell]


@pytest.mark.parametrize("cell", PLAIN)
def test_a_number_or_a_word_stays_as_it_is(cell: str) -> None:
    assert cells.inert([cell]) == [cell]
    assert cells.as_meant([cell]) == [cell]


def test_a_number_is_written_as_one() -> None:
    for value in (-1.5, -1e-300, 0.1, -math.inf):
        assert cells.inert([results.number(value)]) == [repr(value)]


def test_a_table_is_marked_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    header, rows = ("name", "£"), [(cell, "-1.5") for cell in (*ACTIVE, *PLAIN)]
    results.write_table(path, header, rows)
    assert path.read_bytes().startswith(codecs.BOM_UTF8)
    assert table_apart(path, header, rows) is None
    assert list(pd.read_csv(path)) == list(header)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        written = [row[0] for row in csv.reader(stream)]
    assert not [cell for cell in written if cell.startswith(("=", "@", "\t"))]


def test_a_table_without_a_mark_or_quotes_still_reads(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text("name,value\n=1+1,-2.0\n", encoding="utf-8")
    assert table_apart(path, ("name", "value"), [("=1+1", "-2.0")]) is None


def test_a_table_longer_than_excel_holds_is_named_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short, long = tmp_path / "short.csv", tmp_path / "long.csv"
    short.write_bytes(b"1\n" * cells.MOST_EXCEL_ROWS)
    long.write_bytes(b"1\n" * (cells.MOST_EXCEL_ROWS + 1))
    print_files([short, long])
    one, other = capsys.readouterr().out.splitlines()[-2:]
    assert "Excel" not in one
    assert other.endswith("long.csv (1,048,577 rows; Excel opens the first 1,048,576)")


@pytest.mark.long
def test_a_scenario_named_as_a_formula_is_inert_and_its_result_is_verified(tmp_path: Path) -> None:
    (tmp_path / "=1+1.toml").write_text('extends = "no-cap"\n', encoding="utf-8")
    typed = ("compare", "baseline", "=1+1.toml", *SMALL, "--out", "both")
    assert permanence(*typed, folder=tmp_path).code == 0
    for table in (tmp_path / "both").rglob("*.csv"):
        assert table.read_bytes().startswith(codecs.BOM_UTF8), table
        with table.open(encoding="utf-8-sig", newline="") as stream:
            found = [cell for row in csv.reader(stream) for cell in row]
        assert not [cell for cell in found if cell.startswith("=")], table
    answer = permanence("verify", "both", folder=tmp_path)
    assert answer.code == 0, answer
    assert permanence("report", "both", folder=tmp_path).code == 0
