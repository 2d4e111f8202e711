"""`permanence effects`: tables by structure, what is sure, and bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.experiments.effects import EFFECT_OUTCOMES
from sim.market.outcomes import OUTCOME
from tests.interfaces.command import files_in, permanence, too_wide

SMALL = ("--runs", "2", "--years", "1", "--jobs", "1", "--quiet")
ONE = ("--structure", "budget", "--bid-trigger", "vacancies")


def test_tables_show_every_lever_and_both_shares() -> None:
    answer = permanence("effects", "package", *SMALL, *ONE)
    assert answer.code == 0, answer.err
    for outcome in EFFECT_OUTCOMES:
        assert OUTCOME[outcome].label in answer.out
    for lever in ("cap", "permanent offer", "newly qualified", "whole package"):
        assert answer.out.count(f"\n {lever} ") == len(EFFECT_OUTCOMES)
    assert "Not calibrated" in answer.out
    assert "not identified by the data" in " ".join(answer.out.split())
    assert too_wide(answer.out) == []


def test_the_file_the_json_and_the_jobs_agree(tmp_path: Path) -> None:
    typed = ("effects", "package", "--runs", "2", "--years", "1", "--quiet", *ONE)
    first = permanence(*typed, "--jobs", "1", "--json", "--out", str(tmp_path / "a"))
    again = permanence(*typed, "--jobs", "2", "--out", str(tmp_path / "b"))
    assert first.code == again.code == 0
    one, other = files_in(tmp_path / "a"), files_in(tmp_path / "b")
    assert one == other
    rows = list(csv.DictReader((tmp_path / "a" / "effects.csv").read_text("utf-8").splitlines()))
    told = json.loads(first.out)["effects"]
    assert len(rows) == len(told)
    for row, effect in zip(rows, told, strict=True):
        assert (row["lever"], row["outcome"]) == (effect["lever"], effect["outcome"])
        assert float(row["difference"]) == effect["difference"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("pakage",), "did you mean 'package'"),
        (("package", "--structure", "x"), "--structure: given x; allowed"),
        (("baseline", "--set", "levers.cap.members=0"), "has no lever that does anything"),
        (("package", "--out", "a-file"), "is a file, where a folder is expected"),
    ],
)
def test_bad_input_is_told_in_one_line(typed: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("mine")
    answer = permanence("effects", *typed, "--quiet", folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert list(files_in(tmp_path)) == ["a-file"]
