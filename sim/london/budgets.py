"""What boroughs may spend on staff, how far they overspend it, and the cover they still want."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray
from sim.london.state import London
from sim.rules import bidding, budget

MONTHS_LOOKED_BACK_ON = 3
"""Months over which overspending is averaged: a quarter, as councils report it."""


def budgets_open(london: London) -> None:
    """Fix what opening budgets bear, and what London looked like when they were made.

    Without a past, boroughs are used to the ordinary vacancy share and to what censuses before the
    start found of theirs.
    """
    staff = np.maximum(london.permanent, 1)
    paid = london.permanent_cost_per_year()
    ordinary = london.ordinary_cost_of_a_post()
    london.permanent_cost = np.where(london.permanent > 0, paid / staff, ordinary)
    london.opening_cost_of_a_post = ordinary
    london.budget_per_post = budget.budget_per_post(
        paid + london.agency_cost_per_year(), london.unfilled, london.permanent_cost, london.posts
    )
    london.opening_charges = london.charge_rates
    london.usual_vacancies = usual_vacancies(london)
    london.overspends = [_overspend(london)] * MONTHS_LOOKED_BACK_ON


def usual_vacancies(london: London) -> FloatArray:
    """Return the mean vacancy share that each borough had got used to by the start."""
    parameters = london.parameters
    mean = np.asarray(parameters.vacancy_target * np.ones(london.shape))
    for share in london.census.past_vacancy_shares:
        mean = bidding.vacancies_got_used_to(mean, share, parameters.vacancy_habit_years, 12)
    return mean


def budgets_are_watched(london: London) -> None:
    """Each borough sees what its staff cost this month, and gets used to its vacancies."""
    london.overspends = [*london.overspends[1:], _overspend(london)]
    habit = london.parameters.vacancy_habit_years
    london.usual_vacancies = bidding.vacancies_got_used_to(
        london.usual_vacancies, london.vacancy_share, habit
    )


def staff_budget(london: London) -> tuple[FloatArray, FloatArray]:
    """Return what staff cost each employer this month, and what it may spend, £ a year."""
    index = london.cost_index()
    cost = budget.staff_cost(
        london.permanent, london.permanent_cost, index, london.agency_cost_per_year()
    )
    return cost, london.budget_per_post * london.posts * index


def _overspend(london: London) -> FloatArray:
    """Return the overspending of a month that each borough goes by."""
    cost, given = staff_budget(london)
    own = budget.overspend(cost, given)
    whole = budget.overspend(london.over_london(cost), london.over_london(given))
    pooling = london.parameters.overspend_pooling_posts
    return budget.strain(own, whole, london.posts, pooling)
