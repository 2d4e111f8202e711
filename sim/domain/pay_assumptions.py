"""What the law does not settle about a year's pay: hours, margins and choices, with sources."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import field_validator

from sim.domain.quantities import Declared, quantity
from sim.domain.vocabulary import Grade

SHARE = "share"


class PayAssumptions(Declared):
    """What has to be assumed to turn an hourly price into a year's take-home pay.

    Example:
        >>> import sim
        >>> sim.PayAssumptions(hours_per_week=30).hours_per_week
        30.0
    """

    hours_per_week: float = quantity(
        37.0,
        unit="hours",
        label="paid hours in a full-time week",
        allowed=(1, 80),
        grade=Grade.LOOKED_UP,
        source="local government standard full-time week (National Joint Council Green Book)",
    )
    weeks_per_year: float = quantity(
        44.0,
        unit="weeks",
        label="weeks an agency worker is paid for in a year",
        allowed=(1, 52),
    )
    umbrella_margin_per_week: float = quantity(
        20.0,
        unit="£ per paid week",
        label="what an umbrella company keeps",
        allowed=(0, 200),
        source="assumption; typical advertised margin of the 2020s",
    )
    agency_margin_share: float = quantity(
        0.12,
        unit="share of the charge rate",
        label="what the agency and the managed service keep of the charge",
        allowed=(0, 0.5),
        prior=(0.08, 0.15),
        source="assumption; no London figure found, 8-15 % recalled",
    )
    running_costs_per_year: float = quantity(
        0.0,
        unit="£ per year",
        label="running costs of a limited company (accountant, insurance)",
        allowed=(0, 50_000),
    )
    director_salary: float | Literal["primary_threshold"] = quantity(
        "primary_threshold",
        unit="£ per year",
        label="salary a company director pays themself outside IR35",
    )
    vat_scheme: Literal["flat_rate", "none"] = quantity(
        "flat_rate",
        unit="choice",
        label="VAT scheme of a limited company (flat_rate, or none)",
    )
    fee_payer_pass_through: float = quantity(
        1.0,
        unit=SHARE,
        label="share of employer costs the fee-payer passes on to a worker inside IR35",
        allowed=(0, 1),
    )
    agency_paye_incidence: Literal["cost_equivalent", "same_rate"] = quantity(
        "cost_equivalent",
        unit="choice",
        label="whether the assignment rate includes employer costs on agency PAYE",
    )

    @property
    def agency_paye_is_same_rate(self) -> bool:
        """Whether a worker on the agency's payroll earns the assignment rate itself."""
        return self.agency_paye_incidence == "same_rate"

    @field_validator("director_salary", mode="before")
    @classmethod
    def _is_payable(cls, given: Any) -> Any:
        if given == "primary_threshold":
            return given
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        if not is_number or not 0 <= given <= 200_000:
            raise ValueError('allowed: "primary_threshold", or a number from 0 to 200000')
        return given
