"""Ofsted: what it finds when it inspects a borough, and what its judgement sets off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.domain.randomness import BoolArray, FloatArray, IntArray, Purpose
from sim.domain.vocabulary import GRADES, Judgement
from sim.market.boroughs import Institution
from sim.rules import inspection
from sim.rules.inspection import INADEQUATE, NEVER

if TYPE_CHECKING:
    from sim.market.state import MarketState


class Ofsted(Institution):
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

    def __init__(self, model: MarketState) -> None:
        super().__init__(model)
        count = len(model.employers)
        self.is_there = model.parameters.inspections_per_year >= inspection.SELDOM
        self.grade: IntArray = np.full(count, GRADES.index(Judgement.GOOD))
        self.inspected: IntArray = np.zeros(count, np.int64)
        self.judged_inadequate: IntArray = np.full(count, NEVER)
        self.is_turned_round: BoolArray = np.zeros(count, bool)
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
        self.marks = inspection.judgement_marks(quality, parameters.inspection_noise, shares)
        luck = model.streams.normal(Purpose.OPENING_JUDGEMENT, 0, model.slots)
        self.grade = inspection.judged(quality + parameters.inspection_noise * luck, self.marks)
        since = model.streams.uniform(Purpose.OPENING_INSPECTION, 0, model.slots)
        between = inspection.months_between(parameters.inspections_per_year)
        self.inspected = -np.floor(since * between).astype(np.int64)
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
        parameters = model.parameters
        luck = model.streams.uniform(Purpose.INSPECTION, month, model.slots)
        since = month - self.inspected
        comes = inspection.inspector_comes(luck, since, parameters.inspections_per_year)
        if not np.any(comes):
            return
        noise = model.streams.normal(Purpose.JUDGEMENT, month, model.slots)
        seen = model.quality() + parameters.inspection_noise * noise
        self.grade = np.where(comes, inspection.judged(seen, self.marks), self.grade)
        self.inspected = np.where(comes, month, self.inspected)
        self._act_on(comes & (self.grade == INADEQUATE), self.inspected)

    def _act_on(self, inadequate: BoolArray, months: IntArray) -> None:
        """Write down who has been found inadequate, and whether new leaders will take hold."""
        luck = self.model.streams.uniform(Purpose.TURNAROUND, self.model.month, self.model.slots)
        takes_hold = luck < self.model.parameters.turnaround_chance
        self.judged_inadequate = np.where(inadequate, months, self.judged_inadequate)
        self.is_turned_round = np.where(inadequate, takes_hold, self.is_turned_round)

    # What follows

    def _since_inadequate(self) -> FloatArray:
        return np.asarray(self.model.month - self.judged_inadequate, np.float64)

    def shock(self) -> FloatArray:
        """Return what recent inadequate judgements add to strain, by employer."""
        was_judged = self.judged_inadequate > NEVER
        return inspection.strain_shock(self._since_inadequate(), was_judged, self.model.parameters)

    def surge_share(self) -> FloatArray:
        """Return agency staff bought above the establishment, as a share of posts.

        What was bought before the start is in the census already.
        """
        return inspection.surge_share(
            self._since_inadequate(), self.judged_inadequate > 0, self.model.parameters
        )

    def leadership_course(self) -> tuple[FloatArray, FloatArray]:
        """Return (target, speed a year) of each employer's leadership."""
        model = self.model
        return inspection.leadership_course(
            self._since_inadequate(),
            self.is_turned_round,
            model.lasting_leadership,
            model.parameters,
        )

    def pull(self) -> FloatArray:
        """Return how many times as many applicants and movers each employer draws."""
        pull = self.model.parameters.outstanding_pull if self.is_there else 0.0
        return inspection.drawn_by_judgement(self.grade, pull)


def ofsted_inspects(market: MarketState) -> None:
    """Ofsted judges the boroughs whose inspection falls in this month."""
    market.ofsted.inspect()
