"""Results of 0.1.0: they open, say what they are, and are never taken for this code's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.answers.reading import find_result, read_ensemble
from tests.ensemble.old_results import as_of_old, with_old_manifest
from tests.interfaces.command import files_in, permanence
from tests.interfaces.made_results import copied, made_comparison, made_run
from tests.interfaces.test_report import unchanged

ALONE = ("--jobs", "1", "--quiet")
LABEL = (
    "Made by permanence 0.1.0, before results carried a stamp of their code; shown as it was "
    "kept; this version cannot make it again."
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_run(tmp_path_factory.mktemp("run") / "result")


@pytest.fixture(scope="module")
def old(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return as_of_old(copied(made, tmp_path_factory.mktemp("old") / "result"))


def test_its_runs_read_as_they_were_kept(made: Path, old: Path) -> None:
    (now,), (then,) = find_result(made).told, find_result(old).told
    assert (now.only_shown, then.only_shown) == (False, True)
    one, other = read_ensemble(now), read_ensemble(then)
    assert one.digests == other.digests
    for name in ("permanent_share_of_workforce", "charge_rate_per_hour"):
        np.testing.assert_array_equal(one.ensemble.london(name), other.ensemble.london(name))
    assert one.ensemble.facts == other.ensemble.facts


def test_outcomes_come_and_go(made: Path, tmp_path: Path) -> None:
    folder = copied(made, tmp_path / "result")
    as_of_old(folder, without=["agency_share"], beside="long_forgotten")
    ensemble = read_ensemble(find_result(folder).told[0]).ensemble
    assert np.isnan(ensemble.london("agency_share")).all()
    assert np.isfinite(ensemble.london("permanent_share_of_workforce")).all()


def test_a_bit_that_flipped_is_noticed(old: Path, tmp_path: Path) -> None:
    folder = copied(old, tmp_path / "result")
    one, other = sorted((folder / "runs").glob("*.parquet"))
    content = bytearray(one.read_bytes())
    content[len(content) // 2] ^= 0x10
    one.write_bytes(content)
    said = unchanged(tmp_path, "report", str(folder), "--out", str(tmp_path / "page.html"))
    assert one.name in said
    other.unlink()
    said = unchanged(tmp_path, "report", str(folder), "--out", str(tmp_path / "page.html"))
    assert "is missing" in said


@pytest.mark.slow
def test_its_report_says_what_it_is_and_verify_says_what_differs(old: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    answer = permanence("report", str(old), "--out", str(page), "--quiet")
    assert (answer.code, answer.err) == (0, "")
    assert LABEL in page.read_text("utf-8")
    for what in (old, page):
        told = permanence("verify", str(what), *ALONE)
        said = " ".join(told.out.split())
        assert (told.code, told.err) == (1, "")
        assert said.startswith("different: package version: 0.1.0 there, ")
        assert "code: not recorded there, " in said
        assert "data tables" in said


@pytest.mark.slow
def test_a_result_of_today_has_no_such_label(made: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert permanence("report", str(made), "--out", str(page), "--quiet").code == 0
    assert LABEL not in page.read_text("utf-8")


@pytest.mark.slow
def test_a_comparison_opens_too(tmp_path: Path) -> None:
    folder = made_comparison(tmp_path / "result")
    for name in ("no-cap", "pan-london-cap", "package"):
        as_of_old(folder / name)
    page = tmp_path / "page.html"
    assert permanence("report", str(folder), "--out", str(page), "--quiet").code == 0
    assert page.read_text("utf-8").count(LABEL) == 1
    assert permanence("verify", str(folder), *ALONE).code == 1


def test_old_runs_never_stand_beside_runs_of_this_code(old: Path, tmp_path: Path) -> None:
    page = str(tmp_path / "page.html")
    said = unchanged(tmp_path, "report", str(old), "--explorer", "--out", page, "--quiet")
    assert "was made by permanence 0.1.0" in said


def test_a_scenario_nobody_understands_any_more_is_refused_not_guessed(
    old: Path, tmp_path: Path
) -> None:
    folder = copied(old, tmp_path / "result")
    scenario = json.loads((folder / "manifest.json").read_text("utf-8"))["scenario"]
    with_old_manifest(folder, scenario={**scenario, "levers": {"tooth_fairy": 1}})
    said = unchanged(tmp_path, "report", str(folder), "--out", str(tmp_path / "page.html"))
    assert "does not understand its scenario" in said
    assert permanence("verify", str(folder), *ALONE).code == 1


@pytest.mark.slow
def test_the_same_command_computes_anew_beside_it(made: Path, tmp_path: Path) -> None:
    folder = as_of_old(copied(made, tmp_path / "result"))
    typed = ("run", "baseline", "--runs", "2", "--years", "1", *ALONE, "--out", str(folder))
    answer = permanence(*typed)
    assert answer.code == 0
    assert "2 runs there are of another stamp" in answer.err
    assert permanence("verify", str(folder), *ALONE).code == 0
    before = files_in(folder)
    listed = json.loads(permanence("store", "list", str(folder), "--json").out)["kept"]
    assert [(one["count"], one["is_this_codes"]) for one in listed] == [(2, False), (2, True)]
    dry = permanence("store", "prune", str(folder), "--dry-run")
    assert "2 runs of another stamp would be deleted" in " ".join(dry.out.split())
    assert files_in(folder) == before
    assert permanence("store", "prune", str(folder)).code == 0
    assert permanence(*typed).err == ""
    assert permanence("verify", str(folder), *ALONE).code == 0
