"""The patterns of London's record, each with its target and band, fitted and held out apart.

Bands are those of the specification the model was built to; where it gives none, the band is
twice the census's own sampling error.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.domain import evidence
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import GRADES, TARGET_PERMANENT_SHARE, Judgement
from sim.studies.calibrate.method import anchors
from sim.studies.calibrate.method import borough_statistics as s
from sim.studies.calibrate.method.borough_panels import Panels
from sim.studies.patterns.method.patterns import (
    FITTED_YEARS,
    LAST_YEAR,
    START_YEAR,
    TWO_ERRORS,
    Band,
    Pattern,
    Standing,
    between,
    within,
)

_FITTED, _HELD_OUT, _ANCHORED = Standing
WHOLE = (START_YEAR, LAST_YEAR)
AFTER_START = (START_YEAR + 1, LAST_YEAR)
"""For levels: the model starts from the census of 2017, so that year would pass by itself."""
_LEAVERS = (
    "DfE, leavers in England 2020-21, and scaled to London's turnover; close to the model's "
    "inputs, so a pass says little"
)
_INADEQUATE = (
    "London's inadequate judgements, with the census; the band is twice the error of a mean of "
    "eight boroughs 10 points apart (caseload: 2 cases), assumed"
)
_JUDGEMENTS = "agency share by judgement in England: 11, 16, 19 and 33 %; the order is what counts"
_REFORM = "tax rules: -11 to -25 % by who bears employer costs"
_COHORT = "published account of the agency workers of early 2017; width of the band assumed"
_STOCK = "agency staff in England 2016-18 (DfE): 5,330, 5,343, 5,356"
_BEFORE_CAP = "one region's account: 30 % in 18 months before its cap; band: half of it either way"
_AFTER_CAP = "the same account: about no growth in five years; width of the band assumed"
_MEMORANDA = "accounts of the regional caps: price far above numbers; three times is assumed"


def adjoining() -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return which scored employers have places that adjoin, (employer, employer)."""
    names = evidence.scored_employers()
    employer = {place.name: place.employer for place in evidence.places()}
    pairs = {
        (place.employer, employer[other])
        for place in evidence.places()
        for other in place.adjoining
    }
    return np.array([[one != other and (one, other) in pairs for other in names] for one in names])


def _last(path: FloatArray) -> FloatArray:
    return np.asarray(path[..., -1], np.float64)


def _london_of(part: str, whole: str) -> Callable[[Panels], FloatArray]:
    return lambda p: s.mean(s.total_share(p[part], p[whole]))


def _london_path(year: int, standing: Standing) -> Pattern:
    return Pattern(
        1, f"London {year}", "London's permanent share of the workforce, as published",
        standing, "share", within(0.02), (year, year), lambda p: _last(p.london),
    )  # fmt: skip


def _thirds(name: str, place: int) -> Pattern:
    return Pattern(
        4, f"{name} third 2017-20",
        f"mean change in agency share of the third of boroughs {name} in 2017, to 2020",
        _HELD_OUT, "points", TWO_ERRORS, (2017, 2020),
        lambda p: np.asarray(s.mean_reversion(p["agency_share"])[..., place]),
    )  # fmt: skip


def _route_out(name: str, meaning: str, flow: str, target: float, band: Band) -> Pattern:
    return Pattern(
        8, name, f"permanent staff who {meaning} in a year", _FITTED, "share", band,
        FITTED_YEARS, _london_of(flow, "permanent_fte"), target, _LEAVERS,
    )  # fmt: skip


def _inadequate(years: int, target: float, figure: str = "agency_share") -> Pattern:
    is_cases = figure == "caseload"
    words = "caseload" if is_cases else "agency share"
    return Pattern(
        13,
        f"{'caseload' if is_cases else 'agency'}, year {years}",
        f"{words} over the mean of London's boroughs, year {years} after an inadequate judgement",
        _HELD_OUT,
        "cases" if is_cases else "points",
        within(2.0 if is_cases else 0.07),
        AFTER_START,
        lambda p: s.after_event(p[figure], p["years_since_inadequate"], years),
        target,
        _INADEQUATE,
    )


def _step(name: str, worse: Judgement, better: Judgement, target: float) -> Pattern:
    def gap(p: Panels) -> FloatArray:
        means = [
            s.by_class(p["agency_share"], p["grade"], GRADES.index(one) + 1)
            for one in (worse, better)
        ]
        return means[0] - means[1]

    meaning = (
        f"mean agency share of boroughs judged {_said(worse)} less that of {_said(better)} ones"
    )
    return Pattern(
        14, name, meaning, _HELD_OUT, "points", between(low=0.0), AFTER_START, gap, target,
        _JUDGEMENTS,
    )  # fmt: skip


