"""Whoever wants the same thing waits for one another; who wants something else does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Turns:
    """A lock for each key that somebody wants just now."""

    def __init__(self) -> None:
        self._wanted: dict[Any, tuple[threading.Lock, int]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, key: Any) -> Iterator[None]:
        """Wait for one's turn at a key, and have it."""
        with self._lock:
            lock, waiting = self._wanted.get(key, (threading.Lock(), 0))
            self._wanted[key] = lock, waiting + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._wanted[key]
                if waiting == 1:
                    del self._wanted[key]
                else:
                    self._wanted[key] = lock, waiting - 1
