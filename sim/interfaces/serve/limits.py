"""Who may ask the page, and how much: this machine's own browser, a little at a time.

The page is for one machine. A request is refused unless it names this machine and port as host,
comes from a page of the same origin, and is small and quick to send; too many in a second, or at
once, are turned away before anything is computed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY = 16_384
MOST_SECONDS_TO_SEND = 5.0
MOST_ASKED_PER_SECOND, MOST_AT_ONCE_ASKED = 400.0, 800.0
"""Of all together, before anything is read; each tab has a measure of its own (`tabs`)."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Bucket:
    """Lets so many through in a second, with a reserve for a burst."""

    def __init__(self, rate: float, reserve: float) -> None:
        self._rate, self._reserve = rate, reserve
        self._left, self._seen = reserve, time.monotonic()

    def takes(self) -> bool:
        """Take one if there is one."""
        now = time.monotonic()
        self._left = min(self._reserve, self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class RefusedError(Exception):
    """A request that is not answered: status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Guard:
    """Stands before the page: refuses what is foreign, large, slow or too much."""

    def __init__(self, app: App, port: int) -> None:
        self._app = app
        names = ("127.0.0.1", "localhost", "[::1]")
        self._hosts = {f"{name}:{port}".encode() for name in names}
        self._hosts |= {name.encode() for name in names if port == 80}
        self._bucket = Bucket(MOST_ASKED_PER_SECOND, MOST_AT_ONCE_ASKED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            self._check(scope)
            if scope["method"] == "POST":
                receive = _given(await _body(receive), receive)
        except RefusedError as refused:
            await _refuse(send, refused)
            return
        await self._app(scope, receive, _with_headers(send))

    def _check(self, scope: Scope) -> None:
        found: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            found.setdefault(name.lower(), []).append(value)
        host = found.get(b"host", [])
        if len(host) != 1 or host[0].lower() not in self._hosts:
            raise RefusedError(421, "host: allowed: this machine's own name and this port")
        origins = found.get(b"origin", [])
        if any(origin.lower() != b"http://" + host[0].lower() for origin in origins):
            raise RefusedError(403, "origin: allowed: the page itself")
        if found.get(b"sec-fetch-site", [b"none"])[0] == b"cross-site" and not _opens(scope, found):
            raise RefusedError(403, "origin: allowed: the page itself")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            raise RefusedError(405, "method: allowed: GET, HEAD and POST")
        if scope["method"] == "POST":
            kind = found.get(b"content-type", [b""])[0].split(b";")[0].strip().lower()
            if kind != b"application/json":
                raise RefusedError(415, "content-type: allowed: application/json")
            length = found.get(b"content-length", [b"0"])[0]
            if not length.isdigit() or int(length[:12]) > MOST_BODY:
                raise RefusedError(413, f"body: allowed: at most {MOST_BODY} bytes")
            if not self._bucket.takes():
                raise RefusedError(429, "too many requests: wait a second")


def _opens(scope: Scope, found: dict[bytes, list[bytes]]) -> bool:
    """Whether a request is a link that was followed: it opens the page and asks nothing of it."""
    mode, target = (found.get(name, [b""])[0] for name in (b"sec-fetch-mode", b"sec-fetch-dest"))
    is_link = (mode, target) == (b"navigate", b"document")
    return is_link and scope["method"] == "GET" and scope["path"] == "/"


async def _body(receive: Receive) -> bytes:
    """Read a request's body whole, if it is small and comes soon."""
    content = b""
    try:
        async with asyncio.timeout(MOST_SECONDS_TO_SEND):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise RefusedError(400, "the request broke off")
                content += message.get("body", b"")
                if len(content) > MOST_BODY:
                    raise RefusedError(413, f"body: allowed: at most {MOST_BODY} bytes")
                if not message.get("more_body", False):
                    return content
    except TimeoutError:
        raise RefusedError(408, "body: it took too long to send") from None


def _given(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that hands over a body already read, then what comes after."""
    waiting = [{"type": "http.request", "body": content, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
        await send(message)

    return sending


async def _refuse(send: Send, refused: RefusedError) -> None:
    body = json.dumps({"kind": "error", "message": refused.sentence}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if refused.status == 429:
        headers.append((b"retry-after", b"1"))
    await _with_headers(send)(
        {"type": "http.response.start", "status": refused.status, "headers": headers}
    )
    await send({"type": "http.response.body", "body": body})
