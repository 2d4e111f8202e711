"""Ofsted: what it finds when it inspects a borough, and what its judgement sets off."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import numpy.typing as npt

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray, Purpose
from sim.domain.vocabulary import GRADES, Judgement
from sim.market.workforce import IntArray
from sim.rules import behaviour

MONTHS_BETWEEN_AT_LEAST = 12
NEVER = -100_000
SELDOM = 1e-6
"""The fewest inspections a year that are told from none."""
INADEQUATE = GRADES.index(Judgement.INADEQUATE)
OUTSTANDING = GRADES.index(Judgement.OUTSTANDING)


class Ofsted(mesa.Agent):
    """The inspectorate.

    An inspection sees working conditions (strain, turned round) with noise. An inadequate
    judgement adds to strain, which drives staff out and puts applicants off, and makes the
    borough buy agency staff above its establishment; a commissioner then works towards better
    leadership, which takes hold in some boroughs. An outstanding judgement draws applicants
    and movers. All of it is assumption; nothing here reads an agency share.

    Attributes:
        grade: of each employer, a place in `vocabulary.GRADES`.
        judged_inadequate: month of each employer's last inadequate judgement, or `NEVER`.
        is_turned_round: whether new leaders took hold after it.
    """

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        count = len(model.employers)
        self.is_there = model.parameters.inspections_per_year >= SELDOM
        self.grade: IntArray = np.full(count, GRADES.index(Judgement.GOOD))
        self.inspected: IntArray = np.zeros(count, np.int64)
        self.judged_inadequate: IntArray = np.full(count, NEVER)
        self.is_turned_round = np.zeros(count, bool)
        self.marks: FloatArray = np.full(len(GRADES) - 1, -np.inf)

    def open(self, quality: FloatArray, judgements: dict[str, Judgement]) -> None:
        """Give every employer a judgement from before the start: its own, if one is stated."""
        if not self.is_there:
            return
        model, parameters = self.model, self.model.parameters
        shares = (
            parameters.outstanding_share,
            parameters.requires_improvement_share,
            parameters.inadequate_share,
        )
        self.marks = behaviour.judgement_marks(quality, parameters.inspection_noise, shares)
        luck = model.streams.normal(Purpose.OPENING_JUDGEMENT, 0, model.slots)
        self.grade = behaviour.judged(quality + parameters.inspection_noise * luck, self.marks)
        since = model.streams.uniform(Purpose.OPENING_INSPECTION, 0, model.slots)
        self.inspected = -np.floor(since * self._months_between()).astype(np.int64)
        for name, judgement in judgements.items():
            if name in model.employers:
                place = model.employers.index(name)
                self.grade[place], self.inspected[place] = GRADES.index(judgement), 0
        self._act_on(self.grade == INADEQUATE, self.inspected)

    def inspect(self) -> None:
        """Judge the boroughs whose inspection falls in this month."""
        if not self.is_there:
            return
        model, month = self.model, self.model.month
        since = month - self.inspected
        chance = 1.0 / max(self._months_between() - MONTHS_BETWEEN_AT_LEAST, 1.0)
        luck = model.streams.uniform(Purpose.INSPECTION, month, model.slots)
        comes = (luck < chance) & (since >= MONTHS_BETWEEN_AT_LEAST)
        if not comes.any():
            return
        noise = model.streams.normal(Purpose.JUDGEMENT, month, model.slots)
        seen = model.quality() + model.parameters.inspection_noise * noise
        self.grade = np.where(comes, behaviour.judged(seen, self.marks), self.grade)
        self.inspected = np.where(comes, month, self.inspected)
        self._act_on(comes & (self.grade == INADEQUATE), self.inspected)

    def _act_on(self, inadequate: npt.NDArray[np.bool_], months: IntArray) -> None:
        """Write down who has been found inadequate, and whether new leaders will take hold."""
        luck = self.model.streams.uniform(Purpose.TURNAROUND, self.model.month, self.model.slots)
        takes_hold = luck < self.model.parameters.turnaround_chance
        self.judged_inadequate = np.where(inadequate, months, self.judged_inadequate)
        self.is_turned_round = np.where(inadequate, takes_hold, self.is_turned_round)

    def _months_between(self) -> float:
        return MONTHS_PER_YEAR / max(self.model.parameters.inspections_per_year, SELDOM)

    # What follows

    def _since_inadequate(self) -> FloatArray:
        return np.asarray(self.model.month - self.judged_inadequate, np.float64)

    def shock(self) -> FloatArray:
        """Return what recent inadequate judgements add to strain, by employer."""
        parameters = self.model.parameters
        return behaviour.faded(
            parameters.inadequate_strain,
            parameters.inadequate_strain_fade_per_year,
            self._since_inadequate(),
        ) * (self.judged_inadequate > NEVER)

    def surge_share(self) -> FloatArray:
        """Return agency staff bought above the establishment, as a share of posts.

        What was bought before the start is in the census already.
        """
        parameters = self.model.parameters
        return behaviour.faded(
            parameters.inadequate_surge_share,
            parameters.inadequate_surge_fade_per_year,
            self._since_inadequate(),
        ) * (self.judged_inadequate > 0)

    def leadership_course(self) -> tuple[FloatArray, FloatArray]:
        """Return (target, speed a year) of each employer's leadership."""
        parameters = self.model.parameters
        works = self.is_turned_round & (self._since_inadequate() <= parameters.turnaround_months)
        return (
            np.where(works, parameters.turnaround_leadership, self.model.lasting_leadership),
            np.where(
                works,
                parameters.turnaround_speed_per_year,
                parameters.leadership_reversion_per_year,
            ),
        )

    def pull(self) -> FloatArray:
        """Return how many times as many applicants and movers each employer draws."""
        is_outstanding = self.is_there & (self.grade == OUTSTANDING)
        return 1.0 + self.model.parameters.outstanding_pull * is_outstanding


def ofsted_inspects(market: Any) -> None:
    """Ofsted judges the boroughs whose inspection falls in this month."""
    market.ofsted.inspect()
