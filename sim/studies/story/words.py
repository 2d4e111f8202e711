"""A council's story in words: what was claimed, what the census says, what the placebo shows."""

from __future__ import annotations

from collections.abc import Sequence

from sim.answers import results
from sim.answers.answer import Cell, Printed
from sim.answers.comparison import Spread
from sim.domain import evidence
from sim.domain.calendar import census_date
from sim.domain.claims import Claim, claims_of
from sim.domain.headline import WORKFORCE
from sim.domain.published import published_figure
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.studies.story.method import StoryRow, own_levers, rise
from sim.words.captions import means_of
from sim.words.tables import old_new_gap, shown

COLUMNS = (
    "scenario", "borough", "outcome", "date", "claimed", "census",
    "policy", "policy_q10", "policy_q90", "placebo", "placebo_q10", "placebo_q90",
    "difference", "difference_q10", "difference_q90",
)  # fmt: skip


def census(row: StoryRow, unit: str) -> float | None:
    """Return the published figure of a row's year, where there is a sound one."""
    if row.year not in evidence.census_years():
        return None
    return published_figure(row.outcome, row.year, unit)


def _claimed(row: StoryRow, unit: str) -> list[Claim]:
    """Return what was claimed in the twelve months around a 30 September."""
    return [
        claim
        for claim in claims_of(unit)
        if claim.day is not None
        and claim.measure == row.outcome
        and abs((claim.day - census_date(row.year)).days) <= 183
    ]


def printed(policy: Ensemble, rows: Sequence[StoryRow], unit: str, outcome: str) -> Printed:
    """Return one outcome's table as a person reads it."""
    mine = [row for row in rows if row.outcome == outcome]
    lines = []
    for row in mine:
        said = "; ".join(claim.amount_in_words for claim in _claimed(row, unit))
        lines.append(
            (
                str(row.year),
                said,
                "" if (seen := census(row, unit)) is None else shown(seen, "share"),
                *_pair(row.policy),
                *_pair(row.placebo),
                old_new_gap(row.placebo.mean, row.policy.mean, "share")[2],
            )
        )
    heading = (
        f"{OUTCOME[outcome].label} of {unit}, 30 September\n{means_of(policy.runs)}, 80 % interval"
    )
    columns = ("", "claimed", "census", "policy", "80 %", "placebo", "80 %", "difference")
    return Printed(heading, columns, lines)


def _pair(spread: Spread) -> tuple[str, str]:
    low, high = (f"{100 * end:.0f}" for end in (spread.q10, spread.q90))
    return shown(spread.mean, "share"), f"{low}-{high}"


def removed(policy: Ensemble) -> list[str]:
    """Return what was claimed, and what the placebo is without."""
    names = ", ".join(name.replace("_", " ") for name in own_levers(policy.scenario))
    said = [
        f"Claimed: {claim.in_our_words} ({claim.source})."
        for claim in claims_of(str(policy.scenario.borough))
    ]
    return [
        *said,
        f"Placebo: the same borough, start and luck without its {names}. What all of London does "
        "remains: its cap, the tax change.",
    ]


def told(policy: Ensemble, rows: Sequence[StoryRow], unit: str) -> str:
    """Return how much of the rise the placebo shows too, four years on or at the last census."""
    years = [row.year for row in rows if row.outcome == WORKFORCE]
    known = [year for year in years if year in evidence.census_years()]
    year = min(known[-1], years[0] + 4) if known else years[-1]
    mine, theirs = rise(rows, WORKFORCE, year)
    text = (
        f"By {year} {unit}'s permanent share of the workforce rises by {100 * mine:.0f} points "
        f"with its policy and by {100 * theirs:.0f} without it"
    )
    if mine > 0:
        text += f": {100 * max(theirs, 0) / mine:.0f} % of the rise comes without the policy"
    inside = [
        row.policy.q10 <= seen <= row.policy.q90
        for row in rows[1:]
        if row.outcome == WORKFORCE and (seen := census(row, unit)) is not None
    ]
    if inside:
        lies = "lies" if sum(inside) == 1 else "lie"
        text += f". Of {len(inside)} censuses {sum(inside)} {lies} in the 80 % band of the policy"
    return (
        f"{text}. A low start drifts up towards the mean by itself, which looks like policy "
        "working."
    )


def title(rows: Sequence[StoryRow], unit: str) -> str:
    """Return the chart's title: what is found."""
    years = [row.year for row in rows if row.outcome == WORKFORCE]
    known = [year for year in years if year in evidence.census_years()]
    year = min(known[-1], years[0] + 4) if known else years[-1]
    row = next(one for one in rows if (one.outcome, one.year) == (WORKFORCE, year))
    seen = census(row, unit)
    text = (
        f"By {year} {unit} is {100 * row.policy.mean:.0f} % permanent with its policy and "
        f"{100 * row.placebo.mean:.0f} % without it"
    )
    if seen is None:
        return text
    return f"{text}; the census has {100 * seen:.0f} %, and {_missed(rows, unit)}"


def _missed(rows: Sequence[StoryRow], unit: str) -> str:
    """Return by how much the mean path misses the census on average, the start left out."""
    known = [
        (row.year, 100 * abs(row.policy.mean - seen))
        for row in rows
        if row.outcome == WORKFORCE and (seen := census(row, unit)) is not None
    ][-7:]
    mean = sum(gap for _, gap in known) / len(known)
    return f"is missed by {mean:.0f} points on average over {known[0][0]}-{known[-1][0]}"


def cells(policy: Ensemble, row: StoryRow, unit: str) -> tuple[Cell, ...]:
    """Return a row of the table that is kept."""
    seen = census(row, unit)
    spreads = (row.policy, row.placebo, row.difference)
    return (
        policy.scenario.name,
        unit,
        row.outcome,
        str(census_date(row.year)),
        "; ".join(results.number(claim.value) for claim in _claimed(row, unit)),
        seen,
        *(value for one in spreads for value in (one.mean, one.q10, one.q90)),
    )
