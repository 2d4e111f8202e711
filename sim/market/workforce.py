"""The workforce ledger: the only place where anybody moves between posts.

Workers are rows of columns; a row is never reused. Everybody else asks the ledger, which
writes each move down as an event and keeps the counts by the flows, so that the counts can be
checked against the rows at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domain.randomness import IntArray
from sim.domain.vocabulary import Event, Source, WorkerState
from sim.market.rows import NOWHERE, Newcomers, Rows, move, take_in, those_not_out
from sim.scenario import ScenarioError

__all__ = ["IntArray", "LedgerError", "Moment", "Newcomers", "Worker", "Workforce"]

PERMANENT = int(WorkerState.PERMANENT)


PEOPLE_PER_POST = 300
MOST_PEOPLE = 10_000 * PEOPLE_PER_POST
"""Who may ever have entered a run: what each is known by takes some 40 bytes."""


class CrowdError(ScenarioError):
    """A scenario draws in more people than a run can hold."""


class LedgerError(RuntimeError):
    """The ledger's counts and its rows disagree: a fault of the program, never of its input."""


@dataclass(frozen=True)
class Moment:
    """One event in a worker's life: the month, what happened, and at which employer."""

    month: int
    event: Event
    employer: str | None


@dataclass(frozen=True)
class Worker:
    """A read-only view of one worker and of everything that happened to them."""

    id: int
    state: WorkerState
    employer: str | None
    source: Source
    experience_months: int
    tenure_months: int
    taste: float
    history: tuple[Moment, ...]


