"""Speed and memory in one table: ratios taken side by side in one run, seconds for orientation.

The floor is the least work any such simulation must do: drawing one number for each worker,
month and hazard. The oracle is the tests' London of one Mesa agent a worker. What is compared is
done in turn, so a slow machine slows both alike.

    python tools/bench.py            docs/bench.md and a file of docs/bench/
    python tools/bench.py --quick    the same table with fewer pairs, printed only
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import bench_work as work
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PAGE, HISTORY = ROOT / "docs" / "bench.md", ROOT / "docs" / "bench"
HEAD = """# How fast it is

Written by `make bench`; every run of it is kept in `docs/bench/`. Ratios are medians of pairs
measured in turn, with the lowest and the highest pair; seconds depend on the machine.
"""


class Row(NamedTuple):
    """One measurement: median, lowest and highest."""

    what: str
    median: float
    low: float
    high: float
    unit: str


def row(what: str, values: list[float], unit: str = "times") -> Row:
    return Row(what, statistics.median(values), min(values), max(values), unit)


def ratios(
    one: Callable[[], object], other: Callable[[], object], pairs: int, scale: float = 1.0
) -> list[float]:
    """Return processor time of one over the other, pair by pair."""
    return [
        scale * work.processor_seconds(one) / work.processor_seconds(other) for _ in range(pairs)
    ]


def measured(pairs: int, runs: int) -> Iterator[Row]:
    """Measure everything, one row after another."""
    work.decade()  # compiled by now
    yield row("a London decade, against the floor", ratios(work.decade, work.floor, pairs))
    seconds = [work.processor_seconds(work.decade) for _ in range(pairs)]
    yield row("a London decade, processor time", seconds, "s")
    each = [1e9 * one / work.WORKER_MONTHS for one in seconds]
    yield row("a worker-month of it", each, "ns")
    oracle, columns = work.oracle_months(), work.market_months()
    yield row("months of the oracle, against the same here", ratios(oracle, columns, 3))
    yield row(
        "a four-year run, against a twin's draw",
        ratios(work.short, work.twin, pairs, work.TWIN_DRAWS),
    )
    for workers in (1_000, 10_000, 100_000, 1_000_000):
        cost = [work.cost_of_size(workers) for _ in range(3)]
        yield row(f"a worker-month among {workers:,}", cost, "ns")
    for employers in (32, 150):
        cost = [work.cost_of_employers(employers) for _ in range(3)]
        yield row(f"a worker-month with {employers} employers", cost, "ns")
    yield from _commands(pairs)
    one, two = (work.ensemble_seconds(jobs, runs) for jobs in (1, 2))
    yield row(f"{runs} decades on one core, wall time", [one], "s")
    yield row(f"{runs} decades on two cores, wall time", [two], "s")
    yield row("memory of a process that runs decades", [work.memory_megabytes()], "MB")
    yield row("what 100 more runs add to it", [work.memory_growth(100)], "MB")


def _commands(pairs: int) -> Iterator[Row]:
    """Start-up: processor time of whole processes against one that does nothing."""
    nothing = [sys.executable, "-c", "pass"]
    for name, code in (
        ("permanence --help", _typed("--help")),
        ("permanence scenario list", _typed("scenario", "list")),
        (
            "import to a first year of agents",
            "import sim; sim.LondonMarket('baseline', rng=1, years=1).run()",
        ),
    ):
        command = [sys.executable, "-c", code]
        work.process_seconds(command)
        seconds = [work.process_seconds(command) for _ in range(pairs)]
        found = [one / work.process_seconds(nothing) for one in seconds]
        yield row(f"{name}, against `python -c pass`", found)
        yield row(f"{name}, processor time", seconds, "s")


def _typed(*arguments: str) -> str:
    """Return the Python that a typed command is."""
    typed = ["permanence", *arguments]
    return f"import sys; sys.argv = {typed}; from sim.interfaces.start import main; main()"


def shown(one: Row) -> str:
    digits = 0 if one.median >= 100 else 1 if one.median >= 10 else 2
    spread = "" if one.low == one.high else f"{one.low:,.{digits}f} to {one.high:,.{digits}f}"
    return f"| {one.what} | {one.median:,.{digits}f} | {spread} | {one.unit} |"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--quick", action="store_true", help="fewer pairs; nothing is written")
    quick = asked.parse_args().quick
    lines = ["| what | median | lowest to highest | unit |", "|---|---|---|---|"]
    print("\n".join(lines))
    rows = []
    for one in measured(3 if quick else 11, 20 if quick else 200):
        rows.append(one)
        lines.append(shown(one))
        print(lines[-1], flush=True)
    if quick:
        return
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    versions = f"Python {platform.python_version()}, numpy {np.__version__}"
    machine = f"{os.cpu_count()} processors, {platform.machine()}"
    HISTORY.mkdir(exist_ok=True)
    told = {"date": f"{date.today()}", "commit": commit, "versions": versions, "machine": machine}
    content = told | {"rows": [one._asdict() for one in rows]}
    name = f"{date.today()}-{commit or 'unknown'}.json"
    (HISTORY / name).write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    last = f"\n{date.today()}, commit {commit}; {versions}; {machine}.\n"
    PAGE.write_text("\n".join([HEAD, *lines]) + "\n" + last, "utf-8")


if __name__ == "__main__":
    main()
