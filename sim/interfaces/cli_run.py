"""`permanence run` and `compare`: ensembles, side by side, in tables and charts."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.experiments.compare import compared
from sim.experiments.draws import Draws
from sim.experiments.run import workers
from sim.interfaces import options as o
from sim.interfaces.cli_structures import Asked, under_all
from sim.interfaces.progress import processors
from sim.interfaces.result_folders import (
    ensemble_of,
    prepare,
    refuse_foreign,
    refuse_namesakes,
    save_comparison,
    save_run,
)
from sim.interfaces.result_tables import (
    comparison_as_json,
    print_comparisons,
    print_files,
    print_json,
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
        jobs = min(jobs or processors(), runs)
        asked = Asked(runs, seed, years, parameters, jobs, unit, out, sets or (), as_json, quiet)
        under_all([planned], pairs, asked)
        return
    planned = o.with_halves(planned, structure, bid_trigger)
    if out is not None:
        prepare({out: planned}, seed, years, parameters)
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool:
        ensemble = ensemble_of(planned, runs, seed, years, parameters, pool, jobs, out, quiet)
    files = [] if out is None else save_run(ensemble, out, unit)
    if as_json:
        print_json(run_as_json(ensemble, unit, files, sets or ()))
    else:
        print_run(ensemble, unit, files, sets or ())


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
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Compare scenarios run by run: old value, new value, difference with its 80 % interval.

    Each --set applies to every scenario, the first included. To change one of them alone, write
    a file that extends it.

    Example: permanence compare no-cap pan-london-cap --borough Bexley
    """
    planned = o.planned([base, *policies], sets, borough_data)
    unit = o.unit_of(borough)
    o.refuse_other_starts(planned)
    refuse_namesakes(planned)
    pairs = o.rival_pairs(planned[0], structure, bid_trigger, sets)
    if len(pairs) > 1:
        jobs = min(jobs or processors(), runs)
        asked = Asked(runs, seed, years, parameters, jobs, unit, out, sets or (), as_json, quiet)
        under_all(planned, pairs, asked)
        return
    # Only what is named changes: a policy keeps its own other half of the structure.
    planned = [o.with_halves(one, structure, bid_trigger) for one in planned]
    if out is not None:
        refuse_foreign(out)
    folders = [None if out is None else out / scenario.name for scenario in planned]
    places = {f: s for f, s in zip(folders, planned, strict=True) if f is not None}
    prepare(places, seed, years, parameters)
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool:
        ensembles = [
            ensemble_of(scenario, runs, seed, years, parameters, pool, jobs, folder, quiet)
            for scenario, folder in zip(planned, folders, strict=True)
        ]
    found = {e.scenario.name: compared(ensembles[0], e, unit) for e in ensembles[1:]}
    files = [] if out is None else save_comparison(ensembles, found, out, unit)
    if as_json:
        print_json(comparison_as_json(ensembles, found, unit, files, sets or ()))
        return
    both = f"\nBoth with {', '.join(sets)}" if sets else ""
    print_comparisons([(ensembles[0], policy, both) for policy in ensembles[1:]], unit)
    print_files(files)
