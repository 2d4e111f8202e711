"""What every lever does and from when, in plain English; and what two scenarios do differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sim.domain.calendar import spoken_day
from sim.rules.levers import Lever, Levers
from sim.rules.levers.timeline import Span, is_used, spans, stretches
from sim.scenario import Scenario

NOTHING = "No lever is used: the law as enacted, and nothing else."


@dataclass(frozen=True)
class Difference:
    """One thing in which two scenarios differ, in words.

    Attributes:
        what: a lever, or the key of a value.
        since: the first day on which they differ; None where it is so from the start.
    """

    what: str
    since: date | None
    words: str


def lever_title(name: str) -> str:
    """Return a lever's name at the beginning of a line."""
    return name.replace("_", " ").capitalize()


def used(scenario: Scenario) -> dict[str, tuple[Span, ...]]:
    """Return the terms of every lever that a scenario uses, by lever."""
    opening = scenario.start.opening
    levers = {name: getattr(scenario.levers, name) for name in Levers.model_fields}
    return {
        name: spans(lever, opening) for name, lever in levers.items() if is_used(lever, opening)
    }


def timeline(scenario: Scenario) -> list[str]:
    """Return one sentence a lever: what it does, and from when."""
    opening = scenario.start.opening
    found = [
        f"{lever_title(name)}: {'; '.join(_line(span, opening) for span in all_spans)}."
        for name, all_spans in used(scenario).items()
    ]
    return found or [NOTHING]


def timeline_json(scenario: Scenario) -> list[dict[str, Any]]:
    """Return the timeline as JSON tells it, a row a span."""
    opening = scenario.start.opening
    return [
        {
            "lever": name,
            "from": None if span.first is None else span.first.isoformat(),
            "until": None if span.last is None else span.last.isoformat(),
            "words": span.in_words(opening),
            "terms": span.terms.model_dump(mode="json", exclude={"earlier"}),
        }
        for name, all_spans in used(scenario).items()
        for span in all_spans
    ]


def when(first: date | None, last: date | None) -> str:
    """Return a time in words: "until 31 March 2027", "from April 2027", "throughout"."""
    until = "" if last is None else f"until {spoken_day(last)}"
    if first is None:
        return until or "throughout"
    return f"from {first:%B %Y} {until}".strip()


def differences(one: Scenario, other: Scenario) -> list[Difference]:
    """Return what two scenarios do differently, levers first."""
    found = [*_other_start(one, other)]
    for name in Levers.model_fields:
        found += _lever(name, one, other)
    return [*found, *_values("structure", one, other), *_values("parameters", one, other)]


def lever_differences(name: str, one: Scenario, other: Scenario) -> list[str]:
    """Return when and how a lever differs, part by part."""
    opening = one.start.opening
    levers = (getattr(one.levers, name), getattr(other.levers, name))
    names = names_of(one, other)
    found = []
    for part in stretches(*levers, opening):
        if part.is_same:
            found.append(f"the same {when(part.first, part.last)}")
            continue
        said = [_in_force(span, opening) for span in (part.one, part.other)]
        own = f"{names[0]} has {said[0]}; {names[1]} has {said[1]}"
        found.append(f"{when(part.first, part.last)} {own}")
    return found


def names_of(one: Scenario, other: Scenario) -> tuple[str, str]:
    """Return what to call two scenarios."""
    if one.name == other.name:
        return f"{one.name} (A)", f"{other.name} (B)"
    return one.name, other.name


def _line(span: Span, opening: date) -> str:
    return f"{when(span.first, span.last)}: {span.in_words(opening)}"


def _in_force(span: Span | None, opening: date) -> str:
    return "no effect" if span is None else span.terms.in_words(opening)


def _lever(name: str, one: Scenario, other: Scenario) -> list[Difference]:
    lever: Lever = getattr(one.levers, name)
    parts = stretches(lever, getattr(other.levers, name), one.start.opening)
    since = [part.first for part in parts if not part.is_same]
    if not since:
        return []
    words = f"{lever_title(name)}: {'; '.join(lever_differences(name, one, other))}."
    return [Difference(f"levers.{name}", since[0], words)]


def _other_start(one: Scenario, other: Scenario) -> list[Difference]:
    found = _values("start", one, other)
    days = (one.start.opening, other.start.opening)
    if days[0] != days[1]:
        names = names_of(one, other)
        words = f"{names[0]} starts on {spoken_day(days[0])}, {names[1]} on {spoken_day(days[1])}."
        found.insert(0, Difference("start", None, words))
    return found


def _values(group: str, one: Scenario, other: Scenario) -> list[Difference]:
    names = names_of(one, other)
    fixed = [_chosen(scenario, group) for scenario in (one, other)]
    left, right = ({**_dumped(scenario, group)} for scenario in (one, other))
    found = []
    for key in dict.fromkeys([*left, *right]):
        said = [
            _shown(values.get(key)) + ("" if chosen is None or key in chosen else " unless drawn")
            for values, chosen in zip((left, right), fixed, strict=True)
        ]
        if said[0] != said[1]:
            words = f"{group}.{key}: {names[0]} has {said[0]}; {names[1]} has {said[1]}."
            found.append(Difference(f"{group}.{key}", None, words))
    return found


def _chosen(scenario: Scenario, group: str) -> Sequence[str] | None:
    """Return the values that somebody chose, where an ensemble draws the others."""
    if group == "parameters":
        return scenario.fixed_parameters
    return (*scenario.fixed_structure, "cut_links") if group == "structure" else None


def _dumped(scenario: Scenario, group: str) -> dict[str, Any]:
    found: dict[str, Any] = getattr(scenario, group).model_dump(mode="json")
    return found


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list | dict):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        words = [f"{key} {one}" if isinstance(value, dict) else str(one) for key, one in inner]
        return ", ".join(words) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ")
