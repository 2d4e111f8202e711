"""`permanence store`: what is kept in a results folder, and the removal of what is not used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sim.ensemble.contents import Kept, contents, counted
from sim.ensemble.contents import prune as prune_kept
from sim.ensemble.files import StoreError
from sim.ensemble.stamp import Stamp, stamp_of_this_code
from sim.studies.coalition.method import game
from sim.terminal.app import app_of_several
from sim.terminal.options import AsJson, Quiet
from sim.words.json_text import print_json
from sim.words.tables import print_table, wrapped

SHOWN = 6
"""Digits of a hash in the table."""
app = app_of_several()
Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="A results folder, or one that holds several.")
]


@app.command("list")
def list_kept(folder: Folder, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """List the runs kept in a folder by scenario, role and stamp, and whether this code made them.

    A stamp is version, code and data. Runs of another stamp are never used.

    Example: permanence store list results/baseline
    """
    found = _found(folder)
    if as_json:
        print_json({"stamp": str(stamp_of_this_code()), "kept": [_as_json(one) for one in found]})
        return
    if not found:
        typer.echo(f"{folder}: nothing is kept there.")
        return
    for place in dict.fromkeys(one.folder for one in found):
        rows = [_row(one) for one in found if one.folder == place]
        print_table(f"Kept in {place}", ("scenario", "role", "made by", "runs", "size"), rows)
    unused = [one for one in found if not _is_mine(one)]
    if unused:
        typer.echo()
        said = f"{_counted(unused)} of another stamp: not used. permanence store prune {folder}"
        typer.echo("\n".join(wrapped(said)))


@app.command("prune")
def prune(
    folder: Folder,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be deleted; delete nothing.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Delete the runs in a folder that another version, other code or other data made.

    Tables, charts and manifests stay: a result whose runs are gone can be read, not reported on.

    Example: permanence store prune results/baseline --dry-run
    """
    unused = [one for one in _found(folder) if not _is_mine(one)]
    size = sum(one.size for one in unused)
    if not dry_run:
        prune_kept(unused)
    if as_json:
        rows = [_as_json(one) for one in unused]
        print_json({"deleted": not dry_run, "bytes": size, "kept": rows})
        return
    if not unused:
        typer.echo(f"{folder}: holds nothing of another stamp; nothing to delete.")
        return
    verb = "would be deleted" if dry_run else "deleted"
    said = f"{folder}: {_counted(unused)} of another stamp {verb} ({_size(size)})."
    typer.echo("\n".join(wrapped(said)))


def _found(folder: Path) -> list[Kept]:
    if not folder.is_dir():
        missing = "is a file" if folder.exists() else "is not there"
        raise StoreError(f"{folder}: {missing}; allowed: a results folder")
    return contents(folder)


def _is_mine(one: Kept) -> bool:
    """Return whether this code made something: a game's coalitions have a stamp of their own."""
    own = game.own_stamp() if one.kind == game.COALITIONS_FOLDER else stamp_of_this_code()
    return one.stamp == str(own)


def _as_json(one: Kept) -> dict[str, str | int | bool]:
    return {
        "folder": str(one.folder),
        "kind": one.kind,
        "scenario": one.scenario,
        "role": one.role,
        "stamp": one.stamp,
        "count": one.count,
        "bytes": one.size,
        "is_this_codes": _is_mine(one),
    }


def _row(one: Kept) -> tuple[str, ...]:
    """Return a row of the table; of a stamp's hashes it has the beginning."""
    stamp = Stamp.read(one.stamp)
    if stamp is None:
        made_by = "0.1.0, no stamp"
    elif _is_mine(one):
        made_by = "this code"
    else:
        made_by = f"{stamp.version}-{stamp.code[:SHOWN]}..-{stamp.data[:SHOWN]}.."
    return (one.scenario or one.kind, one.role, made_by, f"{one.count:,}", _size(one.size))


def _counted(found: Sequence[Kept]) -> str:
    """Return how much is kept, such as "20 runs and 3 coalitions"."""
    counts: Counter[str] = Counter()
    for one in found:
        counts[one.kind] += one.count
    return counted(counts)


def _size(count: int) -> str:
    """Return a number of bytes in words."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e5 else f"{count / 1e3:,.1f} kB"
