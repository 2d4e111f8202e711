"""The agency market: assignments end, outsiders arrive, and agency staff follow the bids."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import Purpose
from sim.domain.vocabulary import Source, WorkerState
from sim.market.luck import chosen, gumbel, persons, rationed
from sim.market.state import MarketState
from sim.rules import agency_work
from sim.rules.pay_bands import bands_of


def assignments_end(market: MarketState) -> None:
    """Some assignments run out; those for which there is no longer any work end at once."""
    workforce = market.workforce
    placed = workforce.ids(WorkerState.PLACED)
    chance = market.parameters.assignment_ends_per_month
    workforce.end_assignment(chosen(market, Purpose.ASSIGNMENT_ENDS, placed, chance))
    placed = workforce.ids(WorkerState.PLACED)
    employers = workforce.of("employer", placed).astype(np.int64)
    kept = rationed(market, placed, employers, market.agency_places())
    workforce.end_assignment(placed[~kept])


def agency_staff_choose_assignments(market: MarketState) -> None:
    """Outsiders join the bench; those who look choose by gap and pay, and gaps are rationed."""
    _outsiders_arrive(market)
    workforce, parameters = market.workforce, market.parameters
    bench = workforce.ids(WorkerState.BENCH)
    waiting = workforce.of("free_from_month", bench) > market.month
    if market.rules.turns_away_waiting.all():
        bench = bench[~waiting]
    searching = chosen(
        market, Purpose.SEARCH, bench, agency_work.search_chance(parameters, market.rules)
    )
    gap = np.maximum(market.wanted_places() - workforce.placed, 0)
    if searching.size and gap.any():
        appeal = agency_work.assignment_appeal(
            gap.astype(float)[:, None], market.prices, parameters.assignment_pay_elasticity
        )
        bands = bands_of(workforce.experience_months(searching))
        score = appeal.T[bands] + gumbel(market, Purpose.ASSIGNMENT_CHOICE, searching)
        waiting = workforce.of("free_from_month", searching) > market.month
        score[np.ix_(waiting, market.rules.turns_away_waiting)] = -np.inf
        wanted = score.argmax(axis=1)
        possible = np.isfinite(score[np.arange(searching.size), wanted])
        searching, wanted = searching[possible], wanted[possible]
        accepted = rationed(market, searching, wanted, gap)
        workforce.begin_assignment(searching[accepted], wanted[accepted])
    market.count_unfilled()


def _outsiders_arrive(market: MarketState) -> None:
    parameters = market.parameters
    premium = market.premium if market.links.pay_draws_to_agency else market.opening_premium
    expected = agency_work.outsiders_this_month(
        float(market.posts.sum()), premium, market.drawn_beyond_london(), parameters
    )
    arriving = market.streams.poisson(
        Purpose.OUTSIDERS, market.month, market.slots[:1], np.array([expected])
    )
    people = persons(market.streams, parameters, Source.AGENCY_OUTSIDER, arriving, market.month)
    market.workforce.enter(people, Source.AGENCY_OUTSIDER, WorkerState.BENCH)
