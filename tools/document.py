"""Write docs/model.md from the code: the month, the equations, every number with its source.

Run by `make docs`. A test compares the file with what the code says now, so it cannot drift.
The order follows the ODD protocol (Grimm et al., 2020, for describing agent-based models).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sim.domain.opening_census import opening_census
from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, declarations
from sim.domain.vocabulary import LINK_LABELS, BidTrigger, HiringStructure
from sim.market import ledger, opening, outcomes, pledge, workforce
from sim.market.outcomes import OUTCOMES
from sim.rules.levers import Levers
from sim.words.model import equations, phases, summary

TARGET = Path(__file__).parent.parent / "docs" / "model.md"
HEADING = """# The model, as the code states it

Written by `make docs` from docstrings and declarations; do not edit by hand.

## Purpose

Does a collective cap on agency pay, an off-payroll tax change, a better permanent offer, or a
package of them break the vicious circle of agency pay among London's boroughs, and does the
permanent share of children's social workers move toward 90 %? Ensembles draw parameters and rival
structures from a posterior fitted to London's record of 2017-2021 (`sim/data/posterior.csv`); no
census identifies what the cap or the tax change did: their effects rest on law and stated priors.

## Entities, state and scales

One step is one month; month 0 is 30 September of the start year. Boroughs and their pledge are
Mesa agents; workers (permanent, placed with an agency, on the bench, out) are rows of one ledger.
Kingston and Richmond are one employer; the City of London is modelled and never scored.
"""


def document() -> str:
    """Return the whole text."""
    parts = [HEADING, *_process(), *_equations(), *_numbers(), *_outcomes()]
    return "\n".join(parts).rstrip() + "\n"


def _process() -> Iterator[str]:
    yield "## The month, in order\n"
    for place, one in enumerate(phases(), start=1):
        yield f"{place}. `{one.name}`: {one.says}"
    yield "\n## How it starts\n"
    for thing in (opening, opening_census, opening.people_the_boroughs):
        yield f"- {summary(thing)}"
    yield f"- {summary(opening.opening_leadership)}"
    yield "\n## The pledge and the ledgers\n"
    for thing in (pledge.Pledge, workforce.Workforce, ledger):
        yield f"- {summary(thing)}"
    yield "\n## Rival structures and links\n"
    yield f"Boroughs bid on: {', '.join(BidTrigger)}. Hiring is: {', '.join(HiringStructure)}."
    yield "Links of the circle, each of which can be cut:\n"
    yield from (f"- `{link.value}`: {label}" for link, label in LINK_LABELS.items())


def _equations() -> Iterator[str]:
    yield "\n## Equations\n"
    yield from (f"- `{one.name}`: {one.says}" for one in equations())


def _numbers() -> Iterator[str]:
    yield "\n## Parameters\n"
    yield (
        "The prior is a parameter's stated range; the posterior that ensembles draw from lies in "
        "it. A blank prior means that the value is fixed.\n"
    )
    yield from _table(declarations(Parameters).values())
    for name, field in Levers.model_fields.items():
        yield f"\n## Lever: {name.replace('_', ' ')}\n"
        yield f"{str(field.description).capitalize()}.\n"
        assert isinstance(field.annotation, type)
        yield from _table(declarations(field.annotation).values())


def _table(declared: Iterable[Declaration]) -> Iterator[str]:
    yield "| name | meaning | default | unit | allowed | prior | grade | source |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in declared:
        default = one.default.value if hasattr(one.default, "value") else one.default
        shown = f"{default:g}" if isinstance(default, float) else str(default)
        cells = [
            f"`{one.name}`",
            one.label,
            shown,
            one.unit,
            _range(one.allowed),
            _range(one.prior),
            one.grade.value.replace("_", " "),
            one.source,
        ]
        yield "| " + " | ".join(cells) + " |"


def _range(bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else f"{bounds[0]:g} to {bounds[1]:g}"


def _outcomes() -> Iterator[str]:
    yield "\n## Outcomes\n"
    yield summary(outcomes) + "\n"
    yield "| name | meaning | unit | made of |"
    yield "|---|---|---|---|"
    for one in OUTCOMES:
        made_of = one.made_of.replace("_", " ")
        yield f"| `{one.name}` | {one.label} | {one.unit} | {made_of} |"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
    print(f"wrote {TARGET}")
