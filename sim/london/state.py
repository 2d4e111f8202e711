"""The state of London by employer, and what follows from it whoever counts the staff."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.domain.calendar import month_end
from sim.domain.opening_state import CensusStart
from sim.domain.parameters import Parameters
from sim.domain.randomness import BoolArray, FloatArray, IntArray, Purpose
from sim.rules import agency_work, conditions
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
MOST_PART = 1.0 - 1e-9
"""Part of the most affordable charge from which an employer counts as paying it."""


class London:
    """The state of London in one month; arrays are (employer,), or (draw, employer) for many.

    Attributes:
        plan: the scenario.
        parameters: its own or drawn; each a number, or a column, (draw, 1).
        terms: what the structure does to the month; `links` of the circle that hold.
        month: months since the start; 0 is the census of the start year.
        counted_in: month of the census that posts, cases and extra staff grow from.
        posts, extra_wanted, project_teams, unfilled: FTE. `cases`, `caseload`: as DfE counts.
        cases_relieved, cases_paid_for: held by overspill teams; averted by prevention.
        hires_won_per_year: outside hires beyond the ordinary.
        leadership, lasting_leadership, strain, leaving_multiplier: see `conditions`.
        reference_caseload, multiplier_centre, strain_centre: what strain is centred on.
        common_hiring, common_leaving: what the year does to all boroughs alike.
        prices: charge rates, £ per hour, (..., employer, experience band).
        wanted: what each employer would pay for an experienced hour if no cap bound it, £.
        opening_mean_charge, bid_ceiling: £ per hour; London's mean then, the most affordable now.
        standing: where each employer stands with the collective cap.
        opening_cost_per_post: pay bill a post at the start, £ a year; None until it is known.
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
    bid_ceiling: Amount
    standing: Standing
    opening_cost_per_post: FloatArray | None

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
    def cost_per_post(self) -> FloatArray:
        """Return each employer's pay bill a post, £ a year in start-year money."""

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

    def extra(self) -> Heads:
        """Agency staff above the establishment."""
        return np.minimum(self.extra_wanted, self.placed)

    def count_unfilled(self) -> None:
        """Count vacancies that no agency worker covers."""
        cover = self.placed - self.extra()
        self.unfilled = np.maximum(self.vacancies() - cover, 0)

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
    def is_at_ceiling(self) -> BoolArray:
        """Whether each employer pays the most any can afford."""
        return np.asarray(self.charge_rates >= self.bid_ceiling * MOST_PART)

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
        start, terms = self.opening_cost_per_post, self.terms
        if start is None or not terms.watches_budget or not self.links.overspend_cuts_offer:
            return 0.0
        return conditions.budget_offer(self.cost_per_post(), start, terms.budget_sensitivity)


class LondonInAmounts(London):
    """A London of amounts, for many draws at once.

    Attributes:
        seasoned: share of agency staff below the start of the top pay band, (draw, 1).
    """

    seasoned: FloatArray
