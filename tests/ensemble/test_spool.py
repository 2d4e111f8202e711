"""The spool: values of many runs on disk, in order, to the bit."""

from __future__ import annotations

import tracemalloc
from itertools import permutations

import numpy as np
import pytest

from sim.ensemble.run import Spool


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_spool_returns_runs_in_order_of_replicate(order: tuple[int, ...]) -> None:
    values = np.arange(3 * 2 * 4 * 5, dtype=float).reshape(3, 2, 4, 5)
    spool = Spool()
    for replicate in order:
        spool.add(replicate, values[replicate])
    for place in range(2):
        np.testing.assert_array_equal(spool.outcome(place), values[:, place])
    spool.add(3, values[0] + 1000)
    np.testing.assert_array_equal(spool.outcome(1)[3], values[0, 1] + 1000)


def test_the_spool_keeps_exactly_what_it_was_given() -> None:
    strange = np.array([[np.nan, -0.0, np.inf, 5e-324, 0.1 + 0.2]])
    spool = Spool()
    spool.add(0, strange)
    assert spool.outcome(0).tobytes() == strange.tobytes()
    spool.add(1, np.arange(5.0)[None, ::-1])
    assert spool.outcome(0)[1].tolist() == [4, 3, 2, 1, 0]


def test_the_spool_does_not_hold_values_in_memory() -> None:
    values = np.ones((10, 12_500))  # 1 MB
    spool = Spool()
    spool.add(0, values)
    tracemalloc.start()
    try:
        for replicate in range(1, 50):
            spool.add(replicate, values)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < values.nbytes / 4
    assert spool.outcome(3).sum() == 50 * 12_500
