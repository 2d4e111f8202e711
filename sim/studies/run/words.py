"""Where the spread of a result comes from, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sim.answers.answer import Printed
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.studies.run.method import Explained
from sim.words.captions import unit_name
from sim.words.tables import shown

ENOUGH_RUNS = 64
ROUGH = f"With fewer than {ENOUGH_RUNS} runs these shares are rough."


def printed_explained(
    found: Sequence[Explained], ensemble: Ensemble, unit: str
) -> Iterator[Printed]:
    """Yield what each source of spread makes up."""
    rows = [
        (
            OUTCOME[one.outcome].label,
            _spread(one.spread, OUTCOME[one.outcome].unit),
            *(_part(share) for share in (one.structures, one.parameters, one.luck)),
        )
        for one in found
    ]
    structures = len(set(ensemble.structures))
    yield Printed(
        f"Where the spread comes from, {unit_name(unit)}, after {ensemble.years} years\n"
        f"{ensemble.runs} draws in {structures} structure{'' if structures == 1 else 's'}, "
        "each with two kinds of luck",
        ("", "s.d.", "structures", "parameters", "luck"),
        rows,
        notes=[ROUGH] if ensemble.runs < ENOUGH_RUNS else [],
    )


def explained_as_json(found: Sequence[Explained]) -> list[dict[str, Any]]:
    """Return the split for JSON, shares 0 to 1."""
    return [asdict(one) for one in found]


def _spread(value: float, unit: str) -> str:
    """Return a standard deviation: of shares in points."""
    text = shown(value, unit, signed=True).removeprefix("+")
    return f"{text} points" if unit == "share" else text


def _part(share: float) -> str:
    return "" if share != share else f"{100 * share:.0f} %"
