"""Short cuts of the loops over people find what the long way finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.domain.randomness import gumbel, luck, mixed, slot_keys
from sim.market.loops import NOBODY_WANTS, best_liked, nth_smallest
from sim.market.rows import NOWHERE

steady = settings(derandomize=True, max_examples=100, deadline=None)
words = st.integers(0, 2**64 - 1)


@given(st.lists(words | st.integers(0, 3), min_size=1, max_size=40), st.data())
@steady
def test_the_nth_smallest_is_the_one_that_sorting_puts_there(
    values: list[int], data: st.DataObject
) -> None:
    nth = data.draw(st.integers(0, len(values) - 1))
    assert nth_smallest(np.array(values, np.uint64), nth) == sorted(values)[nth]


@given(words, words, st.lists(st.floats(-3, 3) | st.just(NOBODY_WANTS), min_size=1, max_size=12))
@steady
def test_the_borough_liked_best_has_the_highest_score_of_all(
    key: int, word: int, appeals: list[float]
) -> None:
    one, stream, slots = np.uint64(key), np.uint64(word), slot_keys(len(appeals))
    with np.errstate(over="ignore"):
        found = best_liked(one, stream, slots, np.array(appeals))
        scores = [
            appeal + gumbel(luck(stream, mixed(one + slot)))
            for appeal, slot in zip(appeals, slots, strict=True)
        ]
    best = int(np.argmax(scores))
    assert found == (best if scores[best] > NOBODY_WANTS else NOWHERE)
