"""What must hold after every phase of every month, whatever the London and the scenario."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.domain.evidence import CensusStart
from sim.domain.vocabulary import Event, Source, WorkerState
from sim.london.pledge import NOT_SIGNED
from sim.market.model import MONTH, LondonMarket
from sim.market.outcomes import BASE, OUTCOMES, measured
from sim.market.recorded import ONE
from sim.market.workforce import LedgerError
from sim.rules.pay_bands import bands_of
from sim.scenario import Scenario
from tests.market.drawn import censuses, scenarios
from tests.market.small_london import market_of, scenario, small_census

drawn = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Auditor:
    """Steps a market phase by phase and looks it over after each."""

    def __init__(self, market: LondonMarket) -> None:
        self.market = market
        self.look_over()

    def let_a_month_pass(self) -> None:
        """Do what `LondonMarket.step` does, with an audit after every phase."""
        market = self.market
        market.month += 1
        market.workforce.open_month(market.month)
        self.posted_before = int(market.workforce.permanent.sum())
        for phase in MONTH:
            self.before(phase.__name__)
            phase(market)
            self.look_over()
            check = getattr(self, f"after_{phase.__name__}", None)
            if check is not None:
                check()

    def before(self, phase: str) -> None:
        """Remember what a later check compares with."""
        workforce, pledge = self.market.workforce, self.market.pledge
        self.states = workforce.column("state").copy()
        self.homes = workforce.column("employer").copy()
        self.entered = workforce.size
        self.permanent = workforce.permanent.copy()
        self.placed = workforce.placed.copy()
        agreement = self.market.rules.agreement
        signed = np.zeros(workforce.permanent.size, bool) if agreement is None else agreement.signed
        members = self.market.standing.is_member
        self.bound_by_pledge = signed & (members | (pledge.begun_month == NOT_SIGNED))

    def look_over(self) -> None:
        """Check what must hold between any two phases."""
        market, workforce = self.market, self.market.workforce
        workforce.check()
        for count in (workforce.permanent, workforce.placed, workforce.flows, market.posts):
            assert np.all(count >= 0)
        assert workforce.bench >= 0
        assert workforce.out >= 0
        in_states = Counter(workforce.column("state").tolist())
        assert sum(in_states.values()) == workforce.size
        assert np.unique(workforce.column("key")).size == workforce.size
        prices = market.charge_rates
        assert np.all(np.isfinite(prices))
        assert np.all(prices > 0)
        assert np.all(np.isfinite(market.pay.log_premium))
        if market.month > 0:
            self.conserve()

    def conserve(self) -> None:
        """Check that permanent staff changed by this month's flows, and by nothing else."""
        flows = self.market.workforce.flows.sum(axis=1)
        gained = flows[Event.ENTERED] + flows[Event.TOOK_PERMANENT_POST]
        lost = flows[Event.LEFT_SECTOR] + flows[Event.WENT_TO_AGENCY]
        now = int(self.market.workforce.permanent.sum())
        assert now - self.posted_before == gained - lost

    def those_who_changed(self, before: WorkerState, after: WorkerState) -> np.ndarray:
        """Return ids of workers in one state before the phase and in another after it."""
        states = self.market.workforce.column("state")[: self.entered]
        return np.flatnonzero((self.states == before) & (states == after))

    def after_staff_reconsider_their_route(self) -> None:
        """Nobody goes to agency work before the experience bar."""
        going = self.those_who_changed(WorkerState.PERMANENT, WorkerState.BENCH)
        experience = self.market.workforce.experience_months(going)
        parameters, levers = self.market.parameters, self.market.levers
        assert np.all(experience >= 12 * parameters.eligible_experience_years)
        begins = levers.agency_rules.start
        if begins is None or begins <= self.market.today:
            assert np.all(experience >= 12 * levers.agency_rules.experience_years)

    def after_staff_move_between_boroughs(self) -> None:
        """A move ends in a vacancy elsewhere, and nobody gets lost on the way."""
        workforce = self.market.workforce
        assert workforce.permanent.sum() == self.permanent.sum()
        moved = np.count_nonzero(workforce.column("employer") != self.homes)
        assert workforce.flows[Event.MOVED_BOROUGH].sum() == moved
        self.permanent_staff_fit()

    def after_boroughs_hire_permanent_staff(self) -> None:
        """Nobody is hired for whom there is no post, and no more than the time to hire allows."""
        market = self.market
        hired = market.workforce.permanent - self.permanent
        vacant = np.maximum(market.posts - self.permanent, 0)
        limit = np.ceil(market.parameters.monthly_hiring_limit * vacant)
        assert np.all(hired >= 0)
        assert np.all(hired <= vacant)
        assert np.all(market.offers_accepted <= np.minimum(limit, vacant))
        assert np.all(market.offers_accepted <= market.offers_made)
        entered = market.workforce.size - self.entered
        beginners = market.workforce.column("source")[self.entered :] == Source.NEWLY_QUALIFIED
        assert entered == hired.sum()
        if not market.parameters.notice_months:
            assert np.all(hired <= limit)
        else:
            assert beginners.sum() + market.offers_accepted.sum() <= limit.sum()

    def permanent_staff_fit(self) -> None:
        """Nobody has more permanent staff than posts, however fast the establishment shrinks."""
        assert np.all(self.market.workforce.permanent <= self.market.posts)

    def after_assignments_end(self) -> None:
        """No assignment outlasts the work there is."""
        assert np.all(self.market.workforce.placed <= self.market.agency_places())

    def after_boroughs_bid_for_agency_staff(self) -> None:
        """No borough wants to pay less than the law allows; an overspent one goes no higher."""
        market, least = self.market, self.market.rules.lowest_lawful_charge
        assert all(least <= b.desired_charge_rate for b in market.boroughs)
        brake = np.asarray(market.brake)
        assert np.all((brake >= 0.0) & (brake <= 1.0))
        stopped = brake == 0.0
        before = np.maximum(market.charge_rates, least)
        assert np.all(market.wanted[stopped] <= before[stopped] * (1.0 + 1e-12))

    def after_pledge_members_comply_or_defect(self) -> None:
        """Whoever keeps to the pledge pays the cap at most; everybody else what they want.

        No cap is enforced below equal pay. Signed exceptions, project teams and assignments
        that a cap spares are paid in full.
        """
        market, terms = self.market, self.market.levers.cap
        lawful = market.rules.lowest_lawful_charge
        leaks = bool(market.project_teams.any()) or terms.spares_existing_assignments
        for borough in market.boroughs:
            wanted = borough.desired_charge_rate
            assert borough.cap_binds == (wanted > borough.charge_rate_per_hour)
            assert borough.charge_rate_per_hour == market.prices[borough.index, -1]
            bound = self.bound_by_pledge[borough.index]
            for cap, paid in zip(
                market.rules.cap_charge_rates, market.prices[borough.index], strict=True
            ):
                most = max(cap, lawful) if bound and np.isfinite(cap) else np.inf
                kept = min(wanted, most)
                least = kept + terms.exceptions_share * (wanted - kept)
                if leaks:
                    assert least - 1e-9 <= paid <= wanted + 1e-9
                else:
                    assert paid == pytest.approx(least, rel=1e-12)

    def after_agency_staff_choose_assignments(self) -> None:
        """Only gaps are filled, by nobody who has to wait; unfilled is what nobody covers."""
        market, workforce = self.market, self.market.workforce
        placed = self.those_who_changed(WorkerState.BENCH, WorkerState.PLACED)
        waiting = placed[workforce.of("free_from_month", placed) > market.month]
        refusing = market.rules.turns_away_waiting[workforce.of("employer", waiting)]
        assert not refusing.any()
        assert np.all(workforce.placed <= np.maximum(market.agency_places(), self.placed))
        assert np.all(workforce.placed >= self.placed)
        cover = workforce.placed - np.minimum(workforce.placed, market.extra_wanted)
        np.testing.assert_array_equal(market.unfilled, np.maximum(market.vacancies() - cover, 0))
        assert np.all(market.uncovered_by_choice >= 0.0)
        assert np.all(market.uncovered_by_choice <= market.unfilled)

    def after_money_changes_hands(self) -> None:
        """Pounds paid are pounds received, and placed hours times the charge is the agency bill."""
        market = self.market
        assert market.ledger.closes()
        hours = market.parameters.hours_per_week * market.parameters.weeks_per_year
        placed = market.workforce.ids(WorkerState.PLACED)
        employers = market.workforce.of("employer", placed)
        prices = market.prices[employers, bands_of(market.workforce.experience_months(placed))]
        charged = np.bincount(employers, weights=prices, minlength=len(market.employers))
        pence = 100 * charged * hours / 12
        rounding = 6 * 0.5 * market.workforce.placed + 1e-6
        assert np.all(np.abs(market.ledger.agency_cost - pence) <= rounding)

    def after_outcomes_are_recorded(self) -> None:
        """Everything recorded is a number, and every share lies between 0 and 1."""
        row = self.market.panel[self.market.month]
        assert np.all(np.isfinite(row))
        assert np.all(row[:, [place for place, name in enumerate(BASE) if name != LOG]] >= 0)
        for outcome in OUTCOMES:
            value = float(measured(row, outcome, london=True))
            bottom = replace(outcome, numerator=outcome.denominator or ONE, denominator=None)
            if measured(row, bottom, london=True) <= 0:
                assert np.isnan(value), outcome.name
                continue
            assert np.isfinite(value), outcome.name
            if outcome.unit == "share":
                assert 0 <= value <= 1, outcome.name


