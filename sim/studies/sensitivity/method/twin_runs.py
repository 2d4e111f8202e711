"""The borough twin over the points of a design, in blocks that are kept and never run twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, as_completed
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.arrays import keep_array, kept_array
from sim.ensemble.run import Progress
from sim.market.outcomes import BASE, OUTCOMES, measured, twin_is_recorded
from sim.scenario import Scenario
from sim.studies.sensitivity.method.factors import Factor, columns_of, structures_of
from sim.twin import Twin

BLOCK = 256
"""Points worked on together."""
BLOCKS_FOLDER = "blocks"
TOLD = tuple(outcome for outcome in OUTCOMES if outcome.is_told_by_the_twin)
TOLD_NAMES = tuple(outcome.name for outcome in TOLD)
"""What is kept of a point: every outcome the twin tells, at the horizon."""


class Plan(NamedTuple):
    """What is run at every point: one scenario, or a base and a policy, each to the horizon."""

    scenarios: tuple[Scenario, ...]
    factors: tuple[Factor, ...]
    years: int
    unit: str


def values_at(plan: Plan, units: FloatArray, luck: int | None = None) -> FloatArray:
    """Return what the twin comes to at points (a task for a worker process).

    Args:
        plan: what is run.
        units: numbers from 0 to 1, (point, factor).
        luck: the seed of luck; None leaves luck out, and Ofsted's inspector with it.

    Returns:
        (scenario, point, outcome), outcomes as in `TOLD_NAMES`.
    """
    found = np.zeros((len(plan.scenarios), len(units), len(TOLD)))
    for place, scenario in enumerate(plan.scenarios):
        twin = Twin(
            scenario,
            columns_of(plan.factors, units),
            len(units),
            luck,
            structures=structures_of(plan.factors, units, scenario),
        )
        for _ in range(plan.years * MONTHS_PER_YEAR):
            twin.step()
        panel = np.zeros((len(units), len(twin.employers), len(BASE)))
        twin_is_recorded(twin, panel)
        for column, outcome in enumerate(TOLD):
            is_london = plan.unit == LONDON or outcome.london_only
            values = measured(panel, outcome, london=is_london)
            at = values if is_london else values[:, twin.employers.index(plan.unit)]
            found[place, :, column] = at
    return found


def over_design(
    plan: Plan,
    units: FloatArray,
    *,
    pool: Executor | None,
    folder: Path | None,
    progress: Progress,
    luck: int | None = None,
) -> FloatArray:
    """Return what the twin comes to at every point of a design, (scenario, point, outcome).

    Args:
        plan: what is run.
        units: the design, (point, factor), from 0 to 1.
        pool: processes to work in, or None.
        folder: where blocks are kept; one found there is not run again.
        progress: is told how many points are done.
        luck: as in `values_at`.
    """
    blocks = [units[start : start + BLOCK] for start in range(0, len(units), BLOCK)]
    files = [None if folder is None else _file(folder, block, luck) for block in blocks]
    rows, columns = len(plan.scenarios), len(TOLD)
    kept = [
        kept_array(path, (rows, len(block), columns))
        for path, block in zip(files, blocks, strict=True)
    ]
    todo = [place for place, one in enumerate(kept) if one is None]
    done = sum(len(one[0]) for one in kept if one is not None)
    progress(done, len(units), 0.0)
    for place, values in _worked(plan, blocks, todo, luck, pool):
        path = files[place]
        if path is not None:
            keep_array(path, values)
        kept[place] = values
        done += values.shape[1]
        progress(done, len(units), 0.0)
    return np.concatenate([one for one in kept if one is not None], axis=1)


def _worked(
    plan: Plan,
    blocks: Sequence[FloatArray],
    todo: Sequence[int],
    luck: int | None,
    pool: Executor | None,
) -> Iterator[tuple[int, FloatArray]]:
    if pool is None:
        yield from ((place, values_at(plan, blocks[place], luck)) for place in todo)
        return
    begun = {pool.submit(values_at, plan, blocks[place], luck): place for place in todo}
    for task in as_completed(begun):
        yield begun[task], task.result()


def _file(folder: Path, block: FloatArray, luck: int | None) -> Path:
    """Return where a block is kept: its name is its content's."""
    words = blake2b(np.ascontiguousarray(block).tobytes(), digest_size=10).hexdigest()
    return folder / BLOCKS_FOLDER / f"{words}{'' if luck is None else f'-luck-{luck}'}.npy"
