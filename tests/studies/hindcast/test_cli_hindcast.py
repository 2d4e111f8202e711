"""`permanence hindcast`: forecasts in a file, scores that name what beats the model."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.domain.evidence import employers, latest_census_year
from sim.domain.vocabulary import LONDON
from tests.interfaces.command import files_in, permanence, too_wide

pytestmark = pytest.mark.long

SMALL = ("--runs", "4", "--jobs", "1", "--quiet")


def test_the_score_is_published_whichever_way_it_falls() -> None:
    answer = permanence("hindcast", "--to", "2023", *SMALL)
    assert answer.code == 0, answer.err
    text = " ".join(answer.out.split())
    for name in ("persistence", "own mean", "own trend", "AR(1)", "state space"):
        assert name in text
    assert "Permanence 0.1.0, kept: 2024-2025 was held back until scored" in text
    assert "half model" not in text
    assert "by CRPS the model" in text
    assert "census is" in text
    assert "Assumptions fitted to" in text
    assert too_wide(answer.out) == []


def test_the_forecast_file_has_every_unit_year_and_measure(tmp_path: Path) -> None:
    out = tmp_path / "h"
    typed = ("hindcast", "--origin", "2021", "--to", "2025", "--out", str(out), "--quiet")
    answer = permanence(*typed, "--runs", "4", "--jobs", "1", "--json")
    rows = list(csv.DictReader((out / "forecast.csv").read_text("utf-8-sig").splitlines()))
    assert list(rows[0]) == [
        "origin", "unit", "year", "measure", "q05", "q10", "q25", "q50", "q75", "q90", "q95",
    ]  # fmt: skip
    assert {row["unit"] for row in rows} == {*employers(), LONDON}
    assert {row["year"] for row in rows} == {"2022", "2023", "2024", "2025"}
    assert all(0 <= float(row["q05"]) <= float(row["q95"]) <= 1 for row in rows)
    told = json.loads(answer.out)["london"]["permanent_share_of_posts"]["2025"]
    (london,) = [
        row
        for row in rows
        if (row["unit"], row["year"], row["measure"])
        == (LONDON, "2025", "permanent_share_of_posts")
    ]
    assert float(london["q50"]) == told["q50"]
    again = tmp_path / "again"
    permanence(*typed[:-3], "--out", str(again), "--quiet", "--runs", "4", "--jobs", "2")
    assert files_in(out) == files_in(again)


def test_the_file_has_every_gap_and_the_pool(tmp_path: Path) -> None:
    out = tmp_path / "h"
    asked = ("hindcast", "--to", "2022", "--pool", "--out", str(out), *SMALL)
    told = json.loads(permanence(*asked, "--json").out)
    rows = list(csv.DictReader((out / "scores.csv").read_text("utf-8-sig").splitlines()))
    by_name = {r["forecaster"]: r for r in rows if r["measure"] == "permanent_share_of_workforce"}
    assert {"half model, half state space", "Permanence 0.1.0, kept"} <= by_name.keys()
    assert any("equal weights" in note for note in told["notes"])
    for name, row in by_name.items():
        score = told["scores"]["permanent_share_of_workforce"][name]
        assert float(row["rmse"]) == score["rmse"]
        assert row["years"] == "2022-2022"
        for gap in score["gaps"]:
            assert float(row[f"{gap['measure']}_gap_q95"]) == gap["high"]
        assert len(score["gaps"]) == (0 if name == "Permanence" else 3)


@pytest.mark.long
def test_rolling_begins_where_baselines_do(tmp_path: Path) -> None:
    answer = permanence(
        "hindcast", "--rolling", "--pool", "--runs", "2", "--jobs", "1", "--quiet",
        "--out", str(tmp_path),
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert too_wide(answer.out.split("Saved:")[0]) == []
    assert "half/half" in answer.out
    rows = csv.DictReader((tmp_path / "origins.csv").read_text("utf-8-sig").splitlines())
    found = {(row["origin"], row["forecaster"]) for row in rows}
    origins = {origin for origin, _ in found}
    assert origins == {str(year) for year in range(2019, latest_census_year())}
    assert {(origin, "state space") for origin in origins} <= found


def test_past_the_data_nothing_is_scored() -> None:
    answer = permanence("hindcast", "--origin", "2025", "--to", "2026", *SMALL)
    assert "nothing can be scored" in " ".join(answer.out.split())


def test_too_few_years_make_no_baseline() -> None:
    answer = permanence("hindcast", "--origin", "2017", "--to", "2018", *SMALL)
    assert answer.code == 0, answer.err
    assert "Too few censuses" in answer.out


def test_later_policy_can_be_left_out() -> None:
    asked = ("hindcast", "--to", "2024", *SMALL, "--json")
    with_it, without = (
        json.loads(permanence(*asked, *more).out) for more in ((), ("--without-later-policy",))
    )
    assert with_it["london"] != without["london"]
    assert any("is left out" in note for note in without["notes"])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--origin", "2016"), "allowed: a whole number from 2017 to 2025"),
        (("--origin", "2021", "--to", "2021"), "allowed: a year after --origin 2021"),
        (("--rolling", "--origin", "2021"), "--origin: --rolling is given too"),
        (("--rolling", "--to", "2023"), "--to: --rolling is given too"),
        (("--out", "a-file"), "is a file, where a folder is expected"),
    ],
)
def test_bad_input_is_told_in_one_line(typed: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("mine")
    answer = permanence("hindcast", *typed, *SMALL, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert list(files_in(tmp_path)) == ["a-file"]
