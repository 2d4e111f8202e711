"""The circle's loops as JSON tells them, whoever asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.studies.loops.method.strength import Circle
from sim.studies.loops.words import sentences as words
from sim.studies.loops.words.places import places


def content(found: Sequence[Circle]) -> dict[str, Any]:
    """Return the circle under each structure."""
    return {
        "gain_means": words.GAIN_MEANS,
        "structures": [words.circle_as_json(circle, places()) for circle in found],
    }
