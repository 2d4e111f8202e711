"""`permanence sweep`: table, findings from the numbers, files, and going on where it stopped."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.words.tables import shown
from tests.interfaces.command import files_in, permanence, too_wide

SMALL = ("--runs", "2", "--years", "2", "--jobs", "1", "--quiet")
OVER = ("--over", "levers.cap.tolerance=0.03,0.3")


def test_a_table_a_finding_and_what_stands_beside_them() -> None:
    answer = permanence("sweep", "cap-with-defection", *OVER, "--against", "no-cap", *SMALL)
    assert answer.code == 0, answer.err
    text = " ".join(answer.out.split())
    assert "'No cap': its level, and the paired difference from it" in text
    assert "too few points or leavers to tell a cascade from a smear" in text
    assert "a cascade, not a smear" not in text
    assert "can be luck" in text
    assert "In a bad case (1 in 10)" in text
    assert "if nobody else could leave" in text or "have cause to by themselves" in text
    assert "Assumptions fitted to" in text
    assert "posts stand empty" in text
    assert too_wide(answer.out) == []


@pytest.mark.slow
def test_every_column_is_there_for_one_number_and_for_two() -> None:
    for more in ((), ("--over", "levers.cap.charge_rate_per_hour=40,45")):
        typed = ("sweep", "cap-with-defection", *OVER, *more, "--against", "no-cap", *SMALL)
        answer = permanence(*typed)
        lines = answer.out.splitlines()
        row = next(line for line in lines if line.startswith(" 0.03"))
        told = json.loads(permanence(*typed, "--json").out)
        left = told["points"][0]["outcomes"]["defectors_at_end"]["mean"]
        assert any(line.endswith(" left") for line in lines)
        high = told["points"][-1]["against"]["unfilled_share_of_posts"]["q90"]
        paired = answer.out.split("the paired difference")[1]
        assert any(
            line.endswith(f"..{shown(high, 'share', signed=True)}") for line in paired.splitlines()
        )
        assert row.split()[-1] == f"{left:.0f}"
        assert too_wide(answer.out) == []


def test_what_is_set_is_set_in_the_scenario_against_too(tmp_path: Path) -> None:
    typed = (*OVER, "--against", "no-cap", "--set", "parameters.bid_speed=0.3", *SMALL)
    out = tmp_path / "s"
    assert permanence("sweep", "cap-with-defection", *typed, "--out", str(out)).code == 0
    manifests = [json.loads(path.read_text("utf-8")) for path in out.glob("*/manifest.json")]
    assert len(manifests) == 3
    assert {one["scenario"]["parameters"]["bid_speed"] for one in manifests} == {0.3}


def test_nobody_leaves_a_strict_cap() -> None:
    strict = ("--set", "levers.cap.enforcement=strict")
    answer = permanence("sweep", "cap-with-defection", *OVER, *strict, *SMALL)
    assert "Nobody leaves the cap at any point." in answer.out


@pytest.mark.slow
def test_files_hold_the_numbers_and_a_second_time_runs_nothing(tmp_path: Path) -> None:
    typed = ("sweep", "cap-with-defection", *OVER, *SMALL, "--out", str(tmp_path / "s"))
    first = permanence(*typed, "--json")
    assert first.code == 0, first.err
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert len(kept) == 2 * 2 * 2  # points, runs, and the same with a cap nobody may leave
    rows = list(csv.DictReader((tmp_path / "s" / "sweep.csv").read_text("utf-8-sig").splitlines()))
    told = json.loads(first.out)
    posts = [row for row in rows if row["outcome"] == "permanent_share_of_posts"]
    for row, point in zip(posts, told["points"], strict=True):
        assert float(row["levers.cap.tolerance"]) == point["at"]["levers.cap.tolerance"]
        assert float(row["mean"]) == point["outcomes"]["permanent_share_of_posts"]["mean"]
    assert (tmp_path / "s" / "sweep.png").is_file()
    assert permanence(*typed, "--json").out == first.out
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == kept


@pytest.mark.slow
def test_two_numbers_make_a_grid(tmp_path: Path) -> None:
    grid = ("--over", "levers.cap.members=0.5,1.0")
    out = ("--out", str(tmp_path / "g"))
    answer = permanence("sweep", "pan-london-cap", *OVER, *grid, *SMALL, *out, "--json")
    assert len(json.loads(answer.out)["points"]) == 4
    assert "Heat map" in (tmp_path / "g" / "sweep.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--over", "levers.cap.tolerence=0,1"), "did you mean 'levers.cap.tolerance'"),
        ((*OVER, *OVER), "one key, or two different ones"),
        ((*OVER, "--set", "levers.cap.tolerance=0.1"), "tolerance: is given by --set too"),
        ((*OVER, "--against", "nocap"), "did you mean 'no-cap'"),
        ((*OVER, "--against", "vicious-circle"), "only scenarios with one start date"),
        ((*OVER, "--out", "a-file"), "is a file, where a folder is expected"),
        ((), "Missing option"),
    ],
)
def test_bad_input_is_told_in_one_line(typed: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("mine")
    answer = permanence("sweep", "cap-with-defection", *typed, *SMALL, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert list(files_in(tmp_path)) == ["a-file"]
