"""The model in words, as the code states it: for the documents, `describe` and the report."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

from sim.market.model import MONTH
from sim.rules import (
    agency_work,
    agreement,
    bidding,
    choice,
    conditions,
    establishment,
    hazards,
    inspection,
    pay,
    pay_floor,
    recruitment,
)

EQUATIONS = (
    establishment, conditions, inspection, hazards, choice, recruitment, agency_work, bidding,
    agreement, pay, pay_floor,
)  # fmt: skip
"""Where the equations stand, in reading order."""

IN_SHORT = (
    "Boroughs short of staff bid agency pay up. The higher it is, the more permanent staff "
    "go to agency work; the gaps they leave raise bids again. Whether this circle closes "
    "depends on how boroughs bid and hire, which the data do not settle."
)
CANNOT_TELL = (
    "Every census it has follows London's cap (2016) and IR35 (2017), so their effects rest "
    "on tax law and stated assumptions. A tight cap raises the permanent share of the "
    "workforce partly by leaving posts empty: the share of posts stands beside it."
)


class Part(NamedTuple):
    """A phase of the month or an equation: its name, and what its docstring says."""

    name: str
    says: str

    @property
    def first(self) -> str:
        """What it does, in its first sentence."""
        text = self.says.removeprefix("Return ")
        end = text.find(". ")
        return text if end < 0 else text[: end + 1]


def summary(thing: object) -> str:
    """Return a docstring as one paragraph without its argument lists."""
    text = inspect.getdoc(thing) or ""
    kept = text.split("\n\nArgs:")[0].split("\n\nAttributes:")[0].split("\n\nRaises:")[0]
    return " ".join(part for part in kept.replace("\n\n", " ").split())


def phases() -> Iterator[Part]:
    """Yield the phases of the month, in order."""
    for phase in MONTH:
        yield Part(phase.__name__, summary(phase))


def equations() -> Iterator[Part]:
    """Yield every equation of the month."""
    for module in EQUATIONS:
        for name, function in _public_functions(module):
            yield Part(name, summary(function))


def _public_functions(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name, thing in vars(module).items():
        here = inspect.isfunction(thing) and thing.__module__ == module.__name__
        if here and not name.startswith("_"):
            yield name, thing
