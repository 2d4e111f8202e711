"""Charts: titles that say the finding, alternative text, one function each."""

import os
import sys
from contextlib import suppress


def _load_matplotlib() -> None:
    """Load matplotlib, which refuses to load if MPLBACKEND names one it does not know.

    Charts need no backend; whoever draws something else keeps the one that is named.
    """
    named = None if "matplotlib" in sys.modules else os.environ.pop("MPLBACKEND", None)
    import matplotlib as mpl

    if named is not None:
        os.environ["MPLBACKEND"] = named
        with suppress(ValueError):
            mpl.rcParams["backend"] = named


_load_matplotlib()
