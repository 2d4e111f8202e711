"""London again, the slow way: one object a worker, one sentence at a time.

It shares the equations of `sim.rules` with the model, and nothing of `sim.market`: no columns,
no ledger, no keyed draws. Whatever the columns do must look the same from here, in
distribution. Only what the comparison needs is written: no lever but the cap, no cut links, no
`budget` structure, no Ofsted.
"""

from __future__ import annotations

from collections import Counter
from math import exp

import numpy as np

from sim.domain.evidence import CensusStart
from sim.domain.vocabulary import HiringStructure
from sim.rules import agency_work, choice, conditions, establishment, hazards, recruitment
from sim.scenario import Scenario
from tests.market.oracle_people import BENCH, PERMANENT, PLACED, Person
from tests.market.oracle_prices import Prices


class OracleLondon(Prices):
    """A London whose every worker is an object.

    `totals` counts what has happened so far; `relative_bids_taken` adds up, over assignments
    begun, the bid taken over the mean of all bids.
    """

    def __init__(self, plan: Scenario, census: CensusStart, seed: int) -> None:
        super().__init__(plan, census, seed)
        self.totals: Counter[str] = Counter()
        self.relative_bids_taken = 0.0
        self.people_open()
        self.prices_open()
        self.strain_opens()
        self.route_opens()
        self.opening_cost = self.permanent_cost()
        self.count_unfilled()
        self.budgets_open()
        self.promised: list[list[int]] = []
        for _ in range(self.parameters.notice_months):
            self.promised.append([self.offers_taken(borough) for borough in self.boroughs])

    # Month 0

    def people_open(self) -> None:
        """Everybody the census counts, and a bench; the keenest on agency work do it already."""
        for borough in self.boroughs:
            for _ in range(self.census.permanent[borough]):
                is_new = self.happens(self.parameters.start_new_staff_share)
                months = int(36 * self.luck.random()) if is_new else self.experienced()
                Person(self, PERMANENT, borough, months)
            for _ in range(self.census.agency[borough]):
                Person(self, PLACED, borough, self.experienced())
        for _ in range(round(self.parameters.start_bench_share * self.census.agency.sum())):
            Person(self, BENCH, None, self.experienced())
        spread = self.parameters.taste_spread
        tastes = [person.taste for person in self.agents]
        tastes.sort(key=lambda taste: taste + spread * self.luck.normal())
        permanent = self.people(PERMANENT)
        agency = self.people(PLACED) + self.people(BENCH)
        for person in self.in_random_order(permanent) + self.in_random_order(agency):
            person.taste = tastes.pop(0)

    def strain_opens(self) -> None:
        """Strain is measured against London's mean at the start."""
        census, parameters = self.census, self.parameters
        staff = census.permanent + census.agency
        london = census.agency.sum() / staff.sum()
        above = census.agency / staff - london
        noise = parameters.leadership_spread * self.luck.normal(size=len(above))
        self.leadership = parameters.leadership_agency_slope * above + noise
        self.lasting = parameters.lasting_conditions_share * self.leadership
        apart = parameters.leaving_conditions_spread * self.luck.normal(size=len(above))
        self.apart, self.lasting_apart = apart, parameters.lasting_conditions_share * apart
        self.hiring_year = self.leaving_year = 1.0
        self.planned = [float(posts) for posts in census.posts]
        self.count_posts_and_cases()
        weights = census.permanent / census.permanent.sum()
        self.reference = float((self.strain_caseload() * weights).sum())
        self.ordinary_leaving = 1.0
        self.feel_the_strain()
        self.ordinary_strain = float((self.strain * weights).sum())
        self.ordinary_leaving = float((self.leaving * weights).sum())
        self.feel_the_strain()

    def route_opens(self) -> None:
        """The pace and the attachment that give the flows of the start."""
        parameters = self.parameters
        permanent = self.people(PERMANENT)
        eligible = [person for person in permanent if self.is_eligible(person)]
        self.route = choice.solve_route_constants(
            np.array([person.pull() for person in eligible]),
            np.array([person.pull() for person in self.people(PLACED)]),
            len(eligible) / len(permanent),
            parameters.pay_sensitivity,
            parameters.flow_to_agency_per_year,
            parameters.flow_to_permanent_per_year,
        )

    # The month

    def step(self) -> None:
        """One month, in the order of the specification."""
        self.month += 1
        self.rules_come_into_force()
        self.posts_are_added()
        self.count_posts_and_cases()
        parameters = self.parameters
        if self.month % 12 == 1:
            self.hiring_year = self.a_year_for_all(parameters.common_hiring_spread)
            self.leaving_year = self.a_year_for_all(parameters.common_leaving_spread)
        keep = exp(-parameters.leadership_reversion_per_year / 12)
        noise = self.luck.normal(size=len(self.boroughs)) * (1 - keep**2) ** 0.5
        passing = parameters.leadership_spread * (1 - parameters.lasting_conditions_share**2) ** 0.5
        self.leadership = self.lasting + keep * (self.leadership - self.lasting) + passing * noise
        noise = self.luck.normal(size=len(self.boroughs)) * (1 - keep**2) ** 0.5
        passing = parameters.leaving_conditions_spread
        passing *= (1 - parameters.lasting_conditions_share**2) ** 0.5
        self.apart = self.lasting_apart + keep * (self.apart - self.lasting_apart) + passing * noise
        self.feel_the_strain()
        self.people_leave()
        self.people_reconsider()
        self.people_move()
        self.boroughs_hire()
        self.assignments_end()
        self.boroughs_bid()
        self.people_choose_assignments()
        self.count_unfilled()
        self.work_out_pay()
        self.budgets_are_watched()

    def a_year_for_all(self, spread: float) -> float:
        """What this year does to all boroughs alike: 1 on average."""
        return exp(spread * self.luck.normal() - spread**2 / 2)

    def count_posts_and_cases(self) -> None:
        """Posts, cases and agency places above the establishment this month."""
        census, parameters = self.census, self.parameters
        held = self.head_count(PERMANENT)
        self.posts = [max(round(float(self.planned[b])), held[b]) for b in self.boroughs]
        self.cases = establishment.grown(census.cases, parameters.cases_growth_per_year, self.month)
        share = establishment.extra_share(
            census.extra / census.posts,
            parameters.extra_agency_share,
            parameters.extra_fade_per_year,
            self.month,
        )
        self.extra_wanted = [round(float(share[b] * self.posts[b])) for b in self.boroughs]

    def strain_caseload(self) -> np.ndarray:
        """Cases for each case-holder's worth of work, by borough."""
        permanent, placed = self.head_count(PERMANENT), self.head_count(PLACED)
        worth = self.parameters.agency_effectiveness
        staff = [max(permanent[b] + worth * placed[b], 0.5) for b in self.boroughs]
        return self.cases / (self.census.case_holder_share * np.array(staff))

    def feel_the_strain(self) -> None:
        """Strain, and how it multiplies leaving, by borough."""
        parameters = self.parameters
        ordinary = conditions.ordinary_caseload(
            self.reference,
            parameters.cases_growth_per_year,
            establishment.planned_growth(self.plan.start.opening, self.month, parameters),
            parameters.caseload_habituation,
            self.month,
        )
        self.strain = conditions.strain(self.strain_caseload(), ordinary, self.leadership)
        multiplier = conditions.strain_multiplier(self.parameters.strain_to_leaving, self.strain)
        self.leaving = multiplier * np.exp(self.apart) / self.ordinary_leaving

    def exit_hazard(self) -> float:
        """How many permanent staff leave the sector in a year, at ordinary strain."""
        return self.parameters.sector_exit_per_year * self.leaving_year

    def people_leave(self) -> None:
        """People leave London's market for good."""
        chance = hazards.monthly_chance(self.exit_hazard() * self.leaving)
        held = (self.premium / self.opening_premium) ** -self.parameters.exit_premium_elasticity
        from_agency = hazards.monthly_chance(self.parameters.agency_exit_per_year * held)
        leak = min(self.parameters.bench_leak_per_month * held, 1.0)
        for person in list(self.agents):
            is_permanent = person.where == PERMANENT
            other = from_agency if person.where == PLACED else leak
            if self.happens(chance[person.borough] if is_permanent else other):
                self.totals["exits" if is_permanent else "agency_exits"] += 1
                person.remove()

    def is_eligible(self, person: Person) -> bool:
        """Whether a permanent worker is experienced enough to consider agency work."""
        return person.experience >= 12 * self.parameters.eligible_experience_years

    def people_reconsider(self) -> None:
        """Some choose agency work; some agency staff choose a permanent post where they are."""
        going, returning = [], []
        for person in self.agents:
            if person.where == BENCH or (
                person.where == PERMANENT and not self.is_eligible(person)
            ):
                continue
            agency = choice.agency_chance(
                person.pull(), self.parameters.pay_sensitivity, self.route.attachment
            )
            is_permanent = person.where == PERMANENT
            hazard = self.route.reconsider_per_year * (agency if is_permanent else 1 - agency)
            if self.happens(hazards.monthly_chance(hazard)):
                (going if is_permanent else returning).append(person)
        for person in going:
            person.where, person.borough = BENCH, None
        self.totals["to_agency"] += len(going)
        left = self.unpromised()
        for person in self.in_random_order(returning):
            if left[person.borough] > 0:
                left[person.borough] -= 1
                person.where = PERMANENT
                self.totals["to_permanent"] += 1

    def people_move(self) -> None:
        """Permanent staff take vacancies elsewhere, sooner where there is less strain."""
        chance = hazards.monthly_chance(self.parameters.borough_moves_per_year * self.leaving)
        movers = [p for p in self.people(PERMANENT) if self.happens(chance[p.borough])]
        left = np.array(self.unpromised())
        appeal = left * np.exp(self.apart) / self.leaving
        for person in self.in_random_order(movers):
            wanted = self.one_borough(np.where(np.arange(len(left)) == person.borough, 0, appeal))
            if wanted is not None and left[wanted] > 0:
                left[wanted] -= 1
                person.borough = wanted
                self.totals["moves"] += 1

    def unpromised(self) -> list[int]:
        """Vacancies nobody has been promised, by borough."""
        taken = [sum(month[b] for month in self.promised) for b in self.boroughs]
        return [max(v - t, 0) for v, t in zip(self.vacancies(), taken, strict=True)]

    def room(self, borough: int) -> int:
        """How many posts a borough can fill in a month."""
        return int(np.ceil(self.parameters.monthly_hiring_limit * self.unpromised()[borough]))

    def offers_taken(self, borough: int) -> int:
        """How many outside applicants accept a borough's offers this month."""
        parameters, structure = self.parameters, self.plan.structure.hiring
        posts, placed = self.posts[borough], self.head_count(PLACED)[borough]
        yearly = recruitment.outside_hires_per_year(
            np.array(float(posts)),
            np.array(self.vacancies()[borough] / posts),
            np.array(placed / (placed + self.head_count(PERMANENT)[borough])),
            self.strain[borough] - self.ordinary_strain,
            parameters.outside_hires_per_post,
            parameters.vacancy_elasticity if structure is HiringStructure.SUPPLY_LIMITED else 1.0,
            parameters.strain_to_hiring,
            parameters.reputation_sensitivity if structure is HiringStructure.REPUTATION else 0.0,
        )
        expected = float(yearly) * self.hiring_year / 12
        return min(self.luck.poisson(expected), self.room(borough))

    def boroughs_hire(self) -> None:
        """Experienced applicants start after notice; the newly qualified as can be taught."""
        if self.promised:
            for borough, coming in enumerate(self.promised.pop(0)):
                for _ in range(min(coming, self.vacancies()[borough])):
                    self.totals["hires"] += 1
                    Person(self, PERMANENT, borough, self.experienced())
        rooms = [self.room(borough) for borough in self.boroughs]
        taken = [self.offers_taken(borough) for borough in self.boroughs]
        if self.parameters.notice_months:
            self.promised.append(taken)
        for borough in self.boroughs:
            if not self.parameters.notice_months:
                self.totals["hires"] += taken[borough]
                for _ in range(taken[borough]):
                    Person(self, PERMANENT, borough, self.experienced())
            self.beginners_start(borough, rooms[borough] - taken[borough])

    def beginners_start(self, borough: int, room: int) -> None:
        """Newly qualified staff take first posts, as many as can be taught."""
        parameters = self.parameters
        season = recruitment.newly_qualified_season(
            self.today.month, self.today.year, parameters.step_up_share, 1.0
        )
        staff = [person.experience for person in self.people(PERMANENT, borough)]
        able = sum(months >= 24 for months in staff)
        learning = sum(months < 12 for months in staff)
        taught = int(parameters.newly_qualified_per_supervisor * able) - learning
        yearly = parameters.newly_qualified_per_post * self.posts[borough] * self.hiring_year
        for _ in range(max(min(self.luck.poisson(yearly * season), room, taught), 0)):
            self.totals["hires"] += 1
            Person(self, PERMANENT, borough, 0)

    def assignments_end(self) -> None:
        """Assignments run out, or end because there is no more work."""
        staying = []
        for person in self.people(PLACED):
            if self.happens(self.parameters.assignment_ends_per_month):
                self.send_to_bench(person)
            else:
                staying.append(person)
        left = self.places_for_agency_staff()
        for person in self.in_random_order(staying):
            left[person.borough] -= 1
            if left[person.borough] < 0:
                self.send_to_bench(person)

    def send_to_bench(self, person: Person) -> None:
        """End somebody's assignment."""
        person.where, person.borough = BENCH, None
        self.totals["assignments_ended"] += 1

    # The agency market

    def people_choose_assignments(self) -> None:
        """Outsiders arrive; those who look go by gap and pay, as far as there is room."""
        parameters = self.parameters
        yearly = agency_work.outsiders_per_year(
            float(sum(self.posts)),
            self.premium,
            parameters.outsiders_per_post,
            parameters.outsider_premium_elasticity,
        )
        for _ in range(self.luck.poisson(yearly / 12)):
            outsider = Person(self, BENCH, None, self.experienced())
            outsider.taste += parameters.taste_spread
            self.totals["outsiders"] += 1
        places, filled = self.places_for_agency_staff(), self.head_count(PLACED)
        places = [round(self.wanted_share(b) * places[b]) for b in self.boroughs]
        left = np.array([max(places[b] - filled[b], 0) for b in self.boroughs])
        appeal = np.exp(
            agency_work.assignment_appeal(
                left.astype(float), np.array(self.bids), parameters.assignment_pay_elasticity
            )
        )
        looking = [p for p in self.people(BENCH) if self.happens(parameters.bench_search_share)]
        for person in self.in_random_order(looking):
            wanted = self.one_borough(appeal)
            if wanted is not None and left[wanted] > 0:
                left[wanted] -= 1
                person.where, person.borough = PLACED, wanted
                self.totals["assignments_begun"] += 1
                self.relative_bids_taken += self.bids[wanted] * len(self.bids) / sum(self.bids)
