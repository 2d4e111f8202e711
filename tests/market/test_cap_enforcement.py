"""The cap enforced in other ways: strictly, with signed exceptions, and by a ratchet."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market.model import LondonMarket
from sim.scenario import ScenarioError, load_scenario
from tests.past import FROM_2023, NO_CAP_2023

CAP = ("levers.cap.members=1.0", "levers.cap.charge_rate_per_hour=40.0", "levers.cap.tolerance=0.0")
STARTING = "levers.cap.start=2023-10-01"
FIXED = "levers.cap.uprated=false"


def run(*overrides: str, months: int = 24) -> LondonMarket:
    market = LondonMarket(
        load_scenario(NO_CAP_2023, (*CAP, STARTING, FIXED, *overrides)), rng=2, years=2
    )
    for _ in range(months):
        market.step()
    return market


def test_under_strict_enforcement_nobody_leaves() -> None:
    assert run().pledge.defections > 0
    strict = run("levers.cap.enforcement=strict")
    assert strict.pledge.defections == 0
    assert all(
        borough.charge_rate_per_hour <= 40.0 for borough in strict.boroughs if signed(borough)
    )


def signed(borough: object) -> bool:
    return bool(borough.model.rules.agreement.signed[borough.index])  # type: ignore[attr-defined]


def test_signed_exceptions_let_a_share_of_the_excess_through() -> None:
    market = run("levers.cap.enforcement=break_glass", "levers.cap.exceptions_share=0.25", months=1)
    for borough in market.boroughs:
        if signed(borough) and borough.desired_charge_rate > 40.0:
            excess = borough.desired_charge_rate - 40.0
            assert borough.charge_rate_per_hour == pytest.approx(40.0 + 0.25 * excess)
    assert market.pledge.defections == 0


def test_break_glass_without_exceptions_is_a_strict_cap() -> None:
    strict = run("levers.cap.enforcement=strict")
    sealed = run("levers.cap.enforcement=break_glass")
    assert np.array_equal(strict.panel, sealed.panel, equal_nan=True)


def test_a_ratchet_changes_the_level_on_its_day() -> None:
    steps = "levers.cap.steps=[{start=2023-12-31, charge_rate_per_hour=38.0}]"
    market = run("levers.cap.enforcement=strict", steps, months=2)
    assert market.rules.cap_charge_rate == 40.0
    market.step()
    assert market.rules.cap_charge_rate == 38.0


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("levers.cap.exceptions_share=0.2", "break_glass"),
        (
            "levers.cap.terms=[{start=2025-01-01}, {start=2025-01-01, members=0.5}]",
            "no two may begin on one day",
        ),
        ("levers.cap.steps=[{start=2025-01-01}]", "charge_rate_per_hour"),
    ],
)
def test_terms_that_do_not_fit_are_refused(override: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        load_scenario(FROM_2023, [override])


def test_an_uprated_step_rises_from_its_own_day() -> None:
    steps = "levers.cap.steps=[{start=2024-12-31, charge_rate_per_hour=45.0}]"
    market = run("levers.cap.enforcement=strict", steps, "levers.cap.uprated=true", months=14)
    assert market.rules.cap_charge_rate > 40.0
    market.step()
    assert market.rules.cap_charge_rate == 45.0
