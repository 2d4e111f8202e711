"""The command `permanence`: data on standard output, progress on standard error.

Exit codes: 0 done, 1 failed, 2 bad input (one line, nothing written), 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Annotated, cast

import typer

from sim.answers.command_line import note_command
from sim.interfaces.cli.lazy import Commands, put_into
from sim.interfaces.interrupts import interrupts_kept
from sim.terminal.app import HELP

USAGE_ERRORS = cast(tuple[type[Exception], ...], typer.BadParameter.__bases__)
"""What typer raises for a command it cannot read: its own class, or click's in older releases."""
INTERRUPTED = 130

app = typer.Typer(
    name="permanence",
    help=(
        "Agency and permanent children's social workers in London's boroughs: does the vicious "
        "circle break?\n\nStart with: permanence demo"
    ),
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=HELP,
    cls=Commands,
)
put_into(app)


def _version(wanted: bool) -> None:
    if wanted:
        from sim.ensemble.stamp import package_version  # it loads what computes

        typer.echo(f"permanence {package_version()}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that come before a command; without a command, show the help."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line and exit with its code."""
    os.environ["MPLBACKEND"] = "agg"  # a command only writes pictures, whatever it is called from
    try:
        _refuse_odd_bytes(sys.argv[1:])
        note_command(sys.argv[1:])
        with interrupts_kept():
            code = app(prog_name="permanence", standalone_mode=False)
    except USAGE_ERRORS as fault:
        _say(_usage_sentence(fault))
        code = 2
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenExecutor:
        _say(
            "a worker process was killed; runs already saved are kept, repeat the command to resume"
        )
        code = 1
    except MemoryError:
        _say("not enough memory; allowed: fewer runs or years, --jobs 1; saved runs are kept")
        code = 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except ValueError as fault:
        if not isinstance(fault, _bad_input()):
            raise
        _say(str(fault.args[0] if fault.args else fault))
        code = 2
    except OSError as fault:
        name = f"{Path(str(fault.filename))}: " if fault.filename else ""
        _say(f"{name}{fault.strerror or fault}")
        code = 1
    finally:
        note_command(None)
    if code == INTERRUPTED:
        _say(
            "interrupted; finished runs in a results folder are kept, repeat the command to resume"
        )
    sys.exit(code or 0)


def _bad_input() -> tuple[type[Exception], ...]:
    """Return the faults of the input: told in one line, without a traceback."""
    from sim.domain.evidence import EvidenceError, UnknownBorough
    from sim.ensemble.files import StoreError
    from sim.rules.tax_law import TaxYearError
    from sim.scenario import ScenarioError

    return (ScenarioError, StoreError, EvidenceError, UnknownBorough, TaxYearError)


def _refuse_odd_bytes(arguments: Sequence[str]) -> None:
    """Refuse an argument that is not UTF-8: results name their folder and command in UTF-8.

    Raises:
        StoreError: naming the argument.
    """
    for argument in arguments:
        try:
            argument.encode("utf-8")
        except UnicodeEncodeError:
            from sim.ensemble.files import StoreError

            written = os.fsencode(argument).decode("utf-8", "backslashreplace")
            raise StoreError(f"given {written}; allowed: names in UTF-8") from None


MOST_WORD = 110
"""Letters without a blank that a message repeats."""


def _say(text: str) -> None:
    """Write one line, whatever was given: nothing that controls a screen, no word without end."""
    from sim.domain.given import shortened  # loaded only when there is something to say

    words = (one if len(one) <= MOST_WORD else shortened(one) for one in text.split(" "))
    line = " ".join(words).translate({sign: f"\\x{sign:02x}" for sign in _CONTROLS})
    sys.stderr.write(f"permanence: {line.encode('utf-8', 'backslashreplace').decode()}\n")


_CONTROLS = (*range(32), *range(127, 160))


def _usage_sentence(fault: Exception) -> str:
    """Return typer's complaint in one line, with the command whose help to read."""
    said = " ".join(fault.format_message().split())  # type: ignore[attr-defined]
    said = re.sub(r"^Invalid value for '([^']+)'", r"\1", said)
    said = said.removeprefix("Invalid value: ")
    what = getattr(getattr(fault, "param", None), "help", None)
    if said.startswith("Missing") and what:
        said = f"{said.rstrip('.')}: {what}"
    context = getattr(fault, "ctx", None)
    command = "permanence" if context is None else context.command_path
    return f"{said.rstrip('.')} (see {command} --help)"
