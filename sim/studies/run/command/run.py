"""`permanence run` and `compare`: ensembles, side by side, in tables and charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from sim.answers.comparison import compared
from sim.answers.results import Csv
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunRecord
from sim.ensemble.workers import workers
from sim.scenario import Scenario
from sim.studies.compare.command import (
    NullTestOption,
    PairingOption,
    ShapleyOption,
    Wanted,
    extras_as_json,
    extras_of,
    print_extras,
    save_extras,
)
from sim.studies.compare.work.null_test import Records
from sim.studies.money.work.money import Books
from sim.studies.run.command.spending import (
    all_spending,
    print_spending,
    save_spending,
    spending_as_json,
    spending_table,
)
from sim.studies.run.command.structures import Asked, under_all
from sim.studies.run.command.variance import ExplainVariance, explained_as_json, print_explained
from sim.studies.run.work import explained
from sim.terminal import options as o
from sim.terminal.progress import processors
from sim.terminal.result_folders import (
    ensemble_of,
    prepare,
    refuse_foreign,
    refuse_namesakes,
    save_comparison,
    save_run,
)
from sim.terminal.telling import Files, tell
from sim.words.result_tables import (
    comparison_as_json,
    print_comparisons,
    print_run,
    run_as_json,
)


def run(
    scenario: o.ScenarioName,
    runs: o.Runs = 20,
    seed: o.Seed = 1,
    years: o.Years = 10,
    jobs: o.Jobs = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    borough: o.BoroughOption = None,
    borough_data: o.BoroughData = None,
    structure: o.StructureOption = None,
    bid_trigger: o.BidTriggerOption = None,
    explain_variance: ExplainVariance = False,
    out: o.Out = None,
    csv: o.Tables = Csv.ALL,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Run an ensemble of one scenario.

    Example: permanence run baseline --runs 50 --seed 1 --out results/baseline
    """
    (planned,) = o.planned([scenario], sets, borough_data)
    unit = o.unit_of(borough)
    pairs = o.rival_pairs(planned, structure, bid_trigger, sets)
    if len(pairs) > 1:
        if explain_variance:
            raise typer.BadParameter(
                "--explain-variance: splits one ensemble's spread; allowed: without several "
                "structures side by side"
            )
        jobs = min(jobs or processors(), runs)
        asked = Asked(runs, seed, years, parameters, jobs, unit, out, sets or (), as_json, quiet)
        under_all([planned], pairs, asked)
        return
    planned = o.with_halves(planned, structure, bid_trigger)
    if out is not None:
        prepare({out: planned}, seed, years, parameters)
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool:
        settings = (planned, runs, seed, years, parameters, pool, jobs, out, quiet)
        ensemble = ensemble_of(*settings)
        again = ensemble_of(*settings, other_luck=runs) if explain_variance else None
    parts = [] if again is None else explained(ensemble, again, unit)

    def show() -> None:
        print_run(ensemble, unit, sets or ())
        if parts:
            print_explained(parts, ensemble, unit)

    def content(files: Files) -> Any:
        found = run_as_json(ensemble, unit, files, sets or ())
        return found | ({"variance": explained_as_json(parts)} if parts else {})

    def save() -> Files:
        return [] if out is None else save_run(ensemble, out, unit, csv)

    tell(show, content, save, as_json=as_json)


def compare(
    base: o.ScenarioName,
    policies: Annotated[list[str], typer.Argument(help="One or more scenarios to set beside it.")],
    runs: o.Runs = 20,
    seed: o.Seed = 1,
    years: o.Years = 10,
    jobs: o.Jobs = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    borough: o.BoroughOption = None,
    borough_data: o.BoroughData = None,
    structure: o.StructureOption = None,
    bid_trigger: o.BidTriggerOption = None,
    shapley: ShapleyOption = False,
    null_test: NullTestOption = False,
    measure_pairing: PairingOption = False,
    out: o.Out = None,
    csv: o.Tables = Csv.ALL,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Compare scenarios run by run: old, new, difference with its 80 % interval, and the pairing.

    Each --set applies to every scenario, the first included. To change one of them alone, write
    a file that extends it.

    Example: permanence compare no-cap package-to-90 --shapley
    """
    planned = o.planned([base, *policies], sets, borough_data)
    unit = o.unit_of(borough)
    o.refuse_other_starts(planned)
    refuse_namesakes(planned)
    pairs = o.rival_pairs(planned[0], structure, bid_trigger, sets)
    if len(pairs) == 1:
        # Only what is named changes: a policy keeps its own other half of the structure.
        planned = [o.with_halves(one, structure, bid_trigger) for one in planned]
    wanted = Wanted(shapley, null_test, measure_pairing)
    wanted.check(planned, len(pairs))
    jobs = min(jobs or processors(), runs)
    asked = Asked(runs, seed, years, parameters, jobs, unit, out, sets or (), as_json, quiet)
    if len(pairs) > 1:
        under_all(planned, pairs, asked)
        return
    _compare(planned, asked, wanted, csv)


def _compare(planned: Sequence[Scenario], asked: Asked, wanted: Wanted, csv: Csv) -> None:
    """Run scenarios side by side under one structure; print and save what is asked."""
    out, unit, quiet = asked.out, asked.unit, asked.quiet
    if out is not None:
        refuse_foreign(out)
    folders = [None if out is None else out / scenario.name for scenario in planned]
    places = {f: s for f, s in zip(folders, planned, strict=True) if f is not None}
    prepare(places, asked.seed, asked.years, asked.draws)
    records = Records()
    books = [Books(unit) for _ in planned]
    each: list[Callable[[RunRecord], None]] = [one.add for one in books]
    if wanted.null_test:
        each[0] = _both(records.keep, books[0].add)
    with workers(asked.jobs) as pool:
        ensembles = [
            ensemble_of(
                scenario, asked.runs, asked.seed, asked.years, asked.draws, pool, asked.jobs,
                folder, quiet, each[place],
            )
            for place, (scenario, folder) in enumerate(zip(planned, folders, strict=True))
        ]  # fmt: skip
        extras = extras_of(
            wanted, ensembles, records, unit, pool=pool, jobs=asked.jobs, quiet=quiet
        )
    found = {e.scenario.name: compared(ensembles[0], e, unit) for e in ensembles[1:]}
    spent = all_spending(ensembles, books)

    def show() -> None:
        both = f"\nBoth with {', '.join(asked.sets)}" if asked.sets else ""
        print_comparisons([(ensembles[0], policy, both) for policy in ensembles[1:]], unit)
        print_spending(ensembles, spent, unit)
        print_extras(extras, ensembles[0])

    def content(files: Files) -> Any:
        answer = comparison_as_json(ensembles, found, unit, files, asked.sets)
        return answer | {"spending": spending_as_json(spent, unit)} | extras_as_json(extras)

    def save() -> Files:
        if out is None:
            return []
        table = spending_table(ensembles[0], spent, unit)
        saved = save_comparison(ensembles, found, out, unit, csv, [table])
        saved += save_spending(out, ensembles, books, spent, unit)
        return [*saved, *save_extras(extras, ensembles, out)]

    tell(show, content, save, as_json=asked.as_json)
    if extras.failed:
        raise typer.Exit(1)


def _both(
    one: Callable[[RunRecord], None], other: Callable[[RunRecord], None]
) -> Callable[[RunRecord], None]:
    """Return what shows a run's record to two that keep of it."""

    def each(record: RunRecord) -> None:
        one(record)
        other(record)

    return each
