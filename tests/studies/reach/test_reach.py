"""`permanence reach`: what it may move, how it judges and orders packages, what it says."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from sim.ensemble.draws import Draws
from sim.ensemble.run import no_progress
from sim.scenario import ScenarioError, load_scenario
from sim.studies.money.method.money import Books
from sim.studies.reach.method.judged import Judged, Seen, Target, judged, seen, worlds
from sim.studies.reach.method.package import policy_of, read_bounded, toml_of
from sim.studies.reach.method.search import MILLION, Search, best, frontier, worth
from sim.studies.reach.words import chance_interval
from tests.interfaces.command import files_in, permanence, too_wide

CHARGE = "levers.cap.charge_rate_per_hour"
TARGET = Target(0.9, 0.08, 0.8)


def a_package(chance: float, cost: float, margin: float | None = None) -> Judged:
    slack = chance - 0.8 if margin is None else margin
    return Judged((cost,), chance, (chance,), slack, cost, cost, 0.9, 0.9, 0.05, 1.0)


def test_a_lever_is_read_with_its_bounds_or_with_what_a_slider_offers() -> None:
    assert read_bounded(f"{CHARGE}=38:48")[1:] == (38.0, 48.0)
    assert read_bounded("levers.permanent_offer.salary_uplift")[1:] == (0.0, 0.3)
    whole = read_bounded("levers.cap.return_months=1:12")
    assert whole.setting(3.7) == 4.0
    assert read_bounded(f"{CHARGE}=38:48").setting(44.4444) == 44.4


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (f"{CHARGE}=48:38", "given 48 to 38; allowed: a lower and a higher number from 5 to 500"),
        (f"{CHARGE}=1:38", "from 5 to 500"),
        (f"{CHARGE}=38", "expected KEY=LOW:HIGH"),
        ("parameters.bid_speed=0:1", "is no number of a lever"),
        ("levers.cap.charge_rate=38:48", "did you mean"),
        ("levers.permanent_offer.careers", "no bounds are given"),
    ],
)
def test_what_cannot_be_moved_is_refused(given: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read_bounded(given)


def test_the_target_needs_both_shares_and_filled_posts_at_once() -> None:
    found = TARGET.slack(
        np.array([0.95, 0.95, 0.85, 0.95]), np.array([0.91, 0.85, 0.91, 0.91]),
        np.array([0.05, 0.05, 0.05, 0.09]),
    )  # fmt: skip
    assert (found >= 0.0).tolist() == [True, False, False, False]


def test_a_package_is_judged_by_its_worst_structure() -> None:
    among = worlds(load_scenario("baseline"), 10, 1, 1, Draws.POSTERIOR)
    count = len(among.structures)
    workforce = np.full(count, 0.95)
    workforce[:3] = 0.80  # the first structure's: 7 of its 10 are there
    nothing = np.zeros(count)
    found = Seen(workforce, np.full(count, 0.92), np.full(count, 0.04), nothing, nothing, nothing)
    one = judged((1.0,), found, found, among, TARGET)
    assert one.chance == 0.7
    assert not one.reaches
    assert one.margin == pytest.approx(-0.1)
    assert judged((1.0,), found, found, among, Target(0.9, 0.08, 0.7)).reaches


def test_what_reaches_beats_what_is_cheap_and_the_frontier_has_only_what_nothing_beats() -> None:
    tried = [a_package(0.9, 30e6), a_package(0.8, 20e6), a_package(0.8, 25e6), a_package(0.5, 1e6),
             a_package(0.4, 9e6), a_package(0.0, -90e6)]  # fmt: skip
    assert best(tried) is tried[1]
    assert worth(tried[1]) == 20e6 / MILLION
    assert frontier(tried) == [tried[0], tried[1], tried[3]]
    none = [a_package(0.0, 1e6, -0.3), a_package(0.0, 9e6, -0.1)]
    assert best(none) is none[1]
    assert frontier(none) == [none[1]]


def test_a_chance_has_an_interval_that_holds_it() -> None:
    assert chance_interval(np.zeros(10, bool))[0] == 0.0
    low, high = chance_interval(np.arange(40) < 32)
    assert low < 0.8 < high


def test_a_policys_file_is_the_policy(tmp_path: Path) -> None:
    settings = {CHARGE: 41.5, "levers.newly_qualified.multiplier": 1.3}
    text = toml_of("package", settings, 'A "title"', "Why.")
    assert tomllib.loads(text)["levers"]["cap"] == {"charge_rate_per_hour": 41.5}
    path = tmp_path / "reach-1.toml"
    path.write_text(text, encoding="utf-8")
    read, made = load_scenario(path), policy_of("package", settings, "reach-1")
    assert (read.levers, read.parameters) == (made.levers, made.parameters)


@pytest.mark.slow
def test_a_search_tries_each_package_once_and_the_twins_bill_is_the_columns_it_has() -> None:
    base = load_scenario("baseline")
    among = worlds(base, 1, 1, 1, Draws.POSTERIOR)
    old = seen(base, among)
    levers = [read_bounded("levers.newly_qualified.multiplier=1:2")]
    search = Search("package", levers, among, TARGET, old)
    tried = search.run(16, 1, no_progress)
    assert len({one.settings for one in tried}) == len(tried) >= 8
    again = Search("package", levers, among, TARGET, old).run(16, 1, no_progress)
    assert again == tried
    assert (old.bill > 0.0).all()


@pytest.mark.slow
def test_the_command_says_that_nothing_reaches_and_its_cost_is_moneys(tmp_path: Path) -> None:
    small = ("--lever", f"{CHARGE}=43:45", "--tries", "16", "--draws-each", "5", "--runs", "2",
             "--years", "1", "--jobs", "1", "--quiet")  # fmt: skip
    out = tmp_path / "reach"
    answer = permanence("reach", "baseline", "pan-london-cap", *small, "--out", str(out), "--json")
    assert answer.code == 0, answer
    found = json.loads(answer.out)
    assert not found["reaches"]
    assert found["sentences"][0].startswith("Nothing within these bounds reaches 90 % permanent")
    left = set(files_in(out))
    name = found["agents"]["name"]
    assert {"frontier.csv", "tried.csv", f"policies/{name}.toml", f"{name}/manifest.json"} <= left
    policy = str(out / "policies" / f"{name}.toml")
    same = ("--runs", "2", "--years", "1", "--seed", "2", "--jobs", "1", "--quiet", "--json")
    money = json.loads(permanence("money", "baseline", policy, *same).out)
    assert money["bill"]["since_start"]["mean"] == pytest.approx(found["agents"]["bill"], abs=0.01)
    same = ("reach", "baseline", "pan-london-cap", *small, "--out", "reach")
    text = permanence(*same, folder=tmp_path).out
    assert too_wide(text) == []
    assert "Both shares and unfilled posts are shown together" in " ".join(text.split())


def test_the_twins_bill_is_near_the_agents() -> None:
    """The twin has no payslips of its own."""
    base = load_scenario("package")
    among = worlds(base, 1, 1, 1, Draws.POSTERIOR)
    twin = seen(base, among).bill.mean()
    from sim.ensemble.run import run_ensemble

    opened = Books()
    run_ensemble(base, runs=2, seed=1, years=1, each=opened.add)
    agents = float(opened.account().bill[:, 1:].sum(axis=1).mean() / 12)
    assert twin == pytest.approx(agents, rel=0.04)
