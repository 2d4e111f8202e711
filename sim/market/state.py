"""What everybody in the market can see: the state of London between two phases.

Phases read and change it; `model.py` opens it and lets the months pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import mesa
import numpy as np

from sim.domain.calendar import month_end
from sim.domain.opening_state import CensusStart
from sim.domain.randomness import FloatArray, Streams, slot_keys
from sim.domain.vocabulary import HiringStructure, Link, WorkerState
from sim.market.boroughs import Borough
from sim.market.ledger import MonthLedger, pounds_per_year
from sim.market.pay import PayDesk, PayTable, bands_of
from sim.market.pledge import Pledge
from sim.market.rulebook import Rulebook, RulesInForce
from sim.market.workforce import IntArray, Workforce
from sim.rules import behaviour
from sim.scenario import Scenario


@dataclass(frozen=True)
class Links:
    """Which links of the circle hold (True) and which are cut (False)."""

    unfilled_raises_bids: bool = True
    rivals_are_leapfrogged: bool = True
    pay_draws_to_agency: bool = True
    strain_drives_leaving: bool = True
    leaving_opens_vacancies: bool = True
    agency_share_repels_applicants: bool = True
    overspend_cuts_offer: bool = True


class MarketState(mesa.Model):
    """The state of the market in one month.

    Attributes:
        plan: the scenario; its `parameters`, `levers` and `structure` are at hand by name.
        month: months since the start; 0 is the census of the start year.
        posts, extra_wanted: by employer, FTE; `cases` and `caseload` likewise.
        unfilled: vacancies nobody covered at the end of the last counted month, by employer.
        leadership, strain, leaving_multiplier: by employer (see `caseloads`).
        rules: the rules in force this month.
        bid_ceiling: the most any borough can pay this month, £ per hour.
        pay: what every way of working pays at the last bids.
        premium: agency over permanent take-home pay in `pay`, averaged over placed staff.
        ledger: who paid whom this month.
        panel: (month, employer, `outcomes.BASE`) what was recorded.
    """

    workforce: Workforce
    rulebook: Rulebook
    rules: RulesInForce
    boroughs: list[Borough]
    pledge: Pledge
    pay: PayTable
    premium: float
    opening_pay: PayTable
    opening_premium: float
    opening_mean_charge: float
    bid_ceiling: float
    opening_strain: FloatArray
    opening_cost_per_post: FloatArray | None
    route: behaviour.RouteConstants
    posts: IntArray
    extra_wanted: IntArray
    unfilled: IntArray
    cases: FloatArray
    caseload: FloatArray
    leadership: FloatArray
    strain: FloatArray
    leaving_multiplier: FloatArray
    panel: FloatArray

    def __init__(self, plan: Scenario, rng: int, replicate: int, census: CensusStart) -> None:
        super().__init__(rng=int(rng))
        self.plan = plan
        self.parameters = plan.parameters
        self.levers = plan.levers
        self.structure = plan.structure
        self.links = Links(**{link.value: link not in plan.structure.cut_links for link in Link})
        self.streams = Streams(int(rng), replicate)
        self.census = census
        self.employers = census.employers
        self.slots = slot_keys(len(self.employers))
        self.month = 0
        self.opened_on = plan.start.opening
        self.desk = PayDesk(plan.parameters)
        self.ledger = MonthLedger(len(self.employers))
        self.strain_centre = self.multiplier_centre = self.reference_caseload = 1.0

    @property
    def today(self) -> date:
        """The last day of the current month."""
        return month_end(self.opened_on, self.month)

    def vacancies(self) -> IntArray:
        """Posts without a permanent holder, by employer."""
        return np.maximum(self.posts - self.workforce.permanent, 0)

    def agency_places(self) -> IntArray:
        """Agency staff each employer has work for: vacancies and places above establishment."""
        return self.vacancies() + self.extra_wanted

    def extra(self) -> IntArray:
        """Agency staff above the establishment, by employer."""
        return np.minimum(self.extra_wanted, self.workforce.placed)

    def count_unfilled(self) -> None:
        """Count vacancies that no agency worker covers, by employer."""
        cover = self.workforce.placed - self.extra()
        self.unfilled = np.maximum(self.vacancies() - cover, 0)

    def charge_rates(self) -> FloatArray:
        """Each employer's charge rate, £ per hour."""
        return np.array([borough.charge_rate_per_hour for borough in self.boroughs])

    def mean_charge_rate(self) -> float:
        """London's mean charge rate, weighted by placed staff, £ per hour."""
        weights = self.workforce.placed
        bids = self.charge_rates()
        return (
            float((bids * weights).sum() / weights.sum()) if weights.any() else float(bids.mean())
        )

    def work_out_pay(self) -> None:
        """Work out what every route pays under the law and the bids of now."""
        rules = self.rules
        self.pay = self.desk.table(
            rules.law,
            rules.off_payroll_enforced,
            rules.salary_index,
            self.charge_rates(),
            self.mean_charge_rate(),
        )
        self.premium = self.mean_premium(self.pay)

    def mean_premium(self, table: PayTable) -> float:
        """Return agency over permanent take-home pay in a pay table, averaged over placed staff."""
        placed = self.workforce.ids(WorkerState.PLACED)
        if placed.size == 0:
            return float(np.exp(table.log_premium[-1].mean()))
        bands = bands_of(self.workforce.experience_months(placed))
        groups = self.workforce.of("company", placed)
        return float(np.exp(table.log_premium[bands, groups].mean()))

    @property
    def strain_appeal(self) -> FloatArray:
        """How strain weighs on a mover's choice of borough."""
        multiplier = behaviour.strain_multiplier(self.parameters.strain_to_leaving, self.strain)
        return 1.0 / multiplier

    def agency_pull(self, ids: IntArray) -> FloatArray:
        """What draws some workers to agency work now, in log pay."""
        holds = self.links.pay_draws_to_agency
        premium = self.pay.log_premium if holds else self.opening_pay.log_premium
        return self.pull(ids, premium, self.strain)

    def pull(self, ids: IntArray, log_premium: FloatArray, strain: FloatArray) -> FloatArray:
        """Return what draws some workers to agency work under a premium and a strain."""
        workforce = self.workforce
        bands = bands_of(workforce.experience_months(ids))
        pay = log_premium[bands, workforce.of("company", ids)]
        felt = self.parameters.strain_to_route * strain[workforce.of("employer", ids)]
        pull: FloatArray = pay + felt + workforce.of("taste", ids)
        return pull

    def budget_offer(self) -> FloatArray:
        """What overspending does to each employer's offer (zero unless the structure says so)."""
        start = self.opening_cost_per_post
        holds = self.structure.hiring is HiringStructure.BUDGET and self.links.overspend_cuts_offer
        if start is None or not holds:
            return np.zeros(len(self.employers))
        sensitivity = self.parameters.budget_sensitivity
        return behaviour.budget_offer(self.cost_per_post(), start, sensitivity)

    def cost_per_post(self) -> FloatArray:
        """Return each employer's pay bill a post, £ a year in start-year money."""
        cost = self.ledger.permanent_cost + self.ledger.agency_cost
        return pounds_per_year(cost) / np.maximum(self.posts, 1) / self.rules.price_level
