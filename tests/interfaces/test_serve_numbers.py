"""The page, the command line and Python give the same numbers for the same scenario and seed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from tests.interfaces.command import permanence
from tests.interfaces.serving import PATIENCE_SECONDS, Server, question, serving

pytestmark = pytest.mark.slow

LEFT = {"scenario": "no-cap", "changes": {}}
CHANGES = {
    "levers.cap.members": 1,
    "levers.cap.charge_rate_per_hour": 41,
    "levers.cap.start": "2025-10-01",
    "levers.permanent_offer.hiring_uplift": 0.3,
}
FILE = """
extends = "no-cap"
[levers.cap]
members = 1
charge_rate_per_hour = 41
start = 2025-10-01
[levers.permanent_offer]
hiring_uplift = 0.3
"""
RUNS, YEARS, SEED = 20, 1, 7


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--jobs", "2") as found:
        yield found


@pytest.fixture(scope="module")
def told(server: Server) -> list[Any]:
    return server.answers(LEFT, {"scenario": "no-cap", "changes": CHANGES}, years=YEARS, seed=SEED)


def test_the_twin_answers_first_and_the_agents_last(told: list[Any]) -> None:
    answers = [one["answer"] for one in told if one["kind"] == "answer"]
    assert [one["teller"] for one in answers] == ["twin", "agents"]
    assert [one["runs"] for one in answers] == [RUNS, RUNS]


def test_page_command_line_and_python_agree(told: list[Any], tmp_path: Path) -> None:
    page = {row["outcome"]: row for row in told[-1]["answer"]["differences"]}
    file = tmp_path / "policy.toml"
    file.write_text(FILE)
    sizes = ("--runs", str(RUNS), "--years", str(YEARS), "--seed", str(SEED), "--jobs", "1")
    found = permanence("compare", "no-cap", str(file), *sizes, "--json", "--quiet")
    assert found.code == 0, found.err
    (rows,) = json.loads(found.out)["policies"].values()
    python = sim.compare("no-cap", file, runs=RUNS, years=YEARS, seed=SEED).table()
    for row in python.to_dict("records"):
        for column in ("old", "new", "difference", "q10", "q90"):
            assert page[row["outcome"]][column] == row[column], (row["outcome"], column)
    assert len(rows) == len(python) == len(page)
    for row in rows:
        for column in ("old", "new", "difference", "q10", "q90"):
            assert page[row["outcome"]][column] == row[column], (row["outcome"], column)


def test_the_same_question_again_has_the_same_answer(server: Server, told: list[Any]) -> None:
    again = server.answers(
        LEFT, {"scenario": "no-cap", "changes": CHANGES}, years=YEARS, seed=SEED, tab="other"
    )
    assert again[-1] == told[-1]


def test_one_run_is_the_same_by_itself_and_from_its_ensemble(server: Server) -> None:
    other = {"scenario": "no-cap", "changes": {"levers.permanent_offer.hiring_uplift": 0.7}}
    alone = one_run_of(server, LEFT, other, number=3)
    server.answers(LEFT, other, years=YEARS, seed=SEED)
    assert one_run_of(server, LEFT, other, number=3) == alone
    middle = one_run_of(server, LEFT, other, number=None)
    assert 0 <= middle["number"] < RUNS
    assert middle["teller"] == "agents"
    market = sim.drawn("no-cap", seed=SEED, run=3, years=YEARS)
    market.run()
    price = market.outcome("charge_rate_per_hour")
    assert alone["left"]["london"]["charge_rate_per_hour"][-1] == pytest.approx(price, abs=0.006)


def test_a_run_that_is_not_of_the_ensemble_is_refused(server: Server) -> None:
    body = question(LEFT, LEFT, years=YEARS, number=RUNS)
    status, told = server.ask("/api/run", body)
    assert status == 422
    assert "0 to 19" in json.loads(told)["message"]


def one_run_of(server: Server, left: Any, right: Any, number: int | None) -> Any:
    body = question(left, right, years=YEARS, seed=SEED, number=number)
    status, told = server.ask("/api/run", body)
    assert status == 200, told
    return json.loads(told)


def test_one_tabs_next_question_supersedes_its_last(server: Server) -> None:
    """The first is dropped while its agents are at work: nothing follows its quick answer."""
    messages: list[Any] = []
    slow = {"scenario": "no-cap", "changes": {"levers.cap.tolerance": 0.11}}
    begun = threading.Event()

    def first() -> None:
        for message in server.heard(slow, slow, years=10, tab="same"):
            messages.append(message)
            begun.set()

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(PATIENCE_SECONDS)
    second = server.answers(LEFT, LEFT, years=YEARS, tab="same")
    thread.join()
    assert second[-1]["answer"]["teller"] == "agents"
    assert messages[0]["answer"]["teller"] == "twin"
    assert messages[-1]["kind"] == "superseded"
