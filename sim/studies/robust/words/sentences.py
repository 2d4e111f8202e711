"""Robustness in sentences: who meets the target, who regrets what, and when each policy fails."""

from __future__ import annotations

from collections.abc import Sequence

from sim.ensemble.draws import Draws
from sim.scenario import Scenario
from sim.studies.money.words import scale_of
from sim.studies.robust.method.discovery import Discovered, Verdict
from sim.studies.robust.method.judged import Judged
from sim.studies.robust.method.prim import Cases
from sim.studies.robust.words.told import Told, aim, clause, leaning_words
from sim.words.captions import listed, quoted, whole_per_cent
from sim.words.grounds import scenario_rests_on
from sim.words.tables import shown

LONDON_SCALE = scale_of("London")
MOST_LEANINGS = 3
NEAR = 0.025


def findings(told: Told) -> list[str]:
    """Return what was found, in sentences worked out from the numbers."""
    found = [_met(told)]
    if len(told.planned) > 1:
        found += [_behind(told), _spent(told)]
    found += [
        when_it_fails(*one, told)
        for one in zip(told.planned, told.discovered, told.cases, strict=True)
    ]
    return [*found, *_agreement(told)]


def _named(told: Told) -> list[tuple[str, Judged]]:
    return [(quoted(plan), one) for plan, one in zip(told.planned, told.judged, strict=True)]


def _met(told: Told) -> str:
    order = sorted(_named(told), key=lambda one: -one[1].met)
    parts = [f"{name} in {whole_per_cent(one.met)}" for name, one in order]
    return f"Of {told.futures:,} futures, {aim(told)} is met under {listed(parts)}."


def _behind(told: Told) -> str:
    """Return whose regret of the permanent share of posts is least, and what the others' is."""
    order = sorted(_named(told), key=lambda one: one[1].posts.most)
    first, least = order[0]
    if least.posts.most <= 0.0:
        text = f"In no future has another of these a higher permanent share of posts than {first}"
    else:
        text = (
            f"By the permanent share of posts {first} is never more than "
            f"{points(least.posts.most)} behind the best of these in the same future (on average "
            f"{points(least.posts.mean)})"
        )
    others = [
        f"{name} is {points(one.posts.mean)} behind on average and in 1 future of 10 "
        f"{points(one.posts.high)} or more"
        for name, one in order[1:]
    ]
    return f"{text}; {listed(others)}."


def _spent(told: Told) -> str:
    base, *policies = _named(told)
    parts = []
    for name, one in policies:
        low, high = (LONDON_SCALE.number(x, signed=True) for x in (one.low, one.high))
        way = "more" if one.cost > 0 else "less"
        parts.append(f"{LONDON_SCALE.said(one.cost)} {way} under {name} ({low} to {high})")
    return (
        f"Against {base[0]}, boroughs spend over the whole time, on average and in 8 futures of "
        f"10: {listed(parts)}."
    )


def points(share: float) -> str:
    """Return a difference of shares in points."""
    number = shown(share, "share", signed=True).removeprefix("+")
    return f"{number} point{'' if number == '1.0' else 's'}"


# When a policy fails


def when_it_fails(policy: Scenario, found: Discovered, cases: Cases, told: Told) -> str:
    """Return in which futures a policy misses the target, in one plain sentence or two."""
    name = quoted(policy)
    if found.verdict is Verdict.NEARLY_NONE_MISSES:
        return f"{name} misses in {_few(found.share)} of these futures: too few to say when."
    if found.verdict is Verdict.NEARLY_ALL_MISS:
        hits = 1.0 - found.share
        nearly = f"nearly all of these futures (all but {_few(hits)})" if hits else "all futures"
        return f"{name} misses in {nearly}: nothing within these bounds lets it get there often."
    if found.verdict is Verdict.NO_BOX:
        return _no_box(name, found, told)
    when = listed([clause(one.restriction, cases, told) for one in found.box])
    held, dense = whole_per_cent(found.measured.coverage), found.measured.density
    if found.is_miss:
        return (
            f"{name} misses in {whole_per_cent(found.share)} of futures, most often when {when}: "
            f"this holds {held} of its misses; in it {of_ten(dense)} futures miss, elsewhere "
            f"{of_ten(found.outside)}."
        )
    return (
        f"{name} misses in {whole_per_cent(1.0 - found.share)} of futures. It gets there most "
        f"often when {when}: this holds {held} of the futures in which it does; in it "
        f"{of_ten(dense)} get there, elsewhere {of_ten(found.outside)}."
    )


