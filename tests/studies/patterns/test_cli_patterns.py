"""`permanence patterns`: fitted, held out and anchored apart, and the page that says so."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from sim.studies.patterns.method.pattern_list import HEADINGS, PATTERNS
from sim.studies.patterns.method.patterns import Standing, result
from sim.studies.patterns.words import PAGE_HEAD, TITLES, page, said
from tests.interfaces.command import files_in, permanence, too_wide

PAGE = Path(__file__).parents[3] / "docs" / "patterns.md"
SMALL = ("patterns", "--runs", "2", "--quiet")


def test_every_pattern_has_target_band_value_and_verdict(tmp_path: Path) -> None:
    out, document = tmp_path / "p", tmp_path / "page.md"
    answer = permanence(*SMALL, "--jobs", "1", "--out", str(out), "--write-docs", str(document))
    assert answer.code == 0, answer.err
    places = [answer.out.index(title) for title in TITLES.values()]
    assert places == sorted(places)
    assert too_wide(answer.out.partition("Saved:")[0]) == []
    text = " ".join(answer.out.split())
    assert "Assumptions fitted to" in text
    assert all(heading in text for heading in HEADINGS.values())
    assert "The census itself lies outside" in text
    rows = list(csv.DictReader((out / "patterns.csv").read_text("utf-8-sig").splitlines()))
    assert [(int(row["number"]), row["pattern"]) for row in rows] == [
        (one.number, one.name) for one in PATTERNS
    ]
    for row in rows:
        middle = float(row["q50"] or "nan")
        inside = float(row["band_low"]) <= middle <= float(row["band_high"])
        wanted = "no run" if row["q50"] == "" else ("pass" if inside else "miss")
        assert row["verdict"] == wanted
    assert facts(document.read_text("utf-8")) == facts(PAGE.read_text("utf-8"))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers_on_one_process_or_two(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    told = [
        json.loads(permanence(*SMALL, "--jobs", jobs, "--out", str(folder), "--json").out)
        for jobs, folder in zip(("1", "2"), folders, strict=True)
    ]
    assert files_in(folders[0]) == files_in(folders[1])
    assert told[0]["patterns"] == told[1]["patterns"]
    assert [one["standing"] for one in told[0]["patterns"]] == [one.standing for one in PATTERNS]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--runs", "0"), "allowed: a whole number from 1"),
        (("--out", "a-file"), "is a file, where a folder is expected"),
        (("--write-docs", "nowhere/page.md"), "allowed: a file in a folder that is there"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    typed: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("kept")
    before = files_in(tmp_path)
    answer = permanence("patterns", *typed, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert files_in(tmp_path) == before


# The page

OF_RUNS = {"model", "80 % of runs", "runs in band", "verdict", "without reporting error"}


def facts(text: str) -> list[tuple[str, ...]]:
    """Return the tables' cells that do not depend on runs."""
    kept = [place for place, name in enumerate(PAGE_HEAD) if name not in OF_RUNS]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [tuple(row[place] for place in kept) for row in rows if len(row) == len(PAGE_HEAD)]


def test_the_page_in_the_documents_has_every_pattern_as_the_table_has_it() -> None:
    nothing = np.full(1, np.nan)
    fresh = page([result(one, nothing, nothing) for one in PATTERNS], [])
    written = PAGE.read_text("utf-8")
    assert facts(written) == facts(fresh), "run `make patterns` and read what changed"
    assert len(facts(written)) == len(PATTERNS) + len(Standing)
    for number, heading in HEADINGS.items():
        assert f"**{number}. {heading}**" in written
    assert "no run" not in written


def test_numbers_are_said_as_a_person_reads_them() -> None:
    share, plain = (next(one for one in PATTERNS if one.unit == unit) for unit in ("share", ""))
    assert said(0.7431, share) == "74.3"
    assert said(-0.0001, share) == "0.0"
    assert said(0.816, plain) == "0.82"
    assert said(None, plain) == said(float("nan"), plain) == "-"
