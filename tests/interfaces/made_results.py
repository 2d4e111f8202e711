"""Small results on disk for the tests of `report` and `verify`, and ways to tamper with them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.answers.reading import Told, read_manifest
from sim.answers.results import sealed
from sim.ensemble.replicate import RunRecord
from sim.ensemble.store import RunStore
from sim.interfaces.report.manifest import as_data, manifest_in
from tests.interfaces.command import permanence

SMALL = ("--runs", "2", "--years", "1", "--jobs", "1", "--quiet")


def made_run(folder: Path, *options: str) -> Path:
    """Make the result of `run baseline`."""
    assert permanence("run", "baseline", *SMALL, "--out", str(folder), *options).code == 0
    return folder


def made_comparison(folder: Path, *options: str) -> Path:
    """Make the result of a comparison of three scenarios."""
    names = ("no-cap", "pan-london-cap", "package")
    assert permanence("compare", *names, *SMALL, "--out", str(folder), *options).code == 0
    return folder


def made_report(result: Path, page: Path, *options: str) -> Path:
    """Write a result's report."""
    answer = permanence("report", str(result), "--out", str(page), "--quiet", *options)
    assert answer.code == 0, answer.err
    return page


def copied(folder: Path, place: Path) -> Path:
    """Copy a result, to tamper with the copy."""
    return Path(shutil.copytree(folder, place))


Change = Callable[[dict[str, Any]], None]


def with_manifest_changed(folder: Path, change: Change, *, seal: bool = True) -> Path:
    """Change a folder's manifest in place, under a new seal or behind the back of the old one."""
    path = folder / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(sealed(content) if seal else content), "utf-8")
    return folder


def with_report_changed(page: Path, place: Path, change: Change, *, seal: bool = True) -> Path:
    """Copy a report whose manifest says something else."""
    text = page.read_text("utf-8")
    content = manifest_in(text, str(page))
    before = as_data(content)
    change(content)
    if seal:
        content["results"] = [sealed(one) for one in content["results"]]
        content = sealed(content)
    assert before in text
    place.write_text(text.replace(before, as_data(content)), "utf-8")
    return place


def with_number_changed(
    folder: Path, run: int, place: tuple[int, int, int], change: Callable[[float], float]
) -> Told:
    """Write one run's file anew with one number (outcome, month, unit) changed, digest and all."""
    told = read_manifest(folder)
    store = RunStore(folder)
    record = store.find(told.spec(run))
    assert record is not None
    outcomes = np.array(record.outcomes)
    outcomes[place] = change(float(outcomes[place]))
    changed: RunRecord = replace(record, outcomes=outcomes)
    store.keep(told.spec(run), changed)
    return told
