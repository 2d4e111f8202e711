"""Recovered truths on disk: one file a truth, written when it is found, and one table of them all.

manifest.json     all that decides the result, and how long each truth took
truth-01.json     what was found of a truth; the same command goes on from those that are there
recovery.csv      one row a truth and quantity
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sim.answers.results import (
    MANIFEST,
    command_line,
    made_by,
    number,
    prepare_folder,
    write_table,
)
from sim.answers.structures import pairs
from sim.ensemble.files import write_text_atomically
from sim.studies.calibrate.method.abc_smc import Settings
from sim.studies.calibrate.method.calibrate import prior_box
from sim.studies.calibrate.method.files import own_stamp
from sim.studies.calibrate.method.targets import targets
from sim.studies.recover.method import recovery as r
from sim.studies.recover.method.recovery import Recovered, Row

RECOVERY_TABLE = "recovery.csv"
COLUMNS = (
    "truth", "hiring", "bid_trigger", "quantity", "value", "q05", "q50", "q95", "inside", "rank",
    "prior_q05", "prior_q95",
)  # fmt: skip
INSIDE = {True: "true", False: "false"}


def fingerprint(seed: int, settings: Settings) -> str:
    """Return what makes two commands the same result, whatever the number of truths."""
    record = targets()
    boxes = [prior_box(pair) for pair in pairs()]
    decides: list[Any] = [
        seed, asdict(settings), r.PRIOR_DRAWS, r.CANDIDATES, r.LOOSE_BOUND, r.FEWEST_TRUTHS,
        record.names, record.observed.tolist(), record.scale.tolist(),
        *([box.names, box.low.tolist(), box.high.tolist()] for box in boxes), str(own_stamp()),
    ]  # fmt: skip
    return "recovery-" + blake2b(json.dumps(decides).encode(), digest_size=8).hexdigest()


def open_folder(folder: Path, seed: int, settings: Settings) -> list[Recovered]:
    """Make the folder, or make sure that it is this command's, and return what it holds.

    Raises:
        StoreError: the path is a file, holds something else, or cannot be written.
    """
    prepare_folder(folder, fingerprint(seed, settings))
    found = (_read(path) for path in sorted(folder.glob("truth-*.json")))
    return [one for one in found if one is not None]


def keep(folder: Path, one: Recovered) -> None:
    """Write what was found of one truth."""
    _write_json(folder / f"truth-{one.truth:02d}.json", asdict(one))


def _read(path: Path) -> Recovered | None:
    """Return a truth kept earlier; a file that is none counts as missing."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        return Recovered(**{**content, "rows": tuple(Row(**row) for row in content["rows"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def close_folder(
    folder: Path, found: Sequence[Recovered], seed: int, settings: Settings
) -> list[Path]:
    """Write the table and the manifest; return them."""
    table = folder / RECOVERY_TABLE
    write_rows(table, found)
    manifest = {
        "complete": True,
        "fingerprint": fingerprint(seed, settings),
        "seed": seed,
        "truths": len(found),
        "settings": asdict(settings),
        "prior_draws": r.PRIOR_DRAWS,
        "candidates": r.CANDIDATES,
        "loose_bound": r.LOOSE_BOUND,
        "seconds_by_truth": [round(one.seconds, 1) for one in found],
        **made_by(own_stamp()),
        "command": command_line(),
    }
    _write_json(folder / MANIFEST, manifest)
    return [table, folder / MANIFEST]


def write_rows(path: Path, found: Sequence[Recovered]) -> None:
    """Write one row a truth and quantity."""
    write_table(path, COLUMNS, (_as_cells(row) for one in found for row in one.rows))


def _as_cells(row: Row) -> tuple[str, ...]:
    values = {field.name: getattr(row, field.name) for field in fields(Row)}
    values["inside"] = INSIDE[row.inside]
    return tuple(
        number(values[name]) if isinstance(values[name], float) else str(values[name])
        for name in COLUMNS
    )


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a table of this kind, such as the one in the documents."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [
            Row(
                int(cells["truth"]),
                cells["hiring"],
                cells["bid_trigger"],
                cells["quantity"],
                *(
                    float(cells[name])
                    for name in ("value", "q05", "q50", "q95", "rank", "prior_q05", "prior_q95")
                ),
            )
            for cells in csv.DictReader(stream)
        ]


def _write_json(path: Path, content: Any) -> None:
    write_text_atomically(path, json.dumps(content, indent=2) + "\n")
