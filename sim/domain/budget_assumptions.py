"""Parameters of money: what a budget bears, and what becomes of demand where cover is dear."""

from __future__ import annotations

from sim.domain.pay_assumptions import SHARE
from sim.domain.quantities import CENSUS, YEARLY, Declared, quantity
from sim.domain.vocabulary import Grade


class BudgetAssumptions(Declared):
    """What stops a price: budgets, demand that answers it, and targets that follow habit."""

    overspend_limit_share: float = quantity(
        0.10,
        unit="of the budget for staff",
        label="overspending at which a borough's bids and posts stop growing",
        allowed=(0.001, 10),
        prior=(0.03, 0.25),
        source="assumption: it bounds the price. Councils may not plan a deficit (Local Government "
        "Finance Act 1988, s.114); Lewisham ran £6.6m over on agency staff in 2017/18",
    )
    overspend_pooling_posts: float = quantity(
        50.0,
        unit="posts",
        label="posts below which a borough goes by London's budgets more than by its own",
        allowed=(0, 10_000),
        source="assumption: a dozen staff are no trend",
    )
    overspend_on_offer_share: float = quantity(
        0.5,
        unit=SHARE,
        label="part of overspending that is taken out of the permanent offer, not of bids (budget "
        "structure)",
        allowed=(0, 1),
    )
    cover_demand_elasticity: float = quantity(
        0.3,
        unit="elasticity",
        label="how strongly boroughs want less cover as its real price rises",
        allowed=(0, 10),
        prior=(0, 1),
        source="assumption; approval panels and freezes where overspent (St Helens 2025)",
    )
    vacancy_habit_years: float = quantity(
        4.0,
        unit="years",
        label="time over which a borough gets used to its vacancies (vacancies trigger)",
        allowed=(0.1, 100),
        prior=(2, 10),
        source=f"assumption; {CENSUS}: London lived with 25 % vacant in 2023 and 19 % in 2025",
    )
    vacancy_habit_share: float = quantity(
        0.8,
        unit=SHARE,
        label="weight of a borough's own past in the vacancy share it aims for (vacancies trigger)",
        allowed=(0, 1),
    )
    exit_premium_elasticity: float = quantity(
        0.5,
        unit="elasticity",
        label="how strongly better agency pay keeps agency staff from giving London up",
        allowed=(0, 10),
        prior=(0, 2),
        source="assumption; locum nurses in London answer pay within weeks (IFS WP 15/04)",
    )
    later_posts_growth_per_year: float = quantity(
        0.01,
        unit=YEARLY,
        label="growth of posts after September 2023, where budgets allow it",
        allowed=(-0.2, 0.2),
        prior=(0, 0.03),
        grade=Grade.ASSUMED,
        source=f"assumption; {CENSUS}: 2.5 to 3 % a year until 2023, then 0.2 % a year to 2025",
    )
