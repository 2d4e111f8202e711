"""The null test: a policy that should do nothing must change nothing, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble, Progress, Spool, no_progress, run_ensemble
from sim.market.outcomes import OUTCOMES
from sim.rules.levers import Levers
from sim.rules.levers.lever import Lever
from sim.scenario import Scenario

NO_PAST: dict[str, Any] = {"earlier": ()}
"""A lever without the terms it takes over from."""


@dataclass(frozen=True)
class Null:
    """A policy that should do nothing to a base, and in words why it should not."""

    what: str
    scenario: Scenario


@dataclass(frozen=True)
class FirstDifference:
    """Where a policy first parts from its base: the earliest month, then outcome, run and unit."""

    month: int
    outcome: str
    run: int
    unit: str
    expected: float
    found: float


@dataclass(frozen=True)
class NullResult:
    """What a null test found.

    Attributes:
        numbers: how many recorded numbers were compared: every outcome, month, unit and run.
        differing: how many of them are not the same, bit for bit.
        first: the earliest that is not; None where all are the same.
        facts_agree: whether drawn parameters and counts (of defections, say) are the same too.
    """

    what: str
    numbers: int
    differing: int
    first: FirstDifference | None
    facts_agree: bool

    @property
    def is_exactly_zero(self) -> bool:
        """Whether the policy changed nothing at all."""
        return self.differing == 0 and self.facts_agree


class Records:
    """Every recorded number of an ensemble's runs, kept on disk as the runs go by."""

    def __init__(self) -> None:
        self._spool = Spool()

    def keep(self, record: RunRecord) -> None:
        """Take in one run."""
        self._spool.add(record.replicate, record.outcomes)

    def outcome(self, place: int) -> FloatArray:
        """Return one outcome, (run, month, unit)."""
        return self._spool.outcome(place)


# Policies that should do nothing


def nulls_of(base: Scenario, policies: Sequence[Scenario], years: int) -> list[Null]:
    """Return policies that should do nothing to a base: one by name only, then two for each policy.

    A policy's levers are laid over those the base does not use: first switched off, whatever
    else they say, then in full strength but starting on the day after the last month.
    """
    renamed = {"name": f"{base.name}-renamed", "title": "renamed", "why": "renamed"}
    found = [Null("the base under another name", base.model_copy(update=renamed))]
    after = month_end(base.start.opening, years * MONTHS_PER_YEAR) + timedelta(days=1)
    for policy in policies:
        for what, levers in (
            ("switched off", dict(_off(base, policy))),
            (f"starting on {after}, after the last month", dict(_late(base, policy, after))),
        ):
            if levers:
                names = ", ".join(name.replace("_", " ") for name in levers)
                laid = base.levers.model_copy(update=levers)
                scenario = base.model_copy(update={"levers": laid, "name": f"{base.name}-null"})
                found.append(Null(f"levers of {policy.name} ({names}) {what}", scenario))
    return found


def _off(base: Scenario, policy: Scenario) -> Iterator[tuple[str, Lever]]:
    for name, lever in _free(base, policy):
        if lever != getattr(base.levers, name):
            yield name, switched_off(lever)


def _late(base: Scenario, policy: Scenario, after: Any) -> Iterator[tuple[str, Lever]]:
    for name, lever in _free(base, policy):
        if not lever.is_no_op:
            yield name, lever.model_copy(update=NO_PAST | {"start": after})


def _free(base: Scenario, policy: Scenario) -> Iterator[tuple[str, Lever]]:
    """Yield a policy's levers that the base does not use."""
    for name in Levers.model_fields:
        if getattr(base.levers, name).is_no_op:
            yield name, getattr(policy.levers, name)


def switched_off(lever: Lever) -> Lever:
    """Return a lever with every strength at its no-op and all else as it was."""
    off = {
        name: declared.no_op
        for name, declared in declarations(type(lever)).items()
        if declared.no_op is not None
    }
    return lever.model_copy(update=off | NO_PAST)


# The test


def null_test(
    base: Ensemble,
    records: Records,
    null: Null,
    *,
    pool: Executor | None = None,
    progress: Progress = no_progress,
) -> NullResult:
    """Run a policy that should do nothing beside a base, and compare every recorded number.

    Args:
        base: the base's runs.
        records: what those runs recorded.
        null: the policy.
    """
    own = Records()
    ensemble = run_ensemble(
        null.scenario,
        runs=base.runs,
        seed=base.seed,
        years=base.years,
        draws=base.draws,
        pool=pool,
        progress=progress,
        each=own.keep,
    )
    numbers = differing = 0
    first: tuple[tuple[int, ...], FirstDifference] | None = None
    for place, outcome in enumerate(OUTCOMES):
        expected, found = records.outcome(place), own.outcome(place)
        numbers += int(np.isfinite(expected).sum())
        apart = differs(expected, found)
        if not apart.any():
            continue
        differing += int(apart.sum())
        month, run, unit = min((m, r, u) for r, m, u in np.argwhere(apart).tolist())
        at = (run, month, unit)
        here = FirstDifference(
            month, outcome.name, run, base.units[unit], float(expected[at]), float(found[at])
        )
        if first is None or (month, place) < first[0]:
            first = ((month, place), here)
    agree = (base.parameters, base.facts) == (ensemble.parameters, ensemble.facts)
    return NullResult(null.what, numbers, differing, None if first is None else first[1], agree)


def differs(one: FloatArray, other: FloatArray) -> npt.NDArray[np.bool_]:
    """Return where two arrays of one shape are not the same bit for bit; no number is no number."""
    bits = [np.ascontiguousarray(values).view(np.uint64) for values in (one, other)]
    return (bits[0] != bits[1]) & ~(np.isnan(one) & np.isnan(other))
