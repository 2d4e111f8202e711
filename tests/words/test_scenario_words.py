"""What `permanence scenario` says of a file: timeline, warnings, differences, schema."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from sim.ensemble.draws import Draws
from sim.ensemble.run import run_ensemble
from sim.rules.levers import Levers
from sim.scenario import ScenarioError, load_scenario, scenario_from, scenario_names, shipped_folder
from sim.studies.tip.method.levers_range import read_lever
from sim.studies.tip.method.reach import Asked
from sim.studies.tip.words.sentences import Told
from sim.studies.tip.words.sentences import notes as tip_notes
from sim.words.doubts import below_floor
from sim.words.notes import notes
from sim.words.scenario_schema import scenario_schema
from sim.words.timeline import differences, timeline
from tests.interfaces.command import permanence, too_wide
from tests.past import NO_CAP_2023

CAP_38 = """
title = "A £38 cap from April 2026, 28 of 32 boroughs sign"
extends = "from-2023"
[levers.cap]
start = 2026-04-01
charge_rate_per_hour = 38
members = 0.875
"""
SMALL = ("--runs", "2", "--years", "1", "--jobs", "1", "--quiet")


def file(folder: Path, text: str, name: str = "mine") -> str:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def cap(text: str) -> str:
    return f'extends = "from-2023"\n[levers.cap]\n{text}\n'


def checked(path: str, *more: str) -> list[str]:
    answer = permanence("scenario", "check", path, "--json", *more)
    assert (answer.code, answer.err) == (0, "")
    found: list[str] = json.loads(answer.out)["warnings"]
    return found


# The timeline


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_has_a_timeline_of_the_levers_it_uses(name: str) -> None:
    answer = permanence("scenario", "check", name)
    assert (answer.code, answer.err, too_wide(answer.out)) == (0, "", [])
    levers = load_scenario(name).levers
    for lever in Levers.model_fields:
        title = f"{lever.replace('_', ' ').capitalize()}: "
        assert (title in answer.out) == (not getattr(levers, lever).is_no_op), lever
    assert "never acts" not in answer.out
    assert "is listed twice" not in answer.out


def test_the_timeline_as_json_gives_spans(tmp_path: Path) -> None:
    answer = permanence("scenario", "check", file(tmp_path, CAP_38), "--json")
    rows = json.loads(answer.out)["timeline"]
    assert [(row["lever"], row["from"], row["until"]) for row in rows] == [
        ("cap", None, "2026-03-31"),
        ("cap", "2026-04-01", None),
    ]
    assert rows[1]["terms"]["charge_rate_per_hour"] == 38
    assert rows[1]["words"].startswith("27 of 31 employers, drawn in each run, at £38 an hour")


def test_show_prints_earlier_terms_by_place(tmp_path: Path) -> None:
    text = permanence("scenario", "show", file(tmp_path, CAP_38)).out
    assert "levers.cap.terms[0].charge_rate_per_hour = 48.0" in text
    assert "levers.cap.terms[1].charge_rate_per_hour = 38.0" in text
    assert "earlier" not in text
    assert "terms[" not in permanence("scenario", "show", "from-2023").out


# Warnings


def test_what_is_plain_gives_no_warning() -> None:
    assert checked("from-2023") == checked("baseline") == []


def test_warns_where_nobody_is_in_a_cap_with_a_level(tmp_path: Path) -> None:
    (warning,) = checked(file(tmp_path, "[levers.cap]\ncharge_rate_per_hour = 40\n"))
    assert warning.startswith("Nobody is in the cap throughout")
    ending = file(tmp_path, cap("start = 2027-04-01\nmembers = 0.0"))
    assert any("Nobody is in the cap from April 2027" in one for one in checked(ending))


def test_warns_of_a_level_under_the_lawful_floor_with_floor_and_day(tmp_path: Path) -> None:
    path = file(tmp_path, cap("start = 2027-04-01\ncharge_rate_per_hour = 30"))
    below = below_floor(load_scenario(path), 10)
    assert below is not None
    assert below.on == date(2027, 4, 30)
    assert below.cap < below.floor
    (warning,) = checked(path)
    assert "lawful floor of equal pay" in warning
    assert f"£{below.floor:.2f}, first on 30 April 2027" in warning
    assert not any("floor" in one for one in checked(path, "--years", "2"))
    assert below_floor(load_scenario("no-cap"), 10) is None


def test_warns_of_a_date_past_the_horizon_and_of_a_lever_that_starts_there(tmp_path: Path) -> None:
    path = file(tmp_path, cap("start = 2030-01-01\nmembers = 0.5"))
    assert checked(path) == []
    (warning,) = checked(path, "--years", "2")
    assert warning == (
        "levers.cap.start: 1 January 2030 is past the horizon, 30 September 2025 (--years 2)."
    )
    tax = file(tmp_path, '[levers.tax]\nstart = 2040-04-06\noff_payroll = "not_enforced"\n')
    assert "Tax never acts by 30 September 2035: it begins in April 2040." in checked(tax)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ('members = ["Bexley", "bexley", "Barnet"]', "Bexley"),
        (
            'members = ["Kingston upon Thames", "Richmond upon Thames"]',
            "Kingston and Richmond",
        ),
        ('members = { except = ["Croydon", "Croydon"] }', "Croydon"),
    ],
)
def test_warns_of_a_name_that_stands_twice(tmp_path: Path, text: str, who: str) -> None:
    for start in ("", "start = 2027-04-01\n"):
        (warning,) = checked(file(tmp_path, cap(start + text)))
        assert warning == f"levers.cap.members: {who} is listed twice; it counts once."


def test_warns_of_a_lever_that_never_acts(tmp_path: Path) -> None:
    idle = file(tmp_path, "[levers.prevention]\nlag_months = 6\n")
    (warning,) = checked(idle)
    assert warning == "Prevention never acts: what is set has no effect by itself."
    over = """
    [[levers.prevention.terms]]
    start = 2020-01-01
    case_reduction = 0.1
    [[levers.prevention.terms]]
    start = 2025-10-01
    case_reduction = 0.0
    """
    (warning,) = checked(file(tmp_path, over))
    assert warning == "Prevention never acts: its terms end before the first month, October 2025."


def test_a_sweep_says_which_of_its_levels_lie_under_the_floor() -> None:
    key = "levers.cap.charge_rate_per_hour"
    low = ("sweep", "from-2023", "--over", f"{key}=28,45", *SMALL)
    said = " ".join(permanence(*low).out.split())
    assert "At 28 a cap lies below the lawful floor of equal pay" in said
    told = json.loads(permanence(*low, "--json").out)["notes"]
    assert any("lawful floor" in note for note in told)
    high = ("sweep", "from-2023", "--over", f"{key}=45,46", *SMALL, "--json")
    assert "lawful floor" not in permanence(*high).out


def test_tip_says_which_of_its_levels_lie_under_the_floor() -> None:
    scenario, key = load_scenario("from-2023"), "levers.cap.charge_rate_per_hour"
    for low, is_said in ((28.0, True), (45.0, False)):
        lever = read_lever(key, "from-2023", low=low, high=50.0)
        assert lever.on(scenario, low).fingerprint() == (
            lever.scenario("from-2023", (), low).fingerprint()
        )
        asked = Asked(20, 1, 2, Draws.DEFAULT, 0.9, 0.08)
        told = tip_notes(Told(scenario, lever, asked, ()))
        assert any("At £28.00" in note and "lawful floor" in note for note in told) == is_said


# "It changes nothing"


def compared(tmp_path: Path, base: str, years: str = "2") -> tuple[list[str], dict[str, Any]]:
    path = file(tmp_path, CAP_38, "cap38")
    typed = ("compare", base, path, "--years", years, "--runs", "2", "--jobs", "1", "--quiet")
    answer = json.loads(permanence(*typed, "--json").out)
    return answer["notes"], answer


def test_changes_nothing_is_said_where_every_number_is_the_same(tmp_path: Path) -> None:
    told, _ = compared(tmp_path, "from-2023")
    assert any("in April 2026: it changes nothing" in note for note in told)
    mine = load_scenario(file(tmp_path, CAP_38, "cap38"))
    both = [
        run_ensemble(one, runs=2, years=2, seed=1) for one in (load_scenario("from-2023"), mine)
    ]
    for outcome in ("permanent_share_of_workforce", "agency_cost_per_year"):
        assert np.array_equal(both[0].london(outcome), both[1].london(outcome))


def test_changes_nothing_is_not_said_beside_numbers_that_differ(tmp_path: Path) -> None:
    told, _ = compared(tmp_path, NO_CAP_2023)
    late = [note for note in told if "starts after the last month shown" in note]
    assert len(late) == 1
    assert "changes nothing" not in late[0]
    both = "what 'No cap, from the census of 2023' and 'A £38 cap from April 2026, 28 of 32"
    assert both in late[0]
    assert "have in force before, from the start on" in late[0]


def test_changes_nothing_is_not_said_where_another_lever_does_something(tmp_path: Path) -> None:
    text = CAP_38 + "[levers.newly_qualified]\nmultiplier = 2.0\n"
    scenarios = load_scenario("from-2023"), load_scenario(file(tmp_path, text))
    base, mine = (run_ensemble(one, runs=2, years=1, seed=1) for one in scenarios)
    late = [note for note in notes(mine, base=base) if "starts after the last month" in note]
    assert late
    assert "it changes nothing" not in late[0]
    assert "comes from elsewhere" in late[0]


def test_notes_say_who_signs(tmp_path: Path) -> None:
    text = CAP_38.replace("2026-04-01", "2024-04-01").replace("0.875", "{ count = 28 }")
    ensemble = run_ensemble(load_scenario(file(tmp_path, text)), runs=2, years=1, seed=1)
    told = " ".join(notes(ensemble))
    assert "(signed by 31 of 31 employers; from April 2024 by 28 of 31 employers, drawn" in told


# Differences


def test_diff_says_what_differs_and_from_when(tmp_path: Path) -> None:
    mine = file(tmp_path, CAP_38, "cap38")
    text = " ".join(permanence("scenario", "diff", mine, "from-2023").out.split())
    assert text.startswith("Cap: the same until 31 March 2026; from April 2026 cap38 has 27 of 31")
    assert "from-2023 has 31 of 31 employers at £48 an hour" in text
    answer = json.loads(permanence("scenario", "diff", mine, "from-2023", "--json").out)
    assert not answer["same"]
    assert [(row["what"], row["from"]) for row in answer["differences"]] == [
        ("levers.cap", "2026-04-01")
    ]


def test_diff_of_the_same_says_so(tmp_path: Path) -> None:
    copy = file(tmp_path, 'extends = "from-2023"\n', "copy")
    assert permanence("scenario", "diff", copy, "from-2023").out == (
        "copy and from-2023 do the same.\n"
    )
    idle = file(tmp_path, 'extends = "from-2023"\n[levers.prevention]\nlag_months = 6\n', "idle")
    said = permanence("scenario", "diff", idle, "from-2023").out
    assert "do the same. What they write differently has no effect." in said


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_differs_from_no_cap_or_does_the_same(name: str) -> None:
    one, other = load_scenario(name), load_scenario("no-cap")
    assert differences(one, one) == []
    assert bool(differences(one, other)) == (one.fingerprint() != other.fingerprint())


def test_diff_tells_start_structure_and_parameters(tmp_path: Path) -> None:
    path = file(tmp_path, 'extends = "from-2023"\n[parameters]\nbid_speed = 0.11\n', "fast")
    text = permanence("scenario", "diff", path, "vicious-circle").out
    for what in ("starts on", "start.year", "structure.bid_trigger", "parameters.bid_speed"):
        assert what in text
    assert too_wide(text) == []


# The schema

GOOD = [
    *[(f"shipped {name}", (shipped_folder() / f"{name}.toml").read_text("utf-8"))
      for name in scenario_names()],
    ("cap38", CAP_38),
    ("off", 'extends = "from-2023"\n[levers]\ncap = "off"\n'),
    ("terms", "[[levers.cap.terms]]\nmembers = 1.0\ncharge_rate_per_hour = 40\n"
              "[[levers.cap.terms]]\nstart = 2025-01-01\nmembers = 0.5\n"),
    *[(members, cap(f"members = {members}"))
      for members in ("0.5", '["Bexley"]', '"Bexley"', "{ count = 28 }",
                      '{ except = ["Croydon"] }', '{ count = 28, except = ["Croydon"] }')],
    ("own figures", "[start.figures.Bexley]\nagency_fte = 10\n"),
]  # fmt: skip
BAD = [
    ("unknown group", "[levees]\n"),
    ("unknown key", "[levers.cap]\nlevel = 38\n"),
    ("unknown key in terms", "[[levers.cap.terms]]\nlevel = 38\n"),
    ("out of range", "[levers.cap]\ntolerance = 2\n"),
    ("a number in quotes", '[levers.cap]\ntolerance = "0.1"\n'),
    ("no such choice", '[levers.cap]\nenforcement = "polite"\n'),
    ("a share above 1", "[levers.cap]\nmembers = 28\ncharge_rate_per_hour = 40\n"),
    ("no such member form", "[levers.cap]\nmembers = { share = 1 }\n"),
    ("an empty member form", "[levers.cap]\nmembers = {}\ncharge_rate_per_hour = 40\n"),
    ("another word than off", '[levers]\ncap = "none"\n'),
    ("what is worked out", 'fixed_parameters = ["bid_speed"]\n'),
    ("no such parameter", "[parameters]\nspeed = 1\n"),
]


def as_json(text: str) -> Any:
    """Return a file as an editor sees it: dates are text."""
    return json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))


def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(permanence("scenario", "schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def loads(text: str) -> bool:
    try:
        scenario_from(tomllib.loads(text))
    except ScenarioError:
        return False
    return True


def test_the_schema_takes_what_the_loader_takes() -> None:
    check = validator()
    for about, text in GOOD:
        assert loads(text), about
        assert list(check.iter_errors(as_json(text))) == [], about


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    check = validator()
    for about, text in BAD:
        assert not loads(text), about
        assert not check.is_valid(as_json(text)), about


def test_the_schema_describes_every_field_with_its_unit_and_source() -> None:
    parts = scenario_schema()["$defs"]
    cap = parts["CapTerms"]["properties"]
    assert cap["tolerance"]["description"].endswith("(unfilled share of posts; assumption)")
    for part in parts.values():
        for name, field in part.get("properties", {}).items():
            assert field.get("description") or "$ref" in field, name


def test_an_unused_london_says_so() -> None:
    (line,) = timeline(scenario_from({}))
    assert line.startswith("No lever is used")
