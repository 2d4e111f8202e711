"""A scenario file is a scenario or one short sentence on it, whatever stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from sim.domain.given import MOST_LEVELS
from sim.scenario import Scenario, ScenarioError, load_figures, load_scenario

LONGEST_SENTENCE = 500
MANY_DIGITS = "9" * 5_000
ODD = (
    "nan",
    "-inf",
    "1e999",
    "0",
    "-1",
    "true",
    '""',
    f'"{"x" * 3_000}"',
    '"nul\\u0000"',
    MANY_DIGITS,
    MANY_DIGITS[:300],
    "0x" + "f" * 5_000,
    "-9223372036854775809",
    "1711929600",
    "2026-04-01T12:00:00Z",
    "12:00:00",
    "[]",
    "[[1], {}]",
    "[nan]",
    "{}",
    "{ a = { b = [1] } }",
    "[" * 5_000 + "]" * 5_000,
    "[" * 30 + "]" * 30,
)
"""Values that nothing in a scenario takes, or hardly anything."""
MACHINERY = ("Input should", "argument", "operand", "indices", "conversion", "Errno", "object at")
STAYS = "\ncharge_rate_per_hour = 40.0\n"


def keys(group: type[BaseModel] = Scenario, before: str = "") -> Iterator[str]:
    """Yield the dotted path of every group and value of a scenario."""
    for name, field in group.model_fields.items():
        yield before + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys(field.annotation, f"{before}{name}.")


def sentence(path: Path, text: str) -> str:
    """Return what is said of a file, and nothing if it is taken."""
    path.write_text(text, encoding="utf-8")
    try:
        load_scenario(path)
    except ScenarioError as fault:
        return str(fault)
    return ""


@pytest.mark.parametrize("value", ODD, ids=lambda value: value[:20])
def test_an_odd_value_at_any_key_is_taken_or_told_in_a_sentence(value: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    deeper = ("levers.cap.terms", "levers.cap.steps", "levers.cap.members.except", "extends")
    for key in (*keys(), *deeper, "start.figures.Bexley", "start.figures.Bexley.permanent_fte"):
        said = sentence(path, f"{key} = {value}\n")
        assert "\n" not in said
        assert not [word for word in MACHINERY if word in said], said
        assert len(said) < LONGEST_SENTENCE + len(str(path)), (key, said)
        if said:
            starts = (f"{path}: ", f"{path}, line 1: ", "odd.toml, line 1: ", "odd.toml: ")
            assert said.startswith((*starts, "no scenario is called")), said


def test_a_number_of_thousands_of_digits_is_told_with_its_key(tmp_path: Path) -> None:
    said = sentence(tmp_path / "long.toml", f"# many\n[start]\nyear = {MANY_DIGITS}\n")
    assert "long.toml: start.year: given 999" in said
    assert "allowed: a whole number of at most 18 digits" in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("levers.cap.terms = []", "levers.cap: terms: given []; allowed: a list of one or more"),
        ("levers.cap.foo = 1", "levers.cap.foo: unknown key; allowed here: start, ramp_months"),
        ("levers.cap.members = { number = 3 }", "members.number: unknown key; allowed here: count"),
        ("levers.prevention = { start = 2030-01-01, case_reduction = 7 }", "levers.prevention."),
    ],
)
def test_what_is_wrong_with_a_lever_names_it_and_what_it_takes(
    text: str, told: str, tmp_path: Path
) -> None:
    for extends in ("", 'extends = "baseline"\n'):
        assert told in sentence(tmp_path / "lever.toml", extends + text)


def test_a_table_deeper_than_any_scenario_is_refused(tmp_path: Path) -> None:
    deep = ".".join(["a"] * 3_000)
    assert f"allowed: {MOST_LEVELS} levels" in sentence(tmp_path / "deep.toml", f"{deep} = 1\n")


@pytest.mark.parametrize("given", ["2026-04-01", '"2026-04-01"', "'2026-04-01'"])
def test_a_day_is_a_date_bare_or_quoted(given: str, tmp_path: Path) -> None:
    path = tmp_path / "day.toml"
    path.write_text(f"[levers.cap]\nstart = {given}\n{STAYS}", encoding="utf-8")
    assert load_scenario(path).levers.cap.start == date(2026, 4, 1)


@pytest.mark.parametrize(
    "given",
    [
        "1711929600",
        "1711929600.0",
        '"1711929600"',
        "2026-04-01T12:00:00",
        "2026-04-01T00:00:00",
        '"2026-04-01T00:00:00"',
        '"20260401"',
        '"2026-W14-3"',
        '"2026-02-30"',
        "12:00:00",
        "{ year = 2026 }",
    ],
)
@pytest.mark.parametrize("key", ["levers.cap.start", "levers.cap.stated_on", "start.date"])
def test_what_is_no_day_is_refused(key: str, given: str, tmp_path: Path) -> None:
    said = sentence(tmp_path / "day.toml", f"{key} = {given}\n")
    assert said.startswith(f"day.toml, line 1: {key}: given ")
    assert said.endswith("; allowed: a date such as 2026-04-01")


def test_what_is_no_day_is_refused_in_terms_and_when_it_is_set(tmp_path: Path) -> None:
    terms = "[[levers.cap.terms]]\nstart = 1711929600\n"
    assert "start: given 1711929600; allowed: a date" in sentence(tmp_path / "t.toml", terms)
    with pytest.raises(ScenarioError, match="start: given 1711929600; allowed: a date"):
        load_scenario("baseline", ["levers.cap.start=1711929600"])


def test_own_figures_are_held_to_the_same(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    for value in (value for value in ODD if value != "0"):
        path.write_text(f"[Bexley]\npermanent_fte = {value}\n", encoding="utf-8")
        with pytest.raises(ScenarioError) as fault:
            load_figures(path)
        assert len(str(fault.value)) < LONGEST_SENTENCE + len(str(path))


@pytest.mark.parametrize(
    "steps",
    [
        "3",
        '"x"',
        "[1]",
        "[{}]",
        "[{ start = 2026-04-01 }]",
        "{ a = 1 }",
        "[{ charge_rate_per_hour = 1 }]",
    ],
)
def test_steps_that_are_none_are_told_as_such(steps: str, tmp_path: Path) -> None:
    said = sentence(tmp_path / "steps.toml", f"[levers.cap]\nsteps = {steps}\n{STAYS}")
    assert said.startswith("steps.toml, line 1: levers.cap: steps: given "), said
    assert "allowed: a list of tables with start and charge_rate_per_hour" in said
