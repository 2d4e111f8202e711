"""Every field of every lever, and every parameter, moved: generically, so that a new one is too."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import Enum
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

import numpy as np
from pydantic import BaseModel, ValidationError

from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, Enforcement, HiringStructure, PriceBasis
from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.replicate import RunSpec, run_once
from sim.market.outcomes import OUTCOMES
from sim.rules.levers import Levers
from sim.scenario import Scenario, ScenarioError, scenario_from

YEARS, SEED = 2, 5
OPENING = datetime.date(2016, 9, 30)
TOLD = [outcome.name for outcome in OUTCOMES if outcome.is_told_by_the_twin]
START = {"stylised": True, "date": OPENING.isoformat(), "vacancy_share": 0.3}
SOME = ["Barnet", "Bexley", "Hackney", "Kent", "Sutton"][:3]


class Field(NamedTuple):
    """One field that can be moved, by its path in a scenario."""

    path: tuple[str, ...]
    declared: Declaration
    annotation: Any

    def __str__(self) -> str:
        return ".".join(self.path)


def fields() -> Iterator[Field]:
    """Yield every field of every lever, then every parameter."""
    for name, group in Levers.model_fields.items():
        lever = group.annotation
        assert isinstance(lever, type)
        assert issubclass(lever, BaseModel)
        for field, declared in declarations(lever).items():  # type: ignore[type-var]
            yield Field(("levers", name, field), declared, lever.model_fields[field].annotation)
    for name, declared in declarations(Parameters).items():
        yield Field(("parameters", name), declared, Parameters.model_fields[name].annotation)


# Londons in which things act


def _all_levers(**cap: Any) -> dict[str, Any]:
    """Return every lever switched on; one that is not spelt out here, wherever a slider may go."""
    named = _spelt_out(cap)
    others = {name: _switched_on(name) for name in Levers.model_fields if name not in named}
    return named | {name: terms for name, terms in others.items() if name != "tax"}


def _switched_on(lever: str) -> dict[str, Any]:
    group = Levers.model_fields[lever].annotation
    assert isinstance(group, type)
    found = {}
    for name, declared in declarations(group).items():  # type: ignore[type-var]
        if declared.no_op is not None and declared.offered is not None:
            low, high, _ = declared.offered
            found[name] = low + 0.6 * (high - low)
    return found


def _spelt_out(cap: dict[str, Any]) -> dict[str, Any]:
    return {
        "cap": {
            "charge_rate_per_hour": 39.0,
            "charge_rate_under_2_years": 36.0,
            "charge_rate_2_to_5_years": 37.0,
            "members": 0.6,
            "tolerance": 0.03,
            "months_short_before_leaving": 2,
            "return_months": 2,
            "project_teams_share": 0.3,
            "start": "2016-12-01",
        }
        | cap,
        "permanent_offer": {
            "members": 0.5,
            "caseload_relief": 0.5,
            "leadership": 0.1,
            "hiring_uplift": 0.3,
            "careers": 0.05,
            "retention_payment": 1_000.0,
            "salary_uplift": 0.02,
        },
        "newly_qualified": {
            "multiplier": 1.3,
            "step_up_multiplier": 2.0,
            "supervision_uplift": 0.5,
        },
        "agency_rules": {
            "experience_years": 3.0,
            "cooling_off_months": 3,
            "cooling_off_members": 0.7,
        },
        "prevention": {"members": 0.6, "case_reduction": 0.1, "lag_months": 6},
        "neighbours": {"premium": 0.3},
    }


def _london(
    hiring: HiringStructure, trigger: BidTrigger, levers: dict[str, Any], **parameters: Any
) -> dict[str, Any]:
    return {
        "extends": "vicious-circle",
        "start": START,
        "structure": {"hiring": hiring.value, "bid_trigger": trigger.value},
        "levers": levers,
        "parameters": parameters,
    }


LONDONS: dict[str, dict[str, Any]] = {
    "a cap that some break, and every offer": _london(
        HiringStructure.SUPPLY_LIMITED,
        BidTrigger.VACANCIES,
        _all_levers(),
        inadequate_share=0.5,  # what follows a judgement must not hang on one borough's luck
        inspections_per_year=1.0,
    ),
    "a spared cap by assignment rate": _london(
        HiringStructure.REPUTATION,
        BidTrigger.UNFILLED,
        _all_levers(
            basis=PriceBasis.ASSIGNMENT.value,
            charge_rate_per_hour=34.0,
            charge_rate_under_2_years=31.0,
            charge_rate_2_to_5_years=32.0,
            enforcement=Enforcement.BREAK_GLASS.value,
            exceptions_share=0.2,
            spares_existing_assignments=True,
            uprated=True,
        ),
    ),
    "no lever but the law": _london(HiringStructure.BUDGET, BidTrigger.VACANCIES, {}),
    "a law held at 2013/14": _london(
        HiringStructure.RESPONSIVE,
        BidTrigger.UNFILLED,
        {"tax": {"law": "frozen", "frozen_tax_year": "2013/14"}},
    ),
    "few applicants, prices on the floor": _london(
        HiringStructure.RESPONSIVE,
        BidTrigger.UNFILLED,
        {},
        assignment_rate_2017_per_hour=18.0,
        monthly_hiring_limit=0.05,
        newly_qualified_per_supervisor=0.02,
        posts_growth_per_year=-0.03,
    ),
    "beginners may do agency work": _london(
        HiringStructure.RESPONSIVE,
        BidTrigger.VACANCIES,
        {"cap": {"charge_rate_per_hour": 39.0, "members": 1.0}},
        eligible_experience_years=0.0,
        start_new_staff_share=0.9,
    ),
    "after the last tabulated year": _london(HiringStructure.RESPONSIVE, BidTrigger.VACANCIES, {})
    | {"start": START | {"date": "2026-09-30"}},
    "budgets that bear little": _london(
        HiringStructure.BUDGET,
        BidTrigger.VACANCIES,
        {},
        overspend_limit_share=0.03,
        bid_speed=1.0,
    ),
}
"""Londons in each of which some fields act that do not in others."""


def with_value(content: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return a scenario's content with one value set."""
    head, *rest = path
    below = value if not rest else with_value(dict(content.get(head, {})), tuple(rest), value)
    return content | {head: below}


