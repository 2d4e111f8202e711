"""A state of rest followed along a lever, and the fold at which it vanishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.domain.headline import WORKFORCE
from sim.studies.tip.method.meanfield import SETTLING_YEARS, Root, root_near
from sim.studies.tip.method.still import Still

FOLLOWED_WITHIN = 0.08
"""A rest that is followed along a lever moves no further than this from value to value."""
FOLD_STEPS = 3


def followed(
    build: Callable[[float], Still], values: Sequence[float], begin: Root | None = None
) -> list[tuple[float, Root]]:
    """Return the rest that Newton's method follows from value to value, as far as it is stable.

    Args:
        build: London under constant conditions at a value of the lever.
        values: in the order to go through.
        begin: a rest to begin from, its cap members kept; by default where London's own state
            settles at the first value.
    """
    found: list[tuple[float, Root]] = []
    last = begin
    for value in values:
        still = build(value)
        if last is None:
            states, members = still.after(still.opened, still.opening_members, years=SETTLING_YEARS)
            root = root_near(still, states[0], members[0])
        else:
            root = root_near(still, last.state, last.members)
        if not root.is_stable or (last is not None and _far(still, root, last)):
            break
        found.append((value, root))
        last = root
    return found


def _far(still: Still, one: Root, other: Root) -> bool:
    shares = still.shares_of(np.stack([one.state, other.state]))[WORKFORCE]
    return bool(abs(shares[0] - shares[1]) > FOLLOWED_WITHIN)


def fold(
    build: Callable[[float], Still], root: Root, inside: float, outside: float, precision: float
) -> float:
    """Return the value at which a stable rest vanishes, between one where it is and one where not.

    Args:
        root: the rest at `inside`.
        precision: of the value.
    """
    while abs(outside - inside) > precision:
        middle = (inside + outside) / 2.0
        on = followed(build, np.linspace(inside, middle, FOLD_STEPS).tolist(), root)
        if len(on) == FOLD_STEPS:
            inside, root = middle, on[-1][1]
        else:
            outside = middle
            if on:
                inside, root = on[-1]
    return (inside + outside) / 2.0
