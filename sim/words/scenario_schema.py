"""What a scenario file may hold, as a JSON Schema for editors, from the classes that read it."""

from __future__ import annotations

from typing import Any

from sim.rules.levers import Levers
from sim.rules.levers.layers import LEVEL, OFF, START, STEPS, TERMS
from sim.rules.levers.lever import EARLIER, RAMP
from sim.rules.levers.members import MEMBERS_UNIT
from sim.scenario import Scenario
from sim.scenario.files import WORKED_OUT

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TERMS_SUFFIX = "Terms"
Schema = dict[str, Any]


def scenario_schema() -> Schema:
    """Return the schema of a scenario file (JSON Schema, draft 2020-12)."""
    schema = Scenario.model_json_schema()
    parts: Schema = schema["$defs"]
    parts.pop("Lever")
    for name, field in Levers.model_fields.items():
        kind = str(getattr(field.annotation, "__name__", name))
        parts.update(_lever(parts.pop(kind), kind))
    names = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    parts["Signatories"]["properties"]["except"] = {
        **names,
        "description": "who is not among them, by name",
    }
    parts["Signatories"]["properties"]["count"] = {
        "type": "integer",
        "minimum": 0,
        "description": "how many; those not named are drawn in each run",
    }
    parts["Signatories"]["minProperties"] = 1
    for group in parts.values():
        _told(group)
    properties = {
        "extends": {"type": "string", "description": "the scenario that this one changes, by name"},
        **{name: one for name, one in schema["properties"].items() if name not in WORKED_OUT},
    }
    title = "A scenario of Permanence"
    return {"$schema": DRAFT, **schema, "title": title, "properties": properties}


def _lever(table: Schema, kind: str) -> Schema:
    """Return a lever as a table of terms, as a list of such tables, or as "off"."""
    fields = {name: one for name, one in table["properties"].items() if name != EARLIER}
    fields[RAMP].setdefault("description", "0 only: what this lever does begins at once")
    if LEVEL in fields:
        fields[STEPS] = _steps(fields)
    terms = {**table, "properties": fields}
    listed = {
        "type": "array",
        "items": {"$ref": f"#/$defs/{kind}{TERMS_SUFFIX}"},
        "description": "terms that follow one another, each from its start on",
    }
    whole = {**table, "properties": {TERMS: listed, **fields}}
    off = {
        "const": OFF,
        "description": "as if the lever had never been there, whatever is extended",
    }
    return {
        f"{kind}{TERMS_SUFFIX}": terms,
        kind: {"description": table.get("description", ""), "anyOf": [whole, off]},
    }


def _steps(fields: Schema) -> Schema:
    own = {name: fields[name] for name in (START, LEVEL)}
    step = {
        "type": "object",
        "properties": own,
        "required": [START, LEVEL],
        "additionalProperties": False,
    }
    about = "later levels, each from its day on (as in 0.1.0; terms do the same)"
    return {"type": "array", "items": step, "description": about}


def _told(group: Schema) -> None:
    """Put what every field says of itself into its description, and nothing else of ours."""
    for table in (group, *(one for one in group.get("anyOf", ()) if "properties" in one)):
        properties = table.get("properties", {})
        for name, field in properties.items():
            properties[name] = _described(field)


def _described(field: Schema) -> Schema:
    if "unit" not in field:
        return field
    kept = {name: one for name, one in field.items() if name in STANDARD}
    kept["description"] = f"{field['description']} ({field['unit']}; {field['source']})"
    if field["unit"] == MEMBERS_UNIT:
        forms = [form for form in kept["anyOf"] if form.get("type") != "number"]
        share = {"type": "number", "minimum": 0, "maximum": 1}
        kept["anyOf"] = [share, {"type": "string"}, *forms]
    return kept


STANDARD = (
    "$ref", "anyOf", "type", "format", "items", "enum", "const", "minimum", "maximum",
    "additionalProperties", "default",
)  # fmt: skip
"""What JSON Schema knows of a field; the rest is what a declaration says for ourselves."""
