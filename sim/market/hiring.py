"""How boroughs hire permanent staff: experienced people from outside, and the newly qualified."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.parameters import Parameters
from sim.domain.randomness import Purpose
from sim.domain.vocabulary import HiringStructure, Source, WorkerState
from sim.market.opening import persons
from sim.market.state import MarketState
from sim.market.workforce import IntArray
from sim.rules import behaviour

SUPERVISOR_EXPERIENCE_MONTHS = 24
NEWLY_QUALIFIED_MONTHS = 12


def hiring_constants(structure: HiringStructure, parameters: Parameters) -> tuple[float, float]:
    """Return (vacancy elasticity, reputation sensitivity) of a rival structure.

    Each structure is one changed rule: hiring answers vacancies in proportion, except under
    `supply_limited`; `reputation` adds one feedback here, `budget` adds one to the offer.
    """
    supply_limited = structure is HiringStructure.SUPPLY_LIMITED
    repels = structure is HiringStructure.REPUTATION
    return (
        parameters.vacancy_elasticity if supply_limited else 1.0,
        parameters.reputation_sensitivity if repels else 0.0,
    )


def boroughs_hire_permanent_staff(market: MarketState) -> None:
    """Boroughs offer vacancies to experienced applicants, and take on the newly qualified.

    Who accepts starts when their notice is over, if the post is still there.
    """
    arriving = market.accepted_offers.pop(0) if market.accepted_offers else None
    if arriving is not None:
        _enter(market, Source.OUTSIDE_HIRE, np.minimum(arriving, market.vacancies()))
    room = _room(market)
    accepted = _make_offers(market, room, Purpose.OUTSIDE_HIRES, market.month)
    if arriving is None:
        _enter(market, Source.OUTSIDE_HIRE, accepted)
    else:
        market.accepted_offers.append(accepted)
    supervised = _supervision_places(market)
    looking = market.streams.poisson(
        Purpose.NEWLY_QUALIFIED, market.month, market.slots, _newly_qualified_mean(market)
    )
    _enter(
        market, Source.NEWLY_QUALIFIED, np.minimum(looking, np.minimum(room - accepted, supervised))
    )


def offers_under_way(market: MarketState) -> None:
    """Open with the offers that were accepted in the months before the start."""
    for month in range(market.parameters.notice_months):
        accepted = _make_offers(market, _room(market), Purpose.OPENING_OFFERS, month)
        market.accepted_offers.append(accepted)
    count = len(market.employers)
    market.offers_made = market.offers_accepted = np.zeros(count, np.int64)


def _room(market: MarketState) -> IntArray:
    """Return how many posts each employer can fill in a month: it takes time to hire."""
    still_open = market.open_vacancies()
    most = np.ceil(market.parameters.monthly_hiring_limit * still_open).astype(np.int64)
    return np.minimum(most, still_open)


def _make_offers(market: MarketState, room: IntArray, purpose: Purpose, month: int) -> IntArray:
    """Make this month's offers to outside applicants; return how many each employer's accept."""
    streams, slots = market.streams, market.slots
    accepting, ordinary, offered = _outside_means(market)
    accepted = np.minimum(streams.poisson(purpose, month, slots, accepting), room)
    refusing = np.maximum(offered - accepting, 0.0)
    refused = streams.poisson(Purpose.DECLINED_OFFERS, month, slots, refusing)
    market.offers_accepted = accepted
    market.offers_made = accepted + np.minimum(refused, room)
    market.hires_won_per_year = np.where(
        accepting > 0,
        MONTHS_PER_YEAR * accepted * (1.0 - ordinary / np.maximum(accepting, 1e-12)),
        0.0,
    )
    return accepted


def _outside_means(market: MarketState) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return expected offers a month: accepted, accepted without a campaign, and made."""
    parameters, rules = market.parameters, market.rules
    elasticity, reputation = hiring_constants(market.structure.hiring, parameters)
    repels = reputation if market.links.agency_share_repels_applicants else 0.0
    workforce = market.workforce
    staff = workforce.permanent + workforce.placed

    def yearly(strain: np.ndarray, reputation: float) -> np.ndarray:
        return behaviour.outside_hires_per_year(
            market.posts.astype(float),
            market.vacancies() / np.maximum(market.posts, 1),
            workforce.placed / np.maximum(staff, 1),
            strain,
            parameters.outside_hires_per_post,
            elasticity,
            parameters.strain_to_hiring * parameters.strain_to_leaving,
            reputation,
        )

    drawn = market.ofsted.pull() * market.pay.offer_pay_ratio**parameters.hiring_pay_elasticity
    drawn = drawn * _this_year(market)
    strain = market.strain - market.strain_centre
    ordinary = yearly(strain, repels) * drawn / MONTHS_PER_YEAR
    made = yearly(np.zeros_like(strain), 0.0) * drawn / parameters.offer_acceptance_share
    return (
        ordinary * rules.hiring_multiplier,
        ordinary,
        made * rules.hiring_multiplier / MONTHS_PER_YEAR,
    )


def _newly_qualified_mean(market: MarketState) -> np.ndarray:
    parameters, rules = market.parameters, market.rules
    season = behaviour.newly_qualified_season(
        rules.today.month, rules.today.year, parameters.step_up_share, rules.step_up_multiplier
    )
    yearly = parameters.newly_qualified_per_post * market.posts * _this_year(market)
    return yearly * season * rules.newly_qualified_multiplier


def _this_year(market: MarketState) -> float:
    spread = market.parameters.common_hiring_spread
    return market.common_shock(Purpose.COMMON_HIRING, spread) if market.month > 0 else 1.0


def _supervision_places(market: MarketState) -> IntArray:
    workforce = market.workforce
    permanent = workforce.ids(WorkerState.PERMANENT)
    experience = workforce.experience_months(permanent)
    employers = workforce.of("employer", permanent)
    count = len(market.employers)
    learners = np.bincount(employers[experience < NEWLY_QUALIFIED_MONTHS], minlength=count)
    able = np.bincount(employers[experience >= SUPERVISOR_EXPERIENCE_MONTHS], minlength=count)
    each = market.parameters.newly_qualified_per_supervisor * market.rules.supervision_multiplier
    limit = np.floor(each * able).astype(np.int64)
    return np.maximum(limit - learners, 0)


def _enter(market: MarketState, source: Source, counts: IntArray) -> None:
    people = persons(market.streams, market.parameters, source, counts, market.month)
    market.workforce.enter(people, source, WorkerState.PERMANENT)
