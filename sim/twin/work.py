"""Rules, caseloads, leadership and Ofsted, for many Londons at once."""

from __future__ import annotations

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import BoolArray, FloatArray, Purpose
from sim.domain.vocabulary import GRADES, Judgement
from sim.rules import bidding, conditions, establishment, hazards, inspection
from sim.rules.inspection import INADEQUATE, NEVER
from sim.twin.state import TINY, TwinState


def rules_come_into_force(twin: TwinState) -> None:
    """The rules of the month, the year's common luck and the ceiling on bids."""
    highest = float(twin.charge_rates.max())
    twin.rules = twin.book.in_force(twin.today, highest)
    twin.bid_ceiling = np.asarray(
        bidding.most_affordable(
            twin.p.most_affordable_multiple, twin.opening_mean_charge, twin.rules.price_level
        )
    )
    if (twin.month - 1) % MONTHS_PER_YEAR == 0:
        one, year = (twin.draws, 1), hazards.year_of(twin.month)
        hiring = twin.normal_for(Purpose.COMMON_HIRING, year, one)
        leaving = twin.normal_for(Purpose.COMMON_LEAVING, year, one)
        twin.common_hiring = hazards.common_shock(twin.p.common_hiring_spread, hiring)
        twin.common_leaving = hazards.common_shock(twin.p.common_leaving_spread, leaving)
        if twin.luck is None:
            twin.common_hiring = twin.common_leaving = np.ones(one)


