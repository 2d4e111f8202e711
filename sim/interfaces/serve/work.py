"""What the page's worker processes do: quick estimates, strengths of links and single runs."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading

from sim.ensemble.draws import Draws
from sim.ensemble.workers import Loaded, end_unless_same
from sim.interfaces.page.answers import Teller, answer
from sim.interfaces.page.estimates import estimate
from sim.interfaces.page.loop import loop_of
from sim.interfaces.page.months import Months, one_run
from sim.scenario import Scenario

POLITENESS = 3
"""How far agent runs give way to whoever is asking (a process's niceness)."""


def as_json(content: object) -> bytes:
    """Return JSON without spaces; NaN is refused."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def begin(gives_way: bool, rooms: Loaded) -> None:
    """Prepare a worker: deaf to Ctrl-C, gone with its server, and polite if it is to give way.

    It ends at once if it has loaded other code than its server.
    """
    end_unless_same(rooms)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_go_with_the_server, daemon=True).start()
    if gives_way and hasattr(os, "nice"):
        os.nice(POLITENESS)


def _go_with_the_server() -> None:
    """End this process when its server has ended, however it did."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(0)


def ready() -> bool:
    """Answer once all that a worker needs is loaded: importing this module loads it."""
    return True


def quick_answer(
    left: Scenario, right: Scenario, runs: int, seed: int, years: int, draws: Draws
) -> bytes:
    """Return the twin's answer for two scenarios."""
    sides = [estimate(one, runs=runs, seed=seed, years=years, draws=draws) for one in (left, right)]
    return as_json(answer(sides[0], sides[1], Teller.TWIN))


def loop_answer(scenario: Scenario, seed: int, draws: Draws) -> bytes:
    """Return the causal loop with the strengths its links have under a scenario."""
    return as_json(loop_of(scenario, seed=seed, draws=draws))


def single_run(scenario: Scenario, number: int, seed: int, years: int, draws: Draws) -> Months:
    """Return one run of the agents by itself, month by month."""
    return one_run(scenario, number, seed, years, draws)
