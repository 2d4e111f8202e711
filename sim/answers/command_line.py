"""The command that was typed, for the manifests of what it makes."""

from __future__ import annotations

from collections.abc import Sequence

_TYPED: list[str] = []


def note_command(arguments: Sequence[str] | None) -> None:
    """Note what was typed, for the manifests of what it makes; None once it is done."""
    _TYPED[:] = [] if arguments is None else ["permanence", *arguments]


def command_line() -> list[str]:
    """Return the command as typed, program name first; from Python, `sim` alone."""
    return list(_TYPED) or ["sim"]