def _said(judgement: Judgement) -> str:
    return judgement.value.replace("_", " ")


def _anchor(
    number: int, name: str, meaning: str, band: Band, target: float | None, source: str,
    unit: str = "share",
) -> Pattern:  # fmt: skip
    return Pattern(number, name, meaning, _ANCHORED, unit, band, looked_up=target, source=source)


PATTERNS: tuple[Pattern, ...] = (
    *(_london_path(year, _FITTED) for year in range(FITTED_YEARS[0], FITTED_YEARS[1] + 1)),
    *(_london_path(year, _HELD_OUT) for year in (2022, 2023)),
    Pattern(
        2, "spread", "standard deviation of agency share between boroughs, mean of the years",
        _FITTED, "points", between(0.08, 0.12), FITTED_YEARS,
        lambda p: s.mean(s.spread(p["agency_share"])),
    ),
    Pattern(
        2, "spread 2023", "the same six years on: it has not collapsed",
        _HELD_OUT, "points", between(0.08, 0.12), (2023, 2023),
        lambda p: _last(s.spread(p["agency_share"])),
    ),
    Pattern(
        3, "1 year apart", "correlation between boroughs of agency share and a year later",
        _FITTED, "", within(0.1), (2017, 2021),
        lambda p: s.lag_correlation(p["agency_share"], 1),
    ),
    Pattern(
        3, "within-year AR(1)", "what a year leaves of a borough's distance from the mean",
        _FITTED, "", within(0.1), (2017, 2021), lambda p: s.within_year_ar1(p["agency_share"]),
    ),
    Pattern(
        3, "5 years apart", "correlation between boroughs of agency share and five years later",
        _HELD_OUT, "", within(0.1), WHOLE, lambda p: s.lag_correlation(p["agency_share"], 5),
    ),
    _thirds("top", 0),
    _thirds("bottom", 1),
    Pattern(
        5, "change, s.d.", "standard deviation of yearly changes in a borough's agency share",
        _FITTED, "points", TWO_ERRORS, (2017, 2021),
        lambda p: s.yearly_change_spread(p["agency_share"]),
    ),
    Pattern(
        5, "change, size", "mean absolute yearly change in a borough's agency share",
        _FITTED, "points", TWO_ERRORS, (2017, 2021),
        lambda p: s.yearly_change_size(p["agency_share"]),
    ),
    Pattern(
        6, "agency to vacancies", "agency staff over vacancies, mean of the years",
        _HELD_OUT, "", between(0.88, 1.05), AFTER_START,
        _london_of("agency_fte", "vacancies_fte"),
    ),
    Pattern(
        6, "correlation of both", "between boroughs, of their average agency and vacancy shares",
        _HELD_OUT, "", TWO_ERRORS, AFTER_START,
        lambda p: s.correlation_of_averages(p["agency_share"], p["vacancy_share"]),
    ),
    Pattern(
        7, "unfilled posts", "vacancies not covered, of posts, mean of the years",
        _FITTED, "share", between(0.046, 0.066), FITTED_YEARS,
        _london_of("unfilled_fte", "posts_fte"),
    ),
    Pattern(
        7, "trend of these", "slope of unfilled posts, of posts: there is next to none",
        _HELD_OUT, "points", TWO_ERRORS, AFTER_START,
        lambda p: s.trend(s.total_share(p["unfilled_fte"], p["posts_fte"])),
    ),
    Pattern(
        8, "turnover", "leavers in a year, other boroughs included, of permanent staff",
        _FITTED, "share", between(0.14, 0.20), FITTED_YEARS,
        _london_of("leavers_fte", "permanent_fte"),
    ),
    Pattern(
        8, "1 year apart", "correlation between boroughs of turnover and a year later",
        _FITTED, "", TWO_ERRORS, FITTED_YEARS, lambda p: s.lag_correlation(p.turnover, 1),
    ),
    _route_out("leave", "leave the sector", "left_sector_fte", 0.085, between(0.072, 0.102)),
    _route_out("to agency", "go to agency work", "to_agency_fte", 0.03, between(0.022, 0.04)),
    _route_out("move", "move to another borough", "moved_fte", 0.045, between(0.04, 0.05)),
    Pattern(
        9, "turnover next year", "turnover next year where the caseload is one case higher",
        _HELD_OUT, "points", TWO_ERRORS, WHOLE, lambda p: s.lead(p.turnover, p["caseload"]),
    ),
    Pattern(
        9, "agency next year",
        "agency share next year where it is one case higher and agency share the same now",
        _HELD_OUT, "points", TWO_ERRORS, WHOLE,
        lambda p: s.lead(p["agency_share"], p["caseload"], p["agency_share"]),
    ),
    Pattern(
        10, "turnover next year", "slope of next year's turnover on agency share, year effects out",
        _FITTED, "", TWO_ERRORS, FITTED_YEARS, lambda p: s.lead(p.turnover, p["agency_share"]),
    ),
    Pattern(
        10, "over the whole record", "the same with the years that nothing was fitted to",
        _HELD_OUT, "", between(high=0.0), WHOLE, lambda p: s.lead(p.turnover, p["agency_share"]),
    ),
    Pattern(
        11, "Moran's I", "how alike adjoining boroughs' agency shares are, mean of the years",
        _HELD_OUT, "", between(-0.2, 0.2), AFTER_START,
        lambda p: s.mean(s.morans_i(p["agency_share"], adjoining())),
    ),
    Pattern(
        12, "elasticity of starters", "of a year's starters to opening vacancies, both per post",
        _HELD_OUT, "", between(0.0, 0.2), WHOLE,
        lambda p: s.elasticity(p["starters_fte"], p["vacancies_fte"], p["posts_fte"]),
    ),
    _inadequate(0, 0.14),
    _inadequate(1, 0.18),
    _inadequate(3, 0.08),
    _inadequate(5, 0.02),
    _inadequate(0, 4.0, "caseload"),
    _inadequate(1, 0.0, "caseload"),
    _step("good less outstanding", Judgement.GOOD, Judgement.OUTSTANDING, 0.05),
    _step("improvement less good", Judgement.REQUIRES_IMPROVEMENT, Judgement.GOOD, 0.03),
    _step(
        "inadequate less improvement", Judgement.INADEQUATE, Judgement.REQUIRES_IMPROVEMENT, 0.14
    ),
    Pattern(
        15, "boroughs there", "boroughs at 90 % permanent or more, mean of the years",
        _HELD_OUT, "boroughs", between(1.0, 6.0), AFTER_START,
        lambda p: s.mean(s.at_least(1.0 - p["agency_share"], TARGET_PERMANENT_SHARE)),
    ),
    Pattern(
        15, "stay a year", "share of those at 90 % who are there a year later",
        _HELD_OUT, "share", TWO_ERRORS, WHOLE,
        lambda p: s.stay_at_least(1.0 - p["agency_share"], TARGET_PERMANENT_SHARE),
    ),
    _anchor(
        16, anchors.PASSED_ON,
        "change in a company owner's take-home pay, employer costs taken from the worker",
        between(-0.25, -0.11), None, _REFORM,
    ),
    _anchor(
        16, anchors.NOT_PASSED_ON,
        "the same where the agency or the borough bears employer costs",
        between(-0.25, -0.11), None, _REFORM,
    ),
    _anchor(
        16, anchors.CONVERTED, "agency staff of March 2017 in a permanent post 14 months on",
        within(0.05), 0.10, _COHORT,
    ),
    _anchor(
        16, anchors.STILL_AGENCY, "agency staff of March 2017 still in agency work 14 months on",
        within(0.10), 0.75, _COHORT,
    ),
    _anchor(
        16, anchors.STOCK_CHANGE, "change in agency staff, March 2017 to March 2018",
        between(-0.02, 0.02), None, _STOCK,
    ),
    _anchor(
        16, anchors.STOCK_EFFECT, "agency staff in March 2018, with the reform against without",
        between(-0.02, 0.02), None, _STOCK,
    ),
    _anchor(
        17, anchors.GROWTH_WITHOUT_CAP,
        "price paid to the agency, September 2015 to 2016, nobody capped",
        within(0.095), 0.19, _BEFORE_CAP,
    ),
    _anchor(
        17, anchors.GROWTH_WITH_CAP,
        "price paid to the agency a year, December 2015 to September 2020",
        within(0.02), 0.0, _AFTER_CAP,
    ),
    _anchor(
        17, anchors.PRICE_TO_NUMBERS,
        "the cap's effect on price over its effect on agency staff, in logs, two years on",
        between(low=3.0), None, _MEMORANDA, "times",
    ),
)  # fmt: skip
"""Every pattern, in the order of the specification; parts of one share its number."""
HEADINGS: dict[int, str] = {
    1: "permanent share of the workforce",
    2: "boroughs stay spread out",
    3: "a borough's agency share persists",
    4: "and yet extremes come back",
    5: "shares change from year to year",
    6: "agency staff about equal vacancies",
    7: "vacancies nobody covers",
    8: "permanent staff who leave in a year",
    9: "heavy caseloads lead",
    10: "no loop within a borough",
    11: "no clustering of neighbours",
    12: "hiring hardly answers vacancies",
    13: "after an inadequate judgement",
    14: "agency share by judgement",
    15: "90 % permanent is rare and leaky",
    16: "the off-payroll reform of April 2017",
    17: "the cap of January 2016",
}
"""What each pattern says."""
