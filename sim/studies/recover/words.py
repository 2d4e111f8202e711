"""A recovery in words: which truths were found again, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.answers.answer import Printed
from sim.answers.structures import pairs
from sim.studies.recover.method.recovery import (
    HEADLINE,
    LOOSE_BOUND,
    Recovered,
    Recovery,
    chance_of_as_many,
    least_unevenness,
)

POOR_INTERVAL = 0.7
"""What share of truths an interval may hold and still seldom be found out by twenty."""
LABELS = {
    HEADLINE[0]: "net flow, permanent to agency",
    HEADLINE[1]: "sector exit",
    HEADLINE[2]: "hires per post",
}
HEADER = ("", "inside\n90 %", "width over\nprior's", "mean\nrank", "even?")


def printed(over: Sequence[Recovery], truths: int) -> Iterator[Printed]:
    """Yield what must be found again, then every sampled parameter."""
    yield Printed(
        f"What must be found again, in {_counted(truths)}",
        HEADER,
        [_cells(one) for one in over if one.quantity in HEADLINE],
    )
    yield Printed(
        "Every sampled parameter",
        HEADER,
        [_cells(one) for one in over if one.quantity not in HEADLINE],
    )


def _cells(one: Recovery) -> tuple[str, ...]:
    mean = sum(one.ranks) / one.truths
    label = LABELS.get(one.quantity, one.quantity.replace("_", " "))
    return (
        label,
        f"{one.inside} of {one.truths}",
        f"{one.width:.2f}",
        f"{mean:.2f}",
        f"{one.flatness:.2f}",
    )


def _counted(truths: int) -> str:
    return f"{truths} synthetic truth{'' if truths == 1 else 's'}"


def notes(found: Sequence[Recovered], over: Sequence[Recovery]) -> list[str]:
    """Return what must stand beside the tables."""
    truths, count = len(found), min(len(found), len(pairs()))
    held = sum(one.inside for one in over)
    asked = sum(one.truths for one in over)
    uneven = sum(one.flatness < 0.05 for one in over)
    enough = round(0.85 * truths)
    tolerances = sorted(one.tolerance for one in found)
    slowest = max(one.seconds for one in found)
    return [
        f"Truths: draws of the whole prior, {count} rival structure{'' if count == 1 else 's'} in "
        f"turn, whose run of the borough twin lies within {LOOSE_BOUND:g} tolerances of London's "
        "record in every target. Each is fitted under its own structure, by a smaller search than "
        "the calibration's.",
        "Net flow: permanent staff who go to agency work less those who come back, as a share of "
        "permanent staff a year; hires: from outside and newly qualified, per post a year; both "
        "London's mean of 2018-2021 as the twin without luck has it. Sector exit is the parameter.",
        f"Inside: truths in the 90 % interval. A correct one holds {enough} of {truths} or more "
        f"with "
        f"chance {chance_of_as_many(enough, truths):.2f}, one that really holds "
        f"{100 * POOR_INTERVAL:.0f} % with {chance_of_as_many(enough, truths, POOR_INTERVAL):.2f}. "
        f"Over all quantities, which are not independent: {held} of {asked} "
        f"({100 * held / asked:.0f} %).",
        "Width: 1 is as wide as the prior, and then a truth is inside whatever the record says.",
        "Rank: share of the posterior's draws below the truth; on average 0.5. Even: chance of "
        f"ranks as uneven as these if all is right (Kolmogorov-Smirnov); below 0.05 in {uneven} of "
        f"{len(over)}, where chance alone gives about {0.05 * len(over):.0f}. With so few truths "
        f"only a gap of {least_unevenness(truths):.2f} or more in the ranks' distribution shows.",
        f"Tolerance at the end: {tolerances[0]:.2f} to {tolerances[-1]:.2f}; it makes intervals "
        f"wider, not narrower. The slowest truth took {slowest:.0f} seconds.",
    ]
