"""Bids, the pledge and what agency work pays, for many Londons at once."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray
from sim.rules import agreement, bidding, pay
from sim.rules.pay_bands import BANDS
from sim.rules.terms import Agreement
from sim.twin.state import TwinState

SAME_PAY = 1e-6
"""Log pay below which two ways of working pay alike."""


def boroughs_bid_for_agency_staff(twin: TwinState) -> None:
    """Each borough decides what it would pay."""
    wanted = bidding.wanted_charge_rate(
        twin.charge_rates,
        twin.mean_charges()[:, -1:],
        twin.unfilled_share,
        twin.vacancy_share,
        twin.p,
        twin.terms,
        twin.links,
    )
    twin.wanted = bidding.bid(wanted, twin.rules.lowest_lawful_charge, twin.bid_ceiling)


def pledge_members_comply_or_defect(twin: TwinState) -> None:
    """Members pay no more than the cap, or break it; the others pay what they want."""
    terms, wanted = twin.rules.agreement, twin.wanted[..., None]
    if terms is None:
        twin.prices = np.repeat(wanted, BANDS, axis=-1)
        return
    if twin.cap_begun is None:
        twin.cap_begun = twin.month
        signed = np.broadcast_to(twin.signed, twin.shape)
        twin.standing = twin.standing._replace(is_member=signed)
    caps = (terms.charge_rates * np.ones((twin.draws, 1)))[:, None, :]
    lowest = (twin.rules.lowest_lawful_charge * np.ones((twin.draws, 1)))[..., None]
    outside = _outside_share(twin, terms)[..., None]
    capped = agreement.capped_price(wanted, caps, lowest, outside)
    twin.prices = np.where(twin.is_member[..., None], capped, wanted)
    twin.standing = agreement.reviewed(
        twin.standing,
        twin.signed,
        twin.cap_binds,
        twin.unfilled_share,
        twin.p.unfilled_target,
        terms,
    ).standing


def _outside_share(twin: TwinState, terms: Agreement) -> FloatArray:
    """Return the part of placements that the cap does not reach; assignments end at random."""
    older: FloatArray | float = 0.0
    if terms.spares_existing_assignments and twin.cap_begun is not None:
        older = (1.0 - twin.p.assignment_ends_per_month) ** (twin.month - twin.cap_begun)
    return agreement.outside_share(twin.placed, twin.project_teams, older, terms.exceptions_share)


def pay_is_worked_out(twin: TwinState) -> None:
    """Work out what agency work pays over a permanent post, under the law and bids of now."""
    rates = twin.mean_charges() * (1.0 - twin.p.agency_margin_share)
    agency, _ = pay.agency_nets(rates, twin.parameters, twin.rules)
    twin.companies_pay_alike = float(np.ptp(np.log(agency), axis=-1).max()) < SAME_PAY
    permanent = twin.pay.pay(twin.rules)
    twin.log_premium = pay.log_premium(agency, np.asarray(permanent.slip.net_annual))
    twin.offer_pay_ratio = permanent.offer_pay_ratio
