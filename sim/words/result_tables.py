"""Results in words: the tables of `run` and `compare`, and the same as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import typer

from sim.answers.answer import Printed
from sim.answers.cells import MOST_EXCEL_ROWS, rows_in
from sim.answers.comparison import (
    HIGH,
    LOW,
    SHARE_OF_RUNS,
    Difference,
    compared,
    headline,
    mean,
)
from sim.domain.calendar import spoken_day
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble
from sim.words.assumed import moved_by
from sim.words.captions import against, unit_name
from sim.words.notes import apart, combined, notes
from sim.words.tables import labelled, old_new_gap, shown, spread

DIFFERENCE_HEADER = ("", "old", "new", "difference,\n80 % interval")
PAIRED = (
    "Difference: new less old, means over runs. Its interval: both run with the same people, luck "
    "and parameters, and 80 of 100 such pairs differ by an amount within it."
)


def run_table(ensemble: Ensemble, unit: str, sets: Sequence[str]) -> Printed:
    """Return one scenario as a person reads it: start, end and 80 % interval."""
    rows = []
    for name, label, measure, values in headline(ensemble, unit):
        start = ensemble.of(name, unit)[:, 0] if not name.startswith("chance") else None
        low, high = interval(values)
        rows.append(
            (
                labelled(label, measure),
                "" if start is None else shown(mean(start), measure),
                shown(mean(values), measure),
                "" if start is None else spread(low, high, measure),
            )
        )
    first, last = ensemble.day(0).year, ensemble.day(ensemble.months[-1]).year
    title = [
        ensemble.scenario.title or ensemble.scenario.name,
        *([f"Changed: {', '.join(sets)}"] if sets else []),
        f"{unit_name(unit)}, 30 September: means of {ensemble.runs} "
        f"run{'' if ensemble.runs == 1 else 's'}",
        *moved_by(ensemble, unit),
    ]
    return Printed("\n".join(title), ("", str(first), str(last), "80 % interval"), rows)


def comparison_tables(
    pairs: Sequence[tuple[Ensemble, Ensemble, str]], unit: str
) -> tuple[list[Printed], list[str]]:
    """Return a table for each base and policy with its own notes, and what holds for all."""
    each, common = apart([_paired_notes(base, policy, unit) for base, policy, _ in pairs])
    tables = []
    for (base, policy, title), noted in zip(pairs, each, strict=True):
        title = f"{against(base.scenario, policy.scenario)}{title}"
        tables.append(difference_table(title, base, policy, unit)._replace(notes=noted))
    return tables, ["For all of these:", *common] if common else []


def _paired_notes(base: Ensemble, policy: Ensemble, unit: str) -> list[str]:
    return [*notes(policy, unit, base), PAIRED]


def difference_table(title: str, base: Ensemble, policy: Ensemble, unit: str) -> Printed:
    """Return a base and a policy side by side, with their paired differences."""
    rows = []
    for row in compared(base, policy, unit):
        old, new, gap = old_new_gap(row.old, row.new, row.unit)
        rows.append((labelled(row.label, row.unit), old, new, _with_interval(gap, row)))
    day = policy.day(policy.months[-1])
    heading = (
        f"{title}\n{unit_name(unit)}, {spoken_day(day)}: means of {policy.runs} "
        f"run{'' if policy.runs == 1 else 's'}, and the difference between them"
    )
    heading = "\n".join([heading, *moved_by(policy, unit, base)])
    return Printed(heading, DIFFERENCE_HEADER, rows, tight=True)


def _with_interval(gap: str, row: Difference) -> str:
    """Return a difference over its interval, which leaves the pounds to it; a chance has none."""
    if row.unit == SHARE_OF_RUNS:
        return gap
    interval = spread(row.q10, row.q90, row.unit, signed=True)
    return f"{gap}\n{interval.replace('£', '').replace('m', '')}"


def print_files(files: Sequence[Path]) -> None:
    """Say what was saved; a chart once, though it is there as PNG and SVG."""
    if files:
        typer.echo("\nSaved:")
    pictures = {path.with_suffix("") for path in files if path.suffix == ".png"}
    for path in files:
        if path.suffix != ".svg" or path.with_suffix("") not in pictures:
            is_both = path.suffix == ".png" and path.with_suffix(".svg") in files
            also = " (and .svg)" if is_both else ""
            typer.echo(f"  {path}{also}{_beyond_excel(path)}")


def _beyond_excel(path: Path) -> str:
    """Return a remark on a table of more rows than Excel opens."""
    rows = rows_in(path) if path.suffix == ".csv" and path.is_file() else 0
    if rows <= MOST_EXCEL_ROWS:
        return ""
    return f" ({rows:,} rows; Excel opens the first {MOST_EXCEL_ROWS:,})"


def interval(values: np.ndarray) -> tuple[float, float]:
    """Return the default interval of the finite values."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return math.nan, math.nan
    low, high = np.quantile(finite, [LOW, HIGH])
    return float(low), float(high)


# JSON


def context_of(
    ensemble: Ensemble, unit: str, files: Iterable[Path], sets: Iterable[str]
) -> dict[str, Any]:
    """Return what every JSON answer says of how it came about."""
    return {
        "set": list(sets),
        "seed": ensemble.seed,
        "runs": ensemble.runs,
        "years": ensemble.years,
        "unit": unit,
        "parameter_draws": ensemble.draws.name,
        "interval": [LOW, HIGH],
        "files": [str(path) for path in files],
    }


def run_as_json(
    ensemble: Ensemble, unit: str, files: Iterable[Path], sets: Iterable[str]
) -> dict[str, Any]:
    """Return one scenario as `run_table` tells it."""
    rows = []
    for name, label, measure, values in headline(ensemble, unit):
        low, high = interval(values)
        row = {"outcome": name, "label": label, "unit": measure, "end": mean(values)}
        if not name.startswith("chance"):
            row |= {
                "start": mean(ensemble.of(name, unit)[:, 0]),
                "q10": low,
                "q90": high,
            }
        rows.append(row)
    return {
        "scenario": ensemble.scenario.name,
        **context_of(ensemble, unit, files, sets),
        "assumptions_that_move_it": moved_by(ensemble, unit),
        "notes": notes(ensemble, unit),
        "outcomes": rows,
    }


def comparison_as_json(
    ensembles: Sequence[Ensemble],
    found: dict[str, list[Difference]],
    unit: str,
    files: Iterable[Path],
    sets: Iterable[str],
) -> dict[str, Any]:
    """Return a comparison as `comparison_tables` tell it."""
    return {
        "base": ensembles[0].scenario.name,
        **context_of(ensembles[-1], unit, files, sets),
        "assumptions_that_move_it": combined(
            [moved_by(ensemble, unit, ensembles[0]) for ensemble in ensembles[1:]]
        ),
        "notes": combined(
            [_paired_notes(ensembles[0], ensemble, unit) for ensemble in ensembles[1:]]
        ),
        "policies": {name: [asdict(row) for row in rows] for name, rows in found.items()},
    }


def pair_as_json(base: Ensemble, policy: Ensemble, files: Iterable[Path]) -> dict[str, Any]:
    """Return one base and policy for London."""
    found = {policy.scenario.name: compared(base, policy)}
    return comparison_as_json([base, policy], found, LONDON, files, ())
