"""What everybody in the market can see: the state of London between two phases.

Phases read and change it; `model.py` opens it and lets the months pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import mesa
import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.opening_state import CensusStart
from sim.domain.randomness import FloatArray, Purpose, Streams, slot_keys
from sim.domain.vocabulary import HiringStructure, Link, WorkerState
from sim.market.boroughs import Borough
from sim.market.ledger import MonthLedger, pounds_per_year
from sim.market.ofsted import Ofsted
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
        project_teams: agency staff above the establishment that escape the cap, by employer.
        cases_relieved, cases_paid_for: held by overspill teams; averted by prevention.
        prices: charge rates, £ per hour, (employer, experience band).
        scales: salaries in 2017/18 pounds, (employer, experience band).
        unfilled: vacancies nobody covered at the end of the last counted month, by employer.
        leadership, strain, leaving_multiplier: by employer (see `caseloads`).
        lasting_leadership: what leadership returns to, by employer.
        accepted_offers: starters to come by employer, one array a month, the next first.
        offers_made, offers_accepted: this month's offers of permanent posts, by employer.
        hires_won_per_year: outside hires expected beyond the ordinary, by employer.
        rules: the rules in force this month.
        bid_ceiling: the most any borough can pay this month, £ per hour.
        pay: what every way of working pays at the last bids.
        premium: agency over permanent take-home pay in `pay`, averaged over placed staff.
        ledger: who paid whom this month.
        columns: names of what is recorded each month (`outcomes.py`).
        panel: (month, employer, `columns`) what was recorded.
    """

    workforce: Workforce
    rulebook: Rulebook
    rules: RulesInForce
    boroughs: list[Borough]
    pledge: Pledge
    ofsted: Ofsted
    prices: FloatArray
    scales: FloatArray
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
    project_teams: IntArray
    unfilled: IntArray
    cases: FloatArray
    cases_relieved: FloatArray
    cases_paid_for: FloatArray
    caseload: FloatArray
    leadership: FloatArray
    lasting_leadership: FloatArray
    strain: FloatArray
    leaving_multiplier: FloatArray
    accepted_offers: list[IntArray]
    offers_made: IntArray
    offers_accepted: IntArray
    hires_won_per_year: FloatArray
    columns: tuple[str, ...]
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
        count = len(self.employers)
        self.ledger = MonthLedger(count)
        self.project_teams = np.zeros(count, np.int64)
        self.unfilled = np.zeros(count, np.int64)
        self.accepted_offers = []
        self.offers_made = self.offers_accepted = np.zeros(count, np.int64)
        self.hires_won_per_year = np.zeros(count)
        self.strain_centre = self.multiplier_centre = self.reference_caseload = 1.0

    @property
    def today(self) -> date:
        """The last day of the current month."""
        return month_end(self.opened_on, self.month)

    def recorded(self, column: str) -> FloatArray:
        """What was recorded of a column in the months before this one, (month, employer)."""
        return self.panel[: self.month, :, self.columns.index(column)]

    @property
    def permanent(self) -> IntArray:
        """Permanent staff, by employer."""
        return self.workforce.permanent

    @property
    def placed(self) -> IntArray:
        """Agency staff placed, by employer."""
        return self.workforce.placed

    @property
    def bench(self) -> int:
        """London's agency staff between assignments."""
        return self.workforce.bench

    def vacancies(self) -> IntArray:
        """Posts without a permanent holder, by employer."""
        return np.maximum(self.posts - self.workforce.permanent, 0)

    def promised(self) -> IntArray:
        """Posts promised to people who have accepted and not yet started, by employer."""
        none = np.zeros(len(self.employers), np.int64)
        return sum(self.accepted_offers, none)

    def open_vacancies(self) -> IntArray:
        """Vacancies that are not promised to anybody, by employer."""
        return np.maximum(self.vacancies() - self.promised(), 0)

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

    def quality(self) -> FloatArray:
        """Working conditions as an inspector would rank them: the opposite of strain."""
        return -self.strain

    def charge_rates(self) -> FloatArray:
        """What each employer pays for an experienced worker's hour, £."""
        return np.array([borough.charge_rate_per_hour for borough in self.boroughs])

    def mean_charge_rates(self) -> FloatArray:
        """London's mean charge rates by experience band, weighted by placed staff, £ per hour."""
        weights = self.workforce.placed.astype(float)
        if not weights.any():
            weights[:] = 1.0
        means: FloatArray = (self.prices * weights[:, None]).sum(axis=0) / weights.sum()
        return means

    def mean_charge_rate(self) -> float:
        """London's mean charge rate for an experienced worker, £ per hour."""
        return float(self.mean_charge_rates()[-1])

    def salaries(self) -> FloatArray:
        """What permanent staff earn without a better offer, £ a year, (employer, band)."""
        return self.scales * self.rules.salary_index

    def work_out_pay(self) -> None:
        """Work out what every route pays under the law and the bids of now."""
        rules, salaries = self.rules, self.salaries()
        offered = salaries * (1.0 + rules.offer_pay_share[:, None]) + rules.offer_payment[:, None]
        self.pay = self.desk.table(
            rules.law,
            rules.off_payroll_enforced,
            salaries,
            offered,
            self.prices,
            self.mean_charge_rates(),
        )
        self.premium = self.mean_premium(self.pay)

    def mean_premium(self, table: PayTable) -> float:
        """Return agency over permanent take-home pay in a pay table, averaged over placed staff."""
        placed = self.workforce.ids(WorkerState.PLACED)
        if placed.size == 0:
            return float(np.exp(table.log_premium[:, -1].mean()))
        employers = self.workforce.of("employer", placed)
        bands = bands_of(self.workforce.experience_months(placed))
        groups = self.workforce.of("company", placed)
        return float(np.exp(table.log_premium[employers, bands, groups].mean()))

    def common_shock(self, purpose: Purpose, spread: float) -> float:
        """Return what this year, counted from the start, does to all boroughs alike."""
        year = (self.month - 1) // MONTHS_PER_YEAR
        luck = self.streams.normal(purpose, year, self.slots[:1])
        return float(behaviour.common_shock(spread, luck)[0])

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
        employers = workforce.of("employer", ids)
        bands = bands_of(workforce.experience_months(ids))
        pay = log_premium[employers, bands, workforce.of("company", ids)]
        felt = self.parameters.strain_to_route * strain[employers]
        careers = self.rules.offer_careers[employers]
        pull: FloatArray = pay + felt + workforce.of("taste", ids) - careers
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
        return (
            pounds_per_year(self.ledger.pay_bill())
            / np.maximum(self.posts, 1)
            / self.rules.price_level
        )
