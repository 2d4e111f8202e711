"""A collective cap on what boroughs pay for agency work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import ClassVar

import numpy as np
from pydantic import model_validator

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.parameters import Parameters
from sim.domain.quantities import Declared, quantity
from sim.domain.randomness import FloatArray, Purpose
from sim.domain.vocabulary import Enforcement, PriceBasis
from sim.rules.levers.lever import MEMBERS_UNIT, NOT_IDENTIFIED, Lever, Members, Moment
from sim.rules.pay_bands import BAND_STARTS_MONTHS
from sim.rules.terms import Agreement, RulesInForce


class CapStep(Declared):
    """One turn of a ratchet: from a day on, the cap is at another level."""

    start: date = quantity(..., unit="date", label="first day of the new level")
    charge_rate_per_hour: float = quantity(
        ..., unit="£ per hour", label="the new level", allowed=(5, 500)
    )


class Cap(Lever):
    """A collective cap on what member boroughs pay an agency for an hour."""

    grounds: ClassVar[str] = f"The cap's effect {NOT_IDENTIFIED} stated assumptions."

    charge_rate_per_hour: float | None = quantity(
        None,
        unit="£ per hour",
        label="the most a member pays for an hour of agency work",
        allowed=(5, 500),
        offered=(25, 75, 1),
        is_shown_first=True,
    )
    charge_rate_under_2_years: float | None = quantity(
        None,
        unit="£ per hour",
        label="the most for a worker with under two years' experience (default: as for all)",
        allowed=(5, 500),
    )
    charge_rate_2_to_5_years: float | None = quantity(
        None,
        unit="£ per hour",
        label="the most for a worker with two to five years' experience (default: as for all)",
        allowed=(5, 500),
    )
    basis: PriceBasis = quantity(
        PriceBasis.CHARGE, unit="choice", label="whether the level is a charge or assignment rate"
    )
    members: Members = quantity(
        0.0,
        unit=MEMBERS_UNIT,
        label="who signs the cap",
        no_op=0.0,
        offered=(0, 1, 0.05),
        is_shown_first=True,
    )
    tolerance: float = quantity(
        0.08,
        unit="unfilled share of posts",
        label="unfilled posts a member bears before it breaks the cap",
        allowed=(0, 1),
        offered=(0.02, 0.3, 0.01),
    )
    months_short_before_leaving: int = quantity(
        3, unit="months", label="months in a row a member bears being short", allowed=(1, 120)
    )
    return_months: int = quantity(
        6,
        unit="months",
        label="months below half its tolerance before a defector returns",
        allowed=(1, 120),
    )
    enforcement: Enforcement = quantity(
        Enforcement.VOLUNTARY,
        unit="choice",
        label="voluntary (members may leave), break_glass (signed exceptions) or strict",
    )
    exceptions_share: float = quantity(
        0.0,
        unit="share of placements",
        label="placements a member pays in full, above the cap (break_glass)",
        allowed=(0, 1),
    )
    spares_existing_assignments: bool = quantity(
        False,
        unit="yes or no",
        label="whether assignments begun before the cap keep their price until they end",
    )
    project_teams_share: float = quantity(
        0.0,
        unit="share of unfilled posts",
        label="project teams outside the cap that a member it holds down buys, for its gaps",
        allowed=(0, 0.9),
        source="assumption; 110 to 530 workers a year in such teams, a practitioners' account",
    )
    steps: tuple[CapStep, ...] = quantity(
        (), unit="list of start and charge_rate_per_hour", label="later levels: a ratchet"
    )
    uprated: bool = quantity(
        False, unit="yes or no", label="whether the level rises with the pay index"
    )

    @property
    def is_no_op(self) -> bool:
        """Whether nobody is bound."""
        return self.members in (0.0, ())

    @model_validator(mode="after")
    def _terms_agree(self) -> Cap:
        if not self.is_no_op and self.charge_rate_per_hour is None:
            raise ValueError("charge_rate_per_hour is needed when the cap has members")
        if self.exceptions_share and self.enforcement is not Enforcement.BREAK_GLASS:
            raise ValueError("exceptions_share belongs to enforcement = break_glass")
        days = [step.start for step in self.steps]
        if days != sorted(set(days)):
            raise ValueError("steps must be in order of their start, no two on one day")
        return self

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules with the agreement in them, once it has begun."""
        phase = self.strength(now.opening, now.today)
        if self.is_no_op or self.charge_rate_per_hour is None or phase <= 0.0:
            return rules
        levels = self._levels(now)
        above = np.maximum(0.0, now.highest_bid("cap") - levels)
        agreement = Agreement(
            charge_rates=levels + (1.0 - phase) * above,
            signed=now.who(self.members, Purpose.PLEDGE_ORDER),
            tolerance=self.tolerance,
            months_short_before_leaving=self.months_short_before_leaving,
            return_months=self.return_months,
            may_leave=self.enforcement is Enforcement.VOLUNTARY,
            exceptions_share=self.exceptions_share,
            project_teams_share=self.project_teams_share,
            spares_existing_assignments=self.spares_existing_assignments,
        )
        return replace(rules, agreement=agreement)

    def unfelt_by_amounts(self, parameters: Parameters) -> Mapping[str, str]:
        """Return the cap on beginners, where beginners may do agency work."""
        experienced = parameters.eligible_experience_years * MONTHS_PER_YEAR
        if self.charge_rate_under_2_years is None or experienced >= BAND_STARTS_MONTHS[1]:
            return {}
        why = "the twin counts agency staff under two years' experience with those above"
        return {"charge_rate_under_2_years": why}

    def _levels(self, now: Moment) -> FloatArray:
        """Return the levels of the day by experience band, £ charge rate per hour."""
        assert self.charge_rate_per_hour is not None
        level, stated_on = self.charge_rate_per_hour, self.start or now.opening
        for step in self.steps:
            if step.start <= now.today:
                level, stated_on = step.charge_rate_per_hour, step.start
        by_band = (self.charge_rate_under_2_years, self.charge_rate_2_to_5_years, None)
        kept = [1.0 if rate is None else rate / self.charge_rate_per_hour for rate in by_band]
        levels = level * np.array(kept)  # a ratchet turns all bands in proportion
        if self.basis is PriceBasis.ASSIGNMENT:
            levels = levels / (1.0 - now.parameters.agency_margin_share)
        if self.uprated:
            levels = levels * (now.index_at(now.today) / now.index_at(max(stated_on, now.opening)))
        return levels
