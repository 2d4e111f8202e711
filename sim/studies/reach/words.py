"""What `reach` says: the cheapest package, what it rests on, and where nothing reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.answers.answer import Printed
from sim.domain.randomness import BoolArray
from sim.ensemble.draws import Draws
from sim.scenario import Scenario
from sim.studies.money.words import scale_of
from sim.studies.reach.method.judged import Judged, Target, Worlds
from sim.studies.reach.method.package import Bounded
from sim.words.captions import WAYS_HEADER, listed, pair_name, per_cent, quoted
from sim.words.grounds import scenario_rests_on
from sim.words.tables import shown

LONDON_SCALE = scale_of("London")
MOST_SHOWN = 8
SIDE = 0.10
"""Below and above the interval of a chance: 80 %."""


class Agents(NamedTuple):
    """What the agent model says of one package, paired with the base on fresh luck.

    Attributes:
        name: of the package's scenario.
        met: which runs meet the target, (run,).
        bill, low, high: what boroughs pay beyond the base over the horizon: mean and 80 %
            interval, £ ...
        policies: ... what of it buys the policy's terms ...
        empty: ... and what of it is work not done in posts left empty, below 0 where more are.
        a_post: £ a year for each further permanent member of staff at the end; None where there
            are none.
    """

    name: str
    met: BoolArray
    bill: float
    low: float
    high: float
    policies: float
    empty: float
    a_post: float | None


class Told(NamedTuple):
    """What the words are about."""

    base: Scenario
    template: str
    levers: Sequence[Bounded]
    target: Target
    among: Worlds
    draws: Draws
    tried: int
    year: int


def aim(told: Told) -> str:
    """Return the target in words."""
    target = told.target
    return (
        f"{per_cent(target.share)} permanent, of the workforce and of posts, with unfilled posts "
        f"at {per_cent(target.bound)} or fewer on 30 September {told.year}"
    )


def findings(best: Judged, agents: Agents, told: Told) -> list[str]:
    """Return what the search found, what the agents say of it, and what it costs."""
    return [_found(best, told), _confirmed(agents, told), _cost(agents), _stand(best)]


def _found(best: Judged, told: Told) -> str:
    wanted = f"a chance of {per_cent(told.target.chance)} under every structure"
    if best.reaches:
        return (
            f"The cheapest of {told.tried} packages that reach {aim(told)}, with {wanted}: "
            f"{settings_in_words(best, told)}."
        )
    worst = told.among.rivals[int(np.argmin(best.by_structure))]
    return (
        f"Nothing within these bounds reaches {aim(told)}, with {wanted}: of {told.tried} packages "
        f"the closest has {per_cent(best.chance)} under the worst structure "
        f"({pair_name(worst)}). It is {settings_in_words(best, told)}."
    )


def settings_in_words(one: Judged, told: Told) -> str:
    """Return a package's settings in words."""
    parts = [
        f"{lever.label} {value:g}" for lever, value in zip(told.levers, one.settings, strict=True)
    ]
    return listed(parts)


def chance_interval(met: BoolArray) -> tuple[float, float]:
    """Return the 80 % interval of a chance from runs that met it or did not (Jeffreys')."""
    from scipy.stats import beta  # slow to load

    hits, misses = int(met.sum()), int((~met).sum())
    low = float(beta.ppf(SIDE, hits + 0.5, misses + 0.5)) if hits else 0.0
    high = float(beta.ppf(1.0 - SIDE, hits + 0.5, misses + 0.5)) if misses else 1.0
    return low, high


def _confirmed(agents: Agents, told: Told) -> str:
    low, high = chance_interval(agents.met)
    inside = "agrees with" if high >= told.target.chance else "is below"
    share = float(agents.met.mean())
    return (
        f"The agent model on fresh luck: {int(agents.met.sum())} of {len(agents.met)} runs get "
        f"there ({per_cent(share)}, interval {per_cent(low)} to {per_cent(high)}), which {inside} "
        f"a chance of {per_cent(told.target.chance)}."
    )


