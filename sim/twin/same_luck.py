"""A twin that has the luck of the market's own runs, wherever that luck is drawn by its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.domain.opening_state import CensusStart
from sim.domain.randomness import BoolArray, FloatArray, Purpose, Streams, slot_keys
from sim.rules.levers.members import Members, members_of
from sim.scenario import Scenario
from sim.twin.london import Twin


class SameLuck(Twin):
    """Many Londons, each a run of the market: its years, opening bids, leaders and inspectors.

    What happens to all boroughs alike in a year, opening bids and leadership, the leaders' further
    course, when Ofsted comes and what it sees, and who signs a cap that a share signs are those of
    the run. Who of many people leaves, is hired or placed is the twin's own luck.

    Args:
        runs: replicates of the market, in order; each is followed `copies` times.
        seed: the ensemble's; also of the twin's own luck.
    """

    def __init__(
        self,
        scenario: Scenario,
        drawn: Mapping[str, FloatArray],
        runs: Sequence[int],
        seed: int,
        *,
        copies: int = 1,
        census: CensusStart | None = None,
    ) -> None:
        self._streams = [Streams(seed, run) for run in runs]
        self._copies = copies
        repeated = {name: np.repeat(column, copies) for name, column in drawn.items()}
        super().__init__(scenario, repeated, len(runs) * copies, seed, census=census)

    def who(self, members: Members, purpose: Purpose) -> BoolArray:
        """Return who belongs; who signs an agreement, and when,
        is drawn in each run's own order."""
        if purpose not in (Purpose.PLEDGE_ORDER, Purpose.PLEDGE_JOINING):
            return super().who(members, purpose)
        each = [members_of(members, self.employers, one, purpose) for one in self._streams]
        return np.repeat(np.stack(each), self._copies, axis=0)

    def normal_for(self, purpose: Purpose, when: int) -> FloatArray:
        """Return the normal luck that each run has for this purpose, by employer."""
        return self._of_runs(purpose, when, self.shape[1])

    def common_luck(self, purpose: Purpose, year: int) -> FloatArray:
        """Return the normal luck that each run has in a year for all boroughs alike."""
        return self._of_runs(purpose, year, 1)

    def _of_runs(self, purpose: Purpose, when: int, slots: int) -> FloatArray:
        each = [one.normal(purpose, when, slot_keys(slots)) for one in self._streams]
        return np.repeat(np.stack(each), self._copies, axis=0)

    def uniform_for(self, purpose: Purpose, when: int) -> FloatArray:
        """Return the uniform luck that each run has for this purpose, by employer."""
        keys = slot_keys(self.shape[1])
        each = [one.uniform(purpose, when, keys) for one in self._streams]
        return np.repeat(np.stack(each), self._copies, axis=0)
