"""What the page is told, and what it is made of: facts from home, one style, one script, no web."""

from __future__ import annotations

import json
import re
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor, wait
from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.answers.structures import Pair
from sim.domain.vocabulary import Link
from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.interfaces.page.answers import Teller, answer
from sim.interfaces.page.facts import facts
from sim.interfaces.page.files import in_one_file, modules, served, text_of
from sim.interfaces.page.grid import Grid
from sim.interfaces.page.loop import loop_of
from sim.interfaces.page.specs import Book, Spec, changed, controlled, values_of
from sim.interfaces.page.story import story, story_pairs
from sim.interfaces.serve.leash import Leash
from sim.rules.levers import Levers
from sim.scenario import ScenarioError, load_scenario, scenario_names
from sim.studies.loops.method.links import CIRCLE
from sim.studies.loops.method.strength import measured_circle

CUTS = "structure.cut_links"


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


def test_the_circle_is_the_one_that_loops_measures() -> None:
    """The page's gains are those `permanence loops` prints, and it can cut every link."""
    scenario = load_scenario("vicious-circle")
    told = loop_of(scenario, seed=1, draws=Draws.DEFAULT, runs=2)
    pair = Pair(scenario.structure.hiring, scenario.structure.bid_trigger)
    found = measured_circle(scenario, pair, runs=2, seed=1, years=0, draws=Draws.DEFAULT)
    for link, about in zip(CIRCLE, told["links"], strict=True):
        assert about["gain"]["q50"] == pytest.approx(
            float(np.median(found.now.link(*link.ends))), abs=1e-4
        )
    assert [one["cut"] for one in told["cuts"]] == [link.value for link in Link]
    assert {one["cut"] for one in told["links"]} - {None} == {link.value for link in Link}
    assert told["finding"]
    json.dumps(told, allow_nan=False)


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


@pytest.mark.parametrize("name", ["index.html", "style.css", "stage.css", *modules()])
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
    assert set(paths) == {"/", "/style.css", "/stage.css", *(f"/{name}" for name in modules())}
    assert sum(len(content) for _, content in paths.values()) < 400_000


# A result's own scenarios


def test_a_results_scenario_is_written_from_a_shipped_one_where_it_can_be() -> None:
    sets = ("levers.cap.members=0.5", "levers.cap.charge_rate_per_hour=40")
    levers, slower = (
        load_scenario("no-cap", sets),
        load_scenario("no-cap", ["parameters.bid_speed=0.1"]),
    )
    book = Book([load_scenario("no-cap"), levers, slower])
    assert book.name_of(load_scenario("no-cap")) == "no-cap"
    names = [book.name_of(levers), book.name_of(slower)]
    assert len({*names, *scenario_names()}) == len(scenario_names()) + 2
    written = book.written_as(names[0])
    assert written is not None
    assert Spec(**written).resolved("again").fingerprint() == levers.fingerprint()
    assert book.written_as(names[1]) is None


def test_a_control_moved_in_a_results_scenario_leaves_the_rest_of_it() -> None:
    slower = load_scenario("no-cap", ["parameters.bid_speed=0.1"])
    moved = changed(slower, {"levers.permanent_offer.hiring_uplift": 0.5})
    assert moved.parameters == slower.parameters
    assert moved.fixed_parameters == slower.fixed_parameters
    assert moved.levers.permanent_offer.hiring_uplift == 0.5
    assert changed(slower, {}).fingerprint() == slower.fingerprint()
    with pytest.raises(ScenarioError):
        changed(slower, {"levers.cap.members": -1})


# The grid


def grid_round(base: str) -> Grid:
    scenario = load_scenario(base)
    book = Book([scenario])
    start = Spec(scenario=book.name_of(scenario))
    ensemble = quick_ensemble(scenario, runs=2, seed=1, years=1, draws=Draws.DEFAULT)
    return Grid.around(book, start, ensemble, 2, None)


@pytest.fixture(scope="module")
def grid() -> Grid:
    return grid_round("no-cap")


def test_the_grid_is_four_levers_of_five_levels(grid: Grid) -> None:
    assert [len(set(levels)) for levels in grid.levels.values()] == [5, 5, 5, 5]
    assert len(grid.points) == len(set(grid.points)) == 25 * (1 + 5 * 4)
    offered = {path: one.offered for path, _, one in controlled()}
    for path, levels in grid.levels.items():
        low, high, _ = offered[path]
        assert low <= min(levels) < max(levels) <= high


def test_a_point_that_leaves_the_cap_alone_keeps_the_bases(grid: Grid) -> None:
    assert grid.scenario((None, None, 0.0, 1.0)).fingerprint() == grid.base.fingerprint()
    assert not set(grid.fixed) & set(grid.levels)
    capped = grid_round("baseline")
    assert capped.caps_already
    untouched = capped.scenario((None, None, 0.5, 1.0)).levers
    assert untouched.cap == capped.base.levers.cap
    assert untouched.permanent_offer.hiring_uplift == 0.5
    nobody = capped.scenario((capped.points[0][0], 0.0, 0.0, 1.0))
    assert nobody.levers.cap.members == 0.0


def test_a_cap_of_the_grid_has_the_terms_of_the_shipped_policy(grid: Grid) -> None:
    policy = load_scenario("pan-london-cap").levers.cap
    point = grid.scenario((policy.charge_rate_per_hour, 1.0, 0.0, 1.0))
    from_the_first_month = {"earlier": (), "start": date(2025, 10, 1)}
    assert point.levers.cap == policy.model_copy(update=from_the_first_month)


def test_the_story_is_run_with_each_link_cut_alone() -> None:
    cuts = [right for _, right in story_pairs() if CUTS in right.changes]
    assert [right.changes[CUTS] for right in cuts] == [[link.value] for link in Link]
    for step in story():
        left = Spec(**step["left"])
        policy = load_scenario(step["policy"]).fingerprint()
        rights = [right for one, right in story_pairs() if one == left]
        assert policy in {right.resolved("policy").fingerprint() for right in rights}


# The desk's futures


def test_who_waits_for_a_dropped_question_is_woken() -> None:
    never = Future[int]()

    class Stuck(Executor):
        def submit(self, *args: Any, **kwargs: Any) -> Future[int]:
            return never

    leash = Leash(Stuck())
    own = leash.submit(len, "")
    leash.cut()
    leash.cut()
    done, _ = wait([own], timeout=1.0)
    assert own in done
    with pytest.raises(CancelledError):
        leash.submit(len, "")


def test_a_leash_passes_on_what_the_pool_found() -> None:
    with ThreadPoolExecutor(1) as pool:
        leash = Leash(pool)
        assert leash.submit(len, "four").result() == 4
        with pytest.raises(ZeroDivisionError):
            leash.submit(divmod, 1, 0).result()
