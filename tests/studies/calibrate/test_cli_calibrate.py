"""`permanence calibrate`: a toy calibration from end to end, resumed, refused, and told apart."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.domain.posterior import parse_posterior
from sim.studies.calibrate.method.targets import target_list
from sim.studies.calibrate.words.sentences import TARGET_LABELS, band, in_unit
from tests.interfaces.command import Answer, files_in, permanence, too_wide

TOY = (
    "calibrate", "--structure", "budget", "--bid-trigger", "vacancies", "--population", "20",
    "--prior-draws", "64", "--most-simulations", "150", "--draws", "10", "--check-runs", "1",
)  # fmt: skip
TABLES = {
    "posterior.csv", "calibration.csv", "targets.csv", "parameters.csv", "correlations.csv",
    "prior_check.csv", "manifest.json",
}  # fmt: skip


def calibrated(folder: Path, *more: str) -> Answer:
    answer = permanence(*TOY, "--jobs", "1", "--quiet", "--out", str(folder), *more)
    assert answer.code == 0, answer.err
    return answer


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


@pytest.mark.slow
def test_a_toy_calibration_from_end_to_end(tmp_path: Path) -> None:
    out = tmp_path / "toy"
    answer = permanence(*TOY, "--jobs", "1", "--quiet", "--out", "toy", folder=tmp_path)
    assert answer.code == 0, answer.err
    assert too_wide(answer.out) == []
    assert answer.err == ""
    text = " ".join(answer.out.split())
    for said in (
        "budget-limited, vacancies", "Fitted to London's record of 2017-2021 alone",
        "Not identified", "what those do is not identified", "Go together most",
        "Prior: its middle 90 %", "1 run of the agent model", "Stopped before the least tolerance",
    ):  # fmt: skip
        assert said in text, said
    assert all(label.split()[0] in text for label in TARGET_LABELS.values())
    assert set(files_in(out)) > TABLES
    posterior = parse_posterior("it", (out / "posterior.csv").read_bytes())
    assert [len(next(iter(table.values()))) for table in posterior.tables.values()] == [10]
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["complete"] is True
    assert manifest["calibration"]["settings"]["population"] == 20
    (row,) = rows_of(out / "calibration.csv")
    assert (row["seed"], row["draws"], row["agent_runs"]) == ("1", "10", "1")
    assert float(row["twin_distance_q50"]) > 0.0
    for target in rows_of(out / "targets.csv"):
        assert float(target["twin_q05"]) <= float(target["twin_q50"]) <= float(target["twin_q95"])
        assert target["agents_q50"]
        assert target["source"]

    before = files_in(out)
    told = json.loads(calibrated(out, "--json").out)  # nothing is left to do
    assert files_in(out) == before
    (one,) = told["calibrations"]
    assert one["hiring"] == "budget"
    assert len(one["targets"]) == len(target_list())
    assert one["generations"][0]["tolerance"] is None

    for changed, named in ((("--seed", "2"), "other seed"), (("--draws", "11"), "other draws")):
        refused = permanence(*TOY, "--out", str(out), *changed)
        assert refused.code == 2
        assert refused.err == (
            f"permanence: --out {out}: holds a calibration with {named}; name a new folder\n"
        )
    assert files_in(out) == before

    used = permanence(
        "run", "baseline", "--runs", "1", "--years", "1", "--quiet", "--jobs", "1",
        "--parameters", str(out / "posterior.csv"), "--json",
    )  # fmt: skip
    assert used.code == 0, used.err


@pytest.mark.slow
def test_a_pool_leaves_no_trace(tmp_path: Path) -> None:
    calibrated(tmp_path / "alone")
    answer = permanence(*TOY, "--jobs", "2", "--quiet", "--out", str(tmp_path / "together"))
    assert answer.code == 0, answer.err
    assert files_in(tmp_path / "alone") == files_in(tmp_path / "together")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--structure", "budgt"), "given budgt; allowed: responsive, supply_limited"),
        (("--bid-trigger", "need"), "given need; allowed: unfilled, vacancies, all"),
        (("--population", "3"), "given 3; allowed: a whole number from 20"),
        (("--prior-draws", "many"), "given many; allowed: a whole number from 64"),
        (("--most-simulations", "0"), "allowed: a whole number from 64 up"),
        (("--draws", "5"), "given 5; allowed: a whole number from 10"),
        (("--check-runs", "-1"), "given -1; allowed: a whole number from 0"),
        (("--seed", "x"), "given x; allowed: a whole number from 0"),
        (("--out", "a-file"), "is a file, where a folder is expected"),
        (("--out", "a-folder"), "is not empty and holds no calibration; name a new folder"),
        (("--out", "a-file/in-it"), "cannot be made"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    typed: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("kept")
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "a-folder" / "letters.txt").write_text("dear")
    before = files_in(tmp_path)
    answer = permanence("calibrate", *typed, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert files_in(tmp_path) == before


def test_every_target_has_words_and_no_words_are_left_over() -> None:
    assert set(TARGET_LABELS) == {one.name for one in target_list()}
    assert len(set(TARGET_LABELS.values())) == len(TARGET_LABELS)


def test_targets_are_said_in_their_unit() -> None:
    assert in_unit(0.7431, "share") == "74.3"
    assert in_unit(0.0061, "share", sign="±") == "±0.6"
    assert in_unit(-0.1047, "log") == "-0.10"
    assert in_unit(-0.001, "number") == "0.00"
    assert band(0.05, 0.11, "share") == "5.0 to 11.0"
