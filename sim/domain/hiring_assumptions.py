"""Parameters of permanent hiring: who applies, who accepts, who can be taught, and how soon."""

from __future__ import annotations

from sim.domain.quantities import CENSUS, Declared, quantity
from sim.domain.vocabulary import Grade


class HiringAssumptions(Declared):
    """What decides how many permanent staff boroughs hire."""

    outside_hires_per_post: float = quantity(
        0.050,
        unit="of posts per year",
        label="experienced permanent hires from outside London's boroughs",
        allowed=(0, 1),
        prior=(0.03, 0.08),
        grade=Grade.MEASURED,
        source=f"{CENSUS}: about 1,050 starters a year in all, newly qualified among them",
    )
    newly_qualified_per_post: float = quantity(
        0.055,
        unit="of posts per year",
        label="newly qualified staff looking for a first post",
        allowed=(0, 1),
        prior=(0.045, 0.065),
    )
    common_hiring_spread: float = quantity(
        0.09,
        unit="log",
        label="how far a year raises or lowers hiring in all boroughs alike",
        allowed=(0, 1),
        prior=(0.04, 0.14),
        grade=Grade.MEASURED,
        source=f"{CENSUS}: starters per post vary by 10 % between the years 2017-2021, chance "
        "among 1,000 starters being 3 %",
    )
    newly_qualified_per_supervisor: float = quantity(
        0.33,
        unit="newly qualified per experienced permanent worker",
        label="newly qualified staff a borough can supervise",
        allowed=(0, 5),
    )
    vacancy_elasticity: float = quantity(
        0.2,
        unit="elasticity",
        label="how hiring answers vacancies under the supply_limited structure",
        allowed=(0, 1),
        prior=(0, 0.4),
        source=f"{CENSUS}: starters on vacancies .01 (s.e. .06), a correlation",
    )
    reputation_sensitivity: float = quantity(
        4.0,
        unit="log hires per unit of agency share",
        label="how a high agency share repels applicants (reputation structure)",
        allowed=(0, 20),
        prior=(0, 6),
    )
    budget_sensitivity: float = quantity(
        1.5,
        unit="strain per unit of overspend",
        label="how overspending cuts the permanent offer (budget structure)",
        allowed=(0, 10),
        prior=(0, 3),
    )
    monthly_hiring_limit: float = quantity(
        1 / 3,
        unit="of vacancies per month",
        label="the most vacancies a borough can fill in a month (time to hire)",
        allowed=(0, 1),
    )
    offer_acceptance_share: float = quantity(
        0.75,
        unit="share of offers",
        label="offers of a permanent post that are accepted where strain is ordinary",
        allowed=(0.05, 1),
        prior=(0.5, 0.95),
        source="assumption; no acceptance figure found: it decides offers made, not hires",
    )
    notice_months: int = quantity(
        2,
        unit="months",
        label="months from an accepted offer to the first day",
        allowed=(0, 12),
        source="assumption: notice and checks; no time to hire found",
    )
    hiring_pay_elasticity: float = quantity(
        1.0,
        unit="elasticity",
        label="how strongly outside applicants answer a borough's better permanent pay",
        allowed=(0, 10),
        prior=(0, 3),
    )
    step_up_share: float = quantity(
        0.10,
        unit="share of the newly qualified",
        label="newly qualified staff who come through Step Up, in one month every other year",
        allowed=(0, 1),
        prior=(0, 0.2),
    )
