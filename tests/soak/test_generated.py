"""Generated inputs: a sentence and exit 2, or an answer and 0; on 2 nothing is written."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import sim
from sim.ensemble.workers import workers
from tests.interfaces.command import files_in, permanence
from tests.soak.generated import NASTY, Case, cases, laid_out

SEED = 14
MANY, FEW = 2_000, 200
MOST_SECONDS = 60.0
"""Of one input: any that takes this long hangs."""
MOST_MEGABYTES = 1_500
NEVER_SAID = ("Traceback", "object at 0x", "pydantic", "Errno")


@pytest.fixture
def no_work() -> Iterator[None]:
    """Let a command that gets as far as its work count as accepted: what is tested is before.

    Commands are loaded when they are given, so some take the stand-in over while it is in place.
    """

    def begin(*given: Any, **named: Any) -> Any:
        raise typer.Exit(0)

    _exchange(workers, begin)
    yield
    _exchange(begin, workers)


def _exchange(old: Any, new: Any) -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith("sim.") and getattr(module, "workers", None) is old:
            module.workers = new


def odd_in(case: Case, folder: Path) -> str | None:
    """Return what is wrong with how a case is answered, if anything is."""
    folder.mkdir()
    laid_out(case, folder)
    before = files_in(folder)
    began = time.monotonic()
    try:
        answer = permanence(*case.typed, folder=folder)
    except BaseException as fault:
        return f"{type(fault).__name__}: {fault}"
    if time.monotonic() - began > MOST_SECONDS:
        return "took too long"
    if answer.code not in (0, 1, 2) or (answer.code == 1 and case.typed[0] != "verify"):
        return f"exit {answer.code}: {answer.err[:200]}"
    if any(word in answer.err for word in NEVER_SAID):
        return f"said {answer.err[:200]!r}"
    if answer.code == 2 and (answer.err.count("\n") != 1 or len(answer.err) > 1_200):
        return f"not one short line: {answer.err[:200]!r} ({len(answer.err)})"
    if answer.code == 2 and files_in(folder) != before:
        return "wrote something"
    return None


def tried(count: int, folder: Path) -> None:
    """Try so many cases and tell of all that are answered oddly."""
    found, began = [], time.monotonic()
    for place, case in enumerate(cases(count, SEED)):
        if any("\0" in word for word in case.typed):
            continue  # no shell hands that over
        odd = odd_in(case, folder / f"{place:05d}")
        if odd is not None:
            found.append(f"{place} {case.name}: {odd}")
    print(f"{count:,} inputs in {time.monotonic() - began:.0f} s, {_megabytes():.0f} MB at most")
    assert found == []
    assert _megabytes() < MOST_MEGABYTES


def _megabytes() -> float:
    resource = pytest.importorskip("resource")
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


@pytest.mark.usefixtures("no_work")
def test_a_tenth_of_the_generated_inputs(tmp_path: Path) -> None:
    tried(FEW, tmp_path)


@pytest.mark.soak
@pytest.mark.usefixtures("no_work")
def test_all_generated_inputs(tmp_path: Path) -> None:
    tried(MANY, tmp_path)


VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 2.0, 1.5, float("nan"), "2", b"2", [], (), {}, [1], object, 10**30),
    *NASTY,
)


class Began(Exception):  # noqa: N818
    """Everything was accepted, and work would begin."""


def _called(luck: random.Random, place: int) -> str | None:
    """Ask in Python with one odd value; return what was odd about the answer."""
    names = ("runs", "seed", "years", "jobs", "parameters", "overrides")
    given = {luck.choice(names): luck.choice(VALUES)}
    try:
        sim.run("baseline", **given)
    except Began:
        return None
    except ValueError as fault:
        return f"{given}: {fault!r}" if len(str(fault)) > 1_200 else None
    except Exception as fault:
        return f"{place} {given}: {type(fault).__name__}: {fault}"
    return f"{place} {given}: it ran"


def test_odd_values_in_python_are_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def begin(*given: Any, **named: Any) -> Any:
        raise Began

    monkeypatch.setattr("sim.studies.study.workers", begin)
    luck = random.Random(SEED)
    found = [odd for place in range(FEW) if (odd := _called(luck, place)) is not None]
    assert found == []
