"""The levers: what a policy can change, with the value at which each changes nothing.

Policy changes rules, never people. Each lever is one class in one file: its fields, its no-op, the
terms it puts into the rules in force, what they cost, and its words. Scenarios, the command line
and every control take names, ranges, labels and defaults from there.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from sim.domain.quantities import Declared
from sim.rules.levers.agency_rules import AgencyRules
from sim.rules.levers.cap import Cap
from sim.rules.levers.lever import Lever
from sim.rules.levers.neighbours import Neighbours
from sim.rules.levers.newly_qualified import NewlyQualified
from sim.rules.levers.permanent_offer import PermanentOffer
from sim.rules.levers.prevention import Prevention
from sim.rules.levers.tax_regime import TaxRegime

__all__ = [
    "AgencyRules",
    "Cap",
    "Lever",
    "Levers",
    "Neighbours",
    "NewlyQualified",
    "PermanentOffer",
    "Prevention",
    "TaxRegime",
]


class Levers(Declared):
    """All levers; the default of every one is its no-op."""

    cap: Cap = Field(Cap(), description="collective cap on the price paid to the agency")
    tax: TaxRegime = Field(TaxRegime(), description="tax law and IR35")
    permanent_offer: PermanentOffer = Field(
        PermanentOffer(), description="a better permanent offer"
    )
    newly_qualified: NewlyQualified = Field(
        NewlyQualified(), description="newly qualified pipeline"
    )
    agency_rules: AgencyRules = Field(AgencyRules(), description="who may take agency work")
    prevention: Prevention = Field(Prevention(), description="help for families earlier")
    neighbours: Neighbours = Field(Neighbours(), description="pay in councils around London")

    def each(self) -> Iterator[Lever]:
        """Yield every lever, in the order in which they put their terms in force."""
        for name in type(self).model_fields:
            yield getattr(self, name)
