"""`permanence describe`: the model in words, and every number with its source."""

from __future__ import annotations

import inspect
import json
from enum import StrEnum
from itertools import zip_longest
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from sim.domain.parameters import Parameters
from sim.domain.quantities import Declared, declarations
from sim.domain.vocabulary import LINK_LABELS, BidTrigger, HiringStructure
from sim.market.model import MONTH
from sim.market.outcomes import OUTCOMES
from sim.rules.levers import Levers
from sim.terminal.options import AsJson, Quiet, one_of
from sim.words.glossary import GLOSSARY, glossary_lines
from sim.words.model import CANNOT_TELL, IN_SHORT
from sim.words.tables import wrapped


class Topic(StrEnum):
    """What to describe."""

    MODEL = "model"
    PARAMETERS = "parameters"
    LEVERS = "levers"
    OUTCOMES = "outcomes"
    GLOSSARY = "glossary"


def describe(
    topic: Annotated[
        Topic,
        typer.Argument(
            parser=one_of(Topic), metavar="TOPIC", help=f"What to describe: {', '.join(Topic)}."
        ),
    ] = Topic.MODEL,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Describe the model, or list its parameters, levers, outcomes or words.

    Example: permanence describe parameters
    """
    if as_json:
        typer.echo(json.dumps(_content(topic), indent=2, ensure_ascii=False, default=str))
        return
    lines = {
        Topic.MODEL: model_lines,
        Topic.PARAMETERS: _parameter_lines,
        Topic.LEVERS: _lever_lines,
        Topic.OUTCOMES: _outcome_lines,
        Topic.GLOSSARY: _glossary_lines,
    }[topic]()
    for line in lines:
        typer.echo(line)


def model_lines() -> list[str]:
    """Return the model in words, at most 45 lines of 80 columns."""
    lines = ["Permanence: agency and permanent children's social workers in London", ""]
    lines += wrapped(IN_SHORT)
    lines += ["", "Every month, in this order:"]
    phases = [
        f"{place}. {phase.__name__.replace('_', ' ')}" for place, phase in enumerate(MONTH, start=1)
    ]
    for left, right in zip_longest(phases[::2], phases[1::2], fillvalue=""):
        lines.append(f"  {left:<36}{right}".rstrip())
    lines += ["", "Levers, each of which does exactly nothing until it is set:"]
    levers = [
        f"{name.replace('_', ' ')} ({field.description})"
        for name, field in Levers.model_fields.items()
    ]
    lines += wrapped("; ".join(levers) + ".", indent="  ")
    lines += ["", "Rival structures, which the record does not tell apart:"]
    lines.append(f"  boroughs bid on: {', '.join(BidTrigger)}")
    lines.append(f"  hiring is: {', '.join(HiringStructure)}")
    lines += ["", "Links of the circle, each of which can be cut (structure.cut_links):"]
    lines += wrapped("; ".join(LINK_LABELS.values()) + ".", indent="  ")
    lines += ["", "What it cannot tell:"]
    lines += wrapped(CANNOT_TELL, indent="  ")
    grades = [
        declared.grade.value.replace("_", " ") for declared in declarations(Parameters).values()
    ]
    counted = ", ".join(f"{grades.count(grade)} {grade}" for grade in dict.fromkeys(grades))
    lines += wrapped(f"Of {len(grades)} parameters: {counted}. See: permanence describe parameters")
    return lines


def _parameter_lines() -> list[str]:
    lines = wrapped(
        "Set one with --set parameters.NAME=VALUE, or under [parameters] in a scenario file. A "
        "parameter that nobody sets is drawn from its prior in every run, if it has one."
    )
    return [*lines, "", *_declared_lines(Parameters)]


def _lever_lines() -> list[str]:
    lines = wrapped(
        "Set one with --set, such as --set levers.cap.members=0.5, or in a scenario file."
    )
    for name, field in Levers.model_fields.items():
        lines += ["", f"{name.replace('_', ' ').capitalize()}: {field.description}"]
        group = field.annotation
        assert isinstance(group, type)
        lines += _declared_lines(group, before=f"levers.{name}.")
    return lines


def _declared_lines(group: type[Declared], before: str = "") -> list[str]:
    lines = []
    for name, one in declarations(group).items():
        lines += wrapped(f"{before}{name} = {_plain(one.default)}   ({one.unit})", hanging="    ")
        facts = [one.label, one.grade.value.replace("_", " ")]
        choices = choices_of(group.model_fields[name].annotation)
        if choices:
            facts.append(f"one of {', '.join(choices)}")
        if one.prior is not None:
            facts.append(f"prior {one.prior[0]:g} to {one.prior[1]:g}")
        if one.allowed is not None:
            facts.append(f"allowed {one.allowed[0]:g} to {one.allowed[1]:g}")
        if one.no_op is not None:
            facts.append(f"no effect at {_plain(one.no_op)}")
        source = one.source.removeprefix("assumption").removeprefix("; ")
        lines += wrapped("; ".join([*facts, *([source] if source else [])]), indent="    ")
    return lines


def _outcome_lines() -> list[str]:
    lines = []
    for outcome in OUTCOMES:
        lines.append(f"{outcome.name}   ({outcome.unit})")
        lines.append(f"    {outcome.label}")
    return lines


def _glossary_lines() -> list[str]:
    """Return what the model's words are called, what they mean, and the code's word for them."""
    lines = wrapped("What tables, charts and reports say, and the code's word for it in brackets.")
    for line in glossary_lines():
        lines += wrapped(line, hanging="    ")
    return lines


def _content(topic: Topic) -> Any:
    if topic is Topic.PARAMETERS:
        return [one.__dict__ for one in declarations(Parameters).values()]
    if topic is Topic.LEVERS:
        return {
            name: [one.__dict__ for one in declarations(field.annotation).values()]  # type: ignore[arg-type]
            for name, field in Levers.model_fields.items()
        }
    if topic is Topic.GLOSSARY:
        return [term._asdict() for term in GLOSSARY]
    if topic is Topic.OUTCOMES:
        return [outcome.__dict__ for outcome in OUTCOMES]
    return {
        "month": [
            {"phase": phase.__name__, "what": (inspect.getdoc(phase) or "").split("\n")[0]}
            for phase in MONTH
        ],
        "text": model_lines(),
    }


def choices_of(annotation: Any) -> list[str]:
    """Return the words a field may take, if it takes nothing but words."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return list(annotation)
    return list(get_args(annotation)) if get_origin(annotation) is Literal else []


def _plain(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return str(list(value))
    return str(value.value if isinstance(value, StrEnum) else value)
