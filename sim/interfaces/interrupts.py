"""A Ctrl-C that would be dropped, or taken for a fault, stays a Ctrl-C.

An exception raised while Python collects garbage, or calls back from C, has nobody to go to: it is
told as "Exception ignored" and dropped. One that lands in foreign code may come out of it as
another exception.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

MOMENT_SECONDS = 0.05
"""The main thread may be on its way into a wait: a signal just before would not end that."""


@contextmanager
def interrupts_kept() -> Iterator[None]:
    """Press Ctrl-C again, for the main thread, whenever Python says that it has dropped one.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed, whatever became of it on its way here.
    """
    before = sys.unraisablehook

    def heed(dropped: sys.UnraisableHookArgs) -> None:
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            # From a thread of its own: raised in here it would be dropped again. It takes no lock
            # of the threading module, which the main thread may be holding.
            _thread.start_new_thread(_press, (threading.main_thread().ident,))
        else:
            before(dropped)

    sys.unraisablehook = heed
    try:
        yield
    except Exception as fault:
        if _came_of_an_interrupt(fault):
            raise KeyboardInterrupt from fault
        raise
    finally:
        sys.unraisablehook = before


def _came_of_an_interrupt(fault: BaseException | None) -> bool:
    """Tell whether an exception was raised from a Ctrl-C, or while one was being dealt with."""
    while fault is not None and not isinstance(fault, KeyboardInterrupt):
        fault = fault.__cause__ or fault.__context__
    return fault is not None


def _press(main_thread: int | None) -> None:
    time.sleep(MOMENT_SECONDS)
    if main_thread is not None and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main_thread, signal.SIGINT)  # wakes it if it waits
    else:
        _thread.interrupt_main()
