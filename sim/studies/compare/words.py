"""What a split by lever means: tables of parts and times, sentences, and the same as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np

from sim.answers import results
from sim.answers.answer import Printed
from sim.domain.headline import PERMANENT_SHARES, POSTS, WORKFORCE
from sim.market.outcomes import OUTCOME
from sim.rules.levers import Levers
from sim.studies.compare.method.shapley import Contribution, Game, Split, contribution
from sim.studies.compare.method.time_to_act import Act, TimeToAct
from sim.studies.effects.method import WHOLE_PACKAGE
from sim.studies.effects.words import lever_name
from sim.words.captions import against, listed, unit_name
from sim.words.grounds import lever_rests_on, sourced_terms
from sim.words.tables import labelled, shown, spread

SPLIT_COLUMNS = (
    "base", "policy", "unit", "outcome", "unit_of_measure", "lever", "runs",
    "mean", "q10", "q90", "alone", "added_last",
)  # fmt: skip
PAIR_COLUMNS = (
    "base", "policy", "unit", "outcome", "unit_of_measure", "lever", "other_lever", "runs",
    "mean", "q10", "q90",
)  # fmt: skip
TIME_COLUMNS = (
    "base", "policy", "unit", "outcome", "lever", "in_force_from", "effect", "q10", "q90",
    "months_to_half", "months_to_nine_tenths", "act",
)  # fmt: skip
INTERACTION = "interaction"
MARKS = {Act.ACTS: "", Act.GROWING: " >", Act.WITHIN_LUCK: " ~"}
SHARE_OF = dict(zip(PERMANENT_SHARES, ("the workforce", "posts"), strict=True))
WHOSE = {WORKFORCE: "workforce", POSTS: "posts"}


# Tables


def printed_split(split: Split, unit: str, day: str) -> Iterator[Printed]:
    """Yield what each lever contributes to each headline outcome, and how long it takes to act."""
    for outcome, game in split.games.items():
        yield from _printed_game(split, outcome, game, f"{unit_name(unit)}, {day}")
    for one in _printed_times(split):
        yield one._replace(notes=split_notes(split))


def _printed_game(split: Split, outcome: str, game: Game, where: str) -> Iterator[Printed]:
    measure, label = OUTCOME[outcome].unit, OUTCOME[outcome].label

    def cells(found: Contribution) -> tuple[str, str]:
        return (
            shown(found.mean, measure, signed=True),
            spread(found.q10, found.q90, measure, signed=True),
        )

    rows = [
        (
            lever_name(lever),
            *cells(contribution(game.part(lever))),
            *(
                shown(contribution(values).mean, measure, signed=True)
                for values in (game.alone(lever), game.last(lever))
            ),
        )
        for lever in split.levers
    ]
    rows.append((WHOLE_PACKAGE, *cells(contribution(game.whole)), "", ""))
    rows.append((INTERACTION, *cells(contribution(game.interaction())), "", ""))
    runs = f"{game.runs} run{'' if game.runs == 1 else 's'}"
    yield Printed(
        f"{_capital(labelled(label, measure))}: what each lever contributes\n"
        f"{against(split.base, split.package)}; {where}: means of {runs}",
        ("", "Shapley part", "80 % interval", "alone", "added last"),
        rows,
    )


def _printed_times(split: Split) -> Iterator[Printed]:
    rows = []
    for lever in dict.fromkeys(time.lever for time in split.times):
        times = [time for time in split.times if time.lever == lever]
        cells = [cell for time in times for cell in _months(time)]
        rows.append((lever_name(lever), f"{times[0].in_force_from:%b %Y}", *cells))
    heads = [f"{WHOSE[outcome]}:\nhalf" for outcome in PERMANENT_SHARES]
    yield Printed(
        "Time to act: months in force until half and nine tenths of the effect are there to stay\n"
        "Permanent share of the workforce and of posts; each lever alone, and the package",
        ("", "in force\nfrom", heads[0], "nine\ntenths", heads[1], "nine\ntenths"),
        rows,
        tight=True,
    )


def _months(time: TimeToAct) -> tuple[str, str]:
    if time.months_to_half is None:
        return str(time.act), "-"
    mark = MARKS[time.act]
    return f"{time.months_to_half}{mark}", f"{time.months_to_nine_tenths}{mark}"


# Sentences


def split_notes(split: Split) -> list[str]:
    """Return what must stand beside a split: how to read it, what interacts, what it rests on."""
    return [
        "Shapley part: what a lever adds to those there already, averaged over every order. Parts "
        "are means, as above, and add up to the package. Added last: what the package would lose "
        "without it. Interaction: the package less its levers alone, added up.",
        *_means_and_medians(split),
        *_interactions(split),
        *_times_in_words(split),
        *(f"{_capital(lever_name(name))}: {_rests_on(split, name)}" for name in split.levers),
        "The split itself rests on those priors: no census saw one lever without the others.",
    ]


def _rests_on(split: Split, name: str) -> str:
    """Return what a lever's part rests on; of a lever that is lifted, what it was there for."""
    return lever_rests_on(_lever(split, name))


def _lever(split: Split, name: str) -> Any:
    lever = getattr(split.package.levers, name)
    return getattr(split.base.levers, name) if lever.is_no_op else lever


