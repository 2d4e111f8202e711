"""`permanence calibrate`: which parameters bring each rival structure close to the record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from sim.answers.structures import pairs
from sim.domain.posterior import FEWEST_DRAWS
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.run import part_of
from sim.ensemble.workers import workers
from sim.studies.calibrate import words
from sim.studies.calibrate.method import confirm
from sim.studies.calibrate.method import files as files_of
from sim.studies.calibrate.method.calibrate import (
    OWN,
    PRIOR_DRAWS,
    SAMPLED,
    SETTINGS,
    Calibration,
    calibrate,
)
from sim.studies.calibrate.method.confirm import Found
from sim.studies.calibrate.method.files import Plan, folder_of
from sim.studies.calibrate.method.targets import FIRST_YEAR, LAST_YEAR, target_list, targets
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.words.captions import pair_name
from sim.words.result_tables import print_files, print_json
from sim.words.tables import print_notes, print_table

DEFAULT_FOLDER = Path("results/calibration")
DEFAULT_DRAWS, DEFAULT_CHECK_RUNS = 250, 40
FEWEST_PRIOR_DRAWS, SMALLEST_POPULATION, MOST_DRAWS = 64, 20, 1_000_000
MOST_TOGETHER = 5

Draws_ = Annotated[
    int,
    typer.Option(
        "--draws",
        parser=o.whole(FEWEST_DRAWS, MOST_DRAWS),
        metavar="N",
        help="Draws of each structure to write into posterior.csv.",
    ),
]
Population = Annotated[
    int,
    typer.Option(
        parser=o.whole(SMALLEST_POPULATION, MOST_DRAWS),
        metavar="N",
        help="Draws the search moves about at a time.",
    ),
]
PriorDraws = Annotated[
    int,
    typer.Option(
        parser=o.whole(FEWEST_PRIOR_DRAWS, MOST_DRAWS),
        metavar="N",
        help="Draws of the prior to check and cut before the search.",
    ),
]
MostSimulations = Annotated[
    int,
    typer.Option(
        parser=o.whole(FEWEST_PRIOR_DRAWS),
        metavar="N",
        help="Give the search of a structure up after so many runs of the twin.",
    ),
]
CheckRuns = Annotated[
    int,
    typer.Option(
        parser=o.whole(0, o.MOST_RUNS),
        metavar="N",
        help="Runs of the agent model for each structure that confirm the twin; 0 for none.",
    ),
]


def calibrate_command(
    structure: o.StructureOption = None,
    bid_trigger: o.BidTriggerOption = None,
    seed: o.Seed = 1,
    jobs: o.Jobs = None,
    population: Population = SETTINGS.population,
    prior_draws: PriorDraws = PRIOR_DRAWS,
    most_simulations: MostSimulations = SETTINGS.most_simulations,
    draws: Draws_ = DEFAULT_DRAWS,
    check_runs: CheckRuns = DEFAULT_CHECK_RUNS,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder for steps and tables; goes on from it.")
    ] = DEFAULT_FOLDER,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Fit every rival structure to London's record of 2017-2021: half an hour on two processors.

    The prior is checked against the record and cut, a fast twin of the boroughs is searched, and
    the agent model confirms it. Stop it when you like: the same command goes on.

    Example: permanence calibrate --structure budget --bid-trigger unfilled --out results/budget
    """
    plan = Plan(
        pairs=tuple(pairs(structure or tuple(HiringStructure), bid_trigger or tuple(BidTrigger))),
        seed=seed,
        settings=replace(SETTINGS, population=population, most_simulations=most_simulations),
        prior_draws=prior_draws,
        draws=draws,
        check_runs=check_runs,
    )
    files_of.open_folder(out, plan)
    jobs = jobs or processors()
    with workers(jobs, own=files_of.OWN_CODE) as pool:
        searched = _search(plan, out, pool, jobs, quiet=quiet)
        drawn = [confirm.posterior_draws(one, draws, seed) for one in searched]
        table = files_of.write_posterior(out, list(zip(plan.pairs, drawn, strict=True)))
        found = _confirmed(plan, out, table, searched, drawn, pool, jobs, quiet=quiet)
    tables = [table, *files_of.write_tables(out, plan, found)]
    files_of.write_manifest(out, plan, complete=True)
    noted = words.notes(found, check_runs)
    if as_json:
        print_json(_as_json(plan, found, noted, tables))
        return
    _print(found)
    print_notes(noted)
    print_files(tables)


