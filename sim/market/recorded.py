"""What is recorded every month: counts and sums by employer, each with the recipe that counts it.

A recipe of amounts alone is written once, and the borough twin records it too; where agents have
people and the twin has shares there may be a recipe for each. Outcomes are arithmetic on columns
(`outcomes.py`), and what is recorded is what they are made of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Event
from sim.london.state import London, LondonInAmounts
from sim.market.ledger import PAYEES, pounds_per_year
from sim.market.state import MarketState

Value = npt.NDArray[Any] | float
"""By employer; the twin's have a row a draw."""


# Columns, and arithmetic on them

Recorded = Callable[["Column"], FloatArray]


class Expression(ABC):
    """A recorded column, or arithmetic on recorded columns: one value an employer."""

    @abstractmethod
    def columns(self) -> Iterator[Column]:
        """Yield every recorded column it is made of, and those they look back on."""

    @abstractmethod
    def worked_out(self, recorded: Recorded) -> FloatArray:
        """Return its values, given those of columns."""

    def __add__(self, other: Expression) -> Expression:
        return Combined("+", np.add, self, other)

    def __sub__(self, other: Expression) -> Expression:
        return Combined("-", np.subtract, self, other)

    def __mul__(self, other: Expression) -> Expression:
        return Combined("×", np.multiply, self, other)

    def __truediv__(self, other: Expression | float) -> Expression:
        return Combined("/", np.divide, self, other)


@dataclass(frozen=True)
class Column(Expression):
    """A count or sum that is recorded every month, by employer.

    Attributes:
        agents: counts it in the agents' market.
        twin: counts it in the borough twin, or None where the twin cannot.
        looks_back_on: columns of earlier months that the recipe reads.
    """

    name: str
    agents: Callable[[MarketState], Value]
    twin: Callable[[LondonInAmounts], Value] | None = None
    looks_back_on: tuple[Column, ...] = ()

    def __str__(self) -> str:
        """Return its name."""
        return self.name

    def columns(self) -> Iterator[Column]:
        """Yield it, after what it looks back on."""
        for one in self.looks_back_on:
            yield from one.columns()
        yield self

    def worked_out(self, recorded: Recorded) -> FloatArray:
        """Return what was recorded."""
        return recorded(self)


@dataclass(frozen=True)
class Combined(Expression):
    """Two expressions under one operation, element by element."""

    sign: str
    operation: Callable[..., FloatArray]
    left: Expression
    right: Expression | float

    def __str__(self) -> str:
        """Return it as it would be written."""
        return f"{self._part(self.left)} {self.sign} {self._part(self.right)}"

    def _part(self, part: Expression | float) -> str:
        is_plain = not isinstance(part, Combined) or part.sign == self.sign == "+"
        return str(part) if is_plain else f"({part})"

    def columns(self) -> Iterator[Column]:
        """Yield the columns of both."""
        for part in (self.left, self.right):
            if isinstance(part, Expression):
                yield from part.columns()

    def worked_out(self, recorded: Recorded) -> FloatArray:
        """Return both worked out and put together."""
        left, right = (
            part.worked_out(recorded) if isinstance(part, Expression) else part
            for part in (self.left, self.right)
        )
        return self.operation(left, right)


def larger(one: Expression, other: Expression) -> Expression:
    """Return the larger of two, employer by employer."""
    return Combined("or, if larger,", np.maximum, one, other)


def amount(name: str, recipe: Callable[[London], Value], *earlier: Column) -> Column:
    """Return a column whose recipe needs amounts only, so that the twin records it too."""
    return Column(name, recipe, recipe, earlier)


# Staff, posts and cases

POSTS = amount("posts", lambda month: month.posts)
PERMANENT = amount("permanent", lambda month: month.permanent)
AGENCY = amount("agency", lambda month: month.placed)
VACANCIES = amount("vacancies", lambda month: month.vacancies())
UNFILLED = amount("unfilled", lambda month: month.unfilled)
BY_CHOICE = amount("by_choice", lambda month: month.uncovered_by_choice)
EXTRA = amount("extra", lambda month: month.extra())
BENCH = amount("bench", lambda month: month.bench / len(month.employers))
CASES = amount("cases", lambda month: month.cases)
HOLDERS = amount(
    "holders", lambda month: month.census.case_holder_share * (month.permanent + month.placed)
)
ABOVE_BAR = amount("above_bar", lambda month: month.caseload > month.rules.caseload_bar)
PRICE_LEVEL = amount("price_level", lambda month: month.rules.price_level)
ONE = amount("one", lambda month: 1.0)