def _means_and_medians(split: Split) -> list[str]:
    """Return how far the package's mean and median are apart: a few runs can pull a mean far."""
    told = []
    for outcome in PERMANENT_SHARES:
        whole, unit = split.games[outcome].whole, OUTCOME[outcome].unit
        if whole.size:
            mean, median = (
                shown(float(at), unit, signed=True) for at in (whole.mean(), np.median(whole))
            )
            told.append(f"{mean} against {median} points of {SHARE_OF[outcome]}")
    return [f"The package's mean against its median: {listed(told)}."] if told else []


def _interactions(split: Split) -> list[str]:
    """Return the pair of levers that interacts most in each permanent share."""
    found = []
    for outcome in PERMANENT_SHARES:
        game, unit = split.games[outcome], OUTCOME[outcome].unit
        pairs = {two: contribution(game.pair(*two)) for two in combinations(split.levers, 2)}
        if not pairs or not game.runs:
            continue
        (one, other), most = max(pairs.items(), key=lambda item: abs(item[1].mean))
        if not any(game.pair(one, other)):
            continue
        sense = "each adds less" if most.mean < 0 else "each adds more"
        sure = "" if most.q10 > 0 or most.q90 < 0 else " (its 80 % interval holds zero)"
        found.append(
            f"Strongest pair, {OUTCOME[outcome].label}: {lever_name(one)} with "
            f"{lever_name(other)}, {shown(most.mean, unit, signed=True)} points: {sense} where "
            f"the other is{sure}."
        )
    return found


def _times_in_words(split: Split) -> list[str]:
    """Return what the marks in the table of times mean, those that are there."""
    acts = {time.act for time in split.times}
    found = [
        "Time to act is read off the median of the paired differences; effects are those at the "
        "horizon."
    ]
    if Act.GROWING in acts:
        found.append(
            "> still growing: nine tenths come only in the last year, so a longer horizon would "
            "give longer times."
        )
    if Act.WITHIN_LUCK in acts:
        found.append(
            "~ within luck: the 80 % interval of its effect, over parameters and luck, holds zero."
        )
    if split.levers and WHOLE_PACKAGE in {time.lever for time in split.times}:
        late = [time for time in split.times if time.lever == WHOLE_PACKAGE and time.months_to_half]
        told = [
            f"{time.months_to_half} months (share of {SHARE_OF[time.outcome]})" for time in late
        ]
        if told:
            found.append(f"Half of what the package does is there after {listed(told)}.")
    return found


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


# Data


def split_rows(split: Split, unit: str) -> Iterator[tuple[str, ...]]:
    """Yield one row an outcome and lever, then the package and its interaction."""
    for outcome, game in split.games.items():
        before = (split.base.name, split.package.name, unit, outcome, OUTCOME[outcome].unit)
        for lever in split.levers:
            both = (contribution(v).mean for v in (game.alone(lever), game.last(lever)))
            yield (
                *before, lever, str(game.runs),
                *_numbers(contribution(game.part(lever))), *map(results.number, both),
            )  # fmt: skip
        for name, values in ((WHOLE_PACKAGE, game.whole), (INTERACTION, game.interaction())):
            yield (*before, name, str(game.runs), *_numbers(contribution(values)), "", "")


def pair_rows(split: Split, unit: str) -> Iterator[tuple[str, ...]]:
    """Yield one row an outcome and pair of levers: their Shapley interaction index."""
    for outcome, game in split.games.items():
        before = (split.base.name, split.package.name, unit, outcome, OUTCOME[outcome].unit)
        for one, other in combinations(split.levers, 2):
            numbers = _numbers(contribution(game.pair(one, other)))
            yield (*before, one, other, str(game.runs), *numbers)


def time_rows(split: Split, unit: str) -> Iterator[tuple[str, ...]]:
    """Yield one row a lever and permanent share."""
    for time in split.times:
        effect = (time.effect.q50, time.effect.q10, time.effect.q90)
        months = (time.months_to_half, time.months_to_nine_tenths)
        yield (
            split.base.name, split.package.name, unit, time.outcome, time.lever,
            time.in_force_from.isoformat(), *map(results.number, effect),
            *("" if month is None else str(month) for month in months), str(time.act),
        )  # fmt: skip


def _numbers(found: Contribution) -> tuple[str, ...]:
    return tuple(map(results.number, (found.mean, found.q10, found.q90)))


def split_as_json(split: Split) -> dict[str, Any]:
    """Return a split as `printed_split` tells it, every pair of levers included."""
    return {
        "levers": {
            name: {
                "label": Levers.model_fields[name].description,
                "grounds": _lever(split, name).grounds,
                "terms_with_a_source": sourced_terms(_lever(split, name)),
            }
            for name in split.levers
        },
        "notes": split_notes(split),
        "outcomes": [
            {
                "outcome": outcome,
                "label": OUTCOME[outcome].label,
                "unit": OUTCOME[outcome].unit,
                "runs": game.runs,
                "package": asdict(contribution(game.whole)),
                "interaction": asdict(contribution(game.interaction())),
                "parts": [_part_as_json(game, lever) for lever in split.levers],
                "pairs": [
                    {"levers": list(two), **asdict(contribution(game.pair(*two)))}
                    for two in combinations(split.levers, 2)
                ],
            }
            for outcome, game in split.games.items()
        ],
        "time_to_act": [
            asdict(time) | {"in_force_from": time.in_force_from.isoformat()} for time in split.times
        ],
    }


def _part_as_json(game: Game, lever: str) -> dict[str, Any]:
    return {
        "lever": lever,
        **asdict(contribution(game.part(lever))),
        "alone": contribution(game.alone(lever)).mean,
        "added_last": contribution(game.last(lever)).mean,
    }
