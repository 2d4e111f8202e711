"""Many Londons at once: the twin opens as the market does, and lets the months pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.opening_census import opening_census
from sim.domain.opening_state import CensusStart
from sim.domain.posterior import StructureKey
from sim.domain.randomness import BoolArray, FloatArray, Purpose, Streams
from sim.london.budgets import budgets_are_watched, budgets_open
from sim.london.caseloads import (
    caseloads_change,
    centre_strain,
    conditions_apart_open,
    feel_the_strain,
    posts_change,
)
from sim.london.ofsted import Inspectorate, ofsted_inspects
from sim.london.pledge import Agreed, pledge_members_comply_or_defect
from sim.london.prices import boroughs_bid_for_agency_staff, rules_come_into_force
from sim.rules import bidding, conditions
from sim.rules.in_force import Rulebook
from sim.rules.inspection import SELDOM
from sim.rules.levers import Levers
from sim.rules.levers.members import Members, members_of
from sim.rules.pay import PermanentPayDesk, opening_scales
from sim.rules.pay_bands import BANDS
from sim.scenario import Scenario
from sim.twin import people, routes
from sim.twin.flows import (
    agency_staff_choose_assignments,
    assignments_end,
    boroughs_hire_permanent_staff,
    expected_offers,
    hiring_room,
    permanent_staff_leave,
    staff_move_between_boroughs,
)
from sim.twin.limits import refuse_what_amounts_cannot_feel
from sim.twin.pay import pay_is_worked_out
from sim.twin.record import FLOWS, TwinRecord
from sim.twin.state import TwinState

Phase = Callable[[TwinState], None]
MONTH: tuple[Phase, ...] = (
    rules_come_into_force,
    posts_change,
    caseloads_change,
    permanent_staff_leave,
    routes.staff_reconsider_their_route,
    staff_move_between_boroughs,
    boroughs_hire_permanent_staff,
    assignments_end,
    boroughs_bid_for_agency_staff,
    pledge_members_comply_or_defect,
    agency_staff_choose_assignments,
    ofsted_inspects,
    pay_is_worked_out,
    budgets_are_watched,
)
"""The market's month, phase by phase."""


