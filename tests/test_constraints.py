"""What is pinned: everything that is needed, with the same versions where hashes stand beside."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([a-z0-9-]+)==(\S+?)(?: ; (.*?))?(?: \\)?$", re.MULTILINE)


def pins(name: str) -> list[tuple[str, str, str]]:
    return PIN.findall((ROOT / name).read_text("utf-8"))


def test_every_dependency_is_pinned_for_every_system() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower() for one in needed} - {"permanence"}
    assert names <= {name for name, _, _ in pins("constraints.txt")}
    markers = " ".join(marker for _, _, marker in pins("constraints.txt"))
    assert all(system in markers for system in ("win32", "darwin"))


def test_the_file_with_hashes_pins_the_same() -> None:
    assert pins("constraints-hashes.txt") == pins("constraints.txt")
    text = (ROOT / "constraints-hashes.txt").read_text("utf-8")
    entries = re.split(r"\n(?=[a-z])", text)
    without = [one for one in entries if "==" in one and "--hash=sha256:" not in one]
    assert without == []


def test_no_file_names_where_packages_come_from() -> None:
    for name in ("constraints.txt", "constraints-hashes.txt"):
        assert "://" not in (ROOT / name).read_text("utf-8")
