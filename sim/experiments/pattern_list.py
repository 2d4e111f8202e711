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
from sim.experiments import anchors
from sim.experiments import borough_statistics as s
from sim.experiments.borough_panels import Panels
from sim.experiments.patterns import (
    FITTED_YEARS,
    TWO_ERRORS,
    Band,
    Pattern,
    Standing,
    between,
    within,
)

_FITTED, _HELD_OUT, _ANCHORED = Standing
WHOLE = (2017, 2023)
AFTER_START = (2018, 2023)
"""For levels: the model starts from the census of 2017, so that year would pass by itself."""
_LEAVERS = "DfE, leavers in England 2020-21, and scaled to London's turnover"
_INADEQUATE = (
    "London's inadequate judgements, with the census; the band is twice the error of a mean of "
    "eight boroughs 10 points apart (caseload: 2 cases), assumed"
)
_JUDGEMENTS = "agency share by judgement in England: 11, 16, 19 and 33 %; the order is what counts"
_REFORM = "tax rules, worked out at £35 an hour: -11 to -25 % by who bears employer costs"
_COHORT = "DfE longitudinal study, reported 2019; band assumed, a few points either way"
_STOCK = "agency staff in England 2016-18 (DfE): 5,330, 5,343, 5,356"
_BEFORE_CAP = "one region's account: 30 % in 18 months before its cap; band: half as much again"
_AFTER_CAP = "the same account: about no growth in five years; band assumed, 2 points"
_MEMORANDA = "accounts of the regional caps; band (at least three times) assumed"


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
        1, f"London, {year}", standing, "share", within(0.02), (year, year),
        lambda p: _last(p.london),
    )  # fmt: skip


def _thirds(name: str, place: int) -> Pattern:
    return Pattern(
        4, f"{name}, 2017 to 2020", _HELD_OUT, "points", TWO_ERRORS, (2017, 2020),
        lambda p: np.asarray(s.mean_reversion(p["agency_share"])[..., place]),
    )  # fmt: skip


def _route_out(name: str, flow: str, target: float, low: float, high: float) -> Pattern:
    return Pattern(
        8, name, _HELD_OUT, "share", between(low, high), AFTER_START,
        _london_of(flow, "permanent_fte"), target, _LEAVERS,
    )  # fmt: skip


def _inadequate(years: int, target: float, figure: str = "agency_share") -> Pattern:
    is_cases = figure == "caseload"
    words = "caseload" if is_cases else "agency share"
    return Pattern(
        13,
        f"{words} over London, year {years}",
        _HELD_OUT,
        "cases" if is_cases else "points",
        within(2.0 if is_cases else 0.07),
        AFTER_START,
        lambda p: s.after_event(p[figure], p["years_since_inadequate"], years),
        target,
        _INADEQUATE,
    )


def _step(worse: Judgement, better: Judgement, target: float, name: str) -> Pattern:
    def gap(p: Panels) -> FloatArray:
        means = [
            s.by_class(p["agency_share"], p["grade"], GRADES.index(one) + 1)
            for one in (worse, better)
        ]
        return means[0] - means[1]

    return Pattern(
        14, name, _HELD_OUT, "points", between(low=0.0), AFTER_START, gap, target, _JUDGEMENTS
    )  # fmt: skip


def _anchor(
    number: int, name: str, unit: str, band: Band, target: float | None, source: str
) -> Pattern:
    return Pattern(
        number, name, _ANCHORED, unit, band, looked_up=target, source=source
    )  # fmt: skip


def _turnover_lead(name: str, number: int, band: Band, cause: str, unit: str) -> Pattern:
    return Pattern(
        number, name, _HELD_OUT, unit, band, WHOLE, lambda p: s.lead(p.turnover, p[cause])
    )


