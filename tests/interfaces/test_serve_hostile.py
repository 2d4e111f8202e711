"""The page's server under requests it was not made for: refused, no memory taken, still alive."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.interfaces.command import permanence
from tests.interfaces.serving import Server, question, serving

pytestmark = pytest.mark.slow

GOOD = {"scenario": "no-cap", "changes": {}}
FLOOD_SECONDS = 10.0
MOST_GROWTH_MB = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--jobs", "1") as found:
        yield found


def with_left(left: object) -> str:
    return json.dumps(question(GOOD, GOOD) | {"left": left})


HOSTILE_BODIES = {
    "nothing": "",
    "not JSON": "{",
    "another shape": "[]",
    "a number": "1",
    "not UTF-8": b"\xff\xfe",
    "NaN": with_left({"scenario": "no-cap", "changes": {"levers.cap.tolerance": float("nan")}}),
    "infinity": json.dumps(question(GOOD, GOOD)).replace('"seed": 1', '"seed": 1e999'),
    "a huge number": json.dumps(question(GOOD, GOOD, seed=10**400)),
    "a huge level": with_left(
        {"scenario": "no-cap", "changes": {"levers.cap.charge_rate_per_hour": 1e300}}
    ),
    "many digits": json.dumps(question(GOOD, GOOD)).replace('"seed": 1', f'"seed": {"9" * 5000}'),
    "a fraction of a year": json.dumps(question(GOOD, GOOD, years=1.5)),
    "a century": json.dumps(question(GOOD, GOOD, years=100)),
    "no year": json.dumps(question(GOOD, GOOD, years=0)),
    "a year in words": json.dumps(question(GOOD, GOOD, years="1")),
    "deep nesting": "[" * 8000,
    "deep nesting inside": '{"left":' * 1500,
    "an unknown key": json.dumps(question(GOOD, GOOD, shell="id")),
    "no tab": json.dumps({"left": GOOD, "right": GOOD, "years": 1}),
    "a tab of markup": json.dumps(question(GOOD, GOOD, tab="<script>")),
    "a path": with_left({"scenario": "../../etc/passwd"}),
    "a file": with_left({"scenario": "/etc/passwd"}),
    "a scenario of one's own": with_left({"scenario": "mine.toml"}),
    "an unknown scenario": with_left({"scenario": "nowhere"}),
    "no control": with_left({"scenario": "no-cap", "changes": {"start.year": 2017}}),
    "a parameter": with_left({"scenario": "no-cap", "changes": {"parameters.bid_speed": 0.1}}),
    "the prototype": with_left({"scenario": "no-cap", "changes": {"__proto__.x": 1}}),
    "a negative share": with_left({"scenario": "no-cap", "changes": {"levers.cap.members": -1}}),
    "a nobody": with_left({"scenario": "no-cap", "changes": {"levers.cap.members": ["Atlantis"]}}),
    "nothing given": with_left({"scenario": "no-cap", "changes": {"levers.cap.members": None}}),
    "too many changes": with_left(
        {"scenario": "no-cap", "changes": {f"levers.cap.x{n}": 1 for n in range(100)}}
    ),
    "a long text": with_left({"scenario": "no-cap", "changes": {"levers.tax.law": "x" * 5000}}),
    "two starts": json.dumps(question(GOOD, {"scenario": "vicious-circle"})),
}


@pytest.mark.parametrize("name", HOSTILE_BODIES)
@pytest.mark.parametrize("path", ["/api/answer", "/api/loop", "/api/run"])
def test_a_body_it_was_not_made_for_is_refused_in_a_sentence(
    server: Server, path: str, name: str
) -> None:
    status, told = server.ask(path, HOSTILE_BODIES[name])
    assert 400 <= status < 500, told
    message = json.loads(told)["message"]
    assert 5 < len(message) <= 500
    assert "Traceback" not in message


def test_a_good_body_is_answered(server: Server) -> None:
    told = server.answers(GOOD, GOOD)
    assert [one["kind"] for one in told][-1] == "answer"
    assert told[-1]["answer"]["teller"] == "agents"


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "//etc/passwd",
        "/main.js/../../facts.py",
        "/static/main.js",
        "/story.json",
        "/docs",
        "/openapi.json",
        "/api/answer/",
        "/\\..\\x",
        "/main.js%00.css",
    ],
)
def test_only_the_pages_own_files_are_handed_out(server: Server, path: str) -> None:
    status, told = server.ask(path, method="GET")
    assert 400 <= status < 500
    assert b"root:" not in told


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1"}, 421),
        ({"host": "127.0.0.1:1"}, 421),
        ({"host": "localhost.evil.example:80"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_foreign_headers_are_refused(server: Server, headers: dict[str, str], wanted: int) -> None:
    status, _ = server.ask(body=question(GOOD, GOOD), **headers)
    assert status == wanted


def test_even_a_file_is_not_given_to_a_foreign_host(server: Server) -> None:
    assert server.ask("/", method="GET", host="evil.example")[0] == 421


def test_a_link_from_another_site_opens_the_page_and_nothing_else(server: Server) -> None:
    link = {
        "sec_fetch_site": "cross-site",
        "sec_fetch_mode": "navigate",
        "sec_fetch_dest": "document",
    }
    assert server.ask("/", method="GET", **link)[0] == 200
    assert server.ask("/main.js", method="GET", **link)[0] == 403
    assert server.ask("/", method="GET", **link | {"sec_fetch_dest": "iframe"})[0] == 403
    assert server.ask(body=question(GOOD, GOOD), **link)[0] == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "MKCOL"])
def test_other_methods_are_refused(server: Server, method: str) -> None:
    assert server.ask("/api/answer", method=method)[0] == 405


def test_a_large_body_is_refused_before_it_is_read(server: Server) -> None:
    assert server.ask(body="x" * 20_000)[0] == 413
    said = raw(server, b"Content-Length: 99999999999999999999\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 4")


def test_a_large_body_without_a_length_is_refused(server: Server) -> None:
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    said = raw(server, b"Transfer-Encoding: chunked\r\n\r\n" + 3 * chunk + b"0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 413")


def test_a_body_that_never_comes_is_given_up(server: Server) -> None:
    began = time.monotonic()
    said = raw(server, b"Content-Length: 100\r\n\r\n{")
    assert said.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "rubbish",
    [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"G" * 100_000],
)
def test_what_is_not_a_request_is_refused(server: Server, rubbish: bytes) -> None:
    said = exchange(server, rubbish)
    assert said == b"" or said.startswith(b"HTTP/1.1 4")
    assert server.ask("/", method="GET")[0] == 200


def raw(server: Server, rest: bytes) -> bytes:
    head = f"POST /api/answer HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    return exchange(server, head.encode() + b"Content-Type: application/json\r\n" + rest)


def exchange(server: Server, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as link:
        try:
            link.sendall(sent)
            return link.recv(65_536)
        except (ConnectionResetError, BrokenPipeError):
            return b""


@pytest.mark.long
def test_ten_seconds_of_all_that_loopback_carries(server: Server) -> None:
    """Refused with 4xx or 503, memory flat, page alive again."""
    server.answers(GOOD, GOOD)
    before = server.memory_mb()
    seen = flooded(server)
    refused = sum(count for status, count in seen.items() if status in (429, 503))
    assert refused > 0, seen
    assert set(seen) <= {0, 200, 429, 503}, seen
    assert server.memory_mb() - before < MOST_GROWTH_MB
    assert server.ask("/", method="GET")[0] == 200
    time.sleep(2.5)
    assert server.answers(GOOD, GOOD)[-1]["answer"]["teller"] == "agents"


def flooded(server: Server) -> Counter[int]:
    """Ask all that loopback carries for some seconds; return how often each status came."""
    seen: Counter[int] = Counter()
    until = time.monotonic() + FLOOD_SECONDS

    def flood(number: int) -> None:
        while time.monotonic() < until:
            changes = {"levers.cap.tolerance": 0.01 + (time.monotonic_ns() % 887) / 1000}
            body = question(GOOD, {"scenario": "no-cap", "changes": changes}, tab=f"t{number}")
            seen[server.asked_and_left(body)] += 1

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def test_a_port_in_use_is_said_in_a_sentence(server: Server) -> None:
    answer = permanence("serve", "--port", str(server.port), "--jobs", "1")
    assert answer.code == 2
    assert f"--port {server.port}" in answer.err
    assert "name another" in answer.err


def test_fewer_runs_than_the_page_promises_are_refused() -> None:
    answer = permanence("serve", "--runs", "5")
    assert answer.code == 2
    assert "20" in answer.err
