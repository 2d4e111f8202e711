"""Tables of an answer on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from sim.answers.answer import Printed
from sim.words.tables import print_table


def print_all(tables: Iterable[Printed]) -> None:
    """Print tables, an empty line above each."""
    for one in tables:
        typer.echo()
        print_table(one.title, one.header, one.rows, tight=one.tight)
