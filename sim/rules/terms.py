"""The rules in force in a month, as everybody in the market meets them.

Levers put their terms in here (`levers`), the rulebook resolves them for a date (`in_force`);
nobody else reads a lever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from math import inf
from typing import NamedTuple, TypeVar

import numpy as np

from sim.domain.randomness import BoolArray, FloatArray
from sim.rules.hazards import Amount
from sim.rules.pay_bands import BANDS
from sim.rules.tax_law import TaxLaw

Terms = TypeVar("Terms")


@dataclass(frozen=True, eq=False)
class Agreement:
    """A collective cap in force.

    Attributes:
        charge_rates: £ per hour, (band,) or (draw, band).
        signed: who signed, by employer.
        tolerance: unfilled share of posts that a member bears.
        months_short_before_leaving, return_months: see `agreement.reviewed`.
        may_leave: whether a member that has cause may leave.
        exceptions_share: of a member's placements, paid in full.
        project_teams_share: of its unfilled posts, bought as teams outside the cap.
        spares_existing_assignments: whether older assignments keep their price.
    """

    charge_rates: FloatArray
    signed: BoolArray
    tolerance: float
    months_short_before_leaving: int
    return_months: int
    may_leave: bool
    exceptions_share: float
    project_teams_share: float
    spares_existing_assignments: bool


class PolicyPrices(NamedTuple):
    """What a borough pays for what policies do, £ a year in 2017/18 pounds, by employer.

    Attributes:
        a_case_relieved, a_case_averted: for each case that an overspill team holds, and for each
            that prevention pays for.
        a_post: for each post. `a_hire`: for each hire beyond the ordinary.
    """

    a_case_relieved: Amount = 0.0
    a_case_averted: Amount = 0.0
    a_post: Amount = 0.0
    a_hire: Amount = 0.0


FREE = PolicyPrices()


class Bought(NamedTuple):
    """What a month of policies did, by employer, at a yearly rate (see `PolicyPrices`)."""

    cases_relieved: Amount
    cases_averted: Amount
    posts: Amount
    hires_won: Amount


def policy_cost_per_year(bought: Bought, prices: PolicyPrices, salary_index: float) -> Amount:
    """Return what policies cost, £ a year: their prices rise with the pay index (assumption)."""
    cases = bought.cases_relieved * prices.a_case_relieved
    cases = cases + bought.cases_averted * prices.a_case_averted
    return (cases + prices.a_post * bought.posts + bought.hires_won * prices.a_hire) * salary_index


@dataclass(frozen=True, eq=False)
class RulesInForce:
    """The rules of one month.

    Attributes:
        agreement: the collective cap in force, if there is one.
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
        lowest_lawful_charge: £ per hour; no bid and no cap goes below it; (draw, 1) where draws
            differ.
        agency_experience_years: what permanent staff need before they may take agency work.
        cooling_off_months: what they then wait for an assignment in London ...
        turns_away_waiting: ... at these employers.
        prices: what a borough pays for what policies do.
        others: terms of a lever's own kind, each a NamedTuple whose defaults change nothing.
    """

    today: date
    tax_year: str
    law: TaxLaw
    off_payroll_enforced: bool
    salary_index: float
    price_level: float
    lowest_lawful_charge: Amount
    agency_experience_years: float
    offer_leadership: FloatArray
    offer_relief: FloatArray
    offer_careers: FloatArray
    offer_pay_share: FloatArray
    offer_payment: FloatArray
    hiring_multiplier: FloatArray
    caseload_bar: float
    prevented: FloatArray
    prevention_paid: FloatArray
    turns_away_waiting: BoolArray
    cooling_off_months: int = 0
    newly_qualified_multiplier: float = 1.0
    step_up_multiplier: float = 1.0
    supervision_multiplier: float = 1.0
    neighbours_premium: float | None = None
    agreement: Agreement | None = None
    prices: PolicyPrices = FREE
    others: tuple[object, ...] = ()

    def of(self, kind: type[Terms]) -> Terms:
        """Return the terms of a lever's own kind that are in force, or those that change nothing.

        An equation that a lever brings something new to asks for it here, so that a lever and
        its terms stay in one file.
        """
        return next((one for one in self.others if isinstance(one, kind)), kind())

    def and_also(self, terms: object) -> RulesInForce:
        """Return the rules with terms of a lever's own kind in force, in place of any before."""
        kept = tuple(one for one in self.others if type(one) is not type(terms))
        return replace(self, others=(*kept, terms))

    @property
    def tax_terms(self) -> tuple[object, ...]:
        """What pay depends on besides the bids."""
        offer = (self.offer_pay_share.tobytes(), self.offer_payment.tobytes())
        return (self.law.tax_year, self.off_payroll_enforced, self.salary_index, *offer)

    @property
    def cap_charge_rates(self) -> FloatArray:
        """The cap by experience band, £ per hour; infinite when no cap is in force."""
        return np.full(BANDS, inf) if self.agreement is None else self.agreement.charge_rates

    @property
    def cap_charge_rate(self) -> float:
        """The cap on an experienced worker's hour, £; infinite when no cap is in force."""
        return float(np.max(self.cap_charge_rates[..., -1]))

    @property
    def project_teams_share(self) -> float:
        """Teams a member buys around the cap in force, as a share of its unfilled posts."""
        return 0.0 if self.agreement is None else self.agreement.project_teams_share
