"""Worker processes started afresh, and the script that would start them without end.

A process that is started afresh reads the script of its parent again. Where that script runs an
ensemble as it is read, outside `if __name__ == "__main__":`, each worker would start workers.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

READ_AGAIN = 94
"""Exit code of a worker that ends because the script starts workers as it is read."""
NO_GUARD = (
    "jobs above 1 start processes that read this script again: put what runs the model under "
    '`if __name__ == "__main__":`, or use jobs=1'
)


class NoGuardError(RuntimeError):
    """A script starts worker processes as it is read."""


WARNINGS = "PYTHONWARNINGS"
QUIET = "ignore::UserWarning:multiprocessing.resource_tracker"


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back for a moment and deliver it then: what starts meanwhile never hears it.

    A process that is started inherits which signals are held back, and holds them back for good.
    Only this thread holds them back: where the system hands Ctrl-C to another one, Python would
    still interrupt the main thread, half way through a start. So it is noted besides.
    """
    if not hasattr(signal, "pthread_sigmask"):
        with _noted():
            yield
        return
    _track_quietly()
    with _noted():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _track_quietly() -> None:
    """Start Python's own tracker of shared memory now: its start lets signals through.

    It has nothing to say to anybody when this process is killed.
    """
    given = os.environ.get(WARNINGS)
    os.environ[WARNINGS] = QUIET if given is None else f"{given},{QUIET}"
    try:
        resource_tracker.ensure_running()
    finally:
        os.environ.pop(WARNINGS) if given is None else os.environ.update({WARNINGS: given})


@contextmanager
def _noted() -> Iterator[None]:
    """Note a Ctrl-C for a moment and deliver it then."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield  # only the main thread may say what a signal does
        return
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)


class Unhearing(SpawnProcess):
    """A process that leaves Ctrl-C to its parent from its first instruction."""

    def start(self) -> None:
        """Start it."""
        with interrupts_held():
            super().start()


class Fresh(SpawnContext):
    """Starts processes afresh and remembers them.

    The start method is named because importing Mesa 3.3 sets one of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._started: list[SpawnProcess] = []

    def Process(self, *given: Any, **named: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        """Return a process to be started."""
        process = Unhearing(*given, **named)
        self._started.append(process)
        return process

    @property
    def was_only_read_again(self) -> bool:
        """Whether one of them ended because the script starts workers as it is read."""
        return any(process.exitcode == READ_AGAIN for process in self._started)


def end_if_read_again() -> None:
    """End a worker without a word if it is only reading the script that started it."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(READ_AGAIN)
