"""Ofsted as a Mesa agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.london.ofsted import Inspectorate
from sim.market.boroughs import Institution
from sim.rules.inspection import SELDOM

if TYPE_CHECKING:
    from sim.market.state import MarketState


class Ofsted(Inspectorate, Institution):
    """The inspectorate: see `Inspectorate` for what it sees and what follows."""

    def __init__(self, model: MarketState) -> None:
        Institution.__init__(self, model)
        is_there = model.parameters.inspections_per_year >= SELDOM
        Inspectorate.__init__(self, model, is_there=is_there)
