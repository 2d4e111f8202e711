"""A result run again from its manifest: is it the same, and if not, where does it first part?

Within one pinned environment a run gives the same bytes. Across platforms numbers are promised to
1e-9 only, so a difference within that is told apart from a real one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.answers.reading import Told, by_block, refuse_missing, stamp_in
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble, Progress, no_progress, run_ensemble
from sim.ensemble.run_file import run_digest
from sim.ensemble.stamp import data_digests, machinery, stamp_of_this_code
from sim.ensemble.store import RunStore
from sim.market.outcomes import OUTCOMES
from sim.studies.compare.method.null_test import FirstDifference, differs

CLOSE = 1e-9
"""Numbers this near (of 1, or of their own size if that is larger) count as equal elsewhere."""


class Apart(NamedTuple):
    """Something that was one thing when a result was made and is another here."""

    what: str
    there: str
    here: str


def stamps_apart(content: Mapping[str, Any]) -> list[Apart]:
    """Return how version, code and data differ from those that made a result."""
    there, here = stamp_in(content), stamp_of_this_code()
    found = []
    if there.version != here.version:
        found.append(Apart("package version", there.version, here.version))
    if there.code != here.code:
        found.append(Apart("code", there.code or "not recorded", here.code))
    if there.data != here.data:
        tables, mine = content.get("data_tables"), data_digests()
        theirs = tables if isinstance(tables, Mapping) else {}
        moved = sorted(name for name in {*theirs, *mine} if theirs.get(name) != mine.get(name))
        named = f" ({', '.join(moved)})" if theirs and moved else ""
        found.append(Apart(f"data tables{named}", there.data, here.data))
    return found


def platform_apart(content: Mapping[str, Any]) -> list[Apart]:
    """Return how the machinery below the package differs: it may move a number's last digits."""
    return [
        Apart(name, str(content.get(name)), here)
        for name, here in machinery().items()
        if str(content.get(name)) != here
    ]


# Running again


@dataclass(frozen=True)
class Rerun:
    """One ensemble run again beside what was kept of it.

    Attributes:
        numbers: how many recorded numbers the runs have.
        differing: the first run of every block (of `block` runs) that is not the same.
        first: where the first of them parts by more than 1e-9; None where that is not known
            (only digests were kept) or nothing does.
        is_close: whether all numbers agree to 1e-9; None where only digests were kept.
        unsound: files that are not what was once written there, or not of the run they stand for.
    """

    ensemble: Ensemble
    numbers: int
    block: int
    differing: tuple[int, ...]
    first: FirstDifference | None
    is_close: bool | None
    unsound: tuple[Path, ...] = ()

    @property
    def is_identical(self) -> bool:
        """Whether every run is the same, bit for bit."""
        return not self.differing and not self.unsound


class _Watch:
    """Looks at each run as it comes and keeps what verification needs of it."""

    def __init__(self, one: Told, store: RunStore | None) -> None:
        self.digests: dict[int, str] = {}
        self.numbers = 0
        self.differing: list[int] = []
        self.far: dict[int, FirstDifference | None] = {}
        self.unsound: list[Path] = []
        self._one, self._store = one, store

    def see(self, record: RunRecord) -> None:
        run = record.replicate
        self.digests[run] = run_digest(record)
        self.numbers += int(np.isfinite(record.outcomes).sum())
        if self._store is None:
            return
        spec = self._one.spec(run)
        try:
            kept, is_sound = self._store.look_at(spec)
        except StoreError:
            self.unsound.append(self._store.where(spec))
            self.differing.append(run)
            self.far[run] = None
            return
        if not is_sound:
            self.unsound.append(self._store.where(spec))
        if run_digest(kept) != self.digests[run]:
            self.differing.append(run)
            first = _first_far(kept, record)
            facts = [(r.parameters, r.structure, r.facts) for r in (kept, record)]
            if first is not None or facts[0] != facts[1]:
                self.far[run] = first


def run_again(
    one: Told,
    digests: Sequence[str] = (),
    block: int = 1,
    *,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> Rerun:
    """Run what a manifest tells of and compare it, run by run, with what was kept.

    Args:
        one: what was run; where its folder is at hand, its runs are compared number by number.
        digests: otherwise the digest of every block of runs.
        block: how many runs a block has.

    Raises:
        StoreError: a run is missing from the folder.
    """
    store = None if one.folder is None else RunStore(one.folder, only_read=True)
    if store is not None:
        refuse_missing(one, store)
    watch = _Watch(one, store)
    ensemble = run_ensemble(
        one.scenario,
        runs=one.runs,
        seed=one.seed,
        years=one.years,
        draws=one.draws,
        pool=pool,
        progress=progress,
        each=watch.see,
    )
    if store is not None:
        first = watch.far[min(watch.far)] if watch.far else None
        differing = tuple(sorted(watch.differing))
        unsound = tuple(sorted(watch.unsound))
        return Rerun(ensemble, watch.numbers, 1, differing, first, not watch.far, unsound)
    mine = tuple(watch.digests[run] for run in range(one.runs))
    _, blocks = by_block(mine, max(len(digests), 1))
    pairs = enumerate(zip_longest(digests, blocks))
    parted = tuple(place * block for place, (there, here) in pairs if there != here)
    return Rerun(ensemble, watch.numbers, block, parted, None, None if parted else True)


def _first_far(kept: RunRecord, again: RunRecord) -> FirstDifference | None:
    """Return the earliest number of a run that differs by more than 1e-9, if one does."""
    old, new = kept.outcomes, again.outcomes
    apart = differs(old, new) & ~close(old, new)
    if not apart.any():
        return None
    month, place, unit = min((m, p, u) for p, m, u in np.argwhere(apart).tolist())
    at = (place, month, unit)
    return FirstDifference(
        month, OUTCOMES[place].name, again.replicate, again.units[unit],
        float(old[at]), float(new[at]),
    )  # fmt: skip


def close(one: FloatArray | float, other: FloatArray | float) -> Any:
    """Return whether numbers count as equal on another platform."""
    return np.isclose(one, other, rtol=CLOSE, atol=CLOSE, equal_nan=True)


def with_draws(one: Told, draws: Draws | None) -> Told:
    """Return what was run with the file its parameters were drawn from, where it needs one.

    Raises:
        StoreError: it needs a file and none is given, or another one is.
    """
    needs = bool(one.draws.digest)
    if draws is None and not needs:
        return one
    if draws is None:
        raise StoreError(
            "its parameters were drawn from a posterior's file, of which only the digest "
            f"({one.draws.digest}) is known; give the file with --parameters"
        )
    if draws.key != one.draws.key:
        raise StoreError(
            f"--parameters {draws.name}: is not what the result drew from "
            f"({draws.key}, not {one.draws.key})"
        )
    return replace(one, draws=draws)
