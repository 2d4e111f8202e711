"""The workforce's columns, and the loops that change them: only the ledger calls these."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.domain.compiled import compiled
from sim.domain.randomness import FloatArray, IntArray, KeyArray
from sim.domain.vocabulary import WorkerState

NOWHERE = -1
"""The employer of who has none; as a place in a row of counts it is the last one."""
OUT = int(WorkerState.OUT)


class Rows(NamedTuple):
    """One row a worker ever entered, by id; there is room for more. A row is never reused.

    Attributes:
        key: what the worker's luck is keyed by.
        free_from_month: until when a leaver waits before agency work.
        company: access to a company, by the numbers of `pay_bands.COMPANY_*`.
    """

    key: KeyArray
    state: npt.NDArray[np.int8]
    employer: npt.NDArray[np.int16]
    source: npt.NDArray[np.int8]
    qualified_month: npt.NDArray[np.int32]
    joined_month: npt.NDArray[np.int32]
    free_from_month: npt.NDArray[np.int32]
    taste: FloatArray
    company: npt.NDArray[np.int8]

    @staticmethod
    def empty(capacity: int) -> Rows:
        """Return rows for so many workers."""
        return Rows(
            key=np.zeros(capacity, np.uint64),
            state=np.zeros(capacity, np.int8),
            employer=np.zeros(capacity, np.int16),
            source=np.zeros(capacity, np.int8),
            qualified_month=np.zeros(capacity, np.int32),
            joined_month=np.zeros(capacity, np.int32),
            free_from_month=np.zeros(capacity, np.int32),
            taste=np.zeros(capacity),
            company=np.zeros(capacity, np.int8),
        )

    def grown(self, capacity: int) -> Rows:
        """Return the same rows with room for more."""
        more = Rows.empty(capacity)
        for name in Rows._fields:
            before = getattr(self, name)
            getattr(more, name)[: before.size] = before
        return more


class Newcomers(NamedTuple):
    """What is known of workers as they enter (one array element each)."""

    keys: KeyArray
    employers: IntArray
    qualified_month: IntArray
    taste: FloatArray
    company: npt.NDArray[np.int8]


@compiled
def take_in(
    rows: Rows,
    size: int,
    newcomers: Newcomers,
    stands: tuple[int, int, int, bool],
    heads: npt.NDArray[Any],
    flow: IntArray,
) -> IntArray:
    """Write newcomers into the rows from `size` on and count them; return where each works.

    `stands`: source, state, month, and whether they are at work.
    """
    source, state, month, at_work = stands
    places = np.empty(newcomers.keys.size, np.int64)
    for nth in range(newcomers.keys.size):
        one, place = size + nth, newcomers.employers[nth] if at_work else NOWHERE
        rows.key[one] = newcomers.keys[nth]
        rows.state[one], rows.employer[one], rows.source[one] = state, place, source
        rows.qualified_month[one] = newcomers.qualified_month[nth]
        rows.joined_month[one] = month
        rows.taste[one] = newcomers.taste[nth]
        rows.company[one] = newcomers.company[nth]
        heads[state, place] += 1
        if at_work:
            flow[place] += 1
        places[nth] = place
    return places


@compiled
def move(
    rows: Rows,
    ids: npt.NDArray[Any],
    to: tuple[int, npt.NDArray[Any]],
    heads: npt.NDArray[Any],
    flow: IntArray,
) -> IntArray:
    """Move workers to a state and each to an employer, and count them.

    The flow is counted where they were, or where they are now if they were nowhere.

    Returns:
        where it is written down that they moved: where they are now, or were if they are nowhere.
    """
    state, employers = to
    noted = np.empty(ids.size, np.int64)
    for nth in range(ids.size):
        one, after = ids[nth], employers[nth]
        before = rows.employer[one]
        heads[rows.state[one], before] -= 1
        heads[state, after] += 1
        rows.state[one], rows.employer[one] = state, after
        seen = after if before == NOWHERE else before
        if seen != NOWHERE:
            flow[seen] += 1
        noted[nth] = before if after == NOWHERE else after
    return noted


@compiled
def those_not_out(rows: Rows, living: IntArray) -> int:
    """Close the gaps in a list of ids, where workers have left for good; return how many stay."""
    kept = 0
    for one in living:
        if rows.state[one] != OUT:
            living[kept] = one
            kept += 1
    return kept
