"""How likely staff are to leave in a month: the sector, their borough, or London's agency work.

Each equation takes the rules in force, so that a lever may act on it.
"""

from __future__ import annotations

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.randomness import FloatArray
from sim.rules.hazards import Amount, monthly_chance
from sim.rules.terms import RulesInForce


def sector_exit_chance(
    parameters: Parameters, rules: RulesInForce, year: Amount, multiplier: Amount
) -> FloatArray:
    """Return the chance that permanent staff leave the sector this month (assumption).

    `year` is what the year does to leaving in all boroughs alike; `multiplier` what strain does.
    """
    return monthly_chance(parameters.sector_exit_per_year * year * multiplier)


def borough_move_chance(
    parameters: Parameters, rules: RulesInForce, multiplier: Amount
) -> FloatArray:
    """Return the chance that permanent staff look for a post elsewhere in London this month.

    Strain drives them as it drives leavers (assumption).
    """
    return monthly_chance(parameters.borough_moves_per_year * multiplier)


def agency_exit_chance(
    parameters: Parameters, rules: RulesInForce, drawn_away: Amount, held: Amount
) -> FloatArray:
    """Return the chance that placed agency staff leave this month; better pay beyond adds to it.

    `held` is what better pay here does to it (`agency_work.held_by_pay`).
    """
    return monthly_chance(parameters.agency_exit_per_year * drawn_away * held)


def bench_leak_chance(
    parameters: Parameters, rules: RulesInForce, drawn_away: Amount, held: Amount
) -> Amount:
    """Return the chance that agency staff between assignments give London up this month."""
    return np.minimum(parameters.bench_leak_per_month * drawn_away * held, 1.0)
