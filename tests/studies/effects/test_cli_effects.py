"""`permanence effects`: tables by structure, what is sure, and bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.answers.structures import Pair, pairs
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.market.outcomes import OUTCOME
from sim.studies.effects import words
from sim.studies.effects.method import EFFECT_OUTCOMES, Effect
from tests.interfaces.command import files_in, permanence, too_wide

SMALL = ("--runs", "2", "--years", "1", "--jobs", "1", "--quiet")
ONE = ("--structure", "budget", "--bid-trigger", "vacancies")


def test_tables_show_every_lever_and_both_shares() -> None:
    answer = permanence("effects", "package", *SMALL, *ONE)
    assert answer.code == 0, answer.err
    for outcome in EFFECT_OUTCOMES:
        label = OUTCOME[outcome].label
        assert f"\n{label[0].upper()}{label[1:]}\n" in answer.out
    for lever in ("cap", "permanent offer", "newly qualified", "whole package"):
        assert answer.out.count(f"\n {lever} ") == len(EFFECT_OUTCOMES)
    assert "Assumptions fitted to" in answer.out
    assert "not identified by the data" in " ".join(answer.out.split())
    assert too_wide(answer.out) == []


FILES = {"answer.json", "effects.csv", "effects.xlsx", "manifest.json"}


@pytest.mark.slow
def test_the_file_the_json_and_the_jobs_agree(tmp_path: Path) -> None:
    typed = ("effects", "package", "--runs", "2", "--years", "1", "--quiet", *ONE)
    first = permanence(*typed, "--jobs", "1", "--json", "--out", str(tmp_path / "a"))
    again = permanence(*typed, "--jobs", "2", "--out", str(tmp_path / "b"))
    assert first.code == again.code == 0
    one, other = files_in(tmp_path / "a"), files_in(tmp_path / "b")
    assert set(one) == set(other) == FILES
    assert one["effects.csv"] == other["effects.csv"]
    rows = list(
        csv.DictReader((tmp_path / "a" / "effects.csv").read_text("utf-8-sig").splitlines())
    )
    told = json.loads(first.out)["effects"]
    assert len(rows) == len(told)
    for row, effect in zip(rows, told, strict=True):
        assert (row["lever"], row["outcome"]) == (effect["lever"], effect["outcome"])
        assert float(row["difference"]) == effect["difference"]


def test_a_folder_keeps_one_table_and_the_same_command_goes_on(tmp_path: Path) -> None:
    typed = ("effects", "package", *SMALL, *ONE, "--out", str(tmp_path / "e"))
    assert permanence(*typed).code == 0
    left = files_in(tmp_path / "e")
    manifest = json.loads(left["manifest.json"] or b"")
    assert manifest["complete"] is True
    assert manifest["structures"] == [{"hiring": "budget", "bid_trigger": "vacancies"}]
    assert manifest["scenario"]["levers"]["cap"]["members"] != 0
    other = permanence(*typed, "--seed", "2")
    more = permanence(*typed, "--structure", "responsive")
    assert (other.code, more.code) == (2, 2)
    assert "holds another result" in other.err
    assert files_in(tmp_path / "e") == left
    assert permanence(*typed).code == 0
    assert files_in(tmp_path / "e") == left


def test_a_structure_that_is_set_is_the_one_that_is_run() -> None:
    typed = ("effects", "package", *SMALL, "--json", "--set", "structure.bid_trigger=vacancies")
    answer = json.loads(permanence(*typed, "--structure", "budget").out)
    assert {(one["hiring"], one["bid_trigger"]) for one in answer["effects"]} == {
        ("budget", "vacancies")
    }
    assert answer["set"] == ["structure.bid_trigger=vacancies"]
    assert (answer["runs"], answer["parameter_draws"]) == (2, "posterior")


def test_a_lever_that_starts_too_late_is_said_to_change_nothing() -> None:
    """A lever the base does not use: one it uses would hold until the new terms take over."""
    place = "levers.neighbours"
    late = ("--set", f"{place}.premium=0.2", "--set", f"{place}.start=2040-01-01")
    told = " ".join(permanence("effects", "package", *SMALL, *ONE, *late).out.split())
    assert f"{place}.start=2040-01-01" in told
    assert "Neighbours alone changes nothing" in told
    assert "starts after the last month shown" in told
    assert "of uncertain sign under this structure: neighbours" not in told


def test_an_invented_past_is_said_to_be_one() -> None:
    told = " ".join(permanence("effects", "capped-circle", *SMALL, *ONE).out.split())
    assert "stylised" in told
    assert "whole package" not in told


# Words


def _effects(*intervals: tuple[float, float], lever: str = "tax") -> list[Effect]:
    places: list[Pair] = pairs(HiringStructure, BidTrigger)[: len(intervals)]
    return [
        Effect(pair, lever, outcome, 0.5, (low + high) / 2, low, high)
        for pair, (low, high) in zip(places, intervals, strict=True)
        for outcome in EFFECT_OUTCOMES
    ]


@pytest.mark.parametrize(
    ("intervals", "told"),
    [
        ([(0.1, 0.2), (0.1, 0.3)], "raised under every structure by tax."),
        ([(-0.2, -0.1), (-0.1, -0.1)], "lowered under every structure by tax."),
        (
            [(0.1, 0.2), (-0.1, 0.3)],
            "raised under some, uncertain under the others, by tax (1 of 2).",
        ),
        (
            [(-0.2, 0.2), (-0.3, -0.1)],
            "lowered under some, uncertain under the others, by tax (1 of",
        ),
        ([(0.1, 0.2), (-0.2, -0.1)], "raised under some but lowered under others by tax (raised 1"),
        ([(-0.1, 0.2), (-0.1, 0.1)], "of uncertain sign under every structure: tax."),
        ([(0.0, 0.0), (0.0, 0.0)], "nothing moves it."),
        ([(0.1, 0.2)], "raised under this structure by tax."),
    ],
)
def test_a_sign_holds_under_all_some_or_no_structures(
    intervals: list[tuple[float, float]], told: str
) -> None:
    for sentence, outcome in zip(words.signs(_effects(*intervals)), EFFECT_OUTCOMES, strict=True):
        assert f"{OUTCOME[outcome].label[1:]}: {told}" in sentence


@pytest.mark.parametrize(
    ("value", "measure", "told"),
    [
        (-0.0004, "share", "0.0"),
        (0.0123, "share", "+1.2"),
        (-54_399.0, "£ a filled post per year", "-54.4"),
        (-12.0, "£ a filled post per year", "0.0"),
        (-0.001, "changes", "0.00"),
        (-0.06, "changes", "-0.06"),
    ],
)
def test_a_difference_is_short_and_a_zero_has_no_sign(
    value: float, measure: str, told: str
) -> None:
    assert words.signed(value, measure) == told


# Bad input


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("pakage",), "did you mean 'package'"),
        (("package", "--structure", "x"), "--structure: given x; allowed"),
        (("from-2023", "--set", "levers.cap.members=0"), "has no lever that does anything"),
        (("package", "--out", "a-file"), "is a file, where a folder is expected"),
        (("package", "--out", "a-file/below"), "a-file/below: cannot be made"),
        (("package", "--out", "."), "is not empty and holds no result"),
        (("package", "--borough", "Bexly"), "did you mean Bexley"),
        (("package", "--set", "levers.cp.members=1"), "did you mean 'cap'"),
        (
            ("package", "--structure", "budget", "--set", "structure.hiring=budget"),
            "structure.hiring is given by --set too",
        ),
    ],
)
def test_bad_input_is_told_in_one_line(typed: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("mine")
    answer = permanence("effects", *typed, "--quiet", folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert list(files_in(tmp_path)) == ["a-file"]
