"""A named choice of start, structure, parameters and levers: load, check, resolve, fingerprint.

A scenario file is TOML. It may extend another; what it sets replaces what it extends. Any
fault gives one `ScenarioError` naming the file, the key, what was given and what is allowed.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from sim.domain import evidence
from sim.domain.borough_figures import BoroughFigures
from sim.domain.figures_csv import rows_of_csv, text_of_csv
from sim.domain.given import is_plain, refuse_odd
from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, Declared, declarations, quantity
from sim.domain.start import Start
from sim.domain.tree import Tree
from sim.domain.vocabulary import BidTrigger, HiringStructure, Link
from sim.rules.levers import Levers
from sim.scenario.files import (
    UNNAMED_KEYS,
    WORKED_OUT,
    extended,
    find,
    merged,
    parsed,
    parsed_override,
    read,
    with_ancestors,
    with_line,
)
from sim.scenario.files import ScenarioError as ScenarioError
from sim.scenario.files import as_list as as_list
from sim.scenario.files import scenario_names as scenario_names
from sim.scenario.files import shipped_folder as shipped_folder

DRAWN_STRUCTURE = ("hiring", "bid_trigger")
"""Halves of the structure that an ensemble draws where nobody has chosen them."""
MOST_NAME_BYTES = 100
"""Of a scenario's name: folders and charts are named by two of them."""
MOST_TITLE, MOST_WHY = 300, 5_000
GIVE_FIGURES = "give a .toml or .csv from `permanence borough-data template`"


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
        """Return this scenario with councils' own figures laid over those it has.

        Raises:
            ScenarioError: it starts on an invented day, which nobody's own figures are of.
        """
        if self.start.stylised and figures:
            raise ScenarioError(
                f"{self.name}: starts in a stylised {self.start.opening.year}; own figures are "
                "allowed where a scenario starts from a census"
            )
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
    path = find(str(given))
    source = f"{path.name} with --set" if overrides else path.name
    content = written(given, overrides)
    try:
        return _built(content, path.stem, source)
    except ScenarioError as fault:
        raise ScenarioError(with_line(str(fault), path, overrides)) from None


def _changed(scenario: Scenario, overrides: Sequence[str]) -> Scenario:
    """Return a scenario with overrides on top of what was said in it."""
    if not overrides:
        return scenario
    said = scenario.model_dump(mode="json", exclude_unset=True, exclude=set(WORKED_OUT))
    above: dict[str, Any] = {}
    for override in overrides:
        above = merged(above, parsed_override(override))
    source = f"{scenario.name} with --set"
    return _built(extended(said, above, source), scenario.name, source)


def written(name_or_path: str | Path, overrides: Iterable[str] = ()) -> dict[str, Any]:
    """Return what files and overrides say of a scenario, before it is checked; errors as above."""
    path = find(str(name_or_path))
    below = with_ancestors(path)
    source = path.name
    above: dict[str, Any] = {}
    for override in as_list(overrides):
        above = merged(above, parsed_override(override))
        source = f"{path.name} with --set"
    return extended(below, above, source)


def scenario_from(content: Mapping[str, Any], name: str = "unnamed") -> Scenario:
    """Return a scenario from nested dictionaries shaped like a file; it may `extends` one.

    Example:
        >>> import sim
        >>> mine = {"extends": "no-cap", "parameters": {"bid_speed": 0.2}}
        >>> sim.scenario_from(mine, name="fast").name
        'fast'
    """
    given = dict(content)
    parent = given.pop("extends", None)
    if parent is not None:
        inherited = with_ancestors(find(str(parent)))
        inherited.pop("borough", None)
        given = extended(inherited, given, name)
    return _built(given, name, name)


def load_figures(path: Path) -> dict[str, BoroughFigures]:
    """Return councils' own figures from a file: TOML with a table for each employer, or CSV.

    Raises:
        ScenarioError: unreadable or invalid, in one sentence.
    """
    figures: Any
    lines: dict[str, int] = {}
    try:
        if path.suffix.lower() == ".csv":
            figures, lines = parsed(path, rows_of_csv, text_of_csv)
        else:
            figures = read(path)
        own = Start(figures=figures).figures
        if not own:
            raise ScenarioError(f"{path}: holds no figure; allowed: one figure at least")
        return own
    except ScenarioError as fault:
        is_known = path.suffix == ".toml" or f"{path}, line " in str(fault)
        hint = "" if is_known else f"; {GIVE_FIGURES}"
        raise ScenarioError(f"{fault}{hint}") from None
    except ValidationError as fault:
        said = _TREE.sentence(fault, ("start",)).removeprefix("start: ").removeprefix("start.")
        said = said.removeprefix("figures.")
        if lines:
            at = lines.get(said.partition(": ")[0])
            raise ScenarioError(f"{path}{f', line {at}' if at else ''}: {said}") from None
        raise ScenarioError(with_line(f"{path}: {said}", path)) from None


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
