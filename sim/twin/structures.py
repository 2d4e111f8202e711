"""Which rival structure each of many Londons has: one for all, or one a draw.

Structures differ in four numbers of the month, so draws under different structures can share one
batch of arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from sim.domain.posterior import StructureKey
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure

Term = FloatArray | float


class StructureTerms(NamedTuple):
    """What a structure does to the month: numbers, or (draw, 1) where draws differ.

    Attributes:
        vacancy_weight: what vacancies weigh in how short a borough feels.
        vacancy_elasticity: how hiring answers vacancies.
        reputation_sensitivity: how a high agency share repels applicants.
        budget_sensitivity: how overspending cuts the offer; 0 where it does not.
    """

    vacancy_weight: Term
    vacancy_elasticity: Term
    reputation_sensitivity: Term
    budget_sensitivity: Term

    @property
    def watches_budget(self) -> bool:
        """Whether overspending matters to any London."""
        return bool(np.any(self.budget_sensitivity))


def structure_terms(p: SimpleNamespace, structures: Sequence[StructureKey]) -> StructureTerms:
    """Return the terms of one structure for all draws, or of one structure a draw."""

    def where(half: int, wanted: BidTrigger | HiringStructure, value: Term, other: float) -> Term:
        holds = [structure[half] is wanted for structure in structures]
        if len(holds) == 1:
            return value if holds[0] else other
        return np.where(np.array(holds)[:, None], value, other)

    return StructureTerms(
        where(1, BidTrigger.VACANCIES, p.vacancy_weight, 0.0),
        where(0, HiringStructure.SUPPLY_LIMITED, p.vacancy_elasticity, 1.0),
        where(0, HiringStructure.REPUTATION, p.reputation_sensitivity, 0.0),
        where(0, HiringStructure.BUDGET, p.budget_sensitivity, 0.0),
    )
