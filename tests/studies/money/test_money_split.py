"""The money of an ensemble: it adds up to the penny, and a change of the bill splits exactly."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.answers.answer import Table
from sim.ensemble.replicate import RunRecord, RunSpec, run_once
from sim.ensemble.run import Ensemble, run_ensemble
from sim.market.ledger import PAYEES
from sim.scenario import load_scenario
from sim.studies.money.method import money as books
from sim.studies.money.method.money import Account, Books
from sim.studies.money.method.split import (
    REASONS,
    money_split,
    reasons,
    shapley_parts,
    staff_bill,
)

PENNY = 0.01
UNITS = ("London", "Bexley")


@cache
def kept(scenario: str, unit: str = "London") -> tuple[Ensemble, Books]:
    """Return two runs of two years, with their books."""
    opened = Books(unit)
    planned = load_scenario(scenario)
    ensemble = run_ensemble(planned, runs=2, seed=5, years=2, each=opened.add)
    return ensemble, opened


def account(scenario: str, unit: str = "London", *, real: bool = False) -> Account:
    return kept(scenario, unit)[1].account(real=real)


def invented(
    *,
    permanent: float = 70.0,
    agency: float = 20.0,
    extra: float = 0.0,
    unfilled: float = 10.0,
    cost: float = 60_000.0,
    price: float = 90_000.0,
    policies: float = 0.0,
) -> Account:
    """Return an account of one run and two months, all alike; workers receive all."""

    def both(value: float) -> np.ndarray:
        return np.full((1, 2), value)

    spent = {
        "permanent_staff": both(permanent * cost),
        "agency_staff": both(agency * price),
        "policies": both(policies),
    }
    received = {payee: both(0.0) for payee in PAYEES}
    received["workers"] = np.sum(list(spent.values()), axis=0)
    staff = {
        "permanent_fte": both(permanent),
        "agency_fte": both(agency),
        "unfilled_fte": both(unfilled),
        "extra_agency_fte": both(extra),
        "posts_fte": both(permanent + agency - extra + unfilled),
    }
    return Account(spent, received, staff)


def split(old: Account, new: Account) -> dict[str, float]:
    return {name: float(part[0, -1]) for name, part in reasons(old, new).items()}


def only(found: Mapping[str, float], **expected: float) -> None:
    """Check some reasons, and that no other has a part."""
    for name in REASONS:
        assert found[name] == pytest.approx(expected.get(name, 0.0), abs=1e-6), name


# The split


people = st.floats(0.0, 5_000.0)
pounds = st.floats(0.0, 250_000.0)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    agency = draw(people)
    return invented(
        permanent=draw(people),
        agency=agency,
        extra=agency * draw(st.floats(0.0, 1.0)),
        unfilled=draw(people),
        cost=draw(pounds),
        price=draw(pounds),
        policies=draw(st.floats(0.0, 1e8)),
    )


@given(accounts(), accounts())
@settings(derandomize=True, max_examples=150)
def test_the_parts_add_up_to_the_change_and_swap_sign_with_the_order(
    old: Account, new: Account
) -> None:
    found, back = split(old, new), split(new, old)
    change = float(new.bill[0, -1] - old.bill[0, -1])
    assert abs(sum(found.values()) - change) < PENNY
    for name in REASONS:
        assert abs(found[name] + back[name]) < PENNY, name


def test_only_what_changes_has_a_part() -> None:
    old = invented()
    only(split(old, invented(price=80_000.0)), price=-20 * 10_000)
    only(split(old, invented(permanent=75.0, agency=15.0)), cover=-5 * 30_000)
    only(split(old, invented(cost=61_000.0)), cost=70 * 1_000)
    only(split(old, invented(policies=5.0)), policies=5.0)
    a_post = (70 * 60_000 + 20 * 90_000) / 90
    fewer = invented(permanent=63.0, agency=18.0, unfilled=19.0)
    only(split(old, fewer), empty=-9 * a_post)
    only(split(old, invented(permanent=77.0, agency=22.0)), posts=9 * a_post)
    with_teams = invented(agency=24.0, extra=4.0)
    only(split(old, with_teams), extra=4 * 90_000)


def test_two_changes_share_what_they_do_together_evenly() -> None:
    found = split(invented(), invented(permanent=80.0, agency=10.0, price=70_000.0))
    only(found, price=-20_000 * (20 + 10) / 2, cover=-10 * (30_000 + 10_000) / 2)


def test_a_price_nobody_pays_any_more_saves_nothing_by_itself() -> None:
    only(split(invented(), invented(permanent=90.0, agency=0.0)), cover=-20 * 30_000)


def test_nobody_at_all_costs_nothing() -> None:
    none = invented(permanent=0.0, agency=0.0, unfilled=90.0)
    found = split(invented(unfilled=0.0), none)
    assert sum(found.values()) == pytest.approx(-invented().bill[0, 0])
    assert found["empty"] == pytest.approx(-invented().bill[0, 0])


def test_parts_are_the_mean_over_all_orders_of_change() -> None:
    old = {name: np.array([1.0]) for name in ("a", "b", "c")}
    new = {"a": np.array([2.0]), "b": np.array([3.0]), "c": np.array([5.0])}
    parts = shapley_parts(lambda f: f["a"] * f["b"] * f["c"], old, new)
    # orders abc, acb, bac, bca, cab, cba: what a adds to 1, to b, to c, to both
    assert parts["a"][0] == pytest.approx((2 * 1 + 3 + 5 + 2 * 15) / 6)
    assert sum(part[0] for part in parts.values()) == pytest.approx(29.0)


def test_accounts_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="not paired"):
        reasons(account("baseline"), invented())


@pytest.mark.parametrize("real", [False, True])
@pytest.mark.parametrize("unit", UNITS)
def test_a_policys_bill_splits_exactly_in_every_run_and_month(unit: str, real: bool) -> None:
    old, new = (account(name, unit, real=real) for name in ("baseline", "package"))
    parts = reasons(old, new)
    gap = np.abs(np.sum(list(parts.values()), axis=0) - (new.bill - old.bill))
    assert gap.max() < PENNY
    assert new.bill[0, -1] != old.bill[0, -1]


def test_who_gains_and_why_come_to_the_same_sum() -> None:
    found = money_split(account("baseline"), account("package"))
    for measure in ("difference", "since_start"):
        bill = getattr(found.bill, measure).mean
        for changes in (found.payees, found.reasons):
            assert sum(getattr(one, measure).mean for one in changes) == pytest.approx(bill)
        hmrc = next(one for one in found.payees if one.name == "hmrc")
        purse = getattr(found.public_purse, measure).mean
        assert purse == pytest.approx(bill - getattr(hmrc, measure).mean)


# The books


@pytest.mark.parametrize("unit", UNITS)
def test_what_is_spent_is_received_in_every_run_and_month(unit: str) -> None:
    ensemble, opened = kept("baseline", unit)
    found = opened.account()
    spent = np.sum(list(found.spent.values()), axis=0)
    assert np.abs(spent - found.bill).max() < PENNY
    cost = ensemble.of("cost_per_filled_post", unit)
    np.testing.assert_allclose((found.bill / found.filled)[:, ::12], cost)


def test_what_was_paid_is_the_sum_of_the_months_without_the_start() -> None:
    monthly = np.array([[1200.0, 12.0, 24.0, 36.0]])
    assert books.since_start(monthly).tolist() == [6.0]


def test_real_pounds_are_those_of_the_start_years_pay() -> None:
    ensemble, opened = kept("baseline")
    real = opened.account(real=True)
    expected = ensemble.london("agency_cost_per_year_start_pounds")
    np.testing.assert_allclose(real.spent["agency_staff"], expected)
    np.testing.assert_allclose(real.bill[:, 0], opened.account().bill[:, 0])
    assert np.all(real.bill[:, -1] < opened.account().bill[:, -1])


def test_what_is_paid_beyond_staff_cost_is_spent_on_policies() -> None:
    record = a_record()
    record.of("paid_to_hmrc_per_year")[:] += 120.0
    opened = Books()
    opened.add(record)
    np.testing.assert_allclose(opened.account().spent["policies"], 120.0)
    assert [line.name for line in books.spent_lines(opened.account())] == list(books.PURPOSES)
    assert [line.name for line in books.spent_lines(account("baseline"))] == list(books.PURPOSES)[
        :2
    ]


@cache
def a_run() -> RunRecord:
    spec = RunSpec(load_scenario("baseline"), 5, 0, 1, kept("baseline")[0].draws)
    return run_once(spec)


def a_record() -> RunRecord:
    found = a_run()
    changed = {**vars(found), "outcomes": found.outcomes.copy()}
    return RunRecord(**changed)


def test_the_order_in_which_runs_finish_leaves_no_trace() -> None:
    first, second = a_record(), RunRecord(**{**vars(a_record()), "replicate": 1})
    second.outcomes[:] *= 2
    there, back = Books(), Books()
    for record in (first, second):
        there.add(record)
    for record in (second, first):
        back.add(record)
    np.testing.assert_array_equal(there.account().bill, back.account().bill)


def test_the_table_of_money_is_tidy_and_its_lines_add_up(tmp_path: Path) -> None:
    ensemble, opened = kept("baseline")
    Table.of("money", books.MONEY_COLUMNS, opened.rows(ensemble)).write(tmp_path)
    with (tmp_path / "money.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == books.MONEY_COLUMNS
    keys = [tuple(row[name] for name in books.MONEY_COLUMNS[:6]) for row in rows]
    assert len(set(keys)) == len(keys) == 5 * 3 * 33 * (2 + len(PAYEES) + 1)
    value = {key: float(row["value"]) for key, row in zip(keys, rows, strict=True)}
    for measure in books.MEASURES:
        for unit in UNITS:
            here = ("baseline", "2027-09-30", unit)
            total = value[*here, "boroughs", "all", measure]
            paid = sum(value[*here, "boroughs", payee, measure] for payee in PAYEES)
            spent = sum(
                value[*here, f"boroughs_for_{name}", "all", measure]
                for name in ("permanent_staff", "agency_staff")
            )
            assert paid == pytest.approx(total)
            assert spent == pytest.approx(total)
    london = ("baseline", "2027-09-30", "London", "boroughs", "all")
    bill = opened.account().bill
    assert value[*london, "pounds_per_year"] == pytest.approx(bill[:, -1].mean())
    since = books.since_start(bill).mean()
    assert value[*london, "pounds_since_start"] == pytest.approx(since)
    real = books.since_start(opened.account(real=True).bill).mean()
    assert value[*london, "pounds_since_start_at_start_year_pay"] == pytest.approx(real)


def test_the_identity_holds_for_the_bill_itself() -> None:
    one = invented(agency=24.0, extra=4.0)
    factors = {
        "posts": np.array([100.0]),
        "empty": np.array([10.0]),
        "cover": np.array([20.0 / 90.0]),
        "cost": np.array([60_000.0]),
        "price": np.array([90_000.0]),
        "extra": np.array([4.0]),
    }
    assert staff_bill(factors)[0] == pytest.approx(one.bill[0, 0])
