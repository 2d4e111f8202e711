"""A connection that is given up when the head of a request does not come, or stops half way."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sim.interfaces.serve.limits import MOST_SECONDS_TO_SEND

BUSY = object()


class Connection(H11Protocol):
    """The server's own connection, looked at every few seconds.

    The server waits without end for the head of a request; bodies have a time-out of their own
    (`limits`), and so have connections that are kept open between two requests.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look at it."""
        super().connection_made(transport)
        self._waited_after: Any = self.cycle
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look at it no longer."""
        self._looking.cancel()
        super().connection_lost(exc)

    def _look_again(self) -> None:
        self._looking = self.loop.call_later(MOST_SECONDS_TO_SEND, self._look)

    def _look(self) -> None:
        """Close it if no request has come whole since the last look."""
        waits = self.conn.their_state is h11.IDLE
        if waits and self._waited_after is self.cycle:
            self.transport.close()
            return
        self._waited_after = self.cycle if waits else BUSY
        self._look_again()
