"""The pledge: boroughs that agree to a cap, and what makes one break it or come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.domain.randomness import BoolArray, FloatArray
from sim.domain.vocabulary import WorkerState
from sim.market.boroughs import Institution
from sim.rules import agreement
from sim.rules.agreement import Standing

if TYPE_CHECKING:
    from sim.market.opening import Carried
    from sim.market.state import MarketState


class Pledge(Institution):
    """The collective cap as an institution: who keeps to it, and what it has done so far.

    Who leaves and comes back follows `agreement.reviewed`; it leaves or returns from the next
    month. Under strict or break-glass enforcement nobody leaves. What a cap does not reach
    (signed exceptions, project teams, older assignments) is paid in full.

    Attributes:
        has_begun, begun_month: whether and since when a cap is in force.
        ever_bound: whether the cap has held any bid down so far.
        had_cause: whether each employer has been short long enough to leave (where nobody may
            leave: whether it would have).
        defections, returns: how often a member has left or come back so far.
    """

    def __init__(self, model: MarketState) -> None:
        super().__init__(model)
        self.has_begun, self.begun_month = False, 0
        self.ever_bound = False
        self.had_cause: BoolArray = np.zeros(len(model.employers), bool)
        self.defections = self.returns = 0

    def go_on(self, carried: Carried) -> None:
        """Take up a pledge that has been in force for some time, as a followed London left it."""
        self.has_begun, self.begun_month = True, 0
        self.model.standing = Standing(
            carried.keeps_to_cap, carried.months_short, carried.months_content
        )

    def settle(self) -> None:
        """Let each borough pay what it wants, or the cap if it keeps to it; then see who breaks."""
        market, terms = self.model, self.model.rules.agreement
        if terms is None:
            market.settle_prices(np.repeat(market.wanted[:, None], market.bands, axis=1))
            return
        if not self.has_begun:
            self.has_begun, self.begun_month = True, market.month
            market.standing = market.standing._replace(is_member=terms.signed)
        wanted = market.wanted[:, None]
        lowest, outside = market.rules.lowest_lawful_charge, self._outside_share()
        capped = agreement.capped_price(wanted, terms.charge_rates, lowest, outside[:, None])
        keeps = market.standing.is_member
        market.settle_prices(np.where(keeps[:, None], capped, wanted))
        self.ever_bound = self.ever_bound or bool(market.cap_binds.any())
        review = agreement.reviewed(
            market.standing,
            terms.signed,
            market.cap_binds,
            market.unfilled_share,
            market.parameters.unfilled_target,
            terms,
        )
        market.standing = review.standing
        self.had_cause = self.had_cause | review.had_cause
        self.defections += int(review.left.sum())
        self.returns += int(review.returned.sum())

    def _outside_share(self) -> FloatArray:
        """Return the part of each employer's placements that the cap does not reach."""
        market, terms = self.model, self.model.rules.agreement
        assert terms is not None
        older = np.zeros(len(market.employers))
        if terms.spares_existing_assignments:
            workforce = market.workforce
            ids = workforce.ids(WorkerState.PLACED)
            old = ids[workforce.of("joined_month", ids) < self.begun_month]
            counts = np.bincount(workforce.of("employer", old), minlength=older.size)
            older = counts / np.maximum(market.placed, 1)
        return agreement.outside_share(
            market.placed, market.project_teams, older, terms.exceptions_share
        )
