"""The workshop page as a server of its own, and a real browser to open it in."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.interfaces.command import environment

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET_BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_SECONDS = 180
PATIENCE = 1000.0 * PATIENCE_SECONDS
START = "import sys; from sim.interfaces.cli.commands import main; main()"


@dataclass(frozen=True)
class Server:
    """A page that is being served."""

    port: int
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ask(
        self,
        path: str = "/api/answer",
        body: bytes | str | dict[str, Any] = b"",
        method: str = "POST",
        **headers: str,
    ) -> tuple[int, bytes]:
        """Send a request and return status and body; headers by name with underscores."""
        if isinstance(body, dict):
            body = json.dumps(body)
        sent = {"content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            content = body.encode() if isinstance(body, str) else body
            connection.request(method, path, content, sent)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def asked_and_left(self, body: dict[str, Any]) -> int:
        """Ask, read the status, and leave; 0 if there was no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            kind = {"content-type": "application/json"}
            connection.request("POST", "/api/answer", json.dumps(body), kind)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def answers(self, left: dict[str, Any], right: dict[str, Any], **more: Any) -> list[Any]:
        """Ask for two sides and return every message that comes."""
        status, told = self.ask(body=question(left, right, **more))
        assert status == 200, told
        return [json.loads(line) for line in told.splitlines()]

    def heard(
        self, left: dict[str, Any], right: dict[str, Any], **more: Any
    ) -> Iterator[dict[str, Any]]:
        """Ask for two sides and yield each message when it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            body = json.dumps(question(left, right, **more))
            connection.request("POST", "/api/answer", body, {"content-type": "application/json"})
            for line in connection.getresponse():
                yield json.loads(line)
        finally:
            connection.close()

    def memory_mb(self) -> float:
        """Return the memory the server itself holds."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as about:
            lines = dict(line.split(":", 1) for line in about if ":" in line)
        return float(lines["VmRSS"].split()[0]) / 1024


def question(left: dict[str, Any], right: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"left": left, "right": right, "years": 1, "seed": 1, "tab": "test"} | more


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(*options: str) -> Iterator[Server]:
    """Serve the page on a free port until the block ends; it works ahead only if told to."""
    port = free_port()
    command = [sys.executable, "-c", START, "serve", "--port", str(port), "--quiet"]
    command += ["--no-ahead", *options]  # the last of two opposites holds
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=dict(environment(PYTHONUNBUFFERED="1"))
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == f"http://127.0.0.1:{port}/"
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Offer the Chromium that is installed; none is ever fetched."""
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET_BROWSER)
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page with all it asked for and complained of."""

    def __init__(self, browser: Browser, width: int = 1366, height: int = 768) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, locale="en-GB"
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.on("console", self._hear)

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, address: str, teller: str = "twin") -> Page:
        """Open an address and wait for an answer, the agents' if asked."""
        self.page.goto(address)
        self.wait_for(teller)
        return self.page

    def wait_for(self, teller: str = "twin") -> None:
        wanted = "body[data-teller=agents]"
        if teller == "twin":
            wanted += ", body[data-teller=twin]"
        self.page.wait_for_selector(wanted)

    def asked_outside(self, own: str) -> list[str]:
        """Return what it asked for that is neither its own nor made in the page."""
        return [url for url in self.asked if not url.startswith((own, "data:", "blob:"))]
