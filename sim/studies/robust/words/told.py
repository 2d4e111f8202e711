"""What the words and charts are about, and what the columns of a box are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS, BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.rules.levers.members import MEMBERS_UNIT
from sim.rules.levers.words import said
from sim.scenario import Scenario, declared_at
from sim.studies.robust.method.discovery import Discovered, Leaning
from sim.studies.robust.method.judged import Docked, Judged, Target
from sim.studies.robust.method.prim import Cases, Restriction
from sim.studies.robust.method.uncertain import Uncertain
from sim.words.captions import per_cent

HIRING, BIDS = "hiring", "bid_trigger"
CHOICES: dict[str, tuple[HiringStructure, ...] | tuple[BidTrigger, ...]] = {
    HIRING: tuple(HiringStructure),
    BIDS: tuple(BidTrigger),
}
"""The halves of a structure, each a category by its number."""
FIGURES = 3
"""Significant figures of an edge."""
WHO = {
    "levers.cap.members": "sign the cap",
    "levers.permanent_offer.members": "make the permanent offer",
    "levers.prevention.members": "help families earlier",
}
PER_YEAR, PER_MONTH = " per year", " per month"


class Told(NamedTuple):
    """A question and its answer, as every table, chart and JSON tells them.

    Attributes:
        planned: the base and the policies.
        target, uncertain, draws: what was asked.
        futures, year: how many, and in which year the last census is.
        is_agents: whether agents were asked in every future, not the twin.
        judged, cases, discovered: one a policy.
        docked: likewise, where agents confirm the twin.
    """

    planned: Sequence[Scenario]
    target: Target
    uncertain: Sequence[Uncertain]
    draws: Draws
    futures: int
    year: int
    is_agents: bool
    judged: Sequence[Judged]
    cases: Sequence[Cases]
    discovered: Sequence[Discovered]
    docked: Sequence[Docked]

    @property
    def by(self) -> str:
        """Who was asked in every future."""
        return "agents" if self.is_agents else "the borough twin"


def aim(told: Told) -> str:
    """Return the target in words."""
    target = told.target
    return (
        f"{per_cent(target.share)} of the workforce and of posts permanent, with at most "
        f"{per_cent(target.most_unfilled)} of posts unfilled, on 30 September {told.year}"
    )


def declared_of(name: str) -> Declaration | None:
    """Return what a column declares of itself; None for a half of the structure."""
    if name in CHOICES:
        return None
    found = declarations(Parameters).get(name)
    return declared_at(name) if found is None else found


def column_name(name: str) -> str:
    """Return what a column is called, by itself."""
    if name == HIRING:
        return "how hiring answers vacancies"
    if name == BIDS:
        return "what boroughs bid on"
    if name in WHO:
        return f"the share of employers that {WHO[name]}"
    declared = declared_of(name)
    assert declared is not None
    return declared.label


def category(name: str, place: int, told: Told) -> str:
    """Return a category in words that follow "is": supply-limited, vacancies, strict."""
    if name == HIRING:
        return HIRING_LABELS[CHOICES[HIRING][place]]  # type: ignore[index]
    if name == BIDS:
        return BIDS_ON[CHOICES[BIDS][place]]  # type: ignore[index]
    one = next(one for one in told.uncertain if one.key.removeprefix("parameters.") == name)
    return said(one.choices[place], one.declared)


def value_words(name: str, value: float) -> str:
    """Return an edge with its unit."""
    declared = declared_of(name)
    assert declared is not None
    rounded, unit = float(f"{value:.{FIGURES}g}"), declared.unit
    if unit == MEMBERS_UNIT:
        return f"{100 * value:.0f} %"
    share = f"{100 * rounded:.{FIGURES}g} %"
    for ending, words in ((PER_YEAR, " a year"), (PER_MONTH, " a month")):
        if unit == ending.strip():
            return share + words
        if unit.startswith("of ") and unit.endswith(ending):
            return f"{share} {unit.removesuffix(ending)}{words}"
    if unit.startswith("of "):
        return f"{share} {unit}"
    if unit.startswith("£") or "share" in unit.split(" of ")[0].split() or unit in SPOKEN:
        return said(rounded, declared)
    return f"{rounded:g}"


SPOKEN = ("months", "years", "multiple")


def clause(one: Restriction, cases: Cases, told: Told) -> str:
    """Return a restriction as a clause: fewer than 80 % of employers sign the cap."""
    name = one.name
    if one.among:
        words = [category(name, place, told) for place in sorted(one.among)]
        either = " or ".join(words)
        if name == HIRING:
            return f"hiring is {either}"
        return f"boroughs bid on {either}" if name == BIDS else f"{_quoted(name)} is {either}"
    is_least = bool(np.isfinite(one.low))
    value = one.low if is_least else one.high
    if name in WHO:
        most = "at least" if is_least else "at most"
        return f"{most} {value_words(name, value)} of employers {WHO[name]}"
    text = f"{_quoted(name)} is {value_words(name, value)} or {'more' if is_least else 'less'}"
    return text + _how_usual(one, cases.columns[name])


def _quoted(name: str) -> str:
    whose = "the policy's " if name.startswith("levers.") else ""
    return f"{whose}'{column_name(name)}'"


def _how_usual(one: Restriction, values: FloatArray) -> str:
    """Return in what share of the futures an edge holds, where its number says little by itself."""
    declared = declared_of(one.name)
    if declared is None or value_words(one.name, 0.5)[-1] not in "0123456789":
        return ""
    return f" (as in {100 * one.holds(values).mean():.0f} % of futures)"


def leaning_words(one: Leaning, told: Told, does: str) -> str:
    """Return how a policy's cases lean on a column, in a few words."""
    low, high = (f"{100 * share:.0f} %" for share in (one.low, one.high))
    if one.name in CHOICES or one.low_at != one.high_at:
        if one.name == HIRING:
            parts = [
                f"under {category(HIRING, at, told)} hiring" for at in (one.high_at, one.low_at)
            ]
        else:
            parts = [
                f"where {_quoted(one.name)} is {category(one.name, at, told)}"
                for at in (one.high_at, one.low_at)
            ]
        return f"{high} {does} {parts[0]}, {low} {parts[1]}"
    return f"{low} {does} in the lowest fifth of '{column_name(one.name)}', {high} in the highest"
