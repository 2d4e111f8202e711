"""Draws of parameters and structure: one for each replicate, the same under every scenario.

By default they come from the posterior that ships: the parameters under which each rival structure
of the market comes close to London's record of 2017-2021. Structures take turns, since the record
does not choose between them. Parameters on which the record is silent come from their stated
prior. What a user has set, parameter or structure, is never drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from sim.domain.evidence import EvidenceError
from sim.domain.given import shortened
from sim.domain.parameters import Parameters
from sim.domain.posterior import Posterior, StructureKey, read_posterior, shipped_posterior
from sim.domain.quantities import declarations
from sim.domain.randomness import Purpose, Streams, slot_keys
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.scenario import Scenario

CALIBRATED = (
    "assumptions fitted to London's records of 2017-2021; what the cap and IR35 do is assumed"
)
FROM_FILE = "assumptions drawn from a user's file; what the cap and IR35 do is assumed"
NOT_CALIBRATED = "not fitted to records: assumptions drawn from their stated ranges"
NOT_DRAWN = "not fitted to records: assumptions at their default values"

FILE_KEY, FROM_FILE_NAME = "file-", "a posterior's file"


@dataclass(frozen=True)
class Draws:
    """Where an ensemble's parameters and structures come from.

    Attributes:
        name: `posterior` (the shipped one), `median` (its middle draw in every run), `prior`
            (stated priors), `default` (working values), or the path of a posterior file.
        digest: of that file's content; empty for the others.
    """

    name: str
    digest: str = ""

    POSTERIOR: ClassVar[Draws]
    MEDIAN: ClassVar[Draws]
    PRIOR: ClassVar[Draws]
    DEFAULT: ClassVar[Draws]
    NAMED: ClassVar[tuple[Draws, ...]]

    def __str__(self) -> str:
        """Return the name by which a user asks for them."""
        return self.name

    @staticmethod
    def named(name: object) -> Draws:
        """Return the draws of a name or of a posterior file.

        Raises:
            EvidenceError: neither, or the file is no posterior.
        """
        for known in Draws.NAMED:
            if name == known.name:
                return known
        if not isinstance(name, str) or not Path(name).is_file():
            names = ", ".join(known.name for known in Draws.NAMED)
            told = shortened(str(name))
            raise EvidenceError(
                f"parameters: given {told}; allowed: {names}, or a posterior's file"
            )
        return Draws(name, read_posterior(Path(name)).digest)

    @staticmethod
    def of_key(key: str) -> Draws:
        """Return the draws that a manifest's key stands for; a file's can be read, not drawn from.

        Raises:
            EvidenceError: no draws of this version have that key.
        """
        for known in Draws.NAMED:
            if key == known.key:
                return known
        if key.startswith(FILE_KEY):
            return Draws(FROM_FILE_NAME, key.removeprefix(FILE_KEY))
        raise EvidenceError(f"parameter draws {key!r} are not known to this version")

    @property
    def key(self) -> str:
        """What tells these draws from others, wherever a file lies."""
        if self.digest:
            return f"{FILE_KEY}{self.digest}"
        return f"{self.name}-{shipped_posterior().digest}" if self.posterior else self.name

    @property
    def posterior(self) -> Posterior | None:
        """The posterior drawn from, or None where there is none."""
        if self.digest:
            return read_posterior(Path(self.name), self.digest)
        return shipped_posterior() if self in (Draws.POSTERIOR, Draws.MEDIAN) else None

    @property
    def calibration(self) -> str:
        """How far numbers rest on data, to stand beside them."""
        if self.digest:
            return FROM_FILE
        return {
            Draws.POSTERIOR: CALIBRATED,
            Draws.MEDIAN: f"{CALIBRATED}; every run has the middle draw of that fit",
            Draws.PRIOR: NOT_CALIBRATED,
        }.get(self, NOT_DRAWN)


Draws.POSTERIOR = Draws("posterior")
Draws.MEDIAN = Draws("median")
Draws.PRIOR = Draws("prior")
Draws.DEFAULT = Draws("default")
Draws.NAMED = (Draws.POSTERIOR, Draws.MEDIAN, Draws.PRIOR, Draws.DEFAULT)


class Drawn(NamedTuple):
    """A scenario as one replicate has it, and the parameters that were drawn for it."""

    scenario: Scenario
    parameters: dict[str, float]


def drawn_scenario(scenario: Scenario, seed: int, replicate: int, draws: Draws) -> Drawn:
    """Return a scenario with this replicate's draw of all that nobody has set."""
    if draws == Draws.DEFAULT:
        return Drawn(scenario, {})
    posterior, found = draws.posterior, _from_priors(Streams(seed, replicate))
    if posterior is not None:
        allowed = allowed_structures(scenario, posterior)
        turn = 0 if draws == Draws.MEDIAN else replicate
        structure = (
            _own(scenario, allowed) if draws == Draws.MEDIAN else allowed[turn % len(allowed)]
        )
        scenario = with_structure(scenario, structure)
        table = posterior.draws_of(structure)
        if draws == Draws.MEDIAN:
            defaults = declarations(Parameters)
            found = {name: float(defaults[name].default) for name in found}
            place = posterior.middle(structure)
        else:
            place = _place(seed, turn // len(allowed), len(next(iter(table.values()))))
        found |= {name: float(values[place]) for name, values in table.items()}
    kept = {name: value for name, value in found.items() if name not in scenario.fixed_parameters}
    return Drawn(scenario.with_parameters(kept), kept)


def allowed_structures(scenario: Scenario, posterior: Posterior) -> list[StructureKey]:
    """Return the structures a scenario's runs take turns in: those it does not rule out."""
    structure, fixed = scenario.structure, scenario.fixed_structure
    hiring = (structure.hiring,) if "hiring" in fixed else tuple(HiringStructure)
    triggers = (structure.bid_trigger,) if "bid_trigger" in fixed else tuple(BidTrigger)
    wanted = [(one, trigger) for trigger in triggers for one in hiring]
    if len(wanted) > 1:
        wanted = [pair for pair in wanted if pair in posterior.tables]
    if not wanted or wanted[0] not in posterior.tables:
        posterior.draws_of(wanted[0] if wanted else (structure.hiring, structure.bid_trigger))
    return wanted


def _own(scenario: Scenario, allowed: list[StructureKey]) -> StructureKey:
    own = (scenario.structure.hiring, scenario.structure.bid_trigger)
    return own if own in allowed else allowed[0]


def with_structure(scenario: Scenario, structure: StructureKey) -> Scenario:
    """Return a scenario under one structure, its cut links kept."""
    hiring, trigger = structure
    changed = scenario.structure.model_copy(update={"hiring": hiring, "bid_trigger": trigger})
    return scenario.model_copy(update={"structure": changed})


def _place(seed: int, turn: int, count: int) -> int:
    """Return which draw the nth run under a structure has: all in turn, in the seed's order."""
    order = np.argsort(Streams(seed).uniform(Purpose.PARAMETERS, 0, slot_keys(count)))
    return int(order[turn % count])


def _from_priors(streams: Streams) -> dict[str, float]:
    """Return a uniform draw of every uncertain parameter from its stated prior."""
    found = {}
    for name, declared in declarations(Parameters).items():
        if declared.prior is not None:
            low, high = declared.prior
            found[name] = low + (high - low) * _luck(streams, name)
    return found


def _luck(streams: Streams, name: str) -> float:
    """Return a draw keyed by the parameter's name, so that new parameters move no others."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    key = np.array([int.from_bytes(digest, "little")], dtype=np.uint64)
    return float(streams.uniform(Purpose.PARAMETERS, 0, key)[0])
