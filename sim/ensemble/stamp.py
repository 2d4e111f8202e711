"""The stamp of a result: which version, which code and which data made it.

It is that of the code this process has loaded. Sources are read when this module is imported,
with the model's, so that an edit made while a command runs does not pass for what was run.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import tomllib
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, NamedTuple

import mesa
import numpy as np
import scipy

from sim.domain.compiled import folder_to_keep
from sim.ensemble import syntax
from sim.ensemble.files import StoreError, write_atomically
from sim.ensemble.syntax import code_hash

PACKAGE = Path(__file__).resolve().parent.parent
MODEL = ("domain", "scenario", "rules", "london", "market", "twin", "ensemble")
"""Rooms of the package that can move a number of a run."""
DATA = PACKAGE / "data"
PROJECT_FILE = "pyproject.toml"
GIT_SECONDS = 2.0
"""How long git may take to say which commit this is."""
EDITED = (
    "the model's code or data were edited while the command ran; what ran after the edit is not "
    "kept: repeat the command"
)


_HASH = re.compile("[0-9a-f]{16}")
_HOW = blake2b(Path(syntax.__file__).read_bytes(), digest_size=8).hexdigest()
_KEPT = f"permanence-code-{_HOW}"
"""Where hashes that were taken so are kept, by that of the bytes: to parse it all is dear."""


@dataclass(frozen=True)
class Stamp:
    """What decides a run's numbers besides what was asked.

    Attributes:
        version: of the package.
        code: hash of the syntax trees of all that can move a number.
        data: hash of the tables that ship.
    """

    version: str
    code: str
    data: str

    def __str__(self) -> str:
        """Return it as one word, which is also the name of the folder of its runs."""
        return f"{self.version}-{self.code}-{self.data}"

    @staticmethod
    def read(word: str) -> Stamp | None:
        """Return the stamp a word stands for, or None if it is none."""
        parts = word.rsplit("-", 2)
        return Stamp(*parts) if len(parts) == 3 and all(parts) else None


class _File(NamedTuple):
    path: Path
    content: bytes
    size: int
    changed: int

    @staticmethod
    def of(path: Path) -> _File:
        # What stood there first: an edit between the two is noticed, not missed.
        seen = path.stat()
        return _File(path, path.read_bytes(), seen.st_size, seen.st_mtime_ns)

    def is_as_read(self) -> bool:
        try:
            now = self.path.stat()
        except OSError:
            return False
        if (now.st_size, now.st_mtime_ns) == (self.size, self.changed):
            return True
        return self.path.read_bytes() == self.content


class Rooms:
    """The sources of some modules and folders of the package, as they were when this was made.

    Make it where the code is imported; the hash is taken when it is first wanted.
    """

    def __init__(self, *names: str) -> None:
        self.names = names
        self._files = [_File.of(path) for name in names for path in _modules(PACKAGE / name)]
        self._torn = False
        self._known: tuple[str, str] | None = None

    @cached_property
    def sources(self) -> str:
        """A hash of the very bytes."""
        digest = blake2b(digest_size=8)
        for name, content in self._named():
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    @cached_property
    def code(self) -> str:
        """A hash of what the code does.

        Raises:
            StoreError: it was edited while it was loaded.
        """
        if self._torn:
            raise StoreError(EDITED)
        if self._known is not None and self._known[0] == self.sources:
            return self._known[1]
        return self._kept_or_taken()

    def _kept_or_taken(self) -> str:
        """Return the hash that an earlier process took of the same bytes, or take and keep it."""
        folder = folder_to_keep(_KEPT)
        if folder is None:
            return code_hash(self._named())
        place = folder / self.sources
        with suppress(OSError, UnicodeDecodeError):
            kept = place.read_text("ascii")
            if _HASH.fullmatch(kept):
                return kept
        found = code_hash(self._named())

        def write(stream: IO[bytes]) -> None:
            stream.write(found.encode("ascii"))

        with suppress(OSError):
            write_atomically(place, write)
        return found

    def learn(self, sources: str, code: str) -> None:
        """Take over a hash another process took of the same bytes; of others it is of no use."""
        self._known = (sources, code)

    def is_edited(self) -> bool:
        """Return whether the code that lies there by now does something else."""
        if all(one.is_as_read() for one in self._files):
            return False
        try:
            return Rooms(*self.names).code != self.code
        except (OSError, SyntaxError):
            return True

    def confirm(self) -> None:
        """Note whether a source was edited since it was read: what is loaded may be either."""
        self._torn = self._torn or not all(one.is_as_read() for one in self._files)

    def _named(self) -> Iterator[tuple[str, bytes]]:
        for one in self._files:
            yield one.path.relative_to(PACKAGE).as_posix(), one.content


def _modules(place: Path) -> list[Path]:
    return [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))


def _checkout_version() -> str | None:
    """Return the version a checkout says it is; an editable install remembers an older one."""
    try:
        with (PACKAGE.parent / PROJECT_FILE).open("rb") as stream:
            project = tomllib.load(stream)["project"]
        return str(project["version"]) if project["name"] == "permanence" else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _version() -> str:
    own = _checkout_version()
    if own is not None:
        return own
    try:
        return version("permanence")
    except PackageNotFoundError:
        return "0+source"


LOADED = Rooms(*MODEL)
"""The model's code, as loaded by this process."""
_VERSION = _version()
_TABLES = {path.name: _File.of(path) for path in sorted(DATA.glob("*.csv"))}


