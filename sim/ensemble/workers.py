"""Worker processes: they start with their parent's code, leave Ctrl-C to it, and end with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import FrameType

from sim.ensemble.files import StoreError
from sim.ensemble.spawned import (
    NO_GUARD,
    Fresh,
    NoGuardError,
    end_if_read_again,
    interrupts_held,
)
from sim.ensemble.stamp import EDITED, LOADED, Rooms

THREADS = "OPENBLAS_NUM_THREADS"
"""Read when numpy is loaded: how many threads linear algebra starts."""


@contextmanager
def workers(jobs: int, own: Rooms | None = None) -> Iterator[Executor | None]:
    """Offer a pool of worker processes, or None for one job; stop it cleanly on Ctrl-C.

    Args:
        jobs: how many processes are to work.
        own: code of a question that works in them too, besides the model's.

    Raises:
        StoreError: code was edited meanwhile, so that a new worker does not have this process's.
        NoGuardError: a script starts them as it is read.
    """
    if jobs <= 1:
        yield None
        return
    end_if_read_again()
    fresh = Fresh()
    others = () if own is None else (own,)
    ours = THREADS not in os.environ
    os.environ.setdefault(THREADS, "1")  # workers inherit it: each keeps to one processor
    code = loaded(*others)
    pool = ProcessPoolExecutor(jobs, mp_context=fresh, initializer=_begin_work, initargs=(code,))
    before = set(multiprocessing.active_children())
    try:
        yield pool
    except BrokenProcessPool:
        pool.shutdown(wait=True, cancel_futures=True)
        if fresh.was_only_read_again:
            raise NoGuardError(NO_GUARD) from None
        if any(one.is_edited() for one in (LOADED, *others)):
            raise StoreError(EDITED) from None
        raise
    except KeyboardInterrupt:
        # What a worker is busy with is lost either way: only the parent writes files.
        _let_go_of_results(pool)
        for worker in set(multiprocessing.active_children()) - before:
            worker.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        if ours:
            os.environ.pop(THREADS, None)


def _let_go_of_results(pool: ProcessPoolExecutor) -> None:
    """Close this process's own end of the pipe into which workers write results.

    Otherwise who reads there waits for ever for the rest of what a worker wrote as it was ended.
    The pipe has no public name: where a later Python calls it another, nothing is closed.
    """
    results = getattr(pool, "_result_queue", None)
    end = getattr(results, "_writer", None)
    if end is not None:
        end.close()


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Start worker processes that ignore Ctrl-C from their first instruction: they inherit it.

    A Ctrl-C meanwhile is not lost: it is heard at the end.
    """
    with interrupts_held():
        yield


Loaded = Sequence[tuple[tuple[str, ...], str, str]]
"""What a process works with: names of rooms, hash of their sources, hash of their code."""


def loaded(*rooms: Rooms) -> Loaded:
    """Return what this process works with, to be handed to a worker."""
    return [(one.names, one.sources, one.code) for one in (LOADED, *rooms)]


def end_unless_same(rooms: Loaded) -> None:
    """End a worker process at once if it has loaded other code than its parent.

    One that has read the same bytes takes over their hash.
    """
    for names, sources, code in rooms:
        mine = LOADED if names == LOADED.names else Rooms(*names)
        mine.learn(sources, code)
        if mine.code != code:
            os._exit(1)


def _begin_work(rooms: Loaded) -> None:
    """Leave Ctrl-C to the parent, and end with it: if it is killed, nobody waits for the work.

    Args:
        rooms: what the parent works with, see `end_unless_same`.
    """
    end_unless_same(rooms)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def interrupts_heeded() -> Iterator[Callable[[], None]]:
    """Offer a check that raises KeyboardInterrupt if Ctrl-C was pressed and nobody heard it.

    Python drops an exception raised while it collects garbage or calls back from C: a Ctrl-C
    that lands there would be lost, and a long job would go on to its end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    before = signal.getsignal(signal.SIGINT)
    pressed = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        if callable(before):
            before(number, frame)

    def heed() -> None:
        if pressed and before is signal.default_int_handler:
            raise KeyboardInterrupt

    if callable(before):
        signal.signal(signal.SIGINT, note)
    try:
        yield heed
    finally:
        if callable(before):
            signal.signal(signal.SIGINT, before)
