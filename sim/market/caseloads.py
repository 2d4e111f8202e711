"""Posts, cases, leadership and the strain they put on staff."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray, Purpose
from sim.market.state import MarketState
from sim.market.workforce import IntArray
from sim.rules import behaviour

FEWEST_STAFF = 0.5


def caseloads_change(market: MarketState) -> None:
    """Posts and cases grow, leadership drifts, and strain follows."""
    parameters, month = market.parameters, market.month
    census = market.census
    growth = parameters.posts_growth_per_year
    posts = behaviour.grown(census.posts.astype(float), growth, month)
    market.posts = np.rint(posts).astype(np.int64)
    arising = behaviour.grown(census.cases, parameters.cases_growth_per_year, month)
    market.cases = arising * (1.0 - market.rules.prevented)
    market.cases_paid_for = arising * market.rules.prevention_paid
    share = behaviour.extra_share(
        census.extra / np.maximum(census.posts, 1),
        parameters.extra_agency_share,
        parameters.extra_fade_per_year,
        month,
    )
    share = share + market.ofsted.surge_share()
    market.project_teams = _project_teams(market)
    market.extra_wanted = np.rint(share * market.posts).astype(np.int64) + market.project_teams
    if month > 0:
        noise = market.streams.normal(Purpose.LEADERSHIP, month, market.slots)
        target, reversion = market.ofsted.leadership_course()
        market.leadership = behaviour.leadership_step(
            market.leadership,
            noise,
            parameters.leadership_spread,
            reversion,
            target,
            parameters.lasting_conditions_share,
        )
    feel_the_strain(market)


def _project_teams(market: MarketState) -> IntArray:
    """Return the staff in project teams that members buy around a cap that holds them down."""
    share = market.levers.cap.project_teams_share
    held_down = np.array([b.is_member and b.cap_binds for b in market.boroughs])
    return np.rint(share * market.unfilled * held_down).astype(np.int64)


def feel_the_strain(market: MarketState) -> None:
    """Work out caseload and strain, and what strain does to leaving this month."""
    workforce, parameters, rules = market.workforce, market.parameters, market.rules
    staff = workforce.permanent + workforce.placed
    effective = workforce.permanent + parameters.agency_effectiveness * workforce.placed
    market.caseload = _per_holder(market, market.cases, staff.astype(float))
    left = behaviour.relieved_cases(
        market.cases, market.caseload, rules.caseload_bar, rules.offer_relief
    )
    market.cases_relieved = market.cases - left
    offer = rules.offer_leadership + market.budget_offer() - market.ofsted.shock()
    ordinary = behaviour.ordinary_caseload(
        market.reference_caseload,
        parameters.cases_growth_per_year,
        parameters.posts_growth_per_year,
        parameters.caseload_habituation,
        market.month,
    )
    market.strain = behaviour.strain(
        _per_holder(market, left, effective), ordinary, market.leadership + offer
    )
    acts = market.strain if market.links.strain_drives_leaving else market.opening_strain
    multiplier = behaviour.strain_multiplier(parameters.strain_to_leaving, acts)
    market.leaving_multiplier = multiplier / market.multiplier_centre


def _per_holder(market: MarketState, cases: FloatArray, staff: FloatArray) -> FloatArray:
    holders = market.census.case_holder_share * np.maximum(staff, FEWEST_STAFF)
    return np.maximum(cases, FEWEST_STAFF) / holders


def centre_strain(market: MarketState) -> None:
    """Fix the reference at the start so that strain neither raises nor lowers mean leaving.

    Without this, setting the sensitivity to zero would also change how many leave.
    """
    workforce, parameters = market.workforce, market.parameters
    effective = workforce.permanent + parameters.agency_effectiveness * workforce.placed
    weights = workforce.permanent / max(int(workforce.permanent.sum()), 1)
    caseload = _per_holder(market, market.cases, effective)
    market.reference_caseload = float((caseload * weights).sum()) or 1.0
    felt = market.leadership - market.ofsted.shock()
    market.opening_strain = behaviour.strain(caseload, market.reference_caseload, felt)
    multiplier = behaviour.strain_multiplier(parameters.strain_to_leaving, market.opening_strain)
    market.multiplier_centre = float((multiplier * weights).sum()) or 1.0
    market.strain_centre = float((market.opening_strain * weights).sum())
