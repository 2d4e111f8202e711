"""`permanence story`: claim, census, model and placebo side by side."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.interfaces.command import files_in, permanence, too_wide

SMALL = ("--runs", "2", "--jobs", "1", "--quiet")


def test_a_story_shows_claim_census_policy_and_placebo() -> None:
    answer = permanence("story", "bexley", *SMALL, "--years", "5")
    assert answer.code == 0, answer.err
    text = " ".join(answer.out.split())
    assert "2018 around 90 % 81.5 %" in text
    assert "of the rise comes without the policy" in text
    assert "Of 3 censuses" in text
    assert "Claimed: around 90 %" in text
    assert "which looks like policy working" in text
    for outcome in ("share of the workforce", "share of posts", "unfilled posts"):
        assert outcome in text
    assert too_wide(answer.out) == []


@pytest.mark.slow
def test_files_hold_what_is_told(tmp_path: Path) -> None:
    out = tmp_path / "s"
    typed = ("story", "hillingdon", *SMALL, "--years", "4", "--out", str(out), "--json")
    told = json.loads(permanence(*typed).out)
    rows = list(csv.DictReader((out / "story.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == len(told["rows"]) == 3 * 5
    for row, figure in zip(rows, told["rows"], strict=True):
        assert float(row["policy"]) == figure["policy"]["mean"]
        assert float(row["placebo_q90"]) == figure["placebo"]["q90"]
    by_day = {(row["outcome"], row["date"]): row for row in rows}
    seen = by_day["permanent_share_of_workforce", "2017-09-30"]
    assert seen["claimed"] == "0.62"
    assert float(seen["census"]) == pytest.approx(0.619, abs=0.001)
    assert "what the council said" in (out / "story.svg").read_text("utf-8")


def test_a_story_goes_to_the_census_of_2023_unless_told_otherwise() -> None:
    rows = json.loads(permanence("story", "bromley", *SMALL, "--json").out)["rows"]
    assert max(row["year"] for row in rows) == 2023


def test_the_years_after_the_record_have_no_census() -> None:
    typed = ("story", "bromley", *SMALL, "--years", "10", "--json")
    rows = json.loads(permanence(*typed).out)["rows"]
    assert all((row["census"] is None) == (row["year"] not in range(2017, 2026)) for row in rows)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("baseline",), "is not a council's story"),
        (("bexly",), "did you mean 'bexley'"),
        (("bexley", "--out", "a-file"), "is a file, where a folder is expected"),
        (("bexley", "--borough-data", "none.toml"), "none.toml: cannot be read"),
    ],
)
def test_bad_input_is_told_in_one_line(typed: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("mine")
    answer = permanence("story", *typed, *SMALL, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert list(files_in(tmp_path)) == ["a-file"]
