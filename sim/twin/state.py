"""The state of many Londons between two phases, and the luck of small numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from sim.domain.calendar import month_end
from sim.domain.opening_state import CensusStart
from sim.domain.parameters import Parameters
from sim.domain.posterior import StructureKey
from sim.domain.randomness import BoolArray, FloatArray, IntArray, Purpose
from sim.rules import conditions, recruitment
from sim.rules.agreement import Standing
from sim.rules.hazards import Amount
from sim.rules.in_force import Rulebook
from sim.rules.pay import PermanentPayDesk
from sim.rules.structures import Links, terms_by_draw
from sim.rules.terms import RulesInForce
from sim.scenario import Scenario
from sim.twin.people import STAGE_BANDS, TASTE_POINTS
from sim.twin.record import FLOWS

TINY = 1e-9


class TwinState:
    """The state of `draws` Londons; arrays are (draw, employer) unless said otherwise.

    Attributes:
        p: the parameters: each a number, or a column, (draw, 1), where it is drawn.
        stages: permanent staff, (stage, draw, employer).
        placed, bench: agency staff; the bench is London's, (draw, 1).
        waiting: those of the bench who cool off, by month of release, the next first.
        permanent_types, agency_types: shares by company and taste, (draw, company, taste).
        seasoned: share of agency staff below the start of the top pay band, (draw, 1).
        prices: charge rates, £ per hour, (draw, employer, band); `wanted` without a cap.
        log_premium: ln(agency net / permanent net), (draw, employer, band, company).
        companies_pay_alike: whether it is the same for all company groups.
        offers: starters to come, one array a month, the next first.
        counted_in: month of the census that posts, cases and extra staff grow from.
        year_flows: flows of permanent staff so far this year, by `FLOWS`.
    """

    stages: FloatArray
    placed: FloatArray
    bench: FloatArray
    waiting: list[FloatArray]
    permanent_types: FloatArray
    agency_types: FloatArray
    seasoned: FloatArray
    prices: FloatArray
    wanted: FloatArray
    log_premium: FloatArray
    opening_log_premium: FloatArray
    companies_pay_alike: bool
    companies_paid_alike: bool
    offer_pay_ratio: FloatArray
    opening_mean_charge: FloatArray
    leadership: FloatArray
    lasting_leadership: FloatArray
    posts: FloatArray
    cases: FloatArray
    extra_wanted: FloatArray
    project_teams: FloatArray
    unfilled: FloatArray
    caseload: FloatArray
    strain: FloatArray
    opening_strain: FloatArray
    leaving_multiplier: FloatArray
    opening_cost_per_post: FloatArray | None
    offers: list[FloatArray]
    attachment: FloatArray
    reconsider: FloatArray
    book: Rulebook
    rules: RulesInForce
    pay: PermanentPayDesk
    signed: BoolArray
    bid_ceiling: FloatArray
    grade: IntArray
    inspected: FloatArray
    judged_inadequate: FloatArray
    is_turned_round: BoolArray
    marks: FloatArray

    def __init__(
        self,
        scenario: Scenario,
        drawn: Mapping[str, FloatArray],
        draws: int,
        seed: int | None,
        census: CensusStart,
        structures: Sequence[StructureKey] | None = None,
    ) -> None:
        self.plan, self.draws, self.census = scenario, draws, census
        self.parameters = scenario.parameters
        columns = {
            name: np.asarray(column, np.float64).reshape(draws, 1) for name, column in drawn.items()
        }
        self.p = Parameters.model_construct(**(self.parameters.model_dump() | columns))
        self.structure, self.levers = scenario.structure, scenario.levers
        own = (self.structure.hiring, self.structure.bid_trigger)
        self.terms = terms_by_draw([own] if structures is None else structures, self.p)
        self.links = Links.without(self.structure.cut_links)
        self.employers = census.employers
        self.shape = (draws, len(self.employers))
        self.luck = None if seed is None else np.random.default_rng(seed)
        self.month = 0
        self.opened_on = scenario.start.opening
        self.taste = np.multiply(self.p.taste_spread, TASTE_POINTS) * np.ones((draws, 1))
        nobody = np.zeros(self.shape, bool)
        self.standing = Standing(nobody, np.zeros(self.shape), np.zeros(self.shape))
        self.year_flows = {name: np.zeros(self.shape) for name in FLOWS}
        self.reference_caseload = self.multiplier_centre = np.ones((draws, 1))
        self.strain_centre = np.zeros((draws, 1))
        self.counted_in = 0
        self.inspects = False
        self.cap_begun: int | None = None
        self.common_hiring = self.common_leaving = np.ones((draws, 1))

    @property
    def today(self) -> date:
        """The last day of the current month."""
        return month_end(self.opened_on, self.month)

    def season(self) -> Amount:
        """Return what part of a year's newly qualified look for a post this month."""
        return recruitment.season_of(self.rules.today, self.p, self.rules)

    @property
    def charge_rates(self) -> FloatArray:
        """What each employer pays for an experienced worker's hour, £."""
        return np.asarray(self.prices[..., -1])

    @property
    def cap_binds(self) -> BoolArray:
        """Whether the cap holds each employer's bid down."""
        return np.asarray(self.charge_rates < self.wanted)

    @property
    def unfilled_share(self) -> FloatArray:
        """Unfilled posts, as last counted, as a share of posts."""
        return np.asarray(self.unfilled / np.maximum(self.posts, TINY))

    @property
    def vacancy_share(self) -> FloatArray:
        """Vacancies as a share of posts."""
        return np.asarray(self.vacancies() / np.maximum(self.posts, TINY))

    @property
    def is_member(self) -> BoolArray:
        """Who keeps to the collective cap."""
        return self.standing.is_member

    @property
    def permanent(self) -> FloatArray:
        """Permanent staff, FTE."""
        return np.asarray(self.stages.sum(axis=0))

    def agency(self) -> FloatArray:
        """Agency staff, placed or waiting, (draw, 1)."""
        return np.asarray(self.placed.sum(axis=1, keepdims=True) + self.bench)

    def vacancies(self) -> FloatArray:
        """Posts without a permanent holder."""
        return np.maximum(self.posts - self.permanent, 0.0)

    def open_vacancies(self) -> FloatArray:
        """Vacancies not promised to anybody."""
        promised = sum(self.offers, np.zeros(self.shape))
        return np.maximum(self.vacancies() - promised, 0.0)

    def agency_places(self) -> FloatArray:
        """Agency staff each employer has work for."""
        return self.vacancies() + self.extra_wanted

    def extra(self) -> FloatArray:
        """Agency staff above the establishment."""
        return np.minimum(self.extra_wanted, self.placed)

    def count_unfilled(self) -> None:
        """Count vacancies that no agency worker covers."""
        cover = self.placed - self.extra()
        self.unfilled = np.maximum(self.vacancies() - cover, 0.0)

    def mean_charges(self) -> FloatArray:
        """London's mean charge rates, weighted by placed staff, £ per hour, (draw, band)."""
        weights = self.placed + TINY
        total = np.einsum("de,deb->db", weights, self.prices)
        return np.asarray(total / weights.sum(axis=1, keepdims=True))

    def premium(self, log_premium: FloatArray) -> FloatArray:
        """Return agency over permanent take-home pay, averaged over placed staff, (draw, 1)."""
        weights = self.placed + TINY
        companies = self.agency_types.sum(axis=-1)
        by_group = np.einsum("de,debc->dbc", weights, log_premium) / weights.sum(1)[:, None, None]
        by_band = (by_group * companies[:, None, :]).sum(axis=-1)
        young = self.seasoned[:, 0]
        return np.exp(young * by_band[:, 1] + (1.0 - young) * by_band[:, 2])[:, None]

    # Luck

    def happens(self, number: FloatArray, chance: FloatArray | float) -> FloatArray:
        """Return how many of a number are struck, never more than all."""
        return np.minimum(self.counted(number * chance), number)

    def counted(self, expected: FloatArray) -> FloatArray:
        """Return a count with this mean: itself, or with the variance of a Poisson count.

        A gamma variable has both and needs no rounding.
        """
        if self.luck is None:
            return expected
        return np.asarray(self.luck.standard_gamma(np.maximum(expected, 0.0)))

    def normal(self, shape: tuple[int, ...]) -> FloatArray:
        """Return standard normal luck, or none at all."""
        return np.zeros(shape) if self.luck is None else self.luck.standard_normal(shape)

    def normal_for(self, purpose: Purpose, when: int, shape: tuple[int, ...]) -> FloatArray:
        """Return normal luck that a run of the market has too, for a month or year of it."""
        return self.normal(shape)

    def uniform_for(self, purpose: Purpose, when: int) -> FloatArray:
        """Return uniform luck that a run of the market has too, (draw, employer)."""
        assert self.luck is not None
        return np.asarray(self.luck.random(self.shape))

    # Moves of permanent staff

    def lose(self, name: str, number: FloatArray) -> None:
        """Take permanent staff away from all stages alike and write the flow down."""
        kept = 1.0 - number / np.maximum(self.permanent, TINY)
        self.stages *= np.clip(kept, 0.0, 1.0)
        self.year_flows[name] += number

    def gain(self, name: str, number: FloatArray, shares: FloatArray) -> None:
        """Add permanent staff, spread over stages as (stage, draw or 1, 1), and note the flow."""
        self.stages += number * shares
        self.year_flows[name] += number

    def assign(self, permanent: FloatArray, placed: FloatArray) -> None:
        """Put so many people in permanent posts and assignments: what a census says, not a flow.

        Nobody is placed beyond the work there is.
        """
        self.stages = self.stages * (permanent / np.maximum(self.permanent, TINY))
        self.placed = np.clip(placed, 0.0, self.agency_places())
        self.count_unfilled()

    def budget_offer(self) -> Amount:
        """What overspending does to the offer (zero unless the structure says so)."""
        holds = self.terms.watches_budget and self.links.overspend_cuts_offer
        if self.opening_cost_per_post is None or not holds:
            return 0.0
        return conditions.budget_offer(
            self.cost_per_post(), self.opening_cost_per_post, self.terms.budget_sensitivity
        )

    def cost_per_post(self) -> FloatArray:
        """Return each employer's pay bill a post, £ a year in start-year money."""
        slips = np.asarray(self.pay.pay(self.rules).slip.borough_cost, np.float64)
        bands = self.staff_by_band()
        permanent = (bands * slips).sum(axis=-1)
        hours = self.parameters.hours_per_week * self.parameters.weeks_per_year
        agency = self.placed * self.prices[..., -1] * hours
        return (permanent + agency) / np.maximum(self.posts, TINY) / self.rules.price_level

    def staff_by_band(self) -> FloatArray:
        """Return permanent staff by pay band, (draw, employer, band)."""
        bands = np.zeros((max(STAGE_BANDS) + 1, *self.shape))
        for stage, band in zip(self.stages, STAGE_BANDS, strict=True):
            bands[band] += stage
        return np.moveaxis(bands, 0, -1)
