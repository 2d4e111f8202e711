"""How much may be asked for: the same bounds at every door, and before anything is allocated."""

from __future__ import annotations

from typing import Any

from sim.domain.given import shortened, shown

MOST_RUNS, MOST_YEARS, MOST_JOBS = 100_000, 30, 256
MOST_SEED = 2**62
"""Of what is asked for; seeds that a question makes of it for luck of its own go twice as far."""


def whole(name: str, given: Any, lowest: int, highest: int | None = None) -> int:
    """Return a whole number that was given in Python, where it is one and in its range.

    Raises:
        ValueError: it is none (2.0, True and "2" are not); what was given, what is allowed.
    """
    is_whole = hasattr(given, "__index__") and not isinstance(given, bool)
    found = given.__index__() if is_whole else lowest - 1
    if found < lowest or (highest is not None and found > highest):
        upto = "up" if highest is None or highest >= MOST_SEED else f"to {highest}"
        told = shown(given) if isinstance(given, int) else shortened(str(given))
        raise ValueError(f"{name}: given {told}; allowed: a whole number from {lowest} {upto}")
    return int(found)


def check_size(*, runs: Any, seed: Any, years: Any) -> None:
    """Refuse an ensemble whose size is no whole number, or more than is ever asked for.

    Raises:
        ValueError: naming what, what was given and what is allowed.
    """
    whole("runs", runs, 1, MOST_RUNS)
    whole("seed", seed, 0, 2 * MOST_SEED)
    whole("years", years, 1, MOST_YEARS)
