"""The circle's loops in words and JSON: the finding, units, what each gain rests on, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.answers.comparison import spread_of
from sim.domain.calendar import spoken_day, tax_year
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS, LINK_LABELS, Grade, Link
from sim.ensemble.draws import Draws
from sim.rules.tax_law import last_tabulated_year
from sim.scenario import Scenario
from sim.studies.loops.method.links import (
    ARITHMETIC,
    CIRCLE,
    NODE,
    NODES,
    PER_CENT,
    POINTS,
    POINTS_A_YEAR,
    TAX_LAW,
    CausalLink,
)
from sim.studies.loops.method.strength import (
    Circle,
    NamedLoop,
    Reading,
    all_cycles,
    ranked,
    story_of,
    through,
)
from sim.words.captions import quoted
from sim.words.grounds import taught
from sim.words.tables import shown

SHORT = {POINTS: "pt", POINTS_A_YEAR: "pt/yr", "points": "pt", PER_CENT: "%"}
MOST_BOROUGHS = 0.5
GRADES = {
    Grade.MEASURED: "measured",
    Grade.LOOKED_UP: "looked up",
    Grade.ASSUMED: "assumed",
}
GAIN_MEANS = (
    "A gain is the effect's mean rise over about a year when the cause is raised by one and kept "
    "there. Round a loop gains multiply: a loop's gain is the part of a push that comes back. "
    "On its own, a loop with a gain of 1 would grow e-fold a year."
)
NO_LOOP = (
    "Following rivals is no loop for London: what a borough gains on the mean, the mean gains. "
    "Its gain is of the price a borough pays on its rivals', and is within the other gains."
)


def structure_of(circle: Circle) -> str:
    """Return a circle's structure in words."""
    hiring, trigger = circle.pair
    return f"boroughs bid on {BIDS_ON[trigger]}, hiring is {HIRING_LABELS[hiring]}"


def middle(values: FloatArray) -> float:
    """Return the median over draws."""
    return float(np.median(values))


def signed(value: float) -> str:
    """Return a gain with its sign, to two digits; what rounds to nothing has none."""
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text


def interval(values: FloatArray) -> str:
    """Return the 80 % interval of a gain."""
    found = spread_of(values)
    return f"{signed(found.q10)} to {signed(found.q90)}"


def polarity(values: FloatArray) -> str:
    """Return what a loop does to a push: reinforcing or balancing."""
    return "reinforcing" if middle(values) >= 0.0 else "balancing"


def unit_of(link: CausalLink) -> str:
    """Return a gain's unit: the effect's per the cause's."""
    return f"{SHORT[NODE[link.effect].unit]} per {SHORT[NODE[link.cause].unit]}"


def grounds_of(link: CausalLink) -> str:
    """Return the weakest thing a gain rests on: a parameter's grade, tax law or arithmetic."""
    if not link.rests_on:
        return ARITHMETIC
    if TAX_LAW in link.rests_on:
        return TAX_LAW
    declared = declarations(Parameters)
    grades = {declared[name].grade for name in link.rests_on}
    order = (Grade.ASSUMED, Grade.LOOKED_UP, Grade.MEASURED)
    return GRADES[next(grade for grade in order if grade in grades)]


def finding(circle: Circle) -> str:
    """Return which loop is strongest, what works against it, and what all of them make."""
    now = circle.now
    loops = ranked(now)
    if not loops:
        return f"On {spoken_day(now.day)} no loop is at work."
    first = loops[0]
    kind = polarity(now.loops[first.name])
    text = (
        f"On {spoken_day(now.day)} the strongest loop is {first.label} ({kind}): within about "
        f"a year it {_does(now, first)}"
    )
    others = [one for one in loops if polarity(now.loops[one.name]) != kind]
    if others:
        other = polarity(now.loops[others[0].name])
        text += f"; the strongest {other} one, {others[0].label}, {_does(now, others[0])}"
    return (
        f"{text}. Together, all loops turn a push of 1 point on vacancies into "
        f"{middle(now.answered):.2f}."
    )


