"""The pledge as a Mesa agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.london.pledge import Agreed
from sim.market.boroughs import Institution

if TYPE_CHECKING:
    from sim.market.state import MarketState


class Pledge(Agreed, Institution):
    """The collective cap as an institution: see `Agreed` for who keeps to it and who breaks it."""

    def __init__(self, model: MarketState) -> None:
        Institution.__init__(self, model)
        Agreed.__init__(self, model)
