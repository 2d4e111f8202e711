"""Gains of the circle, measured on the twin: cut links, signs, and loops opened in the twin."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.answers.structures import Pair, pairs, under
from sim.domain.vocabulary import BidTrigger, HiringStructure, Link
from sim.ensemble.draws import Draws
from sim.london.caseloads import caseloads_change
from sim.scenario import Scenario, load_scenario
from sim.studies.loops.method import probe
from sim.studies.loops.method import strength as loops
from sim.studies.loops.method.graph import discounted
from sim.studies.loops.method.links import BIDDING, CHOOSE, CIRCLE, LEAVE, MEASURED, NAMES
from sim.studies.loops.method.probe import MONTH_IS_OVER, Month, ProbedTwin
from sim.studies.loops.method.strength import (
    LOOPS,
    all_cycles,
    checked,
    measured_circle,
    reading,
    story_of,
)
from sim.twin.flows import staff_move_between_boroughs
from sim.twin.london import MONTH
from sim.twin.pay import pay_is_worked_out
from tests.past import NO_CAP_2023
from tests.studies.loops.loop_algebra import return_ratio

CIRCLE_2014 = load_scenario("vicious-circle")
ONLY_UNDER = {
    ("vacancies", "charge_rate"): BidTrigger.VACANCIES,
    ("agency_share", "hiring"): HiringStructure.REPUTATION,
    ("pay_bill", "strain"): HiringStructure.BUDGET,
}
NEEDS_A_BENCH = (("vacancies", "agency_staff"), ("charge_rate", "agency_staff"))
"""Neither more nor fewer agency staff come for places where nobody waits for work."""
BOTH = Pair(HiringStructure.BUDGET, BidTrigger.VACANCIES)
"""Every link but that of reputation."""


def overspent(scenario: Scenario) -> Scenario:
    """Return a London that has paid more than it began with, so that budgets and demand bite."""
    return scenario.with_parameters({"bid_speed": 0.5, "unfilled_target": 0.0})


def london(pair: Pair, *cut: Link, scenario: Scenario = CIRCLE_2014, months: int = 6) -> ProbedTwin:
    planned = under(overspent(scenario), pair)
    structure = planned.structure.model_copy(update={"cut_links": cut})
    twin = ProbedTwin(planned.model_copy(update={"structure": structure}), {}, 1)
    twin.opening_charges = 0.9 * twin.opening_charges
    for _ in range(months):
        twin.step()
    twin.overspends = [np.full(twin.shape, 0.02)] * len(twin.overspends)
    return twin


@cache
def whole(pair: Pair) -> loops.Reading:
    return reading(london(pair))


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: "-".join(pair))
def test_every_link_has_the_sign_it_should_and_structures_only_their_own(pair: Pair) -> None:
    found = whole(pair)
    for link in CIRCLE:
        gain = found.link(*link.ends)[0]
        if ONLY_UNDER.get(link.ends) not in (None, *pair):
            assert gain == 0.0, link.says
        elif link.ends not in NEEDS_A_BENCH or gain != 0.0:
            assert np.sign(gain) == link.sign, (link.says, gain)
    at = [(NAMES.index(link.effect), NAMES.index(link.cause)) for link in CIRCLE]
    others = found.gains[0].copy()
    others[tuple(np.array(at).T)] = 0.0
    assert not others.any(), "no gain but those of the links"


@pytest.mark.parametrize("cut", Link)
def test_a_link_that_is_cut_has_gain_exactly_zero_and_the_others_hold(cut: Link) -> None:
    hiring = HiringStructure.REPUTATION if cut in REPELS else HiringStructure.BUDGET
    pair = Pair(hiring, BidTrigger.VACANCIES)
    found = reading(london(pair, cut))
    for link in CIRCLE:
        gain, uncut = found.link(*link.ends)[0], whole(pair).link(*link.ends)[0]
        if link.cut is cut:
            assert gain == 0.0, link.says
            assert uncut != 0.0
        elif uncut != 0.0 and (link.ends not in NEEDS_A_BENCH or gain != 0.0):
            assert np.sign(gain) == link.sign, link.says


REPELS = (Link.AGENCY_SHARE_REPELS_APPLICANTS,)
ANSWERS = (Link.OVERSPEND_SLOWS_BIDS, Link.DEAR_COVER_IS_UNWANTED)
"""Links by which a dear price slows itself."""


def test_every_link_that_can_be_cut_is_in_the_circle() -> None:
    assert {link.cut for link in CIRCLE} == {*Link, None}


def test_a_borough_follows_its_own_charge_rate_and_its_rivals_as_one() -> None:
    month = Month(london(BOTH, *ANSWERS))
    own, rivals, all_of_them = (
        month.responses(BIDDING[0], push, BIDDING, probe.charge)[0]
        for push in (
            probe.higher_charges_alone, probe.higher_charges_of_rivals, probe.higher_charges,
        )
    )  # fmt: skip
    assert rivals[0] > 0.0
    assert own + rivals == pytest.approx(all_of_them, abs=1e-3)
    assert all_of_them == pytest.approx(1.0, abs=1e-6), "in London nothing pulls it back"


def test_a_cap_that_binds_everywhere_cuts_what_raises_the_charge_rate() -> None:
    capped = load_scenario(
        "vicious-circle",
        [
            "levers.cap.members=1.0", "levers.cap.start=2014-10-01",
            "levers.cap.charge_rate_per_hour=28.0", "levers.cap.enforcement=strict",
            "parameters.unfilled_target=0.0", "parameters.vacancy_target=0.0",  # all are short
        ],
    )  # fmt: skip
    found = reading(london(BOTH, scenario=capped))
    city = 0.01  # which stays outside
    for cause in ("unfilled", "vacancies"):
        assert abs(found.link(cause, "charge_rate")[0]) < city
        assert whole(BOTH).link(cause, "charge_rate")[0] > 0.5
    assert abs(found.loops["bidding_and_leaving"][0]) < city


def test_what_follows_a_fork_does_not_touch_the_twin() -> None:
    twin, other = london(BOTH), london(BOTH)
    reading(twin)
    checked(twin, whole(BOTH).gains)
    for one in (twin, other):
        one.step()
    for name, value in vars(twin).items():
        if isinstance(value, np.ndarray):
            assert np.array_equal(value, getattr(other, name)), name


def test_a_month_asked_about_is_the_month_that_comes() -> None:
    twin = london(BOTH)
    end = Month(twin).at(MONTH_IS_OVER)
    twin.step()
    assert np.array_equal(twin.stages, end.stages)
    assert np.array_equal(twin.prices, end.prices)


# Loops opened in the twin itself


def held_strain(twin: ProbedTwin, months: int, size: float = 1e-4) -> np.ndarray:
    """Return vacancies that come of vacancies pushed in the eyes of strain alone, by month."""
    path, short = [np.zeros(twin.draws)], np.zeros(twin.shape)
    for _ in range(months):
        month = Month(twin)
        seen = month.at(caseloads_change)
        probe.more_vacancies(seen, size)
        caseloads_change(seen)
        held = month.at(LEAVE)
        held.leaving_multiplier = seen.leaving_multiplier
        held.stages = held.stages * (1.0 - short / held.permanent)
        for phase in (LEAVE, CHOOSE):
            phase(held)
        short = month.at(staff_move_between_boroughs).permanent - held.permanent
        path.append(short.sum(axis=1) / held.posts.sum(axis=1) / size)
        twin.step()
    return np.stack(path, axis=-1)


@pytest.mark.long
def test_the_strain_loop_opened_and_pushed_gives_the_product_of_its_gains() -> None:
    twin = at_rest(HiringStructure.RESPONSIVE)
    product = reading(twin).cycle(("vacancies", "strain", "leaving"))
    assert product[0] > 0.05
    assert discounted(held_strain(twin, 60)) == pytest.approx(product, rel=0.03)


def pinned_charges(twin: ProbedTwin, months: int, size: float = 1e-4) -> np.ndarray:
    """Return the charge rate that comes of one pushed in the eyes of all but the bids, by month."""
    other, path = twin.fork(), [np.zeros(twin.draws)]
    bids = other.prices.copy()
    other.prices = twin.prices * np.exp(size)
    pay_is_worked_out(other)
    for _ in range(months):
        other.month += 1
        for phase in MONTH:
            if phase is BIDDING[0]:
                other.prices = bids
            phase(other)
            if phase is BIDDING[1]:
                bids = other.prices.copy()
                other.prices = month_of_bids(twin) * np.exp(size)
        twin.step()
        weights = twin.placed
        rise = np.log(bids[..., -1] / twin.prices[..., -1])
        path.append((rise * weights).sum(axis=1) / weights.sum(axis=1) / size)
    return np.stack(path, axis=-1)


def month_of_bids(twin: ProbedTwin) -> np.ndarray:
    return Month(twin).at(MONTH_IS_OVER).prices


@pytest.mark.parametrize("trigger", BidTrigger)
def test_all_loops_through_the_charge_rate_opened_there_give_its_return_ratio(
    trigger: BidTrigger,
) -> None:
    """In a London where dear prices do not slow themselves: they would move it meanwhile."""
    settled = CIRCLE_2014.with_parameters({"vacancy_habit_share": 0.0})
    planned = under(settled, Pair(HiringStructure.SUPPLY_LIMITED, trigger))
    cut = planned.structure.model_copy(update={"cut_links": ANSWERS})
    twin = ProbedTwin(planned.model_copy(update={"structure": cut}), {}, 1)
    expected = return_ratio(reading(twin).gains, NAMES.index("charge_rate"))
    assert abs(expected[0]) > 0.03
    assert discounted(pinned_charges(twin, 48)) == pytest.approx(expected, abs=0.01)


def test_what_is_wanted_less_where_cover_is_dear_is_the_slope_of_demand() -> None:
    """A per cent on the price takes delta per cent off what is wanted of the vacancies."""
    twin = london(BOTH)
    month = Month(twin)
    (found,) = month.responses(
        MONTH_IS_OVER, probe.higher_charges, (ProbedTwin.count_unfilled,), probe.unfilled
    )
    end = month.at(MONTH_IS_OVER)
    feels = (end.wanted_share < 1.0) & (end.uncovered_by_choice < end.unfilled)
    wanted = end.wanted_share * end.vacancies() * feels
    expected = -end.parameters.cover_demand_elasticity * wanted.sum(axis=1) / end.posts.sum(axis=1)
    assert expected[0] < -0.01
    assert found == pytest.approx(expected, rel=1e-3)


QUIET = [
    "parameters.posts_growth_per_year=0.0", "parameters.cases_growth_per_year=0.0",
    "parameters.pay_growth_per_year=0.0", "parameters.unfilled_target=0.08",
    "parameters.leapfrog_speed=0.0",
]  # fmt: skip
SHORT_OF_STAFF, ENOUGH_STAFF = 0.13, 0.10
"""Leaving the sector, a year: with the second, some boroughs have agency staff waiting."""


def at_rest(hiring: HiringStructure, leaving: float = SHORT_OF_STAFF) -> ProbedTwin:
    sets = [*QUIET, f"parameters.sector_exit_per_year={leaving}"]
    twin = ProbedTwin(
        under(load_scenario(NO_CAP_2023, sets), Pair(hiring, BidTrigger.UNFILLED)), {}, 1
    )
    twin.run(15)
    return twin


@pytest.mark.long
@pytest.mark.parametrize(
    ("hiring", "leaving", "tolerance"),
    [(hiring, SHORT_OF_STAFF, 0.05) for hiring in HiringStructure]
    + [(HiringStructure.SUPPLY_LIMITED, ENOUGH_STAFF, 0.25)],  # they wait in some months only
)
def test_in_a_london_at_rest_the_links_foretell_what_more_leaving_does(
    hiring: HiringStructure, leaving: float, tolerance: float
) -> None:
    twin = at_rest(hiring, leaving)
    foretold, found = checked(twin, reading(twin).gains)
    assert foretold[0] > 0.5
    assert found == pytest.approx(foretold, rel=tolerance)


# Loops by name, and runs


def test_every_cycle_tells_one_of_the_stories_and_every_story_has_a_cycle() -> None:
    assert {story_of(cycle) for cycle in all_cycles()} == {loop.name for loop in LOOPS}
    assert story_of(("vacancies", "strain", "leaving")) == "strain"
    assert story_of(("vacancies", "unfilled", "charge_rate", "premium", "to_agency")) == (
        "bidding_and_leaving"
    )
    assert story_of(("unfilled", "charge_rate", "premium", "agency_staff")) == "cover"
    assert story_of(("vacancies", "hiring")) == "hiring"


@pytest.mark.parametrize(
    ("name", "reinforces"),
    [
        ("bidding_and_leaving", True), ("cover", False), ("strain", True),
        ("strain_to_agency", True), ("strain_and_applicants", True), ("cases_carried", False),
        ("hiring", False), ("coming_back", False),
    ],
)  # fmt: skip
def test_loops_have_the_polarity_their_story_says(name: str, reinforces: bool) -> None:
    for pair in pairs():
        assert bool(whole(pair).loops[name][0] > 0.0) is reinforces


@pytest.mark.slow
def test_draws_in_batches_are_the_same_draws_and_the_moment_is_the_one_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = Pair(HiringStructure.REPUTATION, BidTrigger.UNFILLED)
    small = {"runs": 3, "seed": 5, "years": 1, "draws": Draws.PRIOR, "at": 6}
    at_once = measured_circle(CIRCLE_2014, pair, **small)
    monkeypatch.setattr(loops, "BATCH", 2)
    told: list[tuple[int, int]] = []
    apart = measured_circle(
        CIRCLE_2014, pair, **small, progress=lambda done, wanted, _: told.append((done, wanted))
    )
    assert told == [(done, 6) for done in range(1, 7)]
    assert (at_once.now.month, [one.month for one in at_once.along]) == (6, [0, 12])
    assert at_once.now.gains.shape == (3, len(NAMES), len(NAMES))
    assert apart.now.gains == pytest.approx(at_once.now.gains, rel=1e-6)
    assert apart.now.strongest == at_once.now.strongest
    assert apart.check.found == pytest.approx(at_once.check.found, rel=1e-6)
    assert np.ptp(at_once.now.loops["reputation"]) > 0.0, "draws differ"
    total = sum(at_once.now.dominates(loop.name) for loop in LOOPS)
    assert total == pytest.approx(1.0)


def test_bids_of_who_has_overspent_answer_nothing() -> None:
    all_short = ["parameters.unfilled_target=0.0", "parameters.vacancy_target=0.0"]
    spent = "parameters.overspend_limit_share=0.001"
    scenario = load_scenario("vicious-circle", [*all_short, spent])
    found = reading(london(BOTH, scenario=scenario))
    assert found.slowed[0] > 0.9
    assert (
        found.link("vacancies", "charge_rate")[0]
        < 0.1 * (whole(BOTH).link("vacancies", "charge_rate")[0])
    )


def test_pushes_of_the_charge_rate_are_what_each_way_of_bidding_adds() -> None:
    found = whole(BOTH).pushes
    assert all(values[0] > 0.0 for values in found.values())
    without = reading(london(BOTH, Link.RIVALS_ARE_LEAPFROGGED)).pushes
    assert without[Link.RIVALS_ARE_LEAPFROGGED][0] == 0.0
    assert MEASURED[: len(NAMES)] == NAMES
    assert replace(whole(BOTH), strongest=("hiring",)).dominates("hiring") == 1.0
