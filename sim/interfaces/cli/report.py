"""`permanence report`: a result as one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Any, NamedTuple

import typer

from sim.answers.reading import (
    ReadEnsemble,
    SavedResult,
    find_result,
    read_ensemble,
    refuse_other_stamp,
)
from sim.answers.results import DIFFERENCES
from sim.domain.borough_figures import STARTS_FROM_OWN
from sim.ensemble.files import StoreError, write_atomically
from sim.interfaces.cli.explorer import EXPLORER_NAME, is_explorer, write_explorer
from sim.interfaces.report import finding as report_finding
from sim.interfaces.report import manifest as report_manifest
from sim.interfaces.report.answer import answer_page
from sim.studies.compare.extras import SPLIT_FILE
from sim.studies.fields import unit_of
from sim.studies.saved import content_of, is_saved
from sim.studies.study import Desk
from sim.studies.verify.method.kept import key_numbers
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.words.captions import listed
from sim.words.json_text import print_json
from sim.words.tables import TIED, wrapped

PAGE_ENDING = ".html"
OF_RUNS = ("run", "compare")
"""Questions whose folders get the report with every chart, number and ground."""
MOST_PAGE_BYTES = 1_500_000
DEFAULT_NAME = f"report{PAGE_ENDING}"
ResultFolder = Annotated[
    Path,
    typer.Argument(metavar="RESULT", help="A folder that `run --out` or `compare --out` made."),
]


def report(
    result: ResultFolder,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"The file to write (default: RESULT/{DEFAULT_NAME})."),
    ] = None,
    borough: o.BoroughOption = None,
    explorer: Annotated[
        bool,
        typer.Option(
            "--explorer",
            help="Write the workshop page around this result instead, for use without a server; "
            f"--out is by default RESULT/{EXPLORER_NAME}.",
        ),
    ] = False,
    own_figures: Annotated[
        bool,
        typer.Option(
            "--own-figures",
            help="Write it although a council's own figures are in it, for whoever reads it.",
        ),
    ] = False,
    jobs: o.Jobs = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Write a result as one HTML file that opens offline, prints to PDF and can be verified.

    With --explorer the file is the workshop page: the result, the story in five steps, and four
    levers of five levels each by the borough twin, which the page says are estimates.

    Example: permanence report results/cap --out cap.html
    """
    desk = Desk(
        jobs=jobs or processors(),
        progress_of=lambda told: progress_bar(told, desk.jobs, quiet=quiet),
    )
    refuse_own_figures(result, asked=own_figures)
    _tell(written(result, out, borough, explorer=explorer, desk=desk), as_json)


def refuse_own_figures(result: Path, *, asked: bool) -> None:
    """Say what a page would give away of a council, unless it was asked for.

    Raises:
        StoreError: the result was made with own figures, and nobody asked for them.
    """
    if asked or not is_saved(result):
        return
    notes = content_of(result)["notes"]
    told = [str(note) for note in notes if STARTS_FROM_OWN in str(note)]
    if told:
        whose = listed([note.partition(f" {STARTS_FROM_OWN}")[0] for note in told])
        raise StoreError(
            f"{result}: was made with own figures of {whose}, and the page would contain them: "
            "give --own-figures (own_figures=True) to write it all the same"
        )


class Written(NamedTuple):
    """A page that was written: the file, what `--json` says of it, and its finding."""

    path: Path
    values: Mapping[str, Any]
    finding: Sequence[str] = ()
    is_explorer: bool = False


def written(
    result: Path, out: Path | None, borough: str | None, *, explorer: bool, desk: Desk
) -> Written:
    """Write the page of a result.

    Raises:
        StoreError: no result lies there, or the file cannot be written.
    """
    if is_saved(result) and not _is_of_runs(result) and not explorer:
        return _of_answer(result, out)
    found = find_result(result, SPLIT_FILE)
    refuse_other_stamp(found, str(result))
    if explorer:
        _refuse_mixture(found, result)
    unit = found.unit if borough is None else unit_of(borough)
    path = result / (EXPLORER_NAME if explorer else DEFAULT_NAME) if out is None else out
    _refuse_file(path, is_ours=is_explorer if explorer else None)
    jobs = desk.jobs
    read = _read(found, desk)
    if explorer:
        told = write_explorer([one.ensemble for one in read], unit, path, desk, jobs)
        return Written(path, told, is_explorer=True)
    return _of_runs(result, found, read, unit, path)


