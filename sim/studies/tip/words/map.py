"""The words, tables and rows of two levers at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.answers import results
from sim.answers.answer import Printed
from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.headline import POSTS, SHARES, UNFILLED
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS
from sim.scenario import Scenario
from sim.studies.tip.method.levers_range import Lever
from sim.studies.tip.method.reach import Asked
from sim.studies.tip.method.tip_map import Mapped
from sim.studies.tip.words import sentences as tip_words
from sim.studies.tip.words.sentences import Told, level_words, lever_name, per_cent, whole
from sim.words.captions import key_in_words, quoted
from sim.words.tables import shown

COLUMNS = (
    "scenario", "hiring", "bid_trigger", "model", "first_lever", "first_level", "second_lever",
    "second_level", "chance", "best", *SHARES,
)  # fmt: skip


def structure(one: Mapped, mapped: Sequence[Mapped]) -> str:
    """Return what a structure is called, capitalised."""
    name = f"{HIRING_LABELS[one.pair.hiring]} hiring"
    if len({other.pair.bid_trigger for other in mapped}) > 1:
        name = f"{name}, bids on {BIDS_ON[one.pair.bid_trigger]}"
    return f"{name[0].upper()}{name[1:]}"


def _point(levers: tuple[Lever, Lever], point: tuple[float, float]) -> str:
    named = zip(levers, point, strict=True)
    return " and ".join(
        f"{lever_name(lever)} at {level_words(lever, level)}" for lever, level in named
    )


def findings(levers: tuple[Lever, Lever], asked: Asked, mapped: Sequence[Mapped]) -> list[str]:
    """Return one sentence a structure: where on the grid London gets there, or that it does not."""
    found = []
    for one in mapped:
        grid = [(first, second) for first in one.first for second in one.second]
        there = [point for point in grid if one.at(point).chance >= 0.5]
        best, agents = one.at(one.best), one.agents[one.best]
        text = (
            f"at {len(there)} of {len(grid)} points half the runs reach {whole(asked.target)}"
            if there
            else f"no point of the grid brings half the runs to {whole(asked.target)}"
        )
        agreed = sum(dock.docks for dock in one.docked.values())
        found.append(
            f"{structure(one, mapped)}: {text}; the median run comes highest with "
            f"{_point(levers, one.best)}, where the chance is "
            f"{shown(best.chance, 'share of runs')} (agents "
            f"{shown(agents.chance, 'share of runs')}), "
            f"{per_cent(agents.shares[POSTS].q50)} of posts are held by permanent staff and "
            f"{per_cent(agents.shares[UNFILLED].q50)} are unfilled; twin and agents agree at "
            f"{agreed} of the {len(one.docked)} points at which both ran."
        )
    return found


def title(levers: tuple[Lever, Lever], asked: Asked, mapped: Sequence[Mapped]) -> str:
    """Return the finding of the map."""
    names = f"{lever_name(levers[0])} and {lever_name(levers[1])}"
    able = [one for one in mapped if one.at(one.best).chance >= 0.5]
    target = whole(asked.target)
    if not able:
        return f"No levels of {names} bring half the runs to {target} with posts filled"
    return (
        f"Some levels of {names} bring half the runs to {target} under {len(able)} of "
        f"{len(mapped)} rival structures"
    )


def about(scenario: Scenario, asked: Asked) -> str:
    """Return what the map shows and how far it can be trusted."""
    day = month_end(scenario.start.opening, asked.years * MONTHS_PER_YEAR)
    text = asked.draws.calibration
    return (
        f"Scenario {quoted(scenario)}: share of runs at {whole(asked.target)} of the workforce at "
        f"some 30 September by {day.year} with at most {whole(asked.bound)} of posts unfilled. "
        f"{text[0].upper()}{text[1:]}."
    )


def printed(
    scenario: Scenario, levers: tuple[Lever, Lever], asked: Asked, mapped: Sequence[Mapped]
) -> list[Printed]:
    """Return the chance over the grid, a table a structure."""
    found = []
    for one in mapped:
        heading = (
            f"{structure(one, mapped)}: {key_in_words(levers[0].key)} "
            f"(rows) and {key_in_words(levers[1].key)} (columns)\n"
            f"{about(scenario, asked)}"
        )
        rows = [
            (level_words(levers[0], level), *(shown(at.chance, "share of runs") for at in row))
            for level, row in zip(one.first, one.twin, strict=True)
        ]
        columns = (level_words(levers[1], level) for level in one.second)
        header = (lever_name(levers[0]).removeprefix("the "), *columns)
        found.append(Printed(heading, header, rows))
    return found


def rows(
    scenario: Scenario, levers: tuple[Lever, Lever], mapped: Sequence[Mapped]
) -> Iterator[tuple[str, ...]]:
    """Yield one row a structure, model and point."""
    for one in mapped:
        grid = [(first, second) for first in one.first for second in one.second]
        points = [("twin", point, one.at(point)) for point in grid]
        points += [("agents", point, at) for point, at in one.agents.items()]
        for model, (first, second), at in points:
            begin = (scenario.name, one.pair.hiring.value, one.pair.bid_trigger.value, model)
            where = (levers[0].key, results.number(first), levers[1].key, results.number(second))
            medians = (at.shares[name].q50 for name in SHARES)
            values = (at.chance, at.best, *medians)
            yield (*begin, *where, *(results.number(value) for value in values))


def content(
    scenario: Scenario,
    levers: tuple[Lever, Lever],
    asked: Asked,
    mapped: Sequence[Mapped],
    sets: Sequence[str],
) -> dict[str, Any]:
    """Return the map as JSON tells it."""
    told = [Told(scenario, lever, asked, ()) for lever in levers]
    notes = list(dict.fromkeys(note for one in told for note in tip_words.notes(one)))
    return {
        "scenario": scenario.name,
        "levers": {lever.key: [lever.low, lever.high] for lever in levers},
        "target": asked.target,
        "unfilled_bound": asked.bound,
        "date": told[0].day.isoformat(),
        "set": list(sets),
        "seed": asked.seed,
        "runs": asked.runs,
        "years": asked.years,
        "parameter_draws": asked.draws.name,
        "notes": [note for note in notes if not note.startswith("Stable states")],
        "structures": [
            {
                "hiring": one.pair.hiring.value,
                "bid_trigger": one.pair.bid_trigger.value,
                "finding": finding,
                "first": list(one.first),
                "second": list(one.second),
                "twin": [[at.as_json() for at in row] for row in one.twin],
                "agents": [
                    {"at": list(point), **at.as_json(), "agree": one.docked[point].docks}
                    for point, at in one.agents.items()
                ],
            }
            for one, finding in zip(mapped, findings(levers, asked, mapped), strict=True)
        ],
    }
