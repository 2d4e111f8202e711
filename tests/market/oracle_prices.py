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
    PERMANENT,
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
        self.scale = (
            self.parameters.salary_newly_qualified_2017,
            self.parameters.salary_mid_scale_2017,
            self.parameters.salary_top_of_scale_2017,
        )

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
        self.opening_bids = list(self.bids)
        self.work_out_pay()
        self.opening_premium = self.premium

    # Budgets, and what boroughs still want

    def permanent_cost(self, months: int | None = None) -> float:
        """What a permanent worker costs a year: at the top of the scale, or with so many months."""
        scale = self.scale[2 if months is None else sum(months >= bar for bar in (24, 60))]
        slip = payslip(Route.PERMANENT, self.law, self.parameters, salary=scale * self.pay_index)
        return float(slip.borough_cost)

    def charged(self, borough: int) -> float:
        """What a borough is charged for its agency staff in a year."""
        hours = self.parameters.hours_per_week * self.parameters.weeks_per_year
        return len(self.people(PLACED, borough)) * self.bids[borough] * hours

    def budgets_open(self) -> None:
        """A budget is the opening bill and what the unfilled posts would cost."""
        self.budget, self.staff_cost = [], []
        for borough in self.boroughs:
            staff = self.people(PERMANENT, borough)
            bill = sum(self.permanent_cost(int(person.experience)) for person in staff)
            each = bill / len(staff) if staff else self.opening_cost
            funded = bill + self.charged(borough) + self.unfilled[borough] * each
            self.staff_cost.append(each)
            self.budget.append(funded / self.posts[borough])
        self.used_to = [self.parameters.vacancy_target for _ in self.boroughs]
        self.overspends = [self.overspent()] * 3

    def overspent(self) -> list[float]:
        """By how much each borough overspends, small ones as London does."""
        index = self.permanent_cost() / self.opening_cost
        spent, given = [], []
        for borough in self.boroughs:
            permanent = len(self.people(PERMANENT, borough))
            spent.append(permanent * self.staff_cost[borough] * index + self.charged(borough))
            given.append(self.budget[borough] * self.posts[borough] * index)
        london, found = sum(spent) / sum(given) - 1, []
        for borough in self.boroughs:
            posts = self.posts[borough]
            weight = posts / (posts + self.parameters.overspend_pooling_posts)
            own = spent[borough] / given[borough] - 1
            found.append(weight * own + (1 - weight) * london)
        return found

    def budgets_are_watched(self) -> None:
        """A month's spending is seen, and vacancies become a little more usual."""
        self.overspends = [*self.overspends[1:], self.overspent()]
        years, vacancies = self.parameters.vacancy_habit_years, self.vacancies()
        for borough in self.boroughs:
            gap = vacancies[borough] / self.posts[borough] - self.used_to[borough]
            self.used_to[borough] += gap * (1 - exp(-1 / 12 / years))

    def brake(self, borough: int) -> float:
        """What a borough's budget leaves of a rise."""
        mean = sum(month[borough] for month in self.overspends) / len(self.overspends)
        return min(max(1 - mean / self.parameters.overspend_limit_share, 0.0), 1.0)

    def wanted_share(self, borough: int) -> float:
        """Which part of its places a borough wants filled at its price."""
        index = self.permanent_cost() / self.opening_cost
        dear = self.bids[borough] / (self.opening_bids[borough] * index)
        return max(dear, 1.0) ** -self.parameters.cover_demand_elasticity

    def count_unfilled(self) -> None:
        """Count vacancies nobody covers, and those of them that somebody is wanted for."""
        self.unfilled, vacancies = self.uncovered(), self.vacancies()
        unwanted = [vacancies[b] * (1 - self.wanted_share(b)) for b in self.boroughs]
        self.unmet_then = [max(self.unfilled[b] - unwanted[b], 0.0) for b in self.boroughs]

    def unmet(self, borough: int) -> float:
        """Unfilled posts that somebody is wanted for, when they were counted, of posts."""
        return self.unmet_then[borough] / self.posts[borough]

    def posts_are_added(self) -> None:
        """Posts grow as far as budgets allow."""
        late = self.today.year * 12 + self.today.month > 2023 * 12 + 9
        p = self.parameters
        growth = p.later_posts_growth_per_year if late else p.posts_growth_per_year
        for borough in self.boroughs:
            braked = self.brake(borough) if growth > 0 else 1.0
            self.planned[borough] *= (1 + growth) ** (braked / 12)

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
        """The law, the cap, and the least that may be paid."""
        parameters, cap = self.parameters, self.plan.levers.cap
        if self.watch_the_calendar():
            self.work_out_pay()
        salary = parameters.salary_mid_scale_2017 * self.pay_index
        self.floor = lowest_lawful_charge(salary, self.law, parameters, parameters.equal_pay_share)
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
        self.log_premium = {}
        for band, salary in enumerate(self.scale):
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
            unmet, habit = self.unmet(borough), parameters.vacancy_habit_share
            short_by = bidding.shortage(
                unmet,
                self.wanted_share(borough) * vacancies[borough] / self.posts[borough],
                parameters.unfilled_target,
                habit * self.used_to[borough] + (1 - habit) * parameters.vacancy_target,
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
                self.brake(borough),
            )
            self.bids[borough] = self.agreed(borough, max(float(wanted), self.floor), unmet)

    def agreed(self, borough: int, wanted: float, unmet: float) -> float:
        """What a borough pays under the pledge; then it may break it, or come back."""
        terms = self.plan.levers.cap
        if self.cap == inf or self.members is None:
            return wanted
        if borough not in self.members:
            is_content = unmet < terms.tolerance / 2
            self.months_content[borough] = self.months_content[borough] + 1 if is_content else 0
            if self.months_content[borough] >= terms.return_months:
                self.members.add(borough)
                self.months_content[borough] = 0
            return wanted
        paid = min(wanted, max(self.cap, self.floor))
        bears = max(terms.tolerance, self.parameters.unfilled_target)
        is_short = paid < wanted and unmet > bears
        self.months_short[borough] = self.months_short[borough] + 1 if is_short else 0
        if self.months_short[borough] >= terms.months_short_before_leaving:
            self.members.remove(borough)
            self.months_short[borough] = self.months_content[borough] = 0
        return paid
