"""A sweep in words: its table, what it shows, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.answers.answer import Printed
from sim.domain.given import counted
from sim.domain.headline import CHARGE_RATE, POSTS, UNFILLED, WORKFORCE
from sim.ensemble.draws import Draws
from sim.market.outcomes import OUTCOME
from sim.scenario import Scenario, declared_at
from sim.studies.sweep.method import (
    ALONE,
    CASCADE_SHARE,
    DEFECTORS,
    EVER_LEFT,
    FEWEST_LEAVERS,
    Axis,
    Point,
    steps,
)
from sim.words.captions import key_in_words, level_in_words, means_of, quoted, unit_name
from sim.words.notes import FEW_RUNS
from sim.words.tables import old_new_gap, shown

LEFT_THE_CAP = "employers who had signed and are not in the cap at the end"


@dataclass(frozen=True)
class Swept:
    """A sweep that has been run, and what was asked."""

    scenario: str
    called: str
    against: Scenario | None
    axes: tuple[Axis, ...]
    points: list[Point]
    unit: str
    runs: int
    seed: int
    years: int
    draws: Draws
    below_floor: list[str]


def caution(done: Swept) -> str:
    """Return what parameters rest on, as a sentence."""
    text = done.draws.calibration
    return f"{text[0].upper()}{text[1:]}."


def printed(done: Swept) -> list[Printed]:
    """Return the sweep as a person reads it, and beside it what it is set against."""
    # words, not one long name: a column that cannot wrap would push out the last
    keys = [axis.name for axis in done.axes]
    rows = []
    for point in done.points:
        one = point.outcomes
        rows.append(
            (
                _place(point),
                shown(one[WORKFORCE].mean, "share"),
                shown(one[WORKFORCE].q10, "share"),
                shown(one[POSTS].mean, "share"),
                shown(one[POSTS].q10, "share"),
                shown(one[UNFILLED].mean, "share"),
                shown(one[CHARGE_RATE].mean, "£ per hour"),
                f"{one[DEFECTORS].mean:.0f}",
            )
        )
    heading = (
        f"{done.called}: {' and '.join(key_in_words(axis.key) for axis in done.axes)}\n"
        f"{unit_name(done.unit)}, {counted(done.years, 'year')} on: "
        f"{means_of(done.runs)}; bad case: 1 run in 10 is lower; left is " + LEFT_THE_CAP
    )
    tail = "bad\ncase"
    columns = ("work-\nforce", tail, "posts", tail, "un-\nfilled", "agency\nprice", "left")
    found = [Printed(heading, (",\n".join(keys), *columns), rows)]
    if done.against is not None:
        found.append(_against(done, done.against, keys))
    return found


def _place(point: Point) -> str:
    """Return where in the grid a point is."""
    return ", ".join(
        level_in_words(value, declared_at(key).unit) for key, value in point.at.items()
    )


def _against(done: Swept, against: Scenario, keys: Sequence[str]) -> Printed:
    """Set what it is set against above, and below it what each point differs by as printed."""
    shares = (WORKFORCE, POSTS, UNFILLED)
    first = done.points[0]
    base = {one: first.outcomes[one].mean - first.against[one].mean for one in shares}
    own = (cell for one in shares for cell in (shown(base[one], "share"), ""))
    rows: list[tuple[str, ...]] = [("its level", *own)]
    for point in done.points:
        cells = []
        for outcome in shares:
            gap = point.against[outcome]
            cells.append(old_new_gap(base[outcome], point.outcomes[outcome].mean, "share")[2])
            low, high = (shown(end, "share", signed=True) for end in (gap.q10, gap.q90))
            cells.append(f"{low}..{high}")
        rows.append((_place(point), *cells))
    columns = ("work-\nforce", "80 %", "posts", "80 %", "un-\nfilled", "80 %")
    return Printed(
        f"{quoted(against)}: its level, and the paired difference from it in points",
        (",\n".join(keys), *columns),
        rows,
    )


def findings(done: Swept) -> list[str]:
    """Return what the sweep shows, worked out from its numbers."""
    found = []
    if len(done.axes) == 1:
        moved = steps(done.axes[0], done.points)
        if moved.highest <= 0.0 and not moved.moving:
            found.append("Nobody leaves the cap at any point.")
        else:
            kind = "a cascade, not a smear" if moved.is_jump else "a smear, not a cascade"
            if not moved.can_tell:
                kind = "too few points or leavers to tell a cascade from a smear"
            found.append(
                f"Employers who left the cap go from {moved.lowest:.0f} to {moved.highest:.0f} in "
                f"the median; its largest step between neighbours is {abs(moved.largest):g}, "
                f"between {moved.before:g} and {moved.after:g}. In {moved.jumping} of "
                f"{moved.moving} runs in which at least {FEWEST_LEAVERS} are in play, one step "
                f"makes up {100 * CASCADE_SHARE:.0f} % of the range or more: {kind}."
            )
    found += _contagion(done)
    if done.against is not None:
        for outcome in (WORKFORCE, POSTS):
            found.append(_lower_tail(done, done.against, outcome))
    return found


def _contagion(done: Swept) -> list[str]:
    """Return how many leave because others have left, where that matters most."""
    open_caps = [point for point in done.points if ALONE in point.outcomes]
    if not open_caps:
        return []

    def more(point: Point) -> float:
        return point.outcomes[EVER_LEFT].q50 - point.outcomes[ALONE].q50

    most = max(open_caps, key=more)
    if more(most) <= 0.0:
        return [
            "At no point do more employers leave the cap than would have cause to by themselves."
        ]
    where = ", ".join(f"{value:g}" for value in most.at.values())
    return [
        f"Contagion is strongest at {where}: {most.outcomes[EVER_LEFT].q50:.0f} employers leave at "
        f"some time, where {most.outcomes[ALONE].q50:.0f} would have had cause to if nobody else "
        "could leave."
    ]


def _lower_tail(done: Swept, against: Scenario, outcome: str) -> str:
    worse = [point for point in done.points if point.against[outcome].q10 < 0.0]
    label = OUTCOME[outcome].label
    if not worse:
        return f"In a bad case (1 in 10) no point does worse than {quoted(against)} by {label}."
    where = ", ".join("/".join(f"{v:g}" for v in point.at.values()) for point in worse)
    return f"In a bad case (1 in 10) it does worse than {quoted(against)} by {label} at {where}."


def notes(done: Swept) -> list[str]:
    """Return what the numbers rest on."""
    few = [
        f"{done.runs} run{'' if done.runs == 1 else 's'}: with fewer than {FEW_RUNS} a large step "
        "of a median can be luck, and the ends of intervals are rough."
    ]
    return [
        f"{caution(done)} Every point has the same draws and luck, so neighbours are paired.",
        *(few if done.runs < FEW_RUNS else []),
        "The permanent share of the workforce can rise because posts stand empty: read it with "
        "the share of posts and the unfilled posts.",
        *done.below_floor,
    ]
