"""What the oracle pays: the law of the month, the bids of the boroughs and their pledge."""

from __future__ import annotations

from collections import Counter
from math import exp, inf, log

from sim.domain.calendar import first_year_of, month_end, tax_year_of
from sim.domain.evidence import CensusStart, pay_index
from sim.domain.vocabulary import BidTrigger, Route
from sim.rules import bidding
from sim.rules.pay_floor import lowest_lawful_charge
from sim.rules.tax import charge_to_assignment, law_in_force, payslip
from sim.scenario import Scenario
from tests.market.oracle_people import (
    COMPANIES,
    INSIDE_COMPANY,
    NO_COMPANY,
    OUTSIDE_COMPANY,
    PLACED,
    Population,
)

FIRST_YEAR_OFF_PAYROLL_IS_ENFORCED = 2017


class Prices(Population):
    """A population with employers who bid for it."""

    unfilled: list[int]

    def __init__(self, plan: Scenario, census: CensusStart, seed: int) -> None:
        super().__init__(plan, census, seed)
        self.cap = self.cap_reference = inf
        self.members: set[int] | None = None
        self.months_short, self.months_content = Counter(), Counter()
        self.watch_the_calendar()
        self.opening_index = self.pay_index

    def prices_open(self) -> None:
        """Boroughs bid about a mean; pay follows."""
        parameters = self.parameters
        assignment = parameters.assignment_rate_2017_per_hour * self.pay_index
        self.opening_mean = assignment / (1 - parameters.agency_margin_share)
        spread = parameters.starting_bid_spread
        self.bids = [
            self.opening_mean * exp(spread * self.luck.normal() - spread**2 / 2)
            for _ in self.boroughs
        ]
        self.work_out_pay()

    def watch_the_calendar(self) -> bool:
        """Read the law of the month; say whether a tax year has begun."""
        growth = self.parameters.pay_growth_per_year
        self.today = month_end(self.plan.start.opening, self.month)
        year = tax_year_of(self.today)
        self.law = law_in_force(year, growth_beyond_table=growth)
        self.pay_index = pay_index(year, growth_beyond_table=growth)
        self.is_off_payroll_enforced = first_year_of(year) >= FIRST_YEAR_OFF_PAYROLL_IS_ENFORCED
        return self.today.month == 4

    def rules_come_into_force(self) -> None:
        """The law, the cap, the least and the most that may be paid."""
        parameters, cap = self.parameters, self.plan.levers.cap
        if self.watch_the_calendar():
            self.work_out_pay()
        salary = parameters.salary_mid_scale_2017 * self.pay_index
        self.floor = lowest_lawful_charge(salary, self.law, parameters, parameters.equal_pay_share)
        price_level = self.pay_index / self.opening_index
        self.ceiling = parameters.most_affordable_multiple * self.opening_mean * price_level
        phase = cap.strength(self.plan.start.opening, self.today)
        self.cap = inf
        if phase > 0 and not cap.is_no_op:
            if self.cap_reference == inf:
                self.cap_reference = max(self.bids)
            level = cap.charge_rate_per_hour
            self.cap = level + (1 - phase) * max(self.cap_reference - level, 0)

    def work_out_pay(self) -> None:
        """The log premium of agency work by band and company, and what it comes to in London."""
        rate = charge_to_assignment(self.mean_bid(), self.parameters)

        def net(route: Route) -> float:
            slip = payslip(route, self.law, self.parameters, assignment_rate_per_hour=rate)
            return float(slip.net_annual)

        payroll = max(net(Route.AGENCY_PAYE), net(Route.UMBRELLA))
        inside = max(payroll, net(Route.PSC_INSIDE))
        outside = inside if self.is_off_payroll_enforced else net(Route.PSC_OUTSIDE)
        nets = {NO_COMPANY: payroll, INSIDE_COMPANY: inside, OUTSIDE_COMPANY: outside}
        scale = (
            self.parameters.salary_newly_qualified_2017,
            self.parameters.salary_mid_scale_2017,
            self.parameters.salary_top_of_scale_2017,
        )
        self.log_premium = {}
        for band, salary in enumerate(scale):
            slip = payslip(
                Route.PERMANENT, self.law, self.parameters, salary=salary * self.pay_index
            )
            for company in COMPANIES:
                self.log_premium[band, company] = log(nets[company] / float(slip.net_annual))
        placed = self.people(PLACED)
        premia = [self.log_premium[person.band, person.company] for person in placed]
        premia = premia or [self.log_premium[2, company] for company in COMPANIES]
        self.premium = exp(sum(premia) / len(premia))

    def mean_bid(self) -> float:
        """London's mean charge rate over placed staff."""
        paid = [self.bids[person.borough] for person in self.people(PLACED)]
        return sum(paid) / len(paid) if paid else sum(self.bids) / len(self.bids)

    def leapfrog_speed(self) -> float:
        """How fast a short borough closes on its mark above the mean."""
        return self.parameters.leapfrog_speed

    def boroughs_bid(self) -> None:
        """Each borough bids by what it lacked last month, within law, budget and pledge."""
        parameters = self.parameters
        mean, vacancies = self.mean_bid(), self.vacancies()
        watches = self.plan.structure.bid_trigger is BidTrigger.VACANCIES
        if self.members is None and self.cap < inf:
            self.members = set(self.boroughs)
        for borough in self.boroughs:
            unfilled = self.unfilled[borough] / self.posts[borough]
            short_by = bidding.shortage(
                unfilled,
                vacancies[borough] / self.posts[borough],
                parameters.unfilled_target,
                parameters.vacancy_target,
                parameters.vacancy_weight if watches else 0.0,
            )
            wanted = bidding.desired_charge_rate(
                self.bids[borough],
                mean,
                short_by,
                parameters.bid_speed,
                parameters.falling_bid_ratio,
                self.leapfrog_speed(),
                parameters.leapfrog_margin,
            )
            wanted = min(max(float(wanted), self.floor), self.ceiling)
            self.bids[borough] = self.agreed(borough, wanted, unfilled)

    def agreed(self, borough: int, wanted: float, unfilled: float) -> float:
        """What a borough pays under the pledge; then it may break it, or come back."""
        terms = self.plan.levers.cap
        if self.cap == inf or self.members is None:
            return wanted
        if borough not in self.members:
            is_content = unfilled < terms.tolerance / 2
            self.months_content[borough] = self.months_content[borough] + 1 if is_content else 0
            if self.months_content[borough] >= terms.return_months:
                self.members.add(borough)
                self.months_content[borough] = 0
            return wanted
        paid = min(wanted, max(self.cap, self.floor))
        bears = max(terms.tolerance, self.parameters.unfilled_target)
        is_short = paid < wanted and unfilled > bears
        self.months_short[borough] = self.months_short[borough] + 1 if is_short else 0
        if self.months_short[borough] >= terms.months_short_before_leaving:
            self.members.remove(borough)
            self.months_short[borough] = self.months_content[borough] = 0
        return paid
