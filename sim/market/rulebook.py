"""The rules in force in a month: levers and law resolved for one date.

Everyone in the market answers to `RulesInForce`; nobody reads a lever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domain.calendar import first_year_of, month_end, tax_year_of
from sim.domain.evidence import pay_index, scored_employers
from sim.domain.randomness import FloatArray, Purpose, Streams, slot_keys
from sim.domain.vocabulary import OffPayroll, PriceBasis, TaxLawChoice
from sim.market.pay import BAND_STARTS_MONTHS
from sim.rules.lever import Members
from sim.rules.pay_floor import lowest_lawful_charge
from sim.rules.policy import Levers, round_half_up, strength
from sim.rules.price_levers import TaxRegime
from sim.rules.staff_levers import PermanentOffer
from sim.rules.tax_law import TaxLaw, law_in_force
from sim.scenario import Scenario

OFF_PAYROLL_REFORM_YEAR = 2017
"""First tax year of the public-sector reform. Source: Finance Act 2017, schedule 1."""


@dataclass(frozen=True)
class RulesInForce:
    """The rules of one month.

    Attributes:
        cap_charge_rates: £ per hour by experience band; infinite when no cap is in force.
        offer_leadership: strain taken off, by employer.
        offer_relief: share of cases above the bar taken off, by employer.
        offer_careers: what careers are worth in log pay, by employer.
        offer_pay_share, offer_payment: on top of the salary, by employer: a share, and £ a year.
        hiring_multiplier: on outside applicants, by employer.
        supervision_multiplier: on the newly qualified a colleague can supervise.
        prevented, prevention_paid: cases averted and paid for, as a share of cases, by employer.
        neighbours_premium: what is paid around London, over London's opening mean, at
            start-year pay; None where it goes with London's price.
        price_level: pay index today over the pay index at the start.
        lowest_lawful_charge: £ per hour; no bid and no cap goes below it.
        agency_experience_years: what permanent staff need before they may take agency work.
        cooling_off_months: what they then wait for an assignment in London ...
        turns_away_waiting: ... at these employers.
    """

    today: date
    tax_year: str
    law: TaxLaw
    off_payroll_enforced: bool
    cap_charge_rates: FloatArray
    offer_leadership: FloatArray
    offer_relief: FloatArray
    offer_careers: FloatArray
    offer_pay_share: FloatArray
    offer_payment: FloatArray
    caseload_bar: float
    hiring_multiplier: FloatArray
    newly_qualified_multiplier: float
    step_up_multiplier: float
    supervision_multiplier: float
    prevented: FloatArray
    prevention_paid: FloatArray
    neighbours_premium: float | None
    agency_experience_years: float
    cooling_off_months: int
    turns_away_waiting: npt.NDArray[np.bool_]
    salary_index: float
    price_level: float
    lowest_lawful_charge: float

    @property
    def tax_terms(self) -> tuple[object, ...]:
        """What pay depends on besides the bids."""
        offer = (self.offer_pay_share.tobytes(), self.offer_payment.tobytes())
        return (self.law.tax_year, self.off_payroll_enforced, self.salary_index, *offer)

    @property
    def cap_charge_rate(self) -> float:
        """The cap on an experienced worker's hour, £; infinite when no cap is in force."""
        return float(self.cap_charge_rates[-1])


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
        levers = self.levers

        def joined(members: Members, purpose: Purpose) -> FloatArray:
            return members_of(members, employers, streams, purpose).astype(float)

        self._offered = joined(levers.permanent_offer.members, Purpose.OFFER_MEMBERS)
        self._prevents = joined(levers.prevention.members, Purpose.PREVENTION_MEMBERS)
        waiting = levers.agency_rules.cooling_off_members
        turned_away = joined(waiting, Purpose.COOLING_OFF_MEMBERS) > 0
        self._turns_away = turned_away | (waiting == 1.0)  # a rule for all binds the City too
        self._cap_reference = inf

    def in_force(self, today: date, highest_bid: float) -> RulesInForce:
        """Return the rules of the month that ends `today`.

        `highest_bid` (£ per hour) is where a cap that is phased in starts from.
        """
        parameters, levers = self.parameters, self.levers
        year = tax_year_of(today)
        salary_index = pay_index(year, growth_beyond_table=parameters.pay_growth_per_year)
        price_level = salary_index / self._index_at(self.opening)
        law = self._law(today)
        agency, pipeline = levers.agency_rules, levers.newly_qualified
        kept_out = strength(agency, self.opening, today)
        grown = strength(pipeline, self.opening, today)
        return RulesInForce(
            today=today,
            tax_year=year,
            law=law,
            off_payroll_enforced=self._off_payroll(today),
            cap_charge_rates=self._cap(today, highest_bid),
            newly_qualified_multiplier=1.0 + grown * (pipeline.multiplier - 1.0),
            step_up_multiplier=1.0 + grown * (pipeline.step_up_multiplier - 1.0),
            supervision_multiplier=1.0 + grown * pipeline.supervision_uplift,
            neighbours_premium=self._neighbours(today),
            agency_experience_years=max(
                parameters.eligible_experience_years, kept_out * agency.experience_years
            ),
            cooling_off_months=int(kept_out * agency.cooling_off_months),
            turns_away_waiting=self._turns_away,
            salary_index=salary_index,
            price_level=price_level,
            lowest_lawful_charge=lowest_lawful_charge(
                parameters.salary_mid_scale_2017 * salary_index,
                law,
                parameters,
                parameters.equal_pay_share,
            ),
            **self._offer(today, price_level),
            **self._prevention(today),
        )

    def _offer(self, today: date, price_level: float) -> dict[str, Any]:
        """Return what the permanent offer puts in force this month, by name."""
        offer = self.levers.permanent_offer
        offered = self._offered * strength(offer, self.opening, today)
        return {
            "offer_leadership": offered * offer.leadership,
            "offer_relief": offered * offer.caseload_relief,
            "offer_careers": offered * offer.careers,
            "offer_pay_share": offered * offer.salary_uplift,
            "offer_payment": offered * offer.retention_payment * price_level,
            "caseload_bar": PermanentOffer().caseload_bar if offer.is_no_op else offer.caseload_bar,
            "hiring_multiplier": 1.0 + offered * offer.hiring_uplift,
        }

    def _prevention(self, today: date) -> dict[str, Any]:
        """Return the cases paid for now, and those averted by what was paid a lag ago."""
        lever = self.levers.prevention
        then = month_end(today, -lever.lag_months)
        share = self._prevents * lever.case_reduction
        return {
            "prevention_paid": share * strength(lever, self.opening, today),
            "prevented": share * strength(lever, self.opening, then),
        }

    def _neighbours(self, today: date) -> float | None:
        lever = self.levers.neighbours
        phase = strength(lever, self.opening, today)
        return None if lever.is_no_op or phase <= 0.0 else phase * lever.premium

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

    def _cap(self, today: date, highest_bid: float) -> FloatArray:
        """Return the cap by experience band, £ per hour: infinite where none is in force."""
        cap = self.levers.cap
        phase = strength(cap, self.opening, today)
        if cap.is_no_op or cap.charge_rate_per_hour is None or phase <= 0.0:
            return np.full(len(BAND_STARTS_MONTHS), inf)
        level, stated_on = cap.charge_rate_per_hour, cap.start or self.opening
        for step in cap.steps:
            if step.start <= today:
                level, stated_on = step.charge_rate_per_hour, step.start
        by_band = (cap.charge_rate_under_2_years, cap.charge_rate_2_to_5_years, None)
        kept = [1.0 if rate is None else rate / cap.charge_rate_per_hour for rate in by_band]
        levels = level * np.array(kept)  # a ratchet turns all bands in proportion
        if cap.basis is PriceBasis.ASSIGNMENT:
            levels /= 1.0 - self.parameters.agency_margin_share
        if cap.uprated:
            levels *= self._index_at(today) / self._index_at(max(stated_on, self.opening))
        if self._cap_reference == inf:
            self._cap_reference = highest_bid
        phased: FloatArray = levels + (1.0 - phase) * np.maximum(0.0, self._cap_reference - levels)
        return phased
