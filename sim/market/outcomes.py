"""Outcomes: each defined once, with its unit and label, and recorded every month.

What is recorded are counts and sums by employer; every share, price and mean is a ratio of
two such sums, taken for one employer or for London by the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Event, WorkerState
from sim.market.ledger import PAYEES, pounds_per_year
from sim.market.state import MarketState
from sim.rules.pay_bands import bands_of

BASE = (
    "posts",
    "permanent",
    "agency",
    "vacancies",
    "unfilled",
    "extra",
    "bench",
    "cases",
    "holders",
    "hourly_charges",
    "agency_cost",
    "permanent_cost",
    "permanent_equivalent",
    "policy_cost",
    *(f"paid_to_{payee}" for payee in PAYEES),
    "handovers",
    "agency_tenure",
    "leavers",
    "to_agency",
    "to_permanent",
    "moved_away",
    "starters",
    "filled",
    "filled_in_year",
    "promised",
    "offers_made",
    "offers_accepted",
    "grade",
    "members",
    "bound_members",
    "at_ceiling",
    "above_bar",
    "price_level",
    "log_premium",
    "one",
)
"""The recorded columns, in order."""


@dataclass(frozen=True)
class Outcome:
    """One outcome: its name in files, unit, label, and the sums it is made of."""

    name: str
    unit: str
    label: str
    numerator: str
    denominator: str | None = None
    london_only: bool = False


_FTE, _SHARE, _MONEY = "FTE", "share", "£ per year"
_MONEY_A_POST = "£ a filled post per year"
_HANDOVERS = (
    Event.LEFT_SECTOR,
    Event.WENT_TO_AGENCY,
    Event.MOVED_BOROUGH,
    Event.ASSIGNMENT_ENDED,
    Event.AGENCY_LEFT_SECTOR,
)
"""Events after which a worker's children get another: everybody who works carries an equal
share of the cases (assumption)."""

OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        "permanent_share_of_workforce",
        _SHARE,
        "permanent share of the workforce",
        "permanent",
        "staff",
    ),
    Outcome("permanent_share_of_posts", _SHARE, "permanent share of posts", "permanent", "posts"),
    Outcome("unfilled_share_of_posts", _SHARE, "unfilled posts", "unfilled", "posts"),
    Outcome("vacancy_share", _SHARE, "vacancies, covered or not", "vacancies", "posts"),
    Outcome("agency_share", _SHARE, "agency share of the workforce", "agency", "staff"),
    Outcome("charge_rate_per_hour", "£ per hour", "mean charge rate", "hourly_charges", "agency"),
    Outcome(
        "charge_rate_per_hour_start_pounds",
        "£ per hour at start-year pay",
        "mean charge rate in start-year pounds",
        "hourly_charges",
        "agency_at_price_level",
    ),
    Outcome(
        "log_take_home_premium",
        "log ratio",
        "agency over permanent take-home pay",
        "log_premium",
        "one",
        london_only=True,
    ),
    Outcome("agency_cost_per_year", _MONEY, "agency cost", "agency_cost"),
    Outcome(
        "agency_cost_per_year_start_pounds",
        "£ per year at start-year pay",
        "agency cost in start-year pounds",
        "agency_cost_at_start",
    ),
    Outcome(
        "agency_excess_cost_per_year",
        _MONEY,
        "agency cost above the same posts' permanent cost",
        "agency_excess",
    ),
    Outcome("policy_cost_per_year", _MONEY, "spent on what policies buy", "policy_cost"),
    Outcome("permanent_cost_per_year", _MONEY, "permanent staff cost", "permanent_cost"),
    Outcome("cost_per_filled_post", _MONEY_A_POST, "cost per filled post", "total_cost", "filled"),
    Outcome(
        "cost_per_filled_post_start_pounds",
        "£ a filled post per year at start-year pay",
        "cost per filled post in start-year pounds",
        "total_cost_at_start",
        "filled",
    ),
    *(
        Outcome(f"paid_to_{payee}_per_year", _MONEY, f"received by {label}", f"paid_to_{payee}")
        for payee, label in PAYEES.items()
    ),
    Outcome(
        "worker_changes_per_child_per_year",
        "changes",
        "changes of worker for a child in a year",
        "handovers",
        "staff",
    ),
    Outcome(
        "agency_tenure_months",
        "months",
        "mean time of agency staff in their assignment",
        "agency_tenure",
        "agency",
    ),
    Outcome("posts_fte", _FTE, "posts", "posts"),
    Outcome("permanent_fte", _FTE, "permanent staff", "permanent"),
    Outcome("agency_fte", _FTE, "agency staff placed", "agency"),
    Outcome("unfilled_fte", _FTE, "unfilled posts", "unfilled"),
    Outcome("extra_agency_fte", _FTE, "agency staff above the establishment", "extra"),
    Outcome("bench_fte", _FTE, "agency staff between assignments", "bench", london_only=True),
    Outcome("caseload_per_case_holder", "cases", "caseload per case-holder", "cases", "holders"),
    Outcome("leavers_fte_per_month", _FTE, "permanent staff leaving the sector", "leavers"),
    Outcome("to_agency_fte_per_month", _FTE, "permanent staff going to agency", "to_agency"),
    Outcome("to_permanent_fte_per_month", _FTE, "agency staff becoming permanent", "to_permanent"),
    Outcome("moved_away_fte_per_month", _FTE, "permanent staff moving borough", "moved_away"),
    Outcome("starters_fte_per_month", _FTE, "permanent staff hired from outside", "starters"),
    Outcome("offers_made_per_month", "offers", "offers of permanent posts made", "offers_made"),
    Outcome("offer_acceptance_share", _SHARE, "offers accepted", "offers_accepted", "offers_made"),
    Outcome(
        "permanent_share_if_promised",
        _SHARE,
        "permanent share once all who accepted have started",
        "with_promised",
        "staff_then",
    ),
    Outcome(
        "months_to_fill",
        "months",
        "time to fill a vacancy: vacancies over posts filled in the last year",
        "vacancies",
        "filled_in_month",
    ),
    Outcome(
        "ofsted_grade",
        "1 (outstanding) to 4 (inadequate)",
        "Ofsted's last judgement",
        "grade",
        "one",
    ),
    Outcome("pledge_members", "employers", "employers keeping to the cap", "members"),
    Outcome("members_bound_by_cap", "employers", "employers the cap holds down", "bound_members"),
    Outcome("employers_at_bid_ceiling", "employers", "employers who can pay no more", "at_ceiling"),
    Outcome("employers_above_bar", "employers", "employers above the caseload bar", "above_bar"),
)
OUTCOME = {outcome.name: outcome for outcome in OUTCOMES}


def outcomes_are_recorded(market: MarketState) -> None:
    """Write this month's counts and sums into the panel, one row an employer."""
    workforce = market.workforce
    flows = workforce.flows
    ledger = market.ledger
    count = len(market.employers)
    filled = _filled(market)
    values = {
        "posts": market.posts,
        "permanent": workforce.permanent,
        "agency": workforce.placed,
        "vacancies": market.vacancies(),
        "unfilled": market.unfilled,
        "extra": market.extra(),
        "bench": workforce.bench / count,
        "cases": market.cases,
        "holders": market.census.case_holder_share * (workforce.permanent + workforce.placed),
        "hourly_charges": _hourly_charges(market),
        "agency_cost": pounds_per_year(ledger.agency_cost),
        "permanent_cost": pounds_per_year(ledger.permanent_cost),
        "permanent_equivalent": pounds_per_year(ledger.permanent_equivalent),
        "policy_cost": pounds_per_year(ledger.policy_cost),
        **{
            f"paid_to_{payee}": pounds_per_year(received)
            for payee, received in zip(PAYEES, ledger.received, strict=True)
        },
        "handovers": MONTHS_PER_YEAR * flows[list(_HANDOVERS)].sum(axis=0),
        "agency_tenure": _agency_tenure(market),
        "leavers": flows[Event.LEFT_SECTOR],
        "to_agency": flows[Event.WENT_TO_AGENCY],
        "to_permanent": flows[Event.TOOK_PERMANENT_POST],
        "moved_away": flows[Event.MOVED_BOROUGH],
        "starters": flows[Event.ENTERED],
        "filled": filled,
        "filled_in_year": filled + _earlier(market, "filled"),
        "promised": market.promised(),
        "offers_made": market.offers_made,
        "offers_accepted": market.offers_accepted,
        "grade": market.ofsted.grade + 1,
        "members": market.is_member,
        "bound_members": market.cap_binds,
        "at_ceiling": market.is_at_ceiling,
        "above_bar": market.caseload > market.rules.caseload_bar,
        "price_level": market.rules.price_level,
        "log_premium": np.log(market.premium),
        "one": 1.0,
    }
    for place, name in enumerate(BASE):
        market.panel[market.month, :, place] = values[name]


