"""The command as a person meets it: arguments in; exit code, standard output and error out."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from sim.interfaces.cli.commands import main

SCREEN = {"COLUMNS": "80", "NO_COLOR": "1"}
RUN_MAIN = "from sim.interfaces.start import main; main()"


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str


def permanence(*arguments: str, folder: Path | None = None) -> Answer:
    """Run the command in this process, from another folder if one is given."""
    out, err = io.StringIO(), io.StringIO()
    place = contextlib.nullcontext() if folder is None else contextlib.chdir(folder)
    with (
        place,
        patch.object(sys, "argv", ["permanence", *arguments]),
        patch.dict(os.environ, SCREEN),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as left:
            code = left.code
        else:
            code = None
    assert isinstance(code, int), f"main() is left by an exit with a number, not by {code!r}"
    return Answer(code, out.getvalue(), err.getvalue())


def permanence_process(*arguments: str, folder: Path | None = None) -> Answer:
    """Run the command as a process of its own."""
    done = subprocess.run(
        command_line(*arguments),
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def command_line(*arguments: str) -> list[str]:
    """Return what starts the command with the Python of the tests."""
    return [sys.executable, "-c", RUN_MAIN, *arguments]


def environment(**more: str) -> Mapping[str, str]:
    """Return the environment of a command in a terminal of 80 columns."""
    return {**os.environ, **SCREEN, "PYTHONUTF8": "1", **more}


def answers_in(folder: Path) -> dict[str, bytes | None]:
    """Return everything below a folder but what its manifest says of the command."""
    found = files_in(folder)
    told = json.loads(found["manifest.json"] or b"")
    del told["command"]
    return found | {"manifest.json": json.dumps(told).encode()}


def files_in(folder: Path) -> dict[str, bytes | None]:
    """Return everything below a folder, by relative path: a file's bytes, None for a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def too_wide(text: str) -> list[str]:
    """Return the lines that do not fit a terminal of 80 columns."""
    return [line for line in text.splitlines() if len(line) > 80]
