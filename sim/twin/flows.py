"""Who leaves, moves, is hired and is placed, for many Londons at once."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.rules import agency_work, conditions, leaving, recruitment
from sim.twin import people
from sim.twin.state import TINY, TwinState

ROUNDING_UP = 0.5
"""What rounding up adds on average to a number of posts."""


def permanent_staff_leave(twin: TwinState) -> None:
    """A month of experience passes; permanent and agency staff leave the sector."""
    p = twin.parameters
    people.grow_older(twin.stages)
    years = people.STAGE_STARTS_YEARS[people.VETERANS] - people.STAGE_STARTS_YEARS[people.SEASONED]
    twin.seasoned = twin.seasoned * (1.0 - 1.0 / (years * MONTHS_PER_YEAR))
    year, multiplier = twin.common_leaving, twin.leaving_multiplier
    chance = leaving.sector_exit_chance(p, twin.rules, year, multiplier)
    left = twin.happens(twin.permanent, chance)
    twin.lose("left_sector", left)
    replace_leavers(twin, left)
    beyond, held = twin.drawn_beyond_london(), twin.pay_holds_agency_staff()
    gone = twin.happens(twin.placed, leaving.agency_exit_chance(p, twin.rules, beyond, held))
    twin.placed = twin.placed - gone
    leaks = leaving.bench_leak_chance(p, twin.rules, beyond, held)
    leak = twin.happens(twin.bench, np.asarray(leaks))
    stays = 1.0 - leak / np.maximum(twin.bench, TINY)
    twin.bench = twin.bench - leak
    twin.waiting = [group * stays for group in twin.waiting]


def replace_leavers(twin: TwinState, lost: FloatArray) -> None:
    """With the link cut, leaving opens no vacancy: somebody experienced takes over at once."""
    if not twin.links.leaving_opens_vacancies:
        twin.gain("entered", lost, people.opening_shares(twin.plan.parameters))


def staff_move_between_boroughs(twin: TwinState) -> None:
    """Permanent staff move to vacancies elsewhere, away from strain; nobody is lost."""
    p = twin.parameters
    chance = leaving.borough_move_chance(p, twin.rules, twin.leaving_multiplier)
    movers = twin.happens(twin.permanent, chance)
    open_posts = twin.open_vacancies()
    drawn = _drawn(twin) / conditions.strain_multiplier(p.strain_to_leaving, twin.strain)
    weights = open_posts * drawn
    elsewhere = np.maximum(weights.sum(axis=1, keepdims=True) - weights, TINY)
    per_weight = movers / elsewhere
    wanted = weights * (per_weight.sum(axis=1, keepdims=True) - per_weight)
    got = np.minimum(wanted, open_posts)
    accepted = weights * got / np.maximum(wanted, TINY)
    going = per_weight * (accepted.sum(axis=1, keepdims=True) - accepted)
    by_stage = twin.stages.sum(axis=-1, keepdims=True)
    shares = by_stage / np.maximum(by_stage.sum(axis=0), TINY)
    twin.lose("moved_away", np.minimum(going, twin.permanent))
    twin.gain("moved_in", got, shares)


# Permanent hiring


def boroughs_hire_permanent_staff(twin: TwinState) -> None:
    """Boroughs take on who accepted an offer, make new ones, and take the newly qualified."""
    if twin.offers:
        _enter(twin, np.minimum(twin.offers.pop(0), twin.vacancies()))
        waits = True
    else:
        waits = False
    room = hiring_room(twin)
    expected = expected_offers(twin)
    accepted = np.minimum(twin.counted(expected.accepted), room)
    twin.hires_won_per_year = recruitment.hires_won_per_year(accepted, expected)
    if waits:
        twin.offers.append(accepted)
    else:
        _enter(twin, accepted)
    looking = twin.counted(_newly_qualified_looking(twin))
    first = people.column([float(stage == people.LEARNERS) for stage in range(people.STAGES)])
    most = np.minimum(room - accepted, _supervision_places(twin))
    _welcome(twin, np.minimum(looking, np.maximum(most, 0.0)), first)


def hiring_room(twin: TwinState) -> FloatArray:
    """Return how many posts each employer can fill in a month."""
    still_open = twin.open_vacancies()
    most = twin.parameters.monthly_hiring_limit * still_open + ROUNDING_UP
    return np.asarray(np.minimum(most, still_open))


def expected_offers(twin: TwinState) -> recruitment.ExpectedOffers:
    """Return a month's expected offers to outside applicants."""
    staff = np.maximum(twin.permanent + twin.placed, TINY)
    place = recruitment.Workplace(
        posts=twin.posts,
        vacancy_share=twin.vacancy_share,
        agency_share=twin.placed / staff,
        strain=twin.strain - twin.strain_centre,
        drawn=_drawn(twin),
        year=twin.common_hiring,
    )
    hiring = recruitment.hiring_of(twin.parameters, twin.terms, twin.links)
    return recruitment.expected_offers(place, hiring, twin.rules.hiring_multiplier)


