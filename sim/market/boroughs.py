"""Boroughs as Mesa agents: a read-only view of one employer, as `Worker` is of one worker.

`Institution` is what the other agents have in common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

if TYPE_CHECKING:
    from sim.market.state import MarketState


class Borough(mesa.Agent):
    """One employer of children's social workers (Kingston and Richmond are one).

    It keeps nothing but its place: what is true of it stands in the market's own arrays.

    Attributes:
        index: its place among the market's employers.
        name: the DfE name of the employer.
    """

    model: MarketState

    def __init__(self, model: MarketState, index: int, name: str) -> None:
        super().__init__(model)
        self.index = index
        self.name = name

    @property
    def posts(self) -> int:
        """Posts in the establishment, FTE."""
        return int(self.model.posts[self.index])

    @property
    def permanent(self) -> int:
        """Permanent staff in post, FTE."""
        return int(self.model.permanent[self.index])

    @property
    def agency(self) -> int:
        """Agency staff placed, FTE."""
        return int(self.model.placed[self.index])

    @property
    def unfilled_share(self) -> float:
        """Unfilled posts (vacancies not covered) as a share of posts."""
        return float(self.model.unfilled_share[self.index])

    @property
    def charge_rate_per_hour(self) -> float:
        """What it pays for an experienced agency worker's hour, £ excluding VAT."""
        return float(self.model.charge_rates[self.index])

    @property
    def desired_charge_rate(self) -> float:
        """What it would pay if no cap bound it, £ per hour."""
        return float(self.model.wanted[self.index])

    @property
    def is_member(self) -> bool:
        """Whether it keeps to the collective cap."""
        return bool(self.model.standing.is_member[self.index])

    @property
    def cap_binds(self) -> bool:
        """Whether the cap held its bid down this month."""
        return bool(self.model.cap_binds[self.index])

    @property
    def months_short(self) -> int:
        """Months in a row in which it kept to the cap and was short."""
        return int(np.asarray(self.model.standing.months_short)[self.index])

    @property
    def months_content(self) -> int:
        """Months in a row in which it was content since it broke the cap."""
        return int(np.asarray(self.model.standing.months_content)[self.index])


_OF_BOROUGHS = {"index", "name"} | {
    name for name, what in vars(Borough).items() if isinstance(what, property)
}


class Institution(mesa.Agent):
    """An agent that is no borough.

    Asked for what only a borough has, it answers None: a Mesa agent reporter asks every agent,
    and from Mesa 3.5 on one that does not know the attribute would end the run.
    """

    model: MarketState

    def __init__(self, model: MarketState) -> None:
        super().__init__(model)

    if not TYPE_CHECKING:  # a checker would take every misspelt attribute for None

        def __getattr__(self, name: str) -> None:
            """Return None for what is true of boroughs only."""
            if name not in _OF_BOROUGHS:
                raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
