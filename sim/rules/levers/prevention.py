"""Help for families earlier."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import ClassVar

import numpy as np

from sim.domain.calendar import month_end
from sim.domain.quantities import quantity
from sim.domain.randomness import FloatArray, Purpose
from sim.rules.levers.lever import Lever, Moment
from sim.rules.levers.members import MEMBERS_UNIT, Members, nobody
from sim.rules.terms import RulesInForce


class Prevention(Lever):
    """Help for families earlier: fewer cases after a lag, paid for from the first day."""

    moves_by_terms_alone: ClassVar[bool] = True
    grounds: ClassVar[str] = (
        "How many cases prevention averts, how late, and at what cost are assumptions."
    )
    phrases: ClassVar[Mapping[str, str]] = {
        "case_reduction": "{} fewer cases",
        "lag_months": "after a lag of {}",
    }

    ended: ClassVar[str] = "nothing more is paid for"
    always_told: ClassVar[Collection[str]] = ("lag_months",)

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
    def is_idle(self) -> bool:
        """Whether no case is averted or nobody pays."""
        return self.case_reduction == 0.0 or nobody(self.members)

    def settles_on(self, opening: date) -> date:
        """Return the last month end from which on it can still change: what is averted lags."""
        lag = max(one.lag_months for one in self.terms())
        settled = super().settles_on(opening)
        return settled if self.is_no_op else month_end(settled, lag)

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules with the cases paid for now, and those averted a lag ago, in them."""
        if self.is_no_op:
            return rules
        paid = self._share(now, now.today)
        averted: FloatArray | float = 0.0
        for lag in dict.fromkeys(one.lag_months for one in self.terms()):
            then = self._share(now, month_end(now.today, -lag), lag)
            averted = np.maximum(averted, then)
        return replace(
            rules,
            prevention_paid=rules.prevention_paid + paid,
            prevented=rules.prevented + averted,
            prices=rules.prices._replace(a_case_averted=now.parameters.prevention_cost_per_case),
        )

    def _share(self, now: Moment, day: date, lag: int | None = None) -> FloatArray | float:
        """Return the share of cases paid for on a day, by employer; of one lag only if given."""
        found: FloatArray | float = 0.0
        for terms, weight in self.mixture(now.opening, day):
            if lag is not None and terms.lag_months != lag:
                continue
            who = now.who(terms.members, Purpose.PREVENTION_MEMBERS).astype(float)
            found = found + who * terms.case_reduction * weight
        return found
