"""What the page knows before it asks anything: controls, places, scenarios, story, all from home.

Labels, ranges and defaults come from the declarations, the map from the evidence, the story from
`story.json`; the page itself writes no fact of the model.
"""

from __future__ import annotations

from typing import Any

from sim.answers.comparison import HIGH, LOW
from sim.domain.evidence import UNSCORED_EMPLOYER, employers, places, scored_employers
from sim.domain.quantities import Declaration
from sim.domain.vocabulary import LINK_LABELS, LONDON, TARGET_PERMANENT_SHARE, Link
from sim.ensemble.draws import Draws
from sim.ensemble.stamp import package_version
from sim.interfaces.page.answers import DRAWN
from sim.interfaces.page.months import RAISED_FROM, ring
from sim.interfaces.page.sizes import DEFAULT_RUNS, DEFAULT_SEED, DEFAULT_YEARS, MOST_YEARS
from sim.interfaces.page.specs import (
    Book,
    choices_of,
    controlled,
    in_plain_words,
    in_words,
    rest_of,
    values_of,
)
from sim.interfaces.page.story import story
from sim.market.outcomes import OUTCOME
from sim.rules.levers import Levers
from sim.rules.levers.members import MEMBERS_UNIT
from sim.words.captions import unit_name
from sim.words.map_shades import PERMANENT_EDGES, SHADES

START = {"base": "no-cap", "policy": "pan-london-cap"}
YES_NO, DATE, LIST = "yes or no", "date", "list"


def facts(draws: Draws, *, runs: int = DEFAULT_RUNS, book: Book | None = None) -> dict[str, Any]:
    """Return everything the page is told at the start, ready for JSON.

    Args:
        draws: what runs draw parameters and structure from.
        runs: of an ensemble.
        book: the scenarios it knows, by default those that are shipped.
    """
    return {
        "version": package_version(),
        "london": LONDON,
        "target": TARGET_PERMANENT_SHARE,
        "interval": [LOW, HIGH],
        "calibration": draws.calibration,
        "runs": runs,
        "seed": DEFAULT_SEED,
        "years": DEFAULT_YEARS,
        "most_years": MOST_YEARS,
        "start": START,
        "places": _places(),
        "employers": [{"name": name, "label": unit_name(name)} for name in employers()],
        "unscored": UNSCORED_EMPLOYER,
        "outcomes": {
            name: {"label": OUTCOME[name].label, "unit": OUTCOME[name].unit} for name in DRAWN
        },
        "shades": {"colours": SHADES, "edges": PERMANENT_EDGES},
        "levers": _levers(),
        "controls": [_control(path, lever, one) for path, lever, one in controlled()],
        "ring": ring(),
        "raised_from": RAISED_FROM,
        "links": [{"cut": link.value, "label": LINK_LABELS[link]} for link in Link],
        "scenarios": _scenarios(book or Book()),
        "story": story(),
    }


def _places() -> list[dict[str, Any]]:
    shared = [place.employer for place in places()]
    return [
        {
            "name": place.name,
            "employer": place.employer,
            "label": place.tile_label,
            "column": place.tile_column,
            "row": place.tile_row,
            "joint": shared.count(place.employer) > 1,
            "scored": place.employer != UNSCORED_EMPLOYER,
        }
        for place in places()
    ]


def _levers() -> dict[str, dict[str, str]]:
    found = {
        name: {
            "label": str(field.description),
            "grounds": in_plain_words(field.annotation.grounds),  # type: ignore[union-attr]
        }
        for name, field in Levers.model_fields.items()
    }
    found["structure"] = {
        "label": "rival structures of the market",
        "grounds": "The record does not tell rival structures apart; by default runs are shared "
        "equally among them.",
    }
    return found


def _control(path: str, lever: str, declared: Declaration) -> dict[str, Any]:
    choices = choices_of(declared)
    return {
        "path": path,
        "lever": lever,
        "label": declared.label,
        "unit": declared.unit,
        "kind": _kind(declared, choices),
        "offered": declared.offered,
        "allowed": declared.allowed,
        "choices": None if choices is None else [[one, in_words(one)] for one in choices],
        "whole": isinstance(declared.default, int) and not isinstance(declared.default, bool),
        "first": declared.is_shown_first,
        "source": declared.source,
        "employers": len(scored_employers()) if declared.unit == MEMBERS_UNIT else None,
    }


def _kind(declared: Declaration, choices: list[str] | None) -> str:
    if choices is not None:
        return "choice"
    if declared.unit == MEMBERS_UNIT:
        return "members"
    if declared.offered is not None:
        return "slider"
    for kind, unit in (("switch", YES_NO), ("date", DATE), ("links", LIST)):
        if declared.unit == unit:
            return kind
    return "number" if declared.allowed is not None else "text"


def _scenarios(book: Book) -> list[dict[str, Any]]:
    groups: list[Any] = []  # scenarios of one differ in controls alone
    markets: list[Any] = []  # and those of one of these in levers alone
    found = []
    for name in book.names():
        scenario = book.scenario(name)
        rest = rest_of(scenario)
        market = {**rest, "levers": {}}
        if rest not in groups:
            groups.append(rest)
        if market not in markets:
            markets.append(market)
        found.append(
            {
                "name": name,
                "title": scenario.title,
                "why": " ".join(scenario.why.split()),
                "opening": scenario.start.opening.isoformat(),
                "stylised": scenario.start.stylised,
                "group": groups.index(rest),
                "market": markets.index(market),
                "values": values_of(scenario),
                "written_as": book.written_as(name),
            }
        )
    return found
