"""Ofsted as a Mesa agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.london.ofsted import Inspectorate
from sim.rules.inspection import SELDOM

if TYPE_CHECKING:
    from sim.market.state import MarketState


class Ofsted(Inspectorate, mesa.Agent):
    """The inspectorate: see `Inspectorate` for what it sees and what follows."""

    model: MarketState

    def __init__(self, model: MarketState) -> None:
        mesa.Agent.__init__(self, model)
        is_there = model.parameters.inspections_per_year >= SELDOM
        Inspectorate.__init__(self, model, is_there=is_there)
