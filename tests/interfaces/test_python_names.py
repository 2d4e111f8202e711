"""The public names of `sim`: a front page, an example each that runs, the commands' own names."""

from __future__ import annotations

import doctest
import inspect
import logging
import pickle
import pydoc
import re
import threading
from pathlib import Path

import pytest

import sim
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.interfaces.cli.lazy import FUNCTIONS, GROUPS, loaded
from sim.interfaces.python.door import RUNNER
from sim.rules.levers import Levers
from sim.studies import QUESTIONS, study_named
from sim.studies.request import fields
from tests.interfaces.quick import recover_quickly

NAMES = [name for name in dir(sim) if not name.startswith("_")]
ASKED = [name.replace("-", "_") for name in QUESTIONS]
LONG = {
    "brief", "calibrate", "circle", "coalition", "demo", "effects", "forecast", "hindcast",
    "identify", "loops", "patterns", "reach", "recover", "robust", "sensitivity", "story", "sweep",
    "tip",
}  # fmt: skip
"""Whose smallest example takes more than a second or two."""
DATA = ("MONTH", "OUTCOMES", "LINK_LABELS")
"""Which have no docstring of their own: their example is on the front page."""
MOST_LINES = 120


def test_help_is_a_front_page_that_names_everything() -> None:
    page = pydoc.plain(pydoc.render_doc(sim))
    assert page.count("\n") < MOST_LINES
    told = set(re.findall(r"\w+", str(sim.__doc__)))
    assert not set(NAMES) - told


def test_every_command_is_a_name() -> None:
    terminal = {"serve", "describe", "borough-data", "store", "scenario"}
    commands = {*QUESTIONS, *FUNCTIONS, *GROUPS} - terminal
    assert {name.replace("-", "_") for name in commands} <= set(NAMES)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in NAMES],
)
def test_an_example_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recover_quickly(monkeypatch)
    text = str((sim if name in DATA else getattr(sim, name)).__doc__)
    example = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    assert any(f"sim.{name}" in one.source for one in example.examples), "it has no example"
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    assert runner.run(example, out=told.append).failed == 0, "".join(told)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["register", "score"])
def test_an_example_of_a_forecast_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = str(getattr(sim.forecast, name).__doc__)
    example = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    assert example.examples
    assert doctest.DocTestRunner(verbose=False).run(example).failed == 0


def _plain(default: object) -> object:
    return str(default) if default.__class__.__name__ == "Draws" else default


@pytest.mark.parametrize("name", ASKED)
def test_names_and_defaults_are_those_of_the_command(name: str) -> None:
    study = study_named(name.replace("_", "-"))
    said = inspect.signature(getattr(sim, name)).parameters
    runner = {} if study.is_quick else RUNNER
    assert set(said) == {*study.request.model_fields, *runner}
    for field, declared in fields(study.request):
        if not declared.is_required():
            default = said[field].default
            assert _plain(default) == _plain(declared.get_default()), field


@pytest.mark.parametrize("name", ["verify", "report"])
def test_other_commands_have_their_names_in_python(name: str) -> None:
    typed = {one.name for one in loaded(name).params} - {"help", "as_json", "quiet"}
    said = set(inspect.signature(getattr(sim, name)).parameters)
    assert said == {*typed, "progress", "cancel"}


@pytest.mark.parametrize(("name", "more"), [("register", {"progress", "cancel"}), ("score", set())])
def test_a_forecast_has_its_commands_names(name: str, more: set[str]) -> None:
    typed = {one.name for one in loaded("forecast").commands[name].params}
    said = set(inspect.signature(getattr(sim.forecast, name)).parameters)
    assert said == (typed - {"help", "as_json", "quiet"}) | more


def test_a_question_pickles_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(sim.money)) is sim.money
    assert pickle.loads(pickle.dumps(sim.compare)) is sim.compare


# Parameters and levers


def test_every_parameter_is_in_its_table_with_range_unit_grade_and_source() -> None:
    frame = sim.parameters().set_index("name")
    declared = declarations(Parameters)
    assert list(frame.index) == [f"parameters.{name}" for name in declared]
    for name, row in frame.iterrows():
        one = declared[str(name).removeprefix("parameters.")]
        assert row["label"] == one.label
        assert row["default"] == one.default
        assert row["unit"]
        assert row["source"]
        assert row["grade"] in ("measured", "looked up", "assumed")
        if one.allowed is None:
            assert isinstance(one.default, str | bool)  # a word, a yes or a no has no range
        else:
            assert row["low"] <= row["default"] <= row["high"]


