"""Ctrl-C: the command ends in seconds with code 130, keeps finished runs, leaves nobody behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.answers.results import MANIFEST, SUMMARY
from tests.interfaces.command import command_line, environment, permanence

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and process groups"),
]

TYPED = ("run", "no-cap", "--runs", "60", "--years", "10", "--out", "kept")
PATIENCE_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 10.0


def heed_control_c() -> None:
    """Begin as a terminal's programs do, also where the tests run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for(condition: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_SECONDS, "it did not come to that in a minute"
        time.sleep(0.05)


def living_members(group: int) -> list[str]:
    """Return the processes of a group that are still there; one that has ended does not count."""
    if Path("/proc/self/stat").exists():
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it may end while we look
                state, _, its_group = (place / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(its_group) == group and state != "Z":
                    found.append((place / "cmdline").read_text().replace("\0", " "))
        return found
    listed = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [row[-1] for row in rows if int(row[0]) == group and not row[1].startswith("Z")]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_control_c_keeps_what_is_done_and_leaves_nobody_behind(jobs: str, tmp_path: Path) -> None:
    runs = tmp_path / "kept" / "runs"

    def kept() -> list[Path]:
        return sorted(runs.rglob("*.parquet"))

    with subprocess.Popen(
        command_line(*TYPED, "--jobs", jobs),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=heed_control_c,
        start_new_session=True,  # a terminal sends Ctrl-C to the whole foreground group
    ) as process:
        try:
            wait_for(lambda: len(kept()) >= 4)
            began = time.monotonic()
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
            took = time.monotonic() - began
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130, err
    assert took < ENDS_WITHIN_SECONDS
    assert out == ""
    assert "Traceback" not in err
    assert "interrupted; finished runs in a results folder are kept" in err.splitlines()[-1]
    wait_for(lambda: living_members(process.pid) == [])

    finished = kept()
    assert 4 <= len(finished) < 60
    assert all(pq.read_table(path).num_rows > 0 for path in finished)
    files = [path for path in runs.rglob("*") if path.is_file()]
    assert sorted(files) == finished
    assert not (tmp_path / "kept" / SUMMARY).exists()

    before = {path: path.stat().st_mtime_ns for path in finished}
    again = ("run", "no-cap", "--runs", "4", "--years", "10", "--out", "kept", "--jobs", "1")
    answer = permanence(*again, folder=tmp_path)
    assert answer.code == 0, answer.err
    assert (tmp_path / "kept" / MANIFEST).is_file()
    assert before.items() <= {path: path.stat().st_mtime_ns for path in kept()}.items()


def test_a_killed_command_leaves_no_worker_behind(tmp_path: Path) -> None:
    runs = tmp_path / "kept" / "runs"
    with subprocess.Popen(
        command_line(*TYPED, "--jobs", "2"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            wait_for(lambda: len(sorted(runs.rglob("*.parquet"))) >= 2)
            process.kill()
            process.wait()
            wait_for(lambda: living_members(process.pid) == [])
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert all(pq.read_table(path).num_rows > 0 for path in runs.rglob("*.parquet"))
