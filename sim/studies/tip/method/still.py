"""London under constant conditions: a year of the borough twin as a map from census to census.

Law, pay, cases per post and every lever are those of one month, every year has the same season of
newly qualified (Step Up spread evenly over its two years), and nobody has luck. Posts go on growing
as budgets allow: the state is kept per post, so that it can stand still while London grows.
What is left is an autonomous map, whose fixed points and their stability can be asked for
(`meanfield`). A season averaged over the months would not do: the newly qualified
who come all at once in September find fewer posts and supervisors than they would spread out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtr

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.headline import CHARGE_RATE, POSTS, UNFILLED, WORKFORCE
from sim.domain.opening_state import CensusStart
from sim.domain.randomness import BoolArray, FloatArray
from sim.london.budgets import budgets_are_watched
from sim.london.caseloads import caseloads_change, posts_change
from sim.london.ofsted import ofsted_inspects
from sim.london.pledge import NOT_SIGNED, Agreed
from sim.london.prices import (
    boroughs_bid_for_agency_staff,
    rules_come_into_force,
    standpoint,
)
from sim.rules import bidding, establishment, recruitment
from sim.rules.agreement import Standing
from sim.rules.hazards import Amount
from sim.rules.pay_bands import BANDS
from sim.scenario import Scenario
from sim.twin import Twin, people
from sim.twin.london import MONTH
from sim.twin.pay import pay_is_worked_out
from sim.twin.state import TINY, TwinState

LONG_AGO_MONTHS = 1200
STEP_UP_CYCLE_YEARS = 2
SMALLEST_SPREAD = 1e-12
OWED, WILD_LOG_PRICE = 1e-6, 10.0


class Still(Twin):
    """One London (or one a draw) under the conditions of one month, for ever.

    States are rows of numbers: staff per post by employer, logs of prices, and how London's
    agency staff are made up. With one draw any number of states can be moved on at once.

    Args:
        scenario: its parameters hold wherever none is drawn.
        drawn: drawn parameters by name, (draw,) each.
        draws: how many Londons.
        month: months after the start at which conditions are frozen.
        census: opening figures; by default the scenario's start census.
        small_numbers: whether a borough's unfilled posts vary about their mean as a count does
            when it bids (bids follow them up faster than down); without, the limit of many posts.
        memberships: the seed by which a share of members is drawn.
    """

    def __init__(
        self,
        scenario: Scenario,
        drawn: Mapping[str, FloatArray] | None = None,
        draws: int = 1,
        *,
        month: int = 0,
        census: CensusStart | None = None,
        small_numbers: bool = True,
        memberships: int = 1,
    ) -> None:
        super().__init__(scenario, drawn or {}, draws, None, census=census, memberships=memberships)
        self.small_numbers, self._months_on = small_numbers, 0
        self.leadership = self.lasting_leadership
        opened = self.packed()
        self.month = month
        grown = establishment.planned_growth(self.opened_on, month, self.parameters)
        self.planned_posts = self.planned_posts * grown
        rules_come_into_force(self)
        caseloads_change(self)
        self._frozen_posts = self.posts.copy()
        waits = max(self.rules.cooling_off_months - 1, 0)
        self.waiting = [np.zeros((draws, 1)) for _ in range(waits)]
        self.unpack(np.concatenate([opened, np.zeros((draws, waits))], axis=1))
        self.opened: FloatArray = self.packed()
        terms, nobody = self.rules.agreement, np.zeros(self.shape, bool)
        signs = nobody if terms is None else np.broadcast_to(terms.signed, self.shape)
        self.opening_members: BoolArray = signs

    def _agreed_long_ago(self) -> Agreed:
        """Return an agreement that whoever signs what is in force signed long ago."""
        agreed, terms = Agreed(self), self.rules.agreement
        if terms is not None:
            signed = np.broadcast_to(terms.signed, self.shape)
            agreed.begun_month = np.where(signed, self.month - LONG_AGO_MONTHS, NOT_SIGNED)
        return agreed

    def season(self) -> Amount:
        """Return a calendar month's part of the newly qualified, the mean of two years."""
        share, multiplier = self.parameters.step_up_share, self.rules.step_up_multiplier
        month = (self.opened_on.month + self._months_on - 1) % MONTHS_PER_YEAR + 1
        years = [
            recruitment.newly_qualified_season(month, year, share, multiplier)
            for year in range(STEP_UP_CYCLE_YEARS)
        ]
        return sum(years) / len(years)

    # The map

    def after(
        self, states: FloatArray, members: BoolArray, *, years: int = 1
    ) -> tuple[FloatArray, BoolArray]:
        """Return states and who keeps to the cap after some years.

        How long a member has been short is not part of the state: it is counted from here.

        Args:
            states: at a census, (state, number).
            members: (state, employer).
        """
        self._begin(states, members)
        self.go_on(years)
        return self.packed(), self.is_member

    def moved_on(self, states: FloatArray, members: BoolArray) -> FloatArray:
        """Return states a year later if nobody joins or leaves the cap."""
        self._begin(states, members)
        for _ in range(MONTHS_PER_YEAR):
            self._keep_to_the_cap(members)
            self.step()
        return self.packed()

    def _begin(self, states: FloatArray, members: BoolArray) -> None:
        self.unpack(states)
        self._keep_to_the_cap(members)

    def _keep_to_the_cap(self, members: BoolArray) -> None:
        """Say who keeps to the cap; how long it has been short is counted from here."""
        none = np.zeros(self.shape)
        self.standing = Standing(members & self.opening_members, none, none)

    def go_on(self, years: int = 1) -> None:
        """Let some years pass under the same conditions."""
        for _ in range(years * MONTHS_PER_YEAR):
            self.step()

    def step(self) -> None:
        """Let one month pass under the same conditions."""
        self._months_on = self._months_on % MONTHS_PER_YEAR + 1
        self._grow()
        for phase in STILL_MONTH:
            phase(self)

    def _grow(self) -> None:
        """Spread staff over this month's posts: as many more as budgets allow."""
        growth = establishment.posts_growth_on(self.today, self.parameters)
        own = establishment.posts_a_month_on(np.ones(self.shape), growth, self.brake)
        london = self.over_london(self.posts * own) / self.over_london(self.posts)
        for name in ("stages", "placed", "unfilled"):
            setattr(self, name, getattr(self, name) / own)
        self.bench = self.bench / london
        self.offers = [one / own for one in self.offers]
        self.waiting = [one / london for one in self.waiting]

    # States as rows of numbers

    def shares_of(self, states: FloatArray) -> dict[str, FloatArray]:
        """Return London's permanent shares of workforce and posts, and unfilled posts, a state."""
        weights = self.census.posts / self.census.posts.sum()
        parts = self._parts(states)
        permanent = (parts["stages"].sum(axis=1) * weights).sum(axis=-1)
        placed = (parts["placed"][:, 0] * weights).sum(axis=-1)
        price = np.exp(parts["prices"][:, -1])
        by_placed = parts["placed"][:, 0] * weights + TINY
        return {
            WORKFORCE: permanent / (permanent + placed),
            POSTS: permanent,
            UNFILLED: (parts["unfilled"][:, 0] * weights).sum(axis=-1),
            CHARGE_RATE: (price * by_placed).sum(axis=-1) / by_placed.sum(axis=-1),
        }

    def is_possible(self, states: FloatArray) -> BoolArray:
        """Return whether nobody is owed and no price is beyond belief, a state each."""
        parts = self._parts(states)
        staff = (parts["stages"], parts["placed"])
        owed = np.any([(part < -OWED).any(axis=(1, 2)) for part in staff], axis=0)
        wild = (np.abs(parts["prices"]) > WILD_LOG_PRICE).any(axis=(1, 2))
        return np.asarray(np.isfinite(states).all(axis=1) & ~owed & ~wild)

    def staffed(self, permanent: float, cover: float, price: float) -> FloatArray:
        """Return the opening state with other staff: (draw, number).

        Args:
            permanent: permanent staff, a share of posts, in every borough.
            cover: which part of the vacancies agency staff cover.
            price: multiple of the opening charge rates.
        """
        state = self.opened.copy()
        parts = self._parts(state)
        stages = parts["stages"]
        stages *= permanent / np.maximum(stages.sum(axis=1, keepdims=True), TINY)
        parts["placed"][:] = (1.0 - permanent) * cover
        parts["unfilled"][:] = (1.0 - permanent) * (1.0 - cover)
        parts["prices"] += np.log(price)
        parts["offers"][:] = 0.0
        return state

    def _layout(self) -> list[tuple[str, int]]:
        rows = [("stages", people.STAGES), ("placed", 1), ("unfilled", 1), ("prices", BANDS)]
        return [*rows, ("offers", len(self.offers))]

    def _parts(self, states: FloatArray) -> dict[str, FloatArray]:
        """Return what a state's rows hold, (state, row, employer), as views."""
        employers, found, at = self.shape[1], {}, 0
        for name, rows in self._layout():
            part = states[:, at : at + rows * employers]
            found[name] = part.reshape(len(states), rows, employers)
            at += rows * employers
        return found

    def packed(self) -> FloatArray:
        """Return the states it is in, (state, number)."""
        count, posts = self.placed.shape[0], np.maximum(self.posts, TINY)
        total = posts.sum(axis=1, keepdims=True)
        rows = [
            *(self.stages / posts),
            self.placed / posts,
            self.unfilled / posts,
            *np.moveaxis(np.log(self.prices), -1, 0),
            *(one / posts for one in self.offers),
        ]
        london = [self.bench / total, self.seasoned]
        types = [self.permanent_types, self.agency_types]
        columns = [
            *rows,
            *london,
            *(one.reshape(count, -1) for one in types),
            *(one / total for one in self.waiting),
        ]
        return np.concatenate(columns, axis=1)

    def unpack(self, states: FloatArray) -> None:
        """Put it into some states, (state, number): with one draw as many as you like."""
        count, employers = len(states), self.shape[1]
        self._months_on = 0
        self.draws, self.shape = count, (count, employers)
        posts = self.posts = np.broadcast_to(self._frozen_posts, self.shape)
        total = posts.sum(axis=1, keepdims=True)
        parts = self._parts(states)
        self.stages = np.ascontiguousarray(np.moveaxis(parts["stages"], 1, 0)) * posts
        self.placed = parts["placed"][:, 0] * posts
        self.unfilled = parts["unfilled"][:, 0] * posts
        self.prices = np.exp(np.moveaxis(parts["prices"], 1, -1))
        self.wanted = self.prices[..., -1].copy()
        self.agreed = self._agreed_long_ago()
        self.leadership, self.leaving_condition = self.lasting_leadership, self.lasting_leaving
        self.offers = [parts["offers"][:, row] * posts for row in range(len(self.offers))]
        at = sum(rows for _, rows in self._layout()) * employers
        rest = states[:, at:]
        self.bench, self.seasoned = rest[:, :1] * total, rest[:, 1:2].copy()
        size = self.permanent_types[0].size
        shape = (count, *self.permanent_types.shape[1:])
        self.permanent_types = rest[:, 2 : 2 + size].reshape(shape).copy()
        self.agency_types = rest[:, 2 + size : 2 + 2 * size].reshape(shape).copy()
        queue = rest[:, 2 + 2 * size :]
        self.waiting = [queue[:, place : place + 1] * total for place in range(queue.shape[1])]
        self.year_flows = {name: np.zeros(self.shape) for name in self.year_flows}
        pay_is_worked_out(self)
        self._settle_budgets()

    def _settle_budgets(self) -> None:
        """Say what boroughs are used to: what they spend and what stands vacant as it is now.

        Both follow a state within months or years, so they are no part of it; a state that stands
        still is the same either way, and one that moves does so a little sooner.
        """
        self.count_uncovered_by_choice()
        self.overspends = []
        self.usual_vacancies = self.vacancy_share
        budgets_are_watched(self)


