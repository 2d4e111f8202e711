"""A council's story: what the placebo leaves out, and what is paired with what."""

from __future__ import annotations

import numpy as np
import pytest

from sim.domain.headline import SHARES
from sim.domain.opening_census import opening_census
from sim.ensemble.run import run_ensemble
from sim.scenario import ScenarioError, load_scenario, scenario_from, scenario_names
from sim.studies.story.method import own_levers, placebo_of, rise, story_rows

STORIES = [name for name in scenario_names() if load_scenario(name).borough is not None]


def test_the_stories_of_the_sources_are_there() -> None:
    assert set(STORIES) == {"bexley", "hillingdon", "bromley"}


@pytest.mark.parametrize("name", STORIES)
def test_a_placebo_starts_the_same_and_leaves_out_only_what_the_borough_does_alone(
    name: str,
) -> None:
    story = load_scenario(name)
    placebo = placebo_of(story)
    assert own_levers(story) == ["permanent_offer"]
    assert placebo.start == story.start
    assert placebo.levers.permanent_offer.is_no_op
    assert placebo.levers.cap == story.levers.cap
    put_back = placebo.levers.model_copy(update={"permanent_offer": story.levers.permanent_offer})
    assert put_back == story.levers


@pytest.mark.parametrize("name", STORIES)
def test_a_story_starts_from_figures_that_are_the_councils_own(name: str) -> None:
    story = load_scenario(name)
    census = opening_census(story.start)
    place = census.employers.index(str(story.borough))
    own = story.start.figures[str(story.borough)]
    assert census.permanent[place] == own.permanent_fte
    assert census.agency[place] == own.agency_fte


def test_strengths_are_the_same_in_every_story() -> None:
    offers = [load_scenario(name).levers.permanent_offer for name in STORIES]
    kept = [offer.model_dump(exclude={"members", "start"}) for offer in offers]
    assert kept[0] == kept[1] == kept[2]


def test_rows_are_paired_run_by_run() -> None:
    story = load_scenario("bexley")
    asked = {"runs": 3, "seed": 1, "years": 1}
    policy, placebo = (run_ensemble(one, **asked) for one in (story, placebo_of(story)))
    rows = story_rows(policy, placebo, "Bexley")
    assert len(rows) == 2 * len(SHARES)
    for row in rows:
        place = row.year - 2014
        ours, theirs = (e.of(row.outcome, "Bexley")[:, place] for e in (policy, placebo))
        assert row.difference.mean == pytest.approx(np.mean(ours - theirs))
        assert row.policy.q10 == pytest.approx(np.quantile(ours, 0.1))
    mine, without = rise(rows, "permanent_share_of_workforce", 2015)
    last = [row for row in rows if row.outcome == "permanent_share_of_workforce"][-1]
    assert mine - without == pytest.approx(last.policy.mean - last.placebo.mean)


def test_whose_story_it_is_changes_nothing_and_is_not_inherited() -> None:
    told = load_scenario("bexley")
    assert told.model_copy(update={"borough": None}).fingerprint() == told.fingerprint()
    assert scenario_from({"extends": "bexley"}).borough is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"extends": "bexley"}, "names no borough"),
        ({"extends": "bexley", "borough": "Barnet"}, "no lever in it is pulled by Barnet alone"),
    ],
)
def test_a_story_without_a_borough_or_a_policy_is_refused(
    content: dict[str, str], told: str
) -> None:
    with pytest.raises(ScenarioError, match=told):
        placebo_of(scenario_from(content))


def test_a_borough_that_is_none_of_londons_is_refused() -> None:
    with pytest.raises(ScenarioError, match="did you mean Bexley"):
        scenario_from({"extends": "bexley", "borough": "Bexly"})
