"""The page of questions analysts ask: every file loads, runs and says on the page what it says."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.run import run_ensemble
from sim.scenario import load_scenario

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "docs" / "questions").glob("*.toml"))
LONGEST = 12
"""Lines of a file an analyst writes, title and reason included."""
YEARS = 7


def tool() -> ModuleType:
    where = ROOT / "tools" / "questions.py"
    spec = importlib.util.spec_from_file_location("questions", where)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_not_drifted_from_the_files() -> None:
    written = (ROOT / "docs" / "questions.md").read_text("utf-8")
    assert written == tool().page(), "run `make docs` and read what changed"


def test_there_are_twelve_and_the_page_has_each() -> None:
    assert len(FILES) == 12
    text = (ROOT / "docs" / "questions.md").read_text("utf-8")
    assert all(f"`docs/questions/{path.name}`" in text for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_question_is_short_and_asks_something_of_what_it_extends(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len([line for line in text.splitlines() if line.strip()]) <= LONGEST
    asked, base = load_scenario(path), load_scenario(tomllib.loads(text)["extends"])
    staff = [
        quick_ensemble(one, runs=1, seed=1, years=YEARS, draws=Draws.DEFAULT).london(
            "permanent_fte"
        )
        for one in (asked, base)
    ]
    assert not np.array_equal(*staff), "it does nothing to what it extends"


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_question_runs_by_agents(path: Path) -> None:
    found = run_ensemble(load_scenario(path), runs=1, seed=1, years=2)
    assert np.isfinite(found.london("permanent_share_of_posts")).all()
