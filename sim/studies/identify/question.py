"""The question `identify`: what the record can tell, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from sim.answers import results
from sim.answers.answer import Answer, Chart, Printed, Table
from sim.domain.given import counted
from sim.ensemble.draws import Draws
from sim.ensemble.files import write_text_atomically
from sim.market.outcomes import OUTCOME
from sim.scenario import ScenarioError
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.identify import words
from sim.studies.identify.method import (
    POLICIES,
    Effect,
    Identification,
    all_of,
    identify,
    spread_of,
)
from sim.studies.request import Request, asked
from sim.studies.study import Desk, Study

ALL_STRUCTURES = "all"
YEARS = 5
"""Effects are told five years on: with ten the page takes twice as long to make."""
EFFECT_COLUMNS = (
    "base", "policy", "variable", "hiring", "bid_trigger", "source", "runs", "q10", "q50", "q90",
    "share_of_runs_up", "share_of_runs_unchanged",
)  # fmt: skip


class Identify(Request):
    """What the record can tell, and what it cannot."""

    runs: Annotated[
        int,
        asked(
            "Runs of each scenario, shared out over rival structures; once under the prior and "
            "once under the posterior.",
            low=1,
            high=f.MOST_RUNS,
            metavar="N",
        ),
    ] = 200
    years: f.Years = YEARS
    seed: f.Seed = 1
    parameters: f.Parameters = Draws.POSTERIOR
    write_docs: f.Document = None


def work(asked: Identify, desk: Desk) -> Answer:
    """Run what is asked under prior and posterior."""
    draws = asked.parameters
    if draws.posterior is None or draws == Draws.MEDIAN:
        raise ScenarioError(
            f"--parameters: given {draws.name}; allowed: posterior, or a posterior's file"
        )
    desk.refuse_file()
    f.refuse_document(asked.write_docs)
    with desk.progress("identification") as progress:
        found = identify(
            runs=asked.runs, years=asked.years, seed=asked.seed, posterior=draws, pool=desk.pool,
            progress=progress,
        )  # fmt: skip
    return Answer(
        about=f"{found.runs} runs of {counted(found.years, 'year')}",
        values=_values(found),
        printed=[*_printed(found)],
        findings=words.verdicts(found),
        notes=words.notes(found),
        tables=_tables(found),
        charts=[Chart("effects", partial(_drawn, found))],
        written=[] if asked.write_docs is None else _written(found, asked.write_docs),
        found=found,
    )


def _drawn(found: Identification) -> tuple[Any, str]:
    from sim.studies.identify import charts  # plotting is loaded only when something is drawn

    return charts.identification_chart(found)


def _written(found: Identification, document: Path) -> list[Path]:
    """Write the page of the documents, its chart beside it."""
    from sim.charts.style import save_png  # plotting is loaded only when something is drawn
    from sim.studies.identify import charts

    drawn = charts.identification_chart(found)
    picture = save_png(*drawn, document.with_suffix(".png"))
    write_text_atomically(document, words.page(found, picture.name, drawn.alt_text))
    return [picture, document]


def _printed(found: Identification) -> Iterator[Printed]:
    for policy in POLICIES:
        effects = words.effects_of(found, policy)
        headline = words.headline(policy).replace("`", "")
        rows = [(f"{row[0]}: {row[1]}", *row[2:]) for row in words.effect_rows(effects)]
        yield Printed(
            f"{headline[0].upper()}{headline[1:]}", ("points", *words.EFFECT_HEAD[2:]), rows
        )
    if any(found.drivers.values()):
        yield Printed(
            "What decides the effect on the permanent share of the workforce",
            ("effect of: goes with", "rank corr.", "identified"),
            [
                (
                    f"{words.CALLED[policy]}: {words.name_of(one.name)}",
                    f"{one.correlation:+.2f}",
                    words.IN_A_WORD[one.standing],
                )
                for policy, drivers in found.drivers.items()
                for one in drivers
            ],
        )
    yield Printed(
        "Fitted parameters: prior and posterior",
        ("", "prior", "median", "80 %", "narrower", "identified"),
        [
            (
                words.name_of(one.name),
                *words.parameter_cells(one)[:4],
                words.IN_A_WORD[one.standing],
            )
            for one in found.parameters
        ],
        tight=True,
    )
    yield Printed(
        "Parameters that trade off: the record knows their sum or difference better",
        ("", "correlation", "known", "narrower", "if unrelated"),
        [
            (f"{words.name_of(one.one)}; {words.name_of(one.other)}", *words.combination_cells(one))
            for one in words.told_combinations(found)
        ],
        tight=True,
    )


def _tables(found: Identification) -> list[Table]:
    number = results.number
    parameters = Table.of(
        "parameters",
        ("parameter", "prior_low", "prior_high", "q10", "q50", "q90", "narrower", "narrower_least",
         "narrower_most", "standing"),
        (
            (one.name, *map(number, (*one.prior, one.q10, one.q50, one.q90, one.narrower,
             one.least, one.most)), one.standing.value)
            for one in found.parameters
        ),
    )  # fmt: skip
    combinations = Table.of(
        "combinations",
        ("one", "other", "correlation", "combination", "narrower", "if_unrelated"),
        (
            (one.one, one.other, number(one.correlation),
             "difference" if one.is_difference else "sum",
             *map(number, (one.narrower, one.unrelated)))
            for one in found.combinations
        ),
    )  # fmt: skip
    rows = (row for one in found.effects for row in _effect_rows(one))
    return [Table.of("effects", EFFECT_COLUMNS, rows), parameters, combinations]


def _effect_rows(one: Effect) -> list[tuple[str, ...]]:
    rows = []
    for source, by_structure in (("prior", one.prior), ("posterior", one.posterior)):
        every = {(ALL_STRUCTURES, ALL_STRUCTURES): all_of(by_structure)}
        parts = {(pair.hiring, pair.bid_trigger): values for pair, values in by_structure.items()}
        for (hiring, trigger), values in (*every.items(), *parts.items()):
            numbers = map(results.number, spread_of(values))
            rows.append(
                (*one.policy, one.outcome, str(hiring), str(trigger), source, str(len(values)),
                 *numbers)
            )  # fmt: skip
    return rows


def _values(found: Identification) -> dict[str, Any]:
    return {
        "runs": found.runs,
        "years": found.years,
        "seed": found.seed,
        "parameter_draws": found.posterior.name,
        "structures": [" with ".join(pair) for pair in found.structures],
        "verdicts": words.verdicts(found),
        "notes": words.notes(found),
        "effects": [
            dict(zip(EFFECT_COLUMNS, row, strict=True)) | _numbers(row)
            for one in found.effects
            for row in _effect_rows(one)
        ],
        "drivers": {
            f"{policy.base} to {policy.policy}": [one._asdict() for one in drivers]
            for policy, drivers in found.drivers.items()
        },
        "parameters": [{**one._asdict(), "standing": one.standing} for one in found.parameters],
        "not_fitted": found.silent,
        "combinations": [one._asdict() for one in words.told_combinations(found)],
        "outcomes": {one.outcome: OUTCOME[one.outcome].label for one in found.effects},
    }


def _numbers(row: Sequence[str]) -> dict[str, float]:
    first = EFFECT_COLUMNS.index("runs")
    return {
        name: float(cell) for name, cell in zip(EFFECT_COLUMNS[first:], row[first:], strict=True)
    }


STUDY = Study(
    name="identify",
    says=QUESTIONS["identify"],
    request=Identify,
    work=work,
    example="permanence identify --runs 200 --out results/identification",
    in_python="""
    >>> sim.identify(runs=8, years=1)
    <identify: 8 runs of 1 year>
    """,
)
