"""Ensembles: many replicates of one scenario, on one process or several.

The result is a function of scenario, seed, number of runs and years; how many processes
computed it leaves no trace.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.headline import WORKFORCE
from sim.domain.posterior import StructureKey
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON, TARGET_PERMANENT_SHARE
from sim.ensemble.asked import check_size
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.ensemble.replicate import RunRecord, RunSpec, run_once
from sim.ensemble.stamp import EDITED, Stamp, stamp_of_this_code
from sim.ensemble.store import BLOCK, FEW, RunStore
from sim.ensemble.workers import interrupts_heeded, interrupts_ignored
from sim.market.opening import Carried
from sim.market.outcomes import PLACE
from sim.scenario import Scenario

Progress = Callable[[int, int, float], None]
"""Called with (runs done, runs wanted, processor seconds of the run just done)."""


def no_progress(done: int, wanted: int, seconds: float) -> None:
    """Say nothing."""


def part_of(progress: Progress, before: int, wanted_in_all: int) -> Progress:
    """Return the progress of one ensemble of several, `before` runs having been done already."""
    return lambda done, wanted, seconds: progress(before + done, wanted_in_all, seconds)


class Spool:
    """Keeps what is needed of each run on disk, so that memory does not grow with runs."""

    def __init__(self) -> None:
        self._file: BinaryIO = TemporaryFile(prefix="permanence-")  # noqa: SIM115
        self._shape: tuple[int, ...] = ()
        self._places: dict[int, int] = {}

    def add(self, replicate: int, values: FloatArray) -> None:
        """Keep one run's values, indexed (outcome, ...)."""
        self._shape = values.shape
        self._places[replicate] = len(self._places)
        self._file.seek(0, os.SEEK_END)
        self._file.write(np.ascontiguousarray(values).tobytes())

    def __getstate__(self) -> dict[str, Any]:
        """Return it with the bytes of its file, so that an answer can be pickled."""
        self._file.seek(0)
        return {**vars(self), "_file": self._file.read()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take it back, into a file of its own."""
        self.__dict__ |= state
        self._file = TemporaryFile(prefix="permanence-")  # noqa: SIM115
        self._file.write(state["_file"])

    def outcome(self, place: int) -> FloatArray:
        """Return one outcome of every run, (run, ...), in order of replicate."""
        rest = self._shape[1:]
        cell = int(np.prod(rest)) * 8
        rows = []
        for replicate in sorted(self._places):
            self._file.seek((self._places[replicate] * self._shape[0] + place) * cell)
            rows.append(np.frombuffer(self._file.read(cell)).reshape(rest))
        return np.array(rows)


@dataclass
class Ensemble:
    """The runs of one scenario.

    Attributes:
        units: London first, then the employers.
        parameters, facts: one dictionary a run, in order of replicate; `structures` likewise.
    """

    scenario: Scenario
    seed: int
    years: int
    draws: Draws
    units: tuple[str, ...]
    parameters: list[dict[str, float]]
    structures: list[StructureKey]
    facts: list[dict[str, float]]
    _london: Spool
    _censuses: Spool

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.parameters)

    @property
    def months(self) -> range:
        """Model months, 0 to the horizon."""
        return range(self.years * MONTHS_PER_YEAR + 1)

    def day(self, month: int) -> date:
        """Return the last day of a model month."""
        return month_end(self.scenario.start.opening, month)

    def london(self, outcome: str) -> FloatArray:
        """Return London's outcome, (run, month)."""
        return self._london.outcome(PLACE[outcome])

    def employers(self, outcome: str) -> FloatArray:
        """Return employers' outcome in census months, (run, census, employer)."""
        return self._censuses.outcome(PLACE[outcome])

    def of(self, outcome: str, unit: str = LONDON) -> FloatArray:
        """Return one unit's outcome in census months, (run, census)."""
        if unit == LONDON:
            return self.london(outcome)[:, ::MONTHS_PER_YEAR]
        return self.employers(outcome)[:, :, self.units.index(unit) - 1]

    def reached(self, outcome: str = WORKFORCE, unit: str = LONDON) -> npt.NDArray[np.bool_]:
        """Return whether each run is at 90 % or more at some 30 September after the start."""
        return np.any(self.of(outcome, unit)[:, 1:] >= TARGET_PERMANENT_SHARE, axis=1)


def run_ensemble(
    scenario: Scenario,
    *,
    runs: int,
    seed: int,
    years: int,
    draws: Draws = Draws.POSTERIOR,
    pool: Executor | None = None,
    store: RunStore | None = None,
    progress: Progress = no_progress,
    each: Callable[[RunRecord], None] = lambda record: None,
    carried: Sequence[Carried] | None = None,
    other_luck: int = 0,
) -> Ensemble:
    """Run (or take from the store) replicates 0 to `runs` - 1 and return the ensemble.

    Args:
        each: is shown every run's whole record, in whatever order the runs finish.
        carried: the state each run opens with, one a run, instead of the start census.
        other_luck: run by run the same parameters and structure, with the luck of the replicate
            so many further on.

    Raises:
        StoreError: code or data were edited meanwhile; what they would have mixed is not kept.
        ValueError: runs, seed or years that are no whole number in range.
    """
    check_size(runs=runs, seed=seed, years=years)
    specs = [
        RunSpec(
            scenario,
            seed,
            replicate + other_luck,
            years,
            draws,
            replicate if other_luck else None,
            None if carried is None else carried[replicate],
        )
        for replicate in range(runs)
    ]
    records = _records(specs, pool, store)
    return gathered(
        records, scenario, runs=runs, seed=seed, years=years, draws=draws, progress=progress,
        each=each,
    )  # fmt: skip


def gathered(
    records: Iterable[RunRecord],
    scenario: Scenario,
    *,
    runs: int,
    seed: int,
    years: int,
    draws: Draws,
    progress: Progress = no_progress,
    each: Callable[[RunRecord], None] = lambda record: None,
) -> Ensemble:
    """Return the ensemble of some runs, in whatever order they come."""
    london, censuses = Spool(), Spool()
    parameters: dict[int, dict[str, float]] = {}
    structures: dict[int, StructureKey] = {}
    facts: dict[int, dict[str, float]] = {}
    units: tuple[str, ...] = ()
    with interrupts_heeded() as heed_interrupts:
        for done, record in enumerate(records, start=1):
            london.add(record.replicate, record.london())
            censuses.add(record.replicate, record.censuses())
            parameters[record.replicate] = record.parameters
            structures[record.replicate] = record.structure
            facts[record.replicate] = record.facts
            units = record.units
            each(record)
            progress(done, runs, record.seconds)
            heed_interrupts()
    order = sorted(parameters)
    return Ensemble(
        scenario=scenario,
        seed=seed,
        years=years,
        draws=draws,
        units=units,
        parameters=[parameters[replicate] for replicate in order],
        structures=[structures[replicate] for replicate in order],
        facts=[facts[replicate] for replicate in order],
        _london=london,
        _censuses=censuses,
    )


def _records(
    specs: list[RunSpec], pool: Executor | None, store: RunStore | None
) -> Iterator[RunRecord]:
    mine = stamp_of_this_code() if store is None else store.stamp
    done = _Blocks(specs, store)
    missing = []
    for spec in specs:
        kept = store.find(spec) if store is not None else None
        if kept is None:
            missing.append(spec)
        else:
            done.one_more(spec)
            yield kept
    for spec, record in _computed(missing, pool, mine):
        if store is not None:
            store.keep(spec, record)
        done.one_more(spec)
        yield record


def _computed(
    missing: list[RunSpec], pool: Executor | None, mine: Stamp
) -> Iterator[tuple[RunSpec, RunRecord]]:
    """Yield each run that was missing as it is done, if it was made by this process's own code."""
    if pool is None:
        for spec in missing:
            yield spec, _refused_unless(mine, run_once(spec))
        return
    with interrupts_ignored():
        waiting: dict[Future[RunRecord], RunSpec] = {pool.submit(run_once, s): s for s in missing}
    while waiting:
        finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in sorted(finished, key=lambda done: done.exception() is not None):
            yield waiting.pop(future), _refused_unless(mine, future.result())


def _refused_unless(mine: Stamp, record: RunRecord) -> RunRecord:
    if record.stamp != mine:
        raise StoreError(EDITED)
    return record


class _Blocks:
    """Has the runs of a large ensemble gathered into blocks as they are done."""

    def __init__(self, specs: list[RunSpec], store: RunStore | None) -> None:
        self._store = store if len(specs) > FEW else None
        self._blocks: dict[int, list[RunSpec]] = {}
        for spec in specs:
            self._blocks.setdefault(spec.replicate // BLOCK, []).append(spec)
        self._left = {place: len(block) for place, block in self._blocks.items()}

    def one_more(self, spec: RunSpec) -> None:
        """Note that a run is in the store."""
        place = spec.replicate // BLOCK
        self._left[place] -= 1
        if self._store is not None and not self._left[place]:
            self._store.gather(self._blocks[place])
