"""The levels of a lever that a search goes over: any numeric key of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel

from sim.domain.calendar import tax_year_of
from sim.domain.evidence import pay_index
from sim.domain.quantities import Declaration
from sim.scenario import Given, Scenario, ScenarioError, declared_at, load_scenario

PRICE = "£ per hour"
PRICES_AROUND = (0.6, 1.4)
"""A price is looked for between so many times London's mean charge rate at the start."""
PRICE_PRECISION = 0.25
PARTS = 200
"""Any other number is found to a two-hundredth of its range."""


@dataclass(frozen=True)
class Lever:
    """A number of a scenario, and where to look for its critical level.

    Attributes:
        key: such as levers.cap.charge_rate_per_hour.
        low, high: the range looked at.
        precision: to which a level is found.
        is_whole: whether it takes whole numbers only.
    """

    key: str
    declared: Declaration
    low: float
    high: float
    precision: float
    is_whole: bool

    @property
    def name(self) -> str:
        """The last part of its key, in words."""
        return self.key.rsplit(".", 1)[-1].replace("_", " ")

    def levels(self, count: int) -> tuple[float, ...]:
        """Return so many levels over the range, fewer where they must be whole numbers."""
        return tuple(sorted({self.tidy(one) for one in np.linspace(self.low, self.high, count)}))

    def tidy(self, level: float) -> float:
        """Return a level that can be set: no noise in its last digits, whole if need be."""
        return float(round(level)) if self.is_whole else float(f"{level:.8g}")

    def scenario(self, name: Given, sets: Sequence[str], level: float) -> Scenario:
        """Return a named scenario at a level."""
        return load_scenario(name, (*sets, self.setting(level)))

    def on(self, scenario: Scenario, level: float) -> Scenario:
        """Return a scenario that is at hand at a level, its name kept."""
        *place, last = self.key.split(".")
        group: BaseModel = scenario
        groups = [group]
        for part in place:
            group = getattr(group, part)
            groups.append(group)
        found: object = int(level) if self.is_whole else self.tidy(level)
        for group, part in zip(reversed(groups), reversed((*place, last)), strict=True):
            found = group.model_copy(update={part: found})
        assert isinstance(found, Scenario)
        return found

    def setting(self, level: float) -> str:
        """Return what sets a level, as `--set` reads it."""
        return f"{self.key}={int(level) if self.is_whole else self.tidy(level)!r}"


def read_lever(
    key: str,
    name: Given,
    sets: Sequence[str] = (),
    *,
    low: float | None = None,
    high: float | None = None,
    precision: float | None = None,
) -> Lever:
    """Return a lever of a named scenario, with the range and precision asked for or its own.

    Raises:
        ScenarioError: no such number, a range that is not one, or a lever nothing depends on.
    """
    declared = declared_at(key)
    is_number = isinstance(declared.default, float) or declared.allowed is not None
    if not is_number or isinstance(declared.default, bool):
        raise ScenarioError(f"--lever {key}: is not a number that can be moved")
    if any(one.partition("=")[0].strip() == key for one in sets):
        raise ScenarioError(f"--lever {key}: is given by --set too; allowed: one of the two")
    scenario = load_scenario(name, sets)
    given = (low, high)
    if low is None or high is None:
        own = _own_range(key, declared, scenario)
        low, high = (mine if one is None else one for one, mine in zip(given, own, strict=True))
    allowed = declared.allowed or (-np.inf, np.inf)
    for option, end in (("--from", low), ("--to", high)):
        if not allowed[0] <= end <= allowed[1]:
            raise ScenarioError(
                f"{option}: given {end:g}; allowed: {allowed[0]:g} to {allowed[1]:g}"
            )
    if not low < high:
        raise ScenarioError(f"--from: given {low:g}; allowed: less than --to, {high:g}")
    whole = isinstance(declared.default, int)
    usual = PRICE_PRECISION if declared.unit == PRICE else (high - low) / PARTS
    finest = usual if precision is None else precision
    if not 0.0 < finest <= high - low:
        raise ScenarioError(
            f"--precision: given {finest:g}; allowed: more than 0, up to {high - low:g}"
        )
    lever = Lever(key, declared, low, high, max(finest, 1.0) if whole else finest, whole)
    _refuse_idle(lever, name, sets)
    return lever


def _own_range(key: str, declared: Declaration, scenario: Scenario) -> tuple[float, float]:
    """Return the range of a number nobody has named: its prior, prices of the day, or its bounds.

    Raises:
        ScenarioError: it has none.
    """
    if declared.prior is not None:
        return declared.prior
    allowed = declared.allowed
    if declared.unit == PRICE:
        mean = opening_charge_rate(scenario)
        low, high = (float(round(mean * times)) for times in PRICES_AROUND)
        return (max(low, allowed[0]), min(high, allowed[1])) if allowed else (low, high)
    if allowed is not None:
        return allowed
    if key.endswith(".members"):
        return 0.0, 1.0
    raise ScenarioError(f"--lever {key}: has no range of its own; give --from and --to")


def opening_charge_rate(scenario: Scenario) -> float:
    """Return London's mean charge rate at the start, £ per hour."""
    p = scenario.parameters
    year = tax_year_of(scenario.start.opening)
    index = pay_index(year, growth_beyond_table=p.pay_growth_per_year)
    return float(p.assignment_rate_2017_per_hour * index / (1.0 - p.agency_margin_share))


def _refuse_idle(lever: Lever, name: Given, sets: Sequence[str]) -> None:
    """Refuse a lever that is at its no-op at both ends: nothing would move."""
    place = lever.key.split(".")
    if place[0] != "levers":
        return
    ends = [lever.scenario(name, sets, level) for level in (lever.low, lever.high)]
    if all(getattr(one.levers, place[1]).is_idle for one in ends):  # its last terms: what is set
        raise ScenarioError(
            f"--lever {lever.key}: {name} does not use {'.'.join(place[:2])}, so no level changes "
            "anything; allowed: a scenario that does, or switch it on with --set"
        )
