"""One run, month by month: the run's own numbers, who raised, what flowed, which run it is."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.domain.headline import CHARGE_RATE, UNFILLED
from sim.domain.vocabulary import Link
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunRecord, RunSpec, run_once
from sim.ensemble.run import run_ensemble
from sim.interfaces.page.months import (
    RAISED_FROM,
    RING,
    months_of,
    nearest_the_middle,
    one_run,
    told_of_run,
)
from sim.scenario import load_scenario

NAME, SEED, YEARS, RUNS = "vicious-circle", 1, 1, 3


@pytest.fixture(scope="module")
def records() -> dict[int, RunRecord]:
    return {
        number: run_once(RunSpec(load_scenario(NAME), SEED, number, YEARS, Draws.DEFAULT))
        for number in range(RUNS)
    }


def test_prices_are_the_runs_own(records: dict[int, RunRecord]) -> None:
    scenario = load_scenario(NAME)
    months = months_of(records[1])
    told = json.loads(json.dumps(told_of_run((scenario, months), (scenario, months))))
    panel = records[1].of(CHARGE_RATE)
    assert told["number"] == 1
    assert told["teller"] == "agents"
    assert told["years"] == YEARS
    for month, row in enumerate(told["left"]["boroughs"][CHARGE_RATE]):
        for price, own in zip(row, panel[month, 1:], strict=True):
            assert (price is None) == bool(np.isnan(own))
            assert price is None or abs(price - own) <= 0.005 + 1e-4
    assert np.allclose(told["left"]["london"][UNFILLED], records[1].of(UNFILLED)[:, 0], atol=1e-4)


def test_who_raised_pays_a_quarter_of_a_pound_more_than_last_month(
    records: dict[int, RunRecord],
) -> None:
    panel = records[0].of(CHARGE_RATE)[:, 1:]
    months = months_of(records[0])
    raised = months.raised()
    assert not raised[0].any()
    rise = np.diff(panel, axis=0)
    sure = np.isfinite(rise) & (np.abs(rise - RAISED_FROM) > 1e-4)
    assert np.array_equal(raised[1:][sure], (rise >= RAISED_FROM)[sure])
    assert raised.any()
    overtook = months.overtook()
    assert overtook.any()
    assert not (overtook & ~raised).any()


def test_the_flows_are_that_months(records: dict[int, RunRecord]) -> None:
    record = records[2]
    flows = months_of(record).flows()
    assert set(flows) == {flow.name for flow in RING}
    to_agency = record.of("to_agency_fte_per_month")[:, 0]
    assert np.allclose(flows["to_agency"], to_agency)
    assert np.allclose(flows["left"], to_agency + record.of("leavers_fte_per_month")[:, 0])
    assert np.allclose(flows["empty"], record.of("unfilled_fte")[:, 0])
    rise = np.diff(record.of(CHARGE_RATE)[:, 0])
    assert np.allclose(flows["dearer"][1:], np.maximum(100 * rise, 0), atol=0.6)


def test_the_ring_closes_and_its_links_can_be_cut_but_one() -> None:
    for flow, following in zip(RING, (*RING[1:], RING[0]), strict=True):
        assert flow.target == following.source
    cuts = [flow.cut for flow in RING if flow.cut is not None]
    assert len(set(cuts)) == len(cuts) == 4
    assert set(cuts) <= set(Link)


def test_a_single_run_is_that_run_of_the_ensemble_and_the_middle_one_is_near_the_means() -> None:
    kept = {}
    ensemble = run_ensemble(
        load_scenario(NAME), runs=RUNS, seed=SEED, years=YEARS, draws=Draws.DEFAULT,
        each=lambda record: kept.update({record.replicate: months_of(record)}),
    )  # fmt: skip
    number = nearest_the_middle(ensemble)
    alone = one_run(load_scenario(NAME), number, SEED, YEARS, Draws.DEFAULT)
    assert np.array_equal(alone.by_borough, kept[number].by_borough, equal_nan=True)
    price = ensemble.london(CHARGE_RATE)
    away = np.abs(price - np.mean(price, axis=0)).mean(axis=1)
    assert away[number] < away.max()
