"""The pledge as a Mesa agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.london.pledge import Agreed

if TYPE_CHECKING:
    from sim.market.state import MarketState


class Pledge(Agreed, mesa.Agent):
    """The collective cap as an institution: see `Agreed` for who keeps to it and who breaks it."""

    model: MarketState

    def __init__(self, model: MarketState) -> None:
        mesa.Agent.__init__(self, model)
        Agreed.__init__(self, model)
