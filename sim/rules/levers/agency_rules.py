"""Who may take agency work, and how soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from sim.domain.quantities import quantity
from sim.domain.randomness import Purpose
from sim.rules.levers.lever import Lever, Moment
from sim.rules.levers.members import MEMBERS_UNIT, Members, nobody
from sim.rules.terms import RulesInForce


class AgencyRules(Lever):
    """Who may take agency work, and how soon after leaving a permanent post.

    Whoever does agency work already goes on: both rules ask it of those who come. While rules
    come in, the bar of experience rises from custom (or from the rules before them) and the wait
    lengthens by whole months; who turns away is who the newest rules with a wait say.
    """

    moves_by_terms_alone: ClassVar[bool] = True
    grounds: ClassVar[str] = (
        "How far a wait deters is an assumption; who it keeps out follows from it."
    )
    phrases: ClassVar[Mapping[str, str]] = {
        "experience_years": "{} of experience before agency work",
        "cooling_off_months": "{}' wait after a permanent London post",
        "cooling_off_members": "asked by {}",
    }

    experience_years: float = quantity(
        0.0,
        unit="years",
        label="experience a permanent worker needs before taking agency work",
        allowed=(0, 10),
        no_op=0.0,
        source="statutory guidance in force from 31 October 2024: three years",
        offered=(0, 6, 0.5),
    )
    cooling_off_months: int = quantity(
        0,
        unit="months",
        label="months a leaver of a permanent London post waits for an assignment there",
        allowed=(0, 24),
        no_op=0,
        source="three months in the guidance of 2024; six in the London Pledge of June 2022",
        offered=(0, 12, 1),
    )
    cooling_off_members: Members = quantity(
        1.0,
        unit=MEMBERS_UNIT,
        label="who turns away leavers who are still waiting (all: the City too)",
    )

    @property
    def is_idle(self) -> bool:
        """Whether nobody is kept from agency work."""
        waits = self.cooling_off_months > 0 and not nobody(self.cooling_off_members)
        return self.experience_years == 0.0 and not waits

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules with the bar of experience and the wait in them."""
        acting = self.mixture(now.opening, now.today)
        if not acting:
            return rules
        custom = rules.agency_experience_years
        needed = sum(weight * max(custom, one.experience_years) for one, weight in acting)
        needed += (1.0 - sum(weight for _, weight in acting)) * custom
        months = sum(weight * one.cooling_off_months for one, weight in acting)
        terms = next((one for one, _ in acting if one.cooling_off_months), acting[0][0])
        binds_all = terms.cooling_off_members == 1.0  # a rule for all binds the City too
        who = now.who(terms.cooling_off_members, Purpose.COOLING_OFF_MEMBERS)
        return replace(
            rules,
            agency_experience_years=needed,
            cooling_off_months=round(months),
            turns_away_waiting=who | binds_all,
        )
