"""The order of a command's end: what was found is told before anything is drawn or saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.words.json_text import print_json
from sim.words.result_tables import print_files

Files = Sequence[Path]


def tell(
    show: Callable[[], None],
    content: Callable[[Files], Any],
    save: Callable[[], Files],
    *,
    as_json: bool,
    also: Files = (),
) -> None:
    """Print what was found, then save it and say where; no fault in saving loses it.

    Args:
        show: prints tables and notes.
        content: the same as JSON, given the files that were saved; it is printed after them,
            or without them where they could not be saved.
        save: draws and writes; returns the files worth naming, none where no folder was asked for.
        as_json: whether JSON is asked for.
        also: what is there already and named on screen after what was saved.
    """
    if not as_json:
        show()
        print_files([*save(), *also])
        return
    try:
        files = save()
    except Exception:
        print_json(content([]))
        raise
    print_json(content(files))
