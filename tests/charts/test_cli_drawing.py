"""Drawing needs no screen, and what was found is told before anything is drawn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.charts import ensembles as charts
from tests.interfaces.command import RUN_MAIN, permanence

RUN = ("run", "baseline", "--runs", "2", "--years", "1", "--jobs", "1", "--quiet")
DRAW = (
    "import os, sys\n"
    "from pathlib import Path\n"
    "from sim.charts import style\n"
    'page = style.new_page("Title", ["words"], "source")\n'
    'style.save(page.figure, "words", Path(sys.argv[1]))\n'
    'print(os.environ["MPLBACKEND"])\n'
)


class CannotDrawError(OSError):
    """Stands for any fault in drawing; of a kind that ends a command, not the test."""


def refuse(*given: object) -> None:
    raise CannotDrawError


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["no-such-backend", "module://no.such.module", "qtagg"])
def test_a_command_draws_whatever_the_environment_says(backend: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN_MAIN, *RUN, "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MPLBACKEND": backend},
    )
    assert done.stderr == ""
    assert (tmp_path / "out" / "figures" / "map.png").is_file()


@pytest.mark.parametrize("backend", ["no-such-backend", "agg"])
def test_charts_load_under_any_backend_and_leave_it_named(backend: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DRAW, str(tmp_path / "chart")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MPLBACKEND": backend},
    )
    assert done.stdout == f"{backend}\n"
    assert (tmp_path / "chart.png").is_file()


@pytest.mark.parametrize(
    "typed",
    [
        RUN,
        ("compare", "baseline", "no-cap", *RUN[2:]),
        ("money", "baseline", *RUN[2:]),
        ("story", "bexley", *RUN[2:]),
    ],
    ids=lambda typed: typed[0],
)
def test_a_fault_in_drawing_loses_no_table(
    typed: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = permanence(*typed).out
    monkeypatch.setattr("sim.charts.style.write_atomically", refuse)
    answer = permanence(*typed, "--out", str(tmp_path / "out"))
    assert answer.code == 1
    assert told
    assert answer.out == told


def test_a_fault_in_drawing_loses_no_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = json.loads(permanence(*RUN, "--json").out)
    monkeypatch.setattr(charts, "permanence_chart", refuse)
    answer = permanence(*RUN, "--json", "--out", str(tmp_path / "out"))
    assert answer.code == 1
    assert json.loads(answer.out) == told
