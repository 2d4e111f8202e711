"""Answers in order: at once from the twin, then from the agents; what is superseded is dropped.

One process makes quick estimates, the others run agents and give way to it. A tab has one question
at a time: its next one supersedes its last. Questions that are the same are worked out once; the
agents take them in the order they came, which with one at a time a tab is in turn. All that is kept
is bounded.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble, no_progress, run_ensemble
from sim.ensemble.stamp import LOADED, Stamp, stamp_of_this_code
from sim.ensemble.workers import interrupts_ignored, loaded
from sim.interfaces.page.answers import Teller, answer
from sim.interfaces.page.months import Months, months_of, nearest_the_middle, told_of_run
from sim.interfaces.serve.leash import Leash
from sim.interfaces.serve.memory import Memory
from sim.interfaces.serve.shared import Listener, Shared
from sim.interfaces.serve.tabs import Tabs
from sim.interfaces.serve.turns import Turns
from sim.interfaces.serve.work import (
    as_json,
    begin,
    loop_answer,
    quick_answer,
    ready,
    single_run,
)
from sim.scenario import Scenario

MOST_QUESTIONS, MOST_OF_NEWCOMERS, MOST_LISTENERS = 64, 16, 256
"""Different questions under way at once, those of tabs only just met among them, and everybody who
waits for an answer; more are turned away. Newcomers can never take all the room."""
ENSEMBLES_AT_ONCE = 3
KEPT_ANSWERS, KEPT_ENSEMBLES, KEPT_RUNS = 48, 12, 48
"""An ensemble of the page's own size is some 15 MB."""
IDLE_SECONDS, LOOK_SECONDS = 3.0, 0.2
"""How long nobody has asked before the desk works ahead, and how often it looks."""
EDITED_PAGE = "the model's code or data were edited since the page began: start it again"


class DeskFullError(Exception):
    """There are as many questions open as there may be, or one tab asks too often."""


@dataclass(frozen=True)
class Question:
    """Two scenarios to set side by side, and how."""

    left: Scenario
    right: Scenario
    seed: int
    years: int

    @property
    def key(self) -> tuple[str, str, int, int, Stamp]:
        """What makes two questions the same, and the stamp of who answers them."""
        both = (self.left.fingerprint(), self.right.fingerprint())
        return (*both, self.seed, self.years, stamp_of_this_code())


