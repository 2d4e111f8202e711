"""The market as a Mesa model: London's boroughs, their pledge and their workforce.

`MONTH` is the month in order; `LondonMarket.step` is a loop over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Never

import mesa
import numpy as np

from sim.domain.calendar import DEFAULT_YEARS, MONTHS_PER_YEAR
from sim.domain.opening_census import opening_census
from sim.domain.opening_state import CensusStart
from sim.domain.randomness import FloatArray, RandomSource, root_seed
from sim.domain.vocabulary import LONDON, WorkerState
from sim.london.budgets import budgets_are_watched, budgets_open
from sim.london.caseloads import (
    caseloads_change,
    centre_strain,
    conditions_apart_open,
    feel_the_strain,
    posts_change,
)
from sim.london.ofsted import ofsted_inspects
from sim.london.pledge import pledge_members_comply_or_defect
from sim.london.prices import boroughs_bid_for_agency_staff, rules_come_into_force
from sim.market import opening
from sim.market.agency import agency_staff_choose_assignments, assignments_end
from sim.market.boroughs import Borough
from sim.market.collecting import CollectsMonth0, data_collector
from sim.market.hiring import boroughs_hire_permanent_staff, offers_under_way
from sim.market.leaving import (
    permanent_staff_leave,
    staff_move_between_boroughs,
    staff_reconsider_their_route,
)
from sim.market.money import money_changes_hands
from sim.market.ofsted import Ofsted
from sim.market.outcomes import BASE, OUTCOME, measured, outcomes_are_recorded
from sim.market.pay import PayDesk
from sim.market.pledge import Pledge
from sim.market.state import MarketState
from sim.market.workforce import Worker
from sim.rules import choice
from sim.rules.agreement import Standing
from sim.rules.bidding import with_own_rates
from sim.rules.in_force import Rulebook
from sim.rules.levers import Levers
from sim.rules.pay import opening_scales
from sim.rules.pay_bands import BANDS
from sim.scenario import Given, load_scenario

Phase = Callable[[MarketState], None]

MONTH: tuple[Phase, ...] = (
    rules_come_into_force,
    posts_change,
    caseloads_change,
    permanent_staff_leave,
    staff_reconsider_their_route,
    staff_move_between_boroughs,
    boroughs_hire_permanent_staff,
    assignments_end,
    boroughs_bid_for_agency_staff,
    pledge_members_comply_or_defect,
    agency_staff_choose_assignments,
    ofsted_inspects,
    money_changes_hands,
    budgets_are_watched,
    outcomes_are_recorded,
)
"""The month, in order. Each phase is one sentence: who does what."""


class LondonMarket(MarketState, metaclass=CollectsMonth0):
    """London's market for children's social workers, one month a step; an ordinary Mesa model.

    Parameters are the scenario's own: working values where it sets none. Run k of an ensemble,
    which draws them and a structure, is `sim.drawn(scenario, run=k)`.

    Args:
        scenario: a shipped name, the path of a file, a scenario, or a dictionary like a file.
        rng: root seed, a whole number; or what else Mesa takes (see `randomness.root_seed`). By
            default a fresh one each time, as in Mesa: `root_seed` says which.
        replicate: which luck under that seed; part of every random key.
        years: the horizon of `run` and `run_model`; `step` goes on as long as you like.
        census: opening figures; by default the scenario's start census.
        carried: the state of a London followed until now, instead of opening figures.

    Raises:
        TypeError: `seed=`, which is `rng=` here; or an `rng` that is no source of chance.
        ValueError: an `rng` below 0.

    Example:
        >>> import sim
        >>> market = sim.LondonMarket("baseline", rng=1)
        >>> market.step()
        >>> 0 < market.outcome("permanent_share_of_workforce") < 1
        True
    """

    def __init__(
        self,
        scenario: Given,
        rng: RandomSource = None,
        *,
        replicate: int = 0,
        years: int = DEFAULT_YEARS,
        census: CensusStart | None = None,
        carried: opening.Carried | None = None,
        **others: Never,
    ) -> None:
        _refuse(others)
        plan = load_scenario(scenario)
        self.carried = carried
        found = census if carried is None else carried.census
        super().__init__(plan, root_seed(rng), replicate, found or opening_census(plan.start))
        self.months_planned = years * MONTHS_PER_YEAR
        self.columns = BASE
        self.panel = self._blank_panel(self.months_planned + 1)
        self._open()
        self.running = self.month < self.months_planned
        self.datacollector = data_collector(self)

    # Opening

    def _open(self) -> None:
        """Build month 0 from history: people, leadership, bids, and the route constants."""
        census, parameters, carried = self.census, self.parameters, self.carried
        bench = None if carried is None else carried.bench
        self.workforce = opening.people_the_boroughs(
            census, self.streams, parameters, bench, self.plan.start.figures
        )
        self.leadership = opening.opening_leadership(self.streams, census, parameters)
        self.lasting_leadership = parameters.lasting_conditions_share * self.leadership
        if carried is not None:
            self.leadership = carried.leadership.copy()
            self.lasting_leadership = carried.lasting_leadership.copy()
        conditions_apart_open(self)
        if carried is not None:
            self.leaving_condition = carried.leaving_condition.copy()
            self.lasting_leaving = carried.lasting_leaving.copy()
        who = (self.parameters, self.opened_on, len(self.employers), self.who)
        self.rulebook = Rulebook(self.levers, *who)
        self.rules = Rulebook(Levers(), *who).in_force(self.opened_on)
        index = self.rules.salary_index
        scales = opening_scales(self.parameters, self.employers, self.plan.start.figures, index)
        self.desk = PayDesk(self.parameters, scales)
        mean = parameters.assignment_rate_2017_per_hour * index
        mean /= 1.0 - parameters.agency_margin_share
        self.opening_mean_charge = mean
        bids = opening.opening_bids(self.streams, census, parameters, mean)
        if carried is not None:
            bids = carried.charge_rates
        bids = with_own_rates(bids, self.employers, self.plan.start.figures)
        self.boroughs = [Borough(self, place, name) for place, name in enumerate(self.employers)]
        self.wanted = self.opening_charges = bids
        self.prices = np.repeat(bids[:, None], BANDS, axis=1)
        self.agreed = self.pledge = Pledge(self)
        self.inspectorate = self.ofsted = Ofsted(self)
        if carried is not None and not self.levers.cap.is_no_op:
            standing = (carried.keeps_to_cap, carried.months_short, carried.months_content)
            self.pledge.go_on(Standing(*standing))
        self.work_out_pay()
        self.opening_pay = self.pay
        self.opening_cost_of_a_post = self.ordinary_cost_of_a_post()
        self.overspends = [np.zeros(len(self.employers))]
        self.opening_strain = np.zeros(len(self.employers))
        self._first_month()
        self.route = self._solve_route()
        offers_under_way(self)

    def _first_month(self) -> None:
        """Record month 0 as the census found it, with nothing done yet."""
        self.workforce.open_month(0)
        caseloads_change(self)
        self._centre()
        self.ofsted.open()
        self._centre()
        self.count_unfilled()
        self.opening_premium = self.premium
        money_changes_hands(self)
        self._budgets_open()
        outcomes_are_recorded(self)

    def _budgets_open(self) -> None:
        """Open budgets on the day, or as a followed London left them: no deficit is forgiven."""
        budgets_open(self)
        if self.carried is not None:
            self.budget_per_post = self.carried.budget_per_post
            self.permanent_cost = self.carried.permanent_cost
            self.opening_charges = self.carried.opening_charges
            self.usual_vacancies = self.carried.usual_vacancies
            self.overspends = [self.carried.overspend] * len(self.overspends)
            self.opening_premium = self.carried.opening_premium

    def _centre(self) -> None:
        """Centre strain on the day, or on what a followed London was centred on."""
        centre_strain(self)
        if self.carried is not None:
            self.reference_caseload = self.carried.reference_caseload
            self.multiplier_centre = self.carried.multiplier_centre
            self.strain_centre = self.carried.strain_centre
        feel_the_strain(self)
        if self.carried is not None:
            self.opening_strain = self.strain

    def _solve_route(self) -> choice.RouteConstants:
        """Derive the attachment to permanent work and the pace of reconsidering (see `rules`)."""
        if self.carried is not None:
            return choice.RouteConstants(self.carried.attachment, self.carried.reconsider_per_year)
        parameters, workforce = self.parameters, self.workforce
        permanent = workforce.ids(WorkerState.PERMANENT)
        months = MONTHS_PER_YEAR * parameters.eligible_experience_years
        eligible = permanent[workforce.experience_months(permanent) >= months]
        placed = workforce.ids(WorkerState.PLACED)
        return choice.solve_route_constants(
            self.pull(eligible, self.opening_pay.log_premium, self.opening_strain),
            self.pull(placed, self.opening_pay.log_premium, self.opening_strain),
            eligible.size / max(permanent.size, 1),
            parameters.pay_sensitivity,
            parameters.flow_to_agency_per_year,
            parameters.flow_to_permanent_per_year,
        )

    # The month

    def step(self) -> None:
        """Let one month pass. `running`, by which Mesa's runners go, ends at the horizon."""
        self.month += 1
        if self.month == len(self.panel):
            self.panel = np.concatenate([self.panel, self._blank_panel(MONTHS_PER_YEAR)])
        self.workforce.open_month(self.month)
        for phase in MONTH:
            phase(self)
        if self.month >= self.months_planned:
            self.running = False
        self.datacollector.collect(self)

    def _blank_panel(self, months: int) -> FloatArray:
        return np.full((months, len(self.employers), len(self.columns)), np.nan)

    def run(self) -> FloatArray:
        """Step to the end of the planned years and return the recorded panel."""
        while self.month < self.months_planned:
            self.step()
        return self.panel

    def release(self) -> None:
        """Let go of everything Mesa would keep alive after the run."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def outcome(self, name: str, employer: str = LONDON) -> float:
        """Return an outcome of the current month, for London or one employer.

        Raises:
            KeyError: no such outcome or employer.
        """
        return self.outcome_in(self.month, name, employer)

    def outcome_in(self, month: int, name: str, employer: str = LONDON) -> float:
        """Return an outcome of a month so far, likewise."""
        row = self.panel[month]
        if employer == LONDON:
            return float(measured(row, OUTCOME[name], london=True))
        if employer not in self.employers:
            raise KeyError(f"no employer {employer!r}; see `employers`")
        place = self.employers.index(employer)
        return float(measured(row, OUTCOME[name], london=False)[place])

    def worker(self, worker_id: int) -> Worker:
        """Return one worker's state and history, read only."""
        return self.workforce.worker(worker_id)


def _refuse(others: Mapping[str, object]) -> None:
    """Say what was meant by a keyword that is not known.

    `seed` cannot be a parameter that is refused later: from Mesa 3.4 on `batch_run` gives a model
    that has one its seeds under that name.
    """
    if "seed" in others:
        raise TypeError("LondonMarket: give rng=, not seed=")
    if others:
        raise TypeError(f"LondonMarket: there is no {next(iter(others))}=")
