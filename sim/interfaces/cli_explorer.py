"""`permanence explorer`: the workshop page in one file, for a laptop without anything installed."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Annotated

import typer

from sim.experiments.draws import Draws
from sim.experiments.run import workers
from sim.experiments.store import StoreError, write_atomically
from sim.interfaces import options as o
from sim.interfaces.page.explorer import explorer_html
from sim.interfaces.page.facts import DEFAULT_RUNS, DEFAULT_SEED, DEFAULT_YEARS, MOST_YEARS
from sim.interfaces.progress import processors, progress_bar
from sim.interfaces.result_tables import print_json

DEFAULT_FILE = Path("permanence-explorer.html")


def explorer(
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="The HTML file to write.")
    ] = DEFAULT_FILE,
    runs: o.Runs = DEFAULT_RUNS,
    seed: o.Seed = DEFAULT_SEED,
    years: Annotated[
        int,
        typer.Option(
            parser=o.whole(1, MOST_YEARS), metavar="N", help=f"Years to run, 1 to {MOST_YEARS}."
        ),
    ] = DEFAULT_YEARS,
    jobs: o.Jobs = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Write the workshop page with its runs in one file, which opens without a network.

    The steps of the story are runs of the agents; four levers of five levels each are quick
    estimates by the borough twin, and the page says which is which.

    Example: permanence explorer --out explorer.html
    """
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise StoreError(f"--out {out}: allowed: a file in a folder that is there")
    jobs = jobs or processors()
    with workers(jobs) as pool, progress_bar("explorer", jobs, quiet=quiet) as told:
        text = explorer_html(
            runs=runs, seed=seed, years=years, draws=parameters, pool=pool, told=told
        )
    content = text.encode()

    def write(stream: IO[bytes]) -> None:
        stream.write(content)

    write_atomically(out, write)
    if as_json:
        print_json({"file": str(out), "bytes": len(content)})
    else:
        typer.echo(f"{out}: {len(content) / 1e6:.2f} MB; opens in a browser, asks nobody.")
