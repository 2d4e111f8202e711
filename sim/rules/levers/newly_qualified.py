"""The pipeline of newly qualified social workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from sim.domain.quantities import quantity
from sim.rules.levers.lever import Lever, Moment
from sim.rules.terms import RulesInForce


class NewlyQualified(Lever):
    """The pipeline of newly qualified social workers."""

    moves_by_terms_alone: ClassVar[bool] = True
    grounds: ClassVar[str] = "How many more newly qualified staff there are is an assumption."
    phrases: ClassVar[Mapping[str, str]] = {
        "multiplier": "{} as many newly qualified staff",
        "step_up_multiplier": "{} as many through Step Up",
        "supervision_uplift": "{} more of them per supervisor",
    }

    multiplier: float = quantity(
        1.0,
        unit="multiple",
        label="newly qualified staff looking for a first post, against the ordinary year",
        allowed=(0, 5),
        no_op=1.0,
        offered=(0.5, 2, 0.05),
        is_shown_first=True,
    )
    step_up_multiplier: float = quantity(
        1.0,
        unit="multiple",
        label="those of them who come through Step Up, every other spring, against the ordinary",
        allowed=(0, 20),
        no_op=1.0,
    )
    supervision_uplift: float = quantity(
        0.0,
        unit="share",
        label="how many more newly qualified staff each experienced colleague can supervise",
        allowed=(0, 5),
        no_op=0.0,
    )

    @property
    def is_idle(self) -> bool:
        """Whether the pipeline is the ordinary one."""
        return self.multiplier == self.step_up_multiplier == 1.0 and self.supervision_uplift == 0.0

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules with the pipeline of this month in them."""
        acting = self.mixture(now.opening, now.today)
        if not acting:
            return rules
        looking = 1.0 + sum(grown * (one.multiplier - 1.0) for one, grown in acting)
        step_up = 1.0 + sum(grown * (one.step_up_multiplier - 1.0) for one, grown in acting)
        supervised = 1.0 + sum(grown * one.supervision_uplift for one, grown in acting)
        return replace(
            rules,
            newly_qualified_multiplier=rules.newly_qualified_multiplier * looking,
            step_up_multiplier=rules.step_up_multiplier * step_up,
            supervision_multiplier=rules.supervision_multiplier * supervised,
        )
