"""Gains of a signal flow graph: against systems followed month by month."""

from __future__ import annotations

import numpy as np
import pytest

from sim.studies.loops.method.graph import (
    answers,
    cycle_gain,
    cycles,
    discounted,
    gain,
    self_loops_absorbed,
    without_node,
)
from tests.studies.loops.loop_algebra import return_ratio

MONTHS = 400
NODES = ("level", "flow", "price")
RISES, DRAWS, FALLS = 0.03, 0.4, -0.2
"""Of price on level's flow a month, of flow on level, of level on price."""
KEPT_LEVEL, KEPT_PRICE, NOTICE = 0.9, 0.8, 2


def toy_gains() -> np.ndarray:
    gains = np.zeros((3, 3))
    gains[1, 2] = gain(DRAWS)
    gains[0, 1] = gain(RISES, lag=NOTICE, memory=KEPT_LEVEL)
    gains[2, 0] = gain(FALLS, lag=1, memory=KEPT_PRICE)
    return gains


def followed(*, is_open: bool) -> np.ndarray:
    """Return the price of the toy, month by month: held at 1 where it acts, or pushed by 1."""
    level, price = np.zeros(MONTHS), np.zeros(MONTHS)
    flow = np.zeros(MONTHS)
    for month in range(MONTHS):
        before = month - 1
        kept = (level[before], price[before]) if month else (0.0, 0.0)
        answer = KEPT_PRICE * kept[1] + FALLS * kept[0]
        pushed = 0.0 if is_open else 1.0 - (KEPT_PRICE if month else 0.0)
        price[month] = answer + pushed
        flow[month] = DRAWS * (1.0 if is_open else price[month])
        starts = flow[month - NOTICE] if month >= NOTICE else 0.0
        level[month] = KEPT_LEVEL * kept[0] + RISES * starts
    return price


def test_a_push_kept_up_is_answered_on_average_as_much_as_the_gain_says() -> None:
    level = np.zeros(MONTHS)
    for month in range(1, MONTHS):
        level[month] = KEPT_LEVEL * level[month - 1] + RISES
    assert discounted(level) == pytest.approx(gain(RISES, lag=1, memory=KEPT_LEVEL), rel=1e-9)


def test_the_product_of_gains_is_what_comes_back_when_the_loop_is_opened_and_pushed() -> None:
    gains = toy_gains()
    product = cycle_gain(gains, NODES, ("level", "price", "flow"))
    assert discounted(followed(is_open=True)) == pytest.approx(product, rel=1e-9)
    assert return_ratio(gains, 2) == pytest.approx(product)
    assert cycle_gain(gains, NODES, NODES) == 0.0, "the links do not run this way"


def test_the_closed_loop_makes_of_a_push_what_the_links_foretell() -> None:
    gains = toy_gains()
    product = cycle_gain(gains, NODES, ("level", "price", "flow"))
    pushed = answers(gains, np.array([0.0, 0.0, 1.0]))
    assert discounted(followed(is_open=False)) == pytest.approx(pushed[2], rel=1e-9)
    assert pushed[2] == pytest.approx(1.0 / (1.0 - product))


def test_a_pure_accumulation_of_one_a_year_has_gain_near_one() -> None:
    assert gain(1.0 / 12.0, memory=1.0) == pytest.approx(1.0, abs=0.05)


def test_every_simple_cycle_is_found_once_from_its_first_node() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "a"), ("c", "c"), ("d", "a")]
    assert cycles("abcd", edges) == [("c",), ("a", "b"), ("a", "b", "c")]


def test_a_node_passed_through_and_a_self_loop_leave_the_answers_as_they_were() -> None:
    luck = np.random.default_rng(3)
    gains = 0.2 * luck.standard_normal((7, 4, 4))
    push = np.array([1.0, 0.0, 0.0, 0.0]) * np.ones((7, 1))
    whole = answers(gains, push)
    assert answers(without_node(gains, 3), push[:, :3]) == pytest.approx(whole[:, :3])
    gains[:, 0, 0] = 0.0
    whole = answers(gains, push)
    absorbed = self_loops_absorbed(gains)
    assert np.einsum("dii->di", absorbed).any() == 0.0
    assert answers(absorbed, push) == pytest.approx(whole)
