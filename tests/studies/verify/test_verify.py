"""`permanence verify`: identical, or the first difference; what was altered is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.ensemble.stamp import package_version
from sim.market.outcomes import OUTCOMES
from sim.studies.verify.method import again as verify
from tests.interfaces.command import files_in, permanence, too_wide
from tests.interfaces.made_results import (
    copied,
    made_comparison,
    made_report,
    made_run,
    with_manifest_changed,
    with_number_changed,
    with_report_changed,
)
from tests.interfaces.test_report import two_structures, unchanged

ALONE = ("--jobs", "1", "--quiet")
NUMPY = np.__version__
AT = (0, 3, 5)
"""Outcome, month and unit of a number to tamper with."""


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_run(tmp_path_factory.mktemp("run") / "result")


@pytest.fixture(scope="module")
def run_page(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_report(run_folder, tmp_path_factory.mktemp("page") / "run.html")


def verified(what: Path, *options: str) -> tuple[int, str]:
    """Return exit code and what was said, on one line."""
    answer = permanence("verify", str(what), *ALONE, *options)
    assert answer.err == ""
    return answer.code, " ".join(answer.out.split())


# Identical


@pytest.mark.slow
def test_a_folder_is_identical_and_left_as_it_was(run_folder: Path) -> None:
    before = files_in(run_folder)
    answer = permanence("verify", str(run_folder), *ALONE)
    assert answer.code == 0
    assert answer.out.startswith("identical: 2 runs, ")
    assert too_wide(answer.out) == []
    assert files_in(run_folder) == before


@pytest.mark.slow
def test_a_report_alone_is_identical_on_any_number_of_processes(run_page: Path) -> None:
    code, said = verified(run_page)
    assert (code, said.split(",")[0]) == (0, "identical: 2 runs")
    assert "what a new report of these runs says" in said
    two = permanence("verify", str(run_page), "--jobs", "2", "--quiet")
    assert " ".join(two.out.split()) == said


@pytest.mark.slow
def test_every_scenario_of_a_comparison_is_run_again(tmp_path: Path) -> None:
    folder = made_comparison(tmp_path / "result")
    page = made_report(folder, tmp_path / "page.html")
    for what in (folder, page):
        code, said = verified(what)
        assert (code, said.split(",")[0]) == (0, "identical: 6 runs")
    with_number_changed(folder / "package", 1, AT, lambda value: value + 0.01)
    code, said = verified(folder)
    assert code == 1
    assert "run 1 of package" in said


def test_as_data(run_page: Path) -> None:
    told = json.loads(permanence("verify", str(run_page), *ALONE, "--json").out)
    assert told["verdict"] == "identical"
    assert told["first_difference"] is None
    assert told["runs"] == 2
    assert told["numbers"] > 10_000


@pytest.mark.slow
def test_a_posteriors_file_is_asked_for_and_must_be_the_one(tmp_path: Path) -> None:
    drawn = two_structures(tmp_path / "two.csv")
    folder = made_run(tmp_path / "result", "--parameters", str(drawn))
    page = made_report(folder, tmp_path / "page.html")
    other = tmp_path / "other.csv"
    other.write_text(drawn.read_text("utf-8").replace("responsive", "budget"), "utf-8")
    for what in (folder, page):
        assert "--parameters" in unchanged(tmp_path, "verify", str(what), *ALONE)
        said = unchanged(tmp_path, "verify", str(what), *ALONE, "--parameters", str(other))
        assert "is not what the result drew from" in said
        assert verified(what, "--parameters", str(drawn))[0] == 0


# Different


def test_a_number_in_a_file_is_named(run_folder: Path, tmp_path: Path) -> None:
    folder = copied(run_folder, tmp_path / "result")
    with_number_changed(folder, 1, AT, lambda value: value + 0.01)
    code, said = verified(folder)
    assert code == 1
    assert said.startswith("different: run 1 of baseline, month 3 (2025-12-31), ")
    assert OUTCOMES[AT[0]].name in said


def test_a_number_in_a_table_is_named(run_folder: Path, tmp_path: Path) -> None:
    folder = copied(run_folder, tmp_path / "result")
    path = folder / "summary.csv"
    lines = path.read_text("utf-8").splitlines()
    cells = lines[7].split(",")
    lines[7] = ",".join([*cells[:-1], "0.5"])
    path.write_text("\n".join(lines) + "\n", "utf-8")
    code, said = verified(folder)
    assert code == 1
    assert "line 8, column q90: it says '0.5'" in said


def test_a_number_on_the_page_is_named(run_page: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    text = run_page.read_text("utf-8")
    head, key, rest = text.partition("<caption>London under ")
    cell = rest.split("<td", 2)[1].split(">", 1)[1].split("<", 1)[0]
    page.write_text(head + key + rest.replace(f">{cell}<", ">99.9\u00a0%<", 1), "utf-8")
    code, said = verified(page)
    assert code == 1
    assert said.startswith("different: the page, under 'Key numbers': it says '99.9")


def test_a_chart_that_was_redrawn_is_told(run_page: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    text = run_page.read_text("utf-8")
    place = text.index('<path d="M ', text.index("<svg ")) + len('<path d="M ')
    page.write_text(f"{text[:place]}1{text[place:]}", "utf-8")
    code, said = verified(page)
    assert code == 1
    assert "the charts" in said


def test_another_version_is_named_and_nothing_is_run(
    run_folder: Path, run_page: Path, tmp_path: Path
) -> None:
    def older(content: dict[str, Any]) -> None:
        for one in content.get("results", [content]):
            one["package"] = "0.0.1"

    folder = with_manifest_changed(copied(run_folder, tmp_path / "result"), older)
    page = with_report_changed(run_page, tmp_path / "page.html", older)
    for what in (folder, page):
        code, said = verified(what)
        assert code == 1
        first = f"different: package version: 0.0.1 there, {package_version()} here"
        assert said.startswith(first)
        assert "Nothing was run" in said
    refused = permanence("report", str(folder), "--out", str(tmp_path / "new.html"))
    assert refused.code == 2
    assert "was made by permanence 0.0.1" in refused.err


def test_other_data_are_named_with_their_table(
    run_folder: Path, run_page: Path, tmp_path: Path
) -> None:
    def moved(content: dict[str, Any]) -> None:
        for one in content.get("results", [content]):
            one["data"] = "0123456789abcdef"
            one["data_tables"]["census.csv"] = "0123456789abcdef"

    folder = with_manifest_changed(copied(run_folder, tmp_path / "result"), moved)
    page = with_report_changed(run_page, tmp_path / "page.html", moved)
    for what in (folder, page):
        code, said = verified(what)
        assert code == 1
        assert said.startswith("different: data tables (census.csv): 0123456789abcdef there")


def test_another_platform_alone_is_no_difference(
    run_page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify.np, "__version__", "9.9")
    code, said = verified(run_page)
    assert code == 0
    assert said.startswith("identical: 2 runs")
    assert f"numpy: {NUMPY} there, 9.9 here" in said


def test_a_run_without_its_digest_is_named(run_page: Path, tmp_path: Path) -> None:
    def other(content: dict[str, Any]) -> None:
        content["results"][0]["run_digests"][1] = "0" * 32

    page = with_report_changed(run_page, tmp_path / "page.html", other)
    code, said = verified(page)
    assert code == 1
    assert said.startswith("different: run 1 of baseline does not have the digest")


def test_another_key_number_is_named(run_page: Path, tmp_path: Path) -> None:
    def other(content: dict[str, Any]) -> None:
        content["key_numbers"][1]["value"] += 1e-6

    page = with_report_changed(run_page, tmp_path / "page.html", other)
    code, said = verified(page)
    assert code == 1
    assert said.startswith("different: permanent_share_of_posts of baseline, value: ")


def test_last_digits_are_equal_on_another_machine_alone(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(run_folder, tmp_path / "result")
    with_number_changed(folder, 0, AT, lambda value: value * (1 + 1e-12))
    code, said = verified(folder)
    assert code == 1
    assert said.startswith("different: run 0 of baseline: not the same bytes, within 1e-9")
    monkeypatch.setattr(verify.np, "__version__", "9.9")
    code, said = verified(folder)
    assert code == 0
    assert said.startswith("equal to 1e-9: 2 runs")


# Refused


def test_what_is_no_report_and_no_result_is_refused(run_page: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>mine</p>", "utf-8")
    (tmp_path / "bytes.html").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty").mkdir()
    for name, said in (
        ("gone.html", "is not there"),
        ("page.html", "is not a report"),
        ("bytes.html", "is not a report"),
        ("empty", "holds no result"),
    ):
        assert said in unchanged(tmp_path, "verify", str(tmp_path / name), *ALONE)


def test_a_manifest_that_was_altered_is_refused(
    run_folder: Path, run_page: Path, tmp_path: Path
) -> None:
    def another_seed(content: dict[str, Any]) -> None:
        for one in content.get("results", [content]):
            one["seed"] = 2

    folder = copied(run_folder, tmp_path / "result")
    with_manifest_changed(folder, another_seed, seal=False)
    page = with_report_changed(run_page, tmp_path / "page.html", another_seed, seal=False)
    for what in (folder, page):
        assert "altered" in unchanged(tmp_path, "verify", str(what), *ALONE)
    hollow = tmp_path / "hollow.html"
    for key in ("results", "unit"):
        with_report_changed(run_page, hollow, lambda content, key=key: content.update({key: []}))
        assert "does not say what was run" in unchanged(tmp_path, "verify", str(hollow), *ALONE)
    # A seal of one's own does not help: the fingerprint is that of what was run.
    with_manifest_changed(folder, lambda content: None)
    assert "fingerprint" in unchanged(tmp_path, "verify", str(folder), *ALONE)