def _newly_qualified_looking(twin: TwinState) -> FloatArray:
    season, year, rules = twin.season(), twin.common_hiring, twin.rules
    mean = recruitment.newly_qualified_looking(twin.posts, year, season, twin.parameters, rules)
    return np.asarray(mean)


def _drawn(twin: TwinState) -> FloatArray:
    """Return how many times as many applicants and movers judgement and better pay draw."""
    elasticity = twin.parameters.hiring_pay_elasticity
    return twin.inspectorate.pull() * recruitment.drawn_by_pay(twin.offer_pay_ratio, elasticity)


def _supervision_places(twin: TwinState) -> FloatArray:
    able = twin.stages[people.FIRST_SUPERVISORS :].sum(axis=0)
    each = twin.parameters.newly_qualified_per_supervisor * twin.rules.supervision_multiplier
    return np.maximum(each * able - ROUNDING_UP - twin.stages[people.LEARNERS], 0.0)


def _enter(twin: TwinState, number: FloatArray) -> None:
    _welcome(twin, number, people.experienced_shares(twin.plan.parameters))


def _welcome(twin: TwinState, number: FloatArray, shares: FloatArray) -> None:
    """Take in permanent staff from outside, with the ordinary tastes."""
    total = number.sum(axis=1)
    before = twin.permanent.sum(axis=1)
    ordinary = people.types(twin.parameters, twin.draws)
    twin.permanent_types = people.mixed(twin.permanent_types, before, ordinary, total)
    twin.gain("entered", number, shares)


# The agency market


def assignments_end(twin: TwinState) -> None:
    """Some assignments run out; those for which there is no work end at once."""
    ended = twin.happens(twin.placed, twin.parameters.assignment_ends_per_month)
    left = twin.placed - ended
    kept = np.minimum(left, twin.agency_places())
    twin.bench = twin.bench + (twin.placed - kept).sum(axis=1, keepdims=True)
    twin.placed = kept


def agency_staff_choose_assignments(twin: TwinState) -> None:
    """Outsiders join the bench; who looks chooses by gap and pay, and gaps are rationed."""
    _outsiders_arrive(twin)
    gap = np.maximum(twin.wanted_places() - twin.placed, 0.0)
    cooling = sum(twin.waiting, np.zeros_like(twin.bench))
    search = agency_work.search_chance(twin.parameters, twin.rules)
    looking = search * np.maximum(twin.bench - cooling, 0.0)
    weights = gap * twin.charge_rates**twin.parameters.assignment_pay_elasticity
    wanted = looking * weights / np.maximum(weights.sum(axis=1, keepdims=True), TINY)
    open_to_all = ~twin.rules.turns_away_waiting
    if twin.waiting and open_to_all.any():
        only = weights * open_to_all
        asked = search * cooling
        wanted = wanted + asked * only / np.maximum(only.sum(axis=1, keepdims=True), TINY)
    got = np.minimum(twin.counted(wanted), gap)
    total = got.sum(axis=1, keepdims=True)
    got = got * np.minimum(1.0, twin.bench / np.maximum(total, TINY))
    twin.placed = twin.placed + got
    twin.bench = np.maximum(twin.bench - got.sum(axis=1, keepdims=True), 0.0)
    if twin.waiting:
        twin.waiting.pop(0)
    twin.count_unfilled()


def _outsiders_arrive(twin: TwinState) -> None:
    p = twin.parameters
    holds = twin.links.pay_draws_to_agency
    premium = twin.premium(twin.log_premium if holds else twin.opening_log_premium)
    posts = twin.posts.sum(axis=1, keepdims=True)
    arriving = twin.counted(
        agency_work.outsiders_this_month(posts, premium, twin.drawn_beyond_london(), p)
    )
    agency = twin.agency()
    keen = people.types(p, twin.draws, people.KEEN_WEIGHTS)
    twin.agency_types = people.mixed(twin.agency_types, agency[:, 0], keen, arriving[:, 0])
    young = people.seasoned_share(twin.plan.parameters)
    twin.seasoned = (twin.seasoned * agency + young * arriving) / (agency + arriving + TINY)
    twin.bench = twin.bench + arriving
