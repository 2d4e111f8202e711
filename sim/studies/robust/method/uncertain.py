"""What no posterior holds: a number or choice of the policies themselves, and within which bounds.

An uncertainty is of the world, not of one policy: in one future it is the same for all that are
compared. Bounds are values, or multiples of what each policy says, so that policies that differ
keep their difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from pydantic import BaseModel

from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, declarations
from sim.domain.vocabulary import Enforcement
from sim.rules.levers.members import MEMBERS_UNIT
from sim.scenario import Scenario, ScenarioError, declared_at, load_scenario

FORM = (
    "KEY=LOW:HIGH, KEY=LOWx:HIGHx (times what each policy says) or KEY=ONE,TWO, such as "
    "levers.cap.members=0.5:1"
)
LEVERS, PARAMETERS = "levers", "parameters"
TIMES = "x"
HALF, AS_STATED, AND_A_HALF, QUARTER = 0.5, 1.0, 1.5, 0.25
CAP, TOLERANCE, MEMBERS = "levers.cap", "levers.cap.tolerance", "levers.cap.members"
STRENGTHS = (
    "levers.permanent_offer.caseload_relief",
    "levers.permanent_offer.leadership",
    "levers.permanent_offer.hiring_uplift",
    "levers.permanent_offer.careers",
    "levers.newly_qualified.multiplier",
    "levers.prevention.case_reduction",
)
"""How strongly a policy's terms act, where it has them: assumed in every scenario."""


@dataclass(frozen=True)
class Uncertain:
    """Something that differs between futures.

    Attributes:
        key: of a scenario, such as levers.cap.members.
        low, high: its bounds: values, or multiples of what a policy says.
        is_times: whether they are multiples: of how far a policy is from what changes nothing.
        choices: its values, in place of bounds.
    """

    key: str
    low: float = 0.0
    high: float = 0.0
    is_times: bool = False
    choices: tuple[Any, ...] = ()

    @property
    def declared(self) -> Declaration:
        """What the number declares of itself."""
        return declared_at(self.key)

    @property
    def label(self) -> str:
        """It in plain words."""
        return self.declared.label

    def written(self) -> str:
        """Return it as it is typed."""
        if self.choices:
            return f"{self.key}={','.join(map(str, self.choices))}"
        ending = TIMES if self.is_times else ""
        return f"{self.key}={self.low:g}{ending}:{self.high:g}{ending}"

    def value_in(self, policy: Scenario, unit: float) -> Any:
        """Return its value under a policy at a number from 0 to 1; None where it has no part."""
        own = own_value(policy, self.key)
        if own is None:
            return None
        if self.choices:
            return self.choices[min(int(unit * len(self.choices)), len(self.choices) - 1)]
        value = self.low + (self.high - self.low) * unit
        if self.is_times:
            if isinstance(own, bool) or not isinstance(own, int | float):
                return None  # a list of names, or no level: nothing to multiply
            nothing = float(self.declared.no_op or 0.0)
            value = nothing + value * (own - nothing)
            if own == nothing:
                return None
        low, high = _allowed(self.declared)
        value = float(np.clip(value, low, high))
        return round(value) if isinstance(self.declared.default, int) else value

    def moves(self, policy: Scenario) -> bool:
        """Return whether it makes a difference to what a policy says."""
        return self.value_in(policy, 0.0) != self.value_in(policy, 1.0 - 1e-9)


def own_value(policy: Scenario, key: str) -> Any:
    """Return what a policy says at a key; None where the lever is not in use."""
    group, *rest = key.split(".")
    if group == LEVERS and getattr(policy.levers, rest[0]).is_idle:
        return None
    found: Any = policy
    for part in (group, *rest):
        found = getattr(found, part)
    return found


def with_values(scenario: Scenario, values: dict[str, Any]) -> Scenario:
    """Return a scenario with values at some keys, its name and the past of its levers kept."""
    for key, value in values.items():
        *place, last = key.split(".")
        groups: list[BaseModel] = [scenario]
        for part in place:
            groups.append(getattr(groups[-1], part))
        found: object = value
        for group, part in zip(reversed(groups), reversed((*place, last)), strict=True):
            found = group.model_copy(update={part: found})
        assert isinstance(found, Scenario)
        scenario = found
    return scenario


def _allowed(declared: Declaration) -> tuple[float, float]:
    if declared.unit == MEMBERS_UNIT:
        return 0.0, 1.0
    return declared.allowed or (-np.inf, np.inf)


# Reading