def package_version() -> str:
    """Return the version of this package: that of the checkout it runs from, or as installed."""
    return _VERSION


def data_fingerprint(without: Collection[str] = ()) -> str:
    """Return a short hash of every shipped data table, but those named."""
    return _data_hash(frozenset(without))


@cache
def _data_hash(without: frozenset[str]) -> str:
    digest = blake2b(digest_size=8)
    for name, table in _TABLES.items():
        if name not in without:
            digest.update(name.encode() + b"\0" + table.content)
    return digest.hexdigest()


def data_digests() -> dict[str, str]:
    """Return a short hash of each shipped data table, by name: which one moved, if one did."""
    return {
        name: blake2b(table.content, digest_size=8).hexdigest() for name, table in _TABLES.items()
    }


def stamp_of_this_code(own: Rooms | None = None, without: Collection[str] = ()) -> Stamp:
    """Return the stamp of the code and data this process works with.

    Args:
        own: rooms of a question whose own code decides what it keeps, besides the model's.
        without: tables that the question makes itself.

    Raises:
        StoreError: code was edited while it was loaded, or a table since this program began.
    """
    if not all(table.is_as_read() for table in _TABLES.values()):
        raise StoreError(EDITED)
    code = LOADED.code
    if own is not None:
        code = blake2b(f"{code}:{own.code}".encode(), digest_size=8).hexdigest()
    return Stamp(package_version(), code, data_fingerprint(without))


# What else made a result


def machinery() -> dict[str, str]:
    """Return Python, the libraries that compute, and the platform: they may move a last digit."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "mesa": mesa.__version__,
    }


@cache
def _processor() -> str:
    """Return the processor as numpy sees it: its code differs by what one can do."""
    core = getattr(getattr(np, "_core", None), "_multiarray_umath", None)
    can: Mapping[str, bool] = getattr(core, "__cpu_features__", {})
    best = [one for one in getattr(core, "__cpu_dispatch__", ()) if can.get(one)]
    return " ".join([platform.machine(), *best[-1:]])


def commit() -> str | None:
    """Return the commit of the checkout the package lies in, with "+changes" if `sim` has any.

    None where it lies in no checkout of its own, or there is no git to ask.
    """
    if not (PACKAGE.parent / ".git").exists():
        return None
    told = ("status", "--porcelain=v2", "--branch", "--untracked-files=no", "--", PACKAGE.name)
    rest = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        found = subprocess.run(
            ["git", *told], cwd=PACKAGE.parent, env={**rest, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL, capture_output=True, timeout=GIT_SECONDS, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    lines = found.stdout.decode("utf-8", "replace").splitlines()
    name = next((line.split()[-1] for line in lines if line.startswith("# branch.oid ")), "")
    if not name or name.startswith("("):
        return None
    changed = any(not line.startswith("#") for line in lines)
    return f"{name}+changes" if changed else name
