"""How many processors to use: what a person says, else what machine and container allow."""

from __future__ import annotations

import os
from collections.abc import Mapping
from math import ceil
from pathlib import Path

from sim.domain.given import shortened
from sim.ensemble.asked import MOST_JOBS
from sim.ensemble.files import StoreError

JOBS = "PERMANENCE_JOBS"
CGROUPS = Path("/sys/fs/cgroup")


def jobs_here(given: Mapping[str, str] = os.environ, cgroups: Path = CGROUPS) -> int:
    """Return how many processes to use where a command does not say.

    Args:
        given: the environment: PERMANENCE_JOBS in it goes before all else.
        cgroups: where Linux says what a container may use.

    Raises:
        StoreError: PERMANENCE_JOBS is no number of processes.
    """
    said = given.get(JOBS, "").strip()
    if said:
        if said.isdecimal() and len(said) < 5 and 1 <= int(said) <= MOST_JOBS:
            return int(said)
        raise StoreError(
            f"{JOBS}: given {shortened(said)}; allowed: a whole number from 1 to {MOST_JOBS}"
        )
    affinity = getattr(os, "sched_getaffinity", None)
    here = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    share = _quota(cgroups)
    return here if share is None else max(1, min(here, ceil(share)))


def _quota(cgroups: Path) -> float | None:
    """Return how many processors' time a container has, or None where it has no such bound."""
    found = [_numbers(cgroups / "cpu.max")]
    old = cgroups / "cpu"
    found.append([*_numbers(old / "cpu.cfs_quota_us"), *_numbers(old / "cpu.cfs_period_us")])
    for pair in found:
        if len(pair) == 2 and pair[0] > 0 and pair[1] > 0:
            return pair[0] / pair[1]
    return None


def _numbers(path: Path) -> list[float]:
    try:
        return [float(word) for word in path.read_text("ascii").split()]
    except (OSError, ValueError):
        return []
