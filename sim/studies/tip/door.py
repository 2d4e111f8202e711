"""Tipping points in Python: the level of a number at which London reaches 90 %, or that none does.

Example:
    >>> import sim
    >>> found = sim.tip(
    ...     "no-cap", "parameters.outside_hires_per_post", low=0.03, high=0.08, precision=0.02,
    ...     structures=["supply_limited"], runs=2, years=1,
    ... )
    >>> found
    <Tipping: no-cap over parameters.outside_hires_per_post, 1 structure, 2 runs by 2024>
    >>> len(found.findings)
    1
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.answers.structures import pairs
from sim.domain.headline import POSTS, SHARES, UNFILLED, WORKFORCE
from sim.domain.vocabulary import TARGET_PERMANENT_SHARE, BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.workers import workers
from sim.scenario import load_scenario
from sim.studies.tip.words import sentences as words
from sim.studies.tip.words import tables as tip_tables
from sim.studies.tip.words.sentences import Told
from sim.studies.tip.work.levers_range import read_lever
from sim.studies.tip.work.reach import DEFAULT_BOUND, Asked
from sim.studies.tip.work.search import tipped
from sim.words.tables import shown

if TYPE_CHECKING:
    import pandas as pd

    from sim.charts.style import AccessibleFigure

__all__ = ["tip", "Tipping"]


def tip(
    scenario: str | Path,
    lever: str,
    *,
    low: float | None = None,
    high: float | None = None,
    precision: float | None = None,
    level: float = TARGET_PERMANENT_SHARE,
    unfilled_bound: float = DEFAULT_BOUND,
    runs: int = 20,
    seed: int = 1,
    years: int = 10,
    jobs: int = 1,
    parameters: str = Draws.POSTERIOR.name,
    structures: Iterable[str] = tuple(HiringStructure),
    bid_triggers: Iterable[str] | None = None,
    overrides: Iterable[str] = (),
) -> Tipping:
    """Find the level of a number at which half the runs reach a permanent share by a date.

    Args:
        scenario: a shipped name, or the path of a file.
        lever: the number to move, such as "levers.cap.charge_rate_per_hour".
        low, high, precision: range looked at and precision; by default the number's own.
        level: permanent share of the workforce to reach.
        unfilled_bound: most unfilled posts, as a share of posts, at which a census counts.
        runs, seed, years, jobs, parameters, overrides: as for `run`.
        structures: rival hiring structures to ask, by default all.
        bid_triggers: what boroughs bid on, by default what the scenario says.

    Raises:
        ScenarioError: no such scenario or number, no range, or nothing depends on it.
        ValueError: a number or word that is not allowed.
        RuntimeError: `jobs` above 1 in a script without the guard that `run` names.
    """
    for name, given in (("runs", runs), ("years", years), ("jobs", jobs)):
        if given < 1:
            raise ValueError(f"{name}: given {given}; allowed: 1 or more")
    for name, share in (("level", level), ("unfilled_bound", unfilled_bound)):
        if not 0.0 < share < 1.0:
            raise ValueError(f"{name}: given {share}; allowed: a share between 0 and 1")
    chosen, named = tuple(overrides), str(scenario)
    planned = load_scenario(named, chosen)
    triggers = (planned.structure.bid_trigger,) if bid_triggers is None else bid_triggers
    rivals = pairs(
        [HiringStructure(one) for one in structures], [BidTrigger(one) for one in triggers]
    )
    moved = read_lever(lever, named, chosen, low=low, high=high, precision=precision)
    asked = Asked(runs, seed, years, Draws.named(parameters), level, unfilled_bound)
    with workers(jobs) as pool:
        answers = tipped(named, chosen, moved, rivals, asked, pool=pool)
    return Tipping(Told(planned, moved, asked, answers))


@dataclass(frozen=True, repr=False)
class Tipping:
    """Where a lever tips London under each rival structure: findings, tables, a chart."""

    told: Told

    @property
    def findings(self) -> list[str]:
        """One sentence a structure, worked out from its numbers."""
        return [words.finding(self.told, answer) for answer in self.told.answers]

    @property
    def notes(self) -> list[str]:
        """What the findings rest on, and what is counted."""
        return words.notes(self.told)

    def table(self) -> pd.DataFrame:
        """Return one row a structure: where it tips, and agents' medians at the horizon there.

        Columns: hiring, bid_trigger, tips_at (NaN: no tipping point), shown_at, chance, both
        permanent shares, unfilled_share_of_posts, years_to_target (NaN: half the runs never).
        """
        import pandas as pd

        rows = []
        for answer in self.told.answers:
            at = words.shown_at(answer)
            rows.append(
                {
                    "hiring": answer.pair.hiring.value,
                    "bid_trigger": answer.pair.bid_trigger.value,
                    "tips_at": answer.tips[0].level if answer.tips else np.nan,
                    "shown_at": at.level,
                    "chance": at.chance,
                    **{name: at.shares[name].q50 for name in SHARES},
                    "years_to_target": np.nan if at.years_to_target is None else at.years_to_target,
                }
            )
        return pd.DataFrame(rows)

    def levels(self) -> pd.DataFrame:
        """Return every level looked at by every model: the columns and values of `tip.csv`."""
        import pandas as pd

        frame = pd.DataFrame.from_records(
            list(tip_tables.rows(self.told)), columns=list(tip_tables.COLUMNS)
        )
        for column in ("level", "q10", "q50", "q90"):
            frame[column] = [float(text) if text else np.nan for text in frame[column]]
        return frame.astype({"runs": int})

    def docking(self) -> pd.DataFrame:
        """Return the twin against the agents: mean shares at the horizon with the same draws."""
        import pandas as pd

        rows = [
            {
                "hiring": answer.pair.hiring.value,
                "bid_trigger": answer.pair.bid_trigger.value,
                "level": one.level,
                "outcome": name,
                "twin": one.twin[name],
                "agents": one.agents[name],
                "agree": one.docks,
            }
            for answer in self.told.answers
            for one in answer.docked
            for name in SHARES
        ]
        return pd.DataFrame(rows)

    def plot(self) -> AccessibleFigure:
        """Draw both permanent shares and unfilled posts against the lever, a panel a structure."""
        from sim.studies.tip import charts as charts_tip

        return charts_tip.tip_chart(self.told).figure

    def __repr__(self) -> str:
        """Say what it is in one line."""
        told, count = self.told, len(self.told.answers)
        structures = "1 structure" if count == 1 else f"{count} structures"
        runs = "1 run" if told.asked.runs == 1 else f"{told.asked.runs} runs"
        return (
            f"<Tipping: {told.scenario.name} over {told.lever.key}, {structures}, {runs} by "
            f"{told.day.year}>"
        )

    def _repr_html_(self) -> str:
        told = self.told
        rows = "".join(
            f'<tr><th scope="row">{html.escape(told.structure(answer.pair))}</th>'
            f"<td>{told.level(answer.tips[0].level) if answer.tips else 'none'}</td>"
            + "".join(
                f"<td>{shown(words.shown_at(answer).shares[name].q50, 'share')}</td>"
                for name in (WORKFORCE, POSTS, UNFILLED)
            )
            + "</tr>"
            for answer in told.answers
        )
        names = ("structure", "tips at", "of the workforce", "of posts", "unfilled")
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        caption = (
            f"{told.scenario.title or told.scenario.name}: {told.lever.name} at which half the "
            f"runs reach {words.whole(told.asked.target)} by {told.day.year}. {self.notes[0]}"
        )
        return (
            f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )
