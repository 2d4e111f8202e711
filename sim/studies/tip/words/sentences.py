"""The words of a tipping point: one sentence a structure, and what must stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from sim.answers.structures import Pair
from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.evidence import census_start, census_years
from sim.domain.given import counted
from sim.domain.headline import POSTS, UNFILLED, WORKFORCE
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS
from sim.scenario import Scenario
from sim.studies.tip.method.levers_range import PRICE, Lever
from sim.studies.tip.method.reach import Asked, AtLevel
from sim.studies.tip.method.search import (
    LEVELS,
    LOG_LEVEL_TOLERANCE,
    SHARE_TOLERANCE,
    Docked,
    Tip,
    Tipped,
)
from sim.studies.tip.method.two_states import State, TwoStates
from sim.words.doubts import tried_below_floor
from sim.words.grounds import lever_rests_on, scenario_rests_on
from sim.words.notes import FEW_RUNS
from sim.words.tables import shown


@dataclass(frozen=True)
class Told:
    """A question and its answers, as every table, chart and JSON tells them."""

    scenario: Scenario
    lever: Lever
    asked: Asked
    answers: Sequence[Tipped]

    @property
    def day(self) -> date:
        """The date by which the target is to be reached."""
        return month_end(self.scenario.start.opening, self.asked.years * MONTHS_PER_YEAR)

    @property
    def triggers(self) -> int:
        """How many bid triggers the answers are about."""
        return len({answer.pair.bid_trigger for answer in self.answers})

    def level(self, value: float) -> str:
        """Return a level of the lever as a person reads it."""
        return level_words(self.lever, value)

    def structure(self, pair: Pair) -> str:
        """Return what a structure is called, its bids named where they differ."""
        name = f"{HIRING_LABELS[pair.hiring]} hiring"
        return f"{name}, bids on {BIDS_ON[pair.bid_trigger]}" if self.triggers > 1 else name


def lever_name(lever: Lever) -> str:
    """Return what a lever is called in a sentence: the cap's charge rate, the hiring uplift."""
    name = lever.name.removesuffix(" per hour") if lever.declared.unit == PRICE else lever.name
    place = lever.key.split(".")
    if place[0] != "levers":
        return name
    return f"the {place[1].replace('_', ' ')}'s {name}"


def axis_name(lever: Lever) -> str:
    """Return what stands at an axis: the lever and its unit."""
    name = lever_name(lever).removeprefix("the ")
    unit = lever.declared.unit
    return f"{name}, {unit}" if unit else name


def level_words(lever: Lever, value: float) -> str:
    """Return a level as a person reads it, to its precision."""
    if lever.declared.unit == PRICE:
        return f"£{value:.2f}"
    decimals = max(0, 1 - int(np.floor(np.log10(lever.precision))))
    return f"{round(value, decimals):g}"


def per_cent(share: float) -> str:
    """Return a share in per cent with one decimal."""
    return shown(share, "share")


def finding(told: Told, answer: Tipped) -> str:
    """Return what the lever does under a structure, in one sentence."""
    name = told.structure(answer.pair)
    return f"Under {name} {tipping(told, answer)}; {stability(told, answer.rest)}."


def tipping(told: Told, answer: Tipped) -> str:
    """Return at which level London tips, or that it does not."""
    target, year = whole(told.asked.target), told.day.year
    if answer.tips:
        parts = " and ".join(_side(told, tip) for tip in answer.tips)
        at = answer.tips[0].at
        return f"half the runs reach {target} by {year} {parts}, where {_posts(at)}"
    lever, best = told.lever, answer.best
    text = (
        f"there is no tipping point between {told.level(lever.low)} and {told.level(lever.high)}: "
        f"at no level do half the runs reach {target} by {year} with at most "
        f"{whole(told.asked.bound)} of posts unfilled, and the median "
        f"run peaks at {per_cent(best.best)} by the twin's estimate (at {told.level(best.level)}"
    )
    shown_here = next((one for one in answer.agents if one.level == best.level), None)
    text += ")"
    if shown_here is not None:
        text += f"; the agents there are at {per_cent(shown_here.shares[WORKFORCE].q50)} in {year}"
        text += f", and {_posts(shown_here)}"
    if answer.anyhow:
        tip = answer.anyhow[0]
        text += (
            f"; ignoring unfilled posts, they would reach it {_side(told, tip)}, but there "
            f"{_posts(tip.at)}"
        )
    return text


def _posts(at: AtLevel) -> str:
    """Return the share of posts and what stands empty at a level."""
    return (
        f"{per_cent(at.shares[POSTS].q50)} of posts are held by permanent staff and "
        f"{per_cent(at.shares[UNFILLED].q50)} are unfilled"
    )