def read_uncertain(text: str) -> Uncertain:
    """Return an uncertainty from `key=low:high`, `key=lowx:highx`, `key=one,two`, or `key` alone.

    Raises:
        ScenarioError: not of that form, nothing that can vary so, or beyond what is allowed.
    """
    key, equals, wanted = (part.strip() for part in text.partition("="))
    declared = declared_at(key)
    if key.split(".")[0] not in (LEVERS, PARAMETERS):
        raise ScenarioError(
            f"--over {key}: cannot differ between futures; allowed: a key of levers or parameters "
            "(rival structures differ already)"
        )
    is_choice = isinstance(declared.default, StrEnum | bool)
    if is_choice or "," in wanted:
        return Uncertain(key, choices=_choices(text, key, declared, wanted))
    if declared.allowed is None and declared.unit != MEMBERS_UNIT:
        raise ScenarioError(f"--over {key}: is no number; allowed: {FORM}")
    if not equals:
        own = declared.prior or (declared.offered[:2] if declared.offered else None)
        if own is None:
            raise ScenarioError(f"--over {key}: has no range of its own; allowed: {FORM}")
        return Uncertain(key, *own)
    return _bounded(text, key, declared, wanted)


def _bounded(text: str, key: str, declared: Declaration, wanted: str) -> Uncertain:
    ends = wanted.split(":")
    is_times = all(one.endswith(TIMES) for one in ends)
    try:
        low, high = (float(one.removesuffix(TIMES) if is_times else one) for one in ends)
    except ValueError:
        raise ScenarioError(f"--over {text}: expected {FORM}") from None
    least, most = (0.0, np.inf) if is_times else _allowed(declared)
    if not (np.isfinite([low, high]).all() and least <= low < high <= most):
        raise ScenarioError(
            f"--over {key}: given {wanted}; allowed: a lower and a higher number from {least:g} "
            + ("up" if is_times else f"to {most:g}")
        )
    return Uncertain(key, low, high, is_times)


def _choices(text: str, key: str, declared: Declaration, wanted: str) -> tuple[Any, ...]:
    default: Any = declared.default
    words = [one.strip() for one in wanted.split(",") if one.strip()]
    if isinstance(default, bool):
        known: dict[str, Any] = {"true": True, "false": False}
    elif isinstance(default, StrEnum):
        known = {str(one): one for one in type(default)}
    else:
        raise ScenarioError(f"--over {text}: is no choice; allowed: KEY=LOW:HIGH")
    wrong = [one for one in words if one not in known]
    if wrong or len(set(words)) < 2:
        given = wrong[0] if wrong else f"{len(set(words))} values"
        raise ScenarioError(
            f"--over {key}: given {given}; allowed: two or more of {', '.join(known)}"
        )
    return tuple(known[one] for one in dict.fromkeys(words))


def refuse_unusable(uncertain: Sequence[Uncertain], policies: Sequence[Scenario]) -> None:
    """Refuse an uncertainty that nothing answers to, or a value some policy cannot have.

    Raises:
        ScenarioError: the key, and what is wrong.
    """
    keys = [one.key for one in uncertain]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise ScenarioError(f"--over {twice[0]}: is given twice; allowed: once")
    for one in uncertain:
        if not any(one.moves(policy) for policy in policies):
            raise ScenarioError(
                f"--over {one.key}: changes nothing in {', '.join(p.name for p in policies)}; "
                "allowed: a number of a lever that one of them uses, or a parameter"
            )
        for policy in policies:
            for unit in np.linspace(0.0, 1.0, max(len(one.choices), 2)):
                value = one.value_in(policy, min(float(unit), 1.0 - 1e-9))
                if value is not None:
                    load_scenario(policy, [f"{one.key}={_as_set(value)}"])


def _as_set(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str) else repr(value)


def defaults_for(policies: Sequence[Scenario]) -> list[Uncertain]:
    """Return what is uncertain about some policies where nobody says: all of it assumed.

    Half to all of those who were to sign the cap do; where members may leave, they bear a quarter
    of what is stated to half as much again; every other strength is half of what is stated to half
    as much again.
    """
    found = [Uncertain(MEMBERS, HALF, AS_STATED, is_times=True)]
    if any(_may_leave(one) for one in policies):
        found.append(Uncertain(TOLERANCE, QUARTER, AND_A_HALF, is_times=True))
    found += [Uncertain(key, HALF, AND_A_HALF, is_times=True) for key in STRENGTHS]
    return [one for one in found if any(one.moves(policy) for policy in policies)]


def _may_leave(policy: Scenario) -> bool:
    cap = policy.levers.cap
    return not cap.is_idle and cap.enforcement is Enforcement.VOLUNTARY


def is_column(key: str) -> bool:
    """Return whether a key is a parameter that many Londons at once can have each its own of."""
    group, _, name = key.partition(".")
    found = declarations(Parameters).get(name) if group == PARAMETERS else None
    return found is not None and found.prior is not None
