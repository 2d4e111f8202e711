"""What work says to Python's `logging`, under the name `permanence`; silent unless asked for.

Remarks are warnings, questions and pieces of work INFO, each step of one DEBUG.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

LOG = logging.getLogger("permanence")
LOG.addHandler(logging.NullHandler())


@contextmanager
def logged(what: str) -> Iterator[Callable[[int, int], None]]:
    """Log that a piece of work begins, how far it is, and how long it took."""
    LOG.info("%s: begins", what)
    begun = perf_counter()

    def step(done: int, wanted: int) -> None:
        LOG.debug("%s: %d of %d", what, done, wanted)

    try:
        yield step
    except BaseException as fault:
        LOG.info("%s: stopped by %s", what, type(fault).__name__)
        raise
    LOG.info("%s: done in %.1f s", what, perf_counter() - begun)
