"""`permanence verify`: a result run again from its manifest, and held against what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.answers.reading import Told, find_result
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.ensemble.workers import workers
from sim.interfaces.cli.typed import asked_by
from sim.interfaces.report import manifest as report_manifest
from sim.studies.verify.method.again import Rerun, run_again, with_draws
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.words.result_tables import print_json
from sim.words.tables import wrapped

if TYPE_CHECKING:
    from sim.interfaces.report.verdicts import Verdict


def verify(
    what: Annotated[
        Path,
        typer.Argument(
            metavar="REPORT|RESULT", help="A file that `report` wrote, or a result's folder."
        ),
    ],
    jobs: o.Jobs = None,
    parameters: Annotated[
        Draws | None,
        typer.Option(
            "--parameters",
            parser=o.draws_named,
            metavar="FILE",
            help="The posterior's file that a result was drawn from, if there was one.",
        ),
    ] = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Run a result again from its manifest, and say whether it is identical.

    Exit code 0: identical, or equal to 1e-9 on another machine; what was not compared is said.
    1: different, the first difference is named; or charts that another matplotlib drew. 2: not a
    report or a result, or its manifest was altered.

    Example: permanence verify cap.html
    """
    if what.is_dir():
        _verify_folder(what, jobs, parameters, as_json, quiet)
    elif what.is_file():
        _verify_page(what, jobs, parameters, as_json, quiet)
    else:
        raise StoreError(f"{what}: is not there; allowed: a report or the folder of a result")


def _verify_folder(
    what: Path, jobs: int | None, draws: Draws | None, as_json: bool, quiet: bool
) -> None:
    from sim.interfaces.report import (
        verdicts,  # it draws: plotting is loaded only when it is needed
    )

    found = find_result(what)
    verdict = verdicts.of_version(found.told)
    if verdict is None:
        told = [with_draws(one, draws) for one in found.told]
        verdict = verdicts.of_folder(found, _again(told, [], jobs, quiet), asked_by(told))
    _tell(verdict, as_json)


def _verify_page(
    what: Path, jobs: int | None, draws: Draws | None, as_json: bool, quiet: bool
) -> None:
    from sim.interfaces.report import verdicts

    page = report_manifest.read_page(what)
    manifest = report_manifest.manifest_in(page, str(what))
    told = report_manifest.told_by(manifest, str(what))
    verdict = verdicts.of_version(told)
    if verdict is None:
        told = [with_draws(one, draws) for one in told]
        kept = [(one["run_digests"], int(one["runs_per_digest"])) for one in manifest["results"]]
        reruns = _again(told, kept, jobs, quiet)
        verdict = verdicts.of_report(manifest, page, told, reruns, asked_by(told))
    _tell(verdict, as_json)


def _again(
    told: Sequence[Told],
    kept: Sequence[tuple[Sequence[str], int]],
    jobs: int | None,
    quiet: bool,
) -> list[Rerun]:
    """Run every result again; `kept` has digests and block size of each, without a folder."""
    reruns = []
    jobs = min(jobs or processors(), max(one.runs for one in told))
    with workers(jobs) as pool:
        for place, one in enumerate(told):
            digests, block = kept[place] if kept else ((), 1)
            with progress_bar(f"again: {one.scenario.name}", jobs, quiet=quiet) as progress:
                reruns.append(run_again(one, digests, block, pool=pool, progress=progress))
    return reruns


def _tell(verdict: Verdict, as_json: bool) -> None:
    if as_json:
        print_json(verdict.as_json())
    else:
        for line in verdict.lines():
            typer.echo("\n".join(wrapped(line, hanging="  ")))
    if not verdict.outcome.is_sound:
        raise typer.Exit(1)
