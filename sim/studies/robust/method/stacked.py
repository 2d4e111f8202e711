"""Rules in force for many Londons at once whose policies differ in strength: one rulebook each.

The borough twin follows many draws of parameters in one go, under one policy. Here every draw has a
rulebook of its own, and what they put in force in a month is laid side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np

from sim.domain.calendar import tax_year_of
from sim.domain.randomness import BoolArray, FloatArray, Purpose
from sim.rules.in_force import Rulebook
from sim.rules.levers.members import Members
from sim.rules.pay_bands import BANDS
from sim.rules.terms import Agreement, PolicyPrices, RulesInForce

SIDE_BY_SIDE = frozenset(
    {
        "levers.cap.charge_rate_per_hour",
        "levers.cap.members",
        "levers.cap.tolerance",
        "levers.cap.months_short_before_leaving",
        "levers.cap.return_months",
        "levers.cap.enforcement",
        "levers.cap.exceptions_share",
        "levers.cap.project_teams_share",
        "levers.permanent_offer.caseload_relief",
        "levers.permanent_offer.caseload_bar",
        "levers.permanent_offer.leadership",
        "levers.permanent_offer.hiring_uplift",
        "levers.permanent_offer.careers",
        "levers.newly_qualified.multiplier",
        "levers.newly_qualified.step_up_multiplier",
        "levers.newly_qualified.supervision_uplift",
        "levers.prevention.case_reduction",
    }
)
"""What may differ between draws that are followed together: what every equation takes by draw."""
BY_EMPLOYER = (
    "offer_leadership",
    "offer_relief",
    "offer_careers",
    "hiring_multiplier",
    "prevented",
    "prevention_paid",
)
BY_DRAW = (
    "lowest_lawful_charge",
    "caseload_bar",
    "newly_qualified_multiplier",
    "step_up_multiplier",
    "supervision_multiplier",
)
NOBODY_SIGNED: dict[str, Any] = {
    "charge_rates": np.full(BANDS, np.inf),
    "tolerance": 0.0,
    "months_short_before_leaving": 1,
    "return_months": 1,
    "may_leave": False,
    "exceptions_share": 0.0,
    "project_teams_share": 0.0,
    "spares_existing_assignments": False,
}


class ManyRulebooks(Rulebook):
    """The rulebooks of many draws, read as one.

    Args:
        books: one a draw, alike in law, tax and salaries.
        employers: how many there are.
    """

    def __init__(self, books: Sequence[Rulebook], employers: int) -> None:
        first = books[0]
        super().__init__(first.levers, first.parameters, first.opening, employers, _asks_its_own)
        self.books, self.employers = books, employers
        self._last_change = max(
            lever.settles_on(book.opening) for book in books for lever in book.levers.each()
        )
        self._together: RulesInForce | None = None

    def in_force(self, today: date) -> RulesInForce:
        """Return the rules of the month that ends `today`, by draw."""
        kept = self._together
        if kept is None or today <= self._last_change or kept.tax_year != tax_year_of(today):
            each = [book.in_force(today) for book in self.books]
            kept = together(each, self.employers)
            self._together = kept if today > self._last_change else None
        return replace(kept, today=today)


def _asks_its_own(members: Members, purpose: Purpose) -> BoolArray:
    """Refuse to say who belongs: each draw's rulebook knows its own."""
    raise LookupError(f"{purpose.name}: ask the draw's own rulebook who belongs")


def together(each: Sequence[RulesInForce], employers: int) -> RulesInForce:
    """Return the rules of many draws as one: by draw, or by draw and employer, where they differ.

    Args:
        each: the rules of one month, one a draw; alike in law, salaries and whatever is not in
            `SIDE_BY_SIDE`.
        employers: how many there are.
    """

    def by_employer(values: Sequence[Any]) -> FloatArray:
        return np.stack([np.broadcast_to(np.asarray(one, float), employers) for one in values])

    changed: dict[str, Any] = {
        name: by_employer([getattr(one, name) for one in each]) for name in BY_EMPLOYER
    }
    changed |= {name: _column([getattr(one, name) for one in each]) for name in BY_DRAW}
    prices = [
        by_employer([one.prices[place] for one in each])
        for place in range(len(PolicyPrices._fields))
    ]
    agreement = _agreements([one.agreement for one in each], employers)
    return replace(each[0], prices=PolicyPrices(*prices), agreement=agreement, **changed)


def _column(values: Sequence[Any]) -> FloatArray:
    return np.array([np.asarray(one).item() for one in values])[:, None]


def _agreements(each: Sequence[Agreement | None], employers: int) -> Agreement | None:
    """Return the agreements of many draws as one; where there is none, one nobody signed."""
    there = [one for one in each if one is not None]
    if not there:
        return None
    names = [one.name for one in fields(Agreement)]
    nothing = NOBODY_SIGNED | {
        "signed": np.zeros(employers, bool),
        "spares_existing_assignments": there[0].spares_existing_assignments,
    }
    rows = [
        nothing if one is None else {name: getattr(one, name) for name in names} for one in each
    ]
    found: dict[str, Any] = {}
    for name in names:
        values = [row[name] for row in rows]
        if name == "spares_existing_assignments":
            found[name] = values[0]
        elif name in ("charge_rates", "signed"):
            found[name] = np.stack([np.asarray(one).reshape(-1) for one in values])
        else:
            found[name] = np.array(values)[:, None]
    return Agreement(**found)