def boroughs_bid_on_average(twin: TwinState) -> None:
    """Each borough bids as it does on average while its posts unfilled vary as a count does.

    Short boroughs bid up faster than the others bid down, and only they leapfrog: so where numbers
    are small, luck alone pushes bids up. The spread is a count's (assumption): a share u of n posts
    varies by the root of u / n. With many posts this is `bidding.desired_charge_rate`.
    """
    p, posts, seen = twin.parameters, np.maximum(twin.posts, TINY), standpoint(twin)
    weight, vacant = twin.terms.vacancy_weight, twin.vacancies() / posts
    short_by = bidding.shortage(
        seen.unmet_share, seen.wanted_vacancy_share, p.unfilled_target, seen.vacancy_target, weight
    )
    unmet = np.maximum(seen.unmet_share, 0.0)
    spread = SMALLEST_SPREAD + np.sqrt(unmet / posts) * (1.0 - weight)
    spread = spread + weight * np.sqrt(vacant * np.maximum(1.0 - vacant, 0.0) / posts)
    odds = ndtr(short_by / spread)
    above = short_by * odds + spread * np.exp(-np.square(short_by / spread) / 2.0) / np.sqrt(
        2.0 * np.pi
    )
    speed = bidding.TENTH_OF_POSTS * p.bid_speed / MONTHS_PER_YEAR
    drift = speed * (seen.brake * above + p.falling_bid_ratio * (short_by - above))
    paid = twin.prices[..., -1]
    mark = np.log(twin.mean_charges()[:, -1:]) + p.leapfrog_margin - np.log(paid)
    leap = seen.brake * odds * p.leapfrog_speed * np.maximum(mark, 0.0)
    wanted = paid * np.exp(
        drift * twin.links.unfilled_raises_bids + leap * twin.links.rivals_are_leapfrogged
    )
    # what limits a bid clips it afterwards; the drift is never altered at a limit
    twin.wanted = bidding.bid(wanted, twin.rules.lowest_lawful_charge)


def boroughs_bid(twin: TwinState) -> None:
    """Bid as on average or, in the limit of many posts, as the twin does."""
    if isinstance(twin, Still) and twin.small_numbers:
        boroughs_bid_on_average(twin)
    else:
        boroughs_bid_for_agency_staff(twin)


STILL_MONTH = tuple(
    boroughs_bid if phase is boroughs_bid_for_agency_staff else phase
    for phase in MONTH
    if phase not in (rules_come_into_force, posts_change, ofsted_inspects)
)
"""The twin's month without an inspector, under rules that came into force once for all."""
