"""`permanence run`, `compare` and `demo`: ensembles, side by side, in tables and charts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from sim.domain.vocabulary import LONDON
from sim.experiments import results
from sim.experiments.compare import HIGH, LOW, Difference, compared, headline, typical
from sim.experiments.prior import Draws
from sim.experiments.run import Ensemble, run_ensemble, workers
from sim.experiments.store import RUNS_FOLDER, RunStore, StoreError
from sim.interfaces import options as o
from sim.interfaces.charts_words import unit_name
from sim.interfaces.notes import apart, combined, notes
from sim.interfaces.progress import processors, progress_bar
from sim.interfaces.tables import labelled, print_notes, print_table, shown, spread
from sim.scenario import Scenario, ScenarioError, load_scenario

DEMO_FOLDER = Path("permanence-demo")
DEMO_PAIRS = (
    ("vicious-circle", "capped-circle", "The vicious circle of a stylised 2014, then capped"),
    ("no-cap", "pan-london-cap", "London from the latest census: no cap, then a pan-London cap"),
    ("no-ir35", "baseline", "IR35 not enforced, then enforced as enacted"),
    ("baseline", "package", "London as it is, then the package"),
)
DEMO_RUNS, DEMO_SEED, DEMO_YEARS = 10, 1, 10


def run(
    scenario: o.ScenarioName,
    runs: o.Runs = 20,
    seed: o.Seed = 1,
    years: o.Years = 10,
    jobs: o.Jobs = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.NARROWED,
    borough: o.BoroughOption = None,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Run an ensemble of one scenario.

    Example: permanence run baseline --runs 50 --seed 1 --out results/baseline
    """
    planned = load_scenario(scenario, sets or ())
    unit = o.unit_of(borough)
    if out is not None:
        _prepare({out: planned}, seed, years, parameters)
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool:
        ensemble = _ensemble(planned, runs, seed, years, parameters, pool, jobs, out, quiet)
    files = [] if out is None else _save(ensemble, out, unit)
    if as_json:
        _print_json(_run_as_json(ensemble, unit, files, sets or ()))
    else:
        _print_run(ensemble, unit, files, sets or ())


