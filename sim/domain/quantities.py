"""How a number declares itself: unit, range, label, source and evidence grade, in one place.

Parameters and levers are pydantic fields made by `quantity`. Command-line help, sweep bounds,
the assumptions log and the documents are generated from what is written there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sim.domain.vocabulary import Grade

CENSUS = "DfE children's social work workforce census 2017-2023"
YEARLY = "per year"


class Declared(BaseModel):
    """A frozen group of declared quantities that refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class Declaration:
    """What a field says of itself.

    Attributes:
        allowed: inclusive bounds outside which a value is refused.
        prior: the range in which the value is thought to lie, or None if it is not uncertain.
        target: the target of the calibration that is a reading of this very number, or None: where
            there is one, that a fit comes back to it is no learning.
        no_op: the lever value at which nothing changes, or None for a parameter.
        offered: (lowest, highest, step) of the values a slider offers, inside `allowed`; None
            where a number is typed.
        is_shown_first: whether a page shows its control before anybody asks for more.
    """

    name: str
    default: Any
    unit: str
    label: str
    grade: Grade
    source: str
    allowed: tuple[float, float] | None
    prior: tuple[float, float] | None
    target: str | None
    no_op: Any
    offered: tuple[float, float, float] | None
    is_shown_first: bool


def quantity(
    default: Any,
    *,
    unit: str,
    label: str,
    grade: Grade = Grade.ASSUMED,
    source: str = "assumption",
    allowed: tuple[float, float] | None = None,
    prior: tuple[float, float] | None = None,
    target: str | None = None,
    no_op: Any = None,
    offered: tuple[float, float, float] | None = None,
    is_shown_first: bool = False,
) -> Any:
    """Declare one number (or choice) of the model; arguments as in `Declaration`."""
    extra = {
        "unit": unit,
        "grade": grade.value,
        "source": source,
        "prior": prior,
        "target": target,
        "no_op": no_op,
        "offered": offered,
        "is_shown_first": is_shown_first,
    }
    checks: dict[str, Any] = {} if allowed is None else {"ge": allowed[0], "le": allowed[1]}
    if allowed is not None or isinstance(default, bool):
        checks["strict"] = True  # a number is a number: neither "0.1" nor true will do
    return Field(default, description=label, json_schema_extra=extra, **checks)


def declarations(group: type[Declared]) -> dict[str, Declaration]:
    """Return what every field of a group declares, by name, in the order written."""
    return dict(_declarations(group))


@cache
def _declarations(group: type[Declared]) -> dict[str, Declaration]:
    found = {}
    for name, field in group.model_fields.items():
        extra = field.json_schema_extra
        if not isinstance(extra, dict):
            continue
        bounds = [
            next((float(getattr(m, end)) for m in field.metadata if hasattr(m, end)), None)
            for end in ("ge", "le")
        ]
        low, high = bounds
        found[name] = Declaration(
            name=name,
            default=field.get_default(),
            label=str(field.description),
            allowed=None if low is None or high is None else (low, high),
            **{key: value for key, value in extra.items() if key != "grade"},  # type: ignore[arg-type]
            grade=Grade(str(extra["grade"])),
        )
    return found
