"""What a policy spends: agency staff, permanent staff, policies and all of it, beside a base."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.studies.money.method.money import PURPOSES, Account, Amount, Books, amount, since_start
from sim.studies.money.method.split import MoneySplit, money_split

ALL = "all"
LABELS = {**PURPOSES, ALL: "all that boroughs pay"}
LINES = ("agency_staff", "permanent_staff", "policies", ALL)
FEWEST_POSTS = 1.0
"""Further permanent staff, FTE, below which a cost for each would be a number without meaning."""
SPENDING_TABLE = "spending"
SPENDING_COLUMNS = (
    "base", "policy", "unit", "line", "measure", "old", "new", "difference", "q10", "q90",
)  # fmt: skip


class Spent(NamedTuple):
    """One line of spending under a base and a policy, paired run by run; means over runs, £.

    Attributes:
        old, new: £ a year at the last month's pace.
        difference: new - old.
        old_sum, new_sum, since_start: the same over the whole horizon ...
        since_start_real: ... and the difference at the start year's pay (a pay index, not CPI).
    """

    name: str
    label: str
    old: float
    new: float
    difference: Amount
    old_sum: float
    new_sum: float
    since_start: Amount
    since_start_real: Amount


class Spending(NamedTuple):
    """What a policy spends beside a base.

    Attributes:
        lines: as in `LINES`; they add up to the last.
        split: why the bill changes and who gains: work not done and shifts told apart.
        extra_permanent: permanent staff beyond the base's at the end, mean, FTE.
        bill_a_post, policies_a_post: £ a year for each of them: of the whole bill's difference,
            and of what buys the policy; None where there is less than one.
    """

    lines: list[Spent]
    split: MoneySplit
    extra_permanent: float
    bill_a_post: float | None
    policies_a_post: float | None


def spending(base: Books, policy: Books) -> Spending:
    """Return what a policy spends beside a base, from the books of both.

    Raises:
        ValueError: the books differ in runs or months.
    """
    cash = base.account(), policy.account()
    real = base.account(real=True), policy.account(real=True)
    split = money_split(*cash)
    lines = [_spent(name, cash, real) for name in LINES]
    before, after = (one.staff["permanent_fte"][:, -1].mean() for one in cash)
    more = float(after - before)
    by_name = {one.name: one.difference.mean for one in lines}
    is_more = more >= FEWEST_POSTS
    return Spending(
        lines,
        split,
        more,
        by_name[ALL] / more if is_more else None,
        by_name["policies"] / more if is_more else None,
    )


def _spent(name: str, cash: tuple[Account, Account], real: tuple[Account, Account]) -> Spent:
    old, new = (one.bill if name == ALL else one.spent[name] for one in cash)
    old_real, new_real = (one.bill if name == ALL else one.spent[name] for one in real)
    return Spent(
        name=name,
        label=LABELS[name],
        old=float(old[:, -1].mean()),
        new=float(new[:, -1].mean()),
        difference=amount(new[:, -1] - old[:, -1]),
        old_sum=float(since_start(old).mean()),
        new_sum=float(since_start(new).mean()),
        since_start=amount(since_start(new - old)),
        since_start_real=amount(since_start(new_real - old_real)),
    )


def spending_rows(base: str, policy: str, unit: str, found: Spending) -> Iterator[tuple[str, ...]]:
    """Yield the rows of `spending.csv`: every line by measure."""
    for line in found.lines:
        for measure, levels, gap in (
            ("pounds_per_year", (line.old, line.new), line.difference),
            ("pounds_since_start", (line.old_sum, line.new_sum), line.since_start),
            ("pounds_since_start_at_start_year_pay", (), line.since_start_real),
        ):
            told = tuple(repr(value) for value in levels) or ("", "")
            numbers = (repr(gap.mean), repr(gap.q10), repr(gap.q90))
            yield (base, policy, unit, line.name, measure, *told, *numbers)
