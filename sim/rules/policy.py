"""The levers: what a policy can change, with the value at which each changes nothing.

Policy changes rules, never people. Each lever is one group of declared fields; scenarios, the
command line and every control take names, ranges, labels and defaults from here.
"""

from __future__ import annotations

from datetime import date
from math import floor
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from sim.domain.calendar import months_between
from sim.domain.evidence import employer_of
from sim.domain.quantities import Declared, quantity
from sim.domain.vocabulary import Enforcement, OffPayroll, PriceBasis, TaxLawChoice
from sim.rules.tax_law import law_in_force


def _read_members(given: Any) -> float | tuple[str, ...]:
    if isinstance(given, bool) or given is None:
        raise ValueError("expected a share from 0 to 1, or a list of borough names")
    if isinstance(given, int | float):
        if not 0.0 <= given <= 1.0:
            raise ValueError("a number of members is a share from 0 to 1, never a count")
        return float(given)
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list | tuple):
        return tuple(sorted({employer_of(str(name)) for name in given}))
    raise ValueError("expected a share from 0 to 1, or a list of borough names")


Members = Annotated[float | tuple[str, ...], BeforeValidator(_read_members)]
MEMBERS_UNIT = "share of the 31 employers without the City, or a list of names"


class Lever(Declared):
    """Fields every lever has."""

    start: date | None = quantity(
        None, unit="date", label="first day the lever is in force (default: from the first step)"
    )
    ramp_months: int = quantity(
        0, unit="months", label="months over which it grows to full strength", allowed=(0, 240)
    )


class CapStep(Declared):
    """One turn of a ratchet: from a day on, the cap is at another level."""

    start: date = quantity(..., unit="date", label="first day of the new level")
    charge_rate_per_hour: float = quantity(
        ..., unit="£ per hour", label="the new level", allowed=(5, 500)
    )