def compare(
    base: o.ScenarioName,
    policies: Annotated[list[str], typer.Argument(help="One or more scenarios to set beside it.")],
    runs: o.Runs = 20,
    seed: o.Seed = 1,
    years: o.Years = 10,
    jobs: o.Jobs = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.NARROWED,
    borough: o.BoroughOption = None,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Compare scenarios run by run: old value, new value, difference with its 80 % interval.

    Each --set applies to every scenario, the first included. To change one of them alone, write
    a file that extends it.

    Example: permanence compare no-cap pan-london-cap --borough Bexley
    """
    planned = [load_scenario(name, sets or ()) for name in (base, *policies)]
    unit = o.unit_of(borough)
    o.refuse_other_starts(planned)
    _refuse_namesakes(planned)
    if out is not None:
        _refuse_foreign(out)
    folders = [None if out is None else out / scenario.name for scenario in planned]
    places = {f: s for f, s in zip(folders, planned, strict=True) if f is not None}
    _prepare(places, seed, years, parameters)
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool:
        ensembles = [
            _ensemble(scenario, runs, seed, years, parameters, pool, jobs, folder, quiet)
            for scenario, folder in zip(planned, folders, strict=True)
        ]
    found = {e.scenario.name: compared(ensembles[0], e, unit) for e in ensembles[1:]}
    files = [] if out is None else _save_comparison(ensembles, found, out, unit)
    if as_json:
        _print_json(_comparison_as_json(ensembles, found, unit, files, sets or ()))
        return
    both = f"\nBoth with {', '.join(sets)}" if sets else ""
    _print_comparisons([(ensembles[0], policy, both) for policy in ensembles[1:]], unit)
    _print_files(files)


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
    _refuse_foreign(out)
    names = list(dict.fromkeys(name for old, new, _ in DEMO_PAIRS for name in (old, new)))
    planned = {name: load_scenario(name) for name in names}
    places = {out / name: scenario for name, scenario in planned.items()}
    _prepare(places, seed, DEMO_YEARS, Draws.NARROWED)
    jobs = min(jobs or processors(), runs)
    done: dict[str, Ensemble] = {}
    with workers(jobs) as pool:
        for name, scenario in planned.items():
            folder = out / name
            done[name] = _ensemble(
                scenario, runs, seed, DEMO_YEARS, Draws.NARROWED, pool, jobs, folder, quiet
            )
            results.write_result(done[name], folder, results.command_line())
    files: list[Path] = []
    for old, new, _ in DEMO_PAIRS:
        files += _save_charts([done[old], done[new]], out / f"{old}-and-{new}", LONDON)
    if as_json:
        _print_json([_pair_as_json(done[old], done[new], files) for old, new, _ in DEMO_PAIRS])
        return
    pairs = [(done[old], done[new], f"\n{title}") for old, new, title in DEMO_PAIRS]
    _print_comparisons(pairs, LONDON)
    _print_files([*files, out])


# Running and saving


def _prepare(places: dict[Path, Scenario], seed: int, years: int, draws: Draws) -> None:
    """Check every folder before any is made, so that a refusal leaves nothing behind."""
    wanted = {
        folder: results.result_fingerprint(scenario.fingerprint(), seed, years, draws)
        for folder, scenario in places.items()
    }
    for folder, fingerprint in wanted.items():
        results.check_folder(folder, fingerprint)
    for folder, fingerprint in wanted.items():
        results.prepare_folder(folder, fingerprint)


def _refuse_namesakes(planned: Sequence[Scenario]) -> None:
    """Refuse two scenarios of one name: tables and folders are named by it."""
    by_name = {scenario.name: scenario.fingerprint() for scenario in planned}
    for scenario in planned:
        if by_name[scenario.name] != scenario.fingerprint():
            raise ScenarioError(
                f"two different scenarios are called {scenario.name}: rename a file"
            )


def _refuse_foreign(out: Path) -> None:
    """Refuse a folder that holds things but no results: several results go into it."""
    if out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    if (out / results.MANIFEST).is_file():
        raise StoreError(f"--out {out}: holds the result of one run; name a new folder")
    if out.is_dir() and any(out.iterdir()):
        kinds = (results.MANIFEST, RUNS_FOLDER)
        if not any((folder / kind).exists() for folder in out.iterdir() for kind in kinds):
            raise StoreError(f"--out {out}: is not empty and holds no result; name a new folder")


def _ensemble(
    scenario: Scenario,
    runs: int,
    seed: int,
    years: int,
    draws: Draws,
    pool: Executor | None,
    jobs: int,
    out: Path | None,
    quiet: bool,
) -> Ensemble:
    with progress_bar(scenario.name, jobs, quiet=quiet) as progress:
        return run_ensemble(
            scenario,
            runs=runs,
            seed=seed,
            years=years,
            draws=draws,
            pool=pool,
            store=None if out is None else RunStore(out),
            progress=progress,
        )


def _save(ensemble: Ensemble, out: Path, unit: str) -> list[Path]:
    results.write_result(ensemble, out, results.command_line())
    charts = _save_charts([ensemble], out / "figures", unit)
    tables = [results.SUMMARY, results.PANEL, results.COLUMNS, results.MANIFEST]
    return [*charts, *(out / name for name in tables)]


def _save_comparison(
    ensembles: Sequence[Ensemble], found: dict[str, list[Difference]], out: Path, unit: str
) -> list[Path]:
    for ensemble in ensembles:
        results.write_result(ensemble, out / ensemble.scenario.name, results.command_line())
    charts: list[Path] = []
    for ensemble in ensembles[1:]:
        pair = [ensembles[0], ensemble]
        charts += _save_charts(
            pair, out / f"{pair[0].scenario.name}-and-{pair[1].scenario.name}", unit
        )
    table = out / results.DIFFERENCES
    results.write_differences(table, ensembles[0].scenario.name, unit, found)
    return [*charts, table, *(out / e.scenario.name for e in ensembles)]


def _save_charts(ensembles: Sequence[Ensemble], folder: Path, unit: str) -> list[Path]:
    from sim.interfaces import charts  # plotting is loaded only when something is drawn

    folder.mkdir(parents=True, exist_ok=True)
    base = ensembles[0] if len(ensembles) > 1 else None
    saved = charts.save(*charts.permanence_chart(ensembles, unit), folder / "permanence")
    saved += charts.save(*charts.charge_chart(ensembles, unit), folder / "charge-rate")
    saved += charts.save(*charts.tile_map(ensembles[-1], base), folder / "map")
    return saved


# Printing


def _print_run(ensemble: Ensemble, unit: str, files: Sequence[Path], sets: Sequence[str]) -> None:
    rows = []
    for name, label, measure, values in headline(ensemble, unit):
        start = ensemble.of(name, unit)[:, 0] if not name.startswith("chance") else None
        low, high = _interval(values)
        rows.append(
            (
                labelled(label, measure),
                "" if start is None else shown(typical(start, measure), measure),
                shown(typical(values, measure), measure),
                "" if start is None else spread(low, high, measure),
            )
        )
    first, last = ensemble.day(0).year, ensemble.day(ensemble.months[-1]).year
    title = [
        ensemble.scenario.title or ensemble.scenario.name,
        *([f"Changed: {', '.join(sets)}"] if sets else []),
        f"{unit_name(unit)}, 30 September: medians of {ensemble.runs} "
        f"run{'' if ensemble.runs == 1 else 's'}",
    ]
    print_table("\n".join(title), ("", str(first), str(last), "80 % interval"), rows)
    print_notes(notes(ensemble, unit))
    _print_files(files)


def _print_comparisons(pairs: Sequence[tuple[Ensemble, Ensemble, str]], unit: str) -> None:
    """Print a table for each base and policy; what holds for all is said once, below the last."""
    each, common = apart([notes(policy, unit, base) for base, policy, _ in pairs])
    for place, ((base, policy, title), noted) in enumerate(zip(pairs, each, strict=True)):
        if place:
            typer.echo()
        title = f"From {base.scenario.name} to {policy.scenario.name}{title}"
        _print_differences(title, base, policy, unit)
        print_notes(noted)
    print_notes(["For all of these:", *common] if common else [])


def _print_differences(title: str, base: Ensemble, policy: Ensemble, unit: str) -> None:
    rows = [
        (
            labelled(row.label, row.unit),
            shown(row.old, row.unit),
            shown(row.new, row.unit),
            shown(row.difference, row.unit, signed=True),
            "" if row.unit == "share of runs" else spread(row.q10, row.q90, row.unit, signed=True),
        )
        for row in compared(base, policy, unit)
    ]
    day = policy.day(policy.months[-1])
    heading = (
        f"{title}\n{unit_name(unit)}, {day.day} {day:%B %Y}: medians of {policy.runs} "
        f"run{'' if policy.runs == 1 else 's'}, and of their paired differences"
    )
    print_table(heading, ("", "old", "new", "difference", "80 % interval"), rows)


def _print_files(files: Sequence[Path]) -> None:
    if files:
        typer.echo("\nSaved:")
    pictures = {path.with_suffix("") for path in files if path.suffix == ".png"}
    for path in files:
        if path.suffix != ".svg" or path.with_suffix("") not in pictures:
            also = " (and .svg)" if path.with_suffix(".svg") in files else ""
            typer.echo(f"  {path}{also}")


def _interval(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return math.nan, math.nan
    low, high = np.quantile(finite, [LOW, HIGH])
    return float(low), float(high)


# JSON


def _context(
    ensemble: Ensemble, unit: str, files: Iterable[Path], sets: Iterable[str]
) -> dict[str, Any]:
    return {
        "set": list(sets),
        "seed": ensemble.seed,
        "runs": ensemble.runs,
        "years": ensemble.years,
        "unit": unit,
        "parameter_draws": ensemble.draws.value,
        "interval": [LOW, HIGH],
        "files": [str(path) for path in files],
    }


def _run_as_json(
    ensemble: Ensemble, unit: str, files: Iterable[Path], sets: Iterable[str]
) -> dict[str, Any]:
    rows = []
    for name, label, measure, values in headline(ensemble, unit):
        low, high = _interval(values)
        row = {"outcome": name, "label": label, "unit": measure, "end": typical(values, measure)}
        if not name.startswith("chance"):
            row |= {
                "start": typical(ensemble.of(name, unit)[:, 0], measure),
                "q10": low,
                "q90": high,
            }
        rows.append(row)
    return {
        "scenario": ensemble.scenario.name,
        **_context(ensemble, unit, files, sets),
        "notes": notes(ensemble, unit),
        "outcomes": rows,
    }


def _comparison_as_json(
    ensembles: Sequence[Ensemble],
    found: dict[str, list[Difference]],
    unit: str,
    files: Iterable[Path],
    sets: Iterable[str],
) -> dict[str, Any]:
    return {
        "base": ensembles[0].scenario.name,
        **_context(ensembles[-1], unit, files, sets),
        "notes": combined([notes(ensemble, unit, ensembles[0]) for ensemble in ensembles[1:]]),
        "policies": {name: [asdict(row) for row in rows] for name, rows in found.items()},
    }


def _pair_as_json(base: Ensemble, policy: Ensemble, files: Iterable[Path]) -> dict[str, Any]:
    found = {policy.scenario.name: compared(base, policy)}
    return _comparison_as_json([base, policy], found, LONDON, files, ())


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(_without_nan(content), indent=2, ensure_ascii=False))


def _without_nan(content: Any) -> Any:
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if isinstance(content, dict):
        return {key: _without_nan(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_without_nan(value) for value in content]
    return content