def _few(share: float) -> str:
    return "none" if share <= 0.0 else f"{100 * share:.1f} %"


def of_ten(share: float) -> str:
    """Return a share as so many of 10, or of 100 where that says too little."""
    if share in (0.0, 1.0):
        return "none" if share == 0.0 else "all"
    tenths = round(10 * share)
    if abs(tenths / 10 - share) <= NEAR and 0 < tenths < 10:
        return f"{tenths} of 10"
    return f"{min(max(round(100 * share), 1), 99)} of 100"


def _no_box(name: str, found: Discovered, told: Told) -> str:
    cases = "the misses" if found.is_miss else "the futures that get there"
    text = (
        f"{name} misses in {whole_per_cent(found.share if found.is_miss else 1.0 - found.share)} "
        f"of futures, and no few conditions hold {cases}"
    )
    does = "miss" if found.is_miss else "get there"
    leanings = [leaning_words(one, told, does) for one in found.leanings[:MOST_LEANINGS]]
    if not leanings:
        return f"{text}: nothing by itself makes them likelier than luck would."
    return f"{text}. One by one, most telling first: {'; '.join(leanings)}."


def _agreement(told: Told) -> list[str]:
    if not told.docked:
        return []
    parts = [
        f"under {quoted(plan)} in {one.same} of {one.futures}"
        for plan, one in zip(told.planned, told.docked, strict=True)
    ]
    return [f"Agents in some of the same futures say the same of the target: {listed(parts)}."]


# Notes


def notes(told: Told) -> list[str]:
    """Return what the answer rests on and does not say."""
    found = [_not_a_chance(told), _by_whom(told), *_sampled(told)]
    found.append(
        "Regret is how far a policy is behind the best of those compared here in the same future; "
        "another policy could do better than all of them. Both shares and unfilled posts go "
        "together: a tight cap raises the share of the workforce partly by leaving posts empty."
    )
    found.append(
        "A condition is kept if chance alone would hardly give its gain (quasi-p-value of 0.05 at "
        "most) and three in four random halves of the futures show it too. Where a policy's cases "
        "lean on several things about alike, another seed may put another of them in the box. It "
        "describes these futures and does not show what causes what. Method: PRIM, Friedman and "
        "Fisher (1999); scenario discovery, Bryant and Lempert (2010)."
    )
    found += _grounds(told.planned)
    return [*found, scenario_rests_on(told.planned[-1], told.draws)]


def _not_a_chance(told: Told) -> str:
    is_fitted = told.draws.posterior is not None and told.draws != Draws.MEDIAN
    if is_fitted and not told.uncertain:
        return (
            f"Of these futures {_where_from(told)}: a share of them is a chance only as far as one "
            "believes that fit, and every rival structure alike."
        )
    return (
        f"A share of futures is not a chance: {_where_from(told)}, and what is open about the "
        "policies lies evenly within bounds that are assumed. Nobody knows how likely any of these "
        "futures is."
    )


def _where_from(told: Told) -> str:
    held = {
        Draws.PRIOR: "drawn evenly from their stated ranges",
        Draws.MEDIAN: "held at the middle of their fit",
        Draws.DEFAULT: "held at their working values",
    }
    return f"parameters are {held.get(told.draws, 'drawn as fitted to records')}, structures evenly"


def _by_whom(told: Told) -> str:
    if told.is_agents:
        return "Every future by agents. All policies have the same futures and the same luck."
    confirmed = "no agents confirm it"
    if told.docked:
        confirmed = f"agents confirm {told.docked[0].futures} futures, policy by policy"
    return (
        f"Futures by the borough twin (amounts, not people); {confirmed}. All policies have the "
        "same futures and the same luck."
    )


def _sampled(told: Told) -> list[str]:
    if not told.uncertain:
        return ["Nothing about the policies themselves is uncertain here: --over names what is."]
    parts = [in_words(one.label, one.written()) for one in told.uncertain]
    return [
        f"Open about the policies (where one has it; x: times what it says): {'; '.join(parts)}."
    ]


def in_words(label: str, written: str) -> str:
    """Return an uncertainty with its bounds."""
    return f"{label}, {written.partition('=')[2].replace(':', ' to ').replace(',', ' or ')}"


def _grounds(planned: Sequence[Scenario]) -> list[str]:
    """Return what the levers that differ rest on, each once."""
    base = planned[0].levers
    found = [
        lever.grounds
        for policy in planned[1:]
        for lever, before in zip(policy.levers.each(), base.each(), strict=True)
        if lever != before
    ]
    return list(dict.fromkeys(found))
