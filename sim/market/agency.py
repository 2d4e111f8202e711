"""The agency market: assignments end, outsiders arrive, and agency staff follow the bids."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import Purpose
from sim.domain.vocabulary import Source, WorkerState
from sim.market import loops
from sim.market.luck import persons
from sim.market.state import MarketState
from sim.rules import agency_work


def assignments_end(market: MarketState) -> None:
    """Some assignments run out; those for which there is no longer any work end at once."""
    workforce, people = market.workforce, market.people
    over, going_on = loops.ended(people, market.parameters.assignment_ends_per_month)
    workforce.end_assignment(over)
    employers = workforce.of("employer", going_on).astype(np.int64)
    kept = loops.rationed(people, going_on, employers, market.agency_places())
    workforce.end_assignment(going_on[~kept])


def agency_staff_choose_assignments(market: MarketState) -> None:
    """Outsiders join the bench; those who look choose by gap and pay, and gaps are rationed."""
    _outsiders_arrive(market)
    workforce, parameters = market.workforce, market.parameters
    gap = np.maximum(market.wanted_places() - workforce.placed, 0)
    appeal = agency_work.assignment_appeal(
        gap.astype(float)[:, None], market.prices, parameters.assignment_pay_elasticity
    )
    chance = agency_work.search_chance(parameters, market.rules)
    people, turns_away = market.people, market.rules.turns_away_waiting
    searching, wanted = loops.searchers(
        people, float(chance), np.ascontiguousarray(appeal.T), turns_away, market.slots
    )
    accepted = loops.rationed(people, searching, wanted, gap)
    workforce.begin_assignment(searching[accepted], wanted[accepted])
    market.count_unfilled()


def _outsiders_arrive(market: MarketState) -> None:
    parameters = market.parameters
    premium = market.premium if market.links.pay_draws_to_agency else market.opening_premium
    expected = agency_work.outsiders_this_month(
        float(market.posts.sum()), premium, market.drawn_beyond_london(), parameters
    )
    arriving = market.count_for(Purpose.OUTSIDERS, market.month, np.array([float(expected)]))
    people = persons(market.streams, parameters, Source.AGENCY_OUTSIDER, arriving, market.month)
    market.workforce.enter(people, Source.AGENCY_OUTSIDER, WorkerState.BENCH)