class Cap(Lever):
    """A collective cap on what member boroughs pay an agency for an hour."""

    charge_rate_per_hour: float | None = quantity(
        None,
        unit="£ per hour",
        label="the most a member pays for an hour of agency work",
        allowed=(5, 500),
    )
    basis: PriceBasis = quantity(
        PriceBasis.CHARGE, unit="choice", label="whether the level is a charge or assignment rate"
    )
    members: Members = quantity(0.0, unit=MEMBERS_UNIT, label="who signs the cap", no_op=0.0)
    tolerance: float = quantity(
        0.08,
        unit="unfilled share of posts",
        label="unfilled posts a member bears before it breaks the cap",
        allowed=(0, 1),
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
    def _level_is_given(self) -> Cap:
        if not self.is_no_op and self.charge_rate_per_hour is None:
            raise ValueError("charge_rate_per_hour is needed when the cap has members")
        if self.exceptions_share and self.enforcement is not Enforcement.BREAK_GLASS:
            raise ValueError("exceptions_share belongs to enforcement = break_glass")
        days = [step.start for step in self.steps]
        if days != sorted(set(days)):
            raise ValueError("steps must be in order of their start, no two on one day")
        return self


class TaxRegime(Lever):
    """Which tax rules apply: the law as enacted is the no-op."""

    ramp_months: int = Field(0, exclude=True, ge=0, le=0)
    law: TaxLawChoice = quantity(
        TaxLawChoice.ENACTED,
        unit="choice",
        label="tax law as enacted, or frozen at one tax year",
        no_op=TaxLawChoice.ENACTED,
    )
    frozen_tax_year: str | None = quantity(
        None, unit="tax year", label="the year whose rules are kept, such as 2016/17"
    )
    off_payroll: OffPayroll = quantity(
        OffPayroll.ENACTED,
        unit="choice",
        label="whether the off-payroll (IR35) reform of April 2017 is enforced",
        no_op=OffPayroll.ENACTED,
    )

    @property
    def is_no_op(self) -> bool:
        """Whether the law is as enacted."""
        return self.law is TaxLawChoice.ENACTED and self.off_payroll is OffPayroll.ENACTED

    @model_validator(mode="after")
    def _year_is_given(self) -> TaxRegime:
        if self.law is TaxLawChoice.FROZEN and self.frozen_tax_year is None:
            raise ValueError("frozen_tax_year is needed when law is frozen")
        if self.frozen_tax_year is not None:
            law_in_force(self.frozen_tax_year, growth_beyond_table=0.0)
        return self


class PermanentOffer(Lever):
    """A better permanent job: lighter caseloads, leadership, and better recruitment."""

    members: Members = quantity(1.0, unit=MEMBERS_UNIT, label="who makes the offer")
    caseload_relief: float = quantity(
        0.0,
        unit="share",
        label="share of cases above the bar that is taken off permanent staff",
        allowed=(0, 1),
        no_op=0.0,
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
    )
    hiring_uplift: float = quantity(
        0.0,
        unit="share",
        label="how much more outside applicants answer the offer",
        allowed=(0, 5),
        no_op=0.0,
    )

    @property
    def is_no_op(self) -> bool:
        """Whether the offer has no strength or nobody makes it."""
        strength = (self.caseload_relief, self.leadership, self.hiring_uplift)
        return not any(strength) or self.members in (0.0, ())


class NewlyQualified(Lever):
    """The pipeline of newly qualified social workers."""

    multiplier: float = quantity(
        1.0,
        unit="multiple",
        label="newly qualified staff looking for a first post, against the ordinary year",
        allowed=(0, 5),
        no_op=1.0,
    )

    @property
    def is_no_op(self) -> bool:
        """Whether the pipeline is the ordinary one."""
        return self.multiplier == 1.0


class AgencyRules(Lever):
    """Who may take agency work, and how soon after leaving a permanent post."""

    ramp_months: int = Field(0, exclude=True, ge=0, le=0)
    experience_years: float = quantity(
        0.0,
        unit="years",
        label="experience a permanent worker needs before taking agency work",
        allowed=(0, 10),
        no_op=0.0,
        source="statutory guidance in force from 31 October 2024: three years",
    )
    cooling_off_months: int = quantity(
        0,
        unit="months",
        label="months a leaver of a permanent London post waits for an assignment there",
        allowed=(0, 24),
        no_op=0,
        source="three months in the guidance of 2024; six in the London Pledge of June 2022",
    )

    @property
    def is_no_op(self) -> bool:
        """Whether nobody is kept from agency work."""
        return self.experience_years == 0.0 and self.cooling_off_months == 0


class Levers(Declared):
    """All levers; the default of every one is its no-op."""

    cap: Cap = Field(Cap(), description="collective cap on the charge rate")
    tax: TaxRegime = Field(TaxRegime(), description="tax law and IR35")
    permanent_offer: PermanentOffer = Field(
        PermanentOffer(), description="a better permanent offer"
    )
    newly_qualified: NewlyQualified = Field(
        NewlyQualified(), description="newly qualified pipeline"
    )
    agency_rules: AgencyRules = Field(AgencyRules(), description="who may take agency work")


def strength(lever: Lever, opening: date, today: date) -> float:
    """Return how far a lever is in force on the last day of a month, 0 to 1.

    It acts from the first month whose last day is on or after its start and ramps linearly; one
    that started before month 0 is fully in force.
    """
    begins = lever.start
    if begins is None:
        begun_months = months_between(opening, today)
    elif begins <= opening:
        return 1.0
    elif today < begins:
        return 0.0
    else:
        begun_months = months_between(begins, today) + 1
    if lever.ramp_months == 0:
        return 1.0
    return min(1.0, begun_months / lever.ramp_months)


def round_half_up(number: float) -> int:
    """Return the nearest whole number, halves up (as shares of employers are counted)."""
    return floor(number + 0.5 + 1e-9)
