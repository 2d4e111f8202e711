"""Posts, cases, leadership and the strain they put on staff."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray, Purpose
from sim.market.state import MarketState
from sim.rules import conditions, establishment


def caseloads_change(market: MarketState) -> None:
    """Posts and cases grow, leadership drifts, and strain follows."""
    parameters, census, month = market.parameters, market.census, market.month
    growth = parameters.posts_growth_per_year
    posts = establishment.grown(census.posts.astype(float), growth, month)
    market.posts = np.rint(posts).astype(np.int64)
    arising = establishment.grown(census.cases, parameters.cases_growth_per_year, month)
    market.cases = arising * (1.0 - market.rules.prevented)
    market.cases_paid_for = arising * market.rules.prevention_paid
    _work_above_the_establishment(market)
    if month > 0:
        noise = market.streams.normal(Purpose.LEADERSHIP, month, market.slots)
        target, reversion = market.ofsted.leadership_course()
        market.leadership = conditions.leadership_step(
            market.leadership,
            noise,
            parameters.leadership_spread,
            reversion,
            target,
            parameters.lasting_conditions_share,
        )
    feel_the_strain(market)


def _work_above_the_establishment(market: MarketState) -> None:
    """Work out the agency staff each employer wants above its establishment."""
    parameters, census = market.parameters, market.census
    share = establishment.extra_share(
        census.extra / np.maximum(census.posts, 1),
        parameters.extra_agency_share,
        parameters.extra_fade_per_year,
        market.month,
    )
    share = share + market.ofsted.surge_share()
    held_down = market.standing.is_member & market.cap_binds
    teams = establishment.project_teams(
        market.rules.project_teams_share, market.unfilled, held_down
    )
    market.project_teams = np.rint(teams).astype(np.int64)
    market.extra_wanted = np.rint(share * market.posts).astype(np.int64) + market.project_teams


def feel_the_strain(market: MarketState) -> None:
    """Work out caseload and strain, and what strain does to leaving this month."""
    parameters, rules, holders = market.parameters, market.rules, market.census.case_holder_share
    staff = (market.permanent + market.placed).astype(float)
    market.caseload = conditions.per_case_holder(market.cases, staff, holders)
    left = conditions.relieved_cases(
        market.cases, market.caseload, rules.caseload_bar, rules.offer_relief
    )
    market.cases_relieved = market.cases - left
    offer = rules.offer_leadership + market.budget_offer() - market.ofsted.shock()
    ordinary = conditions.ordinary_caseload(
        market.reference_caseload,
        parameters.cases_growth_per_year,
        parameters.posts_growth_per_year,
        parameters.caseload_habituation,
        market.month,
    )
    felt = conditions.per_case_holder(left, _effective_staff(market), holders)
    market.strain = conditions.strain(felt, ordinary, market.leadership + offer)
    acts = market.strain if market.links.strain_drives_leaving else market.opening_strain
    multiplier = conditions.strain_multiplier(parameters.strain_to_leaving, acts)
    market.leaving_multiplier = multiplier / market.multiplier_centre


def _effective_staff(market: MarketState) -> FloatArray:
    worth = market.parameters.agency_effectiveness
    return conditions.effective_staff(market.permanent, market.placed, worth)


def centre_strain(market: MarketState) -> None:
    """Fix the reference at the start so that strain neither raises nor lowers mean leaving.

    Without this, setting the sensitivity to zero would also change how many leave.
    """
    weights = market.permanent / max(int(market.permanent.sum()), 1)
    holders = market.census.case_holder_share
    caseload = conditions.per_case_holder(market.cases, _effective_staff(market), holders)
    market.reference_caseload = float((caseload * weights).sum()) or 1.0
    felt = market.leadership - market.ofsted.shock()
    market.opening_strain = conditions.strain(caseload, market.reference_caseload, felt)
    sensitivity = market.parameters.strain_to_leaving
    multiplier = conditions.strain_multiplier(sensitivity, market.opening_strain)
    market.multiplier_centre = float((multiplier * weights).sum()) or 1.0
    market.strain_centre = float((market.opening_strain * weights).sum())
