"""Charts: titles that say the finding, alternative text, one function each."""

import logging
import os
import sys
from contextlib import suppress


def _load_matplotlib() -> None:
    """Load matplotlib, which refuses to load if MPLBACKEND names one it does not know.

    Charts need no backend; whoever draws something else keeps the one that is named.
    """
    log = logging.getLogger("matplotlib")
    before = log.level
    log.setLevel(logging.ERROR)  # where it may not write in HOME it says so at length, and works
    named = None if "matplotlib" in sys.modules else os.environ.pop("MPLBACKEND", None)
    import matplotlib as mpl
    from matplotlib import font_manager

    assert font_manager.fontManager is not None  # loaded now, and quietly
    log.setLevel(before)
    if named is not None:
        os.environ["MPLBACKEND"] = named
        with suppress(ValueError):
            mpl.rcParams["backend"] = named


_load_matplotlib()