# Prices and money


def _paid_to(place: int) -> Callable[[MarketState], FloatArray]:
    return lambda market: market.ledger.received_per_year[place]


HOURLY_CHARGES = Column(
    "hourly_charges",
    lambda market: market.heads.hourly_charges,
    lambda twin: twin.hourly_charges(),
)
AGENCY_COST = Column(
    "agency_cost",
    lambda market: market.agency_cost_per_year(),
    lambda twin: twin.agency_cost_per_year(),
)
PERMANENT_COST = Column(
    "permanent_cost", lambda market: pounds_per_year(market.ledger.permanent_cost)
)
PERMANENT_EQUIVALENT = Column(
    "permanent_equivalent", lambda market: pounds_per_year(market.ledger.permanent_equivalent)
)
POLICY_COST = Column(
    "policy_cost",
    lambda market: pounds_per_year(market.ledger.policy_cost),
    lambda twin: twin.policy_cost_per_year(),
)
PAID_TO = {payee: Column(f"paid_to_{payee}", _paid_to(place)) for place, payee in enumerate(PAYEES)}
LOG_PREMIUM = Column("log_premium", lambda market: np.log(market.premium))


# Who comes and goes

_HANDOVERS = (
    Event.LEFT_SECTOR,
    Event.WENT_TO_AGENCY,
    Event.MOVED_BOROUGH,
    Event.ASSIGNMENT_ENDED,
    Event.AGENCY_LEFT_SECTOR,
)
"""Events after which a worker's children get another: everybody who works carries an equal
share of the cases (assumption)."""
_GONE = (Event.LEFT_SECTOR, Event.WENT_TO_AGENCY, Event.MOVED_BOROUGH)


def _flow(name: str, event: Event) -> Column:
    return Column(name, lambda market: market.workforce.flows[event])


def _filled(market: MarketState) -> FloatArray:
    """Return permanent posts filled this month, by employer: from outside, agency or elsewhere."""
    permanent = market.permanent
    if market.month == 0:
        return np.zeros(permanent.size)
    before = market.recorded(PERMANENT.name)[-1]
    gone = market.workforce.flows[list(_GONE)].sum(axis=0)
    return np.asarray(permanent - before + gone, np.float64)


def _filled_in_year(market: MarketState) -> FloatArray:
    """Return permanent posts filled this month and in the eleven before it, by employer."""
    year = slice(max(market.month + 1 - MONTHS_PER_YEAR, 0), market.month + 1)
    filled = market.panel[year, :, market.columns.index(FILLED.name)]
    return np.asarray(filled.sum(axis=0), np.float64)


HANDOVERS = Column(
    "handovers",
    lambda market: MONTHS_PER_YEAR * market.workforce.flows[list(_HANDOVERS)].sum(axis=0),
)
AGENCY_TENURE = Column("agency_tenure", lambda market: market.heads.tenure_months)
LEAVERS = _flow("leavers", Event.LEFT_SECTOR)
TO_AGENCY = _flow("to_agency", Event.WENT_TO_AGENCY)
TO_PERMANENT = _flow("to_permanent", Event.TOOK_PERMANENT_POST)
MOVED_AWAY = _flow("moved_away", Event.MOVED_BOROUGH)
STARTERS = _flow("starters", Event.ENTERED)
FILLED = Column("filled", _filled, looks_back_on=(PERMANENT,))
FILLED_IN_YEAR = Column("filled_in_year", _filled_in_year, looks_back_on=(FILLED,))
PROMISED = amount("promised", lambda month: month.promised())
OFFERS_MADE = Column("offers_made", lambda market: market.offers_made)
OFFERS_ACCEPTED = Column("offers_accepted", lambda market: market.offers_accepted)


# Boroughs

GRADE = amount("grade", lambda month: month.inspectorate.grade + 1)
MEMBERS = amount("members", lambda month: month.is_member)
BOUND_MEMBERS = amount("bound_members", lambda month: month.cap_binds)
SLOWED = amount("slowed", lambda month: month.is_slowed)
