"""Ofsted: what it finds when it inspects a borough, and what its judgement sets off."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import BoolArray, FloatArray, IntArray, Purpose
from sim.domain.vocabulary import GRADES, Judgement
from sim.london.state import London
from sim.rules import inspection
from sim.rules.inspection import INADEQUATE, NEVER


class Inspectorate:
    """The inspectorate of one London, or of many at once.

    An inspection sees working conditions (strain, turned round) with noise. An inadequate
    judgement adds to strain, which drives staff out and puts applicants off, and makes the
    borough buy agency staff above its establishment; a commissioner then works towards better
    leadership, which takes hold in some boroughs. An outstanding judgement draws applicants
    and movers. All of it is assumption; nothing here reads an agency share.

    Attributes:
        grade: of each employer, a place in `vocabulary.GRADES`.
        inspected: month of each employer's last inspection.
        judged_inadequate: month of each employer's last inadequate judgement, or `NEVER`.
        is_turned_round: whether new leaders took hold after it.
    """

    def __init__(self, london: London, *, is_there: bool) -> None:
        self.london, self.is_there = london, is_there
        self.grade: IntArray = np.full(london.shape, GRADES.index(Judgement.GOOD))
        self.inspected: FloatArray = np.zeros(london.shape)
        self.judged_inadequate: FloatArray = np.full(london.shape, float(NEVER))
        self.is_turned_round: BoolArray = np.zeros(london.shape, bool)
        self.marks: FloatArray = np.full(len(GRADES) - 1, -np.inf)

    def open(self) -> None:
        """Give every employer a judgement from before the start: its own, if one is stated."""
        if not self.is_there:
            return
        london, parameters = self.london, self.london.parameters
        shares = (
            parameters.outstanding_share,
            parameters.requires_improvement_share,
            parameters.inadequate_share,
        )
        quality, noise = london.quality(), parameters.inspection_noise
        self.marks = inspection.judgement_marks(quality, noise, shares)
        luck = london.normal_for(Purpose.OPENING_JUDGEMENT, 0)
        self.grade = inspection.judged(quality + noise * luck, self.marks)
        since = london.uniform_for(Purpose.OPENING_INSPECTION, 0)
        between = inspection.months_between(parameters.inspections_per_year)
        self.inspected = -np.floor(since * between)
        for name, judgement in london.plan.start.judgements.items():
            if name in london.employers:
                place = london.employers.index(name)
                self.grade[..., place] = GRADES.index(judgement)
                self.inspected[..., place] = 0.0
        self._act_on(self.grade == INADEQUATE)

    def inspect(self) -> None:
        """Judge the boroughs whose inspection falls in this month."""
        if not self.is_there:
            return
        london, month, parameters = self.london, self.london.month, self.london.parameters
        luck = london.uniform_for(Purpose.INSPECTION, month)
        since = month - self.inspected
        comes = inspection.inspector_comes(luck, since, parameters.inspections_per_year)
        noise = london.normal_for(Purpose.JUDGEMENT, month)
        seen = london.quality() + parameters.inspection_noise * noise
        self.grade = np.where(comes, inspection.judged(seen, self.marks), self.grade)
        self.inspected = np.where(comes, month, self.inspected)
        self._act_on(comes & (self.grade == INADEQUATE))

    def _act_on(self, inadequate: BoolArray) -> None:
        """Write down who has been found inadequate, and whether new leaders will take hold."""
        london = self.london
        luck = london.uniform_for(Purpose.TURNAROUND, london.month)
        takes_hold = luck < london.parameters.turnaround_chance
        self.judged_inadequate = np.where(inadequate, self.inspected, self.judged_inadequate)
        self.is_turned_round = np.where(inadequate, takes_hold, self.is_turned_round)

    # What follows

    def _since_inadequate(self) -> FloatArray:
        return self.london.month - self.judged_inadequate

    def shock(self) -> FloatArray:
        """Return what recent inadequate judgements add to strain."""
        was_judged = self.judged_inadequate > NEVER
        return inspection.strain_shock(self._since_inadequate(), was_judged, self.london.parameters)

    def surge_share(self) -> FloatArray:
        """Return agency staff bought above the establishment, as a share of posts.

        What was bought before the start is in the census already.
        """
        return inspection.surge_share(
            self._since_inadequate(), self.judged_inadequate > 0, self.london.parameters
        )

    def leadership_course(self) -> tuple[FloatArray, FloatArray]:
        """Return (target, speed a year) of each employer's leadership."""
        since, lasting = self._since_inadequate(), self.london.lasting_leadership
        parameters = self.london.parameters
        return inspection.leadership_course(since, self.is_turned_round, lasting, parameters)

    def pull(self) -> FloatArray:
        """Return how many times as many applicants and movers each employer draws."""
        pull = self.london.parameters.outstanding_pull if self.is_there else 0.0
        return inspection.drawn_by_judgement(self.grade, pull)


def ofsted_inspects(london: London) -> None:
    """Ofsted judges the boroughs whose inspection falls in this month."""
    london.inspectorate.inspect()
