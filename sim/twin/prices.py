"""Bids, the pledge and what agency work pays, for many Londons at once."""

from __future__ import annotations

import numpy as np

from sim.domain.vocabulary import Enforcement, PriceBasis
from sim.market.pledge import BACK_BELOW
from sim.rules import behaviour
from sim.twin.pay import agency_nets
from sim.twin.state import TINY, TwinState

SAME_PAY = 1e-6
"""Log pay below which two ways of working pay alike."""


def boroughs_bid_for_agency_staff(twin: TwinState) -> None:
    """Each borough decides what it would pay."""
    p, posts = twin.p, np.maximum(twin.posts, TINY)
    short_by = behaviour.shortage(
        twin.unfilled / posts,
        twin.vacancies() / posts,
        p.unfilled_target,
        p.vacancy_target,
        twin.terms.vacancy_weight,
    )
    wanted = behaviour.desired_charge_rate(
        twin.prices[..., -1],
        twin.mean_charges()[:, -1:],
        short_by,
        p.bid_speed if twin.links.unfilled_raises_bids else 0.0,
        p.falling_bid_ratio,
        p.leapfrog_speed if twin.links.rivals_are_leapfrogged else 0.0,
        p.leapfrog_margin,
    )
    lawful = twin.rules.lowest_lawful_charge * to_own_margin(twin)
    twin.wanted = np.minimum(np.maximum(wanted, lawful), twin.bid_ceiling)


def to_own_margin(twin: TwinState) -> np.ndarray:
    """Return by what a charge worked out at the scenario's margin is multiplied at a draw's."""
    return np.asarray(
        (1.0 - twin.parameters.agency_margin_share) / (1.0 - twin.p.agency_margin_share)
    )


def pledge_members_comply_or_defect(twin: TwinState) -> None:
    """Members pay no more than the cap, or break it; the others pay what they want."""
    terms, rules = twin.levers.cap, twin.rules
    in_force = rules.cap_charge_rate != np.inf
    if in_force and twin.cap_begun is None:
        twin.cap_begun = twin.month
        twin.is_member = np.broadcast_to(twin.signed, twin.shape).copy()
    own = to_own_margin(twin)
    caps = rules.cap_charge_rates * np.ones((twin.draws, 1))
    if terms.basis is PriceBasis.ASSIGNMENT:
        caps = caps * own
    most = np.maximum(caps, rules.lowest_lawful_charge * own)[:, None, :]
    wanted = twin.wanted[..., None]
    capped = np.minimum(wanted, most)
    capped = capped + _outside_share(twin)[..., None] * (wanted - capped)
    keeps = twin.is_member & in_force
    twin.prices = np.where(keeps[..., None], capped, np.broadcast_to(wanted, capped.shape))
    if in_force:
        _review(twin, twin.prices[..., -1] < twin.wanted)


def _outside_share(twin: TwinState) -> np.ndarray:
    """Return the part of placements that a cap does not reach."""
    terms = twin.levers.cap
    reached = 1.0 - np.minimum(twin.project_teams / np.maximum(twin.placed, 1.0), 1.0)
    if terms.spares_existing_assignments and twin.cap_begun is not None:
        since = twin.month - twin.cap_begun
        reached = reached * (1.0 - (1.0 - twin.p.assignment_ends_per_month) ** since)
    return np.asarray(1.0 - reached * (1.0 - terms.exceptions_share))


def _review(twin: TwinState, binds: np.ndarray) -> None:
    """Let members that were short for long leave, and content ones come back."""
    terms = twin.levers.cap
    unfilled = twin.unfilled / np.maximum(twin.posts, TINY)
    member, signed = twin.is_member, np.broadcast_to(twin.signed, twin.shape)
    limit = np.maximum(terms.tolerance, twin.p.unfilled_target)
    short = np.where(member & binds & (unfilled > limit), twin.months_short + 1.0, 0.0)
    leaves = member & (short >= terms.months_short_before_leaving)
    leaves = leaves & (terms.enforcement is Enforcement.VOLUNTARY)
    content = np.where(
        ~member & signed & (unfilled < BACK_BELOW * terms.tolerance),
        twin.months_content + 1.0,
        0.0,
    )
    back = ~member & signed & (content >= terms.return_months)
    twin.months_short = np.where(leaves, 0.0, short)
    twin.months_content = np.where(leaves | back, 0.0, content)
    twin.is_member = (member & ~leaves) | back


def pay_is_worked_out(twin: TwinState) -> None:
    """Work out what agency work pays over a permanent post, under the law and bids of now."""
    rates = twin.mean_charges() * (1.0 - twin.p.agency_margin_share)
    agency = agency_nets(twin.rules.law, twin.rules.off_payroll_enforced, twin.parameters, rates)
    twin.companies_pay_alike = float(np.ptp(np.log(agency), axis=-1).max()) < SAME_PAY
    permanent, ratio = twin.pay.nets(twin.rules)
    twin.log_premium = np.log(agency)[:, None] - np.log(permanent)[None, :, :, None]
    twin.offer_pay_ratio = ratio