class Twin(TwinState):
    """Many draws of one scenario's London, a month a step.

    Args:
        scenario: its parameters hold wherever none is drawn.
        drawn: drawn parameters by name, (draw,) each.
        draws: how many Londons.
        seed: of its luck; None for the deterministic limit, which knows no inspector either.
        census: opening figures; by default the scenario's start census.
        memberships: the seed by which a share of members is drawn, the same for all draws.
        structures: the structure of each London; by default all have the scenario's own.

    Raises:
        ScenarioError: the scenario asks what amounts cannot feel.
    """

    def __init__(
        self,
        scenario: Scenario,
        drawn: Mapping[str, FloatArray],
        draws: int,
        seed: int | None = None,
        *,
        census: CensusStart | None = None,
        memberships: int = 1,
        structures: Sequence[StructureKey] | None = None,
    ) -> None:
        refuse_what_amounts_cannot_feel(scenario)
        found = census or opening_census(scenario.start)
        super().__init__(scenario, drawn, draws, seed, found, structures)
        self._memberships = Streams(memberships)
        who = (self.parameters, self.opened_on, len(self.employers), self.who)
        self.rulebook = Rulebook(self.levers, *who)
        self.rules = Rulebook(Levers(), *who).in_force(self.opened_on)
        figures, index = scenario.start.figures, self.rules.salary_index
        scales = opening_scales(self.plan.parameters, self.employers, figures, index)
        self.pay = PermanentPayDesk(self.plan.parameters, scales)
        self.record = TwinRecord(self.employers)
        self._people_open()
        self._prices_open()
        self._conditions_open()
        routes.solve_route(self)
        self._offers_under_way()
        self._write_down()

    def who(self, members: Members, purpose: Purpose) -> BoolArray:
        """Return who belongs: where a share or a count says how many, alike in all draws."""
        return members_of(members, self.employers, self._memberships, purpose)

    def _people_open(self) -> None:
        census, p = self.census, self.parameters
        self.posts = np.broadcast_to(census.posts.astype(float), self.shape)
        permanent = census.permanent * np.ones((self.draws, 1))
        shares = people.opening_shares(self.plan.parameters)
        figures = self.plan.start.figures
        self.stages = permanent * people.with_own_grades(shares, self.employers, figures)
        self.placed = census.agency * np.ones((self.draws, 1))
        self.bench = p.start_bench_share * float(census.agency.sum()) * np.ones((self.draws, 1))
        self.waiting, self.offers = [], []
        agency = float(census.agency.sum()) * (1.0 + float(np.mean(p.start_bench_share)))
        share = agency / max(agency + float(census.permanent.sum()), 1.0)
        self.permanent_types, self.agency_types = people.opening_types(p, self.draws, share)
        self.seasoned = people.seasoned_share(self.plan.parameters) * np.ones((self.draws, 1))

    def _prices_open(self) -> None:
        p = self.parameters
        rate = p.assignment_rate_2017_per_hour * self.rules.salary_index
        mean = rate / (1.0 - p.agency_margin_share) * np.ones((self.draws, 1))
        self.opening_mean_charge = mean
        spread = p.starting_bid_spread
        tilt = np.asarray(-np.square(spread) / 2.0 if self.luck is not None else 0.0)
        luck = self.normal_for(Purpose.STARTING_BID, 0)
        bids = bidding.opening_bid(mean, spread, luck, tilt)
        bids = bidding.with_own_rates(bids, self.employers, self.plan.start.figures)
        self.prices = np.repeat(bids[..., None], BANDS, axis=-1)
        self.wanted = self.opening_charges = bids
        pay_is_worked_out(self)
        self.opening_cost_of_a_post = self.ordinary_cost_of_a_post()
        self.opening_log_premium = self.log_premium
        self.companies_paid_alike = self.companies_pay_alike

    def _conditions_open(self) -> None:
        p, census = self.parameters, self.census
        workforce = np.maximum(census.permanent + census.agency, 1)
        london = census.agency.sum() / max(workforce.sum(), 1)
        luck = self.normal_for(Purpose.STARTING_LEADERSHIP, 0)
        self.leadership = np.asarray(
            conditions.opening_leadership(
                census.agency / workforce,
                london,
                p.leadership_agency_slope,
                p.leadership_spread,
                luck,
            )
        )
        self.lasting_leadership = p.lasting_conditions_share * self.leadership
        self.unfilled = self.project_teams = np.zeros(self.shape)
        self.opening_strain = np.zeros(self.shape)
        self.overspends = [np.zeros(self.shape)]
        conditions_apart_open(self)
        often = float(np.max(p.inspections_per_year))
        # without luck there is no inspector
        is_there = self.luck is not None and often >= SELDOM
        self.inspectorate, self.agreed = Inspectorate(self, is_there=is_there), Agreed(self)
        caseloads_change(self)
        self._centre()
        self.inspectorate.open()
        self._centre()
        self.count_unfilled()
        budgets_open(self)

    def _centre(self) -> None:
        centre_strain(self)
        feel_the_strain(self)

    def _offers_under_way(self) -> None:
        for _ in range(int(self.parameters.notice_months)):
            self.offers.append(
                np.minimum(self.counted(expected_offers(self).accepted), hiring_room(self))
            )

    # The months

    def step(self) -> None:
        """Let one month pass."""
        self.month += 1
        for phase in MONTH:
            phase(self)
        if self.month % MONTHS_PER_YEAR == 0:
            self._write_down()

    def run(self, years: int) -> TwinRecord:
        """Let some years pass and return what was written down so far."""
        for _ in range(years * MONTHS_PER_YEAR):
            self.step()
        return self.record

    def recount(self, census: CensusStart) -> None:
        """Let posts, cases and extra staff be those of another census, and grow from it."""
        self.census, self.counted_in = census, self.month
        self.posts = np.broadcast_to(census.posts.astype(float), self.shape)
        self.planned_posts = self.posts
        share = census.extra / np.maximum(census.posts, 1)
        self.extra_wanted = (share + self.inspectorate.surge_share()) * self.posts
        self.cases = np.broadcast_to(census.cases, self.shape)

    def _write_down(self) -> None:
        holders = self.census.case_holder_share * (self.permanent + self.placed)
        stocks = {
            "posts": self.posts,
            "permanent": self.permanent,
            "agency": self.placed,
            "extra": self.extra(),
            "unfilled": self.unfilled,
            "holders": holders,
            "cases": self.cases,
            "price": self.prices[..., -1],
            "leadership": self.leadership,
        }
        for name, values in stocks.items():
            self.record.stocks[name].append(np.array(values))
        for name in FLOWS:
            self.record.flows[name].append(self.year_flows[name])
            self.year_flows[name] = np.zeros(self.shape)
