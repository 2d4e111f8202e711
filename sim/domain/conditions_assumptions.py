"""Parameters of work and posts: caseloads, what makes a borough a better place, years for all."""

from __future__ import annotations

from sim.domain.pay_assumptions import SHARE
from sim.domain.quantities import CENSUS, YEARLY, Declared, quantity
from sim.domain.vocabulary import Grade


class ConditionsAssumptions(Declared):
    """What working in a borough is like, how it changes, and how well it is reported."""

    agency_effectiveness: float = quantity(
        0.85,
        unit="of a permanent worker",
        label="work one agency worker does",
        allowed=(0, 1.5),
    )
    posts_growth_per_year: float = quantity(
        0.03,
        unit=YEARLY,
        label="growth of posts until September 2023",
        allowed=(-0.2, 0.2),
        prior=(0, 0.04),
        target="posts_growth",
        grade=Grade.MEASURED,
        source=f"{CENSUS}: 3.1 % a year in 2017-2021",
    )
    cases_growth_per_year: float = quantity(
        0.0,
        unit=YEARLY,
        label="growth of cases",
        allowed=(-0.2, 0.2),
        prior=(-0.015, 0.02),
        grade=Grade.MEASURED,
        source=f"assumption that the trend of the record continues; {CENSUS}: 0.1 % a year in "
        "2017-2021, with "
        "Brent's missing figure of 2017 filled in",
    )
    leadership_spread: float = quantity(
        0.2,
        unit="strain",
        label="spread of latent leadership between boroughs",
        allowed=(0, 2),
        prior=(0.05, 0.5),
    )
    leaving_conditions_spread: float = quantity(
        0.1,
        unit="log",
        label="spread between boroughs of what makes staff leave, apart from caseload and "
        "leadership",
        allowed=(0, 2),
        prior=(0, 0.4),
        source=f"assumption; {CENSUS}: a borough's turnover persists a little, its agency share "
        "does not foretell it",
    )
    leadership_reversion_per_year: float = quantity(
        0.25,
        unit=YEARLY,
        label="speed at which leadership returns to what is lasting in a borough",
        allowed=(0, 5),
        prior=(0.1, 0.8),
    )
    leadership_agency_slope: float = quantity(
        -1.8,
        unit="strain per unit of agency share",
        label="leadership at the start, by how far agency share is above London's",
        allowed=(-10, 10),
        prior=(-4.0, 0.0),
    )
    lasting_conditions_share: float = quantity(
        0.3,
        unit=SHARE,
        label="part of a borough's leadership at the start that lasts",
        allowed=(0, 1),
        prior=(0, 1),
        source="assumption; agency shares five years apart still correlate in the census",
    )
    common_leaving_spread: float = quantity(
        0.03,
        unit="log",
        label="how far a year raises or lowers leaving in all boroughs alike",
        allowed=(0, 1),
        prior=(0.01, 0.06),
        grade=Grade.MEASURED,
        source=f"{CENSUS}: London's turnover of 2017-2021 varies by 4 %, chance among 900 leavers "
        "being 3 %",
    )
    reporting_error: float = quantity(
        0.035,
        unit="share",
        label="how far boroughs' published shares miss the truth (forecasts only)",
        allowed=(0, 0.3),
        prior=(0.02, 0.05),
        source="assumption: what the census's yearly changes leave once luck is taken off",
    )
