"""Which loop of the circle is how strong, now and along a run, over draws of parameters.

The deterministic borough twin is run for many draws at once. At each census the gain of every
link is measured over the year ahead (see `loop_links`), and every simple cycle of the links gets
its gain, the product of theirs (see `loop_graph`). Cycles that tell one story are one named loop,
whose gain is the sum of theirs.

Source of the method: loop gains and dominance as in Richardson (1995), "Loop polarity, loop
dominance, and the concept of dominant polarity", and Ford (1999), "A behavioral approach to
feedback loop dominance analysis".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from time import perf_counter

import numpy as np

from sim.answers.structures import Pair, under
from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Link
from sim.ensemble.draws import Draws, drawn_scenario
from sim.ensemble.run import Progress, no_progress
from sim.scenario import Scenario
from sim.studies.loops.method import probe
from sim.studies.loops.method.graph import Cycle, answers, cycle_gain, cycles, discounted
from sim.studies.loops.method.links import (
    CIRCLE,
    LEAVE,
    MEASURED,
    NAMES,
    levels,
    london_gains,
    measured_gains,
    price_pushes,
    slowed_by_budget,
)
from sim.studies.loops.method.probe import Month, ProbedTwin

ASKED_MONTHS = (2, 5, 8, 11)
"""Months of the year ahead in which links are measured, so that seasons even out."""
CHECKED_YEARS = 4
"""Years over which a push is followed: later months hardly weigh."""
BATCH = 100
DEFAULT_RUNS = 50
"""Draws over which the circle is measured where nobody says."""
VACANCIES = NAMES.index("vacancies")


@dataclass(frozen=True)
class NamedLoop:
    """Cycles of the circle that tell one story."""

    name: str
    label: str
    says: str


LOOPS = (
    NamedLoop(
        "bidding_and_leaving", "bidding and leaving",
        "short boroughs bid pay up, pay draws staff out of posts, boroughs are shorter",
    ),
    NamedLoop(
        "cover", "cover", "staff drawn to agency work cover posts, so boroughs bid less"
    ),
    NamedLoop("strain", "strain", "vacancies strain the staff left behind, and they leave"),
    NamedLoop(
        "strain_to_agency", "strain and agency", "vacancies strain staff, who go to agency work"
    ),
    NamedLoop(
        "strain_and_applicants", "strain and applicants", "vacancies strain staff, fewer apply"
    ),
    NamedLoop(
        "cases_carried", "cases carried", "agency staff carry cases, fewer permanent staff leave"
    ),
    NamedLoop("hiring", "hiring", "boroughs hire where posts are vacant"),
    NamedLoop("coming_back", "coming back", "agency staff come back to permanent posts"),
    NamedLoop("reputation", "reputation", "a high agency share repels applicants"),
    NamedLoop("budget", "budget", "dear agency staff cut the offer, more leave"),
    NamedLoop("brake", "brake", "dear agency staff overspend budgets, and bids slow"),
    NamedLoop("demand", "demand", "where cover is dear, less of it is wanted"),
)  # fmt: skip


@cache
def all_cycles() -> tuple[Cycle, ...]:
    """Return every simple cycle of the circle; what a node does to itself is no cycle."""
    return tuple(cycles(NAMES, [one.ends for one in CIRCLE if one.cause != one.effect]))


def story_of(cycle: Cycle) -> str:
    """Return the name of the loop that a cycle belongs to: the first of these it passes."""
    steps = set(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
    for passes, name in (
        (("pay_bill", "charge_rate") in steps, "brake"),
        ("pay_bill" in cycle, "budget"),
        (bool(steps & {("charge_rate", "agency_staff"), ("charge_rate", "unfilled")}), "demand"),
        ("agency_share" in cycle, "reputation"),
        (("agency_staff", "strain") in steps, "cases_carried"),
        (("agency_staff", "unfilled") in steps, "cover"),
        (("agency_staff", "coming_back") in steps, "coming_back"),
        ("charge_rate" in cycle, "bidding_and_leaving"),
        (("strain", "leaving") in steps, "strain"),
        (("strain", "hiring") in steps, "strain_and_applicants"),
        ("strain" in cycle, "strain_to_agency"),
    ):
        if passes:
            return name
    return "hiring"


@dataclass(frozen=True)
class Reading:
    """The circle of one structure at one date; arrays are (draw,) unless said otherwise.

    Attributes:
        gains: of links, (draw, effect, cause) in order of `loop_links.NAMES`.
        rivals: what a borough's charge rate does when its rivals' rises, held apart.
        loops: gain of each named loop.
        strongest: the name of the loop with the largest gain either way, in each draw.
        answered: what a push of 1 on vacancies becomes once all loops have answered.
        pushes: by how much a year each way of bidding moves the charge rate, in logs.
        levels: where the nodes that are levels stand.
        slowed: share of boroughs whose budgets slow their bids.
    """

    month: int
    day: date
    gains: FloatArray
    rivals: FloatArray
    loops: dict[str, FloatArray]
    strongest: tuple[str, ...]
    answered: FloatArray
    pushes: dict[Link, FloatArray]
    levels: dict[str, FloatArray]
    slowed: FloatArray

    def link(self, cause: str, effect: str) -> FloatArray:
        """Return the gain of a link over draws; of rivals' charge rates where it is its own."""
        if cause == effect:
            return self.rivals
        return np.asarray(self.gains[:, NAMES.index(effect), NAMES.index(cause)])

    def dominates(self, name: str) -> float:
        """Return the share of draws in which a loop is the strongest."""
        return self.strongest.count(name) / len(self.strongest)

    def cycle(self, cycle: Cycle) -> FloatArray:
        """Return the gain of one cycle over draws."""
        return cycle_gain(self.gains, NAMES, cycle)


