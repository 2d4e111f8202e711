"""What `permanence report --explorer` writes and where; the page is tested in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from sim.ensemble.draws import Draws
from sim.ensemble.run import run_ensemble
from sim.interfaces.cli.explorer import EXPLORER_NAME, MARKS, MOST_EXPLORER_BYTES
from sim.interfaces.page.explorer import explorer_html
from sim.interfaces.page.files import in_one_file
from sim.scenario import ScenarioError, scenario_from
from tests.interfaces.command import files_in, permanence
from tests.interfaces.made_results import made_run

pytestmark = pytest.mark.slow

PAGE = b"".join(MARKS).decode()


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_run(tmp_path_factory.mktemp("run") / "result")


@pytest.fixture
def asked() -> Iterator[list[Any]]:
    """A page that is short and made at once, and what it was asked for."""
    found: list[Any] = []

    def short(results: Any, **options: Any) -> str:
        found.append((results, options))
        return PAGE

    with patch("sim.interfaces.page.explorer.explorer_html", short):
        yield found


def test_it_is_written_round_the_results_own_runs(result: Path, asked: list[Any]) -> None:
    answer = permanence("report", str(result), "--explorer", "--jobs", "1", "--json", "--quiet")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert Path(told["file"]) == result / EXPLORER_NAME
    assert told["bytes"] == Path(told["file"]).stat().st_size
    ((ensemble,), options) = asked[0]
    assert (ensemble.scenario.name, ensemble.runs, ensemble.years) == ("baseline", 2, 1)
    assert options["unit"] == "London"


def test_it_is_written_anew_but_over_nothing_else(
    result: Path, asked: list[Any], tmp_path: Path
) -> None:
    out = tmp_path / "page.html"
    again = ("report", str(result), "--explorer", "--jobs", "1", "--quiet", "--out", str(out))
    assert permanence(*again).code == 0
    assert permanence(*again).code == 0
    out.write_text("a letter")
    before = files_in(tmp_path)
    answer = permanence(*again)
    assert answer.code == 2
    assert "is not a workshop page" in answer.err
    assert files_in(tmp_path) == before
    assert len(asked) == 2


def test_a_page_too_large_to_hand_on_is_not_written(result: Path, tmp_path: Path) -> None:
    with patch(
        "sim.interfaces.page.explorer.explorer_html",
        lambda *_, **__: "x" * (MOST_EXPLORER_BYTES + 1),
    ):
        answer = permanence(
            "report", str(result), "--explorer", "--quiet", "--out", str(tmp_path / "page.html")
        )
    assert answer.code == 2
    assert "2 MB" in answer.err
    assert files_in(tmp_path) == {}


def test_what_the_twin_cannot_feel_is_refused_before_any_agents_are_run() -> None:
    cap = {"members": 1.0, "charge_rate_per_hour": 45.0, "charge_rate_under_2_years": 30.0}
    content = {"extends": "baseline", "parameters": {"eligible_experience_years": 0.0}}
    beginners = scenario_from(content | {"levers": {"cap": cap}})
    base = run_ensemble(beginners, runs=1, seed=1, years=1, draws=Draws.DEFAULT)
    with (
        patch("sim.interfaces.page.explorer.run_ensemble", side_effect=AssertionError),
        pytest.raises(ScenarioError, match="the borough twin cannot tell"),
    ):
        explorer_html([base])


def test_the_page_can_be_told_by_its_marks() -> None:
    page = in_one_file({}, {}).encode()
    assert all(mark in page for mark in MARKS)
