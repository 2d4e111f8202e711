"""The rules in force in a month: levers and law resolved for one date.

Everyone in the market answers to `RulesInForce`; nobody reads a lever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import inf

import numpy as np

from sim.domain.calendar import first_year_of, tax_year_of
from sim.domain.evidence import pay_index, scored_employers
from sim.domain.randomness import FloatArray, Purpose, Streams, slot_keys
from sim.domain.vocabulary import OffPayroll, PriceBasis, TaxLawChoice
from sim.rules.pay_floor import lowest_lawful_charge
from sim.rules.policy import Levers, Members, PermanentOffer, TaxRegime, round_half_up, strength
from sim.rules.tax_law import TaxLaw, law_in_force
from sim.scenario import Scenario

OFF_PAYROLL_REFORM_YEAR = 2017
"""First tax year of the public-sector reform. Source: Finance Act 2017, schedule 1."""


@dataclass(frozen=True)
class RulesInForce:
    """The rules of one month.

    Attributes:
        cap_charge_rate: £ per hour; infinite when no cap is in force.
        offer_leadership: strain taken off, by employer.
        offer_relief: share of cases above the bar taken off, by employer.
        hiring_multiplier: on outside applicants, by employer.
        price_level: pay index today over the pay index at the start.
        lowest_lawful_charge: £ per hour; no bid and no cap goes below it.
        agency_experience_years: what permanent staff need before they may take agency work.
        cooling_off_months: what they then wait for an assignment in London.
    """

    today: date
    tax_year: str
    law: TaxLaw
    off_payroll_enforced: bool
    cap_charge_rate: float
    offer_leadership: FloatArray
    offer_relief: FloatArray
    caseload_bar: float
    hiring_multiplier: FloatArray
    newly_qualified_multiplier: float
    agency_experience_years: float
    cooling_off_months: int
    salary_index: float
    price_level: float
    lowest_lawful_charge: float

    @property
    def tax_terms(self) -> tuple[object, ...]:
        """What pay depends on besides the bids."""
        return (self.law.tax_year, self.off_payroll_enforced, self.salary_index)


def members_of(
    members: Members, employers: tuple[str, ...], streams: Streams, purpose: Purpose
) -> np.ndarray:
    """Return who belongs, one truth value an employer.

    A share is of the employers without the City of London, rounded half up and taken in an
    order that is drawn once a run, so that a larger share only adds members.
    """
    if isinstance(members, tuple):
        return np.array([employer in members for employer in employers])
    eligible = np.array([employer in scored_employers() for employer in employers])
    if not eligible.any():
        eligible[:] = True
    luck = streams.uniform(purpose, 0, slot_keys(len(employers)))
    order = np.argsort(np.where(eligible, luck, 2.0), kind="stable")
    joined = np.zeros(len(employers), bool)
    joined[order[: round_half_up(members * int(eligible.sum()))]] = True
    return joined


class Rulebook:
    """Resolves a scenario's levers, month by month."""

    def __init__(self, scenario: Scenario, employers: tuple[str, ...], streams: Streams) -> None:
        self.levers: Levers = scenario.levers
        self.parameters = scenario.parameters
        self.opening = scenario.start.opening
        offer = self.levers.permanent_offer
        self._offered = members_of(offer.members, employers, streams, Purpose.OFFER_MEMBERS)
        self._cap_reference = inf

    def in_force(self, today: date, highest_bid: float) -> RulesInForce:
        """Return the rules of the month that ends `today`.

        `highest_bid` (£ per hour) is where a cap that is phased in starts from.
        """
        year = tax_year_of(today)
        growth = self.parameters.pay_growth_per_year
        offer = self.levers.permanent_offer
        offered = self._offered * strength(offer, self.opening, today)
        salary_index = pay_index(year, growth_beyond_table=growth)
        law = self._law(today)
        agency = self.levers.agency_rules
        kept_out = strength(agency, self.opening, today)
        return RulesInForce(
            today=today,
            tax_year=year,
            law=law,
            off_payroll_enforced=self._off_payroll(today),
            cap_charge_rate=self._cap(today, highest_bid),
            offer_leadership=offered * offer.leadership,
            offer_relief=offered * offer.caseload_relief,
            caseload_bar=PermanentOffer().caseload_bar if offer.is_no_op else offer.caseload_bar,
            hiring_multiplier=1.0 + offered * offer.hiring_uplift,
            newly_qualified_multiplier=self._newly_qualified(today),
            agency_experience_years=max(
                self.parameters.eligible_experience_years, kept_out * agency.experience_years
            ),
            cooling_off_months=int(kept_out * agency.cooling_off_months),
            salary_index=salary_index,
            price_level=salary_index / self._index_at(self.opening),
            lowest_lawful_charge=lowest_lawful_charge(
                self.parameters.salary_mid_scale_2017 * salary_index,
                law,
                self.parameters,
                self.parameters.equal_pay_share,
            ),
        )

    def _index_at(self, day: date) -> float:
        growth = self.parameters.pay_growth_per_year
        return pay_index(tax_year_of(day), growth_beyond_table=growth)

    def _regime(self, today: date) -> TaxRegime | None:
        regime = self.levers.tax
        return regime if strength(regime, self.opening, today) > 0 else None

    def _law(self, today: date) -> TaxLaw:
        growth = self.parameters.pay_growth_per_year
        return law_in_force(self._law_year(today), growth_beyond_table=growth)

    def _law_year(self, today: date) -> str:
        regime = self._regime(today)
        if regime is None or regime.law is TaxLawChoice.ENACTED:
            return tax_year_of(today)
        return str(regime.frozen_tax_year)

    def _off_payroll(self, today: date) -> bool:
        regime = self._regime(today)
        if regime is not None and regime.off_payroll is not OffPayroll.ENACTED:
            return regime.off_payroll is OffPayroll.ENFORCED
        return first_year_of(self._law_year(today)) >= OFF_PAYROLL_REFORM_YEAR

    def _cap(self, today: date, highest_bid: float) -> float:
        cap = self.levers.cap
        phase = strength(cap, self.opening, today)
        if cap.is_no_op or cap.charge_rate_per_hour is None or phase <= 0.0:
            return inf
        level, stated_on = cap.charge_rate_per_hour, cap.start or self.opening
        for step in cap.steps:
            if step.start <= today:
                level, stated_on = step.charge_rate_per_hour, step.start
        if cap.basis is PriceBasis.ASSIGNMENT:
            level /= 1.0 - self.parameters.agency_margin_share
        if cap.uprated:
            level *= self._index_at(today) / self._index_at(max(stated_on, self.opening))
        if self._cap_reference == inf:
            self._cap_reference = highest_bid
        return level + (1.0 - phase) * max(0.0, self._cap_reference - level)

    def _newly_qualified(self, today: date) -> float:
        lever = self.levers.newly_qualified
        return 1.0 + strength(lever, self.opening, today) * (lever.multiplier - 1.0)
