"""Thirty people at once: everybody is answered, in turn, whatever one of them does."""

from __future__ import annotations

import json
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from tests.interfaces.serving import Server, question, serving

pytestmark = pytest.mark.slow

GOOD = {"scenario": "no-cap", "changes": {}}
CLIENTS, HALF_OPEN = 30, 200
MOST_GROWTH_MB = 60.0
HEAD_SECONDS = 5.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--jobs", "2") as found:
        yield found


def capped(level: float) -> dict[str, Any]:
    return {"scenario": "no-cap", "changes": {"levers.cap.charge_rate_per_hour": level}}


def told_all(server: Server, level: float, tab: str) -> list[dict[str, Any]]:
    return server.answers(GOOD, capped(level), tab=tab)


def at_once(work: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(CLIENTS) as room:
        return list(room.map(work, range(CLIENTS)))


def test_the_same_question_of_a_room_is_worked_out_once(server: Server) -> None:
    everybody = at_once(lambda n: told_all(server, 41.25, f"room-{n}"))
    assert {told[-1]["answer"]["teller"] for told in everybody} == {"agents"}
    assert len({json.dumps(told[-1], sort_keys=True) for told in everybody}) == 1
    steps = Counter(line["done"] for told in everybody for line in told if "done" in line)
    if steps:  # everybody who was there heard the same single count go up
        assert max(steps.values()) <= CLIENTS


def test_different_questions_are_all_answered_estimates_first(server: Server) -> None:
    everybody = at_once(lambda n: told_all(server, 38.0 + n / 8, f"room-{n}"))
    for told in everybody:
        tellers = [line["answer"]["teller"] for line in told if line["kind"] == "answer"]
        assert tellers in (["twin", "agents"], ["agents"])


def test_connections_that_say_nothing_are_closed_and_hold_nobody_up(server: Server) -> None:
    with ExitStack() as open_ones:
        links = [
            open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            for _ in range(HALF_OPEN)
        ]
        for link in links[::2]:
            link.sendall(b"POST /api/answer HTTP/1.1\r\nHost: 127.0")
        assert server.ask("/", method="GET")[0] == 200
        assert told_all(server, 40.0, "while-they-hang")[-1]["answer"]["teller"] == "agents"
        time.sleep(2 * HEAD_SECONDS)
        for link in links:
            link.settimeout(HEAD_SECONDS)
            assert link.recv(65_536) == b"" or link.recv(65_536) == b""


def test_a_kept_connection_that_stops_half_way_is_closed(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=4 * HEAD_SECONDS) as link:
        head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        link.sendall(head.encode() + b"\r\n" + head.encode())
        while link.recv(65_536):
            pass


@pytest.mark.parametrize("new_tabs", [False, True])
def test_a_flood_from_one_starves_nobody_else(server: Server, new_tabs: bool) -> None:
    told_all(server, 40.0, "patient")
    time.sleep(3.5)  # it is known by now
    before, until = server.memory_mb(), time.monotonic() + 8.0
    seen: Counter[int] = Counter()

    def flood(number: int) -> None:
        while time.monotonic() < until:
            tab = f"f{time.monotonic_ns()}" if new_tabs else "flood"
            body = question(GOOD, capped(36.0 + time.monotonic_ns() % 997 / 100), tab=tab)
            seen[server.asked_and_left(body)] += 1

    floods = [threading.Thread(target=flood, args=(n,)) for n in range(8)]
    for one in floods:
        one.start()
    waits, level = [], 40.0
    while time.monotonic() < until:
        began, level = time.monotonic(), level + 0.25
        first = next(server.heard(GOOD, capped(level), tab="patient"))
        assert first["kind"] == "answer", first
        waits.append(time.monotonic() - began)
    for one in floods:
        one.join()
    assert seen[503] > 0
    assert len(waits) >= 2, "the patient one was hardly answered"
    print(f"{len(waits)} first answers, {statistics.median(waits):.2f} s in the middle; {seen}")
    assert server.memory_mb() - before < MOST_GROWTH_MB