@dataclass(frozen=True)
class Check:
    """What the links foretell against what the twin does: vacancies when more staff leave.

    Leaving the sector is raised by 1 point of posts a year from a date on; both are means over
    the months that follow, weighted as gains are, in points of posts, (draw,).
    """

    foretold: FloatArray
    found: FloatArray


@dataclass(frozen=True)
class Circle:
    """The circle of one structure: at one date, and at every census of a run."""

    pair: Pair
    now: Reading
    along: tuple[Reading, ...]
    check: Check


def measured_circle(
    scenario: Scenario,
    pair: Pair,
    *,
    runs: int,
    seed: int,
    years: int,
    draws: Draws,
    at: int = 0,
    progress: Progress = no_progress,
) -> Circle:
    """Measure the circle under one structure.

    Args:
        scenario: what is run.
        pair: the structure, in place of the scenario's.
        runs: draws of the parameters that nobody has set.
        seed: of the draws.
        years: censuses to look at after the first.
        draws: where parameters come from.
        at: month of `now`.
        progress: told of months measured.
    """
    planned = under(scenario, pair)
    asked = sorted({at, *range(0, years * MONTHS_PER_YEAR + 1, MONTHS_PER_YEAR)})
    sizes = [min(BATCH, runs - first) for first in range(0, runs, BATCH)]
    parts: list[list[Reading]] = [[] for _ in asked]
    checks = []
    for place, size in enumerate(sizes):
        twin = _opened(planned, range(place * BATCH, place * BATCH + size), seed, draws)
        for number, month in enumerate(asked):
            began = perf_counter()
            while twin.month < month:
                twin.step()
            parts[number].append(reading(twin))
            if month == at:
                checks.append(checked(twin, parts[number][-1].gains))
            done = place * len(asked) + number + 1
            progress(done, len(asked) * len(sizes), perf_counter() - began)
    found = {month: _together(part) for month, part in zip(asked, parts, strict=True)}
    along = tuple(found[month] for month in asked if month % MONTHS_PER_YEAR == 0)
    whole = Check(*(np.concatenate(one) for one in zip(*checks, strict=True)))
    return Circle(pair, found[at], along, whole)


def _opened(scenario: Scenario, replicates: range, seed: int, draws: Draws) -> ProbedTwin:
    each = [drawn_scenario(scenario, seed, run, draws) for run in replicates]
    names = each[0].parameters.keys()
    drawn = {name: np.array([one.parameters[name] for one in each]) for name in names}
    return ProbedTwin(each[0].scenario, drawn, len(each))


