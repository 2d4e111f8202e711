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

    stocks: dict[str, list[FloatArray]] = field(default_factory=lambda: {n: [] for n in STOCKS})
    flows: dict[str, list[FloatArray]] = field(default_factory=lambda: {n: [] for n in FLOWS})

    def of(self, name: str) -> FloatArray:
        """Return a count, or a year's flow, at every census: (draw, census, employer)."""
        kept = self.stocks[name] if name in self.stocks else self.flows[name]
        return np.stack(kept, axis=1)

    def permanent_share_of_workforce(self) -> FloatArray:
        """Return permanent / (permanent + agency), (draw, census, employer)."""
        permanent = self.of("permanent")
        return permanent / np.maximum(permanent + self.of("agency"), 1e-9)

    def permanent_share_of_posts(self) -> FloatArray:
        """Return permanent / posts, (draw, census, employer)."""
        return self.of("permanent") / np.maximum(self.of("posts"), 1e-9)

    def turnover_share(self) -> FloatArray:
        """Return leavers, moves to other councils included, over those in post; from census 1."""
        left = sum(self.of(name)[:, 1:] for name in ("left_sector", "to_agency", "moved_away"))
        return np.asarray(left / np.maximum(self.of("permanent")[:, 1:], 1e-9))

    def starters_per_post(self) -> FloatArray:
        """Return a year's starters, from other councils too, over posts; from census 1."""
        begun = sum(self.of(name)[:, 1:] for name in ("entered", "moved_in", "to_permanent"))
        return np.asarray(begun / np.maximum(self.of("posts")[:, 1:], 1e-9))

    def caseload(self) -> FloatArray:
        """Return cases per case-holder, (draw, census, employer)."""
        return self.of("cases") / np.maximum(self.of("holders"), 1e-9)

    def london(self, top: str, bottom: str) -> FloatArray:
        """Return the ratio of two counts for London, (draw, census)."""
        return self.of(top).sum(axis=-1) / np.maximum(self.of(bottom).sum(axis=-1), 1e-9)