def _cost(agents: Agents) -> str:
    scale = LONDON_SCALE
    way = "more" if agents.bill > 0 else "less"
    text = (
        f"By the agent model boroughs then pay {scale.said(agents.bill)} {way} over the whole time "
        f"({scale.number(agents.low, signed=True)} to {scale.number(agents.high, signed=True)}); "
        f"{scale.said(agents.policies)} of what they pay buys the policy's terms. "
    )
    if agents.empty < 0:
        text += f"{scale.said(agents.empty)} is work not done in empty posts, not a saving. "
    if agents.a_post is None:
        return text + "No permanent staff are added."
    if agents.a_post <= 0.0:
        return text + "Its further permanent staff come with a lower yearly bill at the end."
    return text + f"A further permanent member of staff costs £{agents.a_post:,.0f} a year."


def _stand(best: Judged) -> str:
    return (
        f"By the twin, medians: {shown(best.workforce, 'share')} of the workforce and "
        f"{shown(best.posts, 'share')} of posts permanent, {shown(best.unfilled, 'share')} of "
        "posts unfilled."
    )


def frontier_table(found: Sequence[Judged], told: Told) -> Printed:
    """Return the frontier as people read it: the likelier a package, the more it costs."""
    rows = [
        (
            f"{place}: {_short(one, told)}",
            f"{100 * one.chance:.0f} %",
            LONDON_SCALE.number(one.cost, signed=True),
            LONDON_SCALE.number(one.policies, signed=True),
            f"{100 * one.workforce:.1f}",
            f"{100 * one.posts:.1f}",
            f"{100 * one.unfilled:.1f}",
        )
        for place, one in enumerate(found[:MOST_SHOWN], start=1)
    ]
    header = (
        "", "chance,\nworst", "cost\n£m", "policy\n£m", "% work-\nforce", "% of\nposts",
        "% un-\nfilled",
    )  # fmt: skip
    title = f"The frontier: chance of {aim(told)}, and cost beyond {quoted(told.base)} by then"
    return Printed(title, header, rows, tight=True)


def _short(one: Judged, told: Told) -> str:
    return ", ".join(
        f"{lever.key.rpartition('.')[2].replace('_', ' ')} {value:g}"
        for lever, value in zip(told.levers, one.settings, strict=True)
    )


def structure_table(best: Judged, agents: Agents, by_run: Sequence[object], told: Told) -> Printed:
    """Return one package's chance under each structure, by the twin and by the agents."""
    rows = []
    for pair, chance in zip(told.among.rivals, best.by_structure, strict=True):
        mine = np.array([tuple(one) == tuple(pair) for one in by_run])  # type: ignore[arg-type]
        met, runs = int(agents.met[mine].sum()), int(mine.sum())
        rows.append((pair_name(pair), f"{100 * chance:.0f} %", f"{met} of {runs}"))
    title = "That package under each rival structure: share of draws that reach the target"
    return Printed(title, (WAYS_HEADER, "twin", "agents"), rows)


def notes(told: Told, each: int) -> list[str]:
    """Return what the answer rests on and does not say."""
    return [
        f"Packages are {told.template} with {len(told.levers)} numbers moved within the bounds "
        f"given, each tried by the borough twin in {each} draws of each of "
        f"{len(told.among.rivals)} rival structures with the same luck. Other packages may be "
        "cheaper, and a bound is a choice: nothing beyond it was looked at.",
        "The chance is the least over structures, counted in few draws: the best of many tries "
        "looks luckier than it is, so believe the agents' runs, which it was not chosen on.",
        "Both shares and unfilled posts are shown together: a tight cap raises the share of the "
        "workforce partly by leaving posts empty.",
        "Cost is all that boroughs pay, less the same in the base, pounds of the day, over the "
        "whole time; the policy's terms by themselves beside it.",
        scenario_rests_on(told.base, told.draws),
    ]
