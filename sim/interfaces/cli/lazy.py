"""Commands by name, each loaded when it is given: the list of them needs none of their code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from sim.studies import QUESTIONS, study_named
from sim.terminal.app import HELP, Listing, app_of_one

HERE = Path(__file__).parent
FUNCTIONS = {
    "report": "sim.interfaces.cli.report",
    "verify": "sim.interfaces.cli.verify",
    "serve": "sim.interfaces.cli.serve",
    "describe": "sim.interfaces.cli.describe",
}
"""Commands that are a function of their own name, by the module it is in."""
GROUPS = {
    "borough-data": ("sim.interfaces.cli.borough_data", "Write a template of a borough's own "
    "figures, or check one."),
    "forecast": ("sim.studies.forecast.command", "Register a forecast of the next census before "
    "it is known, and score it afterwards."),
    "store": ("sim.interfaces.cli.store", "List or prune what a results folder keeps."),
    "scenario": ("sim.interfaces.cli.scenario", "List, show and check scenarios."),
}  # fmt: skip
"""Commands of several commands, by the module their `app` is in, with what they do."""


class Commands(Listing):
    """A group whose commands are loaded when they are given, not when they are listed."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is given, loaded."""
        name, *rest = args
        real = loaded(name)
        return (name, real, rest) if real is not None else super().resolve_command(ctx, args)


def loaded(name: str) -> Any:
    """Return a command by its name, its code loaded; None if there is none."""
    if name in GROUPS:
        group = get_command(import_module(GROUPS[name][0]).app)
        group.name, group.help = name, GROUPS[name][1]
        return group
    if name in QUESTIONS:
        from sim.interfaces.cli.question import command

        return _made(name, command(study_named(name)))
    if name in FUNCTIONS:
        return _made(name, getattr(import_module(FUNCTIONS[name]), name))
    return None


def _made(name: str, function: Any) -> Any:
    app = app_of_one()
    app.command(name, context_settings=HELP)(function)
    return get_command(app)


def sentences() -> Iterator[tuple[str, str]]:
    """Yield every command with what it does, in the order of the help."""
    yield from QUESTIONS.items()
    for name in FUNCTIONS:
        yield name, _first_line(name)
    yield from ((name, says) for name, (_, says) in GROUPS.items())


def _first_line(name: str) -> str:
    """Return the first line of a function's docstring, its module not loaded."""
    path = HERE.parents[2] / f"{FUNCTIONS[name].replace('.', '/')}.py"
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    raise LookupError(f"{path}: has no {name}")


def put_into(app: typer.Typer) -> None:
    """Give an app every command, for its help."""

    def nothing() -> None:
        """Stand in for a command until it is given."""

    for name, says in sentences():
        app.command(name, help=says)(nothing)
