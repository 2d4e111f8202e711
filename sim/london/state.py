"""The state of London by employer, and what follows from it whoever counts the staff."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from operator import is_not
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.domain.calendar import month_end
from sim.domain.opening_state import CensusStart
from sim.domain.parameters import Parameters
from sim.domain.randomness import BoolArray, FloatArray, IntArray, Purpose
from sim.rules import agency_work, agreement, bidding, budget, conditions, demand
from sim.rules.agreement import Standing
from sim.rules.hazards import Amount
from sim.rules.in_force import Rulebook
from sim.rules.levers import Levers
from sim.rules.structures import Links, StructureTerms
from sim.rules.terms import Bought, RulesInForce, policy_cost_per_year
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.london.ofsted import Inspectorate
    from sim.london.pledge import Agreed

Heads = npt.NDArray[Any]
"""Staff or posts by employer, FTE: whole numbers of people, or amounts of them."""
BARELY = 1e-9
"""Slowing of bids below which an employer does not count as slowed by its budget."""


class London:
    """The state of London in one month; arrays are (employer,), or (draw, employer) for many.

    Attributes:
        plan: the scenario.
        parameters: its own or drawn; each a number, or a column, (draw, 1).
        terms: what the structure does to the month; `links` of the circle that hold.
        month: months since the start; 0 is the census of the start year.
        counted_in: month of the census that posts, cases and extra staff grow from.
        posts, extra_wanted, project_teams, unfilled: FTE. `uncovered_by_choice`: unfilled posts
            that nobody is wanted for at today's price, FTE. `cases`, `caseload`: as DfE counts.
        cases_relieved, cases_paid_for: held by overspill teams; averted by prevention.
        hires_won_per_year: outside hires beyond the ordinary.
        leadership, lasting_leadership, strain, leaving_multiplier: see `conditions`.
        reference_caseload, multiplier_centre, strain_centre: what strain is centred on.
        common_hiring, common_leaving: what the year does to all boroughs alike.
        prices: charge rates, £ per hour, (..., employer, experience band).
        wanted: what each employer would pay for an experienced hour if no cap bound it, £.
        opening_mean_charge: London's mean at the start, £ per hour.
        standing: where each employer stands with the collective cap.
        planned_posts: the establishment before anybody in post is counted, FTE.
        budget_per_post, permanent_cost, opening_cost_of_a_post: £ a year at the start: what may
            be spent on staff a post, what a permanent worker costs,
            and what one at the top of the scale does.
        opening_charges: charge rates at the start, £ per hour.
        usual_vacancies: the vacancy share each employer has got used to.
        overspends: overspending each employer goes by in the last months, the latest last.
        leaving_condition, lasting_leaving: see `conditions.leaving_condition_step`.
    """

    plan: Scenario
    parameters: Parameters
    levers: Levers
    links: Links
    terms: StructureTerms
    census: CensusStart
    employers: tuple[str, ...]
    shape: tuple[int, ...]
    opened_on: date
    month: int
    counted_in: int = 0
    rulebook: Rulebook
    rules: RulesInForce
    inspectorate: Inspectorate
    agreed: Agreed
    posts: Heads
    extra_wanted: Heads
    project_teams: Heads
    unfilled: Heads
    uncovered_by_choice: FloatArray
    cases: FloatArray
    cases_relieved: FloatArray
    cases_paid_for: FloatArray
    hires_won_per_year: FloatArray
    caseload: FloatArray
    leadership: FloatArray
    lasting_leadership: FloatArray
    strain: FloatArray
    opening_strain: FloatArray
    leaving_multiplier: FloatArray
    reference_caseload: Amount
    multiplier_centre: Amount
    strain_centre: Amount
    common_hiring: Amount = 1.0
    common_leaving: Amount = 1.0
    prices: FloatArray
    wanted: FloatArray
    opening_mean_charge: Amount
    standing: Standing
    planned_posts: FloatArray
    budget_per_post: FloatArray
    permanent_cost: FloatArray
    opening_cost_of_a_post: FloatArray
    opening_charges: FloatArray
    usual_vacancies: FloatArray
    overspends: list[FloatArray]
    leaving_condition: FloatArray
    lasting_leaving: FloatArray
    _braked: tuple[tuple[object, ...], Amount] | None = None

    # What people and amounts answer differently

    @property
    @abstractmethod
    def permanent(self) -> Heads:
        """Permanent staff in post, FTE."""

    @abstractmethod
    def promised(self) -> Heads:
        """Posts promised to people who have accepted and not yet started."""

    @abstractmethod
    def whole(self, amount: Amount) -> Heads:
        """Return so many people or posts: whole numbers where people are counted."""

    @abstractmethod
    def over_london(self, values: FloatArray) -> Amount:
        """Return a sum over employers: a number, or (draw, 1)."""

    @abstractmethod
    def mean_charge_rate(self) -> Amount:
        """Return London's mean charge for an experienced hour, £, weighted by placed staff."""

    @abstractmethod
    def permanent_cost_per_year(self) -> FloatArray:
        """Return what each employer's permanent staff cost now, £ a year."""

    @abstractmethod
    def agency_cost_per_year(self) -> FloatArray:
        """Return what each employer's agency staff are charged at now, £ a year."""

    @abstractmethod
    def ordinary_cost_of_a_post(self) -> FloatArray:
        """Return what a permanent worker at the top of the scale costs without any offer, £."""

    @abstractmethod
    def pay_holds_agency_staff(self) -> Amount:
        """Return by how much agency pay, against the start's, multiplies their giving up."""

    @abstractmethod
    def normal_for(self, purpose: Purpose, when: int) -> FloatArray:
        """Return normal luck by employer, for a month or year."""

    @abstractmethod
    def uniform_for(self, purpose: Purpose, when: int) -> FloatArray:
        """Return uniform luck by employer, for a month or year."""

    @abstractmethod
    def common_shock(self, purpose: Purpose, spread: Amount) -> Amount:
        """Return what this year, counted from the start, does to all boroughs alike."""

    @abstractmethod
    def older_share(self, since: IntArray) -> Amount:
        """Return the part of each employer's placements that were there before a month."""

    # Equations by employer: arrays take them as they are; agents' boroughs go one by one

    def felt_by_employer(self, work: conditions.Work) -> conditions.Felt:
        """Return `conditions.felt`."""
        return conditions.felt(work)

    def wanted_charge_rates(self, seen: bidding.Standpoint, by: bidding.Bidding) -> FloatArray:
        """Return `bidding.wanted_charge_rate`."""
        return bidding.wanted_charge_rate(seen, by)

    def reviewed(
        self, signed: BoolArray, unmet_share: FloatArray, bears: agreement.Bearing
    ) -> agreement.Review:
        """Return `agreement.reviewed`."""
        return agreement.reviewed(self.standing, signed, self.cap_binds, unmet_share, bears)

    def tax_has_changed(self) -> None:
        """Answer to tax or offers that are new this month."""

    # What follows from the state

    if TYPE_CHECKING:

        @property
        def placed(self) -> Heads:
            """Agency staff placed, FTE."""

        @property
        def bench(self) -> Amount:
            """London's agency staff between assignments."""

    def by_employer(self, values: Amount) -> npt.NDArray[Any]:
        """Return a value an employer, where one may stand for several."""
        if isinstance(values, np.ndarray) and values.shape == self.shape:
            return values
        return np.broadcast_to(values, self.shape)

    @property
    def today(self) -> date:
        """The last day of the current month."""
        return month_end(self.opened_on, self.month)

    def vacancies(self) -> Heads:
        """Posts without a permanent holder."""
        return np.maximum(self.posts - self.permanent, 0)

    def open_vacancies(self) -> Heads:
        """Vacancies that are not promised to anybody."""
        return np.maximum(self.vacancies() - self.promised(), 0)

    def agency_places(self) -> Heads:
        """Agency staff each employer has work for: vacancies and places above establishment."""
        return self.vacancies() + self.extra_wanted

    def wanted_places(self) -> Heads:
        """Agency staff each employer wants at today's price; teams outside the cap in full."""
        ordinary = self.agency_places() - self.project_teams
        return self.whole(self.wanted_share * ordinary) + self.project_teams

    def extra(self) -> Heads:
        """Agency staff above the establishment."""
        return np.minimum(self.extra_wanted, self.placed)

    def count_unfilled(self) -> None:
        """Count vacancies that no agency worker covers."""
        cover = self.placed - self.extra()
        self.unfilled = np.maximum(self.vacancies() - cover, 0)
        self.count_uncovered_by_choice()

    def count_uncovered_by_choice(self) -> None:
        """Count those of them that nobody is wanted for at today's price."""
        self.uncovered_by_choice = demand.uncovered_by_choice(
            self.unfilled, self.vacancies(), self.wanted_share
        )

    @property
    def unfilled_share(self) -> FloatArray:
        """Unfilled posts, as last counted, as a share of posts."""
        return np.asarray(self.unfilled / np.maximum(self.posts, 1), np.float64)

    @property
    def vacancy_share(self) -> FloatArray:
        """Vacancies as a share of posts."""
        return np.asarray(self.vacancies() / np.maximum(self.posts, 1), np.float64)

    @property
    def charge_rates(self) -> FloatArray:
        """What each employer pays for an experienced worker's hour, £."""
        return self.prices[..., -1]

    @property
    def cap_binds(self) -> BoolArray:
        """Whether the cap holds each employer's bid down."""
        return np.asarray(self.charge_rates < self.wanted)

    @property
    def wanted_share(self) -> FloatArray:
        """The part of its places for agency staff that each employer wants filled."""
        if not self.links.dear_cover_is_unwanted:
            return np.ones(self.shape)
        elasticity = self.parameters.cover_demand_elasticity
        index = self.cost_index()
        return demand.wanted_share(self.charge_rates, self.opening_charges, index, elasticity)

    def cost_index(self) -> FloatArray:
        """Return what a permanent worker costs now over what one cost at the start."""
        return self.ordinary_cost_of_a_post() / self.opening_cost_of_a_post

    @property
    def unmet_share(self) -> FloatArray:
        """Unfilled posts that somebody is wanted for, as last counted, as a share of posts."""
        unmet = self.unfilled - self.uncovered_by_choice
        return np.asarray(unmet / np.maximum(self.posts, 1), np.float64)

    def overspend(self) -> FloatArray:
        """Return the overspending each employer goes by: the mean of the last months."""
        return np.asarray(sum(self.overspends) / len(self.overspends))

    @property
    def brake(self) -> Amount:
        """What each employer's budget leaves of a rise in bids or posts, 0 to 1."""
        if not self.links.overspend_slows_bids:
            return np.ones(self.shape)
        depends = (self.overspends, self.parameters, self.terms)
        if self._braked is None or any(map(is_not, depends, self._braked[0])):
            limit = self.parameters.overspend_limit_share
            left = budget.brake(self.overspend(), limit, self.terms.overspend_on_offer)
            self._braked = (depends, left)  # it is asked for several times a month
        return self._braked[1]

    @property
    def is_slowed(self) -> BoolArray:
        """Whether each employer's budget slows its bids."""
        return np.asarray(np.less(self.brake, 1.0 - BARELY))

    @property
    def is_member(self) -> BoolArray:
        """Who keeps to the collective cap."""
        return self.standing.is_member

    def quality(self) -> FloatArray:
        """Working conditions as an inspector would rank them: the opposite of strain."""
        return -self.strain

    def drawn_beyond_london(self) -> Amount:
        """Return by how much better pay around London multiplies agency staff's leaving it."""
        means = self.opening_mean_charge, self.mean_charge_rate()
        return agency_work.drawn_beyond_london(self.rules, self.parameters, *means)

    def policy_cost_per_year(self) -> Amount:
        """Return what each employer pays for what policies do, £ a year."""
        bought = Bought(
            self.cases_relieved, self.cases_paid_for, self.posts, self.hires_won_per_year
        )
        return policy_cost_per_year(bought, self.rules.prices, self.rules.salary_index)

    def budget_offer(self) -> Amount:
        """What overspending does to each employer's offer (zero unless the structure says so)."""
        terms = self.terms
        sensitivity = terms.budget_sensitivity
        has_none = sensitivity == 0.0 if isinstance(sensitivity, float) else not sensitivity.any()
        if has_none or not self.links.overspend_cuts_offer:
            return 0.0
        on_offer = terms.overspend_on_offer
        return budget.offer_change(self.overspend(), sensitivity, on_offer)


class LondonInAmounts(London):
    """A London of amounts, for many draws at once.

    Attributes:
        seasoned: share of agency staff below the start of the top pay band, (draw, 1).
    """

    seasoned: FloatArray

    def hourly_charges(self) -> FloatArray:
        """Return what an hour of all placed staff costs, £, by employer, from shares in bands."""
        young = self.seasoned
        charge = young * self.prices[..., 1] + (1.0 - young) * self.prices[..., 2]
        return np.asarray(self.placed * charge)

    def agency_cost_per_year(self) -> FloatArray:
        """Return what each employer's agency staff are charged at now, £ a year."""
        assumed = self.plan.parameters
        return self.hourly_charges() * assumed.hours_per_week * assumed.weeks_per_year
