"""How boroughs bid against each other for agency staff."""

from __future__ import annotations

import numpy as np

from sim.market.state import MarketState
from sim.rules import bidding


def boroughs_bid_for_agency_staff(market: MarketState) -> None:
    """Each borough looks at how short it is and decides what it would pay.

    Unfilled posts are those left at the end of last month: assignments that ended since are
    about to be filled again and are not yet a shortage.
    """
    wanted = bidding.wanted_charge_rate(
        market.charge_rates,
        market.mean_charge_rate(),
        market.unfilled_share,
        market.vacancies() / np.maximum(market.posts, 1),
        market.parameters,
        market.terms,
        market.links,
    )
    market.wanted = bidding.bid(wanted, market.rules.lowest_lawful_charge, market.bid_ceiling)


def pledge_members_comply_or_defect(market: MarketState) -> None:
    """Members pay no more than the cap, or break it; the others pay what they want."""
    market.pledge.settle()
