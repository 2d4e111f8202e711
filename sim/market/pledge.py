"""The pledge: boroughs that agree to a cap, and what makes one break it or come back."""

from __future__ import annotations

from math import inf
from typing import Any

import mesa
import numpy as np

from sim.domain.randomness import FloatArray, Purpose
from sim.domain.vocabulary import Enforcement, WorkerState
from sim.market.boroughs import Borough
from sim.market.opening import Carried
from sim.market.rulebook import members_of

BACK_BELOW = 0.5
"""A defector returns when its unfilled share is below this share of its tolerance."""


class Pledge(mesa.Agent):
    """The collective cap as an institution.

    A member is short in a month when the cap holds its bid down and its unfilled share is
    above both its tolerance and the bid target. Short for three months in a row, it leaves and
    bids freely from the next month. It returns after six months in a row with unfilled posts
    below half its tolerance. Under strict or break-glass enforcement nobody leaves. What a cap
    does not reach (signed exceptions, project teams, older assignments) is paid in full.

    Attributes:
        signed: whether each employer signed (one truth value an employer).
        ever_bound: whether the cap has held any bid down so far.
        had_cause: whether each employer has been short long enough to leave (where nobody may
            leave: whether it would have).
        defections, returns: how often a member has left or come back so far.
    """

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.terms = model.levers.cap
        self.signed = members_of(
            self.terms.members, model.employers, model.streams, Purpose.PLEDGE_ORDER
        )
        self.has_begun, self.begun_month = False, 0
        self.ever_bound = False
        self.had_cause = np.zeros(len(self.signed), bool)
        self.defections = self.returns = 0

    def go_on(self, boroughs: list[Borough], carried: Carried) -> None:
        """Take up a pledge that has been in force for some time, as a followed London left it."""
        self.has_begun, self.begun_month = True, 0
        for borough in boroughs:
            borough.is_member = bool(carried.keeps_to_cap[borough.index])
            borough.months_short = int(carried.months_short[borough.index])
            borough.months_content = int(carried.months_content[borough.index])

    def settle(self, boroughs: list[Borough]) -> None:
        """Let each borough pay what it wants, or the cap if it keeps to it; then see who breaks.

        A cap that has sunk below equal pay is paid at the lawful minimum.
        """
        model, rules = self.model, self.model.rules
        in_force = rules.cap_charge_rate != inf
        may_leave = self.terms.enforcement is Enforcement.VOLUNTARY
        if in_force and not self.has_begun:
            self.has_begun, self.begun_month = True, model.month
            for borough in boroughs:
                borough.is_member = bool(self.signed[borough.index])
        keeps = np.array([in_force and borough.is_member for borough in boroughs])
        wanted = np.array([borough.desired_charge_rate for borough in boroughs])[:, None]
        most = np.maximum(rules.cap_charge_rates, rules.lowest_lawful_charge)
        capped = np.minimum(wanted, most)
        capped = capped + self._outside_share()[:, None] * (wanted - capped)
        model.prices = np.where(keeps[:, None], capped, wanted)
        unfilled = (model.unfilled / np.maximum(model.posts, 1)).tolist()
        for borough, price in zip(boroughs, model.prices[:, -1].tolist(), strict=True):
            borough.pay(price)
            self.ever_bound = self.ever_bound or borough.cap_binds
            if in_force and self.signed[borough.index]:
                self._review(borough, unfilled[borough.index], may_leave=may_leave)

    def _outside_share(self) -> FloatArray:
        """Return the part of each employer's placements that a cap does not reach.

        Signed exceptions, project teams and, if they are spared, assignments older than the
        cap; each is spread evenly over the rest (assumption).
        """
        model = self.model
        placed = np.maximum(model.workforce.placed, 1)
        reached = 1.0 - np.minimum(model.project_teams / placed, 1.0)
        if self.terms.spares_existing_assignments and self.has_begun:
            ids = model.workforce.ids(WorkerState.PLACED)
            older = ids[model.workforce.of("joined_month", ids) < self.begun_month]
            employers = model.workforce.of("employer", older)
            reached = reached * (1.0 - np.bincount(employers, minlength=placed.size) / placed)
        outside: FloatArray = 1.0 - reached * (1.0 - self.terms.exceptions_share)
        return outside

    def _review(self, borough: Borough, unfilled: float, *, may_leave: bool) -> None:
        target = self.model.parameters.unfilled_target
        if borough.is_member:
            is_short = borough.cap_binds and unfilled > max(self.terms.tolerance, target)
            borough.months_short = borough.months_short + 1 if is_short else 0
            if borough.months_short < self.terms.months_short_before_leaving:
                return
            self.had_cause[borough.index] = True
            if may_leave:
                borough.is_member, borough.months_short, borough.months_content = False, 0, 0
                self.defections += 1
            return
        is_content = unfilled < BACK_BELOW * self.terms.tolerance
        borough.months_content = borough.months_content + 1 if is_content else 0
        if borough.months_content >= self.terms.return_months:
            borough.is_member, borough.months_content = True, 0
            self.returns += 1
