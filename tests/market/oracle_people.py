"""The people of the oracle: one Mesa agent a worker, and the ways to count and queue them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import mesa
import numpy as np

from sim.domain.evidence import CensusStart
from sim.scenario import Scenario

PERMANENT, PLACED, BENCH = "permanent", "placed", "bench"
NO_COMPANY, INSIDE_COMPANY, OUTSIDE_COMPANY = "no company", "company, inside", "company, outside"
COMPANIES = (NO_COMPANY, INSIDE_COMPANY, OUTSIDE_COMPANY)


class Person(mesa.Agent):
    """One social worker. `borough` is a number, or None on the bench."""

    def __init__(self, model: Population, where: str, borough: int | None, experience: int) -> None:
        super().__init__(model)
        self.where, self.borough = where, borough
        self.qualified = model.month - experience
        self.taste = model.parameters.taste_spread * model.luck.normal()
        self.company = model.company_of_somebody()

    @property
    def experience(self) -> int:
        """Months since qualifying."""
        return self.model.month - self.qualified

    @property
    def band(self) -> int:
        """Place on the pay scale: under two years, two to five, over five."""
        return sum(self.experience >= 12 * years for years in (2, 5))

    def pull(self) -> float:
        """What draws this person to agency work now, in log pay."""
        london = self.model
        strain = london.parameters.strain_to_route * london.strain[self.borough]
        return london.log_premium[self.band, self.company] + strain + self.taste


class Population(mesa.Model):
    """Everybody in the market, and nothing of what they do."""

    posts: list[int]
    extra_wanted: list[int]
    strain: np.ndarray
    log_premium: dict[tuple[int, str], float]

    def __init__(self, plan: Scenario, census: CensusStart, seed: int) -> None:
        super().__init__(rng=seed)
        self.luck = np.random.default_rng(seed)
        self.plan, self.parameters, self.census = plan, plan.parameters, census
        self.boroughs = range(len(census.employers))
        self.month = 0

    def people(self, where: str, borough: int | None = None) -> list[Person]:
        """Everybody of one kind, in London or in one borough."""
        return [
            person
            for person in self.agents
            if person.where == where and borough in (None, person.borough)
        ]

    def head_count(self, where: str) -> list[int]:
        """How many of one kind each borough has."""
        count = Counter(person.borough for person in self.people(where))
        return [count[borough] for borough in self.boroughs]

    def vacancies(self) -> list[int]:
        """Posts nobody holds for good, by borough."""
        held = self.head_count(PERMANENT)
        return [max(self.posts[b] - held[b], 0) for b in self.boroughs]

    def places_for_agency_staff(self) -> list[int]:
        """Vacancies and places above the establishment, by borough."""
        vacancies = self.vacancies()
        return [vacancies[b] + self.extra_wanted[b] for b in self.boroughs]

    def uncovered(self) -> list[int]:
        """Vacancies that no agency worker covers, by borough."""
        vacancies, placed = self.vacancies(), self.head_count(PLACED)
        covering = [max(placed[b] - self.extra_wanted[b], 0) for b in self.boroughs]
        return [max(vacancies[b] - covering[b], 0) for b in self.boroughs]

    def in_random_order(self, people: Iterable[Person]) -> list[Person]:
        """The same people in the order of a fair queue."""
        people = list(people)
        return [people[place] for place in self.luck.permutation(len(people))]

    def one_borough(self, weights: np.ndarray) -> int | None:
        """A borough drawn in proportion to its weight; none if nothing weighs anything."""
        total = weights.sum()
        return int(self.luck.choice(len(weights), p=weights / total)) if total > 0 else None

    def happens(self, chance: float) -> bool:
        """Whether something with this chance happens now."""
        return bool(self.luck.random() < chance)

    def company_of_somebody(self) -> str:
        """Whether somebody could use a company, and how it would be taxed."""
        if not self.happens(self.parameters.company_share):
            return NO_COMPANY
        outside = self.happens(self.parameters.outside_ir35_share)
        return OUTSIDE_COMPANY if outside else INSIDE_COMPANY

    def experienced(self) -> int:
        """Months of experience of somebody past the first three years."""
        return int(36 + 12 * self.luck.exponential(self.parameters.experience_mean_years))

    def release(self) -> None:
        """Let go of what Mesa would keep alive."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
