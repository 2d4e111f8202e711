"""`permanence scenario`: list, show, check and compare scenario files, and their schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from sim.domain.calendar import DEFAULT_YEARS
from sim.rules.levers.lever import EARLIER
from sim.scenario import Scenario, load_scenario, scenario_names, written
from sim.terminal.app import app_of_several
from sim.terminal.options import AsJson, Quiet, ScenarioName, Sets, Years
from sim.words.json_text import print_json
from sim.words.scenario_schema import scenario_schema
from sim.words.tables import wrapped
from sim.words.timeline import differences, names_of, timeline, timeline_json

app = app_of_several()


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
def check(
    scenario: ScenarioName,
    sets: Sets = None,
    years: Years = DEFAULT_YEARS,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check a scenario file: whether it can be run, what it does from when, and what is odd.

    Example: permanence scenario check my-scenario.toml
    """
    from sim.words.doubts import doubts  # it loads the model: listing needs none of it

    found = load_scenario(scenario, sets or ())
    warnings = doubts(found, written(scenario, sets or ()), years)
    if as_json:
        print_json(
            {
                "name": found.name,
                "fingerprint": found.fingerprint(),
                "years": years,
                "timeline": timeline_json(found),
                "warnings": warnings,
            }
        )
        return
    typer.echo(f"{found.name}: valid, fingerprint {found.fingerprint()}")
    _say([*timeline(found), *(f"Warning: {one}" for one in warnings)])


@app.command("diff")
def diff(
    scenario: ScenarioName,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The scenario beside it.")],
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say in words what two scenarios do differently, and from when.

    Example: permanence scenario diff no-ir35 baseline
    """
    one, two = load_scenario(scenario), load_scenario(other)
    found = differences(one, two)
    if as_json:
        rows = [
            {
                "what": part.what,
                "from": None if part.since is None else part.since.isoformat(),
                "words": part.words,
            }
            for part in found
        ]
        print_json({"a": one.name, "b": two.name, "same": not found, "differences": rows})
        return
    a, b = names_of(one, two)
    same = f"{a} and {b} do the same."
    if one.fingerprint() != two.fingerprint():
        same += " What they write differently has no effect."
    _say([part.words for part in found] or [same])


@app.command("schema")
def schema(quiet: Quiet = False) -> None:
    """Print a JSON Schema of scenario files, for editors that check while one types.

    Example: permanence scenario schema > scenario.schema.json
    """
    print_json(scenario_schema())


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        typer.echo("\n".join(wrapped(line, hanging="  ")))


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
            rows += _terms(f"levers.{name}", lever)
    return [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in rows]


def _terms(name: str, lever: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return a lever's terms, the earlier ones under the number of their place."""
    all_terms = [*lever.get(EARLIER, ()), {k: v for k, v in lever.items() if k != EARLIER}]
    places = [f"{name}.terms[{place}]" for place in range(len(all_terms))]
    return [
        (f"{place if len(all_terms) > 1 else name}.{key}", value)
        for place, terms in zip(places, all_terms, strict=True)
        for key, value in terms.items()
        if value is not None
    ]