def _hourly_charges(market: MarketState) -> FloatArray:
    """Return what an hour of all placed staff costs, £, by employer."""
    workforce = market.workforce
    placed = workforce.ids(WorkerState.PLACED)
    employers = workforce.of("employer", placed)
    prices = market.prices[employers, bands_of(workforce.experience_months(placed))]
    total = np.bincount(employers, weights=prices, minlength=len(market.employers))
    return np.asarray(total, np.float64)


def _filled(market: MarketState) -> FloatArray:
    """Return permanent posts filled this month, by employer: from outside, agency or elsewhere."""
    permanent, flows = market.workforce.permanent, market.workforce.flows
    if market.month == 0:
        return np.zeros(permanent.size)
    before = market.panel[market.month - 1, :, BASE.index("permanent")]
    gone = flows[[Event.LEFT_SECTOR, Event.WENT_TO_AGENCY, Event.MOVED_BOROUGH]].sum(axis=0)
    return np.asarray(permanent - before + gone, np.float64)


def _earlier(market: MarketState, name: str) -> FloatArray:
    """Return a recorded column summed over the eleven months before this one."""
    first = max(market.month - MONTHS_PER_YEAR + 1, 0)
    total = market.panel[first : market.month, :, BASE.index(name)].sum(axis=0)
    return np.asarray(total, np.float64)


