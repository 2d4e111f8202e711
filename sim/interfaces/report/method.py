"""The last parts of a report: the method in one page, how to run it again, how to cite it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.domain.vocabulary import (
    BIDS_ON,
    HIRING_LABELS,
    LINK_LABELS,
)
from sim.interfaces.report.html import code, facts, paragraph, subheading, text
from sim.words.captions import CENSUS_SOURCE, LICENCE, listed
from sim.words.model import IN_SHORT, Part, equations, phases

LICENCE_PAGE = "nationalarchives.gov.uk/doc/open-government-licence/version/3"
ENVIRONMENT = ("python", "numpy", "scipy", "mesa", "matplotlib", "platform")


def method_section() -> str:
    """Return the month, the equations and the rivals, each in a sentence."""
    month = "".join(f"<li>{_part(one)}</li>\n" for one in phases())
    rules = "".join(f"<li>{_part(one)}</li>\n" for one in equations())
    return (
        '<div class="method">\n'
        + paragraph(
            f"{IN_SHORT} One step is one month. Boroughs, their pledge and Ofsted are agents; "
            "every worker is followed from post to post. A policy changes rules, never people."
        )
        + paragraph(
            "Each run draws parameters and luck of its own. Luck is keyed by person, purpose and "
            "month, so two policies meet the same people with the same luck, and their difference "
            "is taken run by run."
        )
        + subheading("The month, in order")
        + f"<ol>\n{month}</ol>\n"
        + subheading("The equations")
        + f"<ul>\n{rules}</ul>\n"
        + subheading("Rival structures")
        + paragraph(
            f"Boroughs bid on {_either(BIDS_ON)}; hiring is {_either(HIRING_LABELS)}. Links "
            f"of the circle, each of which can be cut: {'; '.join(LINK_LABELS.values())}."
        )
        + "</div>\n"
    )


def _part(one: Part) -> str:
    return f"<b>{text(one.name.replace('_', ' '))}</b>: {text(one.first)}"


def _either(labels: Mapping[Any, str]) -> str:
    words = list(labels.values())
    return f"{', '.join(words[:-1])} or {words[-1]}"


def manifest_section(manifest: Mapping[str, Any]) -> str:
    """Return what made the result, and the commands that make and check it again."""
    entries: Sequence[Mapping[str, Any]] = manifest["results"]
    first = entries[0]
    rows = [
        ("Scenarios", ", ".join(one["scenario"]["name"] for one in entries)),
        ("Seed", str(first["seed"])),
        ("Runs of each", f"{first['runs']:,}"),
        ("Years", str(first["years"])),
        ("Parameters drawn from", str(first["parameter_draws"])),
        ("Package", f"permanence {first['package']}"),
        ("Code", str(first.get("code", "not recorded"))),
        ("Commit", str(first.get("commit") or "not recorded")),
        ("Data tables", str(first["data"])),
        *((name.capitalize(), _recorded(name, first, manifest)) for name in ENVIRONMENT),
        *((f"Result {one['scenario']['name']}", str(one["fingerprint"])) for one in entries),
        ("Digest of this manifest", str(manifest["digest"])),
    ]
    commands = dict.fromkeys(_typed(one["command"]) for one in entries)
    typed = [command for command in commands if command]
    return (
        paragraph(
            "This file carries all that is needed to run the result again: every scenario in "
            "full, the seed, the versions, and a digest of every run. To check it against a new "
            "run of the same version, on any machine:"
        )
        + code("permanence verify report.html")
        + (paragraph("It was made by:") if typed else "")
        + "".join(code(command) for command in typed)
        + facts(rows)
    )


def _recorded(name: str, *places: Mapping[str, Any]) -> str:
    return next((str(place[name]) for place in places if name in place), "not recorded")


def _typed(command: Sequence[str]) -> str:
    return " ".join(f'"{word}"' if " " in word else word for word in command)


def citation_section(manifest: Mapping[str, Any], title: str) -> str:
    """Return how to cite the report, and under which licences code and data are."""
    package = manifest["results"][0]["package"]
    digest = str(manifest["digest"])[:12]
    return paragraph(
        f"The Permanence authors. Permanence: an agent-based simulation of agency and permanent "
        f"children's social workers in London, version {package}. Report: {title} "
        f"(manifest {digest})."
    ) + paragraph(
        "Code: MIT licence. The census figures are published by the Department for Education "
        f"({CENSUS_SOURCE}): contains public sector information licensed under the {LICENCE} "
        f"({LICENCE_PAGE}). No publisher of these figures has endorsed this project or what it "
        "concludes."
    )


def foot(manifest: Mapping[str, Any]) -> str:
    """Return the last lines of the page."""
    package = manifest["results"][0]["package"]
    names = listed([one["scenario"]["name"] for one in manifest["results"]])
    return paragraph(
        f"Permanence {package}. A simulation of {names}, not a forecast and not an official "
        "statistic."
    )
