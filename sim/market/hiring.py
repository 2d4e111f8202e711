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
    """Boroughs fill vacancies with experienced applicants, then with newly qualified staff."""
    vacancies = market.vacancies()
    room = np.minimum(
        np.ceil(market.parameters.monthly_hiring_limit * vacancies).astype(np.int64), vacancies
    )
    applicants = market.streams.poisson(
        Purpose.OUTSIDE_HIRES, market.month, market.slots, _outside_mean(market)
    )
    hired = np.minimum(applicants, room)
    _enter(market, Source.OUTSIDE_HIRE, hired)
    supervised = _supervision_places(market)
    looking = market.streams.poisson(
        Purpose.NEWLY_QUALIFIED, market.month, market.slots, _newly_qualified_mean(market)
    )
    _enter(
        market, Source.NEWLY_QUALIFIED, np.minimum(looking, np.minimum(room - hired, supervised))
    )


def _outside_mean(market: MarketState) -> np.ndarray:
    parameters = market.parameters
    elasticity, reputation = hiring_constants(market.structure.hiring, parameters)
    repels = reputation if market.links.agency_share_repels_applicants else 0.0
    workforce = market.workforce
    staff = workforce.permanent + workforce.placed
    yearly = behaviour.outside_hires_per_year(
        market.posts.astype(float),
        market.vacancies() / np.maximum(market.posts, 1),
        workforce.placed / np.maximum(staff, 1),
        market.strain - market.strain_centre,
        parameters.outside_hires_per_post,
        elasticity,
        parameters.strain_to_hiring * parameters.strain_to_leaving,
        repels,
    )
    return yearly * market.rules.hiring_multiplier / MONTHS_PER_YEAR


def _newly_qualified_mean(market: MarketState) -> np.ndarray:
    season = behaviour.NEWLY_QUALIFIED_BY_CALENDAR_MONTH[market.rules.today.month - 1]
    yearly = market.parameters.newly_qualified_per_post * market.posts
    return yearly * season * market.rules.newly_qualified_multiplier


def _supervision_places(market: MarketState) -> IntArray:
    workforce = market.workforce
    permanent = workforce.ids(WorkerState.PERMANENT)
    experience = workforce.experience_months(permanent)
    employers = workforce.of("employer", permanent)
    count = len(market.employers)
    learners = np.bincount(employers[experience < NEWLY_QUALIFIED_MONTHS], minlength=count)
    able = np.bincount(employers[experience >= SUPERVISOR_EXPERIENCE_MONTHS], minlength=count)
    limit = np.floor(market.parameters.newly_qualified_per_supervisor * able).astype(np.int64)
    return np.maximum(limit - learners, 0)


def _enter(market: MarketState, source: Source, counts: IntArray) -> None:
    people = persons(market.streams, market.parameters, source, counts, market.month)
    market.workforce.enter(people, source, WorkerState.PERMANENT)
