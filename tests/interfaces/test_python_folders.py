"""What each question keeps in a folder is what `sim.open` gives back, and every answer pickles.

Each is asked as its own example asks it.
"""

from __future__ import annotations

import doctest
import inspect
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.answers.answer import Answer
from sim.studies import QUESTIONS, study_named
from sim.words.json_text import finite
from tests.interfaces.quick import recover_quickly

OF_RUNS = {
    "run": 'sim.run("no-cap", runs=2, years=1).answer',
    "compare": 'sim.compare("no-cap", "pan-london-cap", runs=2, years=1).answer',
}
WITHOUT_A_FOLDER = ("take-home",)
MORE = {
    "one lever": 'sim.tip("baseline", "levers.cap.charge_rate_per_hour=40:50", '
    'structure="budget", precision=5, runs=2, years=1)',
    "one scenario's money": 'sim.money("no-cap", runs=2, years=1)',
    "several structures": 'sim.run("no-cap", runs=2, years=1, structure=["budget", "responsive"])',
}
NAMES = [*(name for name in QUESTIONS if name not in WITHOUT_A_FOLDER), *MORE]
QUICK = ("run", "one scenario's money")
LONG = ("demo", "one lever", "several structures", "coalition")


def marks(name: str) -> list[pytest.MarkDecorator]:
    """Return how a question is marked, by the time its example takes."""
    return [] if name in QUICK else [pytest.mark.long if name in LONG else pytest.mark.slow]


def lines_of(name: str) -> list[str]:
    """Return the example of a question, line by line."""
    if name in MORE or name in OF_RUNS:
        return [(MORE | OF_RUNS)[name]]
    text = inspect.cleandoc(study_named(name).in_python)
    return [one.source for one in doctest.DocTestParser().get_examples(text)]


def asked(name: str, out: Path | None) -> Answer:
    *before, call = lines_of(name)
    names: dict[str, Any] = {"sim": sim, "out": out}
    for line in before:
        exec(line, names)
    head, end = call.rstrip().rsplit(")", 1)
    found = eval(f"{head}, out=out){end}", names)
    assert isinstance(found, Answer)
    return found


def plain(values: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(finite(dict(values)), default=str))


def refuse_difference(one: Answer, other: Answer) -> None:
    assert repr(other) == repr(one)
    assert plain(other.values) == plain(one.values)
    assert list(other.findings) == list(one.findings)
    assert list(other.notes) == list(one.notes)
    for table in one.tables:
        pd.testing.assert_frame_equal(other.table(table.name), table.frame())
    assert [chart.stem for chart in other.charts] == [chart.stem for chart in one.charts]
    for chart in other.charts:
        figure, words = chart.draw()
        assert words
        assert figure.alt_text
    assert list(other.results) == list(one.results)
    for name in one.results:
        pd.testing.assert_frame_equal(other.panel(name), one.panel(name))
        values = one.results[name].of("permanent_share_of_posts")
        np.testing.assert_array_equal(other.results[name].of("permanent_share_of_posts"), values)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=marks(name)) for name in NAMES],
)
def test_a_folder_gives_its_answer_back_and_both_pickle(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recover_quickly(monkeypatch)
    answer = asked(name, tmp_path / "kept")
    refuse_difference(answer, pickle.loads(pickle.dumps(answer)))
    kept = sim.open(tmp_path / "kept")
    refuse_difference(answer, kept)
    refuse_difference(answer, pickle.loads(pickle.dumps(kept)))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "table"), [("calibrate", "parameters"), ("recover", "recovery")])
def test_tables_that_work_writes_itself_are_given_back_too(
    name: str, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recover_quickly(monkeypatch)
    asked(name, tmp_path / "kept")
    assert len(sim.open(tmp_path / "kept").table(table))


def test_results_pickle_with_their_runs() -> None:
    result = sim.run("no-cap", runs=2, years=1)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(result)).panel(), result.panel())
    both = sim.compare(result, "pan-london-cap", runs=2, years=1)
    again = pickle.loads(pickle.dumps(both))
    pd.testing.assert_frame_equal(again.table(), both.table())
    assert again.plot.permanence().alt_text


def test_a_panel_that_is_not_there_is_refused() -> None:
    answer = sim.run("no-cap", runs=1, years=1).answer
    with pytest.raises(ValueError, match="panel: given 'other'; allowed"):
        answer.panel("other")


def test_where_nothing_lies_it_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no answer"):
        sim.open(tmp_path)
