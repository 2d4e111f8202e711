"""Help for families earlier."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from sim.domain.calendar import month_end
from sim.domain.quantities import quantity
from sim.domain.randomness import Purpose
from sim.rules.levers.lever import MEMBERS_UNIT, Lever, Members, Moment
from sim.rules.terms import RulesInForce


class Prevention(Lever):
    """Help for families earlier: fewer cases after a lag, paid for from the first day."""

    grounds: ClassVar[str] = (
        "How many cases prevention averts, how late, and at what cost are assumptions."
    )

    members: Members = quantity(1.0, unit=MEMBERS_UNIT, label="who pays for prevention")
    case_reduction: float = quantity(
        0.0,
        unit="share of cases",
        label="cases that no longer arise, once it works",
        allowed=(0, 1),
        no_op=0.0,
        offered=(0, 0.3, 0.01),
    )
    lag_months: int = quantity(
        24, unit="months", label="months from paying to fewer cases", allowed=(0, 120)
    )

    @property
    def is_no_op(self) -> bool:
        """Whether no case is averted or nobody pays."""
        return self.case_reduction == 0.0 or self.members in (0.0, ())

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules with the cases paid for now, and those averted a lag ago, in them."""
        if self.is_no_op:
            return rules
        then = month_end(now.today, -self.lag_months)
        share = now.who(self.members, Purpose.PREVENTION_MEMBERS).astype(float)
        share = share * self.case_reduction
        return replace(
            rules,
            prevention_paid=rules.prevention_paid + share * self.strength(now.opening, now.today),
            prevented=rules.prevented + share * self.strength(now.opening, then),
            prices=rules.prices._replace(a_case_averted=now.parameters.prevention_cost_per_case),
        )
