"""Ctrl-C at any moment: exit 130 in one line; what says it keeps goes on to the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.interfaces.command import command_line, environment, files_in, permanence
from tests.interfaces.test_cli_interrupt import heed_control_c, living_members, wait_for

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
PATIENCE_SECONDS = 120.0
SEED = 14
MANY = 60
SMALL = ("--runs", "4", "--years", "2", "--jobs", "2", "--quiet")
KEEPING = ("--out", "kept")
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "no-cap", *SMALL, *KEEPING),
    "compare": ("compare", "no-cap", "pan-london-cap", *SMALL, *KEEPING),
    "circle": ("circle", "--runs", "4", "--jobs", "2", "--quiet"),
    "effects": ("effects", "package", "--structure", "reputation", *SMALL),
    "hindcast": ("hindcast", "--runs", "4", "--jobs", "2", "--quiet", *KEEPING),
    "sweep": ("sweep", "no-cap", "--over", "parameters.bid_speed=0.1,0.2", *SMALL, *KEEPING),
    "tip": (
        "tip",
        "pan-london-cap",
        "--lever",
        "levers.cap.charge_rate_per_hour=42:46",
        "--structure",
        "reputation",
        *SMALL,
    ),
}


@contextmanager
def begun(typed: tuple[str, ...], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Begin a command as a group of processes of its own, as a terminal does."""
    with subprocess.Popen(
        command_line(*typed),
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=heed_control_c,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str, float]:
    """Press Ctrl-C; return exit code, what was said, and the seconds it took to return."""
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, said, time.monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.05, 0.2])
def test_control_c_just_after_the_first_worker_began_is_heard(delay: float, tmp_path: Path) -> None:
    typed = ("run", "no-cap", "--runs", "200", "--years", "30", "--jobs", "2", "--quiet")
    with begun(typed, tmp_path) as process:
        wait_for(lambda: len(living_members(process.pid)) > 1)
        time.sleep(delay)
        code, said, _ = interrupted(process)
    assert code == 130, said
    assert said.count("\n") == 1, said
    assert said.startswith("permanence: interrupted")


@pytest.mark.soak
def test_sixty_interrupts_at_random_moments(tmp_path: Path) -> None:
    luck, took = random.Random(SEED), []
    names = list(COMMANDS)
    whole: dict[str, dict[str, bytes | None]] = {}
    for place in range(MANY):
        name = names[place % len(names)]
        typed = COMMANDS[name]
        if name not in whole:
            folder = tmp_path / f"whole-{name}"
            folder.mkdir()
            assert permanence(*typed, folder=folder).code == 0
            whole[name] = files_in(folder)
        folder = tmp_path / f"{place:02d}"
        folder.mkdir()
        with begun(typed, folder) as process:
            time.sleep(luck.uniform(1.0, 8.0))
            if process.poll() is None:
                code, said, seconds = interrupted(process)
                took.append(seconds)
                assert code == 130, f"{place} {name}: exit {code}, {said}"
                assert said.count("\n") == 1, said
        if KEEPING[0] in typed:
            assert permanence(*typed, folder=folder).code == 0
            assert files_in(folder) == whole[name], f"{place} {name}: other bytes"
    print(f"{len(took)} interrupts; {max(took):.1f} s to return at most")
