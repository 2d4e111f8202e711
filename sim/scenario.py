"""A named choice of start, structure, parameters and levers: load, check, resolve, fingerprint.

A scenario file is TOML. It may extend another; what it sets replaces what it extends. Any
fault gives one `ScenarioError` naming the file, the key, what was given and what is allowed.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from importlib import resources
from os.path import isdir, isfile  # unlike a Path's, no fault where no path can be so named
from pathlib import Path
from typing import Any, cast

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from sim.domain import evidence
from sim.domain.borough_figures import BoroughFigures
from sim.domain.files import content_of
from sim.domain.given import is_plain, refuse_odd, shortened, shown, text_of, toml_of
from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, Declared, declarations, quantity
from sim.domain.slips import line_of
from sim.domain.start import Start
from sim.domain.tree import Tree
from sim.domain.vocabulary import BidTrigger, HiringStructure, Link
from sim.rules.levers import Levers
from sim.rules.levers.layers import layered

WORKED_OUT = ("name", "fixed_parameters", "fixed_structure")
DRAWN_STRUCTURE = ("hiring", "bid_trigger")
"""Halves of the structure that an ensemble draws where nobody has chosen them."""
UNNAMED_KEYS = ("name", "title", "why", "borough")
"""What a scenario is called, and whose story it is: in no fingerprint and no random key."""
NOT_INHERITED = ("title", "why", "borough")
MOST_ANCESTORS = 30
"""Files that extend one another, one after the other."""
MOST_NAME_BYTES = 100
"""Of a scenario's name: folders and charts are named by two of them."""
MOST_TITLE, MOST_WHY = 300, 5_000
GIVE_FIGURES = "give a .toml from `permanence borough-data template`"


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


class Structure(Declared):
    """Which rival structure of the market holds, and which links are cut."""

    bid_trigger: BidTrigger = quantity(
        BidTrigger.UNFILLED, unit="choice", label="what a borough looks at when it bids"
    )
    hiring: HiringStructure = quantity(
        HiringStructure.SUPPLY_LIMITED, unit="choice", label="how hiring answers vacancies"
    )
    cut_links: tuple[Link, ...] = quantity(
        (), unit="list", label="links of the circle that are cut", no_op=()
    )


class Scenario(Declared):
    """One resolved scenario: everything a run needs but its seed.

    `fixed_parameters` names the parameters somebody chose, `fixed_structure` the halves of the
    structure; an ensemble draws the others.
    `borough` is the employer whose story it tells, if it tells one: it changes nothing in a run.

    Example:
        >>> import sim
        >>> sim.Scenario(parameters={"bid_speed": 0.2}).parameters.bid_speed
        0.2
    """

    name: str = "unnamed"
    title: str = ""
    why: str = ""
    borough: str | None = None
    start: Start = Field(default_factory=Start)
    structure: Structure = Field(default_factory=Structure)
    parameters: Parameters = Field(default_factory=Parameters)
    levers: Levers = Field(default_factory=Levers)
    fixed_parameters: tuple[str, ...] = ()
    fixed_structure: tuple[str, ...] = ()

    @field_validator("name", "title", "why", mode="after")
    @classmethod
    def _is_plain_text(cls, given: str, info: ValidationInfo) -> str:
        most = MOST_TITLE if info.field_name == "title" else MOST_WHY
        if len(given) > most or not is_plain(given, lines=info.field_name == "why"):
            raise ValueError(f"allowed: at most {most:,} characters, none that controls a screen")
        if info.field_name == "name" and len(given.encode()) > MOST_NAME_BYTES:
            raise ValueError(f"allowed: a file's name of at most {MOST_NAME_BYTES} bytes")
        return given

    @field_validator("borough", mode="after")
    @classmethod
    def _is_an_employer(cls, given: str | None) -> str | None:
        return None if given is None else evidence.employer_of(given)

    def content(self) -> dict[str, Any]:
        """Return what the scenario does, without what it is called, ready for JSON."""
        return self.model_dump(mode="json", exclude=set(UNNAMED_KEYS))

    def fingerprint(self) -> str:
        """Return a short hash of `content`: equal for scenarios that do the same."""
        text = json.dumps(self.content(), sort_keys=True, separators=(",", ":"))
        return blake2b(text.encode(), digest_size=8).hexdigest()

    def without_levers(self) -> Scenario:
        """Return the same London with every lever at its no-op."""
        return self.model_copy(update={"levers": Levers()})

    def with_figures(self, figures: Mapping[str, BoroughFigures]) -> Scenario:
        """Return this scenario with councils' own figures laid over those it has."""
        merged = dict(self.start.figures)
        for name, own in figures.items():
            merged[name] = merged.get(name, BoroughFigures()).replaced_by(own)
        start = self.start.model_copy(update={"figures": merged})
        return self.model_copy(update={"start": start})

    def with_parameters(self, drawn: Mapping[str, Any]) -> Scenario:
        """Return this scenario with some parameters replaced (values are checked)."""
        values = self.parameters.model_dump() | dict(drawn)
        return self.model_copy(update={"parameters": Parameters(**values)})


