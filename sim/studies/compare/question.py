"""The question `compare`: scenarios side by side, run by run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from sim.answers import results
from sim.answers.answer import Answer, Chart, Table
from sim.answers.comparison import compared
from sim.domain.calendar import DEFAULT_YEARS
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble
from sim.scenario import Scenario
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.compare import extras as more
from sim.studies.compare.extras import Extras, Wanted
from sim.studies.compare.method.null_test import Records
from sim.studies.compare.method.pairing import PAIRING_RUNS
from sim.studies.money.method.money import MONEY_COLUMNS, MONEY_TABLE, Books
from sim.studies.money.method.spending import (
    SPENDING_COLUMNS,
    SPENDING_TABLE,
    Spending,
    spending,
    spending_rows,
)
from sim.studies.money.words import MEANS, printed_spending, spending_as_json
from sim.studies.pictures import pictures_of
from sim.studies.request import asked
from sim.studies.structures.question import answered
from sim.studies.structures.words import answer_of
from sim.studies.study import Desk, Study, refuse_namesakes
from sim.words.captions import size
from sim.words.result_tables import comparison_as_json, comparison_tables


class Compare(f.Dated):
    """Scenarios side by side, run by run.

    Each --set applies to every scenario, the first included. To change one of them alone, write
    a file that extends it.
    """

    base: f.Given
    policies: Annotated[
        tuple[Any, ...],
        asked(
            "One or more scenarios to set beside it.",
            metavar="POLICIES...",
            is_argument=True,
            is_repeated=True,
        ),
    ]
    runs: f.Runs = 20
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    borough: f.BoroughName = None
    borough_data: f.BoroughData = None
    structure: f.Structures = None
    bid_trigger: f.BidTriggers = None
    shapley: Annotated[
        bool,
        asked(
            "Split each difference by lever (up to five), with interaction and time to act: 2 to "
            "the power of levers as many runs."
        ),
    ] = False
    null_test: Annotated[
        bool,
        asked(
            "Check that policies that should do nothing change nothing, bit for bit; exit 1 if "
            "they do."
        ),
    ] = False
    measure_pairing: Annotated[
        bool,
        asked(f"Measure after one year what shared luck is worth ({PAIRING_RUNS} runs or more)."),
    ] = False


def work(asked: Compare, desk: Desk) -> Answer:
    """Run base and policies with the same luck, under one structure or under each named."""
    given = (asked.base, *asked.policies)
    planned = f.plans(given, asked.overrides, asked.borough_data)
    unit = f.unit_of(asked.borough)
    f.refuse_other_starts(planned)
    refuse_namesakes(planned)
    pairs = f.rival_pairs(planned[0], asked.structure, asked.bid_trigger, asked.overrides)
    if len(pairs) == 1:
        # Only what is named changes: a policy keeps its own other half of the structure.
        planned = [f.with_halves(one, asked.structure, asked.bid_trigger) for one in planned]
    wanted = Wanted(asked.shapley, asked.null_test, asked.measure_pairing)
    wanted.check(planned, len(pairs))
    if len(pairs) > 1:
        return answer_of(*answered(planned, pairs, asked, desk), unit, asked.overrides)
    return _compared(planned, asked, wanted, unit, desk)


def _compared(
    planned: Sequence[Scenario], asked: Compare, wanted: Wanted, unit: str, desk: Desk
) -> Answer:
    desk.refuse_foreign()
    folders = desk.claim_results({one.name: one for one in planned}, asked)
    records, books = Records(), [Books(unit) for _ in planned]
    each: list[Callable[[RunRecord], None]] = [one.add for one in books]
    if wanted.null_test:
        each[0] = _both(records.keep, books[0].add)
    ensembles = [
        desk.ensemble(one, asked, folders[one.name], keep)
        for one, keep in zip(planned, each, strict=True)
    ]
    extras = more.extras_of(wanted, ensembles, records, unit, desk=desk)
    base, policies = ensembles[0], ensembles[1:]
    found = {one.scenario.name: compared(base, one, unit) for one in policies}
    both = f"\nBoth with {', '.join(asked.overrides)}" if asked.overrides else ""
    tables, common = comparison_tables([(base, one, both) for one in policies], unit)
    spent = {
        one.scenario.name: spending(books[0], kept)
        for one, kept in zip(policies, books[1:], strict=True)
    }
    rows = results.difference_rows(base.scenario.name, unit, found)
    names = ", ".join(one.scenario.name for one in policies)
    return Answer(
        about=f"{base.scenario.name} with {names}, {size(base)}",
        values=comparison_as_json(ensembles, found, unit, (), asked.overrides)
        | {"spending": spending_as_json(spent, unit)}
        | more.extras_as_json(extras),
        printed=[
            *tables,
            *(printed_spending(base, one, spent[one.scenario.name], unit) for one in policies),
            *more.printed_extras(extras, base),
        ],
        findings=more.null_sentences(extras, base),
        notes=[MEANS, *common],
        tables=[
            Table.of("differences", results.DIFFERENCE_COLUMNS, rows),
            *_tables_of_money(ensembles, books, spent, unit),
            *more.tables_of(extras, base),
        ],
        charts=_charts(ensembles, unit, extras),
        results={one.scenario.name: one for one in ensembles},
        failed=extras.failed,
        found=ensembles,
    )


def _tables_of_money(
    ensembles: Sequence[Ensemble],
    books: Sequence[Books],
    spent: Mapping[str, Spending],
    unit: str,
) -> list[Table]:
    """Return what is spent in the unit, and what every employer pays at the censuses."""
    base = ensembles[0].scenario.name
    lines = [row for name, one in spent.items() for row in spending_rows(base, name, unit, one)]
    pairs = zip(ensembles, books, strict=True)
    every = [row for ensemble, kept in pairs for row in kept.rows(ensemble)]
    return [
        Table.of(SPENDING_TABLE, SPENDING_COLUMNS, lines),
        Table.of(MONEY_TABLE, MONEY_COLUMNS, every),
    ]


def _both(
    one: Callable[[RunRecord], None], other: Callable[[RunRecord], None]
) -> Callable[[RunRecord], None]:
    """Return what shows a run's record to two that keep of it."""

    def each(record: RunRecord) -> None:
        one(record)
        other(record)

    return each


def _charts(ensembles: Sequence[Ensemble], unit: str, extras: Extras) -> list[Chart]:
    base, found = ensembles[0], more.charts_of(extras, ensembles)
    for policy in ensembles[1:]:
        folder = f"{base.scenario.name}-and-{policy.scenario.name}"
        found += pictures_of([base, policy], folder, unit)
    return found


STUDY = Study(
    name="compare",
    says=QUESTIONS["compare"],
    request=Compare,
    work=work,
    example="permanence compare no-cap package-to-90 --shapley",
)
