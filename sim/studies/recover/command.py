"""`permanence recover`: does the calibration find truths that are known?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.answers.structures import pairs
from sim.ensemble.files import StoreError
from sim.ensemble.workers import workers
from sim.studies.calibrate.method.files import OWN_CODE
from sim.studies.recover.method import files as files_of
from sim.studies.recover.method.recovery import (
    FEWEST_TRUTHS,
    HEADLINE,
    LOOSE_BOUND,
    SETTINGS,
    TRUTHS,
    Recovered,
    Recovery,
    chance_of_as_many,
    least_unevenness,
    recover,
    recoveries,
)
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.words.result_tables import print_files, print_json
from sim.words.tables import print_notes, print_table

MOST_TRUTHS = FEWEST_TRUTHS * len(pairs())
POOR_INTERVAL = 0.7
"""What share of truths an interval may hold and still seldom be found out by twenty."""
LABELS = {
    HEADLINE[0]: "net flow, permanent to agency",
    HEADLINE[1]: "sector exit",
    HEADLINE[2]: "hires per post",
}
HEADER = ("", "inside\n90 %", "width over\nprior's", "mean\nrank", "even?")


def recover_command(
    truths: Annotated[
        int,
        typer.Option(
            parser=o.whole(1, MOST_TRUTHS),
            metavar="N",
            help="Number of synthetic truths; rival structures take turns.",
        ),
    ] = TRUTHS,
    seed: o.Seed = 1,
    jobs: o.Jobs = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder where each truth is kept; goes on from it."),
    ] = None,
    write_docs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the table of the documents (CSV) there."),
    ] = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Hide parameters in synthetic Londons and see whether the calibration finds them.

    Each truth takes a minute or two on one processor. Stop it when you like: with --out the same
    command goes on.

    Example: permanence recover --truths 20 --out results/recovery
    """
    if write_docs is not None and (write_docs.is_dir() or not write_docs.parent.is_dir()):
        raise StoreError(f"--write-docs {write_docs}: allowed: a file in a folder that is there")
    known = [] if out is None else files_of.open_folder(out, seed, SETTINGS)
    jobs = jobs or processors()
    with (
        workers(jobs, own=OWN_CODE) as pool,
        progress_bar("truths, at most", jobs, quiet=quiet) as progress,
    ):
        found = recover(
            truths, seed, settings=SETTINGS, known=known, pool=pool, progress=progress,
            each=lambda one: None if out is None else files_of.keep(out, one),
        )  # fmt: skip
    files = [] if out is None else files_of.close_folder(out, found, seed, SETTINGS)
    if write_docs is not None:
        files_of.write_rows(write_docs, found)
        files.append(write_docs)
    over = recoveries([row for one in found for row in one.rows])
    noted = notes(found, over)
    if as_json:
        print_json(_as_json(found, over, noted, seed, files))
        return
    _print(over, truths)
    print_notes(noted)
    print_files(files)


def _print(over: Sequence[Recovery], truths: int) -> None:
    print_table(
        f"What must be found again, in {_counted(truths)}",
        HEADER,
        [_cells(one) for one in over if one.quantity in HEADLINE],
    )
    typer.echo()
    print_table(
        "Every sampled parameter",
        HEADER,
        [_cells(one) for one in over if one.quantity not in HEADLINE],
    )


def _cells(one: Recovery) -> tuple[str, ...]:
    mean = sum(one.ranks) / one.truths
    label = LABELS.get(one.quantity, one.quantity.replace("_", " "))
    return (
        label,
        f"{one.inside} of {one.truths}",
        f"{one.width:.2f}",
        f"{mean:.2f}",
        f"{one.flatness:.2f}",
    )


def _counted(truths: int) -> str:
    return f"{truths} synthetic truth{'' if truths == 1 else 's'}"


def notes(found: Sequence[Recovered], over: Sequence[Recovery]) -> list[str]:
    """Return what must stand beside the tables."""
    truths, count = len(found), min(len(found), len(pairs()))
    held = sum(one.inside for one in over)
    asked = sum(one.truths for one in over)
    uneven = sum(one.flatness < 0.05 for one in over)
    enough = round(0.85 * truths)
    tolerances = sorted(one.tolerance for one in found)
    slowest = max(one.seconds for one in found)
    return [
        f"Truths: draws of the whole prior, {count} rival structure{'' if count == 1 else 's'} in "
        f"turn, whose run of the borough twin lies within {LOOSE_BOUND:g} tolerances of London's "
        "record in every target. Each is fitted under its own structure, by a smaller search than "
        "the calibration's.",
        "Net flow: permanent staff who go to agency work less those who come back, as a share of "
        "permanent staff a year; hires: from outside and newly qualified, per post a year; both "
        "London's mean of 2018-2021 as the twin without luck has it. Sector exit is the parameter.",
        f"Inside: truths in the 90 % interval. A right one holds {enough} of {truths} or more with "
        f"chance {chance_of_as_many(enough, truths):.2f}, one that really holds "
        f"{100 * POOR_INTERVAL:.0f} % with {chance_of_as_many(enough, truths, POOR_INTERVAL):.2f}. "
        f"Over all quantities, which are not independent: {held} of {asked} "
        f"({100 * held / asked:.0f} %).",
        "Width: 1 is as wide as the prior, and then a truth is inside whatever the record says.",
        "Rank: share of the posterior's draws below the truth; on average 0.5. Even: chance of "
        f"ranks as uneven as these if all is right (Kolmogorov-Smirnov); below 0.05 in {uneven} of "
        f"{len(over)}, where chance alone gives about {0.05 * len(over):.0f}. With so few truths "
        f"only a gap of {least_unevenness(truths):.2f} or more in the ranks' distribution shows.",
        f"Tolerance at the end: {tolerances[0]:.2f} to {tolerances[-1]:.2f}; it makes intervals "
        f"wider, not narrower. The slowest truth took {slowest:.0f} seconds.",
    ]


def _as_json(
    found: Sequence[Recovered],
    over: Sequence[Recovery],
    noted: Sequence[str],
    seed: int,
    files: Sequence[Path],
) -> dict[str, Any]:
    return {
        "seed": seed,
        "settings": asdict(SETTINGS),
        "files": [str(path) for path in files],
        "notes": list(noted),
        "must_be_recovered": list(HEADLINE),
        "quantities": [asdict(one) for one in over],
        "truths": [
            {
                **{name: value for name, value in asdict(one).items() if name != "rows"},
                "rows": [{**asdict(row), "inside": row.inside} for row in one.rows],
            }
            for one in found
        ],
    }
