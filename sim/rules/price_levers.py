"""Levers on prices and tax: the cap, the tax law, and what neighbours of London pay."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field, model_validator

from sim.domain.quantities import Declared, quantity
from sim.domain.vocabulary import Enforcement, OffPayroll, PriceBasis, TaxLawChoice
from sim.rules.lever import MEMBERS_UNIT, Lever, Members
from sim.rules.tax_law import law_in_force

NOT_IDENTIFIED = "is not identified by the data: it follows from"


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


class TaxRegime(Lever):
    """Which tax rules apply: the law as enacted is the no-op."""

    grounds: ClassVar[str] = (
        f"The tax change's effect {NOT_IDENTIFIED} tax law and assumptions, "
        "parameters.company_share above all."
    )

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
        is_shown_first=True,
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


class Neighbours(Lever):
    """What neighbours of London pay agency staff: no cap of London's binds them."""

    grounds: ClassVar[str] = (
        "What neighbours pay and how many of London's agency staff would follow it are "
        "assumptions (parameters.neighbours_reach)."
    )

    premium: float = quantity(
        0.0,
        unit="share of London's opening mean charge rate, at start-year pay",
        label="how much more councils around London pay (0: they go with London's price)",
        allowed=(0, 2),
        no_op=0.0,
        offered=(0, 0.5, 0.05),
    )

    @property
    def is_no_op(self) -> bool:
        """Whether neighbours pay what London pays, whatever that is."""
        return self.premium == 0.0