def _does(reading: Reading, loop: NamedLoop) -> str:
    gain = middle(reading.loops[loop.name])
    hundredths = f"{100 * abs(gain):.0f} %"
    return f"adds {hundredths} to a push" if gain >= 0.0 else f"takes {hundredths} off a push"


def over_time(circle: Circle) -> str:
    """Return which loop is the strongest at which censuses, in a sentence."""
    spells: list[list[Any]] = []
    for reading in circle.along:
        label = ranked(reading)[0].label if ranked(reading) else "none"
        if spells and spells[-1][0] == label:
            spells[-1][2] = reading.day.year
        else:
            spells.append([label, reading.day.year, reading.day.year])
    told = [
        f"{label} in {first}" if first == last else f"{label} in {first}-{last}"
        for label, first, last in spells
    ]
    return f"Strongest by median gain: {'; '.join(told)}."


def pushes(reading: Reading) -> str:
    """Return what moves the charge rate as things stand, beside any loop."""
    told = [
        f"{shown(middle(values), 'share', signed=True)} % ({LINK_LABELS[link]})"
        for link, values in reading.pushes.items()
    ]
    return (
        "Loops say how a push is answered. What pushes the price paid to the agency as things "
        "stand, per year: "
        f"{'; '.join(told)}."
    )


def slowed_by_budget(circle: Circle) -> list[str]:
    """Say from when on budgets slow most boroughs' bids, where they come to do so."""
    for reading in circle.along:
        if middle(reading.slowed) >= MOST_BOROUGHS:
            return [
                f"From {reading.day.year} on budgets slow the bids of half of the boroughs or more "
                "in half of the draws: how far rests on parameters.overspend_limit_share, an "
                "assumption."
            ]
    return []


def check(circle: Circle) -> str:
    """Return how well the links predict what the twin does."""
    found, foretold = middle(circle.check.found), middle(circle.check.foretold)
    return (
        f"Check: with 1 point of posts a year more leaving from {spoken_day(circle.now.day)} on, "
        f"the links predict {foretold:+.2f} points of vacancies; the borough twin gives "
        f"{found:+.2f}. They differ where London itself changes in the meantime."
    )


def rests_on(scenario: Scenario, draws: Draws) -> str:
    """Return what of the numbers rests on data and what on priors."""
    by_grounds: dict[str, int] = {}
    for link in CIRCLE:
        by_grounds[grounds_of(link)] = by_grounds.get(grounds_of(link), 0) + 1
    declared = declarations(Parameters)
    named = {name for link in CIRCLE for name in link.rests_on if name in declared}
    fixed = scenario.fixed_parameters
    uncertain = [n for n in named if declared[n].prior is not None and n not in fixed]
    counts = iter(by_grounds.items())
    first, amount = next(counts)
    told = ", ".join(
        (f"{amount} rest on {_ground(first)}", *(f"{n} on {_ground(one)}" for one, n in counts))
    )
    return (
        f"Of {len(CIRCLE)} links {told}, each at the state London is in: the start is the census, "
        f"tax law is tabulated to {tax_year(last_tabulated_year())}. A link's strength is set by "
        f"{len(named)} parameters, {len(uncertain)} of them uncertain. {taught(uncertain, draws)}"
    ).rstrip()


def _ground(ground: str) -> str:
    return {
        ARITHMETIC: "arithmetic of posts and pounds",
        TAX_LAW: TAX_LAW,
        "assumed": "assumptions",
    }.get(ground, f"what is {ground}")