class Workforce:
    """Columns of workers behind one ledger.

    Attributes:
        rows: the columns, by id, with room for more (read them, never write them).
        flows: this month's events by kind and employer, zeroed by `open_month`.
    """

    def __init__(self, employers: tuple[str, ...], capacity: int = 1024) -> None:
        self.employers = employers
        self.month = 0
        self.size = 0
        self.rows = Rows.empty(capacity)
        self.flows = np.zeros((len(Event), len(employers)), np.int64)
        self._heads = np.zeros((len(WorkerState), len(employers) + 1), np.int64)
        self._living = np.zeros(capacity, np.int64)
        self._alive = 0
        self._log: list[tuple[int, Event, IntArray, IntArray]] = []

    @property
    def permanent(self) -> IntArray:
        """Permanent staff, FTE by employer (one worker is one FTE)."""
        return self._heads[WorkerState.PERMANENT, :NOWHERE]

    @property
    def placed(self) -> IntArray:
        """Agency staff placed, FTE by employer."""
        return self._heads[WorkerState.PLACED, :NOWHERE]

    @property
    def bench(self) -> int:
        """London's agency staff between assignments."""
        return int(self._heads[WorkerState.BENCH, NOWHERE])

    @property
    def out(self) -> int:
        """How many have left for good."""
        return int(self._heads[WorkerState.OUT, NOWHERE])

    @property
    def living(self) -> IntArray:
        """Ids, in order of entry, of all who had not left for good when the month opened."""
        return self._living[: self._alive]

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return one column of all workers ever entered (a view: read it, never write it)."""
        found: npt.NDArray[Any] = getattr(self.rows, name)[: self.size]
        return found

    def of(self, name: str, ids: IntArray) -> npt.NDArray[Any]:
        """Return one column's values for some workers."""
        found: npt.NDArray[Any] = getattr(self.rows, name)[ids]
        return found

    def ids(self, state: WorkerState) -> IntArray:
        """Return the ids of all workers in a state, in order of entry."""
        return np.flatnonzero(self.column("state") == state)

    def experience_months(self, ids: IntArray) -> IntArray:
        """Return months since qualifying, for some workers."""
        return self.month - self.rows.qualified_month[ids].astype(np.int64)

    def open_month(self, month: int) -> None:
        """Start a month: its flows begin at zero."""
        self.month = month
        self.flows[:] = 0
        self._alive = those_not_out(self.rows, self.living)

    # The moves

    def enter(self, newcomers: Newcomers, source: Source, state: WorkerState) -> IntArray:
        """Take in new workers as permanent, placed or on the bench; return their ids."""
        count = newcomers.keys.size
        self._make_room(count)
        ids = np.arange(self.size, self.size + count)
        at_work = state is not WorkerState.BENCH
        stands = int(source), int(state), self.month, at_work
        flow = self.flows[Event.ENTERED]
        places = take_in(self.rows, self.size, newcomers, stands, self._heads, flow)
        self._living[self._alive : self._alive + count] = ids
        self._alive += count
        self.size += count
        self._note(Event.ENTERED, ids, places)
        return ids

    def leave_sector(self, ids: IntArray) -> None:
        """Let workers in any state but out leave for good."""
        is_permanent = self.rows.state[ids] == PERMANENT
        self._move(Event.LEFT_SECTOR, ids[is_permanent], WorkerState.OUT)
        self._move(Event.AGENCY_LEFT_SECTOR, ids[~is_permanent], WorkerState.OUT)

    def go_to_agency(self, ids: IntArray, cooling_off_months: int = 0) -> None:
        """Move permanent staff to the bench, where they look for an assignment after any wait."""
        self.rows.free_from_month[ids] = self.month + cooling_off_months
        self._move(Event.WENT_TO_AGENCY, ids, WorkerState.BENCH)

    def take_permanent_post(self, ids: IntArray) -> None:
        """Give placed agency staff a permanent post where they are placed."""
        self.rows.joined_month[ids] = self.month
        employers = self.rows.employer[ids].astype(np.int64)
        self._move(Event.TOOK_PERMANENT_POST, ids, WorkerState.PERMANENT, employers)

    def move_borough(self, ids: IntArray, employers: IntArray) -> None:
        """Move permanent staff to permanent posts at other employers."""
        self.rows.joined_month[ids] = self.month
        self._move(Event.MOVED_BOROUGH, ids, WorkerState.PERMANENT, employers)

    def begin_assignment(self, ids: IntArray, employers: IntArray) -> None:
        """Place agency staff from the bench."""
        self.rows.joined_month[ids] = self.month
        self._move(Event.ASSIGNMENT_BEGAN, ids, WorkerState.PLACED, employers)

    def end_assignment(self, ids: IntArray) -> None:
        """Return placed agency staff to the bench."""
        self._move(Event.ASSIGNMENT_ENDED, ids, WorkerState.BENCH)

    def _move(
        self, event: Event, ids: IntArray, state: WorkerState, employers: IntArray | None = None
    ) -> None:
        """Move workers to employers, or to none."""
        if ids.size:
            at = np.full(ids.size, NOWHERE) if employers is None else employers
            to, flow = (int(state), at), self.flows[event]
            self._note(event, ids, move(self.rows, ids, to, self._heads, flow))

    # Reading and checking

    def worker(self, worker_id: int) -> Worker:
        """Return one worker and their history.

        Raises:
            KeyError: no worker has had this id.
        """
        if not 0 <= worker_id < self.size:
            raise KeyError(f"no worker {worker_id}; ids run from 0 to {self.size - 1}")
        rows = self.rows
        history = tuple(
            Moment(month, event, self._name(int(places[where[0]])))
            for month, event, ids, places in self._log
            if (where := np.flatnonzero(ids == worker_id)).size
        )
        return Worker(
            id=worker_id,
            state=WorkerState(int(rows.state[worker_id])),
            employer=self._name(int(rows.employer[worker_id])),
            source=Source(int(rows.source[worker_id])),
            experience_months=self.month - int(rows.qualified_month[worker_id]),
            tenure_months=self.month - int(rows.joined_month[worker_id]),
            taste=float(rows.taste[worker_id]),
            history=history,
        )

    def check(self) -> None:
        """Compare the counts kept by flows with the rows.

        Raises:
            LedgerError: they differ, or somebody was lost or made up.
        """
        states, employers = self.column("state"), self.column("employer")
        for state, kept in (
            (WorkerState.PERMANENT, self.permanent),
            (WorkerState.PLACED, self.placed),
        ):
            if not np.array_equal(self._counted(employers[states == state]), kept):
                raise LedgerError(f"{state.name} counts differ from the rows in month {self.month}")
        total = int(self.permanent.sum() + self.placed.sum()) + self.bench + self.out
        on_bench = int((states == WorkerState.BENCH).sum())
        if total != self.size or on_bench != self.bench:
            raise LedgerError(f"{self.size} workers entered but {total} are accounted for")

    def _name(self, employer: int) -> str | None:
        return None if employer == NOWHERE else self.employers[employer]

    def _counted(self, employers: npt.NDArray[Any]) -> IntArray:
        return np.bincount(employers.astype(np.int64), minlength=len(self.employers))

    def _note(self, event: Event, ids: IntArray, places: IntArray) -> None:
        if ids.size:
            self._log.append((self.month, event, ids, places))

    def _make_room(self, count: int) -> None:
        capacity = self.rows.key.size
        needed = self.size + count
        if needed > MOST_PEOPLE:
            raise CrowdError(
                f"month {self.month}: {needed:,} people have come to London's posts; allowed: "
                f"{MOST_PEOPLE:,}, some {PEOPLE_PER_POST} to each post of today; look at growth of "
                "posts and at what draws people in"
            )
        if needed <= capacity:
            return
        more = max(needed, 2 * capacity)
        self.rows = self.rows.grown(more)
        self._living = np.concatenate([self._living, np.zeros(more - capacity, np.int64)])
