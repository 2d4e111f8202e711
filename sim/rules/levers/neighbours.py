"""What councils around London pay for agency work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from sim.domain.quantities import quantity
from sim.rules.levers.lever import Lever, Moment
from sim.rules.terms import RulesInForce


class Neighbours(Lever):
    """What neighbours of London pay agency staff: no cap of London's binds them."""

    moves_by_terms_alone: ClassVar[bool] = True
    grounds: ClassVar[str] = (
        "What neighbours pay and how many of London's agency staff would follow it are "
        "assumptions (parameters.neighbours_reach)."
    )
    phrases: ClassVar[Mapping[str, str]] = {
        "premium": "councils around pay {} on top of London's opening price, rising with pay",
    }

    premium: float = quantity(
        0.0,
        unit="share of London's opening mean charge rate, at start-year pay",
        label="how much more councils around London pay (0: they follow London's price)",
        allowed=(0, 2),
        no_op=0.0,
        offered=(0, 0.5, 0.05),
    )

    @property
    def is_idle(self) -> bool:
        """Whether neighbours pay what London pays, whatever that is."""
        return self.premium == 0.0

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules with what is paid around London in them."""
        acting = self.mixture(now.opening, now.today)
        if not acting:
            return rules
        premium = sum(weight * terms.premium for terms, weight in acting)
        return replace(rules, neighbours_premium=premium)
