"""`permanence demo`: the circle, the cap, the tax change and the package, in a minute."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.answers import results
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.ensemble.workers import workers
from sim.scenario import load_scenario
from sim.terminal import options as o
from sim.terminal.progress import processors
from sim.terminal.result_folders import ensemble_of, prepare, refuse_foreign, save_charts
from sim.terminal.telling import Files, tell
from sim.words.result_tables import (
    pair_as_json,
    print_comparisons,
)

DEMO_FOLDER = Path("permanence-demo")
DEMO_PAIRS = (
    ("vicious-circle", "capped-circle", "The vicious circle of a stylised 2014, then capped"),
    ("no-cap", "pan-london-cap", "London from the latest census: no cap, then a pan-London cap"),
    ("no-ir35", "baseline", "IR35 not enforced, then enforced as enacted"),
    ("baseline", "package", "London as it is, then the package"),
)
DEMO_RUNS, DEMO_SEED, DEMO_YEARS = 10, 1, 10


def demo(
    runs: o.Runs = DEMO_RUNS,
    seed: o.Seed = DEMO_SEED,
    jobs: o.Jobs = None,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder for results and charts.")
    ] = DEMO_FOLDER,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Show the vicious circle, a pan-London cap, the IR35 change and a package.

    Example: permanence demo
    """
    refuse_foreign(out)
    names = list(dict.fromkeys(name for old, new, _ in DEMO_PAIRS for name in (old, new)))
    planned = {name: load_scenario(name) for name in names}
    places = {out / name: scenario for name, scenario in planned.items()}
    prepare(places, seed, DEMO_YEARS, Draws.POSTERIOR)
    jobs = min(jobs or processors(), runs)
    done: dict[str, Ensemble] = {}
    with workers(jobs) as pool:
        for name, scenario in planned.items():
            folder = out / name
            done[name] = ensemble_of(
                scenario, runs, seed, DEMO_YEARS, Draws.POSTERIOR, pool, jobs, folder, quiet
            )
            results.write_result(done[name], folder, results.command_line())
    pairs = [(done[old], done[new], f"\n{title}") for old, new, title in DEMO_PAIRS]

    def content(files: Files) -> Any:
        return [pair_as_json(done[old], done[new], files) for old, new, _ in DEMO_PAIRS]

    def save() -> Files:
        files: list[Path] = []
        for old, new, _ in DEMO_PAIRS:
            files += save_charts([done[old], done[new]], out / f"{old}-and-{new}", LONDON)
        return files

    tell(lambda: print_comparisons(pairs, LONDON), content, save, as_json=as_json, also=[out])
