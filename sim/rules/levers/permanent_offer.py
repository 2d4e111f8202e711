"""A better permanent job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from sim.domain.quantities import quantity
from sim.domain.randomness import FloatArray, Purpose
from sim.rules.levers.lever import Lever, Moment
from sim.rules.levers.members import MEMBERS_UNIT, Members, nobody
from sim.rules.terms import RulesInForce


class PermanentOffer(Lever):
    """A better permanent job: lighter caseloads, leadership, careers, pay and recruitment.

    What it costs follows from `parameters` (`overspill_cost_per_case` and those beside it);
    salary and retention payments cost what the payslip says.
    """

    moves_by_terms_alone: ClassVar[bool] = True
    grounds: ClassVar[str] = (
        "How strongly the permanent offer acts, and what it costs, are assumptions."
    )
    phrases: ClassVar[Mapping[str, str]] = {
        "caseload_relief": "{} of cases above the bar relieved",
        "caseload_bar": "a bar of {}",
        "leadership": "leadership worth {}",
        "hiring_uplift": "{} more outside applicants",
        "careers": "careers worth {}",
        "retention_payment": "a retention payment of {}",
        "salary_uplift": "salaries {} higher",
    }

    members: Members = quantity(1.0, unit=MEMBERS_UNIT, label="who makes the offer")
    caseload_relief: float = quantity(
        0.0,
        unit="share",
        label="share of cases above the bar that bought-in overspill teams take over",
        allowed=(0, 1),
        no_op=0.0,
        offered=(0, 1, 0.1),
    )
    caseload_bar: float = quantity(
        17.0,
        unit="cases per case-holder",
        label="caseload bar: cases above it are relieved",
        allowed=(1, 100),
        source="stated by Bexley's director of children's services",
    )
    leadership: float = quantity(
        0.0,
        unit="strain",
        label="visible leadership and support: how much it lowers strain",
        allowed=(0, 3),
        no_op=0.0,
        offered=(0, 0.6, 0.05),
        is_shown_first=True,
    )
    hiring_uplift: float = quantity(
        0.0,
        unit="share",
        label="how much more outside applicants answer the offer",
        allowed=(0, 5),
        no_op=0.0,
        offered=(0, 1.5, 0.1),
        is_shown_first=True,
    )
    careers: float = quantity(
        0.0,
        unit="log pay",
        label="training and careers: what they are worth to a permanent worker, as pay",
        allowed=(0, 1),
        no_op=0.0,
    )
    retention_payment: float = quantity(
        0.0,
        unit="£ per year at start-year pay",
        label="retention payment to each permanent worker, taxed as salary",
        allowed=(0, 50_000),
        no_op=0.0,
        source="Lambeth (2020) met competitors' retention payments; Bexley did without",
    )
    salary_uplift: float = quantity(
        0.0,
        unit="share of salary",
        label="how much more permanent staff are paid",
        allowed=(0, 1),
        no_op=0.0,
        offered=(0, 0.3, 0.01),
    )

    @property
    def is_idle(self) -> bool:
        """Whether the offer has no strength or nobody makes it."""
        strengths = (
            self.caseload_relief,
            self.leadership,
            self.hiring_uplift,
            self.careers,
            self.retention_payment,
            self.salary_uplift,
        )
        return not any(strengths) or nobody(self.members)

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules with the offer, and what it costs, in them."""
        acting = self.mixture(now.opening, now.today)
        for terms, weight in acting:
            offered = now.who(terms.members, Purpose.OFFER_MEMBERS).astype(float) * weight
            rules = terms._offered(rules, now, offered)
        return replace(rules, caseload_bar=acting[0][0].caseload_bar) if acting else rules

    def _offered(self, rules: RulesInForce, now: Moment, offered: FloatArray) -> RulesInForce:
        """Return the rules once these terms are offered, by employer as far as each offers them."""
        leadership, careers = offered * self.leadership, offered * self.careers
        costs = now.parameters
        a_post = leadership * costs.leadership_cost_per_post
        a_post = a_post + careers * costs.careers_cost_per_post
        return replace(
            rules,
            offer_leadership=rules.offer_leadership + leadership,
            offer_relief=rules.offer_relief + offered * self.caseload_relief,
            offer_careers=rules.offer_careers + careers,
            offer_pay_share=rules.offer_pay_share + offered * self.salary_uplift,
            offer_payment=rules.offer_payment + offered * self.retention_payment * now.price_level,
            hiring_multiplier=rules.hiring_multiplier + offered * self.hiring_uplift,
            prices=rules.prices._replace(
                a_case_relieved=costs.overspill_cost_per_case,
                a_post=rules.prices.a_post + a_post,
                a_hire=costs.recruitment_cost_per_hire,
            ),
        )
