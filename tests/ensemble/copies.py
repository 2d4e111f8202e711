"""A copy of the package to edit, and commands run from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.interfaces.command import RUN_MAIN, Answer, environment

ROOT = Path(__file__).parents[2]
FIVEFOLD = """

_plain = monthly_chance


@elementwise
def monthly_chance(hazard_per_year):
    return _plain(5.0 * hazard_per_year)
"""
"""Added to the equations: every hazard is five times as large."""
EQUATIONS = "sim/rules/hazards.py"


def copied_package(place: Path) -> Path:
    """Copy the package, its project file and the shipped scenarios."""
    for part in ("sim", "scenarios"):
        shutil.copytree(
            ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__", "_scenarios")
        )
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def edit(copy: Path, name: str, more: str) -> None:
    """Add something at the end of a file of a copy."""
    with (copy / name).open("a", encoding="utf-8") as stream:
        stream.write(more)


def python(copy: Path, code: str, *arguments: str) -> Answer:
    """Run some Python with the package of a copy."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=copy,
        env={**environment(), "PYTHONPATH": os.fspath(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def permanence_of(copy: Path, *arguments: str) -> Answer:
    """Run the command of a copy."""
    return python(copy, RUN_MAIN, *arguments)


def stamp_of(copy: Path) -> str:
    """Return the stamp of a copy's code, and that of a coalition game."""
    answer = python(
        copy,
        "from sim.ensemble.stamp import Rooms, stamp_of_this_code as s; import sim; "
        "print(sim.__file__); print(s()); print(s(Rooms('studies/coalition/method')))",
    )
    assert answer.code == 0, answer.err
    place, *stamps = answer.out.splitlines()
    assert Path(place).is_relative_to(copy)
    return " ".join(stamps)
