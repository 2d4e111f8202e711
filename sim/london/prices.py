"""The rules of a month, and how boroughs bid against each other for agency staff."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import Purpose
from sim.london.state import London
from sim.rules import bidding


def rules_come_into_force(london: London) -> None:
    """The cap, the tax year, the offers and the pipeline of this month take effect."""
    parameters = london.parameters
    before, london.rules = london.rules, london.rulebook.in_force(london.today)
    if (london.month - 1) % MONTHS_PER_YEAR == 0:
        hiring, leaving = parameters.common_hiring_spread, parameters.common_leaving_spread
        london.common_hiring = london.common_shock(Purpose.COMMON_HIRING, hiring)
        london.common_leaving = london.common_shock(Purpose.COMMON_LEAVING, leaving)
    if london.rules.tax_terms != before.tax_terms:
        london.tax_has_changed()


def boroughs_bid_for_agency_staff(london: London) -> None:
    """Each borough looks at how short it is and decides what it would pay.

    Unfilled posts are those left at the end of last month: assignments that ended since are
    about to be filled again and are not yet a shortage.
    """
    seen = standpoint(london)
    by = bidding.bidding_of(london.parameters, london.terms, london.links)
    wanted = london.wanted_charge_rates(seen, by)
    london.wanted = np.asarray(bidding.bid(wanted, london.rules.lowest_lawful_charge))


def standpoint(london: London) -> bidding.Standpoint:
    """Return what each borough sees when it bids."""
    parameters = london.parameters
    target = bidding.vacancy_target(
        london.usual_vacancies, parameters.vacancy_target, parameters.vacancy_habit_share
    )
    return bidding.Standpoint(
        charge_rate=london.charge_rates,
        london_mean=london.mean_charge_rate(),
        unmet_share=london.unmet_share,
        wanted_vacancy_share=london.wanted_share * london.vacancy_share,
        vacancy_target=target,
        brake=london.brake,
    )
