"""Who may take agency work, and how soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from sim.domain.quantities import quantity
from sim.domain.randomness import Purpose
from sim.rules.levers.lever import Lever, Moment
from sim.rules.levers.members import MEMBERS_UNIT, Members, nobody
from sim.rules.terms import RulesInForce


class AgencyRules(Lever):
    """Who may take agency work, and how soon after leaving a permanent post.

    Whoever does agency work already goes on: both rules ask it of those who come.
    """

    grounds: ClassVar[str] = (
        "How far a wait deters is an assumption; who it keeps out follows from it."
    )
    phrases: ClassVar[Mapping[str, str]] = {
        "experience_years": "{} of experience before agency work",
        "cooling_off_months": "{}' wait after a permanent London post",
        "cooling_off_members": "asked by {}",
    }

    ramp_months: int = Field(0, exclude=True, ge=0, le=0)
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
        ((terms, _),) = acting  # rules of law have no ramp: one set of them is in force
        binds_all = terms.cooling_off_members == 1.0  # a rule for all binds the City too
        who = now.who(terms.cooling_off_members, Purpose.COOLING_OFF_MEMBERS)
        return replace(
            rules,
            agency_experience_years=max(rules.agency_experience_years, terms.experience_years),
            cooling_off_months=terms.cooling_off_months,
            turns_away_waiting=who | binds_all,
        )
