"""The command `permanence`: data on standard output, progress on standard error.

Exit codes: 0 done, 1 failed, 2 bad input (one line, nothing written), 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Annotated, cast

import typer

from sim.domain.evidence import EvidenceError, UnknownBorough
from sim.ensemble.files import StoreError
from sim.ensemble.stamp import package_version
from sim.interfaces.cli import borough_data as cli_borough_data
from sim.interfaces.cli import demo as cli_demo
from sim.interfaces.cli import describe as cli_describe
from sim.interfaces.cli import report as cli_report
from sim.interfaces.cli import scenario as cli_scenario
from sim.interfaces.cli import serve as cli_serve
from sim.interfaces.cli import store as cli_store
from sim.interfaces.cli.question import command
from sim.rules.tax_law import TaxYearError
from sim.scenario import ScenarioError
from sim.studies import QUESTIONS, study_named
from sim.studies.calibrate import command as cli_calibrate
from sim.studies.forecast import command as cli_forecast
from sim.studies.hindcast import command as cli_hindcast
from sim.studies.identify import command as cli_identify
from sim.studies.recover import command as cli_recover
from sim.studies.run.command import run as cli_run

BAD_INPUT = (ScenarioError, StoreError, EvidenceError, UnknownBorough, TaxYearError)
"""Faults of the input: told in one line, without a traceback."""
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
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(cli_demo.demo)
app.command("run")(cli_run.run)
app.command("compare")(cli_run.compare)
app.command("hindcast")(cli_hindcast.hindcast_command)
app.command("calibrate")(cli_calibrate.calibrate_command)
app.command("recover")(cli_recover.recover_command)
app.command("identify")(cli_identify.identify_command)
app.command("report")(cli_report.report)
app.command("verify")(cli_report.verify)
app.command("serve")(cli_serve.serve)
app.command("describe")(cli_describe.describe)
for name in QUESTIONS:
    app.command(name)(command(study_named(name)))
app.add_typer(
    cli_borough_data.app, name="borough-data", help="A borough's own figures: template and check."
)
app.add_typer(
    cli_forecast.app,
    name="forecast",
    help="A forecast of the next census, written down before it is known: register it, score it.",
)
app.add_typer(cli_store.app, name="store", help="What a results folder keeps: list it, prune it.")
app.add_typer(cli_scenario.app, name="scenario", help="List, show and check scenarios.")


def _version(wanted: bool) -> None:
    if wanted:
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
        code = app(prog_name="permanence", standalone_mode=False)
    except USAGE_ERRORS as fault:
        _say(_usage_sentence(fault))
        code = 2
    except BAD_INPUT as fault:
        _say(str(fault.args[0] if fault.args else fault))
        code = 2
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenProcessPool:
        _say("a worker process was killed; runs already saved are kept, the same command goes on")
        code = 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except OSError as fault:
        name = f"{Path(str(fault.filename))}: " if fault.filename else ""
        _say(f"{name}{fault.strerror or fault}")
        code = 1
    if code == INTERRUPTED:
        _say("interrupted; finished runs in a results folder are kept, the same command goes on")
    sys.exit(code or 0)


def _refuse_odd_bytes(arguments: Sequence[str]) -> None:
    """Refuse an argument that is not UTF-8: results name their folder and command in UTF-8.

    Raises:
        StoreError: naming the argument.
    """
    for argument in arguments:
        try:
            argument.encode("utf-8")
        except UnicodeEncodeError:
            written = os.fsencode(argument).decode("utf-8", "backslashreplace")
            raise StoreError(f"given {written}; allowed: names in UTF-8") from None


def _say(text: str) -> None:
    sys.stderr.write(f"permanence: {text}\n")


def _usage_sentence(fault: Exception) -> str:
    """Return typer's complaint in one line, with the command whose help to read."""
    said = " ".join(fault.format_message().split())  # type: ignore[attr-defined]
    said = re.sub(r"^Invalid value for '([^']+)'", r"\1", said)
    context = getattr(fault, "ctx", None)
    command = "permanence" if context is None else context.command_path
    return f"{said.rstrip('.')} (see {command} --help)"
