"""Who pays whom: every pound of an ensemble, by what it is spent on and by who receives it.

Boroughs pay; each payee of the month's ledger receives. A month's money is written at its yearly
pace, as in every other table; what has been paid since the start is the sum of the months.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.answers.comparison import HIGH, LOW
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.headline import AGENCY_COST
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble, Spool
from sim.market.ledger import PAYEES
from sim.market.outcomes import OUTCOME

PURPOSES = {
    "permanent_staff": OUTCOME["permanent_cost_per_year"].label,
    "agency_staff": OUTCOME[AGENCY_COST].label,
    "policies": "policies, beside pay",
}
"""What boroughs spend on. Policies are whatever is received beyond the cost of staff."""
BOROUGHS, ALL, BILL = "boroughs", "all", "bill"
HALF_A_PENNY = 0.005
MONEY_TABLE = "money"
MONEY_COLUMNS = (
    "scenario", "date", "unit", "payer", "payee", "measure", "value", "q10", "q90",
)  # fmt: skip
MEASURES = (
    "pounds_per_year",
    "pounds_per_year_at_start_year_pay",
    "pounds_since_start",
    "pounds_since_start_at_start_year_pay",
    "pounds_per_filled_post_per_year",
)
"""Of `money.csv`: `value` is the mean over runs, beside it the 10th and 90th percentile."""
STAFF = ("permanent_fte", "agency_fte", "unfilled_fte", "extra_agency_fte", "posts_fte")
_LINES = (*PURPOSES, *PAYEES)
_KEPT = (*_LINES, *STAFF, "price_level")


@dataclass(frozen=True)
class Amount:
    """Money over runs: the mean, so that amounts add up, and the 80 % interval; in £."""

    mean: float
    q10: float
    q90: float


@dataclass(frozen=True)
class Account:
    """One unit's money by month: every array is (run, month).

    Attributes:
        spent: by `PURPOSES`, £ a year at the month's pace.
        received: by `PAYEES`, likewise; sums to the same bill.
        staff: by `STAFF`, FTE.
    """

    spent: dict[str, FloatArray]
    received: dict[str, FloatArray]
    staff: dict[str, FloatArray]

    @property
    def bill(self) -> FloatArray:
        """All that boroughs pay, (run, month), £ a year at the month's pace."""
        return np.sum(list(self.received.values()), axis=0)

    @property
    def filled(self) -> FloatArray:
        """Posts that somebody holds or covers, (run, month), FTE."""
        return self.staff["posts_fte"] - self.staff["unfilled_fte"]


class Books:
    """Keeps the money of every run of an ensemble; show it each run by `add`.

    Args:
        unit: London or an employer, whose account is kept by month. Every unit is kept at the
            censuses.
    """

    def __init__(self, unit: str = LONDON) -> None:
        self.unit = unit
        self._months, self._censuses = Spool(), Spool()

    def add(self, record: RunRecord) -> None:
        """Keep what one run paid, in pounds of the day and of the start year's pay."""
        flows, level = _flows(record), _price_level(record)
        here = record.units.index(self.unit)
        staff = [record.of(name)[:, here] for name in STAFF]
        self._months.add(record.replicate, np.vstack([flows[:, :, here], *staff, level]))
        real = flows / level[:, None]
        posts, unfilled = (record.of(name) for name in ("posts_fte", "unfilled_fte"))
        found = (
            flows,
            real,
            _since_start(flows),
            _since_start(real),
            ratio(flows, posts - unfilled),
        )
        self._censuses.add(record.replicate, np.stack(found)[:, :, ::MONTHS_PER_YEAR])

    def account(self, *, real: bool = False) -> Account:
        """Return the unit's account, in pounds of the day or of the start year's pay."""
        kept = {name: self._months.outcome(place) for place, name in enumerate(_KEPT)}
        level = kept["price_level"] if real else 1.0
        return Account(
            spent={name: kept[name] / level for name in PURPOSES},
            received={name: kept[name] / level for name in PAYEES},
            staff={name: kept[name] for name in STAFF},
        )

    def rows(self, ensemble: Ensemble) -> Iterator[tuple[str, ...]]:
        """Yield the rows of `money.csv`: every census, unit, payer and payee, by measure."""
        days = [ensemble.day(month).isoformat() for month in ensemble.months[::MONTHS_PER_YEAR]]
        for place, measure in enumerate(MEASURES):
            lines = self._censuses.outcome(place)
            for payer, payee, values in _paid(lines):
                mean = values.mean(axis=0)
                low, high = np.quantile(values, [LOW, HIGH], axis=0)
                for census, day in enumerate(days):
                    for here, unit in enumerate(ensemble.units):
                        cells = (found[census, here] for found in (mean, low, high))
                        numbers = ("" if cell != cell else repr(float(cell)) for cell in cells)
                        yield (ensemble.scenario.name, day, unit, payer, payee, measure, *numbers)


