"""What everybody in the market can see: the state of London between two phases, in people.

Phases read and change it; `model.py` opens it and lets the months pass.
"""

from __future__ import annotations

import mesa
import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.opening_state import CensusStart
from sim.domain.randomness import (
    BoolArray,
    FloatArray,
    IntArray,
    LuckAhead,
    Purpose,
    Streams,
    poisson_quantile,
    slot_keys,
)
from sim.domain.vocabulary import WorkerState
from sim.london.state import London
from sim.market import employers
from sim.market.boroughs import Borough
from sim.market.heads import Heads, heads_at_work
from sim.market.ledger import MonthLedger, pounds_per_year
from sim.market.loops import Felt, People, Routes, pulls_on
from sim.market.ofsted import Ofsted
from sim.market.pay import PayDesk, PayTable
from sim.market.pledge import Pledge
from sim.market.workforce import Workforce
from sim.rules import agency_work, agreement, bidding, choice, conditions, hazards
from sim.rules.agreement import Standing
from sim.rules.hazards import Amount
from sim.rules.levers.members import Members, members_of
from sim.rules.structures import Links, structure_terms
from sim.scenario import Scenario


class MarketState(mesa.Model, London):
    """The state of the market in one month; see `London` for what is known of employers.

    Attributes:
        plan: the scenario; its `parameters`, `levers` and `structure` are at hand by name.
        workforce: everybody, behind one ledger.
        boroughs, pledge, ofsted: the Mesa agents, views of what stands here.
        accepted_offers: starters to come by employer, one array a month, the next first.
        offers_made, offers_accepted: this month's offers of permanent posts, by employer.
        pay: what every way of working pays at the last bids.
        premium: agency over permanent take-home pay in `pay`, averaged over placed staff.
        ledger: who paid whom this month, and heads: for how many, when pay was last worked out.
        columns: names of what is recorded each month (`outcomes.py`).
        panel: (month, employer, `columns`) what was recorded.
    """

    workforce: Workforce
    boroughs: list[Borough]
    pledge: Pledge
    ofsted: Ofsted
    desk: PayDesk
    pay: PayTable
    premium: float
    heads: Heads
    opening_pay: PayTable
    opening_premium: float
    opening_mean_charge: float
    route: choice.RouteConstants
    accepted_offers: list[IntArray]
    offers_made: IntArray
    offers_accepted: IntArray
    columns: tuple[str, ...]
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
        self.shape = (len(self.employers),)
        self.slots = slot_keys(len(self.employers))
        self.luck_ahead = LuckAhead(self.streams, self.slots)
        self.month = 0
        self.opened_on = plan.start.opening
        self.ledger = MonthLedger(len(self.employers))
        none = np.zeros(self.shape, np.int64)
        self.project_teams = self.unfilled = none
        self.uncovered_by_choice = np.zeros(self.shape)
        self.planned_posts = census.posts.astype(float)
        self.standing = Standing(np.zeros(self.shape, bool), none, none)
        self.accepted_offers = []
        self.offers_made = self.offers_accepted = none
        self.hires_won_per_year = np.zeros(self.shape)
        self.strain_centre = self.multiplier_centre = self.reference_caseload = 1.0

    @property
    def root_seed(self) -> int:
        """What, given as `rng`, makes this London again, whatever it was made from."""
        return self.streams.seed

    def who(self, members: Members, purpose: Purpose) -> BoolArray:
        """Return who belongs: where a share or a count says how many, in the run's own order."""
        return members_of(members, self.employers, self.streams, purpose)

    # What `London` asks of people

    def recorded(self, column: str) -> FloatArray:
        """What was recorded of a column in the months before this one, (month, employer)."""
        return self.panel[: self.month, :, self.columns.index(column)]

    @property
    def people(self) -> People:
        """Everybody, and their luck of the month."""
        workforce, words = self.workforce, self.streams.words(self.month)
        return People(workforce.living, workforce.rows, self.month, words)

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

    def promised(self) -> IntArray:
        """Posts promised to people who have accepted and not yet started, by employer."""
        none = np.zeros(self.shape, np.int64)
        return sum(self.accepted_offers, none)

    def whole(self, amount: Amount) -> IntArray:
        """Return the nearest whole numbers of people or posts."""
        return np.rint(amount).astype(np.int64)

    def over_london(self, values: FloatArray) -> float:
        """Return a sum over employers."""
        return float(values.sum())

    def mean_charge_rates(self) -> FloatArray:
        """London's mean charge rates by experience band, weighted by placed staff, £ per hour."""
        means = np.zeros(self.prices.shape[1])
        employers.mean_charge_rates(self.prices, self.placed, means)
        return means

    def mean_charge_rate(self) -> float:
        """London's mean charge rate for an experienced worker, £ per hour."""
        return float(self.mean_charge_rates()[-1])

    def normal_for(self, purpose: Purpose, when: int) -> FloatArray:
        """Return normal luck by employer, keyed by purpose and month or year."""
        return self.luck_ahead.normal(purpose, when)

    def uniform_for(self, purpose: Purpose, when: int) -> FloatArray:
        """Return uniform luck by employer, keyed by purpose and month or year."""
        return self.luck_ahead.uniform(purpose, when)

    def count_for(self, purpose: Purpose, when: int, mean: FloatArray) -> IntArray:
        """Return Poisson counts by employer, keyed by purpose and month."""
        return poisson_quantile(self.luck_ahead.uniform(purpose, when)[: mean.size], mean)

    def common_shock(self, purpose: Purpose, spread: Amount) -> float:
        """Return what this year, counted from the start, does to all boroughs alike."""
        luck = self.luck_ahead.normal(purpose, hazards.year_of(self.month))[:1]
        return float(hazards.common_shock(spread, luck)[0])

    def older_share(self, since: IntArray) -> FloatArray:
        """Return the part of each employer's placements that were there before a month."""
        ids = self.workforce.ids(WorkerState.PLACED)
        joined, employers = (self.workforce.of(name, ids) for name in ("joined_month", "employer"))
        old = ids[joined < since[employers]]
        counts = np.bincount(self.workforce.of("employer", old), minlength=len(self.employers))
        return np.asarray(counts / np.maximum(self.placed, 1), np.float64)

    def felt_by_employer(self, work: conditions.Work) -> conditions.Felt:
        """Return `conditions.felt`, borough by borough."""
        return employers.felt(work, self.shape)

    def wanted_charge_rates(self, seen: bidding.Standpoint, by: bidding.Bidding) -> FloatArray:
        """Return `bidding.wanted_charge_rate`, borough by borough."""
        return employers.wanted_charge_rates(seen, by, self.shape)

    def reviewed(
        self, signed: BoolArray, unmet_share: FloatArray, bears: agreement.Bearing
    ) -> agreement.Review:
        """Return `agreement.reviewed`, borough by borough."""
        return employers.reviewed(self.standing, signed, self.cap_binds, unmet_share, bears)

    def tax_has_changed(self) -> None:
        """Work out pay anew."""
        self.work_out_pay()

    def work_out_pay(self) -> None:
        """Work out what every route pays under the law and the bids of now."""
        self.pay = self.desk.table(self.rules, self.prices, self.mean_charge_rates())
        self.heads = heads_at_work(self.people, self.prices)
        self.premium = self.mean_premium(self.pay)

    def mean_premium(self, table: PayTable) -> float:
        """Return agency over permanent take-home pay in a pay table, averaged over placed staff."""
        seats = self.heads.seats
        every = table.log_premium.ravel()[seats] if seats.size else table.log_premium[:, -1]
        return float(np.exp(every.mean()))

    @property
    def strain_appeal(self) -> FloatArray:
        """How strain weighs on a mover's choice of borough."""
        multiplier = conditions.strain_multiplier(self.parameters.strain_to_leaving, self.strain)
        return 1.0 / multiplier

    def routes(self) -> Routes:
        """Return what decides between a permanent post and agency work now."""
        parameters, rules = self.parameters, self.rules
        waiting_loss: Amount = 0.0
        if rules.cooling_off_months:
            closed = choice.closed_share(self.posts, rules.turns_away_waiting)
            foresight = parameters.foresight_years
            waiting_loss = choice.cooling_off_loss(rules.cooling_off_months, foresight, closed)
        return Routes(
            felt=self.felt(self.premium_that_draws(), self.strain),
            sensitivity=parameters.pay_sensitivity,
            attachment=float(self.route.attachment),
            reconsider_per_year=float(self.route.reconsider_per_year),
            needed_months=float(MONTHS_PER_YEAR * rules.agency_experience_years),
            waiting_loss=float(waiting_loss),
        )

    def felt(self, log_premium: FloatArray, strain: FloatArray) -> Felt:
        """Return what workers weigh under a premium and a strain."""
        careers = self.rules.offer_careers
        return Felt(log_premium, strain, careers, self.parameters.strain_to_route)

    def premium_that_draws(self) -> FloatArray:
        """Return the pay gap that workers go by: the start's, if pay draws nobody."""
        holds = self.links.pay_draws_to_agency
        return self.pay.log_premium if holds else self.opening_pay.log_premium

    def pull(self, ids: IntArray, log_premium: FloatArray, strain: FloatArray) -> FloatArray:
        """Return what draws some workers to agency work under a premium and a strain, log pay."""
        return pulls_on(self.people._replace(living=ids), self.felt(log_premium, strain))

    def permanent_cost_per_year(self) -> FloatArray:
        """Return what each employer's permanent staff cost this month, £ a year."""
        return pounds_per_year(self.ledger.permanent_cost)

    def agency_cost_per_year(self) -> FloatArray:
        """Return what each employer's agency staff were charged at this month, £ a year."""
        return pounds_per_year(self.ledger.agency_cost)

    def ordinary_cost_of_a_post(self) -> FloatArray:
        """Return what a permanent worker at the top of the scale costs without any offer, £."""
        return self.pay.ordinary_cost

    def pay_holds_agency_staff(self) -> Amount:
        """Return by how much agency pay, against the start's, multiplies their giving up."""
        holds = self.links.pay_draws_to_agency
        ratio = self.premium / self.opening_premium if holds else 1.0
        return agency_work.held_by_pay(ratio, self.parameters.exit_premium_elasticity)
