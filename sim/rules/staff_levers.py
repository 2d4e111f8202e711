"""Levers on staff and work: the permanent offer, the newly qualified, agency rules, prevention."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from sim.domain.quantities import quantity
from sim.rules.lever import MEMBERS_UNIT, Lever, Members


class PermanentOffer(Lever):
    """A better permanent job: lighter caseloads, leadership, careers, pay and recruitment.

    What it costs follows from `parameters` (`overspill_cost_per_case` and those beside it);
    salary and retention payments cost what the payslip says.
    """

    grounds: ClassVar[str] = (
        "How strongly the permanent offer acts, and what it costs, are assumptions."
    )

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
    def is_no_op(self) -> bool:
        """Whether the offer has no strength or nobody makes it."""
        strengths = (
            self.caseload_relief,
            self.leadership,
            self.hiring_uplift,
            self.careers,
            self.retention_payment,
            self.salary_uplift,
        )
        return not any(strengths) or self.members in (0.0, ())


class NewlyQualified(Lever):
    """The pipeline of newly qualified social workers."""

    grounds: ClassVar[str] = "How many more newly qualified staff there are is an assumption."

    multiplier: float = quantity(
        1.0,
        unit="multiple",
        label="newly qualified staff looking for a first post, against the ordinary year",
        allowed=(0, 5),
        no_op=1.0,
        offered=(0.5, 2, 0.05),
        is_shown_first=True,
    )
    step_up_multiplier: float = quantity(
        1.0,
        unit="multiple",
        label="those of them who come through Step Up, every other spring, against the ordinary",
        allowed=(0, 20),
        no_op=1.0,
    )
    supervision_uplift: float = quantity(
        0.0,
        unit="share",
        label="how many more newly qualified staff each experienced colleague can supervise",
        allowed=(0, 5),
        no_op=0.0,
    )

    @property
    def is_no_op(self) -> bool:
        """Whether the pipeline is the ordinary one."""
        return self.multiplier == self.step_up_multiplier == 1.0 and self.supervision_uplift == 0.0


class AgencyRules(Lever):
    """Who may take agency work, and how soon after leaving a permanent post.

    Whoever does agency work already goes on: both rules ask it of those who come.
    """

    grounds: ClassVar[str] = (
        "How far a wait deters is an assumption; who it keeps out follows from it."
    )

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
    def is_no_op(self) -> bool:
        """Whether nobody is kept from agency work."""
        waits = self.cooling_off_months > 0 and self.cooling_off_members not in (0.0, ())
        return self.experience_years == 0.0 and not waits


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
