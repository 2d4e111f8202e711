"""`--structure all`: a headline under each rival structure, and how each fits the record."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer

from sim.answers import results
from sim.answers.comparison import Difference, compared, headline, typical
from sim.answers.structures import (
    FEWEST_DRAWS,
    RECORD_YEARS,
    WORSE_IN_SHARE_OF_DRAWS,
    Fit,
    Pair,
    closing_share,
    fits,
    under,
)
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.ensemble.workers import workers
from sim.scenario import Scenario
from sim.terminal.progress import progress_bar
from sim.terminal.result_folders import ensemble_of, prepare, refuse_foreign
from sim.terminal.telling import Files, tell
from sim.words.captions import pair_name, unit_name
from sim.words.notes import OF_ONE_STRUCTURE, combined, notes
from sim.words.result_tables import context_of, interval
from sim.words.tables import print_notes, print_table, shown

STRUCTURES_FILE = "structures.csv"
CLOSES_OFTEN = 0.5


@dataclass(frozen=True)
class Asked:
    """What the options of a command ask of every structure."""

    runs: int
    seed: int
    years: int
    draws: Draws
    jobs: int
    unit: str
    out: Path | None
    sets: Sequence[str]
    as_json: bool
    quiet: bool


@dataclass(frozen=True)
class Answer:
    """What one pair of structures answers.

    Attributes:
        ensembles: one for each scenario, the base first.
        closing: share of runs in which the circle closes without a cap.
    """

    pair: Pair
    ensembles: list[Ensemble]
    fit: Fit
    closing: float


def under_all(planned: Sequence[Scenario], pairs: Sequence[Pair], asked: Asked) -> None:
    """Run every scenario under every pair, and print what each pair says."""
    places = _places(planned, pairs, asked)
    with workers(asked.jobs) as pool:
        scored = _scored(pairs, asked, pool)
        answers = [_answer(planned, fit, asked, pool) for fit in scored]
    noted = [*_notes(answers, asked.unit), *_words(answers)]

    def show() -> None:
        if len(planned) == 1:
            _print_levels(answers, asked.unit)
        else:
            for place in range(1, len(planned)):
                _print_differences(answers, place, asked.unit)
        typer.echo()
        _print_record(answers)
        print_notes(noted)

    def content(files: Files) -> Any:
        context = context_of(answers[0].ensembles[0], asked.unit, files, asked.sets)
        names = [scenario.name for scenario in planned]
        rows = [_as_json(answer, asked.unit) for answer in answers]
        return {"scenarios": names, **context, "notes": noted, "structures": rows}

    def save() -> Files:
        return [] if asked.out is None else _save(answers, places, asked.out, asked.unit)

    tell(show, content, save, as_json=asked.as_json)


def _places(
    planned: Sequence[Scenario], pairs: Sequence[Pair], asked: Asked
) -> dict[tuple[Pair, str], Path]:
    if asked.out is None:
        return {}
    refuse_foreign(asked.out)
    places = {
        (pair, one.name): asked.out / f"{pair.hiring}-{pair.bid_trigger}-{one.name}"
        for pair in pairs
        for one in planned
    }
    scenarios = {
        place: under(one, pair)
        for one in planned
        for pair in pairs
        for place in [places[pair, one.name]]
    }
    prepare(scenarios, asked.seed, asked.years, asked.draws)
    return places


def _scored(pairs: Sequence[Pair], asked: Asked, pool: Executor | None) -> list[Fit]:
    with progress_bar("the record under each structure", asked.jobs, quiet=asked.quiet) as progress:

        def forward(place: int, pair: Pair) -> Any:
            return lambda done, wanted, seconds: progress(
                place * wanted + done, wanted * len(pairs), seconds
            )

        return fits(
            pairs,
            runs=asked.runs,
            seed=asked.seed,
            draws=asked.draws,
            pool=pool,
            progress=forward,
        )


def _answer(planned: Sequence[Scenario], fit: Fit, asked: Asked, pool: Executor | None) -> Answer:
    pair = fit.pair
    ensembles = [
        ensemble_of(
            under(one, pair),
            asked.runs,
            asked.seed,
            asked.years,
            asked.draws,
            pool,
            asked.jobs,
            None
            if asked.out is None
            else asked.out / f"{pair.hiring}-{pair.bid_trigger}-{one.name}",
            asked.quiet,
        )
        for one in planned
    ]
    closing = closing_share(
        under(planned[0], pair), runs=asked.runs, seed=asked.seed, draws=asked.draws, pool=pool
    )
    return Answer(pair, ensembles, fit, closing)


def _save(
    answers: Sequence[Answer], places: dict[tuple[Pair, str], Path], out: Path, unit: str
) -> list[Path]:
    for answer in answers:
        for ensemble in answer.ensembles:
            place = places[answer.pair, ensemble.scenario.name]
            results.write_result(ensemble, place, results.command_line())
    table = out / STRUCTURES_FILE
    results.write_table(
        table,
        (
            "hiring", "bid_trigger", "scenario", "unit", "outcome", "unit_of_measure",
            "value", "q10", "q90", "misses_record_by_points", "fits_worse", "circle_closes_share",
        ),
        (
            (
                answer.pair.hiring, answer.pair.bid_trigger, ensemble.scenario.name,
                unit, name, measure,
                *(results.number(v) for v in (typical(values, measure), *interval(values))),
                results.number(answer.fit.rmse_points), str(answer.fit.is_worse).lower(),
                results.number(answer.closing),
            )
            for answer in answers
            for ensemble in answer.ensembles
            for name, _, measure, values in headline(ensemble, unit)
        ),
    )  # fmt: skip
    return [table, *places.values()]


# Tables


def _marked(answer: Answer) -> str:
    return pair_name(answer.pair) + (" *" if answer.fit.is_worse else "")


def _print_levels(answers: Sequence[Answer], unit: str) -> None:
    first = answers[0].ensembles[0]
    day = first.day(first.months[-1])
    rows = []
    for answer in answers:
        found = headline(answer.ensembles[0], unit)
        cells = [shown(typical(values, measure), measure) for _, _, measure, values in found]
        hiring, trigger = _marked(answer).split(", ")
        rows.append((hiring, *cells[:6]))
        ends = [
            "..".join(shown(end, m).removesuffix(" %") for end in interval(v))
            for _, _, m, v in found[:3]
        ]
        rows.append((f"  {trigger}", *ends, "", "", ""))
    heading = (
        f"{first.scenario.title or first.scenario.name}: under each rival structure\n"
        f"{unit_name(unit)}, {day.day} {day:%B %Y}: medians of {first.runs} runs, 80 % interval "
        "below; 90 % is the chance by share of the workforce"
    )
    columns = ("hiring, bids on", "workforce", "posts", "unfilled", "charge", "agency", "90 %")
    print_table(heading, columns, rows)


def _print_differences(answers: Sequence[Answer], place: int, unit: str) -> None:
    base, policy = answers[0].ensembles[0], answers[0].ensembles[place]
    day = policy.day(policy.months[-1])
    rows = []
    for answer in answers:
        found = compared(answer.ensembles[0], answer.ensembles[place], unit)[:4]
        hiring, trigger = _marked(answer).split(", ")
        rows.append((hiring, *(_change(row) for row in found)))
        middle = (shown(row.difference, row.unit, signed=True) for row in found)
        rows.append((f"  {trigger}", *middle))
        ends = (
            "..".join(shown(end, row.unit, signed=True) for end in (row.q10, row.q90))
            for row in found
        )
        rows.append(("", *ends))
    heading = (
        f"From {base.scenario.name} to {policy.scenario.name}: under each rival structure\n"
        f"{unit_name(unit)}, {day.day} {day:%B %Y}: old and new medians of {policy.runs} runs; "
        "below them the paired difference and its 80 % interval"
    )
    print_table(heading, ("hiring, bids on", "workforce", "posts", "unfilled", "charge"), rows)


def _change(row: Difference) -> str:
    old, new = (shown(value, row.unit).removesuffix(" %") for value in (row.old, row.new))
    return f"{old} > {new}"


def _print_record(answers: Sequence[Answer]) -> None:
    rows = [
        (
            _marked(answer),
            f"{answer.fit.rmse_points:.1f}",
            shown(answer.closing, "share of runs"),
        )
        for answer in answers
    ]
    years = f"{RECORD_YEARS[0]}-{RECORD_YEARS[-1]}"
    print_table(
        f"The record of {years}, and whether the circle closes without a cap",
        ("hiring is, bids on", "misses it by (points)", "circle closes in runs"),
        rows,
    )


# Words


def _notes(answers: Sequence[Answer], unit: str) -> list[str]:
    found = combined([notes(ensemble, unit) for answer in answers for ensemble in answer.ensembles])
    return [note for note in found if not note.startswith(OF_ONE_STRUCTURE)]


def _words(answers: Sequence[Answer]) -> list[str]:
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


def _as_json(answer: Answer, unit: str) -> dict[str, Any]:
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
                    "value": typical(values, measure),
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