def _flows(record: RunRecord) -> FloatArray:
    """Return (line, month, unit) £ a year: what is spent by purpose, then received by payee."""
    received = [record.of(f"paid_to_{payee}_per_year") for payee in PAYEES]
    staff = [record.of(f"{kind}_cost_per_year") for kind in ("permanent", "agency")]
    rest = np.sum(received, axis=0) - np.sum(staff, axis=0)
    rest[np.abs(rest) < HALF_A_PENNY] = 0.0
    return np.stack([*staff, rest, *received])


def _price_level(record: RunRecord) -> FloatArray:
    """Return the pay index over its value at the start, by month: 1 at the start."""
    nominal, real = (
        record.of(name)[:, 0]
        for name in ("cost_per_filled_post", "cost_per_filled_post_start_pounds")
    )
    return ratio(nominal, real)


def _since_start(flows: FloatArray) -> FloatArray:
    """Return what was paid from the first month to each month; 0 in month 0, which is history."""
    paid = flows / MONTHS_PER_YEAR
    paid[:, 0] = 0.0
    return np.cumsum(paid, axis=1)


def _paid(lines: FloatArray) -> Iterator[tuple[str, str, FloatArray]]:
    """Yield payer, payee and values of (run, line, census, unit); unused purposes are left out."""
    for place, name in enumerate(_LINES):
        if name in PAYEES:
            yield BOROUGHS, name, lines[:, place]
        elif name != "policies" or np.any(lines[:, place]):
            yield f"{BOROUGHS}_for_{name}", ALL, lines[:, place]
    yield BOROUGHS, ALL, lines[:, len(PURPOSES) :].sum(axis=1)


def ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Return top / bottom, NaN where there is nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def since_start(monthly: FloatArray) -> FloatArray:
    """Return what was paid over the whole horizon, one £ a run, from (run, month) £ a year."""
    paid: FloatArray = monthly[:, 1:].sum(axis=1) / MONTHS_PER_YEAR
    return paid


def amount(values: FloatArray) -> Amount:
    """Return the mean and 80 % interval of one value a run."""
    low, high = np.quantile(values, [LOW, HIGH])
    return Amount(float(values.mean()), float(low), float(high))


@dataclass(frozen=True)
class LedgerLine:
    """What is spent on one purpose, or received by one payee.

    Attributes:
        start, end: £ a year at the pace of the first and the last month.
        since_start: £ over the whole horizon.
        start_share, end_share: of every pound paid.
        start_per_filled_post, end_per_filled_post: £ a year, means over runs.
    """

    name: str
    label: str
    start: Amount
    end: Amount
    since_start: Amount
    start_share: float
    end_share: float
    start_per_filled_post: float
    end_per_filled_post: float


def spent_lines(account: Account) -> list[LedgerLine]:
    """Return what boroughs spend, by purpose; policies only where something is paid for them."""
    spent = {name: paid for name, paid in account.spent.items() if _is_used(name, account)}
    return [_line(name, PURPOSES[name], paid, account) for name, paid in spent.items()]


def received_lines(account: Account) -> list[LedgerLine]:
    """Return what every payee receives."""
    return [_line(name, PAYEES[name], paid, account) for name, paid in account.received.items()]


def bill_line(account: Account) -> LedgerLine:
    """Return all that boroughs pay."""
    return _line(BILL, "all that boroughs pay", account.bill, account)


def _is_used(purpose: str, account: Account) -> bool:
    return purpose != "policies" or bool(np.any(account.spent[purpose]))


def _line(name: str, label: str, paid: FloatArray, account: Account) -> LedgerLine:
    bill = account.bill.mean(axis=0)
    mean = paid.mean(axis=0)
    each = ratio(paid, account.filled).mean(axis=0)
    return LedgerLine(
        name=name,
        label=label,
        start=amount(paid[:, 0]),
        end=amount(paid[:, -1]),
        since_start=amount(since_start(paid)),
        start_share=float(ratio(mean[0], bill[0])),
        end_share=float(ratio(mean[-1], bill[-1])),
        start_per_filled_post=float(each[0]),
        end_per_filled_post=float(each[-1]),
    )
