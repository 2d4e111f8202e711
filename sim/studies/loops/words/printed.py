"""The circle's links and loops as a person reads them, under one structure or under all."""

from __future__ import annotations

from collections.abc import Sequence

from sim.answers.answer import Printed
from sim.domain.calendar import spoken_day
from sim.domain.vocabulary import HIRING_LABELS
from sim.scenario import Scenario
from sim.studies.loops.method.links import CIRCLE
from sim.studies.loops.method.strength import Circle, ranked
from sim.studies.loops.words import sentences as words
from sim.words.captions import WAYS_HEADER
from sim.words.tables import shown


def of_one(circle: Circle, scenario: Scenario) -> list[Printed]:
    """Return links, loops, and which loop is strongest when."""
    return [_links(circle, scenario.title or scenario.name), _loops(circle), _along(circle)]


def _links(circle: Circle, title: str) -> Printed:
    rows = [
        (
            f"{link.says}{' *' if link.cut else ''}",
            words.unit_of(link),
            words.signed(words.middle(values)),
            words.interval(values),
            words.grounds_of(link),
        )
        for link in CIRCLE
        for values in [circle.now.link(*link.ends)]
        if values.any()
    ]
    heading = (
        f"{title}\nLinks on {spoken_day(circle.now.day)}: gain over about a year "
        "(pt: points of posts; * can be cut)"
    )
    return Printed(heading, ("", "unit", "gain", "80 % interval", "rests on"), rows, True)


def _loops(circle: Circle) -> Printed:
    now = circle.now
    rows = [
        (
            loop.label,
            words.polarity(now.loops[loop.name]),
            words.signed(words.middle(now.loops[loop.name])),
            words.interval(now.loops[loop.name]),
            shown(now.dominates(loop.name), "share of runs"),
        )
        for loop in ranked(now)
    ]
    rows.append(
        (
            "a push of 1 on vacancies becomes",
            "all loops",
            f"{words.middle(now.answered):.2f}",
            words.interval(now.answered).replace("+", ""),
            "",
        )
    )
    heading = f"Loops on {spoken_day(now.day)}: the part of a push that comes back"
    return Printed(heading, ("", "", "gain", "80 % interval", "strongest in"), rows)


def _along(circle: Circle) -> Printed:
    rows = []
    for reading in circle.along:
        cells: list[str] = []
        for place in (0, 1):
            loop = (*ranked(reading), None, None)[place]
            if loop is None:
                cells += ["-", "-"]
                continue
            cells += [loop.label, words.signed(words.middle(reading.loops[loop.name]))]
            if place == 0:
                cells.append(shown(reading.dominates(loop.name), "share of runs"))
        rows.append((str(reading.day.year), *cells, f"{words.middle(reading.answered):.2f}"))
    header = ("", "strongest", "gain", "draws", "next", "gain", "all")
    heading = (
        "Which loop is strongest when, at each census and by median gain\n"
        "Draws: in which it is the strongest; all: what a push of 1 on vacancies becomes"
    )
    return Printed(heading, header, rows, True)


def of_all(found: Sequence[Circle], scenario: Scenario) -> Printed:
    """Return the strongest loops under every structure, as a person reads them."""
    rows = []
    for circle in found:
        for number, reading in enumerate((circle.now, circle.along[-1])):
            hiring, trigger = circle.pair
            name = HIRING_LABELS[hiring] if number == 0 else f"  {trigger.value}"
            told = [
                f"{loop.label} {words.signed(words.middle(reading.loops[loop.name]))}"
                for loop in ranked(reading)[:2]
            ]
            told += ["-"] * (2 - len(told))
            answered = f"{words.middle(reading.answered):.2f}"
            rows.append((f"{name} {reading.day.year}", *told, answered))
    heading = (
        f"{scenario.title or scenario.name}: under each rival structure\n"
        f"The two strongest loops on {spoken_day(found[0].now.day)} and at the end; all: what a "
        "push of 1 on vacancies becomes"
    )
    return Printed(heading, (WAYS_HEADER, "strongest", "next", "all"), rows, True)


def notes_of_all(found: Sequence[Circle], noted: Sequence[str]) -> list[str]:
    """Return the notes that hold for every structure."""
    of_one = (words.check(found[0]), words.pushes(found[0].now), *words.slowed_by_budget(found[0]))
    return [note for note in noted if not note.startswith("Structure") and note not in of_one]


def pair(circle: Circle) -> str:
    """Return a structure as a sentence begins."""
    text = words.structure_of(circle)
    return text[0].upper() + text[1:]
