"""The circle experiment: which variants it runs, and what it counts."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sim.domain.vocabulary import BidTrigger, HiringStructure, Link
from sim.ensemble.draws import Draws
from sim.ensemble.run import run_ensemble
from sim.scenario import Scenario, load_scenario
from sim.studies.circle import method as circle
from sim.studies.circle.method import CAPPED, NOTHING_CUT, CircleRow, circle_rows, variants
from tests.studies.invented import invented

FREE, CAPPED_CIRCLE = load_scenario("vicious-circle"), load_scenario("capped-circle")


def under(hiring: HiringStructure) -> Scenario:
    structure = FREE.structure.model_copy(update={"hiring": hiring})
    return FREE.model_copy(update={"structure": structure})


def test_each_trigger_runs_whole_capped_and_with_each_link_cut() -> None:
    planned = list(variants(FREE, CAPPED_CIRCLE))
    assert Counter(trigger for trigger, _, _ in planned) == dict.fromkeys(BidTrigger, 9)
    for trigger, variant, scenario in planned:
        assert scenario.structure.bid_trigger is trigger
        assert scenario.levers.cap.is_no_op == (variant != CAPPED)
        cut = [link.value for link in scenario.structure.cut_links]
        assert cut == ([] if variant in (NOTHING_CUT, CAPPED) else [variant])


@pytest.mark.parametrize(
    ("hiring", "link"),
    [
        (HiringStructure.REPUTATION, Link.AGENCY_SHARE_REPELS_APPLICANTS),
        (HiringStructure.BUDGET, Link.OVERSPEND_CUTS_OFFER),
    ],
)
def test_a_link_of_one_structure_is_cut_only_under_it(hiring: HiringStructure, link: Link) -> None:
    with_it = {variant for _, variant, _ in variants(under(hiring), CAPPED_CIRCLE)}
    without = {variant for _, variant, _ in variants(FREE, CAPPED_CIRCLE)}
    assert with_it - without == {link.value}


def test_a_link_that_is_cut_already_stays_cut() -> None:
    structure = FREE.structure.model_copy(update={"cut_links": (Link.PAY_DRAWS_TO_AGENCY,)})
    for _, _, scenario in variants(FREE.model_copy(update={"structure": structure}), CAPPED_CIRCLE):
        if scenario.levers.cap.is_no_op:
            assert Link.PAY_DRAWS_TO_AGENCY in scenario.structure.cut_links


@pytest.mark.long
def test_rows_are_one_a_variant_and_their_changes_are_what_cutting_a_link_allows() -> None:
    told: list[tuple[int, int]] = []
    rows = circle_rows(
        FREE,
        CAPPED_CIRCLE,
        runs=3,
        seed=1,
        years=1,
        progress=lambda done, wanted, seconds: told.append((done, wanted)),
    )
    wanted = 3 * len(list(variants(FREE, CAPPED_CIRCLE)))
    assert told == [(done, wanted) for done in range(1, wanted + 1)]
    assert [(row.bid_trigger, row.variant) for row in rows] == [
        (trigger, variant) for trigger, variant, _ in variants(FREE, CAPPED_CIRCLE)
    ]
    found = {(row.bid_trigger, row.variant): row for row in rows}
    for row in rows:
        assert row.draws == 3
        assert 0.0 <= row.both_rise_share <= 1.0
        for change in (row.charge_rate, row.agency_share, row.unfilled, row.permanent_of_posts):
            assert change.q10 <= change.q50 <= change.q90
            assert np.isfinite([change.q10, change.q90]).all()
    whole = found[BidTrigger.VACANCIES, NOTHING_CUT]
    assert whole.charge_rate.q50 > 0.0
    assert found[BidTrigger.VACANCIES, CAPPED].charge_rate.q50 < whole.charge_rate.q50
    unpushed = found[BidTrigger.VACANCIES, Link.UNFILLED_RAISES_BIDS.value]
    assert unpushed.charge_rate.q50 < whole.charge_rate.q50


# One variant at a time: the others are left out to save time


def rows_of(
    monkeypatch: pytest.MonkeyPatch, scenario: Scenario, variant: str, **chosen: int
) -> list[CircleRow]:
    """Return the rows of one variant, one a trigger."""
    some = [one for one in variants(scenario, CAPPED_CIRCLE) if one[1] == variant]
    monkeypatch.setattr(circle, "variants", lambda *scenarios: iter(some))
    rows = circle_rows(scenario, CAPPED_CIRCLE, **{"runs": 5, "seed": 4, "years": 2} | chosen)
    monkeypatch.undo()
    assert [row.bid_trigger for row in rows] == list(BidTrigger)
    return rows


@pytest.mark.slow
def test_the_same_seed_gives_the_same_rows_and_another_gives_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = rows_of(monkeypatch, FREE, NOTHING_CUT, runs=2, years=1)
    assert rows_of(monkeypatch, FREE, NOTHING_CUT, runs=2, years=1) == rows
    assert rows_of(monkeypatch, FREE, NOTHING_CUT, runs=2, years=1, seed=5) != rows


@pytest.mark.parametrize("hiring", HiringStructure)
def test_the_share_of_draws_in_which_both_rise_is_counted_from_the_runs(
    monkeypatch: pytest.MonkeyPatch, hiring: HiringStructure
) -> None:
    scenario, small = under(hiring), {"runs": 4, "seed": 5, "years": 1}
    for row in rows_of(monkeypatch, scenario, NOTHING_CUT, **small):
        structure = scenario.structure.model_copy(update={"bid_trigger": row.bid_trigger})
        triggered = scenario.model_copy(update={"structure": structure})
        ensemble = run_ensemble(triggered, draws=Draws.POSTERIOR, **small)
        prices = ensemble.london("charge_rate_per_hour_start_pounds")
        shares = ensemble.london("agency_share")
        both = [p[12] > p[0] and s[12] > s[0] for p, s in zip(prices, shares, strict=True)]
        changes = sorted(price[12] / price[0] - 1 for price in prices)
        assert row.hiring is hiring
        assert row.both_rise_share == sum(both) / 4
        assert row.charge_rate.q10 == pytest.approx(0.7 * changes[0] + 0.3 * changes[1])
        assert row.charge_rate.q50 == pytest.approx((changes[1] + changes[2]) / 2)
        assert row.charge_rate.q90 == pytest.approx(0.3 * changes[2] + 0.7 * changes[3])
        assert row.agency_share.q50 == pytest.approx(np.median(shares[:, 12] - shares[:, 0]))


def test_a_draw_counts_only_where_price_and_agency_share_both_rise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    months = np.linspace(0, 1, 13)
    rises = {  # of the real price, and of the agency share
        "both": (0.1, 0.02),
        "price alone": (0.1, -0.02),
        "agency alone": (-0.1, 0.02),
        "neither": (-0.1, -0.02),
        "both, but for rounding": (1e-12, 1e-12),
    }
    price = np.array([40 * (1 + rise * months) for rise, _ in rises.values()])
    share = np.array([0.2 + rise * months for _, rise in rises.values()])
    nominal = {"charge_rate_per_hour": 40 * (1 + months)}  # rises in every draw: not what counts
    found = invented(
        {"charge_rate_per_hour_start_pounds": price, "agency_share": share} | nominal, runs=5
    )
    monkeypatch.setattr(circle, "run_ensemble", lambda *scenario, **settings: found)
    for row in circle_rows(FREE, CAPPED_CIRCLE, runs=5, seed=1, years=1):
        assert row.both_rise_share == 1 / 5
        assert row.charge_rate.q50 == pytest.approx(0.0, abs=1e-9)
        assert (row.agency_share.q10, row.agency_share.q90) == pytest.approx((-0.02, 0.02))


@pytest.mark.slow
def test_without_both_price_links_real_prices_do_not_rise(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = FREE.structure.model_copy(update={"cut_links": (Link.RIVALS_ARE_LEAPFROGGED,)})
    one_cut = FREE.model_copy(update={"structure": cut})
    both_cut = rows_of(monkeypatch, one_cut, Link.UNFILLED_RAISES_BIDS.value)
    for row, whole in zip(both_cut, rows_of(monkeypatch, FREE, NOTHING_CUT), strict=True):
        assert row.both_rise_share == 0.0
        assert row.charge_rate.q90 < 0.0 < whole.charge_rate.q90
