"""The circle in words: a table a bid trigger, and what must stand beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sim.answers.answer import Printed
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS, LINK_LABELS, BidTrigger, Link
from sim.ensemble.draws import Draws
from sim.scenario import Scenario
from sim.studies.circle.method import CAPPED, LINKS_OF_ONE_STRUCTURE, NOTHING_CUT, Change, CircleRow
from sim.words.captions import quoted
from sim.words.tables import shown

HEADER = (
    "", "both\nrise", "agency\nprice %", "agency\nshare", "unfilled", "permanent\nof posts",
)  # fmt: skip


def printed(trigger: BidTrigger, rows: Sequence[CircleRow], years: int) -> Printed:
    """Return the rows of one bid trigger as a person reads them."""
    cells = [
        (
            variant_name(row.variant),
            f"{100 * row.both_rise_share:.0f}",
            _hundredths(row.charge_rate),
            _hundredths(row.agency_share),
            shown(row.unfilled.q50, "share", signed=True),
            shown(row.permanent_of_posts.q50, "share", signed=True),
        )
        for row in rows
    ]
    title = (
        f"Boroughs bid on {BIDS_ON[trigger]}; hiring is {HIRING_LABELS[rows[0].hiring]}; "
        f"{rows[0].draws} draws, {years} year{'' if years == 1 else 's'}\n"
        "Both rise: % of draws in which agency price and agency share end higher.\n"
        "Median change (low and high case, 1 in 10 each): agency price in % above pay\n"
        "growth, agency share of the workforce, unfilled and permanent shares of posts in\n"
        "points."
    )
    return Printed(title, HEADER, cells)


def variant_name(variant: str) -> str:
    """Return what a variant changes: the whole circle, a cap, or the link that is cut."""
    changed = {NOTHING_CUT: NOTHING_CUT, CAPPED: "with a cap near the price of the day"}
    return changed.get(variant) or f"cut: {LINK_LABELS[Link(variant)]}"


def notes(scenario: Scenario, variants: Collection[str], draws: Draws) -> list[str]:
    """Return what must stand beside the tables.

    Args:
        scenario: the one without a cap.
        variants: what was run, by name.
        draws: where parameters come from.
    """
    found = [
        f"{LINK_LABELS[link]}: only with --set structure.hiring={hiring.value}"
        for link, hiring in LINKS_OF_ONE_STRUCTURE.items()
        if link.value not in variants
    ]
    found.append(
        f"{draws.calibration[0].upper()}{draws.calibration[1:]}; prices follow from bid speeds "
        "that the record hardly narrows. It cannot tell which of the two boroughs bid on."
    )
    if scenario.start.stylised:
        found.append(
            f"{quoted(scenario)} starts in a stylised {scenario.start.opening.year}: no census on "
            "today's definitions exists before 2017."
        )
    return [*found, "How the model works: permanence describe"]


def _hundredths(change: Change) -> str:
    return f"{_whole(change.q50)} ({_whole(change.q10)},{_whole(change.q90)})"


def _whole(share: float) -> str:
    return f"{round(100 * share):+d}" if round(100 * share) else "0"
