"""Hypothesis strategies: any London and any scenario the model must survive."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from sim.domain.evidence import CensusStart, census_years
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.vocabulary import (
    BidTrigger,
    Enforcement,
    HiringStructure,
    Judgement,
    Link,
    OffPayroll,
    PriceBasis,
    TaxLawChoice,
)
from sim.scenario import Scenario
from tests.market.small_london import NAMES, scenario, small_census

UNCERTAIN = {
    name: declared.prior
    for name, declared in declarations(Parameters).items()
    if declared.prior is not None
}
OTHERS = {
    "agency_effectiveness": (0.0, 1.5),
    "assignment_ends_per_month": (0.0, 1.0),
    "bench_search_share": (0.0, 1.0),
    "cases_growth_per_year": (-0.2, 0.2),
    "eligible_experience_years": (0.0, 10.0),
    "equal_pay_share": (0.0, 2.0),
    "foresight_years": (1.0, 20.0),
    "leadership_spread": (0.0, 1.0),
    "leapfrog_speed": (0.0, 1.0),
    "inadequate_share": (0.0, 0.5),
    "inspections_per_year": (0.0, 1.0),
    "monthly_hiring_limit": (0.0, 1.0),
    "overspend_on_offer_share": (0.0, 1.0),
    "overspend_pooling_posts": (0.0, 500.0),
    "vacancy_habit_share": (0.0, 1.0),
    "newly_qualified_per_supervisor": (0.0, 5.0),
    "outside_ir35_share": (0.0, 1.0),
    "pay_growth_per_year": (-0.1, 0.3),
    "posts_growth_per_year": (-0.2, 0.2),
    "start_bench_share": (0.0, 1.0),
    "start_new_staff_share": (0.0, 1.0),
    "starting_bid_spread": (0.0, 0.3),
}
"""Parameters without a prior, and ranges well beyond what anybody would set."""


def within(low: float, high: float) -> SearchStrategy[float]:
    """Return numbers of a range, its two ends more often than not."""
    return st.one_of(st.sampled_from((float(low), float(high))), st.floats(low, high))


@st.composite
def censuses(draw: DrawFn) -> CensusStart:
    """Draw an artificial London of two to six boroughs of 20 to 60 posts."""
    boroughs = draw(st.integers(2, 6))
    posts, permanent, agency, extra = [], [], [], []
    for _ in range(boroughs):
        posts.append(draw(st.integers(20, 60)))
        permanent.append(draw(st.integers(0, posts[-1])))
        extra.append(draw(st.integers(0, 6)))
        agency.append(draw(st.integers(extra[-1], extra[-1] + posts[-1] - permanent[-1])))
    return small_census(
        boroughs,
        posts=posts,
        permanent=permanent,
        agency=agency,
        extra=extra,
        caseload=draw(within(8, 30)),
        holder_share=draw(within(0.3, 0.9)),
    )


members = st.one_of(within(0, 1), st.lists(st.sampled_from(NAMES[:6]), max_size=4, unique=True))


def times(year: int) -> dict[str, SearchStrategy[Any]]:
    """Return when a lever starts, about the start year, and how long it ramps."""
    return {
        "start": st.dates(date(year - 1, 1, 1), date(year + 2, 12, 31)),
        "ramp_months": st.sampled_from((0, 1, 6, 24)),
    }


@st.composite
def caps(draw: DrawFn, year: int) -> dict[str, Any]:
    """Draw a cap, from one that no worker would accept to one nobody notices."""
    drawn = draw(
        st.fixed_dictionaries(
            {"charge_rate_per_hour": within(20, 80), "members": members},
            optional=times(year)
            | {
                "basis": st.sampled_from(PriceBasis),
                "tolerance": within(0, 0.3),
                "months_short_before_leaving": st.integers(1, 4),
                "return_months": st.integers(1, 4),
                "enforcement": st.sampled_from(Enforcement),
                "uprated": st.booleans(),
                "charge_rate_under_2_years": within(15, 60),
                "charge_rate_2_to_5_years": within(15, 70),
                "spares_existing_assignments": st.booleans(),
                "project_teams_share": within(0, 0.9),
            },
        )
    )
    if drawn.get("enforcement") is Enforcement.BREAK_GLASS:
        drawn["exceptions_share"] = draw(within(0, 1))
    turns = draw(st.lists(times(year)["start"], max_size=2, unique=True).map(sorted))
    lowest = max(20.0, drawn["charge_rate_per_hour"] / 2.5)  # steps turn bands in proportion
    levels = within(lowest, 80)
    drawn["steps"] = [{"start": day, "charge_rate_per_hour": draw(levels)} for day in turns]
    return drawn


def tax_regimes(year: int) -> SearchStrategy[dict[str, Any]]:
    """Return tax regimes: as enacted or frozen, with the reform enforced or not."""
    years = st.sampled_from(("2013/14", "2016/17", "2017/18", "2023/24"))
    return st.fixed_dictionaries(
        {"law": st.sampled_from(TaxLawChoice), "frozen_tax_year": years},
        optional={
            "off_payroll": st.sampled_from(OffPayroll),
            "start": times(year)["start"],
        },
    )


def offers(year: int) -> SearchStrategy[dict[str, Any]]:
    """Return permanent offers, from nothing to twice the applicants and no case above the bar."""
    return st.fixed_dictionaries(
        {},
        optional=times(year)
        | {
            "members": members,
            "caseload_relief": within(0, 1),
            "caseload_bar": within(8, 25),
            "leadership": within(0, 1),
            "hiring_uplift": within(0, 2),
            "careers": within(0, 0.5),
            "retention_payment": within(0, 10_000),
            "salary_uplift": within(0, 0.5),
        },
    )


def pipelines(year: int) -> SearchStrategy[dict[str, Any]]:
    """Return newly qualified pipelines, from none to three times the ordinary one."""
    return st.fixed_dictionaries(
        {"multiplier": within(0, 3), "step_up_multiplier": within(0, 5)},
        optional=times(year) | {"supervision_uplift": within(0, 2)},
    )


def agency_rules(year: int) -> SearchStrategy[dict[str, Any]]:
    """Return rules on who may take agency work, from none to twice as strict as those of 2024."""
    return st.fixed_dictionaries(
        {"experience_years": within(0, 6), "cooling_off_months": st.sampled_from((0, 1, 3, 6))},
        optional={"start": times(year)["start"], "cooling_off_members": members},
    )


def preventions(year: int) -> SearchStrategy[dict[str, Any]]:
    """Return prevention, from none to half of all cases, at once or after three years."""
    return st.fixed_dictionaries(
        {"case_reduction": within(0, 0.5)},
        optional=times(year) | {"members": members, "lag_months": st.integers(0, 36)},
    )


def neighbours(year: int) -> SearchStrategy[dict[str, Any]]:
    """Return what is paid around London, up to half as much again."""
    return st.fixed_dictionaries({"premium": within(0, 0.5)}, optional=times(year))


structures = st.fixed_dictionaries(
    {"bid_trigger": st.sampled_from(BidTrigger), "hiring": st.sampled_from(HiringStructure)},
    optional={"cut_links": st.lists(st.sampled_from(Link), max_size=3, unique=True)},
)
parameters = st.fixed_dictionaries(
    {},
    optional={name: within(*ends) for name, ends in (UNCERTAIN | OTHERS).items()}
    | {"notice_months": st.integers(0, 6)},
)


judgements = st.dictionaries(st.sampled_from(NAMES[:6]), st.sampled_from(Judgement), max_size=3)


@st.composite
def starts(draw: DrawFn) -> dict[str, Any]:
    """Draw a census year, or a stylised start in the law of another year."""
    year = draw(st.sampled_from(census_years()))
    if draw(st.integers(0, 3)):
        return {"year": year, "judgements": draw(judgements)}
    return {
        "year": year,
        "stylised": True,
        "date": f"{draw(st.integers(2013, 2026))}-09-30",
        "vacancy_share": draw(st.floats(0.05, 0.5)),
    }


@st.composite
def scenarios(draw: DrawFn) -> Scenario:
    """Draw a scenario: start, structure, parameters and every lever."""
    start = draw(starts())
    year = int(start["date"][:4]) if "date" in start else start["year"]
    return scenario(
        draw(parameters),
        start=start,
        structure=draw(structures),
        cap=draw(caps(year)),
        tax=draw(tax_regimes(year)),
        permanent_offer=draw(offers(year)),
        newly_qualified=draw(pipelines(year)),
        agency_rules=draw(agency_rules(year)),
        prevention=draw(preventions(year)),
        neighbours=draw(neighbours(year)),
    )
