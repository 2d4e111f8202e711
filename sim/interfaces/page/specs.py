"""One side of the page: a shipped scenario and what was changed in it, as a link carries it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, declarations
from sim.rules.levers import Levers
from sim.scenario import (
    DRAWN_STRUCTURE,
    Scenario,
    ScenarioError,
    Structure,
    load_scenario,
    scenario_from,
    scenario_names,
)

NOT_ON_THE_PAGE = ("earlier",)
"""Fields of a lever for which no control can be made: lists of tables."""
MOST_CHANGES, LONGEST_TEXT, MOST_NAMES = 60, 80, 40
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
Value = bool | int | float | Text | Annotated[list[Text], Field(max_length=MOST_NAMES)] | None


class Strict(BaseModel):
    """A message from the page: unknown names, NaN and infinity are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Spec(Strict):
    """A shipped scenario by name, with changes by dotted path, such as levers.cap.members."""

    scenario: Annotated[str, StringConstraints(max_length=LONGEST_TEXT, pattern=r"^[a-z0-9-]+$")]
    changes: Annotated[dict[Text, Value], Field(max_length=MOST_CHANGES)] = {}

    def resolved(self, name: str) -> Scenario:
        """Return the scenario.

        Raises:
            ScenarioError: no such scenario or control, or a value that is not allowed.
        """
        if self.scenario not in scenario_names():
            shipped = ", ".join(scenario_names())
            raise ScenarioError(f"scenario: given {self.scenario!r}; allowed: {shipped}")
        if not self.changes:
            return load_scenario(self.scenario)
        content: dict[str, Any] = {"extends": self.scenario}
        for path, value in self.changes.items():
            if path not in paths():
                raise ScenarioError(f"{path}: there is no such control on the page")
            if value is None:
                raise ScenarioError(f"{path}: given nothing; allowed: a value")
            group = content
            *place, last = path.split(".")
            for part in place:
                group = group.setdefault(part, {})
            group[last] = value
        return scenario_from(content, name)


class Book:
    """The scenarios a page knows by name: those that are shipped, and those of a result.

    Args:
        own: scenarios of a result; what does the same as a shipped one of its name is left out.
    """

    def __init__(self, own: Sequence[Scenario] = ()) -> None:
        self._own: dict[str, Scenario] = {}
        self._names: dict[str, str] = {}
        for scenario in own:
            self._names[scenario.fingerprint()] = self._enter(scenario)

    def _enter(self, scenario: Scenario) -> str:
        name = re.sub(r"[^a-z0-9-]+", "-", scenario.name.lower())[:LONGEST_TEXT] or "result"
        if name in scenario_names():
            if load_scenario(name).fingerprint() == scenario.fingerprint():
                return name
            name = f"{name}-of-result"
        while name in self._own:
            name = f"{name}-too"
        self._own[name] = scenario
        return name

    def names(self) -> tuple[str, ...]:
        """Return all names, a result's own first."""
        return (*self._own, *scenario_names())

    def name_of(self, scenario: Scenario) -> str:
        """Return under which name one of the result's scenarios stands."""
        return self._names[scenario.fingerprint()]

    def scenario(self, name: str) -> Scenario:
        """Return a scenario by name."""
        return self._own[name] if name in self._own else load_scenario(name)

    def resolved(self, spec: Spec, name: str) -> Scenario:
        """Return the scenario a side of the page is."""
        if spec.scenario not in self._own:
            return spec.resolved(name)
        return changed(self._own[spec.scenario], spec.changes)

    def written_as(self, name: str) -> dict[str, Any] | None:
        """Return what a scenario file may say for a scenario: a shipped one and changes to it.

        Nothing if no shipped scenario with other controls does the same.
        """
        if name not in self._own:
            return {"scenario": name, "changes": {}}
        wanted, target = self._own[name].fingerprint(), values_of(self._own[name])
        for shipped in sorted(scenario_names(), key=lambda one: one != self._own[name].name):
            before = values_of(load_scenario(shipped))
            changes = {
                path: value
                for path, value in target.items()
                if value is not None and value != before[path]
            }
            spec = Spec.model_construct(scenario=shipped, changes=changes)
            with suppress(ScenarioError):
                if spec.resolved(shipped).fingerprint() == wanted:
                    return {"scenario": shipped, "changes": changes}
        return None


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a scenario with some of its controls moved.

    Raises:
        ScenarioError: a value that is not allowed.
    """
    content = scenario.model_dump(mode="json")
    for path, value in changes.items():
        *place, last = path.split(".")
        group = content
        for part in place:
            group = group[part]
        group[last] = value
    halves = {path.removeprefix("structure.") for path in changes} | {*scenario.fixed_structure}
    content["fixed_structure"] = [half for half in DRAWN_STRUCTURE if half in halves]
    try:
        return Scenario(**content)
    except ValidationError as fault:
        raise ScenarioError(f"{scenario.name}: {fault.errors()[0]['msg']}") from None


def controlled() -> Iterator[tuple[str, str, Declaration]]:
    """Yield (path, lever, declaration) of every quantity the page has a control for."""
    for lever, field in Levers.model_fields.items():
        for name, declared in declarations(field.annotation).items():  # type: ignore[arg-type]
            if name not in NOT_ON_THE_PAGE:
                yield f"levers.{lever}.{name}", lever, declared
    for name, declared in declarations(Structure).items():
        yield f"structure.{name}", "structure", declared


@cache
def paths() -> frozenset[str]:
    """Return the dotted paths of all controls."""
    return frozenset(path for path, _, _ in controlled())


def values_of(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario's value at every control's path, ready for JSON."""
    content = scenario.model_dump(mode="json")
    found = {}
    for path in sorted(paths()):
        value: Any = content
        for part in path.split("."):
            value = value[part]
        found[path] = value
    # Half a structure that nobody chose is drawn, run by run: there is no value to show.
    for half in ("hiring", "bid_trigger"):
        if half not in scenario.fixed_structure:
            found[f"structure.{half}"] = None
    return found


def rest_of(scenario: Scenario) -> Mapping[str, Any]:
    """Return what a scenario says beyond its controls: two that differ in it are apart."""
    content = scenario.content()
    levers = {
        f"{lever}.{name}": content["levers"][lever][name]
        for lever in Levers.model_fields
        for name in NOT_ON_THE_PAGE
        if name in content["levers"][lever]
    }
    return {"start": content["start"], "parameters": content["parameters"], "levers": levers}


def choices_of(declared: Declaration) -> list[str] | None:
    """Return the words a quantity may be, if it is one of several words."""
    kind = type(declared.default)
    return [one.value for one in kind] if issubclass(kind, StrEnum) else None


def in_plain_words(text: str) -> str:
    """Return a text with every parameter called by its label, not by its name in the code."""
    labels = {name: one.label for name, one in declarations(Parameters).items()}
    return re.sub(
        r"parameters\.([a-z0-9_]+)", lambda found: labels.get(found[1], in_words(found[1])), text
    )


def in_words(name: str) -> str:
    """Return a name of the code as words."""
    return re.sub(r"[_-]+", " ", name)
