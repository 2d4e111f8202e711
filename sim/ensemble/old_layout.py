"""Runs as permanence 0.1.0 kept them: flat in `runs`, named by version and data but not by code.

They can be shown, not made again. What 0.1.0 did not record is NaN; what is no longer recorded is
left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.ensemble.replicate import RunRecord, RunSpec
from sim.ensemble.run_file import META, OUTCOME_NAMES, reading, structure_of
from sim.ensemble.stamp import Stamp
from sim.ensemble.store import RUNS_FOLDER

DIGEST = b"permanence-digest"
BESIDE_OUTCOMES = ("month", "date", "unit")


class OldRuns:
    """The runs of a result whose manifest carries no stamp; only to be read.

    Args:
        folder: of the result.
        content: its manifest.
    """

    def __init__(self, folder: Path, content: Mapping[str, Any]) -> None:
        self.folder = folder / RUNS_FOLDER
        package, data = str(content["package"]), str(content["data"])
        self._stamp = Stamp(package, "", data)
        # The manifest's fingerprint holds that of the scenario as 0.1.0 took it.
        between = f"-{content['seed']}-{content['years']}-"
        self._scenario, _, self._draws = str(content["fingerprint"]).partition(between)

    def where(self, spec: RunSpec) -> Path:
        """Return where 0.1.0 kept a run."""
        made_by = f"{self._stamp.version}:{self._stamp.data}"
        decides = f"{self._scenario}:{spec.seed}:{spec.replicate}:{spec.years}:"
        decides += f"{self._draws}:{spec.draw}::{made_by}"
        digest = blake2b(decides.encode(), digest_size=8).hexdigest()
        return self.folder / f"{spec.replicate:05d}-{digest}.parquet"

    def look_at(self, spec: RunSpec) -> tuple[RunRecord, bool]:
        """Return a run as its file has it, and whether that is what was once written there.

        Raises:
            StoreError: there is no such file, or it holds no run.
        """
        path = self.where(spec)
        with reading(path):
            return self._record(spec, pq.read_table(path))

    def _record(self, spec: RunSpec, table: pa.Table) -> tuple[RunRecord, bool]:
        stated = table.schema.metadata or {}
        content = json.loads(stated[META])
        shape = (spec.years * MONTHS_PER_YEAR + 1, len(content["units"]))
        recorded = [name for name in table.column_names if name not in BESIDE_OUTCOMES]
        values = {name: table[name].to_numpy() for name in recorded}
        written = np.array([values[name] for name in recorded]).tobytes()
        digest = blake2b(stated[META] + written, digest_size=16).hexdigest()
        nothing = np.full(shape, np.nan)
        outcomes = [values[n].reshape(shape) if n in values else nothing for n in OUTCOME_NAMES]
        record = RunRecord(
            replicate=spec.replicate,
            units=tuple(content["units"]),
            outcomes=np.array(outcomes, float),
            parameters=content["parameters"],
            structure=structure_of(content),
            facts=content["facts"],
            seconds=0.0,
            stamp=self._stamp,
        )
        return record, digest.encode() == stated[DIGEST]
