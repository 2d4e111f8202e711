"""Loops that are compiled when they are first called, from the very text that is read.

A `compiled` function goes through workers or employers one at a time; an `elementwise` one is an
equation that such a loop may call, and that anybody else may call with arrays. Both are plain
Python: with `NUMBA_DISABLE_JIT=1` they run as such, slowly.

Machine code is kept on disk, in a folder named by the sources of all of them: a compiler's own
cache looks at the file of the loop alone, and would go on with an equation that has been edited.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache, update_wrapper
from hashlib import blake2b
from inspect import getsourcefile
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")
AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])

_EQUATIONS: list[Callable[..., Any]] = []
_LOOPS: list[Callable[..., Any]] = []
_CACHE_VARIABLE = "NUMBA_CACHE_DIR"


def elementwise(function: AnyFunction) -> AnyFunction:
    """Let compiled loops call an equation; it stays what it is."""
    _EQUATIONS.append(function)
    return function


def either(condition: Any, one: Any, other: Any) -> Any:
    """Return the one where a condition holds, else the other: `np.where` for equations.

    In a compiled loop it decides for single values, which `np.where` would make arrays of first.
    """
    return np.where(condition, one, other)


class compiled(Generic[P, R]):  # noqa: N801 (a decorator)
    """A loop that is compiled at its first call, for the kinds of arguments it is called with."""

    def __init__(self, function: Callable[P, R]) -> None:
        update_wrapper(self, function)
        self.as_written = function
        self._loop: Callable[P, R] | None = None
        _LOOPS.append(function)

    def __call__(self, *given: P.args, **named: P.kwargs) -> R:
        """Run it."""
        if self._loop is None:
            self._loop = _made_ready(self.as_written)
        try:
            return self._loop(*given, **named)
        except SystemError as fault:
            # A Ctrl-C in the moment it returns, which Python would call a fault of the loop.
            if isinstance(fault.__cause__, KeyboardInterrupt):
                raise fault.__cause__ from None
            raise

    def __reduce__(self) -> str:
        """Pickle by name, as a function is."""
        return self.as_written.__qualname__


def _made_ready(function: Callable[P, R]) -> Callable[P, R]:
    """Return a loop that compiles itself, or takes from disk what was compiled before."""
    from numba import njit
    from numba.core import config

    if config.DISABLE_JIT:
        return np.errstate(all="ignore")(function)  # machine code says nothing of overflow
    _make_equations_known()
    folder = _cache_folder()
    if folder is None:
        return njit(error_model="numpy")(function)
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        return njit(error_model="numpy", cache=True)(function)
    finally:
        config.CACHE_DIR = before


@cache
def _make_equations_known() -> None:
    from numba.extending import overload, register_jitable

    overload(either, strict=False)(lambda condition, one, other: _one_or_other)
    for equation in _EQUATIONS:
        register_jitable(equation)


def _one_or_other(condition: Any, one: Any, other: Any) -> Any:
    return one if condition else other


@cache
def _cache_folder() -> Path | None:
    """Return where machine code is kept, if anywhere."""
    return folder_to_keep(f"permanence-{_hash_of_sources()}")


def folder_to_keep(name: str) -> Path | None:
    """Return a folder for what is dear to work out again: in the first place that can be written.

    The package's own folder, as Python does; the user's cache; a folder of the user's among
    temporary files. `NUMBA_CACHE_DIR` goes before them all. None if there is no such place.
    """
    chosen = os.environ.get(_CACHE_VARIABLE)
    user = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    own = f"permanence-{os.getuid()}" if hasattr(os, "getuid") else "permanence"
    places = (
        Path(__file__).parent / "__pycache__",
        Path(user) / "permanence",
        Path(tempfile.gettempdir()) / own,
    )
    for place in (Path(chosen),) if chosen else places:
        folder = place / name
        if _can_be_written(folder):
            return folder
    return None


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            return False  # what somebody else compiled is not run
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _hash_of_sources() -> str:
    """Return a hash of every file that holds an equation or a loop."""
    digest = blake2b(digest_size=8)
    files = {getsourcefile(function) or "" for function in (*_EQUATIONS, *_LOOPS)}
    for file in sorted(files):
        digest.update(Path(file).read_bytes() if file else b"")
    return digest.hexdigest()
