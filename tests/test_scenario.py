"""Scenarios: found by name or path, resolved through what they extend, hashed by what they do."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from sim.domain.quantities import declarations
from sim.domain.vocabulary import BidTrigger, Enforcement, HiringStructure
from sim.market.model import LondonMarket
from sim.rules.levers import Levers
from sim.scenario import (
    Scenario,
    ScenarioError,
    load_scenario,
    scenario_from,
    scenario_names,
    shipped_folder,
)

NAMES = scenario_names()


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


# What ships


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_loads_and_says_what_it_is_and_why(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.title.strip()
    assert scenario.why.strip()
    assert len(scenario.title) <= 100
    assert scenario.title != scenario.why


def test_no_two_shipped_scenarios_do_the_same_or_are_called_the_same() -> None:
    scenarios = [load_scenario(name) for name in NAMES]
    assert len({scenario.fingerprint() for scenario in scenarios}) == len(NAMES)
    assert len({scenario.title for scenario in scenarios}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_content_survives_a_round_trip_through_json(name: str) -> None:
    scenario = load_scenario(name)
    content = json.loads(json.dumps(scenario.content()))
    again = Scenario(**content, name=name, title=scenario.title, why=scenario.why)
    again = again.model_copy(update={"borough": scenario.borough})
    assert again == scenario
    assert again.fingerprint() == scenario.fingerprint()


def test_what_the_scenarios_promise_each_other() -> None:
    baseline, no_cap = load_scenario("baseline"), load_scenario("no-cap")
    assert not baseline.levers.cap.is_no_op
    assert no_cap.levers.cap.is_no_op
    assert no_cap.start == baseline.start
    assert no_cap.structure == baseline.structure
    circle, capped = load_scenario("vicious-circle"), load_scenario("capped-circle")
    assert circle.start.stylised
    assert circle.start.opening == datetime.date(2014, 9, 30)
    assert circle.levers.cap.is_no_op
    assert not capped.levers.cap.is_no_op
    assert (capped.start, capped.structure) == (circle.start, circle.structure)
    package = load_scenario("package").levers
    assert not any(
        lever.is_no_op for lever in (package.cap, package.permanent_offer, package.newly_qualified)
    )


def test_the_baseline_is_london_today_under_the_rules_that_stand() -> None:
    baseline, then = load_scenario("baseline"), load_scenario("from-2023")
    assert baseline.start.opening == datetime.date(2025, 9, 30)
    assert then.start.opening == datetime.date(2023, 9, 30)
    assert then.levers.agency_rules.is_no_op
    pledge, law = baseline.levers.agency_rules.terms()
    assert (pledge.start, pledge.cooling_off_months) == (datetime.date(2022, 6, 1), 6)
    assert (law.start, law.experience_years) == (datetime.date(2024, 10, 31), 3.0)
    assert law.cooling_off_months == 6, "the Pledge goes beyond the three months of the law"
    agreement, cap = baseline.levers.cap.terms()
    assert agreement.enforcement is Enforcement.VOLUNTARY
    assert cap.start == datetime.date(2025, 10, 1)
    assert cap.enforcement is Enforcement.BREAK_GLASS
    assert cap.charge_rate_per_hour == agreement.charge_rate_per_hour


@pytest.mark.parametrize("name", ["baseline", "from-2023"])
def test_the_agreement_is_about_a_twentieth_above_what_boroughs_pay(name: str) -> None:
    market = LondonMarket(name, rng=1, years=1)
    paid = market.outcome("charge_rate_per_hour")
    assert load_scenario(name).levers.cap.charge_rate_per_hour == pytest.approx(
        1.05 * paid, rel=0.01
    )


TODAY = {
    "no-ir35": "tax",
    "nhs-style-ratchet": "cap",
    "package": "permanent_offer",
    "package-to-90": "prevention",
    "pan-london-cap": "cap",
    "permanent-offer": "permanent_offer",
}


@pytest.mark.parametrize("name", TODAY)
def test_a_policy_from_today_acts_from_the_next_financial_year(name: str) -> None:
    scenario, baseline = load_scenario(name), load_scenario("baseline")
    assert scenario.start == baseline.start
    lever = getattr(scenario.levers, TODAY[name])
    standing = {one.start for one in getattr(baseline.levers, TODAY[name]).terms()}
    first = min(one.start for one in lever.terms() if one.start not in standing)
    assert (first.year, first.month) == (2026, 4)
    assert scenario.levers.agency_rules == baseline.levers.agency_rules


# No-ops


def test_the_default_of_every_lever_is_its_no_op() -> None:
    for name in Levers.model_fields:
        assert getattr(Levers(), name).is_no_op, name


def test_every_declared_no_op_is_the_default_of_its_field() -> None:
    for name, field in Levers.model_fields.items():
        declared = declarations(field.annotation)  # type: ignore[arg-type]
        stated = {key: one.no_op for key, one in declared.items() if one.no_op is not None}
        assert stated, f"levers.{name} says nowhere what changes nothing"
        for key, no_op in stated.items():
            assert getattr(getattr(Levers(), name), key) == no_op


def test_without_levers_every_lever_is_off_and_nothing_else_changes() -> None:
    package = load_scenario("package")
    bare = package.without_levers()
    assert bare.levers == Levers()
    assert bare.model_copy(update={"levers": package.levers}) == package


# Found by name and by path


def test_a_name_finds_the_shipped_scenario_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = load_scenario("pan-london-cap")
    write(tmp_path, "pan-london-cap", 'title = "not this one"\n')
    monkeypatch.chdir(tmp_path)
    assert load_scenario("pan-london-cap") == here


def test_a_path_finds_the_file_and_names_the_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "deep", "bexley", 'title = "Mine"\nextends = "baseline"\n')
    assert load_scenario(path).name == "bexley"
    assert load_scenario(str(path)).title == "Mine"
    monkeypatch.chdir(tmp_path)
    assert (
        load_scenario("deep/bexley.toml").fingerprint() == load_scenario("baseline").fingerprint()
    )


def test_the_path_of_a_shipped_file_finds_the_same_scenario() -> None:
    shipped = shipped_folder() / "baseline.toml"
    assert load_scenario(shipped) == load_scenario("baseline")


def test_an_unknown_name_is_told_with_the_nearest_and_all_others() -> None:
    with pytest.raises(ScenarioError, match=r"'no-cpa' \(did you mean 'no-cap'\?\)") as fault:
        load_scenario("no-cpa")
    for name in NAMES:
        assert name in str(fault.value)
    with pytest.raises(ScenarioError) as fault:
        load_scenario("zzz")
    assert "did you mean" not in str(fault.value)


# What a scenario extends


def test_extends_is_looked_for_beside_the_file_first(tmp_path: Path) -> None:
    write(tmp_path, "no-cap", '[structure]\nhiring = "budget"\n')
    child = write(tmp_path, "child", 'extends = "no-cap"\n')
    assert load_scenario(child).structure.hiring is HiringStructure.BUDGET
    elsewhere = write(tmp_path / "elsewhere", "child", 'extends = "no-cap"\n')
    assert load_scenario(elsewhere).fingerprint() == load_scenario("no-cap").fingerprint()


def test_extends_takes_a_path_from_the_files_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "common", "start", "[start]\nyear = 2019\n")
    child = write(tmp_path / "mine", "child", 'extends = "../common/start.toml"\n')
    monkeypatch.chdir(tmp_path / "common")
    assert load_scenario(child).start.year == 2019


def test_a_file_may_have_the_name_of_the_shipped_scenario_it_extends(tmp_path: Path) -> None:
    mine = write(tmp_path, "baseline", 'extends = "baseline"\n[levers.cap]\ntolerance = 0.3\n')
    scenario, shipped = load_scenario(mine), load_scenario("baseline")
    assert scenario.levers.cap.tolerance == 0.3
    assert scenario.levers.cap.start == shipped.levers.cap.start


def test_a_chain_merges_tables_and_the_nearest_wins(tmp_path: Path) -> None:
    write(
        tmp_path,
        "grandparent",
        'title = "G"\nwhy = "G"\n[levers.cap]\nmembers = 1.0\ncharge_rate_per_hour = 50.0\n'
        "[parameters]\nbid_speed = 0.1\ntaste_spread = 0.2\n",
    )
    write(
        tmp_path,
        "parent",
        'extends = "grandparent"\ntitle = "P"\n[levers.cap]\ncharge_rate_per_hour = 45.0\n',
    )
    child = write(tmp_path, "child", 'extends = "parent"\n[parameters]\nbid_speed = 0.3\n')
    found = load_scenario(child)
    assert (found.levers.cap.members, found.levers.cap.charge_rate_per_hour) == (1.0, 45.0)
    assert (found.parameters.bid_speed, found.parameters.taste_spread) == (0.3, 0.2)
    assert found.fixed_parameters == ("bid_speed", "taste_spread")
    assert (found.title, found.why) == ("", ""), "a child does not take its parent's words"


def test_a_circle_of_extends_is_told_step_by_step(tmp_path: Path) -> None:
    write(tmp_path, "one", 'extends = "two"\n')
    write(tmp_path, "two", 'extends = "three"\n')
    first = write(tmp_path, "three", 'extends = "one"\n')
    with pytest.raises(ScenarioError, match="three -> one -> two -> three"):
        load_scenario(first)


def test_a_dictionary_is_read_like_a_file() -> None:
    never = {"start": "2016-01-01", "members": 0.0}
    content = {"extends": "baseline", "levers": {"cap": dict(never)}}
    found = scenario_from(content, "mine")
    assert found.name == "mine"
    assert found.fingerprint() == load_scenario("no-cap").fingerprint()
    assert content == {"extends": "baseline", "levers": {"cap": never}}
    with pytest.raises(ScenarioError, match=r"mine: levers\.cap\.memebrs"):
        scenario_from({"levers": {"cap": {"memebrs": 0.0}}}, "mine")


# Overrides


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("levers.cap.members=0.5", "levers.cap.members", 0.5),
        ("levers.cap.members=0", "levers.cap.members", 0.0),
        ("levers.cap.members=['Bexley', 'brent']", "levers.cap.members", ("Bexley", "Brent")),
        ("levers.cap.members=Bexley", "levers.cap.members", ("Bexley",)),
        ("levers.cap.uprated=true", "levers.cap.uprated", True),
        ("levers.cap.start=2026-04-01", "levers.cap.start", datetime.date(2026, 4, 1)),
        ("levers.tax.frozen_tax_year=2016/17", "levers.tax.frozen_tax_year", "2016/17"),
        ("structure.bid_trigger=vacancies", "structure.bid_trigger", BidTrigger.VACANCIES),
        ('structure.bid_trigger="vacancies"', "structure.bid_trigger", BidTrigger.VACANCIES),
        ("structure.cut_links=[]", "structure.cut_links", ()),
        (" parameters.bid_speed = 0.2 ", "parameters.bid_speed", 0.2),
        ("parameters.bid_speed=2e-1", "parameters.bid_speed", 0.2),
        ("parameters.vat_scheme=none", "parameters.vat_scheme", "none"),
    ],
)
def test_an_override_is_toml_or_else_a_word(override: str, key: str, value: Any) -> None:
    found: Any = load_scenario("from-2023", [override])
    for part in key.split("."):
        found = getattr(found, part)
    assert found == value
    assert type(found) is type(value)


def test_later_overrides_win_and_parameters_become_fixed() -> None:
    found = load_scenario("baseline", ["parameters.bid_speed=0.1", "parameters.bid_speed=0.3"])
    assert found.parameters.bid_speed == 0.3
    assert found.fixed_parameters == ("bid_speed",)
    assert load_scenario("baseline").fixed_parameters == ()


def test_an_override_is_one_value_and_no_more() -> None:
    with pytest.raises(ScenarioError, match=r"levers\.cap\.tolerance"):
        load_scenario("baseline", ["levers.cap.tolerance=0.2\nother=1"])


def test_an_override_says_where_it_was_wrong() -> None:
    with pytest.raises(ScenarioError, match=r"^baseline\.toml with --set: levers\.cap\.tolerance"):
        load_scenario("baseline", ["levers.cap.tolerance=7"])


# Fingerprints

TEXT = (
    'title = "A"\nwhy = "B"\n[levers.cap]\nmembers = 0.5\ncharge_rate_per_hour = 40.0\n'
    "[parameters]\nbid_speed = 0.2\ntaste_spread = 0.1\n"
)
SAME = (
    "[parameters]\ntaste_spread = 0.1\nbid_speed = 0.2\n[levers.cap]\n"
    "charge_rate_per_hour = 40\nmembers = 0.5 # half\nreturn_months = 6\n"
)


def test_a_fingerprint_ignores_names_words_order_and_stated_defaults(tmp_path: Path) -> None:
    one, other = write(tmp_path, "one", TEXT), write(tmp_path, "other", SAME)
    assert load_scenario(one).fingerprint() == load_scenario(other).fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        "levers.cap.members=0.6",
        "levers.cap.tolerance=0.09",
        "parameters.bid_speed=0.21",
        "parameters.pay_sensitivity=6.0",
        "structure.hiring=budget",
        "start.year=2019",
        "levers.tax.off_payroll=not_enforced",
    ],
)
def test_a_fingerprint_sees_every_change(change: str, tmp_path: Path) -> None:
    path = write(tmp_path, "one", TEXT)
    assert load_scenario(path).fingerprint() != load_scenario(path, [change]).fingerprint()


def test_choosing_a_parameters_default_is_a_change_because_it_is_no_longer_drawn() -> None:
    default = load_scenario("baseline").parameters.bid_speed
    chosen = load_scenario("baseline", [f"parameters.bid_speed={default}"])
    assert chosen.parameters == load_scenario("baseline").parameters
    assert chosen.fingerprint() != load_scenario("baseline").fingerprint()


def test_a_list_of_members_is_a_set_of_employers() -> None:
    one = load_scenario("baseline", ["levers.cap.members=['Kingston upon Thames', 'Bexley']"])
    other = load_scenario("baseline", ["levers.cap.members=['bexley', 'Richmond upon Thames']"])
    assert one.fingerprint() == other.fingerprint()


def test_drawn_parameters_are_checked() -> None:
    baseline = load_scenario("baseline")
    assert baseline.with_parameters({"bid_speed": 0.2}).parameters.bid_speed == 0.2
    with pytest.raises(ValueError, match="bid_speed"):
        baseline.with_parameters({"bid_speed": -1.0})


# Hints


def test_a_key_without_its_path_is_recognised() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean 'levers\.cap\.tolerance'\?"):
        load_scenario("baseline", ["tolerance=0.2"])
    with pytest.raises(ScenarioError, match=r"did you mean 'levers\.cap'\?"):
        load_scenario("baseline", ["cap.members=0.2"])


def test_a_long_list_of_names_is_not_recited() -> None:
    with pytest.raises(ScenarioError) as fault:
        load_scenario("baseline", ["parameters.zzz=1"])
    assert "permanence describe parameters" in str(fault.value)
    assert len(str(fault.value)) < 200
