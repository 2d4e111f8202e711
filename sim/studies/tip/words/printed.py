"""A tipping point as a person reads it: where each structure tips, and twin against agents."""

from __future__ import annotations

from sim.answers.answer import Printed
from sim.domain.headline import SHARES, WORKFORCE
from sim.studies.tip.words import sentences as words
from sim.studies.tip.words.sentences import Told
from sim.words.captions import called, key_in_words
from sim.words.tables import shown


def printed(told: Told) -> list[Printed]:
    """Return where each structure tips, and how twin and agents agree."""
    asked, year = told.asked, told.day.year
    rows = []
    for answer in told.answers:
        at = words.shown_at(answer)
        rows.append(
            (
                told.structure(answer.pair),
                "none" if not answer.tips else told.level(answer.tips[0].level),
                told.level(at.level),
                shown(at.chance, "share of runs"),
                "-" if at.years_to_target is None else f"{at.years_to_target:g}",
                *(shown(at.shares[name].q50, "share") for name in SHARES),
            )
        )
    target, bound = words.whole(asked.target), words.whole(asked.bound)
    found = Printed(
        f"{called(told.scenario)}: {key_in_words(told.lever.key)}, "
        f"{told.level(told.lever.low)} to {told.level(told.lever.high)}\n"
        f"Tips where half of {asked.runs} runs reach {target} by {year} with at most {bound} "
        f"unfilled; then medians of agents' runs in {year} at the level shown, or at the best one",
        ("structure", "tips\nat", "shown\nat", "chance", "years", "work-\nforce", "posts",
         "un-\nfilled"),
        rows,
    )  # fmt: skip
    return [found, _docking(told)]


def _docking(told: Told) -> Printed:
    rows: list[tuple[str, ...]] = []
    for answer in told.answers:
        own: list[tuple[str, ...]] = [
            (
                told.level(one.level),
                shown(one.twin[WORKFORCE], "share"),
                shown(one.agents[WORKFORCE], "share"),
                *(words.gap(one, name) for name in SHARES),
                "yes" if one.docks else "no",
            )
            for one in answer.docked
        ]
        for found in (*answer.tips, *answer.anyhow):
            agents = "none" if found.agents is None else told.level(found.agents)
            agree = "yes" if found.docks else "no"
            own.append(("tips", told.level(found.twin), agents, "", "", "", agree))
        names = (told.structure(answer.pair), *[""] * len(own))
        rows += [(name, *row) for name, row in zip(names, own, strict=False)]
    return Printed(
        f"Twin against agents in {told.day.year}: mean shares of the workforce (or where each "
        "tips), then twin less agents in points, with the standard error that the luck of small "
        "numbers leaves",
        ("structure", "at", "twin", "agents", "work-\nforce", "posts", "un-\nfilled", "agree"),
        rows,
    )
