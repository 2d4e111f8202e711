"""Policies in futures, by the borough twin or by agents, in blocks that are never run twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.headline import SHARES
from sim.domain.randomness import BoolArray, FloatArray, Purpose, Streams
from sim.ensemble.arrays import keep_array, kept_array
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunSpec, run_once
from sim.ensemble.run import Progress
from sim.rules.in_force import Rulebook
from sim.rules.levers.members import Members, members_of
from sim.scenario import Scenario
from sim.studies.robust.method.futures import Futures, in_future, settings_of, structure_of
from sim.studies.robust.method.stacked import SIDE_BY_SIDE, ManyRulebooks
from sim.studies.robust.method.uncertain import Uncertain, is_column, with_values
from sim.twin import Twin

TWIN_BLOCK, AGENTS_BLOCK = 32, 4
"""Futures worked on together: amounts gain by it, people do not."""
BLOCKS_FOLDER = "blocks"
SPENT = "spent"
KEPT = (*SHARES, SPENT)
"""What is kept of a policy in a future: shares at the last census, £ spent over the whole time."""
COSTS = ("agency_cost_per_year", "permanent_cost_per_year", "policy_cost_per_year")


class Plan(NamedTuple):
    """Policies, the base first, and the futures in which each is run to the horizon."""

    policies: tuple[Scenario, ...]
    uncertain: tuple[Uncertain, ...]
    futures: Futures
    years: int


Block = tuple[int, ...]
Work = Callable[[Plan, Block], FloatArray]


# By agents


def by_agents(plan: Plan, block: Block) -> FloatArray:
    """Return what agents come to in some futures, (policy, future, `KEPT`)."""
    found = np.zeros((len(plan.policies), len(block), len(KEPT)))
    for place, policy in enumerate(plan.policies):
        for at, future in enumerate(block):
            scenario = in_future(policy, plan.uncertain, plan.futures, future)
            spec = RunSpec(scenario, plan.futures.seed, future, plan.years, Draws.DEFAULT)
            record = run_once(spec)
            paid = sum(record.of(name)[1:, 0].sum() for name in COSTS) / MONTHS_PER_YEAR
            found[place, at] = [*(record.of(name)[-1, 0] for name in SHARES), paid]
    return found


# By the twin


def by_twin(plan: Plan, block: Block) -> FloatArray:
    """Return what the borough twin comes to in some futures, (policy, future, `KEPT`).

    Luck is the block's, and so the same for every policy.
    """
    luck = int(np.random.SeedSequence([plan.futures.seed, block[0]]).generate_state(1)[0])
    return np.stack([followed(policy, plan, block, luck) for policy in plan.policies])


def followed(policy: Scenario, plan: Plan, block: Block, luck: int | None) -> FloatArray:
    """Return what the twin comes to under one policy in some futures, (future, `KEPT`).

    Args:
        policy: of the plan.
        plan: what is run.
        block: which futures.
        luck: the seed of luck, or None to leave it out.
    """
    twin = opened(policy, plan, block, luck)
    spent = np.zeros(len(block))
    for _ in range(plan.years * MONTHS_PER_YEAR):
        twin.step()
        bought = np.broadcast_to(twin.policy_cost_per_year(), twin.shape).sum(axis=1)
        staff = np.asarray(twin.agency_cost_per_year() + twin.permanent_cost_per_year())
        spent += (staff.sum(axis=1) + bought) / MONTHS_PER_YEAR
    permanent, placed = twin.permanent.sum(axis=1), twin.placed.sum(axis=1)
    posts, unfilled = twin.posts.sum(axis=1), twin.unfilled.sum(axis=1)
    return np.stack(
        [permanent / (permanent + placed), permanent / posts, unfilled / posts, spent], axis=1
    )


def opened(policy: Scenario, plan: Plan, block: Block, luck: int | None) -> Twin:
    """Return the Londons of some futures under a policy, each with rules of its own.

    Who signs is drawn as agents draw it.
    """
    among, places = plan.futures, list(block)
    each = [settings_of(policy, plan.uncertain, among, future) for future in block]
    alike = {key: value for key, value in each[0].items() if not _is_apart(key)}
    columns = {
        name: column[places]
        for name, column in among.columns.items()
        if name not in policy.fixed_parameters
    }
    own = [key for key in each[0] if is_column(key)]
    columns |= {key.partition(".")[2]: np.array([one[key] for one in each]) for key in own}
    structures = [structure_of(policy, among.structures[future]) for future in block]
    twin = Twin(with_values(policy, alike), columns, len(block), luck, structures=structures)
    books = [
        _book(in_future(policy, plan.uncertain, among, one), among, one, twin) for one in block
    ]
    twin.rulebook = ManyRulebooks(books, len(twin.employers))
    return twin


def _book(scenario: Scenario, among: Futures, future: int, twin: Twin) -> Rulebook:
    streams = Streams(among.seed, future)

    def who(members: Members, purpose: Purpose) -> BoolArray:
        return members_of(members, twin.employers, streams, purpose)

    opening, count = scenario.start.opening, len(twin.employers)
    return Rulebook(scenario.levers, scenario.parameters, opening, count, who)


def _is_apart(key: str) -> bool:
    """Return whether Londons that are followed together may differ in a number."""
    return key in SIDE_BY_SIDE or is_column(key)


# Blocks


def blocks_of(plan: Plan, among: Sequence[int], size: int) -> list[Block]:
    """Return futures in blocks; what the twin cannot take by draw is alike within each."""
    groups: dict[str, list[int]] = {}
    for future in among:
        apart = [
            (key, value)
            for policy in plan.policies
            for key, value in settings_of(policy, plan.uncertain, plan.futures, future).items()
            if not _is_apart(key)
        ]
        groups.setdefault(str(apart), []).append(future)
    return [
        tuple(group[start : start + size])
        for group in groups.values()
        for start in range(0, len(group), size)
    ]


def over_futures(
    plan: Plan,
    among: Sequence[int],
    *,
    is_agents: bool,
    pool: Executor | None,
    folder: Path | None,
    progress: Progress,
) -> FloatArray:
    """Return what policies come to in some futures, (policy, future, `KEPT`).

    Args:
        plan: what is run.
        among: which futures.
        is_agents: whether agents are asked, not the twin.
        pool: processes to work in, or None.
        folder: where blocks are kept; one found there is not run again.
        progress: is told how many futures are done.
    """
    work: Work = by_agents if is_agents else by_twin
    blocks = blocks_of(plan, among, AGENTS_BLOCK if is_agents else TWIN_BLOCK)
    files = [None if folder is None else _file(folder, one, work.__name__) for one in blocks]
    rows, columns = len(plan.policies), len(KEPT)
    kept = [
        kept_array(path, (rows, len(one), columns)) for path, one in zip(files, blocks, strict=True)
    ]
    todo = [place for place, one in enumerate(kept) if one is None]
    done = sum(one.shape[1] for one in kept if one is not None)
    progress(done, len(among), 0.0)
    for place, values in _worked(work, plan, blocks, todo, pool):
        path = files[place]
        if path is not None:
            keep_array(path, values)
        kept[place] = values
        done += values.shape[1]
        progress(done, len(among), 0.0)
    found = np.concatenate([one for one in kept if one is not None], axis=1)
    order = np.argsort([future for block in blocks for future in block])
    return found[:, order][:, np.argsort(np.argsort(among))]


def _worked(
    work: Work, plan: Plan, blocks: Sequence[Block], todo: Sequence[int], pool: Executor | None
) -> Iterator[tuple[int, FloatArray]]:
    if pool is None:
        yield from ((place, work(plan, blocks[place])) for place in todo)
        return
    begun = {pool.submit(work, plan, blocks[place]): place for place in todo}
    for task in as_completed(begun):
        yield begun[task], task.result()


def _file(folder: Path, block: Block, work: str) -> Path:
    """Return where a block is kept: its name is that of its futures."""
    words = blake2b(np.array(block, np.int64).tobytes(), digest_size=10).hexdigest()
    return folder / BLOCKS_FOLDER / f"{work.replace('_', '-')}-{words}.npy"
