"""What one package comes to by the borough twin: whether the target is met, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.answers.structures import Pair, under
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.headline import SHARES
from sim.domain.randomness import FloatArray
from sim.ensemble.draws import Draws, allowed_structures, drawn_scenario
from sim.ensemble.run import Ensemble
from sim.scenario import Scenario
from sim.twin import Twin

HARDLY = 1e-9
"""Makes up for what a share written in binary lacks."""


@dataclass(frozen=True)
class Target:
    """What must hold at the last census, all at once.

    Attributes:
        share: least permanent share, of the workforce and of posts.
        bound: most unfilled posts, as a share of posts.
        chance: in how many of the draws at least, under every structure.
    """

    share: float
    bound: float
    chance: float

    def slack(self, workforce: FloatArray, posts: FloatArray, unfilled: FloatArray) -> FloatArray:
        """Return by how much the target is met: below 0 where any of the three is missed."""
        return np.minimum(np.minimum(workforce, posts) - self.share, self.bound - unfilled)


@dataclass(frozen=True, eq=False)
class Worlds:
    """The Londons that every package is tried in: so many draws of each structure.

    Attributes:
        columns: parameters by name, (draw,).
        structures: of each draw.
        seed: of the luck, the same for every package.
    """

    columns: dict[str, FloatArray]
    structures: tuple[Pair, ...]
    seed: int
    years: int

    @property
    def rivals(self) -> tuple[Pair, ...]:
        """The structures, each once."""
        return tuple(dict.fromkeys(self.structures))


def worlds(base: Scenario, each: int, seed: int, years: int, draws: Draws) -> Worlds:
    """Return so many draws of every structure that a scenario does not rule out."""
    posterior = draws.posterior
    if posterior is None:
        rivals = [Pair(base.structure.hiring, base.structure.bid_trigger)]
    else:
        rivals = [Pair(*one) for one in allowed_structures(base, posterior)]
    drawn = [
        drawn_scenario(under(base, pair), seed, run, draws).parameters
        for pair in rivals
        for run in range(each)
    ]
    columns = {name: np.array([one[name] for one in drawn]) for name in drawn[0]}
    return Worlds(columns, tuple(pair for pair in rivals for _ in range(each)), seed, years)


@dataclass(frozen=True, eq=False)
class Seen:
    """What a scenario comes to in every world, (draw,) each.

    Attributes:
        workforce, posts, unfilled: at the last census.
        permanent: staff then, FTE.
        bill, policies: £ over the whole horizon: all that boroughs pay, and what of it buys the
            policy's terms.
    """

    workforce: FloatArray
    posts: FloatArray
    unfilled: FloatArray
    permanent: FloatArray
    bill: FloatArray
    policies: FloatArray


def seen(scenario: Scenario, among: Worlds) -> Seen:
    """Return what a scenario comes to (a task for a worker process)."""
    count = len(among.structures)
    twin = Twin(
        scenario, among.columns, count, among.seed,
        memberships=among.seed, structures=among.structures,
    )  # fmt: skip
    bill, policies = np.zeros(count), np.zeros(count)
    for _ in range(among.years * MONTHS_PER_YEAR):
        twin.step()
        bought = np.broadcast_to(twin.policy_cost_per_year(), twin.shape).sum(axis=1)
        staff = np.asarray(twin.agency_cost_per_year() + twin.permanent_cost_per_year())
        bill += (staff.sum(axis=1) + bought) / MONTHS_PER_YEAR
        policies += bought / MONTHS_PER_YEAR
    permanent, placed = twin.permanent.sum(axis=1), twin.placed.sum(axis=1)
    posts, unfilled = twin.posts.sum(axis=1), twin.unfilled.sum(axis=1)
    return Seen(
        permanent / (permanent + placed), permanent / posts, unfilled / posts,
        permanent, bill, policies,
    )  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """What a package comes to beside a base, in the same worlds.

    Attributes:
        settings: of the levers, in their order.
        chance: the least over structures of the share of draws that meet the target ...
        by_structure: ... and that share under each.
        margin: at the chance that is asked for, under the worst structure: by how much the target
            is met, as a share; below 0 where it is missed.
        cost: what boroughs pay beyond the base over the whole horizon, mean, £ ...
        policies: ... and what of it buys the policy's terms.
        workforce, posts, unfilled: medians at the last census.
        extra_permanent: staff beyond the base then, mean, FTE.
    """

    settings: tuple[float, ...]
    chance: float
    by_structure: tuple[float, ...]
    margin: float
    cost: float
    policies: float
    workforce: float
    posts: float
    unfilled: float
    extra_permanent: float

    @property
    def reaches(self) -> bool:
        """Whether the target is met with the chance that is asked for."""
        return self.margin >= 0.0


def judged(
    settings: Sequence[float], found: Seen, base: Seen, among: Worlds, target: Target
) -> Judged:
    """Return what a package comes to."""
    slack = target.slack(found.workforce, found.posts, found.unfilled)
    structures = np.array([among.rivals.index(one) for one in among.structures])
    each = [slack[structures == place] for place in range(len(among.rivals))]
    worst = [_at_chance(one, target.chance) for one in each]
    chances = tuple(float((one >= 0.0).mean()) for one in each)
    return Judged(
        settings=tuple(settings),
        chance=min(chances),
        by_structure=chances,
        margin=min(worst),
        cost=float((found.bill - base.bill).mean()),
        policies=float((found.policies - base.policies).mean()),
        workforce=float(np.median(found.workforce)),
        posts=float(np.median(found.posts)),
        unfilled=float(np.median(found.unfilled)),
        extra_permanent=float((found.permanent - base.permanent).mean()),
    )


def _at_chance(slack: FloatArray, chance: float) -> float:
    """Return the slack that so many of the draws have at least."""
    may_miss = min(int(len(slack) * (1.0 - chance) + HARDLY), len(slack) - 1)
    return float(np.sort(slack)[may_miss])


def met_by(ensemble: Ensemble, target: Target) -> FloatArray:
    """Return which of the agents' runs meet the target at the last census, (run,)."""
    workforce, posts, unfilled = (ensemble.of(name)[:, -1] for name in SHARES)
    return np.asarray(target.slack(workforce, posts, unfilled) >= 0.0)