def value_in(scenario: Scenario, path: tuple[str, ...]) -> Any:
    """Return the value that a scenario has at a path."""
    found: Any = scenario
    for part in path:
        found = getattr(found, part)
    return found


def other_values(field: Field, now: Any) -> list[Any]:
    """Return values unlike the present one: of another kind of choice, or well up and down."""
    kinds = _kinds(field.annotation)
    if bool in kinds:
        return [not now]
    named = [one for one in _named_choices(field.annotation) if one != now]
    if named:
        return named
    choices = next((kind for kind in kinds if issubclass(kind, Enum)), None)
    if choices is not None:
        return [one.value for one in choices if one is not now]
    if datetime.date in kinds:
        return ["2017-03-01", "2017-06-01"]
    if kinds & {float, int}:
        number = now if isinstance(now, int | float) else None
        found = _numbers(field.declared, number, whole=float not in kinds)
        return [*found, SOME] if tuple in kinds else found
    if tuple in kinds:
        return [[{"start": "2017-03-01", "charge_rate_per_hour": 32.0}]]
    assert str in kinds, f"{field}: say how a {field.annotation} is moved"
    return ["2014/15", "2018/19"]


def _kinds(annotation: Any) -> set[type]:
    origin = get_origin(annotation)
    if origin is Literal:
        return {str}
    if origin in (UnionType, Union):
        return set().union(*(_kinds(one) for one in get_args(annotation)))
    if origin is not None:
        return {origin}
    return {annotation}


def _named_choices(annotation: Any) -> list[str]:
    inner = get_args(annotation) if get_origin(annotation) is not Literal else (annotation,)
    return [name for one in inner if get_origin(one) is Literal for name in get_args(one)]


def _numbers(declared: Declaration, now: float | None, *, whole: bool) -> list[float]:
    low, high = declared.allowed or (0.0, 1.0)
    if declared.offered is not None:
        low, high = declared.offered[:2]
    elif declared.prior is not None:
        low, high = declared.prior
    elif now:
        low, high = max(low, 0.5 * now), min(high, 1.6 * now)
    else:
        low, high = low, low + 0.3 * (high - low)
    wanted = [low + 0.85 * (high - low), low + 0.15 * (high - low)]
    if whole:
        wanted = [round(one) for one in wanted] + [(now or 0) + 2]
    return [one for one in wanted if one != now]


# What moves


def agents(scenario: Scenario, replicate: int = 0) -> FloatArray:
    """Return what a run of agents tells, (outcome, month, unit)."""
    record = run_once(RunSpec(scenario, SEED, replicate, YEARS, Draws.DEFAULT))
    return np.stack([record.of(name) for name in TOLD])


def twin(scenario: Scenario, runs: int = 1) -> FloatArray:
    """Return what the twin tells of as many Londons, (outcome, run, month)."""
    quick = quick_ensemble(scenario, runs=runs, seed=SEED, years=YEARS, draws=Draws.DEFAULT)
    return np.stack([quick.london(name) for name in TOLD])


def built(content: dict[str, Any]) -> Scenario | None:
    """Return a scenario, or None where its terms do not go together."""
    try:
        return scenario_from(content)
    except (ScenarioError, ValidationError):
        return None