def _search(
    plan: Plan, out: Path, pool: Executor | None, jobs: int, *, quiet: bool
) -> list[Calibration]:
    most, found = plan.settings.most_simulations, []
    with progress_bar("search, at most", jobs, quiet=quiet) as progress:
        for place, pair in enumerate(plan.pairs):
            one = calibrate(
                pair,
                targets(),
                seed=plan.seed,
                settings=plan.settings,
                prior_draws=plan.prior_draws,
                folder=folder_of(out, pair),
                pool=pool,
                progress=part_of(progress, place * most, len(plan.pairs) * most),
            )
            found.append(one)
    return found


def _confirmed(
    plan: Plan,
    out: Path,
    table: Path,
    searched: Sequence[Calibration],
    drawn: Sequence[FloatArray],
    pool: Executor | None,
    jobs: int,
    *,
    quiet: bool,
) -> list[Found]:
    posterior, runs, found = Draws.named(str(table)), plan.check_runs, []
    with progress_bar("agent model", jobs, quiet=quiet) as progress:
        for place, (one, draws) in enumerate(zip(searched, drawn, strict=True)):
            agents = np.empty((0, len(one.targets.names)))
            if runs:
                agents = confirm.run_by_the_agents(
                    one.pair,
                    posterior,
                    runs=runs,
                    seed=plan.seed,
                    folder=folder_of(out, one.pair),
                    pool=pool,
                    progress=part_of(progress, place * runs, len(searched) * runs),
                )
            twin = confirm.run_by_the_twin(one.pair, draws, plan.seed)
            found.append(Found(one, draws, twin, agents))
    return found


# Tables


def _print(found: Sequence[Found]) -> None:
    _print_search(found)
    if len(found) == 1:
        typer.echo()
        _print_generations(found[0])
    typer.echo()
    _print_targets(found)
    _print_parameters(found)


def _print_search(found: Sequence[Found]) -> None:
    searches, distances = [], []
    for one in found:
        calibration, last = one.calibration, one.calibration.posterior
        checks = one.prior_checks
        searches.append(
            (
                pair_name(one.pair),
                f"{sum(check.inside for check in checks)} of {len(checks)}",
                f"{100 * calibration.match.volume_left:.1f} %",
                str(len(calibration.sampled.generations)),
                words.tolerance(last.tolerance),
                f"{100 * last.acceptance_share:.0f} %",
                f"{calibration.sampled.simulations:,}",
            )
        )
        distances.append(
            (
                pair_name(one.pair),
                *_distance(one.twin, calibration),
                *(_distance(one.agents, calibration) if one.agents_were_run else ("-", "-")),
                f"{last.distinct} of {len(last.draws)}",
            )
        )
    print_table(
        f"The search, structure by structure: record of {FIRST_YEAR}-{LAST_YEAR}",
        ("hiring, bids on", "targets\nin prior", "volume\nleft", "gene-\nrations", "toler-\nance",
         "accepted", "runs of\nthe twin"),
        searches,
    )  # fmt: skip
    typer.echo()
    print_table(
        "How close the draws come: distance from the record, in tolerances",
        ("hiring, bids on", "twin", "90 %", "agents", "90 %", "distinct\ndraws"),
        distances,
    )


def _distance(summarised: FloatArray, calibration: Calibration) -> tuple[str, str]:
    low, middle, high = confirm.typical_distances(summarised, calibration.targets)
    return f"{middle:.2f}", f"{low:.2f} to {high:.2f}"


def _print_generations(found: Found) -> None:
    rows = [
        (
            str(number),
            words.tolerance(one.tolerance),
            f"{100 * one.acceptance_share:.0f} %",
            f"{one.simulations:,}",
            f"{one.distinct} of {len(one.draws)}",
        )
        for number, one in enumerate(found.calibration.sampled.generations)
    ]
    print_table(
        "Generations of the search; the first is what the cut left of the prior",
        ("", "tolerance", "accepted", "runs of the twin", "distinct draws"),
        rows,
    )