def test_every_lever_is_in_its_table_and_its_default_changes_nothing() -> None:
    frame = sim.levers().set_index("name")
    named = {
        f"levers.{lever}.{name}": one
        for lever, field in Levers.model_fields.items()
        for name, one in declarations(field.annotation).items()
    }
    assert list(frame.index) == list(named)
    assert (frame["unit"] != "").all()
    assert (frame["source"] != "").all()
    for name, row in frame.iterrows():
        one = named[str(name)]
        if one.allowed is not None and isinstance(one.default, int | float):
            assert row["low"] <= row["default"] <= row["high"], name


# Progress, logging, cancelling


def test_what_is_done_is_logged_and_quiet_by_default(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    sim.run("no-cap", runs=2, years=1)
    assert capfd.readouterr() == ("", "")
    with caplog.at_level(logging.DEBUG, logger="permanence"):
        sim.run("no-cap", runs=2, years=1)
    said = [(one.levelname, one.getMessage()) for one in caplog.records]
    assert ("INFO", "question run: begins") in said
    assert ("INFO", "no-cap: begins") in said
    assert ("DEBUG", "no-cap: 2 of 2") in said
    assert {one.name for one in caplog.records} == {"permanence"}
    assert said[-1][1].startswith("question run: done in")


def test_a_remark_is_a_warning_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "kept"
    sim.run("no-cap", runs=1, years=1, out=out)
    (runs,) = (out / "runs").iterdir()
    runs.rename(runs.with_name("0.2.0.dev0-0123456789abcdef-fedcba9876543210"))
    with pytest.warns(UserWarning, match="is of another stamp"):
        sim.run("no-cap", runs=1, years=1, out=out)
    assert [one.levelname for one in caplog.records] == ["WARNING"]


def test_progress_is_told_when_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    sim.run("no-cap", runs=2, years=1, progress=True)
    assert "no-cap: 2 of 2" in capfd.readouterr().err


@pytest.mark.parametrize("ask", [sim.run, lambda *a, **k: sim.compare(*a, "pan-london-cap", **k)])
def test_an_event_stops_the_work(ask, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(RuntimeError, match="cancelled"):
        ask("no-cap", runs=2, years=1, cancel=stop)


# What a scenario can be given as


def test_a_scenario_is_a_name_a_path_a_dictionary_or_itself(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "no-cap"\n', encoding="utf-8")
    given = ("no-cap", path, str(path), {"extends": "no-cap"}, sim.load_scenario("no-cap"))
    found = [sim.run(one, runs=1, years=1).panel()["value"] for one in given]
    assert all(one.equals(found[0]) for one in found)
    for one in given:
        sim.drawn(one, years=1)
        sim.LondonMarket(one, rng=1, years=1)


def test_two_dictionaries_without_a_name_can_be_compared() -> None:
    cap = {"extends": "no-cap", "parameters": {"bid_speed": 0.3}}
    found = sim.compare({"extends": "no-cap"}, cap, runs=1, years=1)
    assert [one.scenario.name for one in found.policies] == ["unnamed-2"]


def test_one_text_for_overrides_says_what_to_write() -> None:
    for ask in (sim.run, sim.money, sim.loops):
        with pytest.raises(ValueError, match=r"allowed: a list"):
            ask("no-cap", overrides="parameters.bid_speed=0.2")


@pytest.mark.slow
def test_several_structures_give_the_answer_of_the_command() -> None:
    found = sim.run("no-cap", runs=2, years=1, structure=["budget", "responsive"])
    assert set(found.results) == {
        f"{hiring}-{trigger}-no-cap"
        for hiring in ("budget", "responsive")
        for trigger in sim.BidTrigger
    }


def test_beside_a_result_what_goes_with_scenarios_is_refused() -> None:
    result = sim.run("no-cap", runs=1, years=1)
    with pytest.raises(ValueError, match="out: goes with scenarios"):
        sim.compare(result, "pan-london-cap", runs=1, years=1, out="somewhere")
