"""The charts of an ensemble, or of a base and a policy, for answers that have them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sim.answers.answer import Chart
from sim.ensemble.run import Ensemble

KINDS = ("permanence", "charge-rate", "map")


def pictures_of(ensembles: Sequence[Ensemble], folder: str, unit: str) -> list[Chart]:
    """Return the charts of one result, or of a base and a policy, in a folder of the answer's."""
    return [
        Chart(f"{folder}/{kind}", partial(_drawn, kind, list(ensembles), unit)) for kind in KINDS
    ]


def _drawn(kind: str, ensembles: list[Ensemble], unit: str) -> tuple[Any, str]:
    from sim.charts import ensembles as charts  # plotting is loaded only when something is drawn

    if kind == "permanence":
        return charts.permanence_chart(ensembles, unit)
    if kind == "charge-rate":
        return charts.charge_chart(ensembles, unit)
    return charts.tile_map(ensembles[-1], ensembles[0] if len(ensembles) > 1 else None)
