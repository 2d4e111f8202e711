"""How permanent staff leave: the sector, for agency work, or for another borough."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import IntArray, Purpose
from sim.domain.vocabulary import Event, Source, WorkerState
from sim.market.luck import chosen, gumbel, persons, rationed
from sim.market.state import MarketState
from sim.rules import agency_work, choice, leaving, recruitment
from sim.rules.hazards import monthly_chance


def permanent_staff_leave(market: MarketState) -> None:
    """Permanent staff leave the sector, faster where strain is high; so do agency staff."""
    parameters, workforce = market.parameters, market.workforce
    permanent = workforce.ids(WorkerState.PERMANENT)
    year, multiplier = market.common_leaving, market.leaving_multiplier
    chance = leaving.sector_exit_chance(parameters, market.rules, year, multiplier)
    chance = chance[workforce.of("employer", permanent)]
    workforce.leave_sector(chosen(market, Purpose.LEAVE_SECTOR, permanent, chance))
    placed = workforce.ids(WorkerState.PLACED)
    beyond, held = market.drawn_beyond_london(), market.pay_holds_agency_staff()
    chance = leaving.agency_exit_chance(parameters, market.rules, beyond, held)
    workforce.leave_sector(chosen(market, Purpose.AGENCY_LEAVE_SECTOR, placed, chance))
    bench = workforce.ids(WorkerState.BENCH)
    leak = leaving.bench_leak_chance(parameters, market.rules, beyond, held)
    workforce.leave_sector(chosen(market, Purpose.BENCH_LEAK, bench, leak))


def staff_reconsider_their_route(market: MarketState) -> None:
    """Experienced permanent staff may go to agency work; placed agency staff may come back."""
    workforce = market.workforce
    bound = monthly_chance(market.route.reconsider_per_year)
    permanent = workforce.ids(WorkerState.PERMANENT)
    thinking = chosen(market, Purpose.RECONSIDER, permanent, bound)
    needed = MONTHS_PER_YEAR * market.rules.agency_experience_years
    thinking = thinking[workforce.experience_months(thinking) >= needed]
    going = _those_who_switch(market, thinking, towards_agency=True)
    placed = workforce.ids(WorkerState.PLACED)
    returning = _those_who_switch(
        market, chosen(market, Purpose.RECONSIDER, placed, bound), towards_agency=False
    )
    workforce.go_to_agency(going, market.rules.cooling_off_months)
    _replace_leavers(market)
    employers = workforce.of("employer", returning).astype(np.int64)
    workforce.take_permanent_post(
        returning[rationed(market, returning, employers, market.open_vacancies())]
    )


def _those_who_switch(market: MarketState, ids: IntArray, *, towards_agency: bool) -> IntArray:
    """Return those who switch, among workers whose draw passed the bound for certain choice.

    The same draw decides: it falls below the chance of reconsidering *and* choosing.
    """
    pull, rules = market.agency_pull(ids), market.rules
    if towards_agency and rules.cooling_off_months:
        closed = choice.closed_share(market.posts, rules.turns_away_waiting)
        foresight = market.parameters.foresight_years
        pull = pull + choice.cooling_off_loss(rules.cooling_off_months, foresight, closed)
    chance = choice.agency_chance(pull, market.parameters.pay_sensitivity, market.route.attachment)
    towards = chance if towards_agency else 1.0 - chance
    hazard = market.route.reconsider_per_year * towards
    return chosen(market, Purpose.RECONSIDER, ids, monthly_chance(hazard))


def staff_move_between_boroughs(market: MarketState) -> None:
    """Permanent staff move to vacancies elsewhere, away from strain; nobody is lost on the way."""
    workforce = market.workforce
    permanent = workforce.ids(WorkerState.PERMANENT)
    parameters, rules = market.parameters, market.rules
    chance = leaving.borough_move_chance(parameters, rules, market.leaving_multiplier)
    chance = chance[workforce.of("employer", permanent)]
    movers = chosen(market, Purpose.MOVE, permanent, chance)
    if movers.size == 0:
        return
    vacancies = market.open_vacancies()
    elasticity = parameters.hiring_pay_elasticity
    drawn = market.strain_appeal * market.ofsted.pull()
    drawn = drawn * recruitment.drawn_by_pay(market.pay.offer_pay_ratio, elasticity)
    appeal = agency_work.assignment_appeal(vacancies.astype(float), drawn, 1.0)
    homes = workforce.of("employer", movers).astype(np.int64)
    score = appeal[None, :] + gumbel(market, Purpose.MOVE_CHOICE, movers)
    score[np.arange(movers.size), homes] = -np.inf
    wanted = score.argmax(axis=1)
    possible = np.isfinite(score[np.arange(movers.size), wanted])
    movers, wanted = movers[possible], wanted[possible]
    accepted = rationed(market, movers, wanted, vacancies)
    workforce.move_borough(movers[accepted], wanted[accepted])


def _replace_leavers(market: MarketState) -> None:
    """With the link cut, leaving opens no vacancy: somebody experienced takes over at once."""
    if market.links.leaving_opens_vacancies:
        return
    flows = market.workforce.flows
    lost = flows[Event.LEFT_SECTOR] + flows[Event.WENT_TO_AGENCY]
    people = persons(market.streams, market.parameters, Source.REPLACEMENT, lost, market.month)
    market.workforce.enter(people, Source.REPLACEMENT, WorkerState.PERMANENT)
