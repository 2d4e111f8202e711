"""Rules, caseloads, leadership and Ofsted, for many Londons at once."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray, Purpose
from sim.domain.vocabulary import GRADES, Judgement
from sim.market.caseloads import FEWEST_STAFF
from sim.market.ofsted import MONTHS_BETWEEN_AT_LEAST, NEVER, SELDOM
from sim.rules import behaviour
from sim.twin.state import TINY, TwinState

INADEQUATE = GRADES.index(Judgement.INADEQUATE)
OUTSTANDING = GRADES.index(Judgement.OUTSTANDING)


def rules_come_into_force(twin: TwinState) -> None:
    """The rules of the month, the year's common luck and the ceiling on bids."""
    highest = float(twin.prices[..., -1].max())
    twin.rules = twin.book.in_force(twin.today, highest)
    twin.bid_ceiling = (
        twin.p.most_affordable_multiple * twin.opening_mean_charge * twin.rules.price_level
    )
    if (twin.month - 1) % MONTHS_PER_YEAR == 0:
        one, year = (twin.draws, 1), (twin.month - 1) // MONTHS_PER_YEAR
        hiring = twin.normal_for(Purpose.COMMON_HIRING, year, one)
        leaving = twin.normal_for(Purpose.COMMON_LEAVING, year, one)
        twin.common_hiring = behaviour.common_shock(twin.p.common_hiring_spread, hiring)
        twin.common_leaving = behaviour.common_shock(twin.p.common_leaving_spread, leaving)
        if twin.luck is None:
            twin.common_hiring = twin.common_leaving = np.ones(one)


def caseloads_change(twin: TwinState) -> None:
    """Posts and cases grow, leadership drifts, and strain follows."""
    p, census, month = twin.p, twin.census, twin.month - twin.counted_in
    twin.posts = behaviour.grown(census.posts.astype(float), p.posts_growth_per_year, month)
    twin.posts = np.broadcast_to(twin.posts, twin.shape)
    arising = behaviour.grown(census.cases, p.cases_growth_per_year, month)
    twin.cases = np.broadcast_to(arising * (1.0 - twin.rules.prevented), twin.shape)
    share = behaviour.extra_share(
        census.extra / np.maximum(census.posts, 1),
        p.extra_agency_share,
        p.extra_fade_per_year,
        month,
    )
    held_down = twin.is_member & (twin.prices[..., -1] < twin.wanted)
    twin.project_teams = twin.levers.cap.project_teams_share * twin.unfilled * held_down
    twin.extra_wanted = (share + surge_share(twin)) * twin.posts + twin.project_teams
    if twin.month > 0:
        target, reversion = leadership_course(twin)
        twin.leadership = behaviour.leadership_step(
            twin.leadership,
            twin.normal_for(Purpose.LEADERSHIP, twin.month, twin.shape),
            p.leadership_spread,
            reversion,
            target,
            p.lasting_conditions_share,
        )
    feel_the_strain(twin)


def feel_the_strain(twin: TwinState) -> None:
    """Work out caseload and strain, and what strain does to leaving this month."""
    p, rules, permanent = twin.p, twin.rules, twin.permanent
    twin.caseload = per_holder(twin, twin.cases, permanent + twin.placed)
    left = behaviour.relieved_cases(
        twin.cases, twin.caseload, rules.caseload_bar, rules.offer_relief
    )
    offer = rules.offer_leadership + twin.budget_offer() - shock(twin)
    ordinary = behaviour.ordinary_caseload(
        twin.reference_caseload,
        p.cases_growth_per_year,
        p.posts_growth_per_year,
        p.caseload_habituation,
        twin.month,
    )
    effective = permanent + p.agency_effectiveness * twin.placed
    twin.strain = behaviour.strain(
        per_holder(twin, left, effective), ordinary, twin.leadership + offer
    )
    acts = twin.strain if twin.links.strain_drives_leaving else twin.opening_strain
    multiplier = behaviour.strain_multiplier(p.strain_to_leaving, acts)
    twin.leaving_multiplier = multiplier / twin.multiplier_centre


def per_holder(twin: TwinState, cases: FloatArray, staff: FloatArray) -> FloatArray:
    """Return cases per case-holder."""
    holders = twin.census.case_holder_share * np.maximum(staff, FEWEST_STAFF)
    return np.asarray(np.maximum(cases, FEWEST_STAFF) / holders)


