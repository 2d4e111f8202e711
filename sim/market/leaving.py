"""How permanent staff leave: the sector, for agency work, or for another borough."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import BoolArray, IntArray
from sim.domain.vocabulary import Event, Source, WorkerState
from sim.market import loops
from sim.market.luck import persons
from sim.market.state import MarketState
from sim.rules import agency_work, leaving, recruitment


def permanent_staff_leave(market: MarketState) -> None:
    """Permanent staff leave the sector, faster where strain is high; so do agency staff."""
    parameters, rules = market.parameters, market.rules
    year, multiplier = market.common_leaving, market.leaving_multiplier
    beyond, held = market.drawn_beyond_london(), market.pay_holds_agency_staff()
    permanent = leaving.sector_exit_chance(parameters, rules, year, multiplier)
    placed = leaving.agency_exit_chance(parameters, rules, beyond, held)
    bench = leaving.bench_leak_chance(parameters, rules, beyond, held)
    going = loops.leavers(market.people, permanent, float(placed), float(bench))
    market.workforce.leave_sector(going)


def staff_reconsider_their_route(market: MarketState) -> None:
    """Experienced permanent staff may go to agency work; placed agency staff may come back."""
    workforce = market.workforce
    going, returning = loops.switchers(market.people, market.routes())
    workforce.go_to_agency(going, market.rules.cooling_off_months)
    _replace_leavers(market)
    taken = _given_places(market, returning, workforce.of("employer", returning))
    workforce.take_permanent_post(returning[taken])


def _given_places(market: MarketState, ids: IntArray, employers: IntArray) -> BoolArray:
    """Return which of some workers get one of the vacancies that nobody has been promised."""
    vacancies = market.open_vacancies()
    return loops.rationed(market.people, ids, employers.astype(np.int64, copy=False), vacancies)


def staff_move_between_boroughs(market: MarketState) -> None:
    """Permanent staff move to vacancies elsewhere, away from strain; nobody is lost on the way."""
    parameters = market.parameters
    chances = leaving.borough_move_chance(parameters, market.rules, market.leaving_multiplier)
    elasticity = parameters.hiring_pay_elasticity
    drawn = market.strain_appeal * market.ofsted.pull()
    drawn = drawn * recruitment.drawn_by_pay(market.pay.offer_pay_ratio, elasticity)
    vacancies = market.open_vacancies().astype(float)
    appeal = agency_work.assignment_appeal(vacancies, drawn, 1.0)
    movers, wanted = loops.movers(market.people, chances, appeal, market.slots)
    taken = _given_places(market, movers, wanted)
    market.workforce.move_borough(movers[taken], wanted[taken])


def _replace_leavers(market: MarketState) -> None:
    """With the link cut, leaving opens no vacancy: somebody experienced takes over at once."""
    if market.links.leaving_opens_vacancies:
        return
    flows = market.workforce.flows
    lost = flows[Event.LEFT_SECTOR] + flows[Event.WENT_TO_AGENCY]
    people = persons(market.streams, market.parameters, Source.REPLACEMENT, lost, market.month)
    market.workforce.enter(people, Source.REPLACEMENT, WorkerState.PERMANENT)
