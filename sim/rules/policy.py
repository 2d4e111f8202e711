"""The levers: what a policy can change, with the value at which each changes nothing.

Policy changes rules, never people. Each lever is one group of declared fields; scenarios, the
command line and every control take names, ranges, labels and defaults from here.
"""

from __future__ import annotations

from datetime import date
from math import floor

from pydantic import Field

from sim.domain.calendar import months_between
from sim.domain.quantities import Declared
from sim.rules.lever import Lever
from sim.rules.price_levers import Cap, Neighbours, TaxRegime
from sim.rules.staff_levers import AgencyRules, NewlyQualified, PermanentOffer, Prevention


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
    prevention: Prevention = Field(Prevention(), description="help for families earlier")
    neighbours: Neighbours = Field(Neighbours(), description="pay in councils around London")


def strength(lever: Lever, opening: date, today: date) -> float:
    """Return how far a lever is in force on the last day of a month, 0 to 1.

    It acts from the first month whose last day is on or after its start and ramps linearly; one
    that started before month 0 is fully in force. Before month 0 it is not in force at all.
    """
    if today < opening:
        return 0.0
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
