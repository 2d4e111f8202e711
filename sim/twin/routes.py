"""How staff change between permanent posts and agency work, for many Londons at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.domain.randomness import FloatArray
from sim.rules import choice, hazards
from sim.rules.hazards import Amount
from sim.twin import people
from sim.twin.flows import replace_leavers
from sim.twin.state import TINY, TwinState

UPPER_BANDS = slice(1, 3)
"""Pay bands of those with two years' experience or more."""
REACH = 40.0
"""Logits beyond which a choice is certain."""


class Shares(NamedTuple):
    """Shares by type of permanent and agency staff, on as few types as the pay tells apart."""

    permanent: FloatArray
    agency: FloatArray


def staff_reconsider_their_route(twin: TwinState) -> None:
    """Experienced permanent staff may go to agency work; placed agency staff may come back."""
    holds = twin.links.pay_draws_to_agency
    premium, shares = (
        _told_apart(twin, twin.log_premium, alike=twin.companies_pay_alike)
        if holds
        else _told_apart(twin, twin.opening_log_premium, alike=twin.companies_paid_alike)
    )
    odds = _odds(twin, premium, twin.strain, twin.attachment)
    beta = _deep(twin.parameters.pay_sensitivity)
    rho = twin.reconsider[:, :, None, None, None]
    towards = odds * np.exp(beta * _cooling_off_loss(twin))
    going = hazards.small_monthly_chance(rho * towards / (1.0 + towards))
    coming = hazards.small_monthly_chance(rho / (1.0 + odds))
    gone = _go_to_agency(twin, going, shares)
    replace_leavers(twin, gone)
    _come_back(twin, coming, shares)


def _told_apart(
    twin: TwinState, log_premium: FloatArray, *, alike: bool
) -> tuple[FloatArray, Shares]:
    """Return the premium by the upper bands, and shares by type: one company if all pay alike."""
    upper = log_premium[:, :, UPPER_BANDS]
    if not alike:
        return upper, Shares(twin.permanent_types, twin.agency_types)
    merged = (one.sum(axis=1, keepdims=True) for one in (twin.permanent_types, twin.agency_types))
    return upper[..., :1], Shares(*merged)


def _odds(
    twin: TwinState, log_premium: FloatArray, strain: FloatArray, attachment: FloatArray
) -> FloatArray:
    """Return the odds of choosing agency work, (draw, employer, band, company, taste)."""

    def column(values: Amount) -> FloatArray:
        return np.asarray(values)[..., None, None, None]

    taste = twin.taste[:, None, None, None, :]
    careers = np.broadcast_to(twin.rules.offer_careers, twin.shape)
    phi, beta = twin.parameters.strain_to_route, twin.parameters.pay_sensitivity
    strained = (column(strain), taste, column(careers), _deep(phi), column(attachment))
    return choice.agency_odds(choice.pull(log_premium[..., None], *strained), _deep(beta))


def _deep(parameter: Amount) -> FloatArray:
    """Return a parameter ready to meet (draw, employer, band, company, taste)."""
    return np.reshape(parameter, (-1, 1, 1, 1, 1))


def _cooling_off_loss(twin: TwinState) -> Amount:
    """Return what waiting for an assignment costs, in log pay."""
    months, rules = twin.rules.cooling_off_months, twin.rules
    if not months:
        return 0.0
    closed = choice.closed_share(twin.posts[0], rules.turns_away_waiting)
    return choice.cooling_off_loss(months, twin.plan.parameters.foresight_years, closed)


def _go_to_agency(twin: TwinState, chance: FloatArray, shares: Shares) -> FloatArray:
    """Move permanent staff to the bench: those with enough experience, the keenest most."""
    able = twin.stages * people.eligible_weights(
        twin.rules.agency_experience_years, twin.plan.parameters
    )
    by_band = np.einsum("debct,dct->deb", chance, shares.permanent)
    of_stage = np.stack([by_band[..., max(band, 1) - 1] for band in people.STAGE_BANDS])
    expected = able * of_stage
    total = expected.sum(axis=0)
    going = np.minimum(twin.counted(total), able.sum(axis=0))
    leaving = expected * (going / np.maximum(total, TINY))
    permanent, agency = twin.permanent.sum(axis=1), twin.agency()
    gone = going.sum(axis=1, keepdims=True)
    seasoned = leaving[: people.VETERANS].sum(axis=(0, 2))[:, None]
    twin.seasoned = (twin.seasoned * agency + seasoned) / (agency + gone + TINY)
    mix = _by_type(chance, people.upper_bands(able), shares.permanent, twin.permanent_types)
    twin.agency_types = people.mixed(twin.agency_types, agency[:, 0], mix, gone[:, 0])
    twin.permanent_types = people.thinned(twin.permanent_types, permanent, mix, gone[:, 0])
    twin.stages = np.maximum(twin.stages - leaving, 0.0)
    twin.year_flows["to_agency"] += going
    twin.bench = twin.bench + gone
    _wait(twin, gone)
    return going


