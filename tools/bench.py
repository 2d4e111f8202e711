"""Speed and memory, as ratios taken side by side in one run (seconds are for orientation).

The floor is the least work any such simulation must do: drawing one number for each worker,
month and hazard. A run is compared with it in turn, so a slow machine slows both alike.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from sim.domain.randomness import Purpose, Streams, slot_keys
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunSpec, run_once
from sim.ensemble.run import run_ensemble
from sim.ensemble.workers import workers
from sim.scenario import load_scenario
from sim.twin import Twin

YEARS, PAIRS, WORKERS, HAZARDS = 10, 7, 8_500, 3
ENSEMBLE_RUNS, MEMORY_RUNS = 12, 100
TWIN_DRAWS, TWIN_YEARS = 250, 4
MEGABYTE = 1024 * 1024


def floor_work() -> None:
    """Draw once for each worker, month and hazard: nothing else."""
    streams, keys = Streams(1), slot_keys(WORKERS)
    for month in range(12 * YEARS):
        for hazard in range(HAZARDS):
            streams.uniform(Purpose(hazard + Purpose.LEAVE_SECTOR), month, keys)


def twin_work() -> None:
    """Let many draws of the borough twin pass the years of a calibration."""
    Twin(load_scenario("baseline"), {}, TWIN_DRAWS, 1).run(TWIN_YEARS)


def processor_seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def memory_megabytes() -> float:
    """Return the most memory this process has used."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) / MEGABYTE


def ensemble_seconds(jobs: int) -> float:
    """Return the wall time of an ensemble on some processes, starting them included."""
    began = time.monotonic()
    with workers(jobs) as pool:
        run_ensemble(load_scenario("baseline"), runs=ENSEMBLE_RUNS, seed=1, years=YEARS, pool=pool)
    return time.monotonic() - began


def main() -> None:
    """Measure and print."""
    spec = RunSpec(load_scenario("baseline"), 1, 0, YEARS, Draws.DEFAULT)
    imported = memory_megabytes()
    run_once(spec)
    one_run = memory_megabytes() - imported
    pairs = [
        (processor_seconds(lambda: run_once(spec)), processor_seconds(floor_work))
        for _ in range(PAIRS)
    ]
    ratios = sorted(run / floor for run, floor in pairs)
    seconds = statistics.median(run for run, _ in pairs)
    before = memory_megabytes()
    for replicate in range(MEMORY_RUNS):
        run_once(RunSpec(spec.scenario, 1, replicate, 1, Draws.POSTERIOR))
    growth = memory_megabytes() - before
    short = RunSpec(spec.scenario, 1, 0, TWIN_YEARS, Draws.DEFAULT)
    twins = sorted(
        processor_seconds(lambda: run_once(short)) / processor_seconds(twin_work) * TWIN_DRAWS
        for _ in range(PAIRS)
    )
    one, two = ensemble_seconds(1), ensemble_seconds(2)
    for what, measured in (
        (f"one {YEARS}-year London run, against the floor", f"{statistics.median(ratios):.1f}"),
        (f"   over {PAIRS} pairs", f"{ratios[0]:.1f} to {ratios[-1]:.1f}"),
        ("   processor time, for orientation", f"{seconds:.2f} s"),
        (f"{ENSEMBLE_RUNS} runs, wall time of two processes to one", f"{two / one:.2f}"),
        (f"one {TWIN_YEARS}-year run, against a twin's draw", f"{statistics.median(twins):.0f}"),
        ("memory of one run above the imports", f"{one_run:.0f} MB"),
        (f"growth over {MEMORY_RUNS} one-year runs", f"{growth:.0f} MB"),
        ("numpy, Python", f"{np.__version__}, {sys.version.split()[0]}"),
    ):
        print(f"{what:<48}{measured:>16}")


if __name__ == "__main__":
    main()
