"""Every parameter of the model: default, unit, allowed range, prior, source and grade.

Shares are 0 to 1, money is pounds, hazards are per year unless the name says otherwise.
`prior` is the range a draw comes from; `allowed` is what a user may set. One with a `target` is the
same figure as a target of the calibration; what the record taught of the others is measured
(`sim/domain/learned.py`) and told in `docs/identification.md`.

Defaults are working values, for `--parameters default` and for tests: ensembles draw from the
posterior. Six of them (sector exit, the flow back, pay sensitivity, outsiders, bid speed, agency
exit) are rounded from the best of 500 prior draws against London's totals of 2017-2021.
"""

from __future__ import annotations

from pydantic import model_validator

from sim.domain.budget_assumptions import BudgetAssumptions
from sim.domain.conditions_assumptions import ConditionsAssumptions
from sim.domain.hiring_assumptions import HiringAssumptions
from sim.domain.inspection_assumptions import InspectionAssumptions
from sim.domain.offer_assumptions import OfferAssumptions
from sim.domain.pay_assumptions import SHARE, PayAssumptions
from sim.domain.quantities import CENSUS, YEARLY, quantity
from sim.domain.vocabulary import Grade

POUNDS_PER_HOUR = "£ per hour"

__all__ = ["Parameters", "PayAssumptions"]

HIGH_PREMIUM = 4.0
MOST_DRAWN_IN = 30.0
"""Newcomers a post and year at a high premium: each of two values may be high, not both."""
REFERENCE_PREMIUM = 1.25
"""The take-home premium at which `outsiders_per_post` come (assumption)."""


