"""`permanence borough-data`: a template that checks, and a check that refuses."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest

import sim
from sim.domain.borough_figures import BoroughFigures
from sim.domain.evidence import employers
from sim.domain.quantities import declarations
from tests.interfaces.command import permanence


def test_a_template_has_every_figure_with_unit_and_range() -> None:
    answer = permanence("borough-data", "template", "Bexley")
    assert answer.code == 0
    for name, declared in declarations(BoroughFigures).items():
        line = next(one for one in answer.out.splitlines() if f"{name} = " in one)
        assert declared.label in line
        assert declared.unit in line


def test_a_template_of_everybody_is_a_valid_file(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    assert permanence("borough-data", "template", "--out", str(file)).code == 0
    answer = permanence("borough-data", "check", str(file), "--json")
    assert set(json.loads(answer.out)) == set(employers())


def test_either_of_two_places_is_their_joint_employer() -> None:
    joint = permanence("borough-data", "template", "Kingston upon Thames", "Richmond upon Thames")
    assert joint.out.count("[") == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("template", "Bexly"), "did you mean Bexley"),
        (("template", "--year", "2016"), "allowed: a whole number from 2017 to 2025"),
        (("template", "--out", "nowhere/own.toml"), "there is no folder nowhere"),
        (("check", "none.toml"), "none.toml: cannot be read"),
    ],
)
def test_bad_input_is_told_in_one_line(typed: tuple[str, ...], told: str, tmp_path: Path) -> None:
    answer = permanence("borough-data", *typed, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("mine")
    answer = permanence("borough-data", "template", "--out", "own.toml", folder=tmp_path)
    assert answer.code == 2
    assert file.read_text() == "mine"


def test_a_fault_names_file_key_given_and_allowed(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('["Bexley"]\nagency_fte = -3\n')
    answer = permanence("borough-data", "check", "own.toml", folder=tmp_path)
    assert answer.code == 2
    for part in ("own.toml", "Bexley.agency_fte", "given -3", "from 0 to 5000"):
        assert part in answer.err


def test_an_official_name_and_a_code_mean_the_borough() -> None:
    wanted = permanence("borough-data", "template", "Bexley")
    for name in ("London Borough of Bexley", "E09000004"):
        assert permanence("borough-data", "template", name) == wanted


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Post ID,Team,FTE\n1001,CIN,1.0\n", ", line 1: no column borough"),
        ("PK\x03\x04\xff", ": is not a text file"),
    ],
)
def test_what_is_no_such_file_says_where_to_get_one(
    content: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "hr.csv"
    file.write_bytes(content.encode("latin-1"))
    answer = permanence("borough-data", "check", str(file))
    assert answer.code == 2
    assert answer.err.startswith(f"permanence: {file}{said}")
    assert "`permanence borough-data template" in answer.err


def test_a_report_gives_no_own_figures_away_unless_it_is_asked_to(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[Bexley]\npermanent_fte = 180\n")
    typed = ("run", "baseline", "--runs", "2", "--years", "1", "--jobs", "1", "--quiet")
    own = ("--borough-data", "own.toml", "--out", "kept")
    assert permanence(*typed, *own, folder=tmp_path).code == 0
    refused = permanence("report", "kept", folder=tmp_path)
    assert refused.code == 2
    assert "was made with own figures of Bexley" in refused.err
    assert not (tmp_path / "kept" / "report.html").exists()
    with pytest.raises(ValueError, match="own_figures=True"):
        sim.report(tmp_path / "kept")
    assert permanence("report", "kept", "--own-figures", folder=tmp_path).code == 0
    page = unescape((tmp_path / "kept" / "report.html").read_text("utf-8"))
    assert "Bexley starts from the council's own figures" in page
