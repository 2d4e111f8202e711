"""Parameters of Ofsted's inspections and of what a judgement does to a borough."""

from __future__ import annotations

from pydantic import model_validator

from sim.domain.quantities import YEARLY, Declared, quantity
from sim.domain.vocabulary import Grade

OF_INSPECTIONS = "share of inspections"
ROUNDING = 1e-9


class InspectionAssumptions(Declared):
    """How often boroughs are inspected, how well it is judged, and what follows."""

    inspections_per_year: float = quantity(
        1 / 3,
        unit=YEARLY,
        label="inspections of a borough (0: there is no Ofsted)",
        allowed=(0, 1),
        grade=Grade.LOOKED_UP,
        source="Ofsted's framework of 2018 (ILACS): a judgement about every three years",
    )
    inspection_noise: float = quantity(
        0.2,
        unit="strain",
        label="how far a judgement misses a borough's working conditions",
        allowed=(0, 5),
        prior=(0.05, 0.5),
    )
    outstanding_share: float = quantity(
        0.15,
        unit=OF_INSPECTIONS,
        label="inspections that would find outstanding work at the start",
        allowed=(0, 1),
    )
    requires_improvement_share: float = quantity(
        0.35,
        unit=OF_INSPECTIONS,
        label="inspections that would ask for improvement at the start",
        allowed=(0, 1),
    )
    inadequate_share: float = quantity(
        0.08,
        unit=OF_INSPECTIONS,
        label="inspections that would find inadequate work at the start",
        allowed=(0, 1),
        source="assumption: about eight in London in ten years, of some hundred inspections",
    )
    inadequate_strain: float = quantity(
        0.5,
        unit="strain",
        label="what an inadequate judgement adds to strain at once",
        allowed=(0, 5),
        prior=(0, 1),
    )
    inadequate_strain_fade_per_year: float = quantity(
        1.0,
        unit=YEARLY,
        label="speed at which that added strain fades",
        allowed=(0, 12),
    )
    inadequate_surge_share: float = quantity(
        0.08,
        unit="of posts",
        label="agency staff above the establishment bought after an inadequate judgement",
        allowed=(0, 1),
        prior=(0, 0.15),
    )
    inadequate_surge_fade_per_year: float = quantity(
        0.7,
        unit=YEARLY,
        label="speed at which that surge of agency staff fades",
        allowed=(0, 12),
    )
    turnaround_chance: float = quantity(
        0.65,
        unit="share of inadequate boroughs",
        label="boroughs that a commissioner and new leaders turn round",
        allowed=(0, 1),
        prior=(0.4, 0.9),
    )
    turnaround_leadership: float = quantity(
        0.4,
        unit="strain",
        label="leadership that a turnaround works towards",
        allowed=(-1, 3),
        prior=(0.1, 0.7),
    )
    turnaround_speed_per_year: float = quantity(
        0.8,
        unit=YEARLY,
        label="speed at which a turnaround works",
        allowed=(0, 12),
    )
    turnaround_months: int = quantity(
        36,
        unit="months",
        label="how long a turnaround lasts",
        allowed=(1, 240),
        source="assumption; turnarounds in the census take two to four years",
    )
    outstanding_pull: float = quantity(
        0.25,
        unit="share",
        label="how many more applicants and movers an outstanding borough draws",
        allowed=(0, 5),
        prior=(0, 0.6),
    )

    @model_validator(mode="after")
    def _shares_add_up(self) -> InspectionAssumptions:
        shares = (self.outstanding_share, self.requires_improvement_share, self.inadequate_share)
        if sum(shares) > 1.0 + ROUNDING:
            given = " + ".join(f"{share:g}" for share in shares)
            raise ValueError(
                "outstanding_share, requires_improvement_share and inadequate_share: given "
                f"{given} = {sum(shares):g}; allowed: together at most 1"
            )
        return self
