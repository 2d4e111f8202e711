"""`permanence forecast`: a forecast is written down once, and fails or not by its own rule."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sim.domain.evidence import latest_census_year, scored_employers
from sim.domain.headline import WORKFORCE
from sim.domain.vocabulary import LONDON
from tests.interfaces.command import files_in, permanence, too_wide
from tests.studies.forecast.dfe_file import dfe_file, dfe_rows, written

pytestmark = pytest.mark.long

SMALL = ("--runs", "2", "--jobs", "1", "--quiet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the census of 2024 has been forecast from that of 2023."""
    place = tmp_path_factory.mktemp("registered")
    typed = ("forecast", "register", "--from", "2023", *SMALL, "--json")
    answer = permanence(*typed, folder=place)
    assert answer.code == 0, answer.err
    (place / "answer.json").write_text(answer.out)
    return place


@pytest.fixture(scope="module")
def file(folder: Path) -> Path:
    (path,) = (folder / "docs" / "forecasts").glob("2024-09-30-registered-*.json")
    return path


def test_what_is_told_is_what_the_file_says(folder: Path, file: Path) -> None:
    told = json.loads((folder / "answer.json").read_text())
    kept = json.loads(file.read_text("utf-8"))
    assert {key: told[key] for key in kept} == kept
    assert kept["standing"] == "trial"
    assert kept["registered"] == file.stem[-10:] <= str(datetime.now(UTC).date())
    assert set(kept["forecasts"]["Permanence"][WORKFORCE]) == {*scored_employers(), LONDON}


def test_a_readable_page_lies_beside_it(file: Path) -> None:
    text = file.with_suffix(".md").read_text("utf-8")
    kept = json.loads(file.read_text("utf-8"))
    assert text.startswith("# Forecast of the census of 30 September 2024\n")
    for words in (kept["sha256"], "What counts as failure", "state space", "Bexley", "trial"):
        assert words in text
    low, high = (100 * kept["forecasts"]["Permanence"][WORKFORCE][LONDON][end] for end in (0, -1))
    assert f"({low:.1f} to {high:.1f} %)" in text


def test_registering_again_is_refused_unless_it_says_that_it_does_not_count(
    folder: Path, file: Path
) -> None:
    before = files_in(folder)
    typed = ("forecast", "register", "--from", "2023", *SMALL)
    answer = permanence(*typed, folder=folder)
    assert answer.code == 2
    assert "the first is the one that counts" in answer.err
    assert answer.err.count("\n") == 1
    assert files_in(folder) == before
    answer = permanence(*typed, "--again", folder=folder)
    assert answer.code == 0, answer.err
    assert too_wide(answer.out.split("Saved:")[0]) == []
    after = files_in(folder)
    assert after.items() >= before.items()
    (new,) = [name for name in after.keys() - before.keys() if name.endswith(".json")]
    assert list(json.loads((folder / new).read_text("utf-8"))["earlier"]) == [file.name]


def test_scoring_says_by_the_rule_whether_it_failed(file: Path, tmp_path: Path) -> None:
    answer = permanence("forecast", "score", str(file))
    assert answer.code == 0, answer.err
    text = " ".join(answer.out.split())
    assert "By the rule registered with it, the forecast" in text
    assert "This is a trial and counts for nothing" in text
    for words in ("state space", "persistence", "agency staff, FTE", "census is"):
        assert words in text
    assert too_wide(answer.out) == []
    out = tmp_path / "scores"
    told = json.loads(permanence("forecast", "score", str(file), "--json", "--out", str(out)).out)
    rows = csv.DictReader((out / "forecast-scores.csv").read_text("utf-8-sig").splitlines())
    for row in rows:
        score = told["boroughs"][row["measure"]][row["forecaster"]]
        assert float(row["rmse"]) == score["rmse"]
        assert float(row["coverage_90"]) == score["coverage"][-1]
    assert told["failed"] == any(one["failed"] for one in told["criteria"])


def test_the_dfes_file_and_the_shipped_census_say_the_same(file: Path, tmp_path: Path) -> None:
    given = ("--census", str(dfe_file(tmp_path, 2024)), "--json")
    own, theirs = (
        json.loads(permanence("forecast", "score", str(file), *more).out)
        for more in (("--json",), given)
    )
    for key in ("boroughs", "london", "criteria", "failed", "sha256"):
        assert own[key] == theirs[key]


def test_bad_files_are_told_in_one_line(file: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.json"
    odd.write_text(file.read_text("utf-8").replace('"seed": 1', '"seed": 2'), "utf-8")
    other_year = str(dfe_file(tmp_path, 2025))
    (tmp_path / "a-file").write_text("mine")
    faulty = [row | {"agency_fte": "?"} for row in dfe_rows(2024)]
    (tmp_path / "faulty").mkdir()
    table = str(written(tmp_path / "faulty", faulty))
    for typed, told in (
        ((str(odd),), "odd.json, key sha256: given"),
        ((str(tmp_path / "none.json"),), "none.json: cannot be read"),
        ((str(tmp_path),), "cannot be read"),
        ((str(file), "--census", other_year), "column time_period: found 2025, allowed: 2024"),
        ((str(file), "--census", table), "line 2, column agency_fte: found '?', allowed: a number"),
        ((str(file), "--out", str(tmp_path / "a-file")), "is a file, where a folder is expected"),
    ):
        answer = permanence("forecast", "score", *typed)
        assert answer.code == 2, typed
        assert told in answer.err
        assert answer.err.count("\n") == 1
        assert answer.out == ""


def test_the_next_census_is_registered_to_count_and_cannot_be_scored_yet(tmp_path: Path) -> None:
    typed = ("forecast", "register", "--folder", str(tmp_path), "--runs", "1", "--jobs", "1")
    answer = permanence(*typed, "--quiet")
    assert answer.code == 0, answer.err
    assert "This is the registration that counts" in " ".join(answer.out.split())
    year = latest_census_year() + 1
    (path,) = tmp_path.glob(f"{year}-09-30-registered-*.json")
    answer = permanence("forecast", "score", str(path))
    assert answer.code == 2
    assert f"allowed: the DfE's file with {year}" in answer.err


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--from", "2018"), "allowed: a whole number from 2019 to 2025"),
        (("--folder", "a-file"), "is a file, where a folder is expected"),
    ],
)
def test_bad_options_are_told_before_anything_runs(
    typed: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("mine")
    answer = permanence("forecast", "register", *typed, *SMALL, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert list(files_in(tmp_path)) == ["a-file"]
