"""Paired comparisons: exact where nothing differs, refused where runs are not pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.answers.comparison import CHANCE, compared, headline
from sim.domain.headline import HEADLINE
from sim.domain.vocabulary import LONDON, BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, Spool, run_ensemble
from sim.market.outcomes import OUTCOMES
from sim.scenario import Scenario, load_scenario

RUNS = 4
NO_CAP = load_scenario("no-cap")


def run(scenario: Scenario, **chosen: Any) -> Ensemble:
    return run_ensemble(scenario, **({"runs": RUNS, "seed": 2, "years": 1} | chosen))


@pytest.fixture(scope="module")
def base() -> Ensemble:
    return run(NO_CAP)


def made_up(last: dict[str, list[float]], **chosen: Any) -> Ensemble:
    """Return an ensemble of one year whose last census is given, outcome by outcome."""
    london, censuses = Spool(), Spool()
    runs = len(next(iter(last.values())))
    for replicate in range(runs):
        values = np.full((len(OUTCOMES), 13), 0.5)
        for place, outcome in enumerate(OUTCOMES):
            values[place, -1] = last.get(outcome.name, [0.5] * runs)[replicate]
        london.add(replicate, values)
        censuses.add(replicate, values[:, ::12, None])
    settings = {"scenario": NO_CAP, "seed": 1, "years": 1, "draws": Draws.POSTERIOR} | chosen
    return Ensemble(
        units=(LONDON, "Barnet"),
        parameters=[{}] * runs,
        structures=[(HiringStructure.BUDGET, BidTrigger.UNFILLED)] * runs,
        facts=[{}] * runs,
        _london=london,
        _censuses=censuses,
        **settings,
    )


# A policy that does nothing


@pytest.mark.parametrize(
    "settings",
    [
        ["levers.cap.tolerance=0.5", "levers.cap.uprated=false"],
        ["levers.cap.charge_rate_per_hour=20.0", "levers.cap.members=[]"],
        ["levers.tax.start=2024-01-01", "levers.newly_qualified.ramp_months=12"],
        ["levers.permanent_offer.leadership=0.5", "levers.permanent_offer.members=0.0"],
    ],
)
def test_a_policy_that_changes_nothing_differs_by_exactly_nothing(
    base: Ensemble, settings: list[str]
) -> None:
    idle = load_scenario("no-cap", settings)
    assert idle.fingerprint() != NO_CAP.fingerprint()
    rows = compared(base, run(idle))
    assert len(rows) == 7
    for row in rows:
        assert (row.difference, row.q10, row.q90) == (0.0, 0.0, 0.0), row.outcome
        assert row.old == row.new
        assert row.correlation is None or row.correlation == pytest.approx(1.0, abs=1e-12)


def test_a_policy_that_changes_something_is_seen_on_the_same_luck() -> None:
    cap = [
        "levers.cap.members=1.0",
        "levers.cap.charge_rate_per_hour=38.0",
        "levers.cap.tolerance=1.0",
    ]
    fixed = {"draws": Draws.DEFAULT, "runs": 12}
    base, capped = (run(load_scenario("no-cap", sets), **fixed) for sets in ([], cap))
    found = {row.outcome: row for row in compared(base, capped)}
    price = found["charge_rate_per_hour"]
    assert price.difference < -2.0
    assert price.q90 < 0.0
    share = found["permanent_share_of_workforce"]
    assert share.correlation is not None
    assert share.correlation > 0.8, "paired runs share their luck"


@pytest.mark.slow
def test_the_same_luck_makes_the_difference_at_least_ten_times_as_sharp() -> None:
    def shares(name: str, seed: int) -> np.ndarray:
        fixed = run(load_scenario(name), runs=16, seed=seed, draws=Draws.DEFAULT)
        return fixed.of("permanent_share_of_posts")[:, -1]

    before = shares("no-cap", 1)
    paired = shares("pan-london-cap", 1) - before
    unpaired = shares("pan-london-cap", 2) - before
    assert 0 < paired.var(ddof=1) < unpaired.var(ddof=1) / 10


# What is compared


def test_the_headline_is_the_five_outcomes_and_both_chances_of_ninety(base: Ensemble) -> None:
    rows = compared(base, base)
    assert [row.outcome for row in rows] == [*HEADLINE, CHANCE, f"{CHANCE}_of_posts"]
    assert all(row.label and row.unit for row in rows)


def test_means_differences_quantiles_and_correlation_are_those_of_the_pairs() -> None:
    name = "permanent_share_of_workforce"
    before, after = np.array([[0.70, 0.74, 0.78, 0.72], [0.75, 0.73, 0.83, 0.76]])
    row = compared(made_up({name: before}), made_up({name: after}))[0]
    gaps = np.subtract(after, before)
    assert row.old == pytest.approx(before.mean())
    assert row.new == pytest.approx(after.mean())
    assert row.difference == pytest.approx(gaps.mean())
    assert (row.q10, row.q90) == pytest.approx(tuple(np.quantile(gaps, [0.1, 0.9])))
    assert row.correlation == pytest.approx(np.corrcoef(before, after)[0, 1])


def test_the_interval_is_four_fifths_of_the_runs_interpolated_between_them() -> None:
    name = "unfilled_share_of_posts"
    eleven = [run / 100 for run in (5, 0, 10, 3, 8, 1, 7, 2, 9, 4, 6)]
    rows = compared(made_up({name: [0.0] * 11}), made_up({name: eleven}))
    row = next(row for row in rows if row.outcome == name)
    assert (row.q10, row.q90) == pytest.approx((0.01, 0.09))
    rows = compared(made_up({name: [0.0, 0.0]}), made_up({name: [0.3, 0.1]}))
    row = next(row for row in rows if row.outcome == name)
    assert (row.q10, row.q90) == pytest.approx((0.12, 0.28))


def test_the_chance_of_ninety_is_the_share_of_runs_that_get_there() -> None:
    name = "permanent_share_of_workforce"
    rows = compared(made_up({name: [0.95, 0.90, 0.89, 0.5]}), made_up({name: [0.95] * 4}))
    chance = next(row for row in rows if row.outcome == CHANCE)
    assert (chance.old, chance.new, chance.difference) == (0.5, 1.0, 0.5)
    of_posts = next(row for row in rows if row.outcome == f"{CHANCE}_of_posts")
    assert (of_posts.old, of_posts.new) == (0.0, 0.0)


def test_what_does_not_vary_has_no_correlation() -> None:
    name = "permanent_share_of_workforce"
    row = compared(made_up({name: [0.7, 0.8]}), made_up({name: [0.75, 0.75]}))[0]
    assert row.correlation is None


def test_a_run_without_a_value_is_left_out_of_its_row() -> None:
    name = "charge_rate_per_hour"
    rows = compared(made_up({name: [40.0, np.nan]}), made_up({name: [44.0, 50.0]}))
    row = next(row for row in rows if row.outcome == name)
    assert (row.old, row.new, row.difference) == (40.0, 44.0, 4.0)
    assert (row.q10, row.q90) == (4.0, 4.0)


def test_a_row_without_any_value_is_not_a_number_and_no_error() -> None:
    name = "charge_rate_per_hour"
    nothing = made_up({name: [np.nan, np.nan]})
    row = next(row for row in compared(nothing, nothing) if row.outcome == name)
    assert np.isnan([row.old, row.difference, row.q10]).all()
    assert row.correlation is None


def test_one_borough_can_be_compared_alone(base: Ensemble) -> None:
    rows = {name: values for name, _, _, values in headline(base, "Barnet")}
    expected = base.of("permanent_share_of_posts", "Barnet")[:, -1]
    np.testing.assert_array_equal(rows["permanent_share_of_posts"], expected)
    assert not np.array_equal(expected, base.of("permanent_share_of_posts")[:, -1])


# Not pairs


@pytest.mark.parametrize(
    ("what", "other"), [("seed", 2), ("years", 2), ("draws", Draws.PRIOR), ("runs", None)]
)
def test_what_is_not_paired_is_refused_and_the_reason_named(what: str, other: Any) -> None:
    name = "permanent_share_of_workforce"
    mine = made_up({name: [0.7, 0.8]})
    theirs = (
        made_up({name: [0.7, 0.8, 0.9]})
        if what == "runs"
        else made_up({name: [0.7, 0.8]}, **{what: other})
    )
    with pytest.raises(ValueError, match=f"differ in {what}"):
        compared(mine, theirs)


def test_results_that_start_on_different_days_are_refused() -> None:
    name = "permanent_share_of_workforce"
    earlier = made_up({name: [0.7, 0.8]}, scenario=load_scenario("vicious-circle"))
    with pytest.raises(ValueError, match="start on different days"):
        compared(made_up({name: [0.7, 0.8]}), earlier)
