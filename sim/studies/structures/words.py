"""Rival structures side by side, as a person reads them, as a table and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sim.answers import results
from sim.answers.answer import Answer, Printed, Table
from sim.answers.comparison import Difference, compared, headline, mean
from sim.answers.structures import FEWEST_DRAWS, RECORD_YEARS, WORSE_IN_SHARE_OF_DRAWS
from sim.domain.calendar import spoken_day
from sim.ensemble.run import Ensemble
from sim.studies.structures.method import UnderPair
from sim.words.captions import (
    WAYS_HEADER,
    against,
    called,
    means_of,
    pair_name,
    size,
    unit_name,
)
from sim.words.notes import OF_ONE_STRUCTURE, combined, notes
from sim.words.result_tables import context_of, interval
from sim.words.tables import old_new_gap, shown

CLOSES_OFTEN = 0.5


def answer_of(
    found: Sequence[UnderPair], kept: dict[str, Ensemble], unit: str, sets: Sequence[str]
) -> Answer:
    """Return scenarios under several structures as an answer.

    Args:
        found: what each pair says.
        kept: every result, by its folder.
        unit: London or an employer.
        sets: what was set.
    """
    first = found[0].ensembles
    noted = [*_notes(found, unit), *_words(found)]
    printed = [*_printed_levels(found, unit)] if len(first) == 1 else []
    for place in range(1, len(first)):
        printed += _printed_differences(found, place, unit)
    names = [called(one.scenario) for one in first]
    return Answer(
        about=f"{' and '.join(names)} under {len(found)} structures, {size(first[0])}",
        values={
            "scenarios": names,
            **context_of(first[0], unit, (), sets),
            "notes": noted,
            "structures": [as_json(answer, unit) for answer in found],
        },
        printed=[*printed, *_printed_record(found)],
        notes=noted,
        tables=[_table(found, unit)],
        results=kept,
        found=found,
    )


def _table(answers: Sequence[UnderPair], unit: str) -> Table:
    return Table.of(
        "structures",
        (
            "hiring", "bid_trigger", "scenario", "unit", "outcome", "unit_of_measure",
            "value", "q10", "q90", "misses_record_by_points", "fits_worse", "circle_closes_share",
        ),
        (
            (
                answer.pair.hiring, answer.pair.bid_trigger, ensemble.scenario.name,
                unit, name, measure,
                *(results.number(v) for v in (mean(values), *interval(values))),
                results.number(answer.fit.rmse_points), str(answer.fit.is_worse).lower(),
                results.number(answer.closing),
            )
            for answer in answers
            for ensemble in answer.ensembles
            for name, _, measure, values in headline(ensemble, unit)
        ),
    )  # fmt: skip


def _marked(answer: UnderPair) -> str:
    return pair_name(answer.pair) + (" *" if answer.fit.is_worse else "")


def _printed_levels(answers: Sequence[UnderPair], unit: str) -> Iterator[Printed]:
    first = answers[0].ensembles[0]
    day = first.day(first.months[-1])
    rows = []
    for answer in answers:
        found = headline(answer.ensembles[0], unit)
        cells = [shown(mean(values), measure) for _, _, measure, values in found]
        hiring, trigger = _marked(answer).split(", ")
        rows.append((hiring, *cells[:6]))
        ends = [
            "..".join(shown(end, m).removesuffix(" %") for end in interval(v))
            for _, _, m, v in found[:3]
        ]
        rows.append((f"  {trigger}", *ends, "", "", ""))
    heading = (
        f"{first.scenario.title or first.scenario.name}: under each rival structure\n"
        f"{unit_name(unit)}, {spoken_day(day)}: {means_of(first.runs)}, 80 % interval "
        "below; 90 % is the chance by share of the workforce"
    )
    columns = (WAYS_HEADER, "workforce", "posts", "unfilled", "charge", "agency", "90 %")
    yield Printed(heading, columns, rows)


def _printed_differences(answers: Sequence[UnderPair], place: int, unit: str) -> Iterator[Printed]:
    base, policy = answers[0].ensembles[0], answers[0].ensembles[place]
    day = policy.day(policy.months[-1])
    rows = []
    for answer in answers:
        found = compared(answer.ensembles[0], answer.ensembles[place], unit)[:4]
        hiring, trigger = _marked(answer).split(", ")
        rows.append((hiring, *(_change(row) for row in found)))
        middle = (old_new_gap(row.old, row.new, row.unit)[2] for row in found)
        rows.append((f"  {trigger}", *middle))
        ends = (
            "..".join(shown(end, row.unit, signed=True) for end in (row.q10, row.q90))
            for row in found
        )
        rows.append(("", *ends))
    heading = (
        f"{against(base.scenario, policy.scenario)}: under each rival structure\n"
        f"{unit_name(unit)}, {spoken_day(day)}: old and new, {means_of(policy.runs)}; "
        "below them the paired difference and its 80 % interval"
    )
    yield Printed(heading, (WAYS_HEADER, "workforce", "posts", "unfilled", "charge"), rows)


def _change(row: Difference) -> str:
    old, new, _ = old_new_gap(row.old, row.new, row.unit)
    return f"{old.removesuffix(' %')} > {new.removesuffix(' %')}"


def _printed_record(answers: Sequence[UnderPair]) -> Iterator[Printed]:
    rows = [
        (
            _marked(answer),
            f"{answer.fit.rmse_points:.1f}",
            shown(answer.closing, "share of runs"),
        )
        for answer in answers
    ]
    years = f"{RECORD_YEARS[0]}-{RECORD_YEARS[-1]}"
    yield Printed(
        f"The record of {years}, and whether the circle closes without a cap",
        (WAYS_HEADER, "misses it by (points)", "circle closes in runs"),
        rows,
    )


# Words


def _notes(answers: Sequence[UnderPair], unit: str) -> list[str]:
    found = combined([notes(ensemble, unit) for answer in answers for ensemble in answer.ensembles])
    return [note for note in found if not note.startswith(OF_ONE_STRUCTURE)]


def _words(answers: Sequence[UnderPair]) -> list[str]:
    """Return the sentence on the circle, and what the record can tell."""
    closing = [a for a in answers if a.closing >= CLOSES_OFTEN]
    most = max(answers, key=lambda answer: answer.closing)
    if closing:
        which = "; ".join(f"{pair_name(a.pair)} ({100 * a.closing:.0f} %)" for a in closing)
        circle = f"Without a cap the circle closes in at least half of runs where: {which}."
    else:
        circle = (
            "Without a cap the circle closes in at least half of runs under no structure; most "
            f"often, in {100 * most.closing:.0f} %, where: {pair_name(most.pair)}."
        )
    worse = [pair_name(answer.pair) for answer in answers if answer.fit.is_worse]
    rest = f"the other {len(answers) - len(worse)}" if worse else f"these {len(answers)}"
    if worse:
        record = f"Fitting the record worse (*): {'; '.join(worse)}. "
    else:
        record = "No structure fits the record clearly worse"
        few = answers[0].ensembles[0].runs < FEWEST_DRAWS
        record += f" (it takes {FEWEST_DRAWS} runs to say so). " if few else ". "
    record += (
        f"The data do not tell {rest} apart: worse means a larger error than the best "
        f"one's in {100 * WORSE_IN_SHARE_OF_DRAWS:.0f} % of draws, on "
        f"{RECORD_YEARS[0]}-{RECORD_YEARS[-1]}; later years are kept for testing. "
        "The record is scored with the baseline's London, whatever else was set."
    )
    return [circle, record]


def as_json(answer: UnderPair, unit: str) -> dict[str, Any]:
    """Return what one pair answers, as plain values."""
    base = answer.ensembles[0]
    return {
        "hiring": answer.pair.hiring.value,
        "bid_trigger": answer.pair.bid_trigger.value,
        "misses_record_by_points": answer.fit.rmse_points,
        "fits_worse": answer.fit.is_worse,
        "circle_closes_share": answer.closing,
        "outcomes": {
            ensemble.scenario.name: [
                {
                    "outcome": name,
                    "unit": measure,
                    "value": mean(values),
                    "interval": interval(values),
                }
                for name, _, measure, values in headline(ensemble, unit)
            ]
            for ensemble in answer.ensembles
        },
        "differences": {
            ensemble.scenario.name: [asdict(row) for row in compared(base, ensemble, unit)]
            for ensemble in answer.ensembles[1:]
        },
    }
