"""`permanence run` and `compare`: ensembles, side by side, in tables and charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from sim.answers.comparison import compared
from sim.ensemble.draws import Draws
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
from sim.studies.compare.method.null_test import Records
from sim.studies.run.command.structures import Asked, under_all
from sim.studies.run.command.variance import ExplainVariance, explained_as_json, print_explained
from sim.studies.run.method import explained
from sim.terminal import options as o
from sim.terminal.progress import processors
from sim.terminal.result_folders import (
    ensemble_of,
    forget,
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
        return [] if out is None else save_run(ensemble, out, unit)

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
    _compare(planned, asked, wanted)


def _compare(planned: Sequence[Scenario], asked: Asked, wanted: Wanted) -> None:
    """Run scenarios side by side under one structure; print and save what is asked."""
    out, unit, quiet = asked.out, asked.unit, asked.quiet
    if out is not None:
        refuse_foreign(out)
    folders = [None if out is None else out / scenario.name for scenario in planned]
    places = {f: s for f, s in zip(folders, planned, strict=True) if f is not None}
    prepare(places, asked.seed, asked.years, asked.draws)
    records = Records()
    of_base = records.keep if wanted.null_test else forget
    with workers(asked.jobs) as pool:
        ensembles = [
            ensemble_of(
                scenario, asked.runs, asked.seed, asked.years, asked.draws, pool, asked.jobs,
                folder, quiet, of_base if place == 0 else forget,
            )
            for place, (scenario, folder) in enumerate(zip(planned, folders, strict=True))
        ]  # fmt: skip
        extras = extras_of(
            wanted, ensembles, records, unit, pool=pool, jobs=asked.jobs, quiet=quiet
        )
    found = {e.scenario.name: compared(ensembles[0], e, unit) for e in ensembles[1:]}

    def show() -> None:
        both = f"\nBoth with {', '.join(asked.sets)}" if asked.sets else ""
        print_comparisons([(ensembles[0], policy, both) for policy in ensembles[1:]], unit)
        print_extras(extras, ensembles[0])

    def content(files: Files) -> Any:
        answer = comparison_as_json(ensembles, found, unit, files, asked.sets)
        return answer | extras_as_json(extras)

    def save() -> Files:
        if out is None:
            return []
        saved = save_comparison(ensembles, found, out, unit)
        return [*saved, *save_extras(extras, ensembles, out)]

    tell(show, content, save, as_json=asked.as_json)
    if extras.failed:
        raise typer.Exit(1)
