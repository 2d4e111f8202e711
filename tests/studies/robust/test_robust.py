"""`permanence robust`: what it says, draws, keeps and refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.domain.headline import SHARES
from sim.ensemble.draws import Draws
from sim.scenario import load_scenario
from sim.studies.robust import charts
from sim.studies.robust.method.discovery import Discovered, Verdict, discovered
from sim.studies.robust.method.judged import Docked, Target, judged
from sim.studies.robust.method.prim import Cases, Restriction
from sim.studies.robust.method.runs import KEPT
from sim.studies.robust.method.uncertain import defaults_for, read_uncertain
from sim.studies.robust.words import printed as tables
from sim.studies.robust.words import sentences as words
from sim.studies.robust.words.told import Told, clause, value_words
from tests.charts.test_charts import collisions
from tests.interfaces.command import files_in, permanence, too_wide

MEMBERS = "levers.cap.members"
FUTURES = 400


@cache
def told(*, seed: int = 1, is_agents: bool = False) -> Told:
    """Return chosen numbers: the cap misses where few sign and supply limits hiring."""
    luck = np.random.default_rng(seed)
    planned = [load_scenario(name) for name in ("no-cap", "pan-london-cap", "package")]
    hiring, bids = (luck.integers(0, most, FUTURES).astype(float) for most in (4, 2))
    signed, speed = luck.uniform(0.5, 1.0, FUTURES), luck.uniform(0.02, 0.6, FUTURES)
    fails = (signed < 0.8) & np.isin(hiring, [1])
    misses = [
        luck.random(FUTURES) < 0.995,
        luck.random(FUTURES) < np.where(fails, 0.92, 0.05),
        luck.random(FUTURES) < np.where(speed > 0.45, 0.9, 0.1),
    ]
    columns = {"hiring": hiring, "bid_trigger": bids, MEMBERS: signed, "bid_speed": speed}
    values = np.zeros((3, FUTURES, len(KEPT)))
    for place, missed in enumerate(misses):
        values[place, :, :2] = np.where(missed, 0.8 + 0.02 * place, 0.93 + 0.02 * place)[:, None]
        values[place, :, 2] = 0.04
        values[place, :, 3] = 4e9 + 1e8 * place * luck.random(FUTURES)
    target = Target(0.9, 0.08)
    cases = [
        Cases(columns if place else {"bid_speed": speed, "hiring": hiring, "bid_trigger": bids},
              frozenset({"hiring", "bid_trigger"}), ~target.met(values[place]))
        for place in range(3)
    ]  # fmt: skip
    zero = dict.fromkeys(SHARES, 0.0)
    docked = [Docked(one.name, 24, 22, 0.5, 0.4, zero, zero) for one in planned]
    return Told(
        planned, target, defaults_for(planned), Draws.POSTERIOR, FUTURES, 2033, is_agents,
        judged([one.name for one in planned], values, target), cases,
        [discovered(one, 1) for one in cases], () if is_agents else docked,
    )  # fmt: skip


def failing(place: int) -> str:
    found = told()
    return words.when_it_fails(
        found.planned[place], found.discovered[place], found.cases[place], found
    )


def test_where_a_policy_fails_is_one_plain_sentence() -> None:
    text = failing(1)
    assert "'A pan-London cap' misses in " in text
    assert "of employers sign the cap" in text
    assert "hiring is supply-limited" in text
    assert "of its misses; in it 9 of 10 futures miss, elsewhere " in text
    share = float(text.split("at most ")[1].split(" %")[0])
    assert share == pytest.approx(80.0, abs=2.0)


def test_a_number_that_says_little_says_how_usual_it_is() -> None:
    text = failing(2)
    assert "'how fast a short borough raises its bid' is 0.4" in text
    assert "or more (as in 2" in text


def test_nearly_all_nearly_none_and_no_box_are_said_plainly() -> None:
    assert "misses in nearly all of these futures" in failing(0)
    found = told()
    few = Discovered(Verdict.NEARLY_NONE_MISSES, True, 0.01)
    plan, cases = found.planned[2], found.cases[2]
    every = Discovered(Verdict.NEARLY_ALL_MISS, True, 1.0)
    assert "misses in all futures: " in words.when_it_fails(plan, every, cases, found)
    assert "misses in 1.0 % of these futures: too few to say when." in words.when_it_fails(
        plan, few, cases, found
    )
    none = Discovered(Verdict.NO_BOX, True, 0.2)
    text = words.when_it_fails(plan, none, cases, found)
    assert "no few conditions hold the misses: nothing by itself makes them likelier" in text
    leaning = replace(none, leanings=found.discovered[2].leanings)
    assert "in the lowest fifth of 'how fast" in words.when_it_fails(plan, leaning, cases, found)


def test_findings_rank_policies_by_the_numbers_they_have() -> None:
    first, behind, spent, *_, agreement = words.findings(told())
    assert first.startswith("Of 400 futures, 90 % of the workforce and of posts permanent, with")
    order = sorted(told().judged, key=lambda one: -one.met)
    assert first.index("'A pan-London cap'") < first.index("'No cap'")
    assert order[-1].name == "no-cap"
    assert "'No cap' is " in behind
    assert "more under 'The package'" in spent
    assert "in 22 of 24" in agreement


def test_who_was_asked_is_said_and_agents_need_no_confirmation() -> None:
    by_agents = words.findings(told(is_agents=True))
    assert not any("Agents in some" in one for one in by_agents)
    assert any(
        one.startswith("Every future by agents") for one in words.notes(told(is_agents=True))
    )
    assert any("by the borough twin" in one for one in words.notes(told()))


def test_notes_say_what_is_no_chance_and_what_is_not_identified() -> None:
    text = " ".join(words.notes(told()))
    assert "A share of futures is not a chance" in text
    assert "The cap's effect is not identified by the data" in text
    assert "who signs the cap, 0.5x to 1x" in text
    assert "Friedman and Fisher (1999)" in text
    prior = told()._replace(draws=Draws.PRIOR)
    assert "parameters are drawn evenly from their stated ranges" in " ".join(words.notes(prior))
    fitted = told()._replace(uncertain=[])
    assert "a chance only as far as one believes that fit" in " ".join(words.notes(fitted))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (MEMBERS, 0.789, "79 %"),
        ("sector_exit_per_year", 0.10677, "10.7 % a year"),
        ("flow_to_agency_per_year", 0.031, "3.1 % of permanent staff a year"),
        ("assignment_rate_2017_per_hour", 34.0, "£34 an hour"),
        ("company_share", 0.5, "50 %"),
        ("extra_agency_share", 0.03, "3 % of posts"),
        ("pay_sensitivity", 4.8219, "4.82"),
        ("levers.cap.charge_rate_per_hour", 43.456, "£43.50 an hour"),
    ],
)
def test_an_edge_is_written_in_its_unit(name: str, value: float, said: str) -> None:
    assert value_words(name, value) == said


def test_conditions_are_clauses() -> None:
    found = told()._replace(uncertain=[read_uncertain("levers.cap.enforcement=voluntary,strict")])
    columns = {MEMBERS: np.linspace(0, 1, 10), "levers.cap.enforcement": np.zeros(10)}
    cases = Cases(columns, frozenset({"levers.cap.enforcement"}), np.zeros(10, bool))
    some = Restriction(MEMBERS, low=0.6)
    assert clause(some, cases, found) == "at least 60 % of employers sign the cap"
    strict = Restriction("levers.cap.enforcement", among=frozenset({1}))
    assert clause(strict, cases, found).endswith("' is strict")
    assert clause(Restriction("bid_trigger", among=frozenset({1})), cases, found) == (
        "boroughs bid on vacancies"
    )
    either = Restriction("hiring", among=frozenset({1, 2}))
    assert clause(either, cases, found) == "hiring is supply-limited or reputation-led"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "none"), (0.004, "1 of 100"), (0.06, "6 of 100"), (0.16, "16 of 100"),
        (0.32, "3 of 10"), (0.91, "9 of 10"), (0.93, "93 of 100"), (0.998, "99 of 100"),
        (1.0, "all"),
    ],
)  # fmt: skip
def test_shares_are_said_as_so_many(share: float, said: str) -> None:
    assert words.of_ten(share) == said


# Charts


@pytest.mark.parametrize("place", [1, 2])
def test_the_map_says_its_finding_and_no_words_overlap(place: int) -> None:
    found = told()
    drawn = charts.box_map(found, place)
    assert collisions(drawn.figure) == []
    assert "within the box" in drawn.figure.headline
    assert failing(place) in drawn.alt_text


def test_the_first_chart_says_who_meets_the_target() -> None:
    drawn = charts.robust_chart(told())
    assert collisions(drawn.figure) == []
    best = max(told().judged, key=lambda one: one.met)
    assert f"in {100 * best.met:.0f} % of 400 futures" in drawn.figure.headline
    assert "'No cap' in 0" in drawn.figure.headline or "'No cap' in 1 %" in drawn.figure.headline
    assert "points behind the best" in drawn.alt_text


def test_the_box_is_framed_where_its_edges_are() -> None:
    found = told()
    (box,) = [one for one in found.discovered[1].box if one.restriction.name == MEMBERS]
    figure = charts.box_map(found, 1).figure
    axes = figure.axes[0]
    (frame,) = axes.patches
    assert frame.get_x() + frame.get_width() == pytest.approx(box.restriction.high)
    assert frame.get_y() == pytest.approx(1 - 1.4 * charts.JITTER)


# Tables


def test_printed_tables_have_every_policy_and_both_denominators() -> None:
    reached, cost, regret, boxes, leanings, docking = tables.printed(told())
    assert [row[0] for row in reached.rows] == ["No cap", "A pan-London cap", "The package"]
    assert reached.header[2:] == ("% of work-\nforce", "% of\nposts", "% un-\nfilled")
    assert len(cost.rows) == 2
    cases = told().cases[1]
    by_kind = [cases.is_case[cases.columns["hiring"] == kind].mean() for kind in range(4)]
    (row,) = [one for one in leanings.rows if one[0].startswith("- how hiring answers")]
    assert row[1].startswith(f"{100 * min(by_kind):.0f} %\n")
    assert row[2] == f"{100 * max(by_kind):.0f} %\nsupply-limited"
    assert len(regret.rows) == len(docking.rows) == 3
    assert [row[0] for row in boxes.rows if not row[0].startswith("- ")] == [
        "A pan-London cap misses", "The package misses",
    ]  # fmt: skip


# The command


SMALL = ("--runs", "24", "--agents", "2", "--years", "1", "--jobs", "1", "--quiet")


@pytest.mark.slow
def test_the_command_answers_keeps_and_resumes(tmp_path: Path) -> None:
    ask = ("robust", "no-cap", "pan-london-cap", *SMALL, "--target", "0.8", "--out", "robust")
    answer = permanence(*ask, "--json", folder=tmp_path)
    assert answer.code == 0, answer
    found = json.loads(answer.out)
    assert [one["name"] for one in found["policies"]] == ["no-cap", "pan-london-cap"]
    assert found["docking"][0]["futures"] == 2
    assert found["over"] == ["levers.cap.members=0.5x:1x", "levers.cap.tolerance=0.25x:1.5x"]
    left = files_in(tmp_path / "robust")
    assert {"robust.csv", "boxes.csv", "figures/robust.png", "robust.xlsx"} <= set(left)
    lines = {
        name: len((left[name] or b"").splitlines()) for name in ("futures.csv", "outcomes.csv")
    }
    assert lines == {"futures.csv": 1 + 24, "outcomes.csv": 1 + 2 * 24}
    blocks = sorted((tmp_path / "robust" / "blocks").iterdir())
    assert len(blocks) == 2
    before = [path.stat().st_mtime_ns for path in blocks]
    (tmp_path / "robust" / "answer.json").unlink()
    again = permanence(*ask, "--json", folder=tmp_path)
    assert json.loads(again.out) == found
    assert [path.stat().st_mtime_ns for path in blocks] == before
    text = permanence(*ask, folder=tmp_path).out
    assert too_wide(text) == []
    other = permanence("robust", "no-cap", "pan-london-cap", *SMALL, "--seed", "2",
                       "--out", "robust", folder=tmp_path)  # fmt: skip
    assert other.code == 2


@pytest.mark.slow
def test_agents_can_be_asked_in_every_future() -> None:
    answer = sim.robust(
        "no-cap", "package", runs=20, years=1, by="agents", over=["levers.cap.members=0.5:1"]
    )
    assert answer.values["by"] == "agents"
    assert answer.values["docking"] == []
    frame = answer.table("outcomes")
    assert len(frame) == 40
    assert frame[frame.policy == "no-cap"][MEMBERS].isna().all()
    assert frame[frame.policy == "package"][MEMBERS].between(0.5, 1.0).all()
    assert answer._repr_html_().startswith("<")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("no-cap", "pan-london-cpa"), "did you mean 'pan-london-cap'"),
        (("no-cap", "no-cap"), "no-cap: is given twice; allowed: policies that differ"),
        (("no-cap", "package", "--target", "90"), "allowed: a share between 0 and 1"),
        (("no-cap", "package", "--over", "levers.cap.member=0:1"), "did you mean"),
        (("no-cap", "package", "--over", f"{MEMBERS}=0:3"), "from 0 to 1"),
        (("no-cap", "package", "--by", "people"), "people"),
        (("no-cap", "package", "--runs", "3"), "allowed: a whole number from 20 to 5000"),
        (("no-cap", "from-2023"), "only scenarios with one start date can be compared"),
        (
            ("no-cap", "package", "--over", f"{MEMBERS}=0:1", "--set", f"{MEMBERS}=0.5"),
            "is given by --set too",
        ),
    ],
)
def test_bad_input_gets_one_sentence(given: tuple[str, ...], said: str) -> None:
    answer = permanence("robust", *given)
    assert answer.code == 2
    assert said in " ".join(answer.err.replace("\n", " ").split())
    assert answer.out == ""