_TREE = Tree(Scenario, hidden=WORKED_OUT, besides=("extends",))


Given = str | Path | Scenario | Mapping[str, Any]
"""What a scenario can be given as: a name, a path, itself, or a dictionary shaped like a file."""


def shipped_folder() -> Path:
    """Return the folder of shipped scenarios, in a wheel or beside an editable checkout."""
    packaged = Path(str(resources.files("sim"))) / "_scenarios"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parent.parent / "scenarios"


def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios, in order.

    Example:
        >>> import sim
        >>> "baseline" in sim.scenario_names()
        True
    """
    return tuple(sorted(path.stem for path in shipped_folder().glob("*.toml")))


def load_scenario(given: Given, overrides: Iterable[str] = ()) -> Scenario:
    """Return a scenario by shipped name or by path, with `key=value` overrides on top.

    A scenario that is there already, or a dictionary shaped like a file, will do too.

    Raises:
        ScenarioError: unreadable, unknown, circular or invalid, in one sentence.

    Example:
        >>> import sim
        >>> sim.load_scenario("no-cap", ["parameters.bid_speed=0.2"]).parameters.bid_speed
        0.2
    """
    overrides = as_list(overrides)
    if isinstance(given, Scenario):
        return _changed(given, overrides)
    if isinstance(given, Mapping):
        return _changed(scenario_from(given), overrides)
    path = _find(str(given))
    source = f"{path.name} with --set" if overrides else path.name
    content = written(given, overrides)
    try:
        return _built(content, path.stem, source)
    except ScenarioError as fault:
        raise ScenarioError(_with_line(str(fault), path, overrides)) from None


def _changed(scenario: Scenario, overrides: Sequence[str]) -> Scenario:
    """Return a scenario with overrides on top of what was said in it."""
    if not overrides:
        return scenario
    said = scenario.model_dump(mode="json", exclude_unset=True, exclude=set(WORKED_OUT))
    above: dict[str, Any] = {}
    for override in overrides:
        above = _merged(above, _parsed_override(override))
    source = f"{scenario.name} with --set"
    return _built(_extended(said, above, source), scenario.name, source)


def written(name_or_path: str | Path, overrides: Iterable[str] = ()) -> dict[str, Any]:
    """Return what files and overrides say of a scenario, before it is checked; errors as above."""
    path = _find(str(name_or_path))
    merged = _with_ancestors(path, ())
    source = path.name
    above: dict[str, Any] = {}
    for override in as_list(overrides):
        above = _merged(above, _parsed_override(override))
        source = f"{path.name} with --set"
    return _extended(merged, above, source)


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


def scenario_from(content: Mapping[str, Any], name: str = "unnamed") -> Scenario:
    """Return a scenario from nested dictionaries shaped like a file; it may `extends` one.

    Example:
        >>> import sim
        >>> mine = {"extends": "no-cap", "parameters": {"bid_speed": 0.2}}
        >>> sim.scenario_from(mine, name="fast").name
        'fast'
    """
    merged = dict(content)
    parent = merged.pop("extends", None)
    if parent is not None:
        inherited = _with_ancestors(_find(str(parent)), ())
        inherited.pop("borough", None)
        merged = _extended(inherited, merged, name)
    return _built(merged, name, name)


def _with_line(fault: str, path: Path, overrides: Iterable[str] = ()) -> str:
    """Return a message on a file's key with the line that says it, if the file does."""
    source, colon, said = fault.partition(": ")
    key = said.partition(": ")[0]
    is_set = any(one.partition("=")[0].strip() == key for one in overrides)
    with suppress(OSError, UnicodeDecodeError):
        line = None if is_set or not colon else line_of(text_of(path.read_bytes()), key)
        return fault if line is None else f"{source}, line {line}: {said}"
    return fault


