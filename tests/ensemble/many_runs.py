"""Many small runs at the price of one: the same record under other numbers."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from sim.ensemble import store as stores
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunRecord, RunSpec, run_once
from sim.ensemble.run_file import write_runs
from sim.ensemble.store import BLOCK, RunStore
from sim.scenario import load_scenario

SCENARIO = load_scenario("no-cap")


def spec(replicate: int, **changed: Any) -> RunSpec:
    values = {"seed": 3, "years": 1, "draws": Draws.POSTERIOR} | changed
    return RunSpec(values.pop("scenario", SCENARIO), replicate=replicate, **values)


@cache
def _one() -> RunRecord:
    return run_once(spec(0))


def record(replicate: int) -> RunRecord:
    """Return a run that can be told from the others: its last number is its own."""
    outcomes = np.array(_one().outcomes)
    outcomes[0, -1, 0] = float(replicate)
    return replace(_one(), replicate=replicate, outcomes=outcomes)


def filled(folder: Path, count: int, first: int = 0) -> RunStore:
    store = RunStore(folder)
    for replicate in range(first, first + count):
        store.keep(spec(replicate), record(replicate))
    return store


def block(place: int = 0) -> list[RunSpec]:
    return [spec(replicate) for replicate in range(place * BLOCK, (place + 1) * BLOCK)]


def numbers_in(folder: Path, count: int = BLOCK) -> list[float | None]:
    """Return the number each run is told by, as a store finds it anew; None where it is lost."""
    store = RunStore(folder)
    kept = [store.find(spec(replicate)) for replicate in range(count)]
    return [None if one is None else float(one.outcomes[0, -1, 0]) for one in kept]


def _die(*anything: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at_a_run(path: Path, missing_ok: bool = False) -> None:
    if path.suffix == ".parquet":
        _die()


def _die_half_way(stream: IO[bytes], tables: Any, entries: Any) -> None:
    def some() -> Any:
        for place, table in enumerate(tables):
            if place == BLOCK // 2:
                stream.flush()
                _die()
            yield table

    write_runs(stream, some(), entries)


def gather_and_die(folder: Path, when: str) -> None:
    """Gather a block and be killed, as by the system, at a certain moment."""
    if when == "half a block":
        stores.write_runs = _die_half_way  # type: ignore[attr-defined]
    elif when == "block written":
        Path.unlink = _die_at_a_run  # type: ignore[method-assign]
    elif when == "some files removed":
        unlink = Path.unlink

        def die_after_ten(path: Path, missing_ok: bool = False) -> None:
            if len(list(path.parent.glob("*.parquet"))) <= BLOCK - 10:
                _die()
            unlink(path, missing_ok)

        Path.unlink = die_after_ten  # type: ignore[method-assign]
    RunStore(folder).gather(block())


if __name__ == "__main__":
    gather_and_die(Path(sys.argv[1]), sys.argv[2])