def _side(told: Told, tip: Tip) -> str:
    side = "from" if tip.rising else "up to"
    doubt = " (by the twin; the agents do not confirm it)" if tip.agents is None else ""
    return f"{side} {told.level(tip.level)}{doubt}"


def stability(told: Told, rest: TwoStates) -> str:
    """Return whether London has two states under constant conditions."""
    often = f"two in {rest.with_two or 'none'} of {rest.draws} draws"
    held = "if that year's conditions lasted,"
    if rest.between is None and len(rest.states) < 2:
        (only,) = rest.states
        where = f"at {told.level(rest.looked_at)} {state_words(only)}"
        if not only.is_confirmed:
            return f"{held} no state could be confirmed, {where} ({often})"
        return f"{held} there would be one state at every level, {where} ({often})"
    if rest.between is None:
        return (
            f"{held} there would be two states at {told.level(rest.looked_at)}, "
            f"{_and(rest.states)}, "
            f"though the lever moved slowly up and down finds one ({often})"
        )
    doubt = "" if rest.are_confirmed else ", not all of them confirmed at the middle of that range"
    begins = rest.between[0] if rest.begins is None else rest.begins
    ends = rest.between[1] if rest.ends is None else rest.ends
    where = (
        f"at {told.level(begins)}"
        if begins == ends
        else f"from {told.level(begins)} to {told.level(ends)}"
    )
    return f"{held} there would be two states {where}, {_and(rest.states)}{doubt} ({often})"


def _and(states: Sequence[State]) -> str:
    return " and ".join(state_words(state) for state in states)


def state_words(state: State) -> str:
    """Return a state's permanent share of the workforce, at rest or going round."""
    if state.is_cycle:
        return f"one that cycles between {per_cent(state.low)} and {per_cent(state.high)}"
    return f"one with {per_cent(state.shares[WORKFORCE])} of the workforce permanent"


@cache
def most_agency() -> float:
    """Return the highest agency share of any employer in the censuses that ship."""
    starts = [census_start(year) for year in census_years()]
    return max(float(np.max(one.agency / (one.agency + one.permanent))) for one in starts)


def gap(one: Docked, name: str) -> str:
    """Return twin less agents in points, with its standard error."""
    difference = shown(one.twin[name] - one.agents[name], "share", signed=True)
    return f"{difference} ±{100 * one.error[name]:.1f}"


def whole(share: float) -> str:
    """Return a share in per cent, with decimals only if it has any."""
    return f"{100 * share:g} %"


def shown_at(answer: Tipped) -> AtLevel:
    """Return the agents' runs to show: at the first tipping point, else where they do best."""
    for tip in (*answer.tips, *answer.anyhow):
        return tip.at
    return max(answer.agents or answer.twin, key=lambda one: one.best)


def notes(told: Told) -> list[str]:
    """Return what must stand beside the answers."""
    asked, text = told.asked, told.asked.draws.calibration
    lever = told.lever.key.split(".")
    found = [
        f"{text[0].upper()}{text[1:]}.",
        f"The level is where the chance of reaching {whole(asked.target)} on at least one 30 "
        f"September by "
        f"{told.day.year} passes one half. A census counts only with at most "
        f"{whole(asked.bound)} of posts unfilled: a tight cap empties posts, which flatters the "
        "share of the workforce. Runs that never get there are counted, not dropped.",
        "The twin scans the range with the runs' own draws, years, leaders and inspectors; agents "
        "run, paired, near what it finds, or where it does best. The two agree if mean shares are "
        f"within {100 * SHARE_TOLERANCE:g} point and levels within {LOG_LEVEL_TOLERANCE:g} of "
        "their logarithm.",
        "Stable states: the mean field, for the middle draw unless said otherwise; the lever is "
        "moved slowly up and then down, and where the two ways differ each is confirmed by root "
        "and eigenvalues, or as a cycle that comes round the same way. Two states say nothing "
        "about how soon London would go from one to the other.",
        scenario_rests_on(told.scenario, asked.draws),
    ]
    lowest = min((one.low for answer in told.answers for one in answer.rest.states), default=1.0)
    if lowest < 1.0 - most_agency():
        found.append(
            f"No employer has had more than {per_cent(most_agency())} agency staff in the record: "
            f"a state with a permanent share of {per_cent(lowest)} is extrapolation."
        )
    if lever[0] == "levers":
        found.append(lever_rests_on(getattr(told.scenario.levers, lever[1])))
    else:
        declared = told.lever.declared
        found.append(f"{told.lever.key} is {declared.grade.value}: {declared.source}.")
    tried = told.lever.levels(LEVELS)
    found += tried_below_floor(
        [(told.level(one), told.lever.on(told.scenario, one)) for one in tried], asked.years
    )
    if asked.runs < FEW_RUNS:
        found.append(f"{counted(asked.runs, 'run')}: with fewer than {FEW_RUNS} a level is rough.")
    return found