def notes(scenario: Scenario, circle: Circle, draws: Draws, runs: int) -> list[str]:
    """Return what must stand beside the numbers."""
    caution = draws.calibration
    found = [
        f"{caution[0].upper()}{caution[1:]}. Medians and 80 % intervals of {runs} "
        f"draw{'' if runs == 1 else 's'}; one London a draw, without luck and without inspections.",
        f"Structure: {structure_of(circle)}; the record does not tell rival structures apart "
        "(--structure all shows each).",
        GAIN_MEANS,
        NO_LOOP,
        pushes(circle.now),
        *slowed_by_budget(circle),
        check(circle),
        rests_on(scenario, draws),
        "Left out: newly qualified starters and moves between boroughs, which respond to nothing "
        "here; leaving a cap, which is a step and has no gain.",
    ]
    if scenario.start.stylised:
        found.append(
            f"{quoted(scenario)} starts in a stylised {scenario.start.opening.year}: the pattern "
            f"of {scenario.start.year} moved."
        )
    return found


# JSON


def circle_as_json(circle: Circle, places: dict[str, tuple[float, float]]) -> dict[str, Any]:
    """Return one structure's circle for the page: nodes, links, loops, and the loops over time.

    Args:
        circle: as measured.
        places: where each node stands in the diagram, from 0 to 1, y upwards.
    """
    now, flows = circle.now, through(circle.now)
    return {
        "hiring": circle.pair.hiring.value,
        "bid_trigger": circle.pair.bid_trigger.value,
        "date": now.day.isoformat(),
        "finding": finding(circle),
        "nodes": [
            {
                "name": node.name,
                "label": node.label,
                "unit": node.unit,
                "level": middle(now.levels[node.name]) if node.name in now.levels else None,
                "x": places[node.name][0],
                "y": places[node.name][1],
            }
            for node in NODES
        ],
        "links": [_link(link, now, flows) for link in CIRCLE],
        "loops": [_loop(loop, now) | {"cycles": _cycles(loop.name, now)} for loop in ranked(now)],
        "answered": _spread(now.answered),
        "price_pushes_per_year": {link.value: _spread(v) for link, v in now.pushes.items()},
        "along": [
            {
                "date": reading.day.isoformat(),
                "answered": _spread(reading.answered),
                "slowed_by_budget_share_of_boroughs": _spread(reading.slowed),
                "price_pushes_per_year": {
                    link.value: _spread(values) for link, values in reading.pushes.items()
                },
                "loops": [_loop(loop, reading) for loop in ranked(reading)],
            }
            for reading in circle.along
        ],
        "check": {
            "foretold": _spread(circle.check.foretold),
            "found": _spread(circle.check.found),
        },
    }


def _link(
    link: CausalLink, reading: Reading, flows: dict[tuple[str, str], float]
) -> dict[str, Any]:
    cut: Link | None = link.cut
    return {
        "cause": link.cause,
        "effect": link.effect,
        "says": link.says,
        "polarity": "+" if link.sign > 0 else "-",
        "gain": _spread(reading.link(*link.ends)),
        "unit": f"{NODE[link.effect].unit} per {NODE[link.cause].unit}",
        "feedback_through": flows.get(link.ends),
        "cut": None if cut is None else cut.value,
        "rests_on": grounds_of(link),
        "parameters": [name for name in link.rests_on if name != TAX_LAW],
    }


def _loop(loop: NamedLoop, reading: Reading) -> dict[str, Any]:
    values = reading.loops[loop.name]
    return {
        "name": loop.name,
        "label": loop.label,
        "says": loop.says,
        "polarity": polarity(values),
        "gain": _spread(values),
        "strongest_in_share_of_draws": reading.dominates(loop.name),
    }


def _cycles(name: str, reading: Reading) -> list[dict[str, Any]]:
    own: Sequence[tuple[str, ...]] = [one for one in all_cycles() if story_of(one) == name]
    found = [{"nodes": list(cycle), "gain": _spread(reading.cycle(cycle))} for cycle in own]
    return [one for one in found if any(one["gain"].values())]  # type: ignore[attr-defined]


def _spread(values: FloatArray) -> dict[str, float]:
    found = spread_of(values)
    return {"q10": found.q10, "q50": found.q50, "q90": found.q90}