PATTERNS: tuple[Pattern, ...] = (
    *(_london_path(year, _FITTED) for year in range(FITTED_YEARS[0], FITTED_YEARS[1] + 1)),
    *(_london_path(year, _HELD_OUT) for year in (2022, 2023)),
    Pattern(
        2, "spread between boroughs", _FITTED, "points", between(0.08, 0.12), FITTED_YEARS,
        lambda p: s.mean(s.spread(p["agency_share"])),
    ),
    Pattern(
        2, "spread in 2023", _HELD_OUT, "points", between(0.08, 0.12), (2023, 2023),
        lambda p: _last(s.spread(p["agency_share"])),
    ),
    Pattern(
        3, "correlation a year apart", _FITTED, "", within(0.1), (2017, 2021),
        lambda p: s.lag_correlation(p["agency_share"], 1),
    ),
    Pattern(
        3, "within-year AR(1)", _FITTED, "", within(0.1), (2017, 2021),
        lambda p: s.within_year_ar1(p["agency_share"]),
    ),
    Pattern(
        3, "correlation five years apart", _HELD_OUT, "", within(0.1), WHOLE,
        lambda p: s.lag_correlation(p["agency_share"], 5),
    ),
    _thirds("top third", 0),
    _thirds("bottom third", 1),
    Pattern(
        5, "yearly change, s.d.", _FITTED, "points", TWO_ERRORS, (2017, 2021),
        lambda p: s.yearly_change_spread(p["agency_share"]),
    ),
    Pattern(
        5, "yearly change, mean absolute", _FITTED, "points", TWO_ERRORS, (2017, 2021),
        lambda p: s.yearly_change_size(p["agency_share"]),
    ),
    Pattern(
        6, "agency staff over vacancies", _HELD_OUT, "", between(0.88, 1.05), AFTER_START,
        _london_of("agency_fte", "vacancies_fte"),
    ),
    Pattern(
        6, "boroughs' averages of both, correlation", _HELD_OUT, "", TWO_ERRORS, AFTER_START,
        lambda p: s.correlation_of_averages(p["agency_share"], p["vacancy_share"]),
    ),
    Pattern(
        7, "unfilled posts", _FITTED, "share", between(0.046, 0.066), FITTED_YEARS,
        _london_of("unfilled_fte", "posts_fte"),
    ),
    Pattern(
        7, "unfilled posts, trend a year", _HELD_OUT, "points", TWO_ERRORS, AFTER_START,
        lambda p: s.trend(s.total_share(p["unfilled_fte"], p["posts_fte"])),
    ),
    Pattern(
        8, "turnover", _FITTED, "share", between(0.14, 0.20), FITTED_YEARS,
        _london_of("leavers_fte", "permanent_fte"),
    ),
    Pattern(
        8, "turnover, correlation a year apart", _HELD_OUT, "", TWO_ERRORS, AFTER_START,
        lambda p: s.lag_correlation(p.turnover, 1),
    ),
    _route_out("leave the sector", "left_sector_fte", 0.085, 0.072, 0.102),
    _route_out("go to agency work", "to_agency_fte", 0.03, 0.022, 0.04),
    _route_out("move to another borough", "moved_fte", 0.045, 0.04, 0.05),
    _turnover_lead("a case more: turnover next year", 9, TWO_ERRORS, "caseload", "points"),
    Pattern(
        9, "a case more: agency share next year", _HELD_OUT, "points", TWO_ERRORS, WHOLE,
        lambda p: s.lead(p["agency_share"], p["caseload"], p["agency_share"]),
    ),
    _turnover_lead("agency share: turnover next year", 10, between(high=0.0), "agency_share", ""),
    Pattern(
        11, "neighbours alike (Moran's I)", _HELD_OUT, "", between(-0.2, 0.2), AFTER_START,
        lambda p: s.mean(s.morans_i(p["agency_share"], adjoining())),
    ),
    Pattern(
        12, "starters' elasticity to vacancies", _HELD_OUT, "", between(0.0, 0.2), WHOLE,
        lambda p: s.elasticity(p["starters_fte"], p["vacancies_fte"], p["posts_fte"]),
    ),
    _inadequate(0, 0.14),
    _inadequate(1, 0.18),
    _inadequate(3, 0.08),
    _inadequate(5, 0.02),
    _inadequate(0, 4.0, "caseload"),
    _inadequate(1, 0.0, "caseload"),
    _step(Judgement.GOOD, Judgement.OUTSTANDING, 0.05, "good over outstanding"),
    _step(Judgement.REQUIRES_IMPROVEMENT, Judgement.GOOD, 0.03, "requires improvement over good"),
    _step(
        Judgement.INADEQUATE, Judgement.REQUIRES_IMPROVEMENT, 0.14,
        "inadequate over requires improvement",
    ),
    Pattern(
        15, "boroughs at 90 % permanent, a year", _HELD_OUT, "boroughs", between(1.0, 6.0),
        AFTER_START,
        lambda p: s.mean(s.at_least(1.0 - p["agency_share"], TARGET_PERMANENT_SHARE)),
    ),
    Pattern(
        15, "still at 90 % a year later", _HELD_OUT, "share", TWO_ERRORS, WHOLE,
        lambda p: s.stay_at_least(1.0 - p["agency_share"], TARGET_PERMANENT_SHARE),
    ),
    _anchor(16, anchors.PASSED_ON, "share", between(-0.25, -0.11), None, _REFORM),
    _anchor(16, anchors.NOT_PASSED_ON, "share", between(-0.25, -0.11), None, _REFORM),
    _anchor(16, anchors.CONVERTED, "share", within(0.05), 0.10, _COHORT),
    _anchor(16, anchors.STILL_AGENCY, "share", within(0.10), 0.75, _COHORT),
    _anchor(16, anchors.STOCK_CHANGE, "share", between(-0.02, 0.02), None, _STOCK),
    _anchor(16, anchors.STOCK_EFFECT, "share", between(-0.02, 0.02), None, _STOCK),
    _anchor(17, anchors.GROWTH_WITHOUT_CAP, "share", within(0.095), 0.19, _BEFORE_CAP),
    _anchor(17, anchors.GROWTH_WITH_CAP, "share", within(0.02), 0.0, _AFTER_CAP),
    _anchor(17, anchors.PRICE_TO_NUMBERS, "times", between(low=3.0), None, _MEMORANDA),
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
