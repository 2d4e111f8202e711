"""What amounts cannot feel: a question about it is refused, never answered with "no effect"."""

from __future__ import annotations

from sim.scenario import Scenario, ScenarioError


def refuse_what_amounts_cannot_feel(scenario: Scenario) -> None:
    """Refuse a scenario that asks the borough twin about something only people can tell.

    Raises:
        ScenarioError: naming what it sets, why the twin cannot tell, and who can.
    """
    for name in type(scenario.levers).model_fields:
        lever = getattr(scenario.levers, name)
        for field, why in lever.unfelt_by_amounts(scenario.parameters).items():
            raise ScenarioError(
                f"{scenario.name}: levers.{name}.{field}: given {getattr(lever, field)!r}; "
                f"the borough twin cannot tell what it does, since {why}: "
                "ask agents (run, compare, sweep)"
            )
