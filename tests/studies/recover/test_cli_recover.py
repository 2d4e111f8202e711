"""`permanence recover`: a table that says how little it shows, and a folder to go on from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.studies.recover import question as cli_recover
from sim.studies.recover import words
from sim.studies.recover.method import recovery as r
from sim.studies.recover.method.recovery import HEADLINE
from tests.interfaces.command import files_in, permanence, too_wide
from tests.studies.recover.test_recovery import QUICK

TWO = ("recover", "--truths", "2", "--jobs", "1", "--quiet")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PRIOR_DRAWS": 64, "CANDIDATES": 64, "PRIOR_FLOWS": 16}.items():
        monkeypatch.setattr(r, name, value)
    monkeypatch.setattr(cli_recover, "SETTINGS", QUICK)


@pytest.mark.slow
def test_the_table_says_what_was_found_and_the_folder_goes_on(small: None, tmp_path: Path) -> None:
    out, document = tmp_path / "found", tmp_path / "recovery.csv"
    answer = permanence(*TWO, "--out", "found", "--write-docs", "recovery.csv", folder=tmp_path)
    assert answer.code == 0, answer.err
    assert too_wide(answer.out) == []
    for label in words.LABELS.values():
        assert label in answer.out
    assert " of 2 " in answer.out
    text = " ".join(answer.out.split())
    assert "Each is fitted under its own structure" in text
    assert "as wide as the prior" in text
    assert document.read_bytes() == (out / "recovery.csv").read_bytes()
    before = (out / "truth-01.json").read_bytes()
    (out / "truth-02.json").write_text("half a fi")
    again = permanence(*TWO, "--out", str(out), "--json")
    assert again.code == 0, again.err
    assert (out / "truth-01.json").read_bytes() == before
    assert document.read_bytes() == (out / "recovery.csv").read_bytes()
    told = json.loads(again.out)
    assert told["must_be_recovered"] == list(HEADLINE)
    assert [one["truth"] for one in told["truths"]] == [1, 2]
    assert told["quantities"][0]["truths"] == 2
    other = permanence(*TWO, "--out", str(out), "--seed", "2")
    assert other.code == 2
    assert "holds another result" in other.err


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--truths", "0"), "allowed: a whole number from 1"),
        (("--truths", "many"), "given many; allowed: a whole number from 1"),
        (("--out", "a-file"), "is a file, where a folder is expected"),
        (("--write-docs", "nowhere/found.csv"), "allowed: a file in a folder that is there"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    typed: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("kept")
    before = files_in(tmp_path)
    answer = permanence("recover", *typed, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert files_in(tmp_path) == before
