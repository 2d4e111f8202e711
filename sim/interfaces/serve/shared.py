"""One question's answer, worked out once and told to everybody who asks it meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError, Executor

from sim.interfaces.serve.leash import Leash

Heard = bytes | Exception | None


class Listener:
    """One who listens: lines until an end, a fault, or a word that there is a newer question."""

    def __init__(self, before: list[bytes]) -> None:
        self._waiting: asyncio.Queue[Heard] = asyncio.Queue()
        for line in before:
            self._waiting.put_nowait(line)

    def tell(self, heard: Heard) -> None:
        """Pass on a line, a fault, or None for the end."""
        self._waiting.put_nowait(heard)

    def cut(self) -> None:
        """Let go of one whose question is superseded."""
        self.tell(CancelledError())

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield what is told, until it ends.

        Raises:
            Exception: what the work ended with; CancelledError if the question was dropped.
        """
        while (heard := await self._waiting.get()) is not None:
            if isinstance(heard, Exception):
                raise heard
            yield heard


class Shared:
    """Work on one question. When nobody listens any more it is called back.

    Args:
        pool: who runs agents.
        is_of_newcomer: whether somebody asked whom the page has only just met.
    """

    def __init__(self, pool: Executor, *, is_of_newcomer: bool) -> None:
        self.leash = Leash(pool)
        self.is_of_newcomer = is_of_newcomer
        self.task: asyncio.Task[None] | None = None
        self._listeners: list[Listener] = []
        self._said: list[bytes] = []
        self._is_progress = False

    def join(self) -> Listener:
        """Listen from now on, and hear at once what was said so far."""
        listener = Listener(self._said)
        self._listeners.append(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Listen no longer; who leaves last ends the work."""
        if listener in self._listeners:
            self._listeners.remove(listener)
        if not self._listeners:
            self.leash.cut()

    def say(self, line: bytes, *, is_progress: bool = False) -> None:
        """Tell everybody a line; of progress only the last is kept for who comes later."""
        if self._is_progress:
            self._said.pop()
        self._said.append(line)
        self._is_progress = is_progress
        self._tell(line)

    def end(self, fault: Exception | None = None) -> None:
        """Tell everybody that there is no more, or what went wrong."""
        self._tell(fault)

    def _tell(self, heard: Heard) -> None:
        for listener in self._listeners:
            listener.tell(heard)
