"""One file of under sixty lines is a command, a function, JSON, a folder, HTML and a page."""

from __future__ import annotations

import inspect
import json
import pickle
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sim.interfaces.cli.question import command
from sim.interfaces.python.door import function
from sim.interfaces.report.answer import answer_page
from sim.studies.saved import opened
from tests.studies.toy import toy

empty = function(toy.STUDY)


def typed(*arguments: str) -> str:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("empty")(command(toy.STUDY))
    app.command("another")(lambda: None)
    done = CliRunner().invoke(app, ["empty", *arguments], env={"COLUMNS": "80", "NO_COLOR": "1"})
    return done.output


def test_it_is_short() -> None:
    assert len(Path(toy.__file__).read_text("utf-8").splitlines()) < 60


def test_its_command_has_help_with_an_example() -> None:
    help_text = " ".join(typed("--help").split())
    for said in ("how long posts stand empty", "the same chance", "Example: permanence empty",
                 "--chance", "Chance that it is filled in a month", "[default: 0.2]"):  # fmt: skip
        assert said in help_text, said


def test_its_command_prints_a_table_its_finding_and_its_note() -> None:
    text = typed("--runs", "4", "--quiet")
    assert "Months a post stands empty" in text
    assert "A post stands empty for" in text
    assert "Every month has the same chance." in text


@pytest.mark.parametrize(("option", "given"), [("--runs", "0"), ("--runs", "x"), ("--chance", "2")])
def test_a_bad_value_is_told_with_what_is_allowed(option: str, given: str) -> None:
    text = " ".join(typed(option, given).replace("│", " ").split())
    assert f"given {given}; allowed: a" in text
    assert option in text
    with pytest.raises(ValueError, match=rf"{option[2:]}: given '{given}'; allowed: a"):
        empty(**{option[2:]: given})


def test_python_has_the_same_names_defaults_and_answer() -> None:
    said = inspect.signature(empty).parameters
    assert list(said) == ["chance", "runs", "seed", "jobs", "out", "progress", "cancel"]
    assert (said["chance"].default, said["runs"].default) == (0.2, 100)
    answer = empty(runs=4, seed=3)
    assert repr(answer) == "<empty: 4 posts>"
    assert json.loads(typed("--runs", "4", "--seed", "3", "--quiet", "--json")) == {
        **answer.values,
        "files": [],
    }
    for told in ("Chance that it is filled", "Raises:", "the same chance"):
        assert told in str(empty.__doc__)


def test_a_notebook_shows_it() -> None:
    shown = empty(runs=4)._repr_html_()
    assert "<caption>Months a post stands empty</caption>" in shown
    assert '<th scope="row">mean</th>' in shown
    assert "A post stands empty" in shown


def test_a_folder_keeps_it_and_gives_it_back(tmp_path: Path) -> None:
    answer = empty(runs=4, out=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "answer.json", "empty.csv", "empty.png", "empty.svg", "empty.xlsx",
    }  # fmt: skip
    again = opened(tmp_path)
    assert again.table().equals(answer.table())
    assert list(again.table()["post"]) == [0, 1, 2, 3]
    assert (again.findings, again.notes) == (list(answer.findings), list(answer.notes))
    assert again.values == answer.values
    assert again.plot().alt_text.startswith("Bars: how many of 4 posts")
    assert again.plot("empty").get_size_inches()[0] > 1


def test_it_has_a_page(tmp_path: Path) -> None:
    empty(runs=4, out=tmp_path)
    page = answer_page(tmp_path)
    assert "<h1>Months a post stands empty</h1>" in page
    assert 'alt="Bars: how many of 4 posts' in page
    assert "Every month has the same chance." in page


def test_a_saved_answer_that_was_changed_is_not_opened(tmp_path: Path) -> None:
    empty(runs=4, out=tmp_path)
    (tmp_path / "empty.csv").write_text("post,years\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has changed since it was written"):
        opened(tmp_path)


def test_a_saved_answer_pickles(tmp_path: Path) -> None:
    answer = pickle.loads(pickle.dumps(empty(runs=4)))
    assert answer.findings == empty(runs=4).findings
