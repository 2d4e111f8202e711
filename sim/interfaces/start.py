"""The way in: what is needed to start is loaded while a Ctrl-C already ends it in one line."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)
    from sim.interfaces.cli.commands import main as run

    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, before)
    run()


def _end(number: int, frame: FrameType | None) -> None:
    """End at once: an exception among imports would come out as another one, or not at all."""
    sys.stderr.write("permanence: interrupted before it began\n")
    sys.stderr.flush()
    os._exit(INTERRUPTED)
