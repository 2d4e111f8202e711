"""What a policy costs boroughs, beyond the pay of their staff."""

from __future__ import annotations

from sim.domain.quantities import Declared, quantity


class OfferAssumptions(Declared):
    """Prices of what a policy buys, in 2017/18 pounds: they rise with the pay index."""

    overspill_cost_per_case: float = quantity(
        3_700.0,
        unit="£ per case per year, 2017/18",
        label="what a bought-in team charges for holding a case",
        allowed=(0, 50_000),
        prior=(2_500, 6_000),
        source="assumption: an agency worker-year at £34 an hour and a margin, over 17 cases",
    )
    leadership_cost_per_post: float = quantity(
        5_000.0,
        unit="£ per post per year, 2017/18, per unit of strain taken off",
        label="what visible leadership and support cost",
        allowed=(0, 200_000),
        prior=(0, 15_000),
    )
    careers_cost_per_post: float = quantity(
        10_000.0,
        unit="£ per post per year, 2017/18, per unit of log pay it is worth",
        label="what training and careers cost",
        allowed=(0, 500_000),
        prior=(0, 30_000),
    )
    recruitment_cost_per_hire: float = quantity(
        8_000.0,
        unit="£ per hire, 2017/18",
        label="what a borough spends for each applicant it wins beyond the ordinary",
        allowed=(0, 200_000),
        prior=(2_000, 15_000),
    )
    prevention_cost_per_case: float = quantity(
        3_000.0,
        unit="£ per case per year, 2017/18",
        label="what it costs to prevent a case",
        allowed=(0, 200_000),
        prior=(1_000, 10_000),
    )
