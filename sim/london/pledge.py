"""The pledge: boroughs that agree to a cap, and what makes one break it or come back."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import BoolArray, FloatArray, IntArray
from sim.london.state import London
from sim.rules import agreement
from sim.rules.agreement import Standing
from sim.rules.pay_bands import BANDS
from sim.rules.terms import Agreement

NOT_SIGNED = -1_000_000
"""Month of a signature that was never given, or that has lapsed."""


class Agreed:
    """The collective cap as an institution: who keeps to it, and what it has done so far.

    Who leaves and comes back follows `agreement.reviewed`; it leaves or returns from the next
    month. Under strict or break-glass enforcement nobody leaves. What a cap does not reach
    (signed exceptions, project teams, older assignments) is paid in full.

    Where terms change, who signs both keeps its standing: a member stays one, and who had broken
    the old terms has to come back to the new. Who signs only the new is a member from then on; who
    signed only the old is free. Assignments are older than the day their employer signed.

    Attributes:
        begun_month: since when each employer has signed without a break; `NOT_SIGNED` if it has
            not.
        ever_bound: whether the cap has held any bid down so far.
        had_cause: whether each employer has been short long enough to leave (where nobody may
            leave: whether it would have).
        defections, returns: how often a member has left or come back so far.
    """

    def __init__(self, london: London) -> None:
        self.london = london
        self.begun_month: IntArray = np.full(london.shape, NOT_SIGNED)
        self._goes_on = False
        self.ever_bound = False
        self.had_cause: BoolArray = np.zeros(london.shape, bool)
        self.defections: IntArray = np.zeros(london.shape[:-1], np.int64)
        self.returns: IntArray = np.zeros(london.shape[:-1], np.int64)

    def go_on(self, standing: Standing) -> None:
        """Take up a pledge that has been in force for some time, as a followed London left it.

        Whoever has signed what is in force in the first month had signed it before.
        """
        self._goes_on = True
        self.london.standing = standing

    def settle(self) -> None:
        """Let each borough pay what it wants, or the cap if it keeps to it; then see who breaks."""
        london, terms = self.london, self.london.rules.agreement
        wanted = london.wanted[..., None]
        if terms is None:
            self._sign(np.zeros(london.shape, bool))
            london.prices = np.repeat(wanted, BANDS, axis=-1)
            return
        signed = london.by_employer(terms.signed)
        self._sign(signed)
        lowest = np.asarray(london.rules.lowest_lawful_charge)[..., None]
        outside = self.outside_share(terms)[..., None]
        caps = terms.charge_rates[..., None, :]
        capped = agreement.capped_price(wanted, caps, lowest, outside)
        london.prices = np.where(london.is_member[..., None], capped, wanted)
        self.ever_bound = self.ever_bound or bool(london.cap_binds.any())
        self._review(terms, signed)

    def _sign(self, signed: BoolArray) -> None:
        """Let those who sign this month's terms join, and those who do not go."""
        london, had = self.london, self.begun_month != NOT_SIGNED
        if self._goes_on:
            self._goes_on = False
            self.begun_month = np.where(signed, 0, NOT_SIGNED)
            return
        new, gone = signed & ~had, had & ~signed
        if not (new.any() or gone.any()):
            return
        self.begun_month = np.where(new, london.month, np.where(gone, NOT_SIGNED, self.begun_month))
        before = london.standing
        london.standing = Standing(
            (before.is_member & ~gone) | new,
            np.where(new | gone, 0, before.months_short),
            np.where(new | gone, 0, before.months_content),
        )

    def _review(self, terms: Agreement, signed: BoolArray) -> None:
        london = self.london
        bears = agreement.bearing_of(terms, london.parameters.unfilled_target)
        review = london.reviewed(signed, london.unmet_share, bears)
        london.standing = review.standing
        self.had_cause = self.had_cause | review.had_cause
        self.defections = self.defections + review.left.sum(axis=-1)
        self.returns = self.returns + review.returned.sum(axis=-1)

    def outside_share(self, terms: Agreement) -> FloatArray:
        """Return the part of each employer's placements that the cap does not reach."""
        london = self.london
        spares = terms.spares_existing_assignments
        older = london.older_share(self.begun_month) if spares else 0.0
        teams, exceptions = london.project_teams, terms.exceptions_share
        return agreement.outside_share(london.placed, teams, older, exceptions)


def pledge_members_comply_or_defect(london: London) -> None:
    """Members pay no more than the cap, or break it; the others pay what they want."""
    london.agreed.settle()