LOG = "log_premium"


def lives_add_up(market: LondonMarket, every: int = 1) -> None:
    """Check that each worker's history, retold, ends where the worker now is."""
    for worker_id in range(0, market.workforce.size, every):
        worker = market.worker(worker_id)
        state, at = None, None
        for moment in worker.history:
            if moment.event is Event.ENTERED:
                assert state is None
                state, at = ENTRY[worker.source], moment.employer
            else:
                assert state in BEFORE[moment.event]
                state = AFTER[moment.event]
                at = moment.employer if state in AT_WORK else None
        assert (worker.state, worker.employer) == (state, at)
        months = [moment.month for moment in worker.history]
        assert months == sorted(months)


AT_WORK = (WorkerState.PERMANENT, WorkerState.PLACED)
ENTRY = dict.fromkeys(Source, WorkerState.PERMANENT) | {
    Source.START_PLACED: WorkerState.PLACED,
    Source.START_BENCH: WorkerState.BENCH,
    Source.AGENCY_OUTSIDER: WorkerState.BENCH,
}
BEFORE = {
    Event.LEFT_SECTOR: (WorkerState.PERMANENT,),
    Event.AGENCY_LEFT_SECTOR: (WorkerState.PLACED, WorkerState.BENCH),
    Event.WENT_TO_AGENCY: (WorkerState.PERMANENT,),
    Event.TOOK_PERMANENT_POST: (WorkerState.PLACED,),
    Event.MOVED_BOROUGH: (WorkerState.PERMANENT,),
    Event.ASSIGNMENT_BEGAN: (WorkerState.BENCH,),
    Event.ASSIGNMENT_ENDED: (WorkerState.PLACED,),
}
AFTER = {
    Event.LEFT_SECTOR: WorkerState.OUT,
    Event.AGENCY_LEFT_SECTOR: WorkerState.OUT,
    Event.WENT_TO_AGENCY: WorkerState.BENCH,
    Event.TOOK_PERMANENT_POST: WorkerState.PERMANENT,
    Event.MOVED_BOROUGH: WorkerState.PERMANENT,
    Event.ASSIGNMENT_BEGAN: WorkerState.PLACED,
    Event.ASSIGNMENT_ENDED: WorkerState.BENCH,
}