def _print_targets(found: Sequence[Found]) -> None:
    fits = confirm.target_fits(
        np.concatenate([one.twin for one in found]), np.concatenate([one.agents for one in found])
    )
    rows = [
        (
            words.TARGET_LABELS[target.name],
            words.in_unit(target.observed, target.unit),
            words.in_unit(target.tolerance, target.unit, sign="±"),
            words.in_unit(twin[1], target.unit),
            words.band(twin[0], twin[2], target.unit),
            "-" if agents is None else words.in_unit(agents[1], target.unit),
        )
        for target, twin, agents in fits
    ]
    print_table(
        f"Targets{_over(found)}: the record, its tolerance, the posterior by the twin, and the "
        "agent model's median\nShares in %; between boroughs and yearly changes: standard "
        "deviations; years apart: correlations",
        ("", "record", "", "twin", "90 %", "agents"),
        rows,
        tight=True,
    )


def _over(found: Sequence[Found]) -> str:
    return f" over {len(found)} structures" if len(found) > 1 else ""


def _print_parameters(found: Sequence[Found]) -> None:
    names, draws = _pooled(found)
    fits = confirm.parameter_fits(names, draws)
    over = _over(found)
    titles = {
        (True, False): f"Parameters{over} that the record narrows",
        (False, True): f"Parameters{over} that are themselves targets: not learned, but given",
        (False, False): words.unidentified_title(several=len(found) > 1),
    }
    for kind, title in titles.items():
        rows = [
            (
                words.parameter_label(fit.name),
                f"{words.figure(fit.prior[0])} to {words.figure(fit.prior[1])}",
                *map(words.figure, fit.posterior),
                words.narrowed(fit),
            )
            for fit in fits
            if (fit.is_identified, fit.is_target) == kind
        ]
        if rows:
            typer.echo()
            print_table(title, ("", "prior", "5 %", "50 %", "95 %", "narrower"), rows, tight=True)
    if len(found) == 1:
        strongest = confirm.correlations(names, draws)[:MOST_TOGETHER]
        prior = words.missed_by_the_prior(found[0].prior_checks, target_list())
        print_notes([prior, words.together(strongest)])
    else:
        print_notes(["Each structure's own tables are in the files below."])


def _pooled(found: Sequence[Found]) -> tuple[tuple[str, ...], FloatArray]:
    """Return all structures' draws in one table, NaN where a structure lacks a parameter."""
    present = {name for one in found for name in one.calibration.bounds.names}
    names = tuple(name for name in (*SAMPLED, *OWN.values()) if name in present)
    parts = []
    for one in found:
        part = np.full((len(one.draws), len(names)), np.nan)
        part[:, [names.index(name) for name in one.calibration.bounds.names]] = one.draws
        parts.append(part)
    return names, np.concatenate(parts)


def _as_json(
    plan: Plan, found: Sequence[Found], noted: Sequence[str], tables: Sequence[Path]
) -> dict[str, Any]:
    return {
        **plan.decides(),
        "files": [str(path) for path in tables],
        "notes": list(noted),
        "calibrations": [_one_as_json(one) for one in found],
    }


def _one_as_json(found: Found) -> dict[str, Any]:
    calibration = found.calibration
    names = calibration.bounds.names
    return {
        "hiring": found.pair.hiring,
        "bid_trigger": found.pair.bid_trigger,
        "volume_left": calibration.match.volume_left,
        "cut_bound": calibration.match.bound,
        "stopped": calibration.sampled.stopped,
        "simulations": calibration.sampled.simulations,
        "generations": [
            {
                "tolerance": one.tolerance if math.isfinite(one.tolerance) else None,
                "acceptance_share": one.acceptance_share,
                "simulations": one.simulations,
                "distinct_draws": one.distinct,
            }
            for one in calibration.sampled.generations
        ],
        "twin_distance": confirm.typical_distances(found.twin, calibration.targets),
        "agent_distance": confirm.typical_distances(found.agents, calibration.targets)
        if found.agents_were_run
        else None,
        "prior_check": [vars(one) for one in found.prior_checks],
        "targets": [
            {**vars(target), "twin": twin, "agents": agents}
            for target, twin, agents in confirm.target_fits(found.twin, found.agents)
        ],
        "parameters": [
            {
                "parameter": fit.name,
                "meaning": words.parameter_meaning(fit.name),
                "prior": fit.prior,
                "posterior": fit.posterior,
                "narrower_share": fit.narrower,
                "identified": fit.is_identified,
                "is_target": fit.is_target,
            }
            for fit in confirm.parameter_fits(names, found.draws)
        ],
        "correlations": [
            one._asdict() for one in confirm.correlations(names, found.draws)[:MOST_TOGETHER]
        ],
    }
