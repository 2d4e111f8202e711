"""Posts, cases, leadership and the strain they put on staff."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray, Purpose
from sim.london.state import London
from sim.rules import conditions, establishment
from sim.rules.hazards import Amount


def posts_change(london: London) -> None:
    """Boroughs add the posts that their budgets allow."""
    growth = establishment.posts_growth_on(london.today, london.parameters)
    planned = establishment.posts_a_month_on(london.planned_posts, growth, london.brake)
    london.planned_posts = london.by_employer(planned)


def caseloads_change(london: London) -> None:
    """Posts are what was planned, cases grow, leadership drifts, and strain follows."""
    parameters, census = london.parameters, london.census
    since = london.month - london.counted_in
    planned = london.whole(london.planned_posts)
    london.posts = establishment.posts_kept(planned, london.permanent)
    arising = establishment.grown(census.cases, parameters.cases_growth_per_year, since)
    london.cases = london.by_employer(arising * (1.0 - london.rules.prevented))
    london.cases_paid_for = arising * london.rules.prevention_paid
    _work_above_the_establishment(london, since)
    if london.month > 0:
        target, reversion = london.inspectorate.leadership_course()
        london.leadership = conditions.leadership_step(
            london.leadership,
            london.normal_for(Purpose.LEADERSHIP, london.month),
            parameters.leadership_spread,
            reversion,
            target,
            parameters.lasting_conditions_share,
        )
        london.leaving_condition = conditions.leaving_condition_step(
            london.leaving_condition,
            london.normal_for(Purpose.LEAVING_CONDITION, london.month),
            parameters.leaving_conditions_spread,
            parameters.leadership_reversion_per_year,
            london.lasting_leaving,
            parameters.lasting_conditions_share,
        )
    feel_the_strain(london)


def conditions_apart_open(london: London) -> None:
    """Give each borough what makes its staff leave apart from caseload and leadership."""
    parameters = london.parameters
    luck = london.normal_for(Purpose.LEAVING_CONDITION, 0)
    london.leaving_condition = np.asarray(parameters.leaving_conditions_spread * luck)
    london.lasting_leaving = parameters.lasting_conditions_share * london.leaving_condition


def _work_above_the_establishment(london: London, since: int) -> None:
    """Work out the agency staff each employer wants above its establishment."""
    parameters, census = london.parameters, london.census
    share = establishment.extra_share(
        census.extra / np.maximum(census.posts, 1),
        parameters.extra_agency_share,
        parameters.extra_fade_per_year,
        since,
    )
    share = share + london.inspectorate.surge_share()
    held_down = london.is_member & london.cap_binds
    teams = london.rules.project_teams_share
    london.project_teams = london.whole(
        establishment.project_teams(teams, london.unfilled - london.uncovered_by_choice, held_down)
    )
    london.extra_wanted = london.whole(share * london.posts) + london.project_teams


def feel_the_strain(london: London) -> None:
    """Work out caseload and strain, and what strain does to leaving this month."""
    parameters, rules = london.parameters, london.rules
    offer = rules.offer_leadership + london.budget_offer() - london.inspectorate.shock()
    ordinary = conditions.ordinary_caseload(
        london.reference_caseload,
        parameters.cases_growth_per_year,
        establishment.planned_growth(london.opened_on, london.month, parameters),
        parameters.caseload_habituation,
        london.month,
    )
    work = conditions.Work(
        cases=london.cases,
        permanent=london.permanent,
        placed=london.placed,
        holders=london.census.case_holder_share,
        bar=rules.caseload_bar,
        relief=rules.offer_relief,
        effectiveness=parameters.agency_effectiveness,
        ordinary=ordinary,
        leadership=london.leadership + offer,
    )
    london.caseload, london.cases_relieved, london.strain = london.felt_by_employer(work)
    acts = london.strain if london.links.strain_drives_leaving else london.opening_strain
    multiplier = conditions.strain_multiplier(parameters.strain_to_leaving, acts)
    own = np.exp(london.leaving_condition)
    london.leaving_multiplier = multiplier * own / london.multiplier_centre


def _effective_staff(london: London) -> FloatArray:
    worth = london.parameters.agency_effectiveness
    return conditions.effective_staff(london.permanent, london.placed, worth)


def centre_strain(london: London) -> None:
    """Fix the reference at the start so that strain neither raises nor lowers mean leaving.

    Without this, setting the sensitivity to zero would also change how many leave.
    """
    weights = london.permanent / np.maximum(london.over_london(london.permanent), 1.0)
    holders = london.census.case_holder_share
    caseload = conditions.per_case_holder(london.cases, _effective_staff(london), holders)
    london.reference_caseload = _or_one(london.over_london(caseload * weights))
    felt = london.leadership - london.inspectorate.shock()
    london.opening_strain = conditions.strain(caseload, london.reference_caseload, felt)
    sensitivity = london.parameters.strain_to_leaving
    multiplier = conditions.strain_multiplier(sensitivity, london.opening_strain)
    multiplier = multiplier * np.exp(london.leaving_condition)
    london.multiplier_centre = _or_one(london.over_london(multiplier * weights))
    london.strain_centre = london.over_london(london.opening_strain * weights)


def _or_one(mean: Amount) -> Amount:
    """Return a mean, or 1 where there was nobody to take it over."""
    return np.where(np.equal(mean, 0.0), 1.0, mean)
