"""Pair two revisions: a London decade of this checkout against one of another revision.

    python tools/bench_compare.py REVISION [PAIRS]

The other revision is checked out beside this one for as long as it takes. Each has a process of
its own, warm and waiting, and they run a decade in turn.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WAITING = """
import sys, time
try:
    from sim.ensemble.draws import Draws
    from sim.ensemble.replicate import RunSpec, run_once
except ImportError:  # 0.1.0
    from sim.experiments.draws import Draws
    from sim.experiments.replicate import RunSpec, run_once
from sim.scenario import load_scenario
spec = RunSpec(load_scenario("baseline"), 1, 0, 10, Draws.DEFAULT)
run_once(spec)
print("ready", flush=True)
for _ in sys.stdin:
    began = time.process_time()
    run_once(spec)
    print(time.process_time() - began, flush=True)
"""


class Revision:
    """A process that runs a decade of one checkout when asked."""

    def __init__(self, checkout: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WAITING],
            cwd=checkout,
            env=os.environ | {"PYTHONPATH": str(checkout)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise SystemExit(f"{checkout} does not run")

    def decade(self) -> float:
        """Return the processor seconds of a decade."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def end(self) -> None:
        """Let it go."""
        self._process.communicate()


def main() -> None:
    revision = sys.argv[1] if len(sys.argv) > 1 else ""
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 11
    if not revision:
        raise SystemExit("name a revision: make bench-compare REV=v0.1.0")
    with tempfile.TemporaryDirectory(prefix="permanence-") as folder:
        other = Path(folder) / "other"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(other), revision], check=True)
        try:
            here, there = Revision(ROOT), Revision(other)
            found = [(there.decade(), here.decade()) for _ in range(pairs)]
            here.end()
            there.end()
        finally:
            subprocess.run([*git, "remove", "--force", str(other)], check=True)
    times = sorted(before / now for before, now in found)
    print(
        f"a London decade: this checkout is {statistics.median(times):.2f} times as fast as "
        f"{revision} ({times[0]:.2f} to {times[-1]:.2f} over {pairs} pairs)"
    )


if __name__ == "__main__":
    main()
