"""A horizon given as the year in which it ends: on the command line and in Python."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

import sim
from sim.domain.calendar import DEFAULT_YEARS
from sim.studies import QUESTIONS, study_named
from sim.studies import fields as f
from sim.studies.run.question import Run
from tests.interfaces.command import permanence

OF_ITS_OWN = {
    "circle": "whether price and numbers rise together is asked of three years from 2014",
    "identify": "a page of the documents tells effects five years on",
    "coalition": "years are counted from the pledge",
    "story": "to the last census",
}


def test_until_is_years_counted_from_the_scenarios_start() -> None:
    assert Run(scenario="no-cap", until=2027).years == 2
    assert Run(scenario="vicious-circle", until=2027).years == 13
    moved = Run(scenario="no-cap", until=2027, overrides=["start.year=2023"])
    assert moved.years == 4


def test_until_and_years_are_one_answer() -> None:
    told = [sim.sweep("no-cap", over="parameters.bid_speed=0.1,0.2", runs=1, **horizon).values
            for horizon in ({"years": 1}, {"until": 2026})]  # fmt: skip
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--until", "2025"), "--until: given 2025; allowed: 2026 to 2055"),
        (("--until", "2060"), "--until: given 2060; allowed: 2026 to 2055"),
        (("--until", "soon"), "--until: given soon; allowed: a year, such as 2030"),
        (("--until", "2030", "--years", "10"), "--until: --years is given too"),
    ],
)
def test_a_year_that_cannot_be_is_refused(
    typed: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = permanence("run", "no-cap", "--out", "kept", *typed, folder=tmp_path)
    assert done.code == 2
    assert said in done.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [*QUESTIONS])
def test_every_question_looks_as_far_ahead_and_takes_the_year(name: str) -> None:
    fields = study_named(name).request.model_fields
    if "years" not in fields:
        return
    if name not in OF_ITS_OWN:
        assert fields["years"].get_default() == DEFAULT_YEARS
    if issubclass(study_named(name).request, f.Dated):
        assert fields["until"].annotation in (int | None, *get_args(f.Until))
    else:
        assert name in {"coalition", "identify", "reach"}  # no scenario to count from; its own date


def test_run_takes_the_year_too_and_refuses_both() -> None:
    assert sim.run("no-cap", runs=1, until=2026).ensemble.years == 1
    with pytest.raises(ValueError, match="--years is given too"):
        sim.run("no-cap", runs=1, until=2026, years=3)