def _of_runs(
    result: Path, found: SavedResult, read: Sequence[ReadEnsemble], unit: str, path: Path
) -> Written:
    """Write the report of runs: every chart, number and ground."""
    from sim.interfaces.report import (
        page as pages,  # plotting is loaded only when something is drawn
    )

    ensembles = [one.ensemble for one in read]
    manifest = report_manifest.manifest_of(found, read, unit)
    content = pages.page(ensembles, manifest).encode("utf-8")
    if len(content) > MOST_PAGE_BYTES:
        raise StoreError(
            f"{result}: its report would be {len(content) / 1e6:.1f} MB, allowed: "
            f"{MOST_PAGE_BYTES / 1e6:g} MB; compare fewer policies at a time"
        )
    _write(path, content)
    told = report_finding.finding(ensembles, unit)
    values = {
        "file": str(path),
        "bytes": len(content),
        "digest": manifest["digest"],
        "unit": unit,
        "finding": told,
        "notes": report_finding.all_notes(ensembles, unit),
        "key_numbers": key_numbers(ensembles, unit),
    }
    return Written(path, values, told)


def _of_answer(result: Path, out: Path | None) -> Written:
    """Write the page of an answer to a question."""
    path = result / DEFAULT_NAME if out is None else out
    _refuse_file(path, is_ours=None)
    content = answer_page(result).encode("utf-8")
    _write(path, content)
    return Written(path, {"file": str(path), "bytes": len(content)})


def _tell(page: Written, as_json: bool) -> None:
    if as_json:
        print_json(page.values)
        return
    size = page.values["bytes"]
    if page.is_explorer:
        typer.echo(f"{page.path}: {size / 1e6:.2f} MB; opens in a browser, asks nobody.")
        return
    for sentence in page.finding:
        typer.echo("\n".join(wrapped(sentence.replace(" %", f"{TIED}%"))).replace(TIED, " "))
    if page.finding:
        typer.echo()
    typer.echo(f"Saved: {page.path} ({size / 1e3:.0f} kB)")


def _is_of_runs(folder: Path) -> bool:
    """Return whether the folder is a result of `run` or `compare`, whose page shows more."""
    content = content_of(folder)
    has_result = "" in content.get("results", ()) or Path(DIFFERENCES).stem in content["tables"]
    return has_result and content["study"] in OF_RUNS


def _refuse_mixture(found: SavedResult, result: Path) -> None:
    """Refuse a page in which old runs would stand beside runs of this code."""
    if any(one.only_shown for one in found.told):
        raise StoreError(
            f"{result}: was made by permanence {found.told[0].content.get('package')}; the "
            "workshop page runs the model beside it: repeat the command that made it"
        )


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, partial(_put, content))


def _put(content: bytes, stream: IO[bytes]) -> None:
    stream.write(content)


def _refuse_file(path: Path, is_ours: Callable[[Path], bool] | None = None) -> None:
    """Refuse to write over anything that is not a report of ours, before anything is read.

    Args:
        path: the file to write.
        is_ours: says whether a file may be replaced, if it is another kind of page.
    """
    if path.suffix.lower() != PAGE_ENDING:
        raise StoreError(f"--out {path}: allowed: a file that ends in {PAGE_ENDING}")
    if path.is_dir():
        raise StoreError(f"--out {path}: is a folder, where a file is expected")
    above = next((one for one in path.absolute().parents if one.exists()), None)
    if above is not None and not above.is_dir():
        raise StoreError(f"--out {path}: {above} is a file, where a folder is expected")
    if is_ours is not None:
        if path.exists() and not is_ours(path):
            raise StoreError(
                f"--out {path}: already exists and is not a workshop page; name a new file"
            )
    elif path.exists():
        try:
            report_manifest.manifest_in(report_manifest.read_page(path), str(path))
        except StoreError:
            raise StoreError(
                f"--out {path}: already exists and is not a report; name a new file"
            ) from None


def _read(found: SavedResult, desk: Desk) -> list[ReadEnsemble]:
    read = []
    with desk.at_work(1, None):
        for one in found.told:
            with desk.progress(f"reading {one.scenario.name}") as progress:
                read.append(read_ensemble(one, progress))
    return read
