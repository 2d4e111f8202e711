"""The rulebook: levers and law resolved for one month.

Everyone in the market answers to `RulesInForce`; nobody reads a lever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np

from sim.domain.calendar import tax_year_of
from sim.domain.evidence import pay_index
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import BoolArray, Purpose
from sim.rules.hazards import Amount
from sim.rules.levers import Levers
from sim.rules.levers.lever import Moment
from sim.rules.levers.members import Members
from sim.rules.levers.permanent_offer import PermanentOffer
from sim.rules.pay_floor import lowest_lawful_charge
from sim.rules.tax_law import is_off_payroll_enforced, law_in_force
from sim.rules.terms import RulesInForce

ORDINARY_BAR = float(declarations(PermanentOffer)["caseload_bar"].default)
"""Cases per case-holder above which a caseload counts as high where nobody says otherwise."""


class Rulebook:
    """Resolves levers and law, month by month.

    Args:
        levers: what a policy changes; `Levers()` for the law as enacted alone.
        parameters: of the run; some may be columns, (draw, 1), for many draws at once.
        opening: the day of month 0.
        employers: how many there are.
        who: returns who of them belongs, given members and the purpose of the draw: (employer,),
            or for an agreement's signatories (draw, employer).
    """

    def __init__(
        self,
        levers: Levers,
        parameters: Parameters,
        opening: date,
        employers: int,
        who: Callable[[Members, Purpose], BoolArray],
    ) -> None:
        self.levers, self.parameters, self.opening = levers, parameters, opening
        self._employers, self._drawn = employers, who
        self._joined: dict[tuple[Members, Purpose], BoolArray] = {}
        self._settles_on = max(lever.settles_on(opening) for lever in levers.each())
        self._settled: RulesInForce | None = None

    def in_force(self, today: date) -> RulesInForce:
        """Return the rules of the month that ends `today`."""
        if today <= self._settles_on:
            return self._worked_out(today)
        kept = self._settled
        if kept is None or kept.tax_year != tax_year_of(today):
            kept = self._settled = self._worked_out(today)
        return replace(kept, today=today)

    def _worked_out(self, today: date) -> RulesInForce:
        now = Moment(
            opening=self.opening,
            today=today,
            parameters=self.parameters,
            index_at=self._index_at,
            who=self._who,
        )
        rules = self._ordinary(now)
        for lever in self.levers.each():
            rules = lever.put_in_force(rules, now)
        return replace(rules, lowest_lawful_charge=self._floor(rules))

    def _floor(self, rules: RulesInForce) -> Amount:
        """Return the least that may be charged under the law that is in force."""
        salary = self.parameters.salary_mid_scale_2017 * rules.salary_index
        share = self.parameters.equal_pay_share
        return lowest_lawful_charge(salary, rules.law, self.parameters, share)

    def _ordinary(self, now: Moment) -> RulesInForce:
        """Return the rules of a month under the law as enacted, with every lever at its no-op."""
        parameters, count = self.parameters, self._employers
        year, index = tax_year_of(now.today), self._index_at(now.today)
        law = law_in_force(year, growth_beyond_table=parameters.pay_growth_per_year)
        none = np.zeros(count)
        return RulesInForce(
            today=now.today,
            tax_year=year,
            law=law,
            off_payroll_enforced=is_off_payroll_enforced(year),
            salary_index=index,
            price_level=now.price_level,
            lowest_lawful_charge=0.0,
            agency_experience_years=parameters.eligible_experience_years,
            offer_leadership=none,
            offer_relief=none,
            offer_careers=none,
            offer_pay_share=none,
            offer_payment=none,
            hiring_multiplier=np.ones(count),
            caseload_bar=ORDINARY_BAR,
            prevented=none,
            prevention_paid=none,
            turns_away_waiting=np.ones(count, bool),
        )

    def _who(self, members: Members, purpose: Purpose) -> BoolArray:
        key = (members, purpose)
        if key not in self._joined:
            self._joined[key] = self._drawn(members, purpose)
        return self._joined[key]

    def _index_at(self, day: date) -> float:
        growth = self.parameters.pay_growth_per_year
        return pay_index(tax_year_of(day), growth_beyond_table=growth)
