"""The coalition game in Python: who gains by leaving a cap, in which order, and how many hold it.

Example:
    >>> import sim
    >>> game = sim.coalition("pan-london-cap", runs=1, years=1, rounds=False)
    >>> game
    <Coalition: pan-london-cap, 31 signatories, 1 paired run, 1 year on>
    >>> game.gains()["gain"].count()
    160
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.answers.structures import Pair, under
from sim.ensemble.draws import Draws
from sim.ensemble.workers import workers
from sim.scenario import Scenario, load_scenario
from sim.studies.coalition.words import sentences as words
from sim.studies.coalition.words import tables
from sim.studies.coalition.work.game import PAYOFF_LABELS, Game, Payoff
from sim.studies.coalition.work.play import Answer, played
from sim.words.captions import unit_name

if TYPE_CHECKING:
    import pandas as pd

    from sim.charts.style import AccessibleFigure

__all__ = ["coalition", "Coalition"]

SHOWN = 10
"""So many employers stand in the small table; `gains()` has all."""


def coalition(
    scenario: Scenario | str | Path,
    *,
    runs: int = 12,
    seed: int = 1,
    years: int = 2,
    jobs: int = 1,
    parameters: str = Draws.POSTERIOR.name,
    overrides: Iterable[str] = (),
    cares_about: str = Payoff.UNFILLED,
    post_value: float | None = None,
    shortlist: int = 3,
    rounds: bool = True,
) -> Coalition:
    """Play a scenario's cap as a game among its signatories.

    Args:
        scenario: a shipped name, the path of a file, or a scenario; its cap needs members.
        runs, seed, jobs, parameters, overrides: as for `run`.
        years: horizon, counted from the pledge's first month.
        cares_about: what employers care about when they leave one by one: `unfilled`,
            `agency-cost`, `permanent-workforce`, `permanent-posts` or `money`.
        post_value: value of a filled post in `money`, £ a year, an assumption; None for what a
            year's agency cover costs with no pledge, a lower bound.
        shortlist: employers asked in each round of leaving.
        rounds: whether to ask who leaves in which order, and which coalitions are stable.

    Raises:
        ScenarioError: no such scenario, or one without a cap.
        ValueError: a number or word that is not allowed.
        RuntimeError: `jobs` above 1 in a script without the guard that `run` names.
    """
    for name, given in (("runs", runs), ("years", years), ("jobs", jobs), ("shortlist", shortlist)):
        if given < 1:
            raise ValueError(f"{name}: given {given}; allowed: 1 or more")
    if cares_about not in list(Payoff):
        raise ValueError(f"cares_about: given {cares_about!r}; allowed: {', '.join(Payoff)}")
    if post_value is not None and not post_value >= 0.0:
        raise ValueError(f"post_value: given {post_value}; allowed: 0 or more")
    chosen = tuple(overrides)
    if isinstance(scenario, Scenario) and chosen:
        raise ValueError("overrides go with a scenario's name or path; here it is a Scenario")
    planned = scenario if isinstance(scenario, Scenario) else load_scenario(scenario, chosen)
    own = planned.structure
    planned = under(planned, Pair(own.hiring, own.bid_trigger))  # a game has one structure
    draws = Draws.named(parameters)
    with workers(min(jobs, runs)) as pool:
        game = Game(planned, runs=runs, seed=seed, years=years, draws=draws, pool=pool)
        answer = played(
            game,
            Payoff(cares_about),
            post_value=post_value,
            shortlist=shortlist if rounds else None,
        )
    return Coalition(answer, draws, shortlist)


@dataclass(frozen=True, repr=False)
class Coalition:
    """A coalition game that has been played: findings, tables, charts."""

    answer: Answer
    draws: Draws
    shortlist: int

    @property
    def findings(self) -> list[str]:
        """What the game shows, in sentences worked out from its numbers."""
        return words.findings(self.answer)

    @property
    def notes(self) -> list[str]:
        """What the findings rest on."""
        return words.notes(self.answer, self.draws, self.shortlist)

    @property
    def plot(self) -> CoalitionPlots:
        """Charts: `plot.map()`, `plot.signatories()`."""
        return CoalitionPlots(self.answer, self.draws)

    def gains(self) -> pd.DataFrame:
        """Return every employer's stake in every payoff: the columns of `gains.csv`."""
        return self._frame(tables.gain_rows)

    def departures(self) -> pd.DataFrame:
        """Return what each leaving alone does to the leaver and to the others together."""
        return self._frame(tables.departure_rows)

    def side_payments(self) -> pd.DataFrame:
        """Return what keeps the pledge whole, by the value of a filled post."""
        return self._frame(tables.payment_rows)

    def order(self) -> pd.DataFrame:
        """Return the rounds of unravelling and of growth; empty if nobody was asked."""
        return self._frame(tables.order_rows)

    def signatories(self) -> pd.DataFrame:
        """Return what ever fewer signatories still do of the whole pledge's work."""
        return self._frame(tables.signatory_rows)

    def _frame(self, rows_of: Callable[[Answer], Iterator[tables.Row]]) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(list(rows_of(self.answer)))

    def __repr__(self) -> str:
        """Say what it is in one line."""
        answer = self.answer
        runs = f"{answer.runs} paired run{'' if answer.runs == 1 else 's'}"
        years = f"{answer.years} year{'' if answer.years == 1 else 's'}"
        return (
            f"<Coalition: {answer.scenario.name}, {len(answer.signers)} signatories, {runs}, "
            f"{years} on>"
        )

    def _repr_html_(self) -> str:
        answer = self.answer
        most = sorted(answer.stakes[answer.payoff], key=lambda one: -one.gain.mean)[:SHOWN]
        rows = "".join(
            f'<tr><th scope="row">{html.escape(unit_name(one.employer))}</th>'
            f"<td>{words.gain_cell(one.gain.mean, answer.payoff)}</td>"
            f"<td>{words.yes(one)}</td></tr>"
            for one in most
        )
        caption = (
            f"{answer.scenario.title or answer.scenario.name}: the {len(most)} who gain most by "
            f"leaving alone, in {PAYOFF_LABELS[answer.payoff]} (points or £). {self.notes[0]}"
        )
        return (
            f"<table><caption>{html.escape(caption)}</caption><thead><tr>"
            '<th scope="col">employer</th><th scope="col">gain</th>'
            f'<th scope="col">free rider</th></tr></thead><tbody>{rows}</tbody></table>'
        )


class CoalitionPlots:
    """Charts of a coalition game; each is a matplotlib figure that carries its alt text."""

    def __init__(self, answer: Answer, draws: Draws) -> None:
        self._answer, self._draws = answer, draws

    def map(self) -> AccessibleFigure:
        """Draw what each employer would gain by leaving alone, on London's 33 places."""
        from sim.studies.coalition import charts as charts_coalition

        return charts_coalition.temptation_map(self._answer, self._draws).figure

    def signatories(self) -> AccessibleFigure:
        """Draw the cap's effect and London's unfilled posts by number of signatories."""
        from sim.studies.coalition import charts as charts_coalition

        return charts_coalition.signatories_chart(self._answer, self._draws).figure
