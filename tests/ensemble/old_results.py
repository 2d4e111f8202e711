"""A result in the layout of permanence 0.1.0, written from one of today's."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.answers.reading import read_manifest
from sim.answers.results import MANIFEST, SEAL, sealed
from sim.domain.calendar import month_end
from sim.ensemble.run_file import OUTCOME_NAMES, content_of
from sim.ensemble.store import RUNS_FOLDER, RunStore

NOT_YET = ("code", "commit", "scipy")
"""What a manifest of 0.1.0 does not say."""
OLD_DATA = "0011223344556677"


def as_of_old(folder: Path, *, without: Sequence[str] = (), beside: str | None = None) -> Path:
    """Turn a result into one that 0.1.0 might have kept.

    Args:
        without: outcomes that were not recorded yet.
        beside: an outcome that was recorded then.
    """
    told = read_manifest(folder)
    store = RunStore(folder, only_read=True)
    names = [name for name in OUTCOME_NAMES if name not in without]
    kept = {run: store.look_at(told.spec(run))[0] for run in range(told.runs)}
    shutil.rmtree(folder / RUNS_FOLDER)
    (folder / RUNS_FOLDER).mkdir()
    for run, record in kept.items():
        _, months, count = record.outcomes.shape
        days = [month_end(told.scenario.start.opening, month) for month in range(months)]
        columns: dict[str, Any] = {
            "month": np.repeat(np.arange(months, dtype=np.int32), count),
            "date": pa.array([day for day in days for _ in range(count)], pa.date32()),
            "unit": pa.array(list(record.units) * months).dictionary_encode(),
        }
        values = [record.outcomes[OUTCOME_NAMES.index(name)].ravel() for name in names]
        if beside is not None:
            names_then, values = [*names, beside], [*values, np.full(months * count, 3.0)]
        else:
            names_then = names
        text = json.dumps(content_of(record)).encode()
        digest = blake2b(text + np.array(values).tobytes(), digest_size=16).hexdigest()
        table = pa.table(columns | dict(zip(names_then, values, strict=True)))
        table = table.replace_schema_metadata(
            {b"permanence": text, b"permanence-digest": digest.encode()}
        )
        decides = f"{told.scenario.fingerprint()}:{told.seed}:{run}:{told.years}:"
        decides += f"{told.draws.key}:{run}::0.1.0:{OLD_DATA}"
        name = blake2b(decides.encode(), digest_size=8).hexdigest()
        pq.write_table(table, folder / RUNS_FOLDER / f"{run:05d}-{name}.parquet")
    with_old_manifest(folder)
    return folder


def with_old_manifest(folder: Path, **changed: Any) -> None:
    """Write a result's manifest as 0.1.0 would have, and some of it otherwise."""
    content = json.loads((folder / MANIFEST).read_text("utf-8"))
    content = {name: value for name, value in content.items() if name not in (*NOT_YET, SEAL)}
    content |= {"package": "0.1.0", "data": OLD_DATA} | changed
    (folder / MANIFEST).write_text(json.dumps(sealed(content)), "utf-8")
