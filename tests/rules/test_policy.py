"""Levers: when they start, how they ramp, who belongs, and what each takes for nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.domain.calendar import month_end
from sim.domain.quantities import declarations
from sim.domain.vocabulary import OffPayroll, TaxLawChoice
from sim.rules.levers import (
    AgencyRules,
    Cap,
    Levers,
    Neighbours,
    NewlyQualified,
    PermanentOffer,
    Prevention,
    TaxRegime,
)
from sim.rules.levers.lever import Lever
from sim.rules.levers.members import round_half_up
from tests.market.small_london import market_of, scenario

OPENING = date(2023, 9, 30)
LEVEL: dict[str, Any] = {"charge_rate_per_hour": 40.0}
LEVERS = (Cap, TaxRegime, PermanentOffer, NewlyQualified, AgencyRules, Prevention, Neighbours)
steady = settings(derandomize=True, max_examples=150)


def strengths(lever: Lever, months: int = 30) -> list[float]:
    """Return a lever's strength in months 0, 1, 2 ..."""
    return [lever.strength(OPENING, month_end(OPENING, month)) for month in range(months)]


def first_month(start: date) -> int:
    """Return the first month in which a lever without a ramp acts."""
    return strengths(Cap(start=start), 60).index(1.0)


# When


@pytest.mark.parametrize(
    ("start", "month"),
    [
        (date(2016, 1, 1), 0),
        (date(2023, 9, 30), 0),
        (date(2023, 10, 1), 1),
        (date(2023, 10, 31), 1),
        (date(2023, 11, 1), 2),
        (date(2024, 2, 29), 5),
        (date(2024, 4, 6), 7),
        (date(2024, 4, 30), 7),
        (date(2025, 10, 1), 25),
    ],
)
def test_a_lever_acts_from_the_first_month_that_ends_on_or_after_its_start(
    start: date, month: int
) -> None:
    assert first_month(start) == month


def test_a_lever_without_a_start_acts_from_the_first_step() -> None:
    assert strengths(Cap())[1:] == [1.0] * 29


def test_a_ramp_is_linear_and_ends_at_full_strength() -> None:
    ramped = strengths(Cap(start=date(2024, 4, 15), ramp_months=4))
    assert ramped[:12] == pytest.approx([0, 0, 0, 0, 0, 0, 0, 0.25, 0.5, 0.75, 1, 1])


def test_a_ramp_without_a_start_begins_in_the_first_step() -> None:
    assert strengths(Cap(ramp_months=4))[1:7] == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1])


def test_a_ramp_runs_from_its_real_date_also_before_month_0() -> None:
    """An agreement of 2020 that comes in over four years is three quarters there in 2023."""
    came = strengths(Cap(start=date(2020, 10, 1), ramp_months=48))
    assert came[0] == 0.75
    assert came[12:] == [1.0] * 18
    assert strengths(Cap(start=date(2010, 8, 31), ramp_months=48)) == [1.0] * 30


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 240))
@steady
def test_strength_never_falls_and_stays_between_0_and_1(start: date, ramp: int) -> None:
    over_time = strengths(Cap(start=start, ramp_months=ramp), 150)
    assert np.all(np.diff(over_time) >= 0)
    assert min(over_time) >= 0
    assert max(over_time) <= 1
    before = [month_end(OPENING, month) < start for month in range(150)]
    assert [value == 0 for value in over_time] == before


def test_a_tax_regime_holds_or_does_not_and_has_no_ramp() -> None:
    with pytest.raises(ValidationError):
        TaxRegime(ramp_months=12)


def rules_after(months: int, *terms: dict[str, Any]) -> tuple[float, int]:
    """Return the bar of experience (custom: two years) and the wait in a month from the start."""
    market = market_of(scenario(agency_rules={"terms": list(terms)}), years=4)
    for _ in range(months):
        market.step()
    return market.rules.agency_experience_years, market.rules.cooling_off_months


def test_agency_rules_come_in_over_time_from_custom() -> None:
    terms = {"start": "2023-10-01", "ramp_months": 12}
    terms |= {"experience_years": 4.0, "cooling_off_months": 6}
    found = [rules_after(months, terms) for months in (0, 3, 6, 12, 24)]
    assert [bar for bar, _ in found] == pytest.approx([2.0, 2.5, 3.0, 4.0, 4.0])
    assert [wait for _, wait in found] == [0, 2, 3, 6, 6]


def test_a_wait_that_stands_stays_while_a_bar_comes_in_beside_it() -> None:
    """As in the baseline: the London Pledge, then the experience asked for in October 2024."""
    pledge = {"start": "2022-06-01", "cooling_off_months": 6}
    law = {"start": "2024-10-31", "ramp_months": 24, "experience_years": 3.0}
    found = [rules_after(months, pledge, law) for months in (12, 24, 36)]
    assert [bar for bar, _ in found] == pytest.approx([2.0, 2.5, 3.0])
    assert [wait for _, wait in found] == [6, 6, 6]


