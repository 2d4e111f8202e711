"""An outcome owns its recipe: one entry is enough, and what is recorded follows from entries."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.domain import headline
from sim.market.outcomes import BASE, COLUMNS, OUTCOME, OUTCOMES, PLACE, Outcome, measured
from sim.market.recorded import (
    AGENCY,
    FILLED,
    FILLED_IN_YEAR,
    PERMANENT,
    POSTS,
    PRICE_LEVEL,
    larger,
)

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "sim"
FIRST_ENTRY = "OUTCOMES: tuple[Outcome, ...] = (\n"
ENTRIES = """    Outcome(
        "posts_under_strain",
        _FTE,
        "posts where caseloads are above one",
        r.amount("posts_under_strain", lambda month: month.posts * (month.caseload > 1.0)),
    ),
    Outcome(
        "people_seen",
        "people",
        "people whom only the agents have",
        Column("people_seen", lambda market: market.workforce.ids(0).size),
        r.ONE,
    ),
"""
TOLD = """
import csv, json, sys, tempfile
from pathlib import Path
import sim
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.run import run_ensemble
from sim.answers.results import write_result
from sim.market.model import LondonMarket
from sim.scenario import load_scenario

names = ("posts_under_strain", "people_seen")
scenario, size = load_scenario("baseline"), {"runs": 1, "seed": 1, "years": 1}
market = LondonMarket(scenario, rng=1, years=1)
market.run()
agents, twin = run_ensemble(scenario, **size), quick_ensemble(scenario, **size)
folder = Path(tempfile.mkdtemp())
write_result(agents, folder)

def column(table, name):
    with (folder / table).open(encoding="utf-8-sig", newline="") as stream:
        return sorted({row[name] for row in csv.DictReader(stream)} & set(names))

print(json.dumps({
    "file": sim.__file__,
    "columns": [name for name in market.columns if name in names],
    "market": [market.outcome(name) for name in names],
    "agents": [float(agents.london(name)[0, -1]) for name in names],
    "twin": [float(twin.london(name)[0, -1]) for name in names],
    "panel": column("panel.csv", "variable"),
    "summary": column("summary.csv", "variable"),
    "dictionary": column("columns.csv", "column"),
    "public": [one.name for one in sim.OUTCOMES if one.name in names],
}))
"""


@pytest.mark.long
def test_one_entry_makes_an_outcome_everywhere(tmp_path: Path) -> None:
    """The package is copied, two entries are written into its file, and it is run."""
    for folder in ("sim", "scenarios"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    path = tmp_path / "sim" / "market" / "outcomes.py"
    text = path.read_text("utf-8")
    assert text.count(FIRST_ENTRY) == 1
    path.write_text(text.replace(FIRST_ENTRY, FIRST_ENTRY + ENTRIES), "utf-8")
    answer = subprocess.run(
        [sys.executable, "-c", TOLD], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert Path(told["file"]).is_relative_to(tmp_path)
    both = ["people_seen", "posts_under_strain"]
    for place in ("panel", "summary", "dictionary"):
        assert told[place] == both, place
    assert sorted(told["columns"]) == sorted(told["public"]) == both
    assert all(value > 0 for value in (*told["market"], *told["agents"]))
    amount, people = told["twin"]
    assert amount > 1_000, "a recipe of amounts is the twin's too"
    assert np.isnan(people), "the twin has no people"


def test_what_is_recorded_is_what_outcomes_are_made_of() -> None:
    needed = {column.name for outcome in OUTCOMES for column in outcome.columns}
    assert set(BASE) == needed
    assert len(set(BASE)) == len(BASE)
    for column in COLUMNS:
        for earlier in column.looks_back_on:
            assert BASE.index(earlier.name) < BASE.index(column.name)
    assert list(FILLED_IN_YEAR.columns()) == [PERMANENT, FILLED, FILLED_IN_YEAR]


def test_an_expression_is_worked_out_by_employer_before_it_is_summed() -> None:
    panel = np.zeros((2, len(BASE)))
    values = {PERMANENT: (3.0, 5.0), AGENCY: (1.0, 2.0), POSTS: (2.0, 9.0), PRICE_LEVEL: (2.0, 2.0)}
    for column, cells in values.items():
        panel[:, BASE.index(column.name)] = cells
    made = Outcome("x", "x", "x", larger(PERMANENT, POSTS) - AGENCY, (PERMANENT + AGENCY) / 2.0)
    assert measured(panel, made, london=False) == pytest.approx([2.0 / 2.0, 7.0 / 3.5])
    assert measured(panel, made, london=True) == pytest.approx(9.0 / 5.5)
    assert str(AGENCY * PRICE_LEVEL) == "agency × price_level"
    assert made.made_of == (
        "((permanent or, if larger, posts) - agency) / ((permanent + agency) / 2.0)"
    )


def test_outcomes_have_names_and_places_of_their_own() -> None:
    assert [OUTCOMES[PLACE[name]].name for name in OUTCOME] == [one.name for one in OUTCOMES]
    assert len(OUTCOME) == len(OUTCOMES)
    named = [value for key, value in vars(headline).items() if key.isupper()]
    for one in named:
        assert set((one,) if isinstance(one, str) else one) <= set(OUTCOME)


def test_the_names_of_the_three_shares_are_written_once() -> None:
    """Elsewhere the names in `headline` are used, so that a list of outcomes cannot drift."""
    again = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in sorted(SOURCE.rglob("*.py"))
        if path.name != "headline.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in headline.SHARES
    ]
    assert again == []
