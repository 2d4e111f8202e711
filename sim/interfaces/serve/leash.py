"""A pool of workers seen by one question: what still waits there can be called back at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from functools import partial
from typing import Any


class Leash(Executor):
    """A pool seen by one question.

    It hands out futures of its own: who waits for one is woken when the question is dropped, even
    if the pool never gets round to what was cancelled.
    """

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._futures: list[tuple[Future[Any], Future[Any]]] = []
        self._lock = threading.RLock()
        self.is_cut = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Pass work on to the pool, unless the question was dropped."""
        return self.follow(self._pool, fn, *args)

    def follow(self, pool: Executor, fn: Callable[..., Any], *args: Any) -> Future[Any]:
        """Pass work on to another pool, to be called back with the rest."""
        with self._lock:
            if self.is_cut:
                raise CancelledError
            own: Future[Any] = Future()
            inner = pool.submit(fn, *args)
            self._futures.append((own, inner))
        inner.add_done_callback(partial(self._pass_on, own))
        return own

    def _pass_on(self, own: Future[Any], inner: Future[Any]) -> None:
        with self._lock:
            if own.done():
                return
            if inner.cancelled():
                own.cancel()
            if not own.set_running_or_notify_cancel():
                return
            fault = inner.exception()
            if fault is None:
                own.set_result(inner.result())
            else:
                own.set_exception(fault)

    def cut(self) -> None:
        """Call back what has not begun, and let go of what has."""
        with self._lock:
            if self.is_cut:
                return
            self.is_cut = True
            for own, inner in self._futures:
                if not own.done() and own.cancel():
                    own.set_running_or_notify_cancel()  # wakes who waits for it
                inner.cancel()

    def heed(self, done: int, wanted: int, seconds: float) -> None:
        """Stop a question that was dropped while one of its runs was under way."""
        if self.is_cut:
            raise CancelledError
