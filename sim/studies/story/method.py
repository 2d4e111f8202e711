"""A council's story against its placebo: the same borough and luck, without its own policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.answers.comparison import Spread, spread_of
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.headline import SHARES
from sim.ensemble.run import Ensemble
from sim.rules.levers import Levers
from sim.scenario import Scenario, ScenarioError


@dataclass(frozen=True)
class StoryRow:
    """One outcome of one 30 September: with the policy, without it, and the paired difference."""

    outcome: str
    year: int
    policy: Spread
    placebo: Spread
    difference: Spread


def own_levers(scenario: Scenario) -> list[str]:
    """Return the levers that the story's borough pulls alone: those whose only member it is."""
    alone = (scenario.borough,)
    return [
        name
        for name in Levers.model_fields
        if getattr(getattr(scenario.levers, name), "members", None) == alone
    ]


def placebo_of(scenario: Scenario) -> Scenario:
    """Return the same start and the same London without what the borough does alone.

    Raises:
        ScenarioError: it is nobody's story, or its borough does nothing alone.
    """
    if scenario.borough is None:
        raise ScenarioError(f"{scenario.name}: is not a council's story: it names no borough")
    own = own_levers(scenario)
    if not own:
        raise ScenarioError(
            f"{scenario.name}: no lever in it is pulled by {scenario.borough} alone"
        )
    levers = scenario.levers.model_copy(update={name: getattr(Levers(), name) for name in own})
    update = {"levers": levers, "name": "placebo", "title": f"{scenario.borough} without it"}
    return scenario.model_copy(update=update)


def story_rows(policy: Ensemble, placebo: Ensemble, unit: str) -> list[StoryRow]:
    """Return every outcome at every census, run by run in pairs."""
    found = []
    for outcome in SHARES:
        ours, theirs = policy.of(outcome, unit), placebo.of(outcome, unit)
        for place in range(ours.shape[1]):
            found.append(
                StoryRow(
                    outcome,
                    policy.day(place * MONTHS_PER_YEAR).year,
                    spread_of(ours[:, place]),
                    spread_of(theirs[:, place]),
                    spread_of(ours[:, place] - theirs[:, place]),
                )
            )
    return found


def rise(rows: Sequence[StoryRow], outcome: str, year: int) -> tuple[float, float]:
    """Return how far an outcome has risen by a year, with the policy and in the placebo."""
    mine = [row for row in rows if row.outcome == outcome]
    then = next(row for row in mine if row.year == year)
    first = mine[0]
    return then.policy.mean - first.policy.mean, then.placebo.mean - first.placebo.mean
