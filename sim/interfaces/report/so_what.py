"""What a difference comes to, as a director asks it: in people, in price, in money."""

from __future__ import annotations

import math

from sim.answers.comparison import mean
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.studies.money.words import adding_up, payers, scale_of, way
from sim.words.captions import listed, unit_name
from sim.words.tables import old_new_gap

PEOPLE = {
    "permanent_fte": "permanent staff",
    "agency_fte": "agency staff",
    "unfilled_fte": "unfilled posts",
}
PRICE = "charge_rate_per_hour"
COSTS = {
    "agency_cost_per_year": "agency staff",
    "permanent_cost_per_year": "permanent staff",
    "policy_cost_per_year": "what the policy buys",
}


def so_what(base: Ensemble, policy: Ensemble, unit: str) -> str:
    """Return a paragraph: people, the agency's price, and what is paid in all at the horizon.

    Empty for results kept by versions that did not record all of it.
    """
    names = (*PEOPLE, PRICE, *COSTS)
    ends = {n: (_at_the_end(base, n, unit), _at_the_end(policy, n, unit)) for n in names}
    if not all(math.isfinite(end) for pair in ends.values() for end in pair):
        return ""
    people = [
        f"{abs(more):,.0f} {way(more, 'more', 'fewer')} {label}"
        for name, label in PEOPLE.items()
        if round(more := ends[name][1] - ends[name][0])
    ]
    staff = f"{unit_name(unit)} has {listed(people)}" if people else "nobody more or fewer works"
    before, after = ends[PRICE]
    old, new, gap = old_new_gap(before, after, OUTCOME[PRICE].unit)
    return (
        f"In people: {staff}. The agency's price is {new} an hour, against {old} ({gap}). "
        f"{_money(ends, policy, unit)}"
    )


def _at_the_end(one: Ensemble, outcome: str, unit: str) -> float:
    return mean(one.of(outcome, unit)[:, -1])


def _money(ends: dict[str, tuple[float, float]], policy: Ensemble, unit: str) -> str:
    """Return what is paid, as the tables have it: old and new as written, and their difference."""
    scale = scale_of(unit)
    old, new = ([ends[name][at] for name in COSTS] for at in (0, 1))
    written = [adding_up(one, sum(one), scale) for one in (old, new)]
    gaps = [after - before for before, after in zip(*written, strict=True)]
    total = sum(gaps)
    year = policy.day(policy.months[-1]).year
    if scale.is_nothing(total):
        told = f"In {year} {payers(unit)} as much in all"
    else:
        told = f"In {year} {payers(unit)} {scale.said(total)} a year {way(total)} in all"
    parts = [
        f"{label} {scale.number(gap, signed=True)}"
        for label, gap in zip(COSTS.values(), gaps, strict=True)
    ]
    return f"{told} ({scale.unit}: {', '.join(parts)})."
