"""The workforce ledger: the only place where anybody moves between posts.

Workers are rows of columns; a row is never reused. Everybody else asks the ledger, which
writes each move down as an event and keeps the counts by the flows, so that the counts can be
checked against the rows at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.domain.randomness import FloatArray, KeyArray
from sim.domain.vocabulary import Event, Source, WorkerState
from sim.scenario import ScenarioError

IntArray = npt.NDArray[np.int64]
NOWHERE = -1

_COLUMNS: dict[str, type] = {
    "key": np.uint64,
    "state": np.int8,
    "employer": np.int16,
    "source": np.int8,
    "qualified_month": np.int32,
    "joined_month": np.int32,
    "free_from_month": np.int32,
    "taste": np.float64,
    "company": np.int8,
}


_LEAVING_EVENTS = {
    WorkerState.PERMANENT: Event.LEFT_SECTOR,
    WorkerState.PLACED: Event.AGENCY_LEFT_SECTOR,
    WorkerState.BENCH: Event.AGENCY_LEFT_SECTOR,
}


PEOPLE_PER_POST = 300
MOST_PEOPLE = 10_000 * PEOPLE_PER_POST
"""Who may ever have entered a run: what each is known by takes some 40 bytes."""


class CrowdError(ScenarioError):
    """A scenario draws in more people than a run can hold."""


class LedgerError(RuntimeError):
    """The ledger's counts and its rows disagree: a fault of the program, never of its input."""


