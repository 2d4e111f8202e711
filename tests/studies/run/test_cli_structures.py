"""`--structure` and `--bid-trigger`: one rival structure, or a headline under each."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.domain.vocabulary import HIRING_LABELS, BidTrigger, HiringStructure
from sim.words.tables import shown
from tests.interfaces.command import permanence, too_wide

SMALL = ("--runs", "2", "--years", "1", "--jobs", "1", "--quiet")


def answered(*typed: str) -> str:
    answer = permanence(*typed, *SMALL)
    assert answer.code == 0, answer.err
    return answer.out


def test_one_structure_is_the_scenario_with_that_structure() -> None:
    chosen = ("--structure", "budget", "--bid-trigger", "vacancies", "--json")
    set_by_hand = ("--set", "structure.hiring=budget", "--set", "structure.bid_trigger=vacancies")
    one = json.loads(answered("run", "baseline", *chosen))
    other = json.loads(answered("run", "baseline", *set_by_hand, "--json"))
    assert one["outcomes"] == other["outcomes"]


@pytest.mark.slow
def test_all_shows_every_pair_with_its_fit_and_one_sentence_on_the_circle() -> None:
    text = answered("run", "baseline", "--structure", "all")
    for hiring in HiringStructure:
        for trigger in BidTrigger:
            assert f"{HIRING_LABELS[hiring]}, {trigger}" in " ".join(text.split())
    assert text.count("budget") >= 4  # two rows in each table
    assert "Without a cap the circle closes" in text
    assert "2018-2021" in text
    assert too_wide(text) == []


def test_all_triggers_under_one_structure_are_two_pairs() -> None:
    typed = ("run", "baseline", "--structure", "budget", "--bid-trigger", "all", "--json")
    found = json.loads(answered(*typed))["structures"]
    assert [(row["hiring"], row["bid_trigger"]) for row in found] == [
        ("budget", "unfilled"),
        ("budget", "vacancies"),
    ]
    assert all(row["misses_record_by_points"] > 0 for row in found)


@pytest.mark.slow
def test_a_comparison_gives_old_new_and_difference_under_each(tmp_path: Path) -> None:
    typed = ("compare", "no-cap", "pan-london-cap", "--bid-trigger", "all", "--out")
    text = answered(*typed, str(tmp_path / "all"))
    assert text.count(" > ") == 2 * 4
    with (tmp_path / "all" / "structures.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {(row["scenario"], row["bid_trigger"]) for row in rows} == {
        (scenario, trigger.value)
        for scenario in ("no-cap", "pan-london-cap")
        for trigger in BidTrigger
    }
    as_json = json.loads(answered(*typed[:-1], "--json"))
    for row in as_json["structures"]:
        assert {one["outcome"] for one in row["differences"]["pan-london-cap"]}
        for one in row["differences"]["pan-london-cap"][:4]:  # whole, not cut at the edge
            ends = (shown(one[end], one["unit"], signed=True) for end in ("q10", "q90"))
            assert "..".join(ends) in text.split()


@pytest.mark.slow
def test_the_same_command_again_uses_what_is_there(tmp_path: Path) -> None:
    typed = ("run", "no-cap", "--bid-trigger", "all", "--out", str(tmp_path / "all"))
    first = answered(*typed)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert len(kept) == 4
    assert answered(*typed) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == kept


def test_a_policy_keeps_the_half_of_its_structure_that_is_not_named(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'title = "t"\nextends = "pan-london-cap"\nwhy = "w"\n'
        '[structure]\nbid_trigger = "vacancies"\n',
        encoding="utf-8",
    )
    text = " ".join(answered("compare", "no-cap", str(own), "--structure", "budget").split())
    # What nobody has named is drawn: the bid trigger of no-cap.
    assert "boroughs bid on unfilled posts or vacancies, hiring is budget-limited" in text
    assert "of 't': boroughs bid on vacancies, hiring is budget-limited" in text


@pytest.mark.slow
def test_a_boroughs_file_and_notes_are_the_boroughs(tmp_path: Path) -> None:
    typed = ("run", "no-cap", "--bid-trigger", "all", "--borough", "Bexley", "--out")
    found = json.loads(answered(*typed, str(tmp_path / "all"), "--json"))
    assert any(note.startswith("Bexley has about") for note in found["notes"])
    with (tmp_path / "all" / "structures.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {row["unit"] for row in rows} == {"Bexley"}
    shown = found["structures"][0]["outcomes"]["no-cap"]
    assert [float(row["value"]) for row in rows[: len(shown)]] == [row["value"] for row in shown]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--structure", "responsve"), "--structure: given responsve; allowed: responsive,"),
        (("--bid-trigger", "gaps"), "--bid-trigger: given gaps; allowed: unfilled, vacancies, all"),
        (
            ("--structure", "budget", "--set", "structure.hiring=budget"),
            "structure.hiring is given by --set too",
        ),
        (
            ("--structure", "all", "--set", "structure.bid_trigger=vacancies"),
            "structure.bid_trigger is given by --set too",
        ),
        (
            ("--structure", "budget", "--set", 'structure={hiring="budget"}'),
            "structure.hiring is given by --set too",
        ),
    ],
)
def test_bad_input_is_told_in_one_line(typed: tuple[str, ...], told: str) -> None:
    answer = permanence("run", "baseline", *typed, *SMALL)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