def _wait(twin: TwinState, gone: FloatArray) -> None:
    """Let those who left a permanent post wait for their first assignment, if they must."""
    months = twin.rules.cooling_off_months
    if months:
        missing = months - len(twin.waiting)
        twin.waiting += [np.zeros_like(gone) for _ in range(missing)]
        twin.waiting[months - 1] = twin.waiting[months - 1] + gone


def _come_back(twin: TwinState, chance: FloatArray, shares: Shares) -> None:
    """Give placed agency staff who want one a permanent post where they are."""
    by_band = np.einsum("debct,dct->deb", chance, shares.agency)
    bands = np.concatenate([twin.seasoned, 1.0 - twin.seasoned], axis=1)
    wanted = twin.happens(twin.placed, (by_band * bands[:, None, :]).sum(axis=-1))
    returning = np.minimum(wanted, twin.open_vacancies())
    back = returning.sum(axis=1)
    permanent, agency = twin.permanent.sum(axis=1), twin.agency()
    amounts = twin.placed[..., None] * bands[:, None, :]
    mix = _by_type(chance, amounts, shares.agency, twin.agency_types)
    twin.permanent_types = people.mixed(twin.permanent_types, permanent, mix, back)
    twin.agency_types = people.thinned(twin.agency_types, agency[:, 0], mix, back)
    twin.placed = twin.placed - returning
    stages = np.zeros((people.STAGES, twin.draws, 1))
    stages[people.SEASONED], stages[people.VETERANS] = bands[:, :1], bands[:, 1:]
    twin.gain("to_permanent", returning, stages)


def _by_type(
    chance: FloatArray, amounts: FloatArray, shares: FloatArray, full: FloatArray
) -> FloatArray:
    """Return how a flow is spread over all types, (draw, company, taste), adding up to 1."""
    flow = np.einsum("debct,deb->dct", chance, amounts) * shares
    if flow.shape[1] != full.shape[1]:  # company groups that pay alike go in proportion
        flow = flow * full / np.maximum(full.sum(axis=1, keepdims=True), TINY)
    return np.asarray(flow / np.maximum(flow.sum(axis=(1, 2), keepdims=True), TINY))


# The start


def solve_route(twin: TwinState) -> None:
    """Derive the attachment to permanent work and the pace of reconsidering, draw by draw.

    Under them the start shows the two yearly flows, as `choice.solve_route_constants` has it.
    """
    alike = twin.companies_paid_alike
    premium, shares = _told_apart(twin, twin.opening_log_premium, alike=alike)
    p, none = twin.parameters, np.zeros((twin.draws, 1))
    at_zero = _odds(twin, premium, twin.opening_strain, none)
    able = twin.stages * people.eligible_weights(p.eligible_experience_years, twin.plan.parameters)
    total = twin.permanent.sum(axis=1)
    may_go = np.einsum("deb,dct->debct", people.upper_bands(able), shares.permanent)
    bands = np.concatenate([twin.seasoned, 1.0 - twin.seasoned], axis=1)
    may_come = np.einsum("de,db,dct->debct", twin.placed, bands, shares.agency)
    beta = np.broadcast_to(np.ravel(p.pay_sensitivity), (twin.draws,))
    to_agency, to_permanent = (
        np.ravel(p.flow_to_agency_per_year),
        np.ravel(p.flow_to_permanent_per_year),
    )

    def flows(attachment: FloatArray) -> tuple[FloatArray, FloatArray]:
        odds = at_zero * np.exp(-beta * attachment)[:, None, None, None, None]
        going = (may_go * odds / (1.0 + odds)).sum(axis=(1, 2, 3, 4)) / total
        coming = (may_come / (1.0 + odds)).sum(axis=(1, 2, 3, 4)) / twin.placed.sum(axis=1)
        return going, coming

    def imbalance(attachment: FloatArray) -> FloatArray:
        going, coming = flows(attachment)
        return np.asarray(going * to_permanent - coming * to_agency)

    logs = np.log(at_zero).reshape(twin.draws, -1) / beta[:, None]
    found = hazards.bisected(
        imbalance, logs.min(axis=1) - REACH / beta, logs.max(axis=1) + REACH / beta
    )
    _, coming = flows(found)
    twin.attachment = found[:, None]
    twin.reconsider = (to_permanent / np.maximum(coming, TINY))[:, None]
