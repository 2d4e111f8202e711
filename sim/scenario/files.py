"""Scenario files: found, read, laid over one another; whatever is wrong is one `ScenarioError`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from importlib import resources
from os.path import isdir, isfile  # unlike a Path's, no fault where no path can be so named
from pathlib import Path
from typing import Any, TypeVar, cast

from sim.domain.files import content_of
from sim.domain.given import is_plain, shortened, shown, text_of, toml_of
from sim.domain.slips import line_of
from sim.rules.levers.layers import layered

Parsed = TypeVar("Parsed")
WORKED_OUT = ("name", "fixed_parameters", "fixed_structure")
UNNAMED_KEYS = ("name", "title", "why", "borough")
"""What a scenario is called, and whose story it is: in no fingerprint and no random key."""
NOT_INHERITED = ("title", "why", "borough")
MOST_ANCESTORS = 30
"""Files that extend one another, one after the other."""


class ScenarioError(ValueError):
    """A scenario cannot be used; the message is one a user can act on.

    Example:
        >>> import sim
        >>> try:
        ...     sim.load_scenario("no-capp")
        ... except sim.ScenarioError as fault:
        ...     print("did you mean" in str(fault))
        True
    """


def shipped_folder() -> Path:
    """Return the folder of shipped scenarios, in a wheel or beside an editable checkout."""
    packaged = Path(str(resources.files("sim"))) / "_scenarios"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "scenarios"


def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios, in order.

    Example:
        >>> import sim
        >>> "baseline" in sim.scenario_names()
        True
    """
    return tuple(sorted(path.stem for path in shipped_folder().glob("*.toml")))


def as_list(overrides: object) -> tuple[str, ...]:
    """Return overrides as they were listed.

    Raises:
        ScenarioError: they are one text, or not all of them are texts.
    """
    is_list = isinstance(overrides, Iterable) and not isinstance(overrides, str | bytes)
    listed = list(cast(Iterable[object], overrides)) if is_list else []
    found = tuple(one for one in listed if isinstance(one, str))
    if not is_list or len(found) < len(listed):
        raise ScenarioError(
            f"overrides: given {shown(overrides)}; allowed: a list of texts key=value, such as "
            '["parameters.bid_speed=0.2"]'
        )
    return found


def with_line(fault: str, path: Path, overrides: Iterable[str] = ()) -> str:
    """Return a message on a file's key with the line that says it, if the file does."""
    source, colon, said = fault.partition(": ")
    key = said.partition(": ")[0]
    is_set = any(one.partition("=")[0].strip() == key for one in overrides)
    with suppress(OSError, UnicodeDecodeError):
        line = None if is_set or not colon else line_of(text_of(path.read_bytes()), key)
        return fault if line is None else f"{source}, line {line}: {said}"
    return fault


def find(name: str) -> Path:
    """Return the file of a scenario: a shipped one by its name, else the path that is given.

    Raises:
        ScenarioError: there is none.
    """
    if not is_plain(name):
        raise ScenarioError(
            f"given {shown(name)}; allowed: a name in UTF-8 that controls no screen"
        )
    shipped = shipped_folder() / f"{name}.toml"
    if "/" not in name and "\\" not in name and isfile(shipped):
        return shipped
    path = Path(name)
    if isdir(path):
        raise ScenarioError(f"{name}: a folder, where a scenario file (.toml) is expected")
    if path.suffix == ".toml" or isfile(path):
        return path
    raise ScenarioError(f"{_unknown(name)}, or give the path of a .toml file")


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, scenario_names(), n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return f"no scenario is called {shown(name)}{hint}; shipped are {', '.join(scenario_names())}"


def read(path: Path) -> dict[str, Any]:
    """Return what a file in TOML says; an empty one is a `ScenarioError` too."""
    found = parsed(path, toml_of)
    if not found:
        raise ScenarioError(f"{path}: says nothing; allowed: what it changes, key = value")
    return found


def parsed(
    path: Path, parse: Callable[[str], Parsed], decode: Callable[[bytes], str] = text_of
) -> Parsed:
    """Return what a file's text says, as `parse` reads what `decode` makes of its bytes.

    Raises:
        ScenarioError: it cannot be read, or `parse` raises a ValueError.
    """
    try:
        return parse(decode(content_of(path)))
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: is not a text file in UTF-8") from None
    except ValueError as fault:
        joined = "," if str(fault).startswith("line ") else ":"
        raise ScenarioError(f"{path}{joined} {fault}") from None


def with_ancestors(path: Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Return what a file says on top of all that it extends; `seen` are those that led to it."""
    content = read(path)
    resolved = path.resolve()
    if resolved in seen:
        chain = " -> ".join(step.stem for step in (*seen, resolved))
        raise ScenarioError(f"{path.name}: extends goes round in a circle: {shortened(chain)}")
    if len(seen) > MOST_ANCESTORS:
        raise ScenarioError(
            f"{path.name}: extends: reached after {len(seen)} files, each extending the next; "
            f"allowed: up to {MOST_ANCESTORS}"
        )
    parent = content.pop("extends", None)
    if parent is None:
        return content
    if not isinstance(parent, str):
        given = shown(parent)
        raise ScenarioError(f"{path.name}: extends: given {given}; allowed: a scenario's name")
    ancestors = with_ancestors(_parent_of(path, parent), (*seen, resolved))
    for key in NOT_INHERITED:
        ancestors.pop(key, None)
    return extended(ancestors, content, path.name)


def _parent_of(path: Path, parent: str) -> Path:
    """Return what a file extends: a file beside it, else a shipped scenario.

    A file may have the name of the shipped scenario it extends.
    """
    beside = path.parent / (parent if parent.endswith(".toml") else f"{parent}.toml")
    shipped = shipped_folder() / f"{parent}.toml"
    if isfile(beside) and not (beside.samefile(path) and shipped.is_file()):
        return beside
    if isfile(shipped):
        return shipped
    raise ScenarioError(f"{path.name}: extends: {_unknown(parent)}, or name a file beside it")


def extended(below: Mapping[str, Any], above: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return what a scenario says that extends another: levers keep their past (see `layers`)."""
    whole = merged(below, above)
    old, new = below.get("levers"), above.get("levers")
    if not isinstance(new, Mapping):
        return whole
    before: Mapping[str, Any] = old if isinstance(old, Mapping) else {}
    taken = {}
    for name, value in new.items():
        try:
            taken[name] = layered(before.get(name), value)
        except (ValueError, TypeError, KeyError, ArithmeticError) as fault:
            raise ScenarioError(f"{source}: levers.{shortened(name)}: {fault}") from None
    return whole | {"levers": {**before, **taken}}


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with another laid over it, table by table."""
    found = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(found.get(key), Mapping):
            found[key] = merged(found[key], value)
        else:
            found[key] = value
    return found


def parsed_override(override: str) -> dict[str, Any]:
    """Return the nested table that `key=value` says; what cannot be set is a `ScenarioError`."""
    key, equals, text = override.partition("=")
    parts = [part.strip() for part in key.split(".")]
    if not equals or not all(parts):
        raise ScenarioError(
            f"--set {override}: expected key=value, such as parameters.bid_speed=0.2"
        )
    value: Any = text.strip()
    with suppress(ValueError):
        read = toml_of(f"value = {value}")
        value = read["value"] if len(read) == 1 else value
    for part in reversed(parts):
        value = {part: value}
    if parts[0] in (*UNNAMED_KEYS, *WORKED_OUT, "extends") or not isinstance(value, dict):
        raise ScenarioError(f"--set {override}: {parts[0]!r} cannot be set")
    return value
