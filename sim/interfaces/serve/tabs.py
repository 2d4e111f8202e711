"""Who asks, and how often: each tab has its own measure, so that one's flood is its own loss."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from sim.interfaces.serve.limits import Bucket
from sim.interfaces.serve.memory import Memory

PER_SECOND, AT_ONCE = 6.0, 24.0
"""Questions of one tab: a slider that is drawn asks a few times a second."""
NEW_PER_SECOND, NEW_AT_ONCE = 10.0, 64.0
"""Tabs never seen before: a room that opens the page together."""
MOST_TABS = 256
KNOWN_AFTER_SECONDS = 3.0


@dataclass
class Tab:
    """One tab: since when it is known, and what it may still ask."""

    since: float = field(default_factory=time.monotonic)
    bucket: Bucket = field(default_factory=lambda: Bucket(PER_SECOND, AT_ONCE))

    @property
    def is_known(self) -> bool:
        """Whether it was there before whatever is going on now."""
        return time.monotonic() - self.since >= KNOWN_AFTER_SECONDS


class Tabs:
    """The tabs last heard of, up to a number."""

    def __init__(self) -> None:
        self._tabs: Memory[Tab] = Memory(MOST_TABS)
        self._newcomers = Bucket(NEW_PER_SECOND, NEW_AT_ONCE)

    def is_known(self, name: str) -> bool:
        """Whether a tab was there before whatever is going on now."""
        tab = self._tabs.get(name)
        return tab is not None and tab.is_known

    def asking(self, name: str) -> Tab | None:
        """Return the tab that asks, or None if it (or newcomers together) asks too often."""
        tab = self._tabs.get(name)
        if tab is None:
            if not self._newcomers.takes():
                return None
            tab = Tab()
            self._tabs.keep(name, tab)
        return tab if tab.bucket.takes() else None
