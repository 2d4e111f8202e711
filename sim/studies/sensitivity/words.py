"""What a sensitivity says: tables by outcome, sentences worked out from the numbers, the notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.answers.answer import Printed
from sim.domain.learned import learned
from sim.ensemble.draws import Draws
from sim.market.outcomes import OUTCOME
from sim.scenario import Scenario
from sim.studies.sensitivity.method.factors import CHOICES
from sim.studies.sensitivity.method.indices import Index, Screened
from sim.studies.sensitivity.method.ranks import Ranks
from sim.words.captions import listed
from sim.words.grounds import scenario_rests_on
from sim.words.tables import shown

FIRST = 3
MOST_ROWS = 12
LITTLE = 0.02
"""Of variance: a factor with less is not named."""
NO_RECORD = "not identified"
STRUCTURE = "a rival"


class Driven(NamedTuple):
    """What one outcome is driven by.

    Attributes:
        middle, deviation: mean and standard deviation over the points of the design.
        luck: standard deviation by luck alone, every factor at its middle.
    """

    outcome: str
    screened: Sequence[Screened]
    indices: Sequence[Index]
    middle: float
    deviation: float
    luck: float


class Told(NamedTuple):
    """What the words are about."""

    scenarios: Sequence[Scenario]
    draws: Draws
    labels: Mapping[str, str]
    unit_name: str
    year: int

    @property
    def is_difference(self) -> bool:
        """Whether outcomes are a policy's less a base's."""
        return len(self.scenarios) > 1


def what(outcome: str, told: Told) -> str:
    """Return what is driven, in words: an outcome, or a policy's difference in it."""
    label = OUTCOME[outcome].label
    return f"what {told.scenarios[-1].name} changes in: {label}" if told.is_difference else label


def standing(told: Told) -> dict[str, str]:
    """Return by factor what the record says of it."""
    found = {name: STRUCTURE if name in CHOICES else NO_RECORD for name in told.labels}
    posterior = told.draws.posterior
    if posterior is not None:
        known = learned(posterior, told.labels)
        found |= dict.fromkeys(known.learned, "narrows it")
        found |= dict.fromkeys(known.targets, "was given it")
    return found


def per_cent_of(share: float) -> str:
    """Return a share of variance in whole per cent; an estimate below nothing is nothing."""
    return f"{max(round(100 * share), 0)} %"


def variance_table(one: Driven, told: Told) -> Printed:
    """Return the indices of one outcome as people read them."""
    unit, stands = OUTCOME[one.outcome].unit, standing(told)
    rows = [
        (
            told.labels[row.factor],
            _end(row.low, row.low_words, unit, told),
            _end(row.high, row.high_words, unit, told),
            _with_half(row.total, row.total_half),
            per_cent_of(row.first),
            stands[row.factor],
        )
        for row in one.indices
    ]
    header = ("", "lowest\nfifth", "highest\nfifth", "of variance", "alone", "the record")
    return Printed(_title(one.outcome, told), header, rows, tight=True)


def screening_table(one: Driven, told: Told) -> Printed:
    """Return the screening of one outcome as people read it: its strongest factors."""
    unit, stands = OUTCOME[one.outcome].unit, standing(told)
    rows = [
        (
            told.labels[row.factor],
            shown(row.mean, unit, signed=True),
            shown(row.size, unit, signed=True).removeprefix("+"),
            shown(row.spread, unit, signed=True).removeprefix("+"),
            stands[row.factor],
        )
        for row in one.screened[:MOST_ROWS]
    ]
    header = ("", "effect,\nmean", "size", "spread", "the record")
    return Printed(f"{_title(one.outcome, told)}: screening", header, rows, tight=True)


def _title(outcome: str, told: Told) -> str:
    text = what(outcome, told)
    return f"{text[0].upper()}{text[1:]}\n{told.unit_name}, 30 September {told.year}"


def _end(value: float, words: str, unit: str, told: Told) -> str:
    number = shown(value, unit, signed=told.is_difference)
    return f"{number}\n{words}" if words else number


def _with_half(value: float, half: float) -> str:
    low, high = max(round(100 * (value - half)), 0), round(100 * (value + half))
    return f"{per_cent_of(value)}\n{low} to {high}"


def findings(driven: Sequence[Driven], told: Told) -> list[str]:
    """Return what a sensitivity shows, a sentence or two for each outcome."""
    found = []
    for one in driven:
        if not one.deviation:
            found.append(f"Nothing moves {what(one.outcome, told)}.")
            continue
        found.append(_drivers(one, told) if one.indices else _strongest(one, told))
        found.append(_luck(one, told))
        if one.indices:
            found += _agreement(one, told)
    return found


