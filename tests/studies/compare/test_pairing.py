"""Pairing: keyed draws make a one-year difference at least ten times as sharp."""

from __future__ import annotations

import numpy as np
import pytest

from sim.answers.comparison import variance_reduction
from sim.domain.headline import HEADLINE
from sim.ensemble.draws import Draws
from sim.ensemble.run import run_ensemble
from sim.scenario import load_scenario
from sim.studies.compare.method.pairing import OTHER_SEED, WANTED_FACTOR, measured_pairing

PEOPLE = HEADLINE[:3]
PRICE = "charge_rate_per_hour"


@pytest.mark.long
@pytest.mark.parametrize(
    ("base", "policy"), [("no-cap", "pan-london-cap"), ("baseline", "package")]
)
def test_shared_luck_divides_the_variance_of_shares_tenfold(base: str, policy: str) -> None:
    found = measured_pairing(load_scenario(base), load_scenario(policy), runs=60, seed=1)
    assert [row.outcome for row in found] == list(HEADLINE)
    for row in found:
        assert row.factor == pytest.approx(row.independent / row.paired)
        if row.outcome in PEOPLE:
            assert row.factor >= WANTED_FACTOR, row


@pytest.mark.long
def test_a_policy_that_fixes_no_price_is_sharp_in_prices_too() -> None:
    offer = load_scenario("permanent-offer")
    for row in measured_pairing(load_scenario("baseline"), offer, runs=30, seed=1):
        assert row.factor >= WANTED_FACTOR, row


@pytest.mark.slow
def test_the_variances_are_those_of_pairs_and_of_strangers_at_the_working_values() -> None:
    base, policy = load_scenario("no-cap"), load_scenario("pan-london-cap")
    found = {row.outcome: row for row in measured_pairing(base, policy, runs=4, seed=3)}

    def last(name: str, seed: int) -> np.ndarray:
        asked = {"runs": 4, "seed": seed, "years": 1, "draws": Draws.DEFAULT}
        return run_ensemble(load_scenario(name), **asked).of(PRICE)[:, -1]

    old, new, stranger = last("no-cap", 3), last(policy.name, 3), last(policy.name, 3 + OTHER_SEED)
    assert found[PRICE].paired == pytest.approx((new - old).var(ddof=1))
    assert found[PRICE].independent == pytest.approx((stranger - old).var(ddof=1))


def test_a_price_held_at_a_cap_has_no_luck_left_to_share() -> None:
    base, policy = load_scenario("no-cap"), load_scenario("pan-london-cap")
    found = {row.outcome: row for row in measured_pairing(base, policy, runs=8, seed=3)}
    assert found[PRICE].ceiling < 2.0
    assert found["unfilled_share_of_posts"].ceiling > WANTED_FACTOR


def test_a_policy_that_changes_nothing_is_exactly_paired() -> None:
    base = load_scenario("no-cap")
    for row in measured_pairing(base, base, runs=2, seed=3):
        assert (row.paired, row.factor) == (0.0, float("inf"))
        assert row.independent > 0.0


# The factor beside each difference


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], float("inf")),
        ([0.0, 0.0], [0.0, 0.0], float("inf")),
        ([1.0, 2.0], [3.0, 4.0], float("inf")),
        ([0.0, 0.0], [1.0, 1.0], None),
        ([1.0], [2.0], None),
        ([np.nan, np.nan], [np.nan, np.nan], None),
        ([-1.0, 1.0], [-2.0, 2.0], 5.0),
        ([-1.0, 1.0], [1.0, -1.0], 0.5),
        ([-1.0, 1.0, np.nan], [-2.0, 2.0, 7.0], 5.0),
    ],
)
def test_the_factor_is_what_strangers_vary_over_what_pairs_do(
    before: list[float], after: list[float], expected: float | None
) -> None:
    found = variance_reduction(np.array(before), np.array(after))
    assert found == (None if expected is None else pytest.approx(expected))
