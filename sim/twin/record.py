"""What the twin writes down: counts at each census and the year's flows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.domain.randomness import FloatArray

FLOWS = ("left_sector", "to_agency", "moved_away", "moved_in", "entered", "to_permanent")
"""Flows of permanent staff summed over the year to a census, by employer."""
STOCKS = (
    "posts", "permanent", "agency", "extra", "unfilled", "holders", "cases", "price", "leadership",
)  # fmt: skip


@dataclass
class TwinRecord:
    """Counts at censuses, each (draw, census, employer); census 0 has no flows."""

    employers: tuple[str, ...]
    stocks: dict[str, list[FloatArray]] = field(default_factory=lambda: {n: [] for n in STOCKS})
    flows: dict[str, list[FloatArray]] = field(default_factory=lambda: {n: [] for n in FLOWS})

    def of(self, name: str) -> FloatArray:
        """Return a count, or a year's flow, at every census: (draw, census, employer)."""
        kept = self.stocks[name] if name in self.stocks else self.flows[name]
        return np.stack(kept, axis=1)

    def london(self, top: str, bottom: str) -> FloatArray:
        """Return the ratio of two counts for London, (draw, census)."""
        return self.of(top).sum(axis=-1) / np.maximum(self.of(bottom).sum(axis=-1), 1e-9)

    def charge(self) -> FloatArray:
        """Return London's mean charge for an experienced hour, £: (draw, census)."""
        placed = self.of("agency") + 1e-9
        return (self.of("price") * placed).sum(axis=-1) / placed.sum(axis=-1)