def _drivers(one: Driven, told: Told) -> str:
    named = [row for row in one.indices[:FIRST] if row.total >= LITTLE]
    parts = [f"{told.labels[row.factor]} ({per_cent_of(row.total)})" for row in named]
    text = what(one.outcome, told)
    return f"{text[0].upper()}{text[1:]}: most of its variance goes with {listed(parts)}."


def _strongest(one: Driven, told: Told) -> str:
    parts = [told.labels[row.factor] for row in one.screened[:FIRST]]
    text = what(one.outcome, told)
    return f"{text[0].upper()}{text[1:]} moves most with {listed(parts)}."


def _luck(one: Driven, told: Told) -> str:
    unit = OUTCOME[one.outcome].unit
    ends = (shown(x, unit, signed=True).removeprefix("+") for x in (one.deviation, one.luck))
    points = " points" if unit == "share" else ""
    spread, luck = ends
    partly = ", which the twin pairs only in part" if told.is_difference else ""
    return (
        f"Over these factors it spreads by {spread}{points} (standard deviation); luck alone, "
        f"all at their middle, by {luck}{points}{partly}."
    )


def _agreement(one: Driven, told: Told) -> list[str]:
    kept = {row.factor for row in one.indices}
    by_size = [row.factor for row in one.screened if row.factor in kept][:FIRST]
    by_share = [row.factor for row in one.indices[:FIRST]]
    if set(by_size) == set(by_share):
        return []
    others = [told.labels[name] for name in by_size if name not in by_share]
    return [f"Screening names {listed(others)} among the first three instead."]


def notes(told: Told, points: int, kept: int, moved: int) -> list[str]:
    """Return what the numbers rest on and do not say."""
    found = [
        f"By the borough twin (amounts, not people), {moved} factors screened; each moves by "
        f"itself over {_ranges(told.draws)}. Correlations between them are left out, so the whole "
        f"spreads more than a forecast does.",
        "Luck is left out, and with it Ofsted's visits and what only spreads luck: those show "
        "nothing here whatever they do.",
    ]
    if points:
        found.append(
            f"Of variance: with everything a factor does together with others, of the {kept} "
            f"strongest "
            f"(the others at their middle), {points} base points; intervals of 95 % are of the "
            "sums, not of the world. Shares add to more than 100 % where factors act together."
        )
    found.append(
        "What drives an answer is not what the data say about it: a factor that is not identified "
        "spreads the answer because nobody knows it. " + scenario_rests_on(
            told.scenarios[-1], told.draws
        )
    )  # fmt: skip
    return found


def _ranges(draws: Draws) -> str:
    return "its stated prior" if draws == Draws.PRIOR else "the middle 90 % of its posterior"


# Runs that are kept


def rank_table(outcome: str, found: Ranks, told: Told) -> Printed:
    """Return rank correlations as people read them."""
    stands = standing(told)
    rows = [
        (
            told.labels[one.factor],
            f"{one.correlation:+.2f}",
            f"{one.low:+.2f} to {one.high:+.2f}",
            "yes" if one.is_told else "no",
            stands[one.factor],
        )
        for one in found.rows[:MOST_ROWS]
    ]
    header = ("", "rank\ncorrelation", "95 % interval", "beyond\nluck", "the record")
    return Printed(_title(outcome, told), header, rows, tight=True)


def rank_finding(outcome: str, found: Ranks, told: Told) -> str:
    """Return what rank correlations show, and what they are too few to show."""
    text = what(outcome, told)
    start = f"{text[0].upper()}{text[1:]}"
    named = [told.labels[one.factor] for one in found.rows if one.is_told][:FIRST]
    luck = f"the largest that luck alone gives among {len(found.rows)} is {found.by_luck:.2f}"
    if not named:
        return (
            f"{start}: {found.runs} runs cannot tell anything from luck ({luck}); more runs would."
        )
    return f"{start} goes with {listed(named)} ({luck})."


RANK_NOTES = (
    "Correlations of ranks in runs that are kept, within each rival structure: a quick answer, "
    "which cannot say what structures do. Parameters that go together in the posterior share one.",
    "A correlation is no cause, and no parameter here was moved by itself: the same command with "
    "the scenarios in place of folders moves each.",
)
