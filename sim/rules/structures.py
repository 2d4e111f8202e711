"""The rival structures: each is one changed rule, said in numbers that the equations take.

They differ in five numbers, so draws under different structures can share one batch of arrays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.posterior import StructureKey
from sim.domain.vocabulary import BidTrigger, HiringStructure, Link
from sim.rules.hazards import Amount

PROPORTIONAL = 1.0
"""Elasticity of hiring where it answers vacancies in proportion."""


@dataclass(frozen=True)
class Links:
    """Which links of the circle hold (True) and which are cut (False)."""

    unfilled_raises_bids: bool = True
    rivals_are_leapfrogged: bool = True
    pay_draws_to_agency: bool = True
    strain_drives_leaving: bool = True
    leaving_opens_vacancies: bool = True
    agency_share_repels_applicants: bool = True
    overspend_cuts_offer: bool = True
    overspend_slows_bids: bool = True
    dear_cover_is_unwanted: bool = True

    @staticmethod
    def without(cut: Collection[Link]) -> Links:
        """Return all links but those that are cut."""
        return Links(**{link.value: link not in cut for link in Link})


class StructureTerms(NamedTuple):
    """What a structure does to the month: numbers, or (draw, 1) where draws differ.

    Attributes:
        vacancy_weight: what vacancies weigh in how short a borough feels.
        vacancy_elasticity: how hiring answers vacancies.
        reputation_sensitivity: how a high agency share repels applicants.
        budget_sensitivity: how overspending cuts the offer; 0 where it does not.
        overspend_on_offer: part of overspending that is taken out of the offer.
    """

    vacancy_weight: Amount = 0.0
    vacancy_elasticity: Amount = PROPORTIONAL
    reputation_sensitivity: Amount = 0.0
    budget_sensitivity: Amount = 0.0
    overspend_on_offer: Amount = 0.0


def hiring_terms(hiring: HiringStructure, parameters: Parameters) -> StructureTerms:
    """Return the terms of a hiring structure: responsive hiring, with one rule changed."""
    match hiring:
        case HiringStructure.SUPPLY_LIMITED:
            return StructureTerms(vacancy_elasticity=parameters.vacancy_elasticity)
        case HiringStructure.REPUTATION:
            return StructureTerms(reputation_sensitivity=parameters.reputation_sensitivity)
        case HiringStructure.BUDGET:
            return StructureTerms(
                budget_sensitivity=parameters.budget_sensitivity,
                overspend_on_offer=parameters.overspend_on_offer_share,
            )
    return StructureTerms()


def structure_terms(structure: StructureKey, parameters: Parameters) -> StructureTerms:
    """Return the terms of a structure under some parameters."""
    hiring, trigger = structure
    watches_vacancies = trigger is BidTrigger.VACANCIES
    weight = parameters.vacancy_weight if watches_vacancies else 0.0
    return hiring_terms(hiring, parameters)._replace(vacancy_weight=weight)


def terms_by_draw(structures: Sequence[StructureKey], parameters: Parameters) -> StructureTerms:
    """Return the terms of one structure for all draws, or of one structure a draw, (draw, 1)."""
    if len(structures) == 1:
        return structure_terms(structures[0], parameters)
    draws = len(structures)
    found = {one: structure_terms(one, parameters) for one in dict.fromkeys(structures)}

    def column(place: int) -> Amount:
        every = {
            one: np.broadcast_to(np.ravel(terms[place]), (draws,)) for one, terms in found.items()
        }
        return np.array([every[one][draw] for draw, one in enumerate(structures)])[:, None]

    return StructureTerms(*(column(place) for place in range(len(StructureTerms._fields))))