class Newcomers(NamedTuple):
    """What is known of workers as they enter (one array element each)."""

    keys: KeyArray
    employers: IntArray
    qualified_month: IntArray
    taste: FloatArray
    company: npt.NDArray[np.int8]


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
        permanent, placed: FTE by employer (one worker is one FTE).
        flows: this month's events by kind and employer, zeroed by `open_month`.
        bench, out, entered: London counts.
    """

    def __init__(self, employers: tuple[str, ...], capacity: int = 1024) -> None:
        self.employers = employers
        self.month = 0
        self.size = 0
        self._columns: dict[str, npt.NDArray[Any]] = {
            name: np.zeros(capacity, kind) for name, kind in _COLUMNS.items()
        }
        count = len(employers)
        self.permanent = np.zeros(count, np.int64)
        self.placed = np.zeros(count, np.int64)
        self.flows = np.zeros((len(Event), count), np.int64)
        self.bench = self.out = 0
        self._log: list[tuple[int, Event, IntArray, IntArray]] = []

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return one column of all workers ever entered (a view: read it, never write it)."""
        return self._columns[name][: self.size]

    def of(self, name: str, ids: IntArray) -> npt.NDArray[Any]:
        """Return one column's values for some workers."""
        return self._columns[name][ids]

    def ids(self, state: WorkerState) -> IntArray:
        """Return the ids of all workers in a state, in order of entry."""
        return np.flatnonzero(self.column("state") == state)

    def experience_months(self, ids: IntArray) -> IntArray:
        """Return months since qualifying, for some workers."""
        return self.month - self._columns["qualified_month"][ids].astype(np.int64)

    def open_month(self, month: int) -> None:
        """Start a month: its flows begin at zero."""
        self.month = month
        self.flows[:] = 0

    # The moves

    def enter(self, newcomers: Newcomers, source: Source, state: WorkerState) -> IntArray:
        """Take in new workers as permanent, placed or on the bench; return their ids."""
        count = newcomers.keys.size
        self._make_room(count)
        ids = np.arange(self.size, self.size + count)
        self.size += count
        rows = self._columns
        for name, values in newcomers._asdict().items():
            if name not in ("keys", "employers"):
                rows[name][ids] = values
        rows["key"][ids] = newcomers.keys
        rows["source"][ids] = source
        rows["state"][ids] = state
        rows["joined_month"][ids] = self.month
        at_work = state in (WorkerState.PERMANENT, WorkerState.PLACED)
        rows["employer"][ids] = newcomers.employers if at_work else NOWHERE
        if state is WorkerState.PERMANENT:
            self.permanent += self._counted(newcomers.employers)
        elif state is WorkerState.PLACED:
            self.placed += self._counted(newcomers.employers)
        else:
            self.bench += count
        self._note(Event.ENTERED, ids, newcomers.employers if at_work else None)
        return ids

    def leave_sector(self, ids: IntArray) -> None:
        """Let workers in any state but out leave for good."""
        states = self._columns["state"][ids]
        for state, event in _LEAVING_EVENTS.items():
            leaving = ids[states == state]
            employers = self._columns["employer"][leaving]
            if state is WorkerState.PERMANENT:
                self.permanent -= self._counted(employers)
            elif state is WorkerState.PLACED:
                self.placed -= self._counted(employers)
            else:
                self.bench -= leaving.size
            self._note(event, leaving, None if state is WorkerState.BENCH else employers)
        self.out += ids.size
        self._columns["state"][ids] = WorkerState.OUT
        self._columns["employer"][ids] = NOWHERE

    def go_to_agency(self, ids: IntArray, cooling_off_months: int = 0) -> None:
        """Move permanent staff to the bench, where they look for an assignment after any wait."""
        employers = self._columns["employer"][ids]
        self.permanent -= self._counted(employers)
        self.bench += ids.size
        self._note(Event.WENT_TO_AGENCY, ids, employers)
        self._columns["free_from_month"][ids] = self.month + cooling_off_months
        self._columns["state"][ids] = WorkerState.BENCH
        self._columns["employer"][ids] = NOWHERE

    def take_permanent_post(self, ids: IntArray) -> None:
        """Give placed agency staff a permanent post where they are placed."""
        employers = self._columns["employer"][ids]
        self.placed -= self._counted(employers)
        self.permanent += self._counted(employers)
        self._note(Event.TOOK_PERMANENT_POST, ids, employers)
        self._columns["state"][ids] = WorkerState.PERMANENT
        self._columns["joined_month"][ids] = self.month

    def move_borough(self, ids: IntArray, employers: IntArray) -> None:
        """Move permanent staff to permanent posts at other employers."""
        before = self._columns["employer"][ids]
        self.permanent += self._counted(employers) - self._counted(before)
        self._note(Event.MOVED_BOROUGH, ids, before, shown=employers)
        self._columns["employer"][ids] = employers
        self._columns["joined_month"][ids] = self.month

    def begin_assignment(self, ids: IntArray, employers: IntArray) -> None:
        """Place agency staff from the bench."""
        self.bench -= ids.size
        self.placed += self._counted(employers)
        self._note(Event.ASSIGNMENT_BEGAN, ids, employers)
        self._columns["state"][ids] = WorkerState.PLACED
        self._columns["employer"][ids] = employers
        self._columns["joined_month"][ids] = self.month

    def end_assignment(self, ids: IntArray) -> None:
        """Return placed agency staff to the bench."""
        employers = self._columns["employer"][ids]
        self.placed -= self._counted(employers)
        self.bench += ids.size
        self._note(Event.ASSIGNMENT_ENDED, ids, employers)
        self._columns["state"][ids] = WorkerState.BENCH
        self._columns["employer"][ids] = NOWHERE

    # Reading and checking

    def worker(self, worker_id: int) -> Worker:
        """Return one worker and their history.

        Raises:
            KeyError: no worker has had this id.
        """
        if not 0 <= worker_id < self.size:
            raise KeyError(f"no worker {worker_id}; ids run from 0 to {self.size - 1}")
        rows = self._columns
        history = tuple(
            Moment(month, event, self._name(int(places[where[0]])))
            for month, event, ids, places in self._log
            if (where := np.flatnonzero(ids == worker_id)).size
        )
        return Worker(
            id=worker_id,
            state=WorkerState(int(rows["state"][worker_id])),
            employer=self._name(int(rows["employer"][worker_id])),
            source=Source(int(rows["source"][worker_id])),
            experience_months=self.month - int(rows["qualified_month"][worker_id]),
            tenure_months=self.month - int(rows["joined_month"][worker_id]),
            taste=float(rows["taste"][worker_id]),
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

    def _note(
        self,
        event: Event,
        ids: IntArray,
        employers: npt.NDArray[Any] | None,
        shown: IntArray | None = None,
    ) -> None:
        if ids.size == 0:
            return
        if employers is not None:
            self.flows[event] += self._counted(employers)
        places = shown if shown is not None else employers
        if places is None:
            places = np.full(ids.size, NOWHERE)
        self._log.append((self.month, event, ids, places.astype(np.int64)))

    def _make_room(self, count: int) -> None:
        capacity = self._columns["key"].size
        needed = self.size + count
        if needed > MOST_PEOPLE:
            raise CrowdError(
                f"month {self.month}: {needed:,} people have come to London's posts; allowed: "
                f"{MOST_PEOPLE:,}, some {PEOPLE_PER_POST} to each post of today; look at growth of "
                "posts and at what draws people in"
            )
        if needed <= capacity:
            return
        for name, rows in self._columns.items():
            grown = np.zeros(max(needed, 2 * capacity), rows.dtype)
            grown[: self.size] = rows[: self.size]
            self._columns[name] = grown
