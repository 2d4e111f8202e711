"""`permanence scenario`: list, show and check scenario files."""

from __future__ import annotations

import json

import typer

from sim.interfaces.cli.options import AsJson, Quiet, ScenarioName, Sets
from sim.interfaces.words.tables import wrapped
from sim.scenario import Scenario, load_scenario, scenario_names

app = typer.Typer(invoke_without_command=True)


@app.callback()
def options(context: typer.Context) -> None:
    """Show the help where no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_scenarios(as_json: AsJson = False, quiet: Quiet = False) -> None:
    """List the shipped scenarios.

    Example: permanence scenario list
    """
    found = [load_scenario(name) for name in scenario_names()]
    if as_json:
        rows = [{"name": s.name, "title": s.title, "fingerprint": s.fingerprint()} for s in found]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(scenario.name) for scenario in found) + 2
    for scenario in found:
        lines = wrapped(scenario.title, " " * width)
        lines[0] = f"{scenario.name:<{width}}{lines[0].strip()}"
        typer.echo("\n".join(lines))


@app.command("show")
def show(
    scenario: ScenarioName, sets: Sets = None, as_json: AsJson = False, quiet: Quiet = False
) -> None:
    """Show a scenario resolved: what it says, and every choice it makes.

    Example: permanence scenario show pan-london-cap
    """
    found = load_scenario(scenario, sets or ())
    if as_json:
        typer.echo(json.dumps(found.model_dump(mode="json"), indent=2, ensure_ascii=False))
        return
    for part in (found.title, found.why):
        if part.strip():
            typer.echo("\n".join([*wrapped(part), ""]))
    for key, value in _choices(found):
        typer.echo("\n".join(wrapped(f"{key} = {value}", "  ", "  ")))


@app.command("check")
def check(scenario: ScenarioName, sets: Sets = None, quiet: Quiet = False) -> None:
    """Check a scenario file and say whether it can be run.

    Example: permanence scenario check my-scenario.toml
    """
    found = load_scenario(scenario, sets or ())
    typer.echo(f"{found.name}: valid, fingerprint {found.fingerprint()}")


def _choices(scenario: Scenario) -> list[tuple[str, str]]:
    """Return the settings that differ from their defaults, and those in force anyway."""
    content = scenario.model_dump(mode="json")
    rows = [(f"start.{key}", value) for key, value in content["start"].items() if value is not None]
    rows += [(f"structure.{key}", value) for key, value in content["structure"].items()]
    rows += [(f"parameters.{key}", content["parameters"][key]) for key in scenario.fixed_parameters]
    for name, lever in content["levers"].items():
        if getattr(scenario.levers, name).is_no_op:
            rows.append((f"levers.{name}", "no effect (at its no-op)"))
        else:
            rows += [(f"levers.{name}.{key}", v) for key, v in lever.items() if v is not None]
    return [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in rows]