def _agency_tenure(market: MarketState) -> FloatArray:
    """Return months in the current assignment, summed over the placed staff of each employer."""
    placed = market.workforce.ids(WorkerState.PLACED)
    months = market.month - market.workforce.of("joined_month", placed)
    employers = market.workforce.of("employer", placed)
    total = np.bincount(employers, weights=months, minlength=len(market.employers))
    return np.asarray(total, np.float64)


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


def _sum(panel: FloatArray, name: str, london: bool) -> FloatArray:
    """Return a recorded column, or one derived from them, for employers or summed for London."""

    def column(recorded: str) -> FloatArray:
        return panel[..., BASE.index(recorded)]

    if name == "staff":
        values = column("permanent") + column("agency")
    elif name == "agency_at_price_level":
        values = column("agency") * column("price_level")
    elif name == "agency_cost_at_start":
        values = column("agency_cost") / column("price_level")
    elif name in ("total_cost", "total_cost_at_start"):
        values = column("agency_cost") + column("permanent_cost") + column("policy_cost")
        if name == "total_cost_at_start":
            values = values / column("price_level")
    elif name == "with_promised":
        values = column("permanent") + column("promised")
    elif name == "staff_then":  # each starter takes the place of an agency worker, if there is one
        promised = column("permanent") + column("promised")
        values = np.maximum(column("permanent") + column("agency"), promised)
    elif name == "filled_in_month":
        values = column("filled_in_year") / MONTHS_PER_YEAR
    elif name == "filled":
        values = column("posts") - column("unfilled")
    elif name == "agency_excess":
        values = column("agency_cost") - column("permanent_equivalent")
    else:
        values = column(name)
    return values.sum(axis=-1) if london else values
