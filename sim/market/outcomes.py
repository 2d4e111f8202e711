"""Outcomes: each defined once, with its unit, its label and what it is made of.

What is recorded are counts and sums by employer; every share, price and mean is a ratio of two
such sums, taken for one employer or for London by the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.headline import AGENCY_COST, AGENCY_SHARE, CHARGE_RATE, POSTS, UNFILLED, WORKFORCE
from sim.domain.randomness import FloatArray
from sim.london.state import LondonInAmounts
from sim.market import recorded as r
from sim.market.ledger import PAYEES
from sim.market.recorded import Column, Expression, larger
from sim.market.state import MarketState


@dataclass(frozen=True)
class Measure:
    """What a number is: its name in files, unit and label."""

    name: str
    unit: str
    label: str


@dataclass(frozen=True)
class Outcome(Measure):
    """One outcome: what it is, and the sums it is made of."""

    numerator: Expression
    denominator: Expression | None = None
    london_only: bool = False

    @property
    def made_of(self) -> str:
        """What it is made of, as it would be written."""
        bottom = self.denominator
        if bottom is None:
            return str(self.numerator)
        sides = (
            str(one) if isinstance(one, Column) else f"({one})" for one in (self.numerator, bottom)
        )
        return " / ".join(sides)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The recorded columns it needs."""
        sides = (self.numerator, self.denominator)
        return tuple(column for one in sides if one is not None for column in one.columns())

    @property
    def is_told_by_the_twin(self) -> bool:
        """Whether the borough twin records all it is made of."""
        return all(column.twin is not None for column in self.columns)


_FTE, _SHARE, _MONEY = "FTE", "share", "£ per year"
_MONEY_A_POST = "£ a filled post per year"
STAFF = r.PERMANENT + r.AGENCY
FILLED_POSTS = r.POSTS - r.UNFILLED
TOTAL_COST = r.AGENCY_COST + r.PERMANENT_COST + r.POLICY_COST
ONCE_STARTED = r.PERMANENT + r.PROMISED
"""Permanent staff once all who accepted have started: each takes the place of an agency worker, if
there is one."""

OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        WORKFORCE,
        _SHARE,
        "permanent share of the workforce",
        r.PERMANENT,
        STAFF,
    ),
    Outcome(POSTS, _SHARE, "permanent share of posts", r.PERMANENT, r.POSTS),
    Outcome(UNFILLED, _SHARE, "unfilled posts", r.UNFILLED, r.POSTS),
    Outcome(
        "uncovered_by_choice",
        _SHARE,
        "unfilled posts left uncovered by choice at today's price",
        r.BY_CHOICE,
        r.POSTS,
    ),
    Outcome(
        "unmet",
        _SHARE,
        "unfilled posts that boroughs want covered",
        r.UNFILLED - r.BY_CHOICE,
        r.POSTS,
    ),
    Outcome("vacancy_share", _SHARE, "vacancies, covered or not", r.VACANCIES, r.POSTS),
    Outcome(AGENCY_SHARE, _SHARE, "agency share of the workforce", r.AGENCY, STAFF),
    Outcome(CHARGE_RATE, "£ per hour", "price paid to the agency", r.HOURLY_CHARGES, r.AGENCY),
    Outcome(
        "charge_rate_per_hour_start_pounds",
        "£ per hour at start-year pay",
        "price paid to the agency in start-year pounds",
        r.HOURLY_CHARGES,
        r.AGENCY * r.PRICE_LEVEL,
    ),
    Outcome(
        "log_take_home_premium",
        "log ratio",
        "agency over permanent take-home pay",
        r.LOG_PREMIUM,
        r.ONE,
        london_only=True,
    ),
    Outcome(AGENCY_COST, _MONEY, "agency cost", r.AGENCY_COST),
    Outcome(
        "agency_cost_per_year_start_pounds",
        "£ per year at start-year pay",
        "agency cost in start-year pounds",
        r.AGENCY_COST / r.PRICE_LEVEL,
    ),
    Outcome(
        "agency_excess_cost_per_year",
        _MONEY,
        "agency cost above the same posts' permanent cost",
        r.AGENCY_COST - r.PERMANENT_EQUIVALENT,
    ),
    Outcome("policy_cost_per_year", _MONEY, "spent on what policies buy", r.POLICY_COST),
    Outcome("permanent_cost_per_year", _MONEY, "permanent staff cost", r.PERMANENT_COST),
    Outcome(
        "cost_per_filled_post", _MONEY_A_POST, "cost per filled post", TOTAL_COST, FILLED_POSTS
    ),
    Outcome(
        "cost_per_filled_post_start_pounds",
        "£ a filled post per year at start-year pay",
        "cost per filled post in start-year pounds",
        TOTAL_COST / r.PRICE_LEVEL,
        FILLED_POSTS,
    ),
    *(
        Outcome(f"paid_to_{payee}_per_year", _MONEY, f"received by {label}", r.PAID_TO[payee])
        for payee, label in PAYEES.items()
    ),
    Outcome(
        "worker_changes_per_child_per_year",
        "changes",
        "changes of social worker for a child in a year",
        r.HANDOVERS,
        STAFF,
    ),
    Outcome(
        "agency_tenure_months",
        "months",
        "mean time that agency staff have been in their assignment",
        r.AGENCY_TENURE,
        r.AGENCY,
    ),
    Outcome("posts_fte", _FTE, "posts", r.POSTS),
    Outcome("permanent_fte", _FTE, "permanent staff", r.PERMANENT),
    Outcome("agency_fte", _FTE, "agency staff placed", r.AGENCY),
    Outcome("unfilled_fte", _FTE, "unfilled posts", r.UNFILLED),
    Outcome("extra_agency_fte", _FTE, "agency staff above the establishment", r.EXTRA),
    Outcome("bench_fte", _FTE, "agency staff between assignments", r.BENCH, london_only=True),
    Outcome("caseload_per_case_holder", "cases", "caseload per case-holder", r.CASES, r.HOLDERS),
    Outcome("leavers_fte_per_month", _FTE, "permanent staff leaving the sector", r.LEAVERS),
    Outcome("to_agency_fte_per_month", _FTE, "permanent staff going to agency", r.TO_AGENCY),
    Outcome("to_permanent_fte_per_month", _FTE, "agency staff becoming permanent", r.TO_PERMANENT),
    Outcome("moved_away_fte_per_month", _FTE, "permanent staff moving borough", r.MOVED_AWAY),
    Outcome("starters_fte_per_month", _FTE, "permanent staff hired from outside", r.STARTERS),
    Outcome("offers_made_per_month", "offers", "offers of permanent posts made", r.OFFERS_MADE),
    Outcome("offer_acceptance_share", _SHARE, "offers accepted", r.OFFERS_ACCEPTED, r.OFFERS_MADE),
    Outcome(
        "permanent_share_if_promised",
        _SHARE,
        "permanent share once all who accepted have started",
        ONCE_STARTED,
        larger(STAFF, ONCE_STARTED),
    ),
    Outcome(
        "months_to_fill",
        "months",
        "time to fill a vacancy: vacancies over posts filled in the last year",
        r.VACANCIES,
        r.FILLED_IN_YEAR / MONTHS_PER_YEAR,
    ),
    Outcome(
        "ofsted_grade",
        "1 (outstanding) to 4 (inadequate)",
        "Ofsted's last judgement",
        r.GRADE,
        r.ONE,
    ),
    Outcome("pledge_members", "employers", "employers keeping to the cap", r.MEMBERS),
    Outcome(
        "members_bound_by_cap",
        "employers",
        "employers whose bids the cap holds down",
        r.BOUND_MEMBERS,
    ),
    Outcome(
        "employers_slowed_by_budget", "employers", "employers whose budget slows bids", r.SLOWED
    ),
    Outcome("employers_above_bar", "employers", "employers above the caseload bar", r.ABOVE_BAR),
)
"""Every outcome. A column that an entry names is recorded for it: adding one takes an entry here,
with a recipe of its own if it counts something new."""
OUTCOME = {outcome.name: outcome for outcome in OUTCOMES}
PLACE = {outcome.name: place for place, outcome in enumerate(OUTCOMES)}
"""Where each outcome stands in arrays of all outcomes."""


def _recorded_for(outcomes: Iterable[Outcome]) -> tuple[Column, ...]:
    """Return every column that outcomes need, each once, what one looks back on before it."""
    found: dict[str, Column] = {}
    for outcome in outcomes:
        for column in outcome.columns:
            if found.setdefault(column.name, column) is not column:
                raise ValueError(f"{outcome.name}: another column is called {column.name} already")
    return tuple(found.values())


COLUMNS = _recorded_for(OUTCOMES)
"""The recorded columns, in the order of the panel."""
BASE = tuple(column.name for column in COLUMNS)
"""Their names."""
_COLUMN_PLACE = {name: place for place, name in enumerate(BASE)}


def outcomes_are_recorded(market: MarketState) -> None:
    """Write this month's counts and sums into the panel, one row an employer."""
    for place, column in enumerate(COLUMNS):
        market.panel[market.month, :, place] = column.agents(market)


def twin_is_recorded(twin: LondonInAmounts, into: FloatArray) -> None:
    """Write the counts and sums that a twin has into a month's row, (draw, employer, BASE)."""
    for place, column in enumerate(COLUMNS):
        if column.twin is not None:
            into[..., place] = column.twin(twin)


def measured(panel: FloatArray, outcome: Outcome, *, london: bool) -> FloatArray:
    """Return an outcome from recorded sums.

    Args:
        panel: (..., employers, BASE) recorded columns.
        outcome: what to measure.
        london: True for London as a whole, False for each employer.

    Returns:
        (...) for London, (..., employers) otherwise; NaN where the denominator is zero.
    """
    top = _sum(panel, outcome.numerator, london)
    if outcome.denominator is None:
        return top
    bottom = _sum(panel, outcome.denominator, london)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def _sum(panel: FloatArray, expression: Expression, london: bool) -> FloatArray:
    """Return an expression's value for employers, or summed for London."""
    values = expression.worked_out(lambda column: panel[..., _COLUMN_PLACE[column.name]])
    return values.sum(axis=-1) if london else values
