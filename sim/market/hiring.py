"""How boroughs hire permanent staff: experienced people from outside, and the newly qualified."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray, IntArray, Purpose
from sim.domain.vocabulary import Source, WorkerState
from sim.market import employers
from sim.market.heads import learners_and_able
from sim.market.luck import persons
from sim.market.state import MarketState
from sim.rules import recruitment

SUPERVISOR_EXPERIENCE_MONTHS = 24
NEWLY_QUALIFIED_MONTHS = 12


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
    expected = _newly_qualified_looking(market)
    looking = market.count_for(Purpose.NEWLY_QUALIFIED, market.month, expected)
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
    expected = _expected_offers(market)
    accepted = np.minimum(market.count_for(purpose, month, expected.accepted), room)
    refusing = np.maximum(expected.made - expected.accepted, 0.0)
    refused = market.count_for(Purpose.DECLINED_OFFERS, month, refusing)
    market.offers_accepted = accepted
    market.offers_made = accepted + np.minimum(refused, room)
    market.hires_won_per_year = recruitment.hires_won_per_year(accepted, expected)
    return accepted


def _expected_offers(market: MarketState) -> recruitment.ExpectedOffers:
    """Return a month's expected offers to outside applicants, by employer."""
    elasticity = market.parameters.hiring_pay_elasticity
    staff = market.permanent + market.placed
    drawn = market.ofsted.pull() * recruitment.drawn_by_pay(market.pay.offer_pay_ratio, elasticity)
    place = recruitment.Workplace(
        posts=market.posts,
        vacancy_share=market.vacancy_share,
        agency_share=market.placed / np.maximum(staff, 1),
        strain=market.strain - market.strain_centre,
        drawn=drawn,
        year=market.common_hiring,
    )
    hiring = recruitment.hiring_of(market.parameters, market.terms, market.links)
    return employers.expected_offers(place, hiring, market.rules.hiring_multiplier, market.shape)


def _newly_qualified_looking(market: MarketState) -> FloatArray:
    rules, parameters = market.rules, market.parameters
    season = recruitment.season_of(rules.today, parameters, rules)
    year = market.common_hiring
    mean = recruitment.newly_qualified_looking(market.posts, year, season, parameters, rules)
    return np.asarray(mean, np.float64)


def _supervision_places(market: MarketState) -> IntArray:
    learners, able = learners_and_able(
        market.people, len(market.employers), NEWLY_QUALIFIED_MONTHS, SUPERVISOR_EXPERIENCE_MONTHS
    )
    each = market.parameters.newly_qualified_per_supervisor * market.rules.supervision_multiplier
    limit = np.floor(each * able).astype(np.int64)
    return np.maximum(limit - learners, 0)


def _enter(market: MarketState, source: Source, counts: IntArray) -> None:
    people = persons(market.streams, market.parameters, source, counts, market.month)
    market.workforce.enter(people, source, WorkerState.PERMANENT)
