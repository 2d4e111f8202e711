"""What `bench.py` measures: each a piece of work that is done again and again."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.domain.opening_state import CensusStart, census_start
from sim.domain.randomness import Purpose, Streams, slot_keys
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunSpec, run_once
from sim.ensemble.run import run_ensemble
from sim.ensemble.workers import workers
from sim.market.model import LondonMarket
from sim.scenario import load_scenario, scenario_from
from sim.twin import Twin

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tests' oracle

YEARS, WORKERS, HAZARDS = 10, 8_500, 3
WORKER_MONTHS = 12 * YEARS * WORKERS
TWIN_DRAWS, TWIN_YEARS = 250, 4
ORACLE_MONTHS = 1
MEGABYTE = 1024 * 1024
BASELINE = load_scenario("baseline")
# What the oracle has: no Ofsted, and no lever but a cap.
ORACLE_PLAN = scenario_from(
    {
        "start": {"year": 2023},
        "parameters": {"inspections_per_year": 0.0},
        "levers": {"cap": {"charge_rate_per_hour": 47.0, "members": 1.0, "tolerance": 0.10}},
    },
    "the oracle's London",
)


def processor_seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def process_seconds(command: list[str]) -> float:
    """Return the processor time of a process of its own, which must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def memory_megabytes() -> float:
    """Return the most memory this process has used."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) / MEGABYTE


def decade() -> None:
    """Run London for ten years: full mechanisms, default draws, everything recorded."""
    run_once(RunSpec(BASELINE, 1, 0, YEARS, Draws.DEFAULT))


def short() -> None:
    """Run London for the years of a calibration."""
    run_once(RunSpec(BASELINE, 1, 0, TWIN_YEARS, Draws.DEFAULT))


def floor() -> None:
    """Draw once for each worker, month and hazard: nothing else."""
    streams, keys = Streams(1), slot_keys(WORKERS)
    for month in range(12 * YEARS):
        for hazard in range(HAZARDS):
            streams.uniform(Purpose(hazard + Purpose.LEAVE_SECTOR), month, keys)


def twin() -> None:
    """Let many draws of the borough twin pass the years of a calibration."""
    Twin(BASELINE, {}, TWIN_DRAWS, 1).run(TWIN_YEARS)


def oracle_months() -> Callable[[], None]:
    """Return work: some months of the tests' London of one object a worker, once it is open."""
    from tests.market.oracle import OracleLondon

    return stepped(OracleLondon(ORACLE_PLAN, census_start(2023), 1))


def market_months() -> Callable[[], None]:
    """Return work: as many months of the model, in the same London by the same rules."""
    market = LondonMarket(ORACLE_PLAN, rng=1, years=YEARS)
    market.step()
    return stepped(market)


def stepped(london: LondonMarket) -> Callable[[], None]:
    """Return work: so many months of a London."""

    def months() -> None:
        for _ in range(ORACLE_MONTHS):
            london.step()

    return months


def cost_of_size(people: int) -> float:
    """Return processor ns a worker-month in a London of so many workers."""
    census = census_start(2023)
    times = people / int((census.permanent + census.agency).sum())
    permanent, extra = (_times(one, times) for one in (census.permanent, census.extra))
    cover = _times(census.agency - census.extra, times)
    room = np.maximum(_times(census.posts - census.permanent, times), cover)
    larger = replace(
        census,
        posts=permanent + room,
        permanent=permanent,
        agency=cover + extra,
        extra=extra,
        cases=census.cases * times,
    )
    return _cost(larger)


def cost_of_employers(count: int) -> float:
    """Return processor ns a worker-month with so many employers of 267 posts each."""
    whole = np.ones(count, np.int64)
    census = CensusStart(
        year=2023,
        employers=tuple(f"Employer {place}" for place in range(1, count + 1)),
        posts=267 * whole,
        permanent=200 * whole,
        agency=60 * whole,
        extra=5 * whole,
        cases=16.0 * 260 * 0.6 * whole,
        case_holder_share=0.6 * whole,
        imputed=(),
    )
    return _cost(census)


def _times(counts: np.ndarray, times: float) -> np.ndarray:
    return np.rint(counts * times).astype(np.int64)


def _cost(census: CensusStart) -> float:
    market = LondonMarket(ORACLE_PLAN, rng=1, years=2, census=census)
    market.step()
    months, people = 12, int((census.permanent + census.agency).sum())
    seconds = processor_seconds(lambda: [market.step() for _ in range(months)])
    market.release()
    return 1e9 * seconds / (months * people)


def ensemble_seconds(jobs: int, runs: int) -> float:
    """Return the wall time of an ensemble on some processes, starting them included."""
    began = time.monotonic()
    with workers(jobs) as pool:
        run_ensemble(BASELINE, runs=runs, seed=1, years=YEARS, pool=pool)
    return time.monotonic() - began


def memory_growth(runs: int) -> float:
    """Return by how much memory grows, in MB, over some one-year runs."""
    before = memory_megabytes()
    for replicate in range(runs):
        run_once(RunSpec(BASELINE, 1, replicate, 1, Draws.POSTERIOR))
    return memory_megabytes() - before
