"""What everybody in the market can see: the state of London between two phases.

Phases read and change it; `model.py` opens it and lets the months pass.
"""

from __future__ import annotations

from datetime import date

import mesa
import numpy as np

from sim.domain.calendar import month_end
from sim.domain.opening_state import CensusStart
from sim.domain.randomness import BoolArray, FloatArray, IntArray, Purpose, Streams, slot_keys
from sim.domain.vocabulary import WorkerState
from sim.market.boroughs import Borough
from sim.market.ledger import MonthLedger, pounds_per_year
from sim.market.ofsted import Ofsted
from sim.market.pay import PayDesk, PayTable
from sim.market.pledge import Pledge
from sim.market.workforce import Workforce
from sim.rules import agency_work, choice, conditions, hazards
from sim.rules.agreement import Standing
from sim.rules.in_force import Rulebook
from sim.rules.pay_bands import BANDS, bands_of
from sim.rules.structures import Links, structure_terms
from sim.rules.terms import RulesInForce
from sim.scenario import Scenario


class MarketState(mesa.Model):
    """The state of the market in one month.

    Attributes:
        plan: the scenario; its `parameters`, `levers` and `structure` are at hand by name.
        month: months since the start; 0 is the census of the start year.
        posts, extra_wanted: by employer, FTE; `cases` and `caseload` likewise.
        project_teams: agency staff above the establishment that escape the cap, by employer.
        cases_relieved, cases_paid_for: held by overspill teams; averted by prevention.
        terms: what the structure does to the month; `links` of the circle that hold.
        prices: charge rates, £ per hour, (employer, experience band).
        wanted: what each employer would pay for an experienced hour if no cap bound it, £.
        standing: where each employer stands with the collective cap.
        cap_binds: whether the cap held each employer's bid down this month.
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
        panel: (month, employer, `outcomes.BASE`) what was recorded.
    """

    workforce: Workforce
    rulebook: Rulebook
    rules: RulesInForce
    boroughs: list[Borough]
    pledge: Pledge
    ofsted: Ofsted
    prices: FloatArray
    wanted: FloatArray
    desk: PayDesk
    pay: PayTable
    premium: float
    opening_pay: PayTable
    opening_premium: float
    opening_mean_charge: float
    bid_ceiling: float
    opening_strain: FloatArray
    opening_cost_per_post: FloatArray | None
    route: choice.RouteConstants
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
    panel: FloatArray

    def __init__(self, plan: Scenario, seed: int, replicate: int, census: CensusStart) -> None:
        super().__init__(rng=seed)
        self.plan = plan
        self.parameters = plan.parameters
        self.levers = plan.levers
        self.structure = plan.structure
        self.links = Links.without(plan.structure.cut_links)
        self.terms = structure_terms(
            (plan.structure.hiring, plan.structure.bid_trigger), plan.parameters
        )
        self.streams = Streams(seed, replicate)
        self.census = census
        self.employers = census.employers
        self.slots = slot_keys(len(self.employers))
        self.month = 0
        self.opened_on = plan.start.opening
        count = len(self.employers)
        self.ledger = MonthLedger(count)
        self.project_teams = np.zeros(count, np.int64)
        self.unfilled = np.zeros(count, np.int64)
        self.cap_binds: BoolArray = np.zeros(count, bool)
        self.standing = Standing(
            np.zeros(count, bool), np.zeros(count, np.int64), np.zeros(count, np.int64)
        )
        self.accepted_offers = []
        self.offers_made = self.offers_accepted = np.zeros(count, np.int64)
        self.hires_won_per_year = np.zeros(count)
        self.strain_centre = self.multiplier_centre = self.reference_caseload = 1.0

    @property
    def root_seed(self) -> int:
        """What, given as `rng`, makes this London again, whatever it was made from."""
        return self.streams.seed

    @property
    def today(self) -> date:
        """The last day of the current month."""
        return month_end(self.opened_on, self.month)

    @property
    def permanent(self) -> IntArray:
        """Permanent staff in post, by employer."""
        return self.workforce.permanent

    @property
    def placed(self) -> IntArray:
        """Agency staff placed, by employer."""
        return self.workforce.placed

    @property
    def bands(self) -> int:
        """Number of experience bands with a price."""
        return BANDS

    def vacancies(self) -> IntArray:
        """Posts without a permanent holder, by employer."""
        return np.maximum(self.posts - self.permanent, 0)

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
        return np.minimum(self.extra_wanted, self.placed)

    def count_unfilled(self) -> None:
        """Count vacancies that no agency worker covers, by employer."""
        cover = self.placed - self.extra()
        self.unfilled = np.maximum(self.vacancies() - cover, 0)

    @property
    def unfilled_share(self) -> FloatArray:
        """Unfilled posts, as last counted, as a share of posts, by employer."""
        return np.asarray(self.unfilled / np.maximum(self.posts, 1), np.float64)

    def quality(self) -> FloatArray:
        """Working conditions as an inspector would rank them: the opposite of strain."""
        return -self.strain

    @property
    def charge_rates(self) -> FloatArray:
        """What each employer pays for an experienced worker's hour, £."""
        return self.prices[:, -1]

    def settle_prices(self, prices: FloatArray) -> None:
        """Let each employer pay these prices this month, £ per hour, (employer, band)."""
        self.prices = prices
        self.cap_binds = self.charge_rates < self.wanted

    @property
    def is_at_ceiling(self) -> BoolArray:
        """Whether each employer pays the most any can afford."""
        return self.charge_rates >= self.bid_ceiling * (1.0 - 1e-9)

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

    def work_out_pay(self) -> None:
        """Work out what every route pays under the law and the bids of now."""
        self.pay = self.desk.table(self.rules, self.prices, self.mean_charge_rates())
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

    def drawn_beyond_london(self) -> float:
        """Return by how much better pay around London multiplies agency staff's leaving it."""
        means = self.opening_mean_charge, self.mean_charge_rate()
        return float(agency_work.drawn_beyond_london(self.rules, self.parameters, *means))

    def common_shock(self, purpose: Purpose, spread: float) -> float:
        """Return what this year, counted from the start, does to all boroughs alike."""
        luck = self.streams.normal(purpose, hazards.year_of(self.month), self.slots[:1])
        return float(hazards.common_shock(spread, luck)[0])

    @property
    def strain_appeal(self) -> FloatArray:
        """How strain weighs on a mover's choice of borough."""
        multiplier = conditions.strain_multiplier(self.parameters.strain_to_leaving, self.strain)
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
        taste, careers = workforce.of("taste", ids), self.rules.offer_careers[employers]
        return choice.pull(pay, strain[employers], taste, careers, self.parameters.strain_to_route)

    def budget_offer(self) -> FloatArray:
        """What overspending does to each employer's offer (zero unless the structure says so)."""
        start = self.opening_cost_per_post
        if start is None or not self.terms.watches_budget or not self.links.overspend_cuts_offer:
            return np.zeros(len(self.employers))
        cost, sensitivity = self.cost_per_post(), self.terms.budget_sensitivity
        return np.asarray(conditions.budget_offer(cost, start, sensitivity))

    def cost_per_post(self) -> FloatArray:
        """Return each employer's pay bill a post, £ a year in start-year money."""
        return (
            pounds_per_year(self.ledger.pay_bill())
            / np.maximum(self.posts, 1)
            / self.rules.price_level
        )
