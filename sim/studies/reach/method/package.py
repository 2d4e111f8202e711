"""Levers within bounds, and the policy that each setting of them is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.domain.quantities import Declaration
from sim.scenario import Scenario, ScenarioError, declared_at, load_scenario, scenario_names

FORM = "KEY=LOW:HIGH, such as levers.cap.charge_rate_per_hour=38:48"
LEVERS = "levers."
FIGURES = 3
"""Significant figures of a setting: nobody would sign more."""


class Bounded(NamedTuple):
    """A number of a policy, and the bounds within which it may be set."""

    key: str
    low: float
    high: float

    @property
    def declared(self) -> Declaration:
        """What the number declares of itself."""
        return declared_at(self.key)

    @property
    def label(self) -> str:
        """It in plain words."""
        return self.declared.label

    def setting(self, value: float) -> float:
        """Return a value as it is set: within bounds, in few figures; whole where it must be."""
        rounded = float(f"{value:.{FIGURES}g}")
        inside = min(max(rounded, self.low), self.high)
        return float(round(inside)) if isinstance(self.declared.default, int) else inside


def read_bounded(text: str) -> Bounded:
    """Return a lever and its bounds from `key=low:high`, or from `key` with what a slider offers.

    Raises:
        ScenarioError: not of that form, no lever's number, or beyond what is allowed.
    """
    key, equals, wanted = (part.strip() for part in text.partition("="))
    declared = declared_at(key)
    if not key.startswith(LEVERS) or declared.allowed is None:
        raise ScenarioError(f"--lever {key}: is no number of a lever; allowed: {FORM}")
    if equals:
        try:
            low, high = (float(one) for one in wanted.split(":"))
        except ValueError:
            raise ScenarioError(f"--lever {text}: expected {FORM}") from None
    elif declared.offered is None:
        raise ScenarioError(f"--lever {key}: no bounds are given; allowed: {FORM}")
    else:
        low, high = declared.offered[:2]
    least, most = declared.allowed
    if not (np.isfinite([low, high]).all() and least <= low < high <= most):
        raise ScenarioError(
            f"--lever {key}: given {low:g} to {high:g}; allowed: a lower and a higher number from "
            f"{least:g} to {most:g}"
        )
    return Bounded(key, low, high)


def set_to(levers: Sequence[Bounded], point: Sequence[float]) -> dict[str, float]:
    """Return settings by key from a search's point."""
    return {one.key: one.setting(value) for one, value in zip(levers, point, strict=True)}


def policy_of(template: str, settings: Mapping[str, float], name: str) -> Scenario:
    """Return the policy that a template is with some settings.

    Raises:
        ScenarioError: the template cannot have one of them.
    """
    found = load_scenario(template, [f"{key}={_number(key, one)}" for key, one in settings.items()])
    return found.model_copy(update={"name": name})


def toml_of(template: str, settings: Mapping[str, float], title: str, why: str) -> str:
    """Return a policy as a scenario file that anyone can run."""
    if template not in scenario_names():
        template = f"{template.removesuffix('.toml')}"
    lines = [
        f"title = {json.dumps(title, ensure_ascii=False)}",
        f"extends = {json.dumps(template)}",
        f"why = {json.dumps(why, ensure_ascii=False)}",
    ]
    by_lever: dict[str, list[str]] = {}
    for key, value in settings.items():
        place, _, name = key.rpartition(".")
        by_lever.setdefault(place, []).append(f"{name} = {_number(key, value)}")
    for place, rows in by_lever.items():
        lines += ["", f"[{place}]", *rows]
    return "\n".join(lines) + "\n"


def _number(key: str, value: float) -> str:
    default: Any = declared_at(key).default
    return str(int(value)) if isinstance(default, int) and value == int(value) else repr(value)
