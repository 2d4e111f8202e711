"""Groups of declared quantities within one another: what stands at a path, what is wrong there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sim.domain.given import DAY, shortened, shown
from sim.domain.quantities import Declared
from sim.domain.slips import remedy

MOST_NAMES_SHOWN = 20
WORDS_FOR_TYPES = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "string": "text in quotes",
    "tuple": "a list in square brackets",
    "date": DAY,
}
"""What is allowed where pydantic names a type, by how its kind of error begins."""


class Tree:
    """What may be given in a file, as the groups within a group declare it.

    Args:
        root: the group that holds all others.
        hidden: its fields that nobody gives.
        besides: what may be given beside its fields.
    """

    def __init__(
        self, root: type[Declared], *, hidden: Sequence[str] = (), besides: Sequence[str] = ()
    ) -> None:
        self._root, self._hidden, self._besides = root, hidden, besides

    def paths(self) -> list[str]:
        """Return the dotted path of every group and field."""
        return list(_paths(self._root, ""))

    def group_at(self, place: Sequence[str], *, whole: bool = False) -> type[Declared] | None:
        """Return the group at a path, or the last one on the way; None if `whole` and not there.

        A table of groups by a name that is free, such as a borough's, counts as one of them.
        """
        group, rest = self._root, list(place)
        while rest and rest[0] in group.model_fields:
            annotation = group.model_fields[rest[0]].annotation
            if get_origin(annotation) is dict and _is_group(get_args(annotation)[1]):
                return None if whole else get_args(annotation)[1]
            either = [one for one in (annotation, *get_args(annotation)) if _is_group(one)]
            if not either:
                break
            group, rest = either[0], rest[1:]
        return None if whole and rest else group

    def sentence(self, fault: ValidationError, within: Sequence[str] = ()) -> str:
        """Return pydantic's first finding as: key, what was given, what is allowed.

        `within` is the group in which the fault was found.
        """
        error = fault.errors()[0]
        parts = [str(part) for part in error["loc"]]
        last = parts[-1:] if error["type"] == "extra_forbidden" else []  # as it was given
        parts = parts[: len(parts) - len(last)]
        place = [*within, *(part for part in parts if "[" not in part), *last]
        key, given = shortened(".".join(place)) or "scenario", error.get("input")
        kind = error["type"]
        if kind == "extra_forbidden":
            return f"{key}: unknown key{self._hint(place)}; allowed here: {self._names(place[:-1])}"
        if kind == "value_error":
            told = "" if isinstance(given, Mapping) else f"given {shown(given)}; "
            return f"{key}: {told}{error['ctx']['error']}{remedy(given, None)}"
        if kind == "model_type":
            return f"{key}: given {shown(given)}; allowed: a table of {self._names(place)}"
        words = next(
            (text for start, text in WORDS_FOR_TYPES.items() if kind.startswith(start)), ""
        )
        allowed = words or error["msg"].removeprefix("Input should be ")
        bounds = self._bounds_at(place)
        if bounds is not None:
            low, high = bounds
            number = words or "a number"
            allowed = f"{number} from {low:g} to {high:g}" if low < high else f"{low:g} only"
        return f"{key}: given {shown(given)}; allowed: {allowed}{remedy(given, bounds)}"

    def _hint(self, place: Sequence[str]) -> str:
        names = self._names_at(place[:-1])
        close = [path for path in self.paths() if path.endswith(f".{place[-1]}")]
        close += [name for name in names if place[-1] in name.split("_")]
        close += difflib.get_close_matches(place[-1], names, n=1)
        return f" (did you mean {close[0]!r}?)" if close else ""

    def _names(self, place: Sequence[str]) -> str:
        names = self._names_at(place)
        if len(names) > MOST_NAMES_SHOWN:
            return "what `permanence describe parameters` lists"
        return ", ".join(names)

    def _names_at(self, place: Sequence[str]) -> list[str]:
        group = self.group_at(place) or self._root
        fields = group.model_fields.items()
        given = [field.alias or name for name, field in fields if field.repr]
        if group is not self._root:
            return given
        return [*self._besides, *(one for one in given if one not in self._hidden)]

    def _bounds_at(self, place: Sequence[str]) -> tuple[float, float] | None:
        group = self.group_at(place[:-1]) or self._root
        return _bounds(group.model_fields.get(place[-1])) if place else None


def _paths(group: type[Declared], before: str) -> Iterator[str]:
    for name, field in group.model_fields.items():
        yield before + name
        if _is_group(field.annotation):
            yield from _paths(field.annotation, f"{before}{name}.")


def _is_group(annotation: object) -> TypeGuard[type[Declared]]:
    return isinstance(annotation, type) and issubclass(annotation, Declared)


def _bounds(field: FieldInfo | None) -> tuple[float, float] | None:
    metadata = [] if field is None else field.metadata
    low, high = (
        next((float(getattr(item, end)) for item in metadata if hasattr(item, end)), None)
        for end in ("ge", "le")
    )
    return None if low is None or high is None else (low, high)
