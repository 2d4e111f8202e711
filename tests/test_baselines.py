"""Three scenarios with seed 1 still give the numbers that were written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import rewrite_baselines
from tests.rewrite_baselines import (
    COMMAND,
    FOLDER,
    MONTHS,
    OUTCOMES,
    SCENARIOS,
    differences,
    worked_out,
    written_down,
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_numbers_are_those_written_down(scenario: str) -> None:
    moved = differences(written_down(scenario), worked_out(scenario))
    told = "\n  ".join(moved)
    assert not moved, (
        f"{scenario}: {len(moved)} numbers moved:\n  {told}\n"
        f"If that is meant, run\n  {COMMAND}\nand say in the commit why."
    )


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_number_is_written_down(scenario: str) -> None:
    kept = written_down(scenario)
    assert list(kept) == [f"month {month}" for month in MONTHS]
    assert all(tuple(numbers) == OUTCOMES for numbers in kept.values())


def test_there_is_a_file_for_each_scenario_and_no_other() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.json" for name in SCENARIOS}


# The comparison itself


def test_a_number_that_moves_is_named_with_old_value_new_value_and_change() -> None:
    old = {"month 0": {"posts_fte": 200.0, "bench_fte": 0.0}}
    new = {"month 0": {"posts_fte": 200.0 * (1 + 1e-8), "bench_fte": 1.0}}
    assert differences(old, new) == [
        "month 0, posts_fte: 200 -> 200.000002 (+0.000%)",
        "month 0, bench_fte: 0 -> 1",
    ]


def test_a_number_that_comes_or_goes_is_named() -> None:
    told = differences({"month 0": {"old": 1.0}}, {"month 0": {"new": 2.0}})
    assert told == ["month 0, old: 1 -> none", "month 0, new: none -> 2"]


def test_the_last_digits_of_another_platform_are_no_difference() -> None:
    assert differences({"m": {"x": 7_598.0}}, {"m": {"x": 7_598.0 * (1 + 1e-11)}}) == []


def test_rewriting_states_what_moved_and_leaves_files_that_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rewrite_baselines, "FOLDER", tmp_path / "new")
    monkeypatch.setattr(rewrite_baselines, "SCENARIOS", ("no-cap",))
    rewrite_baselines.main()
    count = len(MONTHS) * len(OUTCOMES)
    assert f"no-cap: {count} numbers moved" in capsys.readouterr().out
    rewrite_baselines.main()
    assert capsys.readouterr().out == "no-cap: unchanged\n"
