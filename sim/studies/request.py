"""What a question asks: a typed request in which each field is written once.

From a field's type, range and label come the command's option and its help, Python's keyword and
its docstring, the check, and the sentence a bad value gets.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from sim.domain.given import shortened

Asked = TypeVar("Asked", bound="Request")


class Request(BaseModel):
    """A question's fields; unknown ones are refused, and what was asked does not change."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True
    )


def asked(
    label: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    unit: str = "",
    allowed: str = "",
    flag: str = "",
    metavar: str = "",
    is_argument: bool = False,
    is_repeated: bool = False,
) -> Any:
    """Declare what a field of a request is, beside its type.

    Args:
        label: what it means, a sentence; the command's help and Python's docstring.
        low, high: ends of its range, which are allowed.
        above, below: ends that are not.
        unit: of its values.
        allowed: what a refusal says is allowed, where type and range do not say it.
        flag: the command's option, where it is not the field's name.
        metavar: what stands for the value in help.
        is_argument: whether the command takes it by its place, not by an option.
        is_repeated: whether it takes several values.
    """
    extra: dict[str, Any] = {
        "unit": unit,
        "allowed": allowed,
        "flag": flag,
        "metavar": metavar,
        "is_argument": is_argument,
        "is_repeated": is_repeated,
    }
    return Field(description=label, ge=low, le=high, gt=above, lt=below, json_schema_extra=extra)


def said(field: FieldInfo, what: str) -> Any:
    """Return what `asked` said of a field: unit, allowed, flag, metavar, is_argument, ..."""
    extra = field.json_schema_extra
    return extra.get(what) if isinstance(extra, dict) else None


def kind_of(field: FieldInfo) -> Any:
    """Return a field's type, without the None that stands for its being left out."""
    kind = field.annotation
    if get_origin(kind) in (Union, types.UnionType):
        kinds = [one for one in get_args(kind) if one is not types.NoneType]
        kind = kinds[0] if len(kinds) == 1 else kind
    return kind


def allowed_values(field: FieldInfo) -> str:
    """Return what a field takes, in words."""
    if said(field, "allowed"):
        return str(said(field, "allowed"))
    kind = kind_of(field)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(kind)
    names = {int: "a whole number", float: "a number", Path: "the path of a file"}
    name = names.get(kind, "another value")
    ends = {end: getattr(m, end) for m in field.metadata for end in BOUNDS if hasattr(m, end)}
    words = [f"{BOUNDS[end]} {value:g}" for end, value in ends.items() if value is not None]
    if set(ends) == {"ge", "le"}:
        return f"{name} from {ends['ge']:.0f} to {ends['le']:.0f}"
    return " ".join([name, *words])


BOUNDS = {"ge": "from", "gt": "above", "le": "up to", "lt": "below"}


def sentence(fault: ValidationError, request: type[Request]) -> str:
    """Return the first thing wrong with a request: the field, what was given, what is allowed."""
    first = fault.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    return f"{name}: {complaint(first, request.model_fields.get(name))}".removeprefix(": ")


def complaint(first: Mapping[str, Any], field: FieldInfo | None) -> str:
    """Return one of pydantic's errors as a sentence of ours."""
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    if field is None:
        return "no such field"
    if first["type"] == "missing":
        return f"is missing; allowed: {allowed_values(field)}"
    return f"given {shortened(str(first['input']))}; allowed: {allowed_values(field)}"


def read(field: FieldInfo, given: Any) -> Any:
    """Return a field's value from what was typed.

    Raises:
        ValueError: what was given, and what is allowed.
    """
    kind: Any = field.annotation
    alone = create_model("Alone", __base__=Request, value=(kind, field))
    try:
        return vars(alone.model_validate({"value": given}))["value"]
    except ValidationError as fault:
        raise ValueError(complaint(fault.errors()[0], field)) from None


def request_from(request: type[Asked], given: Mapping[str, Any]) -> Asked:
    """Return a request from values by name.

    Raises:
        ValueError: the field, what was given, what is allowed.
    """
    for name, field in request.model_fields.items():
        if name in given:
            _refuse_unlike(name, field, given[name])
    try:
        return request(**given)
    except ValidationError as fault:
        raise ValueError(sentence(fault, request)) from None


KINDS: dict[Any, tuple[type, ...]] = {int: (int,), float: (int, float), bool: (bool,)}
"""Whole numbers, numbers, yes or no: what may be given for each; no text that reads like one."""


def _refuse_unlike(name: str, field: FieldInfo, given: Any) -> None:
    """Refuse what pydantic would make a number or a yes of: 2.0, "2" or True for two runs."""
    kind = kind_of(field)
    kinds = KINDS.get(kind) if isinstance(kind, type) else None
    if kinds is None or given is None:
        return
    plain = given.item() if hasattr(given, "item") else given  # numpy's own numbers
    if not isinstance(plain, kinds) or (isinstance(plain, bool) and kind is not bool):
        told = shortened(repr(given))
        raise ValueError(f"{name}: given {told}; allowed: {allowed_values(field)}")


def fields(request: type[Request]) -> Iterator[tuple[str, FieldInfo]]:
    """Yield a request's fields: those taken by place first, then the others, as written."""
    named = request.model_fields.items()
    yield from ((name, one) for name, one in named if said(one, "is_argument"))
    yield from ((name, one) for name, one in named if not said(one, "is_argument"))