def audited(planned: Scenario, census: CensusStart | None, seed: int, months: int) -> LondonMarket:
    """Run a market under audit."""
    market = LondonMarket(planned, rng=seed, years=2, census=census)
    auditor = Auditor(market)
    for _ in range(months):
        auditor.let_a_month_pass()
    return market


@pytest.mark.slow
@given(scenarios(), censuses(), st.integers(0, 1_000), st.integers(3, 20))
@settings(drawn, max_examples=45)
def test_the_accounts_close_after_every_phase_in_small_londons(
    planned: Scenario, census: CensusStart, seed: int, months: int
) -> None:
    market = audited(planned, census, seed, months)
    lives_add_up(market)
    market.release()


@pytest.mark.slow
@given(scenarios(), st.integers(0, 1_000))
@settings(drawn, max_examples=6)
def test_the_accounts_close_after_every_phase_in_london(planned: Scenario, seed: int) -> None:
    market = audited(planned, None, seed, 14)
    lives_add_up(market, every=997)
    market.release()


@pytest.mark.long
@given(scenarios(), censuses(), st.integers(0, 1_000))
@settings(drawn, max_examples=250)
def test_the_accounts_close_for_two_years_in_many_londons(
    planned: Scenario, census: CensusStart, seed: int
) -> None:
    audited(planned, census, seed, 24).release()


# The audit itself: a fault put in by hand is found


def test_the_audit_notices_a_worker_who_vanishes() -> None:
    market = market_of(scenario())
    auditor = Auditor(market)
    market.workforce.rows.state[3] = WorkerState.OUT
    with pytest.raises(LedgerError, match="PERMANENT counts differ"):
        auditor.look_over()


def test_the_audit_notices_a_hire_nobody_wrote_down() -> None:
    market = market_of(scenario())
    auditor = Auditor(market)
    auditor.let_a_month_pass()
    market.workforce.flows[Event.ENTERED, 0] += 1
    with pytest.raises(AssertionError):
        auditor.look_over()


def test_the_audit_notices_a_member_who_pays_above_the_cap() -> None:
    cap = {"charge_rate_per_hour": 38.0, "members": 1.0, "tolerance": 1.0}
    auditor = Auditor(market_of(scenario(cap=cap), small_census()))
    auditor.let_a_month_pass()
    auditor.before("pledge_members_comply_or_defect")
    auditor.market.prices[2] += 0.01
    with pytest.raises(AssertionError):
        auditor.after_pledge_members_comply_or_defect()


def test_the_audit_notices_a_penny_that_nobody_received() -> None:
    auditor = Auditor(market_of(scenario(), small_census()))
    auditor.let_a_month_pass()
    auditor.market.ledger.received[0, 0] -= 1
    with pytest.raises(AssertionError):
        auditor.after_money_changes_hands()
