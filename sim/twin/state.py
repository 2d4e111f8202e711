"""The state of many Londons between two phases, and the luck of small numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.domain.opening_state import CensusStart
from sim.domain.parameters import Parameters
from sim.domain.posterior import StructureKey
from sim.domain.randomness import FloatArray, IntArray, Purpose
from sim.london.state import LondonInAmounts
from sim.rules import agency_work, hazards, recruitment
from sim.rules.agreement import Standing
from sim.rules.hazards import Amount
from sim.rules.pay import PermanentPayDesk
from sim.rules.structures import Links, terms_by_draw
from sim.scenario import Scenario
from sim.twin.people import STAGE_BANDS, TASTE_POINTS
from sim.twin.record import FLOWS

TINY = 1e-9
LONG_GONE = -100_000
"""A month before which no assignment that still runs can have begun."""


class TwinState(LondonInAmounts):
    """The state of `draws` Londons; arrays are (draw, employer) unless said otherwise.

    See `London` for what is known of employers.

    Attributes:
        stages: permanent staff, (stage, draw, employer).
        placed, bench: agency staff; the bench is London's, (draw, 1).
        waiting: those of the bench who cool off, by month of release, the next first.
        permanent_types, agency_types: shares by company and taste, (draw, company, taste).
        log_premium: ln(agency net / permanent net), (draw, employer, band, company).
        companies_pay_alike: whether it is the same for all company groups.
        offers: starters to come, one array a month, the next first.
        year_flows: flows of permanent staff so far this year, by `FLOWS`.
    """

    stages: FloatArray
    placed: FloatArray
    bench: FloatArray
    waiting: list[FloatArray]
    permanent_types: FloatArray
    agency_types: FloatArray
    log_premium: FloatArray
    opening_log_premium: FloatArray
    companies_pay_alike: bool
    companies_paid_alike: bool
    offer_pay_ratio: FloatArray
    offers: list[FloatArray]
    attachment: FloatArray
    reconsider: FloatArray
    pay: PermanentPayDesk

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
        columns = {
            name: np.asarray(column, np.float64).reshape(draws, 1) for name, column in drawn.items()
        }
        self.parameters = Parameters.model_construct(**(scenario.parameters.model_dump() | columns))
        self.structure, self.levers = scenario.structure, scenario.levers
        own = (self.structure.hiring, self.structure.bid_trigger)
        self.terms = terms_by_draw([own] if structures is None else structures, self.parameters)
        self.links = Links.without(self.structure.cut_links)
        self.employers = census.employers
        self.shape = (draws, len(self.employers))
        self.luck = None if seed is None else np.random.default_rng(seed)
        self.month = 0
        self.opened_on = scenario.start.opening
        self.taste = np.multiply(self.parameters.taste_spread, TASTE_POINTS) * np.ones((draws, 1))
        nobody = np.zeros(self.shape, bool)
        self.standing = Standing(nobody, np.zeros(self.shape), np.zeros(self.shape))
        self.year_flows = {name: np.zeros(self.shape) for name in FLOWS}
        self.reference_caseload = self.multiplier_centre = np.ones((draws, 1))
        self.strain_centre = np.zeros((draws, 1))
        self.common_hiring = self.common_leaving = np.ones((draws, 1))
        self.hires_won_per_year = np.zeros(self.shape)
        self.uncovered_by_choice = np.zeros(self.shape)
        self.planned_posts = np.broadcast_to(census.posts.astype(float), self.shape)

    def season(self) -> Amount:
        """Return what part of a year's newly qualified look for a post this month."""
        return recruitment.season_of(self.rules.today, self.parameters, self.rules)

    # What `London` asks of amounts

    @property
    def permanent(self) -> FloatArray:
        """Permanent staff, FTE."""
        return np.asarray(self.stages.sum(axis=0))

    def promised(self) -> FloatArray:
        """Posts promised to people who have accepted and not yet started."""
        return np.asarray(sum(self.offers, np.zeros(self.shape)))

    def whole(self, amount: Amount) -> FloatArray:
        """Return amounts as they are: people are not counted here."""
        return np.broadcast_to(amount, self.shape)

    def over_london(self, values: FloatArray) -> FloatArray:
        """Return a sum over employers, (draw, 1)."""
        return np.asarray(values.sum(axis=1, keepdims=True))

    def mean_charges(self) -> FloatArray:
        """London's mean charge rates, weighted by placed staff, £ per hour, (draw, band)."""
        weights = self.placed + TINY
        total = np.einsum("de,deb->db", weights, self.prices)
        return np.asarray(total / weights.sum(axis=1, keepdims=True))

    def mean_charge_rate(self) -> FloatArray:
        """London's mean charge rate for an experienced worker, £ per hour, (draw, 1)."""
        return self.mean_charges()[:, -1:]

    def normal_for(self, purpose: Purpose, when: int) -> FloatArray:
        """Return normal luck by employer, or none at all."""
        return self.normal(self.shape)

    def uniform_for(self, purpose: Purpose, when: int) -> FloatArray:
        """Return uniform luck by employer."""
        assert self.luck is not None
        return np.asarray(self.luck.random(self.shape))

    def common_shock(self, purpose: Purpose, spread: Amount) -> FloatArray:
        """Return what this year does to all boroughs alike, (draw, 1): nothing without luck."""
        if self.luck is None:
            return np.ones((self.draws, 1))
        luck = self.common_luck(purpose, hazards.year_of(self.month))
        return hazards.common_shock(spread, luck)

    def common_luck(self, purpose: Purpose, year: int) -> FloatArray:
        """Return the normal luck of a year for all boroughs alike, (draw, 1)."""
        return self.normal((self.draws, 1))

    def older_share(self, since: IntArray) -> FloatArray:
        """Return the part of placements from before a month: assignments end at random."""
        months = np.maximum(self.month - since, 0)
        share = (1.0 - self.parameters.assignment_ends_per_month) ** months
        return np.where(since > LONG_GONE, share, 0.0)

    # What the market counts in people

    def agency(self) -> FloatArray:
        """Agency staff, placed or waiting, (draw, 1)."""
        return np.asarray(self.placed.sum(axis=1, keepdims=True) + self.bench)

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

    def permanent_cost_per_year(self) -> FloatArray:
        """Return what each employer's permanent staff cost now, £ a year."""
        slips = np.asarray(self.pay.pay(self.rules).slip.borough_cost, np.float64)
        return np.asarray((self.staff_by_band() * slips).sum(axis=-1))

    def ordinary_cost_of_a_post(self) -> FloatArray:
        """Return what a permanent worker at the top of the scale costs without any offer, £."""
        return self.pay.pay(self.rules).ordinary_cost

    def pay_holds_agency_staff(self) -> Amount:
        """Return by how much agency pay, against the start's, multiplies their giving up."""
        if not self.links.pay_draws_to_agency:
            return 1.0
        ratio = self.premium(self.log_premium) / self.premium(self.opening_log_premium)
        return agency_work.held_by_pay(ratio, self.parameters.exit_premium_elasticity)

    def staff_by_band(self) -> FloatArray:
        """Return permanent staff by pay band, (draw, employer, band)."""
        bands = np.zeros((max(STAGE_BANDS) + 1, *self.shape))
        for stage, band in zip(self.stages, STAGE_BANDS, strict=True):
            bands[band] += stage
        return np.moveaxis(bands, 0, -1)
