"""The circle's loops as JSON tells them, whoever asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.ensemble.draws import Draws
from sim.scenario import Scenario
from sim.studies.loops.words import sentences as words
from sim.studies.loops.words.places import places
from sim.studies.loops.work.strength import Circle


@dataclass(frozen=True)
class Asked:
    """What was asked, for tables and files."""

    scenario: Scenario
    runs: int
    seed: int
    years: int
    draws: Draws
    sets: Sequence[str]


def content(found: Sequence[Circle], asked: Asked) -> dict[str, Any]:
    """Return the circle under each structure, with what must stand beside it."""
    return {
        "scenario": asked.scenario.name,
        "set": list(asked.sets),
        "seed": asked.seed,
        "runs": asked.runs,
        "years": asked.years,
        "parameter_draws": asked.draws.name,
        "gain_means": words.GAIN_MEANS,
        "notes": words.notes(asked.scenario, found[0], asked.draws, asked.runs),
        "structures": [words.circle_as_json(circle, places()) for circle in found],
    }
