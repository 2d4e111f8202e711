"""`permanence verify`: a result run again from its manifest, and held against what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.answers.reading import Told, find_result
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.interfaces.cli.typed import asked_by
from sim.interfaces.report import manifest as report_manifest
from sim.studies.study import Desk
from sim.studies.verify.method.again import Rerun, run_again, with_draws
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.words.json_text import print_json
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
    desk = Desk(
        jobs=jobs or processors(),
        progress_of=lambda told: progress_bar(told, desk.jobs, quiet=quiet),
    )
    _tell(verdict_of(what, parameters, desk), as_json)


def verdict_of(what: Path, draws: Draws | None, desk: Desk) -> Verdict:
    """Return what verification finds of a report or a result's folder.

    Args:
        draws: the posterior's file it was drawn from, if it was drawn from one.

    Raises:
        StoreError: it is neither, or its manifest was altered.
    """
    if what.is_dir():
        return _of_folder(what, draws, desk)
    if what.is_file():
        return _of_page(what, draws, desk)
    raise StoreError(f"{what}: is not there; allowed: a report or the folder of a result")


def _of_folder(what: Path, draws: Draws | None, desk: Desk) -> Verdict:
    from sim.interfaces.report import (
        verdicts,  # it draws: plotting is loaded only when it is needed
    )

    found = find_result(what)
    verdict = verdicts.of_version(found.told)
    if verdict is not None:
        return verdict
    told = [with_draws(one, draws) for one in found.told]
    return verdicts.of_folder(found, _again(told, [], desk), asked_by(told))


def _of_page(what: Path, draws: Draws | None, desk: Desk) -> Verdict:
    from sim.interfaces.report import verdicts

    page = report_manifest.read_page(what)
    manifest = report_manifest.manifest_in(page, str(what))
    told = report_manifest.told_by(manifest, str(what))
    verdict = verdicts.of_version(told)
    if verdict is not None:
        return verdict
    told = [with_draws(one, draws) for one in told]
    kept = [(one["run_digests"], int(one["runs_per_digest"])) for one in manifest["results"]]
    reruns = _again(told, kept, desk)
    return verdicts.of_report(manifest, page, told, reruns, asked_by(told))


def _again(
    told: Sequence[Told], kept: Sequence[tuple[Sequence[str], int]], desk: Desk
) -> list[Rerun]:
    """Run every result again; `kept` has digests and block size of each, without a folder."""
    reruns = []
    with desk.at_work(min(desk.jobs, max(one.runs for one in told)), None):
        for place, one in enumerate(told):
            digests, block = kept[place] if kept else ((), 1)
            with desk.progress(f"again: {one.scenario.name}") as progress:
                reruns.append(run_again(one, digests, block, pool=desk.pool, progress=progress))
    return reruns


def _tell(verdict: Verdict, as_json: bool) -> None:
    if as_json:
        print_json(verdict.as_json())
    else:
        for line in verdict.lines():
            typer.echo("\n".join(wrapped(line, hanging="  ")))
    if not verdict.outcome.is_sound:
        raise typer.Exit(1)
