"""The circle's loops in Python: what the command prints as JSON."""

from __future__ import annotations

import json
from datetime import date

import pytest

import sim
from sim.words.json_text import finite
from tests.interfaces.command import permanence


def test_python_and_the_command_tell_the_same_circle() -> None:
    found = sim.loops("vicious-circle", runs=2, years=1, at=date(2015, 3, 31))
    typed = ("loops", "vicious-circle", "--runs", "2", "--years", "1", "--at", "2015-03-31")
    answer = permanence(*typed, "--json", "--quiet")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert told.pop("files") == []
    assert json.loads(json.dumps(finite(dict(found.values)))) == told


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="runs: given 0"):
        sim.loops(runs=0)
    with pytest.raises(ValueError, match="no_such"):
        sim.loops(structure=["no_such"])
    with pytest.raises(sim.ScenarioError, match="allowed: a date from"):
        sim.loops(years=1, at=date(2020, 1, 1))
