"""A collective cap on what boroughs pay for agency work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar

import numpy as np
from pydantic import model_validator

from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.evidence import scored_employers
from sim.domain.given import Day
from sim.domain.parameters import Parameters
from sim.domain.quantities import quantity
from sim.domain.randomness import BoolArray, FloatArray, Purpose
from sim.domain.vocabulary import Enforcement, PriceBasis
from sim.rules.levers import layers
from sim.rules.levers.lever import NOT_IDENTIFIED, Lever, Moment
from sim.rules.levers.members import MEMBERS_UNIT, Members, nobody, number_of
from sim.rules.levers.words import how_many, members_in_words, said, which
from sim.rules.pay_bands import BAND_STARTS_MONTHS
from sim.rules.terms import Agreement, RulesInForce


class Cap(Lever):
    """A collective cap on what member boroughs pay an agency for an hour."""

    fades: ClassVar[bool] = False
    moves_by_terms_alone: ClassVar[bool] = True
    grounds: ClassVar[str] = f"The cap's effect {NOT_IDENTIFIED} stated assumptions."
    phrases: ClassVar[Mapping[str, str]] = {
        "charge_rate_under_2_years": "{} for under two years' experience",
        "charge_rate_2_to_5_years": "{} for two to five years'",
        "tolerance": "bearing {} of posts unfilled",
        "months_short_before_leaving": "leaving after {} short of staff",
        "return_months": "back after {} well staffed",
        "enforcement": "enforcement: {}",
        "exceptions_share": "paying {} of placements in full",
        "spares_existing_assignments": "older assignments spared",
        "project_teams_share": "buying project teams for {} of gaps",
    }

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
        label="months below half its tolerance before a borough that left returns",
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
    uprated: bool = quantity(
        False, unit="yes or no", label="whether the level rises with the pay index"
    )

    stated_on: Day = quantity(
        None,
        unit="date",
        label="the day in whose money an uprated level is stated (default: its start)",
    )

    @property
    def is_idle(self) -> bool:
        """Whether nobody is bound."""
        return nobody(self.members)

    @model_validator(mode="after")
    def _terms_agree(self) -> Cap:
        if not self.is_idle and self.charge_rate_per_hour is None:
            raise ValueError("charge_rate_per_hour is needed when the cap has members")
        if self.exceptions_share and self.enforcement is not Enforcement.BREAK_GLASS:
            raise ValueError("exceptions_share belongs to enforcement = break_glass")
        return self

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules with the agreement of the day in them, once one has begun.

        Terms that take over from others come in placement by placement: levels and exceptions are
        means over old and new ones. Where nobody had agreed on anything, members join one after
        another, as in London in 2015 and 2016, and each pays the level from the day it joins.
        """
        begun = self.terms_on(now.opening, now.today)
        if not begun or begun[-1].is_idle:
            return rules
        terms = begun[-1]
        levels, exceptions = _agreed(begun, now, now.today)
        agreement = Agreement(
            charge_rates=levels,
            signed=_signed(begun, now),
            tolerance=terms.tolerance,
            months_short_before_leaving=terms.months_short_before_leaving,
            return_months=terms.return_months,
            may_leave=terms.enforcement is Enforcement.VOLUNTARY,
            exceptions_share=exceptions,
            project_teams_share=terms.project_teams_share,
            spares_existing_assignments=terms.spares_existing_assignments,
        )
        return replace(rules, agreement=agreement)

    def in_words(self, opening: date, before: Cap | None = None) -> str:
        """Return who signs and what they pay; then what becomes of those who signed before."""
        had = before is not None and not before.is_idle
        if self.is_idle:
            return f"nobody{'; the old agreement ends' if had else ''}"
        level = said(self.charge_rate_per_hour, self.all_fields()[layers.LEVEL])
        basis = " (assignment rate)" if self.basis is PriceBasis.ASSIGNMENT else ""
        own = (layers.LEVEL, "basis", "uprated", layers.STATED)
        without = which(self.members) if which(self.members).startswith("without") else ""
        who = how_many(self.members) if without else members_in_words(self.members)
        comma = "," if "," in who else ""
        parts = [f"{who}{comma} at {level}{basis}", *self._rising(opening)]
        parts += [*self._said(own), *self._ramp(opening)]
        text = ", ".join([*parts, without] if without else parts)
        return text + self._leavers(before) if before is not None and had else text

    def _rising(self, opening: date) -> list[str]:
        if not self.uprated:
            return []
        begins = max(self.start or opening, opening)
        stated_on = max(self.stated_on or begins, opening)
        money = "" if stated_on == begins else f" from its level in {stated_on:%B %Y}"
        return [f"rising with pay{money}"]

    def _leavers(self, before: Cap) -> str:
        """Return what happens to those who signed the terms before and not these."""
        if before.members == self.members or number_of(self.members) == len(scored_employers()):
            return ""
        if number_of(before.members) < len(scored_employers()):
            return "; who signed only the old deal leaves it then"
        if which(self.members).startswith("without"):
            return ", who leave the old deal then"
        return "; the others leave the old deal then"

    def substance(self, opening: date, until: date) -> Mapping[str, object]:
        """Return what these terms do: an uprated level with the day in whose money it is stated."""
        found = super().substance(opening, until)
        if self.is_idle:
            return found
        stated_on = max(self.stated_on or self.start or opening, opening) if self.uprated else None
        return {**found, layers.STATED: stated_on}

    def unfelt_by_amounts(self, parameters: Parameters) -> Mapping[str, str]:
        """Return the cap on beginners, where beginners may do agency work."""
        experienced = parameters.eligible_experience_years * MONTHS_PER_YEAR
        if self.charge_rate_under_2_years is None or experienced >= BAND_STARTS_MONTHS[1]:
            return {}
        why = "the twin counts agency staff under two years' experience with those above"
        return {"charge_rate_under_2_years": why}

    def _levels(self, now: Moment) -> FloatArray:
        """Return these terms' levels of the day by experience band, £ charge rate per hour."""
        assert self.charge_rate_per_hour is not None
        top = self.charge_rate_per_hour
        by_band = (self.charge_rate_under_2_years, self.charge_rate_2_to_5_years, top)
        levels = np.array([top if rate is None else rate for rate in by_band])
        if self.basis is PriceBasis.ASSIGNMENT:
            levels = levels / (1.0 - now.parameters.agency_margin_share)
        if self.uprated:
            stated_on = self.stated_on or self.start or now.opening
            levels = levels * (now.index_at(now.today) / now.index_at(max(stated_on, now.opening)))
        return levels


def _agreed(begun: Sequence[Cap], now: Moment, until: date) -> tuple[FloatArray, float]:
    """Return the levels and the exceptions of some terms, as far as the last had come in by a day.

    What rises with pay is in the money of today.
    """
    terms, before = begun[-1], begun[:-1]
    levels, exceptions = terms._levels(now), terms.exceptions_share
    phase = terms.come_in(now.opening, until)
    if phase == 1.0 or not before or before[-1].is_idle:
        return levels, exceptions
    assert terms.start is not None  # terms that take over have a day
    had_levels, had_exceptions = _agreed(before, now, month_end(terms.start, -1))
    return (
        levels + (1.0 - phase) * (had_levels - levels),
        exceptions + (1.0 - phase) * (had_exceptions - exceptions),
    )


def _signed(begun: Sequence[Cap], now: Moment) -> BoolArray:
    """Return who has joined by today."""
    terms, before = begun[-1], begun[:-1]
    all_who_sign = now.who(terms.members, Purpose.PLEDGE_ORDER)
    phase = terms.come_in(now.opening, now.today)
    if phase == 1.0 or (before and not before[-1].is_idle):
        return all_who_sign
    return all_who_sign & now.who(phase, Purpose.PLEDGE_JOINING)