def caseloads_change(twin: TwinState) -> None:
    """Posts and cases grow, leadership drifts, and strain follows."""
    p, census, month = twin.p, twin.census, twin.month - twin.counted_in
    posts = establishment.grown(census.posts.astype(float), p.posts_growth_per_year, month)
    twin.posts = np.broadcast_to(posts, twin.shape)
    arising = establishment.grown(census.cases, p.cases_growth_per_year, month)
    twin.cases = np.broadcast_to(arising * (1.0 - twin.rules.prevented), twin.shape)
    share = establishment.extra_share(
        census.extra / np.maximum(census.posts, 1),
        p.extra_agency_share,
        p.extra_fade_per_year,
        month,
    )
    twin.project_teams = establishment.project_teams(
        twin.rules.project_teams_share, twin.unfilled, twin.is_member & twin.cap_binds
    )
    twin.extra_wanted = (share + surge_share(twin)) * twin.posts + twin.project_teams
    if twin.month > 0:
        target, reversion = leadership_course(twin)
        twin.leadership = conditions.leadership_step(
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
    p, rules, holders = twin.p, twin.rules, twin.census.case_holder_share
    staff = twin.permanent + twin.placed
    twin.caseload = conditions.per_case_holder(twin.cases, staff, holders)
    left = conditions.relieved_cases(
        twin.cases, twin.caseload, rules.caseload_bar, rules.offer_relief
    )
    offer = rules.offer_leadership + twin.budget_offer() - shock(twin)
    ordinary = conditions.ordinary_caseload(
        twin.reference_caseload,
        p.cases_growth_per_year,
        p.posts_growth_per_year,
        p.caseload_habituation,
        twin.month,
    )
    felt = conditions.per_case_holder(left, _effective_staff(twin), holders)
    twin.strain = conditions.strain(felt, ordinary, twin.leadership + offer)
    acts = twin.strain if twin.links.strain_drives_leaving else twin.opening_strain
    multiplier = conditions.strain_multiplier(p.strain_to_leaving, acts)
    twin.leaving_multiplier = multiplier / twin.multiplier_centre


def _effective_staff(twin: TwinState) -> FloatArray:
    worth = twin.p.agency_effectiveness
    return conditions.effective_staff(twin.permanent, twin.placed, worth)


def centre_strain(twin: TwinState) -> None:
    """Fix the reference at the start, so that strain does not change mean leaving."""
    permanent, holders = twin.permanent, twin.census.case_holder_share
    weights = permanent / np.maximum(permanent.sum(axis=1, keepdims=True), TINY)
    caseload = conditions.per_case_holder(twin.cases, _effective_staff(twin), holders)

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray((values * weights).sum(axis=1, keepdims=True))

    twin.reference_caseload = mean(caseload)
    felt = twin.leadership - shock(twin)
    twin.opening_strain = conditions.strain(caseload, twin.reference_caseload, felt)
    sensitivity = twin.p.strain_to_leaving
    twin.multiplier_centre = mean(conditions.strain_multiplier(sensitivity, twin.opening_strain))
    twin.strain_centre = mean(twin.opening_strain)


# Ofsted: without luck there is no inspector


def ofsted_opens(twin: TwinState) -> None:
    """Give every employer a judgement from before the start."""
    twin.inspects = twin.luck is not None and _ofsted_is_there(twin)
    twin.grade = np.full(twin.shape, GRADES.index(Judgement.GOOD))
    twin.inspected = np.zeros(twin.shape)
    twin.judged_inadequate = np.full(twin.shape, float(NEVER))
    twin.is_turned_round = np.zeros(twin.shape, bool)
    if twin.luck is None or not twin.inspects:
        return
    p = twin.p
    shares = (p.outstanding_share, p.requires_improvement_share, p.inadequate_share)
    twin.marks = inspection.judgement_marks(-twin.strain, p.inspection_noise, shares)
    noise = twin.normal_for(Purpose.OPENING_JUDGEMENT, 0, twin.shape)
    twin.grade = inspection.judged(-twin.strain + p.inspection_noise * noise, twin.marks)
    since = twin.uniform_for(Purpose.OPENING_INSPECTION, 0)
    twin.inspected = -np.floor(since * inspection.months_between(p.inspections_per_year))
    for name, judgement in twin.plan.start.judgements.items():
        place = twin.employers.index(name)
        twin.grade[:, place], twin.inspected[:, place] = GRADES.index(judgement), 0
    _act_on(twin, twin.grade == INADEQUATE)


def ofsted_inspects(twin: TwinState) -> None:
    """Judge the boroughs whose inspection falls in this month."""
    if twin.luck is None or not twin.inspects:
        return
    since, per_year = twin.month - twin.inspected, twin.p.inspections_per_year
    luck = twin.uniform_for(Purpose.INSPECTION, twin.month)
    comes = np.asarray(inspection.inspector_comes(luck, since, per_year))
    noise = twin.normal_for(Purpose.JUDGEMENT, twin.month, twin.shape)
    seen = -twin.strain + twin.p.inspection_noise * noise
    twin.grade = np.where(comes, inspection.judged(seen, twin.marks), twin.grade)
    twin.inspected = np.where(comes, twin.month, twin.inspected)
    _act_on(twin, comes & (twin.grade == INADEQUATE))


def _act_on(twin: TwinState, inadequate: BoolArray) -> None:
    takes_hold = twin.uniform_for(Purpose.TURNAROUND, twin.month) < twin.p.turnaround_chance
    twin.judged_inadequate = np.where(inadequate, twin.inspected, twin.judged_inadequate)
    twin.is_turned_round = np.where(inadequate, takes_hold, twin.is_turned_round)


def _ofsted_is_there(twin: TwinState) -> bool:
    return float(np.max(twin.p.inspections_per_year)) >= inspection.SELDOM


def _since_inadequate(twin: TwinState) -> FloatArray:
    return np.asarray(twin.month - twin.judged_inadequate)


def shock(twin: TwinState) -> FloatArray:
    """Return what recent inadequate judgements add to strain."""
    was_judged = twin.judged_inadequate > NEVER
    return inspection.strain_shock(_since_inadequate(twin), was_judged, twin.p)


def surge_share(twin: TwinState) -> FloatArray:
    """Return agency staff bought after a judgement, as a share of posts."""
    return inspection.surge_share(_since_inadequate(twin), twin.judged_inadequate > 0, twin.p)


def leadership_course(twin: TwinState) -> tuple[FloatArray, FloatArray]:
    """Return (target, speed a year) of each employer's leadership."""
    since, turned = _since_inadequate(twin), twin.is_turned_round
    return inspection.leadership_course(since, turned, twin.lasting_leadership, twin.p)


def ofsted_pull(twin: TwinState) -> FloatArray:
    """Return how many times as many applicants and movers each employer draws."""
    pull = twin.p.outstanding_pull if twin.inspects else 0.0
    return inspection.drawn_by_judgement(twin.grade, pull)
