"""How boroughs bid against each other for agency staff."""

from __future__ import annotations

import numpy as np

from sim.domain.vocabulary import BidTrigger
from sim.market.state import MarketState
from sim.rules import behaviour


def boroughs_bid_for_agency_staff(market: MarketState) -> None:
    """Each borough looks at how short it is and decides what it would pay.

    Unfilled posts are those left at the end of last month: assignments that ended since are
    about to be filled again and are not yet a shortage.
    """
    parameters = market.parameters
    watches_vacancies = market.structure.bid_trigger is BidTrigger.VACANCIES
    posts = np.maximum(market.posts, 1)
    short_by = behaviour.shortage(
        market.unfilled / posts,
        market.vacancies() / posts,
        parameters.unfilled_target,
        parameters.vacancy_target,
        parameters.vacancy_weight if watches_vacancies else 0.0,
    )
    wanted = behaviour.desired_charge_rate(
        market.charge_rates(),
        market.mean_charge_rate(),
        short_by,
        parameters.bid_speed if market.links.unfilled_raises_bids else 0.0,
        parameters.falling_bid_ratio,
        parameters.leapfrog_speed if market.links.rivals_are_leapfrogged else 0.0,
        parameters.leapfrog_margin,
    )
    for borough in market.boroughs:
        borough.bid(float(wanted[borough.index]))


def pledge_members_comply_or_defect(market: MarketState) -> None:
    """Members pay no more than the cap, or break it; the others pay what they want."""
    market.pledge.settle(market.boroughs)
