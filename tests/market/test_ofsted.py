"""Ofsted: judgements follow working conditions, and set off what they set off."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.domain.vocabulary import GRADES, Judgement
from sim.market.model import LondonMarket
from sim.market.outcomes import BASE
from sim.rules import hazards, inspection
from sim.rules.inspection import INADEQUATE, NEVER, OUTSTANDING
from sim.scenario import ScenarioError, load_scenario

NO_OTHER_INSPECTION = "parameters.inspections_per_year=0.05"


def market_of(*overrides: str, replicate: int = 0, years: int = 2) -> LondonMarket:
    planned = load_scenario("no-cap", ("start.year=2017", *overrides))
    return LondonMarket(planned, rng=4, replicate=replicate, years=years)


def judged(judgement: Judgement, *overrides: str) -> LondonMarket:
    market = market_of(f'start.judgements={{Bromley="{judgement}"}}', *overrides)
    market.run()
    return market


def column(market: LondonMarket, name: str, employer: str = "Bromley") -> np.ndarray:
    return market.panel[:, market.employers.index(employer), BASE.index(name)]


# Marks


def test_marks_give_the_start_its_judgements() -> None:
    quality = np.random.default_rng(1).normal(0.3, 0.4, 40)
    shares = (0.15, 0.35, 0.08)
    marks = inspection.judgement_marks(quality, 0.2, shares)
    assert list(marks) == sorted(marks, reverse=True)
    noise = np.random.default_rng(2).normal(0, 0.2, (4_000, 40))
    grades = inspection.judged((quality + noise).ravel(), marks)
    found = np.bincount(grades, minlength=4) / grades.size
    np.testing.assert_allclose(found, [0.15, 0.42, 0.35, 0.08], atol=0.005)


@pytest.mark.parametrize(
    ("shares", "grade"), [((1.0, 0.0, 0.0), OUTSTANDING), ((0.0, 0.0, 1.0), INADEQUATE)]
)
def test_marks_can_leave_only_one_judgement(shares: tuple[float, float, float], grade: int) -> None:
    quality = np.array([-1.0, 0.0, 2.0])
    marks = inspection.judgement_marks(quality, 0.2, shares)
    assert set(inspection.judged(quality, marks)) == {grade}


# Judgements


def test_without_inspections_there_is_no_ofsted() -> None:
    market = market_of("parameters.inspections_per_year=0.0")
    market.run()
    assert not market.ofsted.shock().any()
    assert np.all(market.ofsted.pull() == 1.0)
    assert np.all(market.ofsted.judged_inadequate == NEVER)


@pytest.mark.slow
def test_boroughs_are_inspected_about_every_three_years_and_never_twice_in_one() -> None:
    dates: dict[int, list[int]] = {}
    employers = 32
    for replicate in range(3):
        market = market_of(replicate=replicate, years=10)
        seen = market.ofsted.inspected.copy()
        for month in range(1, 121):
            market.step()
            for place in np.flatnonzero(market.ofsted.inspected != seen):
                dates.setdefault(100 * replicate + int(place), []).append(month)
            seen = market.ofsted.inspected.copy()
    gaps = np.concatenate([np.diff(months) for months in dates.values()])
    assert gaps.min() >= 12
    yearly = sum(map(len, dates.values())) / (3 * employers * 10)
    assert yearly == pytest.approx(1 / 3, rel=0.12)


def test_worse_conditions_bring_worse_judgements() -> None:
    grades, strains = [], []
    for replicate in range(4):
        market = market_of(replicate=replicate)
        grades += market.ofsted.grade.tolist()
        strains += market.opening_strain.tolist()
    assert np.corrcoef(grades, strains)[0, 1] > 0.5


def test_a_stated_judgement_holds_at_the_start_and_the_others_are_drawn() -> None:
    market = market_of('start.judgements={Bromley="outstanding", Hackney="inadequate"}')
    grade = dict(zip(market.employers, market.ofsted.grade, strict=True))
    assert GRADES[grade["Bromley"]] is Judgement.OUTSTANDING
    assert GRADES[grade["Hackney"]] is Judgement.INADEQUATE
    assert len(set(market.ofsted.grade.tolist())) > 2


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ('start.judgements={Bromly="good"}', "Bromley"),
        ('start.judgements={Bromley="splendid"}', "requires_improvement"),
        ('start.judgements="good"', "table of borough = judgement"),
    ],
)
def test_a_judgement_that_cannot_be_is_refused(override: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        load_scenario("no-cap", [override])


# What follows


@cache
def bromley_judged(judgement: Judgement) -> LondonMarket:
    return judged(judgement, NO_OTHER_INSPECTION, "parameters.turnaround_chance=0.0")


def test_inadequate_drives_staff_out_and_the_shock_fades() -> None:
    bad, good = bromley_judged(Judgement.INADEQUATE), bromley_judged(Judgement.GOOD)
    lost = [
        sum(column(market, name)[1:13].sum() for name in ("leavers", "to_agency", "moved_away"))
        for market in (bad, good)
    ]
    assert lost[0] > lost[1]
    assert column(bad, "permanent")[12] < column(good, "permanent")[12]
    place = bad.employers.index("Bromley")
    left = hazards.faded(0.5, 1.0, np.array([24.0]))[0]
    assert bad.ofsted.shock()[place] == pytest.approx(left)


def test_what_was_bought_before_the_start_is_in_the_census_already() -> None:
    bad = bromley_judged(Judgement.INADEQUATE)
    assert bad.ofsted.surge_share()[bad.employers.index("Bromley")] == 0.0
    assert (
        column(bromley_judged(Judgement.INADEQUATE), "extra")[0]
        == (column(bromley_judged(Judgement.GOOD), "extra")[0])
    )


def test_a_new_inadequate_judgement_brings_a_surge_above_the_establishment() -> None:
    market = market_of(
        "parameters.inadequate_share=1.0",
        "parameters.outstanding_share=0.0",
        "parameters.requires_improvement_share=0.0",
        "parameters.inspections_per_year=1.0",
    )
    before = market.extra_wanted.sum()
    for _ in range(13):
        market.step()
    assert (market.ofsted.judged_inadequate > 0).sum() > 20
    bought = (market.ofsted.surge_share() * market.posts).sum()
    assert bought > 200
    assert market.extra_wanted.sum() > before + 0.5 * bought  # what was extra fades


def test_a_turnaround_that_takes_hold_raises_leadership() -> None:
    text = "parameters.turnaround_chance=1.0"
    turned = judged(Judgement.INADEQUATE, NO_OTHER_INSPECTION, text)
    place = turned.employers.index("Bromley")
    assert turned.leadership[place] > bromley_judged(Judgement.INADEQUATE).leadership[place] + 0.2


def test_outstanding_draws_applicants() -> None:
    best, good = bromley_judged(Judgement.OUTSTANDING), bromley_judged(Judgement.GOOD)
    assert column(best, "offers_made")[1:].sum() > column(good, "offers_made")[1:].sum()


@pytest.mark.long
def test_the_patterns_of_judgements_come_out_of_the_mechanism() -> None:
    """Patterns 13 and 14 of the model: nothing in the code reads an agency share."""
    years = range(-1, 6)
    gap: dict[int, list[float]] = {year: [] for year in years}
    by_grade: dict[int, list[float]] = {grade: [] for grade in range(1, 5)}
    for replicate in range(8):
        market = market_of(replicate=replicate, years=8)
        panel = market.run()
        agency = panel[..., BASE.index("agency")]
        staff = agency + panel[..., BASE.index("permanent")]
        above = agency / np.maximum(staff, 1) - (agency.sum(1) / staff.sum(1))[:, None]
        grade = panel[..., BASE.index("grade")]
        market.release()
        for place, name in enumerate(market.employers):
            if name == "City of London":
                continue
            for found in by_grade:
                is_found = grade[12::12, place] == found
                by_grade[found] += above[12::12, place][is_found].tolist()
            for month in range(1, len(grade)):
                if grade[month, place] == 4 != grade[month - 1, place]:
                    census = -(-month // 12) * 12
                    for year in years:
                        if 0 <= census + 12 * year < len(above):
                            gap[year].append(above[census + 12 * year, place])
    mean = {year: np.mean(values) for year, values in gap.items()}
    assert mean[-1] < mean[0]
    assert 0.08 < mean[0] < 0.22
    assert mean[1] > mean[3] > mean[5]
    assert mean[5] < 0.08
    ladder = [np.mean(by_grade[found]) for found in sorted(by_grade)]
    assert ladder == sorted(ladder)


def test_shares_of_judgements_that_add_to_more_than_one_are_refused() -> None:
    with pytest.raises(ScenarioError, match=r"= 1\.03; allowed: together at most 1"):
        load_scenario("baseline", ("parameters.outstanding_share=0.6",))
    assert load_scenario("baseline", ("parameters.outstanding_share=0.57",)) is not None
