"""The causal loop as the page draws it: what `permanence loops` measures, in the page's words.

Gains are those the command prints with the same seed and draws. Links that a scenario can cut
belong together by the link of the circle that cuts them; the others hold by definition.
"""

from __future__ import annotations

from typing import Any

from sim.answers.structures import Pair
from sim.domain.vocabulary import LINK_LABELS, Link
from sim.ensemble.draws import Draws
from sim.scenario import Scenario
from sim.studies.circle.method import LINKS_OF_ONE_STRUCTURE
from sim.studies.loops.method.links import CIRCLE
from sim.studies.loops.method.strength import DEFAULT_RUNS, measured_circle
from sim.studies.loops.words import sentences as words
from sim.studies.loops.words.places import BEND, BENDS, BOXED, DIAGRAM_TALL, DIAGRAM_WIDE, places

DECIMALS = 4
LEFT_OUT = ("along", "price_pushes_per_year", "check")
"""Parts of the circle's JSON that the page does not draw."""


def loop_of(scenario: Scenario, *, seed: int, draws: Draws, runs: int = DEFAULT_RUNS) -> Any:
    """Measure the circle of a scenario at its start, and return it ready for JSON."""
    pair = Pair(scenario.structure.hiring, scenario.structure.bid_trigger)
    circle = measured_circle(scenario, pair, runs=runs, seed=seed, years=0, draws=draws)
    found = words.circle_as_json(circle, places())
    told = {key: value for key, value in found.items() if key not in LEFT_OUT}
    told["shape"] = DIAGRAM_WIDE / DIAGRAM_TALL
    told["cuts"] = [_cut(link, scenario) for link in Link]
    for node in told["nodes"]:
        node["box"] = BOXED[node["name"]].split("\n")
    for link, about in zip(CIRCLE, told["links"], strict=True):
        about["bend"] = BENDS.get(link.ends, BEND)
        about["unit"] = words.unit_of(link)
    for loop in told["loops"]:
        del loop["cycles"]
    told["measured"] = (
        f"The thicker the line, the more feedback runs through it: medians of {runs} draws of the "
        f"borough "
        f"twin at the start, where {words.structure_of(circle)} (`permanence loops` has more)."
    )
    return _rounded(told)


def _cut(link: Link, scenario: Scenario) -> dict[str, Any]:
    hiring = LINKS_OF_ONE_STRUCTURE.get(link)
    return {
        "cut": link.value,
        "label": LINK_LABELS[link],
        "only_under": None if hiring is None else hiring.value,
        "is_cut": link in scenario.structure.cut_links,
    }


def _rounded(content: Any) -> Any:
    """Return JSON without NaN and without decimals nobody can see."""
    if isinstance(content, dict):
        return {key: _rounded(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_rounded(value) for value in content]
    if isinstance(content, float):
        return round(content, DECIMALS) if content == content else None
    return content
