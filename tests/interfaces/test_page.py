"""What the page is told, and what it is made of: facts from home, one style, one script, no web."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sim.domain.vocabulary import Link
from sim.experiments.draws import Draws
from sim.experiments.quick import quick_ensemble
from sim.interfaces.page.answers import Teller, answer
from sim.interfaces.page.explorer import (
    GRID,
    fixed_terms,
    grid_points,
    named_cases,
    point_scenario,
)
from sim.interfaces.page.facts import facts
from sim.interfaces.page.files import in_one_file, modules, served, text_of
from sim.interfaces.page.loop import BY_DEFINITION, CAN_BE_CUT, NODES
from sim.interfaces.page.specs import Spec, controlled, values_of
from sim.rules.policy import Levers
from sim.scenario import ScenarioError, load_scenario, scenario_names


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return facts(Draws.DEFAULT)


def test_every_lever_has_a_control_and_few_are_shown_first(known: dict[str, Any]) -> None:
    controls = known["controls"]
    assert {one["lever"] for one in controls} == {*Levers.model_fields, "structure"}
    assert 4 <= sum(one["first"] for one in controls) <= 8
    for one in controls:
        if one["offered"] is not None and one["allowed"] is not None:
            low, high, step = one["offered"]
            assert one["allowed"][0] <= low < high <= one["allowed"][1]
            assert 0 < step <= high - low


def test_a_controls_value_can_be_set_to_what_a_scenario_has() -> None:
    for name in scenario_names():
        for path, value in values_of(load_scenario(name)).items():
            if value is not None and "enforcement" not in path and "exceptions" not in path:
                Spec(scenario="baseline", changes={path: value})


def test_every_step_of_the_story_is_a_pair_of_shipped_scenarios(known: dict[str, Any]) -> None:
    groups = {one["name"]: one["group"] for one in known["scenarios"]}
    assert len(story()) == 5
    for step in story():
        assert groups[step["left"]["scenario"]] == groups[step["policy"]]
        for words in ("say", "ask", "look", "caution"):
            assert 20 < len(step[words]) < 330


def test_a_spec_is_the_scenario_it_says() -> None:
    found = Spec(scenario="no-cap", changes={"levers.cap.members": 1}).resolved("policy")
    assert found.levers.cap.members == 1.0
    assert Spec(scenario="no-cap").resolved("base") == load_scenario("no-cap")
    with pytest.raises(ScenarioError, match="no such control"):
        Spec(scenario="no-cap", changes={"start.year": 2017}).resolved("policy")


def test_an_answer_is_json_and_tells_both_shares() -> None:
    left, right = (
        quick_ensemble(load_scenario(name), runs=2, seed=1, years=1, draws=Draws.DEFAULT)
        for name in ("no-cap", "pan-london-cap")
    )
    told = json.loads(json.dumps(answer(left, right, Teller.TWIN), allow_nan=False))
    for side in ("left", "right"):
        for outcome in ("permanent_share_of_workforce", "permanent_share_of_posts"):
            low, middle, high = told[side]["london"][outcome]
            assert len(middle) == 13
            assert all(a <= b <= c for a, b, c in zip(low, middle, high, strict=True))
    assert told["grounds"] == [load_scenario("pan-london-cap").levers.cap.grounds]


def test_every_link_is_in_the_loop_and_joins_its_nodes() -> None:
    assert set(CAN_BE_CUT) == set(Link)
    assert {end for ends in (*CAN_BE_CUT.values(), *BY_DEFINITION) for end in ends} == set(NODES)


# Files


def test_modules_come_after_what_they_need_and_share_no_name() -> None:
    order = modules()
    seen: dict[str, str] = {}
    for place, name in enumerate(order):
        text = text_of(name)
        for needed in re.findall(r'from "\./([a-z-]+\.js)"', text):
            assert order.index(needed) < place
        found = re.findall(
            r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", text, re.M
        )
        for one in found:
            assert one not in seen, f"{one} is in {seen.get(one)} and in {name}"
            seen[one] = name


@pytest.mark.parametrize("name", ["index.html", "style.css", *modules()])
def test_nothing_on_the_page_leads_to_the_web(name: str) -> None:
    text = text_of(name).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|//cdn|@import|url\(\s*['\"]?(?!#)", text.replace("url(#", "#"))
    assert "innerHTML" not in text
    assert not re.search(r"\sstyle=|\son[a-z]+=[\"']", text)


def test_the_file_forbids_everything_but_itself(known: dict[str, Any]) -> None:
    text = in_one_file(known, {"deflated": ""})
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert "import {" not in text
    assert 'src="' not in text


def test_what_is_served_is_a_short_list(known: dict[str, Any]) -> None:
    paths = served(known)
    assert set(paths) == {"/", "/style.css", *(f"/{name}" for name in modules())}
    assert sum(len(content) for _, content in paths.values()) < 400_000


# The grid


def test_the_grid_is_four_levers_of_five_levels() -> None:
    assert [len(levels) for levels in GRID.values()] == [5, 5, 5, 5]
    points = list(grid_points(GRID))
    assert len(points) == 25 * (1 + 4 * 5)
    offered = {path: one.offered for path, _, one in controlled()}
    for path, levels in GRID.items():
        low, high, _ = offered[path]
        assert low <= min(levels) < max(levels) <= high


def test_a_point_of_the_grid_is_the_policy_the_page_would_download() -> None:
    levels = list(GRID)
    policy = point_scenario(levels, (41.0, 1.0, 0.0, 1.0))
    assert policy.fingerprint() == load_scenario("pan-london-cap").fingerprint()
    nobody = point_scenario(levels, (35.0, 0.0, 0.0, 1.0))
    assert nobody.fingerprint() == load_scenario("no-cap").fingerprint()
    assert not set(fixed_terms()) & set(GRID)


def test_named_runs_hold_each_step_and_each_link_cut_alone() -> None:
    cuts = [right for _, right in named_cases() if "cut_links" in right[1]]
    assert len(cuts) == len(Link)
    assert len(named_cases()) >= 2 * len(story())
