"""Worker processes started afresh, and the script that would start them without end.

A process that is started afresh reads the script of its parent again. Where that script runs an
ensemble as it is read, outside `if __name__ == "__main__":`, each worker would start workers.
"""

from __future__ import annotations

import multiprocessing
import os
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


class Fresh(SpawnContext):
    """Starts processes afresh and remembers them.

    The start method is named because importing Mesa 3.3 sets one of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._started: list[SpawnProcess] = []

    def Process(self, *given: Any, **named: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        """Return a process to be started."""
        process = SpawnProcess(*given, **named)
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