def load_figures(path: Path) -> dict[str, BoroughFigures]:
    """Return councils' own figures from a file with a table for each employer.

    Raises:
        ScenarioError: unreadable or invalid, in one sentence.
    """
    try:
        return Start(figures=_read(path)).figures
    except ScenarioError as fault:
        hint = "" if path.suffix == ".toml" else f"; {GIVE_FIGURES}"
        raise ScenarioError(f"{fault}{hint}") from None
    except ValidationError as fault:
        said = _TREE.sentence(fault, ("start",)).removeprefix("start.figures.")
        raise ScenarioError(_with_line(f"{path}: {said}", path)) from None


def declared_at(key: str) -> Declaration:
    """Return what a scenario's key, such as levers.cap.tolerance, declares of itself.

    Raises:
        ScenarioError: there is no such key, or it is a group and not a value.
    """
    *place, name = key.split(".")
    group = _TREE.group_at(place, whole=True)
    found = None if group is None else declarations(group).get(name)
    if found is None:
        every = [path for path in _TREE.paths() if path not in UNNAMED_KEYS]
        close = difflib.get_close_matches(key, every, n=1)
        close += [path for path in every if path.endswith(f".{name}")]
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        raise ScenarioError(f"{key}: there is no such value in a scenario{hint}")
    return found


def _find(name: str) -> Path:
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


def _read(path: Path) -> dict[str, Any]:
    try:
        found = toml_of(text_of(content_of(path)))
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: is not a text file in UTF-8") from None
    except ValueError as fault:
        joined = "," if str(fault).startswith("line ") else ":"
        raise ScenarioError(f"{path}{joined} {fault}") from None
    if not found:
        raise ScenarioError(f"{path}: says nothing; allowed: what it changes, key = value")
    return found


def _with_ancestors(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    content = _read(path)
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
    ancestors = _with_ancestors(_parent_of(path, parent), (*seen, resolved))
    for key in NOT_INHERITED:
        ancestors.pop(key, None)
    return _extended(ancestors, content, path.name)


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


def _extended(below: Mapping[str, Any], above: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return what a scenario says that extends another: levers keep their past (see `layers`)."""
    merged = _merged(below, above)
    old, new = below.get("levers"), above.get("levers")
    if not isinstance(new, Mapping):
        return merged
    before: Mapping[str, Any] = old if isinstance(old, Mapping) else {}
    taken = {}
    for name, value in new.items():
        try:
            taken[name] = layered(before.get(name), value)
        except (ValueError, TypeError, KeyError, ArithmeticError) as fault:
            raise ScenarioError(f"{source}: levers.{shortened(name)}: {fault}") from None
    return merged | {"levers": {**before, **taken}}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged


def _parsed_override(override: str) -> dict[str, Any]:
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


def _built(content: Mapping[str, Any], name: str, source: str) -> Scenario:
    given = dict(content)
    for reserved in WORKED_OUT:
        if reserved in given:
            raise ScenarioError(f"{source}: {reserved}: is worked out, not set in a file")
    chosen = given.get("parameters", {})
    fixed = tuple(sorted(chosen)) if isinstance(chosen, Mapping) else ()
    halves = given.get("structure", {})
    taken = halves if isinstance(halves, Mapping) else {}
    structure = tuple(half for half in DRAWN_STRUCTURE if half in taken)
    try:
        refuse_odd(given)
        return Scenario(**given, name=name, fixed_parameters=fixed, fixed_structure=structure)
    except ValidationError as fault:
        raise ScenarioError(f"{source}: {_TREE.sentence(fault)}") from None
    except (TypeError, ValueError) as fault:
        raise ScenarioError(f"{source}: {fault}") from None
