"""What commands and groups of them look like in a terminal: plain help, whole sentences."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

HELP = {"help_option_names": ["-h", "--help"]}


class Listing(TyperGroup):
    """A group that lists its commands with their whole sentences, none cut to a line."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, (command.help or "").partition("\n\n")[0].replace("\n", " ")))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def app_of_one() -> typer.Typer:
    """Return an app for a single command."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def app_of_several() -> typer.Typer:
    """Return an app for a group of commands, which shows its help where none of them is given."""
    app = typer.Typer(
        add_completion=False, rich_markup_mode=None, cls=Listing, invoke_without_command=True
    )

    @app.callback()
    def options(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    return app