def test_a_bar_below_custom_asks_for_nothing_new() -> None:
    assert rules_after(1, {"experience_years": 1.0, "start": "2023-10-01"})[0] == 2.0


# Who


@pytest.mark.parametrize(
    ("number", "whole"), [(0.0, 0), (0.49, 0), (0.5, 1), (1.5, 2), (2.5, 3), (15.5, 16), (31.0, 31)]
)
def test_halves_are_rounded_up(number: float, whole: int) -> None:
    assert round_half_up(number) == whole


def test_a_half_that_floating_point_makes_slightly_less_is_still_rounded_up() -> None:
    assert round_half_up(1.5 - 1e-12) == 2
    assert round_half_up(1.5 - 1e-6) == 1


@pytest.mark.parametrize(("given_members", "read"), [(0, 0.0), (1, 1.0), (0.5, 0.5), ([], ())])
def test_a_number_of_members_is_a_share(given_members: Any, read: Any) -> None:
    members = Cap(members=given_members, charge_rate_per_hour=40.0).members
    assert members == read
    assert type(members) is type(read)


def test_places_are_read_as_their_employers_sorted_and_once() -> None:
    cap = Cap(members=["Richmond upon Thames", "Barnet", "Kingston upon Thames"], **LEVEL)
    assert cap.members == ("Barnet", "Kingston upon Thames / Richmond upon Thames")


def test_one_name_is_a_list_of_one() -> None:
    assert Cap(members="Barnet", **LEVEL).members == ("Barnet",)


@pytest.mark.parametrize("wrong", [1.01, -0.1, 31, True, None, ["Atlantis"], {"share": 1}, 2])
def test_anything_else_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Cap(members=wrong, **LEVEL)


def test_an_unknown_borough_is_named_in_the_message() -> None:
    with pytest.raises(ValidationError, match="Barnett"):
        Cap(members=["Barnett"], **LEVEL)


# What changes nothing


def test_every_lever_changes_nothing_unless_it_is_set() -> None:
    levers = Levers()
    for name in type(levers).model_fields:
        assert getattr(levers, name).is_no_op, name


def test_the_declared_no_op_of_every_field_is_a_no_op() -> None:
    found = 0
    for lever in LEVERS:
        for name, declared in declarations(lever).items():
            if declared.no_op is not None:
                assert lever(**{name: declared.no_op}).is_no_op, (lever.__name__, name)
                found += 1
    assert found == 16


@pytest.mark.parametrize(
    "lever",
    [
        Cap(members=0.1, charge_rate_per_hour=40.0),
        Cap(members=["Barnet"], charge_rate_per_hour=40.0),
        TaxRegime(law=TaxLawChoice.FROZEN, frozen_tax_year="2016/17"),
        TaxRegime(off_payroll=OffPayroll.NOT_ENFORCED),
        TaxRegime(off_payroll=OffPayroll.ENFORCED),
        PermanentOffer(caseload_relief=0.1),
        PermanentOffer(leadership=0.1),
        PermanentOffer(hiring_uplift=0.1),
        NewlyQualified(multiplier=0.9),
        AgencyRules(experience_years=1.0),
        AgencyRules(cooling_off_months=1),
        PermanentOffer(careers=0.1),
        PermanentOffer(retention_payment=1_000.0),
        PermanentOffer(salary_uplift=0.1),
        NewlyQualified(step_up_multiplier=2.0),
        NewlyQualified(supervision_uplift=0.1),
        Prevention(case_reduction=0.1),
        Neighbours(premium=0.1),
    ],
)
def test_a_lever_that_is_set_is_no_longer_a_no_op(lever: Any) -> None:
    assert not lever.is_no_op


@pytest.mark.parametrize("nobody", [0.0, []])
def test_an_offer_nobody_makes_changes_nothing(nobody: Any) -> None:
    assert PermanentOffer(leadership=1.0, hiring_uplift=2.0, members=nobody).is_no_op


def test_a_cap_with_members_needs_a_level_and_a_frozen_law_a_year() -> None:
    with pytest.raises(ValidationError, match="charge_rate_per_hour is needed"):
        Cap(members=0.5)
    with pytest.raises(ValidationError, match="frozen_tax_year is needed"):
        TaxRegime(law=TaxLawChoice.FROZEN)
    assert Cap(members=0.0).is_no_op


def test_a_law_cannot_be_frozen_at_a_year_there_is_no_table_for() -> None:
    with pytest.raises(ValidationError):
        TaxRegime(law=TaxLawChoice.FROZEN, frozen_tax_year="1999/00")
