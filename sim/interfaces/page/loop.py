"""The causal loop as the page draws it: nodes, links with their sign, and measured strengths.

A link that can be cut has its name in `cut`; the others are what holds by definition (a vacancy
uncovered is a heavier caseload) and cannot be cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.domain.vocabulary import LINK_LABELS, Link
from sim.experiments.circle import LINKS_OF_ONE_STRUCTURE
from sim.experiments.compare import Spread
from sim.experiments.link_strengths import LinkStrength
from sim.scenario import Scenario

NODES = {
    "gaps": "vacancies and unfilled posts",
    "price": "bids for an agency hour",
    "leaving": "permanent staff leaving",
    "agency": "agency share",
    "strain": "caseloads and strain",
    "spending": "spending",
}
CAN_BE_CUT = {
    Link.UNFILLED_RAISES_BIDS: ("gaps", "price"),
    Link.RIVALS_ARE_LEAPFROGGED: ("price", "price"),
    Link.PAY_DRAWS_TO_AGENCY: ("price", "leaving"),
    Link.STRAIN_DRIVES_LEAVING: ("strain", "leaving"),
    Link.LEAVING_OPENS_VACANCIES: ("leaving", "gaps"),
    Link.AGENCY_SHARE_REPELS_APPLICANTS: ("agency", "gaps"),
    Link.OVERSPEND_CUTS_OFFER: ("spending", "strain"),
}
"""From which node to which each link of the circle leads; all raise what they lead to."""
BY_DEFINITION = (("gaps", "strain"), ("leaving", "agency"), ("price", "spending"))
"""What leads from node to node without being a rule that could be otherwise."""


def loop_of(
    found: Sequence[LinkStrength], scenario: Scenario, *, runs: int, years: int
) -> dict[str, Any]:
    """Return the loop, ready for JSON."""
    strengths = {one.link: one for one in found}
    links: list[dict[str, Any]] = [
        {
            "from": ends[0],
            "to": ends[1],
            "cut": link.value,
            "label": LINK_LABELS[link],
            "sign": 1,
            "only_under": LINKS_OF_ONE_STRUCTURE[link].value
            if link in LINKS_OF_ONE_STRUCTURE
            else None,
            "is_cut": strengths[link].is_cut,
            "agency_share": _numbers(strengths[link].agency_share),
            "charge_rate": _numbers(strengths[link].charge_rate),
        }
        for link, ends in CAN_BE_CUT.items()
    ]
    links += [{"from": start, "to": end, "cut": None, "sign": 1} for start, end in BY_DEFINITION]
    return {
        "nodes": [{"id": name, "label": label} for name, label in NODES.items()],
        "links": links,
        "fingerprint": scenario.fingerprint(),
        "measured": (
            f"Measured by cutting each link alone in the borough twin: what it adds to London's "
            f"agency share and charge rate after {years} years, median of {runs} draws."
        ),
    }


def _numbers(spread: Spread) -> list[float | None]:
    return [
        round(value, 5) if value == value else None
        for value in (spread.q10, spread.q50, spread.q90)
    ]
