"""Why a policy changes the boroughs' bill, and who gains or loses by it.

Two questions are kept apart. *Why* splits the change in the bill by reason: price, mix, empty
posts, number of posts. *Who* says which payees receive more or less: what boroughs save and
HMRC loses is a shift, not a saving to the public.

The bill of one run and month is an identity of seven factors:

    bill = (posts - empty) x ((1 - cover) x cost + cover x price) + extra x price + policies

    posts     filled posts and empty ones, FTE
    empty     posts nobody holds or covers, FTE
    cover     share of filled posts that agency staff hold
    cost      a year's permanent staff cost for each member of staff, £
    price     a year's agency cost for each agency worker, £: where they work counts too
    extra     agency staff above the establishment, FTE
    policies  what is paid beyond the cost of staff, £

The part of a factor f is its Shapley value: over all orders in which the factors could go from
old to new one at a time, the mean change in the bill when it is f's turn,

    part(f) = sum over sets S of others: |S|! (n - |S| - 1)! / n! x (bill(S + f) - bill(S)),

where bill(S) takes the factors in S from the new world and all others from the old. No order is
preferred, old and new swapped give the same parts with the other sign, and the parts add up to
the change in the bill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import factorial

import numpy as np

from sim.domain.randomness import FloatArray
from sim.market.ledger import PAYEES
from sim.studies.money.method.money import (
    BILL,
    PURPOSES,
    Account,
    Amount,
    amount,
    ratio,
    since_start,
)

REASONS = {
    "price": "price of the same agency staff",
    "cover": "permanent staff in place of agency staff",
    "empty": "more or fewer empty posts (not a saving)",
    "posts": "number of posts",
    "extra": "agency staff above the establishment",
    "cost": "cost of the same permanent staff",
    "policies": PURPOSES["policies"],
}
"""Why the bill changes, by factor of the identity above."""
PUBLIC_PURSE = "public_purse"
SPLIT_COLUMNS = (
    "base", "policy", "unit", "by", "line", "measure", "old", "new", "difference", "q10", "q90",
)  # fmt: skip
Factors = Mapping[str, FloatArray]


@dataclass(frozen=True)
class MoneyChange:
    """One line of a comparison, paired run by run; means over runs, £.

    Attributes:
        old, new: £ a year at the last month's pace; None for a reason, which has no level.
        difference: new - old of each run.
        since_start: the same difference over the whole horizon, £.
    """

    name: str
    label: str
    old: float | None
    new: float | None
    difference: Amount
    since_start: Amount


@dataclass(frozen=True)
class MoneySplit:
    """What a policy changes: by payee, in all, for the public purse, and by reason."""

    payees: list[MoneyChange]
    bill: MoneyChange
    public_purse: MoneyChange
    reasons: list[MoneyChange]


def money_split(base: Account, policy: Account) -> MoneySplit:
    """Return who gains and loses, and why the bill changes.

    Raises:
        ValueError: the accounts differ in runs or months.
    """
    return MoneySplit(
        payees=payee_changes(base, policy),
        bill=bill_change(base, policy),
        public_purse=public_purse_change(base, policy),
        reasons=reason_changes(base, policy),
    )


def shapley_parts(
    value: Callable[[Factors], FloatArray], old: Factors, new: Factors
) -> dict[str, FloatArray]:
    """Return what each factor contributes to value(new) - value(old); the parts add up to it.

    Args:
        value: a function of the factors, element by element.
        old, new: the factors before and after, under the same names and of one shape.
    """
    names = list(old)
    count = len(names)
    weight = [factorial(s) * factorial(count - s - 1) / factorial(count) for s in range(count)]
    parts = {name: np.zeros_like(old[name]) for name in names}
    for moved in product((False, True), repeat=count):
        size = sum(moved)
        at = {name: (new if there else old)[name] for name, there in zip(names, moved, strict=True)}
        reached = value(at)
        for name, there in zip(names, moved, strict=True):
            parts[name] += reached * (weight[size - 1] if there else -weight[size])
    return parts


def staff_bill(factors: Factors) -> FloatArray:
    """Return the boroughs' bill without policies from its factors (see the top of this file)."""
    cover = factors["cover"]
    a_post = (1.0 - cover) * factors["cost"] + cover * factors["price"]
    filled = factors["posts"] - factors["empty"]
    found: FloatArray = filled * a_post + factors["extra"] * factors["price"]
    return found


