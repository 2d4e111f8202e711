"""Rival structures: each pair once, scored on years that are not held back."""

from __future__ import annotations

import numpy as np
import pytest

from sim.answers import structures
from sim.answers.structures import (
    Pair,
    closing_share,
    fits,
    misses,
    pairs,
    published,
    record_scenario,
    under,
    without_cap,
)
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.scenario import load_scenario
from sim.words.timeline import differences
from tests.studies.invented import invented


def test_there_are_eight_pairs_each_of_them_once() -> None:
    assert len(set(pairs())) == len(pairs()) == 8
    assert pairs([HiringStructure.BUDGET], [BidTrigger.UNFILLED]) == [
        Pair(HiringStructure.BUDGET, BidTrigger.UNFILLED)
    ]


def test_a_structure_changes_nothing_else() -> None:
    baseline = load_scenario("baseline")
    pair = Pair(HiringStructure.BUDGET, BidTrigger.VACANCIES)
    changed = under(baseline, pair)
    assert (changed.structure.hiring, changed.structure.bid_trigger) == pair
    assert changed.fixed_structure == ("hiring", "bid_trigger")  # chosen, so never drawn
    as_before = {"structure": baseline.structure, "fixed_structure": ()}
    assert changed.model_copy(update=as_before) == baseline


def test_without_cap_is_the_scenario_with_nobody_in_it() -> None:
    assert differences(without_cap(load_scenario("baseline")), load_scenario("no-cap")) == []
    nobody = load_scenario("from-2023", ["levers.cap.members=0"])
    assert without_cap(load_scenario("from-2023")).fingerprint() == nobody.fingerprint()


def test_the_record_is_londons_row_and_stops_in_2021() -> None:
    assert structures.RECORD_YEARS == (2018, 2019, 2020, 2021)
    found = published()
    np.testing.assert_allclose(
        found["permanent_share_of_workforce"], [0.743, 0.761, 0.776, 0.780], atol=5e-4
    )
    assert found["permanent_share_of_posts"][-1] == pytest.approx(5509.4 / 7197.3, abs=1e-4)
    assert found["unfilled_share_of_posts"][0] == pytest.approx(
        (1666.2 - 1365.5) / (4850.2 + 1666.2), abs=1e-4
    )


def test_the_record_starts_in_2017_with_the_agreement_at_that_years_pay() -> None:
    record, baseline = record_scenario(), load_scenario("baseline")
    assert record.start.year == 2017
    ours, theirs = (one.levers.cap.charge_rate_per_hour for one in (record, baseline))
    assert ours is not None
    assert theirs is not None
    assert 0.75 < ours / theirs < 0.95
    assert record.levers.cap.members == baseline.levers.cap.members


def test_misses_are_in_points_and_zero_for_a_perfect_model() -> None:
    months = np.arange(49)
    perfect = {
        name: np.interp(months, [0, 12, 24, 36, 48], [0.0, *values])
        for name, values in published().items()
    }
    ensemble = invented(perfect, scenario=record_scenario(), years=4, runs=3)
    np.testing.assert_allclose(misses(ensemble), 0.0, atol=1e-9)
    perfect["permanent_share_of_posts"] = perfect["permanent_share_of_posts"] + 0.01
    shifted = misses(invented(perfect, scenario=record_scenario(), years=4, runs=3))
    np.testing.assert_allclose(shifted[:, 1], 1.0)


def test_worse_means_worse_with_nearly_every_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = published()

    def shifted(scenario: object, **asked: object) -> object:
        by = {
            HiringStructure.RESPONSIVE: np.full(20, 0.05),  # always far off
            HiringStructure.BUDGET: np.array([0.0] * 6 + [0.011] * 14),  # off in seven draws of ten
        }.get(scenario.structure.hiring, np.full(20, 0.01))  # type: ignore[attr-defined]
        months = np.arange(49)
        paths = {
            name: np.interp(months, [0, 12, 24, 36, 48], [0.0, *values])[None, :] + by[:, None]
            for name, values in seen.items()
        }
        return invented(paths, scenario=record_scenario(), years=4, runs=20)

    monkeypatch.setattr(structures, "run_ensemble", shifted)
    wanted = pairs(triggers=[BidTrigger.UNFILLED])
    found = {fit.pair.hiring: fit for fit in fits(wanted, runs=20, seed=1)}
    assert found[HiringStructure.RESPONSIVE].is_worse
    assert found[HiringStructure.RESPONSIVE].rmse_points == pytest.approx(5.0)
    assert not found[HiringStructure.BUDGET].is_worse
    assert not found[HiringStructure.SUPPLY_LIMITED].is_worse
    assert not any(fit.is_worse for fit in fits(wanted, runs=19, seed=1))  # it could be luck


@pytest.mark.slow
def test_the_circle_closes_more_often_where_boroughs_bid_on_vacancies() -> None:
    circle = load_scenario("vicious-circle")
    shares = [
        closing_share(
            under(circle, Pair(HiringStructure.SUPPLY_LIMITED, trigger)),
            runs=4,
            seed=1,
            draws=Draws.POSTERIOR,
        )
        for trigger in BidTrigger
    ]
    assert shares[0] <= shares[1]
    assert all(0.0 <= share <= 1.0 for share in shares)
