"""What a brief says: the answer in three lines, what it rests on, what would change it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.answers.answer import Printed
from sim.answers.comparison import mean, spread_of
from sim.answers.structures import Pair
from sim.domain.headline import PERMANENT_SHARES, SHARES, WORKFORCE
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.studies.money.method.spending import Spending
from sim.studies.money.words import payers, scale_of, spending_sentences, way, written
from sim.words.assumed import moved_by
from sim.words.captions import (
    called,
    caution,
    counted,
    listed,
    means_of,
    pair_name,
    quoted,
    unit_name,
    whole_per_cent,
)
from sim.words.grounds import scenario_rests_on
from sim.words.own_figures import started_from
from sim.words.tables import shown

NOT_IDENTIFIED = (
    "No effect of a policy here is identified by data: each follows from stated assumptions."
)
ASK = "Which assumptions drive it most: `permanence sensitivity` with the same two scenarios."


def answer_lines(base: Ensemble, policy: Ensemble, spent: Spending, unit: str) -> list[str]:
    """Return the answer in three lines: staff and empty posts, money, and the chance of 90 %."""
    return [_staff(base, policy, unit), _money(policy, spent, unit), _chance(base, policy, unit)]


def _year(one: Ensemble) -> int:
    return one.day(one.months[-1]).year


def _staff(base: Ensemble, policy: Ensemble, unit: str) -> str:
    parts = []
    for name in SHARES:
        old, new = (mean(one.of(name, unit)[:, -1]) for one in (base, policy))
        parts.append(f"{OUTCOME[name].label} {shown(new, 'share')} (not {shown(old, 'share')})")
    return (
        f"{unit_name(unit)} in September {_year(policy)} under {quoted(policy.scenario)}, beside "
        f"{quoted(base.scenario)}: {listed(parts)}."
    )


def _money(policy: Ensemble, spent: Spending, unit: str) -> str:
    scale = scale_of(unit)
    *lines, whole = written(spent, scale)
    total = whole.difference
    parts = [
        f"{line.label.partition(',')[0]} {scale.number(line.difference, signed=True)}"
        for line in lines
    ]
    empty = next(one.difference.mean for one in spent.split.reasons if one.name == "empty")
    text = (
        f"In {_year(policy)} {payers(unit)} {scale.said(total)} a year {way(total)} in all "
        f"({scale.unit}: {', '.join(parts)})"
    )
    if empty < 0 and not scale.is_nothing(empty):
        return f"{text}; {scale.said(empty)} of it is work not done in empty posts, not a saving."
    return f"{text}."


def _chance(base: Ensemble, policy: Ensemble, unit: str) -> str:
    parts = []
    for name, of in zip(PERMANENT_SHARES, ("the workforce", "posts"), strict=True):
        old, new = (float(one.reached(name, unit).mean()) for one in (base, policy))
        parts.append(f"of {of} in {whole_per_cent(new)} of runs (not {whole_per_cent(old)})")
    return (
        f"It reaches 90 % at one census or more up to {_year(policy)} {listed(parts)}. "
        f"{NOT_IDENTIFIED}"
    )


def spending_table(base: Ensemble, policy: Ensemble, spent: Spending, unit: str) -> Printed:
    """Return the one table: spending that adds up, a year and in sum."""
    scale, first, last = scale_of(unit), base.day(0).year, _year(policy)
    rows = [
        (
            line.label, scale.number(line.old), scale.number(line.new),
            scale.number(line.difference, signed=True),
            scale.number(line.since_start, signed=True),
            scale.number(line.since_start_real, signed=True),
        )
        for line in written(spent, scale)
    ]  # fmt: skip
    title = (
        f"What {unit_name(unit)} spends, {scale.unit} a year in September {last}, "
        f"{means_of(policy.runs)}"
    )
    header = ("", called(base.scenario), called(policy.scenario), "difference", f"sum to\n{last}",
              f"at the pay\nof {first}")  # fmt: skip
    return Printed(title, header, rows, tight=True)


def rests_on(base: Ensemble, policy: Ensemble, spent: Spending, unit: str) -> list[str]:
    """Return what the answer rests on."""
    found = [
        f"{caution([policy])} {policy.runs} pairs of runs: the same people, the same luck.",
        *spending_sentences(spent, unit),
        scenario_rests_on(policy.scenario, policy.draws),
        "All numbers are means over runs, so that they add up.",
    ]
    if unit != LONDON:
        found.append("One borough is small: much of its course is luck, which no policy moves.")
    told = started_from(base.scenario.start)
    if told:
        found += [*told, "This page contains those figures, which are not the census's."]
    return found


def would_change(base: Ensemble, policy: Ensemble, unit: str) -> list[str]:
    """Return what would change the answer: assumptions, and rival structures."""
    return [*moved_by(policy, unit, base), *_rivals(base, policy, unit), ASK]


def _rivals(base: Ensemble, policy: Ensemble, unit: str) -> list[str]:
    gap = policy.of(WORKFORCE, unit)[:, -1] - base.of(WORKFORCE, unit)[:, -1]
    rivals = list(dict.fromkeys(policy.structures))
    if len(rivals) < 2:
        return []
    by_rival = {}
    for rival in rivals:
        mine = np.array([one == rival for one in policy.structures])
        by_rival[rival] = spread_of(gap[mine]).q50
    low, high = min(rivals, key=by_rival.__getitem__), max(rivals, key=by_rival.__getitem__)
    ends = [
        f"{shown(by_rival[one], 'share', signed=True)} points ({pair_name(Pair(*one))})"
        for one in (low, high)
    ]
    return [
        f"Across {counted(len(rivals))} rival structures, which the record does not tell apart, "
        f"the difference in the permanent share of the workforce goes from {ends[0]} to {ends[1]}."
    ]


def title_of(base: Sequence[str], unit: str, year: int) -> str:
    """Return the page's title."""
    return f"{base[1]} beside {base[0]}: {unit_name(unit)} to {year}"