def reasons(base: Account, policy: Account) -> dict[str, FloatArray]:
    """Return why the bill differs, by `REASONS`: (run, month), £ a year; they add up to it.

    Raises:
        ValueError: the accounts differ in runs or months.
    """
    if base.bill.shape != policy.bill.shape:
        raise ValueError("the two accounts are not paired: they differ in runs or months")
    old, new = _factors(base), _factors(policy)
    for name in old:  # a price nobody pays is what it is in the other world
        old[name], new[name] = _filled_in(old[name], new[name]), _filled_in(new[name], old[name])
    parts = shapley_parts(staff_bill, old, new)
    parts["policies"] = policy.spent["policies"] - base.spent["policies"]
    return {name: parts[name] for name in REASONS}


def _factors(account: Account) -> dict[str, FloatArray]:
    staff, spent = account.staff, account.spent
    extra, agency = staff["extra_agency_fte"], staff["agency_fte"]
    filled = staff["permanent_fte"] + agency - extra
    return {
        "posts": filled + staff["unfilled_fte"],
        "empty": staff["unfilled_fte"],
        "cover": ratio(agency - extra, filled),
        "cost": ratio(spent["permanent_staff"], staff["permanent_fte"]),
        "price": ratio(spent["agency_staff"], agency),
        "extra": extra,
    }


def _filled_in(values: FloatArray, others: FloatArray) -> FloatArray:
    known = np.where(np.isnan(values), others, values)
    return np.where(np.isnan(known), 0.0, known)


def reason_changes(base: Account, policy: Account) -> list[MoneyChange]:
    """Return the bill's change by reason; policies only where either pays for them."""
    return [
        MoneyChange(name, REASONS[name], None, None, amount(part[:, -1]), amount(since_start(part)))
        for name, part in reasons(base, policy).items()
        if name != "policies" or np.any(base.spent[name]) or np.any(policy.spent[name])
    ]


def payee_changes(base: Account, policy: Account) -> list[MoneyChange]:
    """Return what every payee receives under both, and the difference."""
    return [
        _change(name, label, base.received[name], policy.received[name])
        for name, label in PAYEES.items()
    ]


def bill_change(base: Account, policy: Account) -> MoneyChange:
    """Return all that boroughs pay under both, and the difference."""
    return _change(BILL, "all that boroughs pay", base.bill, policy.bill)


def public_purse_change(base: Account, policy: Account) -> MoneyChange:
    """Return the boroughs' bill less what comes back to HMRC, under both, and the difference."""
    old, new = (account.bill - account.received["hmrc"] for account in (base, policy))
    return _change(PUBLIC_PURSE, "the bill, net of HMRC", old, new)


def _change(name: str, label: str, old: FloatArray, new: FloatArray) -> MoneyChange:
    gap = new - old
    before, after = (float(values[:, -1].mean()) for values in (old, new))
    return MoneyChange(name, label, before, after, amount(gap[:, -1]), amount(since_start(gap)))


def split_rows(base: str, policy: str, unit: str, found: MoneySplit) -> Iterator[tuple[str, ...]]:
    """Yield the rows of `money-split.csv`: every change by payee, then by reason."""
    payees = [*found.payees, found.bill, found.public_purse]
    for by, changes in (("payee", payees), ("reason", found.reasons)):
        for change in changes:
            levels = tuple("" if v is None else repr(v) for v in (change.old, change.new))
            for measure, levels_of, gap in (
                ("pounds_per_year", levels, change.difference),
                ("pounds_since_start", ("", ""), change.since_start),
            ):
                numbers = (repr(gap.mean), repr(gap.q10), repr(gap.q90))
                yield (base, policy, unit, by, change.name, measure, *levels_of, *numbers)