def centre_strain(twin: TwinState) -> None:
    """Fix the reference at the start, so that strain does not change mean leaving."""
    permanent = twin.permanent
    weights = permanent / np.maximum(permanent.sum(axis=1, keepdims=True), TINY)
    effective = permanent + twin.p.agency_effectiveness * twin.placed
    caseload = per_holder(twin, twin.cases, effective)

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray((values * weights).sum(axis=1, keepdims=True))

    twin.reference_caseload = mean(caseload)
    felt = twin.leadership - shock(twin)
    twin.opening_strain = behaviour.strain(caseload, twin.reference_caseload, felt)
    twin.multiplier_centre = mean(
        behaviour.strain_multiplier(twin.p.strain_to_leaving, twin.opening_strain)
    )
    twin.strain_centre = mean(twin.opening_strain)


# Ofsted: without luck there is no inspector


def ofsted_opens(twin: TwinState) -> None:
    """Give every employer a judgement from before the start."""
    twin.inspects = twin.luck is not None and float(np.max(twin.p.inspections_per_year)) >= SELDOM
    twin.grade = np.full(twin.shape, GRADES.index(Judgement.GOOD))
    twin.inspected = np.zeros(twin.shape)
    twin.judged_inadequate = np.full(twin.shape, float(NEVER))
    twin.is_turned_round = np.zeros(twin.shape, bool)
    if twin.luck is None or not twin.inspects:
        return
    p = twin.p
    shares = (p.outstanding_share, p.requires_improvement_share, p.inadequate_share)
    twin.marks = behaviour.judgement_marks(-twin.strain, p.inspection_noise, shares)
    noise = twin.normal_for(Purpose.OPENING_JUDGEMENT, 0, twin.shape)
    twin.grade = behaviour.judged(-twin.strain + p.inspection_noise * noise, twin.marks)
    since = twin.uniform_for(Purpose.OPENING_INSPECTION, 0)
    twin.inspected = -np.floor(since * _months_between(twin))
    for name, judgement in twin.plan.start.judgements.items():
        place = twin.employers.index(name)
        twin.grade[:, place], twin.inspected[:, place] = GRADES.index(judgement), 0
    _act_on(twin, twin.grade == INADEQUATE)


def ofsted_inspects(twin: TwinState) -> None:
    """Judge the boroughs whose inspection falls in this month."""
    if twin.luck is None or not twin.inspects:
        return
    since = twin.month - twin.inspected
    chance = 1.0 / np.maximum(_months_between(twin) - MONTHS_BETWEEN_AT_LEAST, 1.0)
    luck = twin.uniform_for(Purpose.INSPECTION, twin.month)
    comes = (luck < chance) & (since >= MONTHS_BETWEEN_AT_LEAST)
    noise = twin.normal_for(Purpose.JUDGEMENT, twin.month, twin.shape)
    seen = -twin.strain + twin.p.inspection_noise * noise
    twin.grade = np.where(comes, behaviour.judged(seen, twin.marks), twin.grade)
    twin.inspected = np.where(comes, twin.month, twin.inspected)
    _act_on(twin, comes & (twin.grade == INADEQUATE))


def _act_on(twin: TwinState, inadequate: FloatArray) -> None:
    takes_hold = twin.uniform_for(Purpose.TURNAROUND, twin.month) < twin.p.turnaround_chance
    twin.judged_inadequate = np.where(inadequate, twin.inspected, twin.judged_inadequate)
    twin.is_turned_round = np.where(inadequate, takes_hold, twin.is_turned_round)


def _months_between(twin: TwinState) -> FloatArray:
    return np.asarray(MONTHS_PER_YEAR / np.maximum(twin.p.inspections_per_year, SELDOM))


def shock(twin: TwinState) -> FloatArray:
    """Return what recent inadequate judgements add to strain."""
    since = twin.month - twin.judged_inadequate
    p = twin.p
    faded = behaviour.faded(p.inadequate_strain, p.inadequate_strain_fade_per_year, since)
    return np.where(twin.judged_inadequate > NEVER, faded, 0.0)


def surge_share(twin: TwinState) -> FloatArray:
    """Return agency staff bought after a judgement, as a share of posts."""
    since = twin.month - twin.judged_inadequate
    p = twin.p
    faded = behaviour.faded(p.inadequate_surge_share, p.inadequate_surge_fade_per_year, since)
    return np.where(twin.judged_inadequate > 0, faded, 0.0)


def leadership_course(twin: TwinState) -> tuple[FloatArray, FloatArray]:
    """Return (target, speed a year) of each employer's leadership."""
    p, since = twin.p, twin.month - twin.judged_inadequate
    works = twin.is_turned_round & (since <= p.turnaround_months)
    return (
        np.where(works, p.turnaround_leadership, twin.lasting_leadership),
        np.where(works, p.turnaround_speed_per_year, p.leadership_reversion_per_year),
    )


def ofsted_pull(twin: TwinState) -> FloatArray:
    """Return how many times as many applicants and movers each employer draws."""
    outstanding = twin.inspects & (twin.grade == OUTSTANDING)
    return np.asarray(1.0 + twin.p.outstanding_pull * outstanding)
