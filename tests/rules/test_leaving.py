"""Chances of leaving: each against its closed form, one number or an array alike."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from sim.domain.parameters import Parameters
from sim.rules import leaving
from sim.rules.in_force import Rulebook
from sim.rules.levers import Levers

PARAMETERS = Parameters()
OPENING = date(2023, 9, 30)
EVERYBODY = np.ones(1, bool)
RULES = Rulebook(Levers(), PARAMETERS, OPENING, 1, lambda *_: EVERYBODY).in_force(OPENING)


@pytest.mark.parametrize(
    ("found", "hazard"),
    [
        (
            leaving.sector_exit_chance(PARAMETERS, RULES, 1.1, np.array([0.5, 2.0])),
            PARAMETERS.sector_exit_per_year * 1.1 * np.array([0.5, 2.0]),
        ),
        (
            leaving.borough_move_chance(PARAMETERS, RULES, np.array([0.5, 2.0])),
            PARAMETERS.borough_moves_per_year * np.array([0.5, 2.0]),
        ),
        (
            leaving.agency_exit_chance(PARAMETERS, RULES, 1.5, 0.8),
            PARAMETERS.agency_exit_per_year * 1.5 * 0.8,
        ),
    ],
)
def test_a_year_of_a_chance_of_leaving_makes_its_hazard(
    found: np.ndarray, hazard: np.ndarray
) -> None:
    np.testing.assert_allclose((1.0 - found) ** 12, np.exp(-hazard), rtol=1e-12)


def test_the_leak_from_the_bench_grows_with_pay_beyond_london_up_to_certainty() -> None:
    leak = PARAMETERS.bench_leak_per_month
    many = leaving.bench_leak_chance(PARAMETERS, RULES, np.array([1.0, 2.0, 2.0 / leak]), 1.0)
    np.testing.assert_allclose(many, [leak, 2.0 * leak, 1.0])
    assert float(leaving.bench_leak_chance(PARAMETERS, RULES, math.inf, 1.0)) == 1.0
    assert float(leaving.bench_leak_chance(PARAMETERS, RULES, 1.0, 0.5)) == leak / 2.0