class Desk:
    """Takes questions and answers them, as many at a time as its bounds allow.

    Args:
        draws: what runs draw parameters and structure from.
        runs: runs of an ensemble.
        jobs: processes that run agents; one more makes quick estimates.
    """

    def __init__(self, draws: Draws, runs: int, jobs: int) -> None:
        self.draws, self.runs, self._jobs = draws, runs, jobs
        self._quick, self._agents = _pool(1, gives_way=False), _pool(jobs, gives_way=True)
        self._threads = ThreadPoolExecutor(ENSEMBLES_AT_ONCE, thread_name_prefix="ensemble")
        self._answers: Memory[bytes] = Memory(KEPT_ANSWERS)
        self._estimates: Memory[bytes] = Memory(KEPT_ANSWERS)
        self._loops: Memory[bytes] = Memory(KEPT_ANSWERS)
        self._ensembles: Memory[tuple[Ensemble, dict[int, Months]]] = Memory(KEPT_ENSEMBLES)
        self._runs: Memory[Months] = Memory(KEPT_RUNS)
        self._open = 0
        self._tabs = Tabs()
        self._under_way: dict[Any, Shared] = {}
        self._by_tab: dict[str, Listener] = {}
        self._turns = Turns()
        self._warming: Leash | None = None
        self._is_closed = threading.Event()
        self._busy_until = 0.0

    def open(self) -> None:
        """Start the worker processes, deaf to Ctrl-C, so that the first question need not wait."""
        with interrupts_ignored():
            begun = [self._quick.submit(ready)]
            begun += [self._agents.submit(ready) for _ in range(self._jobs)]
        for future in begun:
            future.result()

    def prepare(self, questions: Sequence[Question]) -> None:
        """Answer questions ahead in the background, giving way to whoever asks meanwhile."""
        threading.Thread(target=self._prepare, args=(questions,), daemon=True).start()

    def _prepare(self, questions: Sequence[Question]) -> None:
        waiting = list(questions)
        while waiting and not self._is_closed.wait(LOOK_SECONDS):
            if self._open or time.monotonic() < self._busy_until:
                continue
            self._warming = leash = Leash(self._agents)
            one = waiting[0]
            try:
                if self._estimates.get(one.key) is None:
                    told = leash.follow(self._quick, quick_answer, *self._asked_of_twin(one))
                    self._estimates.keep(one.key, told.result())
                self._by_agents(one, leash, lambda done, wanted: None)
            except (CancelledError, BrokenProcessPool, RuntimeError):
                continue  # somebody asked, or the page is being closed: later, if at all
            except StoreError:
                return  # the code was edited: who asks is told
            waiting.pop(0)

    def close(self) -> None:
        """Stop everything, finished or not."""
        self._is_closed.set()
        if self._warming is not None:
            self._warming.cut()
        for shared in list(self._under_way.values()):
            shared.leash.cut()
        self._quick.shutdown(wait=False, cancel_futures=True)
        self._agents.shutdown(wait=False, cancel_futures=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def admit(self, tab: str) -> None:
        """Take in one question of a tab.

        Raises:
            DeskFullError: there is no room, or the tab asks too often; come back later.
        """
        if self._open >= MOST_LISTENERS or self._tabs.asking(tab) is None:
            raise DeskFullError
        self._open += 1
        self._busy_until = time.monotonic() + IDLE_SECONDS
        if self._warming is not None:
            self._warming.cut()

    def _leave(self) -> None:
        self._open -= 1
        self._busy_until = time.monotonic() + IDLE_SECONDS

    def listen(self, question: Question, tab: str) -> tuple[Shared, Listener]:
        """Join the work on an admitted question, or begin it; the tab's last question is dropped.

        Raises:
            DeskFullError: there is no room for one more question.
        """
        shared = self._under_way.get(question.key)
        if shared is None or shared.leash.is_cut:
            try:
                shared = self._begun(question, tab)
            except DeskFullError:
                self._leave()
                raise
        before = self._by_tab.get(tab)
        if before is not None:
            before.cut()
        listener = self._by_tab[tab] = shared.join()
        return shared, listener

    def _begun(self, question: Question, tab: str) -> Shared:
        is_new = not self._tabs.is_known(tab)
        newcomers = sum(one.is_of_newcomer for one in self._under_way.values())
        is_full = len(self._under_way) >= MOST_QUESTIONS
        if is_full or (is_new and newcomers >= MOST_OF_NEWCOMERS):
            raise DeskFullError
        shared = Shared(self._agents, is_of_newcomer=is_new)
        self._under_way[question.key] = shared
        shared.task = asyncio.get_running_loop().create_task(self._work(question, shared))
        return shared

    def forget(self, shared: Shared, listener: Listener, tab: str) -> None:
        """Let go of one who listens no longer, however that came about."""
        shared.leave(listener)
        self._leave()
        if self._by_tab.get(tab) is listener:
            del self._by_tab[tab]

    async def answers(self, listener: Listener) -> AsyncIterator[bytes]:
        """Yield what becomes known of a question, one JSON object a line."""
        try:
            async for line in listener.lines():
                yield line + b"\n"
        except (CancelledError, asyncio.CancelledError):
            yield as_json({"kind": "superseded"}) + b"\n"
        except BrokenProcessPool:
            told = EDITED_PAGE if LOADED.is_edited() else "a worker stopped: ask again"
            yield as_json({"kind": "error", "message": told}) + b"\n"
        except StoreError:
            yield as_json({"kind": "error", "message": EDITED_PAGE}) + b"\n"

    async def _work(self, question: Question, shared: Shared) -> None:
        """Work on a question until it is answered or nobody listens."""
        fault: Exception | None = None
        try:
            await self._tell(question, shared)
        except (CancelledError, asyncio.CancelledError):
            fault = CancelledError()
        except BrokenProcessPool as broken:
            self._mend()
            fault = broken
        except Exception as other:
            fault = other
        if self._under_way.get(question.key) is shared:
            del self._under_way[question.key]
        shared.end(fault)

    async def _tell(self, question: Question, shared: Shared) -> None:
        told = self._answers.get(question.key)
        if told is None:
            shared.say(_line("answer", await self._estimate(question, shared.leash)))
            loop = asyncio.get_running_loop()

            def say(done: int, wanted: int) -> None:
                line = as_json({"kind": "progress", "done": done, "of": wanted})
                loop.call_soon_threadsafe(partial(shared.say, is_progress=True), line)

            told = await loop.run_in_executor(
                self._threads, self._by_agents, question, shared.leash, say
            )
        shared.say(_line("answer", told))

    async def _estimate(self, question: Question, leash: Leash) -> bytes:
        kept = self._estimates.get(question.key)
        if kept is not None:
            return kept
        found: bytes = await asyncio.wrap_future(
            leash.follow(self._quick, quick_answer, *self._asked_of_twin(question))
        )
        self._estimates.keep(question.key, found)
        return found

    def _asked_of_twin(self, question: Question) -> tuple[Any, ...]:
        sides = (question.left, question.right)
        return (*sides, self.runs, question.seed, question.years, self.draws)

    async def loop(self, question: Question) -> bytes:
        """Return the causal loop of an admitted question's left side, with measured strengths."""
        try:
            key = (question.left.fingerprint(), question.seed, stamp_of_this_code())
            kept = self._loops.get(key)
            if kept is None:
                kept = await asyncio.wrap_future(
                    self._quick.submit(loop_answer, question.left, question.seed, self.draws)
                )
                self._loops.keep(key, kept)
            return kept
        except (BrokenProcessPool, StoreError):
            self._mend()
            raise DeskFullError from None
        finally:
            self._leave()

    async def run(self, question: Question, number: int | None) -> bytes:
        """Return one run of an admitted question, month by month, on both sides.

        Args:
            question: the two sides.
            number: which run, or None for the one nearest the middle of the left side.
        """
        leash = Leash(self._agents)
        try:
            which = number
            if which is None:
                loop = asyncio.get_running_loop()
                whole = partial(self._ensemble_of, question.left, question, leash)
                which = nearest_the_middle((await loop.run_in_executor(self._threads, whole))[0])
            sides = (question.left, question.right)
            found = [await self._month_by_month(one, question, which, leash) for one in sides]
            return as_json(told_of_run((sides[0], found[0]), (sides[1], found[1])))
        except (BrokenProcessPool, StoreError, CancelledError):
            raise DeskFullError from None
        finally:
            leash.cut()
            self._leave()

    async def _month_by_month(
        self, scenario: Scenario, question: Question, number: int, leash: Leash
    ) -> Months:
        """Return one run of one side: of its ensemble if that is kept, else run by itself."""
        key = (scenario.fingerprint(), question.seed, question.years)
        kept = self._ensembles.get(key)
        if kept is not None:
            return kept[1][number]
        single = self._runs.get((*key, number))
        if single is not None:
            return single
        asked = (scenario, number, question.seed, question.years, self.draws)
        found: Months = await asyncio.wrap_future(leash.submit(single_run, *asked))
        if found.stamp != stamp_of_this_code():
            raise StoreError(EDITED_PAGE)
        self._runs.keep((*key, number), found)
        return found

    def _ensemble_of(
        self,
        scenario: Scenario,
        question: Question,
        leash: Leash,
        say: Callable[[int, int, float], None] = no_progress,
    ) -> tuple[Ensemble, dict[int, Months]]:
        """Return an ensemble of the agents with its runs month by month; in a thread.

        Two questions that share a side wait for one another: it is run once.
        """
        key = (scenario.fingerprint(), question.seed, question.years)
        with self._turns.taken(key):
            kept = self._ensembles.get(key)
            if kept is not None:
                return kept
            months: dict[int, Months] = {}

            def keep(record: RunRecord) -> None:
                months[record.replicate] = months_of(record)

            ensemble = run_ensemble(
                scenario, runs=self.runs, seed=question.seed, years=question.years,
                draws=self.draws, pool=leash, progress=say, each=keep,
            )  # fmt: skip
            self._ensembles.keep(key, (ensemble, months))
            return ensemble, months

    def _by_agents(
        self, question: Question, leash: Leash, say: Callable[[int, int], None]
    ) -> bytes:
        """Run what is not kept of two ensembles and put them side by side; in a thread."""
        sides = {one.fingerprint(): one for one in (question.left, question.right)}
        missing = [
            key
            for key in sides
            if self._ensembles.get((key, question.seed, question.years)) is None
        ]
        wanted = self.runs * len(missing)
        found: dict[str, Ensemble] = {}
        for key, scenario in sides.items():
            before = missing.index(key) if key in missing else 0

            def progress(done: int, _: int, seconds: float, before: int = before) -> None:
                leash.heed(done, wanted, seconds)
                say(before * self.runs + done, wanted)

            found[key], _ = self._ensemble_of(scenario, question, leash, progress)
        left, right = (
            replace(found[one.fingerprint()], scenario=one)
            for one in (question.left, question.right)
        )
        told = as_json(answer(left, right, Teller.AGENTS))
        self._answers.keep(question.key, told)
        return told

    def _mend(self) -> None:
        """Put new pools in place of broken ones."""
        for pool in (self._quick, self._agents):
            pool.shutdown(wait=False, cancel_futures=True)
        self._quick, self._agents = _pool(1, gives_way=False), _pool(self._jobs, gives_way=True)


def _pool(count: int, *, gives_way: bool) -> ProcessPoolExecutor:
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, spawn, initializer=begin, initargs=(gives_way, loaded()))


def _line(kind: str, content: bytes) -> bytes:
    return b'{"kind":"' + kind.encode() + b'","answer":' + content + b"}"