def reading(twin: ProbedTwin) -> Reading:
    """Return the circle at a twin's present; the twin stays where it is."""
    months = list(_asked_months(twin))
    measured = np.mean([measured_gains(month) for month in months], axis=0)
    gains, charge = london_gains(measured), MEASURED.index("charge_rate")
    pushes = [price_pushes(month) for month in months]
    unit = np.zeros((twin.draws, len(NAMES)))
    unit[:, VACANCIES] = 1.0
    loops = {loop.name: np.zeros(twin.draws) for loop in LOOPS}
    for cycle in all_cycles():
        loops[story_of(cycle)] += cycle_gain(gains, NAMES, cycle)
    return Reading(
        month=twin.month,
        day=month_end(twin.opened_on, twin.month),
        gains=gains,
        rivals=measured[:, charge, charge],
        loops=loops,
        strongest=_strongest(loops),
        answered=answers(gains, unit)[:, VACANCIES],
        pushes={link: np.mean([one[link] for one in pushes], axis=0) for link in pushes[0]},
        levels=levels(twin),
        slowed=np.mean([slowed_by_budget(month) for month in months], axis=0),
    )


def _asked_months(twin: ProbedTwin) -> Iterator[Month]:
    ahead = twin.fork()
    for month in range(1, MONTHS_PER_YEAR + 1):
        if month in ASKED_MONTHS:
            yield Month(ahead)
        ahead.step()


def _strongest(loops: dict[str, FloatArray]) -> tuple[str, ...]:
    names = list(loops)
    sizes = np.abs(np.stack(list(loops.values())))
    return tuple(names[place] for place in sizes.argmax(axis=0))


def _together(parts: Sequence[Reading]) -> Reading:
    """Return one reading of several batches of draws."""
    first = parts[0]

    def joined(name: str) -> FloatArray:
        return np.concatenate([getattr(part, name) for part in parts])

    def each(name: str) -> dict[str, FloatArray]:
        kept = getattr(first, name)
        return {key: np.concatenate([getattr(part, name)[key] for part in parts]) for key in kept}

    return Reading(
        month=first.month,
        day=first.day,
        gains=joined("gains"),
        rivals=joined("rivals"),
        loops=each("loops"),
        strongest=tuple(name for part in parts for name in part.strongest),
        answered=joined("answered"),
        pushes={Link(link): values for link, values in each("pushes").items()},
        levels=each("levels"),
        slowed=joined("slowed"),
    )


def checked(twin: ProbedTwin, gains: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (what the links foretell, what the twin does) to vacancies when more staff leave."""
    (more,) = Month(twin).responses(LEAVE, probe.more_leaving, (LEAVE,), probe.leaving)
    push = np.zeros((twin.draws, len(NAMES)))
    push[:, NAMES.index("leaving")] = 1.0
    ends = []
    for size in (probe.STEP, -probe.STEP):
        follows = twin.fork()
        probe.more_leaving(follows, size)
        path = []
        for _ in range(CHECKED_YEARS * MONTHS_PER_YEAR):
            follows.step()
            path.append(probe.vacancies(follows))
        ends.append(discounted(np.stack(path, axis=-1)))
    found = (ends[0] - ends[1]) / (2.0 * probe.STEP)
    return answers(gains, push)[:, VACANCIES], probe.ratio(found, more)


# What to show


def through(reading: Reading) -> dict[tuple[str, str], float]:
    """Return how much feedback runs through each link: the sizes of its cycles' median gains."""
    found = {one.ends: 0.0 for one in CIRCLE if one.cause != one.effect}
    for cycle in all_cycles():
        size = abs(float(np.median(reading.cycle(cycle))))
        for ends in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            found[ends] += size
    return found


def ranked(reading: Reading) -> list[NamedLoop]:
    """Return the loops that are at work, strongest first by median gain."""
    sizes = {loop.name: abs(float(np.median(reading.loops[loop.name]))) for loop in LOOPS}
    at_work = [loop for loop in LOOPS if np.any(reading.loops[loop.name] != 0.0)]
    return sorted(at_work, key=lambda loop: -sizes[loop.name])


def main_cycle(reading: Reading, name: str) -> Cycle:
    """Return the cycle of a named loop with the largest median gain."""
    own = [cycle for cycle in all_cycles() if story_of(cycle) == name]
    return max(own, key=lambda cycle: abs(float(np.median(reading.cycle(cycle)))))