class Parameters(
    InspectionAssumptions,
    BudgetAssumptions,
    OfferAssumptions,
    HiringAssumptions,
    ConditionsAssumptions,
    PayAssumptions,
):
    """The model's parameters. A scenario or `--set parameters.NAME=` replaces any of them."""

    # Leaving and moving
    sector_exit_per_year: float = quantity(
        0.10,
        unit=YEARLY,
        label="permanent staff leaving the sector",
        allowed=(0, 1),
        prior=(0.03, 0.14),
        target="left_sector",
        grade=Grade.LOOKED_UP,
        source="England 7.2-8.6 % (DfE 2019-21), scaled to London's turnover: about 10 %",
    )
    flow_to_agency_per_year: float = quantity(
        0.03,
        unit="of permanent staff per year",
        label="permanent staff going to agency work at the start",
        allowed=(0, 0.3),
        prior=(0.022, 0.04),
        target="went_to_agency",
        grade=Grade.LOOKED_UP,
        source="England 2.2-2.6 % (DfE 2019-21), scaled to London's turnover",
    )
    flow_to_permanent_per_year: float = quantity(
        0.10,
        unit="of placed agency staff per year",
        label="agency staff taking permanent posts at the start",
        allowed=(0, 0.6),
        prior=(0.04, 0.15),
        source="assumption; about one in ten in the 14 months after April 2017 bounds it",
    )
    strain_to_leaving: float = quantity(
        0.9,
        unit="elasticity",
        label="how strongly caseload strain drives leaving",
        allowed=(0, 10),
        prior=(0, 2.5),
        source=f"{CENSUS}: +0.6 points of turnover a case, a correlation",
    )
    caseload_habituation: float = quantity(
        0.8,
        unit="share",
        label="how far what counts as an ordinary caseload follows the trend of cases per post",
        allowed=(0, 1),
        prior=(0, 1),
        source=f"assumption; {CENSUS}: caseloads fell by a tenth in 2017-21, turnover did not",
    )
    strain_to_hiring: float = quantity(
        0.45,
        unit="elasticity",
        label="how strongly strain deters applicants",
        allowed=(0, 5),
        prior=(0, 3),
        source="assumption; a borough's turnover hardly persists and its agency share does, so "
        "conditions may act on hiring more than on leaving",
    )
    strain_to_route: float = quantity(
        0.3,
        unit="log pay per unit of strain",
        label="how strongly strain tips staff towards agency work",
        allowed=(0, 5),
        prior=(0, 0.6),
    )
    borough_moves_per_year: float = quantity(
        0.052,
        unit=YEARLY,
        label="permanent staff moving to another borough",
        allowed=(0, 1),
        prior=(0.03, 0.06),
        target="moved_borough",
        grade=Grade.LOOKED_UP,
        source="4.2 % England (DfE 2020-21), scaled to London's turnover",
    )
    # Choosing a route
    pay_sensitivity: float = quantity(
        4.0,
        unit="logit per log pay",
        label="how strongly take-home pay decides between agency and permanent work",
        allowed=(0, 50),
        prior=(1, 12),
        source="assumption, not identified by the record: sweep it",
    )
    taste_spread: float = quantity(
        0.15,
        unit="log pay",
        label="spread of workers' taste for agency work",
        allowed=(0, 2),
        prior=(0, 0.3),
    )
    eligible_experience_years: float = quantity(
        2.0,
        unit="years",
        label="experience before a permanent worker considers agency work",
        allowed=(0, 10),
        source="assumption; agencies asked for two years before the 2024 rules asked for three",
    )
    foresight_years: float = quantity(
        3.0,
        unit="years",
        label="how far ahead a worker weighs the wait of a cooling-off period",
        allowed=(1, 20),
    )
    company_share: float = quantity(
        0.65,
        unit="share of agency staff",
        label="agency staff who could use a limited company",
        allowed=(0, 1),
        prior=(0, 0.8),
        source="assumption; no figure exists",
    )
    outside_ir35_share: float = quantity(
        0.9,
        unit="share of companies",
        label="companies treated as outside IR35 where the reform is not enforced",
        allowed=(0, 1),
        grade=Grade.LOOKED_UP,
        source="HMRC 2016: about 10 % of companies in scope applied the rules",
    )
    # The agency market
    assignment_rate_2017_per_hour: float = quantity(
        34.0,
        unit=POUNDS_PER_HOUR,
        label="London mean assignment rate in September 2017",
        allowed=(10, 200),
        prior=(30, 36),
        grade=Grade.LOOKED_UP,
        source="Community Care 2016: caps £28-32 for a social worker, £35 for seniors, £38-42 for "
        "managers: a mean over these grades lies above a social worker's cap; premium 1.2-1.5",
    )
    starting_bid_spread: float = quantity(
        0.05,
        unit="log pay",
        label="spread of boroughs' bids at the start",
        allowed=(0, 1),
    )
    agency_exit_per_year: float = quantity(
        0.08,
        unit=YEARLY,
        label="placed agency staff leaving the sector",
        allowed=(0, 1),
        prior=(0.04, 0.15),
    )
    bench_leak_per_month: float = quantity(
        0.06,
        unit="per month",
        label="agency staff between assignments leaving London's market",
        allowed=(0, 1),
        prior=(0.02, 0.10),
    )
    assignment_ends_per_month: float = quantity(
        0.10,
        unit="per month",
        label="assignments that end",
        allowed=(0, 1),
        source="assumption; no assignment lengths found",
    )
    bench_search_share: float = quantity(
        0.7,
        unit="per month",
        label="agency staff between assignments who look for one",
        allowed=(0, 1),
    )
    assignment_pay_elasticity: float = quantity(
        4.0,
        unit="elasticity",
        label="how strongly agency staff follow the higher bid",
        allowed=(0, 20),
    )
    outsiders_per_post: float = quantity(
        0.015,
        unit="of posts per year",
        label="agency staff drawn in from outside London at a take-home premium of 1.25",
        allowed=(0, 1),
        prior=(0, 0.10),
    )
    outsider_premium_elasticity: float = quantity(
        1.5,
        unit="elasticity",
        label="how strongly the premium draws in outsiders",
        allowed=(0, 10),
        prior=(0, 4),
    )
    neighbours_reach: float = quantity(
        0.3,
        unit="share of agency staff",
        label="agency staff who would follow a better price beyond London's border",
        allowed=(0, 1),
        prior=(0.1, 0.6),
    )
    extra_agency_share: float = quantity(
        0.03,
        unit="of posts",
        label="agency staff above the establishment in the long run",
        allowed=(0, 0.5),
        prior=(0.015, 0.05),
        target="extra",
        grade=Grade.MEASURED,
        source=f"{CENSUS}: .073 of posts in 2017, .028 in 2021 and still falling",
    )
    extra_fade_per_year: float = quantity(
        0.35,
        unit=YEARLY,
        label="speed at which staff above the establishment approach their long-run share",
        allowed=(0, 5),
        prior=(0.2, 0.8),
    )
    # Bidding
    bid_speed: float = quantity(
        0.25,
        unit="log pay per year per tenth of posts short",
        label="how fast a short borough raises its bid",
        allowed=(0, 5),
        prior=(0.02, 0.6),
        source="assumption, not identified; one region's prices rose 30 % in 18 months before caps",
    )
    unfilled_target: float = quantity(
        0.05,
        unit="of posts",
        label="unfilled share at which a borough stops raising its bid",
        allowed=(0, 1),
        grade=Grade.MEASURED,
        source=f"{CENSUS}: 4.6 to 6.6 % of London's posts, no trend",
    )
    vacancy_target: float = quantity(
        0.22,
        unit="of posts",
        label="vacancy share at which a borough without a past stops raising its bid (vacancies "
        "trigger)",
        allowed=(0, 1),
    )
    vacancy_weight: float = quantity(
        0.5,
        unit=SHARE,
        label="weight on vacancies, not unfilled posts, under the vacancies trigger",
        allowed=(0, 1),
        prior=(0.25, 1),
    )
    falling_bid_ratio: float = quantity(
        0.5,
        unit=SHARE,
        label="speed at which bids fall, against the speed at which they rise",
        allowed=(0, 1),
    )
    equal_pay_share: float = quantity(
        1.0,
        unit="of a mid-scale colleague's basic pay",
        label="the least an agency worker must be paid (0 for no floor)",
        allowed=(0, 2),
        grade=Grade.LOOKED_UP,
        source="Agency Workers Regulations 2010 (SI 2010/93), regs. 5-7: equal pay after 12 weeks",
    )
    leapfrog_speed: float = quantity(
        0.10,
        unit="per month",
        label="how fast a short borough closes on its mark above the London mean",
        allowed=(0, 1),
    )
    leapfrog_margin: float = quantity(
        0.02,
        unit="log pay",
        label="how far above the London mean a short borough aims",
        allowed=(0, 1),
    )
    # People at the start, and those who arrive
    start_bench_share: float = quantity(
        0.05,
        unit="of placed agency staff",
        label="agency staff between assignments at the start",
        allowed=(0, 1),
    )
    start_new_staff_share: float = quantity(
        0.28,
        unit="of permanent staff",
        label="permanent staff with under three years' experience at the start",
        allowed=(0, 1),
    )
    experience_mean_years: float = quantity(
        8.0,
        unit="years",
        label="mean experience beyond the first years of experienced staff",
        allowed=(0, 40),
    )
    # Pay of permanent staff
    salary_newly_qualified_2017: float = quantity(
        31_500.0,
        unit="£ per year",
        label="permanent salary under two years' experience, 2017/18",
        allowed=(10_000, 150_000),
    )
    salary_mid_scale_2017: float = quantity(
        36_500.0,
        unit="£ per year",
        label="permanent salary at two to five years' experience, 2017/18",
        allowed=(10_000, 150_000),
    )
    salary_top_of_scale_2017: float = quantity(
        39_855.0,
        unit="£ per year",
        label="permanent salary over five years' experience, 2017/18",
        allowed=(10_000, 150_000),
        grade=Grade.LOOKED_UP,
        source="median top of London councils' scales, no allowances (Community Care, March 2018)",
    )
    pay_growth_per_year: float = quantity(
        0.025,
        unit=YEARLY,
        label="growth of salaries and tax thresholds after the last tabulated year",
        allowed=(-0.1, 0.3),
    )

    @model_validator(mode="after")
    def _draw_in_no_multitude(self) -> Parameters:
        per_post, elasticity = self.outsiders_per_post, self.outsider_premium_elasticity
        found = per_post * (HIGH_PREMIUM / REFERENCE_PREMIUM) ** elasticity
        if found > MOST_DRAWN_IN:
            raise ValueError(
                f"outsiders_per_post {per_post:g} and outsider_premium_elasticity {elasticity:g} "
                f"draw in {found:,.0f} people a post and year at a take-home premium of "
                f"{HIGH_PREMIUM:g}; allowed: up to {MOST_DRAWN_IN:g}"
            )
        return self
